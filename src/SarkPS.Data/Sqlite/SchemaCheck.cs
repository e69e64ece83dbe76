using Microsoft.Data.Sqlite;
using SarkPS.Descriptors;

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

        return !UsedSchema.Tables.Keys.Any(tables.ContainsKey) ? "is no database of SARK: it has none of SARK's tables"
            : UsedSchema.Missing(table => tables.GetValueOrDefault(table)) is { Count: > 0 } missing ? $"is no database of this version of SARK: {string.Join("; ", missing)}"
            : null;
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
