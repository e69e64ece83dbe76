using SarkPS.Data.Journal;
using SarkPS.Data.Sqlite;

namespace SarkPS.Data.Commands;

/// <summary>
/// Commits in the journal of changes: those of ours are noted when they have succeeded, those of SARK's own pages when they are found
/// out by the time of the files that its generator writes. So the journal tells what has been changed since.
/// </summary>
/// <param name="database">The live database.</param>
internal sealed class CommitJournal(SqliteDatabase database)
{
    private const int MostTold = 100;

    /// <summary>The last change so far: what the generator reads after this has it.</summary>
    /// <param name="warnings">Gets a sentence where that cannot be told.</param>
    /// <returns>Null where the commit cannot be noted.</returns>
    public Task<long?> FindPlaceAsync(ICollection<string> warnings) =>
        TryAsync<long?>((file, _) => file.LastSequence(), warnings);

    /// <summary>Notes a commit that has succeeded.</summary>
    /// <param name="place">The last change that it has taken up.</param>
    /// <param name="run">When the generator wrote its files.</param>
    /// <param name="note">Who made it, and why.</param>
    /// <param name="warnings">Gets a sentence where it cannot be noted.</param>
    /// <returns>The set that it is told as; null where it was not noted.</returns>
    public Task<string?> NoteAsync(long place, DateTime run, ChangeNote note, ICollection<string> warnings) => TryAsync<string?>(
        (file, _) => file.AddCommit(Set(note, time: null), place, run),
        warnings);

    /// <summary>The last change so far, where the last run of the generator is somebody else's and not noted yet.</summary>
    /// <param name="run">When it wrote its files; null where it never did.</param>
    /// <param name="cancellationToken">Ends the waiting.</param>
    /// <returns>Null where there is nothing to note.</returns>
    public async Task<long?> FindPlaceOfOthersAsync(DateTime? run, CancellationToken cancellationToken)
    {
        try
        {
            return database.Ledger is null ? null : await LookAsync<long?>(
                (file, _) => IsOfOthers(file, run, file.ReadCommit()) ? file.LastSequence() : null,
                cancellationToken).ConfigureAwait(false);
        }
        catch (Exception error) when (database.Ledger!.Unusable(error) is not null)
        {
            return null;
        }
    }

    // What was before the journal it cannot note.
    private static bool IsOfOthers(JournalFile file, DateTime? run, NotedCommit? last) =>
        run > (last?.Run ?? DateTime.MinValue) && run >= file.ReadBeginning().Since.UtcDateTime;

    /// <summary>What was changed since the last commit.</summary>
    /// <param name="run">When the generator last wrote its files; null where it never did.</param>
    /// <param name="isIncomplete">Whether it broke off then.</param>
    /// <param name="covers">
    /// The last change that this run is known to have taken up, where it is somebody else's; null where that is not known.
    /// </param>
    /// <param name="cancellationToken">Ends the waiting.</param>
    public async Task<CommitHistory> ReadAsync(DateTime? run, bool isIncomplete, long? covers, CancellationToken cancellationToken)
    {
        if (database.Ledger is not { } ledger)
        {
            return new CommitHistory(CommitReach.None, null) { Remark = "Changes of this database are not noted in a journal." };
        }

        try
        {
            var (epoch, beginning, commit) = await LookAsync(
                (file, state) =>
                {
                    // A run that failed took nothing up, whoever has found it before that was known.
                    var last = file.ReadCommit(isIncomplete ? run : null);
                    if (!isIncomplete && IsOfOthers(file, run, last))
                    {
                        // What was changed before its time it has taken up; of what was found later that need not be known.
                        file.AddCommit(Set(note: null, run), covers, run!.Value);
                        last = file.ReadCommit();
                    }

                    return (state.Epoch, file.ReadBeginning(), last);
                },
                cancellationToken).ConfigureAwait(false);
            return Told(new JournalHistory(ledger.File.Path), epoch, beginning, commit);
        }
        catch (Exception error) when (ledger.Unusable(error) is { } remark)
        {
            return new CommitHistory(CommitReach.None, null) { Remark = remark };
        }
    }

    private static CommitHistory Told(JournalHistory history, long epoch, JournalBeginning beginning, NotedCommit? commit)
    {
        var isWhole = commit?.Epoch == epoch;
        var (count, sets, changes) = history.ReadSince(isWhole ? commit!.Covers : 0, CommitTables.Others, MostTold);
        var entry = commit is not null && history.Read(new ChangeQuery { ChangeSet = commit.Set }).Changes is [var told, ..] ? told : null;
        return new CommitHistory(
            isWhole ? CommitReach.Commit : beginning.IsRestored ? CommitReach.Restore : CommitReach.Beginning,
            isWhole ? entry?.Time : beginning.Since)
        {
            Commit = entry,
            Remark = isWhole ? Doubt(entry, sets) : (beginning.IsRestored
                ? "The database was restored from a copy, or loaded anew, after the last commit that is known, and the journal tells what "
                    + "was changed since then."
                : "The last commit was made before the journal began, or is older than what it keeps, and the journal tells what was "
                    + "changed since it began.")
                + " How the rows differ from what was committed is told by Tables and Changes.",
            Count = count,
            Sets = sets,
            Changes = changes,
        };
    }

    private static string? Doubt(ChangeEntry? commit, IReadOnlyList<CommitSet> sets) =>
        commit is { Actor: null } && sets.Any(s => s.Cause == ChangeCause.Outside)
            ? "Of changes from outside, which were found after a commit of another program, it is not known whether that has taken them "
                + "up. How the rows differ from what was committed is told by Tables and Changes."
            : null;

    private JournalSet Set(ChangeNote? note, DateTime? time) => new(
        database.Ledger!.NewSetId(),
        ChangeCause.Commit,
        note?.Origin,
        note?.Reason,
        null,
        [])
    {
        Event = RowAction.Committed,
        Time = time,
    };

    // The commit itself does not depend on it.
    private async Task<T?> TryAsync<T>(Func<JournalFile, KnownState, T> work, ICollection<string> warnings)
    {
        if (database.Ledger is not { } ledger)
        {
            return default;
        }

        try
        {
            return await LookAsync(work, CancellationToken.None).ConfigureAwait(false);
        }
        catch (Exception error) when (ledger.NotNoted("This commit", error) is { } warning)
        {
            warnings.Add(warning);
            return default;
        }
    }

    // Whoever holds the lock alone uses the journal, and what others have changed is found before.
    private async Task<T> LookAsync<T>(Func<JournalFile, KnownState, T> work, CancellationToken cancellationToken) =>
        (await database.Writer.RunAsync(
            session =>
            {
                var file = database.Ledger!.File;
                // Where the journal could not be brought up to the database this says why.
                var state = session.State ?? file.ReadState();
                return work(file, state ?? throw new SarkUnavailableException("Journal", null, "The journal cannot be used now."));
            },
            new WriteIntent { IsRehearsal = true },
            cancellationToken).ConfigureAwait(false)).Result;
}
