using System.Text.Json.Nodes;
using SarkPS.Remote;
using SarkPS.Service.Description;

namespace SarkPS.Service.Auth;

/// <summary>
/// <c>/auth/whoami</c>: who the service takes the caller for, and what it is. Clients ask it to find out whether they may.
/// </summary>
internal static class WhoAmI
{
    public static void MapWhoAmI(this IEndpointRouteBuilder api) =>
        api.MapMethods("/auth/whoami", [HttpMethods.Get, HttpMethods.Head], AnswerAsync).NeedsAnyToken().WithTags("auth")
            .WithSummary("Tells who the service takes a caller for, and what it serves.").AnswersJson(
                "Name and scopes, and what is covered.");

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
