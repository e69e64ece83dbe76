using SarkPS.Descriptors;
using SarkPS.Resources;
using SarkPS.Rules;

namespace SarkPS;

/// <summary>
/// Numbers that extensions are forbidden to dial: by day, while the tenant is open, those extensions that have the rule as
/// a <see cref="CosOpen"/>, and by night, while it is closed, those that have it as a <see cref="CosClose"/>; whatever no
/// rule forbids, everybody may dial.
/// </summary>
public sealed class CosRule : SarkRecord, ISarkResource<CosRule>
{
    /// <inheritdoc/>
    public static ResourceDescriptor<CosRule> Descriptor { get; } =
        new ResourceBuilder<CosRule>("CosRule", "cosrules", "COS")
            .Flag(nameof(Active), "active", FlagWords.YesNo).Default("NO")
            .Flag(nameof(DefaultClosed), "defaultclosed", FlagWords.YesNo).Default("NO")
            .Flag(nameof(DefaultOpen), "defaultopen", FlagWords.YesNo).Default("NO")
            .Text(nameof(Description), "description", Rule.String, Rule.Nullable).Default(null)
            .Text(nameof(DialPlan), "dialplan", Rule.String, Rule.Nullable).CreateRules(Rule.Required).Default(null).Holds(Lengths.List)
                .Form(ValueForm.Patterns)
            .Flag(nameof(OverrideClosed), "orideclosed", FlagWords.YesNo).Default("NO")
            .Flag(nameof(OverrideOpen), "orideopen", FlagWords.YesNo).Default("NO")
            .Key("pkey", Rule.AlphaDash).Among(NameSpace.Contexts)
            .Stamps()
            .CreatesAtItem()
            .Hooks(new CosRuleHooks())
            .TableView(
                (nameof(Key), 14), nameof(Active), (nameof(DialPlan), 16), nameof(DefaultOpen), nameof(DefaultClosed),
                nameof(Description))
            .Build();

    /// <summary>A note for people: SARK's dial plan forbids the numbers of a rule whether it is active or not.</summary>
    public bool? Active { get; init; }

    /// <summary>Whether extensions that are made from now on are forbidden its numbers by night, in closed hours.</summary>
    public bool? DefaultClosed { get; init; }

    /// <summary>Whether extensions that are made from now on are forbidden its numbers by day, in open hours.</summary>
    public bool? DefaultOpen { get; init; }

    /// <summary>What people call the rule.</summary>
    public string? Description { get; init; }

    /// <summary>
    /// The numbers that it forbids: Asterisk's dial patterns as they are dialled, separated by spaces, such as _00X. _+X. for
    /// calls abroad.
    /// </summary>
    public string? DialPlan { get; init; }

    /// <summary>Whether its numbers are forbidden to every extension by night, in closed hours, those without the rule included.</summary>
    public bool? OverrideClosed { get; init; }

    /// <summary>Whether its numbers are forbidden to every extension by day, in open hours, those without the rule included.</summary>
    public bool? OverrideOpen { get; init; }

    /// <summary>Name of the rule: letters, digits, dashes and underscores.</summary>
    public string? Key { get; init; }

    /// <summary>The key.</summary>
    public override string ToString() => Key ?? "";
}
