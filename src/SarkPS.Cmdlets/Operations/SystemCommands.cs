using System.Management.Automation;

namespace SarkPS.Cmdlets;

/// <summary>Has SARK write Asterisk's configuration from the database.</summary>
[Cmdlet(VerbsLifecycle.Invoke, "SarkCommit", SupportsShouldProcess = true)]
[OutputType(typeof(SystemCommandResult))]
public sealed class InvokeSarkCommitCommand : SarkOperationCmdlet
{
    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        if (ShouldProcess(Backend.Location, "Commit"))
        {
            Try(() => WriteObject(Wait(token => Backend.System.CommitAsync(token))));
        }
    }
}

/// <summary>Tells whether the database has changed since the last commit.</summary>
[Cmdlet(VerbsCommon.Get, "SarkCommitStatus")]
[OutputType(typeof(CommitStatus))]
public sealed class GetSarkCommitStatusCommand : SarkOperationCmdlet
{
    /// <inheritdoc/>
    protected override void EndProcessing() => Try(() => WriteObject(Wait(token => Backend.System.GetCommitStatusAsync(token))));
}

/// <summary>Restarts the machine that the exchange runs on.</summary>
[Cmdlet(VerbsLifecycle.Restart, "SarkSystem", SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.High)]
[OutputType(typeof(SystemCommandResult))]
public sealed class RestartSarkSystemCommand : SarkOperationCmdlet
{
    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        if (ShouldProcess(Backend.Location, "Restart the machine"))
        {
            Try(() => WriteObject(Wait(token => Backend.System.RebootAsync(token))));
        }
    }
}

/// <summary>Tells whether Asterisk runs.</summary>
[Cmdlet(VerbsCommon.Get, "SarkPbxState")]
[OutputType(typeof(PbxState))]
public sealed class GetSarkPbxStateCommand : SarkOperationCmdlet
{
    /// <inheritdoc/>
    protected override void EndProcessing() => Try(() => WriteObject(Wait(token => Backend.System.GetPbxStateAsync(token))));
}

/// <summary>Starts Asterisk.</summary>
[Cmdlet(VerbsLifecycle.Start, "SarkPbx", SupportsShouldProcess = true)]
[OutputType(typeof(SystemCommandResult))]
public sealed class StartSarkPbxCommand : SarkOperationCmdlet
{
    /// <summary>Returns what the command said.</summary>
    [Parameter]
    public SwitchParameter PassThru { get; set; }

    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        if (ShouldProcess(Backend.Location, "Start Asterisk"))
        {
            Try(() => WriteIf(Wait(token => Backend.System.StartPbxAsync(token))));
        }
    }

    private void WriteIf(SystemCommandResult result)
    {
        if (PassThru)
        {
            WriteObject(result);
        }
    }
}

/// <summary>Stops Asterisk; all calls end.</summary>
[Cmdlet(VerbsLifecycle.Stop, "SarkPbx", SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.High)]
[OutputType(typeof(SystemCommandResult))]
public sealed class StopSarkPbxCommand : SarkOperationCmdlet
{
    /// <summary>Returns what the command said.</summary>
    [Parameter]
    public SwitchParameter PassThru { get; set; }

    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        if (ShouldProcess(Backend.Location, "Stop Asterisk"))
        {
            Try(() =>
            {
                var result = Wait(token => Backend.System.StopPbxAsync(token));
                if (PassThru)
                {
                    WriteObject(result);
                }
            });
        }
    }
}
