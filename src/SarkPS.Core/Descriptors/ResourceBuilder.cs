using SarkPS.Rules;

namespace SarkPS.Descriptors;

internal sealed class ResourceParts
{
    public required string Noun { get; init; }

    public required string Route { get; init; }

    public required string Table { get; init; }

    public string KeyColumn { get; set; } = "pkey";

    public string? SecondKeyColumn { get; set; }

    public List<Column> Columns { get; } = [];

    public List<ColumnFamily> Families { get; } = [];

    public RowFilter? Filter { get; set; }

    public RowFilter? ListFilter { get; set; }

    public IReadOnlyList<string>? OrderBy { get; set; }

    public List<CreateKind> Kinds { get; } = [];

    public ResourceHooks Hooks { get; set; } = ResourceHooks.None;

    public IReadOnlyList<string> RouteAliases { get; set; } = [];

    public bool IsSingleton { get; set; }

    public bool DuplicateEnds { get; set; }

    public bool ChecksKeyLast { get; set; }

    public bool ClearsToNull { get; set; }

    public bool GeneratesKey { get; set; }

    public bool CreatesAtItem { get; set; }

    public string DuplicateMessage { get; set; } = "Duplicate Key - {0}";

    public string? PluralName { get; set; }

    public IReadOnlyList<ViewColumn> TableView { get; set; } = [];

    public IReadOnlyList<ViewColumn> ListView { get; set; } = [];

    public string? GivenBy { get; set; }

    public FileLayout? Layout { get; set; }
}

/// <summary>Describes a resource, line by line.</summary>
/// <typeparam name="T">The record.</typeparam>
internal sealed class ResourceBuilder<T>(string noun, string route, string table)
    where T : SarkRecord, ISarkResource<T>, new()
{
    private readonly ResourceParts parts = new() { Noun = noun, Route = route, Table = table };
    private readonly Dictionary<string, bool?> isSaid = new(StringComparer.Ordinal);
    private ColumnFamily? family;

    // The column before; of a family it is one of each element.
    private (int At, int Count) last;

    /// <summary>A text.</summary>
    public ResourceBuilder<T> Text(string property, string column, params Rule[] rules) => Add(property, column, ColumnType.Text, rules);

    /// <summary>A whole number.</summary>
    public ResourceBuilder<T> Integer(string property, string column, params Rule[] rules) =>
        Add(property, column, ColumnType.Integer, [Rule.Integer, .. rules]);

    /// <summary>Two words.</summary>
    public ResourceBuilder<T> Flag(string property, string column, FlagWords words, params Rule[] rules)
    {
        Add(property, column, ColumnType.Flag, [Rule.In(words.True, words.False), .. rules]);
        return Change(c => Copy(c, flag: words));
    }

    /// <summary>Seconds since 1970.</summary>
    public ResourceBuilder<T> Time(string property, string column, params Rule[] rules) => Add(property, column, ColumnType.Time, rules);

    /// <summary>Columns that the table numbers. At the prompt they are a collection, which a record has from the start.</summary>
    /// <param name="property">The collection.</param>
    /// <param name="main">The property of an element that a value alone means.</param>
    /// <param name="keys">What people call the elements.</param>
    /// <param name="columns">Describes the properties of an element, as those of a record are: each is a column for every number.</param>
    /// <typeparam name="TElement">The element.</typeparam>
    public ResourceBuilder<T> Family<TElement>(string property, string main, IReadOnlyList<string> keys, Action<ResourceBuilder<T>> columns)
        where TElement : class
    {
        var read = typeof(T).GetProperty(property)!.GetMethod!.CreateDelegate<Func<T, IReadOnlyList<TElement>>>();
        family = new ColumnFamily<TElement>(property, main, keys, record => read((T)record));
        parts.Families.Add(family);
        columns(this);
        family = null;
        return this;
    }

    /// <summary>The column before is judged before another.</summary>
    public ResourceBuilder<T> JudgedBefore(string column)
    {
        var moved = parts.Columns.GetRange(last.At, last.Count);
        parts.Columns.RemoveRange(last.At, last.Count);
        last.At = parts.Columns.FindIndex(c => c.Name == column);
        parts.Columns.InsertRange(last.At, moved);
        return this;
    }

    /// <summary>The key, which a create must send.</summary>
    public ResourceBuilder<T> Key(string column = "pkey", params Rule[] rules)
    {
        parts.KeyColumn = column;
        Add("Key", column, ColumnType.Text, []);
        return Change(c => Copy(c, access: Access.Create, createRules: new RuleSet([Rule.Required, .. rules]), maxLength: Lengths.Key));
    }

    /// <summary>The two columns that are the key together.</summary>
    public ResourceBuilder<T> PairKey(string first, string second) => Set(p =>
    {
        p.KeyColumn = first;
        p.SecondKeyColumn = second;
        p.DuplicateMessage = "Duplicate Keys, relationship already exists - ";
    });

    /// <summary>The key, which the database makes.</summary>
    public ResourceBuilder<T> GeneratedKey(string column)
    {
        parts.KeyColumn = column;
        parts.GeneratesKey = true;
        Add("Key", column, ColumnType.Text, []);
        return ReadOnly();
    }

    /// <summary>The tenant that the row belongs to: it must exist, and a create demands it unless told otherwise.</summary>
    public ResourceBuilder<T> Tenant(bool isRequired = true)
    {
        Text("Tenant", "cluster", Rule.Exists(References.Tenant));
        if (isRequired)
        {
            Required();
        }

        return Filter();
    }

    /// <summary>The column before must be sent on create.</summary>
    public ResourceBuilder<T> Required() => Change(c => Copy(c, createRules: c.CreateRules.Before(Rule.Required)));

    /// <summary>A create judges the column before by these rules alone.</summary>
    public ResourceBuilder<T> CreateRules(params Rule[] rules) => Change(c => Copy(c, createRules: new RuleSet(rules)));

    /// <summary>A create fills the column before in.</summary>
    public ResourceBuilder<T> Default(object? value) => Change(c => Copy(c, hasDefault: true, defaultValue: value));

    /// <summary>A create that says nothing of the column before stores what SARK's own pages do, and does not tell so.</summary>
    public ResourceBuilder<T> Filled(Func<WriteContext, object?> value) => Change(c => Copy(c, filled: value));

    /// <summary>Nobody writes the column before.</summary>
    public ResourceBuilder<T> ReadOnly() => Change(c => Copy(c, access: Access.ReadOnly));

    /// <summary>Only a create writes the column before.</summary>
    public ResourceBuilder<T> CreateOnly() => Change(c => Copy(c, access: Access.Create));

    /// <summary>sark6api never writes the column before; a strict request may.</summary>
    public ResourceBuilder<T> Strict() => Change(c => Copy(c, access: Access.Strict));

    /// <summary>The column before takes several spellings of the same from a strict request.</summary>
    /// <param name="reads">Gives SARK's own spelling; null is sent for nothing.</param>
    public ResourceBuilder<T> Reads(Func<string?, string?> reads) => Change(c => Copy(c, reads: reads));

    /// <summary>Lists can be filtered by the column before.</summary>
    public ResourceBuilder<T> Filter() => Change(c => Copy(c, isFilter: true));

    /// <summary>The column before can be written, but never leaves the database.</summary>
    public ResourceBuilder<T> Hide() => Change(c => Copy(c, isHidden: true));

    /// <summary>The column before holds a secret.</summary>
    public ResourceBuilder<T> Secret() => Change(c => Copy(c, isSecret: true));

    /// <summary>The column before names a destination of calls, whose class is kept in another.</summary>
    public ResourceBuilder<T> Destination(
        string routeClassColumn,
        string unknownMessage = "The target could not be resolved {0}",
        bool onlyWhenValid = false) =>
        Change(c => Copy(
            c,
            destination: new DestinationColumn(ColumnFamily.Name(routeClassColumn, c.Place?.Number), unknownMessage, onlyWhenValid),
            names: RowNames.Destination));

    /// <summary>The column before names rows.</summary>
    /// <param name="names">Which, and how.</param>
    public ResourceBuilder<T> Names(RowNames names) => Change(c => Copy(c, names: names));

    /// <summary>The column before holds one of these words where it names no row.</summary>
    /// <param name="words">The words that SARK's pages write.</param>
    public ResourceBuilder<T> Or(params string[] words) => Change(c => Copy(c, names: c.Names!.Or(words)));

    /// <summary>Columns that never leave the database and name rows all the same.</summary>
    /// <param name="names">Which, and how.</param>
    /// <param name="columns">The columns, which have been described.</param>
    public ResourceBuilder<T> HiddenNames(RowNames names, params string[] columns)
    {
        foreach (var column in columns)
        {
            var at = parts.Columns.FindIndex(c => c.Name == column);
            parts.Columns[at] = Copy(parts.Columns[at], names: names);
        }

        return this;
    }

    /// <summary>A strict request is judged by these rules instead.</summary>
    public ResourceBuilder<T> StrictRules(params Rule[] rules) => Change(c => Copy(c, strictRules: new RuleSet(rules)));

    /// <summary>Only this version of SARK and later ones have the column before.</summary>
    public ResourceBuilder<T> Since(SarkVersion version) => Change(c => Copy(c, since: version));

    /// <summary>This version of SARK and later ones judge the column before by these rules instead.</summary>
    public ResourceBuilder<T> RulesSince(SarkVersion version, params Rule[] rules) =>
        Change(c => Copy(c, successor: (version, new RuleSet(rules))));

    /// <summary>SARK copes without a value of the column before.</summary>
    public ResourceBuilder<T> MayBeEmpty() => Say(mayBeEmpty: true);

    /// <summary>The column before always has a value, which a hook fills in.</summary>
    public ResourceBuilder<T> NeverEmpty() => Say(mayBeEmpty: false);

    /// <summary>What SARK's own programs can carry in the column before, where that is not what its kind says.</summary>
    public ResourceBuilder<T> Form(ValueForm form) => Change(c => Copy(c, form: form));

    /// <summary>What the column before names must differ from other names.</summary>
    public ResourceBuilder<T> Among(params NameSpace[] spaces) => Change(c => Copy(c, nameSpaces: spaces));

    /// <summary>The column before holds so many characters at most.</summary>
    public ResourceBuilder<T> Holds(int length) => Change(c => Copy(c, maxLength: length));

    /// <summary>A copy of a row has a value of its own in the column before.</summary>
    public ResourceBuilder<T> NotCopied() => Change(c => Copy(c, isNotCopied: true));

    /// <summary>A row may name itself in the column before; a copy does not name the row that it was made from.</summary>
    public ResourceBuilder<T> OwnKey() => Change(c => Copy(c, mayNameItself: true));

    /// <summary>Columns that never leave the database.</summary>
    public ResourceBuilder<T> Hidden(params string[] columns)
    {
        foreach (var column in columns)
        {
            Hidden(column, hasDefault: false, null);
        }

        return this;
    }

    /// <summary>A column that never leaves the database, which a create fills in.</summary>
    public ResourceBuilder<T> HiddenDefault(string column, object? value) => Hidden(column, hasDefault: true, value);

    /// <summary>When and by whom the row was made and changed, as the triggers note it.</summary>
    public ResourceBuilder<T> Stamps(Access updater = Access.ReadOnly, params Rule[] updaterRules)
    {
        Add("Created", "z_created", ColumnType.Time, []);
        ReadOnly();
        Add("Updated", "z_updated", ColumnType.Time, []);
        ReadOnly();
        Add("Updater", "z_updater", ColumnType.Text, updaterRules);
        return Change(c => Copy(c, access: updater));
    }

    /// <summary>Which rows of the table belong to the resource.</summary>
    public ResourceBuilder<T> Where(string column, params string[] values) => Set(p => p.Filter = new RowFilter(column, values));

    /// <summary>Which rows of the table do not belong to the resource.</summary>
    public ResourceBuilder<T> Except(string column, params string[] values) =>
        Set(p => p.Filter = new RowFilter(column, values, IsExclusion: true));

    /// <summary>Which of its rows a list shows; no value means NULL.</summary>
    public ResourceBuilder<T> ListWhere(string column, params string[] values) => Set(p => p.ListFilter = new RowFilter(column, values));

    /// <summary>How lists are sorted; nothing means as created.</summary>
    public ResourceBuilder<T> OrderBy(params string[] columns) => Set(p => p.OrderBy = columns);

    /// <summary>One of several ways to create it.</summary>
    public ResourceBuilder<T> Kind(string name, string route, (string, RuleSet)[] required, params (string, object?)[] defaults) =>
        Set(p => p.Kinds.Add(new CreateKind(name, route, required, defaults)));

    /// <summary>What it does beside writing its row.</summary>
    public ResourceBuilder<T> Hooks(ResourceHooks hooks) => Set(p => p.Hooks = hooks);

    /// <summary>Other spellings of its address.</summary>
    public ResourceBuilder<T> Alias(params string[] routes) => Set(p => p.RouteAliases = routes);

    /// <summary>The documentation of sark6api creates it at the address of an item.</summary>
    public ResourceBuilder<T> CreatesAtItem() => Set(p => p.CreatesAtItem = true);

    /// <summary>
    /// sark6api looks whether a key is taken only where all else is right: of the kind before, or of the resource where it
    /// has no kinds yet.
    /// </summary>
    public ResourceBuilder<T> ChecksKeyLast() => Set(p =>
    {
        if (p.Kinds.Count > 0)
        {
            p.Kinds[^1] = p.Kinds[^1] with { ChecksKeyLast = true };
        }
        else
        {
            p.ChecksKeyLast = true;
        }
    });

    /// <summary>The kind before is made where one of these columns holds its word and nobody says which kind is made.</summary>
    public ResourceBuilder<T> ToldBy(params (string Column, string Word)[] signs) =>
        Set(p => p.Kinds[^1] = p.Kinds[^1] with { Signs = signs });

    /// <summary>The kind before gets none of the pairs that others get.</summary>
    public ResourceBuilder<T> WithoutPairs() => Set(p => p.Kinds[^1] = p.Kinds[^1] with { HasNoPairs = true });

    /// <summary>Each new row of the first part gets a pair with every row of the second part whose flag says so.</summary>
    /// <param name="flag">The flag, a column of the second part.</param>
    public ResourceBuilder<T> GivenBy(string flag) => Set(p => p.GivenBy = flag);

    /// <summary>How files for SARK's own tools name its columns.</summary>
    public ResourceBuilder<T> FileLayout(FileLayout layout) => Set(p => p.Layout = layout);

    /// <summary>sark6api says nothing of destinations where the key is taken.</summary>
    public ResourceBuilder<T> DuplicateEnds() => Set(p => p.DuplicateEnds = true);

    /// <summary>There is one row only.</summary>
    public ResourceBuilder<T> Singleton() => Set(p => p.IsSingleton = true);

    /// <summary>A cleared column is stored as NULL.</summary>
    public ResourceBuilder<T> ClearsToNull() => Set(p => p.ClearsToNull = true);

    /// <summary>What people call several of it, where an s at the end is not it.</summary>
    public ResourceBuilder<T> Plural(string name) => Set(p => p.PluralName = name);

    /// <summary>What a table at the prompt shows. A free text without a width takes what the others leave.</summary>
    public ResourceBuilder<T> TableView(params ViewColumn[] columns) => Set(p => p.TableView = columns);

    /// <summary>What a list at the prompt shows above the stamps, where that is not every property by its name.</summary>
    public ResourceBuilder<T> ListView(params ViewColumn[] columns) => Set(p => p.ListView = columns);

    /// <summary>The description.</summary>
    public ResourceDescriptor<T> Build()
    {
        for (var i = 0; i < parts.Columns.Count; i++)
        {
            parts.Columns[i] = Copy(
                parts.Columns[i],
                mayBeEmpty: MayBeEmpty(parts.Columns[i]),
                form: parts.Columns[i].Form ?? FormOf(parts.Columns[i]));
        }

        return new(parts);
    }

    // What a create may leave without a value can be without one later. The single row is never created; there it is said.
    private bool MayBeEmpty(Column column) => isSaid.GetValueOrDefault(column.Name) is { } said
        ? said
        : column.Rules.IsNullable || column.Destination is not null
            || (!parts.IsSingleton && !column.IsHidden && column.Name != "cluster" && column.Name != parts.KeyColumn
                && column.Name != parts.SecondKeyColumn
                && !column.CreateRules.IsRequired
                && column is not { HasDefault: true, Default: not null });

    private ValueForm? FormOf(Column column) => column.Type != ColumnType.Text || column.Access == Access.ReadOnly ? null
        : column.MaxLength == Lengths.Block ? ValueForm.Note
        : column.Name == parts.KeyColumn ? ValueForm.Key
        : column.IsSecret ? ValueForm.Secret
        : ValueForm.Line;

    private ResourceBuilder<T> Add(string property, string column, ColumnType type, Rule[] rules)
    {
        var set = new RuleSet(rules);
        var names = set.Reference?.Noun is { } noun ? new RowNames(NameForm.Key, noun) : null;
        return Append(column, (name, number) =>
        {
            var place = number is { } n ? family!.Add(property, column, n) : null;
            return new Column(name, place?.Title ?? property, type)
            {
                Access = Access.Write,
                Rules = set,
                CreateRules = set,
                Names = names,
                MaxLength = names is null ? Lengths.Text : Lengths.Key,
                Place = place,
            };
        });
    }

    private ResourceBuilder<T> Say(bool mayBeEmpty) => Change(c =>
    {
        isSaid[c.Name] = mayBeEmpty;
        return c;
    });

    private ResourceBuilder<T> Hidden(string column, bool hasDefault, object? value) =>
        Append(column, (name, _) => new Column(name, null, ColumnType.Text) { IsHidden = true, HasDefault = hasDefault, Default = value });

    private ResourceBuilder<T> Append(string column, Func<string, int?, Column> make)
    {
        last = (parts.Columns.Count, family?.Keys.Count ?? 1);
        parts.Columns.AddRange(
            Enumerable.Range(0, last.Count).Select(n => family is null ? make(column, null) : make(ColumnFamily.Name(column, n), n)));
        return this;
    }

    private ResourceBuilder<T> Change(Func<Column, Column> change)
    {
        for (var i = last.At; i < last.At + last.Count; i++)
        {
            parts.Columns[i] = change(parts.Columns[i]);
        }

        return this;
    }

    private ResourceBuilder<T> Set(Action<ResourceParts> set)
    {
        set(parts);
        return this;
    }

    private static Column Copy(
        Column column,
        Access? access = null,
        RuleSet? createRules = null,
        bool? hasDefault = null,
        object? defaultValue = null,
        FlagWords? flag = null,
        DestinationColumn? destination = null,
        bool? isHidden = null,
        bool? isSecret = null,
        bool? isFilter = null,
        RowNames? names = null,
        RuleSet? strictRules = null,
        bool? mayBeEmpty = null,
        int? maxLength = null,
        bool? isNotCopied = null,
        bool? mayNameItself = null,
        Func<WriteContext, object?>? filled = null,
        SarkVersion? since = null,
        (SarkVersion, RuleSet)? successor = null,
        ValueForm? form = null,
        IReadOnlyList<NameSpace>? nameSpaces = null,
        Func<string?, string?>? reads = null) => new(column.Name, column.Property, column.Type)
        {
            Place = column.Place,
            Access = access ?? column.Access,
            Rules = column.Rules,
            CreateRules = createRules ?? column.CreateRules,
            HasDefault = hasDefault ?? column.HasDefault,
            Default = hasDefault is true ? defaultValue : column.Default,
            Filled = filled ?? column.Filled,
            Flag = flag ?? column.Flag,
            Destination = destination ?? column.Destination,
            IsHidden = isHidden ?? column.IsHidden,
            IsSecret = isSecret ?? column.IsSecret,
            IsFilter = isFilter ?? column.IsFilter,
            Names = names ?? column.Names,
            StrictRules = strictRules ?? column.StrictRules,
            MayBeEmpty = mayBeEmpty ?? column.MayBeEmpty,
            MaxLength = maxLength ?? column.MaxLength,
            IsNotCopied = isNotCopied ?? column.IsNotCopied,
            MayNameItself = mayNameItself ?? column.MayNameItself,
            Since = since ?? column.Since,
            Successor = successor ?? column.Successor,
            Form = form ?? column.Form,
            NameSpaces = nameSpaces ?? column.NameSpaces,
            Reads = reads ?? column.Reads,
        };
}
