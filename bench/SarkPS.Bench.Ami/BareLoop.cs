using System.Net.Sockets;
using System.Text;

namespace SarkPS.Bench.Ami;

/// <summary>
/// The least that can be done: a blocking socket that writes a request and reads until the answer's end has been seen. It
/// parses nothing, matches nothing and serves one caller, and so is the floor and no client.
/// </summary>
internal sealed class BareLoop : IDisposable
{
    private static readonly byte[] PingRequest = "Action: Ping\r\nActionID: 1\r\n\r\n"u8.ToArray();
    private static readonly byte[] PeersRequest = "Action: SIPpeers\r\nActionID: 1\r\n\r\n"u8.ToArray();
    private static readonly byte[] OriginateRequest =
        [
            .. "Action: Originate\r\nActionID: bare\r\nChannel: Local/700@internal\r\n"u8,
            .. "Context: internal\r\nExten: 704\r\nPriority: 1\r\nAsync: true\r\n\r\n"u8,
        ];

    private readonly Socket socket;
    private readonly byte[] buffer = new byte[1 << 16];

    public BareLoop(AmiOptions options, string events)
    {
        socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        socket.Connect(options.Host, options.Port);
        socket.Send(
            Encoding.ASCII.GetBytes($"Action: Login\r\nUsername: {options.User}\r\nSecret: {options.Secret}\r\nEvents: {events}\r\n\r\n"));
        ReadUntil("Authentication accepted\r\n\r\n"u8);
    }

    public void Ping(int count)
    {
        for (var i = 0; i < count; i++)
        {
            socket.Send(PingRequest);
            ReadUntil("\r\n\r\n"u8);
        }
    }

    public void PingPipelined(int count, int window)
    {
        var batch = Enumerable.Repeat(PingRequest, window).SelectMany(b => b).ToArray();
        for (var i = 0; i < count; i += window)
        {
            socket.Send(batch);
            var answers = 0;
            var matched = 0;
            while (answers < window)
            {
                answers += CountEnds(buffer.AsSpan(0, Receive()), ref matched);
            }
        }
    }

    public void Peers(int count)
    {
        for (var i = 0; i < count; i++)
        {
            socket.Send(PeersRequest);
            ReadUntil("EventList: Complete"u8);
            ReadUntil("\r\n\r\n"u8, fromTail: true);
        }
    }

    public void Originate(int count)
    {
        for (var i = 0; i < count; i++)
        {
            socket.Send(OriginateRequest);

            // With its id, since every connection hears of everybody's calls.
            ReadUntil("Event: OriginateResponse\r\nPrivilege: call,all\r\nActionID: bare\r\n"u8, fromTail: true);
        }
    }

    public void Dispose() => socket.Dispose();

    private int tail;

    // Reads until the mark has come; what stands behind it in the buffer is kept for the next search.
    private void ReadUntil(ReadOnlySpan<byte> mark, bool fromTail = false)
    {
        if (!fromTail)
        {
            tail = 0;
        }

        while (true)
        {
            var at = buffer.AsSpan(0, tail).IndexOf(mark);
            if (at >= 0)
            {
                var end = at + mark.Length;
                buffer.AsSpan(end, tail - end).CopyTo(buffer);
                tail -= end;
                return;
            }

            if (tail > buffer.Length / 2)
            {
                // Keep what may be the beginning of the mark.
                var keep = mark.Length - 1;
                buffer.AsSpan(tail - keep, keep).CopyTo(buffer);
                tail = keep;
            }

            var count = socket.Receive(buffer.AsSpan(tail));
            if (count == 0)
            {
                throw new IOException("Asterisk closed the connection.");
            }

            tail += count;
        }
    }

    private int Receive()
    {
        var count = socket.Receive(buffer);
        return count > 0 ? count : throw new IOException("Asterisk closed the connection.");
    }

    private static int CountEnds(ReadOnlySpan<byte> bytes, ref int matched)
    {
        var mark = "\r\n\r\n"u8;
        var ends = 0;
        foreach (var b in bytes)
        {
            matched = b == mark[matched] ? matched + 1 : b == mark[0] ? 1 : 0;
            if (matched == mark.Length)
            {
                ends++;
                matched = 0;
            }
        }

        return ends;
    }
}
