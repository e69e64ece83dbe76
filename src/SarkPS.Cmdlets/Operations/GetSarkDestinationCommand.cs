using System.Management.Automation;

namespace SarkPS.Cmdlets;

/// <summary>Lists what calls can be sent to: extensions, ring groups, queues, menus, applications, trunks and the fixed targets.</summary>
[Cmdlet(VerbsCommon.Get, "SarkDestination")]
[OutputType(typeof(Destination))]
public sealed class GetSarkDestinationCommand : SarkCmdlet
{
    /// <summary>Names to look for; * and ? stand for any letters.</summary>
    [Parameter(Position = 0, ValueFromPipeline = true)]
    [SupportsWildcards]
    public string[]? Name { get; set; }

    /// <summary>Kinds to look for: Extension, RingGroup, Queue, Ivr, CustomApp, Trunk or Target.</summary>
    [Parameter]
    [SupportsWildcards]
    public string[]? Kind { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord() => Try(() =>
    {
        foreach (var destination in Wait(token => Backend.Tables.DestinationsAsync(token)))
        {
            if (IsWanted(Name, destination.Name) && IsWanted(Kind, destination.Kind))
            {
                WriteObject(destination);
            }
        }
    });

    private static bool IsWanted(string[]? patterns, string text) =>
        patterns is null || patterns.Any(p => WildcardPattern.Get(p, WildcardOptions.IgnoreCase).IsMatch(text));
}
