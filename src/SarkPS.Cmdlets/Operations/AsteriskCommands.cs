using System.Management.Automation;
using SarkPS.Ami;

namespace SarkPS.Cmdlets;

/// <summary><c>Get-SarkChannel</c>: the channels of the calls that are up, from CoreShowChannels and Status together.</summary>
[Cmdlet(VerbsCommon.Get, "SarkChannel")]
[OutputType(typeof(AsteriskChannel))]
public sealed class GetSarkChannelCommand() : AsteriskListCommand<AsteriskChannel>(
    (asterisk, token) => asterisk.GetChannelsAsync(token),
    nameof(AsteriskChannel.Channel));

/// <summary><c>Get-SarkConference</c>: conference rooms that somebody is in.</summary>
[Cmdlet(VerbsCommon.Get, "SarkConference")]
[OutputType(typeof(Conference))]
public sealed class GetSarkConferenceCommand() : AsteriskListCommand<Conference>(
    (asterisk, token) => asterisk.GetConferencesAsync(token),
    nameof(Conference.Name));

/// <summary><c>Get-SarkDeviceState</c>: what devices are doing.</summary>
[Cmdlet(VerbsCommon.Get, "SarkDeviceState")]
[OutputType(typeof(DeviceState))]
public sealed class GetSarkDeviceStateCommand() : AsteriskListCommand<DeviceState>(
    (asterisk, token) => asterisk.GetDeviceStatesAsync(token),
    nameof(DeviceState.Device));

/// <summary><c>Get-SarkExtensionState</c>: what the devices behind extensions are doing.</summary>
[Cmdlet(VerbsCommon.Get, "SarkExtensionState")]
[OutputType(typeof(ExtensionState))]
public sealed class GetSarkExtensionStateCommand() : AsteriskListCommand<ExtensionState>(
    (asterisk, token) => asterisk.GetExtensionStatesAsync(token),
    nameof(ExtensionState.Extension),
    nameof(Extension))
{
    /// <summary>The dial plan context of the hints; * and ? stand for any letters.</summary>
    [Parameter(Position = 1)]
    [SupportsWildcards]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(SarkCompleter))]
    public string? Context { get; set; }

    private protected override async Task<IReadOnlyList<ExtensionState>> AskAsync(
        IAsteriskOperations asterisk,
        CancellationToken cancellationToken)
    {
        var isWanted = Context is null ? _ => true : KeyWish.Typed(Context).Matcher(nameof(Context), ignoreCase: true);
        return [.. (await base.AskAsync(asterisk, cancellationToken).ConfigureAwait(false)).Where(s => isWanted(s.Context))];
    }
}

/// <summary><c>Get-SarkSipPeer</c>: SIP telephones and trunks, of chan_sip and PJSIP alike.</summary>
[Cmdlet(VerbsCommon.Get, "SarkSipPeer")]
[OutputType(typeof(SipPeer))]
public sealed class GetSarkSipPeerCommand() : AsteriskListCommand<SipPeer>(
    (asterisk, token) => asterisk.GetSipPeersAsync(token),
    nameof(SipPeer.Name),
    nameof(Extension),
    nameof(Trunk))
{
    private protected override Task<IReadOnlyList<SipPeer>> FindAsync(
        IAsteriskOperations asterisk,
        string name,
        CancellationToken cancellationToken) =>
        asterisk.GetSipPeersAsync(name, cancellationToken);
}

/// <summary><c>Get-SarkSipRegistration</c>: registrations of this exchange with SIP carriers.</summary>
[Cmdlet(VerbsCommon.Get, "SarkSipRegistration")]
[OutputType(typeof(Registration))]
public sealed class GetSarkSipRegistrationCommand() : AsteriskListCommand<Registration>(
    (asterisk, token) => asterisk.GetSipRegistrationsAsync(token),
    nameof(Registration.UserName));

/// <summary><c>Get-SarkIaxPeer</c>: IAX2 telephones and trunks.</summary>
[Cmdlet(VerbsCommon.Get, "SarkIaxPeer")]
[OutputType(typeof(IaxPeer))]
public sealed class GetSarkIaxPeerCommand() : AsteriskListCommand<IaxPeer>(
    (asterisk, token) => asterisk.GetIaxPeersAsync(token),
    nameof(IaxPeer.Name),
    nameof(Extension),
    nameof(Trunk));

/// <summary><c>Get-SarkIaxRegistration</c>: registrations of this exchange with IAX2 servers.</summary>
[Cmdlet(VerbsCommon.Get, "SarkIaxRegistration")]
[OutputType(typeof(Registration))]
public sealed class GetSarkIaxRegistrationCommand() : AsteriskListCommand<Registration>(
    (asterisk, token) => asterisk.GetIaxRegistrationsAsync(token),
    nameof(Registration.UserName));

/// <summary><c>Get-SarkQueueStatus</c>: queues with their members and callers.</summary>
[Cmdlet(VerbsCommon.Get, "SarkQueueStatus")]
[OutputType(typeof(QueueStatus))]
public sealed class GetSarkQueueStatusCommand() : AsteriskListCommand<QueueStatus>(
    (asterisk, token) => asterisk.GetQueueStatusAsync(token),
    nameof(QueueStatus.Name),
    nameof(Queue),
    nameof(QueueSummary));

/// <summary><c>Get-SarkQueueSummary</c>: queues in numbers.</summary>
[Cmdlet(VerbsCommon.Get, "SarkQueueSummary")]
[OutputType(typeof(QueueSummary))]
public sealed class GetSarkQueueSummaryCommand() : AsteriskListCommand<QueueSummary>(
    (asterisk, token) => asterisk.GetQueueSummaryAsync(token),
    nameof(QueueSummary.Name),
    nameof(Queue),
    nameof(QueueStatus));

/// <summary><c>Get-SarkAgentStatus</c>: what agents are doing.</summary>
[Cmdlet(VerbsCommon.Get, "SarkAgentStatus")]
[OutputType(typeof(AgentStatus))]
public sealed class GetSarkAgentStatusCommand() : AsteriskListCommand<AgentStatus>(
    (asterisk, token) => asterisk.GetAgentsAsync(token),
    nameof(AgentStatus.Agent),
    nameof(Agent));

/// <summary><c>Get-SarkVoicemailUser</c>: voicemail boxes as they are configured.</summary>
[Cmdlet(VerbsCommon.Get, "SarkVoicemailUser")]
[OutputType(typeof(VoicemailUser))]
public sealed class GetSarkVoicemailUserCommand() : AsteriskListCommand<VoicemailUser>(
    (asterisk, token) => asterisk.GetVoicemailUsersAsync(token),
    nameof(VoicemailUser.Mailbox),
    nameof(Extension));
