namespace SarkPS;

/// <summary>How a call ended, as Asterisk's call records say.</summary>
public enum CallDisposition
{
    /// <summary>A word that this list does not know.</summary>
    Unknown,

    /// <summary><c>ANSWERED</c>.</summary>
    Answered,

    /// <summary><c>NO ANSWER</c>.</summary>
    NoAnswer,

    /// <summary><c>BUSY</c>.</summary>
    Busy,

    /// <summary><c>FAILED</c>.</summary>
    Failed,

    /// <summary><c>CONGESTION</c>.</summary>
    Congestion,
}

/// <summary>The words of Asterisk for how a call ended.</summary>
public static class CallDispositions
{
    /// <summary>The words in the file.</summary>
    public static IReadOnlyDictionary<CallDisposition, string> Words { get; } = new Dictionary<CallDisposition, string>
    {
        [CallDisposition.Answered] = "ANSWERED",
        [CallDisposition.NoAnswer] = "NO ANSWER",
        [CallDisposition.Busy] = "BUSY",
        [CallDisposition.Failed] = "FAILED",
        [CallDisposition.Congestion] = "CONGESTION",
    };
}

/// <summary>
/// One call, a row of <c>Master.csv</c>. Columns and their order are those of Asterisk's cdr_csv. Times are the machine's
/// local time, as Asterisk writes them; with <c>usegmtime=yes</c> in <c>cdr.conf</c> they are UTC.
/// </summary>
public sealed record CallRecord
{
    /// <summary>Account code; mostly empty.</summary>
    public required string AccountCode { get; init; }

    /// <summary>Who called: the number.</summary>
    public required string Source { get; init; }

    /// <summary>What was dialled.</summary>
    public required string Destination { get; init; }

    /// <summary>The context of the dial plan that the call went to.</summary>
    public required string Context { get; init; }

    /// <summary>Caller id, as <c>"Name" &lt;number&gt;</c>.</summary>
    public required string CallerId { get; init; }

    /// <summary>The channel of the caller.</summary>
    public required string Channel { get; init; }

    /// <summary>The channel of the called side; may be empty.</summary>
    public required string DestinationChannel { get; init; }

    /// <summary>The application that ran last.</summary>
    public required string LastApplication { get; init; }

    /// <summary>Its arguments.</summary>
    public required string LastData { get; init; }

    /// <summary>When the call began.</summary>
    public required DateTime Start { get; init; }

    /// <summary>When it was answered; null when it was not.</summary>
    public required DateTime? Answer { get; init; }

    /// <summary>When it ended; null when the row does not say.</summary>
    public required DateTime? End { get; init; }

    /// <summary>From start to end.</summary>
    public required TimeSpan Duration { get; init; }

    /// <summary>From answer to end.</summary>
    public required TimeSpan BillableDuration { get; init; }

    /// <summary>How it ended.</summary>
    public required CallDisposition Disposition { get; init; }

    /// <summary>What the record is for, such as <c>DOCUMENTATION</c>.</summary>
    public required string AmaFlags { get; init; }

    /// <summary>Asterisk's id of the call; empty when <c>loguniqueid</c> is off.</summary>
    public required string UniqueId { get; init; }

    /// <summary>Free text; empty when <c>loguserfield</c> is off.</summary>
    public required string UserField { get; init; }
}

/// <summary>Which call records are wanted. What is null does not narrow.</summary>
public sealed record CallRecordFilter
{
    /// <summary>Only calls that began at this time or later, in the file's own time.</summary>
    public DateTime? After { get; init; }

    /// <summary>Only calls that began before this time.</summary>
    public DateTime? Before { get; init; }

    /// <summary>The caller's number; <c>*</c> and <c>?</c> are wildcards.</summary>
    public string? Source { get; init; }

    /// <summary>What was dialled; <c>*</c> and <c>?</c> are wildcards.</summary>
    public string? Destination { get; init; }

    /// <summary>How the call ended.</summary>
    public CallDisposition? Disposition { get; init; }

    /// <summary>Only calls that lasted this long or longer, from start to end.</summary>
    public TimeSpan? MinimumDuration { get; init; }

    /// <summary>Only the last so many of those that fit, in the order of the file. 1 or more.</summary>
    public int? Last { get; init; }

    /// <summary>Nothing but <see cref="Last"/> narrows.</summary>
    public bool IsEmpty =>
        After is null && Before is null && Source is null && Destination is null && Disposition is null && MinimumDuration is null;
}

/// <summary>What was seen while call records were read. Complete when the reading has ended.</summary>
public sealed class CallRecordStatistics
{
    /// <summary>Rows that were given out.</summary>
    public long Matched { get; set; }

    /// <summary>Rows that fitted the search as text and yet were no call record, such as one cut short by a concurrent write.</summary>
    public long Skipped { get; set; }
}
