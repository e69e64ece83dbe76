using SarkPS.Descriptors;

namespace SarkPS.Data.Sqlite;

/// <summary>Finds the rows that name another, from the references and destinations that descriptors declare.</summary>
internal static class Dependants
{
    /// <summary>What names a row, one entry each, such as <c>Extension 401 (Tenant)</c>.</summary>
    public static IReadOnlyList<string> Find(RowSession session, ResourceDescriptor resource, string key)
    {
        var isDestination = Destinations.Kinds.Any(k => k.Resource == resource);
        var found = new List<string>();
        foreach (var other in SarkResources.All)
        {
            foreach (var column in other.Columns)
            {
                // The first part of a key of two parts belongs to the row that it names, and goes with it.
                var names = column.Reference?.Noun == resource.Noun && column.Name != other.KeyColumn;
                if (names || (isDestination && column.Destination is not null))
                {
                    found.AddRange(session.Select(other.Table, [(column.Name, key)], other.ListFilters, null, ["rowid"], null)
                        .Where(row => other != resource || row.Text(other.KeyColumn) != key)
                        .Select(row => $"{other.Noun} {row.Text(other.KeyColumn)} ({column.Property ?? column.Name})"));
                }
            }
        }

        return found;
    }
}
