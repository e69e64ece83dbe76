using System.Management.Automation;

namespace SarkPS.Cmdlets;

/// <summary>Lists inbound routes, or finds them by key.</summary>
[Cmdlet(VerbsCommon.Get, "SarkInboundRoute")]
[OutputType(typeof(InboundRoute))]
public sealed class GetSarkInboundRouteCommand : SarkGetCommand<InboundRoute>
{
    /// <inheritdoc cref="InboundRoute.Carrier"/>
    [Parameter]
    [SupportsWildcards]
    [SarkKey]
    [ArgumentCompleter(typeof(SarkCompleter))]
    public string[]? Carrier { get; set; }

    /// <inheritdoc cref="InboundRoute.Tenant"/>
    [Parameter]
    [Alias("cluster")]
    [SupportsWildcards]
    [SarkKey]
    [ArgumentCompleter(typeof(SarkCompleter))]
    public string[]? Tenant { get; set; }
}

/// <summary>The parameters that New-SarkInboundRoute and Set-SarkInboundRoute share.</summary>
public abstract class InboundRouteWriteCommand : SarkRoutedCommand<InboundRoute>
{
    /// <inheritdoc cref="InboundRoute.Active"/>
    [Parameter]
    [SarkFlag, ArgumentCompleter(typeof(SarkCompleter))]
    public bool? Active { get; set; }

    /// <inheritdoc cref="InboundRoute.AlertInfo"/>
    [Parameter]
    [ArgumentCompleter(typeof(SarkCompleter))]
    [SarkValue]
    public string? AlertInfo { get; set; }

    /// <inheritdoc cref="InboundRoute.Carrier"/>
    [Parameter, ArgumentCompleter(typeof(SarkCompleter))]
    [SarkValue]
    public virtual string? Carrier { get; set; }

    /// <inheritdoc cref="InboundRoute.CloseRoute"/>
    [Parameter, ArgumentCompleter(typeof(SarkCompleter))]
    [SarkValue]
    public string? CloseRoute { get; set; }

    /// <inheritdoc cref="InboundRoute.Tenant"/>
    [Parameter, Alias("cluster"), ArgumentCompleter(typeof(SarkCompleter))]
    [SarkValue]
    public virtual string? Tenant { get; set; }

    /// <inheritdoc cref="InboundRoute.Description"/>
    [Parameter]
    [ArgumentCompleter(typeof(SarkCompleter))]
    [SarkValue]
    public string? Description { get; set; }

    /// <summary>Whether callers may dial out again: DISA at once, CALLBACK after being called back.</summary>
    [Parameter, ArgumentCompleter(typeof(SarkCompleter))]
    [SarkValue]
    public string? Disa { get; set; }

    /// <inheritdoc cref="InboundRoute.DisaPassword"/>
    [Parameter, Alias("disapass")]
    [SarkSecret]
    [ArgumentCompleter(typeof(SarkCompleter))]
    [SarkValue]
    public string? DisaPassword { get; set; }

    /// <inheritdoc cref="InboundRoute.DialPrefix"/>
    [Parameter, Alias("inprefix")]
    [ArgumentCompleter(typeof(SarkCompleter))]
    [SarkValue]
    public string? DialPrefix { get; set; }

    /// <inheritdoc cref="InboundRoute.MusicOnHold"/>
    [Parameter, Alias("moh")]
    [SarkFlag, ArgumentCompleter(typeof(SarkCompleter))]
    public bool? MusicOnHold { get; set; }

    /// <inheritdoc cref="InboundRoute.OpenRoute"/>
    [Parameter, ArgumentCompleter(typeof(SarkCompleter))]
    [SarkValue]
    public string? OpenRoute { get; set; }

    /// <inheritdoc cref="InboundRoute.ShowCallerId"/>
    [Parameter, Alias("swoclip")]
    [SarkFlag, ArgumentCompleter(typeof(SarkCompleter))]
    public bool? ShowCallerId { get; set; }

    /// <inheritdoc cref="InboundRoute.Tag"/>
    [Parameter]
    [ArgumentCompleter(typeof(SarkCompleter))]
    [SarkValue]
    public string? Tag { get; set; }

    /// <inheritdoc cref="InboundRoute.TrunkName"/>
    [Parameter]
    [ArgumentCompleter(typeof(SarkCompleter))]
    [SarkValue]
    public virtual string? TrunkName { get; set; }

    /// <inheritdoc cref="InboundRoute.Recording"/>
    [Parameter, Alias("devicerec")]
    [ArgumentCompleter(typeof(SarkCompleter))]
    [SarkValue]
    public string? Recording { get; set; }

    /// <summary>Who makes the change, as SARK notes it: letters and digits.</summary>
    [Parameter, Alias("z_updater")]
    [ArgumentCompleter(typeof(SarkCompleter))]
    [SarkValue]
    public string? Updater { get; set; }
}

/// <summary>Makes an inbound route.</summary>
[Cmdlet(VerbsCommon.New, "SarkInboundRoute", DefaultParameterSetName = KeySet, SupportsShouldProcess = true)]
[OutputType(typeof(InboundRoute))]
public sealed class NewSarkInboundRouteCommand : InboundRouteWriteCommand
{
    /// <inheritdoc cref="InboundRoute.Carrier"/>
    [Parameter(Mandatory = true, ParameterSetName = KeySet)]
    [Parameter(ParameterSetName = InputSet)]
    [ArgumentCompleter(typeof(SarkCompleter))]
    [SarkValue]
    public override string? Carrier { get; set; }

    /// <inheritdoc cref="InboundRoute.Tenant"/>
    [Parameter(Mandatory = true, ParameterSetName = KeySet)]
    [Parameter(ParameterSetName = InputSet)]
    [Alias("cluster")]
    [ArgumentCompleter(typeof(SarkCompleter))]
    [SarkValue]
    public override string? Tenant { get; set; }

    /// <inheritdoc cref="InboundRoute.TrunkName"/>
    [Parameter(Mandatory = true, ParameterSetName = KeySet)]
    [Parameter(ParameterSetName = InputSet)]
    [ArgumentCompleter(typeof(SarkCompleter))]
    [SarkValue]
    public override string? TrunkName { get; set; }
}

/// <summary>Changes inbound routes.</summary>
[Cmdlet(VerbsCommon.Set, "SarkInboundRoute", DefaultParameterSetName = KeySet, SupportsShouldProcess = true)]
[OutputType(typeof(InboundRoute))]
public sealed class SetSarkInboundRouteCommand : InboundRouteWriteCommand
{
    /// <summary>Passes the changed inbound route on.</summary>
    [Parameter]
    public SwitchParameter PassThru { get; set; }
}

/// <summary>Removes inbound routes.</summary>
[Cmdlet(
    VerbsCommon.Remove,
    "SarkInboundRoute",
    DefaultParameterSetName = KeySet,
    SupportsShouldProcess = true,
    ConfirmImpact = ConfirmImpact.High)]
public sealed class RemoveSarkInboundRouteCommand : SarkRemoveCommand<InboundRoute>;
