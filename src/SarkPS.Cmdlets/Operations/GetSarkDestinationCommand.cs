using System.Management.Automation;

namespace SarkPS.Cmdlets;

/// <summary>Lists what calls can be sent to: extensions, ring groups, queues, menus, applications, trunks and the fixed targets.</summary>
[Cmdlet(VerbsCommon.Get, "SarkDestination")]
[OutputType(typeof(Destination))]
public sealed class GetSarkDestinationCommand : SarkCmdlet
{
    /// <summary>
    /// Names to look for; * and ? stand for any letters, [abc] for one of these, and a backtick makes the letter after it
    /// literal.
    /// </summary>
    [Parameter(Position = 0)]
    [SupportsWildcards]
    [SarkKey]
    [ArgumentCompleter(typeof(SarkCompleter))]
    public string[]? Name { get; set; }

    /// <summary>What is piped in, letter by letter: names, destinations, or rows of what calls can be sent to.</summary>
    [Parameter(ValueFromPipeline = true)]
    [ArgumentCompleter(typeof(SarkCompleter))]
    public PSObject? InputObject { get; set; }

    /// <summary>Kinds to look for: Extension, RingGroup, Queue, Ivr, CustomApp, Trunk or Target.</summary>
    [Parameter]
    [SupportsWildcards]
    [SarkKey]
    [ArgumentCompleter(typeof(SarkCompleter))]
    public string[]? Kind { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        if (IsRefused())
        {
            return;
        }

        if (!IsPiped && Name is null)
        {
            Try(() => Write(_ => true));
            return;
        }

        string[] kinds = [nameof(Destination), .. Destinations.Kinds.Select(k => k.Resource.Noun)];
        ForEachWish(Name, InputObject, wish => Write((wish.Item is { } item
            ? KeyWish.Of(item.NameFor(nameof(Destination), kinds, "Name", "Key", "pkey"))
            : wish).Matcher(nameof(Destination), ignoreCase: true)));
    }

    private void Write(Func<string?, bool> isWanted)
    {
        var kinds = Kind?.Select(k => KeyWish.Typed(k).Matcher(nameof(Destination), ignoreCase: true)).ToArray();
        EmitEach(Wait(token => Backend.Tables.DestinationsAsync(token)).Where(
            d => isWanted(d.Name) && (kinds is null || Array.Exists(kinds, k => k(d.Kind)))));
    }
}
