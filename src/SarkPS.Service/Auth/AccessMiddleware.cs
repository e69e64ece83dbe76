namespace SarkPS.Service.Auth;

/// <summary>Asks for a token where one is needed, and for the scope that the endpoint needs; notes what was changed and by whom.</summary>
internal sealed class AccessMiddleware(RequestDelegate next, ServiceSettings settings, WrongTokens wrongTokens, Logins logins, TimeProvider clock, ILogger<AccessMiddleware> logger)
{
    /// <summary>Where the token of the caller is kept for the log and the rate limit.</summary>
    public const string CallerItem = "SarkPS.Caller";

    private const string Scheme = "Bearer ";

    public Task InvokeAsync(HttpContext context)
    {
        var state = settings.Current;
        if (!Exposure.IsCovered(context, state.Options))
        {
            throw new SarkDeniedException("Service", null, "Beyond this machine the service is reached over https only, unless Sark:Service:Access is Open.");
        }

        // None: an unknown address or a wrong method, which are told to callers with a token only, whatever its scopes.
        // OPTIONS asks what there is to ask for.
        var access = context.GetEndpoint()?.Metadata.GetMetadata<Access>();
        if (access?.IsPublic == true
            || !context.Request.Path.StartsWithSegments("/api", StringComparison.OrdinalIgnoreCase)
            || HttpMethods.IsOptions(context.Request.Method))
        {
            return next(context);
        }

        if (state.IsOpen)
        {
            if (state.Options.Mode != AccessMode.Open && !Caller.IsLocal(context, settings))
            {
                throw new SarkDeniedException("Service", null, "Without tokens only callers on this machine are served, and this request came from elsewhere or through a proxy. Configure tokens in Sark:Service:Tokens.");
            }
        }
        else
        {
            var header = context.Request.Headers.Authorization.ToString();
            if (!header.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase))
            {
                wrongTokens.NoteMissing(context);
                throw WrongTokens.Refusal();
            }

            var sent = header[Scheme.Length..].Trim();
            if ((state.Tokens.Find(sent, clock.GetUtcNow()) ?? logins.Find(sent)) is not { } token)
            {
                return wrongTokens.RefuseAsync(context);
            }

            if (access?.Scope is { } scope && !token.Scopes.Contains(scope))
            {
                throw new SarkDeniedException("Service", token.Name, $"The token '{token.Name}' lacks the scope '{scope}' that {context.Request.Method} {RawPath.Printable(context)} needs.");
            }

            context.Items[CallerItem] = token;
        }

        if (access?.Changes != true)
        {
            return next(context);
        }

        QueryNames.Check(context);
        return NoteAsync(context);
    }

    private async Task NoteAsync(HttpContext context)
    {
        await next(context).ConfigureAwait(false);
        if (context.Response.StatusCode < 400 && !ClientWish.IsRehearsal(context.Request))
        {
            logger.LogInformation(
                "{Method} {Path} by {Caller} from {Source}: {Status}, request {RequestId}",
                context.Request.Method,
                RawPath.Printable(context),
                (context.Items[CallerItem] as TokenOptions)?.Name ?? "a caller without a token",
                Caller.Source(context),
                context.Response.StatusCode,
                context.TraceIdentifier);
        }
    }
}
