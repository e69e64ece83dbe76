using System.Globalization;
using System.Text.Json.Nodes;
using System.Threading.RateLimiting;
using Microsoft.AspNetCore.Authorization;

namespace SarkPS.Service.Auth;

/// <summary>A limit for each caller.</summary>
internal static class RateLimits
{
    public static void AddRateLimits(this IServiceCollection services, ServiceSettings settings) => services.AddRateLimiter(limiter =>
    {
        limiter.RejectionStatusCode = StatusCodes.Status429TooManyRequests;
        limiter.OnRejected = async (rejected, _) =>
        {
            if (rejected.Lease.TryGetMetadata(MetadataName.RetryAfter, out var wait))
            {
                rejected.HttpContext.Response.Headers.RetryAfter = Math.Ceiling(wait.TotalSeconds).ToString(CultureInfo.InvariantCulture);
            }

            await JsonAnswer.WriteAsync(rejected.HttpContext, new JsonObject { ["message"] = "Too Many Attempts." }).ConfigureAwait(false);
        };
        limiter.GlobalLimiter = PartitionedRateLimiter.Create<HttpContext, (string Caller, int Limit)>(context =>
        {
            // What everybody may ask is counted by the source, whatever token is sent along.
            var caller = context.GetEndpoint()?.Metadata.GetMetadata<IAllowAnonymous>() is null ? Caller.Token(context)?.Name : null;
            var limit = settings.Current.Options.RequestsPerMinute;
            // With another limit in the configuration everybody begins anew.
            return limit <= 0 || (caller is null && Caller.IsLocal(context, settings))
                ? RateLimitPartition.GetNoLimiter(("", 0))
                : RateLimitPartition.GetFixedWindowLimiter(
                    (caller is null ? Caller.Source(context) : $"token {caller}", limit),
                    _ => new FixedWindowRateLimiterOptions { PermitLimit = limit, Window = TimeSpan.FromMinutes(1) });
        });
    });
}
