using System.Management.Automation;

namespace SarkPS.Cmdlets;

/// <summary>Lists which class-of-service rules hold for which extensions in open hours.</summary>
[Cmdlet(VerbsCommon.Get, "SarkCosOpen")]
[OutputType(typeof(CosOpen))]
public sealed class GetSarkCosOpenCommand : PairGetCommand<CosOpen>;

/// <summary>Makes class-of-service rules hold for extensions in open hours.</summary>
[Cmdlet(VerbsCommon.New, "SarkCosOpen", DefaultParameterSetName = KeySet, SupportsShouldProcess = true)]
[OutputType(typeof(CosOpen))]
public sealed class NewSarkCosOpenCommand : PairNewCommand<CosOpen>;

/// <summary>Makes class-of-service rules hold no longer for extensions in open hours.</summary>
[Cmdlet(VerbsCommon.Remove, "SarkCosOpen", DefaultParameterSetName = KeySet, SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.High)]
public sealed class RemoveSarkCosOpenCommand : PairRemoveCommand<CosOpen>;
