using System.Runtime.CompilerServices;
using Microsoft.Data.Sqlite;
using SarkPS.Data.Journal;
using SQLitePCL;

namespace SarkPS.Data.Sqlite;

/// <summary>
/// One database file. Opens connections, runs work on them and turns SQLite's errors into those of the product. The
/// journal mode of a database is never touched: SARK's own scripts copy the file while it is in use, and in WAL mode such
/// a copy lacks the newest commits.
/// </summary>
public sealed class SqliteDatabase : IDisposable
{
    // So often a connection is opened anew when the file is exchanged in that very moment.
    private const int MaximumOpening = 10;

    private readonly string connectionString;
    private readonly string unpooledConnectionString;
    private readonly Lazy<ReadPool> readers;
    private readonly StampedFile file;

    // The stamp that the file had when a connection last knew that what it remembers of the file is true.
    private readonly ConditionalWeakTable<sqlite3, StrongBox<FileStamp>> stamps = [];

    // The files that a connection holds open.
    private readonly ConditionalWeakTable<sqlite3, HeldFiles> held = [];

    // What a connection remembers of who names whom.
    private readonly ConditionalWeakTable<sqlite3, NamingMemory> namings = [];

    private readonly TimeSpan busyTimeout;

    // Counts how often all connections had to go; see Abandon.
    private int generation;
    private volatile bool isDraining;

    // SQLite lets one connection write at a time; whoever comes meanwhile shares the next commit.
    private readonly Lazy<ChangeWriter> writer;

    /// <summary>Names a database file; it is opened when it is needed.</summary>
    public SqliteDatabase(string path)
        : this(path, LockWait.Usual)
    {
    }

    /// <summary>Names a database file, and how long a statement waits for another process to let go of it.</summary>
    internal SqliteDatabase(string path, TimeSpan busyTimeout)
    {
        Path = path;
        this.busyTimeout = busyTimeout;
        file = new StampedFile(path);
        var settings = new SqliteConnectionStringBuilder
        {
            DataSource = path,
            Mode = SqliteOpenMode.ReadWrite,
            Pooling = true,
            // In whole seconds, and 0 would be for ever. Nothing of ours waits in the library; see ReadAsync and WriteAsync.
            DefaultTimeout = 1,
        };
        connectionString = settings.ToString();
        settings.Pooling = false;
        unpooledConnectionString = settings.ToString();
        readers = new Lazy<ReadPool>(() => new ReadPool(this, ReadCacheBytes));
        writer = new Lazy<ChangeWriter>(() => new ChangeWriter(this, Ledger));
    }

    /// <summary>The file.</summary>
    public string Path { get; }

    /// <summary>How many bytes of answers are kept in memory until the database changes; 0 for none.</summary>
    public long ReadCacheBytes { get; init; }

    /// <summary>Whether it may be lost with the machine's power: a copy that something is tried on.</summary>
    internal bool IsScratch { get; init; }

    /// <summary>Is told, after a change is in the database, which tables it was in, those that triggers write included.</summary>
    internal Action<IReadOnlyCollection<string>>? Written { get; set; }

    /// <summary>Remembers what is changed; null where nobody does.</summary>
    internal ChangeLedger? Ledger { get; init; }

    /// <summary>The one that writes.</summary>
    internal ChangeWriter Writer => writer.Value;

    /// <summary>The connections that read rows as JSON.</summary>
    internal ReadPool Readers => readers.Value;

    /// <summary>The file as it is looked at.</summary>
    internal StampedFile File => file;

    /// <summary>Reads, with all statements seeing the same state of the database.</summary>
    internal async Task<T> ReadAsync<T>(Func<RowSession, T> work, CancellationToken cancellationToken)
    {
        var wait = StartWait();
        try
        {
            while (true)
            {
                cancellationToken.ThrowIfCancellationRequested();
                using (var connection = TryOpen(isPooled: true))
                {
                    try
                    {
                        if (connection is not null && TryBeginReading(connection))
                        {
                            using var statements = new Statements(connection);
                            return work(new RowSession(statements));
                        }
                    }
                    finally
                    {
                        EndTransaction(connection);
                    }
                }

                await NextAsync(wait, cancellationToken).ConfigureAwait(false);
            }
        }
        catch (SqliteException error)
        {
            throw SqliteErrors.Translate(error, Path);
        }
    }

    /// <summary>The same, for who has nothing else to do meanwhile.</summary>
    internal T Read<T>(Func<RowSession, T> work) => ReadAsync(work, CancellationToken.None).GetAwaiter().GetResult();

    /// <summary>What a connection remembers of who names whom.</summary>
    internal NamingMemory Naming(SqliteConnection connection) =>
        namings.GetValue(connection.Handle!, handle => new NamingMemory(handle));

    /// <summary>Work in a transaction that is no change set.</summary>
    /// <inheritdoc cref="ChangeWriter.RunAsync"/>
    internal async Task<T> WriteAsync<T>(Func<RowSession, T> work, bool isRehearsal, CancellationToken cancellationToken) =>
        (await Writer.RunAsync(work, new WriteIntent { IsRehearsal = isRehearsal }, cancellationToken).ConfigureAwait(false)).Result;

    /// <summary>A wait of this database's length that begins now.</summary>
    internal LockWait StartWait() => new(busyTimeout);

    /// <summary>Waits before the next look.</summary>
    /// <exception cref="SarkUnavailableException">The time is over.</exception>
    internal async ValueTask NextAsync(LockWait wait, CancellationToken cancellationToken)
    {
        if (!await wait.NextAsync(cancellationToken).ConfigureAwait(false))
        {
            throw SqliteErrors.Locked(Path);
        }
    }

    /// <summary>An open connection to the file that now has the name, to be disposed by the caller.</summary>
    /// <exception cref="SqliteException">The file cannot be opened.</exception>
    public SqliteConnection Open() => Open(isPooled: true);

    /// <summary>The same; one that is not pooled is closed when it is disposed.</summary>
    /// <exception cref="SqliteException">The file cannot be opened, or not yet (busy).</exception>
    internal SqliteConnection Open(bool isPooled) =>
        TryOpen(isPooled)
            ?? throw new SqliteException($"Connections to a write-ahead log of '{Path}' that is gone are still in use.", raw.SQLITE_BUSY);

    /// <summary>What a connection of ours holds open.</summary>
    internal HeldFiles Held(SqliteConnection connection) => held.TryGetValue(connection.Handle!, out var files)
        ? files
        : throw new InvalidOperationException("A connection that was not opened here.");

    /// <summary>Whether a connection still holds the files of the name.</summary>
    internal bool IsCurrent(SqliteConnection connection)
    {
        if (IsAbandoned(connection))
        {
            return false;
        }

        var holding = Held(connection).Compare(file.Read());
        if (holding == Holding.OtherLog)
        {
            Abandon(connection);
        }

        return holding == Holding.Same && !DatabaseHeader.HasMoved(connection);
    }

    /// <summary>Whether a connection is of a generation that has to go.</summary>
    internal bool IsAbandoned(SqliteConnection connection) => Held(connection).Generation != Volatile.Read(ref generation);

    /// <summary>
    /// Has every connection closed before a new one is opened. Needed when a write-ahead log was deleted: as long as one
    /// connection of the process holds the log's index, SQLite gives it to the new ones as well.
    /// </summary>
    internal void Abandon(SqliteConnection connection)
    {
        if (Interlocked.CompareExchange(ref generation, Held(connection).Generation + 1, Held(connection).Generation) == Held(connection)
            .Generation)
        {
            isDraining = true;
            SqliteConnection.ClearPool(connection);
            if (readers.IsValueCreated)
            {
                readers.Value.Clear();
            }

            if (writer.IsValueCreated)
            {
                writer.Value.CloseIdle();
            }
        }
    }

    // Null when connections of before are still in use.
    internal SqliteConnection? TryOpen(bool isPooled)
    {
        for (var left = MaximumOpening; !IsDraining(); left--)
        {
            var before = file.Read();
            var connection = new SqliteConnection(isPooled ? connectionString : unpooledConnectionString);
            try
            {
                connection.Open();
                var after = file.Read();
                if (!held.TryGetValue(connection.Handle!, out var files) && before.IsSameFile(after))
                {
                    files = new HeldFiles(connection.Handle!, after, Volatile.Read(ref generation));
                    held.Add(connection.Handle!, files);
                    // Whoever closes last moves the log into the file, also when another file has taken its place meanwhile.
                    raw.sqlite3_db_config(connection.Handle, raw.SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, out _);
                }

                var holding = files?.Compare(after) ?? Holding.OtherFile;
                if (holding == Holding.Same && !DatabaseHeader.HasMoved(connection))
                {
                    // Whoever finds a lock waits without a thread, see LockWait.
                    raw.sqlite3_busy_timeout(connection.Handle, 0);
                    return connection;
                }

                if (holding == Holding.OtherLog)
                {
                    Abandon(connection);
                }

                // A restore has put another file in place; the pool's connections all belong to the one before.
                SqliteConnection.ClearPool(connection);
                connection.Dispose();
                if (left == 0)
                {
                    throw SqliteErrors.Overwritten(Path);
                }
            }
            catch
            {
                connection.Dispose();
                throw;
            }
        }

        return null;
    }

    private bool IsDraining()
    {
        if (isDraining)
        {
            foreach (var (handle, files) in held)
            {
                if (files.Generation != Volatile.Read(ref generation) && !handle.IsClosed)
                {
                    return true;
                }
            }

            isDraining = false;
        }

        return false;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (readers.IsValueCreated)
        {
            readers.Value.Dispose();
        }

        if (writer.IsValueCreated)
        {
            writer.Value.Dispose();
        }

        using (var connection = new SqliteConnection(connectionString))
        {
            SqliteConnection.ClearPool(connection);
        }

        MoveLog();
        Ledger?.Dispose();
    }

    // Our connections leave the log where it is. One that was opened just now knows the files as they are, and does as it
    // should when it is the last.
    private void MoveLog()
    {
        var path = System.IO.File.Exists(Path) ? new FileInfo(Path).ResolveLinkTarget(returnFinalTarget: true)?.FullName ?? Path : null;
        if (path is null || !System.IO.File.Exists(path + "-wal") || !System.IO.File.Exists(path + "-shm"))
        {
            return;
        }

        try
        {
            using var connection = new SqliteConnection(unpooledConnectionString);
            connection.Open();
            TryRun(connection, "SELECT 1 FROM sqlite_master LIMIT 1");
        }
        catch (SqliteException)
        {
            // It stays, and the next to open the database takes it as it is.
        }
    }

    /// <summary>Runs statements without results.</summary>
    /// <returns>Whether they ran; false when another holds the lock that they need.</returns>
    /// <exception cref="SqliteException">They failed.</exception>
    internal static bool TryRun(SqliteConnection connection, string statements)
    {
        var result = raw.sqlite3_exec(connection.Handle, statements);
        if (SqliteErrors.IsBusy(result))
        {
            return false;
        }

        if (result != raw.SQLITE_OK)
        {
            SqliteException.ThrowExceptionForRC(result, connection.Handle);
        }

        return true;
    }

    // A transaction takes its lock with the first statement that reads.
    private bool TryBeginReading(SqliteConnection connection)
    {
        Forget(connection, file.Read());
        return TryRun(connection, "BEGIN") && TryRun(connection, "SELECT 1 FROM sqlite_master LIMIT 1")
            && IsHolding(connection, file.Read());
    }

    /// <summary>Takes the lock that writing needs. Immediate: two that both started by reading could never both finish.</summary>
    /// <param name="connection">The connection.</param>
    /// <param name="pause">Waits before the next look; false when nobody waits any more.</param>
    /// <returns>
    /// The file as it is now; null when nobody waits any more, and when the connection holds what is not the database of the name.
    /// </returns>
    internal async ValueTask<FileStamp?> BeginWritingAsync(SqliteConnection connection, Func<ValueTask<bool>> pause)
    {
        var known = Forget(connection, file.Read());
        while (true)
        {
            while (!TryRun(connection, "BEGIN IMMEDIATE"))
            {
                if (!await pause().ConfigureAwait(false) || Held(connection).Compare(file.Read()) != Holding.Same
                    || IsAbandoned(connection))
                {
                    return null;
                }
            }

            // Looked at again now that nobody who asks for the lock can change it.
            var stamp = file.Read();
            if (!IsHolding(connection, stamp))
            {
                return null;
            }

            if (known == stamp)
            {
                return stamp;
            }

            TryRun(connection, "ROLLBACK");
            known = Forget(connection, stamp);
        }
    }

    /// <summary>Commits.</summary>
    /// <param name="connection">The connection.</param>
    /// <param name="limit">How long those who read may hold it up.</param>
    /// <exception cref="SqliteException">It failed, and the transaction is gone.</exception>
    internal async ValueTask<CommitOutcome> TryCommitAsync(SqliteConnection connection, TimeSpan limit)
    {
        // Those who are reading end first; new ones do not begin meanwhile.
        var wait = new LockWait(limit);
        while (!TryRun(connection, "COMMIT"))
        {
            if (!await wait.NextAsync(CancellationToken.None).ConfigureAwait(false))
            {
                return CommitOutcome.Busy;
            }
        }

        var now = file.Read();
        if (stamps.TryGetValue(connection.Handle!, out var known))
        {
            known.Value = now;
        }

        return Held(connection).HasLog ? IsHolding(connection, now) ? CommitOutcome.Done : CommitOutcome.Moved
            : DatabaseHeader.HasMoved(connection) ? CommitOutcome.Lost
            : CommitOutcome.Done;
    }

    /// <summary>Whether the file is as it was when the lock was taken.</summary>
    /// <remarks>
    /// Nothing of ours is in the file before the commit, and no program that asks for SQLite's lock can have written either.
    /// With a write-ahead log others may move finished changes into the file while we write.
    /// </remarks>
    internal bool IsStill(SqliteConnection connection, FileStamp begun)
    {
        var now = file.Read();
        return Held(connection).HasLog ? IsHolding(connection, now) : now == begun;
    }

    // For a connection that has begun to read.
    private bool IsHolding(SqliteConnection connection, FileStamp now)
    {
        var holding = Held(connection).CompareReading(now);
        if (holding == Holding.OtherLog)
        {
            Abandon(connection);
        }

        return holding == Holding.Same;
    }

    /// <summary>Takes back what was not committed.</summary>
    internal static void EndTransaction(SqliteConnection? connection)
    {
        if (connection is not null && raw.sqlite3_get_autocommit(connection.Handle) == 0)
        {
            raw.sqlite3_exec(connection.Handle, "ROLLBACK");
        }
    }

    /// <summary>
    /// Makes a connection forget what it remembers of the file. SQLite believes its pages for as long as the file's count of
    /// commits is the one it saw; a file that was copied over this one may have the same count and another content. Pages
    /// are cheap to read again and always go, what is known of the schema when the file has changed.
    /// </summary>
    private FileStamp Forget(SqliteConnection connection, FileStamp now)
    {
        TryRun(connection, "PRAGMA shrink_memory");
        if (!stamps.TryGetValue(connection.Handle!, out var known))
        {
            stamps.Add(connection.Handle!, new StrongBox<FileStamp>(now));
        }
        else if (known.Value != now)
        {
            TryRun(connection, "PRAGMA writable_schema = RESET");
            if (namings.TryGetValue(connection.Handle!, out var naming))
            {
                naming.Forget();
            }

            known.Value = now;
        }

        return now;
    }
}
