using System.IO.Compression;
using Microsoft.Data.Sqlite;
using SarkPS.Data.Sqlite;
using SQLitePCL;

namespace SarkPS.Data.Journal;

/// <summary>What the journal knows of the database: the state that it was in when somebody last looked under the lock.</summary>
/// <param name="Epoch">Counts how often the database was restored from a copy or loaded anew.</param>
/// <param name="Marker">The marker that it carries, <c>PRAGMA user_version</c>.</param>
/// <param name="Counter">Its count of commits, from the header of the file.</param>
/// <param name="Pending">The marker of a group that is prepared, and of which it is not known what became; null for none.</param>
internal sealed record KnownState(long Epoch, int Marker, uint Counter, int? Pending)
{
    /// <summary>The count of commits after one more; it stands still where a write-ahead log is used.</summary>
    public uint NextCounter => Counter == 0 ? 0 : Counter + 1;

    /// <summary>The state as plans name it.</summary>
    public override string ToString() => FormattableString.Invariant($"{Epoch}-{unchecked((uint)Marker):x8}-{Counter}");
}

/// <summary>What a journal forgets.</summary>
/// <param name="Age">What is older.</param>
/// <param name="Bytes">The oldest, where the file has more, about.</param>
internal sealed record JournalRetention(TimeSpan Age, long Bytes);

/// <summary>The journal could not be read or written.</summary>
/// <param name="cause">Why.</param>
internal sealed class JournalException(Exception cause) : Exception(cause.Message, cause);

/// <summary>A set on its way into the journal.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Cause">Where it came from.</param>
/// <param name="Origin">By whom; null where that is not known.</param>
/// <param name="Reason">Why.</param>
/// <param name="Undoes">The set that is undone by it.</param>
/// <param name="Rows">The rows that were changed.</param>
/// <param name="Answer">What is answered to the same request if it comes again; null where it has no key.</param>
internal sealed record JournalSet(
    string Id,
    ChangeCause Cause,
    ChangeOrigin? Origin,
    string? Reason,
    string? Undoes,
    IReadOnlyList<RowChange> Rows,
    KeptAnswer? Answer = null)
{
    /// <summary>When it was made; null for now.</summary>
    public DateTimeOffset? Time { get; init; }

    /// <summary>What it did that is no change of a row; null for nothing.</summary>
    public RowAction? Event { get; init; }

    /// <summary>What that was done with.</summary>
    public string Subject { get; init; } = "";
}

/// <summary>A commit that the journal has.</summary>
/// <param name="Set">Its set.</param>
/// <param name="Epoch">The epoch that it was made in.</param>
/// <param name="Covers">The last change that it has taken up, as far as is known for sure.</param>
/// <param name="Run">When the generator wrote its files: by that time a commit is told from others.</param>
internal sealed record NotedCommit(string Set, long Epoch, long Covers, DateTime Run);

/// <summary>From when on a journal tells all changes of the database.</summary>
/// <param name="Since">The time.</param>
/// <param name="IsRestored">Whether the database was restored from a copy, or loaded anew, at that time.</param>
internal sealed record JournalBeginning(DateTimeOffset Since, bool IsRestored);

/// <summary>A set that the journal has.</summary>
/// <param name="Set">The set.</param>
/// <param name="Epoch">The epoch that it was made in.</param>
/// <param name="LastSequence">The sequence number of its last change.</param>
internal sealed record FoundSet(JournalSet Set, long Epoch, long LastSequence);

/// <summary>The answer to a request with an idempotency key.</summary>
/// <param name="Request">The request.</param>
/// <param name="Answer">The answer.</param>
internal sealed record KeptAnswer(Repeatable Request, byte[] Answer)
{
    /// <summary>The answer to the request that is sent again.</summary>
    /// <exception cref="SarkException">It is another request.</exception>
    public byte[] To(Repeatable again) => Request.Fingerprint.AsSpan().SequenceEqual(again.Fingerprint)
        ? Answer
        : throw new SarkValidationException(
            "Request",
            again.Key,
            "Idempotency-Key",
            $"The idempotency key '{SarkText.Printable(again.Key)}' was used for another request. Nothing was done; each "
                + "request has a key of its own.");
}

/// <summary>
/// The file that remembers every change, <c>journal.db</c>: with a write-ahead log, and never attached to the database that it
/// tells of. It is written only by whoever holds the write lock of that database, in two steps. What a group of sets has
/// changed is made durable as prepared, under a random marker that the commit of the database carries; whoever next holds the
/// lock sees by the marker what became of it.
/// </summary>
/// <param name="path">The file; it is opened, and made, when it is needed.</param>
/// <param name="clock">The clock.</param>
internal sealed class JournalFile(string path, TimeProvider clock) : IDisposable
{
    // So long a restore may be under way in another process. One that was noted before and has not come about will not.
    private static readonly TimeSpan LongestRestore = TimeSpan.FromHours(1);

    private const int BusyMilliseconds = 2000;

    // So much of what is free in the file is given back at a time, lest whoever waits for the lock waits long.
    private const int PagesGivenBack = 2000;

    // So long a request can be sent again.
    private static readonly TimeSpan AnswersKept = TimeSpan.FromDays(1);

    private const string Tables = """
        CREATE TABLE state (id INTEGER PRIMARY KEY CHECK (id = 1), epoch INTEGER NOT NULL, marker INTEGER NOT NULL,
            counter INTEGER NOT NULL, pending INTEGER);
        CREATE TABLE base (id INTEGER PRIMARY KEY CHECK (id = 1), seq INTEGER NOT NULL, image BLOB NOT NULL);
        CREATE TABLE sets (number INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, epoch INTEGER NOT NULL,
            pending INTEGER, time INTEGER NOT NULL, cause INTEGER NOT NULL, actor TEXT, address TEXT, request TEXT, reason TEXT,
            undoes TEXT);
        CREATE INDEX sets_pending ON sets (pending) WHERE pending IS NOT NULL;
        CREATE INDEX sets_time ON sets (time);
        CREATE TABLE entries (seq INTEGER PRIMARY KEY AUTOINCREMENT, set_number INTEGER NOT NULL, resource TEXT,
            table_name TEXT NOT NULL, key TEXT NOT NULL, row INTEGER NOT NULL, action INTEGER NOT NULL, before TEXT, after TEXT);
        CREATE INDEX entries_set ON entries (set_number);
        CREATE INDEX entries_key ON entries (key, resource);
        CREATE INDEX entries_row ON entries (table_name, row);
        CREATE TABLE retries (caller TEXT NOT NULL, key TEXT NOT NULL, epoch INTEGER NOT NULL, pending INTEGER, time INTEGER NOT NULL,
            request BLOB NOT NULL, answer BLOB NOT NULL, PRIMARY KEY (caller, key)) WITHOUT ROWID;
        CREATE INDEX retries_pending ON retries (pending) WHERE pending IS NOT NULL;
        CREATE INDEX retries_time ON retries (time);
        """;

    // Which changes a commit has taken up, and since when there is nothing that the journal does not know. What a file of before
    // has of the epoch it has from its first set on.
    private const string CommitTables = """
        CREATE TABLE commits (set_number INTEGER PRIMARY KEY, covers INTEGER NOT NULL, run INTEGER NOT NULL);
        ALTER TABLE state ADD COLUMN begun INTEGER;
        ALTER TABLE state ADD COLUMN restored INTEGER NOT NULL DEFAULT 0;
        UPDATE state SET begun = ifnull((SELECT min(time) FROM sets WHERE epoch = state.epoch),
                CAST(strftime('%s', 'now') AS INTEGER) * 1000),
            restored = EXISTS (SELECT 1 FROM sets WHERE epoch = state.epoch AND cause = 3);
        """;

    // What makes of a file of one format that of the next; a file of a later one than the last is refused.
    private static readonly string[] Formats = [Tables, CommitTables];

    private SqliteConnection? connection;
    private Statements? statements;

    /// <summary>The file.</summary>
    public string Path => path;

    private Statements Open => statements ?? Connect();

    /// <summary>Sees to it that the file of the name is the one that is written.</summary>
    /// <exception cref="JournalException">It cannot be opened.</exception>
    public void Begin() => Guarded(Reopen);

    /// <summary>What is known of the database; null in a new journal.</summary>
    /// <exception cref="JournalException">It cannot be read.</exception>
    public KnownState? ReadState() => Guarded(FindState);

    private KnownState? FindState()
    {
        foreach (var row in Open.Rows("SELECT epoch, marker, counter, pending FROM state"))
        {
            return new KnownState(
                raw.sqlite3_column_int64(row, 0),
                raw.sqlite3_column_int(row, 1),
                (uint)raw.sqlite3_column_int64(row, 2),
                RowImage.Value(row, 3) is long pending ? (int)pending : null);
        }

        return null;
    }

    /// <summary>Begins an epoch: from now on changes are told from this state of the database.</summary>
    /// <param name="marker">The marker that it carries.</param>
    /// <param name="counter">Its count of commits.</param>
    /// <param name="image">Its content.</param>
    public void BeginEpoch(int marker, uint counter, byte[] image) => Transact(() =>
    {
        var before = FindState();
        var epoch = (before?.Epoch ?? 0) + 1;
        Open.Run(
            "INSERT INTO state (id, epoch, marker, counter, pending, begun, restored) VALUES (1, ?1, ?2, ?3, NULL, ?4, ?5) ON CONFLICT "
                + "(id) DO UPDATE SET epoch = excluded.epoch, marker = excluded.marker, counter = excluded.counter, pending = NULL, "
                + "begun = excluded.begun, restored = excluded.restored",
            epoch,
            (long)marker,
            (long)counter,
            clock.GetUtcNow().ToUnixTimeMilliseconds(),
            before is null ? 0L : 1L);
        if (Open.Value("SELECT number FROM sets WHERE pending = ?1 AND cause = ?2", (long)marker, (long)ChangeCause.Restore) is long number)
        {
            // A restore of ours, which has come about.
            Open.Run("UPDATE sets SET pending = NULL, epoch = ?2 WHERE number = ?1", number, epoch);
            Open.Run("UPDATE entries SET seq = (SELECT max(seq) FROM entries) + 1 WHERE set_number = ?1", number);
        }
        else if (before is not null)
        {
            Add(epoch, null, new JournalSet(SetId.New(clock), ChangeCause.Restore, null, null, null, []));
        }

        PutBase(image);
    });

    /// <summary>
    /// Notes that the database is about to be replaced by one that carries a marker. When the database has that, it has come about;
    /// until then nobody is told of it.
    /// </summary>
    /// <param name="marker">The marker.</param>
    /// <param name="set">What is told of it then.</param>
    public void Intend(int marker, JournalSet set) => Transact(() =>
    {
        DropIntents();
        Add(FindState()?.Epoch ?? 0, marker, set);
    });

    /// <summary>Forgets restores that were noted and have not come about.</summary>
    public void ForgetIntents()
    {
        // Hardly ever there is one, and what writes waits for the disk.
        if (Guarded(OldIntents).Length > 0)
        {
            Transact(DropIntents);
        }
    }

    private void DropIntents() => Array.ForEach(OldIntents(), Drop);

    private long[] OldIntents() =>
    [
        .. Open.Rows(
            "SELECT pending FROM sets WHERE pending IS NOT NULL AND cause = ?1 AND time < ?2",
            (long)ChangeCause.Restore,
            (clock.GetUtcNow() - LongestRestore).ToUnixTimeMilliseconds()).Select(row => raw.sqlite3_column_int64(row, 0)),
    ];

    /// <summary>Has a set belong to the epoch that began last.</summary>
    public void Follow(string id) => Transact(() => Open.Run("UPDATE sets SET epoch = (SELECT epoch FROM state) WHERE id = ?1", id));

    /// <summary>Notes a commit. One that somebody has found before whoever made it could note it gets his name.</summary>
    /// <param name="set">What is told of it.</param>
    /// <param name="covers">The last change that it has taken up; null for the last of before its own time.</param>
    /// <param name="run">When the generator wrote its files.</param>
    /// <returns>The set that it is told as.</returns>
    public string AddCommit(JournalSet set, long? covers, DateTime run)
    {
        var id = set.Id;
        Transact(() =>
        {
            if (Open.Value("SELECT s.id FROM commits AS c JOIN sets AS s ON s.number = c.set_number WHERE c.run = ?1", run.Ticks)
                is string found)
            {
                id = found;
                Open.Run(
                    "UPDATE sets SET actor = ?2, address = ?3, request = ?4, reason = ?5 WHERE id = ?1 AND ?2 IS NOT NULL",
                    id,
                    set.Origin?.Actor,
                    set.Origin?.Address,
                    set.Origin?.Request,
                    set.Reason);
                Open.Run("UPDATE commits SET covers = ifnull(?2, covers) WHERE run = ?1", run.Ticks, covers);
            }
            else
            {
                PutCommit(set, covers, run);
            }
        });
        return id;
    }

    private void PutCommit(JournalSet set, long? covers, DateTime run)
    {
        var epoch = FindState()!.Epoch;
        covers ??= (long)Open.Value(
            "SELECT ifnull(max(e.seq), 0) FROM entries AS e JOIN sets AS s ON s.number = e.set_number WHERE s.epoch = ?1 AND s.pending IS "
                + "NULL AND s.time <= ?2",
            epoch,
            (set.Time ?? clock.GetUtcNow()).ToUnixTimeMilliseconds())!;
        var number = Add(epoch, null, set);
        Open.Run("INSERT INTO commits (set_number, covers, run) VALUES (?1, ?2, ?3)", number, covers, run.Ticks);
    }

    /// <summary>The last commit; null where none is known.</summary>
    /// <param name="before">Only one of before this run of the generator; null for any.</param>
    public NotedCommit? ReadCommit(DateTime? before = null) => Guarded(() =>
    {
        foreach (var row in Open.Rows(
            "SELECT s.id, s.epoch, c.covers, c.run FROM commits AS c JOIN sets AS s ON s.number = c.set_number WHERE c.run < ?1 ORDER BY "
                + "c.run DESC LIMIT 1",
            (before ?? DateTime.MaxValue).Ticks))
        {
            return new NotedCommit(
                (string)RowImage.Value(row, 0)!,
                raw.sqlite3_column_int64(row, 1),
                raw.sqlite3_column_int64(row, 2),
                new DateTime(raw.sqlite3_column_int64(row, 3), DateTimeKind.Utc));
        }

        return null;
    });

    /// <summary>From when on all changes are told.</summary>
    public JournalBeginning ReadBeginning() => Guarded(() =>
    {
        foreach (var row in Open.Rows("SELECT begun, restored FROM state"))
        {
            return new JournalBeginning(
                DateTimeOffset.FromUnixTimeMilliseconds(raw.sqlite3_column_int64(row, 0)),
                raw.sqlite3_column_int64(row, 1) != 0);
        }

        return new JournalBeginning(clock.GetUtcNow(), false);
    });

    /// <summary>The sequence number of the last change; 0 for none.</summary>
    public long LastSequence() => Guarded(() => (long)Open.Value("SELECT ifnull(max(seq), 0) FROM entries")!);

    /// <summary>Makes a group durable as prepared.</summary>
    /// <param name="marker">The marker that the commit of the database will carry.</param>
    /// <param name="sets">The sets.</param>
    public void Prepare(int marker, IEnumerable<JournalSet> sets) => Transact(() =>
    {
        var epoch = FindState()!.Epoch;
        Open.Run("UPDATE state SET pending = ?1", (long)marker);
        foreach (var set in sets)
        {
            Add(epoch, marker, set);
        }
    });

    /// <summary>
    /// Says that the group that is prepared was committed. Need not be durable: the marker in the database says it again to
    /// whoever comes next.
    /// </summary>
    /// <param name="marker">The marker of the group.</param>
    /// <param name="counter">The database's count of commits since.</param>
    public void Keep(int marker, uint counter) => Transact(
        () =>
        {
            Open.Run("UPDATE sets SET pending = NULL WHERE pending = ?1", (long)marker);
            Open.Run("UPDATE retries SET pending = NULL WHERE pending = ?1", (long)marker);
            // By now another process may hold the lock, and have said so already.
            Open.Run("UPDATE state SET pending = NULL, marker = ?1, counter = ?2 WHERE pending = ?1", (long)marker, (long)counter);
        },
        isDurable: false);

    /// <summary>Forgets a group that is prepared: it was not committed.</summary>
    /// <param name="marker">The marker of the group.</param>
    public void Discard(int marker) => Transact(() => Drop(marker));

    private void Drop(long marker)
    {
        Open.Run("DELETE FROM entries WHERE set_number IN (SELECT number FROM sets WHERE pending = ?1)", marker);
        Open.Run("DELETE FROM sets WHERE pending = ?1", marker);
        Open.Run("DELETE FROM retries WHERE pending = ?1", marker);
        Open.Run("UPDATE state SET pending = NULL WHERE pending = ?1", marker);
    }

    /// <summary>Notes changes of others that were found, and the count of commits that they led to.</summary>
    public void AddOutside(uint counter, IReadOnlyList<RowChange> rows) => Transact(() =>
    {
        if (rows.Count > 0)
        {
            Add(FindState()!.Epoch, null, new JournalSet(SetId.New(clock), ChangeCause.Outside, null, null, null, rows));
        }

        Open.Run("UPDATE state SET counter = ?1", (long)counter);
    });

    /// <summary>The content of the database that changes are told from, and the last of the changes that it has.</summary>
    public (byte[] Image, long Sequence) ReadBase() => Guarded(() =>
    {
        foreach (var row in Open.Rows("SELECT image, seq FROM base"))
        {
            return (Unpack((byte[])RowImage.Value(row, 0)!), raw.sqlite3_column_int64(row, 1));
        }

        throw new InvalidOperationException("The journal has no base.");
    });

    /// <summary>Has changes told from a content of the database that has all of them.</summary>
    public void WriteBase(byte[] image) => Transact(() => PutBase(image));

    /// <summary>Forgets the oldest sets.</summary>
    /// <param name="before">Those of before this time.</param>
    /// <param name="bytes">Where the file is larger than this: a tenth of all.</param>
    /// <param name="image">The content of the database, which has all changes that are noted.</param>
    public void Forget(DateTimeOffset before, long bytes, Func<byte[]> image)
    {
        var last = Guarded(() => LastToForget(before, bytes));
        if (last == 0)
        {
            return;
        }

        Transact(() =>
        {
            var lost = Open.Value("SELECT max(seq) FROM entries WHERE set_number <= ?1", last);
            // What is told from now on is told from a content that has what is forgotten.
            if (lost is long sequence && (long)Open.Value("SELECT seq FROM base")! < sequence)
            {
                PutBase(image());
            }

            Open.Run("UPDATE state SET begun = max(begun, (SELECT max(time) FROM sets WHERE number <= ?1 AND epoch = state.epoch)) "
                + "WHERE EXISTS (SELECT 1 FROM sets WHERE number <= ?1 AND epoch = state.epoch)", last);
            Open.Run("DELETE FROM entries WHERE set_number <= ?1", last);
            Open.Run("DELETE FROM commits WHERE set_number <= ?1", last);
            Open.Run("DELETE FROM sets WHERE number <= ?1", last);
        });
        Guarded(() =>
        {
            Open.RunOnce($"PRAGMA incremental_vacuum({PagesGivenBack})");
            return true;
        });
    }

    private long LastToForget(DateTimeOffset before, long bytes)
    {
        var old = Open.Value(
            "SELECT ifnull(max(number), 0) FROM sets WHERE time < ?1 AND pending IS NULL",
            before.ToUnixTimeMilliseconds());
        var used = Open.Value(
            "SELECT (c.page_count - f.freelist_count) * s.page_size FROM pragma_page_count AS c, pragma_freelist_count AS f, "
                + "pragma_page_size AS s");
        var surplus = (long)used! <= bytes ? 0L : Open.Value(
            "SELECT min(number) + (max(number) - min(number)) / 10 FROM sets WHERE pending IS NULL");
        return Math.Max((long)old!, surplus as long? ?? 0);
    }

    /// <summary>The changes after one, in their order.</summary>
    public IEnumerable<(long Sequence, RowChange Change)> ReadChanges(long after) => Changes("WHERE e.seq > ?1", after);

    /// <summary>
    /// A set with the rows that it has changed, in their order, and the sequence number of the last; null where there is no such
    /// set.
    /// </summary>
    public FoundSet? ReadSet(string id) => Guarded(() => FindSet(id));

    /// <summary>The answer that was given to a request with an idempotency key; null where there was none in this epoch.</summary>
    public KeptAnswer? ReadAnswer(Repeatable request) => Guarded(() => FindAnswer(request));

    /// <summary>Keeps the answer to a request that has changed nothing in the database.</summary>
    public void AddAnswer(KeptAnswer answer) => Transact(() => Add(FindState()?.Epoch ?? 0, null, answer));

    /// <summary>Whether a row was made, other than by an undoing, after a change: then it is not the one that was changed.</summary>
    /// <param name="table">The table.</param>
    /// <param name="rowId">The row's id.</param>
    /// <param name="sequence">The change.</param>
    public bool IsAnotherRow(string table, long rowId, long sequence) => Guarded(() => Open.Value(
        "SELECT 1 FROM entries AS e JOIN sets AS s ON s.number = e.set_number AND s.pending IS NULL WHERE e.table_name = ?1 AND e.row = "
            + "?2 AND e.seq > ?3 AND e.action = ?4 AND s.cause <> ?5 LIMIT 1",
        table,
        rowId,
        sequence,
        (long)RowAction.Created,
        (long)ChangeCause.Undo)) is not null;

    /// <summary>Whether a row was removed after a change.</summary>
    /// <param name="resource">What it is, as in an address.</param>
    /// <param name="key">Its key.</param>
    /// <param name="sequence">The change.</param>
    public bool IsRemovedSince(string resource, string key, long sequence) => Guarded(() => Open.Value(
        "SELECT 1 FROM entries AS e JOIN sets AS s ON s.number = e.set_number AND s.pending IS NULL WHERE e.key = ?1 AND e.resource = ?2 "
            + "AND e.seq > ?3 AND e.action = ?4 LIMIT 1",
        key,
        resource,
        sequence,
        (long)RowAction.Removed)) is not null;

    /// <summary>Whether something was done to a row after a change.</summary>
    /// <param name="table">Its table.</param>
    /// <param name="key">Its key, or the first part of it.</param>
    /// <param name="sequence">The change.</param>
    public bool IsTouchedSince(string table, string key, long sequence) => Guarded(() => Open.Value(
        "SELECT 1 FROM entries AS e JOIN sets AS s ON s.number = e.set_number AND s.pending IS NULL WHERE e.table_name = ?1 AND e.seq > ?3 "
            + "AND (e.key = ?2 OR substr(e.key, 1, length(?2) + 1) = ?2 || '/') LIMIT 1",
        table,
        key,
        sequence)) is not null;

    private FoundSet? FindSet(string id)
    {
        foreach (var row in Open.Rows(
            "SELECT number, epoch, cause, actor, address, request, reason, undoes FROM sets WHERE id = ?1 AND pending IS NULL", id))
        {
            var number = raw.sqlite3_column_int64(row, 0);
            var origin = RowImage.Value(row, 3) is string actor
                ? new ChangeOrigin(actor, RowImage.Value(row, 4) as string ?? "", RowImage.Value(row, 5) as string)
                : null;
            (long Sequence, RowChange Change)[] changes = [.. Changes("WHERE e.set_number = ?1", number)];
            return new FoundSet(
                new JournalSet(
                    id,
                    (ChangeCause)raw.sqlite3_column_int(row, 2),
                    origin,
                    RowImage.Value(row, 6) as string,
                    RowImage.Value(row, 7) as string,
                    [.. changes.Select(c => c.Change)]),
                raw.sqlite3_column_int64(row, 1),
                changes.Length > 0 ? changes[^1].Sequence : 0);
        }

        return null;
    }

    private KeptAnswer? FindAnswer(Repeatable request)
    {
        foreach (var row in Open.Rows(
            "SELECT request, answer FROM retries WHERE caller = ?1 AND key = ?2 AND pending IS NULL AND epoch = (SELECT epoch FROM state)",
            request.Caller,
            request.Key))
        {
            return new KeptAnswer(
                request with { Fingerprint = (byte[])RowImage.Value(row, 0)! },
                (byte[])RowImage.Value(row, 1)!);
        }

        return null;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        statements?.Dispose();
        connection?.Dispose();
        (statements, connection) = (null, null);
    }

    private IEnumerable<(long Sequence, RowChange Change)> Changes(string condition, long value)
    {
        foreach (var row in Open.Rows(
            "SELECT e.table_name, e.row, e.action, e.before, e.after, e.key, e.resource, e.seq FROM entries AS e JOIN sets AS s ON s.number = "
                + "e.set_number AND s.pending IS NULL " + condition + " AND e.table_name <> '' ORDER BY e.seq",
            value))
        {
            yield return (
                raw.sqlite3_column_int64(row, 7),
                new RowChange(
                    (string)RowImage.Value(row, 0)!,
                    raw.sqlite3_column_int64(row, 1),
                    (RowAction)raw.sqlite3_column_int(row, 2),
                    RowImage.Value(row, 3) is string before ? RowImage.FromJson(before) : null,
                    RowImage.Value(row, 4) is string after ? RowImage.FromJson(after) : null,
                    (string)RowImage.Value(row, 5)!,
                    RowImage.Value(row, 6) as string));
        }
    }

    private long Add(long epoch, int? pending, JournalSet set)
    {
        var time = (set.Time ?? clock.GetUtcNow()).ToUnixTimeMilliseconds();
        Open.Run(
            "INSERT INTO sets (id, epoch, pending, time, cause, actor, address, request, reason, undoes) VALUES (?1, ?2, ?3, ?4, ?5, ?6, "
                + "?7, ?8, ?9, ?10)",
            set.Id,
            epoch,
            (long?)pending,
            time,
            (long)set.Cause,
            set.Origin?.Actor,
            set.Origin?.Address,
            set.Origin?.Request,
            set.Reason,
            set.Undoes);
        var number = raw.sqlite3_last_insert_rowid(connection!.Handle);
        foreach (var row in set.Rows)
        {
            Open.Run(
                "INSERT INTO entries (set_number, resource, table_name, key, row, action, before, after) VALUES (?1, ?2, ?3, ?4, ?5, ?6, "
                    + "?7, ?8)",
                number,
                row.Resource,
                row.Table,
                row.Key,
                row.RowId,
                (long)row.Action,
                row.Before?.ToJson(),
                row.After?.ToJson());
        }

        if (set.Event is { } action)
        {
            // It has a place among the changes, and names no table.
            Open.Run(
                "INSERT INTO entries (set_number, table_name, key, row, action) VALUES (?1, '', ?2, 0, ?3)",
                number,
                set.Subject,
                (long)action);
        }

        if (set.Answer is { } answer)
        {
            Add(epoch, pending, answer);
        }

        return number;
    }

    private void Add(long epoch, int? pending, KeptAnswer answer)
    {
        var time = clock.GetUtcNow();
        Open.Run("DELETE FROM retries WHERE time < ?1", (time - AnswersKept).ToUnixTimeMilliseconds());
        Open.Run(
            "INSERT INTO retries (caller, key, epoch, pending, time, request, answer) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7) ON CONFLICT "
                + "(caller, key) DO UPDATE SET epoch = excluded.epoch, pending = excluded.pending, time = excluded.time, request = "
                + "excluded.request, answer = excluded.answer",
            answer.Request.Caller,
            answer.Request.Key,
            epoch,
            (long?)pending,
            time.ToUnixTimeMilliseconds(),
            answer.Request.Fingerprint,
            answer.Answer);
    }

    private void PutBase(byte[] image)
    {
        Open.Run("DELETE FROM base");
        Open.Run(
            "INSERT INTO base (id, seq, image) VALUES (1, (SELECT ifnull(max(seq), 0) FROM entries), ?1)",
            Pack(image));
    }

    private static byte[] Pack(byte[] image)
    {
        using var packed = new MemoryStream();
        using (var stream = new DeflateStream(packed, CompressionLevel.Fastest, leaveOpen: true))
        {
            stream.Write(image);
        }

        return packed.ToArray();
    }

    private static byte[] Unpack(byte[] packed)
    {
        using var image = new MemoryStream();
        using (var stream = new DeflateStream(new MemoryStream(packed), CompressionMode.Decompress))
        {
            stream.CopyTo(image);
        }

        return image.ToArray();
    }

    // What was noted before is in the file that the process has open. When another has the name now, or none, nobody would find
    // what is noted next.
    private Statements Reopen()
    {
        if (connection is not null && DatabaseHeader.HasMoved(connection))
        {
            Dispose();
        }

        return statements ?? Connect();
    }

    private static T Guarded<T>(Func<T> work)
    {
        try
        {
            return work();
        }
        catch (Exception error) when (error is SqliteException or IOException or UnauthorizedAccessException or SarkException)
        {
            throw new JournalException(error);
        }
    }

    private void Transact(Action work, bool isDurable = true) => Guarded(() =>
    {
        if (!isDurable)
        {
            Open.RunOnce("PRAGMA synchronous = NORMAL");
        }

        try
        {
            Open.Run("BEGIN IMMEDIATE");
            work();
            Open.Run("COMMIT");
        }
        catch when (connection is { } open && raw.sqlite3_get_autocommit(open.Handle) == 0)
        {
            raw.sqlite3_exec(open.Handle, "ROLLBACK");
            throw;
        }
        finally
        {
            if (!isDurable)
            {
                Open.RunOnce("PRAGMA synchronous = FULL");
            }
        }

        return true;
    });

    private Statements Connect()
    {
        JournalFolder.Make(path);
        var opened = DatabaseFile.Open(path, SqliteOpenMode.ReadWrite, BusyMilliseconds);
        try
        {
            var ready = new Statements(opened);
            ready.RunOnce("PRAGMA auto_vacuum = INCREMENTAL");
            ready.RunOnce("PRAGMA journal_mode = WAL");
            ready.RunOnce("PRAGMA synchronous = FULL");
            var format = (long)ready.Value("PRAGMA user_version")!;
            if (format > Formats.Length)
            {
                throw new SarkException(
                    SarkErrorKind.Unsupported,
                    "Journal",
                    System.IO.Path.GetFileName(path),
                    $"The journal '{System.IO.Path.GetFileName(path)}' was written by a later version of SarkPS.")
                { FilePath = path };
            }

            (connection, statements) = (opened, ready);
            if (format < Formats.Length)
            {
                Transact(() =>
                {
                    // Another process may have made them meanwhile.
                    foreach (var tables in Formats.Skip((int)(long)ready.Value("PRAGMA user_version")!))
                    {
                        SqliteException.ThrowExceptionForRC(raw.sqlite3_exec(opened.Handle, tables), opened.Handle);
                    }

                    ready.RunOnce($"PRAGMA user_version = {Formats.Length}");
                });
            }

            return ready;
        }
        catch
        {
            (connection, statements) = (null, null);
            opened.Dispose();
            throw;
        }
    }
}
