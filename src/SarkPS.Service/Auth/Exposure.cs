using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Http.Features;

namespace SarkPS.Service.Auth;

/// <summary>
/// Closed by default: beyond this machine the service is served over TLS and to callers with a token only, unless the
/// configuration says otherwise in so many words. Judged are the addresses before they are bound, every socket when it is
/// bound, and every connection when it is used, since the configuration may change meanwhile.
/// </summary>
internal sealed class Exposure
{
    private readonly ConcurrentDictionary<int, bool> allowedPorts = [];
    private readonly ConcurrentDictionary<EndPoint, int> bound = new(EqualityComparer<EndPoint>.Create(
        static (one, other) => one?.ToString() == other?.ToString(),
        static e => e.ToString()!.GetHashCode(StringComparison.Ordinal)));
    private volatile bool isOpen;

    /// <summary>What the server listens on at this moment.</summary>
    public IReadOnlyCollection<EndPoint> Bound => [.. bound.Keys];

    /// <summary>Refuses addresses that would open the exchange to the network.</summary>
    /// <exception cref="SarkException">One of them would, or is no address.</exception>
    public static void Check(IEnumerable<string> addresses, bool hasTokens, ServiceOptions options)
    {
        foreach (var address in addresses)
        {
            var binding = Parse(address);
            if (IsLoopback(binding) || options.Mode == AccessMode.Open)
            {
                continue;
            }

            if (binding.Scheme != Uri.UriSchemeHttps || !hasTokens)
            {
                throw new SarkException(
                    SarkErrorKind.Denied,
                    "Service",
                    address,
                    $"The address {address} can be reached from other machines, so it needs "
                        + $"{(binding.Scheme != Uri.UriSchemeHttps ? "https" : "tokens in Sark:Service:Tokens")}. "
                    + "Make a token with 'SarkPS.Service token NAME', or set Sark:Service:Access=Open on a network that nobody else is "
                    + "on.");
            }
        }
    }

    /// <summary>Notes the addresses that passed <see cref="Check"/> and may be bound.</summary>
    public void Allow(IEnumerable<string> addresses, ServiceOptions options)
    {
        isOpen = options.Mode == AccessMode.Open;
        foreach (var binding in addresses.Select(Parse).Where(b => !IsLoopback(b)))
        {
            allowedPorts[binding.Port] = true;
        }
    }

    /// <summary>Notes a socket that is listened on.</summary>
    public void Opened(EndPoint endpoint) => bound.AddOrUpdate(endpoint, 1, static (_, count) => count + 1);

    /// <summary>Notes that it no longer is.</summary>
    public void Closed(EndPoint endpoint)
    {
        if (bound.AddOrUpdate(endpoint, 0, static (_, count) => count - 1) <= 0)
        {
            bound.TryRemove(new KeyValuePair<EndPoint, int>(endpoint, 0));
        }
    }

    /// <summary>The last word, whoever asked for the socket.</summary>
    /// <exception cref="SarkException">Nobody judged it.</exception>
    public void CheckSocket(EndPoint endpoint)
    {
        var isFine = isOpen || endpoint switch
        {
            IPEndPoint ip => Caller.IsLoopback(ip.Address) || allowedPorts.ContainsKey(ip.Port),
            // Pipes and sockets of the file system have their own permissions.
            UnixDomainSocketEndPoint or NamedPipeEndPoint => true,
            _ => false,
        };
        if (!isFine)
        {
            throw new SarkException(
                SarkErrorKind.Denied,
                "Service",
                endpoint.ToString(),
                $"The address {endpoint} is not bound: other machines could reach it without TLS or tokens.");
        }
    }

    /// <summary>Whether a request that came over this connection may be served at all.</summary>
    public static bool IsCovered(HttpContext context, ServiceOptions options) =>
        options.Mode == AccessMode.Open
        || context.Connection.LocalIpAddress is not { } local
        || Caller.IsLoopback(local)
        || context.Features.Get<ITlsConnectionFeature>() is not null;

    /// <summary>Whether an address is one of this machine only, as Kestrel reads it: any name but localhost means all addresses.</summary>
    public static bool IsLoopback(BindingAddress binding) =>
        binding.IsUnixPipe
        || binding.IsNamedPipe
        || binding.Host.Equals("localhost", StringComparison.OrdinalIgnoreCase)
        || (IPAddress.TryParse(binding.Host.Trim('[', ']'), out var ip) && Caller.IsLoopback(ip));

    /// <summary>An address as Kestrel reads it.</summary>
    /// <exception cref="SarkException">It is none.</exception>
    public static BindingAddress Parse(string address)
    {
        try
        {
            return BindingAddress.Parse(address);
        }
        catch (FormatException error)
        {
            throw new SarkException(
                SarkErrorKind.BadRequest,
                "Configuration",
                address,
                $"'{address}' is no address to listen on; write it as https://0.0.0.0:44300 or http://127.0.0.1:44300.",
                error);
        }
    }
}

/// <summary>Stands before the server's own sockets, so that none is bound unjudged.</summary>
/// <param name="sockets">The server's own.</param>
/// <param name="exposure">The judge.</param>
internal sealed class JudgedListenerFactory(IConnectionListenerFactory sockets, Exposure exposure) :
    IConnectionListenerFactory,
    IConnectionListenerFactorySelector
{
    public async ValueTask<IConnectionListener> BindAsync(EndPoint endpoint, CancellationToken cancellationToken = default)
    {
        exposure.CheckSocket(endpoint);
        var listener = await sockets.BindAsync(endpoint, cancellationToken).ConfigureAwait(false);
        exposure.Opened(endpoint);
        return new Noted(listener, endpoint, exposure);
    }

    public bool CanBind(EndPoint endpoint) => (sockets as IConnectionListenerFactorySelector)?.CanBind(endpoint) ?? true;

    private sealed class Noted(IConnectionListener listener, EndPoint asked, Exposure exposure) : IConnectionListener
    {
        private int isClosed;

        public EndPoint EndPoint => listener.EndPoint;

        public ValueTask<ConnectionContext?> AcceptAsync(CancellationToken cancellationToken = default) =>
            listener.AcceptAsync(cancellationToken);

        public async ValueTask UnbindAsync(CancellationToken cancellationToken = default)
        {
            await listener.UnbindAsync(cancellationToken).ConfigureAwait(false);
            Close();
        }

        public async ValueTask DisposeAsync()
        {
            await listener.DisposeAsync().ConfigureAwait(false);
            Close();
        }

        private void Close()
        {
            if (Interlocked.Exchange(ref isClosed, 1) == 0)
            {
                exposure.Closed(asked);
            }
        }
    }
}
