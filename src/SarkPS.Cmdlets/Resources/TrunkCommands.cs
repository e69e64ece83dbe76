using System.Management.Automation;

namespace SarkPS.Cmdlets;

/// <summary>Lists trunks, or finds them by key.</summary>
[Cmdlet(VerbsCommon.Get, "SarkTrunk")]
[OutputType(typeof(Trunk))]
public sealed class GetSarkTrunkCommand : SarkGetCommand<Trunk>
{
    /// <inheritdoc cref="Trunk.Tenant"/>
    [Parameter]
    [Alias("cluster")]
    [SupportsWildcards]
    [SarkKey]
    [ArgumentCompleter(typeof(SarkCompleter))]
    public string[]? Tenant { get; set; }
}

/// <summary>The parameters that New-SarkTrunk and Set-SarkTrunk share.</summary>
public abstract class TrunkWriteCommand : SarkRoutedCommand<Trunk>
{
    /// <inheritdoc cref="Trunk.Active"/>
    [Parameter]
    [SarkFlag, ArgumentCompleter(typeof(SarkCompleter))]
    public bool? Active { get; set; }

    /// <inheritdoc cref="Trunk.AlertInfo"/>
    [Parameter]
    [ArgumentCompleter(typeof(SarkCompleter))]
    [SarkValue]
    public string? AlertInfo { get; set; }

    /// <inheritdoc cref="Trunk.CallerId"/>
    [Parameter]
    [ArgumentCompleter(typeof(SarkCompleter))]
    [SarkValue]
    public string? CallerId { get; set; }

    /// <inheritdoc cref="Trunk.CallProgress"/>
    [Parameter]
    [SarkFlag, ArgumentCompleter(typeof(SarkCompleter))]
    public bool? CallProgress { get; set; }

    /// <inheritdoc cref="Trunk.Tenant"/>
    [Parameter, Alias("cluster"), ArgumentCompleter(typeof(SarkCompleter))]
    [SarkValue]
    public virtual string? Tenant { get; set; }

    /// <inheritdoc cref="Trunk.Description"/>
    [Parameter]
    [ArgumentCompleter(typeof(SarkCompleter))]
    [SarkValue]
    public string? Description { get; set; }

    /// <inheritdoc cref="Trunk.Recording"/>
    [Parameter, Alias("devicerec"), ArgumentCompleter(typeof(SarkCompleter))]
    [SarkValue]
    public string? Recording { get; set; }

    /// <inheritdoc cref="Trunk.Disa"/>
    [Parameter, ArgumentCompleter(typeof(SarkCompleter))]
    [SarkValue]
    public string? Disa { get; set; }

    /// <inheritdoc cref="Trunk.DisaPassword"/>
    [Parameter, Alias("disapass")]
    [SarkSecret]
    [ArgumentCompleter(typeof(SarkCompleter))]
    [SarkValue]
    public string? DisaPassword { get; set; }

    /// <inheritdoc cref="Trunk.HostName"/>
    [Parameter, Alias("host")]
    [ArgumentCompleter(typeof(SarkCompleter))]
    [SarkValue]
    public virtual string? HostName { get; set; }

    /// <inheritdoc cref="Trunk.DialPrefix"/>
    [Parameter, Alias("inprefix")]
    [ArgumentCompleter(typeof(SarkCompleter))]
    [SarkValue]
    public string? DialPrefix { get; set; }

    /// <inheritdoc cref="Trunk.Match"/>
    [Parameter]
    [ArgumentCompleter(typeof(SarkCompleter))]
    [SarkValue]
    public string? Match { get; set; }

    /// <inheritdoc cref="Trunk.MusicOnHold"/>
    [Parameter, Alias("moh")]
    [SarkFlag, ArgumentCompleter(typeof(SarkCompleter))]
    public bool? MusicOnHold { get; set; }

    /// <inheritdoc cref="Trunk.Password"/>
    [Parameter]
    [SarkSecret]
    [ArgumentCompleter(typeof(SarkCompleter))]
    [SarkValue]
    public string? Password { get; set; }

    /// <inheritdoc cref="Trunk.PeerName"/>
    [Parameter]
    [ArgumentCompleter(typeof(SarkCompleter))]
    [SarkValue]
    public string? PeerName { get; set; }

    /// <inheritdoc cref="Trunk.Register"/>
    [Parameter]
    [SarkSecret]
    [ArgumentCompleter(typeof(SarkCompleter))]
    [SarkValue]
    public string? Register { get; set; }

    /// <inheritdoc cref="Trunk.PeerStanza"/>
    [Parameter, Alias("sipiaxpeer")]
    [SarkSecret]
    [ArgumentCompleter(typeof(SarkCompleter))]
    [SarkValue]
    public string? PeerStanza { get; set; }

    /// <inheritdoc cref="Trunk.UserStanza"/>
    [Parameter, Alias("sipiaxuser")]
    [SarkSecret]
    [ArgumentCompleter(typeof(SarkCompleter))]
    [SarkValue]
    public string? UserStanza { get; set; }

    /// <inheritdoc cref="Trunk.Transport"/>
    [Parameter, ArgumentCompleter(typeof(SarkCompleter))]
    [SarkValue]
    public string? Transport { get; set; }

    /// <inheritdoc cref="Trunk.Registration"/>
    [Parameter, Alias("pjsipreg"), ArgumentCompleter(typeof(SarkCompleter))]
    [SarkValue]
    public string? Registration { get; set; }

    /// <inheritdoc cref="Trunk.PjsipStanza"/>
    [Parameter, Alias("pjsipuser")]
    [SarkSecret]
    [ArgumentCompleter(typeof(SarkCompleter))]
    [SarkValue]
    public string? PjsipStanza { get; set; }

    /// <inheritdoc cref="Trunk.ShowCallerId"/>
    [Parameter, Alias("swoclip")]
    [SarkFlag, ArgumentCompleter(typeof(SarkCompleter))]
    public bool? ShowCallerId { get; set; }

    /// <inheritdoc cref="Trunk.Tag"/>
    [Parameter]
    [ArgumentCompleter(typeof(SarkCompleter))]
    [SarkValue]
    public string? Tag { get; set; }

    /// <inheritdoc cref="Trunk.Transform"/>
    [Parameter]
    [SarkList]
    [ArgumentCompleter(typeof(SarkCompleter))]
    [SarkValue]
    public string? Transform { get; set; }

    /// <inheritdoc cref="Trunk.TrunkName"/>
    [Parameter]
    [ArgumentCompleter(typeof(SarkCompleter))]
    [SarkValue]
    public string? TrunkName { get; set; }

    /// <inheritdoc cref="Trunk.UserName"/>
    [Parameter]
    [ArgumentCompleter(typeof(SarkCompleter))]
    [SarkValue]
    public virtual string? UserName { get; set; }

    /// <inheritdoc cref="Trunk.Carrier"/>
    [Parameter, ArgumentCompleter(typeof(SarkCompleter))]
    [SarkValue]
    public virtual string? Carrier { get; set; }

    /// <summary>Who makes the change, as SARK notes it: letters and digits.</summary>
    [Parameter, Alias("z_updater")]
    [ArgumentCompleter(typeof(SarkCompleter))]
    [SarkValue]
    public string? Updater { get; set; }
}

/// <summary>Makes a trunk.</summary>
[Cmdlet(VerbsCommon.New, "SarkTrunk", DefaultParameterSetName = KeySet, SupportsShouldProcess = true)]
[OutputType(typeof(Trunk))]
public sealed class NewSarkTrunkCommand : TrunkWriteCommand
{
    /// <inheritdoc cref="Trunk.Tenant"/>
    [Parameter(Mandatory = true, ParameterSetName = KeySet)]
    [Parameter(ParameterSetName = InputSet)]
    [Alias("cluster")]
    [ArgumentCompleter(typeof(SarkCompleter))]
    [SarkValue]
    public override string? Tenant { get; set; }

    /// <inheritdoc cref="Trunk.HostName"/>
    [Parameter(Mandatory = true, ParameterSetName = KeySet)]
    [Parameter(ParameterSetName = InputSet)]
    [Alias("host")]
    [ArgumentCompleter(typeof(SarkCompleter))]
    [SarkValue]
    public override string? HostName { get; set; }

    /// <inheritdoc cref="Trunk.UserName"/>
    [Parameter(Mandatory = true, ParameterSetName = KeySet)]
    [Parameter(ParameterSetName = InputSet)]
    [ArgumentCompleter(typeof(SarkCompleter))]
    [SarkValue]
    public override string? UserName { get; set; }

    /// <inheritdoc cref="Trunk.Carrier"/>
    [Parameter(Mandatory = true, ParameterSetName = KeySet)]
    [Parameter(ParameterSetName = InputSet)]
    [ArgumentCompleter(typeof(SarkCompleter))]
    [SarkValue]
    public override string? Carrier { get; set; }
}

/// <summary>Changes trunks.</summary>
[Cmdlet(VerbsCommon.Set, "SarkTrunk", DefaultParameterSetName = KeySet, SupportsShouldProcess = true)]
[OutputType(typeof(Trunk))]
public sealed class SetSarkTrunkCommand : TrunkWriteCommand
{
    /// <summary>Passes the changed trunk on.</summary>
    [Parameter]
    public SwitchParameter PassThru { get; set; }
}

/// <summary>Removes trunks.</summary>
[Cmdlet(
    VerbsCommon.Remove,
    "SarkTrunk",
    DefaultParameterSetName = KeySet,
    SupportsShouldProcess = true,
    ConfirmImpact = ConfirmImpact.High)]
public sealed class RemoveSarkTrunkCommand : SarkRemoveCommand<Trunk>;
