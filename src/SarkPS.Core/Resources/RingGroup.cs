using SarkPS.Descriptors;
using SarkPS.Resources;
using SarkPS.Rules;

namespace SarkPS;

/// <summary>Several telephones behind one number.</summary>
public sealed class RingGroup : SarkRecord, ISarkResource<RingGroup>
{
    /// <inheritdoc/>
    public static ResourceDescriptor<RingGroup> Descriptor { get; } =
        new ResourceBuilder<RingGroup>("RingGroup", "ringgroups", "speed")
            .Tenant()
            .Text(nameof(Recording), "devicerec", Forms.RecordingOrDefault).Default("default")
            .Text(nameof(DialOptionsHunt), "dialparamshunt", Rule.Alpha, Rule.Nullable).Default("cIkt")
            .Text(nameof(DialOptionsRing), "dialparamsring", Rule.Alpha, Rule.Nullable).Default("ciIkt")
            .Text(nameof(Divert), "divert", Rule.PhoneNumber, Rule.Nullable).Default(null).Names(References.Diverted)
            .Text("Greeting", "greeting", Forms.Greeting, Rule.Nullable).Hide().Names(References.Greeting)
            .Text(nameof(GroupType), "grouptype", Rule.In("Ring", "Hunt", "Alias", "Page")).Default("Ring")
            .Text(nameof(Description), "longdesc", Rule.String, Rule.Nullable).Default(null)
            .Flag(nameof(ObeyDoNotDisturb), "obeydnd", FlagWords.YesNo, Rule.Nullable).Default("NO")
            .Text(
                nameof(Members),
                "out",
                Rule.Regex(@"^[@A-Za-z0-9-_\/\s]{2,1024}$", "numbers or channels separated by white space"),
                Rule.Nullable).Default(null).Names(References.Members)
            .Text(nameof(Outcome), "outcome", Rule.String).CreateRules(Rule.Required).Default(null).Destination("outcomerouteclass")
            .Integer(nameof(PageGroup), "pagegroup").Default(null)
            .Integer(nameof(RingDelay), "ringdelay").Default(20)
            .Text(nameof(AlertInfo), "speedalert", Rule.String).Default(null)
            .Key("pkey", Rule.DialledName).Among(NameSpace.Extensions)
            .Text(nameof(ShortDescription), "desc", Rule.String, Rule.Nullable).Strict()
            .Stamps()
            .Hidden("callerid", "calleridname", "trunk", "outcomerouteclass")
            .CreatesAtItem()
            .DuplicateEnds()
            .TableView(
                (nameof(Key), 8), nameof(Description), (nameof(Tenant), 10), nameof(GroupType), (nameof(Members), 14),
                (nameof(Outcome), 9), nameof(RingDelay))
            .Build();

    /// <summary>The tenant that it belongs to.</summary>
    public string? Tenant { get; init; }

    /// <summary>
    /// Which calls are recorded: default, None, OTR (on request), OTRR (on request, from the start), Inbound, Outbound or
    /// Both.
    /// </summary>
    public string? Recording { get; init; }

    /// <summary>Letters of the options of Asterisk's application Dial, for hunting.</summary>
    public string? DialOptionsHunt { get; init; }

    /// <summary>The same for ringing all.</summary>
    public string? DialOptionsRing { get; init; }

    /// <summary>Number that calls are diverted to.</summary>
    public string? Divert { get; init; }

    /// <summary>Ring all at once, Hunt one after the other, Alias for one other number, Page over the loudspeakers.</summary>
    public string? GroupType { get; init; }

    /// <summary>What people call the group.</summary>
    public string? Description { get; init; }

    /// <summary>The same in short, as SARK's own panel shows it.</summary>
    public string? ShortDescription { get; init; }

    /// <summary>Whether telephones that do not want to be disturbed are left out.</summary>
    public bool? ObeyDoNotDisturb { get; init; }

    /// <summary>Extensions, numbers or channels, separated by spaces.</summary>
    public string? Members { get; init; }

    /// <summary>Destination of calls that nobody takes.</summary>
    public string? Outcome { get; init; }

    /// <summary>Paging group.</summary>
    public int? PageGroup { get; init; }

    /// <summary>Seconds that the telephones ring.</summary>
    public int? RingDelay { get; init; }

    /// <summary>Text of the Alert-Info header, which chooses the ring tone.</summary>
    public string? AlertInfo { get; init; }

    /// <summary>The number that is dialled.</summary>
    public string? Key { get; init; }

    /// <summary>The key.</summary>
    public override string ToString() => Key ?? "";
}
