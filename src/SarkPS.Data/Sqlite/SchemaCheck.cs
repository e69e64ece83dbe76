using Microsoft.Data.Sqlite;
using SarkPS.Descriptors;
using SQLitePCL;

namespace SarkPS.Data.Sqlite;

/// <summary>Whether a database has every table and column that SarkPS uses. Reads no rows, so it takes a millisecond however large the file is.</summary>
internal static class SchemaCheck
{
    /// <summary>Says what a database is, to complete "The file ...": null when it has all that is used.</summary>
    /// <exception cref="SqliteException">It is no database, or cannot be read.</exception>
    public static string? Refusal(SqliteConnection connection)
    {
        var tables = new Dictionary<string, HashSet<string>>(StringComparer.OrdinalIgnoreCase);
        using var command = connection.CreateCommand();
        command.CommandText = "SELECT t.name, c.name FROM main.sqlite_master AS t, pragma_table_info(t.name, 'main') AS c WHERE t.type = 'table'";
        using var reader = command.ExecuteReader();
        while (reader.Read())
        {
            var name = reader.GetString(0);
            if (!tables.TryGetValue(name, out var columns))
            {
                tables[name] = columns = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
            }

            columns.Add(reader.GetString(1));
        }

        if (!UsedSchema.Tables.Keys.Any(tables.ContainsKey))
        {
            return "is no database of SARK: it has none of SARK's tables";
        }

        // What SarkPS reads and writes it finds by the rowid.
        string[] clauses = [.. UsedSchema.Missing(table => tables.GetValueOrDefault(table)), .. WithoutRowId(connection).Select(table => $"table '{table}' has no rowid")];
        return clauses.Length > 0 ? $"is no database of this version of SARK: {string.Join("; ", clauses)}" : null;
    }

    /// <summary>
    /// Says, in the same way, which table takes no rows. Preparing a statement has SQLite look up whatever the triggers of its
    /// table name, and changes nothing. Calls <see cref="Refusal"/> before.
    /// </summary>
    /// <exception cref="SqliteException">It is no database, or cannot be read.</exception>
    public static string? WriteRefusal(SqliteConnection connection)
    {
        var version = new RowSession(connection).Version;
        foreach (var (table, columns) in UsedSchema.TablesOf(version).OrderBy(entry => entry.Key, StringComparer.OrdinalIgnoreCase))
        {
            string[] statements =
            [
                $"INSERT INTO \"{table}\" DEFAULT VALUES",
                $"UPDATE \"{table}\" SET {string.Join(", ", columns.Order(StringComparer.Ordinal).Select(column => $"\"{column}\" = \"{column}\""))}",
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
                    return $"is no database that SarkPS can write: table '{table}' takes no {sql[..6]}{(triggers.Count > 0 ? $", because of its trigger {string.Join(", ", triggers.Select(name => $"'{SarkText.Printable(name)}'"))}" : "")} ({SarkText.Printable(reason)})";
                }

                if (result != raw.SQLITE_OK)
                {
                    SqliteException.ThrowExceptionForRC(result, connection.Handle);
                }
            }
        }

        return null;
    }

    private static List<string> WithoutRowId(SqliteConnection connection)
    {
        using var command = connection.CreateCommand();
        command.CommandText = "SELECT name FROM pragma_table_list WHERE schema = 'main' AND wr ORDER BY name";
        using var reader = command.ExecuteReader();
        var names = new List<string>();
        while (reader.Read())
        {
            if (UsedSchema.Tables.ContainsKey(reader.GetString(0)))
            {
                names.Add(reader.GetString(0));
            }
        }

        return names;
    }

    // SQLite does not say which trigger it was: those that name what it misses, else all of the table.
    private static List<string> Triggers(SqliteConnection connection, string table, string reason)
    {
        using var command = connection.CreateCommand();
        command.CommandText = "SELECT name, sql FROM main.sqlite_master WHERE type = 'trigger' AND tbl_name = $table COLLATE NOCASE ORDER BY name";
        command.Parameters.AddWithValue("$table", table);
        using var reader = command.ExecuteReader();
        var found = new List<(string Name, string Sql)>();
        while (reader.Read())
        {
            found.Add((reader.GetString(0), reader.GetString(1)));
        }

        var missing = reason[(reason.LastIndexOfAny([' ', '.']) + 1)..];
        var named = found.Where(trigger => trigger.Sql.Contains(missing, StringComparison.OrdinalIgnoreCase)).ToList();
        return [.. (named.Count > 0 ? named : found).Select(trigger => trigger.Name)];
    }

    /// <summary>The quick check of a file that is to be worked with.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="SarkUnavailableException">It is missing, is no database, or lacks something that is used; the message names it.</exception>
    public static void Require(string path)
    {
        try
        {
            // ReadWrite, since a journal that a killed writer left must be played back before anything can be read; SQLite
            // opens a file that may not be written for reading by itself.
            using var connection = Files.DatabaseFile.Open(path, SqliteOpenMode.ReadWrite);
            if (Refusal(connection) is { } refusal)
            {
                throw new SarkUnavailableException("Database", path, $"The file '{path}' {refusal}.");
            }
        }
        catch (SqliteException e)
        {
            throw SqliteErrors.Translate(e, path);
        }
    }
}
