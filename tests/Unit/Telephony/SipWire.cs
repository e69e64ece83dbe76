using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Net.WebSockets;

namespace SarkPS.Tests.Telephony;

/// <summary>What carries SIP between a telephone and the exchange.</summary>
internal interface ISipWire : IDisposable
{
    /// <summary>As in <c>Via</c>: UDP or WSS.</summary>
    string Transport { get; }

    /// <summary>Where the telephone is reached, host and port.</summary>
    string Address { get; }

    /// <summary>The parameter of a contact that says how; empty for UDP.</summary>
    string ContactParameter { get; }

    Task SendAsync(byte[] message, CancellationToken token);

    Task<byte[]> ReceiveAsync(CancellationToken token);
}

/// <summary>A desk telephone's: one message a datagram.</summary>
internal sealed class UdpWire : ISipWire
{
    private readonly UdpClient socket = new(new IPEndPoint(IPAddress.Loopback, 0));

    public UdpWire(int port) => socket.Connect(IPAddress.Loopback, port);

    public string Transport => "UDP";

    public string Address => socket.Client.LocalEndPoint!.ToString()!;

    public string ContactParameter => "";

    public async Task SendAsync(byte[] message, CancellationToken token) => await socket.SendAsync(message, token);

    public async Task<byte[]> ReceiveAsync(CancellationToken token) => (await socket.ReceiveAsync(token)).Buffer;

    public void Dispose() => socket.Dispose();
}

/// <summary>A browser's: one message a WebSocket message, over TLS. (RFC 7118)</summary>
internal sealed class WebSocketWire : ISipWire
{
    private readonly ClientWebSocket socket = new();

    // A browser does not know its own address, and names one that cannot be.
    private readonly string host = $"{Guid.NewGuid():N}.invalid";

    private WebSocketWire()
    {
        socket.Options.AddSubProtocol("sip");
        socket.Options.RemoteCertificateValidationCallback = (_, _, _, errors) => (errors
            & SslPolicyErrors.RemoteCertificateNotAvailable) == 0;
    }

    public string Transport => "WSS";

    public string Address => host;

    public string ContactParameter => ";transport=ws";

    public static async Task<WebSocketWire> ConnectAsync(int port, CancellationToken token)
    {
        var wire = new WebSocketWire();
        await wire.socket.ConnectAsync(new Uri($"wss://127.0.0.1:{port}/ws"), token);
        return wire;
    }

    public async Task SendAsync(byte[] message, CancellationToken token) =>
        await socket.SendAsync(message, WebSocketMessageType.Text, endOfMessage: true, token);

    public async Task<byte[]> ReceiveAsync(CancellationToken token)
    {
        var buffer = new byte[65536];
        var length = 0;
        while (true)
        {
            var part = await socket.ReceiveAsync(buffer.AsMemory(length), token);
            length += part.Count;
            if (part.EndOfMessage)
            {
                return buffer[..length];
            }
        }
    }

    public void Dispose() => socket.Dispose();
}
