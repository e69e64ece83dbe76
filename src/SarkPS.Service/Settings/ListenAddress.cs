using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Connections;
using SarkPS.Service.Auth;

namespace SarkPS.Service.Settings;

/// <summary>
/// An address to listen on, as the server reads it, judged before the server sees it: it would tell by a stack trace, at
/// times after it has closed what it had.
/// </summary>
/// <param name="Setting">Where it was set.</param>
/// <param name="Text">The address.</param>
/// <param name="Sockets">What would be bound, all of it where the machine can: of localhost and of all addresses one may be
/// missing.</param>
internal sealed record ListenAddress(string Setting, string Text, IReadOnlyList<EndPoint> Sockets)
{
    /// <summary>Whether it is one of TLS.</summary>
    public bool IsTls => Text.StartsWith("https:", StringComparison.OrdinalIgnoreCase);

    /// <summary>The group of settings that it stands in; null where it came by <c>--urls</c> or a port variable.</summary>
    public string? Endpoint => Setting == AddressJudge.UrlsSetting ? null : Setting[..Setting.LastIndexOf(':')];

    private bool NeedsAll => Sockets.Count == 1;

    /// <summary>Reads one.</summary>
    /// <exception cref="SarkException">It cannot be meant.</exception>
    public static ListenAddress Parse(string setting, string text)
    {
        var binding = Exposure.Parse(text);
        if (!binding.Scheme.Equals(Uri.UriSchemeHttp, StringComparison.OrdinalIgnoreCase)
            && !binding.Scheme.Equals(Uri.UriSchemeHttps, StringComparison.OrdinalIgnoreCase))
        {
            throw Wrong(setting, text, "it must begin with http:// or https://");
        }

        if (binding.PathBase.Trim('/').Length > 0)
        {
            throw Wrong(setting, text, "an address to listen on has no path, so leave out what stands behind the port");
        }

        if (binding.IsNamedPipe)
        {
            return OperatingSystem.IsWindows()
                ? new(setting, text, [])
                : throw Wrong(setting, text, "named pipes are of Windows; here it may be http://unix:/run/sarkps.sock");
        }

        if (binding.IsUnixPipe)
        {
            return Unix(setting, text, binding.UnixPipePath);
        }

        var isIp = IPAddress.TryParse(binding.Host, out var ip);
        if (!isIp && binding.Host.Contains(':', StringComparison.Ordinal))
        {
            throw Wrong(setting, text, "its port must be a number from 0 to 65535");
        }

        if (binding.Port is < IPEndPoint.MinPort or > IPEndPoint.MaxPort)
        {
            throw Wrong(setting, text, $"its port is {binding.Port} and must be from 0 to 65535");
        }

        if (!binding.Host.Equals("localhost", StringComparison.OrdinalIgnoreCase))
        {
            return new(setting, text, isIp
                ? [new IPEndPoint(ip!, binding.Port)]
                : [new IPEndPoint(IPAddress.IPv6Any, binding.Port), new IPEndPoint(IPAddress.Any, binding.Port)]);
        }

        return binding.Port > 0
            ? new(setting, text, [new IPEndPoint(IPAddress.Loopback, binding.Port), new IPEndPoint(IPAddress.IPv6Loopback, binding.Port)])
            : throw Wrong(setting, text, "localhost stands for two addresses and so needs a port; 127.0.0.1:0 takes a free one");
    }

    /// <summary>Whether both want the same socket.</summary>
    public bool Overlaps(ListenAddress other) => Sockets.Any(own => other.Sockets.Any(o => Overlap(own, o)));

    /// <summary>Whether the server listens on it.</summary>
    public bool IsAmong(IReadOnlyCollection<EndPoint> bound) => Sockets.Count == 0 || Sockets.Any(s => IsIn(s, bound));

    /// <summary>Tries to bind it, and lets it go again.</summary>
    /// <param name="own">What the server holds itself, and lets go before it binds anything else.</param>
    /// <exception cref="SarkException">It cannot be bound.</exception>
    public void Probe(IReadOnlyCollection<EndPoint> own)
    {
        if (IsAmong(own))
        {
            return;
        }

        SocketException? failure = null;
        var bound = 0;
        foreach (var socket in Sockets)
        {
            try
            {
                Bind(socket, own.Any(o => Overlap(o, socket)));
                bound++;
            }
            catch (SocketException error)
            {
                failure ??= error;
                if (NeedsAll || error.SocketErrorCode == SocketError.AddressAlreadyInUse)
                {
                    throw CannotListen(error);
                }
            }

            if (bound > 0 && socket is IPEndPoint { Address: var any } && any.Equals(IPAddress.IPv6Any))
            {
                // Both kinds at once.
                break;
            }
        }

        if (bound == 0 && failure is not null)
        {
            throw CannotListen(failure);
        }
    }

    /// <summary>That it is wrong, and why.</summary>
    public static SarkException Wrong(string setting, string address, string why, Exception? error = null) =>
        new(
            SarkErrorKind.BadRequest,
            "Configuration",
            setting,
            $"The address {SarkText.Printable(address)} in {setting} cannot be listened on: {why}.",
            error);

    private SarkException CannotListen(SocketException error) => Wrong(Setting, Text, error.SocketErrorCode switch
    {
        SocketError.AddressAlreadyInUse => "another program, or an earlier start of this one, listens there (Address already in use)",
        SocketError.AddressNotAvailable => "this machine has no such address",
        SocketError.AccessDenied => "the account of the service may not (Permission denied); ports below 1024 are the machine's",
        _ => error.Message,
    }, error);

    private static ListenAddress Unix(string setting, string text, string path)
    {
        var folder = Path.GetDirectoryName(path);
        if (!Path.IsPathFullyQualified(path) || !Directory.Exists(folder))
        {
            throw Wrong(setting, text, $"there is no folder '{SarkText.Printable(folder ?? path)}'");
        }

        try
        {
            return new(setting, text, [new UnixDomainSocketEndPoint(path)]);
        }
        catch (ArgumentException error)
        {
            throw Wrong(setting, text, "the path of a socket may not have more than some 100 characters", error);
        }
    }

    private static bool IsIn(EndPoint socket, IReadOnlyCollection<EndPoint> bound) => bound.Any(b => b.ToString() == socket.ToString());

    private static bool Overlap(EndPoint one, EndPoint other)
    {
        if (one is not IPEndPoint a || other is not IPEndPoint b)
        {
            return one.GetType() == other.GetType() && one.ToString() == other.ToString();
        }

        return a.Port == b.Port && a.Port != 0
            && (a.Address.Equals(b.Address) || IsAnyFor(a.Address, b.Address) || IsAnyFor(b.Address, a.Address));
    }

    // The one of IPv6 takes both kinds.
    private static bool IsAnyFor(IPAddress any, IPAddress other) =>
        any.Equals(IPAddress.IPv6Any) || (any.Equals(IPAddress.Any) && other.AddressFamily == AddressFamily.InterNetwork);

    // A port that the server itself holds is only asked whether the machine has the address.
    private static void Bind(EndPoint endpoint, bool isPortOwn)
    {
        using var probe = new Socket(
            endpoint.AddressFamily,
            SocketType.Stream,
            endpoint is IPEndPoint ? ProtocolType.Tcp : ProtocolType.Unspecified);
        if (endpoint is not IPEndPoint ip)
        {
            probe.Bind(endpoint);
            probe.Dispose();
            File.Delete(endpoint.ToString()!);
            return;
        }

        if (ip.Address.Equals(IPAddress.IPv6Any))
        {
            probe.DualMode = true;
        }

        probe.Bind(isPortOwn ? new IPEndPoint(ip.Address, 0) : ip);
    }
}
