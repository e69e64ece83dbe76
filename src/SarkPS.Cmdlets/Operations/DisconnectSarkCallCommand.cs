using System.Management.Automation;
using SarkPS.Ami;

namespace SarkPS.Cmdlets;

/// <summary><c>Disconnect-SarkCall</c>: hangs up the call that a channel belongs to.</summary>
[Cmdlet(VerbsCommunications.Disconnect, "SarkCall", DefaultParameterSetName = KeySet, SupportsShouldProcess = true)]
[OutputType(typeof(void))]
public sealed class DisconnectSarkCallCommand() : SarkNamedCommand(
    nameof(Channel),
    [nameof(AsteriskChannel), nameof(ConferenceMember), nameof(QueueCaller), nameof(AgentStatus), nameof(OriginateResult)],
    nameof(Channel))
{
    /// <summary>The channel, such as <c>PJSIP/44107-00000155</c>; either end of a call will do.</summary>
    [Parameter(Mandatory = true, Position = 0, ParameterSetName = KeySet)]
    [SarkKey]
    [ArgumentCompleter(typeof(SarkCompleter))]
    public string[] Channel { get; set; } = [];

    private protected override string[] Names => Channel;

    private protected override void Process(string name)
    {
        if (Reaches(backend => backend.Asterisk) && Confirmed(name, "Hang up"))
        {
            Wait(token => Backend.Asterisk.HangupAsync(name, token));
        }
    }
}
