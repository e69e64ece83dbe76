namespace SarkPS.Ami;

/// <summary>What is asked about channels.</summary>
public static class Channels
{
    private static readonly AsteriskFunction All = new("CoreShowChannels", "core", "system,reporting")
    {
        CompletedBy = "CoreShowChannelsComplete"
    };
    private static readonly AsteriskFunction Status = new("Status", "core", "system,call,reporting") { CompletedBy = "StatusComplete" };

    internal static IReadOnlyList<AsteriskFunction> Functions { get; } = [All, Status];

    /// <summary>Every channel, with what <c>CoreShowChannels</c> and <c>Status</c> know about it.</summary>
    /// <param name="asterisk">Whom to ask.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public static async Task<IReadOnlyList<AsteriskChannel>> GetChannelsAsync(
        this IAsteriskOperations asterisk,
        CancellationToken cancellationToken = default)
    {
        // Both are asked at once, so that as little as possible changes between the two.
        var channels = asterisk.ListAsync(All, cancellationToken);
        var status = (await asterisk.ListAsync(Status, cancellationToken).ConfigureAwait(false)).ToLookup(s => s["Uniqueid"] ?? "");
        return (await channels.ConfigureAwait(false)).Select(c => new AsteriskChannel(c, status[c["Uniqueid"] ?? ""].FirstOrDefault()))
            .ToArray();
    }
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
    public ChannelState State { get; } =
        raw.Int("ChannelState") is { } number && Enum.IsDefined((ChannelState)number) ? (ChannelState)number : ChannelState.Unknown;

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
