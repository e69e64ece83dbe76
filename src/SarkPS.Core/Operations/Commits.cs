using System.Text.Json.Serialization;

namespace SarkPS;

/// <summary>What a commit did with a file that SARK's generator writes.</summary>
public enum GeneratedFileState
{
    /// <summary>It was not there before.</summary>
    Created,

    /// <summary>It was written with another content.</summary>
    Changed,

    /// <summary>It was written again with the same content.</summary>
    Rewritten,

    /// <summary>It was written; what stands in it the account may not read.</summary>
    Written,

    /// <summary>It was left as it was.</summary>
    Untouched,

    /// <summary>It is not there.</summary>
    Missing,
}

/// <summary>Which way a line of a generated file went.</summary>
public enum GeneratedChangeKind
{
    /// <summary>It is new.</summary>
    Added,

    /// <summary>It is gone.</summary>
    Removed,
}

/// <summary>A line of a generated file that came or went. A line that only stands elsewhere in its section is none.</summary>
/// <param name="File">The name of the file below Asterisk's configuration.</param>
/// <param name="Section">The section that it stands in, without its brackets; empty before the first.</param>
/// <param name="Kind">Whether it came or went.</param>
/// <param name="Line">The line, with its secrets masked.</param>
public sealed record GeneratedChange(string File, string Section, GeneratedChangeKind Kind, string Line);

/// <summary>A file that SARK's generator writes.</summary>
/// <param name="Name">Its name below Asterisk's configuration.</param>
/// <param name="State">What became of it.</param>
/// <param name="Added">How many lines came.</param>
/// <param name="Removed">How many lines went.</param>
public sealed record GeneratedFile(string Name, GeneratedFileState State, int Added, int Removed)
{
    /// <summary>The lines, where they were asked for.</summary>
    public IReadOnlyList<GeneratedChange> Changes { get; init; } = [];

    /// <summary>Whether the generator wrote it, and something into it.</summary>
    [JsonIgnore]
    public bool IsWritten => !IsEmpty && State is not (GeneratedFileState.Untouched or GeneratedFileState.Missing);

    /// <summary>Whether nothing stands in it, not even what its first line says of each: it was opened and never filled.</summary>
    [JsonIgnore]
    public bool IsEmpty { get; init; }
}

/// <summary>What a commit did.</summary>
/// <param name="Message">One sentence, as sark6api words it.</param>
/// <param name="ExitCode">The exit code of SARK's script. It is 0 whatever its generator did.</param>
/// <param name="Output">What the script wrote, one line each.</param>
public sealed record CommitResult(
    string Message,
    int ExitCode,
    IReadOnlyList<string> Output) : SystemCommandResult(Message, ExitCode, Output)
{
    /// <summary>The files that the generator writes, and what became of them.</summary>
    public IReadOnlyList<GeneratedFile> Files { get; init; } = [];

    /// <summary>The set that Get-SarkChange tells it as; null when it could not be noted.</summary>
    public string? ChangeSet { get; init; }

    /// <summary>What did not work beside the configuration, a sentence each.</summary>
    public IReadOnlyList<string> Warnings { get; init; } = [];

    /// <summary>The lines of all files that came or went, where they were asked for.</summary>
    [JsonIgnore]
    public IReadOnlyList<GeneratedChange> Changes => [.. Files.SelectMany(file => file.Changes)];
}

/// <summary>A change of the database that no commit has taken up yet.</summary>
/// <param name="Action"><c>INSERT</c>, <c>UPDATE</c> or <c>DELETE</c>.</param>
/// <param name="Table">The table.</param>
/// <param name="Key">The key of the row; the parts of a pair with a slash between them.</param>
/// <param name="Time">When, in UTC; null where the database does not say.</param>
/// <param name="By">Who, from the row's <c>z_updater</c>; null where the row is gone or does not say.</param>
public sealed record PendingChange(string Action, string Table, string Key, DateTimeOffset? Time, string? By);

/// <summary>How many rows of a table no commit has taken up yet.</summary>
/// <param name="Table">The table.</param>
/// <param name="Added">Rows that are new.</param>
/// <param name="Changed">Rows with other values. 0 with no rows added and removed: the table itself has other columns.</param>
/// <param name="Removed">Rows that are gone.</param>
public sealed record PendingTable(string Table, int Added, int Changed, int Removed)
{
    /// <inheritdoc/>
    public override string ToString()
    {
        (int Count, string Word)[] parts = [(Added, "added"), (Changed, "changed"), (Removed, "removed")];
        var counts = parts.Where(part => part.Count > 0).Select(part => $"{part.Count} {part.Word}").ToArray();
        return $"{Table} ({(counts.Length == 0 ? "other columns" : string.Join(", ", counts))})";
    }
}

/// <summary>What the database is compared with to tell what a commit is due for.</summary>
public enum CommitBasis
{
    /// <summary>Nothing that is known: there was no commit, or what it worked on is not kept anywhere.</summary>
    None,

    /// <summary>The copy that SarkPS kept when it committed.</summary>
    Kept,

    /// <summary>The copy that SARK took in the minute of its commit.</summary>
    Copy,

    /// <summary>The snapshot that SARK took in the minute of its commit.</summary>
    Snapshot,

    /// <summary>The newest copy or snapshot from before the last commit; what is told may be committed already.</summary>
    Earlier,
}

/// <summary>From when on the journal of changes tells what is due for a commit.</summary>
public enum CommitReach
{
    /// <summary>It tells nothing: there is none, or it cannot be read.</summary>
    None,

    /// <summary>From its own beginning, or from what it has not forgotten: the last commit was before.</summary>
    Beginning,

    /// <summary>From when the database was restored from a copy, or loaded anew: there was no commit since.</summary>
    Restore,

    /// <summary>From the last commit: it tells all of it.</summary>
    Commit,
}

/// <summary>A change set that has changed what a commit takes up.</summary>
/// <param name="ChangeSet">Its id.</param>
/// <param name="Time">When; null for changes from outside.</param>
/// <param name="Cause">Where it came from.</param>
/// <param name="Actor">By whom; null where that is not known.</param>
/// <param name="Address">From where; null where that is not known.</param>
/// <param name="Reason">Why.</param>
/// <param name="Count">How many of its rows count.</param>
public sealed record CommitSet(
    string ChangeSet,
    DateTimeOffset? Time,
    ChangeCause Cause,
    string? Actor,
    string? Address,
    string? Reason,
    int Count)
{
    /// <summary>As people read it, such as <c>3 by admin</c>.</summary>
    public override string ToString() => $"{Count} {CommitHistory.By(Actor)}";
}

/// <summary>What the journal of changes tells of the time since the last commit.</summary>
/// <param name="Reach">From when on.</param>
/// <param name="Since">That time; null where it tells nothing.</param>
public sealed record CommitHistory(CommitReach Reach, DateTimeOffset? Since)
{
    /// <summary>The last commit: when, by whom and why; null where none is known.</summary>
    public ChangeEntry? Commit { get; init; }

    /// <summary>What it cannot tell, and why, as a sentence; null where it tells everything.</summary>
    public string? Remark { get; init; }

    /// <summary>How many changes count: one for each row of each set, also where a later one took it back.</summary>
    public int Count { get; init; }

    /// <summary>The sets that they belong to, the newest first, at most 100.</summary>
    public IReadOnlyList<CommitSet> Sets { get; init; } = [];

    /// <summary>The changes, the newest first, at most 100. Secrets are masked.</summary>
    public IReadOnlyList<ChangeEntry> Changes { get; init; } = [];

    /// <summary>As people read it, such as <c>3 changes: 2 by admin, 1 from outside</c>.</summary>
    public override string ToString()
    {
        if (Reach == CommitReach.None || Count == 0)
        {
            return Reach == CommitReach.None ? Remark ?? "" : "no changes";
        }

        var words = $"{Count} {(Count == 1 ? "change" : "changes")}";
        return Sets.GroupBy(s => s.Actor).ToArray() is [var only]
            ? $"{words} {By(only.Key)}"
            : $"{words}: {string.Join(", ", Sets.GroupBy(s => s.Actor).Select(s => $"{s.Sum(one => one.Count)} {By(s.Key)}"))}";
    }

    internal static string By(string? actor) => actor is null ? "from outside" : $"by {actor}";
}

/// <summary>Whether the database has changed since SARK's generator last wrote Asterisk's configuration.</summary>
/// <param name="Changed">It has, or there never was a commit, or the last one broke off.</param>
/// <param name="LastCommit">When the generator last wrote the configuration; null: never, as far as can be seen.</param>
/// <param name="LastChange">When the newest of <paramref name="Changes"/> was.</param>
/// <param name="ChangedBy">Who made it.</param>
/// <param name="Changes">What has changed, newest first, at most 100. What SARK's timers keep of day and night is none.</param>
public sealed record CommitStatus(
    bool Changed,
    DateTimeOffset? LastCommit,
    DateTimeOffset? LastChange,
    string? ChangedBy,
    IReadOnlyList<PendingChange> Changes)
{
    /// <summary>The tables that have changed, with all their rows counted.</summary>
    public IReadOnlyList<PendingTable> Tables { get; init; } = [];

    /// <summary>Whether the last run of the generator broke off: Asterisk's files are in part older than the rest.</summary>
    public bool Incomplete { get; init; }

    /// <summary>Whether SARK's own pages show that a commit is due. SARK's timers set that too.</summary>
    public bool Flag { get; init; }

    /// <summary>What the database was compared with.</summary>
    public CommitBasis Basis { get; init; }

    /// <summary>
    /// What the journal tells: every change since the commit, with who made it, when and why. What <see cref="Changes"/> tells is
    /// how the rows differ now.
    /// </summary>
    public CommitHistory? Journal { get; init; }

    /// <summary>Who made the last commit; null where that is not known.</summary>
    [JsonIgnore]
    public string? CommittedBy => Journal?.Commit?.Actor;

    /// <summary>In a sentence, what a commit would take up.</summary>
    [JsonIgnore]
    public string Summary =>
        LastCommit is not { } time ? "everything, since no commit is known"
        : Incomplete ? "everything, since the last commit broke off"
        : !Changed ? $"no changes since {time.UtcDateTime:yyyy-MM-dd HH:mm:ss} UTC"
        : Tables.Count == 0 ? $"everything, since it is not known what the commit of {time.UtcDateTime:yyyy-MM-dd HH:mm:ss} UTC worked on"
        : $"the changes since {time.UtcDateTime:yyyy-MM-dd HH:mm:ss} UTC of {string.Join(", ", Tables)}";
}
