using System.Management.Automation;
using SarkPS.Ami;

namespace SarkPS.Cmdlets;

/// <summary><c>Watch-SarkEvent</c>: what Asterisk reports by itself, as it happens, until Ctrl+C.</summary>
[Cmdlet(VerbsCommon.Watch, "SarkEvent")]
[OutputType(typeof(AmiEvent))]
public sealed class WatchSarkEventCommand : SarkCmdlet
{
    /// <summary>Only events of these names, such as <c>Newchannel</c> and <c>Hangup</c>. All without it.</summary>
    [Parameter(Position = 0)]
    [ValidateNotNullOrEmpty]
    public string[]? Name { get; set; }

    /// <summary>End after this many events.</summary>
    [Parameter]
    [ValidateRange(1, int.MaxValue)]
    public int First { get; set; } = int.MaxValue;

    /// <summary>End after this time; a number is seconds.</summary>
    [Parameter]
    [Seconds]
    public TimeSpan? Timeout { get; set; }

    /// <summary>The id of the last event seen: what happened since and is still kept comes first. For a service; a connection of this session knows only what came since it was opened.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? After { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        using var end = CancellationTokenSource.CreateLinkedTokenSource(StopToken);
        if (Timeout is { } time)
        {
            end.CancelAfter(time > TimeSpan.Zero ? time : TimeSpan.Zero);
        }

        Try(() =>
        {
            var events = Backend.Asterisk.WatchAsync(Name, After, end.Token).GetAsyncEnumerator(end.Token);
            try
            {
                for (var count = 0; count < First && Wait(_ => events.MoveNextAsync().AsTask()); count++)
                {
                    WriteObject(events.Current);
                }
            }
            catch (OperationCanceledException) when (!StopToken.IsCancellationRequested)
            {
                // The time is over, which is an end like any other.
            }
            finally
            {
                events.DisposeAsync().AsTask().GetAwaiter().GetResult();
            }
        });
    }
}
