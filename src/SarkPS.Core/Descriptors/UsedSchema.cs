namespace SarkPS.Descriptors;

/// <summary>
/// Every table and column that SarkPS names: those of the descriptors, and those of the hooks beside them. A database that
/// lacks one of them is of another version of SARK; what it has beyond them is none of our business.
/// </summary>
public static class UsedSchema
{
    /// <summary>The columns by table, all without regard to case, as SQLite has it.</summary>
    public static IReadOnlyDictionary<string, IReadOnlySet<string>> Tables { get; } = Collect();

    /// <summary>The tables that hold one row, and without it nothing works.</summary>
    public static IReadOnlyList<string> Singletons { get; } = [.. SarkResources.All.Where(resource => resource.IsSingleton).Select(resource => resource.Table)];

    /// <summary>What a database lacks, a clause for each table, such as <c>table 'IPphone' lacks the column 'extalert'</c>.</summary>
    /// <param name="present">The columns of a table of the database, or null when it has no such table.</param>
    public static IReadOnlyList<string> Missing(Func<string, IReadOnlySet<string>?> present)
    {
        ArgumentNullException.ThrowIfNull(present);
        var clauses = new List<string>();
        foreach (var (table, columns) in Tables.OrderBy(entry => entry.Key, StringComparer.OrdinalIgnoreCase))
        {
            if (present(table) is not { } found)
            {
                clauses.Add($"there is no table '{table}'");
            }
            else if (columns.Where(column => !found.Contains(column)).Order(StringComparer.OrdinalIgnoreCase).Select(column => $"'{column}'").ToArray() is { Length: > 0 } lacking)
            {
                clauses.Add($"table '{table}' lacks the column{(lacking.Length > 1 ? "s" : "")} {string.Join(", ", lacking)}");
            }
        }

        return clauses;
    }

    private static Dictionary<string, IReadOnlySet<string>> Collect()
    {
        var tables = new Dictionary<string, IReadOnlySet<string>>(StringComparer.OrdinalIgnoreCase);
        foreach (var resource in SarkResources.All)
        {
            Add(resource.Table, [resource.KeyColumn, resource.SecondKeyColumn, .. resource.OrderBy.Where(column => column != "rowid"), .. resource.ListFilters.Select(filter => filter.Column)]);
            // A column that is only hidden is left out of answers and otherwise not named.
            foreach (var column in resource.Columns.Where(column => !column.IsHidden || column.HasDefault || column.Access != Access.ReadOnly))
            {
                Add(resource.Table, [column.Name, column.Destination?.RouteClassColumn]);
                if (column.Reference is { } reference)
                {
                    Add(reference.Table, [reference.Column]);
                }
            }

            foreach (var kind in resource.Kinds)
            {
                Add(resource.Table, [.. kind.Required.Select(required => required.Column), .. kind.Defaults.Select(value => value.Column)]);
            }

            foreach (var (table, columns) in resource.Hooks.Uses)
            {
                Add(table, columns);
            }
        }

        foreach (var (table, columns) in Destinations.Uses)
        {
            Add(table, columns);
        }

        return tables;

        void Add(string table, IEnumerable<string?> columns)
        {
            if (!tables.TryGetValue(table, out var known))
            {
                tables[table] = known = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
            }

            ((HashSet<string>)known).UnionWith(columns.OfType<string>());
        }
    }
}
