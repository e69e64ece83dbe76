namespace SarkPS.Data.Journal;

/// <summary>
/// What SARK's triggers keep by themselves: it follows from the other rows, and is neither remembered nor undone nor compared.
/// </summary>
internal static class Bookkeeping
{
    /// <summary>When a row was made and changed, and by whom.</summary>
    public const string StampPrefix = "z_";

    private const string CreationStamp = "z_created";

    private static readonly string[] Tables = ["master_audit", "master_xref"];

    // What SARK's timers keep in rows that are somebody's otherwise; they are read while calls run, and no commit is due.
    private static readonly Dictionary<string, string[]> OfTimers = new(StringComparer.OrdinalIgnoreCase)
    {
        ["Cluster"] = ["oclo", "routeoverride", "routeclassoverride"],
        ["dateSeg"] = ["state"],
        ["globals"] = ["MYCOMMIT"],
    };

    /// <summary>Whether a column is a stamp.</summary>
    public static bool IsStamp(string column) => column.StartsWith(StampPrefix, StringComparison.OrdinalIgnoreCase);

    /// <summary>Whether a column tells when a row was made.</summary>
    public static bool IsCreationStamp(string column) => column.Equals(CreationStamp, StringComparison.OrdinalIgnoreCase);

    /// <summary>Whether a whole table is kept by triggers, or is SQLite's own.</summary>
    public static bool IsDerived(string table) => Tables.Contains(table, StringComparer.OrdinalIgnoreCase)
        || table.StartsWith("sqlite_", StringComparison.OrdinalIgnoreCase);

    /// <summary>Whether SARK's timers keep a column.</summary>
    public static bool IsOfTimers(string table, string column) =>
        OfTimers.GetValueOrDefault(table)?.Contains(column, StringComparer.OrdinalIgnoreCase) == true;
}
