using Microsoft.Data.Sqlite;
using SarkPS.Descriptors;
using SQLitePCL;

namespace SarkPS.Data.Sqlite;

/// <summary>
/// What SQLite's errors mean to people. Messages have the name of the database's file; where it lies is said only by
/// <see cref="SarkException.MessageWithPath"/>. (https://www.sqlite.org/rescode.html)
/// </summary>
internal static class SqliteErrors
{
    /// <summary>What is worked on, unless a database is only the place of it.</summary>
    public const string Noun = "Database";

    // After how long it is worth to try again when another holds the lock.
    private static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(1);

    private const int FileReplaced = 1032;
    private const int PrimaryKeyTaken = 1555;
    private const int ValueTaken = 2067;

    /// <summary>Whether a row of the same key, or of the same value in a column that holds every value once, is there already.</summary>
    public static bool IsDuplicate(SqliteException error) => error.SqliteExtendedErrorCode is PrimaryKeyTaken or ValueTaken;

    /// <summary>Whether a result says that another holds the lock.</summary>
    public static bool IsBusy(int result) => (result & 0xFF) is raw.SQLITE_BUSY or raw.SQLITE_LOCKED;

    /// <summary>Whether the file is no database that can be read, whatever else it is.</summary>
    public static bool IsUnsound(SqliteException error) =>
        error.SqliteErrorCode is raw.SQLITE_NOTADB or raw.SQLITE_CORRUPT or raw.SQLITE_ERROR;

    /// <summary>Another did not let go of the database in time.</summary>
    public static SarkUnavailableException Locked(string path, Exception? error = null, string noun = Noun) =>
        Unavailable(
            noun,
            path,
            $"The database {Quoted(path)} is locked by another process. Nothing was changed; try again.",
            error,
            RetryAfter);

    /// <summary>Somebody has copied a file over the database while it was written.</summary>
    public static SarkUnavailableException Overwritten(string path) =>
        Unavailable(
            Noun,
            path,
            $"The database {Quoted(path)} was overwritten by another file while it was in use. Nothing was changed; try again.",
            null,
            RetryAfter);

    /// <summary>A trigger of the database has undone, without an error, what was written.</summary>
    public static SarkConflictException TakenBack(string noun, string? key, string what) =>
        new(noun, key, $"The database did not keep {what}: a trigger in it took that back. Nothing was changed.");

    /// <summary>The file cannot be worked with.</summary>
    public static SarkUnavailableException Unavailable(
        string noun,
        string path,
        string message,
        Exception? error = null,
        TimeSpan? retryAfter = null) =>
        new(noun, SarkException.NameOf(path), message, error) { FilePath = path, RetryAfter = retryAfter };

    /// <summary>What messages call a file.</summary>
    public static string Quoted(string path) => $"'{SarkException.NameOf(path)}'";

    /// <summary>What SQLite said, as people are told it.</summary>
    /// <param name="error">What SQLite said.</param>
    /// <param name="path">The file.</param>
    /// <param name="noun">What was worked on.</param>
    /// <param name="called">What messages call it, where that is not the name of the file, as of a copy that is looked into.</param>
    public static SarkException Translate(SqliteException error, string path, string noun = Noun, string? called = null)
    {
        var name = called is null ? Quoted(path) : $"'{called}'";
        return error.SqliteErrorCode switch
        {
            raw.SQLITE_BUSY or raw.SQLITE_LOCKED => Locked(path, error, noun),
            raw.SQLITE_READONLY when error.SqliteExtendedErrorCode == FileReplaced =>
                Failed($"The database {name} was replaced by another while it was in use. Nothing was changed; try again."),
            raw.SQLITE_READONLY => Denied(
                $"The database {name} cannot be written: it, or its folder, is read-only for user {Environment.UserName}."),
            raw.SQLITE_PERM or raw.SQLITE_AUTH => Denied($"User {Environment.UserName} may not open the database {name}."),
            raw.SQLITE_CANTOPEN when Directory.Exists(path) => Failed($"{name} is a folder, not a database."),
            raw.SQLITE_CANTOPEN when File.Exists(path) =>
                Denied($"User {Environment.UserName} may not open the database {name} or write into its folder."),
            raw.SQLITE_CANTOPEN => Failed($"There is no database {name}."),
            raw.SQLITE_ERROR or raw.SQLITE_CORRUPT or raw.SQLITE_NOTADB when IsEmpty(path) =>
                Failed($"The database {name} is an empty file, and no database."),
            raw.SQLITE_NOTADB => Failed($"The file {name} is not an SQLite database."),
            raw.SQLITE_CORRUPT => Failed($"The database {name} is damaged. Restore a snapshot of it."),
            raw.SQLITE_FULL => Failed($"The disk that holds the database {name} is full. Nothing was changed."),
            raw.SQLITE_IOERR => Failed($"The database {name} could not be read or written: an error of the disk."),
            raw.SQLITE_CONSTRAINT => Failed($"The database {name} refused the change: {Detail(error)}. Nothing was changed."),
            raw.SQLITE_ERROR when Named(error, "no such table: ") is { } table => Failed(
                UsedSchema.Tables.ContainsKey(table)
                    ? $"The database {name} is not one of SARK: it lacks the table '{table}'."
                    : $"A trigger or view of the database {name} names the table '{SarkText.Printable(table)}', which the database "
                        + "lacks. Nothing was changed."),
            raw.SQLITE_ERROR when (Named(error, "no such column: ") ?? Named(error, "has no column named ")) is { } column => Failed(
                UsedSchema.Tables.Values.Any(columns => columns.Contains(column))
                    ? $"The database {name} is of another version of SARK: it lacks a column."
                    : $"A trigger or view of the database {name} names the column '{SarkText.Printable(column)}', which the database "
                        + "lacks. Nothing was changed."),
            _ => Failed($"The database {name} failed with SQLite error {error.SqliteErrorCode}."),
        };

        SarkUnavailableException Failed(string message) =>
            new(noun, called ?? SarkException.NameOf(path), message, error) { FilePath = called is null ? path : null };
        SarkDeniedException Denied(string message) =>
            new(noun, called ?? SarkException.NameOf(path), message, error) { FilePath = called is null ? path : null };
    }

    // What is named, without the table or schema before it.
    private static string? Named(
        SqliteException error,
        string what) => Detail(error) is var detail && detail.IndexOf(what, StringComparison.Ordinal) is >= 0 and var at
        ? detail[(detail.LastIndexOfAny([' ', '.']) is var before && before >= at + what.Length ? before + 1 : at + what.Length)..]
        : null;

    private static bool IsEmpty(string path) =>
        new FileInfo(path) is { Exists: true } file
            && (file.ResolveLinkTarget(returnFinalTarget: true) as FileInfo ?? file) is { Exists: true, Length: 0 };

    // The library puts "SQLite Error 19: '...'." around what SQLite, or a trigger of the database, said.
    private static string Detail(SqliteException error)
    {
        var from = error.Message.IndexOf('\'', StringComparison.Ordinal);
        var to = error.Message.LastIndexOf('\'');
        return from < to ? error.Message[(from + 1)..to] : error.Message;
    }
}
