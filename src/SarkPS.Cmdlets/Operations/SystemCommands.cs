using System.Management.Automation;

namespace SarkPS.Cmdlets;

/// <summary>A cmdlet that gives the machine a command.</summary>
public abstract class SarkSystemCommand : SarkCmdlet
{
    /// <summary>Asks, and does it. A connection that does not cover the machine is refused before anybody is asked.</summary>
    private protected void Do(
        string action,
        Func<ISystemOperations, CancellationToken, Task<SystemCommandResult>> command,
        Action<SystemCommandResult>? show) => Try(() =>
    {
        var system = Backend.System;
        if (Confirmed(Backend.Location, action))
        {
            var result = Wait(token => command(system, token));
            show?.Invoke(result);
        }
    });
}

/// <summary>Has SARK write Asterisk's configuration from the database.</summary>
[Cmdlet(VerbsLifecycle.Invoke, "SarkCommit", SupportsShouldProcess = true)]
[OutputType(typeof(CommitResult))]
public sealed class InvokeSarkCommitCommand : SarkChangeCommand
{
    private protected override bool ChangesRows => false;

    /// <summary>Tells which lines of the generated files came and went.</summary>
    [Parameter]
    public SwitchParameter Detailed { get; set; }

    /// <inheritdoc/>
    protected override void EndProcessing() => Try(() =>
    {
        var system = Backend.System;
        // Only who asks for it waits for the comparison.
        var action = Rehearsal.IsOn ? $"Commit {Wait(token => system.GetCommitStatusAsync(token)).Summary}" : "Commit";
        if (Confirmed(Backend.Location, action))
        {
            // Never with the token: SARK's generator is not stopped while it writes.
            var result = WaitForChange("Committing", (_, _) => system.CommitAsync(Detailed, Note, CancellationToken.None));
            foreach (var warning in result.Warnings)
            {
                WriteWarning(warning);
            }

            Emit(result);
        }
    });
}

/// <summary>Tells whether the database has changed since the last commit.</summary>
[Cmdlet(VerbsCommon.Get, "SarkCommitStatus")]
[OutputType(typeof(CommitStatus))]
public sealed class GetSarkCommitStatusCommand : SarkCmdlet
{
    /// <inheritdoc/>
    protected override void EndProcessing() => Try(() => Emit(Wait(token => Backend.System.GetCommitStatusAsync(token))));
}

/// <summary>Restarts the machine that the exchange runs on.</summary>
[Cmdlet(VerbsLifecycle.Restart, "SarkSystem", SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.High)]
[OutputType(typeof(SystemCommandResult))]
public sealed class RestartSarkSystemCommand : SarkSystemCommand
{
    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        Do("Restart the machine", (system, token) => system.RebootAsync(token), result => Emit(result));
    }
}

/// <summary>Tells whether Asterisk runs.</summary>
[Cmdlet(VerbsCommon.Get, "SarkPbxState")]
[OutputType(typeof(PbxState))]
public sealed class GetSarkPbxStateCommand : SarkCmdlet
{
    /// <inheritdoc/>
    protected override void EndProcessing() => Try(() => Emit(Wait(token => Backend.System.GetPbxStateAsync(token))));
}

/// <summary>Starts Asterisk.</summary>
[Cmdlet(VerbsLifecycle.Start, "SarkPbx", SupportsShouldProcess = true)]
[OutputType(typeof(SystemCommandResult))]
public sealed class StartSarkPbxCommand : SarkSystemCommand
{
    /// <summary>Returns what the command said.</summary>
    [Parameter]
    public SwitchParameter PassThru { get; set; }

    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        Do("Start Asterisk", (system, token) => system.StartPbxAsync(token), PassThru ? result => Emit(result) : null);
    }
}

/// <summary>Stops Asterisk; all calls end.</summary>
[Cmdlet(VerbsLifecycle.Stop, "SarkPbx", SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.High)]
[OutputType(typeof(SystemCommandResult))]
public sealed class StopSarkPbxCommand : SarkSystemCommand
{
    /// <summary>Returns what the command said.</summary>
    [Parameter]
    public SwitchParameter PassThru { get; set; }

    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        Do("Stop Asterisk", (system, token) => system.StopPbxAsync(token), PassThru ? result => Emit(result) : null);
    }
}
