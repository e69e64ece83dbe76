using System.Globalization;
using SarkPS.Data;
using SarkPS.Data.Sqlite;
using SarkPS.Descriptors;
using SarkPS.Remote;
using SarkPS.Service.Description;

namespace SarkPS.Service.Resources;

/// <summary>What a request asks of a list beside the whole of it, and what is told beside the rows.</summary>
/// <param name="resource">The resource.</param>
internal sealed class ListRequest(ResourceDescriptor resource)
{
    // What other programs leave out rows by. A client that goes on by one of these would get the first page for ever.
    private static readonly string[] OtherPages = ["offset", "page", "skip", "start"];

    private static readonly string[] Parameters = [.. ListDocument.Names, ListDocument.Filter];

    private readonly string[] columns = [.. resource.Columns.Where(ListQuery.Chooses).Select(c => c.Name)];

    /// <summary>The parameters that the list takes, and what they do.</summary>
    public IEnumerable<(string Name, string Text)> Texts =>
    [
        (ListDocument.Sort, "Fields that the rows are sorted by, with commas between; a minus before one for the last first."),
        (ListDocument.Fields, "The fields that are wanted, with commas between; all without it."),
        (ListDocument.Limit, $"A page of so many rows at most, from 1 to {ListQuery.MostRows}; all rows without it."),
        (ListDocument.Cursor, "Where the page begins, as the header Link of the one before says."),
        .. columns.Select(c => (c, $"The rows whose {c} is this; of several values, any. Empty: where it is empty.")),
    ];

    /// <summary>Reads the query of a request.</summary>
    /// <param name="context">The request.</param>
    /// <param name="tables">The rows that it is about.</param>
    /// <returns>Null where the whole list is asked for.</returns>
    /// <exception cref="SarkValidationException">A parameter cannot be read, or looks like a slip of one that there is.</exception>
    public async ValueTask<ListQuery?> ReadAsync(HttpContext context, IJsonTables tables)
    {
        var request = context.Request;
        if (!request.QueryString.HasValue)
        {
            return null;
        }

        var filter = new List<ListFilter>();
        var unknown = new List<string>();
        foreach (var (name, values) in request.Query)
        {
            if (ListDocument.Names.Contains(name, StringComparer.Ordinal))
            {
                continue;
            }

            var isBracketed = name.StartsWith(ListDocument.Filter + "[", StringComparison.Ordinal) && name.EndsWith(']');
            var column = isBracketed ? name[(ListDocument.Filter.Length + 1)..^1] : name;
            if (isBracketed || resource.Find(column) is not null)
            {
                filter.Add(new ListFilter(column, [.. values.Select(v => v ?? "")]));
            }
            else
            {
                unknown.Add(name);
            }
        }

        var query = ListDocument.Read(resource, name => QueryNames.Single(request, name)) with { Filter = filter };
        query.Require(resource);
        foreach (var name in unknown)
        {
            RefuseSlip(name, query.Limit is not null);
        }

        if (unknown.Count > 0)
        {
            var there = await tables.ColumnsAsync(resource, context.RequestAborted).ConfigureAwait(false);
            if (unknown.Find(there.Contains) is { } column)
            {
                throw Refusal(column, $"{resource.PluralName} cannot be filtered by '{column}': it is a column that {nameof(SarkPS)} does "
                    + "not know.");
            }
        }

        return query.IsWhole ? null : query;
    }

    /// <summary>Tells where the rows stand in their list.</summary>
    public static void Tell(HttpContext context, JsonRows rows)
    {
        if (rows.Place is not { } place)
        {
            return;
        }

        var headers = context.Response.Headers;
        headers[WireHeaders.TotalCount] = place.Total.ToString(CultureInfo.InvariantCulture);
        if (context.Request.Query.ContainsKey(ListDocument.Limit) || context.Request.Query.ContainsKey(ListDocument.Cursor))
        {
            var first = $"<{Address(context.Request, null)}>; rel=\"first\"";
            headers.Link = place.Next is null ? first : $"{first}, <{Address(context.Request, place.Next)}>; rel=\"next\"";
        }
    }

    // sark6api ignores what it does not know, and clients send it: a time, so that no cache answers. Where it was meant to leave
    // rows out, though, somebody may remove what is listed.
    private void RefuseSlip(string name, bool isPage)
    {
        // cluster[]=a, as PHP writes lists, and filters[cluster]=a.
        var bracket = name.IndexOf('[', StringComparison.Ordinal);
        var plain = bracket < 0 ? name : name[..bracket];
        if ((Nearness.Nearest(plain, Parameters) ?? Nearness.Nearest(plain, columns, isStrict: true)) is { } near)
        {
            var form = near == ListDocument.Filter ? $"{near}[COLUMN]=VALUE, or COLUMN=VALUE" : near;
            throw Refusal(name, $"The parameter '{SarkText.Printable(name)}' is not known. Did you mean {form}? Without it the list would "
                + "be another.");
        }

        if (isPage && OtherPages.Contains(name, StringComparer.OrdinalIgnoreCase))
        {
            throw Refusal(name, $"The parameter '{name}' is not known. The next page has the address that the header Link names, with "
                + $"{ListDocument.Cursor}=...");
        }
    }

    // The same request with another place to begin at.
    private static string Address(HttpRequest request, string? cursor)
    {
        var pairs = request.Query.Where(q => q.Key != ListDocument.Cursor)
            .SelectMany(q => q.Value.Select(value => KeyValuePair.Create(q.Key, value)));
        return (request.PathBase + request.Path).ToUriComponent()
            + QueryString.Create(cursor is null ? pairs : pairs.Append(KeyValuePair.Create(ListDocument.Cursor, (string?)cursor)));
    }

    private SarkValidationException Refusal(string name, string message) => new(resource.Noun, name, name, message);
}

/// <summary>Says it where routes are mapped.</summary>
internal static class ListRequestRules
{
    /// <summary>It is a list of which a part can be asked for.</summary>
    public static TBuilder TakesList<TBuilder>(this TBuilder builder, ListRequest list)
        where TBuilder : IEndpointConventionBuilder => list.Texts.Aggregate(
        builder.Takes([.. list.Texts.Select(t => t.Name)]),
        (said, parameter) => said.Explains(parameter.Name, parameter.Text));
}
