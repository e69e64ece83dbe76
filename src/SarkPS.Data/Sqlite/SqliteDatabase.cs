using System.Runtime.InteropServices;
using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace SarkPS.Data.Sqlite;

/// <summary>
/// One database file. Opens connections, runs work on them and turns SQLite's errors into those of the product. The
/// journal mode of a database is never touched: SARK's own scripts copy the file while it is in use, and in WAL mode such
/// a copy lacks the newest commits.
/// </summary>
public sealed class SqliteDatabase : IDisposable
{
    private static readonly TimeSpan DefaultBusyTimeout = TimeSpan.FromSeconds(5);

    private readonly string connectionString;
    private readonly string unpooledConnectionString;
    private readonly Lazy<ReadPool> readers;

    private readonly TimeSpan busyTimeout;

    // SQLite lets one connection write at a time; waiting here is fair and needs no polling.
    private readonly SemaphoreSlim writer = new(1, 1);

    /// <summary>Names a database file; it is opened when it is needed.</summary>
    public SqliteDatabase(string path)
        : this(path, DefaultBusyTimeout)
    {
    }

    /// <summary>Names a database file, and how long a statement waits for another process to let go of it.</summary>
    internal SqliteDatabase(string path, TimeSpan busyTimeout)
    {
        Path = path;
        this.busyTimeout = busyTimeout;
        var settings = new SqliteConnectionStringBuilder
        {
            DataSource = path,
            Mode = SqliteOpenMode.ReadWrite,
            Pooling = true,
            // In whole seconds, and 0 would be for ever.
            DefaultTimeout = Math.Max(1, (int)busyTimeout.TotalSeconds),
        };
        connectionString = settings.ToString();
        settings.Pooling = false;
        unpooledConnectionString = settings.ToString();
        readers = new Lazy<ReadPool>(() => new ReadPool(this, ReadCacheBytes));
    }

    /// <summary>The file.</summary>
    public string Path { get; }

    /// <summary>How many bytes of answers are kept in memory until the database changes; 0 for none.</summary>
    public long ReadCacheBytes { get; init; }

    /// <summary>The connections that read rows as JSON.</summary>
    internal ReadPool Readers => readers.Value;

    /// <summary>Reads with one statement.</summary>
    public T Read<T>(Func<SqliteConnection, T> work)
    {
        try
        {
            using var connection = Open();
            return work(connection);
        }
        catch (SqliteException error)
        {
            throw SqliteErrors.Translate(error, Path);
        }
    }

    /// <summary>Reads with several statements that all see the same state of the database.</summary>
    public T ReadTogether<T>(Func<SqliteConnection, SqliteTransaction, T> work) => Read(connection =>
    {
        using var transaction = connection.BeginTransaction(deferred: true);
        return work(connection, transaction);
    });

    /// <summary>Reads and writes in one transaction: all of it happens, or nothing.</summary>
    public Task<T> WriteAsync<T>(Func<SqliteConnection, SqliteTransaction, T> work, CancellationToken cancellationToken) =>
        WriteAsync(work, isRehearsal: false, cancellationToken);

    /// <summary>The same; a rehearsal is rolled back at the end, whatever came of it.</summary>
    public async Task<T> WriteAsync<T>(Func<SqliteConnection, SqliteTransaction, T> work, bool isRehearsal, CancellationToken cancellationToken)
    {
        await writer.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            using var connection = Open();
            // Immediate: two writers that both started by reading could never both finish.
            using var transaction = connection.BeginTransaction(deferred: false);
            var result = work(connection, transaction);
            if (isRehearsal)
            {
                transaction.Rollback();
            }
            else
            {
                transaction.Commit();
            }

            return result;
        }
        catch (SqliteException error)
        {
            throw SqliteErrors.Translate(error, Path);
        }
        finally
        {
            writer.Release();
        }
    }

    /// <summary>An open connection to the file that now has the name, to be disposed by the caller.</summary>
    /// <exception cref="SqliteException">The file cannot be opened.</exception>
    public SqliteConnection Open() => Open(isPooled: true);

    /// <summary>The same; one that is not pooled is closed when it is disposed.</summary>
    internal SqliteConnection Open(bool isPooled)
    {
        var connection = new SqliteConnection(isPooled ? connectionString : unpooledConnectionString);
        try
        {
            connection.Open();
            if (HasMoved(connection))
            {
                // A restore has put another file in place; the pool's connections all belong to the one before.
                SqliteConnection.ClearPool(connection);
                connection.Dispose();
                connection = new SqliteConnection(connectionString);
                connection.Open();
            }

            // SQLite's own waiting looks again after a millisecond; that of the library sleeps 150 between looks.
            raw.sqlite3_busy_timeout(connection.Handle, (int)busyTimeout.TotalMilliseconds);
            return connection;
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (readers.IsValueCreated)
        {
            readers.Value.Dispose();
        }

        using (var connection = new SqliteConnection(connectionString))
        {
            SqliteConnection.ClearPool(connection);
        }

        writer.Dispose();
    }

    // SQLite compares the file that it holds open with the one of that name, which costs it one call of the system. On
    // Windows an open file cannot be replaced, and SQLite does not answer. (https://www.sqlite.org/c3ref/c_fcntl_begin_atomic_write.html)
    private static bool HasMoved(SqliteConnection connection)
    {
        var moved = 0;
        return FileControl(connection.Handle!, "main", FileControlHasMoved, ref moved) == raw.SQLITE_OK && moved != 0;
    }

    private const int FileControlHasMoved = 20;

    // The one function that is needed and that SQLitePCL.raw does not pass on; the library is the one that it has loaded.
    [DllImport("e_sqlite3", EntryPoint = "sqlite3_file_control", CharSet = CharSet.Ansi, BestFitMapping = false, ThrowOnUnmappableChar = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.AssemblyDirectory | DllImportSearchPath.SafeDirectories)]
    private static extern int FileControl(sqlite3 database, string schema, int operation, ref int argument);
}
