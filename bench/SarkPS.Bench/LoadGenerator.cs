using System.Buffers.Text;
using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace SarkPS.Bench;

/// <summary>
/// Sends requests over a few connections that stay open, the next one when the answer to the last is there, and reads
/// of an answer what it must to find its end. HttpClient would cost more than what is measured.
/// </summary>
internal sealed class LoadGenerator : IDisposable
{
    /// <summary>Enough to keep the cores busy, few enough to be a PBX's clients.</summary>
    public const int Connections = 8;

    private readonly Socket[] sockets;
    private readonly byte[][] buffers;
    private readonly int expected;

    /// <summary>Connects.</summary>
    /// <param name="address">The server, as Kestrel names it.</param>
    /// <param name="expected">The status that every answer must have.</param>
    public LoadGenerator(string address, int expected)
    {
        this.expected = expected;
        sockets = new Socket[Connections];
        buffers = new byte[Connections][];
        var uri = new Uri(address);
        for (var i = 0; i < Connections; i++)
        {
            buffers[i] = new byte[256 * 1024];
            sockets[i] = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
            sockets[i].Connect(IPAddress.Parse(uri.Host), uri.Port);
        }
    }

    /// <summary>A request as it goes over the wire.</summary>
    public static byte[] Request(string method, string path, string? body = null) => Encoding.UTF8.GetBytes(body is null
        ? $"{method} {path} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"
        : $"{method} {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\nContent-Length: "
            + $"{Encoding.UTF8.GetByteCount(body)}\r\n\r\n{body}");

    /// <summary>Sends for a while.</summary>
    /// <param name="duration">How long.</param>
    /// <param name="next">The next request; asked from several threads.</param>
    /// <returns>Answers in a second.</returns>
    public async Task<double> RunAsync(TimeSpan duration, Func<byte[]> next)
    {
        var start = Stopwatch.GetTimestamp();
        var counts = await Task.WhenAll(
            Enumerable.Range(0, Connections).Select(i => Task.Run(() => SendAsync(sockets[i], buffers[i], start, duration, next))));
        return counts.Sum() / Stopwatch.GetElapsedTime(start).TotalSeconds;
    }

    public void Dispose()
    {
        foreach (var socket in sockets)
        {
            socket.Dispose();
        }
    }

    private async Task<int> SendAsync(Socket socket, byte[] buffer, long start, TimeSpan duration, Func<byte[]> next)
    {
        var count = 0;
        while (Stopwatch.GetElapsedTime(start) < duration)
        {
            var request = next();
            await socket.SendAsync(request, SocketFlags.None);
            await ReceiveAsync(socket, buffer, request);
            count++;
        }

        return count;
    }

    private async Task ReceiveAsync(Socket socket, byte[] buffer, byte[] request)
    {
        var have = 0;
        int head;
        do
        {
            have += await ReadAsync(socket, buffer.AsMemory(have));
            head = buffer.AsSpan(0, have).IndexOf("\r\n\r\n"u8);
        }
        while (head < 0);
        head += 4;
        if (!Utf8Parser.TryParse(buffer.AsSpan(9, 3), out int status, out _) || status != expected)
        {
            throw new InvalidOperationException($"Expected {expected}, got: "
                + $"{Encoding.UTF8.GetString(buffer, 0, Math.Min(have, 500))}\nto: {Encoding.UTF8.GetString(request)}");
        }

        var length = Length(buffer.AsSpan(0, head));
        if (length >= 0)
        {
            for (var left = head + length - have; left > 0;)
            {
                left -= await ReadAsync(socket, buffer.AsMemory(0, Math.Min(left, buffer.Length)));
            }

            return;
        }

        // In chunks. The last one is empty; JSON never holds its bytes, and nothing follows it.
        while (!buffer.AsSpan(0, have).EndsWith("\r\n0\r\n\r\n"u8))
        {
            var keep = Math.Min(have, 6);
            buffer.AsSpan(have - keep, keep).CopyTo(buffer);
            have = keep + await ReadAsync(socket, buffer.AsMemory(keep));
        }
    }

    private static async ValueTask<int> ReadAsync(Socket socket, Memory<byte> into)
    {
        var read = await socket.ReceiveAsync(into, SocketFlags.None);
        return read > 0 ? read : throw new InvalidOperationException("The server closed the connection.");
    }

    private static int Length(ReadOnlySpan<byte> head)
    {
        var at = head.IndexOf("\r\nContent-Length: "u8);
        return at >= 0 && Utf8Parser.TryParse(head[(at + 18)..], out int length, out _) ? length : -1;
    }
}
