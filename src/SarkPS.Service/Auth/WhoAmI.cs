using System.Text.Json.Nodes;
using SarkPS.Remote;
using SarkPS.Service.Description;

namespace SarkPS.Service.Auth;

/// <summary>
/// <c>/auth/whoami</c>: who the service takes the caller for, and what it is. Clients ask it to find out whether they may.
/// </summary>
internal static class WhoAmI
{
    /// <summary>What the routes are about that tell who a caller is.</summary>
    public const string Topic = "auth";

    /// <summary>What that is.</summary>
    public const string TopicText = "Who a caller is, logins and their tokens.";

    public static void MapWhoAmI(this IEndpointRouteBuilder api) =>
        api.MapMethods("/auth/whoami", [HttpMethods.Get, HttpMethods.Head], AnswerAsync).NeedsAnyToken()
            .About(Topic, TopicText).WithName("whoAmI").WithSummary("Tells who the service takes a caller for, and what it serves.")
            .AnswersJson("Name and scopes, and what is covered.", Body.Json(
                ("name", Shape.Text),
                ("email", Shape.Text.OrNull()),
                ("scopes", Shape.List(Shape.Word([.. ApiScopes.All]))),
                ("product", Shape.Text),
                ("version", Shape.Text),
                (WireHeaders.DryRunMember, Shape.Truth),
                (WireHeaders.ChangesMember, Shape.Truth),
                (WireHeaders.DraftsMember, Shape.Truth),
                (ServiceIdentity.SarkMember, Shape.Text.OrNull()),
                (ServiceIdentity.CoverageMember, Shape.Text),
                (ServiceIdentity.PartsMember, Shape.List(Shape.Word(Enum.GetNames<ExchangePart>())))));

    private static Task AnswerAsync(HttpContext context)
    {
        var backend = context.RequestServices.GetRequiredService<ISarkBackend>();
        var token = Caller.Token(context);
        return JsonAnswer.WriteAsync(context, new JsonObject
        {
            ["name"] = token?.Name ?? "local",
            // Clients of SARK 6.5 look for one; only accounts have it.
            ["email"] = (token as LoginToken)?.Email,
            ["scopes"] = new JsonArray([.. (token?.Scopes ?? ApiScopes.All).Select(s => (JsonNode)s)]),
            ["product"] = nameof(SarkPS),
            ["version"] = typeof(WhoAmI).Assembly.GetName().Version!.ToString(3),
            [WireHeaders.DryRunMember] = true,
            [WireHeaders.ChangesMember] = true,
            [WireHeaders.DraftsMember] = true,
            [ServiceIdentity.SarkMember] = backend.Version?.Name,
            [ServiceIdentity.CoverageMember] = backend.Coverage.ToString(),
            [ServiceIdentity.PartsMember] = new JsonArray(
                [.. Enum.GetValues<ExchangePart>().Where(backend.Covers).Select(p => (JsonNode)p.ToString())]),
        });
    }
}
