using SarkPS.Descriptors;
using SarkPS.Resources;
using SarkPS.Rules;

namespace SarkPS;

/// <summary>Which trunks calls to outside take.</summary>
public sealed class Route : SarkRecord, ISarkResource<Route>
{
    /// <inheritdoc/>
    public static ResourceDescriptor<Route> Descriptor { get; } =
        new ResourceBuilder<Route>("Route", "routes", "Route")
            .Flag(nameof(Active), "active", FlagWords.YesNo).Default("YES")
            .Flag("Authenticate", "auth", FlagWords.YesNo).Hide().Default("NO")
            .Tenant()
            .Text(nameof(Description), "desc", Rule.Widened(Rule.AlphaDash, ValueForm.Name)).Form(ValueForm.Name).Default(null)
            .Text(nameof(DialPlan), "dialplan", Rule.String).Default(null).Holds(Lengths.List).Form(ValueForm.Patterns)
            .Text(nameof(Path1), "path1", Rule.Exists(References.Line), Rule.Nullable).Default(null).Filled(_ => "None")
                .Names(References.Lines).Or("None")
            .Text(nameof(Path2), "path2", Rule.Exists(References.Line), Rule.Nullable).Default(null).Filled(_ => "None")
                .Names(References.Lines).Or("None")
            .Text(nameof(Path3), "path3", Rule.Exists(References.Line), Rule.Nullable).Default(null).Filled(_ => "None")
                .Names(References.Lines).Or("None")
            .Text(nameof(Path4), "path4", Rule.Exists(References.Line), Rule.Nullable).Default(null).Filled(_ => "None")
                .Names(References.Lines).Or("None")
            .Text(nameof(Strategy), "strategy", Rule.In("hunt", "balance")).Default("hunt")
            .Key("pkey").Form(ValueForm.Name)
            .Text(nameof(RouteName), "route", Rule.String, Rule.Nullable).Strict()
            .Stamps()
            .HiddenDefault("alternate", null)
            .Alias("route")
            .TableView(
                (nameof(Key), 12), nameof(Description), (nameof(Tenant), 10), (nameof(DialPlan), 12), (nameof(Path1), 8),
                nameof(Strategy), nameof(Active))
            .Build();

    /// <summary>Whether the route is in service.</summary>
    public bool? Active { get; init; }

    /// <summary>The tenant that it belongs to.</summary>
    public string? Tenant { get; init; }

    /// <summary>What people call the route.</summary>
    public string? Description { get; init; }

    /// <summary>Dial patterns of the numbers that take the route, separated by spaces.</summary>
    public string? DialPlan { get; init; }

    /// <summary>Trunk that is tried first.</summary>
    public string? Path1 { get; init; }

    /// <summary>Trunk that is tried second.</summary>
    public string? Path2 { get; init; }

    /// <summary>Trunk that is tried third.</summary>
    public string? Path3 { get; init; }

    /// <summary>Trunk that is tried fourth.</summary>
    public string? Path4 { get; init; }

    /// <summary>hunt tries the trunks in order, balance spreads calls over them.</summary>
    public string? Strategy { get; init; }

    /// <summary>Name of the route.</summary>
    public string? Key { get; init; }

    /// <summary>Another name of the route.</summary>
    public string? RouteName { get; init; }

    /// <summary>The key.</summary>
    public override string ToString() => Key ?? "";
}
