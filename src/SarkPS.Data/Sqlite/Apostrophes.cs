using Microsoft.Data.Sqlite;

namespace SarkPS.Data.Sqlite;

/// <summary>A value with an apostrophe.</summary>
/// <param name="Table">The table.</param>
/// <param name="Column">The column.</param>
/// <param name="Row">The row.</param>
internal sealed record ApostropheValue(string Table, string Column, IReadOnlyDictionary<string, string?> Row)
{
    /// <summary>What tells the row apart, as far as a message needs it.</summary>
    public string? Key => Row.GetValueOrDefault("pkey") ?? Row.GetValueOrDefault("id") ?? Row.Values.FirstOrDefault();

    /// <summary>The row and the column.</summary>
    public override string ToString() => $"{Table} {Key} ({Column})";
}

/// <summary>
/// Finds the values that SARK's dump and reload of a database does not survive. All tables count that it dumps, those that
/// no resource describes included, in databases of every age.
/// </summary>
internal static class Apostrophes
{
    // Kept by triggers, or filled again by each installation: the dump leaves them out. Measured with both versions.
    private static readonly HashSet<string> NotDumped = new(["master_audit", "master_xref", "tt_help_core", "Carrier", "mfgmac", "Panel", "PanelGroup"], StringComparer.OrdinalIgnoreCase);

    // Of the templates the dump takes those of the customer.
    private static readonly (string Table, string Condition) Dumped = ("Device", "owner = 'cust'");

    /// <summary>All of them.</summary>
    public static IReadOnlyList<ApostropheValue> Find(SqliteConnection connection)
    {
        var found = new List<ApostropheValue>();
        foreach (var table in Tables(connection))
        {
            using var command = connection.CreateCommand();
            command.CommandText = $"SELECT * FROM {RowSession.Quote(table.Key)} WHERE ({string.Join(" OR ", table.Select(c => $"instr({RowSession.Quote(c)}, $apostrophe) > 0"))})"
                + (table.Key.Equals(Dumped.Table, StringComparison.OrdinalIgnoreCase) ? $" AND {Dumped.Condition}" : "");
            command.Parameters.AddWithValue("$apostrophe", "'");
            using var reader = command.ExecuteReader();
            while (reader.Read())
            {
                var row = new Dictionary<string, string?>(StringComparer.OrdinalIgnoreCase);
                for (var i = 0; i < reader.FieldCount; i++)
                {
                    row[reader.GetName(i)] = reader.IsDBNull(i) ? null : reader.GetString(i);
                }

                found.AddRange(row.Where(v => v.Value?.Contains('\'', StringComparison.Ordinal) == true).Select(v => new ApostropheValue(table.Key, v.Key, row)));
            }
        }

        return found;
    }

    private static List<IGrouping<string, string>> Tables(SqliteConnection connection)
    {
        using var command = connection.CreateCommand();
        command.CommandText = "SELECT t.name, c.name FROM sqlite_master AS t, pragma_table_info(t.name) AS c WHERE t.type = 'table' AND substr(t.name, 1, 7) <> 'sqlite_' ORDER BY t.name, c.cid";
        using var reader = command.ExecuteReader();
        var columns = new List<(string Table, string Column)>();
        while (reader.Read())
        {
            columns.Add((reader.GetString(0), reader.GetString(1)));
        }

        return [.. columns.Where(c => !NotDumped.Contains(c.Table)).GroupBy(c => c.Table, c => c.Column)];
    }
}
