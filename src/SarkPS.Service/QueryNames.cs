using SarkPS.Remote;

namespace SarkPS.Service;

/// <summary>What a route that changes something reads of the query, and how it deals with what it does not know.</summary>
/// <param name="Names">The parameters that it knows.</param>
/// <param name="TakesNoOthers">Whether any other is refused, and not only one that looks like a slip: where leaving one out
/// means more rows.</param>
/// <param name="Rehearses">Whether it can tell what it would do, on <c>Prefer: dry-run</c>.</param>
internal sealed record QueryNames(IReadOnlyList<string> Names, bool TakesNoOthers = false, bool Rehearses = false)
{
    /// <summary>Removes or overwrites what others name, or what is there.</summary>
    public const string Force = "force";

    /// <summary>Tells what would be done, and does nothing.</summary>
    public const string DryRun = "dryrun";

    /// <summary>Tells more of what was done.</summary>
    public const string Detailed = "detailed";

    /// <summary>What the parameters do that several routes know.</summary>
    public static readonly IReadOnlyDictionary<string, string> Texts = new Dictionary<string, string>
    {
        [Force] = "Removes or replaces it though others name it, or though it is there: true or false.",
        [DryRun] = "Tells what would be done, and does nothing: true or false.",
        [Detailed] = "Tells more of what was done: true or false.",
    };

    private static readonly string[] Switches = [Force, DryRun];

    // What other programs call a rehearsal.
    private static readonly string[] Rehearsals = [DryRun, "whatif", "rehearsal", "simulate"];

    /// <summary>Whether a parameter is on or off, and not a text.</summary>
    public static bool IsFlag(string name) => name is Force or DryRun or Detailed;

    /// <summary>Whether a parameter is a whole number.</summary>
    public static bool IsNumber(string name) => name is ListDocument.Limit;

    /// <summary>
    /// Refuses a request whose query asks for less, or for a rehearsal, in words that the route does not know: it would do
    /// more than was meant.
    /// </summary>
    /// <exception cref="SarkValidationException">It does.</exception>
    public static void Check(HttpContext context)
    {
        var request = context.Request;
        var route = context.GetEndpoint()?.Metadata.GetMetadata<QueryNames>() ?? new QueryNames([]);
        if (!route.Rehearses && ClientWish.IsRehearsal(request))
        {
            throw Refusal(
                "Prefer",
                $"{request.Method} of this address cannot be rehearsed, so that nothing was done; leave out 'dry-run' to have it done.");
        }

        if (!request.QueryString.HasValue)
        {
            return;
        }

        foreach (var name in request.Query.Keys)
        {
            if (route.Names.Contains(name, StringComparer.OrdinalIgnoreCase))
            {
                continue;
            }

            var own = Nearness.Nearest(name, route.Names);
            var isRehearsal = Nearness.Nearest(name, Rehearsals) is not null || name.Equals("dry", StringComparison.OrdinalIgnoreCase);
            if (own is null && !isRehearsal && !route.TakesNoOthers && Nearness.Nearest(name, Switches) is null)
            {
                // sark6api ignores what it does not know, and clients send it.
                continue;
            }

            var meant = own ?? (isRehearsal && route.Names.Contains(DryRun) ? DryRun : null);
            var allowed = route.Names.Count == 0
                ? "none is taken here"
                : $"{string.Join(" and ", route.Names)} {(route.Names.Count == 1 ? "is" : "are")} taken here";
            var hint = meant is not null ? $" Did you mean {meant}?"
                : isRehearsal && route.Rehearses ? " To be told what a change would do, send the header Prefer: dry-run."
                : "";
            throw Refusal(name, $"The parameter '{SarkText.Printable(name)}' is not known; {allowed}.{hint} Nothing was done.");
        }
    }

    /// <summary>The value of a parameter that may be left out, but not be empty or come twice.</summary>
    /// <exception cref="SarkValidationException">It is empty, or comes twice.</exception>
    public static string? Single(HttpRequest request, string name)
    {
        if (!request.QueryString.HasValue || !request.Query.TryGetValue(name, out var values))
        {
            return null;
        }

        return values is [{ Length: > 0 } value] ? value
            : throw Refusal(name, values.Count > 1
                ? $"The parameter {name} comes {values.Count} times; give one value, or leave it out to mean all."
                : $"The parameter {name} is empty; give it a value, or leave it out to mean all.");
    }

    private static SarkValidationException Refusal(string field, string message) => new("Request", field, [new(field, [message])]);
}

/// <summary>Says it where routes are mapped.</summary>
internal static class QueryNamesRules
{
    /// <summary>What a route takes in the query.</summary>
    public static TBuilder Takes<TBuilder>(this TBuilder builder, params string[] names)
        where TBuilder : IEndpointConventionBuilder => builder.WithMetadata(new QueryNames(names));
}
