using Microsoft.AspNetCore.Cors.Infrastructure;
using SarkPS.Remote;

namespace SarkPS.Service.Auth;

/// <summary>
/// The origins whose pages may use the service. A browser asks for that before it lets a page of another origin do so
/// (https://fetch.spec.whatwg.org/#http-cors-protocol). Pages send their token themselves, so nothing that the browser keeps
/// is let through.
/// </summary>
internal sealed class Origins : ICorsPolicyProvider
{
    private static readonly TimeSpan Remembered = TimeSpan.FromMinutes(10);

    // What clients of ours read beside the body.
    private static readonly string[] Shown = ["X-Request-Id", "Content-Disposition", "Location", "Retry-After", "WWW-Authenticate",
        "ETag", "Link", WireHeaders.TotalCount, WireHeaders.ChangeSet, WireHeaders.ChangeDraft, WireHeaders.IdempotentReplayed,
        WireHeaders.PreferenceApplied, WireHeaders.Notice, WireHeaders.RowsMatched, WireHeaders.RowsSkipped];

    private static readonly string[] Methods = [HttpMethods.Get, HttpMethods.Head, HttpMethods.Post, HttpMethods.Put, HttpMethods.Delete];

    private readonly ServiceSettings settings;

    public Origins(ServiceSettings settings) => this.settings = settings;

    /// <summary>An origin as it is compared; null when the text is none.</summary>
    public static string? Read(string text) =>
        Uri.TryCreate(text, UriKind.Absolute, out var uri)
        && uri.Scheme is "http" or "https"
        && uri is { Host.Length: > 0, UserInfo.Length: 0, Query.Length: 0, Fragment.Length: 0, AbsolutePath: "/" }
        && !uri.Host.Contains('*', StringComparison.Ordinal)
            ? uri.GetLeftPart(UriPartial.Authority).ToLowerInvariant()
            : null;

    /// <summary>The origins of a setting.</summary>
    /// <exception cref="SarkException">One of them is none.</exception>
    public static IReadOnlySet<string> ReadAll(IEnumerable<string> texts) => texts.Select(text => Read(text)
        ?? throw new SarkException(SarkErrorKind.BadRequest, "Configuration", text,
            $"Sark:Service:Origins holds '{SarkText.Printable(text)}' and must hold origins one by one, such as https://pbx.example.com "
                + "or http://127.0.0.1:8080: scheme, host and port without a path. There is none for all."))
                    .ToHashSet(StringComparer.Ordinal);

    /// <inheritdoc/>
    public Task<CorsPolicy?> GetPolicyAsync(HttpContext context, string? policyName)
    {
        var allowed = settings.Current.Origins;
        return Task.FromResult(allowed.Count == 0 ? null : new CorsPolicyBuilder()
            .SetIsOriginAllowed(origin => Read(origin) is { } read && allowed.Contains(read))
            .WithMethods(Methods)
            .AllowAnyHeader()
            .WithExposedHeaders(Shown)
            .SetPreflightMaxAge(Remembered)
            .Build());
    }
}
