using System.Runtime.InteropServices;
using Dapper;
using Microsoft.Data.Sqlite;
using SarkPS.Data.Files;
using SarkPS.Descriptors;
using SQLitePCL;

namespace SarkPS.Data.Sqlite;

/// <summary>
/// Copying, checking and replacing a SARK database as a file. Copies go through SQLite's online backup and never through
/// the file system, so they are whole while others write.
/// </summary>
internal static class DatabaseFile
{
    private const int BusyMilliseconds = 5000;

    // In whole seconds, and 0 would be for ever. It is the library that waits so, and only where a lock comes after all.
    private const int CommandSeconds = 1;

    private const string TemporaryPrefix = ".sarkps-database.";
    private static readonly byte[] Header = "SQLite format 3\0"u8.ToArray();

    /// <summary>
    /// Copies a live database and checks the copy: SQLite's integrity check, and the number of rows of every table as it
    /// was when the copy was taken. The copy has a rollback journal, whatever the source has.
    /// </summary>
    /// <returns>Why the copy could not be restored, such as a table that SarkPS uses and that the live database lacks; null
    /// when it could.</returns>
    /// <param name="source">The live database.</param>
    /// <param name="copy">An empty file.</param>
    /// <param name="noun">What messages speak of.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public static async Task<string?> CopyAsync(string source, string copy, string noun, CancellationToken cancellationToken)
    {
        // On the reading side a transaction: what is counted is what is copied. A writer waits for these milliseconds.
        var rows = await ReadAsync(
            source,
            noun,
            async from =>
            {
                var counted = CountRows(from);
                using var to = Open(copy, SqliteOpenMode.ReadWrite);
                try
                {
                    await TransferAsync(from, to, cancellationToken).ConfigureAwait(false);
                }
                catch (SqliteException e) when (e.SqliteErrorCode == raw.SQLITE_FULL)
                {
                    // Not the disk of the database, of which the others speak.
                    throw SqliteErrors.Unavailable(
                        noun,
                        source,
                        $"No space is left on the disk for a copy of the database {SqliteErrors.Quoted(source)}. Nothing was changed.",
                        e);
                }

                return counted;
            },
            cancellationToken).ConfigureAwait(false);
        KeepRollbackJournal(copy, noun, Path.GetFileName(source));
        var (copied, refusal) = Inspect(copy, noun, Path.GetFileName(source));
        foreach (var (table, count) in rows)
        {
            if (!copied.TryGetValue(table, out var there) || there != count)
            {
                throw new SarkUnavailableException(
                    noun,
                    table,
                    $"The copy of the database holds {there} rows in table '{table}' and not {count}; it was discarded.");
            }
        }

        return refusal;
    }

    /// <summary>
    /// Copies a database whose lock the caller holds, so that it stays as it is meanwhile. Not checked: the copy is worked on as
    /// the database would be.
    /// </summary>
    /// <param name="from">A connection to it that only reads; whoever writes cannot be copied from.</param>
    /// <param name="copy">An empty file.</param>
    /// <param name="noun">What messages speak of.</param>
    public static void CopyHeld(SqliteConnection from, string copy, string noun)
    {
        using (var to = Open(copy, SqliteOpenMode.ReadWrite))
        {
            TransferAsync(from, to, CancellationToken.None).GetAwaiter().GetResult();
        }

        KeepRollbackJournal(copy, noun, Path.GetFileName(copy));
    }

    /// <summary>Checks that a file is a sound database with every table and column that SarkPS uses.</summary>
    /// <param name="path">The file.</param>
    /// <param name="noun">What messages speak of.</param>
    /// <param name="name">What messages call the file.</param>
    /// <param name="isToWrite">Whether its tables must take rows as well. Who only connects may find out when he writes.</param>
    /// <exception cref="SarkValidationException">It is not; the message names what is missing.</exception>
    public static void Verify(string path, string noun, string name, bool isToWrite = true) =>
        Require(Inspect(path, noun, name, isToWrite).Refusal, noun, name);

    /// <summary>Reads a live database in a transaction. Who finds it locked waits as long as everybody, and holds no thread.</summary>
    /// <param name="path">The database.</param>
    /// <param name="noun">What messages speak of.</param>
    /// <param name="work">What is done; only once, when the lock is there.</param>
    /// <param name="cancellationToken">Ends the waiting.</param>
    /// <exception cref="SarkUnavailableException">It stayed locked, or cannot be read.</exception>
    public static async Task<T> ReadAsync<T>(
        string path,
        string noun,
        Func<SqliteConnection, Task<T>> work,
        CancellationToken cancellationToken)
    {
        try
        {
            using var connection = await OpenReadingAsync(path, noun, cancellationToken).ConfigureAwait(false);
            return await work(connection).ConfigureAwait(false);
        }
        catch (SqliteException e)
        {
            throw SqliteErrors.Translate(e, path, noun);
        }
    }

    /// <summary>Waits until a live database can be read.</summary>
    /// <inheritdoc cref="ReadAsync"/>
    public static Task<bool> WhenFreeAsync(string path, string noun, CancellationToken cancellationToken) =>
        ReadAsync(path, noun, _ => Task.FromResult(true), cancellationToken);

    private static async Task<SqliteConnection> OpenReadingAsync(string path, string noun, CancellationToken cancellationToken)
    {
        var wait = new LockWait(LockWait.Usual);
        while (true)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var connection = Open(path, SqliteOpenMode.ReadWrite, busyMilliseconds: 0);
            try
            {
                var result = raw.sqlite3_exec(connection.Handle, "BEGIN; SELECT 1 FROM sqlite_master LIMIT 1");
                if (result == raw.SQLITE_OK)
                {
                    var ready = connection;
                    connection = null;
                    return ready;
                }

                if (!SqliteErrors.IsBusy(result))
                {
                    SqliteException.ThrowExceptionForRC(result, connection.Handle);
                }
            }
            finally
            {
                connection?.Dispose();
            }

            if (!await wait.NextAsync(cancellationToken).ConfigureAwait(false))
            {
                throw SqliteErrors.Locked(path, noun: noun);
            }
        }
    }

    private static void Require(string? refusal, string noun, string name)
    {
        if (refusal is not null)
        {
            throw new SarkValidationException(noun, name, "file", $"'{name}' {refusal}.");
        }
    }

    /// <summary>
    /// Makes the content of one database that of the live one, in one transaction of the live one. Whoever has it open
    /// sees old or new; whoever dies in the middle leaves SQLite's journal, with which the next to open it goes back to
    /// the old. A rename would do for the file, but other processes would go on with the file that is gone.
    /// </summary>
    /// <param name="source">A database that has been checked.</param>
    /// <param name="live">The live database; may be missing or damaged, and is then replaced as a file.</param>
    /// <param name="noun">What messages speak of.</param>
    /// <param name="cancellationToken">Ends it before the last step.</param>
    public static async Task ReplaceAsync(string source, string live, string noun, CancellationToken cancellationToken)
    {
        if (!await IsDatabaseAsync(live, noun, cancellationToken).ConfigureAwait(false))
        {
            await ReplaceFileAsync(source, live, noun, cancellationToken).ConfigureAwait(false);
            return;
        }

        try
        {
            using var from = Open(source, SqliteOpenMode.ReadWrite);
            using var to = Open(live, SqliteOpenMode.ReadWrite, busyMilliseconds: 0);
            await TransferAsync(from, to, cancellationToken).ConfigureAwait(false);
        }
        catch (SqliteException e) when (e.SqliteErrorCode is raw.SQLITE_NOTADB or raw.SQLITE_CORRUPT)
        {
            await ReplaceFileAsync(source, live, noun, cancellationToken).ConfigureAwait(false);
        }
        catch (SqliteException e)
        {
            throw SqliteErrors.Translate(e, live, noun);
        }

        var name = Path.GetFileName(live);
        try
        {
            await ReadAsync(
                live,
                noun,
                connection =>
                {
                    CheckIntegrity(connection, noun, name);
                    Require(Refusal(connection, isToWrite: true), noun, name);
                    return Task.FromResult(true);
                },
                cancellationToken).ConfigureAwait(false);
        }
        catch (SarkException e)
        {
            throw new SarkUnavailableException(
                noun,
                name,
                $"The database was replaced, and the check after that failed: {FileErrors.WithoutPromise(e)}",
                e);
        }
    }

    /// <summary>Whether a file can be read as a database at all.</summary>
    public static async Task<bool> IsDatabaseAsync(string path, string noun, CancellationToken cancellationToken)
    {
        if (Posix.Status(path) is not { Size: > 0 })
        {
            return false;
        }

        try
        {
            using var connection = await OpenReadingAsync(path, noun, cancellationToken).ConfigureAwait(false);
            return CountRows(connection).Count > 0;
        }
        catch (SqliteException e) when (SqliteErrors.IsUnsound(e))
        {
            return false;
        }
        catch (SqliteException e)
        {
            throw SqliteErrors.Translate(e, path, noun);
        }
    }

    /// <summary>
    /// A database that was handed to us is ours to change: with write-ahead logging it would pass that on to the live one,
    /// whose scripts copy it as a file.
    /// </summary>
    public static void KeepRollbackJournal(string path, string noun, string name)
    {
        try
        {
            using var connection = Open(path, SqliteOpenMode.ReadWrite);
            connection.Execute("PRAGMA journal_mode = DELETE");
        }
        catch (SqliteException e) when (SqliteErrors.IsUnsound(e))
        {
            throw NotSound(path, noun, name, e);
        }
        catch (SqliteException e)
        {
            throw SqliteErrors.Translate(e, path, noun);
        }
    }

    /// <summary>The file that a name leads to, beside which SQLite keeps its own.</summary>
    public static string Resolve(string path) =>
        new FileInfo(path) is { LinkTarget: not null } link && link.ResolveLinkTarget(returnFinalTarget: true) is { } target
        ? target.FullName
        : path;

    /// <summary>Opens a connection of its own, outside every pool.</summary>
    public static SqliteConnection Open(string path, SqliteOpenMode mode, int busyMilliseconds = BusyMilliseconds)
    {
        var connection = new SqliteConnection(new SqliteConnectionStringBuilder
        {
            DataSource = path,
            Mode = mode,
            Pooling = false,
            DefaultTimeout = CommandSeconds
        }.ToString());
        try
        {
            connection.Open();
            // Views and triggers of a file from outside may not call functions with side effects.
            connection.Execute("PRAGMA trusted_schema = OFF");
            raw.sqlite3_busy_timeout(connection.Handle, busyMilliseconds);
            return connection;
        }
        catch (SqliteException)
        {
            connection.Dispose();
            throw;
        }
    }

    /// <summary>The values with an apostrophe, which SARK's dump and reload does not survive, such as <c>IPphone 401 (desc)</c>.</summary>
    public static IReadOnlyList<string> Apostrophes(string path, string noun, string name)
    {
        try
        {
            using var connection = Open(path, SqliteOpenMode.ReadOnly);
            using var statements = new Statements(connection);
            return [.. new RowSession(statements).Apostrophes().Select(a => a.ToString())];
        }
        catch (SqliteException e)
        {
            throw SqliteErrors.Translate(e, path, noun, name);
        }
    }

    private static string? Refusal(SqliteConnection connection, bool isToWrite) =>
        SchemaCheck.Refusal(connection) ?? (isToWrite ? SchemaCheck.WriteRefusal(connection) : null) ?? EmptySingleton(connection);

    /// <summary>The rows of every table, and why the database is none that SarkPS can work with. What is damaged is an error.</summary>
    private static (Dictionary<string, long> Rows, string? Refusal) Inspect(string path, string noun, string name, bool isToWrite = true)
    {
        try
        {
            using var connection = Open(path, SqliteOpenMode.ReadWrite);
            CheckIntegrity(connection, noun, name);
            return (CountRows(connection), Refusal(connection, isToWrite));
        }
        catch (SqliteException e)
        {
            throw SqliteErrors.IsUnsound(e) ? NotSound(path, noun, name, e) : SqliteErrors.Translate(e, path, noun, name);
        }
    }

    private static void CheckIntegrity(SqliteConnection connection, string noun, string name)
    {
        string[] lines = [.. connection.Query<string>("PRAGMA integrity_check(5)")];
        if (lines is not ["ok"])
        {
            throw new SarkValidationException(noun, name, "file", $"'{name}' is a damaged database: {string.Join("; ", lines)}");
        }
    }

    private static string? EmptySingleton(SqliteConnection connection) =>
        UsedSchema.Singletons.FirstOrDefault(
            table => !connection.ExecuteScalar<bool>($"SELECT EXISTS (SELECT 1 FROM {RowSession.Quote(table)})")) is { } empty
            ? $"is no whole database of SARK: table '{empty}' holds no row"
            : null;

    /// <summary>
    /// The checksum of a live database's bytes; null when it cannot be read now. SQLite reads them: when a process closes a
    /// file that it opened by itself, the system lets go of all locks that the process has on it.
    /// (https://www.sqlite.org/howtocorrupt.html, 2.2)
    /// </summary>
    public static uint? Checksum(string path)
    {
        var image = IntPtr.Zero;
        try
        {
            using var connection = Open(path, SqliteOpenMode.ReadWrite, busyMilliseconds: 0);
            image = raw.sqlite3_serialize(connection.Handle, "main", out var length, 0);
            if (image == IntPtr.Zero)
            {
                return null;
            }

            var checksum = new Crc32();
            var buffer = new byte[1 << 16];
            for (long done = 0; done < length; done += buffer.Length)
            {
                var count = (int)Math.Min(buffer.Length, length - done);
                Marshal.Copy(new IntPtr(image.ToInt64() + done), buffer, 0, count);
                checksum.Append(buffer.AsSpan(0, count));
            }

            return checksum.Value;
        }
        catch (SqliteException)
        {
            // Then it is told as what would be replaced.
            return null;
        }
        finally
        {
            raw.sqlite3_free(image);
        }
    }

    /// <summary>Says what a file is that should have been a database.</summary>
    private static SarkValidationException NotSound(string path, string noun, string name, SqliteException e)
    {
        var start = new byte[512];
        using (var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, 1))
        {
            Array.Resize(ref start, file.ReadAtLeast(start, start.Length, throwOnEndOfStream: false));
        }

        var what = start.AsSpan().StartsWith(Header) ? $"an SQLite database that is damaged or cut short ({SarkText.Printable(e.Message)})"
            : start.AsSpan().StartsWith("PK"u8) ? "a zip archive"
            : start.AsSpan().StartsWith((ReadOnlySpan<byte>)[0x1F, 0x8B]) ? "a gzip archive"
            : start.AsSpan().IndexOfAnyExceptInRange((byte)' ', (byte)'~') is var other
                && (other < 0 || start[other] is (byte)'\r' or (byte)'\n' or (byte)'\t' or >= 0xC2) ? "a text"
            : "of another kind";
        return new SarkValidationException(noun, name, "file", $"'{name}' is not a sound SQLite database: it is {what}.");
    }

    private static Dictionary<string, long> CountRows(SqliteConnection connection) =>
        connection.Query<string>("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' AND "
            + "sql NOT LIKE 'CREATE VIRTUAL%'").ToList()
            .ToDictionary(
                table => table,
                table => connection.ExecuteScalar<long>($"SELECT count(*) FROM {RowSession.Quote(table)}"),
                StringComparer.OrdinalIgnoreCase);

    private static async Task TransferAsync(SqliteConnection from, SqliteConnection to, CancellationToken cancellationToken)
    {
        using var backup = raw.sqlite3_backup_init(to.Handle, "main", from.Handle, "main");
        if (backup.IsInvalid)
        {
            throw new SqliteException(
                raw.sqlite3_errmsg(to.Handle).utf8_to_string(),
                raw.sqlite3_errcode(to.Handle),
                raw.sqlite3_extended_errcode(to.Handle));
        }

        var wait = new LockWait(LockWait.Usual);
        int result;
        do
        {
            cancellationToken.ThrowIfCancellationRequested();
            // All pages in one step: the copy takes milliseconds, and one in several steps begins again with each change by others.
            result = raw.sqlite3_backup_step(backup, -1);
        }
        while (SqliteErrors.IsBusy(result) && await wait.NextAsync(cancellationToken).ConfigureAwait(false));

        var finished = raw.sqlite3_backup_finish(backup);
        if (result != raw.SQLITE_DONE || finished != 0)
        {
            var code = result != raw.SQLITE_DONE ? result : finished;
            throw new SqliteException(raw.sqlite3_errstr(code).utf8_to_string(), code & 0xFF, code);
        }
    }

    private static async Task ReplaceFileAsync(string source, string live, string noun, CancellationToken cancellationToken)
    {
        live = Resolve(live);
        var folder = Path.GetDirectoryName(live)!;
        foreach (var lost in Directory.GetFiles(folder, TemporaryPrefix + "*"))
        {
            FileClaim.DeleteIfAbandoned(lost);
        }

        using var temporary = new TemporaryFile(Path.Combine(folder, $"{TemporaryPrefix}{Guid.NewGuid():N}"));
        await CopyAsync(source, temporary.Path, noun, cancellationToken).ConfigureAwait(false);
        if (Posix.Status(live) is { } old)
        {
            Posix.Like(temporary.Path, old);
        }
        else
        {
            Posix.DressAsSecret(temporary.Path, Posix.Status(folder)!.Value, isWritable: true);
        }

        using (var file = new FileStream(temporary.Path, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete))
        {
            file.Flush(flushToDisk: true);
        }

        // A journal that the damaged file left belongs to it and would be played back into the new one. It was kept with it.
        File.Delete(live + "-journal");
        File.Delete(live + "-wal");
        File.Delete(live + "-shm");
        File.Move(temporary.Path, live, overwrite: true);
        Posix.FlushFolder(folder);
    }
}
