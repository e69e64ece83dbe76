using System.Collections.Concurrent;
using System.Globalization;
using SarkPS.Rules;

namespace SarkPS.Descriptors;

/// <summary>One of several ways to create a resource, each with a route of its own.</summary>
/// <param name="Name">The name at the prompt, such as <c>WebRtc</c>.</param>
/// <param name="Route">The last part of its address, such as <c>webrtc</c>.</param>
/// <param name="Required">Columns that must be sent besides those that every create demands, with their rules.</param>
/// <param name="Defaults">What it fills in beyond the column's defaults.</param>
public sealed record CreateKind(
    string Name,
    string Route,
    IReadOnlyList<(string Column, RuleSet Rules)> Required,
    IReadOnlyList<(string Column, object? Value)> Defaults)
{
    /// <summary>Whether sark6api looks whether its key is taken only where all else is right.</summary>
    public bool ChecksKeyLast { get; init; }

    /// <summary>Columns with the words that tell it from the others where nobody says which is made; one of them is enough.</summary>
    public IReadOnlyList<(string Column, string Word)> Signs { get; init; } = [];

    /// <summary>Whether making one makes none of the pairs that others get, see <see cref="ResourceDescriptor.GivenBy"/>.</summary>
    public bool HasNoPairs { get; init; }
}

/// <summary>
/// Everything about one resource, said once. The store, the service's routes, the remote client, the cmdlets,
/// completion, the documentation and the tests read it; none of them knows a resource by name.
/// </summary>
public abstract class ResourceDescriptor
{
    private readonly Dictionary<string, Column> byName;
    private readonly Dictionary<string, Column> byProperty;
    private readonly ConcurrentDictionary<(string? Kind, bool IsCreate, bool IsStrict, SarkVersion Version),
        IReadOnlyList<(Column Column, RuleSet Rules)>> rules = new();

    private protected ResourceDescriptor(ResourceParts parts)
    {
        Noun = parts.Noun;
        Route = parts.Route;
        Table = parts.Table;
        KeyColumn = parts.KeyColumn;
        SecondKeyColumn = parts.SecondKeyColumn;
        Columns = parts.Columns;
        Hidden = new HashSet<string>(parts.Columns.Where(c => c.IsHidden).Select(c => c.Name), StringComparer.OrdinalIgnoreCase);
        Filter = parts.Filter;
        ListFilter = parts.ListFilter;
        OrderBy = parts.OrderBy ?? [parts.KeyColumn];
        Kinds = parts.Kinds;
        Hooks = parts.Hooks;
        RouteAliases = parts.RouteAliases;
        IsSingleton = parts.IsSingleton;
        ClearsToNull = parts.ClearsToNull;
        ChecksKeyLast = parts.ChecksKeyLast;
        DuplicateEnds = parts.DuplicateEnds;
        GeneratesKey = parts.GeneratesKey;
        CreatesAtItem = parts.CreatesAtItem;
        DuplicateMessage = parts.DuplicateMessage;
        PluralName = parts.PluralName ?? SarkText.Words(parts.Noun) + "s";
        TableView = parts.TableView;
        ListView = parts.ListView;
        Families = parts.Families;
        GivenBy = parts.GivenBy;
        Layout = parts.Layout;
        byName = parts.Columns.ToDictionary(c => c.Name, StringComparer.Ordinal);
        byProperty = parts.Columns.Where(c => c.Property is not null).ToDictionary(c => c.Property!, StringComparer.OrdinalIgnoreCase);
    }

    /// <summary>The noun at the prompt without its prefix, such as <c>InboundRoute</c>.</summary>
    public string Noun { get; }

    /// <summary>What people call several of it, such as <c>inbound routes</c>.</summary>
    public string PluralName { get; }

    /// <summary>The last part of its address, such as <c>inboundroutes</c>.</summary>
    public string Route { get; }

    /// <summary>Other spellings of the address that the documentation of sark6api uses.</summary>
    public IReadOnlyList<string> RouteAliases { get; }

    /// <summary>The table.</summary>
    public string Table { get; }

    /// <summary>The column that the address and <c>-Key</c> name a row by.</summary>
    public string KeyColumn { get; }

    /// <summary>The second part of a key of two parts, or null.</summary>
    public string? SecondKeyColumn { get; }

    /// <summary>The columns that are described, in the order in which their rules are judged.</summary>
    public IReadOnlyList<Column> Columns { get; }

    /// <summary>The columns that never leave the database.</summary>
    public IReadOnlySet<string> Hidden { get; }

    /// <summary>Which rows of the table belong to the resource, or null for all.</summary>
    public RowFilter? Filter { get; }

    /// <summary>Which of them a list shows, or null for all.</summary>
    public RowFilter? ListFilter { get; }

    /// <summary>Both: what a row must meet to stand in a list.</summary>
    public IEnumerable<RowFilter> ListFilters => new[] { Filter, ListFilter }.OfType<RowFilter>();

    /// <summary>The columns that lists are sorted by; an empty list means as created.</summary>
    public IReadOnlyList<string> OrderBy { get; }

    /// <summary>The ways to create it, where there are several.</summary>
    public IReadOnlyList<CreateKind> Kinds { get; }

    /// <summary>What it does beside writing its row.</summary>
    public ResourceHooks Hooks { get; }

    /// <summary>Whether there is just one row, without a key in the address.</summary>
    public bool IsSingleton { get; }

    /// <summary>Whether a cleared column is stored as NULL; elsewhere it is stored as an empty text.</summary>
    public bool ClearsToNull { get; }

    /// <summary>Whether sark6api looks whether the key is taken only where all else is right.</summary>
    public bool ChecksKeyLast { get; }

    /// <summary>Whether sark6api says nothing of destinations where the key is taken.</summary>
    public bool DuplicateEnds { get; }

    /// <summary>Whether the key is made by the database: none is sent.</summary>
    public bool GeneratesKey { get; }

    /// <summary>Whether a POST to the address of an item creates one too, as the documentation of sark6api spells it.</summary>
    public bool CreatesAtItem { get; }

    /// <summary>The message about a key that is taken; <c>{0}</c> is the key.</summary>
    public string DuplicateMessage { get; }

    /// <summary>What a table at the prompt shows.</summary>
    public IReadOnlyList<ViewColumn> TableView { get; }

    /// <summary>What a list at the prompt shows above the stamps; an empty one means every property.</summary>
    public IReadOnlyList<ViewColumn> ListView { get; }

    /// <summary>The columns that the table numbers.</summary>
    public IReadOnlyList<ColumnFamily> Families { get; }

    /// <summary>
    /// Of a resource of pairs, the flag of a row of the second part that says that every new row of the first part gets a pair
    /// with it; null where none does.
    /// </summary>
    public string? GivenBy { get; }

    /// <summary>How files for SARK's own tools name its columns; null where there is no such tool.</summary>
    public FileLayout? Layout { get; }

    /// <summary>The type of the objects at the prompt.</summary>
    public abstract Type RecordType { get; }

    /// <summary>The described column of this name, or null.</summary>
    public Column? Find(string column) => byName.GetValueOrDefault(column);

    /// <summary>The column behind a property or parameter, without regard to case, or null.</summary>
    public Column? FindProperty(string property) => byProperty.GetValueOrDefault(property);

    /// <summary>The columns behind a collection or the parameter for it, without regard to case, or null.</summary>
    public ColumnFamily? FindFamily(string name) =>
        Families.FirstOrDefault(f => string.Equals(f.Property, name, StringComparison.OrdinalIgnoreCase)
            || string.Equals(f.Parameter, name, StringComparison.OrdinalIgnoreCase));

    /// <summary>The column that says which tenant a row belongs to, or null.</summary>
    public Column? TenantColumn => Find("cluster") is { IsHidden: false } column ? column : null;

    /// <summary>The same changes in SARK's own spelling, where a column reads others.</summary>
    public Changes Spelled(Changes changes)
    {
        foreach (var column in Columns.Where(c => c.Reads is not null && changes.Has(c.Name) && changes[c.Name] is null or string))
        {
            changes[column.Name] = column.Reads!((string?)changes[column.Name]);
        }

        return changes;
    }

    // Asked for each row that is written.
    internal IReadOnlyList<(Column Column, RuleSet Rules)> KnownRulesFor(
        CreateKind? kind,
        bool isCreate,
        bool isStrict,
        SarkVersion version) => rules.GetOrAdd(
            (kind?.Name, isCreate, isStrict, version),
            _ => [.. RulesFor(kind, isCreate, isStrict, version)]);

    /// <summary>The rules of a column on create, those of the kind included.</summary>
    /// <param name="kind">The kind, where there are several.</param>
    /// <param name="isCreate">On create, else on update.</param>
    /// <param name="isStrict">Whether the request asks to be read strictly.</param>
    /// <param name="version">The version of SARK that the database is of; null for the columns of all, with the rules of the first.</param>
    public IEnumerable<(Column Column, RuleSet Rules)> RulesFor(CreateKind? kind, bool isCreate, bool isStrict, SarkVersion? version = null)
    {
        foreach (var column in Columns)
        {
            if (column.IsWritable(isCreate, isStrict) && version?.IsSince(column.Since) != false
                && kind?.Required.Any(r => r.Column == column.Name) != true)
            {
                yield return (column, Rules(column));
            }
        }

        RuleSet Rules(Column column) =>
            column.Successor is { } later && version?.IsSince(later.Since) == true ? later.Rules
            : isStrict && column.StrictRules is { } strict ? strict
            : isCreate ? column.CreateRules : column.Rules;

        if (kind is not null)
        {
            foreach (var (name, rules) in kind.Required)
            {
                yield return (Find(name)!, rules);
            }
        }
    }

    /// <summary>
    /// The kind that is made where nobody says which: the one whose own columns are all there, else the one that a column
    /// tells, else the one that nothing tells. Null where there are no kinds.
    /// </summary>
    /// <param name="changes">What is known of the row.</param>
    public CreateKind? KindFor(Changes changes) =>
        Kinds.FirstOrDefault(k => k.Required.Count > 0 && k.Required.All(r => changes[r.Column] is not null))
        ?? Kinds.FirstOrDefault(k => k.Signs.Any(
            s => string.Equals(changes[s.Column] as string, s.Word, StringComparison.OrdinalIgnoreCase)))
        ?? Kinds.FirstOrDefault(k => k.Required.Count == 0 && k.Signs.Count == 0);

    /// <summary>A row as an object of the prompt.</summary>
    public abstract SarkRecord ToRecord(SarkRow row);

    /// <summary>Asks a visitor with the type of the record, so that nobody needs reflection.</summary>
    public abstract TResult Accept<TResult>(IResourceVisitor<TResult> visitor);

    /// <summary>What to say of a key that is taken.</summary>
    public string Duplicate(RowKey? key) => string.Format(CultureInfo.InvariantCulture, DuplicateMessage, key?.First);

    /// <summary>What to say of a key that does not exist.</summary>
    public SarkNotFoundException NotFound(object? key) => new(Noun, key?.ToString());
}

/// <summary>Does something for each resource with its type.</summary>
/// <typeparam name="TResult">What comes of it.</typeparam>
public interface IResourceVisitor<out TResult>
{
    /// <summary>Called with the descriptor's own type.</summary>
    TResult Visit<T>(ResourceDescriptor<T> resource)
        where T : SarkRecord, ISarkResource<T>, new();
}

/// <summary>Rows whose column holds one of these values; an empty list means NULL.</summary>
/// <param name="Column">The column.</param>
/// <param name="Values">The values.</param>
/// <param name="IsExclusion">Whether the rows with these values are left out instead.</param>
public sealed record RowFilter(string Column, IReadOnlyList<string> Values, bool IsExclusion = false)
{
    /// <summary>Whether a row meets it.</summary>
    public bool Holds(SarkRow row) => Values.Count == 0
        ? row[Column] is null
        : Values.Contains(row.Text(Column) ?? "") != IsExclusion;
}

/// <summary>A descriptor with the type of its records.</summary>
/// <typeparam name="T">The record.</typeparam>
public sealed class ResourceDescriptor<T> : ResourceDescriptor
    where T : SarkRecord, ISarkResource<T>, new()
{
    private readonly (string Column, Action<T, object?> Set)[] setters;
    private Filler? filler;

    internal ResourceDescriptor(ResourceParts parts)
        : base(parts)
    {
        setters = [.. Columns.Where(c => c.Property is not null && !c.IsHidden).Select(c => (c.Name, Setter(c)))];
    }

    /// <inheritdoc/>
    public override Type RecordType => typeof(T);

    /// <inheritdoc/>
    public override SarkRecord ToRecord(SarkRow row) => Materialize(row);

    /// <inheritdoc/>
    public override TResult Accept<TResult>(IResourceVisitor<TResult> visitor) => visitor.Visit(this);

    /// <summary>
    /// A row as a record. What cannot be read as the property's type is null there and stays in
    /// <see cref="SarkRecord.Raw"/>.
    /// </summary>
    public T Materialize(SarkRow row)
    {
        // All rows of one answer share their shape, so the places of the columns are looked up once.
        var fill = filler;
        if (fill is null || !ReferenceEquals(fill.Shape, row.Shape))
        {
            filler = fill = new Filler(row.Shape, [.. setters.Select(s => (row.Shape.IndexOf(s.Column), s.Set)).Where(s => s.Item1 >= 0)]);
        }

        var record = new T { Raw = row };
        foreach (var (place, set) in fill.Setters)
        {
            if (row[place] is { } value)
            {
                set(record, value);
            }
        }

        return record;
    }

    private static Action<T, object?> Setter(Column column) => column.Place is { } place
        ? place.Family.Setter(place)
        : ColumnSetter.Of<T>(column.PropertyOf(typeof(T))
            ?? throw new InvalidOperationException($"{typeof(T).Name} has no property {column.Property} for column {column.Name}."));

    private sealed record Filler(RowShape Shape, (int Place, Action<T, object?> Set)[] Setters);
}
