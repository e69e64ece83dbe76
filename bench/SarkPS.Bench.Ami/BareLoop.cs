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
        "Action: Originate\r\nActionID: bare\r\nChannel: Local/700@internal\r\nContext: internal\r\nExten: 704\r\nPriority: 1\r\nAsync: true\r\n\r\n"u8.ToArray();

    private readonly Socket _socket;
    private readonly byte[] _buffer = new byte[1 << 16];

    public BareLoop(AmiOptions options, string events)
    {
        _socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        _socket.Connect(options.Host, options.Port);
        _socket.Send(Encoding.ASCII.GetBytes($"Action: Login\r\nUsername: {options.User}\r\nSecret: {options.Secret}\r\nEvents: {events}\r\n\r\n"));
        ReadUntil("Authentication accepted\r\n\r\n"u8);
    }

    public void Ping(int count)
    {
        for (var i = 0; i < count; i++)
        {
            _socket.Send(PingRequest);
            ReadUntil("\r\n\r\n"u8);
        }
    }

    public void PingPipelined(int count, int window)
    {
        var batch = Enumerable.Repeat(PingRequest, window).SelectMany(b => b).ToArray();
        for (var i = 0; i < count; i += window)
        {
            _socket.Send(batch);
            var answers = 0;
            var matched = 0;
            while (answers < window)
            {
                answers += CountEnds(_buffer.AsSpan(0, Receive()), ref matched);
            }
        }
    }

    public void Peers(int count)
    {
        for (var i = 0; i < count; i++)
        {
            _socket.Send(PeersRequest);
            ReadUntil("EventList: Complete"u8);
            ReadUntil("\r\n\r\n"u8, fromTail: true);
        }
    }

    public void Originate(int count)
    {
        for (var i = 0; i < count; i++)
        {
            _socket.Send(OriginateRequest);

            // With its id, since every connection hears of everybody's calls.
            ReadUntil("Event: OriginateResponse\r\nPrivilege: call,all\r\nActionID: bare\r\n"u8, fromTail: true);
        }
    }

    public void Dispose() => _socket.Dispose();

    private int _tail;

    // Reads until the mark has come; what stands behind it in the buffer is kept for the next search.
    private void ReadUntil(ReadOnlySpan<byte> mark, bool fromTail = false)
    {
        if (!fromTail)
        {
            _tail = 0;
        }

        while (true)
        {
            var at = _buffer.AsSpan(0, _tail).IndexOf(mark);
            if (at >= 0)
            {
                var end = at + mark.Length;
                _buffer.AsSpan(end, _tail - end).CopyTo(_buffer);
                _tail -= end;
                return;
            }

            if (_tail > _buffer.Length / 2)
            {
                // Keep what may be the beginning of the mark.
                var keep = mark.Length - 1;
                _buffer.AsSpan(_tail - keep, keep).CopyTo(_buffer);
                _tail = keep;
            }

            var count = _socket.Receive(_buffer.AsSpan(_tail));
            if (count == 0)
            {
                throw new IOException("Asterisk closed the connection.");
            }

            _tail += count;
        }
    }

    private int Receive()
    {
        var count = _socket.Receive(_buffer);
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
