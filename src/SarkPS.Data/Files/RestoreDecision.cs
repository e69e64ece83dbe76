using System.Globalization;
using System.Security.Cryptography;
using Dapper;
using Microsoft.Data.Sqlite;
using SarkPS.Data.Sqlite;

namespace SarkPS.Data.Files;

/// <summary>
/// The one moment from which a restore of several parts counts as done, also when its process is killed right after it.
/// Where the database is among the parts it is the commit of SQLite: the new content has a number in its header (the
/// application_id, which SARK does not use) that is in no other. Else it is the making of a file.
/// </summary>
internal sealed class RestoreDecision : IDisposable
{
    private const string Prefix = ".restored-";
    private const char Separator = '\0';

    private readonly string path;
    private readonly int number;
    private int original;
    private FileClaim? claim;

    private RestoreDecision(string path, int number, int original)
    {
        this.path = path;
        this.number = number;
        this.original = original;
    }

    /// <summary>One that the commit of a database makes.</summary>
    public static RestoreDecision ByDatabase(string database) => new(database, RandomNumberGenerator.GetInt32(1, int.MaxValue), 0);

    /// <summary>One that a file in a folder makes.</summary>
    public static RestoreDecision ByFile(string folder) => new(Path.Combine(folder, $"{Prefix}{Guid.NewGuid():N}"), 0, 0);

    /// <summary>One that was noted before.</summary>
    /// <returns>Null when the text is none.</returns>
    public static RestoreDecision? Parse(string text) =>
        text.Split(Separator) is [var number, var original, var path]
        && int.TryParse(number, NumberStyles.Integer, CultureInfo.InvariantCulture, out var parsedNumber)
        && int.TryParse(original, NumberStyles.Integer, CultureInfo.InvariantCulture, out var parsedOriginal)
            ? new RestoreDecision(path, parsedNumber, parsedOriginal)
            : null;

    /// <summary>Clears away the files of restores that have ended or whose process no longer lives.</summary>
    public static void Clear(string folder)
    {
        foreach (var lost in Directory.Exists(folder) ? Directory.GetFiles(folder, Prefix + "*") : [])
        {
            FileClaim.DeleteIfAbandoned(lost);
        }
    }

    /// <summary>As it is noted beside what is to be undone.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{number}{Separator}{original}{Separator}{path}");

    /// <summary>Whether something that could not be ended depends on it still.</summary>
    public bool IsNeeded { get; private set; }

    /// <summary>Whether the moment has come.</summary>
    /// <exception cref="SarkUnavailableException">The database is there and cannot be read now.</exception>
    public bool IsMade()
    {
        if (Posix.Status(number == 0 ? path : DatabaseFile.Resolve(path)) is null)
        {
            return false;
        }

        if (number == 0)
        {
            return true;
        }

        try
        {
            // With its journal, if a killed process left one, played back.
            using var connection = DatabaseFile.Open(path, SqliteOpenMode.ReadWrite);
            return Read(connection) == number;
        }
        catch (SqliteException e) when (e.SqliteErrorCode is 11 or 26)
        {
            // Damaged, as before: what replaces it is not.
            return false;
        }
        catch (SqliteException e)
        {
            throw SqliteErrors.Translate(e, path, "Backup");
        }
    }

    /// <summary>
    /// Gives the database that is to take the place its number. Has to be called before anything is noted that depends on
    /// it.
    /// </summary>
    public void Mark(string copy)
    {
        using var connection = DatabaseFile.Open(copy, SqliteOpenMode.ReadWrite);
        original = Read(connection);
        Write(connection, number);
    }

    /// <summary>The moment, where there is no database.</summary>
    public void Make()
    {
        if (number == 0)
        {
            claim = FileClaim.Create(path);
            try
            {
                Posix.FlushFolder(Path.GetDirectoryName(path)!);
            }
            catch
            {
                // What may not outlive a power failure decides nothing.
                Posix.Delete(path);
                throw;
            }
        }
    }

    /// <summary>Has the sign stay: something could not be ended, and the next to look has to know.</summary>
    public void Keep() => IsNeeded = true;

    /// <summary>Takes the sign away when nothing depends on it any more. Where that fails it stays, and means nothing.</summary>
    public void Dispose()
    {
        try
        {
            if (IsNeeded)
            {
                return;
            }

            if (number == 0)
            {
                if (claim is not null)
                {
                    Posix.Delete(path);
                }
            }
            else if (File.Exists(path))
            {
                using var connection = DatabaseFile.Open(path, SqliteOpenMode.ReadWrite, busyMilliseconds: 0);
                if (Read(connection) == number)
                {
                    Write(connection, original);
                }
            }
        }
        catch (Exception e) when (e is SqliteException or IOException or UnauthorizedAccessException)
        {
            // Another holds it, or the disk is full.
        }
        finally
        {
            claim?.Dispose();
        }
    }

    private static int Read(SqliteConnection connection) => connection.ExecuteScalar<int>("PRAGMA application_id");

    private static void Write(SqliteConnection connection, int number)
    {
        Posix.Step("number", connection.DataSource);
        connection.Execute(string.Create(CultureInfo.InvariantCulture, $"PRAGMA application_id = {number}"));
    }
}
