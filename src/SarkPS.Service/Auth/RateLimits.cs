using System.Globalization;
using System.Text.Json.Nodes;
using System.Threading.RateLimiting;
using Microsoft.AspNetCore.Authorization;

namespace SarkPS.Service.Auth;

/// <summary>
/// How often a caller may ask, and how much at once. Who is limited is told with every answer how much is left (RateLimit and
/// RateLimit-Policy of draft-ietf-httpapi-ratelimit-headers-11, and sark6api's X-RateLimit headers).
/// </summary>
internal sealed class RateLimits : IDisposable
{
    public const string Limit = "X-RateLimit-Limit";
    public const string Remaining = "X-RateLimit-Remaining";
    public const string Reset = "X-RateLimit-Reset";
    public const string Left = "RateLimit";
    public const string Policy = "RateLimit-Policy";

    private static readonly TimeSpan Window = TimeSpan.FromMinutes(1);

    // What makes calls, or has the machine do something.
    private static readonly string[] Commanding = [ApiScopes.Call, ApiScopes.System];

    private readonly ServiceSettings settings;
    private readonly TimeProvider clock;
    private readonly Quota[] quotas;
    private readonly PartitionedRateLimiter<HttpContext> atOnce;

    public RateLimits(ServiceSettings settings, TimeProvider clock)
    {
        (this.settings, this.clock) = (settings, clock);
        quotas =
        [
            Per("requests", o => o.RequestsPerMinute, _ => true),
            Per("commands", o => o.CommandsPerMinute, context => Commanding.Contains(
                context.GetEndpoint()?.Metadata.GetMetadata<IAuthorizeData>()?.Policy)),
        ];
        atOnce = PartitionedRateLimiter.Create<HttpContext, (string Caller, int Limit)>(context =>
            WhoIsLimited(context) is { } caller && settings.Current.Options.RequestsAtOnce is > 0 and var limit
                ? RateLimitPartition.GetConcurrencyLimiter(
                    (caller, limit),
                    _ => new ConcurrencyLimiterOptions { PermitLimit = limit })
                : RateLimitPartition.GetNoLimiter(("", 0)));
        All = PartitionedRateLimiter.CreateChained([.. quotas.Select(q => q.Limiter), atOnce]);
    }

    /// <summary>All of them.</summary>
    public PartitionedRateLimiter<HttpContext> All { get; }

    /// <summary>Has the framework apply them.</summary>
    public static void Add(IServiceCollection services)
    {
        services.AddSingleton<RateLimits>();
        services.AddRateLimiter(_ => { });
        services.AddOptions<Microsoft.AspNetCore.RateLimiting.RateLimiterOptions>().Configure<RateLimits>((limiter, limits) =>
        {
            limiter.RejectionStatusCode = StatusCodes.Status429TooManyRequests;
            limiter.GlobalLimiter = limits.All;
            limiter.OnRejected = (rejected, _) => limits.RefuseAsync(rejected.HttpContext);
        });
    }

    /// <summary>Tells a caller that was let through how much is left.</summary>
    public Task TellAsync(HttpContext context, RequestDelegate next)
    {
        if (WhoIsLimited(context) is not null)
        {
            Tell(context);
        }

        return next(context);
    }

    public void Dispose()
    {
        All.Dispose();
        atOnce.Dispose();
        foreach (var quota in quotas)
        {
            quota.Limiter.Dispose();
        }
    }

    // Callers on this machine without a token are not. What everybody may ask is counted by the source, whatever token is sent along.
    private string? WhoIsLimited(HttpContext context)
    {
        var token = context.GetEndpoint()?.Metadata.GetMetadata<IAllowAnonymous>() is null ? Caller.Token(context)?.Name : null;
        return token is not null ? $"token {token}" : Caller.IsLocal(context, settings) ? null : Caller.Source(context);
    }

    private Quota Per(string name, Func<ServiceOptions, int> limit, Func<HttpContext, bool> counts) => new(
        name,
        context => counts(context) ? limit(settings.Current.Options) : 0,
        // With another limit in the configuration everybody begins anew.
        PartitionedRateLimiter.Create<HttpContext, (string Caller, int Limit)>(context =>
            counts(context) && WhoIsLimited(context) is { } caller && limit(settings.Current.Options) is > 0 and var most
                ? RateLimitPartition.GetFixedWindowLimiter(
                    (caller, most),
                    _ => new FixedWindowRateLimiterOptions { PermitLimit = most, Window = Window })
                : RateLimitPartition.GetNoLimiter(("", 0))));

    private async ValueTask RefuseAsync(HttpContext context)
    {
        var wait = Tell(context);
        // Where it is not the number of them, there is room when another has been answered.
        context.Response.Headers.RetryAfter = (wait ?? 1).ToString(CultureInfo.InvariantCulture);
        if (wait is { } seconds)
        {
            context.Response.Headers[Reset] = clock.GetUtcNow().AddSeconds(seconds).ToUnixTimeSeconds()
                .ToString(CultureInfo.InvariantCulture);
        }

        await JsonAnswer.WriteAsync(context, new JsonObject { ["message"] = "Too Many Attempts." }).ConfigureAwait(false);
    }

    // Answers in how many seconds there is more, if one of them is used up.
    private long? Tell(HttpContext context)
    {
        var (policies, left) = (new List<string>(), new List<string>());
        (long Left, int Limit) least = (long.MaxValue, 0);
        long? wait = null;
        foreach (var quota in quotas)
        {
            if (quota.Limit(context) is not (> 0 and var limit)
                || quota.Limiter.GetStatistics(context) is not { } statistics)
            {
                continue;
            }

            var remaining = Math.Min(statistics.CurrentAvailablePermits, limit);
            // Nothing is taken: it asks for one more than there is, and is told when there will be. In a window that has only just
            // begun there would be.
            using var more = remaining < limit ? quota.Limiter.AttemptAcquire(context, (int)remaining + 1) : null;
            var seconds = more is not null && more.TryGetMetadata(MetadataName.RetryAfter, out var time)
                ? (long)Math.Ceiling(time.TotalSeconds)
                : (long)Window.TotalSeconds;
            policies.Add(string.Create(CultureInfo.InvariantCulture, $"\"{quota.Name}\";q={limit};w={(int)Window.TotalSeconds}"));
            left.Add(string.Create(CultureInfo.InvariantCulture, $"\"{quota.Name}\";r={remaining};t={seconds}"));
            if (remaining < least.Left)
            {
                least = (remaining, limit);
            }

            if (remaining == 0)
            {
                wait = Math.Max(wait ?? 0, seconds);
            }
        }

        if (policies.Count > 0)
        {
            var headers = context.Response.Headers;
            headers[Policy] = string.Join(", ", policies);
            headers[Left] = string.Join(", ", left);
            headers[Limit] = least.Limit.ToString(CultureInfo.InvariantCulture);
            headers[Remaining] = least.Left.ToString(CultureInfo.InvariantCulture);
        }

        return wait;
    }

    /// <summary>So many requests in a window.</summary>
    /// <param name="Name">Its name.</param>
    /// <param name="Limit">How many a caller has; 0 where it does not count a request.</param>
    /// <param name="Limiter">What counts them.</param>
    private sealed record Quota(string Name, Func<HttpContext, int> Limit, PartitionedRateLimiter<HttpContext> Limiter);
}
