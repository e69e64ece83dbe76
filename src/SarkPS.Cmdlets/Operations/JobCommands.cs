using System.Management.Automation;

namespace SarkPS.Cmdlets;

/// <summary>Tells what long work goes on at the exchange, and what became of it, the newest first.</summary>
[Cmdlet(VerbsCommon.Get, "SarkJob", DefaultParameterSetName = KeySet)]
[OutputType(typeof(Job))]
public sealed class GetSarkJobCommand() : SarkNamedCommand(nameof(Job), [nameof(Job)], nameof(Job.Id))
{
    /// <summary>The name of a job, a UUID; all of them without it.</summary>
    [Parameter(Position = 0, ParameterSetName = KeySet)]
    [SarkKey]
    [ArgumentCompleter(typeof(SarkCompleter))]
    public string[]? Id { get; set; }

    /// <summary>Waits until it has ended. Ctrl+C ends the waiting, and not the job.</summary>
    [Parameter]
    public new SwitchParameter Wait { get; set; }

    private protected override string[] Names => Id ?? [];

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        if (ParameterSetName != KeySet || MyInvocation.BoundParameters.ContainsKey(nameof(Id)))
        {
            base.ProcessRecord();
            return;
        }

        Try(() =>
        {
            foreach (var job in base.Wait(token => Backend.Jobs.ListAsync(token)))
            {
                Emit(Wait && job.Ended is null ? base.Wait(token => EndAsync(job.Id, token)) : job);
            }
        });
    }

    private protected override void Process(string name) =>
        Emit(base.Wait(token => Wait ? EndAsync(name, token) : Backend.Jobs.GetAsync(name, token)));

    private async Task<Job> EndAsync(string name, CancellationToken cancellationToken)
    {
        Job? job = null;
        await foreach (var now in Backend.Jobs.WatchAsync(name, cancellationToken).ConfigureAwait(false))
        {
            job = now;
        }

        return job ?? await Backend.Jobs.GetAsync(name, cancellationToken).ConfigureAwait(false);
    }
}

/// <summary>Tells long work to stop, which it does where that leaves nothing half done.</summary>
[Cmdlet(VerbsLifecycle.Stop, "SarkJob", DefaultParameterSetName = KeySet, SupportsShouldProcess = true)]
public sealed class StopSarkJobCommand() : SarkNamedCommand(nameof(Job), [nameof(Job)], nameof(Job.Id))
{
    /// <summary>The name of a job, a UUID.</summary>
    [Parameter(Mandatory = true, Position = 0, ParameterSetName = KeySet)]
    [SarkKey]
    [ArgumentCompleter(typeof(SarkCompleter))]
    public string[] Id { get; set; } = [];

    private protected override string[] Names => Id;

    private protected override void Process(string name)
    {
        var job = Wait(token => Backend.Jobs.GetAsync(name, token));
        if (job.Ended is null && Confirmed(job.Activity, "Stop"))
        {
            Wait(token => Backend.Jobs.StopAsync(name, token));
        }
    }
}
