namespace SarkPS.Descriptors;

/// <summary>
/// Every table and column that SarkPS names: those of the descriptors, and those of the hooks beside them. A database that
/// lacks one of them is of another version of SARK; what it has beyond them is none of our business.
/// </summary>
public static class UsedSchema
{
    private static readonly List<(SarkVersion? Since, string Table, string Column)> Used = Collect();

    // By version, the newest first, the columns that it began with.
    private static readonly (SarkVersion Version, (string Table, string Column)[] Columns)[] Marks =
        [.. SarkVersion.All.Reverse().Select(
            version => (version, Used.Where(u => u.Since == version).Select(u => (u.Table, u.Column))
                .ToArray())).Where(m => m.Item2.Length > 0)];

    private static readonly Dictionary<SarkVersion, IReadOnlyDictionary<string, IReadOnlySet<string>>> ByVersion =
        SarkVersion.All.ToDictionary(
            version => version,
            version => (IReadOnlyDictionary<string, IReadOnlySet<string>>)ByTable(Used.Where(u => version.IsSince(u.Since))));

    /// <summary>The columns of all versions by table, all without regard to case, as SQLite has it.</summary>
    public static IReadOnlyDictionary<string, IReadOnlySet<string>> Tables { get; } = ByTable(Used);

    /// <summary>The columns by table that a database of a version must have.</summary>
    public static IReadOnlyDictionary<string, IReadOnlySet<string>> TablesOf(SarkVersion version) => ByVersion[version];

    /// <summary>The tables that hold one row, and without it nothing works.</summary>
    public static IReadOnlyList<string> Singletons { get; } =
        [.. SarkResources.All.Where(resource => resource.IsSingleton).Select(resource => resource.Table)];

    /// <summary>
    /// The version of SARK that a database is of: the newest of whose own columns it has any. One that then lacks others of
    /// them is refused, and not taken for an older one, whose words it would not understand.
    /// </summary>
    /// <param name="has">Whether a table of the database has a column.</param>
    public static SarkVersion Recognize(Func<string, string, bool> has)
    {
        ArgumentNullException.ThrowIfNull(has);
        return Marks.Where(mark => mark.Columns.Any(c => has(c.Table, c.Column))).Select(mark => mark.Version).FirstOrDefault()
            ?? SarkVersion.All[0];
    }

    /// <summary>What a database lacks, a clause for each table, such as <c>table 'IPphone' lacks the column 'extalert'</c>.</summary>
    /// <param name="present">The columns of a table of the database, or null when it has no such table.</param>
    public static IReadOnlyList<string> Missing(Func<string, IReadOnlySet<string>?> present)
    {
        ArgumentNullException.ThrowIfNull(present);
        var clauses = new List<string>();
        var version = Recognize((table, column) => present(table)?.Contains(column) == true);
        foreach (var (table, columns) in TablesOf(version).OrderBy(entry => entry.Key, StringComparer.OrdinalIgnoreCase))
        {
            if (present(table) is not { } found)
            {
                clauses.Add($"there is no table '{table}'");
            }
            else if (columns.Where(column => !found.Contains(column)).Order(StringComparer.OrdinalIgnoreCase)
                .Select(column => $"'{column}'")
                .ToArray() is { Length: > 0 } lacking)
            {
                clauses.Add($"table '{table}' lacks the column{(lacking.Length > 1 ? "s" : "")} {string.Join(", ", lacking)}");
            }
        }

        return clauses;
    }

    private static Dictionary<string, IReadOnlySet<string>> ByTable(IEnumerable<(SarkVersion? Since, string Table, string Column)> used) =>
        used.GroupBy(u => u.Table, StringComparer.OrdinalIgnoreCase)
            .ToDictionary(
                table => table.Key,
                table => (IReadOnlySet<string>)table.Select(u => u.Column).ToHashSet(StringComparer.OrdinalIgnoreCase),
                StringComparer.OrdinalIgnoreCase);

    private static List<(SarkVersion? Since, string Table, string Column)> Collect()
    {
        var used = new List<(SarkVersion? Since, string Table, string Column)>();
        foreach (var resource in SarkResources.All)
        {
            Add(null, resource.Table,
                [resource.KeyColumn, resource.SecondKeyColumn, .. resource.OrderBy.Where(column => column != "rowid"),
                    .. resource.ListFilters.Select(filter => filter.Column)]);
            // A column that is only hidden is left out of answers and otherwise not named.
            foreach (var column in resource.Columns
                .Where(column => !column.IsHidden || column.HasDefault || column.Access != Access.ReadOnly))
            {
                Add(column.Since, resource.Table, [column.Name, column.Destination?.RouteClassColumn]);
                if (column.Reference is { } reference)
                {
                    Add(column.Since, reference.Table, [reference.Column]);
                }
            }

            foreach (var kind in resource.Kinds)
            {
                Add(
                    null,
                    resource.Table,
                    [.. kind.Required.Select(required => required.Column), .. kind.Defaults.Select(value => value.Column)]);
            }

            foreach (var (table, columns) in resource.Hooks.Uses)
            {
                Add(null, table, columns);
            }

            foreach (var (since, table, columns) in resource.Hooks.UsesSince)
            {
                Add(since, table, columns);
            }
        }

        foreach (var (table, columns) in Destinations.Uses)
        {
            Add(null, table, columns);
        }

        return used;

        void Add(SarkVersion? since, string table, IEnumerable<string?> columns) =>
            used.AddRange(columns.OfType<string>().Select(column => (since, table, column)));
    }
}
