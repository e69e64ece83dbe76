using System.Runtime.CompilerServices;
using Microsoft.Data.Sqlite;
using SarkPS.Data.Files;
using SarkPS.Data.Sqlite;
using SarkPS.Descriptors;

namespace SarkPS.Data.Journal;

/// <summary>Change sets on a database of this machine.</summary>
/// <param name="store">The rows that it is about.</param>
/// <param name="database">The database.</param>
/// <param name="forms">What is let through of values that SARK cannot carry; null for nothing.</param>
/// <param name="files">The files that belong to rows; null where rows alone are written.</param>
/// <param name="log">Remembers what is done in a draft, whose files are judged and not written; null for an exchange.</param>
internal sealed class LocalChanges(SqliteStore store, SqliteDatabase database, FormOptions? forms, RowFiles? files, DraftLog? log)
    : IChanges, IAnsweredChanges
{
    private const string Savepoint = "step";

    // Larger sets are planned on a copy: the database is not locked for as long as that takes.
    private const int LargestPlanInPlace = 100;

    // So often others are looked for who may have changed something: other processes, and programs that write no journal.
    private static readonly TimeSpan LookEvery = TimeSpan.FromMilliseconds(500);

    /// <inheritdoc/>
    public async Task<ChangeResult> PlanAsync(ChangeSet set, CancellationToken cancellationToken) =>
        (await RunAsync(set, isRehearsal: true, null, null, cancellationToken).ConfigureAwait(false)).Result;

    /// <inheritdoc/>
    public async Task<ChangeResult> ApplyAsync(ChangeSet set, CancellationToken cancellationToken) =>
        (await RunAsync(set, isRehearsal: false, null, null, cancellationToken).ConfigureAwait(false)).Result with { State = null };

    /// <inheritdoc/>
    async Task<IChangeDraft> IChanges.BeginDraftAsync(CancellationToken cancellationToken) =>
        await store.BeginDraftAsync(cancellationToken).ConfigureAwait(false);

    /// <inheritdoc/>
    async Task<IAnsweredDraft> IAnsweredChanges.BeginDraftAsync(CancellationToken cancellationToken) =>
        await store.BeginDraftAsync(cancellationToken).ConfigureAwait(false);

    /// <inheritdoc/>
    public Task<UndoResult> UndoAsync(
        string changeSet,
        bool isRehearsal,
        ChangeOrigin origin,
        string? reason,
        CancellationToken cancellationToken) =>
        UndoAsync(changeSet, isRehearsal, origin, reason, null, null, cancellationToken);

    /// <inheritdoc/>
    public async Task<UndoResult> UndoAsync(
        string changeSet,
        bool isRehearsal,
        ChangeOrigin origin,
        string? reason,
        Repeatable? repeatable,
        Func<UndoResult, byte[]>? answer,
        CancellationToken cancellationToken)
    {
        var journal = RequireLedger().File;
        using var own = files is null ? null : new SetFiles(files, isRehearsal);
        var intent = new WriteIntent
        {
            IsRehearsal = isRehearsal,
            Cause = ChangeCause.Undo,
            Origin = origin,
            Reason = reason,
            Undoes = changeSet,
            Repeatable = repeatable,
        };
        var (rows, id) = await database.Writer.RunAsync(
            session =>
            {
                // It may be the second time.
                own?.Truncate(0);
                return new Undoing(session, journal, own).Run(changeSet, session.State?.Epoch ?? 0);
            },
            intent,
            cancellationToken,
            answer is null ? null : (done, set) => answer(Told(done, set))).ConfigureAwait(false);
        if (own is not null)
        {
            await own.SettleAsync(database, Tell).ConfigureAwait(false);
        }

        return Told(rows, id);

        UndoResult Told(IReadOnlyList<RowChange> rows, string? set) =>
            new(set, changeSet, [.. rows.Select(r => Masks.Entry(r, set, intent))]);
    }

    /// <inheritdoc/>
    public async Task<byte[]?> FindAnswerAsync(Repeatable repeatable, CancellationToken cancellationToken) =>
        // Whoever holds the lock alone uses the journal.
        (await database.Writer.RunAsync(
            _ => database.Ledger?.FindAnswer(repeatable),
            new WriteIntent { IsRehearsal = true },
            cancellationToken).ConfigureAwait(false)).Result;

    /// <inheritdoc/>
    public Task KeepAnswerAsync(Repeatable repeatable, byte[] answer) => database.Writer.RunAsync(
        _ =>
        {
            database.Ledger?.File.AddAnswer(new KeptAnswer(repeatable, answer));
            return true;
        },
        new WriteIntent { IsRehearsal = true },
        CancellationToken.None);

    /// <inheritdoc/>
    public Task<string?> TagAsync(ResourceDescriptor resource, RowKey key, CancellationToken cancellationToken) => database.ReadAsync(
        session => RowSearch.Find(session, resource, key, null) is [var row, ..] ? RowTag.Of(row) : null,
        cancellationToken);

    /// <inheritdoc/>
    public async Task<ChangePage> HistoryAsync(ChangeQuery query, CancellationToken cancellationToken)
    {
        var history = new JournalHistory(RequireLedger().File.Path);
        await LookAsync(cancellationToken).ConfigureAwait(false);
        return await Task.Run(() => history.Read(query), cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async IAsyncEnumerable<ChangeEntry> WatchAsync(
        long? after,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var history = new JournalHistory(RequireLedger().File.Path);
        var query = new ChangeQuery { After = after ?? history.LastSequence() };
        FileStamp? seen = null;
        while (true)
        {
            var stamp = database.File.Read();
            if (stamp != seen)
            {
                await LookAsync(cancellationToken).ConfigureAwait(false);
                seen = stamp;
            }

            ChangePage page;
            do
            {
                page = history.Read(query);
                foreach (var change in page.Changes)
                {
                    yield return change;
                    query = query with { After = change.Sequence };
                }
            }
            while (page.Next is not null);
            await database.Writer.WhenWrittenAsync(LookEvery, cancellationToken).ConfigureAwait(false);
        }
    }

    private ChangeLedger RequireLedger() => database.Ledger ?? throw new SarkException(
        SarkErrorKind.Unsupported, SqliteErrors.Noun, null, "Changes of this database are not noted in a journal.");

    // What others have changed is found by whoever holds the lock.
    private async Task LookAsync(CancellationToken cancellationToken)
    {
        try
        {
            await database.Writer.RunAsync(_ => true, new WriteIntent { IsRehearsal = true }, cancellationToken).ConfigureAwait(false);
        }
        catch (SarkException)
        {
            // Whoever may only read, or finds it locked, is told what is known.
        }
    }

    /// <summary>Makes a set of one step, or rehearses it.</summary>
    /// <returns>What it did.</returns>
    /// <exception cref="SarkException">It was refused.</exception>
    public async Task<WriteResult> RunOneAsync(ChangeStep step, CancellationToken cancellationToken)
    {
        var set = ChangeSet.Of(step) with { Reason = step.Options.Reason, Origin = step.Options.Origin };
        var (result, rows) = await RunAsync(set, step.Options.IsRehearsal, null, null, cancellationToken).ConfigureAwait(false);
        return rows[0] ?? throw result.Steps[0].Error!;
    }

    /// <inheritdoc/>
    public Task<SetOutcome> RunAsync(
        ChangeSet set,
        bool isRehearsal,
        Repeatable? repeatable,
        Func<SetOutcome, byte[]>? answer,
        CancellationToken cancellationToken) => RunAsync(set, null, isRehearsal, repeatable, answer, cancellationToken);

    /// <summary>Makes a set that was made in a draft before, or rehearses it.</summary>
    /// <param name="set">The set.</param>
    /// <param name="drafted">What its steps came to in the draft, and must come to again; null for a set that is new.</param>
    /// <param name="isRehearsal">Whether it is taken back.</param>
    /// <param name="repeatable">The request that it is of; null for one that is not sent again.</param>
    /// <param name="answer">What is answered, kept together with the change and answered again.</param>
    /// <param name="cancellationToken">Stops it between two steps.</param>
    /// <exception cref="SarkException">It could not be tried at all, or would come to something else than in the draft.</exception>
    internal async Task<SetOutcome> RunAsync(
        ChangeSet set,
        DraftedSteps? drafted,
        bool isRehearsal,
        Repeatable? repeatable,
        Func<SetOutcome, byte[]>? answer,
        CancellationToken cancellationToken)
    {
        if (isRehearsal && log is null && set.Steps.Count > LargestPlanInPlace)
        {
            return await PlanOnCopyAsync(set, drafted, cancellationToken).ConfigureAwait(false);
        }

        if (repeatable is not null && log?.FindAnswer(repeatable) is { } before)
        {
            throw new AnsweredBeforeException(before);
        }

        var hasFiles = files is not null && set.Steps.Any(s => RowFiles.Has(s.Resource));
        if (hasFiles && !isRehearsal && log is null)
        {
            await files!.RepairAsync(database, Tell, isAgain: false, cancellationToken).ConfigureAwait(false);
        }

        var remembers = log is not null && !isRehearsal;
        using var own = hasFiles ? new SetFiles(files!, isRehearsal || log is not null) : null;
        DraftedStep?[] made = [];
        var intent = new WriteIntent
        {
            IsRehearsal = isRehearsal,
            Origin = set.Origin,
            Reason = set.Reason,
            State = set.State,
            Repeatable = repeatable,
        };
        try
        {
            var (run, id) = await database.Writer.RunAsync(
                session => Run(session, set, drafted, own, remembers, out made, cancellationToken),
                intent,
                cancellationToken,
                answer is null ? null : (done, set) => answer(Told(done, set))).ConfigureAwait(false);
            if (own is not null)
            {
                await own.SettleAsync(database, Tell).ConfigureAwait(false);
            }

            if (remembers)
            {
                var again = repeatable is null || answer is null ? null : new KeptAnswer(repeatable, answer(Told(run, id)));
                log!.Add(made.OfType<DraftedStep>(), set.Reason, again);
            }

            return Told(run, id);
        }
        catch (SetRefusedException refused)
        {
            return refused.Outcome;
        }

        SetOutcome Told(SetOutcome outcome, string? id) =>
            outcome with { Result = outcome.Result with { ChangeSet = id, IsApplied = !isRehearsal } };
    }

    private async Task<SetOutcome> PlanOnCopyAsync(ChangeSet set, DraftedSteps? drafted, CancellationToken cancellationToken)
    {
        using var copy = await DatabaseCopy.MakeAsync(database, keepsOrigin: false, cancellationToken).ConfigureAwait(false);
        if (set.State is { } wanted && wanted != copy.State)
        {
            throw ChangeWriter.OtherState();
        }

        var outcome = await store.On(copy, new DraftLog()).Changes.RunAsync(
            set with { State = null },
            drafted,
            isRehearsal: true,
            null,
            null,
            cancellationToken).ConfigureAwait(false);
        return outcome with { Result = outcome.Result with { State = copy.State } };
    }

    private static void Tell(string sentence) => Notices.Tell(sentence);

    private SetOutcome Run(
        RowSession session,
        ChangeSet set,
        DraftedSteps? drafted,
        SetFiles? own,
        bool remembers,
        out DraftedStep?[] made,
        CancellationToken cancellationToken)
    {
        // It may be the second time.
        own?.Truncate(0);
        drafted?.Require(session);
        made = new DraftedStep?[remembers ? set.Steps.Count : 0];
        var results = new StepResult[set.Steps.Count];
        var done = new StepDone?[set.Steps.Count];
        var keys = new Dictionary<string, RowKey>(StringComparer.Ordinal);
        var inUse = new List<int>();
        // What a single step does is taken back with the set.
        var isOne = results.Length == 1;
        for (var i = 0; i < results.Length; i++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var (step, index) = (set.Steps[i], i);
            var place = new StepPlace(session, forms, own)
            {
                // What remains after the whole set counts.
                InUse = set.IsAtomic && !isOne ? _ => inUse.Add(index) : null,
                Draws = drafted?.Steps[i].Draws ?? new Draws(),
            };
            var (changes, files) = (session.ChangeCount, own?.Count ?? 0);
            if (!isOne)
            {
                session.Begin(Savepoint);
            }

            try
            {
                var key = step.KeyOf is { } id ? keys.GetValueOrDefault(id) ?? throw UnknownStep(step, id) : step.Key;
                done[i] = StepRunner.Run(place, step, key);
                if (!isOne)
                {
                    session.Keep(Savepoint);
                }

                results[i] = Told(i, step, done[i]!, session.ChangesSince(changes));
                if (step.Id is { } name)
                {
                    keys[name] = done[i]!.Key;
                }
            }
            catch (Exception error) when (error is SarkException or SqliteException && session.IsAlive)
            {
                if (!isOne)
                {
                    session.TakeBack(Savepoint, changes);
                }

                own?.Truncate(files);
                inUse.Remove(index);
                done[i] = null;
                results[i] = Failed(i, step, error as SarkException ?? SqliteErrors.Translate((SqliteException)error, database.Path));
            }

            if (done[i] is { } now)
            {
                drafted?.Steps[i].Require(now);
                if (remembers)
                {
                    made[i] = DraftedStep.Of(Known(step, keys), now, place.Draws);
                }
            }
        }

        foreach (var i in inUse)
        {
            var (resource, key) = (set.Steps[i].Resource, done[i]!.Key);
            if (Dependants.Find(session, resource.Noun, key.First) is { Count: > 0 } dependants)
            {
                results[i] = Failed(i, set.Steps[i], StepRunner.InUse(resource, key, dependants)) with { Key = key };
            }
            else
            {
                results[i] = results[i] with { Orphans = [] };
            }
        }

        if ((set.IsAtomic || isOne) && Array.Exists(results, r => r.Outcome == StepOutcome.Error))
        {
            throw new SetRefusedException(new SetOutcome(
                new ChangeResult(
                    null,
                    false,
                    [.. results.Select(r => r.Outcome == StepOutcome.Error ? r : r with { Outcome = StepOutcome.Skipped, Stored = null })])
                { State = session.State?.ToString() },
                new WriteResult?[results.Length]));
        }

        return new SetOutcome(
            new ChangeResult(null, false, results) { State = session.State?.ToString() },
            [
                .. done.Select(d => d is null
                    ? null
                    : new WriteResult(d.Answer, d.Key, d.Stored, d.Notices) { Whole = d.Whole, Orphans = d.Orphans }),
            ]);
    }

    // What a step was called by is known in its own set only.
    private static ChangeStep Known(ChangeStep step, Dictionary<string, RowKey> keys) =>
        step with { Id = null, Key = step.KeyOf is { } id ? keys[id] : step.Key, KeyOf = null };

    private static SarkException UnknownStep(ChangeStep step, string id) => new(
        SarkErrorKind.BadRequest,
        step.Resource.Noun,
        id,
        $"The key is that of the step '{id}', and no step before this one that was done is called so.");

    private static StepResult Failed(int index, ChangeStep step, SarkException error) =>
        new(index, StepOutcome.Error, step.Resource, step.Key ?? KeyOf(error)) { Error = error };

    private static RowKey? KeyOf(SarkException error) => error.Target is string { Length: > 0 } key ? new RowKey(key) : null;

    private static StepResult Told(int index, ChangeStep step, StepDone done, IEnumerable<RowChange> changes) =>
        new(index, done.Outcome, step.Resource, done.Key)
        {
            Stored = done.Stored,
            Notices = done.Notices,
            Orphans = done.Orphans,
            Changes = done.Outcome == StepOutcome.Updated ? [.. Columns(step.Resource, done.Key, changes)] : [],
        };

    private static IEnumerable<ColumnChange> Columns(ResourceDescriptor resource, RowKey key, IEnumerable<RowChange> changes)
    {
        foreach (var change in changes.Where(c => c.Action == RowAction.Updated && c.Resource == resource.Route))
        {
            foreach (var (column, before) in change.Before!.Columns)
            {
                if (Masks.Column(resource, new ColumnChange(column, RowImage.Plain(before), RowImage.Plain(change.After![column])))
                    is { } told)
                {
                    yield return told;
                }
            }
        }
    }

    /// <summary>Takes a set back of which a step was refused.</summary>
    /// <param name="outcome">What is told of it.</param>
    private sealed class SetRefusedException(SetOutcome outcome) : Exception
    {
        public SetOutcome Outcome { get; } = outcome;
    }
}
