namespace SarkPS.Ami;

/// <summary>What is asked about queues.</summary>
public static class Queues
{
    private static readonly AsteriskParameter OneOnly = new("id", "Queue", Optional: true);
    private static readonly AsteriskFunction Status = new("QueueStatus", "app_queue", "", OneOnly) { CompletedBy = "QueueStatusComplete" };
    private static readonly AsteriskFunction Summary = new("QueueSummary", "app_queue", "", OneOnly)
    {
        CompletedBy = "QueueSummaryComplete"
    };

    internal static IReadOnlyList<AsteriskFunction> Functions { get; } = [Status, Summary];

    /// <summary>Every queue with its members and callers.</summary>
    /// <inheritdoc cref="Channels.GetChannelsAsync"/>
    public static async Task<IReadOnlyList<QueueStatus>> GetQueueStatusAsync(
        this IAsteriskOperations asterisk,
        CancellationToken cancellationToken = default)
    {
        var items = await asterisk.ListAsync(Status, cancellationToken).ConfigureAwait(false);
        var members = items.Where(i => i.Event == QueueMember.ItemEvent).ToLookup(i => i["Queue"], i => new QueueMember(i));
        var callers = items.Where(i => i.Event == QueueCaller.ItemEvent).ToLookup(i => i["Queue"], i => new QueueCaller(i));
        return items.Where(i => i.Event == QueueStatus.ItemEvent)
            .Select(q => new QueueStatus(q, members[q["Queue"]].ToArray(), callers[q["Queue"]].ToArray()))
            .ToArray();
    }

    /// <summary>Every queue in numbers.</summary>
    /// <inheritdoc cref="Channels.GetChannelsAsync"/>
    public static Task<IReadOnlyList<QueueSummary>> GetQueueSummaryAsync(
        this IAsteriskOperations asterisk,
        CancellationToken cancellationToken = default) =>
        asterisk.ListAsync(Summary, m => new QueueSummary(m), cancellationToken);
}

/// <summary>A queue with its members and callers.</summary>
/// <param name="raw">The queue's <c>QueueParams</c>.</param>
/// <param name="members">Its <c>QueueMember</c> items.</param>
/// <param name="callers">Its <c>QueueEntry</c> items.</param>
public sealed class QueueStatus(
    AmiMessage raw,
    IReadOnlyList<QueueMember> members,
    IReadOnlyList<QueueCaller> callers) : AsteriskResult(raw)
{
    /// <summary>The event that it comes as.</summary>
    public const string ItemEvent = "QueueParams";

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
    /// <summary>The event that it comes as.</summary>
    public const string ItemEvent = "QueueMember";

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
    public DeviceStatus Status { get; } =
        raw.Int("Status") is { } number && number >= 0 && number < States.Length ? States[number] : DeviceStatus.Unknown;

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
    /// <summary>The event that it comes as.</summary>
    public const string ItemEvent = "QueueEntry";

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
