using SarkPS.Descriptors;
using SarkPS.Resources;
using SarkPS.Rules;

namespace SarkPS;

/// <summary>A way out of the exchange: a SIP or IAX2 peer.</summary>
public sealed class Trunk : SarkRecord, ISarkResource<Trunk>
{
    /// <inheritdoc/>
    public static ResourceDescriptor<Trunk> Descriptor { get; } =
        new ResourceBuilder<Trunk>("Trunk", "trunks", "lineIO")
            .Flag(nameof(Active), "active", FlagWords.YesNo).Default("YES")
            .Text(nameof(AlertInfo), "alertinfo", Rule.String)
            .Text(nameof(CallerId), "callerid", Rule.PhoneNumber)
            .Flag(nameof(CallProgress), "callprogress", FlagWords.OnOff).Default("NO")
            .Tenant()
            .Text(nameof(Description), "description", Rule.Widened(Rule.AlphaNum, ValueForm.Name)).Form(ValueForm.Name)
            .Text(nameof(Recording), "devicerec", Forms.Recording)
            .Text(nameof(Disa), "disa", Rule.In("DISA", "CALLBACK"), Rule.Nullable)
            .Text(nameof(DisaPassword), "disapass", Rule.AlphaNum, Rule.Nullable).Secret()
            .Text(nameof(HostName), "host", Rule.String).CreateRules(Rule.Required)
            .Text(nameof(DialPrefix), "inprefix", Rule.PhoneNumber, Rule.Nullable)
            .Text(nameof(Match), "match", Rule.PhoneNumber, Rule.Nullable)
            .Flag(nameof(MusicOnHold), "moh", FlagWords.OnOff).Default("NO")
            .Text(nameof(Password), "password", Rule.AlphaNum, Rule.Nullable).Secret()
            .Text(nameof(PeerName), "peername", Rule.String).Form(ValueForm.Peer).Among(NameSpace.Peers).NeverEmpty()
            .Text(nameof(Register), "register", Rule.String, Rule.Nullable).Secret()
            .Text(nameof(PeerStanza), "sipiaxpeer", Rule.String).Holds(Lengths.Block).Secret().Form(ValueForm.Section)
            .Text(nameof(UserStanza), "sipiaxuser", Rule.String).Holds(Lengths.Block).Secret().Form(ValueForm.Section)
            .Flag(nameof(ShowCallerId), "swoclip", FlagWords.YesNo).Default("YES")
            .Text(nameof(Tag), "tag", Rule.AlphaNum, Rule.Nullable)
            .Text(
                nameof(Transform),
                "transform",
                Rule.Regex(@"^\s*([0-9]+:[0-9]+\s*)+$", "pairs of digits, such as 01924:441924, separated by spaces"),
                Rule.Nullable)
            .Text(nameof(TrunkName), "trunkname", Rule.AlphaNum).NeverEmpty()
            .Text(nameof(UserName), "username", Rule.AlphaNum, Rule.Nullable).CreateRules(Rule.Required)
            .Key("pkey").Among(NameSpace.Incoming)
            .Text(nameof(Carrier), "carrier", Rule.In("GeneralSIP", "GeneralIAX2")).CreateOnly().Required()
            .Text(nameof(Transport), "transport", Rule.In("udp", "tcp", "tls")).Since(SarkVersion.V65).NeverEmpty()
            .Text(nameof(Registration), "pjsipreg", Rule.In("SND", "RCV", "NONE"), Rule.Nullable).Since(SarkVersion.V65)
            .Text(nameof(PjsipStanza), "pjsipuser", Rule.String, Rule.Nullable).Since(SarkVersion.V65).Holds(Lengths.Block).Secret()
            .Stamps(Access.Write, Rule.AlphaNum)
            .HiddenDefault("closeroute", "Operator")
            .HiddenDefault("faxdetect", "NO")
            .HiddenDefault("lcl", "NO")
            .HiddenDefault("monitor", "NO")
            .HiddenDefault("openroute", "Operator")
            .HiddenDefault("routeable", "NO")
            .HiddenDefault("routeclassopen", 100)
            .HiddenDefault("routeclassclosed", 100)
            .Hidden(
                "technology", "callback", "channel", "closecallback", "closecustom", "closedisa", "closeext", "closegreet",
                "closeivr", "closequeue", "closesibling", "closespeed", "custom", "desc", "didnumber", "ext", "forceivr",
                "macaddr", "method", "openfirewall", "opengreet", "opensibling", "pat", "postdial", "predial", "privileged",
                "provision", "queue", "remotenum", "service", "speed", "transformclip", "trunk", "zapcaruser")
            .HiddenNames(References.Greeting, "opengreet", "closegreet")
            .HiddenNames(RowNames.Destination, "openroute", "closeroute")
            .Except("technology", "DiD", "CLID")
            .ListWhere("technology", "SIP", "IAX2")
            .Hooks(new TrunkHooks())
            .TableView(
                (nameof(Key), 12), nameof(Carrier), (nameof(Tenant), 10), nameof(HostName), (nameof(UserName), 10),
                (nameof(PeerName), 10), nameof(Active))
            .Build();

    /// <summary>Whether the trunk is in service.</summary>
    public bool? Active { get; init; }

    /// <summary>Text of the Alert-Info header of calls that come in.</summary>
    public string? AlertInfo { get; init; }

    /// <summary>Number that calls over the trunk show.</summary>
    public string? CallerId { get; init; }

    /// <summary>Whether progress tones are generated.</summary>
    public bool? CallProgress { get; init; }

    /// <summary>The tenant that it belongs to.</summary>
    public string? Tenant { get; init; }

    /// <summary>What people call the trunk.</summary>
    public string? Description { get; init; }

    /// <summary>Which calls are recorded: None, OTR (on request), OTRR (on request, from the start), Inbound, Outbound or Both.</summary>
    public string? Recording { get; init; }

    /// <summary>Whether callers may dial out again: DISA at once, CALLBACK after being called back.</summary>
    public string? Disa { get; init; }

    /// <summary>Password for it.</summary>
    internal string? DisaPassword { get; init; }

    /// <summary>Address or name of the peer.</summary>
    public string? HostName { get; init; }

    /// <summary>Digits put before the number of an incoming call.</summary>
    public string? DialPrefix { get; init; }

    /// <summary>How many digits of the dialled number are compared.</summary>
    public string? Match { get; init; }

    /// <summary>Whether callers hear music instead of ringing.</summary>
    public bool? MusicOnHold { get; init; }

    /// <summary>Password at the peer.</summary>
    internal string? Password { get; init; }

    /// <summary>Name of the peer in Asterisk's configuration; the user name when none is given.</summary>
    public string? PeerName { get; init; }

    /// <summary>Registration string, user:password@host/user.</summary>
    internal string? Register { get; init; }

    /// <summary>Asterisk's configuration of the peer. A create makes it from the carrier.</summary>
    internal string? PeerStanza { get; init; }

    /// <summary>Asterisk's configuration of the user. A create makes it from the carrier.</summary>
    internal string? UserStanza { get; init; }

    /// <summary>Whether callers' numbers are shown.</summary>
    public bool? ShowCallerId { get; init; }

    /// <summary>Text put before the name of callers.</summary>
    public string? Tag { get; init; }

    /// <summary>Replacements at the start of dialled numbers, digits:digits, separated by spaces.</summary>
    public string? Transform { get; init; }

    /// <summary>Name at the panel; the peer name when none is given.</summary>
    public string? TrunkName { get; init; }

    /// <summary>User name at the peer.</summary>
    public string? UserName { get; init; }

    /// <summary>The name by which routes refer to the trunk.</summary>
    public string? Key { get; init; }

    /// <summary>GeneralSIP or GeneralIAX2.</summary>
    public string? Carrier { get; init; }

    /// <summary>Transport of the signalling: udp, tcp or tls; SARK 6.5 and later.</summary>
    public string? Transport { get; init; }

    /// <summary>
    /// Who registers with whom over PJSIP: SND sends registrations to the peer, RCV accepts the peer's, NONE trusts its
    /// address; SARK 6.5 and later. A create without it takes RCV where the host is dynamic, SND where there is a password,
    /// and else NONE.
    /// </summary>
    public string? Registration { get; init; }

    /// <summary>
    /// Asterisk's configuration of the trunk for PJSIP, in place of what the carrier's settings make of it; SARK 6.5 and
    /// later. Its generator replaces $trunk, $host, $password, $transport and $context.
    /// </summary>
    internal string? PjsipStanza { get; init; }

    /// <summary>The key.</summary>
    public override string ToString() => Key ?? "";
}
