using SarkPS.Descriptors;
using SarkPS.Resources;
using SarkPS.Rules;

namespace SarkPS;

/// <summary>Dial plan of one's own that calls can be sent to.</summary>
public sealed class CustomApp : SarkRecord, ISarkResource<CustomApp>
{
    /// <inheritdoc/>
    public static ResourceDescriptor<CustomApp> Descriptor { get; } =
        new ResourceBuilder<CustomApp>("CustomApp", "customapps", "Appl")
            .Tenant()
            .Text(nameof(Description), "desc", Rule.String, Rule.Nullable).Default(null)
            .Text(nameof(DialPlan), "extcode", Rule.String, Rule.Nullable).Default(null).Holds(Lengths.Block).Form(ValueForm.Section)
            .Text(nameof(Span), "span", Rule.In("Internal", "External", "Both", "Neither")).Default("Neither")
            .Flag(nameof(StripTags), "striptags", FlagWords.YesNo).Default("NO")
            .Key("pkey", Rule.DialledName).Among(NameSpace.Contexts)
            .Stamps()
            .Hidden("name")
            .TableView((nameof(Key), 14), nameof(Description), (nameof(Tenant), 12), nameof(Span), nameof(StripTags))
            .Build();

    /// <summary>The tenant that it belongs to.</summary>
    public string? Tenant { get; init; }

    /// <summary>What people call the application.</summary>
    public string? Description { get; init; }

    /// <summary>Lines of Asterisk's extensions.conf.</summary>
    public string? DialPlan { get; init; }

    /// <summary>From where it may be dialled directly.</summary>
    public string? Span { get; init; }

    /// <summary>Whether tags are taken off the caller's name.</summary>
    public bool? StripTags { get; init; }

    /// <summary>Name of the application.</summary>
    public string? Key { get; init; }

    /// <summary>The key.</summary>
    public override string ToString() => Key ?? "";
}
