using SarkPS.Descriptors;
using SarkPS.Resources;
using SarkPS.Rules;

namespace SarkPS;

/// <summary>A number from outside, by the number dialled (DiD) or by the caller's (CLID), and where it leads.</summary>
public sealed class InboundRoute : SarkRecord, ISarkResource<InboundRoute>
{
    /// <inheritdoc/>
    public static ResourceDescriptor<InboundRoute> Descriptor { get; } =
        new ResourceBuilder<InboundRoute>("InboundRoute", "inboundroutes", "lineIO")
            .Flag(nameof(Active), "active", FlagWords.YesNo).Default("YES")
            .Text(nameof(AlertInfo), "alertinfo", Rule.String)
            .Text(nameof(Carrier), "carrier", Rule.In("DiD", "CLID")).Required().Filter()
            .Text(nameof(CloseRoute), "closeroute", Rule.String).Default("None").Destination("routeclassclosed")
            .Tenant()
            .Text(nameof(Description), "description", Rule.Widened(Rule.AlphaNum, ValueForm.Name)).Form(ValueForm.Name)
            .Text("Disa", "disa", Rule.In("DISA", "CALLBACK"), Rule.Nullable).Hide()
            .Text(nameof(DisaPassword), "disapass", Rule.AlphaNum, Rule.Nullable).Secret()
            .Text(nameof(DialPrefix), "inprefix", Rule.PhoneNumber, Rule.Nullable)
            .Flag(nameof(MusicOnHold), "moh", FlagWords.OnOff).Default("NO")
            .Text(nameof(OpenRoute), "openroute", Rule.String).Default("None").Destination("routeclassopen")
            .Flag(nameof(ShowCallerId), "swoclip", FlagWords.YesNo).Default("YES")
            .Text(nameof(Tag), "tag", Rule.AlphaNum, Rule.Nullable)
            .Text(nameof(TrunkName), "trunkname", Rule.AlphaNum).CreateRules(Rule.Required)
            .Key("pkey", Rule.DialledName).Form(ValueForm.Number).Among(NameSpace.Incoming)
            .Integer(nameof(RouteClassOpen), "routeclassopen").ReadOnly().Default(100)
            .Integer(nameof(RouteClassClosed), "routeclassclosed").ReadOnly().Default(100)
            .Text(nameof(Recording), "devicerec", Rule.String, Rule.Nullable).Strict()
            .Stamps(Access.Write, Rule.AlphaNum)
            .HiddenDefault("callprogress", "NO")
            .HiddenDefault("faxdetect", "NO")
            .HiddenDefault("lcl", "NO")
            .HiddenDefault("monitor", "NO")
            .HiddenDefault("routeable", "NO")
            .Hidden(
                "callback", "channel", "closecallback", "closecustom", "closedisa", "closeext", "closegreet", "closeivr",
                "closequeue", "closesibling", "closespeed", "custom", "desc", "didnumber", "ext", "forceivr", "macaddr",
                "method", "openfirewall", "opengreet", "opensibling", "pat", "postdial", "predial", "privileged",
                "provision", "queue", "remotenum", "service", "speed", "technology", "pjsipreg", "pjsipuser",
                "transformclip", "transport", "trunk", "zapcaruser", "callerid", "host", "match", "password", "peername",
                "register", "sipiaxpeer", "sipiaxuser", "transform", "username")
            .HiddenNames(References.Greeting, "opengreet", "closegreet")
            .Where("technology", "DiD", "CLID")
            .Hooks(new InboundRouteHooks())
            .TableView(
                (nameof(Key), 14), nameof(Carrier), (nameof(Tenant), 10), (nameof(OpenRoute), 12), (nameof(CloseRoute), 12),
                nameof(TrunkName), nameof(Active))
            .Build();

    /// <summary>Whether the route is in service.</summary>
    public bool? Active { get; init; }

    /// <summary>Text of the Alert-Info header of calls that come in.</summary>
    public string? AlertInfo { get; init; }

    /// <summary>DiD: the key is the number dialled. CLID: it is the caller's number.</summary>
    public string? Carrier { get; init; }

    /// <summary>Destination while the tenant is closed.</summary>
    public string? CloseRoute { get; init; }

    /// <summary>The tenant that it belongs to.</summary>
    public string? Tenant { get; init; }

    /// <summary>What people call the route.</summary>
    public string? Description { get; init; }

    /// <summary>Password for it.</summary>
    internal string? DisaPassword { get; init; }

    /// <summary>Digits put before the caller's number.</summary>
    public string? DialPrefix { get; init; }

    /// <summary>Whether callers hear music instead of ringing.</summary>
    public bool? MusicOnHold { get; init; }

    /// <summary>Destination while the tenant is open.</summary>
    public string? OpenRoute { get; init; }

    /// <summary>Whether callers' numbers are shown.</summary>
    public bool? ShowCallerId { get; init; }

    /// <summary>Text put before the name of callers.</summary>
    public string? Tag { get; init; }

    /// <summary>Name at the panel.</summary>
    public string? TrunkName { get; init; }

    /// <summary>The number, or a dial pattern that starts with an underscore.</summary>
    public string? Key { get; init; }

    /// <summary>Class of the destination while the tenant is open.</summary>
    public int? RouteClassOpen { get; init; }

    /// <summary>Class of the destination while the tenant is closed.</summary>
    public int? RouteClassClosed { get; init; }

    /// <summary>Which calls are recorded.</summary>
    public string? Recording { get; init; }

    /// <summary>The key.</summary>
    public override string ToString() => Key ?? "";
}
