using System.Management.Automation;

namespace SarkPS.Cmdlets;

/// <summary>Lists queues, or finds them by key.</summary>
[Cmdlet(VerbsCommon.Get, "SarkQueue")]
[OutputType(typeof(Queue))]
public sealed class GetSarkQueueCommand : SarkGetCommand<Queue>
{
    /// <inheritdoc cref="Queue.Tenant"/>
    [Parameter]
    [Alias("cluster")]
    [SupportsWildcards]
    [SarkKey]
    [ArgumentCompleter(typeof(SarkCompleter))]
    public string[]? Tenant { get; set; }
}

/// <summary>The parameters that New-SarkQueue and Set-SarkQueue share.</summary>
public abstract class QueueWriteCommand : SarkRoutedCommand<Queue>
{
    /// <inheritdoc cref="Queue.Configuration"/>
    [Parameter, Alias("conf")]
    [ArgumentCompleter(typeof(SarkCompleter))]
    [SarkValue]
    public string? Configuration { get; set; }

    /// <inheritdoc cref="Queue.Tenant"/>
    [Parameter, Alias("cluster"), ArgumentCompleter(typeof(SarkCompleter))]
    [SarkValue]
    public virtual string? Tenant { get; set; }

    /// <inheritdoc cref="Queue.Recording"/>
    [Parameter, Alias("devicerec"), ArgumentCompleter(typeof(SarkCompleter))]
    [SarkValue]
    public string? Recording { get; set; }

    /// <inheritdoc cref="Queue.Greeting"/>
    [Parameter, Alias("greetnum")]
    [ArgumentCompleter(typeof(SarkCompleter))]
    [SarkValue]
    public string? Greeting { get; set; }

    /// <inheritdoc cref="Queue.Options"/>
    [Parameter]
    [ArgumentCompleter(typeof(SarkCompleter))]
    [SarkValue]
    public string? Options { get; set; }
}

/// <summary>Makes a queue.</summary>
[Cmdlet(VerbsCommon.New, "SarkQueue", DefaultParameterSetName = KeySet, SupportsShouldProcess = true)]
[OutputType(typeof(Queue))]
public sealed class NewSarkQueueCommand : QueueWriteCommand
{
    /// <inheritdoc cref="Queue.Tenant"/>
    [Parameter(Mandatory = true, ParameterSetName = KeySet)]
    [Parameter(ParameterSetName = InputSet)]
    [Alias("cluster")]
    [ArgumentCompleter(typeof(SarkCompleter))]
    [SarkValue]
    public override string? Tenant { get; set; }
}

/// <summary>Changes queues.</summary>
[Cmdlet(VerbsCommon.Set, "SarkQueue", DefaultParameterSetName = KeySet, SupportsShouldProcess = true)]
[OutputType(typeof(Queue))]
public sealed class SetSarkQueueCommand : QueueWriteCommand
{
    /// <summary>Passes the changed queue on.</summary>
    [Parameter]
    public SwitchParameter PassThru { get; set; }
}

/// <summary>Removes queues.</summary>
[Cmdlet(
    VerbsCommon.Remove,
    "SarkQueue",
    DefaultParameterSetName = KeySet,
    SupportsShouldProcess = true,
    ConfirmImpact = ConfirmImpact.High)]
public sealed class RemoveSarkQueueCommand : SarkRemoveCommand<Queue>;
