using Microsoft.Data.Sqlite;

namespace SarkPS.Tests.Support;

/// <summary>Everything that a database holds: table, row id, column, value.</summary>
internal sealed class DatabaseContent
{
    /// <summary>Kept by triggers; they follow every change.</summary>
    private static readonly string[] Bookkeeping = ["master_audit", "master_xref"];

    private DatabaseContent(IReadOnlyDictionary<string, IReadOnlyDictionary<long, IReadOnlyDictionary<string, object?>>> tables) =>
        Tables = tables;

    /// <summary>Rows by table and row id.</summary>
    public IReadOnlyDictionary<string, IReadOnlyDictionary<long, IReadOnlyDictionary<string, object?>>> Tables { get; }

    /// <summary>Reads it.</summary>
    /// <param name="connection">To the database.</param>
    /// <param name="without">Tables that are not wanted.</param>
    public static DatabaseContent Read(SqliteConnection connection, params IEnumerable<string> without)
    {
        var tables = new SortedDictionary<string, IReadOnlyDictionary<long, IReadOnlyDictionary<string, object?>>>(StringComparer.Ordinal);
        foreach (var table in Names(connection).Except(without))
        {
            var rows = new SortedDictionary<long, IReadOnlyDictionary<string, object?>>();
            using var command = connection.CreateCommand();
            command.CommandText = $"SELECT rowid, * FROM \"{table}\"";
            using var reader = command.ExecuteReader();
            while (reader.Read())
            {
                var row = new Dictionary<string, object?>(StringComparer.Ordinal);
                for (var i = 1; i < reader.FieldCount; i++)
                {
                    row[reader.GetName(i)] = reader.IsDBNull(i) ? null : reader.GetValue(i);
                }

                rows[reader.GetInt64(0)] = row;
            }

            tables[table] = rows;
        }

        return new DatabaseContent(tables);
    }

    /// <summary>
    /// What changed from here to a later content, without time stamps and bookkeeping: a column that the rows do not share
    /// counts as null.
    /// </summary>
    public IReadOnlyList<RowChange> ChangesTo(DatabaseContent later)
    {
        var changes = new List<RowChange>();
        if (ReferenceEquals(this, later))
        {
            return changes;
        }

        foreach (var table in Tables.Keys.Union(later.Tables.Keys).Except(Bookkeeping))
        {
            var before = Tables.GetValueOrDefault(table) ?? new Dictionary<long, IReadOnlyDictionary<string, object?>>();
            var after = later.Tables.GetValueOrDefault(table) ?? new Dictionary<long, IReadOnlyDictionary<string, object?>>();
            foreach (var id in before.Keys.Union(after.Keys).Order())
            {
                var (old, now) = (before.GetValueOrDefault(id), after.GetValueOrDefault(id));
                if (old is null || now is null)
                {
                    changes.Add(new RowChange(table, id, old is null ? RowChangeKind.Added : RowChangeKind.Removed, (now ?? old)!, []));
                    continue;
                }

                var columns = now.Keys.Where(c => !IsStamp(c) && !Equals(old.GetValueOrDefault(c), now[c])).ToArray();
                if (columns.Length > 0)
                {
                    changes.Add(new RowChange(table, id, RowChangeKind.Changed, now, columns));
                }
            }
        }

        return changes;
    }

    /// <summary>Whether the database fills a column in with the time or the author of a change.</summary>
    public static bool IsStamp(string column) => column.StartsWith("z_", StringComparison.Ordinal);

    private static List<string> Names(SqliteConnection connection)
    {
        using var command = connection.CreateCommand();
        command.CommandText = "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'";
        using var reader = command.ExecuteReader();
        var names = new List<string>();
        while (reader.Read())
        {
            names.Add(reader.GetString(0));
        }

        return names;
    }
}

/// <summary>What happened to a row.</summary>
internal enum RowChangeKind
{
    Added,
    Removed,
    Changed,
}

/// <summary>One row that differs.</summary>
/// <param name="Table">Its table.</param>
/// <param name="Id">Its row id.</param>
/// <param name="Kind">What happened.</param>
/// <param name="Row">The row as it is now, or was.</param>
/// <param name="Columns">The columns that changed, time stamps apart.</param>
internal sealed record RowChange(
    string Table,
    long Id,
    RowChangeKind Kind,
    IReadOnlyDictionary<string, object?> Row,
    IReadOnlyList<string> Columns)
{
    /// <inheritdoc/>
    public override string ToString()
    {
        var told = Columns.Count > 0 ? Columns : Row.Where(v => v.Value is not null).Select(v => v.Key);
        return $"{Kind} {Table} {string.Join(", ", told.Select(c => $"{c}={Row[c]}"))}";
    }
}
