using System.Collections.Concurrent;
using System.Globalization;
using System.Net.Sockets;
using System.Net.WebSockets;
using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;
using System.Threading.Channels;

namespace SarkPS.Tests.Telephony;

/// <summary>
/// A telephone that registers, watches lamps, calls and is called, over SIP (RFC 3261, 6665) with digest authentication
/// (RFC 2617). It speaks no media; what it offers is what a desk telephone or a browser offers.
/// </summary>
internal sealed partial class SipPhone : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private readonly ISipWire wire;
    private readonly string exchange;
    private readonly string number;
    private readonly string password;
    private readonly ConcurrentDictionary<string, Channel<SipMessage>> waiting = new(StringComparer.Ordinal);
    private readonly Channel<SipMessage> lamps = Channel.CreateUnbounded<SipMessage>();
    private readonly Channel<SipMessage> calls = Channel.CreateUnbounded<SipMessage>();
    private readonly Channel<SipMessage> ends = Channel.CreateUnbounded<SipMessage>();
    private readonly CancellationTokenSource stop = new();
    private readonly Task listening;
    private readonly string tag = Token();

    /// <param name="wire">What carries it.</param>
    /// <param name="exchange">Host and port of the exchange.</param>
    /// <param name="number">The extension, which is the user name as well.</param>
    /// <param name="password">Its password.</param>
    public SipPhone(ISipWire wire, string exchange, string number, string password)
    {
        (this.wire, this.exchange, this.number, this.password) = (wire, exchange, number, password);
        listening = ListenAsync();
    }

    /// <summary>Whether it is a browser: it offers and takes encrypted media only.</summary>
    public bool IsBrowser => wire.Transport == "WSS";

    /// <summary>Registers and tells the status of the final answer.</summary>
    public async Task<int> RegisterAsync() =>
        (await AskAsync("REGISTER", $"sip:{exchange}", $"<sip:{number}@{exchange}>", Token(), [("Expires", "120")])).Answer.Status!.Value;

    /// <summary>Asks to be told the state of another extension, as a telephone does for a key with a lamp.</summary>
    /// <returns>The status of the final answer, and the state that was told, where it was told: terminated, early, confirmed.</returns>
    public async Task<(int Status, string? State)> WatchAsync(string other)
    {
        var (answer, _) = await AskAsync(
            "SUBSCRIBE",
            $"sip:{other}@{exchange}",
            $"<sip:{other}@{exchange}>",
            Token(),
            [("Event", "dialog"), ("Accept", "application/dialog-info+xml"), ("Expires", "120")]);
        return (answer.Status!.Value, answer.Status == 200 ? await NextLampAsync() : null);
    }

    /// <summary>The next state that a lamp is told.</summary>
    public async Task<string> NextLampAsync()
    {
        var notice = await NextAsync(lamps.Reader, "A lamp was told nothing.");
        return State().Match(notice.Body) is { Success: true } state
            ? state.Groups[1].Value
            : throw new Xunit.Sdk.XunitException($"A lamp was told: {notice.Body}");
    }

    /// <summary>Waits until a lamp is told a state; others that come before are passed over.</summary>
    public async Task UntilLampAsync(string state)
    {
        while (await NextLampAsync() != state)
        {
        }
    }

    /// <summary>Calls a number.</summary>
    /// <returns>The final answer; a call that was answered goes on until it is hung up.</returns>
    public async Task<SipCall> CallAsync(string target)
    {
        var (answer, request) = await AskAsync(
            "INVITE",
            $"sip:{target}@{exchange}",
            $"<sip:{target}@{exchange}>",
            Token(),
            [("Content-Type", "application/sdp")],
            Offer("actpass"));
        return new SipCall(this, request, answer);
    }

    /// <summary>Waits until it is called, and answers.</summary>
    /// <returns>The request, with what the exchange offers.</returns>
    public async Task<SipMessage> AnswerAsync()
    {
        var invitation = await NextAsync(calls.Reader, $"{number} was not called.");
        await SendAsync(Accept(invitation));
        return invitation;
    }

    /// <summary>Waits until the other side has hung up.</summary>
    public Task EndedAsync() => NextAsync(ends.Reader, $"{number} was not hung up.");

    public async ValueTask DisposeAsync()
    {
        await stop.CancelAsync();
        wire.Dispose();
        await listening;
        stop.Dispose();
    }

    /// <summary>Sends a request inside a call and waits for its answer.</summary>
    internal async Task<int> InsideAsync(string method, SipMessage invitation, SipMessage answer)
    {
        var request = new SipMessage($"{method} {Target(answer)} SIP/2.0")
            .With("Via", Via())
            .With("Max-Forwards", "70")
            .With("From", invitation["From"])
            .With("To", answer["To"])
            .With("Call-ID", invitation["Call-ID"])
            .With(
                "CSeq",
                $"{(method == "ACK" ? int.Parse(invitation["CSeq"]!.Split(' ')[0], CultureInfo.InvariantCulture) : 99)} {method}");
        if (method == "ACK")
        {
            await SendAsync(request);
            return 0;
        }

        var answers = waiting[invitation["Call-ID"]!] = Channel.CreateUnbounded<SipMessage>();
        await SendAsync(request);
        return (await FinalAsync(answers.Reader, method)).Status!.Value;
    }

    private static string Token() => RandomNumberGenerator.GetHexString(16, lowercase: true);

    private static string Target(SipMessage answer) => Address().Match(answer["Contact"] ?? "") is { Success: true } contact
        ? contact.Groups[1].Value
        : throw new Xunit.Sdk.XunitException($"No contact in: {answer.StartLine}");

    private string Contact => $"<sip:{number}@{wire.Address}{wire.ContactParameter}>";

    private SipMessage Accept(SipMessage invitation)
    {
        var answer = invitation.Answer("200 OK", tag).With("Contact", Contact).With("Content-Type", "application/sdp");
        answer.Body = Offer("active");
        return answer;
    }

    private string Via() => $"SIP/2.0/{wire.Transport} {wire.Address};branch=z9hG4bK{Token()};rport";

    private async Task<(SipMessage Answer, SipMessage Request)> AskAsync(
        string method,
        string uri,
        string to,
        string call,
        (string, string)[] headers,
        string body = "")
    {
        var answers = waiting[call] = Channel.CreateUnbounded<SipMessage>();
        string? proof = null;
        for (var attempt = 1; ; attempt++)
        {
            var request = new SipMessage($"{method} {uri} SIP/2.0")
                .With("Via", Via())
                .With("Max-Forwards", "70")
                .With("From", $"<sip:{number}@{exchange}>;tag={tag}")
                .With("To", to)
                .With("Call-ID", call)
                .With("CSeq", $"{attempt} {method}")
                .With("Contact", Contact);
            foreach (var (name, value) in headers)
            {
                request.With(name, value);
            }

            request.With("Authorization", proof);
            request.Body = body;
            await SendAsync(request);
            var answer = await FinalAsync(answers.Reader, method);
            if (method == "INVITE" && answer.Status >= 300)
            {
                await SendAsync(new SipMessage($"ACK {uri} SIP/2.0").With("Via", request["Via"]).With("Max-Forwards", "70")
                    .With("From", request["From"])
                    .With("To", answer["To"])
                    .With("Call-ID", call)
                    .With("CSeq", $"{attempt} ACK"));
            }

            if (answer.Status is not (401 or 407) || attempt > 1)
            {
                return (answer, request);
            }

            proof = Digest(answer["WWW-Authenticate"] ?? answer["Proxy-Authenticate"]!, method, uri);
        }
    }

    // Digest authentication without a quality of protection, which is what chan_sip asks for.
    private string Digest(string challenge, string method, string uri)
    {
        var asked = Parameter().Matches(challenge)
            .ToDictionary(m => m.Groups[1].Value, m => m.Groups[2].Value, StringComparer.OrdinalIgnoreCase);
        var answer = Hash($"{Hash($"{number}:{asked["realm"]}:{password}")}:{asked["nonce"]}:{Hash($"{method}:{uri}")}");
        return $"Digest username=\"{number}\", realm=\"{asked["realm"]}\", nonce=\"{asked["nonce"]}\", uri=\"{uri}\", "
            + $"response=\"{answer}\", algorithm=MD5";
    }

#pragma warning disable CA5351 // MD5 is what the protocol's challenge is made of.
    private static string Hash(string text) => Convert.ToHexStringLower(MD5.HashData(Encoding.UTF8.GetBytes(text)));
#pragma warning restore CA5351

    private static async Task<SipMessage> FinalAsync(ChannelReader<SipMessage> answers, string method)
    {
        while (true)
        {
            var answer = await NextAsync(answers, $"{method} was not answered.");
            if (answer.Status >= 200 && answer.Method == method)
            {
                return answer;
            }
        }
    }

    private static async Task<SipMessage> NextAsync(ChannelReader<SipMessage> messages, string otherwise)
    {
        using var end = new CancellationTokenSource(Patience);
        try
        {
            return await messages.ReadAsync(end.Token);
        }
        catch (OperationCanceledException)
        {
            throw new Xunit.Sdk.XunitException(otherwise);
        }
    }

    private Task SendAsync(SipMessage message) => wire.SendAsync(message.ToBytes(), stop.Token);

    private async Task ListenAsync()
    {
        try
        {
            while (true)
            {
                var bytes = await wire.ReceiveAsync(stop.Token);
                // Empty lines keep a way through a router open.
                if (bytes.Length > 4)
                {
                    await HearAsync(SipMessage.Parse(bytes));
                }
            }
        }
        catch (Exception error) when (error is OperationCanceledException or ObjectDisposedException or SocketException
            or WebSocketException)
        {
            // Hung up for good; who still waits is told by its own limit of time.
        }
    }

    private async Task HearAsync(SipMessage message)
    {
        if (message.Status is not null)
        {
            if (waiting.TryGetValue(message["Call-ID"] ?? "", out var answers))
            {
                await answers.Writer.WriteAsync(message);
            }

            return;
        }

        switch (message.Method)
        {
            case "ACK":
                return;
            case "INVITE" when message["To"]!.Contains(";tag=", StringComparison.OrdinalIgnoreCase):
                // Other media for a call that is up: Asterisk lets two telephones speak with each other directly.
                await SendAsync(Accept(message));
                return;
            case "INVITE":
                await SendAsync(message.Answer("180 Ringing", tag).With("Contact", Contact));
                await calls.Writer.WriteAsync(message);
                return;
            case "NOTIFY" when message["Event"]?.StartsWith("dialog", StringComparison.OrdinalIgnoreCase) == true:
                await lamps.Writer.WriteAsync(message);
                break;
            case "BYE" or "CANCEL":
                await ends.Writer.WriteAsync(message);
                break;
            default:
                break;
        }

        await SendAsync(message.Answer("200 OK", tag));
    }

    // What a desk telephone offers, and what a browser does. (RFC 4566, 8834, 8839, 8842)
    private string Offer(string setup)
    {
        string[] common = ["v=0", "o=- 1 1 IN IP4 127.0.0.1", "s=-", "c=IN IP4 127.0.0.1", "t=0 0"];
        string[] voice = ["a=rtpmap:8 PCMA/8000", "a=rtpmap:0 PCMU/8000", "a=rtpmap:101 telephone-event/8000", "a=sendrecv"];
        string[] lines = !IsBrowser
            ? [.. common, "m=audio 40000 RTP/AVP 8 0 101", .. voice]
            :
            [
                .. common,
                "m=audio 40000 UDP/TLS/RTP/SAVPF 8 0 101",
                .. voice,
                $"a=setup:{setup}",
                "a=fingerprint:sha-256 " + string.Join(':', SHA256.HashData(Encoding.UTF8.GetBytes(number)).Select(b => $"{b:X2}")),
                "a=ice-ufrag:sark",
                "a=ice-pwd:0123456789abcdef01234567",
                "a=candidate:1 1 UDP 2130706431 127.0.0.1 40000 typ host",
                "a=rtcp-mux",
            ];
        return string.Concat(lines.Select(l => l + "\r\n"));
    }

    [GeneratedRegex(@"<state[^>]*>\s*(\w+)", RegexOptions.CultureInvariant)]
    private static partial Regex State();

    [GeneratedRegex(@"<([^>]+)>", RegexOptions.CultureInvariant)]
    private static partial Regex Address();

    [GeneratedRegex("""(\w+)="?([^",]+)"?""", RegexOptions.CultureInvariant)]
    private static partial Regex Parameter();
}

/// <summary>A call that was made.</summary>
internal sealed class SipCall(SipPhone telephone, SipMessage invitation, SipMessage answer)
{
    /// <summary>The status of the final answer.</summary>
    public int Status => answer.Status!.Value;

    /// <summary>The media that was agreed upon.</summary>
    public string Media => answer.Body;

    /// <summary>Says that the answer has come.</summary>
    public Task AcknowledgeAsync() => telephone.InsideAsync("ACK", invitation, answer);

    /// <summary>Hangs up.</summary>
    public Task<int> HangUpAsync() => telephone.InsideAsync("BYE", invitation, answer);
}
