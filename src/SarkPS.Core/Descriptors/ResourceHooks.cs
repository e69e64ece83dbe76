using SarkPS.Rules;

namespace SarkPS.Descriptors;

/// <summary>The rows of the database, inside the transaction of one change.</summary>
public interface IRowSession
{
    /// <summary>The version of SARK that the database is of.</summary>
    SarkVersion Version { get; }

    /// <summary>Rows of a table whose columns have these values, in the order of their row ids.</summary>
    IReadOnlyList<SarkRow> Select(string table, params (string Column, object? Value)[] where);

    /// <summary>Whether a table holds a row with this value in this column.</summary>
    bool Exists(string table, string column, object? value);

    /// <summary>Adds a row.</summary>
    void Insert(string table, params (string Column, object? Value)[] values);

    /// <summary>Removes the rows whose columns have these values.</summary>
    /// <returns>How many.</returns>
    int Delete(string table, params (string Column, object? Value)[] where);
}

/// <summary>One create or update on its way into the database.</summary>
public sealed class WriteContext
{
    private readonly List<KeyValuePair<string, List<string>>> errors = [];
    private readonly List<string> notices = [];
    private IReadOnlyList<(Column Column, RuleSet Rules)>? rules;

    internal WriteContext(ResourceDescriptor resource, IRowSession session, Changes sent, SarkRow? current, CreateKind? kind, bool isStrict)
    {
        Resource = resource;
        Session = session;
        Sent = sent;
        All = sent;
        Current = current;
        Kind = kind;
        IsStrict = isStrict;
        Row = new Changes(current is null ? resource.Columns.Count : 0);
    }

    /// <summary>What is written.</summary>
    public ResourceDescriptor Resource { get; }

    /// <summary>The database.</summary>
    public IRowSession Session { get; }

    /// <summary>What the request sent and the row does not hold yet, trimmed, with empty texts made null.</summary>
    public Changes Sent { get; }

    /// <summary>The same with what is no change, because it is stored like that.</summary>
    public Changes All { get; init; }

    /// <summary>The row before an update; null on create.</summary>
    public SarkRow? Current { get; }

    /// <summary>Which kind is created; null on update and where there are no kinds.</summary>
    public CreateKind? Kind { get; }

    /// <summary>Whether the request asks to be read strictly.</summary>
    public bool IsStrict { get; }

    /// <summary>What is let through of values that SARK cannot carry; null for nothing.</summary>
    internal FormOptions? Forms { get; init; }

    /// <summary>What was drawn for the row before, and is drawn now.</summary>
    internal Draws Draws { get; init; } = new();

    /// <summary>
    /// A value that is drawn by chance. A change that was tried before is made with the value that was drawn then, so hooks draw
    /// in no other way.
    /// </summary>
    /// <param name="column">The column that it is for.</param>
    /// <param name="draw">Draws one.</param>
    /// <param name="isTaken">Whether another row has it already; null where several may have the same.</param>
    /// <exception cref="SarkException">The one that was drawn before is taken by now.</exception>
    public string Draw(string column, Func<string> draw, Func<string, bool>? isTaken = null) =>
        Draws.Take(column, draw, isTaken) ?? throw new SarkException(
            SarkErrorKind.Stale,
            Resource.Noun,
            null,
            $"The {column} that was drawn for a new {SarkText.Words(Resource.Noun)} is that of another by now. Nothing was changed.");

    /// <summary>What will be written: on create the whole row, on update the changed columns. A hook may add to it.</summary>
    public Changes Row { get; }

    /// <summary>The columns that may be written here, with the rules that they are judged by.</summary>
    public IReadOnlyList<(Column Column, RuleSet Rules)> Rules =>
        rules ??= Resource.KnownRulesFor(Kind, IsCreate, IsStrict, Session.Version);

    /// <summary>Whether this is a create.</summary>
    public bool IsCreate => Current is null;

    /// <summary>Whether any rule was broken.</summary>
    public bool HasErrors => errors.Count > 0;

    /// <summary>The messages in the order in which they came.</summary>
    public IReadOnlyList<KeyValuePair<string, IReadOnlyList<string>>> Errors =>
        [.. errors.Select(e => new KeyValuePair<string, IReadOnlyList<string>>(e.Key, e.Value))];

    /// <summary>What is to be known of the change if it is made.</summary>
    public IReadOnlyList<string> Notices => notices;

    /// <summary>Adds something to be known of the change if it is made, as a sentence.</summary>
    public void AddNotice(string sentence) => notices.Add(sentence);

    /// <summary>Whether a column has a message.</summary>
    public bool HasError(string column) => errors.Exists(e => e.Key == column);

    /// <summary>Adds a message about a column.</summary>
    public void AddError(string column, string message)
    {
        var at = errors.FindIndex(e => e.Key == column);
        if (at < 0)
        {
            errors.Add(new(column, [message]));
        }
        else
        {
            errors[at].Value.Add(message);
        }
    }

    /// <summary>A column as it will be: what is written, else what is stored.</summary>
    public string? Final(string column) =>
        Row.Has(column) ? (Row[column] is { } value ? PhpValue.Text(value) : null) : Current?.Text(column);
}

/// <summary>What a resource does beside writing its row. The base does nothing.</summary>
public abstract class ResourceHooks
{
    /// <summary>
    /// The tables and columns that it names beside those of its resource's descriptor: a database without them is refused.
    /// </summary>
    public virtual IReadOnlyList<(string Table, string[] Columns)> Uses => [];

    /// <summary>The columns among them that a later version of SARK began with, and which version.</summary>
    public virtual IReadOnlyList<(SarkVersion Since, string Table, string[] Columns)> UsesSince => [];

    /// <summary>How the files of Asterisk's configuration are named that belong to a row; none for most resources.</summary>
    public virtual IReadOnlyList<RowFileName> FileNames => [];

    /// <summary>
    /// What those files should be now. They are put so when the change of the row is committed, see
    /// <see cref="FileNames"/>.
    /// </summary>
    /// <param name="key">The row.</param>
    /// <param name="row">The row as it is stored; null where there is none.</param>
    /// <param name="session">The database.</param>
    public virtual IEnumerable<RowFile> FilesOf(string key, SarkRow? row, IRowSession session) => [];

    /// <summary>Adds messages after the rules have been judged, the broken ones included.</summary>
    public virtual void Validate(WriteContext context)
    {
    }

    /// <summary>Fills in what is derived, once everything is valid and before the row is written.</summary>
    public virtual void BeforeWrite(WriteContext context)
    {
    }

    /// <summary>Writes other rows after a create, in the same transaction.</summary>
    public virtual void AfterCreate(WriteContext context)
    {
    }

    /// <summary>
    /// Says what else of a stored row SARK's own programs cannot carry, beyond what its columns' forms say: the column, and
    /// a sentence.
    /// </summary>
    public virtual IEnumerable<(FaultKind Kind, string Column, string Problem)> Inspect(
        ResourceDescriptor resource,
        IRowSession session,
        SarkRow row) => [];

    /// <summary>Refuses the removal of a row that is protected.</summary>
    /// <exception cref="SarkConflictException">The row is protected; the store adds the noun and the key.</exception>
    public virtual void BeforeRemove(ResourceDescriptor resource, IRowSession session, SarkRow row)
    {
    }

    /// <summary>Removes what belongs to a row that was removed, in the same transaction.</summary>
    public virtual void AfterRemove(ResourceDescriptor resource, IRowSession session, SarkRow row)
    {
    }

    /// <summary>What people should know of a row that was just made, such as that it does nothing; null for nothing.</summary>
    public virtual string? Remark(SarkRow row) => null;

    internal static ResourceHooks None { get; } = new Nothing();

    private sealed class Nothing : ResourceHooks;
}
