using Dapper;
using Microsoft.Data.Sqlite;
using SarkPS.Descriptors;
using SQLitePCL;

namespace SarkPS.Data.Sqlite;

/// <summary>
/// Whether a database has every table and column that SarkPS uses. Reads no rows, so it takes a millisecond however large
/// the file is.
/// </summary>
internal static class SchemaCheck
{
    /// <summary>Says what a database is, to complete "The file ...": null when it has all that is used.</summary>
    /// <exception cref="SqliteException">It is no database, or cannot be read.</exception>
    public static string? Refusal(SqliteConnection connection)
    {
        var tables = connection.Query<(string Table, string Column)>(
            "SELECT t.name, c.name FROM main.sqlite_master AS t, pragma_table_info(t.name, 'main') AS c WHERE t.type = 'table'")
            .GroupBy(c => c.Table, c => c.Column, StringComparer.OrdinalIgnoreCase)
            .ToDictionary(t => t.Key, t => t.ToHashSet(StringComparer.OrdinalIgnoreCase), StringComparer.OrdinalIgnoreCase);
        if (!UsedSchema.Tables.Keys.Any(tables.ContainsKey))
        {
            return "is no database of SARK: it has none of SARK's tables";
        }

        // What SarkPS reads and writes it finds by the rowid.
        string[] clauses = [.. UsedSchema.Missing(table => tables.GetValueOrDefault(table)), .. WithoutRowId(connection).Select(
            table => $"table '{table}' has no rowid")];
        return clauses.Length > 0 ? $"is no database of this version of SARK: {string.Join("; ", clauses)}" : null;
    }

    /// <summary>
    /// Says, in the same way, which table takes no rows. Preparing a statement has SQLite look up whatever the triggers of its
    /// table name, and changes nothing. Calls <see cref="Refusal"/> before.
    /// </summary>
    /// <exception cref="SqliteException">It is no database, or cannot be read.</exception>
    public static string? WriteRefusal(SqliteConnection connection)
    {
        using var own = new Statements(connection);
        var version = new RowSession(own).Version;
        foreach (var (table, columns) in UsedSchema.TablesOf(version).OrderBy(entry => entry.Key, StringComparer.OrdinalIgnoreCase))
        {
            string[] statements =
            [
                $"INSERT INTO \"{table}\" DEFAULT VALUES",
                $"UPDATE \"{table}\" SET "
                    + $"{string.Join(", ", columns.Order(StringComparer.Ordinal).Select(column => $"\"{column}\" = \"{column}\""))}",
                $"DELETE FROM \"{table}\"",
            ];
            foreach (var sql in statements)
            {
                var result = raw.sqlite3_prepare_v2(connection.Handle, sql, out var statement);
                var reason = raw.sqlite3_errmsg(connection.Handle).utf8_to_string();
                statement.Dispose();
                if (result == raw.SQLITE_ERROR)
                {
                    var triggers = Triggers(connection, table, reason);
                    var names = string.Join(", ", triggers.Select(name => $"'{SarkText.Printable(name)}'"));
                    var because = triggers.Count > 0 ? $", because of its trigger {names}" : "";
                    return $"is no database that SarkPS can write: table '{table}' takes no {sql[..6]}{because} "
                        + $"({SarkText.Printable(reason)})";
                }

                if (result != raw.SQLITE_OK)
                {
                    SqliteException.ThrowExceptionForRC(result, connection.Handle);
                }
            }
        }

        return null;
    }

    private static IEnumerable<string> WithoutRowId(SqliteConnection connection) =>
        connection.Query<string>("SELECT name FROM pragma_table_list WHERE schema = 'main' AND wr ORDER BY name")
            .Where(UsedSchema.Tables.ContainsKey);

    // SQLite does not say which trigger it was: those that name what it misses, else all of the table.
    private static List<string> Triggers(SqliteConnection connection, string table, string reason)
    {
        var found = connection.Query<(string Name, string Sql)>(
            "SELECT name, sql FROM main.sqlite_master WHERE type = 'trigger' AND tbl_name = @table COLLATE NOCASE ORDER BY name",
            new { table }).ToList();
        var missing = reason[(reason.LastIndexOfAny([' ', '.']) + 1)..];
        var named = found.Where(trigger => trigger.Sql.Contains(missing, StringComparison.OrdinalIgnoreCase)).ToList();
        return [.. (named.Count > 0 ? named : found).Select(trigger => trigger.Name)];
    }

    /// <summary>The quick check of a file that is to be worked with.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="SarkUnavailableException">It is missing, is no database, or lacks something that is used; the
    /// message names it.</exception>
    public static void Require(string path)
    {
        try
        {
            // ReadWrite, since a journal that a killed writer left must be played back before anything can be read; SQLite
            // opens a file that may not be written for reading by itself.
            using var connection = DatabaseFile.Open(path, SqliteOpenMode.ReadWrite);
            if (Refusal(connection) is { } refusal)
            {
                throw SqliteErrors.Unavailable(SqliteErrors.Noun, path, $"The file {SqliteErrors.Quoted(path)} {refusal}.");
            }
        }
        catch (SqliteException e)
        {
            throw SqliteErrors.Translate(e, path);
        }
    }
}
