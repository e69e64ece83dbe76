using System.Globalization;
using System.Text.Json.Nodes;
using System.Threading.RateLimiting;

namespace SarkPS.Service.Auth;

/// <summary>A limit for each caller.</summary>
internal static class RateLimits
{
    public static void AddRateLimits(this IServiceCollection services, ServiceOptions options) => services.AddRateLimiter(limiter =>
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
        limiter.GlobalLimiter = PartitionedRateLimiter.Create<HttpContext, string>(context =>
        {
            var caller = (context.Items[AccessMiddleware.CallerItem] as TokenOptions)?.Name;
            if (options.RequestsPerMinute <= 0 || (caller is null && AccessMiddleware.IsLocal(context)))
            {
                return RateLimitPartition.GetNoLimiter("");
            }

            return RateLimitPartition.GetFixedWindowLimiter(
                caller ?? context.Connection.RemoteIpAddress!.ToString(),
                _ => new FixedWindowRateLimiterOptions { PermitLimit = options.RequestsPerMinute, Window = TimeSpan.FromMinutes(1) });
        });
    });
}
