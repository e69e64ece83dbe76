using System.Text.Json.Nodes;
using SarkPS.Service.Auth;
using SarkPS.Service.Description;
using SarkPS.Service.History;
using SarkPS.Service.Operations;

namespace SarkPS.Service.Resources;

/// <summary>What calls can be sent to.</summary>
internal static class DestinationRoutes
{
    public static void MapDestinations(this IEndpointRouteBuilder api) =>
        api.MapMethods(Destinations.Route, OperationAnswer.Reading, GetAsync)
            .Needs(ApiScopes.Read).TakesDrafts().About(Destinations.Route, "What calls can be sent to.").WithName("listDestinations")
            .WithSummary("Lists what calls can be sent to.")
            .AnswersJson(
                "Keys by kind, a kind without any left out; one object for each where a representation is preferred.",
                Body.Json(Shape.Map(Shape.List(Shape.Text))).Or(Shape.List(Shape.Object(
                    ("name", Shape.Text),
                    ("kind", Shape.Text.OrNull()),
                    ("routeclass", Shape.Whole),
                    ("cluster", Shape.Text.OrNull())))),
                Answer.Unavailable);

    // As in sark6api: keys by kind, a kind without any left out. Who prefers a representation gets one object for each.
    private static async Task GetAsync(HttpContext context)
    {
        var all = await OperationAnswer.Tables(context).DestinationsAsync(context.RequestAborted).ConfigureAwait(false);
        if (ClientWish.WantsRepresentation(context.Request))
        {
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
        foreach (var kind in Destinations.Kinds.OrderBy(k => k.Group, StringComparer.Ordinal))
        {
            if (all.Where(d => d.Kind == kind.Resource.Noun).Select(d => (JsonNode?)d.Name).ToArray() is { Length: > 0 } names)
            {
                answer[kind.Group] = new JsonArray(names);
            }
        }

        await JsonAnswer.WriteAsync(context, answer).ConfigureAwait(false);
    }
}
