using SarkPS.Descriptors;
using SarkPS.Resources;
using SarkPS.Rules;

namespace SarkPS;

/// <summary>A telephone, a browser or a mailbox that can be called.</summary>
public sealed class Extension : SarkRecord, ISarkResource<Extension>
{
    /// <inheritdoc/>
    public static ResourceDescriptor<Extension> Descriptor { get; } =
        new ResourceBuilder<Extension>("Extension", "extensions", "IPphone")
            .Key("pkey", Rule.DialledNumber).Among(NameSpace.Extensions)
            .Flag(nameof(Active), "active", FlagWords.YesNo).Default("YES")
            .Text(nameof(CallbackTo), "callbackto", Rule.In("desk", "cell")).Default("desk")
            .Text(nameof(CallerId), "callerid", Rule.PhoneNumber, Rule.Nullable)
            .Text(nameof(CellPhone), "cellphone", Rule.PhoneNumber, Rule.Nullable)
            .Flag(nameof(CellTwin), "celltwin", FlagWords.OnOff)
            .Tenant()
            .Text(nameof(Recording), "devicerec", Forms.Recording).Default("default")
            .Text(nameof(VoicemailDivert), "dvrvmail", Rule.Exists(References.Extension), Rule.Nullable).Or("None").OwnKey()
                .Filled(ExtensionHooks.OwnMailbox)
            .Text(nameof(Location), "location", Rule.In("local", "remote")).NeverEmpty().Filter()
            .Text(nameof(Protocol), "protocol", Rule.In("IPV4", "IPV6")).Default("IPV4")
            .Text(nameof(Provision), "provision", Rule.String, Rule.Nullable).Holds(Lengths.Block).Names(References.Includes)
            .Text(nameof(ProvisionWith), "provisionwith", Rule.In("IP", "FQDN")).Default("IP")
            .Text(nameof(SendCredentials), "sndcreds", Rule.In("No", "Once", "Always")).Default("Always")
            .Text(nameof(Transport), "transport", Rule.In("udp", "tcp", "tls", "wss")).Default("udp").Filter()
            .Text(nameof(VoicemailEmail), "vmailfwd", Rule.Email, Rule.Nullable).Form(ValueForm.Name)
            .Text(nameof(MacAddress), "macaddr", Forms.MacAddress).Strict().NotCopied()
            .Text(nameof(Description), "desc", Rule.String, Rule.Nullable).Form(ValueForm.Name).Filled(ExtensionHooks.DefaultName)
            .Text(nameof(Device), "device", Rule.String, Rule.Nullable).Strict().Filter().Names(References.Device)
                .Or("General SIP", ExtensionHooks.Browser, "MAILBOX")
            .Text(nameof(DeviceModel), "devicemodel", Rule.String, Rule.Nullable).Strict()
            .Text(nameof(Password), "passwd", Rule.String).Strict().Secret().NeverEmpty().NotCopied()
            .Text(nameof(BaseMacAddress), "basemacaddr", Rule.String, Rule.Nullable).Strict().Default(null)
            .Text(nameof(AlertInfo), "extalert", Rule.String, Rule.Nullable).Strict()
            .Integer(nameof(MaxCalls), "callmax", Rule.Min(1), Rule.Nullable).Since(SarkVersion.V65)
            .Text(nameof(PjsipStanza), "pjsipuser", Rule.String, Rule.Nullable).Since(SarkVersion.V65).Holds(Lengths.Block).Secret()
                .NotCopied()
            .Text(nameof(FirstSeen), "firstseen").ReadOnly()
            .Text(nameof(LastSeen), "lastseen").ReadOnly()
            .Text(nameof(StealTime), "stealtime").ReadOnly()
            .Text(nameof(Stolen), "stolen").ReadOnly()
            .Text(nameof(Technology), "technology").ReadOnly().Default("SIP").Filter()
            .Stamps().Default("system")
            .HiddenDefault("abstimeout", 14400)
            .Text("Stanza", "sipiaxfriend", Rule.String).Strict().Hide().Holds(Lengths.Block).NeverEmpty().Default(ExtensionHooks.Stanza)
            .Hidden("channel", "dialstring", "externalip", "newformat", "openfirewall", "tls", "twin")
            .ClearsToNull()
            .FileLayout(Layouts.BulkLoader)
            .Hooks(new ExtensionHooks())
            .Kind("Mailbox", "mailbox", [], ("desc", "MAILBOX"), ("device", "MAILBOX"), ("location", "local")).ChecksKeyLast()
                .ToldBy(("device", "MAILBOX")).WithoutPairs()
            .Kind("Unprovisioned", "unprovisioned", [], ("device", "General SIP"))
            .Kind(
                "WebRtc",
                "webrtc",
                [],
                ("device", ExtensionHooks.Browser),
                ("transport", "wss"),
                ("sipiaxfriend", ExtensionHooks.BrowserStanza))
                .ToldBy(("device", ExtensionHooks.Browser), ("transport", "wss"))
            .Kind("Provisioned", "provisioned", [("macaddr", ExtensionHooks.MacAddressRules)])
            .TableView(
                (nameof(Key), 8), nameof(Description), (nameof(Tenant), 12), (nameof(Device), 14), nameof(Transport),
                nameof(Location), nameof(Active))
            .Build();

    /// <summary>The number that is dialled, three to six digits as a rule.</summary>
    public string? Key { get; init; }

    /// <summary>Whether the extension is in service.</summary>
    public bool? Active { get; init; }

    /// <summary>Which telephone rings first when a call is set up from outside the telephone.</summary>
    public string? CallbackTo { get; init; }

    /// <summary>Number that calls of the extension show.</summary>
    public string? CallerId { get; init; }

    /// <summary>Mobile number of the same person.</summary>
    public string? CellPhone { get; init; }

    /// <summary>Whether the mobile rings together with the extension.</summary>
    public bool? CellTwin { get; init; }

    /// <summary>The tenant that it belongs to.</summary>
    public string? Tenant { get; init; }

    /// <summary>Which calls are recorded: None, OTR (on request), OTRR (on request, from the start), Inbound, Outbound or Both.</summary>
    public string? Recording { get; init; }

    /// <summary>Extension whose mailbox takes the messages instead.</summary>
    public string? VoicemailDivert { get; init; }

    /// <summary>Whether the telephone is on the local network or beyond a router.</summary>
    public string? Location { get; init; }

    /// <summary>Version of the Internet Protocol that the telephone is provisioned with.</summary>
    public string? Protocol { get; init; }

    /// <summary>Lines that the telephone's configuration file is made of.</summary>
    public string? Provision { get; init; }

    /// <summary>Whether the telephone is told the exchange's address or its name.</summary>
    public string? ProvisionWith { get; init; }

    /// <summary>How often the telephone is sent its password.</summary>
    public string? SendCredentials { get; init; }

    /// <summary>Transport of the telephone's signalling.</summary>
    public string? Transport { get; init; }

    /// <summary>Address that voicemail messages are sent to.</summary>
    public string? VoicemailEmail { get; init; }

    /// <summary>Hardware address of the telephone, twelve hexadecimal digits.</summary>
    public string? MacAddress { get; init; }

    /// <summary>What people call the extension.</summary>
    public string? Description { get; init; }

    /// <summary>Maker or kind of the telephone: General SIP, WebRTC, MAILBOX, or the maker of a provisioned one.</summary>
    public string? Device { get; init; }

    /// <summary>Model of the telephone.</summary>
    public string? DeviceModel { get; init; }

    /// <summary>SIP password. One is generated when none is given.</summary>
    internal string? Password { get; init; }

    /// <summary>Hardware address of the base station, for cordless telephones.</summary>
    public string? BaseMacAddress { get; init; }

    /// <summary>Text of the Alert-Info header, which chooses the ring tone.</summary>
    public string? AlertInfo { get; init; }

    /// <summary>How many calls the telephone may have at once, from 1 on; SARK 6.5 and later.</summary>
    public int? MaxCalls { get; init; }

    /// <summary>
    /// Asterisk's configuration of the telephone for PJSIP, in place of what SARK's template makes of it; SARK 6.5 and
    /// later. Its generator replaces $ext, $password, $desc, $clst and $transport.
    /// </summary>
    internal string? PjsipStanza { get; init; }

    /// <summary>When the telephone was first seen on the network.</summary>
    public string? FirstSeen { get; init; }

    /// <summary>When the telephone was last seen on the network.</summary>
    public string? LastSeen { get; init; }

    /// <summary>When the extension was taken over by another telephone.</summary>
    public string? StealTime { get; init; }

    /// <summary>The telephone that took the extension over.</summary>
    public string? Stolen { get; init; }

    /// <summary>Channel technology, SIP.</summary>
    public string? Technology { get; init; }

    /// <summary>The key.</summary>
    public override string ToString() => Key ?? "";
}
