using System.Text.Json.Nodes;
using SarkPS.Data;
using SarkPS.Service.Auth;
using SarkPS.Service.Description;
using SarkPS.Service.Operations;

namespace SarkPS.Service.Resources;

/// <summary>What calls can be sent to.</summary>
internal static class DestinationRoutes
{
    public static void MapDestinations(this IEndpointRouteBuilder api) =>
        api.MapMethods(Destinations.Route, OperationAnswer.Reading, GetAsync)
            .Needs(Tokens.Read).WithTags(Destinations.Route).WithSummary("Lists what calls can be sent to.").AnswersJson("Keys by kind.", Answer.Unavailable);

    // As in sark6api: keys by kind, a kind without any left out. Who prefers a representation gets one object for each.
    private static async Task GetAsync(HttpContext context)
    {
        var store = context.RequestServices.GetRequiredService<LocalBackend>().Store;
        if (ClientWish.WantsRepresentation(context.Request))
        {
            var all = await store.DestinationsAsync(context.RequestAborted).ConfigureAwait(false);
            await JsonAnswer.WriteAsync(context, new JsonArray([.. all.Select(d => new JsonObject
            {
                ["name"] = d.Name,
                ["kind"] = d.Kind,
                ["routeclass"] = d.RouteClass,
                ["cluster"] = d.Tenant,
            })])).ConfigureAwait(false);
            return;
        }

        var answer = new JsonObject();
        foreach (var (kind, rows) in (await store.DestinationsByKindAsync(context.RequestAborted).ConfigureAwait(false)).Where(k => k.Rows.Count > 0).OrderBy(k => k.Kind.Group, StringComparer.Ordinal))
        {
            answer[kind.Group] = new JsonArray([.. rows.Select(r => (JsonNode?)r.Name)]);
        }

        await JsonAnswer.WriteAsync(context, answer).ConfigureAwait(false);
    }
}
