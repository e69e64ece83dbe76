using System.Text.Json.Nodes;
using SarkPS.Resources;
using SarkPS.Service.Auth;
using SarkPS.Service.Description;
using SarkPS.Service.History;
using SarkPS.Service.Operations;

namespace SarkPS.Service.Resources;

/// <summary>Which tenants are open.</summary>
internal static class HoursRoutes
{
    public static void MapHours(this IEndpointRouteBuilder api) =>
        api.MapMethods(OpeningHours.Route, OperationAnswer.Reading, async context =>
        {
            var hours = await OperationAnswer.Tables(context).HoursAsync(context.RequestAborted).ConfigureAwait(false);
            await JsonAnswer.WriteAsync(context, new JsonArray([.. hours.Select(h => new JsonObject
            {
                ["pkey"] = h.Tenant,
                ["open"] = h.IsOpen,
                ["nextchange"] = h.NextChange is { } next ? JsonValue.Create(next) : null,
            })])).ConfigureAwait(false);
        }).Needs(ApiScopes.Read).TakesDrafts().About(OpeningHours.Route, "Which tenants are open, by their timers.").WithName("listHours")
            .WithSummary("Tells which tenants are open.")
            .AnswersJson(
                "The tenants.",
                Body.Json(Shape.List(Shape.Object(
                    ("pkey", Shape.Text),
                    ("open", Shape.Truth),
                    ("nextchange", Shape.Time.OrNull().Saying("When that changes next; null where it never does."))))),
                Answer.Unavailable);
}
