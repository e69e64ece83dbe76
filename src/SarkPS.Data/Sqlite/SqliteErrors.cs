using Microsoft.Data.Sqlite;
using SarkPS.Descriptors;
using SQLitePCL;

namespace SarkPS.Data.Sqlite;

/// <summary>What SQLite's errors mean to people. (https://www.sqlite.org/rescode.html)</summary>
internal static class SqliteErrors
{
    /// <summary>After how long it is worth to try again when another holds the lock.</summary>
    public static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(1);

    private const int FileReplaced = 1032;
    private const int PrimaryKeyTaken = 1555;
    private const int ValueTaken = 2067;

    /// <summary>Whether a row of the same key, or of the same value in a column that holds every value once, is there already.</summary>
    public static bool IsDuplicate(SqliteException error) => error.SqliteExtendedErrorCode is PrimaryKeyTaken or ValueTaken;

    /// <summary>Whether a result says that another holds the lock.</summary>
    public static bool IsBusy(int result) => (result & 0xFF) is raw.SQLITE_BUSY or raw.SQLITE_LOCKED;

    /// <summary>Another did not let go of the database in time.</summary>
    public static SarkUnavailableException Locked(string path, Exception? error = null) =>
        Unavailable($"The database '{path}' is locked by another process. Nothing was changed; try again.", path, error, RetryAfter);

    /// <summary>Somebody has copied a file over the database while it was written.</summary>
    public static SarkUnavailableException Overwritten(string path) =>
        Unavailable($"The database '{path}' was overwritten by another file while it was in use. Nothing was changed; try again.", path, null, RetryAfter);

    /// <summary>A trigger of the database has undone, without an error, what was written.</summary>
    public static SarkConflictException TakenBack(string noun, string? key, string what) =>
        new(noun, key, $"The database did not keep {what}: a trigger in it took that back. Nothing was changed.");

    public static SarkException Translate(SqliteException error, string path) => error.SqliteErrorCode switch
    {
        5 or 6 => Locked(path, error),
        8 when error.SqliteExtendedErrorCode == FileReplaced =>
            Unavailable($"The database '{path}' was replaced by another while it was in use. Nothing was changed; try again.", path, error),
        8 => new SarkDeniedException("Database", path, $"The database '{path}' cannot be written: it, or its folder, is read-only for user {Environment.UserName}.", error),
        3 or 23 => new SarkDeniedException("Database", path, $"User {Environment.UserName} may not open the database '{path}'.", error),
        14 => CannotOpen(path, error),
        1 or 11 or 26 when IsEmpty(path) => Unavailable($"The database '{path}' is an empty file, and no database.", path, error),
        26 => Unavailable($"The file '{path}' is not an SQLite database.", path, error),
        11 => Unavailable($"The database '{path}' is damaged. Restore a snapshot of it.", path, error),
        13 => Unavailable($"The disk that holds the database '{path}' is full. Nothing was changed.", path, error),
        10 => Unavailable($"The database '{path}' could not be read or written: an error of the disk.", path, error),
        19 => Unavailable($"The database '{path}' refused the change: {Detail(error)}. Nothing was changed.", path, error),
        1 when Named(error, "no such table: ") is { } table => Unavailable(
            UsedSchema.Tables.ContainsKey(table)
                ? $"The database '{path}' is not one of SARK: it lacks the table '{table}'."
                : $"A trigger or view of the database '{path}' names the table '{SarkText.Printable(table)}', which the database lacks. Nothing was changed.",
            path, error),
        1 when (Named(error, "no such column: ") ?? Named(error, "has no column named ")) is { } column => Unavailable(
            UsedSchema.Tables.Values.Any(columns => columns.Contains(column))
                ? $"The database '{path}' is of another version of SARK: it lacks a column."
                : $"A trigger or view of the database '{path}' names the column '{SarkText.Printable(column)}', which the database lacks. Nothing was changed.",
            path, error),
        _ => Unavailable($"The database '{path}' failed with SQLite error {error.SqliteErrorCode}.", path, error),
    };

    // What is named, without the table or schema before it.
    private static string? Named(SqliteException error, string what) => Detail(error) is var detail && detail.IndexOf(what, StringComparison.Ordinal) is >= 0 and var at
        ? detail[(detail.LastIndexOfAny([' ', '.']) is var before && before >= at + what.Length ? before + 1 : at + what.Length)..]
        : null;

    private static bool IsEmpty(string path) => new FileInfo(path) is { Exists: true } file && (file.ResolveLinkTarget(returnFinalTarget: true) as FileInfo ?? file) is { Exists: true, Length: 0 };

    // The library puts "SQLite Error 19: '...'." around what SQLite, or a trigger of the database, said.
    private static string Detail(SqliteException error)
    {
        var from = error.Message.IndexOf('\'', StringComparison.Ordinal);
        var to = error.Message.LastIndexOf('\'');
        return from < to ? error.Message[(from + 1)..to] : error.Message;
    }

    private static SarkException CannotOpen(string path, SqliteException error)
    {
        if (Directory.Exists(path))
        {
            return Unavailable($"'{path}' is a folder, not a database.", path, error);
        }

        return File.Exists(path)
            ? new SarkDeniedException("Database", path, $"User {Environment.UserName} may not open the database '{path}' or write into its folder.", error)
            : Unavailable($"There is no database '{path}'.", path, error);
    }

    private static SarkUnavailableException Unavailable(string message, string path, Exception? error, TimeSpan? retryAfter = null) =>
        new("Database", path, message, error) { RetryAfter = retryAfter };
}
