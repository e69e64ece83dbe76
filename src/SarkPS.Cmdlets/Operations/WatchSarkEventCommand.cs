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
    [ArgumentCompleter(typeof(SarkCompleter))]
    public string[]? Name { get; set; }

    /// <summary>End after this many events.</summary>
    [Parameter]
    [ValidateRange(1, int.MaxValue)]
    [ArgumentCompleter(typeof(SarkCompleter))]
    public int First { get; set; } = int.MaxValue;

    /// <summary>End after this time; a number is seconds.</summary>
    [Parameter]
    [Seconds]
    [ArgumentCompleter(typeof(SarkCompleter))]
    public TimeSpan? Timeout { get; set; }

    /// <summary>
    /// The id of the last event seen: what happened since and is still kept comes first. For a service; a connection of
    /// this session knows only what came since it was opened.
    /// </summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(SarkCompleter))]
    public string? After { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord() => Try(() =>
    {
        var wanted = Name is null ? null : new HashSet<string>(Name, StringComparer.OrdinalIgnoreCase);
        // Whether Asterisk is there is told to whoever watches, whatever they watch for.
        var asked = wanted?.Append(AmiEventHub.Connected).Append(AmiEventHub.Disconnected).ToArray();
        var isAway = false;
        var dropped = 0L;
        var count = 0;
        Follow(token => Backend.Asterisk.WatchAsync(asked, After, token), Timeout, next =>
        {
            if (next.Name == AmiEventHub.Disconnected)
            {
                isAway = true;
                WriteWarning($"Asterisk is gone: {next.Message["Reason"]} What it reports is missed until it is back; it is asked until "
                    + "then.");
            }
            else if (next.Name == AmiEventHub.Connected && isAway)
            {
                isAway = false;
                WriteWarning("Asterisk is back.");
            }

            dropped += next.Dropped;
            if (wanted is null || wanted.Contains(next.Name) || next.Name == AmiEventHub.EventsLost)
            {
                Emit(next with { Dropped = dropped });
                dropped = 0;
                count++;
            }

            return count < First;
        });
    });
}
