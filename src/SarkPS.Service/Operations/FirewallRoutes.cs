using System.Text.Json.Nodes;
using SarkPS.Service.Auth;
using SarkPS.Service.Description;

namespace SarkPS.Service.Operations;

/// <summary><c>/firewalls/ipv4</c> and <c>/firewalls/ipv6</c>.</summary>
internal static class FirewallRoutes
{
    public static void MapFirewallRoutes(this IEndpointRouteBuilder all)
    {
        var api = all.MapGroup("").About("firewalls", "The rules of Shorewall.");
        var rulesBody = Body.Json(("rules", Shape.List(Shape.Text)))
            .Such(new JsonObject { ["rules"] = new JsonArray("ACCEPT net $FW udp 5060") });
        foreach (var family in Enum.GetValues<FirewallFamily>())
        {
            var route = $"firewalls/{family.ToString().ToLowerInvariant()}";
            var noun = $"Firewall{family}";
            api.MapMethods(route, OperationAnswer.Reading, async context =>
            {
                var rules = await Firewall(context).GetAsync(family, context.RequestAborted).ConfigureAwait(false);
                await OperationAnswer.WriteAsync(context, rules, found => new JsonObject { ["rules"] = Lines(found.Rules) })
                    .ConfigureAwait(false);
            }).Needs(ApiScopes.System).WithName($"get{noun}").WithSummary("Shows the rules.").AnswersJson(
                "Their lines.",
                Body.Json(("rules", Shape.List(Shape.Text))).Or<FirewallRules>(),
                Answer.Unsupported,
                Answer.Unavailable);
            api.MapPost(route, async context =>
            {
                var check = await Firewall(context).SetAsync(
                    family,
                    await RulesAsync(context, family, required: true).ConfigureAwait(false) ?? [],
                    context.RequestAborted).ConfigureAwait(false);
                // The original calls both files sark_rules.
                await OperationAnswer.WriteAsync(context, check, _ => new JsonObject { ["message"] = "saved sark_rules" })
                    .ConfigureAwait(false);
            }).Needs(ApiScopes.System).WithName($"set{noun}").WithSummary("Replaces the rules, once Shorewall has found them right.")
                .Reads(rulesBody)
                .AnswersJson(
                    "Done.",
                    Body.Json(Shapes.Message).Or<FirewallCheck>(),
                    Answer.Invalid,
                    Answer.Unsupported,
                    Answer.Unavailable,
                    Answer.Late);
            api.MapPut(route, async context =>
            {
                var result = await Firewall(context).RestartAsync(family, context.RequestAborted).ConfigureAwait(false);
                await OperationAnswer.WriteAsync(context, result, restarted => new JsonObject { ["message"] = restarted.Message })
                    .ConfigureAwait(false);
            }).Needs(ApiScopes.System).WithName($"restart{noun}")
                .WithSummary("Restarts the firewall; when that fails, the rules before it are put back.").AnswersJson(
                    "Done.",
                    Body.Json(Shapes.Message).Or<SystemCommandResult>(),
                    Answer.Unsupported,
                    Answer.Unavailable,
                    Answer.Late);
            api.MapPost(route + "/check", async context =>
            {
                var check = await Firewall(context).TestAsync(
                    family,
                    await RulesAsync(context, family, required: false).ConfigureAwait(false),
                    context.RequestAborted).ConfigureAwait(false);
                await OperationAnswer.WriteAsync(
                    context,
                    check,
                    found => new JsonObject { ["valid"] = found.Valid, ["output"] = Lines(found.Output) }).ConfigureAwait(false);
            }).Needs(ApiScopes.System).WithName($"check{noun}").WithSummary("Asks Shorewall what it finds of rules.")
                .WithDescription("Those in place, where the body has none.").Reads(rulesBody with { IsOptional = true })
                .AnswersJson(
                    "What it says.",
                    Body.Json(("valid", Shape.Truth), ("output", Shape.List(Shape.Text))).Or<FirewallCheck>(),
                    Answer.Invalid,
                    Answer.Unsupported,
                    Answer.Unavailable,
                    Answer.Late);
        }
    }

    /// <summary>
    /// The lines of <c>rules</c>: a list, or an object whose values are the lines. Numbers and true become text, null an
    /// empty line, as in the original.
    /// </summary>
    private static async Task<IReadOnlyList<string>?> RulesAsync(HttpContext context, FirewallFamily family, bool required)
    {
        var body = await BodyAsync(context).ConfigureAwait(false);
        var lines = body?["rules"] switch
        {
            JsonArray list => list.ToArray(),
            JsonObject map => [.. map.Select(member => member.Value)],
            null => null,
            JsonValue value when value.ToString().Length == 0 => null,
            _ => throw new SarkValidationException("Firewall", family, "rules", "The rules must be an array."),
        };
        if (lines is not { Length: > 0 })
        {
            return required ? throw new SarkValidationException("Firewall", family, "rules", "The rules field is required.") : null;
        }

        return [.. lines.Select(line => line switch
        {
            null => "",
            JsonValue value when value.TryGetValue<bool>(out var flag) => flag ? "1" : "",
            JsonValue value => value.ToString(),
            _ => throw new SarkValidationException("Firewall", family, "rules", "Each of the rules must be a text."),
        })];
    }

    /// <summary>What is no JSON holds no rules; the original says that they are missing.</summary>
    private static async Task<JsonObject?> BodyAsync(HttpContext context)
    {
        try
        {
            return await RequestBody.ReadJsonAsync(context.Request, context.RequestAborted).ConfigureAwait(false) as JsonObject;
        }
        catch (SarkException error) when (error.Kind == SarkErrorKind.BadRequest)
        {
            return null;
        }
    }

    private static JsonArray Lines(IReadOnlyList<string> lines) => [.. lines.Select(line => (JsonNode)line)];

    private static IFirewallOperations Firewall(HttpContext context) => OperationAnswer.Backend(context).Firewall;
}
