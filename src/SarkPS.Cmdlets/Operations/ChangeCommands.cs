using System.Management.Automation;

namespace SarkPS.Cmdlets;

/// <summary>Tells what was changed, by whom, from where and why, the newest first.</summary>
[Cmdlet(VerbsCommon.Get, "SarkChange")]
[OutputType(typeof(ChangeEntry))]
public sealed class GetSarkChangeCommand : SarkCmdlet
{
    private const int Page = 500;

    /// <summary>Only rows of this resource: its noun, as in Get-SarkExtension.</summary>
    [Parameter(Position = 0)]
    [SarkKey]
    [ArgumentCompleter(typeof(SarkCompleter))]
    public string? Resource { get; set; }

    /// <summary>
    /// Only the row of this key; of a pair the extension and the rule with a slash between them. * and ? stand for any letters,
    /// [abc] for one of these, and a backtick makes the letter after it literal.
    /// </summary>
    [Parameter(Position = 1)]
    [SupportsWildcards]
    [SarkKey]
    [ArgumentCompleter(typeof(SarkCompleter))]
    public string? Key { get; set; }

    /// <summary>Only what was done by this token of a service, or by this account of the machine.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(SarkCompleter))]
    public string? Actor { get; set; }

    /// <summary>Only what was done at this time or later.</summary>
    [Parameter]
    [ArgumentCompleter(typeof(SarkCompleter))]
    public DateTime? After { get; set; }

    /// <summary>Only what was done before this time.</summary>
    [Parameter]
    [ArgumentCompleter(typeof(SarkCompleter))]
    public DateTime? Before { get; set; }

    /// <summary>Only what this set did.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(SarkCompleter))]
    public string? ChangeSet { get; set; }

    /// <summary>So many, the newest. Of a set that is named all are told.</summary>
    [Parameter]
    [ValidateRange(1, int.MaxValue)]
    [ArgumentCompleter(typeof(SarkCompleter))]
    public int Last { get; set; } = 100;

    /// <inheritdoc/>
    protected override void ProcessRecord() => Try(() =>
    {
        var left = ChangeSet is not null && !MyInvocation.BoundParameters.ContainsKey(nameof(Last)) ? int.MaxValue : Last;
        var wish = Key is null ? null : KeyWish.Typed(Key);
        // An older service gives all for a pattern, since it does not know them.
        var matches = wish?.IsPattern == true ? wish.Matcher("Change") : _ => true;
        var query = new ChangeQuery
        {
            Resource = Resource is null ? null : SarkResources.RequireNamed(Resource, "Change"),
            Key = wish is { IsPattern: false } ? wish.Literal : null,
            KeyPattern = wish is { IsPattern: true } ? wish.PlainPattern() : null,
            Actor = Actor,
            From = After,
            To = Before,
            ChangeSet = ChangeSet,
        };
        while (left > 0)
        {
            query = query with { Limit = Math.Min(left, Page) };
            var page = Wait(token => Backend.Changes.HistoryAsync(query, token));
            var wanted = page.Changes.Where(change => matches(change.Key)).ToList();
            EmitEach(wanted);
            if (page.Next is not { } next)
            {
                return;
            }

            left -= wanted.Count;
            query = query with { Before = next };
        }
    });
}

/// <summary>Turns change sets round: rows that they made are removed, columns that they changed get their values back.</summary>
[Cmdlet(VerbsCommon.Undo, "SarkChange", DefaultParameterSetName = KeySet, SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.High)]
[OutputType(typeof(ChangeEntry))]
public sealed class UndoSarkChangeCommand : SarkChangeCommand
{
    private readonly HashSet<string> done = new(StringComparer.Ordinal);

    /// <summary>The sets, as Get-SarkChange tells them.</summary>
    [Parameter(Mandatory = true, Position = 0, ParameterSetName = KeySet)]
    [SarkKey]
    [ArgumentCompleter(typeof(SarkCompleter))]
    public string[] ChangeSet { get; set; } = [];

    /// <summary>Changes, or the names of their sets.</summary>
    [Parameter(Mandatory = true, ValueFromPipeline = true, ParameterSetName = InputSet)]
    [AllowNull]
    [ArgumentCompleter(typeof(SarkCompleter))]
    public PSObject? InputObject { get; set; }

    /// <summary>Does it without asking.</summary>
    [Parameter]
    public SwitchParameter Force { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        if (!IsRefused())
        {
            ForEachWish(
                ChangeSet,
                InputObject,
                wish => Process(wish.Item?.NameFor("Change", [nameof(ChangeEntry)], nameof(ChangeEntry.ChangeSet)) ?? wish.Text));
        }
    }

    private void Process(string name)
    {
        // Several changes of one set may be piped in.
        if (!done.Add(name))
        {
            return;
        }

        if (ShouldRemove(name, "Undo change set", Force))
        {
            EmitEach(Wait(token => Backend.Changes.UndoAsync(name, false, ChangeOrigin.Local, Reason, token)).Changes);
        }
        else if (Rehearsal.IsOn)
        {
            EmitEach(Wait(token => Backend.Changes.UndoAsync(name, true, ChangeOrigin.Local, Reason, token)).Changes);
        }
    }
}

/// <summary>Tells changes as they are made, by whomever, until Ctrl+C.</summary>
[Cmdlet(VerbsCommon.Watch, "SarkChange")]
[OutputType(typeof(ChangeEntry))]
public sealed class WatchSarkChangeCommand : SarkCmdlet
{
    /// <summary>Only rows of these resources: their nouns, as in Get-SarkExtension.</summary>
    [Parameter(Position = 0)]
    [SarkKey]
    [ArgumentCompleter(typeof(SarkCompleter))]
    public string[]? Resource { get; set; }

    /// <summary>The sequence number of the last change seen: what came since is told first. Without it only what comes.</summary>
    [Parameter]
    [ValidateRange(0, long.MaxValue)]
    [ArgumentCompleter(typeof(SarkCompleter))]
    public long? After { get; set; }

    /// <summary>End after this many changes.</summary>
    [Parameter]
    [ValidateRange(1, int.MaxValue)]
    [ArgumentCompleter(typeof(SarkCompleter))]
    public int First { get; set; } = int.MaxValue;

    /// <summary>End after this time; a number is seconds.</summary>
    [Parameter]
    [Seconds]
    [ArgumentCompleter(typeof(SarkCompleter))]
    public TimeSpan? Timeout { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord() => Try(() =>
    {
        var wanted = Resource?.Select(r => SarkResources.RequireNamed(r, "Change").Route).ToHashSet(StringComparer.Ordinal);
        var count = 0;
        Follow(
            token => Backend.Changes.WatchAsync(After, token),
            Timeout,
            change =>
            {
                if (wanted?.Contains(change.Resource ?? "") != false)
                {
                    Emit(change);
                    count++;
                }

                return count < First;
            });
    });
}
