using System.Management.Automation;

namespace SarkPS.Cmdlets;

/// <summary>Lists which class-of-service rules hold for which extensions in closed hours.</summary>
[Cmdlet(VerbsCommon.Get, "SarkCosClose")]
[OutputType(typeof(CosClose))]
public sealed class GetSarkCosCloseCommand : PairGetCommand<CosClose>;

/// <summary>Makes class-of-service rules hold for extensions in closed hours.</summary>
[Cmdlet(VerbsCommon.New, "SarkCosClose", DefaultParameterSetName = KeySet, SupportsShouldProcess = true)]
[OutputType(typeof(CosClose))]
public sealed class NewSarkCosCloseCommand : PairNewCommand<CosClose>;

/// <summary>Makes class-of-service rules hold no longer for extensions in closed hours.</summary>
[Cmdlet(VerbsCommon.Remove, "SarkCosClose", DefaultParameterSetName = KeySet, SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.High)]
public sealed class RemoveSarkCosCloseCommand : PairRemoveCommand<CosClose>;
