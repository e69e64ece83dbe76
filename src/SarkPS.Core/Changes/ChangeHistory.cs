using SarkPS.Descriptors;

namespace SarkPS;

/// <summary>Where a change came from.</summary>
public enum ChangeCause
{
    /// <summary>A change set.</summary>
    Set,

    /// <summary>The undoing of one.</summary>
    Undo,

    /// <summary>Another program, such as SARK's own pages. When and by whom is not known.</summary>
    Outside,

    /// <summary>The database was restored from a copy, or loaded anew; what stands before it is of another time.</summary>
    Restore,

    /// <summary>SARK made Asterisk's configuration from the database. No row was changed.</summary>
    Commit,
}

/// <summary>What was done to one row, or with the whole database.</summary>
public enum RowAction
{
    /// <summary>It was made.</summary>
    Created,

    /// <summary>Columns of it were changed.</summary>
    Updated,

    /// <summary>It was removed.</summary>
    Removed,

    /// <summary>No row: what had been changed was committed, as Invoke-SarkCommit and SARK's own pages do.</summary>
    Committed,

    /// <summary>No row: the database was replaced by a copy, which the key names.</summary>
    Restored,
}

/// <summary>
/// One row that was changed, as the journal tells of it, or a commit or a restore, which stands there without a row. Secrets are
/// masked.
/// </summary>
public sealed record ChangeEntry
{
    /// <summary>The place in the journal; later changes have greater ones. 0 in a rehearsal.</summary>
    public long Sequence { get; init; }

    /// <summary>The set that it belongs to; null in a rehearsal.</summary>
    public string? ChangeSet { get; init; }

    /// <summary>When; null for a change from outside, of which only the time that it was found is known.</summary>
    public DateTimeOffset? Time { get; init; }

    /// <summary>Where it came from.</summary>
    public required ChangeCause Cause { get; init; }

    /// <summary>The name of the token, or the account of the machine; null where it is not known.</summary>
    public string? Actor { get; init; }

    /// <summary>The address that it came from, or <c>local</c>.</summary>
    public string? Address { get; init; }

    /// <summary>The id of the request.</summary>
    public string? Request { get; init; }

    /// <summary>Why it was made.</summary>
    public string? Reason { get; init; }

    /// <summary>The set that was undone by it; null for any other.</summary>
    public string? Undoes { get; init; }

    /// <summary>Whether the database was restored from a copy since, so that it cannot be undone.</summary>
    public bool IsBeforeRestore { get; init; }

    /// <summary>What the row is, as in an address, such as <c>extensions</c>; null for a row of another table.</summary>
    public string? Resource { get; init; }

    /// <summary>The table; empty where it is no row.</summary>
    public required string Table { get; init; }

    /// <summary>Which row; of a restore the copy, and of a commit nothing.</summary>
    public required string Key { get; init; }

    /// <summary>What was done.</summary>
    public required RowAction Action { get; init; }

    /// <summary>What was stored: of an update the columns that changed, of a removal all; null for a row that was made.</summary>
    public SarkRow? Before { get; init; }

    /// <summary>What is stored since: of an update the columns that changed, of a row that was made all; null for a removal.</summary>
    public SarkRow? After { get; init; }

    /// <summary>The columns that changed, from what to what: of a row that was made, or removed, those that held something.</summary>
    public IReadOnlyList<ColumnChange> Columns =>
    [
        .. ((After ?? Before)?.ToArray() ?? []).Select(c => new ColumnChange(c.Key, Before?[c.Key], After?[c.Key]))
            .Where(c => c.Before is not (null or "") || c.After is not (null or "")),
    ];

    /// <summary>As people read it, such as <c>Updated tenants acme</c>.</summary>
    public override string ToString() =>
        string.Join(' ', new[] { Action.ToString(), Resource ?? Table, Key }.Where(part => part.Length > 0));
}

/// <summary>Which changes of the history are asked for. What is null does not matter.</summary>
public sealed record ChangeQuery
{
    /// <summary>Made at this time or later.</summary>
    public DateTimeOffset? From { get; init; }

    /// <summary>Made before this time.</summary>
    public DateTimeOffset? To { get; init; }

    /// <summary>Made by whom.</summary>
    public string? Actor { get; init; }

    /// <summary>To rows of this resource, as in an address.</summary>
    public ResourceDescriptor? Resource { get; init; }

    /// <summary>To rows of this key; of a key of two parts <c>first/second</c>.</summary>
    public string? Key { get; init; }

    /// <summary>
    /// To rows whose key is like this, whatever its case: * stands for any letters, ? for one, [abc] for one of these, and a sign in
    /// brackets of its own, such as [*], for itself.
    /// </summary>
    public string? KeyPattern { get; init; }

    /// <summary>By this set.</summary>
    public string? ChangeSet { get; init; }

    /// <summary>With a greater sequence number; the answer goes from old to new.</summary>
    public long? After { get; init; }

    /// <summary>With a smaller sequence number; the answer goes from new to old, as it does without either.</summary>
    public long? Before { get; init; }

    /// <summary>How many at most.</summary>
    public int Limit { get; init; } = 100;
}

/// <summary>A part of the history.</summary>
/// <param name="Changes">The changes.</param>
/// <param name="Next">The sequence number to go on from; null where there are no more.</param>
public sealed record ChangePage(IReadOnlyList<ChangeEntry> Changes, long? Next);
