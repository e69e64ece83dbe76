using System.Globalization;

namespace SarkPS.Ami;

/// <summary>What is asked about peers: telephones and trunks of SIP and IAX2.</summary>
public static class Peers
{
    private static readonly AsteriskFunction Sip = new("SIPpeers", "chan_sip", "system,reporting") { CompletedBy = "PeerlistComplete" };

    private static readonly AsteriskFunction SipDetails = new(
        "SIPshowpeer",
        "chan_sip",
        "system,reporting",
        new AsteriskParameter("id", "Peer"))
    {
        Missing = (nameof(SipPeer), text => text.StartsWith("Peer ", StringComparison.Ordinal)
            && text.Contains("not found", StringComparison.Ordinal)),
    };

    private static readonly AsteriskFunction PjsipEndpoints = new("PJSIPShowEndpoints", "res_pjsip", "system")
    {
        CompletedBy = "EndpointListComplete",
        Empty = ["No endpoints found"],
    };

    private static readonly AsteriskFunction PjsipContacts = new("PJSIPShowContacts", "res_pjsip", "system")
    {
        CompletedBy = "ContactListComplete",
        Empty = ["No Contacts found"],
    };

    private static readonly AsteriskFunction Iax = new("IAXpeers", "chan_iax2", "system,reporting")
    {
        CompletedBy = "PeerlistComplete",
        UntaggedItem = "PeerEntry"
    };

    internal static IReadOnlyList<AsteriskFunction> Functions { get; } = [Sip, SipDetails, PjsipEndpoints, PjsipContacts, Iax];

    /// <summary>
    /// Every SIP peer: of chan_sip, of PJSIP, or of both, whichever this Asterisk has. An endpoint of PJSIP that several
    /// telephones have registered with is there once for each of them.
    /// </summary>
    /// <inheritdoc cref="Channels.GetChannelsAsync"/>
    public static Task<IReadOnlyList<SipPeer>> GetSipPeersAsync(
        this IAsteriskOperations asterisk,
        CancellationToken cancellationToken = default) => AsteriskQueries.EitherAsync(
        () => asterisk.ListAsync(Sip, SipPeer.OfList, cancellationToken),
        async () =>
        {
            var contacts = (await asterisk.ListAsync(PjsipContacts, cancellationToken).ConfigureAwait(false)).ToLookup(
                c => c["Endpoint"] ?? "");
            return (await asterisk.ListAsync(PjsipEndpoints, cancellationToken).ConfigureAwait(false))
                .SelectMany(e => contacts[e["ObjectName"] ?? ""].DefaultIfEmpty(), SipPeer.OfEndpoint).ToArray();
        });

    /// <summary>
    /// The SIP peer of a name, once for each telephone that has registered. chan_sip tells more about a single one than in
    /// its list.
    /// </summary>
    /// <param name="asterisk">Whom to ask.</param>
    /// <param name="name">The peer.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="SarkNotFoundException">Neither SIP module has it.</exception>
    public static async Task<IReadOnlyList<SipPeer>> GetSipPeersAsync(
        this IAsteriskOperations asterisk,
        string name,
        CancellationToken cancellationToken = default)
    {
        try
        {
            return [SipPeer.OfDetails(await asterisk.OneAsync(SipDetails, cancellationToken, name).ConfigureAwait(false))];
        }
        catch (SarkException e) when (e.Kind is SarkErrorKind.NotFound or SarkErrorKind.Unsupported)
        {
            try
            {
                var peers = (await asterisk.GetSipPeersAsync(cancellationToken).ConfigureAwait(false)).Where(p => p.Name == name).ToArray();
                return peers.Length > 0 ? peers : throw new SarkNotFoundException(nameof(SipPeer), name);
            }
            catch (SarkException denied) when (e.Kind == SarkErrorKind.NotFound && denied.Kind is SarkErrorKind.Denied)
            {
                // chan_sip has no such peer, and PJSIP may not be asked: what is known is the former.
                throw new SarkNotFoundException(nameof(SipPeer), name);
            }
        }
    }

    /// <summary>Every IAX2 peer.</summary>
    /// <inheritdoc cref="Channels.GetChannelsAsync"/>
    public static Task<IReadOnlyList<IaxPeer>> GetIaxPeersAsync(
        this IAsteriskOperations asterisk,
        CancellationToken cancellationToken = default) =>
        asterisk.ListAsync(Iax, m => new IaxPeer(m), cancellationToken);

    // Such as "OK (12 ms)".
    internal static (PeerStatus Status, TimeSpan? Latency) Reachability(this AmiMessage message)
    {
        var text = message["Status"] ?? "";
        var status = text.Split(' ')[0].ToUpperInvariant() switch
        {
            "OK" => PeerStatus.Ok,
            "LAGGED" => PeerStatus.Lagged,
            "UNREACHABLE" => PeerStatus.Unreachable,
            "UNMONITORED" => PeerStatus.Unmonitored,
            _ => PeerStatus.Unknown,
        };
        var open = text.IndexOf('(', StringComparison.Ordinal);
        var latency = open > 0 && text.EndsWith(" ms)", StringComparison.Ordinal)
            && int.TryParse(text.AsSpan(open + 1, text.Length - open - 5), NumberStyles.None, CultureInfo.InvariantCulture, out var ms)
                ? TimeSpan.FromMilliseconds(ms)
                : (TimeSpan?)null;
        return (status, latency);
    }
}

/// <summary>Whether a peer can be reached.</summary>
public enum PeerStatus
{
    /// <summary>Not known, often because it never registered.</summary>
    Unknown,

    /// <summary>Answers in time.</summary>
    Ok,

    /// <summary>Answers, but late.</summary>
    Lagged,

    /// <summary>Does not answer.</summary>
    Unreachable,

    /// <summary>Nobody asks it.</summary>
    Unmonitored,
}

/// <summary>A SIP peer, whichever of Asterisk's two SIP modules it belongs to.</summary>
public sealed class SipPeer : AsteriskResult
{
    private SipPeer(AmiMessage raw)
        : base(raw)
    {
    }

    /// <summary>Its name, usually the extension or the trunk.</summary>
    public string? Name { get; private init; }

    /// <summary><c>SIP</c> for chan_sip, <c>PJSIP</c> for chan_pjsip.</summary>
    public string Technology { get; private init; } = "SIP";

    /// <summary>Its address, or null while it is not registered.</summary>
    public string? Address { get; private init; }

    /// <summary>Its port.</summary>
    public int? Port { get; private init; }

    /// <summary>It registers by itself.</summary>
    public bool? Dynamic { get; private init; }

    /// <summary>Whether it can be reached.</summary>
    public PeerStatus Status { get; private init; }

    /// <summary>How long it took to answer.</summary>
    public TimeSpan? Latency { get; private init; }

    /// <summary>Its description.</summary>
    public string? Description { get; private init; }

    /// <summary>The program that it registered with; of a single chan_sip peer, and of PJSIP.</summary>
    public string? UserAgent { get; private init; }

    /// <summary>The dial plan context of its calls; of a single chan_sip peer.</summary>
    public string? Context { get; private init; }

    /// <summary>An item of <c>SIPpeers</c>.</summary>
    /// <param name="raw">The fields.</param>
    public static SipPeer OfList(AmiMessage raw) => new(raw)
    {
        Name = raw.Text("ObjectName"),
        Address = raw.Text("IPaddress"),
        Port = raw.Int("IPport") is { } port and > 0 ? port : null,
        Dynamic = raw.Flag("Dynamic"),
        Status = raw.Reachability().Status,
        Latency = raw.Reachability().Latency,
        Description = raw.Text("Description"),
    };

    /// <summary>The answer to <c>SIPshowpeer</c>.</summary>
    /// <param name="raw">The fields.</param>
    public static SipPeer OfDetails(AmiMessage raw) => new(raw)
    {
        Name = raw.Text("ObjectName"),
        Address = raw.Text("Address-IP"),
        Port = raw.Int("Address-Port") is { } port and > 0 ? port : null,
        Dynamic = raw.Flag("Dynamic"),
        Status = raw.Reachability().Status,
        Latency = raw.Reachability().Latency,
        Description = raw.Text("Description"),
        UserAgent = raw.Text("SIP-Useragent"),
        Context = raw.Text("Context"),
    };

    /// <summary>An item of <c>PJSIPShowEndpoints</c> with the contact that it is reached by.</summary>
    /// <param name="endpoint">The endpoint's fields.</param>
    /// <param name="contact">Its item of <c>PJSIPShowContacts</c>, or null without one.</param>
    public static SipPeer OfEndpoint(AmiMessage endpoint, AmiMessage? contact)
    {
        var (address, port) = AddressOf(contact?["Uri"] ?? FirstContact(endpoint));
        return new(endpoint)
        {
            Name = endpoint.Text("ObjectName"),
            Technology = "PJSIP",
            Address = address,
            Port = port,
            Dynamic = contact is null ? null : contact.Text("RegServer") is not null || contact.Epoch("ExpirationTime") is not null,
            Status = contact?["Status"] switch
            {
                "Reachable" or "Avail" => PeerStatus.Ok,
                "Unreachable" or "Unavail" => PeerStatus.Unreachable,
                "NonQualified" => PeerStatus.Unmonitored,

                // A contact that is configured rather than registered is not in the list of contacts, and nobody asks it.
                _ => endpoint["DeviceState"] is "Unavailable"
                    ? PeerStatus.Unreachable
                    : address is null ? PeerStatus.Unknown : PeerStatus.Unmonitored,
            },
            Latency = contact?.Int("RoundtripUsec") is { } microseconds ? TimeSpan.FromMicroseconds(microseconds) : null,
            UserAgent = contact?.Text("UserAgent"),
        };
    }

    private static string? FirstContact(AmiMessage endpoint)
    {
        var first = endpoint["Contacts"]?.Split(',')[0];
        var slash = first?.IndexOf('/', StringComparison.Ordinal) ?? -1;
        return slash < 0 ? null : first![(slash + 1)..];
    }

    // sip:user@host:port;parameters, where the host may be an IPv6 address in brackets.
    private static (string? Address, int? Port) AddressOf(string? uri)
    {
        if (string.IsNullOrEmpty(uri))
        {
            return (null, null);
        }

        var rest = uri[(uri.IndexOf(':', StringComparison.Ordinal) + 1)..].Split(';', '>')[0];
        rest = rest[(rest.IndexOf('@', StringComparison.Ordinal) + 1)..];
        var colon = rest.LastIndexOf(':');
        return colon > rest.LastIndexOf(']')
            && int.TryParse(rest.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var port)
            ? (rest[..colon].Trim('[', ']'), port)
            : (rest.Trim('[', ']'), null);
    }
}

/// <summary>An IAX2 peer.</summary>
/// <param name="raw">An item of <c>IAXpeers</c>.</param>
public sealed class IaxPeer(AmiMessage raw) : AsteriskResult(raw)
{
    // Asterisk joins the name of the peer and the user name that it uses with a slash.
    private readonly string[] names = (raw["ObjectName"] ?? "").Split('/', 2);

    /// <summary>Its name.</summary>
    public string Name => names[0];

    /// <summary>The user name that is used with it, when it has one of its own.</summary>
    public string? UserName => names.Length > 1 ? names[1] : null;

    /// <summary>Its address, or null while it is not registered.</summary>
    public string? Address { get; } = raw.Text("IPaddress");

    /// <summary>Its port.</summary>
    public int? Port { get; } = raw.Int("IPport");

    /// <summary>It registers by itself.</summary>
    public bool? Dynamic { get; } = raw.Flag("Dynamic");

    /// <summary>Calls share packets.</summary>
    public bool? Trunk { get; } = raw.Flag("Trunk");

    /// <summary>Calls are encrypted.</summary>
    public bool? Encrypted { get; } = raw.Flag("Encryption");

    /// <summary>Whether it can be reached.</summary>
    public PeerStatus Status { get; } = raw.Reachability().Status;

    /// <summary>How long it took to answer.</summary>
    public TimeSpan? Latency { get; } = raw.Reachability().Latency;

    /// <summary>Its description.</summary>
    public string? Description { get; } = raw.Text("Description");
}
