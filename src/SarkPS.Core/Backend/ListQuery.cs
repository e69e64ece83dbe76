using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using SarkPS.Descriptors;

namespace SarkPS;

/// <summary>Rows whose column holds one of these texts. An empty one is also that of a column that holds nothing (NULL).</summary>
/// <param name="Column">The column.</param>
/// <param name="Values">The texts.</param>
public sealed record ListFilter(string Column, IReadOnlyList<string> Values)
{
    /// <summary>Whether a row meets it.</summary>
    public bool Holds(SarkRow row) => Values.Contains(row.Text(Column) ?? "");
}

/// <summary>A column that a list is sorted by. Nothing comes before numbers, and these before texts, as SQLite sorts them.</summary>
/// <param name="Column">The column.</param>
/// <param name="IsDescending">Whether the last comes first.</param>
public sealed record ListSort(string Column, bool IsDescending = false);

/// <summary>
/// Which rows of a list, in which order, what of them, and how many. Pages follow each other by what the last row of the one
/// before holds, so that rows which come and go meanwhile neither repeat others nor leave them out.
/// </summary>
public sealed record ListQuery
{
    /// <summary>The most rows that a page has.</summary>
    public const int MostRows = 1000;

    private const int FingerprintBytes = 8;

    /// <summary>What each row meets; all of it.</summary>
    public IReadOnlyList<ListFilter> Filter { get; init; } = [];

    /// <summary>What the rows are sorted by, before their key; none for the usual order.</summary>
    public IReadOnlyList<ListSort> Sort { get; init; } = [];

    /// <summary>The columns that are wanted, in this order; none for all.</summary>
    public IReadOnlyList<string> Fields { get; init; } = [];

    /// <summary>How many rows at most; null for all.</summary>
    public int? Limit { get; init; }

    /// <summary>Where to go on: what the page before has said; null to begin.</summary>
    public string? Cursor { get; init; }

    /// <summary>Whether a list can be filtered and sorted by a column: it is told, and no secret, since an address is no place for one.</summary>
    public static bool Chooses(Column column) => column is { IsHidden: false, IsSecret: false };

    /// <summary>Refuses what a resource cannot be asked for.</summary>
    /// <exception cref="SarkValidationException">A column is none, or not told; a limit is too large.</exception>
    public void Require(ResourceDescriptor resource)
    {
        foreach (var filter in Filter)
        {
            if (resource.Find(filter.Column) is not { } column || !Chooses(column))
            {
                throw new SarkValidationException(
                    resource.Noun,
                    filter.Column,
                    filter.Column,
                    $"{resource.PluralName} cannot be filtered by '{SarkText.Printable(filter.Column)}'.");
            }
        }

        if (Filter.FirstOrDefault(f => f.Values.Count == 0 || Filter.Count(other => other.Column == f.Column) > 1) is { } odd)
        {
            throw new SarkValidationException(
                resource.Noun,
                odd.Column,
                odd.Column,
                odd.Values.Count == 0
                    ? $"The filter of '{odd.Column}' has no value."
                    : $"'{odd.Column}' is filtered twice; give all its values in one way.");
        }

        foreach (var sort in Sort)
        {
            if (resource.Find(sort.Column) is not { } column || !Chooses(column))
            {
                throw Refusal(
                    resource,
                    nameof(Sort),
                    sort.Column,
                    $"{resource.PluralName} cannot be sorted by '{SarkText.Printable(sort.Column)}'; "
                        + $"{Known(resource.Columns.Where(Chooses))} can be named.");
            }
        }

        foreach (var field in Fields)
        {
            if (resource.Find(field) is not { IsHidden: false })
            {
                throw Refusal(
                    resource,
                    nameof(Fields),
                    field,
                    $"{resource.PluralName} have no field '{SarkText.Printable(field)}'; "
                        + $"{Known(resource.Columns.Where(c => !c.IsHidden))} can be named.");
            }
        }

        if (Fields.GroupBy(f => f, StringComparer.Ordinal).FirstOrDefault(g => g.Count() > 1)?.Key is { } twice)
        {
            throw Refusal(resource, nameof(Fields), twice, $"The field '{twice}' is named twice.");
        }

        if (Limit is < 1 or > MostRows)
        {
            throw Refusal(
                resource,
                nameof(Limit),
                Limit,
                string.Create(CultureInfo.InvariantCulture, $"The limit is {Limit} and must be a whole number from 1 to {MostRows}."));
        }
    }

    /// <summary>Whether it asks for all rows, whole and in their usual order.</summary>
    public bool IsWhole => Filter.Count == 0 && Sort.Count == 0 && Fields.Count == 0 && Limit is null && Cursor is null;

    /// <summary>What the rows are sorted by, with the key as the last, so that no two orders are possible but of rows of one key.</summary>
    internal IReadOnlyList<ListSort> OrderOf(ResourceDescriptor resource)
    {
        IReadOnlyList<string> last = Sort.Count == 0 ? resource.OrderBy
            : resource.SecondKeyColumn is { } second ? [resource.KeyColumn, second]
            : [resource.KeyColumn];
        return [.. Sort.Concat(last.Select(column => new ListSort(column))).DistinctBy(s => s.Column, StringComparer.OrdinalIgnoreCase)];
    }

    /// <summary>The filter as a text. With lengths, so that no value can look like another filter.</summary>
    internal string FilterText => string.Concat(Filter.Select(f => $"{f.Column.Length}:{f.Column}{f.Values.Count}:"
        + string.Concat(f.Values.Select(v => $"{v.Length}:{v}"))));

    /// <summary>All of it as a text, the same for the same only.</summary>
    internal string Text => string.Join(
        '\n',
        FilterText,
        string.Join(',', Sort.Select(s => (s.IsDescending ? "-" : "") + s.Column)),
        string.Join(',', Fields),
        Limit?.ToString(CultureInfo.InvariantCulture),
        Cursor);

    /// <summary>What a cursor is bound to: the resource, the filter and the order. The limit and the columns may be others.</summary>
    internal byte[] FingerprintOf(ResourceDescriptor resource) => SHA256.HashData(Encoding.UTF8.GetBytes(string.Join(
        '\n',
        resource.Noun,
        FilterText,
        string.Join(',', OrderOf(resource).Select(s => (s.IsDescending ? "-" : "") + s.Column)))))[..FingerprintBytes];

    /// <summary>What is told of a column that a later version of SARK began with.</summary>
    internal static SarkValidationException Lacks(ResourceDescriptor resource, string column) => new(
        resource.Noun,
        column,
        column,
        $"The database has no column '{column}' of {resource.PluralName}"
            + (resource.Find(column)?.Since is { } since ? $"; SARK has it since {since}." : "."));

    /// <summary>What is told of one of the parameters.</summary>
    internal static SarkValidationException Refusal(ResourceDescriptor resource, string parameter, object? target, string message) =>
        new(resource.Noun, target, parameter.ToLowerInvariant(), message);

    private static string Known(IEnumerable<Column> columns) => SarkText.Listed([.. columns.Select(c => c.Name)]);
}

/// <summary>Rows of a list.</summary>
/// <param name="Rows">The rows.</param>
/// <param name="Total">How many there are with those of other pages.</param>
/// <param name="Next">Where the next page begins, for <see cref="ListQuery.Cursor"/>; null where there is none.</param>
public sealed record ListPage(IReadOnlyList<SarkRow> Rows, long Total, string? Next)
{
    /// <summary>A page of all rows, for one whose exchange knows whole lists only.</summary>
    /// <param name="resource">The resource.</param>
    /// <param name="all">All rows, or more than the filter leaves.</param>
    /// <param name="query">Which are wanted.</param>
    /// <exception cref="SarkValidationException">The resource cannot be asked for that.</exception>
    internal static ListPage Of(ResourceDescriptor resource, IReadOnlyList<SarkRow> all, ListQuery query)
    {
        query.Require(resource);
        var order = query.OrderOf(resource);
        if (all.Count > 0 && query.Filter.Select(f => f.Column).Concat(query.Sort.Select(s => s.Column)).Concat(query.Fields)
            .FirstOrDefault(c => !all[0].ContainsKey(c)) is { } missing)
        {
            throw ListQuery.Lacks(resource, missing);
        }

        // What it is not told of cannot be sorted by; the order in which the rows came is kept there.
        var places = order.Where(s => all.Count == 0 || all[0].ContainsKey(s.Column)).ToArray();
        var rows = all.Where(row => query.Filter.All(f => f.Holds(row))).Order(Comparer<SarkRow>.Create((one, other) =>
            Compare(places, [.. Values(places, one)], other))).ToArray();
        var start = 0;
        if (query.Cursor is not null)
        {
            // The last value tells how many of the rows that are alike in all this were told.
            var values = ListCursor.Read(resource, query, places.Length + 1);
            start = rows.TakeWhile(row => Compare(places, values, row) > 0).Count();
            start += (int)Math.Min(
                rows.Skip(start).TakeWhile(row => Compare(places, values, row) == 0).Count(),
                values[^1] as long? ?? throw ListCursor.Foreign(resource));
        }

        var end = query.Limit is { } limit ? Math.Min(rows.Length, start + limit) : rows.Length;
        var page = rows[start..end];
        string? next = null;
        if (end < rows.Length && page.Length > 0)
        {
            object?[] last = [.. Values(places, page[^1])];
            next = ListCursor.Write(
                resource,
                query,
                [.. last, (long)rows.Take(end).Reverse().TakeWhile(row => Compare(places, last, row) == 0).Count()]);
        }

        if (query.Fields.Count > 0)
        {
            var shape = new RowShape(query.Fields);
            page = [.. page.Select(row => new SarkRow(shape, [.. query.Fields.Select(f => row[f])]))];
        }

        return new ListPage(page, rows.Length, next);
    }

    private static IEnumerable<object?> Values(IEnumerable<ListSort> places, SarkRow row) => places.Select(s => row[s.Column]);

    private static int Compare(ListSort[] places, object?[] values, SarkRow row)
    {
        for (var i = 0; i < places.Length; i++)
        {
            var result = Compare(values[i], row[places[i].Column]);
            if (result != 0)
            {
                return places[i].IsDescending ? -result : result;
            }
        }

        return 0;
    }

    // As SQLite does. (https://www.sqlite.org/datatype3.html#sort_order)
    private static int Compare(object? one, object? other)
    {
        var (left, right) = (Rank(one), Rank(other));
        return left != right ? left.CompareTo(right) : (one, other) switch
        {
            (null, _) => 0,
            (long first, long second) => first.CompareTo(second),
            (string first, string second) => Encoding.UTF8.GetBytes(first).AsSpan().SequenceCompareTo(Encoding.UTF8.GetBytes(second)),
            _ => Convert.ToDouble(one, CultureInfo.InvariantCulture).CompareTo(Convert.ToDouble(other, CultureInfo.InvariantCulture)),
        };
    }

    private static int Rank(object? value) => value switch { null => 0, string => 2, _ => 1 };
}

/// <summary>Lists in pages.</summary>
public static class ListPages
{
    /// <summary>All rows of a query, page by page as they are asked for.</summary>
    /// <param name="tables">The tables.</param>
    /// <param name="resource">The resource.</param>
    /// <param name="query">Which rows; its limit is that of a page.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <exception cref="SarkException">The rows cannot be read.</exception>
    public static async IAsyncEnumerable<SarkRow> RowsAsync(
        this ITableOperations tables,
        ResourceDescriptor resource,
        ListQuery query,
        [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        for (string? next = query.Cursor; ;)
        {
            var page = await tables.PageAsync(
                resource,
                query with { Limit = query.Limit ?? ListQuery.MostRows, Cursor = next },
                cancellationToken).ConfigureAwait(false);
            foreach (var row in page.Rows)
            {
                yield return row;
            }

            if (page.Next is null)
            {
                yield break;
            }

            next = page.Next;
        }
    }
}
