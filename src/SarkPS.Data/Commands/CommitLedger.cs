using System.Globalization;
using Microsoft.Data.Sqlite;
using SarkPS.Data.Files;

namespace SarkPS.Data.Commands;

/// <summary>
/// What has changed since the last commit. A commit leaves a copy of the database (<see cref="SarkPaths.CommittedDatabase"/>);
/// whatever the live one holds beyond it is not in Asterisk yet. That also sees changes of tables which have no audit rows,
/// and commits that others made.
/// </summary>
internal static class CommitLedger
{
    private const int MaximumChanges = 100;

    // Kept by triggers for every other table; they change with it and say nothing of their own.
    private static readonly string[] Bookkeeping = ["master_audit", "master_xref"];

    public static async Task<CommitStatus> ReadAsync(string database, string committed, CancellationToken cancellationToken)
    {
        try
        {
            if (!File.Exists(committed))
            {
                return new CommitStatus(true, null, null, null, []);
            }

            // In a transaction nothing can be attached; who finds the database locked waits before.
            await DatabaseFile.WhenFreeAsync(database, "Commit", cancellationToken).ConfigureAwait(false);
            using var connection = DatabaseFile.Open(database, SqliteOpenMode.ReadWrite);
            Execute(connection, "ATTACH DATABASE $path AS committed", ("$path", committed));
            var live = Tables(connection, "main");
            var before = Tables(connection, "committed");
            var changedTables = live.Keys.Union(before.Keys, StringComparer.OrdinalIgnoreCase).Where(table => !Bookkeeping.Contains(table, StringComparer.OrdinalIgnoreCase))
                .Where(table => !live.TryGetValue(table, out var now) || !before.TryGetValue(table, out var then) || now != then || Differs(connection, table)).ToArray();
            var time = new DateTimeOffset(File.GetLastWriteTimeUtc(committed), TimeSpan.Zero);
            if (changedTables.Length == 0)
            {
                return new CommitStatus(false, time, null, null, []);
            }

            var changes = AuditedChanges(connection, live);
            // A table without audit rows can still be named.
            changes.AddRange(changedTables.Where(table => !changes.Any(change => string.Equals(change.Table, table, StringComparison.OrdinalIgnoreCase)))
                .Select(table => new PendingChange("UPDATE", table, "", null, null)));
            var newest = changes.FirstOrDefault(change => change.Time is not null);
            return new CommitStatus(true, time, newest?.Time, newest?.By, changes);
        }
        catch (SqliteException e)
        {
            throw DatabaseFile.Map(e, "Commit", database);
        }
    }

    private static List<PendingChange> AuditedChanges(SqliteConnection connection, Dictionary<string, string> tables)
    {
        var changes = new List<PendingChange>();
        if (!tables.ContainsKey("master_audit"))
        {
            return changes;
        }

        using var command = connection.CreateCommand();
        // An insert writes two audit rows, UPDATE then INSERT, since the time stamps are an update of their own.
        command.CommandText = "SELECT act, relation, owner, tstamp FROM main.master_audit WHERE pkey > (SELECT coalesce(max(pkey), 0) FROM committed.master_audit) ORDER BY pkey DESC LIMIT $limit";
        command.Parameters.AddWithValue("$limit", MaximumChanges * 2);
        using var reader = command.ExecuteReader();
        while (reader.Read() && changes.Count < MaximumChanges)
        {
            var change = new PendingChange(Text(reader, 0), Text(reader, 1), Text(reader, 2), Time(Text(reader, 3)), null);
            if (change.Action == "UPDATE" && changes.Count > 0 && changes[^1] is { Action: "INSERT" } last && last.Key == change.Key && last.Table == change.Table)
            {
                continue;
            }

            changes.Add(change with { By = Updater(connection, tables, change) });
        }

        return changes;
    }

    private static string? Updater(SqliteConnection connection, Dictionary<string, string> tables, PendingChange change)
    {
        if (!tables.TryGetValue(change.Table, out var columns) || !columns.Contains("|z_updater|", StringComparison.OrdinalIgnoreCase) || !columns.Contains("|pkey|", StringComparison.OrdinalIgnoreCase))
        {
            return null;
        }

        using var command = connection.CreateCommand();
        command.CommandText = $"SELECT z_updater FROM main.{Quote(change.Table)} WHERE pkey = $key";
        command.Parameters.AddWithValue("$key", change.Key);
        return command.ExecuteScalar() as string;
    }

    private static bool Differs(SqliteConnection connection, string table)
    {
        using var command = connection.CreateCommand();
        var name = Quote(table);
        command.CommandText = $"SELECT (SELECT count(*) FROM main.{name}) <> (SELECT count(*) FROM committed.{name}) OR EXISTS (SELECT * FROM main.{name} EXCEPT SELECT * FROM committed.{name})";
        return (long)command.ExecuteScalar()! != 0;
    }

    /// <summary>Table names with their columns between bars.</summary>
    private static Dictionary<string, string> Tables(SqliteConnection connection, string schema)
    {
        using var command = connection.CreateCommand();
        command.CommandText = $"SELECT t.name, '|' || group_concat(c.name, '|') || '|' FROM {schema}.sqlite_master AS t, pragma_table_info(t.name, '{schema}') AS c WHERE t.type = 'table' AND t.name NOT LIKE 'sqlite\\_%' ESCAPE '\\' GROUP BY t.name";
        using var reader = command.ExecuteReader();
        var tables = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        while (reader.Read())
        {
            tables[reader.GetString(0)] = reader.GetString(1);
        }

        return tables;
    }

    private static void Execute(SqliteConnection connection, string sql, params (string Name, object Value)[] parameters)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        foreach (var (name, value) in parameters)
        {
            command.Parameters.AddWithValue(name, value);
        }

        command.ExecuteNonQuery();
    }

    private static string Quote(string name) => $"\"{name.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";

    private static string Text(SqliteDataReader reader, int column) => reader.IsDBNull(column) ? "" : reader.GetString(column);

    private static DateTimeOffset? Time(string text) =>
        DateTimeOffset.TryParseExact(text, "yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time) ? time : null;
}
