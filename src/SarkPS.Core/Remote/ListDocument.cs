using System.Globalization;
using SarkPS.Descriptors;

namespace SarkPS.Remote;

/// <summary>What a client and a service write and read of lists: the parameters of a query, and what is told beside the rows.</summary>
public static class ListDocument
{
    /// <summary>The columns that the list is sorted by, with commas between them; a minus before one turns it round.</summary>
    public const string Sort = "sort";

    /// <summary>The columns that are wanted, with commas between them.</summary>
    public const string Fields = "fields";

    /// <summary>How many rows.</summary>
    public const string Limit = "limit";

    /// <summary>Where to go on.</summary>
    public const string Cursor = "cursor";

    /// <summary>Stands before the name of a column in brackets, which filters as the name alone does.</summary>
    public const string Filter = "filter";

    private const string NextRelation = "rel=\"next\"";

    /// <summary>The parameters, beside the names of columns.</summary>
    public static IReadOnlyList<string> Names { get; } = [Sort, Fields, Limit, Cursor];

    /// <summary>Reads the parameters, beside the filter.</summary>
    /// <param name="resource">The resource.</param>
    /// <param name="find">The value of a parameter; null where it was not sent.</param>
    /// <exception cref="SarkValidationException">One of them cannot be read.</exception>
    public static ListQuery Read(ResourceDescriptor resource, Func<string, string?> find) => new()
    {
        Sort =
        [
            .. Split(find(Sort)).Select(name => name.StartsWith('-') ? new ListSort(name[1..], IsDescending: true) : new ListSort(name)),
        ],
        Fields = Split(find(Fields)),
        Limit = find(Limit) is not { } limit ? null
            : int.TryParse(limit, NumberStyles.None, CultureInfo.InvariantCulture, out var rows) ? rows
            : throw ListQuery.Refusal(
                resource,
                Limit,
                limit,
                $"The limit is '{SarkText.Printable(limit)}' and must be a whole number from 1 to {ListQuery.MostRows}."),
        Cursor = find(Cursor),
    };

    /// <summary>The query of an address, with its question mark; empty where all is asked for.</summary>
    internal static string Write(ListQuery query)
    {
        // By the names alone: a service that knows none of it then answers all rows, and never too few.
        var pairs = query.Filter.SelectMany(f => f.Values.Select(v => (f.Column, v))).ToList();
        Add(Sort, string.Join(',', query.Sort.Select(s => (s.IsDescending ? "-" : "") + s.Column)));
        Add(Fields, string.Join(',', query.Fields));
        Add(Limit, query.Limit?.ToString(CultureInfo.InvariantCulture));
        Add(Cursor, query.Cursor);
        return pairs.Count == 0
            ? ""
            : "?" + string.Join('&', pairs.Select(p => $"{SarkHttpClient.EscapeQuery(p.Item1)}={SarkHttpClient.EscapeQuery(p.Item2)}"));

        void Add(string name, string? value)
        {
            if (!string.IsNullOrEmpty(value))
            {
                pairs.Add((name, value));
            }
        }
    }

    /// <summary>What a service tells beside the rows; null where it knows whole lists only.</summary>
    internal static (long Total, string? Next)? ReadPage(HttpResponseMessage response)
    {
        if (!response.Headers.TryGetValues(WireHeaders.TotalCount, out var counts)
            || !long.TryParse(counts.First(), NumberStyles.None, CultureInfo.InvariantCulture, out var total))
        {
            return null;
        }

        var links = response.Headers.TryGetValues("Link", out var values) ? string.Join(", ", values) : "";
        var end = links.IndexOf(NextRelation, StringComparison.Ordinal);
        // Brackets and quotes are escaped in an address, and commas are not.
        var next = end < 0 ? null : links[(links.LastIndexOf('<', end) + 1)..end].Split('>')[0];
        return (
            total,
            next?.Split('?', '&').FirstOrDefault(p => p.StartsWith(Cursor + "=", StringComparison.Ordinal))?[(Cursor.Length + 1)..]);
    }

    private static string[] Split(string? list) => list?.Split(',', StringSplitOptions.TrimEntries) ?? [];
}
