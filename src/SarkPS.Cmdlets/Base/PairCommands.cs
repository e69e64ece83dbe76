using System.Management.Automation;
using SarkPS.Descriptors;

namespace SarkPS.Cmdlets;

/// <summary>What the three cmdlets of a pair read from what is piped in: an extension, a class-of-service rule, or both.</summary>
internal static class Pairs
{
    /// <summary>The two sides of a pair that something says; a side that it says nothing of is null.</summary>
    /// <param name="resource">The pair.</param>
    /// <param name="item">What was piped in.</param>
    /// <param name="isNeeded">Whether a pair or a row from elsewhere has to say a side: one that is missing must never mean all.</param>
    /// <param name="unknown">Told of properties of a row from elsewhere that mean nothing here.</param>
    /// <exception cref="SarkException">It says neither, or not what it has to, or one of them is null or empty.</exception>
    public static (IReadOnlyList<string>? Extensions, IReadOnlyList<string>? Rules) Read(
        ResourceDescriptor resource,
        PipedItem item,
        Func<Column, bool> isNeeded,
        Action<string> unknown)
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
                _ when other == resource || other.SecondKeyColumn is not null => Both(resource, item, other, isNeeded),
                _ when other.Noun == first.Reference!.Noun => ([item.KeyIn(other).First], null),
                _ when other.Noun == second.Reference!.Noun => (null, [item.KeyIn(other).First]),
                _ => throw item.Stranger(resource.Noun),
            };
        }

        if (item.Kind is not null)
        {
            throw item.Stranger(resource.Noun);
        }

        foreach (var property in item.Source!.Properties.Where(p => !ResourceValues.IsKnown(resource, p.Name)))
        {
            unknown(property.Name);
        }

        if (!Has(item, first) && !Has(item, second))
        {
            throw new SarkException(
                SarkErrorKind.BadRequest, resource.Noun, item.Source,
                $"What was piped in has neither {first.Property} nor {second.Property}: it names no {SarkText.Words(resource.Noun)}.");
        }

        return (Side(resource, item, first, isNeeded(first)), Side(resource, item, second, isNeeded(second)));
    }

    private static (IReadOnlyList<string>?, IReadOnlyList<string>?) Both(
        ResourceDescriptor resource,
        PipedItem item,
        ResourceDescriptor other,
        Func<Column, bool> isNeeded)
    {
        var key = item.KeyIn(other);
        var second = other.Find(other.SecondKeyColumn!)!;
        return ([key.First], key.Second is { } rule ? [rule] : Side(resource, item, second, isNeeded(second)));
    }

    private static bool Has(PipedItem item, Column column) => Property(item, column) is not null;

    private static PSPropertyInfo? Property(PipedItem item, Column column) =>
        item.Source!.Properties[column.Property!] ?? item.Source.Properties[column.Name];

    // What is there and holds nothing is a mistake, such as an empty cell, and so is what is missing where it is needed.
    private static string[]? Side(ResourceDescriptor resource, PipedItem item, Column column, bool isNeeded)
    {
        if (Property(item, column) is not { } property)
        {
            return !isNeeded ? null : throw new SarkException(
                SarkErrorKind.BadRequest, resource.Noun, item.Source,
                $"What was piped in has no {column.Property}. Nothing is never taken for all: name it with -{column.Property}, or pipe "
                    + $"in the {(column.Name == resource.KeyColumn ? "rule" : "extension")} itself where all are meant.");
        }

        return property.Value is { } value && LanguagePrimitives.ConvertTo<string[]>(value) is { Length: > 0 } texts
            && !Array.Exists(texts, string.IsNullOrEmpty) ? texts
            : throw new SarkException(
                SarkErrorKind.BadRequest, resource.Noun, item.Source,
                $"The {column.Property} of what was piped in is null or empty. Nothing is never taken for all: say which "
                    + $"{(column.Name == resource.KeyColumn ? "extension" : "rule")} is meant.");
    }
}

/// <summary>A name of one side of a pair.</summary>
/// <param name="Text">The name, or what was typed for it.</param>
/// <param name="IsTyped">Whether it was typed, so that it may be a pattern where patterns are taken.</param>
internal sealed record PairName(string Text, bool IsTyped);

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

    /// <summary>
    /// What is piped in, taken for what it is: an extension or a rule finds its pairs, a pair itself; a text is an
    /// extension.
    /// </summary>
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
            var (extensions, rules) = Pairs.Read(Resource, wish.Item!, _ => false, TellUnknown);
            WriteRows(row => IsAmong(extensions, row.Text(Resource.KeyColumn)) && IsAmong(rules, row.Text(Resource.SecondKeyColumn!)));
        });
    }

    private static bool IsAmong(IReadOnlyList<string>? wanted, string? key) =>
        wanted is null || wanted.Contains(key ?? "", StringComparer.Ordinal);
}

/// <summary>Makes or removes pairs: each extension that is given or piped in with each rule.</summary>
/// <typeparam name="T">The resource.</typeparam>
public abstract class PairChangeCommand<T> : SarkChangeCommand
    where T : SarkRecord, ISarkResource<T>, new()
{
    /// <summary>The extensions, letter by letter.</summary>
    [Parameter(Mandatory = true, Position = 0, ParameterSetName = KeySet)]
    [Parameter(ParameterSetName = InputSet)]
    [Alias("IPphone_pkey")]
    [SarkKey]
    [ArgumentCompleter(typeof(SarkCompleter))]
    public virtual string[]? Extension { get; set; }

    /// <summary>
    /// What is piped in, taken for what it is: extensions, rules, pairs, or rows that have an Extension and a Rule; a text
    /// is an extension.
    /// </summary>
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
            ForEachWish(
                Extension,
                null,
                wish => EachPair([wish.Item is { } item ? Named(item) : new PairName(wish.Text, IsTyped: true)], Given(Rules)));
            return;
        }

        ForEachWish(null, InputObject, wish =>
        {
            var (extensions, rules) = Pairs.Read(
                T.Descriptor,
                wish.Item!,
                c => c.Name == T.Descriptor.KeyColumn ? Extension is null : Rules is null,
                TellUnknown);
            EachPair(
                Chosen(nameof(Extension), Given(Extension), extensions, wish.Item!) ?? throw wish.Item!.Stranger(nameof(Extension)),
                Chosen("Rule", Given(Rules), rules, wish.Item!));
        });
    }

    /// <summary>
    /// Whether a side that was typed stands in the place of the one that was piped in. If not, two different ones are an
    /// error.
    /// </summary>
    private protected abstract bool TypedWins { get; }

    /// <summary>Does it for one pair; the rule is null where all are meant.</summary>
    private protected abstract void Process(RowKey key);

    /// <summary>Does it for what one name of each side means; the rule is null where all are meant.</summary>
    private protected virtual void Process(PairName extension, PairName? rule) => Process(new RowKey(extension.Text, rule?.Text));

    private void EachPair(IReadOnlyList<PairName> extensions, IReadOnlyList<PairName>? rules)
    {
        foreach (var extension in extensions)
        {
            foreach (var rule in rules ?? [null!])
            {
                Try(() => Process(extension, rule));
            }
        }
    }

    private IReadOnlyList<PairName>? Chosen(string parameter, IReadOnlyList<PairName>? typed, IReadOnlyList<string>? piped, PipedItem item)
    {
        if (typed is not null && piped is not null && !TypedWins && !(typed is [var only] && piped is [var own] && only.Text == own))
        {
            throw new SarkException(
                SarkErrorKind.BadRequest, T.Descriptor.Noun, item.Source,
                $"The {parameter} '{string.Join(", ", piped)}' was piped in, and -{parameter} says "
                    + $"'{string.Join(", ", typed.Select(t => t.Text))}': which one is meant cannot be told.");
        }

        return typed ?? piped?.Select(p => new PairName(p, IsTyped: false)).ToArray();
    }

    private static PairName Named(PipedItem item) =>
        Pairs.Read(T.Descriptor, item, _ => false, _ => { }).Extensions is [var only]
        ? new PairName(only, IsTyped: false)
        : throw item.Stranger(nameof(Extension));

    private static PairName[]? Given(IReadOnlyList<string>? typed) => typed?.Select(t => KeyWish.Typed(t) is { Item: { } item }
        ? new PairName(item.NameFor(T.Descriptor.Noun, ["Extension", "CosRule"], "Key", "pkey"), IsTyped: false)
        : new PairName(t, IsTyped: true)).ToArray();
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

    private protected override bool TypedWins => true;

    private protected override bool MayTakeRows => true;

    private protected override void Process(RowKey key)
    {
        if (key.Second is null)
        {
            throw new SarkException(
                SarkErrorKind.BadRequest,
                T.Descriptor.Noun,
                key.First,
                $"Which rule extension '{key.First}' is to have is not said; name one with -Rule.");
        }

        var changes = Sent = new Changes { [T.Descriptor.KeyColumn] = key.First, [T.Descriptor.SecondKeyColumn!] = key.Second };
        MakeRow(T.Descriptor, null, changes, key.ToString(), ChangeOptions.Default);
    }
}

/// <summary>Takes class-of-service rules from extensions.</summary>
/// <typeparam name="T">The resource.</typeparam>
public abstract class PairRemoveCommand<T> : PairChangeCommand<T>
    where T : SarkRecord, ISarkResource<T>, new()
{
    private readonly HashSet<RowKey> done = [];
    private (ISarkBackend Backend, IReadOnlyList<SarkRow> Rows)? listed;

    /// <summary>
    /// The extensions; * and ? stand for any letters, [abc] for one of these, and a backtick makes the letter after it
    /// literal.
    /// </summary>
    [Parameter(Mandatory = true, Position = 0, ParameterSetName = KeySet)]
    [Parameter(ParameterSetName = InputSet)]
    [Alias("IPphone_pkey")]
    [SupportsWildcards]
    [SarkKey]
    [ArgumentCompleter(typeof(SarkCompleter))]
    public override string[]? Extension { get; set; }

    /// <summary>
    /// The rules; * and ? stand for any letters, [abc] for one of these, and a backtick makes the letter after it literal.
    /// Without it, all that the extension has.
    /// </summary>
    [Parameter(Position = 1, ParameterSetName = KeySet)]
    [Parameter(Position = 0, ParameterSetName = InputSet)]
    [Alias("COS_pkey")]
    [SupportsWildcards]
    [SarkKey]
    [ArgumentCompleter(typeof(SarkCompleter))]
    public string[]? Rule { get; set; }

    /// <summary>Removes it without asking. Does not skip -WhatIf, nor a -Confirm that is given.</summary>
    [Parameter]
    public SwitchParameter Force { get; set; }

    private protected override IReadOnlyList<string>? Rules => Rule;

    private protected override bool TypedWins => false;

    private protected override void Process(PairName extension, PairName? rule)
    {
        var (first, second) = (Wish(extension), rule is null ? null : Wish(rule));
        if (!first.IsPattern && second is not { IsPattern: true })
        {
            Process(new RowKey(first.Literal, second?.Literal));
            return;
        }

        // A pair that is really called so is meant before all that the pattern meets.
        (first, second) = (Exact(first, T.Descriptor.KeyColumn), second is null ? null : Exact(second, T.Descriptor.SecondKeyColumn!));
        var (isFirst, isSecond) = (first.Matcher(nameof(Extension)), second?.Matcher("CosRule") ?? (_ => true));
        var pairs = Listed().Select(KeyOf).ToArray();
        RefuseUnknown(first, pairs.Select(p => p.First));
        if (second is not null)
        {
            RefuseUnknown(second, pairs.Select(p => p.Second!));
        }

        // Two patterns may mean the same pair.
        foreach (var key in pairs.Where(p => isFirst(p.First) && isSecond(p.Second) && done.Add(p)))
        {
            Try(() => Process(key));
        }
    }

    private static KeyWish Wish(PairName name) => name.IsTyped ? KeyWish.Typed(name.Text) : KeyWish.Of(name.Text);

    private static RowKey KeyOf(SarkRow row) => new(row.Text(T.Descriptor.KeyColumn) ?? "", row.Text(T.Descriptor.SecondKeyColumn!) ?? "");

    // What was typed letter by letter beside a pattern has to be there.
    private static void RefuseUnknown(KeyWish wish, IEnumerable<string> known)
    {
        if (!wish.IsPattern && !known.Contains(wish.Literal, StringComparer.Ordinal))
        {
            throw T.Descriptor.NotFound(wish.Literal);
        }
    }

    private KeyWish Exact(KeyWish wish, string column) =>
        wish.IsPattern && Listed().Any(r => r.Text(column) == wish.Text) ? KeyWish.Of(wish.Text) : wish;

    private IReadOnlyList<SarkRow> Listed()
    {
        if (listed is not { } known || known.Backend != Backend)
        {
            listed = known = (Backend, Wait(token => Backend.Tables.ListAsync(T.Descriptor, null, token)));
        }

        return known.Rows;
    }

    private protected override void Process(RowKey key) => RemoveRow(T.Descriptor, key, Force);
}
