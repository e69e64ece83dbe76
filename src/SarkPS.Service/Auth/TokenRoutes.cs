using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;
using SarkPS.Data;
using SarkPS.Remote;
using SarkPS.Service.Description;
using SarkPS.Service.Operations;

namespace SarkPS.Service.Auth;

/// <summary>
/// <c>/auth/tokens</c>: tokens are made, listed and revoked while the service runs. Nobody makes one that may do more than he may
/// himself: its scopes are among his, it ends no later, and is used from nowhere else.
/// </summary>
internal static class TokenRoutes
{
    public static void MapTokens(this IEndpointRouteBuilder all)
    {
        var api = all.MapGroup("").About(WhoAmI.Topic, WhoAmI.TopicText).Explains("name", "The name of the token.");
        api.MapMethods(WireHeaders.ApiTokens, OperationAnswer.Reading, ListAsync).Needs(ApiScopes.Tokens)
            .WithName("listTokens").WithSummary("Lists the tokens that were made while the service runs.").AnswersJson(
                "The tokens by name; never the tokens themselves.",
                Body.Json(Shape.List(Shape.Of<ApiToken>())),
                Answer.Unavailable);
        api.MapPost(WireHeaders.ApiTokens, CreateAsync).Needs(ApiScopes.Tokens).WithName("createToken")
            .WithSummary("Makes a token.")
            .Reads(Body.Json(
                ("name", Shape.Text.Saying("Who it is given to.")),
                ("scopes?", Shape.List(Shape.Word([.. ApiScopes.All])).Saying("What it allows; read where nothing is said.")),
                ("networks?", Shape.List(Shape.Text).Saying("Where it may be used from, such as 10.1.0.0/16; anywhere without any.")),
                ("expires?", Shape.Time.OrNull().Saying("When it ends; never without it.")))
                .Such(new JsonObject { ["name"] = "crm", ["scopes"] = new JsonArray(ApiScopes.Read) }))
            .Answers(
                new(
                    StatusCodes.Status201Created,
                    "It, and the token itself, which is told this once.",
                    Body.Json(Shape.Of<CreatedApiToken>()))
                {
                    Headers = [HeaderTexts.Location],
                },
                Answer.Unreadable,
                Answer.Conflict,
                Answer.Invalid,
                Answer.Unavailable);
        api.MapDelete(WireHeaders.ApiTokens + "/{name}", RemoveAsync).Needs(ApiScopes.Tokens)
            .WithName("removeToken").WithSummary("Revokes a token; it is refused from the next request on.").Answers(
                new(StatusCodes.Status204NoContent, "It is revoked."),
                Answer.NotFound,
                Answer.Conflict,
                Answer.Unavailable);
    }

    private static ApiTokenFile Stored(HttpContext context) => context.RequestServices.GetRequiredService<StoredTokens>().File;

    private static async Task ListAsync(HttpContext context)
    {
        var tokens = await Stored(context).ListAsync(context.RequestAborted).ConfigureAwait(false);
        await WriteAsync(context, tokens).ConfigureAwait(false);
    }

    private static async Task CreateAsync(HttpContext context)
    {
        var body = await RequestBody.ReadJsonAsync(context.Request, context.RequestAborted).ConfigureAwait(false);
        ApiTokenWish wish;
        try
        {
            wish = body.Deserialize<ApiTokenWish>(OperationJson.Options) ?? new ApiTokenWish("");
        }
        catch (JsonException error)
        {
            throw new SarkException(
                SarkErrorKind.BadRequest,
                ApiToken.Noun,
                null,
                "A token is described by an object with name, and where wanted scopes, networks and expires: "
                    + $"{error.Path?.TrimStart('$', '.')} is not of the right kind.",
                error);
        }

        // A null that was sent is as good as nothing.
        wish = wish with { Name = wish.Name ?? "", Scopes = wish.Scopes ?? [ApiScopes.Read], Networks = wish.Networks ?? [] };
        wish = Within(wish.Judged(context.RequestServices.GetRequiredService<TimeProvider>().GetUtcNow()), Caller.Token(context));
        RefuseConfigured(context, wish.Name, "is taken by a token of the configuration");
        var made = await Stored(context).CreateAsync(wish, Caller.Origin(context).Actor, context.RequestAborted).ConfigureAwait(false);
        context.RequestServices.GetRequiredService<ILogger<StoredTokens>>().LogWarning(
            "The token '{Token}' ({Scopes}) was made by {Caller} from {Source}",
            made.Name,
            string.Join(' ', made.Scopes),
            made.CreatedBy,
            Caller.Source(context));
        context.Response.StatusCode = StatusCodes.Status201Created;
        context.Response.Headers.CacheControl = "no-store";
        context.Response.Headers.Location = $"{SarkApplication.ApiPrefix}/{WireHeaders.ApiTokens}/{Uri.EscapeDataString(made.Name)}";
        await WriteAsync(context, made).ConfigureAwait(false);
    }

    private static async Task RemoveAsync(HttpContext context)
    {
        var name = RawPath.Value(context, "name");
        RefuseConfigured(context, name, "is one of the configuration; it stays valid until it is taken out there");
        await Stored(context).RemoveAsync(name, context.RequestAborted).ConfigureAwait(false);
        context.RequestServices.GetRequiredService<ILogger<StoredTokens>>().LogWarning(
            "The token '{Token}' was revoked by {Caller} from {Source}",
            name,
            Caller.Origin(context).Actor,
            Caller.Source(context));
        context.Response.StatusCode = StatusCodes.Status204NoContent;
    }

    private static void RefuseConfigured(HttpContext context, string name, string why)
    {
        var configured = context.RequestServices.GetRequiredService<ServiceSettings>().Current.Tokens.All;
        if (configured.Any(t => t.Name.Equals(name, StringComparison.OrdinalIgnoreCase)))
        {
            throw new SarkConflictException(ApiToken.Noun, name, $"The name '{SarkText.Printable(name)}' {why}.");
        }
    }

    // What a caller may do himself.
    private static ApiTokenWish Within(ApiTokenWish wish, TokenOptions? caller)
    {
        if (caller is null)
        {
            return wish;
        }

        if (wish.Scopes.FirstOrDefault(s => !caller.Scopes.Contains(s)) is { } scope)
        {
            throw Refused($"has not the scope '{scope}' himself");
        }

        if (caller.Expires is { } end && (wish.Expires is null || wish.Expires > end))
        {
            throw Refused($"ends himself at {end:yyyy-MM-dd HH:mm zzz}; say Expires, and no later");
        }

        IReadOnlyList<IPNetwork> own = caller is StoredToken stored ? stored.Networks : [];
        if (own.Count == 0)
        {
            return wish;
        }

        var wanted = wish.Networks.Select(n => ApiNetworks.Read(n)!.Value).ToArray();
        return wanted.Length == 0
            ? wish with { Networks = [.. own.Select(n => n.ToString())] }
            : wanted.All(w => own.Any(o => ApiNetworks.Contains(o, w)))
            ? wish
            : throw Refused($"may be used only from {string.Join(", ", own)}");

        SarkDeniedException Refused(string why) => new(
            ApiToken.Noun,
            wish.Name,
            $"The token '{SarkText.Printable(wish.Name)}' was not made: the caller '{caller.Name}' {why}.");
    }

    private static Task WriteAsync<T>(HttpContext context, T value) =>
        JsonAnswer.WriteAsync(context, JsonSerializer.SerializeToNode(value, OperationJson.Options)!);
}
