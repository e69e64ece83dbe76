using System.Net;

namespace SarkPS.Service.Auth;

/// <summary>
/// Closed by default: beyond this machine the service is served over TLS and to callers with a token only, unless the
/// configuration says otherwise in so many words.
/// </summary>
internal static class Exposure
{
    /// <summary>Refuses addresses that would open the exchange to the network.</summary>
    /// <exception cref="SarkException">One of them would.</exception>
    public static void Check(IEnumerable<string> addresses, bool hasTokens, ServiceOptions options)
    {
        if (options.AllowOpen)
        {
            return;
        }

        foreach (var address in addresses)
        {
            var binding = BindingAddress.Parse(address);
            if (binding.IsUnixPipe || binding.Host == "localhost" || (IPAddress.TryParse(binding.Host.Trim('[', ']'), out var ip) && IPAddress.IsLoopback(ip)))
            {
                continue;
            }

            if (binding.Scheme != Uri.UriSchemeHttps || !hasTokens)
            {
                throw new SarkException(
                    SarkErrorKind.Denied,
                    "Service",
                    address,
                    $"The address {address} can be reached from other machines, so it needs {(binding.Scheme != Uri.UriSchemeHttps ? "https" : "tokens in Sark:Service:Tokens")}. "
                    + "Make a token with 'SarkPS.Service token NAME', or set Sark:Service:AllowOpen=true on a network that nobody else is on.");
            }
        }
    }
}
