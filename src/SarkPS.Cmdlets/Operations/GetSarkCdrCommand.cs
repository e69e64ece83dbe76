using System.Management.Automation;

namespace SarkPS.Cmdlets;

/// <summary>Reads call records.</summary>
[Cmdlet(VerbsCommon.Get, "SarkCdr")]
[OutputType(typeof(CallRecord))]
public sealed class GetSarkCdrCommand : SarkCmdlet
{
    /// <summary>Only calls that began at this time or later, in the exchange's own time.</summary>
    [Parameter]
    [ArgumentCompleter(typeof(SarkCompleter))]
    public DateTime? After { get; set; }

    /// <summary>Only calls that began before this time.</summary>
    [Parameter]
    [ArgumentCompleter(typeof(SarkCompleter))]
    public DateTime? Before { get; set; }

    /// <summary>The caller's number; * and ? stand for any letters.</summary>
    [Parameter(Position = 0)]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(SarkCompleter))]
    public string? Source { get; set; }

    /// <summary>What was dialled; * and ? stand for any letters.</summary>
    [Parameter(Position = 1)]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(SarkCompleter))]
    public string? Destination { get; set; }

    /// <summary>How the call ended: Answered, NoAnswer, Busy, Failed or Congestion.</summary>
    [Parameter]
    public CallDisposition? Disposition { get; set; }

    /// <summary>Only calls that lasted this long or longer, from start to end.</summary>
    [Parameter]
    [ArgumentCompleter(typeof(SarkCompleter))]
    public TimeSpan? MinimumDuration { get; set; }

    /// <summary>Only the last so many of those that fit.</summary>
    [Parameter]
    [ValidateRange(1, int.MaxValue)]
    [ArgumentCompleter(typeof(SarkCompleter))]
    public int? Last { get; set; }

    /// <inheritdoc/>
    protected override void EndProcessing() => Try(() =>
    {
        var filter = new CallRecordFilter
        {
            After = After,
            Before = Before,
            Source = Source,
            Destination = Destination,
            Disposition = Disposition,
            MinimumDuration = MinimumDuration,
            Last = Last
        };
        var statistics = new CallRecordStatistics();
        var records = Backend.CallRecords.ReadAsync(filter, statistics, StopToken).GetAsyncEnumerator(StopToken);
        try
        {
            // One at a time, so that Select-Object -First ends the reading and memory does not grow.
            while (Wait(_ => records.MoveNextAsync().AsTask()))
            {
                Emit(records.Current);
            }
        }
        finally
        {
            records.DisposeAsync().AsTask().GetAwaiter().GetResult();
        }

        WriteVerbose($"{statistics.Matched} call records.");
        if (statistics.Skipped > 0)
        {
            WriteWarning($"{statistics.Skipped} row{(statistics.Skipped == 1 ? "" : "s")} of the call records "
                + $"{(statistics.Skipped == 1 ? "was" : "were")} left out: damaged, or cut short, and no whole call record.");
        }
    });
}
