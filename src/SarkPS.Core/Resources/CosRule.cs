using SarkPS.Descriptors;
using SarkPS.Resources;
using SarkPS.Rules;

namespace SarkPS;

/// <summary>A class of service: a set of numbers that telephones may or may not dial.</summary>
public sealed class CosRule : SarkRecord, ISarkResource<CosRule>
{
    /// <inheritdoc/>
    public static ResourceDescriptor<CosRule> Descriptor { get; } =
        new ResourceBuilder<CosRule>("CosRule", "cosrules", "COS")
            .Flag(nameof(Active), "active", FlagWords.YesNo).Default("NO")
            .Flag(nameof(DefaultClosed), "defaultclosed", FlagWords.YesNo).Default("NO")
            .Flag(nameof(DefaultOpen), "defaultopen", FlagWords.YesNo).Default("NO")
            .Text(nameof(Description), "description", Rule.String, Rule.Nullable).Default(null)
            .Text(nameof(DialPlan), "dialplan", Rule.String, Rule.Nullable).CreateRules(Rule.Required).Default(null).Holds(Lengths.List).Form(ValueForm.Patterns)
            .Flag(nameof(OverrideClosed), "orideclosed", FlagWords.YesNo).Default("NO")
            .Flag(nameof(OverrideOpen), "orideopen", FlagWords.YesNo).Default("NO")
            .Key("pkey", Rule.AlphaDash).Among(NameSpace.Contexts)
            .Stamps()
            .CreatesAtItem()
            .Build();

    /// <summary>Whether the rule is in force.</summary>
    public bool? Active { get; init; }

    /// <summary>Whether new extensions get it for closed hours.</summary>
    public bool? DefaultClosed { get; init; }

    /// <summary>Whether new extensions get it for open hours.</summary>
    public bool? DefaultOpen { get; init; }

    /// <summary>What people call the rule.</summary>
    public string? Description { get; init; }

    /// <summary>Dial patterns that the rule catches, separated by spaces, such as _0900X. _0800X.</summary>
    public string? DialPlan { get; init; }

    /// <summary>Whether it also catches extensions that do not have it, in closed hours.</summary>
    public bool? OverrideClosed { get; init; }

    /// <summary>Whether it also catches extensions that do not have it, in open hours.</summary>
    public bool? OverrideOpen { get; init; }

    /// <summary>Name of the rule: letters, digits, dashes and underscores.</summary>
    public string? Key { get; init; }

    /// <summary>The key.</summary>
    public override string ToString() => Key ?? "";
}
