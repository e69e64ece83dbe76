using System.Management.Automation;

namespace SarkPS.Cmdlets;

/// <summary>Lists which extensions are forbidden the numbers of which rules by day, in open hours.</summary>
[Cmdlet(VerbsCommon.Get, "SarkCosOpen")]
[OutputType(typeof(CosOpen))]
public sealed class GetSarkCosOpenCommand : PairGetCommand<CosOpen>;

/// <summary>Forbids extensions to dial the numbers of rules by day, in open hours.</summary>
[Cmdlet(VerbsCommon.New, "SarkCosOpen", DefaultParameterSetName = KeySet, SupportsShouldProcess = true)]
[OutputType(typeof(CosOpen))]
public sealed class NewSarkCosOpenCommand : PairNewCommand<CosOpen>;

/// <summary>Allows extensions again to dial the numbers of rules by day, in open hours.</summary>
[Cmdlet(
    VerbsCommon.Remove,
    "SarkCosOpen",
    DefaultParameterSetName = KeySet,
    SupportsShouldProcess = true,
    ConfirmImpact = ConfirmImpact.High)]
public sealed class RemoveSarkCosOpenCommand : PairRemoveCommand<CosOpen>;
