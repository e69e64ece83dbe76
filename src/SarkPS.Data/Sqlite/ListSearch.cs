using System.Text;
using SarkPS.Data.Journal;
using SarkPS.Descriptors;

namespace SarkPS.Data.Sqlite;

/// <summary>What a table has in the database that is there: a version of SARK may lack a column, and a later one have more.</summary>
/// <param name="Columns">Its columns, without regard to case.</param>
/// <param name="HasRowIds">Whether its rows have row ids: it is there, is no view and does without none.</param>
internal sealed record TableSchema(IReadOnlySet<string> Columns, bool HasRowIds)
{
    /// <summary>Asks for the names of the columns.</summary>
    public const string ColumnsOf = "SELECT name FROM pragma_table_info(?1)";

    /// <summary>Finds a row where the rows have row ids.</summary>
    public const string RowIdsOf = "SELECT name FROM pragma_table_list(?1) WHERE schema = 'main' AND type = 'table' AND wr = 0";
}

/// <summary>How a list that was asked for in part goes on.</summary>
/// <param name="Places">How many columns tell where a row stands; they are the first of the statement.</param>
/// <param name="Limit">How many rows at most; null for all that are left.</param>
/// <param name="IsFirst">Whether it begins with the first row.</param>
/// <param name="Known">What the list is known by, in whatever parts it is told.</param>
/// <param name="CountSql">Counts the rows of the list.</param>
/// <param name="CountValues">The values of its parameters.</param>
/// <param name="Cursor">What the next part begins with, by the values of the columns that tell where the last row stands.</param>
internal sealed record ListPart(
    int Places,
    int? Limit,
    bool IsFirst,
    string Known,
    string CountSql,
    IReadOnlyList<object?> CountValues,
    Func<object?[], string> Cursor);

/// <summary>
/// Queries for lists in part. A page begins after the row that the one before ended with, by its place in the order and not by a
/// number of rows. Names are those of descriptors that the table has; whatever else a client has said is a value.
/// </summary>
internal static class ListSearch
{
    private const string RowId = "rowid";

    /// <summary>The query.</summary>
    /// <param name="resource">The resource.</param>
    /// <param name="query">Which rows; see <see cref="ListQuery.Require"/>.</param>
    /// <param name="schema">What the table has.</param>
    /// <exception cref="SarkValidationException">The table lacks a column, or the cursor is that of another list.</exception>
    public static RowQuery Of(ResourceDescriptor resource, ListQuery query, TableSchema schema)
    {
        // SQLite would take the name of a column that is not there for a text.
        if (query.Filter.Select(f => f.Column).Concat(query.Sort.Select(s => s.Column)).Concat(query.Fields)
            .FirstOrDefault(c => !schema.Columns.Contains(c)) is { } missing)
        {
            throw ListQuery.Lacks(resource, missing);
        }

        var order = query.OrderOf(resource).ToList();
        // SARK's pages let two tenants have a queue of the same name, so a key may be that of several rows.
        if (schema.HasRowIds && order.TrueForAll(s => s.Column != RowId))
        {
            order.Add(new ListSort(RowId, order is [.., { IsDescending: true }]));
        }

        var values = new List<object?>();
        var where = Where(resource, query, values);
        var countSql = $"SELECT count(*) FROM {RowSession.Quote(resource.Table)}{where}";
        object?[] countValues = [.. values];
        if (query.Cursor is not null)
        {
            object?[] last =
            [
                .. ListCursor.Read(resource, query, order.Count).Select(v => v is RawText text ? new BrokenText(text.Bytes) : v),
            ];
            where += $"{(where.Length > 0 ? " AND " : " WHERE ")}{After(order, last, values)}";
        }

        var sql = new StringBuilder("SELECT ").AppendJoin(", ", order.Select(s => RowSession.Quote(s.Column))).Append(", ")
            .Append(query.Fields.Count == 0 ? "*" : string.Join(", ", query.Fields.Select(RowSession.Quote)))
            .Append(" FROM ").Append(RowSession.Quote(resource.Table)).Append(where)
            .Append(" ORDER BY ").AppendJoin(", ", order.Select(s => RowSession.Quote(s.Column) + (s.IsDescending ? " DESC" : "")));
        if (query.Limit is { } limit)
        {
            // One more tells whether there is another page.
            values.Add((long)limit + 1);
            sql.Append(" LIMIT ").Append('?').Append(values.Count);
        }

        return new RowQuery(sql.ToString(), values, resource.Hidden)
        {
            Part = new ListPart(
                order.Count,
                query.Limit,
                query.Cursor is null,
                $"{resource.Noun}\n{query.FilterText}",
                countSql,
                countValues,
                row => ListCursor.Write(resource, query, [.. row.Select(v => v is BrokenText text ? new RawText(text.Bytes) : v)])),
        };
    }

    private static string Where(ResourceDescriptor resource, ListQuery query, List<object?> values)
    {
        var where = new StringBuilder(RowSession.Where([], resource.ListFilters, values));
        foreach (var filter in query.Filter)
        {
            var column = RowSession.Quote(filter.Column);
            where.Append(where.Length > 0 ? " AND (" : " WHERE (").Append(column).Append(" IN (")
                .AppendJoin(", ", filter.Values.Select((_, i) => "?" + (values.Count + i + 1))).Append(')')
                .Append(filter.Values.Contains("") ? $" OR {column} IS NULL)" : ")");
            values.AddRange(filter.Values);
        }

        return where.ToString();
    }

    // The rows that come after one in the order. NULL comes first, and is like itself.
    private static string After(List<ListSort> order, object?[] last, List<object?> values)
    {
        var first = values.Count + 1;
        values.AddRange(last);
        var after = "";
        for (var i = order.Count - 1; i >= 0; i--)
        {
            var (column, value) = (RowSession.Quote(order[i].Column), "?" + (first + i));
            var isBeyond = (order[i].IsDescending, last[i] is null) switch
            {
                (false, true) => $"{column} IS NOT NULL",
                (false, false) => $"{column} > {value}",
                (true, true) => "0",
                (true, false) => $"({column} < {value} OR {column} IS NULL)",
            };
            after = after.Length == 0 ? isBeyond : $"({isBeyond} OR ({column} IS {value} AND {after}))";
        }

        // Says the same once more, in a form that lets an index find where to begin.
        return order[0].IsDescending || last[0] is null ? after : $"{RowSession.Quote(order[0].Column)} >= ?{first} AND {after}";
    }
}
