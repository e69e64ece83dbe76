using System.Management.Automation;
using SarkPS.Descriptors;

namespace SarkPS.Cmdlets;

/// <summary>Lists rows of a resource, or finds them by key.</summary>
/// <typeparam name="T">The resource.</typeparam>
public abstract class SarkGetCommand<T> : SarkListCommand<T>
    where T : SarkRecord, ISarkResource<T>, new()
{
    /// <summary>
    /// Keys to look for; * and ? stand for any letters, [abc] for one of these, and a backtick makes the letter after it
    /// literal. Without it, all rows are listed.
    /// </summary>
    [Parameter(Position = 0)]
    [Alias("pkey")]
    [SupportsWildcards]
    [SarkKey]
    [ArgumentCompleter(typeof(SarkCompleter))]
    public string[]? Key { get; set; }

    /// <summary>
    /// What is piped in, taken for what it is: a row of this kind or a row from elsewhere is looked up by its key, letter by
    /// letter, as is a plain text or number; a row of another kind finds what belongs to it, such as the extensions of a
    /// tenant.
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

        if (!IsPiped && Key is null)
        {
            Try(() => WriteRows(_ => true));
            return;
        }

        ForEachWish(Key, InputObject, Write);
    }

    private void Write(KeyWish wish)
    {
        if (wish.Item is { Resource: { } other } item && !ReferenceEquals(other, Resource))
        {
            WriteRelated(item, other);
        }
        else if (wish.Item is not null && Key is not null)
        {
            throw wish.Item.Besides(Resource.Noun, nameof(Key));
        }
        else if (wish.IsPattern)
        {
            var matches = wish.Matcher(Resource.Noun);
            WriteRows(row => matches(row.Text(Resource.KeyColumn)));
        }
        else
        {
            var row = Wait(token => Backend.Tables.GetAsync(Resource, Expand(Resource, wish).Single(), token));
            if (Matches(row))
            {
                WriteRow(Resource, row);
            }
        }
    }

    // A tenant finds what it holds, a row finds the tenant that it belongs to, and -Key chooses among them.
    private void WriteRelated(PipedItem item, ResourceDescriptor other)
    {
        var keys = (IsPiped ? Key ?? [] : []).Select(k => KeyWish.Typed(k).Matcher(Resource.Noun)).ToArray();
        bool IsWanted(SarkRow row) => keys.Length == 0 || Array.Exists(keys, k => k(row.Text(Resource.KeyColumn)));
        if (Relation(Resource, other) is { } column)
        {
            WriteRows(IsWanted, (column.Name, item.KeyIn(other).First));
        }
        else if (Relation(other, Resource) is { } back && item.Property(back.Property!, back.Name) is { } named)
        {
            var row = Wait(token => Backend.Tables.GetAsync(Resource, new RowKey(named), token));
            if (Matches(row) && IsWanted(row))
            {
                WriteRow(Resource, row);
            }
        }
        else
        {
            throw item.Stranger(Resource.Noun);
        }
    }
}

/// <summary>Lists rows of a resource, filtered by the parameters that have the name of a column.</summary>
/// <typeparam name="T">The resource.</typeparam>
public abstract class SarkListCommand<T> : SarkCmdlet
    where T : SarkRecord, ISarkResource<T>, new()
{
    private List<Filter>? filters;

    private protected static ResourceDescriptor<T> Resource => T.Descriptor;

    // Those filters whose parameter was given.
    private List<Filter> Filters => filters ??=
        [.. MyInvocation.BoundParameters.Keys.Select(name => (Column: Resource.FindProperty(name), Name: name))
            .Where(f => f.Column is { IsFilter: true })
            .Select(f => Filter.Of(f.Column!, f.Name, LanguagePrimitives.ConvertTo<string[]>(MyInvocation.BoundParameters[f.Name])))];

    private protected bool Matches(SarkRow row)
    {
        if (Filters.TrueForAll(f => f.Matches(row)))
        {
            return true;
        }

        CheckReferences([row]);
        return false;
    }

    /// <summary>Lists rows that meet a condition and the filters.</summary>
    /// <param name="where">The condition.</param>
    /// <param name="exact">Columns and the text that each must hold, letter by letter.</param>
    // The rows are read before the first is passed on: a reader that stayed open would keep a following Set- from writing.
    private protected void WriteRows(Func<SarkRow, bool> where, params (string Column, string Value)[] exact)
    {
        // A single key of another resource is filtered where the rows are, letter by letter as keys are; all else here,
        // without regard to case as at any prompt.
        var there = exact.ToDictionary(e => e.Column, e => e.Value);
        foreach (var filter in Filters.Where(f => f.Column.Reference is not null && f.Wishes is [{ IsPattern: false }]))
        {
            there.TryAdd(filter.Column.Name, filter.Wishes[0].Literal);
        }

        var rows = Wait(token => Backend.Tables.ListAsync(Resource, there.Count > 0 ? there : null, token));
        CheckReferences(rows);
        foreach (var row in rows)
        {
            StopToken.ThrowIfCancellationRequested();
            if (where(row) && Filters.TrueForAll(f => f.Matches(row)))
            {
                WriteRow(Resource, row);
            }
        }
    }

    // A tenant that is named and does not exist has no rows, which looks as if it were empty. Told once for each.
    private void CheckReferences(IReadOnlyList<SarkRow> rows)
    {
        foreach (var filter in Filters.Where(f => f.Column.Reference?.Noun is not null))
        {
            foreach (var wish in filter.Wishes
                .Where(w => !w.IsPattern && filter.Checked.Add(w.Literal) && !rows.Any(r => r.Text(filter.Column.Name) == w.Literal)))
            {
                CheckReference(filter, wish.Literal);
            }
        }
    }

    private void CheckReference(Filter filter, string key)
    {
        var named = SarkResources.Find(filter.Column.Reference!.Noun!);
        var known = Wait(token => Backend.Tables.ListAsync(named, null, token)).Select(r => r.Text(named.KeyColumn) ?? "").ToArray();
        if (!known.Contains(key, StringComparer.Ordinal))
        {
            var near = Nearness.Nearest(key, known);
            WriteError(ToRecord(new SarkNotFoundException(
                named.Noun, key,
                $"There is no {SarkText.Words(named.Noun)} '{key}', which -{filter.Parameter} "
                    + $"names.{(near is null ? "" : $" There is '{near}'.")}")));
        }
    }

    private sealed record Filter(Column Column, string Parameter, KeyWish[] Wishes, Func<string?, bool>[] Matchers)
    {
        public HashSet<string> Checked { get; } = new(StringComparer.Ordinal);

        // Keys of others have the case that they are stored in; words such as the device are typed as it comes.
        public static Filter Of(Column column, string parameter, string[] wanted)
        {
            var wishes = Array.ConvertAll(wanted, w => KeyWish.Typed(column.Reference is not null ? Trimmed(w) : w));
            return new(
                column,
                parameter,
                wishes,
                Array.ConvertAll(wishes, w => w.Matcher(parameter, ignoreCase: column.Reference is null)));
        }

        // A name is stored without blanks around it, so New- takes it with them. An object that was given stays itself.
        private static string Trimmed(string text) =>
            SarkKeyAttribute.Origin(text) is null && ResourceValues.Trimmed(text) is { Length: > 0 } name ? name : text;

        public bool Matches(SarkRow row) => Array.Exists(Matchers, m => m(row.Text(Column.Name)));
    }
}
