using SarkPS.Descriptors;
using SarkPS.Rules;

namespace SarkPS.Data.Sqlite;

/// <summary>
/// Names that SARK's generator writes into one file: two of the same name become one there, and one that SARK uses itself
/// merges with its own.
/// </summary>
internal static class Collisions
{
    /// <summary>What a name would merge with, as a sentence; null where with nothing.</summary>
    /// <param name="session">The database.</param>
    /// <param name="resource">The resource of the row.</param>
    /// <param name="column">The column that holds the name.</param>
    /// <param name="name">The name.</param>
    public static string? Find(IRowSession session, ResourceDescriptor resource, Column column, string name)
    {
        foreach (var space in column.NameSpaces)
        {
            if (space.IsReserved(name))
            {
                return $"The {RuleSet.Spell(column.Name)} '{name}' would become {space.Description} that SARK uses itself, and both would merge. Choose another name.";
            }

            // Within one table the key itself sees to it.
            foreach (var (other, _) in Sharing(space).Where(s => s.Resource.Table != resource.Table && session.Exists(s.Resource.Table, s.Column.Name, name)))
            {
                return $"The {RuleSet.Spell(column.Name)} '{name}' would become {space.Description}, as the {SarkText.Words(other.Noun)} '{name}' is one, and both would merge. Choose another name.";
            }
        }

        return null;
    }

    private static IEnumerable<(ResourceDescriptor Resource, Column Column)> Sharing(NameSpace space) =>
        SarkResources.All.SelectMany(r => r.Columns.Where(c => c.NameSpaces.Contains(space)).Select(c => (r, c)));
}
