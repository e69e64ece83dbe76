using System.Collections.Concurrent;
using SarkPS.Descriptors;
using SarkPS.Resources;
using SarkPS.Rules;

namespace SarkPS.Data.Sqlite;

/// <summary>Finds the rows that name another, from what descriptors say of their columns.</summary>
internal static class Dependants
{
    private static readonly IReadOnlyList<NamingTable> Tables =
    [
        // The first part of a key of two parts belongs to the row that it names, and goes with it.
        .. SarkResources.All.Select(r => new NamingTable(r.Table, r.KeyColumn, r.Noun, r.Noun, r == SarkPS.Tenant.Descriptor
        ? r.KeyColumn
        : r.TenantColumn?.Name, r.Filter, [.. r.Columns.Where(c => c.Name != r.KeyColumn && c.Names is not null)
            .Select(c => new NamingColumn(c.Name, c.Property ?? c.Name, c.Names!, c.Destination?.RouteClassColumn))])),
        .. ForeignNames.All.Select(f =>
            new NamingTable(f.Table, f.KeyColumn, f.Label, null, null, null, [new(f.Column, f.Column, f.Names, null)])),
    ];

    private static readonly ConcurrentDictionary<string, IReadOnlyList<NamingTable>> Known = new(StringComparer.Ordinal);

    /// <summary>All columns that may name a row of any resource, by their tables.</summary>
    public static IReadOnlyDictionary<string, IReadOnlyList<NamingColumn>> Columns { get; } =
        Tables.GroupBy(t => t.Table, StringComparer.OrdinalIgnoreCase)
            .ToDictionary(
                t => t.Key,
                t => (IReadOnlyList<NamingColumn>)[.. t.SelectMany(n => n.Columns)],
                StringComparer.OrdinalIgnoreCase);

    /// <summary>What names a row, one entry each, such as <c>Extension 401 (Tenant)</c>.</summary>
    /// <param name="session">The session of the transaction.</param>
    /// <param name="noun">The row's resource, or another thing that rows name, as greetings are.</param>
    /// <param name="key">The row's key.</param>
    /// <param name="outside">A tenant whose own rows do not count, nor those that belong to none; null for all.</param>
    public static IReadOnlyList<string> Find(RowSession session, string noun, string key, string? outside = null) =>
        [.. FindRows(session, noun, key, outside).Select(d => d.Label)];

    /// <summary>The same with the rows themselves.</summary>
    /// <inheritdoc cref="Find"/>
    public static IReadOnlyList<Dependant> FindRows(RowSession session, string noun, string key, string? outside = null)
    {
        session.AskNaming();
        var found = new List<Dependant>();
        foreach (var naming in Known.GetOrAdd(noun, _ => [.. Of(noun)]))
        {
            if (naming.Owner is null && !session.Has(naming.Table, naming.Columns[0].Name))
            {
                continue;
            }

            foreach (var row in session.SelectNaming(
                naming.Table,
                naming.Filter,
                naming.Columns.Select(c => (c.Name, c.Names.Form.Whole(key))),
                key))
            {
                // What a row says of itself goes with it, and so does what belongs to it by its key, as a telephone's keys do.
                if ((naming.Owner is null || naming.Owner == noun) && row.Text(naming.KeyColumn) == key)
                {
                    continue;
                }

                if (outside is not null
                    && (naming.TenantColumn is not { } owner || row.Text(owner) is null or "" || row.Text(owner) == outside))
                {
                    continue;
                }

                found.AddRange(naming.Columns.Where(c => row.Text(c.Name) is { Length: > 0 } value && c.Names.Names(value, noun, key)
                        && !IsAnother(session, noun, key, row, c))
                    .Select(c => new Dependant(
                        naming.Table,
                        row.Text(naming.KeyColumn) ?? "",
                        $"{naming.Label} {row.Text(naming.KeyColumn)} ({c.Label})")));
            }
        }

        return found;
    }

    private static IEnumerable<NamingTable> Of(string noun) =>
        Tables.Select(t => t with { Columns = [.. t.Columns.Where(c => c.Names.Nouns.Contains(noun))] }).Where(t => t.Columns.Length > 0);

    // A queue and a menu may have the same name. Which of them a destination means its class tells, as long as both are there.
    private static bool IsAnother(RowSession session, string noun, string key, SarkRow row, NamingColumn column) =>
        column.RouteClassColumn is { } place
        && PhpValue.TryInteger(row[place], out var routeClass)
        && Destinations.Kinds.All(k => k.Resource.Noun != noun || k.ClassOf(key) != routeClass)
        && Destinations.Kinds.Any(k => k.ClassOf(key) == routeClass && session.Exists(k.Resource.Table, k.Resource.KeyColumn, key));

    /// <summary>A table with columns that name rows.</summary>
    /// <param name="Table">The table.</param>
    /// <param name="KeyColumn">What tells its rows apart.</param>
    /// <param name="Label">What people call one of them.</param>
    /// <param name="Owner">The resource that its rows are; null where they are none, in a table that not every SARK has.</param>
    /// <param name="TenantColumn">What says whose they are; null where nothing does.</param>
    /// <param name="Filter">Which of the table's rows are meant.</param>
    /// <param name="Columns">The columns.</param>
    private sealed record NamingTable(
        string Table,
        string KeyColumn,
        string Label,
        string? Owner,
        string? TenantColumn,
        RowFilter? Filter,
        NamingColumn[] Columns);
}

/// <summary>A row that names another.</summary>
/// <param name="Table">Its table.</param>
/// <param name="Key">Its key, or the first part of it.</param>
/// <param name="Label">What people are told, such as <c>Extension 401 (Tenant)</c>.</param>
internal sealed record Dependant(string Table, string Key, string Label);

/// <summary>A column that names rows.</summary>
/// <param name="Name">The column.</param>
/// <param name="Label">What people know it by.</param>
/// <param name="Names">Which rows it names, and how.</param>
/// <param name="RouteClassColumn">The column beside it that tells what kind of destination it is.</param>
internal sealed record NamingColumn(string Name, string Label, RowNames Names, string? RouteClassColumn);
