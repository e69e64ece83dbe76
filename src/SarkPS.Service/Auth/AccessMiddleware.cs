using System.Net;

namespace SarkPS.Service.Auth;

/// <summary>Asks for a token where tokens are configured, and for the scope that the address needs.</summary>
internal sealed class AccessMiddleware(RequestDelegate next, Tokens tokens, TimeProvider clock)
{
    // Everything else is read by GET and written by the other methods.
    private static readonly (string Path, string Scope)[] Special =
    [
        ("/api/syscommands", Tokens.System),
        ("/api/backups", Tokens.System),
        ("/api/snapshots", Tokens.System),
        ("/api/firewalls", Tokens.System),
        ("/api/astamis/originate", Tokens.Call),
        ("/api/astamis/Hangup", Tokens.Call),
        ("/api/astamis/Reload", Tokens.System),
    ];

    /// <summary>Where the name of the caller is kept for the log and the rate limit.</summary>
    public const string CallerItem = "SarkPS.Caller";

    public Task InvokeAsync(HttpContext context)
    {
        if (!tokens.AreRequired || !context.Request.Path.StartsWithSegments("/api", StringComparison.OrdinalIgnoreCase))
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

        var scope = ScopeOf(context.Request);
        if (!token.Scopes.Contains(scope))
        {
            throw new SarkDeniedException("Service", token.Name, $"The token '{token.Name}' lacks the scope '{scope}' that {context.Request.Method} {context.Request.Path} needs.");
        }

        context.Items[CallerItem] = token.Name;
        return next(context);
    }

    /// <summary>Whether a caller sits on this machine.</summary>
    public static bool IsLocal(HttpContext context) => context.Connection.RemoteIpAddress is not { } address || IPAddress.IsLoopback(address);

    private static string ScopeOf(HttpRequest request)
    {
        foreach (var (path, scope) in Special)
        {
            if (request.Path.StartsWithSegments(path, StringComparison.OrdinalIgnoreCase))
            {
                return scope;
            }
        }

        return HttpMethods.IsGet(request.Method) || HttpMethods.IsHead(request.Method) ? Tokens.Read : Tokens.Write;
    }
}
