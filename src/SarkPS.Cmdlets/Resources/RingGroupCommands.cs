using System.Management.Automation;

namespace SarkPS.Cmdlets;

/// <summary>Lists ring groups, or finds them by key.</summary>
[Cmdlet(VerbsCommon.Get, "SarkRingGroup")]
[OutputType(typeof(RingGroup))]
public sealed class GetSarkRingGroupCommand : SarkGetCommand<RingGroup>
{
    /// <inheritdoc cref="RingGroup.Tenant"/>
    [Parameter]
    [Alias("cluster")]
    [SupportsWildcards]
    [SarkKey]
    [ArgumentCompleter(typeof(SarkCompleter))]
    public string[]? Tenant { get; set; }
}

/// <summary>The parameters that New-SarkRingGroup and Set-SarkRingGroup share.</summary>
public abstract class RingGroupWriteCommand : SarkRoutedCommand<RingGroup>
{
    /// <inheritdoc cref="RingGroup.Tenant"/>
    [Parameter, Alias("cluster"), ArgumentCompleter(typeof(SarkCompleter))]
    [SarkValue]
    public virtual string? Tenant { get; set; }

    /// <inheritdoc cref="RingGroup.Recording"/>
    [Parameter, Alias("devicerec"), ArgumentCompleter(typeof(SarkCompleter))]
    [SarkValue]
    public string? Recording { get; set; }

    /// <inheritdoc cref="RingGroup.DialOptionsHunt"/>
    [Parameter, Alias("dialparamshunt")]
    [ArgumentCompleter(typeof(SarkCompleter))]
    [SarkValue]
    public string? DialOptionsHunt { get; set; }

    /// <inheritdoc cref="RingGroup.DialOptionsRing"/>
    [Parameter, Alias("dialparamsring")]
    [ArgumentCompleter(typeof(SarkCompleter))]
    [SarkValue]
    public string? DialOptionsRing { get; set; }

    /// <inheritdoc cref="RingGroup.Divert"/>
    [Parameter]
    [ArgumentCompleter(typeof(SarkCompleter))]
    [SarkValue]
    public string? Divert { get; set; }

    /// <summary>Greeting that callers hear first, such as usergreeting0012.</summary>
    [Parameter]
    [ArgumentCompleter(typeof(SarkCompleter))]
    [SarkValue]
    public string? Greeting { get; set; }

    /// <inheritdoc cref="RingGroup.GroupType"/>
    [Parameter, ArgumentCompleter(typeof(SarkCompleter))]
    [SarkValue]
    public string? GroupType { get; set; }

    /// <inheritdoc cref="RingGroup.Description"/>
    [Parameter, Alias("longdesc")]
    [ArgumentCompleter(typeof(SarkCompleter))]
    [SarkValue]
    public string? Description { get; set; }

    /// <inheritdoc cref="RingGroup.ShortDescription"/>
    [Parameter, Alias("desc")]
    [ArgumentCompleter(typeof(SarkCompleter))]
    [SarkValue]
    public string? ShortDescription { get; set; }

    /// <inheritdoc cref="RingGroup.ObeyDoNotDisturb"/>
    [Parameter, Alias("obeydnd")]
    [SarkFlag, ArgumentCompleter(typeof(SarkCompleter))]
    public bool? ObeyDoNotDisturb { get; set; }

    /// <inheritdoc cref="RingGroup.Members"/>
    [Parameter, Alias("out")]
    [SarkList]
    [ArgumentCompleter(typeof(SarkCompleter))]
    [SarkValue]
    public string? Members { get; set; }

    /// <inheritdoc cref="RingGroup.Outcome"/>
    [Parameter, ArgumentCompleter(typeof(SarkCompleter))]
    [SarkValue]
    public virtual string? Outcome { get; set; }

    /// <inheritdoc cref="RingGroup.PageGroup"/>
    [Parameter]
    [ArgumentCompleter(typeof(SarkCompleter))]
    [SarkValue(typeof(int))]
    public int? PageGroup { get; set; }

    /// <inheritdoc cref="RingGroup.RingDelay"/>
    [Parameter]
    [ArgumentCompleter(typeof(SarkCompleter))]
    [SarkValue(typeof(int))]
    public int? RingDelay { get; set; }

    /// <inheritdoc cref="RingGroup.AlertInfo"/>
    [Parameter, Alias("speedalert")]
    [ArgumentCompleter(typeof(SarkCompleter))]
    [SarkValue]
    public string? AlertInfo { get; set; }
}

/// <summary>Makes a ring group.</summary>
[Cmdlet(VerbsCommon.New, "SarkRingGroup", DefaultParameterSetName = KeySet, SupportsShouldProcess = true)]
[OutputType(typeof(RingGroup))]
public sealed class NewSarkRingGroupCommand : RingGroupWriteCommand
{
    /// <inheritdoc cref="RingGroup.Tenant"/>
    [Parameter(Mandatory = true, ParameterSetName = KeySet)]
    [Parameter(ParameterSetName = InputSet)]
    [Alias("cluster")]
    [ArgumentCompleter(typeof(SarkCompleter))]
    [SarkValue]
    public override string? Tenant { get; set; }

    /// <inheritdoc cref="RingGroup.Outcome"/>
    [Parameter(Mandatory = true, ParameterSetName = KeySet)]
    [Parameter(ParameterSetName = InputSet)]
    [ArgumentCompleter(typeof(SarkCompleter))]
    [SarkValue]
    public override string? Outcome { get; set; }
}

/// <summary>Changes ring groups.</summary>
[Cmdlet(VerbsCommon.Set, "SarkRingGroup", DefaultParameterSetName = KeySet, SupportsShouldProcess = true)]
[OutputType(typeof(RingGroup))]
public sealed class SetSarkRingGroupCommand : RingGroupWriteCommand
{
    /// <summary>Passes the changed ring group on.</summary>
    [Parameter]
    public SwitchParameter PassThru { get; set; }
}

/// <summary>Removes ring groups.</summary>
[Cmdlet(
    VerbsCommon.Remove,
    "SarkRingGroup",
    DefaultParameterSetName = KeySet,
    SupportsShouldProcess = true,
    ConfirmImpact = ConfirmImpact.High)]
public sealed class RemoveSarkRingGroupCommand : SarkRemoveCommand<RingGroup>;
