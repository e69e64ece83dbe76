using System.Runtime.CompilerServices;
using System.Security.Claims;
using System.Text.Encodings.Web;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authorization;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace SarkPS.Service.Auth;

/// <summary>A caller who was let in. Scopes are claims.</summary>
/// <param name="token">The token; null for who needs none, and may do anything.</param>
internal sealed class CallerIdentity(TokenOptions? token)
    : ClaimsIdentity((token?.Scopes ?? Tokens.Scopes).Select(scope => new Claim(ScopeClaim, scope)), TokenHandler.SchemeName)
{
    /// <summary>The claim that holds a scope.</summary>
    public const string ScopeClaim = "scope";

    /// <summary>The token, unless none was needed.</summary>
    public TokenOptions? Token => token;
}

/// <summary>
/// Knows callers by the tokens of the configuration and of logins (RFC 6750), and says why one is refused. Nobody needs a
/// token where the service is open.
/// </summary>
/// <remarks>Refusals are logged by <see cref="WrongTokens"/>, by the source and not without end, so the framework's own lines are left out.</remarks>
internal sealed class TokenHandler(IOptionsMonitor<AuthenticationSchemeOptions> options, UrlEncoder encoder, ServiceSettings settings, WrongTokens wrongTokens, Logins logins, TimeProvider clock)
    : AuthenticationHandler<AuthenticationSchemeOptions>(options, NullLoggerFactory.Instance, encoder)
{
    public const string SchemeName = "Bearer";

    private const string Prefix = SchemeName + " ";

    private static readonly AuthenticateResult Local = LetIn(null);

    // Those of the configuration live as long as it does, and what is made of one costs more than to find it.
    private static readonly ConditionalWeakTable<TokenOptions, AuthenticateResult> Known = [];

    // Set by the judgement, so that a change of the settings in the middle cannot part the two.
    private Func<Task>? refuse;

    protected override Task<AuthenticateResult> HandleAuthenticateAsync() => Task.FromResult(Judge());

    protected override Task HandleChallengeAsync(AuthenticationProperties properties) => refuse!();

    protected override Task HandleForbiddenAsync(AuthenticationProperties properties)
    {
        var name = Caller.Token(Context)?.Name;
        var route = $"{Request.Method} {RawPath.Printable(Context)}";
        throw new SarkDeniedException("Service", name, Context.GetEndpoint()?.Metadata.GetMetadata<IAuthorizeData>()?.Policy is { } scope
            ? $"The token '{name}' lacks the scope '{scope}' that {route} needs."
            : $"Nobody may use {route}: it does not say which scope it needs.");
    }

    private static AuthenticateResult LetIn(TokenOptions? token) =>
        AuthenticateResult.Success(new AuthenticationTicket(new ClaimsPrincipal(new CallerIdentity(token)), SchemeName));

    private AuthenticateResult Judge()
    {
        var state = settings.Current;
        if (state.IsOpen)
        {
            if (state.Options.Mode == AccessMode.Open || Caller.IsLocal(Context, settings))
            {
                return Local;
            }

            refuse = () => throw new SarkDeniedException("Service", null, "Without tokens only callers on this machine are served, and this request came from elsewhere or through a proxy. Configure tokens in Sark:Service:Tokens.");
            return AuthenticateResult.NoResult();
        }

        var header = Request.Headers.Authorization.ToString();
        if (!header.StartsWith(Prefix, StringComparison.OrdinalIgnoreCase))
        {
            refuse = () =>
            {
                wrongTokens.NoteMissing(Context);
                throw WrongTokens.Refusal();
            };
            return AuthenticateResult.NoResult();
        }

        var sent = header[Prefix.Length..].Trim();
        if ((state.Tokens.Find(sent, clock.GetUtcNow()) ?? logins.Find(sent)) is { } token)
        {
            return token is LoginToken ? LetIn(token) : Known.GetValue(token, LetIn);
        }

        refuse = () => wrongTokens.RefuseAsync(Context);
        return AuthenticateResult.NoResult();
    }
}

/// <summary>
/// What holds where no route says anything. A route that was mapped without a word is closed. An unknown address, or a wrong
/// method, is told of below <see cref="SarkApplication.ApiPrefix"/> to callers with a token only, whatever its scopes; OPTIONS
/// asks what there is to ask for.
/// </summary>
internal sealed class Unsaid : AuthorizationHandler<Unsaid>, IAuthorizationRequirement
{
    protected override Task HandleRequirementAsync(AuthorizationHandlerContext context, Unsaid requirement)
    {
        if (context.Resource is HttpContext http
            && http.GetEndpoint() is not RouteEndpoint
            && (context.User.Identity?.IsAuthenticated == true
                || HttpMethods.IsOptions(http.Request.Method)
                || !http.Request.Path.StartsWithSegments(SarkApplication.ApiPrefix, StringComparison.OrdinalIgnoreCase)))
        {
            context.Succeed(requirement);
        }

        return Task.CompletedTask;
    }
}

/// <summary>Sets up who may do what.</summary>
internal static class AccessServices
{
    public static void AddAccess(this IServiceCollection services)
    {
        services.AddAuthentication(TokenHandler.SchemeName).AddScheme<AuthenticationSchemeOptions, TokenHandler>(TokenHandler.SchemeName, null);
        var authorization = services.AddAuthorizationBuilder().SetFallbackPolicy(new AuthorizationPolicyBuilder().AddRequirements(new Unsaid()).Build());
        foreach (var scope in Tokens.Scopes)
        {
            authorization.AddPolicy(scope, policy => policy.RequireClaim(CallerIdentity.ScopeClaim, scope));
        }
    }
}
