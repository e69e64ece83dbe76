using System.Management.Automation;

namespace SarkPS.Cmdlets;

/// <summary>Lists which extensions are forbidden the numbers of which rules by night, in closed hours.</summary>
[Cmdlet(VerbsCommon.Get, "SarkCosClose")]
[OutputType(typeof(CosClose))]
public sealed class GetSarkCosCloseCommand : PairGetCommand<CosClose>;

/// <summary>Forbids extensions to dial the numbers of rules by night, in closed hours.</summary>
[Cmdlet(VerbsCommon.New, "SarkCosClose", DefaultParameterSetName = KeySet, SupportsShouldProcess = true)]
[OutputType(typeof(CosClose))]
public sealed class NewSarkCosCloseCommand : PairNewCommand<CosClose>;

/// <summary>Allows extensions again to dial the numbers of rules by night, in closed hours.</summary>
[Cmdlet(
    VerbsCommon.Remove,
    "SarkCosClose",
    DefaultParameterSetName = KeySet,
    SupportsShouldProcess = true,
    ConfirmImpact = ConfirmImpact.High)]
public sealed class RemoveSarkCosCloseCommand : PairRemoveCommand<CosClose>;
