using System.Net;

namespace SarkPS.Service.Auth;

/// <summary>
/// Keeps web pages in a browser on this machine, or in its network, from using the exchange: names that the service is not
/// known by (DNS rebinding), requests that another site's page makes, and GETs that change something when a browser makes
/// them of a link, an image or a script. Programs send none of these headers.
/// </summary>
internal sealed class BrowserGuard(RequestDelegate next, ServiceSettings settings)
{
    private const string Any = "*";

    public Task InvokeAsync(HttpContext context)
    {
        var request = context.Request;
        if (!IsKnownHost(context))
        {
            throw Denied($"The service is not known by the name '{SarkText.Printable(request.Host.Host)}'. Call it by an address of its "
                + "own, or add the name to Sark:Service:Hosts.");
        }

        // A question that changes nothing; it is answered without the headers that would let another site go on.
        if (HttpMethods.IsOptions(request.Method))
        {
            return next(context);
        }

        // A page that the settings let in: the browser says whose it is, and no page can make it say another.
        var isLetIn = request.Headers.Origin is [{ } origin] && Origins.Read(origin) is { } read && settings.Current.Origins.Contains(read);
        var site = request.Headers["Sec-Fetch-Site"].ToString();
        if (!isLetIn && site is not ("" or "same-origin" or "none"))
        {
            throw Denied("A page of another site may not use the service.");
        }

        if (!Effect.Changes(context))
        {
            // Another site's page cannot see the answer to a plain read: it has no header that would allow it.
            return next(context);
        }

        if (!isLetIn && (IsForeign(request, request.Headers.Origin) || IsForeign(request, request.Headers.Referer)))
        {
            throw Denied("A page of another site may not use the service.");
        }

        var isReading = HttpMethods.IsGet(request.Method) || HttpMethods.IsHead(request.Method);
        if (isReading && IsOfPage(request))
        {
            throw Denied(
                "This address changes the exchange; a browser may not open it as a page, an image or a script. Send POST instead.");
        }

        return next(context);
    }

    // What a link, an address that was typed in, an image, a script, a style or a frame looks like.
    private static bool IsOfPage(HttpRequest request) =>
        request.Headers["Sec-Fetch-Mode"].ToString() is not ("" or "cors" or "same-origin")
        || request.Headers["Sec-Fetch-Dest"].ToString() is not ("" or "empty")
        || request.Headers.ContainsKey("Sec-Purpose")
        || request.Headers.ContainsKey("Purpose");

    private static bool IsForeign(HttpRequest request, string? origin)
    {
        if (string.IsNullOrEmpty(origin))
        {
            return false;
        }

        // The scheme does not count: a proxy may speak TLS where this service does not.
        return !Uri.TryCreate(origin, UriKind.Absolute, out var uri)
            || uri.Scheme is not ("http" or "https")
            || !uri.Authority.Equals(Authority(request, uri.Scheme), StringComparison.OrdinalIgnoreCase);
    }

    private static string Authority(HttpRequest request, string scheme) =>
        Uri.TryCreate($"{scheme}://{request.Host.Value}", UriKind.Absolute, out var own) ? own.Authority : "";

    private bool IsKnownHost(HttpContext context)
    {
        var host = context.Request.Host.Host.TrimEnd('.');
        // Only HTTP/1.0 leaves it out, and no browser speaks that.
        if (host.Length == 0 || host.Equals("localhost", StringComparison.OrdinalIgnoreCase)
            || host.EndsWith(".localhost", StringComparison.OrdinalIgnoreCase))
        {
            return true;
        }

        var isBeyond = context.Connection.LocalIpAddress is { } local && !Caller.IsLoopback(local);
        if (IPAddress.TryParse(host.Trim('[', ']'), out var address) && (Caller.IsLoopback(address) || isBeyond))
        {
            // An address cannot be made to mean another machine, as a name can.
            return true;
        }

        return (isBeyond && host.Equals(Environment.MachineName, StringComparison.OrdinalIgnoreCase))
            || settings.Current.Hosts.Any(h => IsNamed(h, host))
            || settings.Listening.Any(a => Exposure.Parse(a).Host.Equals(host, StringComparison.OrdinalIgnoreCase));
    }

    private static bool IsNamed(string pattern, string host) =>
        pattern == Any
        || pattern.Equals(host, StringComparison.OrdinalIgnoreCase)
        || (pattern.StartsWith("*.", StringComparison.Ordinal) && host.EndsWith(pattern[1..], StringComparison.OrdinalIgnoreCase));

    private static SarkDeniedException Denied(string message) => new("Service", null, message);
}
