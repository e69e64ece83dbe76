using System.Management.Automation;
using SarkPS.Descriptors;

namespace SarkPS.Cmdlets;

/// <summary>Lists rows of a resource, or finds them by key.</summary>
/// <typeparam name="T">The resource.</typeparam>
public abstract class SarkGetCommand<T> : SarkListCommand<T>
    where T : SarkRecord, ISarkResource<T>, new()
{
    /// <summary>Keys to look for; * and ? stand for any letters. Without it, all rows are listed.</summary>
    [Parameter(Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [Alias("pkey")]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(SarkCompleter))]
    public string[]? Key { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        if (Key is null)
        {
            Try(() => WriteRows(_ => true));
            return;
        }

        foreach (var key in Key)
        {
            Try(() =>
            {
                if (!WildcardPattern.ContainsWildcardCharacters(key))
                {
                    var row = Wait(token => Backend.Tables.GetAsync(Resource, new RowKey(key), token));
                    if (Matches(row))
                    {
                        WriteObject(Resource.Materialize(row));
                    }

                    return;
                }

                var pattern = WildcardPattern.Get(key, WildcardOptions.IgnoreCase);
                WriteRows(row => pattern.IsMatch(row.Text(Resource.KeyColumn) ?? ""));
            });
        }
    }
}

/// <summary>Lists rows of a resource, filtered by the parameters that have the name of a column.</summary>
/// <typeparam name="T">The resource.</typeparam>
public abstract class SarkListCommand<T> : SarkCmdlet
    where T : SarkRecord, ISarkResource<T>, new()
{
    private List<(Column Column, string[] Wanted, WildcardPattern[] Patterns)>? filters;

    private protected static ResourceDescriptor<T> Resource => T.Descriptor;

    // Those filters whose parameter was given; a parameter that pipes in may have another value for each item.
    private protected IReadOnlyList<(Column Column, string[] Wanted, WildcardPattern[] Patterns)> Filters => filters ??=
        [.. MyInvocation.BoundParameters.Keys
            .Select(name => (Column: Resource.FindProperty(name), Name: name))
            .Where(f => f.Column is { IsFilter: true })
            .Select(f => (Column: f.Column!, Wanted: LanguagePrimitives.ConvertTo<string[]>(MyInvocation.BoundParameters[f.Name])))
            .Select(f => (f.Column, f.Wanted, Array.ConvertAll(f.Wanted, w => WildcardPattern.Get(w, WildcardOptions.IgnoreCase))))];

    private protected void ResetFilters() => filters = null;

    private protected bool Matches(SarkRow row) => Filters.All(f => Array.Exists(f.Patterns, p => p.IsMatch(row.Text(f.Column.Name) ?? "")));

    // The rows are read before the first is passed on: a reader that stayed open would keep a following Set- from writing.
    private protected void WriteRows(Func<SarkRow, bool> where)
    {
        // A single key of another resource is filtered where the rows are, letter by letter as keys are; all else here,
        // without regard to case as at any prompt.
        var exact = Filters.Where(f => f.Column.Reference is not null && f.Wanted is [var only] && !WildcardPattern.ContainsWildcardCharacters(only)).ToDictionary(f => f.Column.Name, f => f.Wanted[0]);
        var rows = Wait(token => Backend.Tables.ListAsync(Resource, exact.Count > 0 ? exact : null, token));
        foreach (var row in rows)
        {
            StopToken.ThrowIfCancellationRequested();
            if (where(row) && Matches(row))
            {
                WriteObject(Resource.Materialize(row));
            }
        }
    }
}
