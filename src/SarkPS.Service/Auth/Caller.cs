using System.Collections.Frozen;
using System.Net;

namespace SarkPS.Service.Auth;

/// <summary>Who a caller is, and where he sits.</summary>
internal static class Caller
{
    // What proxies add. A proxy on this machine has its callers elsewhere.
    private static readonly FrozenSet<string> ProxyHeaders = FrozenSet.ToFrozenSet(["Forwarded", "Via", "X-Real-IP", "X-Client-IP",
        "X-Cluster-Client-IP", "X-Original-For", "X-Original-Host", "True-Client-IP", "CF-Connecting-IP"],
            StringComparer.OrdinalIgnoreCase);

    /// <summary>The token that a caller was let in with; null where none was needed, or nobody was let in.</summary>
    public static TokenOptions? Token(HttpContext context) => (context.User.Identity as CallerIdentity)?.Token;

    /// <summary>Who makes a change, for the history.</summary>
    public static ChangeOrigin Origin(HttpContext context) =>
        new(Token(context)?.Name ?? ChangeOrigin.LocalAddress, Source(context), context.TraceIdentifier);

    /// <summary>Who does something that is no change of rows, and why, for the history.</summary>
    public static ChangeNote Note(HttpContext context) => new(Origin(context), ClientWish.Reason(context.Request));

    /// <summary>Whether an address is one of this machine only.</summary>
    public static bool IsLoopback(IPAddress address) => IPAddress.IsLoopback(address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address);

    /// <summary>Whether the caller sits on this machine, as far as can be told: not when anything was passed on.</summary>
    public static bool IsLocal(HttpContext context, ServiceSettings settings)
    {
        if (context.User.Identity is CallerIdentity { IsLocal: true })
        {
            return true;
        }

        if (context.Connection.RemoteIpAddress is { } remote
            && (!IsLoopback(remote) || settings.IsProxy(remote)))
        {
            return false;
        }

        foreach (var (name, _) in context.Request.Headers)
        {
            if (name.StartsWith("X-Forwarded", StringComparison.OrdinalIgnoreCase) || ProxyHeaders.Contains(name))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>Who is counted and logged: an address, or the network of one where a site has as many as it likes.</summary>
    public static string Source(HttpContext context)
    {
        if (context.Connection.RemoteIpAddress is not { } address)
        {
            return "this machine";
        }

        if (address.IsIPv4MappedToIPv6 || address.AddressFamily == System.Net.Sockets.AddressFamily.InterNetwork)
        {
            return (address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address).ToString();
        }

        var bytes = address.GetAddressBytes();
        Array.Clear(bytes, 8, 8);
        return IsLoopback(address) ? address.ToString() : new IPAddress(bytes) + "/64";
    }
}
