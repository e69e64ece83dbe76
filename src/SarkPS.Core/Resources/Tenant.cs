using SarkPS.Descriptors;
using SarkPS.Resources;
using SarkPS.Rules;

namespace SarkPS;

/// <summary>A tenant, which SARK calls a cluster: everything else belongs to one.</summary>
public sealed class Tenant : SarkRecord, ISarkResource<Tenant>
{
    /// <inheritdoc/>
    public static ResourceDescriptor<Tenant> Descriptor { get; } =
        new ResourceBuilder<Tenant>("Tenant", "tenants", "Cluster")
            .Integer(nameof(CallTimeout), "abstimeout").Default(14400)
            .Text(nameof(CallerId), "clusterclid", Rule.PhoneNumber, Rule.Nullable)
            .Integer(nameof(CallGroup), "callgroup", Rule.Nullable)
            .Integer(nameof(MaxChannels), "chanmax").Default("30")
            .Text(nameof(Description), "description", Rule.String).CreateRules(Rule.String, Rule.Required).MayBeEmpty()
            .Text(nameof(Include), "include", Rule.String, Rule.Nullable).Holds(Lengths.List).Names(References.Tenants).Or("ALL")
            .Text(nameof(AreaCode), "localarea", Rule.Numeric, Rule.Nullable).StrictRules(Forms.Digits, Rule.Nullable)
            .Text(nameof(LocalDialPlan), "localdplan", Rule.Regex(
                @"^\s*_?[XZN0-9]+\.?\s*$",
                "a dial pattern of an optional underscore, X, Z, N and digits, and an optional dot at the end"), Rule.Nullable)
            .Text(nameof(OpenCloseMode), "masteroclo", Rule.In("AUTO", "CLOSED")).Default("AUTO")
            .Text(nameof(Operator), "operator", Rule.Integer).StrictRules(Rule.Nullable).MayBeEmpty().Names(RowNames.Destination)
                .Or("System Operator").Filled(TenantHooks.ExchangeOperator)
            .Integer(nameof(PickupGroup), "pickupgroup", Rule.Nullable)
            .Text(nameof(DirectoryPassword), "ldapropwd", Rule.String, Rule.Nullable).Strict().Secret()
            .Text(nameof(Recording), "devicerec", Rule.String, Rule.Nullable).Strict()
            .Integer(nameof(RecordingMaxAge), "recmaxage", Rule.Nullable).Strict()
            .Integer(nameof(RecordingMaxSize), "recmaxsize", Rule.Nullable).Strict()
            .Integer(nameof(RecordingUsed), "recused", Rule.Nullable).ReadOnly()
            .Integer(nameof(RouteClassOverride), "routeclassoverride", Rule.Nullable).Strict()
            .Text(nameof(RouteOverride), "routeoverride", Rule.String, Rule.Nullable).Strict().Destination("routeclassoverride")
            .Text(nameof(MusicOnHold), "usemohcustom", Rule.String, Rule.Nullable).Strict()
            .Integer(nameof(VoicemailMaxAge), "vmailage", Rule.Nullable).Strict()
            .Key("pkey").Form(ValueForm.Tenant).Among(NameSpace.Contexts, NameSpace.Extensions)
            .Stamps()
            .Hidden("name", "oclo")
            .ChecksKeyLast()
            .Hooks(new TenantHooks())
            .TableView(
                (nameof(Key), 12), nameof(Description), nameof(IsOpen), nameof(NextChange), nameof(OpenCloseMode),
                (nameof(Operator), 8))
            .Build();

    /// <summary>Longest duration of a call, in seconds.</summary>
    public int? CallTimeout { get; init; }

    /// <summary>Number that calls of the tenant show when nothing else says so.</summary>
    public string? CallerId { get; init; }

    /// <summary>Call group of the tenant's telephones.</summary>
    public int? CallGroup { get; init; }

    /// <summary>Most calls at the same time.</summary>
    public int? MaxChannels { get; init; }

    /// <summary>What people call the tenant.</summary>
    public string? Description { get; init; }

    /// <summary>Tenants whose extensions may be dialled, ALL for every one.</summary>
    public string? Include { get; init; }

    /// <summary>Area code that local calls are completed with.</summary>
    public string? AreaCode { get; init; }

    /// <summary>Dial pattern of local numbers, such as _XXXXXX.</summary>
    public string? LocalDialPlan { get; init; }

    /// <summary>AUTO: closed while one of its day timers matches, else open. CLOSED: closed, whatever the timers say.</summary>
    public string? OpenCloseMode { get; init; }

    /// <summary>
    /// Whether the tenant is open now, by its day timers, its <see cref="OpenCloseMode"/> and the exchange's own clock. Null
    /// where the tenant does not come from an exchange, or that cannot tell. The exchange is asked when this or
    /// <see cref="NextChange"/> is first looked at, for all tenants that were listed together.
    /// </summary>
    public bool? IsOpen => Hours?.Value?.IsOpen;

    /// <summary>When <see cref="IsOpen"/> changes next, in the exchange's own time zone; null where it never does.</summary>
    public DateTimeOffset? NextChange => Hours?.Value?.NextChange;

    /// <summary>Its hours. The exchange is asked when somebody looks at them, once for all tenants that were listed together.</summary>
    internal Lazy<OpeningHours?>? Hours { get; set; }

    /// <summary>Extension that calls for the operator go to.</summary>
    public string? Operator { get; init; }

    /// <summary>Pickup group of the tenant's telephones.</summary>
    public int? PickupGroup { get; init; }

    /// <summary>Password with which telephones read the directory.</summary>
    internal string? DirectoryPassword { get; init; }

    /// <summary>Which calls are recorded.</summary>
    public string? Recording { get; init; }

    /// <summary>Days that recordings are kept.</summary>
    public int? RecordingMaxAge { get; init; }

    /// <summary>Megabytes that recordings may take, 0 for no limit.</summary>
    public int? RecordingMaxSize { get; init; }

    /// <summary>Megabytes that recordings take.</summary>
    public int? RecordingUsed { get; init; }

    /// <summary>
    /// Class of the destination that all calls go to while the tenant is overridden. SARK's timers write it, with the
    /// destination.
    /// </summary>
    public int? RouteClassOverride { get; init; }

    /// <summary>
    /// Destination that all calls go to while the tenant is overridden. SARK's timers write it once a minute: that of the
    /// holiday timer that holds, or none, so that what is set by hand lasts for less than a minute.
    /// </summary>
    public string? RouteOverride { get; init; }

    /// <summary>The tenant's own music on hold.</summary>
    public string? MusicOnHold { get; init; }

    /// <summary>Days that voicemail is kept.</summary>
    public int? VoicemailMaxAge { get; init; }

    /// <summary>The short name by which everything else refers to the tenant.</summary>
    public string? Key { get; init; }

    /// <summary>The key.</summary>
    public override string ToString() => Key ?? "";
}
