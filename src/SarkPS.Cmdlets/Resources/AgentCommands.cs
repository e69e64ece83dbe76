using System.Management.Automation;

namespace SarkPS.Cmdlets;

/// <summary>Lists agents, or finds them by key.</summary>
[Cmdlet(VerbsCommon.Get, "SarkAgent")]
[OutputType(typeof(Agent))]
public sealed class GetSarkAgentCommand : SarkGetCommand<Agent>
{
    /// <inheritdoc cref="Agent.Tenant"/>
    [Parameter]
    [Alias("cluster")]
    [SupportsWildcards]
    [SarkKey]
    [ArgumentCompleter(typeof(SarkCompleter))]
    public string[]? Tenant { get; set; }
}

/// <summary>The parameters that New-SarkAgent and Set-SarkAgent share.</summary>
public abstract class AgentWriteCommand : SarkRoutedCommand<Agent>
{
    /// <inheritdoc cref="Agent.Tenant"/>
    [Parameter, Alias("cluster"), ArgumentCompleter(typeof(SarkCompleter))]
    [SarkValue]
    public virtual string? Tenant { get; set; }

    /// <inheritdoc cref="Agent.Name"/>
    [Parameter]
    [ArgumentCompleter(typeof(SarkCompleter))]
    [SarkValue]
    public virtual string? Name { get; set; }

    /// <inheritdoc cref="Agent.Password"/>
    [Parameter, Alias("passwd")]
    [SarkSecret]
    [ArgumentCompleter(typeof(SarkCompleter))]
    [SarkValue]
    public virtual string? Password { get; set; }

    /// <inheritdoc cref="Agent.Queue1"/>
    [Parameter, ArgumentCompleter(typeof(SarkCompleter))]
    [SarkValue]
    public string? Queue1 { get; set; }

    /// <inheritdoc cref="Agent.Queue2"/>
    [Parameter, ArgumentCompleter(typeof(SarkCompleter))]
    [SarkValue]
    public string? Queue2 { get; set; }

    /// <inheritdoc cref="Agent.Queue3"/>
    [Parameter, ArgumentCompleter(typeof(SarkCompleter))]
    [SarkValue]
    public string? Queue3 { get; set; }

    /// <inheritdoc cref="Agent.Queue4"/>
    [Parameter, ArgumentCompleter(typeof(SarkCompleter))]
    [SarkValue]
    public string? Queue4 { get; set; }

    /// <inheritdoc cref="Agent.Queue5"/>
    [Parameter, ArgumentCompleter(typeof(SarkCompleter))]
    [SarkValue]
    public string? Queue5 { get; set; }

    /// <inheritdoc cref="Agent.Queue6"/>
    [Parameter, ArgumentCompleter(typeof(SarkCompleter))]
    [SarkValue]
    public string? Queue6 { get; set; }
}

/// <summary>Makes an agent.</summary>
[Cmdlet(VerbsCommon.New, "SarkAgent", DefaultParameterSetName = KeySet, SupportsShouldProcess = true)]
[OutputType(typeof(Agent))]
public sealed class NewSarkAgentCommand : AgentWriteCommand
{
    /// <inheritdoc cref="Agent.Tenant"/>
    [Parameter(Mandatory = true, ParameterSetName = KeySet)]
    [Parameter(ParameterSetName = InputSet)]
    [Alias("cluster")]
    [ArgumentCompleter(typeof(SarkCompleter))]
    [SarkValue]
    public override string? Tenant { get; set; }

    /// <inheritdoc cref="Agent.Name"/>
    [Parameter(Mandatory = true, ParameterSetName = KeySet)]
    [Parameter(ParameterSetName = InputSet)]
    [ArgumentCompleter(typeof(SarkCompleter))]
    [SarkValue]
    public override string? Name { get; set; }

    /// <inheritdoc cref="Agent.Password"/>
    [Parameter(Mandatory = true, ParameterSetName = KeySet)]
    [Parameter(ParameterSetName = InputSet)]
    [Alias("passwd")]
    [SarkSecret]
    [ArgumentCompleter(typeof(SarkCompleter))]
    [SarkValue]
    public override string? Password { get; set; }
}

/// <summary>Changes agents.</summary>
[Cmdlet(VerbsCommon.Set, "SarkAgent", DefaultParameterSetName = KeySet, SupportsShouldProcess = true)]
[OutputType(typeof(Agent))]
public sealed class SetSarkAgentCommand : AgentWriteCommand
{
    /// <summary>Passes the changed agent on.</summary>
    [Parameter]
    public SwitchParameter PassThru { get; set; }
}

/// <summary>Removes agents.</summary>
[Cmdlet(
    VerbsCommon.Remove,
    "SarkAgent",
    DefaultParameterSetName = KeySet,
    SupportsShouldProcess = true,
    ConfirmImpact = ConfirmImpact.High)]
public sealed class RemoveSarkAgentCommand : SarkRemoveCommand<Agent>;
