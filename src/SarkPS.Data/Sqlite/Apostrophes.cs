using SarkPS.Descriptors;

namespace SarkPS.Data.Sqlite;

/// <summary>A value with an apostrophe.</summary>
/// <param name="Table">The table.</param>
/// <param name="Column">The column.</param>
/// <param name="Row">The row.</param>
internal sealed record ApostropheValue(string Table, string Column, SarkRow Row)
{
    /// <summary>What tells the row apart, as far as a message needs it.</summary>
    public string? Key => Row.Text("pkey") ?? Row.Text("id") ?? Row.Text(Row.Shape.Names[0]);

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
    private static readonly HashSet<string> NotDumped = new(
        ["master_audit", "master_xref", "tt_help_core", "Carrier", "mfgmac", "Panel", "PanelGroup"],
        StringComparer.OrdinalIgnoreCase);

    // Of the templates the dump takes those of the customer.
    private static readonly (string Table, string Condition) Dumped = ("Device", "owner = 'cust'");

    /// <summary>All of them.</summary>
    public static IReadOnlyList<ApostropheValue> Find(RowSession session) =>
    [
        .. from table in session.Columns()
           where !NotDumped.Contains(table.Key)
           let holding = string.Join(" OR ", table.Select(column => $"instr({RowSession.Quote(column)}, ?1) > 0"))
           let condition = table.Key.Equals(Dumped.Table, StringComparison.OrdinalIgnoreCase)
               ? $"({holding}) AND {Dumped.Condition}"
               : holding
           from row in session.Rows($"SELECT * FROM {RowSession.Quote(table.Key)} WHERE {condition}", ["'"])
           from column in row.Keys
           where row.Text(column)?.Contains('\'', StringComparison.Ordinal) == true
           select new ApostropheValue(table.Key, column, row),
    ];
}
