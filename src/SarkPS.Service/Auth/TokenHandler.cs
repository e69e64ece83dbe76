using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using System.Text;
using System.Security.Claims;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Authorization.Infrastructure;
using Microsoft.AspNetCore.Authorization.Policy;

namespace SarkPS.Service.Auth;

/// <summary>A caller who was let in.</summary>
/// <param name="token">The token; null for who needs none, and may do anything.</param>
/// <param name="isLocal">Whether the caller was let in because he sits on this machine.</param>
internal sealed class CallerIdentity(TokenOptions? token, bool isLocal = false) : ClaimsIdentity(TokenHandler.SchemeName)
{
    /// <summary>Whether it is known already that the caller sits on this machine.</summary>
    public bool IsLocal => isLocal;

    /// <summary>The token, unless none was needed.</summary>
    public TokenOptions? Token => token;

    /// <summary>Whether the caller has a scope.</summary>
    public bool Has(string scope) => token is null || token.Scopes.Contains(scope);
}

/// <summary>
/// Knows callers by the tokens of the configuration, of the service's own database and of logins (RFC 6750), and says why one is refused. Nobody needs a
/// token where the service is open.
/// </summary>
/// <remarks>
/// The contract itself and not the framework's base class, which makes a kilobyte of objects for each request, for options,
/// events and forwarding that are not used here. Refusals are logged by <see cref="WrongTokens"/>, by the source and not
/// without end.
/// </remarks>
internal sealed class TokenHandler(
    ServiceSettings settings,
    WrongTokens wrongTokens,
    StoredTokens stored,
    Logins logins,
    TimeProvider clock) : IAuthenticationHandler
{
    public const string SchemeName = "Bearer";

    private const string Prefix = SchemeName + " ";

    private static readonly Task<AuthenticateResult> Anybody = LetIn(new CallerIdentity(null));

    private static readonly Task<AuthenticateResult> Local = LetIn(new CallerIdentity(null, isLocal: true));

    private static readonly Task<AuthenticateResult> Nobody = Task.FromResult(AuthenticateResult.NoResult());

    // Those of the configuration live as long as it does, and what is made of one costs more than to find it.
    private static readonly ConditionalWeakTable<TokenOptions, Task<AuthenticateResult>> Known = [];

    // Set by the judgement, so that a change of the settings in the middle cannot part the two.
    private Func<Task>? refuse;

    private HttpContext context = null!;

    public Task InitializeAsync(AuthenticationScheme scheme, HttpContext context)
    {
        this.context = context;
        return Task.CompletedTask;
    }

    public Task ChallengeAsync(AuthenticationProperties? properties) => refuse!();

    public Task ForbidAsync(AuthenticationProperties? properties)
    {
        var name = Caller.Token(context)?.Name;
        var route = $"{context.Request.Method} {RawPath.Printable(context)}";
        throw new SarkDeniedException("Service", name, context.GetEndpoint()?.Metadata.GetMetadata<IAuthorizeData>()?.Policy is { } scope
            ? $"The token '{name}' lacks the scope '{scope}' that {route} needs."
            : $"Nobody may use {route}: it does not say which scope it needs.");
    }

    private static Task<AuthenticateResult> LetIn(CallerIdentity caller) =>
        Task.FromResult(AuthenticateResult.Success(new AuthenticationTicket(new ClaimsPrincipal(caller), SchemeName)));

    public Task<AuthenticateResult> AuthenticateAsync()
    {
        var state = settings.Current;
        if (state.IsOpen && !stored.Closes)
        {
            if (state.Options.Mode == AccessMode.Open)
            {
                return Anybody;
            }

            if (Caller.IsLocal(context, settings))
            {
                return Local;
            }

            refuse = () =>
                throw new SarkDeniedException("Service", null,
                    "Without tokens only callers on this machine are served, and this request came from elsewhere or through a proxy. "
                        + "Make one with 'SarkPS.Service token NAME' or New-SarkApiToken.");
            return Nobody;
        }

        var header = context.Request.Headers.Authorization.ToString();
        if (!header.StartsWith(Prefix, StringComparison.OrdinalIgnoreCase))
        {
            refuse = () =>
            {
                wrongTokens.NoteMissing(context);
                throw WrongTokens.Refusal();
            };
            return Nobody;
        }

        var sent = header[Prefix.Length..].Trim();
        var hash = SHA256.HashData(Encoding.UTF8.GetBytes(sent));
        if ((state.Tokens.Find(hash, clock.GetUtcNow()) ?? stored.Find(hash, context) ?? logins.Find(hash)) is { } token)
        {
            return token is LoginToken
                ? LetIn(new CallerIdentity(token))
                : Known.GetValue(token, known => LetIn(new CallerIdentity(known)));
        }

        refuse = () => wrongTokens.RefuseAsync(context);
        return Nobody;
    }
}

/// <summary>The policy of a scope. It judges itself, since it is all there is to know.</summary>
/// <param name="scope">The scope.</param>
internal sealed class ScopeRequirement(string scope) : IAuthorizationHandler, IAuthorizationRequirement
{
    public Task HandleAsync(AuthorizationHandlerContext context)
    {
        if (context.User.Identity is CallerIdentity caller && caller.Has(scope))
        {
            context.Succeed(this);
        }

        return Task.CompletedTask;
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
        // The framework's own, which it would make anew for each request; they keep nothing of one.
        services.AddSingleton<IAuthorizationHandler, PassThroughAuthorizationHandler>();
        services.AddSingleton<IAuthorizationHandlerProvider, DefaultAuthorizationHandlerProvider>();
        services.AddSingleton<IAuthorizationService, DefaultAuthorizationService>();
        services.AddSingleton<IPolicyEvaluator, PolicyEvaluator>();
        services.AddTransient<TokenHandler>();
        services.AddAuthentication(options =>
        {
            options.DefaultScheme = TokenHandler.SchemeName;
            options.AddScheme<TokenHandler>(TokenHandler.SchemeName, null);
        });
        var authorization = services.AddAuthorizationBuilder()
            .SetFallbackPolicy(new AuthorizationPolicyBuilder().AddRequirements(new Unsaid()).Build());
        foreach (var scope in ApiScopes.All)
        {
            authorization.AddPolicy(scope, policy => policy.AddRequirements(new ScopeRequirement(scope)));
        }
    }
}
