using System.Management.Automation;

namespace SarkPS.Cmdlets;

/// <summary>Lists extensions, or finds them by key.</summary>
[Cmdlet(VerbsCommon.Get, "SarkExtension")]
[OutputType(typeof(Extension))]
public sealed class GetSarkExtensionCommand : SarkGetCommand<Extension>
{
    /// <inheritdoc cref="Extension.Tenant"/>
    [Parameter]
    [Alias("cluster")]
    [SupportsWildcards]
    [SarkKey]
    [ArgumentCompleter(typeof(SarkCompleter))]
    public string[]? Tenant { get; set; }

    /// <inheritdoc cref="Extension.Location"/>
    [Parameter]
    [SupportsWildcards]
    [SarkKey]
    [ArgumentCompleter(typeof(SarkCompleter))]
    public string[]? Location { get; set; }

    /// <inheritdoc cref="Extension.Transport"/>
    [Parameter]
    [SupportsWildcards]
    [SarkKey]
    [ArgumentCompleter(typeof(SarkCompleter))]
    public string[]? Transport { get; set; }

    /// <inheritdoc cref="Extension.Device"/>
    [Parameter]
    [SupportsWildcards]
    [SarkKey]
    [ArgumentCompleter(typeof(SarkCompleter))]
    public string[]? Device { get; set; }

    /// <inheritdoc cref="Extension.Technology"/>
    [Parameter]
    [SupportsWildcards]
    [SarkKey]
    [ArgumentCompleter(typeof(SarkCompleter))]
    public string[]? Technology { get; set; }
}

/// <summary>The parameters that New-SarkExtension and Set-SarkExtension share.</summary>
public abstract class ExtensionWriteCommand : SarkRoutedCommand<Extension>
{
    /// <inheritdoc cref="Extension.Active"/>
    [Parameter]
    [SarkFlag, ArgumentCompleter(typeof(SarkCompleter))]
    public bool? Active { get; set; }

    /// <inheritdoc cref="Extension.CallbackTo"/>
    [Parameter, ArgumentCompleter(typeof(SarkCompleter))]
    [SarkValue]
    public string? CallbackTo { get; set; }

    /// <inheritdoc cref="Extension.CallerId"/>
    [Parameter]
    [ArgumentCompleter(typeof(SarkCompleter))]
    [SarkValue]
    public string? CallerId { get; set; }

    /// <inheritdoc cref="Extension.CellPhone"/>
    [Parameter]
    [ArgumentCompleter(typeof(SarkCompleter))]
    [SarkValue]
    public string? CellPhone { get; set; }

    /// <inheritdoc cref="Extension.CellTwin"/>
    [Parameter]
    [SarkFlag, ArgumentCompleter(typeof(SarkCompleter))]
    public bool? CellTwin { get; set; }

    /// <inheritdoc cref="Extension.Tenant"/>
    [Parameter, Alias("cluster"), ArgumentCompleter(typeof(SarkCompleter))]
    [SarkValue]
    public virtual string? Tenant { get; set; }

    /// <inheritdoc cref="Extension.MaxCalls"/>
    [Parameter, Alias("callmax")]
    [ArgumentCompleter(typeof(SarkCompleter))]
    [SarkValue(typeof(int))]
    public int? MaxCalls { get; set; }

    /// <inheritdoc cref="Extension.PjsipStanza"/>
    [Parameter, Alias("pjsipuser")]
    [SarkSecret]
    [ArgumentCompleter(typeof(SarkCompleter))]
    [SarkValue]
    public string? PjsipStanza { get; set; }

    /// <inheritdoc cref="Extension.Recording"/>
    [Parameter, Alias("devicerec"), ArgumentCompleter(typeof(SarkCompleter))]
    [SarkValue]
    public string? Recording { get; set; }

    /// <inheritdoc cref="Extension.VoicemailDivert"/>
    [Parameter, Alias("dvrvmail"), ArgumentCompleter(typeof(SarkCompleter))]
    [SarkValue]
    public string? VoicemailDivert { get; set; }

    /// <inheritdoc cref="Extension.Location"/>
    [Parameter, ArgumentCompleter(typeof(SarkCompleter))]
    [SarkValue]
    public string? Location { get; set; }

    /// <inheritdoc cref="Extension.Protocol"/>
    [Parameter, ArgumentCompleter(typeof(SarkCompleter))]
    [SarkValue]
    public string? Protocol { get; set; }

    /// <inheritdoc cref="Extension.Provision"/>
    [Parameter]
    [ArgumentCompleter(typeof(SarkCompleter))]
    [SarkValue]
    public string? Provision { get; set; }

    /// <inheritdoc cref="Extension.ProvisionWith"/>
    [Parameter, ArgumentCompleter(typeof(SarkCompleter))]
    [SarkValue]
    public string? ProvisionWith { get; set; }

    /// <inheritdoc cref="Extension.SendCredentials"/>
    [Parameter, Alias("sndcreds"), ArgumentCompleter(typeof(SarkCompleter))]
    [SarkValue]
    public string? SendCredentials { get; set; }

    /// <inheritdoc cref="Extension.Transport"/>
    [Parameter, ArgumentCompleter(typeof(SarkCompleter))]
    [SarkValue]
    public string? Transport { get; set; }

    /// <inheritdoc cref="Extension.VoicemailEmail"/>
    [Parameter, Alias("vmailfwd")]
    [ArgumentCompleter(typeof(SarkCompleter))]
    [SarkValue]
    public string? VoicemailEmail { get; set; }

    /// <inheritdoc cref="Extension.MacAddress"/>
    [Parameter, Alias("macaddr")]
    [ArgumentCompleter(typeof(SarkCompleter))]
    [SarkValue]
    public string? MacAddress { get; set; }

    /// <inheritdoc cref="Extension.Description"/>
    [Parameter, Alias("desc")]
    [ArgumentCompleter(typeof(SarkCompleter))]
    [SarkValue]
    public string? Description { get; set; }

    /// <inheritdoc cref="Extension.Device"/>
    [Parameter]
    [ArgumentCompleter(typeof(SarkCompleter))]
    [SarkValue]
    public string? Device { get; set; }

    /// <inheritdoc cref="Extension.DeviceModel"/>
    [Parameter]
    [ArgumentCompleter(typeof(SarkCompleter))]
    [SarkValue]
    public string? DeviceModel { get; set; }

    /// <inheritdoc cref="Extension.Password"/>
    [Parameter, Alias("passwd")]
    [SarkSecret]
    [ArgumentCompleter(typeof(SarkCompleter))]
    [SarkValue]
    public string? Password { get; set; }

    /// <summary>
    /// Lines of the telephone's section in Asterisk's configuration, in which SARK replaces $desc, $password, $ext, $nat,
    /// $transport, $encryption and $clst; or the word default for the lines that SARK's own pages write.
    /// </summary>
    [Parameter, Alias("sipiaxfriend")]
    [ArgumentCompleter(typeof(SarkCompleter))]
    [SarkValue]
    public string? Stanza { get; set; }

    /// <inheritdoc cref="Extension.BaseMacAddress"/>
    [Parameter, Alias("basemacaddr")]
    [ArgumentCompleter(typeof(SarkCompleter))]
    [SarkValue]
    public string? BaseMacAddress { get; set; }

    /// <inheritdoc cref="Extension.AlertInfo"/>
    [Parameter, Alias("extalert")]
    [ArgumentCompleter(typeof(SarkCompleter))]
    [SarkValue]
    public string? AlertInfo { get; set; }
}

/// <summary>Makes an extension.</summary>
[Cmdlet(VerbsCommon.New, "SarkExtension", DefaultParameterSetName = KeySet, SupportsShouldProcess = true)]
[OutputType(typeof(Extension))]
public sealed class NewSarkExtensionCommand : ExtensionWriteCommand
{
    /// <inheritdoc cref="Extension.Tenant"/>
    [Parameter(Mandatory = true, ParameterSetName = KeySet)]
    [Parameter(ParameterSetName = InputSet)]
    [Alias("cluster")]
    [ArgumentCompleter(typeof(SarkCompleter))]
    [SarkValue]
    public override string? Tenant { get; set; }

    /// <summary>
    /// What kind of extension: Mailbox, Provisioned, Unprovisioned or WebRtc. Without it the other values decide: with a
    /// hardware address it is provisioned, with device MAILBOX a mailbox, with device WebRTC or transport wss a browser,
    /// else unprovisioned.
    /// </summary>
    [Parameter]
    [ArgumentCompleter(typeof(SarkCompleter))]
    public string? Kind { get; set; }

    private protected override SarkPS.Descriptors.CreateKind? ChooseKind(SarkPS.Descriptors.Changes changes, PSObject? row) =>
        ExtensionKind.Choose(Kind, changes, row);
}

/// <summary>Changes extensions.</summary>
[Cmdlet(VerbsCommon.Set, "SarkExtension", DefaultParameterSetName = KeySet, SupportsShouldProcess = true)]
[OutputType(typeof(Extension))]
public sealed class SetSarkExtensionCommand : ExtensionWriteCommand
{
    /// <summary>Passes the changed extension on.</summary>
    [Parameter]
    public SwitchParameter PassThru { get; set; }
}

/// <summary>Removes extensions.</summary>
[Cmdlet(
    VerbsCommon.Remove,
    "SarkExtension",
    DefaultParameterSetName = KeySet,
    SupportsShouldProcess = true,
    ConfirmImpact = ConfirmImpact.High)]
public sealed class RemoveSarkExtensionCommand : SarkRemoveCommand<Extension>;
