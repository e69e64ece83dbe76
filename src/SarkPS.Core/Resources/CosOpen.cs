using SarkPS.Descriptors;
using SarkPS.Resources;
using SarkPS.Rules;

namespace SarkPS;

/// <summary>A class of service that holds for an extension in open hours.</summary>
public sealed class CosOpen : SarkRecord, ISarkResource<CosOpen>
{
    /// <inheritdoc/>
    public static ResourceDescriptor<CosOpen> Descriptor { get; } =
        new ResourceBuilder<CosOpen>("CosOpen", "cosopens", "IPphoneCOSopen")
            .Text(nameof(Extension), "IPphone_pkey", Rules.Rule.Exists(References.Extension)).Required().Filter()
            .Text(nameof(Rule), "COS_pkey", Rules.Rule.Exists(References.CosRule)).Required().Filter()
            .Stamps()
            .PairKey("IPphone_pkey", "COS_pkey")
            .CreatesAtItem()
            .Plural("classes of service for open hours")
            .OrderBy("IPphone_pkey", "COS_pkey")
            .Build();

    /// <summary>The extension.</summary>
    public string? Extension { get; init; }

    /// <summary>The class-of-service rule.</summary>
    public string? Rule { get; init; }

    /// <summary>The extension and the rule.</summary>
    public override string ToString() => $"{Extension}/{Rule}";
}
