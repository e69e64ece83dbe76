using System.Text.Json.Nodes;
using SarkPS.Service.Description;
using SarkPS.Service.Operations;

namespace SarkPS.Service.Auth;

/// <summary>
/// <c>/auth/login</c> and <c>/auth/logout</c>, as the newer clients of SARK call them: a password becomes a token that lasts
/// for a while.
/// </summary>
internal static class LoginRoutes
{
    public static void MapLogins(this IEndpointRouteBuilder api)
    {
        api.MapMethods("/auth/login", [HttpMethods.Post], LoginAsync).IsPublic().ChangesNothing()
            .About(WhoAmI.Topic, WhoAmI.TopicText).WithName("logIn").WithSummary("Makes a token of the password of an account.")
            .Reads(Body.Json(("email", Shape.Text), ("password", Shape.Text))
                .Such(new JsonObject { ["email"] = "ann@example.com", ["password"] = "correct horse battery staple" }))
            .AnswersJson(
                "The token, and how long it lasts.",
                Body.Json(
                    ("accessToken", Shape.Text),
                    ("token_type", Shape.Text),
                    ("expires_in", Shape.Whole.Saying("In seconds."))),
                Answer.Failure(StatusCodes.Status401Unauthorized, "The address or the password is wrong.", Shapes.Message),
                Answer.Unreadable,
                Answer.Invalid);
        api.MapMethods("/auth/logout", OperationAnswer.Doing, LogoutAsync).NeedsAnyToken().ChangesByGet()
            .About(WhoAmI.Topic, WhoAmI.TopicText).WithName("logOut").WithSummary("Ends the login whose token is sent.")
            .AnswersJson("What became of the token.", Body.Json(Shapes.Message));
    }

    private static async Task LoginAsync(HttpContext context)
    {
        var sent = await RequestBody.ReadAsync(context.Request, context.RequestAborted).ConfigureAwait(false);
        var (email, password) = (Text("email"), Text("password"));
        if (email is null || password is null)
        {
            throw new SarkValidationException("Account", email, [.. new[] { ("email", email), ("password", password) }
                .Where(field => field.Item2 is null)
                .Select(field => new KeyValuePair<string, IReadOnlyList<string>>(field.Item1, [$"The {field.Item1} field is required."]))]);
        }

        var services = context.RequestServices;
        var wrong = services.GetRequiredService<WrongTokens>();
        if (wrong.IsCrowded(context))
        {
            await WrongTokens.TooManyAsync(context).ConfigureAwait(false);
            return;
        }

        if (await services.GetRequiredService<Logins>().LoginAsync(email, password, context.RequestAborted)
            .ConfigureAwait(false) is not var (token, lasts))
        {
            await wrong.RefuseAsync(
                context,
                "a wrong e-mail address or password",
                new SarkException(SarkErrorKind.Unauthorized, "Service", null, "Unauthorized")).ConfigureAwait(false);
            return;
        }

        services.GetRequiredService<ILogger<Logins>>()
            .LogInformation("{Account} logged in from {Source}", SarkText.Printable(email), Caller.Source(context));
        context.Response.Headers.CacheControl = "no-store";
        await JsonAnswer.WriteAsync(
            context,
            new JsonObject
            {
                ["accessToken"] = token,
                ["token_type"] = "Bearer",
                ["expires_in"] = (long)lasts.TotalSeconds
            }).ConfigureAwait(false);

        string? Text(string name) => sent.Has(name) && sent[name]?.ToString() is { Length: > 0 } text ? text : null;
    }

    private static Task LogoutAsync(HttpContext context)
    {
        var token = Caller.Token(context);
        if (token is LoginToken login)
        {
            context.RequestServices.GetRequiredService<Logins>().End(login);
        }

        return JsonAnswer.WriteAsync(context, new JsonObject
        {
            ["message"] = token switch
            {
                LoginToken or null => "Successfully logged out",
                StoredToken => $"The token '{token.Name}' is no login; it stays valid until it is revoked.",
                _ => $"The token '{token.Name}' is one of the configuration; it stays valid until it is taken out there.",
            },
        });
    }
}
