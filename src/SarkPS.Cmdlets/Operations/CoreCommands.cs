using System.Management.Automation;
using SarkPS.Ami;

namespace SarkPS.Cmdlets;

/// <summary><c>Get-SarkCoreSetting</c>: Asterisk's own settings, its version among them.</summary>
[Cmdlet(VerbsCommon.Get, "SarkCoreSetting")]
[OutputType(typeof(CoreSettings))]
public sealed class GetSarkCoreSettingCommand : SarkCmdlet
{
    /// <inheritdoc/>
    protected override void ProcessRecord() => Try(() => Emit(Wait(Backend.Asterisk.GetCoreSettingsAsync)));
}

/// <summary><c>Get-SarkCoreStatus</c>: how long Asterisk has run, and how busy it is.</summary>
[Cmdlet(VerbsCommon.Get, "SarkCoreStatus")]
[OutputType(typeof(CoreStatus))]
public sealed class GetSarkCoreStatusCommand : SarkCmdlet
{
    /// <inheritdoc/>
    protected override void ProcessRecord() => Try(() => Emit(Wait(Backend.Asterisk.GetCoreStatusAsync)));
}

/// <summary><c>Invoke-SarkReload</c>: has Asterisk read its configuration again. Calls go on.</summary>
[Cmdlet(VerbsLifecycle.Invoke, "SarkReload", SupportsShouldProcess = true)]
[OutputType(typeof(void))]
public sealed class InvokeSarkReloadCommand : SarkCmdlet
{
    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        if (Reaches(backend => backend.Asterisk) && Confirmed(Backend.Location, "Reload Asterisk's configuration"))
        {
            Try(() => Wait(Backend.Asterisk.ReloadAsync));
        }
    }
}
