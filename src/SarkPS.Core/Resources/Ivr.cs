using SarkPS.Descriptors;
using SarkPS.Resources;
using SarkPS.Rules;

namespace SarkPS;

/// <summary>A menu that callers choose from with their keys.</summary>
public sealed partial class Ivr : SarkRecord, ISarkResource<Ivr>
{
    /// <inheritdoc/>
    public static ResourceDescriptor<Ivr> Descriptor { get; } =
        new ResourceBuilder<Ivr>("Ivr", "ivrs", "ivrmenu")
            .Text(nameof(AlertInfo0), "alert0", Rule.String, Rule.Nullable).Default(null)
            .Text(nameof(AlertInfo1), "alert1", Rule.String, Rule.Nullable).Default(null)
            .Text(nameof(AlertInfo2), "alert2", Rule.String, Rule.Nullable).Default(null)
            .Text(nameof(AlertInfo3), "alert3", Rule.String, Rule.Nullable).Default(null)
            .Text(nameof(AlertInfo4), "alert4", Rule.String, Rule.Nullable).Default(null)
            .Text(nameof(AlertInfo5), "alert5", Rule.String, Rule.Nullable).Default(null)
            .Text(nameof(AlertInfo6), "alert6", Rule.String, Rule.Nullable).Default(null)
            .Text(nameof(AlertInfo7), "alert7", Rule.String, Rule.Nullable).Default(null)
            .Text(nameof(AlertInfo8), "alert8", Rule.String, Rule.Nullable).Default(null)
            .Text(nameof(AlertInfo9), "alert9", Rule.String, Rule.Nullable).Default(null)
            .Text(nameof(AlertInfo10), "alert10", Rule.String, Rule.Nullable).Default(null)
            .Text(nameof(AlertInfo11), "alert11", Rule.String, Rule.Nullable).Default(null)
            .Text(nameof(Description), "description", Rule.String, Rule.Nullable)
            .Tenant()
            .Integer(nameof(Greeting), "greetnum").Names(References.Greeting)
            .Flag(nameof(ListenForExtension), "listenforext", FlagWords.YesNo).Default("NO")
            .Text(nameof(Option0), "option0", Rule.String, Rule.Nullable).Default("None").Destination("routeclass0", onlyWhenValid: true)
            .Text(nameof(Option1), "option1", Rule.String, Rule.Nullable).Default("None").Destination("routeclass1", onlyWhenValid: true)
            .Text(nameof(Option2), "option2", Rule.String, Rule.Nullable).Default("None").Destination("routeclass2", onlyWhenValid: true)
            .Text(nameof(Option3), "option3", Rule.String, Rule.Nullable).Default("None").Destination("routeclass3", onlyWhenValid: true)
            .Text(nameof(Option4), "option4", Rule.String, Rule.Nullable).Default("None").Destination("routeclass4", onlyWhenValid: true)
            .Text(nameof(Option5), "option5", Rule.String, Rule.Nullable).Default("None").Destination("routeclass5", onlyWhenValid: true)
            .Text(nameof(Option6), "option6", Rule.String, Rule.Nullable).Default("None").Destination("routeclass6", onlyWhenValid: true)
            .Text(nameof(Option7), "option7", Rule.String, Rule.Nullable).Default("None").Destination("routeclass7", onlyWhenValid: true)
            .Text(nameof(Option8), "option8", Rule.String, Rule.Nullable).Default("None").Destination("routeclass8", onlyWhenValid: true)
            .Text(nameof(Option9), "option9", Rule.String, Rule.Nullable).Default("None").Destination("routeclass9", onlyWhenValid: true)
            .Text(nameof(Option10), "option10", Rule.String, Rule.Nullable).Default("None").Destination("routeclass10", onlyWhenValid: true)
            .Text(nameof(Option11), "option11", Rule.String, Rule.Nullable).Default("None").Destination("routeclass11", onlyWhenValid: true)
            .Text(nameof(Tag0), "tag0", Rule.String, Rule.Nullable).Default(null)
            .Text(nameof(Tag1), "tag1", Rule.String, Rule.Nullable).Default(null)
            .Text(nameof(Tag2), "tag2", Rule.String, Rule.Nullable).Default(null)
            .Text(nameof(Tag3), "tag3", Rule.String, Rule.Nullable).Default(null)
            .Text(nameof(Tag4), "tag4", Rule.String, Rule.Nullable).Default(null)
            .Text(nameof(Tag5), "tag5", Rule.String, Rule.Nullable).Default(null)
            .Text(nameof(Tag6), "tag6", Rule.String, Rule.Nullable).Default(null)
            .Text(nameof(Tag7), "tag7", Rule.String, Rule.Nullable).Default(null)
            .Text(nameof(Tag8), "tag8", Rule.String, Rule.Nullable).Default(null)
            .Text(nameof(Tag9), "tag9", Rule.String, Rule.Nullable).Default(null)
            .Text(nameof(Tag10), "tag10", Rule.String, Rule.Nullable).Default(null)
            .Text(nameof(Tag11), "tag11", Rule.String, Rule.Nullable).Default(null)
            .Text(nameof(Timeout), "timeout", Rule.String, Rule.Nullable).Default("operator").Destination("timeoutrouteclass", onlyWhenValid: true)
            .Key("pkey", Rule.DialledName)
            .Integer(nameof(TimeoutRouteClass), "timeoutrouteclass").ReadOnly().Default(100)
            .Text(nameof(Name), "name").Strict()
            .Stamps(Access.Write, Rule.AlphaNum)
            .Hidden("id")
            .HiddenDefault("routeclass0", 0)
            .HiddenDefault("routeclass1", 0)
            .HiddenDefault("routeclass2", 0)
            .HiddenDefault("routeclass3", 0)
            .HiddenDefault("routeclass4", 0)
            .HiddenDefault("routeclass5", 0)
            .HiddenDefault("routeclass6", 0)
            .HiddenDefault("routeclass7", 0)
            .HiddenDefault("routeclass8", 0)
            .HiddenDefault("routeclass9", 0)
            .HiddenDefault("routeclass10", 0)
            .HiddenDefault("routeclass11", 0)
            .TableView((nameof(Key), 14), nameof(Description), (nameof(Tenant), 12), nameof(Greeting), (nameof(Timeout), 12))
            .ListView(nameof(Key), nameof(Tenant), nameof(Description), nameof(Greeting), nameof(ListenForExtension), nameof(Options), nameof(Timeout), nameof(TimeoutRouteClass))
            .Build();

    /// <summary>Text of the Alert-Info header for calls that choose option 0.</summary>
    public string? AlertInfo0 { get; init; }

    /// <summary>Text of the Alert-Info header for calls that choose option 1.</summary>
    public string? AlertInfo1 { get; init; }

    /// <summary>Text of the Alert-Info header for calls that choose option 2.</summary>
    public string? AlertInfo2 { get; init; }

    /// <summary>Text of the Alert-Info header for calls that choose option 3.</summary>
    public string? AlertInfo3 { get; init; }

    /// <summary>Text of the Alert-Info header for calls that choose option 4.</summary>
    public string? AlertInfo4 { get; init; }

    /// <summary>Text of the Alert-Info header for calls that choose option 5.</summary>
    public string? AlertInfo5 { get; init; }

    /// <summary>Text of the Alert-Info header for calls that choose option 6.</summary>
    public string? AlertInfo6 { get; init; }

    /// <summary>Text of the Alert-Info header for calls that choose option 7.</summary>
    public string? AlertInfo7 { get; init; }

    /// <summary>Text of the Alert-Info header for calls that choose option 8.</summary>
    public string? AlertInfo8 { get; init; }

    /// <summary>Text of the Alert-Info header for calls that choose option 9.</summary>
    public string? AlertInfo9 { get; init; }

    /// <summary>Text of the Alert-Info header for calls that choose option 10.</summary>
    public string? AlertInfo10 { get; init; }

    /// <summary>Text of the Alert-Info header for calls that choose option 11.</summary>
    public string? AlertInfo11 { get; init; }

    /// <summary>What people call the menu.</summary>
    public string? Description { get; init; }

    /// <summary>The tenant that it belongs to.</summary>
    public string? Tenant { get; init; }

    /// <summary>Number of the greeting that is played: 12 for usergreeting0012.</summary>
    public int? Greeting { get; init; }

    /// <summary>Whether callers may dial an extension instead.</summary>
    public bool? ListenForExtension { get; init; }

    /// <summary>Destination of option 0.</summary>
    public string? Option0 { get; init; }

    /// <summary>Destination of option 1.</summary>
    public string? Option1 { get; init; }

    /// <summary>Destination of option 2.</summary>
    public string? Option2 { get; init; }

    /// <summary>Destination of option 3.</summary>
    public string? Option3 { get; init; }

    /// <summary>Destination of option 4.</summary>
    public string? Option4 { get; init; }

    /// <summary>Destination of option 5.</summary>
    public string? Option5 { get; init; }

    /// <summary>Destination of option 6.</summary>
    public string? Option6 { get; init; }

    /// <summary>Destination of option 7.</summary>
    public string? Option7 { get; init; }

    /// <summary>Destination of option 8.</summary>
    public string? Option8 { get; init; }

    /// <summary>Destination of option 9.</summary>
    public string? Option9 { get; init; }

    /// <summary>Destination of option 10, the star.</summary>
    public string? Option10 { get; init; }

    /// <summary>Destination of option 11, the hash.</summary>
    public string? Option11 { get; init; }

    /// <summary>Text put before the name of callers who choose option 0.</summary>
    public string? Tag0 { get; init; }

    /// <summary>Text put before the name of callers who choose option 1.</summary>
    public string? Tag1 { get; init; }

    /// <summary>Text put before the name of callers who choose option 2.</summary>
    public string? Tag2 { get; init; }

    /// <summary>Text put before the name of callers who choose option 3.</summary>
    public string? Tag3 { get; init; }

    /// <summary>Text put before the name of callers who choose option 4.</summary>
    public string? Tag4 { get; init; }

    /// <summary>Text put before the name of callers who choose option 5.</summary>
    public string? Tag5 { get; init; }

    /// <summary>Text put before the name of callers who choose option 6.</summary>
    public string? Tag6 { get; init; }

    /// <summary>Text put before the name of callers who choose option 7.</summary>
    public string? Tag7 { get; init; }

    /// <summary>Text put before the name of callers who choose option 8.</summary>
    public string? Tag8 { get; init; }

    /// <summary>Text put before the name of callers who choose option 9.</summary>
    public string? Tag9 { get; init; }

    /// <summary>Text put before the name of callers who choose option 10.</summary>
    public string? Tag10 { get; init; }

    /// <summary>Text put before the name of callers who choose option 11.</summary>
    public string? Tag11 { get; init; }

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
