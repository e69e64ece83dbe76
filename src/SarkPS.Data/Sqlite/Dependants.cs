using System.Collections.Concurrent;
using SarkPS.Descriptors;
using SarkPS.Resources;
using SarkPS.Rules;

namespace SarkPS.Data.Sqlite;

/// <summary>Finds the rows that name another, from what descriptors say of their columns.</summary>
internal static class Dependants
{
    private static readonly ConcurrentDictionary<string, IReadOnlyList<Naming>> Known = new(StringComparer.Ordinal);

    /// <summary>What names a row, one entry each, such as <c>Extension 401 (Tenant)</c>.</summary>
    public static IReadOnlyList<string> Find(RowSession session, ResourceDescriptor resource, string key)
    {
        var found = new List<string>();
        foreach (var naming in Known.GetOrAdd(resource.Noun, _ => [.. Of(resource)]))
        {
            if (naming.IsForeign && !session.Has(naming.Table, naming.Columns[0].Name))
            {
                continue;
            }

            foreach (var row in session.SelectNaming(naming.Table, naming.Filter, naming.Columns.Select(c => (c.Name, c.Names.Form.Whole(key))), key))
            {
                // What a row says of itself goes with it, and so does what belongs to it by its key.
                if (naming.Owner == resource.Noun && row.Text(naming.KeyColumn) == key)
                {
                    continue;
                }

                found.AddRange(naming.Columns
                    .Where(c => row.Text(c.Name) is { Length: > 0 } value && c.Names.Names(value, resource.Noun, key) && !IsAnother(session, resource, key, row, c))
                    .Select(c => $"{naming.Label} {row.Text(naming.KeyColumn)} ({c.Label})"));
            }
        }

        return found;
    }

    /// <summary>The tables and columns that may name rows of a resource.</summary>
    private static IEnumerable<Naming> Of(ResourceDescriptor resource)
    {
        foreach (var other in SarkResources.All)
        {
            // The first part of a key of two parts belongs to the row that it names, and goes with it.
            var columns = other.Columns
                .Where(c => c.Name != other.KeyColumn && c.Names?.Nouns.Contains(resource.Noun) == true)
                .Select(c => new NamingColumn(c.Name, c.Property ?? c.Name, c.Names!, c.Destination?.RouteClassColumn))
                .ToArray();
            if (columns.Length > 0)
            {
                yield return new(other.Table, other.KeyColumn, other.Noun, other.Noun, other.Filter, columns, IsForeign: false);
            }
        }

        foreach (var foreign in ForeignNames.All.Where(f => f.Names.Nouns.Contains(resource.Noun)))
        {
            // A telephone's keys have its own key.
            yield return new(foreign.Table, foreign.KeyColumn, foreign.Label, resource.Noun, null, [new(foreign.Column, foreign.Column, foreign.Names, null)], IsForeign: true);
        }
    }

    // A queue and a menu may have the same name. Which of them a destination means its class tells, as long as both are there.
    private static bool IsAnother(RowSession session, ResourceDescriptor resource, string key, SarkRow row, NamingColumn column) =>
        column.RouteClassColumn is { } place
        && PhpValue.TryInteger(row[place], out var routeClass)
        && Destinations.Kinds.All(k => k.Resource.Noun != resource.Noun || k.ClassOf(key) != routeClass)
        && Destinations.Kinds.Any(k => k.ClassOf(key) == routeClass && session.Exists(k.Resource.Table, k.Resource.KeyColumn, key));

    /// <summary>A table with columns that name rows.</summary>
    private sealed record Naming(string Table, string KeyColumn, string Label, string Owner, RowFilter? Filter, NamingColumn[] Columns, bool IsForeign);

    private sealed record NamingColumn(string Name, string Label, RowNames Names, string? RouteClassColumn);
}
