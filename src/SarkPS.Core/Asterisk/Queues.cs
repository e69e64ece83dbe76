using System.Globalization;

namespace SarkPS.Ami;

/// <summary>Something that Asterisk told about itself. <see cref="GetRaw"/> has every field as it came.</summary>
/// <param name="raw">The fields.</param>
public abstract class AsteriskResult(AmiMessage raw)
{
    /// <summary>All fields as Asterisk sent them.</summary>
    // No public property, or everything that turns objects into text would write each value twice.
    internal AmiMessage Raw { get; } = raw;

    /// <summary>
    /// All fields as Asterisk sent them. At the prompt it is the hidden property <c>Raw</c>: <c>$x.Raw['Field']</c> gives one
    /// of them.
    /// </summary>
    public AmiMessage GetRaw() => Raw;
}

/// <summary>What a channel is doing. Numbers are Asterisk's.</summary>
public enum ChannelState
{
    /// <summary>Exists, but nothing has happened yet.</summary>
    Down = 0,

    /// <summary>Kept for a call to come.</summary>
    Reserved = 1,

    /// <summary>Off the hook.</summary>
    OffHook = 2,

    /// <summary>Digits are being dialled.</summary>
    Dialing = 3,

    /// <summary>The far end is ringing.</summary>
    Ring = 4,

    /// <summary>The telephone rings.</summary>
    Ringing = 5,

    /// <summary>Answered.</summary>
    Up = 6,

    /// <summary>Busy.</summary>
    Busy = 7,

    /// <summary>Digits are dialled while off the hook.</summary>
    DialingOffHook = 8,

    /// <summary>A call before its first ring.</summary>
    PreRing = 9,

    /// <summary>Asterisk did not say.</summary>
    Unknown = -1,
}

/// <summary>A party of a call, with who it talks to.</summary>
/// <param name="raw">The fields.</param>
public abstract class ChannelResult(AmiMessage raw) : AsteriskResult(raw)
{
    /// <summary>The channel's name, such as <c>PJSIP/44107-00000155</c>; what <c>Disconnect-SarkCall</c> takes.</summary>
    public string? Channel { get; } = raw.Text("Channel");

    /// <summary>What it is doing.</summary>
    public ChannelState State { get; } = raw.Int("ChannelState") is { } number && Enum.IsDefined((ChannelState)number) ? (ChannelState)number : ChannelState.Unknown;

    /// <summary>The caller's number.</summary>
    public string? CallerId { get; } = raw.Text("CallerIDNum");

    /// <summary>The caller's name.</summary>
    public string? CallerName { get; } = raw.Text("CallerIDName");

    /// <summary>The number at the other end.</summary>
    public string? ConnectedNumber { get; } = raw.Text("ConnectedLineNum");

    /// <summary>The name at the other end.</summary>
    public string? ConnectedName { get; } = raw.Text("ConnectedLineName");

    /// <summary>The dial plan context that it is in.</summary>
    public string? Context { get; } = raw.Text("Context");

    /// <summary>The extension that it is in.</summary>
    public string? Extension { get; } = raw.Text("Exten");

    /// <summary>The step of the extension that it is in.</summary>
    public int? Priority { get; } = raw.Int("Priority");

    /// <summary>Asterisk's own id of the channel.</summary>
    public string? UniqueId { get; } = raw.Text("Uniqueid");

    /// <summary>The id that all channels of a call share.</summary>
    public string? LinkedId { get; } = raw.Text("Linkedid");
}

/// <summary>A channel, from <c>CoreShowChannels</c> and <c>Status</c> together.</summary>
public sealed class AsteriskChannel : ChannelResult
{
    /// <summary>Makes it of its two halves.</summary>
    /// <param name="channel">An item of <c>CoreShowChannels</c>.</param>
    /// <param name="status">The item of <c>Status</c> with the same id; null when the channel went away between the two.</param>
    public AsteriskChannel(AmiMessage channel, AmiMessage? status)
        : base(channel)
    {
        Status = status;
        Application = channel.Text("Application");
        ApplicationData = channel.Text("ApplicationData");
        Account = channel.Text("AccountCode");
        BridgeId = channel.Text("BridgeId");
        Duration = channel.Clock("Duration");
        Dialled = status?.Text("DNID");
        Technology = status?.Text("Type") ?? channel["Channel"]?.Split('/')[0];
        TimeToHangup = status?.Int("TimeToHangup") is { } seconds and > 0 ? TimeSpan.FromSeconds(seconds) : null;
        ReadFormat = status?.Text("Readformat");
        WriteFormat = status?.Text("Writeformat");
    }

    /// <summary>The fields of <c>Status</c>, or null.</summary>
    public AmiMessage? Status { get; }

    /// <summary>The application of the dial plan that it is in.</summary>
    public string? Application { get; }

    /// <summary>What that application was given.</summary>
    public string? ApplicationData { get; }

    /// <summary>The account that the call is charged to.</summary>
    public string? Account { get; }

    /// <summary>The bridge that joins it with others, or null when it is alone.</summary>
    public string? BridgeId { get; }

    /// <summary>How long it has existed.</summary>
    public TimeSpan? Duration { get; }

    /// <summary>The number that was dialled.</summary>
    public string? Dialled { get; }

    /// <summary>The kind of channel, such as <c>SIP</c>, <c>PJSIP</c>, <c>IAX2</c> or <c>Local</c>.</summary>
    public string? Technology { get; }

    /// <summary>When it will be hung up because of a limit, or null without one.</summary>
    public TimeSpan? TimeToHangup { get; }

    /// <summary>The audio format that it receives.</summary>
    public string? ReadFormat { get; }

    /// <summary>The audio format that it sends.</summary>
    public string? WriteFormat { get; }
}

/// <summary>A conference room that somebody is in.</summary>
/// <param name="raw">An item of <c>ConfbridgeListRooms</c>.</param>
public sealed class Conference(AmiMessage raw) : AsteriskResult(raw)
{
    /// <summary>The room's number or name.</summary>
    public string? Name { get; } = raw.Text("Conference");

    /// <summary>How many are in it.</summary>
    public int? Parties { get; } = raw.Int("Parties");

    /// <summary>How many of them are marked, as chairs usually are.</summary>
    public int? Marked { get; } = raw.Int("Marked");

    /// <summary>Nobody else may come in.</summary>
    public bool? Locked { get; } = raw.Flag("Locked");

    /// <summary>Everybody is muted.</summary>
    public bool? Muted { get; } = raw.Flag("Muted");
}

/// <summary>Somebody in a conference.</summary>
/// <param name="raw">An item of <c>ConfbridgeList</c>.</param>
public sealed class ConferenceMember(AmiMessage raw) : ChannelResult(raw)
{
    /// <summary>The room.</summary>
    public string? Conference { get; } = raw.Text("Conference");

    /// <summary>May manage the room.</summary>
    public bool? Admin { get; } = raw.Flag("Admin");

    /// <summary>Is a marked user.</summary>
    public bool? MarkedUser { get; } = raw.Flag("MarkedUser");

    /// <summary>Hears nothing until a marked user comes.</summary>
    public bool? WaitMarked { get; } = raw.Flag("WaitMarked");

    /// <summary>Must leave when the last marked user does.</summary>
    public bool? EndMarked { get; } = raw.Flag("EndMarked");

    /// <summary>Is waiting for a marked user.</summary>
    public bool? Waiting { get; } = raw.Flag("Waiting");

    /// <summary>Is muted.</summary>
    public bool? Muted { get; } = raw.Flag("Muted");

    /// <summary>Is talking.</summary>
    public bool? Talking { get; } = raw.Flag("Talking");

    /// <summary>How long ago the channel was answered.</summary>
    public TimeSpan? Answered { get; } = raw.Seconds("AnsweredTime");
}

/// <summary>What a device is doing; Asterisk's words.</summary>
public enum DeviceStatus
{
    /// <summary>Not known.</summary>
    Unknown,

    /// <summary>Ready.</summary>
    NotInUse,

    /// <summary>In a call.</summary>
    InUse,

    /// <summary>In as many calls as it can.</summary>
    Busy,

    /// <summary>There is no such device.</summary>
    Invalid,

    /// <summary>Cannot be reached.</summary>
    Unavailable,

    /// <summary>Rings.</summary>
    Ringing,

    /// <summary>In a call and rings.</summary>
    RingInUse,

    /// <summary>Its call is on hold.</summary>
    OnHold,
}

/// <summary>The state of a device.</summary>
/// <param name="raw">An item of <c>DeviceStateList</c>.</param>
public sealed class DeviceState(AmiMessage raw) : AsteriskResult(raw)
{
    /// <summary>The device, such as <c>SIP/401</c> or <c>Queue:support_avail</c>.</summary>
    public string? Device { get; } = raw.Text("Device");

    /// <summary>What it is doing.</summary>
    public DeviceStatus State { get; } = raw.Word("State", DeviceStatus.Unknown);
}

/// <summary>What the devices behind an extension are doing. Numbers are Asterisk's; ringing and on hold can join with in use.</summary>
[Flags]
public enum ExtensionStatus
{
    /// <summary>Nobody calls.</summary>
    Idle = 0,

    /// <summary>One or more devices are in a call.</summary>
    InUse = 1,

    /// <summary>All devices are busy.</summary>
    Busy = 2,

    /// <summary>No device can be reached.</summary>
    Unavailable = 4,

    /// <summary>A device rings.</summary>
    Ringing = 8,

    /// <summary>A call is on hold.</summary>
    OnHold = 16,

    /// <summary>The extension has no hint, or does not exist: Asterisk does not tell which (its -1).</summary>
    NoHint = 1 << 30,

    /// <summary>The extension was removed (its -2).</summary>
    Removed = 1 << 29,
}

/// <summary>The state of an extension, as its hint sees it.</summary>
/// <param name="raw">An item of <c>ExtensionStateList</c>, or the answer to <c>ExtensionState</c>.</param>
public sealed class ExtensionState(AmiMessage raw) : AsteriskResult(raw)
{
    /// <summary>The extension.</summary>
    public string? Extension { get; } = raw.Text("Exten");

    /// <summary>The dial plan context of its hint.</summary>
    public string? Context { get; } = raw.Text("Context");

    /// <summary>The devices behind it, such as <c>SIP/401</c>.</summary>
    public string? Hint { get; } = raw.Text("Hint");

    /// <summary>What they are doing.</summary>
    public ExtensionStatus State { get; } = raw.Int("Status") switch
    {
        null or -1 => ExtensionStatus.NoHint,
        -2 => ExtensionStatus.Removed,
        var number => (ExtensionStatus)number,
    };
}

/// <summary>Whether a peer can be reached.</summary>
public enum PeerStatus
{
    /// <summary>Not known, often because it never registered.</summary>
    Unknown,

    /// <summary>Answers in time.</summary>
    Ok,

    /// <summary>Answers, but late.</summary>
    Lagged,

    /// <summary>Does not answer.</summary>
    Unreachable,

    /// <summary>Nobody asks it.</summary>
    Unmonitored,
}

/// <summary>A SIP peer, whichever of Asterisk's two SIP modules it belongs to.</summary>
public sealed class SipPeer : AsteriskResult
{
    private SipPeer(AmiMessage raw)
        : base(raw)
    {
    }

    /// <summary>Its name, usually the extension or the trunk.</summary>
    public string? Name { get; private init; }

    /// <summary><c>SIP</c> for chan_sip, <c>PJSIP</c> for chan_pjsip.</summary>
    public string Technology { get; private init; } = "SIP";

    /// <summary>Its address, or null while it is not registered.</summary>
    public string? Address { get; private init; }

    /// <summary>Its port.</summary>
    public int? Port { get; private init; }

    /// <summary>It registers by itself.</summary>
    public bool? Dynamic { get; private init; }

    /// <summary>Whether it can be reached.</summary>
    public PeerStatus Status { get; private init; }

    /// <summary>How long it took to answer.</summary>
    public TimeSpan? Latency { get; private init; }

    /// <summary>Its description.</summary>
    public string? Description { get; private init; }

    /// <summary>The program that it registered with; of a single chan_sip peer, and of PJSIP.</summary>
    public string? UserAgent { get; private init; }

    /// <summary>The dial plan context of its calls; of a single chan_sip peer.</summary>
    public string? Context { get; private init; }

    /// <summary>An item of <c>SIPpeers</c>.</summary>
    /// <param name="raw">The fields.</param>
    public static SipPeer OfList(AmiMessage raw) => new(raw)
    {
        Name = raw.Text("ObjectName"),
        Address = raw.Text("IPaddress"),
        Port = raw.Int("IPport") is { } port and > 0 ? port : null,
        Dynamic = raw.Flag("Dynamic"),
        Status = raw.Peer().Status,
        Latency = raw.Peer().Latency,
        Description = raw.Text("Description"),
    };

    /// <summary>The answer to <c>SIPshowpeer</c>.</summary>
    /// <param name="raw">The fields.</param>
    public static SipPeer OfDetails(AmiMessage raw) => new(raw)
    {
        Name = raw.Text("ObjectName"),
        Address = raw.Text("Address-IP"),
        Port = raw.Int("Address-Port") is { } port and > 0 ? port : null,
        Dynamic = raw.Flag("Dynamic"),
        Status = raw.Peer().Status,
        Latency = raw.Peer().Latency,
        Description = raw.Text("Description"),
        UserAgent = raw.Text("SIP-Useragent"),
        Context = raw.Text("Context"),
    };

    /// <summary>An item of <c>PJSIPShowEndpoints</c> with the contact that it is reached by.</summary>
    /// <param name="endpoint">The endpoint's fields.</param>
    /// <param name="contact">Its item of <c>PJSIPShowContacts</c>, or null without one.</param>
    public static SipPeer OfEndpoint(AmiMessage endpoint, AmiMessage? contact)
    {
        var (address, port) = AddressOf(contact?["Uri"] ?? FirstContact(endpoint));
        return new(endpoint)
        {
            Name = endpoint.Text("ObjectName"),
            Technology = "PJSIP",
            Address = address,
            Port = port,
            Dynamic = contact is null ? null : contact.Text("RegServer") is not null || contact.Epoch("ExpirationTime") is not null,
            Status = contact?["Status"] switch
            {
                "Reachable" or "Avail" => PeerStatus.Ok,
                "Unreachable" or "Unavail" => PeerStatus.Unreachable,
                "NonQualified" => PeerStatus.Unmonitored,

                // A contact that is configured rather than registered is not in the list of contacts, and nobody asks it.
                _ => endpoint["DeviceState"] is "Unavailable" ? PeerStatus.Unreachable : address is null ? PeerStatus.Unknown : PeerStatus.Unmonitored,
            },
            Latency = contact?.Int("RoundtripUsec") is { } microseconds ? TimeSpan.FromMicroseconds(microseconds) : null,
            UserAgent = contact?.Text("UserAgent"),
        };
    }

    private static string? FirstContact(AmiMessage endpoint)
    {
        var first = endpoint["Contacts"]?.Split(',')[0];
        var slash = first?.IndexOf('/', StringComparison.Ordinal) ?? -1;
        return slash < 0 ? null : first![(slash + 1)..];
    }

    // sip:user@host:port;parameters, where the host may be an IPv6 address in brackets.
    private static (string? Address, int? Port) AddressOf(string? uri)
    {
        if (string.IsNullOrEmpty(uri))
        {
            return (null, null);
        }

        var rest = uri[(uri.IndexOf(':', StringComparison.Ordinal) + 1)..].Split(';', '>')[0];
        rest = rest[(rest.IndexOf('@', StringComparison.Ordinal) + 1)..];
        var colon = rest.LastIndexOf(':');
        return colon > rest.LastIndexOf(']') && int.TryParse(rest.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var port)
            ? (rest[..colon].Trim('[', ']'), port)
            : (rest.Trim('[', ']'), null);
    }
}

/// <summary>An IAX2 peer.</summary>
/// <param name="raw">An item of <c>IAXpeers</c>.</param>
public sealed class IaxPeer(AmiMessage raw) : AsteriskResult(raw)
{
    // Asterisk joins the name of the peer and the user name that it uses with a slash.
    private readonly string[] _names = (raw["ObjectName"] ?? "").Split('/', 2);

    /// <summary>Its name.</summary>
    public string Name => _names[0];

    /// <summary>The user name that is used with it, when it has one of its own.</summary>
    public string? UserName => _names.Length > 1 ? _names[1] : null;

    /// <summary>Its address, or null while it is not registered.</summary>
    public string? Address { get; } = raw.Text("IPaddress");

    /// <summary>Its port.</summary>
    public int? Port { get; } = raw.Int("IPport");

    /// <summary>It registers by itself.</summary>
    public bool? Dynamic { get; } = raw.Flag("Dynamic");

    /// <summary>Calls share packets.</summary>
    public bool? Trunk { get; } = raw.Flag("Trunk");

    /// <summary>Calls are encrypted.</summary>
    public bool? Encrypted { get; } = raw.Flag("Encryption");

    /// <summary>Whether it can be reached.</summary>
    public PeerStatus Status { get; } = raw.Peer().Status;

    /// <summary>How long it took to answer.</summary>
    public TimeSpan? Latency { get; } = raw.Peer().Latency;

    /// <summary>Its description.</summary>
    public string? Description { get; } = raw.Text("Description");
}

/// <summary>How far a registration with another server has come.</summary>
public enum RegistrationStatus
{
    /// <summary>Another word of Asterisk's; the raw field has it.</summary>
    Other,

    /// <summary>Registered.</summary>
    Registered,

    /// <summary>Not registered.</summary>
    Unregistered,

    /// <summary>Asked, no answer yet.</summary>
    RequestSent,

    /// <summary>Answered the other server's challenge.</summary>
    AuthSent,

    /// <summary>The other server wants no challenge and no registration.</summary>
    NoAuthentication,

    /// <summary>The other server refused.</summary>
    Rejected,

    /// <summary>The other server did not answer.</summary>
    Timeout,

    /// <summary>Given up.</summary>
    Failed,
}

/// <summary>A registration of this exchange with another server, such as a trunk's carrier.</summary>
/// <param name="raw">An item of <c>SIPshowregistry</c>, <c>IAXregistry</c> or <c>PJSIPShowRegistrationsOutbound</c>.</param>
/// <param name="technology"><c>SIP</c>, <c>PJSIP</c> or <c>IAX2</c>.</param>
public sealed class Registration(AmiMessage raw, string technology) : AsteriskResult(raw)
{
    /// <summary><c>SIP</c>, <c>PJSIP</c> or <c>IAX2</c>.</summary>
    public string Technology { get; } = technology;

    /// <summary>The server.</summary>
    public string? Host { get; } = raw.Text("Host") ?? raw.Text("ServerUri");

    /// <summary>Its port, where it is not part of the host.</summary>
    public int? Port { get; } = raw.Int("Port");

    /// <summary>The user name there.</summary>
    public string? UserName { get; } = raw.Text("Username") ?? raw.Text("ClientUri");

    /// <summary>The SIP domain.</summary>
    public string? Domain { get; } = raw.Text("Domain");

    /// <summary>How often it is renewed.</summary>
    public TimeSpan? Refresh { get; } = raw.Seconds("Refresh") ?? raw.Seconds("Expiration");

    /// <summary>How far it has come.</summary>
    public RegistrationStatus State { get; } = raw["State"] is not null
        ? raw.Word("State", RegistrationStatus.Other)
        : raw.Word("Status", RegistrationStatus.Other);

    /// <summary>When it was made, or null.</summary>
    public DateTimeOffset? Registered { get; } = raw.Epoch("RegistrationTime");

    /// <summary>The address at which the other server sees this one; IAX2 only.</summary>
    public string? Perceived { get; } = raw.Text("Perceived");
}

/// <summary>A queue with its members and callers.</summary>
/// <param name="raw">The queue's <c>QueueParams</c>.</param>
/// <param name="members">Its <c>QueueMember</c> items.</param>
/// <param name="callers">Its <c>QueueEntry</c> items.</param>
public sealed class QueueStatus(AmiMessage raw, IReadOnlyList<QueueMember> members, IReadOnlyList<QueueCaller> callers) : AsteriskResult(raw)
{
    /// <summary>Its name.</summary>
    public string? Name { get; } = raw.Text("Queue");

    /// <summary>Most callers that may wait, or null without a limit.</summary>
    public int? MaxCallers { get; } = raw.Int("Max") is { } max and > 0 ? max : null;

    /// <summary>How members are chosen, such as <c>ringall</c>.</summary>
    public string? Strategy { get; } = raw.Text("Strategy");

    /// <summary>How many wait.</summary>
    public int? Calls { get; } = raw.Int("Calls");

    /// <summary>How long callers wait on average.</summary>
    public TimeSpan? HoldTime { get; } = raw.Seconds("Holdtime");

    /// <summary>How long calls take on average.</summary>
    public TimeSpan? TalkTime { get; } = raw.Seconds("TalkTime");

    /// <summary>Calls that were answered.</summary>
    public int? Completed { get; } = raw.Int("Completed");

    /// <summary>Callers who gave up.</summary>
    public int? Abandoned { get; } = raw.Int("Abandoned");

    /// <summary>The waiting time that is aimed at.</summary>
    public TimeSpan? ServiceLevel { get; } = raw.Seconds("ServiceLevel");

    /// <summary>Percentage of calls that were answered within it.</summary>
    public double? ServiceLevelPerformance { get; } = raw.Double("ServicelevelPerf");

    /// <summary>Queues of a higher weight get their members first.</summary>
    public int? Weight { get; } = raw.Int("Weight");

    /// <summary>Who answers.</summary>
    public IReadOnlyList<QueueMember> Members { get; } = members;

    /// <summary>Who waits.</summary>
    public IReadOnlyList<QueueCaller> Callers { get; } = callers;
}

/// <summary>Somebody who answers calls of a queue.</summary>
/// <param name="raw">A <c>QueueMember</c> item.</param>
public sealed class QueueMember(AmiMessage raw) : AsteriskResult(raw)
{
    // The numbers of Asterisk's device states, which QueueMember uses in place of their words.
    private static readonly DeviceStatus[] States =
    [
        DeviceStatus.Unknown, DeviceStatus.NotInUse, DeviceStatus.InUse, DeviceStatus.Busy, DeviceStatus.Invalid,
        DeviceStatus.Unavailable, DeviceStatus.Ringing, DeviceStatus.RingInUse, DeviceStatus.OnHold,
    ];

    /// <summary>The queue.</summary>
    public string? Queue { get; } = raw.Text("Queue");

    /// <summary>The member's name.</summary>
    public string? Name { get; } = raw.Text("Name") ?? raw.Text("MemberName");

    /// <summary>The device that is rung.</summary>
    public string? Interface { get; } = raw.Text("Location") ?? raw.Text("Interface");

    /// <summary><c>static</c>, <c>dynamic</c> or <c>realtime</c>.</summary>
    public string? Membership { get; } = raw.Text("Membership");

    /// <summary>Members of a lower penalty are rung first.</summary>
    public int? Penalty { get; } = raw.Int("Penalty");

    /// <summary>Calls answered so far.</summary>
    public int? CallsTaken { get; } = raw.Int("CallsTaken");

    /// <summary>When the last one ended, or null.</summary>
    public DateTimeOffset? LastCall { get; } = raw.Epoch("LastCall");

    /// <summary>What the device is doing.</summary>
    public DeviceStatus Status { get; } = raw.Int("Status") is { } number && number >= 0 && number < States.Length ? States[number] : DeviceStatus.Unknown;

    /// <summary>Is in a call of the queue.</summary>
    public bool? InCall { get; } = raw.Flag("InCall");

    /// <summary>Takes a break.</summary>
    public bool? Paused { get; } = raw.Flag("Paused");

    /// <summary>Why.</summary>
    public string? PausedReason { get; } = raw.Text("PausedReason");
}

/// <summary>Somebody who waits in a queue.</summary>
/// <param name="raw">A <c>QueueEntry</c> item.</param>
public sealed class QueueCaller(AmiMessage raw) : ChannelResult(raw)
{
    /// <summary>The queue.</summary>
    public string? Queue { get; } = raw.Text("Queue");

    /// <summary>The place in it; 1 is next.</summary>
    public int? Position { get; } = raw.Int("Position");

    /// <summary>How long already.</summary>
    public TimeSpan? Wait { get; } = raw.Seconds("Wait");
}

/// <summary>A queue in numbers.</summary>
/// <param name="raw">A <c>QueueSummary</c> item.</param>
public sealed class QueueSummary(AmiMessage raw) : AsteriskResult(raw)
{
    /// <summary>Its name.</summary>
    public string? Name { get; } = raw.Text("Queue");

    /// <summary>Members that are logged in.</summary>
    public int? LoggedIn { get; } = raw.Int("LoggedIn");

    /// <summary>Members that could take a call.</summary>
    public int? Available { get; } = raw.Int("Available");

    /// <summary>Callers that wait.</summary>
    public int? Callers { get; } = raw.Int("Callers");

    /// <summary>How long callers wait on average.</summary>
    public TimeSpan? HoldTime { get; } = raw.Seconds("HoldTime");

    /// <summary>How long calls take on average.</summary>
    public TimeSpan? TalkTime { get; } = raw.Seconds("TalkTime");

    /// <summary>How long the first in the queue has waited.</summary>
    public TimeSpan? LongestHoldTime { get; } = raw.Seconds("LongestHoldTime");
}

/// <summary>What an agent is doing.</summary>
public enum AgentState
{
    /// <summary>Asterisk did not say.</summary>
    Unknown,

    /// <summary>Not logged in.</summary>
    LoggedOff,

    /// <summary>Logged in and free.</summary>
    Idle,

    /// <summary>In a call.</summary>
    OnCall,
}

/// <summary>An agent.</summary>
/// <param name="raw">An item of <c>Agents</c>.</param>
public sealed class AgentStatus(AmiMessage raw) : ChannelResult(raw)
{
    /// <summary>The agent's number.</summary>
    public string? Agent { get; } = raw.Text("Agent");

    /// <summary>The agent's name.</summary>
    public string? Name { get; } = raw.Text("Name");

    /// <summary>What the agent is doing.</summary>
    public AgentState Status { get; } = raw["Status"] switch
    {
        "AGENT_LOGGEDOFF" => AgentState.LoggedOff,
        "AGENT_IDLE" => AgentState.Idle,
        "AGENT_ONCALL" => AgentState.OnCall,
        _ => AgentState.Unknown,
    };

    /// <summary>Since when the agent is logged in, or null.</summary>
    public DateTimeOffset? LoggedIn { get; } = raw.Epoch("LoggedInTime");

    /// <summary>The channel that the agent talks to, or null.</summary>
    public string? TalkingTo { get; } = raw.Text("TalkingToChan");
}

/// <summary>A voicemail box as it is configured.</summary>
/// <param name="raw">An item of <c>VoicemailUsersList</c>.</param>
public sealed class VoicemailUser(AmiMessage raw) : AsteriskResult(raw)
{
    /// <summary>The box, usually the extension.</summary>
    public string? Mailbox { get; } = raw.Text("VoiceMailbox");

    /// <summary>The voicemail context.</summary>
    public string? Context { get; } = raw.Text("VMContext");

    /// <summary>Its owner.</summary>
    public string? Name { get; } = raw.Text("Fullname");

    /// <summary>Where messages are sent to.</summary>
    public string? Email { get; } = raw.Text("Email");

    /// <summary>Messages are attached to the mail.</summary>
    public bool? Attach { get; } = raw.Flag("AttachMessage");

    /// <summary>Messages are removed once mailed.</summary>
    public bool? Delete { get; } = raw.Flag("DeleteMessage");

    /// <summary>The time zone of its time stamps.</summary>
    public string? TimeZone { get; } = raw.Text("TimeZone");

    /// <summary>Most messages that it holds.</summary>
    public int? MaxMessages { get; } = raw.Int("MaxMessageCount");

    /// <summary>Messages not heard yet.</summary>
    public int? New { get; } = raw.Int("NewMessageCount");

    /// <summary>Messages heard.</summary>
    public int? Old { get; } = raw.Int("OldMessageCount");
}

/// <summary>How many messages a mailbox holds. Asterisk answers zeros for a box that does not exist.</summary>
/// <param name="raw">The answer to <c>MailboxCount</c>.</param>
/// <param name="waiting">The answer to <c>MailboxStatus</c>.</param>
public sealed class Mailbox(AmiMessage raw, AmiMessage waiting) : AsteriskResult(raw)
{
    /// <summary>The box with its voicemail context, such as <c>401@default</c>.</summary>
    public string? Name { get; } = raw.Text("Mailbox");

    /// <summary>The message lamp should be lit.</summary>
    public bool? Waiting { get; } = waiting.Int("Waiting") is { } count ? count > 0 : null;

    /// <summary>Messages not heard yet.</summary>
    public int? New { get; } = raw.Int("NewMessages");

    /// <summary>Messages heard.</summary>
    public int? Old { get; } = raw.Int("OldMessages");

    /// <summary>Urgent messages not heard yet.</summary>
    public int? Urgent { get; } = raw.Int("UrgMessages");
}

/// <summary>Asterisk's own settings.</summary>
/// <param name="raw">The answer to <c>CoreSettings</c>.</param>
public sealed class CoreSettings(AmiMessage raw) : AsteriskResult(raw)
{
    /// <summary>Version of Asterisk.</summary>
    public string? AsteriskVersion { get; } = raw.Text("AsteriskVersion");

    /// <summary>Version of the Manager Interface.</summary>
    public string? AmiVersion { get; } = raw.Text("AMIversion");

    /// <summary>Name of the system.</summary>
    public string? SystemName { get; } = raw.Text("SystemName");

    /// <summary>Most calls at a time, or null without a limit.</summary>
    public int? MaxCalls { get; } = raw.Int("CoreMaxCalls") is { } max and > 0 ? max : null;

    /// <summary>The load average above which calls are refused, or null without a limit.</summary>
    public double? MaxLoad { get; } = raw.Double("CoreMaxLoadAvg") is { } max and > 0 ? max : null;

    /// <summary>The user that it runs as.</summary>
    public string? RunUser { get; } = raw.Text("CoreRunUser");

    /// <summary>The group that it runs as.</summary>
    public string? RunGroup { get; } = raw.Text("CoreRunGroup");

    /// <summary>Configuration comes from a database.</summary>
    public bool? Realtime { get; } = raw.Flag("CoreRealTimeEnabled");

    /// <summary>Calls are recorded for accounting.</summary>
    public bool? CallRecords { get; } = raw.Flag("CoreCDRenabled");

    /// <summary>Its web server runs.</summary>
    public bool? Http { get; } = raw.Flag("CoreHTTPenabled");
}

/// <summary>How long Asterisk has run, and how busy it is.</summary>
/// <param name="raw">The answer to <c>CoreStatus</c>.</param>
public sealed class CoreStatus(AmiMessage raw) : AsteriskResult(raw)
{
    /// <summary>When it was started, in the exchange's own time zone, which Asterisk does not tell.</summary>
    public DateTime? Started { get; } = Moment(raw, "CoreStartupDate", "CoreStartupTime");

    /// <summary>When it last read its configuration, in the exchange's own time zone.</summary>
    public DateTime? Reloaded { get; } = Moment(raw, "CoreReloadDate", "CoreReloadTime");

    /// <summary>Calls at the moment.</summary>
    public int? Calls { get; } = raw.Int("CoreCurrentCalls");

    private static DateTime? Moment(AmiMessage raw, string date, string time) =>
        DateTime.TryParseExact($"{raw[date]} {raw[time]}", "yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture, DateTimeStyles.None, out var moment) ? moment : null;
}

/// <summary>An entry of Asterisk's own database.</summary>
/// <param name="Family">The family, such as <c>cfim</c>.</param>
/// <param name="Key">The key, such as an extension.</param>
/// <param name="Value">The value; may be empty.</param>
public sealed record DbEntry(string Family, string Key, string Value);

/// <summary>What the user of a telephone has set from it. Asterisk's database keeps it, not SARK's.</summary>
/// <param name="Key">The extension.</param>
/// <param name="ForwardAll">Where every call goes, or null (family <c>cfim</c>).</param>
/// <param name="ForwardBusy">Where calls go while it is busy, or null (family <c>cfbs</c>).</param>
/// <param name="RingDelay">How many seconds it rings before voicemail or the next destination takes over, or null for the default (family <c>ringdelay</c>).</param>
public sealed record ExtensionRuntime(string Key, string? ForwardAll, string? ForwardBusy, int? RingDelay)
{
    /// <summary>Family of the destination for every call, and its name on the wire.</summary>
    public const string ForwardAllFamily = "cfim";

    /// <summary>Family of the destination while busy, and its name on the wire.</summary>
    public const string ForwardBusyFamily = "cfbs";

    /// <summary>Family of the ring delay in seconds, and its name on the wire.</summary>
    public const string RingDelayFamily = "ringdelay";

    /// <summary>The three families, in the order in which the service answers them.</summary>
    public static IReadOnlyList<string> Families { get; } = [ForwardAllFamily, ForwardBusyFamily, RingDelayFamily];

    /// <summary>Makes it of the values of the three families.</summary>
    /// <param name="key">The extension.</param>
    /// <param name="values">Family and value; an absent or empty value is null.</param>
    public static ExtensionRuntime Of(string key, IReadOnlyDictionary<string, string?> values)
    {
        ArgumentNullException.ThrowIfNull(values);
        return new(key, Get(ForwardAllFamily), Get(ForwardBusyFamily), int.TryParse(Get(RingDelayFamily), NumberStyles.None, CultureInfo.InvariantCulture, out var delay) ? delay : null);

        string? Get(string family) => values.GetValueOrDefault(family) is { Length: > 0 } value ? value : null;
    }
}

/// <summary>Changes to what the user of a telephone has set: a family that is named is set, or cleared with null; one that is not named stays.</summary>
/// <param name="Values">Family and new value.</param>
public sealed record ExtensionRuntimeChanges(IReadOnlyDictionary<string, string?> Values);

/// <summary>A call to be made: the caller's telephone rings first, and when it is answered the target is called.</summary>
/// <param name="Caller">The caller's extension, digits.</param>
/// <param name="Target">The number to call then, digits.</param>
/// <param name="Context">The dial plan context in which it is called; letters, digits, hyphen, underscore.</param>
/// <param name="CallerId">The number that is shown to both, digits.</param>
public sealed record OriginateRequest(string? Caller, string? Target, string? Context, string? CallerId)
{
    /// <summary>How long the caller's telephone may ring. 30 seconds unless set.</summary>
    public TimeSpan RingTime { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Wait until the caller has answered or will not.</summary>
    public bool Wait { get; init; }
}

/// <summary>What became of a call.</summary>
public enum OriginateOutcome
{
    /// <summary>Asterisk was asked; nobody waited for the outcome.</summary>
    Requested,

    /// <summary>The caller answered.</summary>
    Answered,

    /// <summary>The caller did not answer in time.</summary>
    NoAnswer,

    /// <summary>The caller is busy.</summary>
    Busy,

    /// <summary>No line was free.</summary>
    Congestion,

    /// <summary>It failed in another way, such as a telephone that is not registered.</summary>
    Failed,
}

/// <summary>A call that was asked for.</summary>
/// <param name="Outcome">What became of it.</param>
/// <param name="Channel">The caller's channel, once it was answered.</param>
/// <param name="UniqueId">Its id.</param>
/// <param name="Reason">Asterisk's number for the outcome, or null when nobody waited.</param>
public sealed record OriginateResult(OriginateOutcome Outcome, string? Channel, string? UniqueId, int? Reason)
{
    /// <summary>Reads the event that tells the outcome.</summary>
    /// <param name="message">An <c>OriginateResponse</c>.</param>
    public static OriginateResult Of(AmiMessage message)
    {
        ArgumentNullException.ThrowIfNull(message);
        var reason = message.Int("Reason");
        var outcome = message.Response == "Success" ? OriginateOutcome.Answered : reason switch
        {
            3 => OriginateOutcome.NoAnswer,
            5 => OriginateOutcome.Busy,
            8 => OriginateOutcome.Congestion,
            _ => OriginateOutcome.Failed,
        };
        return new(outcome, message.Text("Channel"), message.Text("Uniqueid"), reason);
    }
}
