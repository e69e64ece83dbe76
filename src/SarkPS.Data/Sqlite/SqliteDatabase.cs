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
    /// <summary>How long a statement waits for another process to let go of the file.</summary>
    private static readonly TimeSpan BusyTimeout = TimeSpan.FromSeconds(5);

    private readonly string connectionString;

    // SQLite lets one connection write at a time; waiting here is fair and needs no polling.
    private readonly SemaphoreSlim writer = new(1, 1);

    /// <summary>Names a database file; it is opened when it is needed.</summary>
    public SqliteDatabase(string path)
    {
        Path = path;
        connectionString = new SqliteConnectionStringBuilder
        {
            DataSource = path,
            Mode = SqliteOpenMode.ReadWrite,
            Pooling = true,
            DefaultTimeout = (int)BusyTimeout.TotalSeconds,
        }.ToString();
    }

    /// <summary>The file.</summary>
    public string Path { get; }

    /// <summary>Reads, with a consistent view of the database.</summary>
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

    /// <summary>Reads and writes in one transaction: all of it happens, or nothing.</summary>
    public async Task<T> WriteAsync<T>(Func<SqliteConnection, SqliteTransaction, T> work, CancellationToken cancellationToken)
    {
        await writer.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            using var connection = Open();
            // Immediate: two writers that both started by reading could never both finish.
            using var transaction = connection.BeginTransaction(deferred: false);
            var result = work(connection, transaction);
            transaction.Commit();
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

    /// <summary>An open connection, to be disposed by the caller.</summary>
    /// <exception cref="SqliteException">The file cannot be opened.</exception>
    public SqliteConnection Open()
    {
        var connection = new SqliteConnection(connectionString);
        try
        {
            connection.Open();
            // SQLite's own waiting looks again after a millisecond; that of the library sleeps 150 between looks.
            raw.sqlite3_busy_timeout(connection.Handle, (int)BusyTimeout.TotalMilliseconds);
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
        using (var connection = new SqliteConnection(connectionString))
        {
            SqliteConnection.ClearPool(connection);
        }

        writer.Dispose();
    }
}
