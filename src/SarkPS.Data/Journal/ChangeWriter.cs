using System.Diagnostics;
using Microsoft.Data.Sqlite;
using SarkPS.Data.Files;
using SarkPS.Data.Sqlite;
using SQLitePCL;

namespace SarkPS.Data.Journal;

/// <summary>What is to be known of a piece of work beside what it does.</summary>
internal sealed record WriteIntent
{
    /// <summary>Whether it is taken back at the end, whatever came of it.</summary>
    public bool IsRehearsal { get; init; }

    /// <summary>Where it comes from.</summary>
    public ChangeCause Cause { get; init; } = ChangeCause.Set;

    /// <summary>Who does it.</summary>
    public ChangeOrigin Origin { get; init; } = ChangeOrigin.Local;

    /// <summary>Why.</summary>
    public string? Reason { get; init; }

    /// <summary>The set that is undone by it.</summary>
    public string? Undoes { get; init; }

    /// <summary>The state that the database must be in; null where it may be in any.</summary>
    public string? State { get; init; }

    /// <summary>The request that it is of, where that may be sent again.</summary>
    public Repeatable? Repeatable { get; init; }
}

/// <summary>
/// The one that writes a database: all who come while it is busy share the next commit. Each has a savepoint of its own, so that
/// one that fails disturbs no other, and is answered after the commit.
/// </summary>
internal sealed class ChangeWriter : IDisposable
{
    private const string Savepoint = "SAVEPOINT one";
    private const string Release = "RELEASE one";
    private const string RollBack = "ROLLBACK TO one";

    // So long others are kept from writing where sets allow it: SARK's pages give up after some seconds.
    private static readonly TimeSpan LongestLock = TimeSpan.FromMilliseconds(50);

    // Those who were answered come again: the next group waits so long to become as large as the last.
    private static readonly TimeSpan LongestGathering = TimeSpan.FromMilliseconds(5);

    // Whoever waits for SQLite's lock, as SARK's pages do, looks again after 1, 2, 5, 10, 15, 20, 25, 25 and 25 ms, and less and less
    // often from then on. (https://www.sqlite.org/c3ref/busy_timeout.html) Who came while the file was in use without end looks at
    // least once while it is left alone for somewhat longer than the longest of these, provided that that comes before their sum.
    private static readonly TimeSpan FreeTime = TimeSpan.FromMilliseconds(30);
    private static readonly TimeSpan LongestUse = TimeSpan.FromMilliseconds(110);

    // While a commit waits for readers to end, no new ones may begin.
    private static readonly TimeSpan LongestCommit = TimeSpan.FromSeconds(2);

    // A connection is kept so long for whoever writes next: its statements are prepared.
    private static readonly TimeSpan IdleTime = TimeSpan.FromSeconds(1);

    private readonly LinkedList<WriteRequest> queue = new();

    // Held by a group while it is written, and by whoever puts another file in the place of the database.
    private readonly SemaphoreSlim turn = new(1);
    private readonly SqliteDatabase database;
    private readonly ChangeLedger? ledger;
    private readonly Timer idleTime;
    private WriteConnection? idle;
    private volatile bool isDisposed;
    private TaskCompletionSource written = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private bool isRunning;
    private long useBegan;
    private long useEnded;
    private TimeSpan lastUse;
    private (int Count, TaskCompletionSource All)? gathering;

    /// <summary>Makes a writer.</summary>
    /// <param name="database">The database.</param>
    /// <param name="ledger">Its journal; null where changes are not remembered.</param>
    public ChangeWriter(SqliteDatabase database, ChangeLedger? ledger)
    {
        this.database = database;
        this.ledger = ledger;
        idleTime = new Timer(writer => ((ChangeWriter)writer!).CloseIdle(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Does a piece of work in a transaction.</summary>
    /// <param name="work">What is done. It may be done again, where the transaction that it was in did not come about.</param>
    /// <param name="intent">What is to be known of it.</param>
    /// <param name="cancellationToken">Ends the waiting; what has begun ends as it will.</param>
    /// <param name="answer">What is answered to the request when it is sent again, of the result and the id of the set.</param>
    /// <returns>What the work returned, after the commit, and the id of the set; null where nothing was changed.</returns>
    /// <exception cref="SarkException">It was refused, or the database could not be written.</exception>
    public Task<(T Result, string? Set)> RunAsync<T>(
        Func<RowSession, T> work,
        WriteIntent intent,
        CancellationToken cancellationToken,
        Func<T, string, byte[]>? answer = null)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var request = new WriteRequest<T>(work, intent, database.StartWait(), answer, cancellationToken);
        bool isFirst;
        lock (queue)
        {
            queue.AddLast(request);
            if (gathering is { } awaited && queue.Count >= awaited.Count)
            {
                awaited.All.TrySetResult();
                gathering = null;
            }

            isFirst = !isRunning;
            isRunning = true;
        }

        if (isFirst)
        {
            // He does his own work, and that of whoever came with him, in his own thread; what comes later goes on without him, and
            // nothing that he listens to follows it.
            using (ExecutionContext.SuppressFlow())
            {
                _ = PumpAsync();
            }
        }

        return request.WaitAsync(Locked);
    }

    /// <summary>Does something when it is its turn, while nothing is written by anybody else of this process.</summary>
    /// <param name="work">
    /// What is done, with the connections and locks that it makes itself. It gets what is left of the time that it may wait: those who
    /// come together give up together.
    /// </param>
    /// <param name="cancellationToken">Ends the waiting; what has begun ends as it will.</param>
    /// <exception cref="SarkUnavailableException">Others are at it for too long.</exception>
    public async Task<T> RunAloneAsync<T>(Func<LockWait, Task<T>> work, CancellationToken cancellationToken)
    {
        var wait = database.StartWait();
        if (!await turn.WaitAsync(wait.Left, cancellationToken).ConfigureAwait(false))
        {
            throw Locked();
        }

        try
        {
            CloseIdle();
            return await work(wait).ConfigureAwait(false);
        }
        finally
        {
            turn.Release();
        }
    }

    /// <summary>
    /// Takes the lock of the database, brings the journal up to it and has somebody look at both. Only within
    /// <see cref="RunAloneAsync"/>.
    /// </summary>
    /// <param name="wait">How long it may wait for the lock.</param>
    /// <param name="look">What is done with the state that the database is in.</param>
    /// <exception cref="SarkUnavailableException">Others hold the lock.</exception>
    /// <exception cref="SqliteException">The database cannot be opened, or is none.</exception>
    /// <exception cref="JournalException">The journal cannot be read or written.</exception>
    public async Task LookAsync(LockWait wait, Action<KnownState> look)
    {
        while (true)
        {
            using (var writing = Rent())
            {
                if (writing is not null && await database.BeginWritingAsync(
                    writing.Connection,
                    () => wait.NextAsync(CancellationToken.None)).ConfigureAwait(false) is { } begun)
                {
                    writing.Begin(begun);
                    look(ledger!.CatchUp(writing.Connection, writing.Statements));
                    return;
                }
            }

            await database.NextAsync(wait, CancellationToken.None).ConfigureAwait(false);
        }
    }

    /// <summary>What is told where the database is in another state than was demanded.</summary>
    public static SarkException OtherState() => new(
        SarkErrorKind.Stale,
        SqliteErrors.Noun,
        null,
        "The database has changed since the plan was made, so it was not applied. Nothing was changed; make the plan anew.");

    /// <summary>Waits until something was written, at most for a time.</summary>
    public Task WhenWrittenAsync(TimeSpan limit, CancellationToken cancellationToken) =>
        Task.WhenAny(Volatile.Read(ref written).Task, Task.Delay(limit, cancellationToken)).Unwrap();

    private Exception Told(Exception error) =>
        error is SqliteException failure ? SqliteErrors.Translate(failure, database.Path) : error;

    private SarkUnavailableException Locked() => SqliteErrors.Locked(database.Path);

    private async Task PumpAsync()
    {
        while (HasWork(isEnd: true))
        {
            await LeaveAloneAsync().ConfigureAwait(false);
            int count;
            var began = Stopwatch.GetTimestamp();
            await turn.WaitAsync().ConfigureAwait(false);
            try
            {
                count = await RunGroupAsync().ConfigureAwait(false);
            }
            finally
            {
                turn.Release();
            }

            useEnded = Stopwatch.GetTimestamp();
            lastUse = Stopwatch.GetElapsedTime(began, useEnded);
            if (HasWork(isEnd: false))
            {
                await GatherAsync(count).ConfigureAwait(false);
            }
        }
    }

    private async ValueTask LeaveAloneAsync()
    {
        var free = Stopwatch.GetElapsedTime(useEnded);
        if (free < FreeTime)
        {
            // The next group may take as long as the last.
            if (Stopwatch.GetElapsedTime(useBegan) + lastUse < LongestUse)
            {
                return;
            }

            await Task.Delay(FreeTime - free).ConfigureAwait(false);
        }

        useBegan = Stopwatch.GetTimestamp();
    }

    private async ValueTask GatherAsync(int count)
    {
        TaskCompletionSource all;
        lock (queue)
        {
            if (queue.Count >= count)
            {
                return;
            }

            all = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            gathering = (count, all);
        }

        await Task.WhenAny(all.Task, Task.Delay(LongestGathering)).ConfigureAwait(false);
    }

    private bool HasWork(bool isEnd)
    {
        lock (queue)
        {
            while (queue.First is { } first && !first.Value.IsWaiting)
            {
                queue.RemoveFirst();
            }

            isRunning = queue.Count > 0 || !isEnd;
            return queue.Count > 0;
        }
    }

    private async ValueTask<bool> PauseAsync(LockWait wait) =>
        HasWork(isEnd: false) && await wait.NextAsync(CancellationToken.None).ConfigureAwait(false) && HasWork(isEnd: false);

    private bool TryTake(bool isFirst, out WriteRequest request)
    {
        lock (queue)
        {
            while (queue.First is { } first)
            {
                request = first.Value;
                if (request.IsWaiting && request.IsSolitary && !isFirst)
                {
                    return false;
                }

                queue.RemoveFirst();
                if (request.TryTake())
                {
                    return true;
                }
            }
        }

        request = null!;
        return false;
    }

    // Before all others, in their order.
    private void WaitAgain(IReadOnlyList<WriteRequest> requests)
    {
        foreach (var request in requests.Reverse())
        {
            if (request.TryWaitAgain(Locked))
            {
                lock (queue)
                {
                    queue.AddFirst(request);
                }
            }
        }
    }

    /// <summary>One transaction. Whatever becomes of it, each request that was taken is answered or waits again.</summary>
    /// <returns>How many requests were answered.</returns>
    private async Task<int> RunGroupAsync()
    {
        var group = new List<WriteRequest>();
        var wait = new LockWait(TimeSpan.MaxValue);
        var clock = new Stopwatch();
        WriteConnection? writing = null;
        try
        {
            while (true)
            {
                writing = Rent();
                if (writing is not null
                    && await database.BeginWritingAsync(writing.Connection, () => PauseAsync(wait)).ConfigureAwait(false) is { } begun)
                {
                    clock.Start();
                    writing.Begin(begun);
                    if (!await RunInAsync(writing, begun, group, clock).ConfigureAwait(false))
                    {
                        writing.TakeBack();
                    }

                    break;
                }

                writing?.Dispose();
                writing = null;
                // Another file has come, or those who hold the one before have to let go of it.
                if (!await PauseAsync(wait).ConfigureAwait(false))
                {
                    return 0;
                }
            }
        }
        catch (Exception error)
        {
            // One that failed is not used again.
            writing?.Dispose();
            writing = null;
            Fail(group, Told(error));
        }

        End(group, writing);
        return group.Count;
    }

    // What is committed stays so and is answered, whatever fails after it.
    private void End(List<WriteRequest> group, WriteConnection? writing)
    {
        try
        {
            if (writing is { IsSpent: false })
            {
                Return(writing, group.Exists(r => r.HasChanges));
            }
            else
            {
                writing?.Dispose();
            }

            var tables = group.Where(r => r.HasChanges).SelectMany(r => r.Tables).ToHashSet(StringComparer.OrdinalIgnoreCase);
            if (tables.Count > 0)
            {
                database.Written?.Invoke(tables);
            }
        }
        catch (Exception error)
        {
            foreach (var request in group.Where(r => r.HasChanges))
            {
                request.Tell($"The change was made. What follows a change of '{Path.GetFileName(database.Path)}' failed: {error.Message}");
            }
        }
        finally
        {
            if (group.Exists(r => r.HasChanges))
            {
                Interlocked.Exchange(ref written, new(TaskCreationOptions.RunContinuationsAsynchronously)).TrySetResult();
            }

            group.ForEach(r => r.Answer());
        }
    }

    private WriteConnection? Rent()
    {
        if (Interlocked.Exchange(ref idle, null) is { } kept)
        {
            if (database.IsCurrent(kept.Connection))
            {
                return kept;
            }

            kept.Dispose();
        }

        return database.TryOpen(isPooled: true) is { } opened ? WriteConnection.TryMake(opened, isLasting: !database.IsScratch) : null;
    }

    private void Return(WriteConnection writing, bool isCommitted)
    {
        if (isCommitted)
        {
            writing.Committed();
        }

        writing.Left = database.File.Read();
        Interlocked.Exchange(ref idle, writing)?.Dispose();
        if (isDisposed || database.IsAbandoned(writing.Connection))
        {
            CloseIdle();
        }
        else if (!IsTicking())
        {
            // The database was closed meanwhile.
            CloseIdle();
        }
    }

    private bool IsTicking()
    {
        try
        {
            return idleTime.Change(IdleTime, Timeout.InfiniteTimeSpan);
        }
        catch (ObjectDisposedException)
        {
            return false;
        }
    }

    /// <summary>Closes the connection that is kept for whoever writes next.</summary>
    public void CloseIdle() => Interlocked.Exchange(ref idle, null)?.Dispose();

    /// <inheritdoc/>
    public void Dispose()
    {
        isDisposed = true;
        idleTime.Dispose();
        CloseIdle();
    }

    // What cannot even begin is told to all who wait: it would be the same for each.
    private void Fail(List<WriteRequest> group, Exception error)
    {
        if (group.Count == 0)
        {
            while (TryTake(isFirst: true, out var request))
            {
                group.Add(request);
            }
        }

        foreach (var request in group)
        {
            (request.Failure, request.HasChanges) = (error, false);
        }
    }

    /// <summary>Does what waits in a transaction that has begun.</summary>
    /// <returns>Whether it was committed.</returns>
    private async Task<bool> RunInAsync(WriteConnection writing, FileStamp begun, List<WriteRequest> group, Stopwatch clock)
    {
        var (connection, statements) = (writing.Connection, writing.Statements);
        var naming = database.Naming(connection);
        naming.Begin();
        naming.Seen = statements.Seen;
        var (state, obstacle) = CatchUp(connection, statements);
        var recorder = new RowRecorder(statements);
        while (TryTake(group.Count == 0, out var request))
        {
            if (!TryRun(statements, naming, recorder, request, state, obstacle))
            {
                // SQLite has taken everything back. Whoever brought that about is tried again without the others.
                writing.IsSpent = true;
                if (group.Count > 0)
                {
                    request.RunsAlone = true;
                    WaitAgain([.. group, request]);
                    group.Clear();
                }
                else
                {
                    request.Failure = Told(request.Failure!);
                    group.Add(request);
                }

                return false;
            }

            group.Add(request);
            if (request.IsSolitary || clock.Elapsed > LongestLock)
            {
                break;
            }
        }

        if (!group.Exists(r => r.HasChanges))
        {
            return false;
        }

        if (obstacle is not null)
        {
            Refuse(group, obstacle);
            return false;
        }

        return await TryCommitAsync(writing, begun, group, state).ConfigureAwait(false);
    }

    private (KnownState? State, SarkException? Obstacle) CatchUp(SqliteConnection connection, Statements statements)
    {
        if (ledger is null)
        {
            return (null, null);
        }

        try
        {
            return (ledger.CatchUp(connection, statements), null);
        }
        catch (Exception error) when (ledger.Refusal(error) is { } refusal)
        {
            return (null, ledger.IsOptional ? null : refusal);
        }
    }

    // Nothing of the group was changed, and whoever changed nothing may have been told of what a neighbour would have.
    private void Refuse(List<WriteRequest> group, Exception reason)
    {
        WaitAgain([.. group.Where(r => !r.HasChanges)]);
        group.RemoveAll(r => !r.HasChanges);
        foreach (var request in group)
        {
            (request.Failure, request.HasChanges) = (reason, false);
        }
    }

    /// <summary>Does the work of one request in its savepoint.</summary>
    /// <returns>False where the whole transaction is gone.</returns>
    private bool TryRun(
        Statements statements,
        NamingMemory naming,
        RowRecorder recorder,
        WriteRequest request,
        KnownState? state,
        SarkException? obstacle)
    {
        var count = recorder.Changes.Count;
        var changes = raw.sqlite3_total_changes(statements.Handle);
        statements.Run(Savepoint);
        try
        {
            if (request.Intent.State is { } wanted && wanted != state?.ToString())
            {
                throw OtherState();
            }

            ledger?.RequireNew(request.Intent.Repeatable, state);
            request.Run(new RowSession(statements, naming, recorder, state));
        }
        catch (Exception error)
        {
            request.Failure = Told(error);
        }

        // An error may have ended the transaction, and a trigger may do so without one that reaches us.
        if (raw.sqlite3_get_autocommit(statements.Handle) != 0)
        {
            request.Failure ??= SqliteErrors.TakenBack(SqliteErrors.Noun, null, "the change");
            return false;
        }

        var tables = naming.TakeTables();
        var hasChanges = raw.sqlite3_total_changes(statements.Handle) != changes;
        if (request.Failure is not null || request.Intent.IsRehearsal)
        {
            recorder.Truncate(count);
            statements.Run(RollBack);
            statements.Run(Release);
            statements.Seen!.Clear();
            // A rehearsal promises nothing that would be refused.
            request.Failure ??= hasChanges ? obstacle : null;
            return true;
        }

        statements.Run(Release);
        request.HasChanges = hasChanges;
        request.Rows = [.. recorder.Changes.Skip(count)];
        request.Tables = tables;
        return true;
    }

    private async Task<bool> TryCommitAsync(WriteConnection writing, FileStamp begun, List<WriteRequest> group, KnownState? state)
    {
        var (connection, statements) = (writing.Connection, writing.Statements);
        int? marker = null;
        if (state is not null)
        {
            marker = ChangeLedger.NewMarker(state);
            statements.RunOnce(FormattableString.Invariant($"PRAGMA user_version = {marker}"));
            try
            {
                ledger!.Prepare(marker.Value, group);
            }
            catch (Exception error) when (ledger!.Refusal(error) is { } refusal)
            {
                if (ChangeLedger.IsFull(error) && group.Count(r => r.HasChanges) > 1)
                {
                    // One may need more room than there is, and the others less.
                    group.ForEach(r => r.RunsAlone |= r.HasChanges);
                    WaitAgain([.. group]);
                    group.Clear();
                    return false;
                }

                if (!ledger.IsOptional)
                {
                    Refuse(group, refusal);
                    return false;
                }

                // Then it is found later, as if another program had made it.
                statements.RunOnce(FormattableString.Invariant($"PRAGMA user_version = {state.Marker}"));
                marker = null;
            }
        }

        var outcome = CommitOutcome.Moved;
        SqliteException? failure = null;
        try
        {
            outcome = database.IsStill(connection, begun)
                ? await database.TryCommitAsync(connection, LongestCommit).ConfigureAwait(false)
                : CommitOutcome.Moved;
        }
        catch (SqliteException error)
        {
            failure = error;
            writing.IsSpent = true;
        }

        if (failure is null && outcome == CommitOutcome.Done)
        {
            if (marker is { } kept)
            {
                ledger!.Keep(kept, state!);
            }

            return true;
        }

        if (marker is { } lost)
        {
            SqliteDatabase.EndTransaction(connection);
            ledger!.Discard(lost);
        }

        if (failure is not null && group.Count == 1)
        {
            (group[0].Failure, group[0].HasChanges) = (SqliteErrors.Translate(failure, database.Path), false);
            return false;
        }

        // Whoever changed nothing may have been told of what a neighbour would have.
        var again = group.Where(r => !r.HasChanges || !IsOver(r)).ToArray();
        foreach (var request in group.Except(again))
        {
            (request.Failure, request.HasChanges) = (SqliteErrors.Overwritten(database.Path), false);
        }

        group.RemoveAll(again.Contains);
        WaitAgain(again);
        return false;

        bool IsOver(WriteRequest request)
        {
            request.RunsAlone |= failure is not null;
            return failure is null && (outcome == CommitOutcome.Lost || (outcome == CommitOutcome.Moved && ++request.Losses > 1));
        }
    }
}

/// <summary>What became of a commit.</summary>
internal enum CommitOutcome
{
    /// <summary>It is in the database.</summary>
    Done,

    /// <summary>Readers held it up too long. It was not made.</summary>
    Busy,

    /// <summary>The database was exchanged for another before. It was not made.</summary>
    Moved,

    /// <summary>The database was exchanged for another meanwhile: it went into a file that nobody reads any more.</summary>
    Lost,
}

/// <summary>A connection that writes, with its statements.</summary>
internal sealed class WriteConnection : IDisposable
{
    // Pages that were changed stay in memory until the commit, so that the file has nothing of a change that may yet be taken
    // back. Extra: lost power may not take back what the journal's next entry rests on.
    // The mode of SQLite's journal is known only of a database that was read.
    private const string Settings = "PRAGMA cache_spill = OFF; SELECT 1 FROM sqlite_master LIMIT 1; PRAGMA synchronous = ";

    // As large as it is after a group of single rows.
    private const string KeepJournal = "PRAGMA journal_mode = PERSIST; PRAGMA journal_size_limit = 262144";
    private const string RemoveJournals = "PRAGMA journal_mode = DELETE";

    private bool mayKeepJournal;
    private bool keepsJournal;
    private bool isJournalSeen;

    private WriteConnection(SqliteConnection connection)
    {
        Connection = connection;
        Statements = new Statements(connection);
        Statements.Remember();
    }

    /// <summary>Takes a connection over.</summary>
    /// <param name="connection">An open one.</param>
    /// <param name="isLasting">Whether what is committed must survive lost power.</param>
    /// <returns>Null where another holds the database, which setting something up has to read.</returns>
    /// <exception cref="SqliteException">It is of no use; it is closed.</exception>
    public static WriteConnection? TryMake(SqliteConnection connection, bool isLasting)
    {
        var made = new WriteConnection(connection);
        var isReady = false;
        try
        {
            isReady = SqliteDatabase.TryRun(connection, Settings + (isLasting ? "EXTRA" : "OFF"));
            // Of a database with a write-ahead log it would take that away.
            made.mayKeepJournal = isReady && made.Statements.Value("PRAGMA journal_mode") is "delete" or "persist";
        }
        finally
        {
            if (!isReady)
            {
                made.Dispose();
            }
        }

        return isReady ? made : null;
    }

    /// <summary>The connection.</summary>
    public SqliteConnection Connection { get; }

    /// <summary>Its statements.</summary>
    public Statements Statements { get; }

    /// <summary>Whether it is not used again: its transaction has failed, and what it keeps takes room that others may need.</summary>
    public bool IsSpent { get; set; }

    /// <summary>The file as it was when the connection was used last; null before.</summary>
    public FileStamp? Left { get; set; }

    /// <summary>To be told when a transaction has begun.</summary>
    /// <param name="begun">The file as it is now.</param>
    public void Begin(FileStamp begun)
    {
        if (Left != begun)
        {
            Statements.ForgetSchema();
        }

        Statements.Begin();
    }

    /// <summary>
    /// To be told when something was committed. From then on SQLite's own journal stays where it is between two commits, emptied by
    /// its first bytes: to make it and remove it costs more than all else that a commit does. SARK's pages must be able to use it,
    /// though, as they would their own.
    /// </summary>
    public void Committed()
    {
        if (!mayKeepJournal)
        {
            return;
        }

        if (!keepsJournal)
        {
            keepsJournal = SqliteDatabase.TryRun(Connection, KeepJournal);
        }
        else if (!isJournalSeen && Posix.Status(FileName + "-journal") is { } journal && Posix.Status(FileName) is { } database)
        {
            isJournalSeen = true;
            if ((journal.Owner, journal.Group, journal.Mode) != (database.Owner, database.Group, database.Mode))
            {
                mayKeepJournal = false;
                RemoveJournal();
            }
        }
    }

    private string FileName => raw.sqlite3_db_filename(Connection.Handle, "main").utf8_to_string();

    // The name may be that of another database's journal by now.
    private void RemoveJournal()
    {
        keepsJournal = false;
        if (!DatabaseHeader.HasMoved(Connection))
        {
            // One that cannot be removed now is empty, and whoever writes next removes it.
            raw.sqlite3_exec(Connection.Handle, RemoveJournals);
        }
    }

    /// <summary>Takes back what was not committed.</summary>
    public void TakeBack()
    {
        SqliteDatabase.EndTransaction(Connection);
        Statements.Seen!.Clear();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        SqliteDatabase.EndTransaction(Connection);
        Statements.Dispose();
        try
        {
            if (keepsJournal)
            {
                RemoveJournal();
            }
        }
        finally
        {
            Connection.Dispose();
        }
    }
}
