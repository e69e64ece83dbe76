using System.Management.Automation;
using SarkPS.Descriptors;

namespace SarkPS.Cmdlets;

/// <summary>What the three cmdlets of a pair read from what is piped in: an extension, a class-of-service rule, or both.</summary>
internal static class Pairs
{
    /// <summary>The two sides of a pair that something says; a side that it says nothing of is null.</summary>
    /// <exception cref="SarkException">It says neither.</exception>
    public static (IReadOnlyList<string>? Extensions, IReadOnlyList<string>? Rules) Read(ResourceDescriptor resource, PipedItem item)
    {
        if (item.IsEmpty || item.Text is not null)
        {
            return ([item.KeyFor(resource).First], null);
        }

        var first = resource.Find(resource.KeyColumn)!;
        var second = resource.Find(resource.SecondKeyColumn!)!;
        if (item.Resource is { } other)
        {
            return other switch
            {
                _ when other == resource || other.SecondKeyColumn is not null => Both(item.KeyIn(other)),
                _ when other.Noun == first.Reference!.Noun => ([item.KeyIn(other).First], null),
                _ when other.Noun == second.Reference!.Noun => (null, [item.KeyIn(other).First]),
                _ => throw item.Stranger(resource.Noun),
            };
        }

        if (item.Kind is not null)
        {
            throw item.Stranger(resource.Noun);
        }

        var (extensions, rules) = (List(item, first), List(item, second));
        return extensions is not null || rules is not null ? (extensions, rules) : throw new SarkException(
            SarkErrorKind.BadRequest, resource.Noun, item.Source, $"What was piped in has neither {first.Property} nor {second.Property}: it names no {SarkText.Words(resource.Noun)}.");
    }

    private static (IReadOnlyList<string>?, IReadOnlyList<string>?) Both(RowKey key) => ([key.First], key.Second is null ? null : [key.Second]);

    private static string[]? List(PipedItem item, Column column) =>
        (item.Source!.Properties[column.Property!] ?? item.Source.Properties[column.Name]) is { Value: { } value }
            && LanguagePrimitives.ConvertTo<string[]>(value) is { Length: > 0 } texts && !Array.Exists(texts, string.IsNullOrEmpty) ? texts : null;
}

/// <summary>Lists the pairs of an extension and a class-of-service rule.</summary>
/// <typeparam name="T">The resource.</typeparam>
public abstract class PairGetCommand<T> : SarkListCommand<T>
    where T : SarkRecord, ISarkResource<T>, new()
{
    /// <summary>Extensions to look for; * and ? stand for any letters. Without it, all pairs are listed.</summary>
    [Parameter(Position = 0)]
    [Alias("IPphone_pkey")]
    [SupportsWildcards]
    [SarkKey]
    [ArgumentCompleter(typeof(SarkCompleter))]
    public string[]? Extension { get; set; }

    /// <summary>Rules to look for; * and ? stand for any letters.</summary>
    [Parameter(Position = 1)]
    [Alias("COS_pkey")]
    [SupportsWildcards]
    [SarkKey]
    [ArgumentCompleter(typeof(SarkCompleter))]
    public string[]? Rule { get; set; }

    /// <summary>What is piped in, taken for what it is: an extension or a rule finds its pairs, a pair itself; a text is an extension.</summary>
    [Parameter(ValueFromPipeline = true)]
    [ArgumentCompleter(typeof(SarkCompleter))]
    public PSObject? InputObject { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        if (IsRefused())
        {
            return;
        }

        if (!IsPiped)
        {
            Try(() => WriteRows(_ => true));
            return;
        }

        ForEachWish(null, InputObject, wish =>
        {
            var (extensions, rules) = Pairs.Read(Resource, wish.Item!);
            WriteRows(row => IsAmong(extensions, row.Text(Resource.KeyColumn)) && IsAmong(rules, row.Text(Resource.SecondKeyColumn!)));
        });
    }

    private static bool IsAmong(IReadOnlyList<string>? wanted, string? key) => wanted is null || wanted.Contains(key ?? "", StringComparer.Ordinal);
}

/// <summary>Makes or removes pairs: each extension that is given or piped in with each rule.</summary>
/// <typeparam name="T">The resource.</typeparam>
public abstract class PairChangeCommand<T> : SarkCmdlet
    where T : SarkRecord, ISarkResource<T>, new()
{
    /// <summary>The parameter set with extensions that were typed.</summary>
    internal const string KeySet = "Key";

    /// <summary>The parameter set with what is piped in.</summary>
    internal const string InputSet = "InputObject";

    /// <summary>The extensions, letter by letter.</summary>
    [Parameter(Mandatory = true, Position = 0, ParameterSetName = KeySet)]
    [Parameter(ParameterSetName = InputSet)]
    [Alias("IPphone_pkey")]
    [SarkKey]
    [ArgumentCompleter(typeof(SarkCompleter))]
    public string[]? Extension { get; set; }

    /// <summary>What is piped in, taken for what it is: extensions, rules, pairs, or rows that have an Extension and a Rule; a text is an extension.</summary>
    [Parameter(Mandatory = true, ValueFromPipeline = true, ParameterSetName = InputSet)]
    [AllowNull]
    [ArgumentCompleter(typeof(SarkCompleter))]
    public PSObject? InputObject { get; set; }

    private protected abstract IReadOnlyList<string>? Rules { get; }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        if (IsRefused())
        {
            return;
        }

        if (!IsPiped)
        {
            ForEachWish(Extension, null, wish => EachPair([wish.Item is { } item ? Named(Pairs.Read(T.Descriptor, item).Extensions, item) : wish.Text], Given(Rules)));
            return;
        }

        ForEachWish(null, InputObject, wish =>
        {
            var (extensions, rules) = Pairs.Read(T.Descriptor, wish.Item!);
            EachPair(Given(Extension) ?? extensions ?? throw wish.Item!.Stranger(nameof(Extension)), Given(Rules) ?? rules);
        });
    }

    /// <summary>Does it for one pair; the rule is null where all are meant.</summary>
    private protected abstract void Process(RowKey key);

    private void EachPair(IReadOnlyList<string> extensions, IReadOnlyList<string>? rules)
    {
        foreach (var extension in extensions)
        {
            foreach (var rule in rules ?? [null!])
            {
                Try(() => Process(new RowKey(extension, rule)));
            }
        }
    }

    private static string Named(IReadOnlyList<string>? names, PipedItem item) => names is [var only] ? only : throw item.Stranger(nameof(Extension));

    private static string[]? Given(IReadOnlyList<string>? typed) =>
        typed?.Select(t => KeyWish.Typed(t) is { Item: { } item } ? item.NameFor(T.Descriptor.Noun, ["Extension", "CosRule"], "Key", "pkey") : t).ToArray();
}

/// <summary>Gives class-of-service rules to extensions.</summary>
/// <typeparam name="T">The resource.</typeparam>
public abstract class PairNewCommand<T> : PairChangeCommand<T>
    where T : SarkRecord, ISarkResource<T>, new()
{
    /// <summary>The rules, letter by letter.</summary>
    [Parameter(Mandatory = true, Position = 1, ParameterSetName = KeySet)]
    [Parameter(Position = 0, ParameterSetName = InputSet)]
    [Alias("COS_pkey")]
    [SarkKey]
    [ArgumentCompleter(typeof(SarkCompleter))]
    public string[]? Rule { get; set; }

    private protected override IReadOnlyList<string>? Rules => Rule;

    private protected override void Process(RowKey key)
    {
        if (key.Second is null)
        {
            throw new SarkException(SarkErrorKind.BadRequest, T.Descriptor.Noun, key.First, $"Which rule extension '{key.First}' is to have is not said; name one with -Rule.");
        }

        var changes = new Changes { [T.Descriptor.KeyColumn] = key.First, [T.Descriptor.SecondKeyColumn!] = key.Second };
        Rehearsal.Create(T.Descriptor, null, changes, () => Wait(token => Backend.Tables.CreateAsync(T.Descriptor, null, changes, new ChangeOptions(IsRehearsal: true), token)));
        if (ShouldProcess(key.ToString(), $"New {SarkText.Words(T.Descriptor.Noun)}"))
        {
            WriteObject(T.Descriptor.Materialize(Wait(token => Backend.Tables.CreateAsync(T.Descriptor, null, changes, ChangeOptions.Default, token))));
        }
    }
}

/// <summary>Takes class-of-service rules from extensions.</summary>
/// <typeparam name="T">The resource.</typeparam>
public abstract class PairRemoveCommand<T> : PairChangeCommand<T>
    where T : SarkRecord, ISarkResource<T>, new()
{
    /// <summary>The rules, letter by letter; without it, all that the extension has.</summary>
    [Parameter(Position = 1, ParameterSetName = KeySet)]
    [Parameter(Position = 0, ParameterSetName = InputSet)]
    [Alias("COS_pkey")]
    [SarkKey]
    [ArgumentCompleter(typeof(SarkCompleter))]
    public string[]? Rule { get; set; }

    /// <summary>Removes it without asking. Does not skip -WhatIf, nor a -Confirm that is given.</summary>
    [Parameter]
    public SwitchParameter Force { get; set; }

    private protected override IReadOnlyList<string>? Rules => Rule;

    private protected override void Process(RowKey key)
    {
        Rehearsal.Remove(T.Descriptor, key, () => Wait(token => Backend.Tables.RemoveAsync(T.Descriptor, key, new ChangeOptions(IsRehearsal: true, Force: Force), token)));
        if (ShouldRemove(key.ToString(), $"Remove {SarkText.Words(T.Descriptor.Noun)}", Force))
        {
            RemoveReporting.Report(this, key, Wait(token => Backend.Tables.RemoveAsync(T.Descriptor, key, new ChangeOptions(Force: Force), token)));
        }
    }
}
