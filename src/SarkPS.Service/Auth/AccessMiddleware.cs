using System.Net;

namespace SarkPS.Service.Auth;

/// <summary>Asks for a token where tokens are configured, and for the scope that the endpoint needs.</summary>
internal sealed class AccessMiddleware(RequestDelegate next, Tokens tokens, TimeProvider clock)
{
    /// <summary>Where the token of the caller is kept for the log and the rate limit.</summary>
    public const string CallerItem = "SarkPS.Caller";

    public Task InvokeAsync(HttpContext context)
    {
        // None: an unknown address or a wrong method, which are told to callers with a token only, whatever its scopes.
        var access = context.GetEndpoint()?.Metadata.GetMetadata<Access>();
        if (!tokens.AreRequired
            || access?.IsPublic == true
            || !context.Request.Path.StartsWithSegments("/api", StringComparison.OrdinalIgnoreCase)
            || HttpMethods.IsOptions(context.Request.Method))
        {
            return next(context);
        }

        var header = context.Request.Headers.Authorization.ToString();
        const string scheme = "Bearer ";
        var token = header.StartsWith(scheme, StringComparison.OrdinalIgnoreCase) ? tokens.Find(header[scheme.Length..].Trim(), clock.GetUtcNow()) : null;
        if (token is null)
        {
            throw new SarkException(SarkErrorKind.Unauthorized, "Service", null, "Unauthenticated. Send a valid token as Authorization: Bearer.");
        }

        if (access?.Scope is { } scope && !token.Scopes.Contains(scope))
        {
            throw new SarkDeniedException("Service", token.Name, $"The token '{token.Name}' lacks the scope '{scope}' that {context.Request.Method} {context.Request.Path} needs.");
        }

        context.Items[CallerItem] = token;
        return next(context);
    }

    /// <summary>Whether a caller sits on this machine.</summary>
    public static bool IsLocal(HttpContext context) => context.Connection.RemoteIpAddress is not { } address || IPAddress.IsLoopback(address);
}
