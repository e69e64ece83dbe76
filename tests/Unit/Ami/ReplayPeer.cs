using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using System.Threading.Channels;
using SarkPS.Ami;

namespace SarkPS.Tests.Ami;

/// <summary>How the peer's bytes arrive.</summary>
public enum Pace
{
    /// <summary>An answer in one piece.</summary>
    Whole,

    /// <summary>Each byte by itself, so that every place where a read can end is tried.</summary>
    Bytes,
}

/// <summary>
/// Asterisk's side of a conversation. It checks every action that it gets against a recorded one and answers as
/// recorded, with the caller's ActionID in place of the recorded one. Login is its own affair.
/// </summary>
public sealed class ReplayPeer
{
    public const string Banner = "Asterisk Call Manager/5.0.4\r\n";
    public const string Secret = "loopback-only";
    private const string ChallengeText = "20240117";

    private readonly Queue<(string[] Request, string Answer)> expected;
    private readonly Pace pace;
    private int left;

    private ReplayPeer(IEnumerable<(string[] Request, string Answer)> expected, Pace pace, int cutAfter)
    {
        this.expected = new(expected);
        this.pace = pace;
        left = cutAfter;
    }

    /// <summary>What was received and not expected; empty after a good test.</summary>
    public List<string> Surprises { get; } = [];

    public static AmiOptions Options(TimeSpan? timeout = null) =>
        new() { Secret = Secret, Timeout = timeout ?? TimeSpan.FromSeconds(10), KeepAlive = TimeSpan.Zero };

    /// <summary>Reads a recorded conversation of the folder Conversations.</summary>
    public static IReadOnlyList<(string[] Request, string Answer)> Load(string name)
    {
        var exchanges = new List<(string[], string)>();
        List<string> request = [];
        var answer = new StringBuilder();
        var path = Path.Combine(AppContext.BaseDirectory, "Ami", "Conversations", name + ".txt");
        foreach (var line in File.ReadAllText(path, Encoding.Latin1).TrimEnd('\n').Split('\n'))
        {
            if (line.StartsWith("C>", StringComparison.Ordinal))
            {
                if (answer.Length > 0)
                {
                    exchanges.Add(([.. request], answer.ToString()));
                    request = [];
                    answer.Clear();
                }

                if (line.Length > 3)
                {
                    request.Add(line[3..]);
                }
            }
            else
            {
                answer.Append(line[3..].Replace("<LF>", "\n", StringComparison.Ordinal)).Append("\r\n");
            }
        }

        exchanges.Add(([.. request], answer.ToString()));
        return exchanges;
    }

    /// <summary>Starts a peer on an in-memory stream and logs a connection in.</summary>
    public static async Task<(AmiConnection Connection, ReplayPeer Peer)> ConnectAsync(
        IEnumerable<(string[] Request, string Answer)> expected, Pace pace = Pace.Whole, int cutAfter = int
            .MaxValue, AmiEventHub? events = null, TimeSpan? timeout = null)
    {
        var (client, server) = DuplexStream.Create();
        var peer = new ReplayPeer(expected, pace, cutAfter);
        _ = peer.ServeAsync(server);
        return (await AmiConnection.OpenAsync(client, Options(timeout), events), peer);
    }

    /// <summary>An exchange written in the test itself; lines are separated by LF there and by CR LF here.</summary>
    public static (string[] Request, string Answer) Exchange(string request, string answer) =>
        (request.Split('\n', StringSplitOptions.RemoveEmptyEntries), answer.Replace("\n", "\r\n", StringComparison.Ordinal));

    private async Task ServeAsync(Stream stream)
    {
        await SendAsync(stream, Banner, count: false);
        var received = new StringBuilder();
        var buffer = new byte[4096];
        int count;
        while ((count = await stream.ReadAsync(buffer)) > 0)
        {
            received.Append(Encoding.Latin1.GetString(buffer, 0, count));
            int end;
            while ((end = received.ToString().IndexOf("\r\n\r\n", StringComparison.Ordinal)) >= 0)
            {
                var lines = received.ToString(0, end).Split("\r\n");
                received.Remove(0, end + 4);
                await AnswerAsync(stream, lines);
            }
        }
    }

    private async Task AnswerAsync(Stream stream, string[] lines)
    {
        var id = lines.Single(l => l.StartsWith("ActionID: ", StringComparison.Ordinal))[10..];
        if (lines[0] == "Action: Challenge")
        {
            await SendAsync(stream, $"Response: Success\r\nActionID: {id}\r\nChallenge: {ChallengeText}\r\n\r\n", count: false);
            return;
        }

        if (lines[0] == "Action: Login")
        {
#pragma warning disable CA5351 // It is what Asterisk does.
            var key = Convert.ToHexString(MD5.HashData(Encoding.ASCII.GetBytes(ChallengeText + Secret)));
#pragma warning restore CA5351
            var good = lines.Any(l => l.Equals("Key: " + key, StringComparison.OrdinalIgnoreCase)) || lines.Contains("Secret: " + Secret);
            await SendAsync(stream,
                $"Response: {(good ? "Success" : "Error")}\r\nActionID: {id}\r\nMessage: Authentication "
                    + $"{(good ? "accepted" : "failed")}\r\n\r\n", count: false);
            return;
        }

        var sent = lines.Where(l => !l.StartsWith("ActionID: ", StringComparison.Ordinal)).ToArray();
        if (!expected.TryDequeue(out var next)
            || !sent.SequenceEqual(next.Request.Where(l => !l.StartsWith("ActionID: ", StringComparison.Ordinal))))
        {
            Surprises.Add(string.Join(" | ", sent));
            stream.Close();
            return;
        }

        await SendAsync(stream, next.Answer.Replace("ActionID: 1\r\n", $"ActionID: {id}\r\n", StringComparison.Ordinal), count: true);
    }

    private async Task SendAsync(Stream stream, string text, bool count)
    {
        var bytes = Encoding.Latin1.GetBytes(text);
        if (count)
        {
            bytes = bytes[..Math.Min(bytes.Length, left)];
            left -= bytes.Length;
        }

        if (pace == Pace.Whole)
        {
            await stream.WriteAsync(bytes);
        }
        else
        {
            foreach (var b in bytes)
            {
                await stream.WriteAsync(new[] { b });
            }
        }

        if (count && left <= 0)
        {
            stream.Close();
        }
    }
}

/// <summary>Two ends of a stream in memory; a read returns exactly what one write wrote.</summary>
public sealed class DuplexStream : Stream
{
    private readonly ChannelReader<byte[]> reader;
    private readonly ChannelWriter<byte[]> writer;
    private ReadOnlyMemory<byte> rest;

    private DuplexStream(Channel<byte[]> from, Channel<byte[]> to)
    {
        reader = from.Reader;
        writer = to.Writer;
    }

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => throw new NotSupportedException();

    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

    public static (DuplexStream, DuplexStream) Create()
    {
        var (a, b) = (Channel.CreateUnbounded<byte[]>(), Channel.CreateUnbounded<byte[]>());
        return (new(a, b), new(b, a));
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (rest.IsEmpty)
        {
            if (!await reader.WaitToReadAsync(cancellationToken) || !reader.TryRead(out var next))
            {
                return 0;
            }

            rest = next;
        }

        var count = Math.Min(buffer.Length, rest.Length);
        rest[..count].CopyTo(buffer);
        rest = rest[count..];
        return count;
    }

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (!writer.TryWrite(buffer.ToArray()))
        {
            throw new IOException("The other end is closed.");
        }

        return ValueTask.CompletedTask;
    }

    public override void Flush()
    {
    }

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        writer.TryComplete();
        base.Dispose(disposing);
    }
}

/// <summary>A listener on loopback that does what a test says with each connection.</summary>
public sealed class LoopbackServer : IDisposable
{
    private readonly TcpListener listener = new(IPAddress.Loopback, 0);

    public LoopbackServer(Func<NetworkStream, int, Task> serve)
    {
        listener.Start();
        _ = AcceptAsync(serve);
    }

    public int Port => ((IPEndPoint)listener.LocalEndpoint).Port;

    public AmiOptions Options(TimeSpan? timeout = null)
    {
        var options = ReplayPeer.Options(timeout);
        options.Port = Port;
        return options;
    }

    public void Dispose() => listener.Dispose();

    /// <summary>Reads one action and returns its lines; empty at the end of the stream.</summary>
    public static async Task<string[]> ReadActionAsync(Stream stream)
    {
        var text = new StringBuilder();
        var one = new byte[1];
        while (await stream.ReadAsync(one) > 0)
        {
            text.Append((char)one[0]);
            if (text.Length >= 4 && text.ToString(text.Length - 4, 4) == "\r\n\r\n")
            {
                return text.ToString().Split("\r\n", StringSplitOptions.RemoveEmptyEntries);
            }
        }

        return [];
    }

    public static Task SendAsync(Stream stream, string text) =>
        stream.WriteAsync(Encoding.Latin1.GetBytes(text.ReplaceLineEndings("\r\n"))).AsTask();

    /// <summary>Serves as an Asterisk that has nothing but its database.</summary>
    /// <param name="stream">The connection.</param>
    /// <param name="database">The database.</param>
    /// <param name="isUp">Whether it runs; where it does not, it hangs up.</param>
    public static async Task ServeDatabaseAsync(
        Stream stream,
        System.Collections.Concurrent.ConcurrentDictionary<string, string> database,
        Func<bool> isUp)
    {
        if (!isUp())
        {
            return;
        }

        await LoginAsync(stream);
        while (await ReadActionAsync(stream) is { Length: > 0 } action && isUp())
        {
            var id = Field(action, "ActionID");
            var name = Field(action, "Action");
            var key = name.StartsWith("DB", StringComparison.Ordinal) ? $"{Field(action, "Family")}/{Field(action, "Key")}" : "";
            await SendAsync(stream, name switch
            {
                "DBGet" when database.TryGetValue(key, out var value) =>
                    $"Response: Success\nActionID: {id}\nEventList: start\nMessage: Result will follow\n\n"
                    + $"Event: DBGetResponse\nFamily: {Field(action, "Family")}\nKey: {Field(action, "Key")}\nVal: {value}\nActionID: "
                    + $"{id}\n\n"
                    + $"Event: DBGetComplete\nActionID: {id}\nEventList: Complete\nListItems: 1\n\n",
                "DBGet" => $"Response: Error\nActionID: {id}\nMessage: Database entry not found\n\n",
                "DBPut" => Answer(database[key] = Field(action, "Val")),
                "DBDel" when database.TryRemove(key, out _) => $"Response: Success\nActionID: {id}\nMessage: Key deleted successfully\n\n",
                "DBDel" => $"Response: Error\nActionID: {id}\nMessage: Database entry could not be deleted\n\n",
                "Ping" or "Events" or "CoreSettings" or "CoreStatus" => $"Response: Success\nActionID: {id}\nPing: Pong\n\n",
                _ => $"Response: Error\nActionID: {id}\nMessage: Invalid/unknown command: {name}. Use Action: ListCommands to show "
                    + "available commands.\n\n",
            });

            string Answer(string _) => $"Response: Success\nActionID: {id}\nMessage: Updated database successfully\n\n";
        }
    }

    /// <summary>The value of a field of an action.</summary>
    public static string Field(string[] action, string key) =>
        action.First(l => l.StartsWith(key + ": ", StringComparison.Ordinal))[(key.Length + 2)..];

    /// <summary>Greets and lets whoever comes in.</summary>
    public static async Task LoginAsync(Stream stream)
    {
        await SendAsync(stream, ReplayPeer.Banner);
        var challenge = await ReadActionAsync(stream);
        await SendAsync(stream, $"Response: Success\nActionID: {Field(challenge, "ActionID")}\nChallenge: 1\n\n");
        var login = await ReadActionAsync(stream);
        await SendAsync(stream, $"Response: Success\nActionID: {Field(login, "ActionID")}\nMessage: Authentication accepted\n\n");
    }

    private async Task AcceptAsync(Func<NetworkStream, int, Task> serve)
    {
        for (var number = 1; ; number++)
        {
            Socket socket;
            try
            {
                socket = await listener.AcceptSocketAsync();
            }
            catch (Exception e) when (e is SocketException or ObjectDisposedException)
            {
                return;
            }

            _ = ServeAsync(new NetworkStream(socket, ownsSocket: true), serve, number);
        }
    }

    private static async Task ServeAsync(NetworkStream stream, Func<NetworkStream, int, Task> serve, int number)
    {
        await using (stream)
        {
            try
            {
                await serve(stream, number);
            }
            catch (IOException)
            {
                // The client left first, which is what the test wanted or will complain about itself.
            }
        }
    }
}
