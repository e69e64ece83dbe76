using SarkPS.Descriptors;
using SarkPS.Resources;
using SarkPS.Rules;

namespace SarkPS;

/// <summary>A menu that callers choose from with their keys.</summary>
public sealed class Ivr : SarkRecord, ISarkResource<Ivr>
{
    /// <inheritdoc/>
    public static ResourceDescriptor<Ivr> Descriptor { get; } =
        new ResourceBuilder<Ivr>("Ivr", "ivrs", "ivrmenu")
            .Text(nameof(Description), "description", Rule.String, Rule.Nullable)
            .Tenant()
            .Integer(nameof(Greeting), "greetnum").Names(References.Greeting)
            .Flag(nameof(ListenForExtension), "listenforext", FlagWords.YesNo).Default("NO")
            .Hidden("id")
            .Family<IvrOption>(nameof(Options), nameof(IvrOption.Destination), IvrOption.Keys, option => option
                .Text(nameof(IvrOption.AlertInfo), "alert", Rule.String, Rule.Nullable).Default(null).JudgedBefore("description")
                .Text(nameof(IvrOption.Destination), "option", Rule.String, Rule.Nullable).Default("None")
                    .Destination("routeclass", onlyWhenValid: true)
                .Text(nameof(IvrOption.Tag), "tag", Rule.String, Rule.Nullable).Default(null)
                .HiddenDefault("routeclass", 0))
            .Text(nameof(Timeout), "timeout", Rule.String, Rule.Nullable).Default("operator")
                .Destination("timeoutrouteclass", onlyWhenValid: true)
            .Key("pkey", Rule.DialledName)
            .Integer(nameof(TimeoutRouteClass), "timeoutrouteclass").ReadOnly().Default(100)
            .Text(nameof(Name), "name").Strict()
            .Stamps(Access.Write, Rule.AlphaNum)
            .TableView((nameof(Key), 14), nameof(Description), (nameof(Tenant), 12), nameof(Greeting), (nameof(Timeout), 12))
            .ListView(
                nameof(Key), nameof(Tenant), nameof(Description), nameof(Greeting), nameof(ListenForExtension),
                nameof(Options), nameof(Timeout), nameof(TimeoutRouteClass))
            .Build();

    /// <summary>What people call the menu.</summary>
    public string? Description { get; init; }

    /// <summary>The tenant that it belongs to.</summary>
    public string? Tenant { get; init; }

    /// <summary>Number of the greeting that is played: 12 for usergreeting0012.</summary>
    public int? Greeting { get; init; }

    /// <summary>Whether callers may dial an extension instead.</summary>
    public bool? ListenForExtension { get; init; }

    /// <summary>
    /// The twelve options in order, so that <c>$ivr.Options[1].Destination</c> is where option 1 leads. What a script sets of
    /// one is a change of the menu.
    /// </summary>
    // An array, since PowerShell cannot index the type that the compiler would choose for an interface.
    public IReadOnlyList<IvrOption> Options { get; } = IvrOption.Keys.Select((_, number) => new IvrOption(number)).ToArray();

    /// <summary>Destination of callers who choose nothing.</summary>
    public string? Timeout { get; init; }

    /// <summary>Name of the menu.</summary>
    public string? Key { get; init; }

    /// <summary>Class of the destination of callers who choose nothing.</summary>
    public int? TimeoutRouteClass { get; init; }

    /// <summary>Another name of the menu.</summary>
    public string? Name { get; init; }

    /// <summary>The key.</summary>
    public override string ToString() => Key ?? "";
}
