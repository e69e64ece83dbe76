using SarkPS.Descriptors;
using SarkPS.Resources;
using SarkPS.Rules;

namespace SarkPS;

/// <summary>
/// Forbids an extension to dial the numbers of a rule by night, while its tenant is closed; by day it may dial them, unless
/// a <see cref="CosOpen"/> forbids it then too.
/// </summary>
public sealed class CosClose : SarkRecord, ISarkResource<CosClose>
{
    /// <inheritdoc/>
    public static ResourceDescriptor<CosClose> Descriptor { get; } =
        new ResourceBuilder<CosClose>("CosClose", "coscloses", "IPphoneCOSclosed")
            .Text(nameof(Extension), "IPphone_pkey", Rules.Rule.Exists(References.Extension)).Required().Filter()
            .Text(nameof(Rule), "COS_pkey", Rules.Rule.Exists(References.CosRule)).Required().Filter()
            .Stamps()
            .PairKey("IPphone_pkey", "COS_pkey")
            .GivenBy("defaultclosed")
            .CreatesAtItem()
            .Plural("classes of service for closed hours")
            .OrderBy("COS_pkey", "rowid")
            .TableView(nameof(Extension), nameof(Rule))
            .Build();

    /// <summary>The extension that is forbidden the numbers.</summary>
    public string? Extension { get; init; }

    /// <summary>The class-of-service rule that says which numbers.</summary>
    public string? Rule { get; init; }

    /// <summary>The extension and the rule.</summary>
    public override string ToString() => $"{Extension}/{Rule}";
}
