using SarkPS.Descriptors;

namespace SarkPS.Data.Sqlite;

/// <summary>How rows are found by their keys.</summary>
internal static class RowSearch
{
    public static List<SarkRow> Find(
        RowSession session,
        ResourceDescriptor resource,
        RowKey key,
        IReadOnlySet<string>? hidden,
        bool useFilter = true)
    {
        var (where, filters, order, limit) = Search(resource, key, useFilter);
        return session.Select(resource.Table, where, filters, hidden, order, limit);
    }

    public static (List<(string Column, object? Value)> Where, IReadOnlyList<RowFilter> Filters, IReadOnlyList<string> OrderBy,
        int? Limit) Search(
        ResourceDescriptor resource, RowKey key, bool useFilter)
    {
        var where = new List<(string Column, object? Value)>();
        if (!resource.IsSingleton)
        {
            where.Add((resource.KeyColumn, key.First));
        }

        if (key.Second is not null && resource.SecondKeyColumn is { } second)
        {
            where.Add((second, key.Second));
        }

        IReadOnlyList<string> order = resource.SecondKeyColumn is null ? [] : [resource.SecondKeyColumn];
        return (where, useFilter && resource.Filter is { } filter ? [filter] : [], order, resource.IsSingleton ? 1 : null);
    }

    // SARK's pages let two tenants have a queue of the same name. Which is meant the key alone does not tell.
    public static SarkRow Single(ResourceDescriptor resource, RowKey key, List<SarkRow> rows) =>
        rows.Count == 0 ? throw resource.NotFound(key)
        : rows.Count == 1 || resource.IsSingleton || resource.SecondKeyColumn is not null ? rows[0]
        : throw new SarkConflictException(
            resource.Noun,
            key.ToString(),
            $"There are {rows.Count} {resource.PluralName} '{key}', of the tenants "
                + $"{string.Join(", ", rows.Select(r => $"'{r.Text("cluster")}'"))}. The key does not tell which one is meant, so none "
                + "was touched.");
}
