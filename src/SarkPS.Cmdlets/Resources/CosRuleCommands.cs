using System.Management.Automation;

namespace SarkPS.Cmdlets;

/// <summary>Lists class-of-service rules, the numbers that extensions are forbidden to dial, or finds them by key.</summary>
[Cmdlet(VerbsCommon.Get, "SarkCosRule")]
[OutputType(typeof(CosRule))]
public sealed class GetSarkCosRuleCommand : SarkGetCommand<CosRule>;

/// <summary>The parameters that New-SarkCosRule and Set-SarkCosRule share.</summary>
public abstract class CosRuleWriteCommand : SarkWriteCommand<CosRule>
{
    /// <inheritdoc cref="CosRule.Active"/>
    [Parameter]
    [SarkFlag, ArgumentCompleter(typeof(SarkCompleter))]
    public bool? Active { get; set; }

    /// <inheritdoc cref="CosRule.DefaultClosed"/>
    [Parameter]
    [SarkFlag, ArgumentCompleter(typeof(SarkCompleter))]
    public bool? DefaultClosed { get; set; }

    /// <inheritdoc cref="CosRule.DefaultOpen"/>
    [Parameter]
    [SarkFlag, ArgumentCompleter(typeof(SarkCompleter))]
    public bool? DefaultOpen { get; set; }

    /// <inheritdoc cref="CosRule.Description"/>
    [Parameter]
    [ArgumentCompleter(typeof(SarkCompleter))]
    [SarkValue]
    public string? Description { get; set; }

    /// <inheritdoc cref="CosRule.DialPlan"/>
    [Parameter]
    [SarkList]
    [ArgumentCompleter(typeof(SarkCompleter))]
    [SarkValue]
    public virtual string? DialPlan { get; set; }

    /// <inheritdoc cref="CosRule.OverrideClosed"/>
    [Parameter, Alias("orideclosed")]
    [SarkFlag, ArgumentCompleter(typeof(SarkCompleter))]
    public bool? OverrideClosed { get; set; }

    /// <inheritdoc cref="CosRule.OverrideOpen"/>
    [Parameter, Alias("orideopen")]
    [SarkFlag, ArgumentCompleter(typeof(SarkCompleter))]
    public bool? OverrideOpen { get; set; }
}

/// <summary>Makes a class-of-service rule: numbers that extensions with it are forbidden to dial.</summary>
[Cmdlet(VerbsCommon.New, "SarkCosRule", DefaultParameterSetName = KeySet, SupportsShouldProcess = true)]
[OutputType(typeof(CosRule))]
public sealed class NewSarkCosRuleCommand : CosRuleWriteCommand
{
    /// <inheritdoc cref="CosRule.DialPlan"/>
    [Parameter(Mandatory = true, ParameterSetName = KeySet)]
    [Parameter(ParameterSetName = InputSet)]
    [SarkList]
    [ArgumentCompleter(typeof(SarkCompleter))]
    [SarkValue]
    public override string? DialPlan { get; set; }
}

/// <summary>Changes class-of-service rules, the numbers that extensions are forbidden to dial.</summary>
[Cmdlet(VerbsCommon.Set, "SarkCosRule", DefaultParameterSetName = KeySet, SupportsShouldProcess = true)]
[OutputType(typeof(CosRule))]
public sealed class SetSarkCosRuleCommand : CosRuleWriteCommand
{
    /// <summary>Passes the changed cos rule on.</summary>
    [Parameter]
    public SwitchParameter PassThru { get; set; }
}

/// <summary>Removes class-of-service rules and what they forbid.</summary>
[Cmdlet(
    VerbsCommon.Remove,
    "SarkCosRule",
    DefaultParameterSetName = KeySet,
    SupportsShouldProcess = true,
    ConfirmImpact = ConfirmImpact.High)]
public sealed class RemoveSarkCosRuleCommand : SarkRemoveCommand<CosRule>;
