namespace SarkPS.Ami;

/// <summary>What is asked about conferences.</summary>
public static class Conferences
{
    private const string NoneActive = "No active conferences.";

    private static readonly AsteriskFunction Rooms = new("ConfbridgeListRooms", "app_confbridge", "reporting")
    {
        CompletedBy = "ConfbridgeListRoomsComplete",
        Empty = [NoneActive],
    };

    private static readonly AsteriskFunction Members = new(
        "ConfbridgeList",
        "app_confbridge",
        "reporting",
        new AsteriskParameter("id", "Conference"))
    {
        CompletedBy = "ConfbridgeListComplete",
        Empty = [NoneActive, "No Conference by that name found."],
    };

    internal static IReadOnlyList<AsteriskFunction> Functions { get; } = [Rooms, Members];

    /// <summary>Conference rooms that somebody is in.</summary>
    /// <inheritdoc cref="Channels.GetChannelsAsync"/>
    public static Task<IReadOnlyList<Conference>> GetConferencesAsync(
        this IAsteriskOperations asterisk,
        CancellationToken cancellationToken = default) =>
        asterisk.ListAsync(Rooms, m => new Conference(m), cancellationToken);

    /// <summary>Who is in a conference room; empty when nobody is.</summary>
    /// <param name="asterisk">Whom to ask.</param>
    /// <param name="conference">The room.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public static Task<IReadOnlyList<ConferenceMember>> GetConferenceMembersAsync(
        this IAsteriskOperations asterisk,
        string conference,
        CancellationToken cancellationToken = default) =>
        asterisk.ListAsync(Members, m => new ConferenceMember(m), cancellationToken, conference);
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
