using System.Management.Automation;

namespace SarkPS.Cmdlets;

/// <summary><c>Disconnect-SarkCall</c>: hangs up the call that a channel belongs to.</summary>
[Cmdlet(VerbsCommunications.Disconnect, "SarkCall", SupportsShouldProcess = true)]
[OutputType(typeof(void))]
public sealed class DisconnectSarkCallCommand : SarkCmdlet
{
    /// <summary>The channel, such as <c>PJSIP/44107-00000155</c>; either end of a call will do.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [ValidateNotNullOrEmpty]
    public string[] Channel { get; set; } = [];

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        foreach (var channel in Channel)
        {
            if (Reaches(backend => backend.Asterisk) && ShouldProcess(channel, "Hang up"))
            {
                Try(() => Wait(token => Backend.Asterisk.HangupAsync(channel, token)));
            }
        }
    }
}
