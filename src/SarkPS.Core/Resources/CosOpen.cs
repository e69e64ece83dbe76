using SarkPS.Descriptors;
using SarkPS.Resources;
using SarkPS.Rules;

namespace SarkPS;

/// <summary>
/// Forbids an extension to dial the numbers of a rule by day, while its tenant is open; by night it may dial them, unless a
/// <see cref="CosClose"/> forbids it then too.
/// </summary>
public sealed class CosOpen : SarkRecord, ISarkResource<CosOpen>
{
    /// <inheritdoc/>
    public static ResourceDescriptor<CosOpen> Descriptor { get; } =
        new ResourceBuilder<CosOpen>("CosOpen", "cosopens", "IPphoneCOSopen")
            .Text(nameof(Extension), "IPphone_pkey", Rules.Rule.Exists(References.Extension)).Required().Filter()
            .Text(nameof(Rule), "COS_pkey", Rules.Rule.Exists(References.CosRule)).Required().Filter()
            .Stamps()
            .PairKey("IPphone_pkey", "COS_pkey")
            .GivenBy("defaultopen")
            .CreatesAtItem()
            .Plural("classes of service for open hours")
            .OrderBy("IPphone_pkey", "COS_pkey")
            .TableView(nameof(Extension), nameof(Rule))
            .Build();

    /// <summary>The extension that is forbidden the numbers.</summary>
    public string? Extension { get; init; }

    /// <summary>The class-of-service rule that says which numbers.</summary>
    public string? Rule { get; init; }

    /// <summary>The extension and the rule.</summary>
    public override string ToString() => $"{Extension}/{Rule}";
}
