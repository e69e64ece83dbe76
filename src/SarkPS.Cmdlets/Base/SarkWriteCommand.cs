using System.Management.Automation;
using System.Reflection;
using SarkPS.Cmdlets.Csv;
using SarkPS.Descriptors;

namespace SarkPS.Cmdlets;

/// <summary>
/// New- and Set- of a resource; the verb of the cmdlet says which. The parameters of a resource are declared once, in a class
/// between this one and the two cmdlets; which columns were given is read from the bound parameters, so nobody writes a line
/// of code for one.
/// </summary>
/// <typeparam name="T">The resource.</typeparam>
public abstract class SarkWriteCommand<T> : SarkChangeCommand
    where T : SarkRecord, ISarkResource<T>, new()
{
    // What $_ is in a script block: the row that is worked on.
    private Func<object?> row = () => null;

    private readonly HashSet<string> warned = new(StringComparer.OrdinalIgnoreCase);

    // What was typed for which column.
    private readonly Dictionary<string, string> spellings = [];

    private bool? isNew;

    /// <summary>
    /// The keys of the rows. For Set-, * and ? stand for any letters, [abc] for one of these, and a backtick makes the letter
    /// after it literal; New- takes them letter by letter.
    /// </summary>
    [Parameter(Mandatory = true, Position = 0, ParameterSetName = KeySet)]
    [Parameter(Position = 0, ParameterSetName = InputSet)]
    [Alias("pkey")]
    [SarkKey]
    [ArgumentCompleter(typeof(SarkCompleter))]
    public virtual string[]? Key { get; set; }

    /// <summary>
    /// What is piped in: a plain key; a row from elsewhere, such as a line of a CSV file, whose properties may be named as
    /// ours or as SARK's columns; or what Get- returned. Of that, Set- writes what was changed of it since, and New- makes a
    /// copy. Parameters win over what is piped in.
    /// </summary>
    [Parameter(Mandatory = true, ValueFromPipeline = true, ParameterSetName = InputSet)]
    [AllowNull]
    [ArgumentCompleter(typeof(SarkCompleter))]
    public virtual PSObject? InputObject { get; set; }

    private protected static ResourceDescriptor<T> Resource => T.Descriptor;

    // What is made is made where the session is connected; what is changed lies where it came from.
    private protected override bool GoesHome => !IsNew;

    private bool IsNew => isNew ??= GetType().GetCustomAttribute<CmdletAttribute>(inherit: false)?.VerbName == VerbsCommon.New;

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        if (IsRefused())
        {
            return;
        }

        // What was given may be refused before anything is asked of the exchange, such as an option that no menu has: that
        // too is an error of one item.
        if (IsPiped)
        {
            ForEachWish(null, InputObject, wish => Piped(wish.Item!));
        }
        else if (Key is null)
        {
            Try(Resource.IsSingleton ? () => Change(new RowKey(""), new Changes()) : () => Create(null, null));
        }
        else if (IsNew)
        {
            foreach (var key in Key)
            {
                Try(() =>
                {
                    WorkOn(() => key);
                    Create(Literal(key), null);
                });
            }
        }
        else
        {
            ForEachWish(Key, null, Typed);
        }
    }

    private void Piped(PipedItem item)
    {
        WorkOn(() => item.Source);
        var typed = (Key ?? []).Select(Literal).ToArray();
        if (!IsNew)
        {
            ChangePiped(item, typed.Length <= 1 ? typed.FirstOrDefault() : throw new SarkException(
                SarkErrorKind.BadRequest, Resource.Noun, item.Source,
                "One row was piped in and -Key names several: which one is meant cannot be told."));
            return;
        }

        Changes? given = null;
        PSObject? row = null;
        if (item.IsEmpty || item.Text is not null)
        {
            var text = item.KeyFor(Resource).First;
            if (typed.Length > 0 && !HasScript)
            {
                throw item.Besides(Resource.Noun, nameof(Key));
            }

            typed = typed.Length > 0 ? typed : [text];
        }
        else if (item.Kind is null || ReferenceEquals(item.Resource, Resource))
        {
            row = item.Source;
            typed = typed.Length > 0 ? typed : [item.Property(nameof(Key), Resource.KeyColumn)!];
        }
        else
        {
            var column = item.Resource is { } other ? Relation(Resource, other) : null;
            given = new Changes { [(column ?? throw item.Stranger(Resource.Noun)).Name] = item.KeyIn(item.Resource!).First };
            typed = typed.Length > 0 || Resource.GeneratesKey ? typed : throw new SarkException(
                SarkErrorKind.BadRequest, Resource.Noun, item.Source,
                $"Which {SarkText.Words(Resource.Noun)} is to be made for {item} is not said; name it with -Key.");
        }

        foreach (var key in typed.DefaultIfEmpty())
        {
            Try(() => Create(key, row, given));
        }
    }

    private void Typed(KeyWish wish)
    {
        if (wish.Item is { } item)
        {
            ChangePiped(item, null);
            return;
        }

        foreach (var key in Expand(Resource, wish))
        {
            Try(() =>
            {
                // Read only when a script block asks for it.
                var current = new Lazy<T>(() => Resource.Materialize(Wait(token => Backend.Tables.GetAsync(Resource, key, token))));
                WorkOn(() => current.Value);
                Change(key, new Changes());
            });
        }
    }

    private bool HasScript => Key is [var only] && SarkKeyAttribute.Origin(only) is ScriptBlock;

    // What was typed is literal here, and a script block says the key of each row.
    private string Literal(string key) => SarkKeyAttribute.Origin(key) switch
    {
        ScriptBlock script => Ask(script) is { } said && LanguagePrimitives.ConvertTo<string>(said) is { Length: > 0 } name ? name
            : throw new SarkException(SarkErrorKind.BadRequest, Resource.Noun, null, $"The script block {{{script}}} of -Key says no key."),
        PSObject origin => PipedItem.Read(origin).First().KeyFor(Resource).First,
        _ => key,
    };

    /// <summary>How a change is made.</summary>
    private protected virtual ChangeOptions WriteOptions => ChangeOptions.Default;

    /// <summary>Makes a row.</summary>
    /// <param name="key">Its key; null where the row from elsewhere says it, or the database makes it.</param>
    /// <param name="row">A row from elsewhere, or null.</param>
    /// <param name="given">Columns that something else than a row or a parameter says, such as the tenant that was piped in.</param>
    private void Create(string? key, PSObject? row, Changes? given = null)
    {
        var changes = WithParameters(given ?? (row is null ? new Changes() : FromRow(row, isCreate: true, key)));
        if (key is not null && !Resource.GeneratesKey)
        {
            changes[Resource.KeyColumn] = key;
        }

        Sent = changes;
        ResourceValues.RefuseDamage(Resource, key, changes);
        var kind = ChooseKind(changes, row);
        var target = key ?? string.Join('/', new[] { Resource.KeyColumn, Resource.SecondKeyColumn }.OfType<string>().Select(c => changes[c])
            .OfType<object>()
            .DefaultIfEmpty("(new)"));
        MakeRow(Resource, kind, changes, target, WriteOptions);
    }

    /// <summary>Changes a row.</summary>
    /// <param name="key">Which one.</param>
    /// <param name="changes">What was piped in says of it; parameters win over that.</param>
    private void Change(RowKey key, Changes changes)
    {
        Sent = changes = WithParameters(changes);
        ResourceValues.RefuseDamage(Resource, key, changes);
        var options = WriteOptions with { Reason = ChangeReason };
        // Before it is judged: then it is changed, as far as can be seen here.
        var told = (Rehearsal.IsOn ? Differences(key, changes) : [.. changes.Select(c => c.Key)]).Select(
            c => Resource.Find(c)?.Property ?? c).ToArray();
        Judge((tables, isRehearsal, token) =>
            tables.UpdateAsync(Resource, key, changes, options with { IsRehearsal = isRehearsal }, token));
        if (Confirmed(
            Resource.IsSingleton ? Resource.PluralName : key.ToString(),
            told.Length > 0 ? $"Set {string.Join(", ", told)}" : "Leave as it is"))
        {
            var stored = Wait(token => Backend.Tables.UpdateAsync(Resource, key, changes, options, token));
            if (MyInvocation.BoundParameters.TryGetValue("PassThru", out var passThru) && LanguagePrimitives.IsTrue(passThru))
            {
                WriteRow(Resource, stored);
            }
        }
    }

    // A row from a file says everything; what would change is what the row has otherwise.
    private string[] Differences(RowKey key, Changes changes)
    {
        var current = Wait(token => Backend.Tables.GetAsync(Resource, key, token));
        return [.. changes.Where(c => !ResourceValues.IsSame(Resource.Find(c.Key), c.Value, current[c.Key])).Select(c => c.Key)];
    }

    /// <summary>
    /// Changes the row that was piped in. One that is live says what was changed of it, and nothing of the rest, which may
    /// be stale by now; one from a file says everything that it holds.
    /// </summary>
    /// <param name="item">What was piped in.</param>
    /// <param name="typed">The key that was typed beside it, or null.</param>
    private void ChangePiped(PipedItem item, string? typed)
    {
        if (item.Kind is not null && !ReferenceEquals(item.Resource, Resource))
        {
            throw item.Stranger(Resource.Noun);
        }

        var isRow = !item.IsEmpty && item.Text is null;
        var key = Resource.IsSingleton && isRow
            ? new RowKey("")
            : typed is not null && isRow && !item.HasOwnKey(Resource) ? new RowKey(typed) : item.KeyFor(Resource);
        if (typed is not null && item.Kind is null && ResourceValues.Trimmed(key.First) == typed)
        {
            // A cell with blanks around it says the same.
            key = new RowKey(typed);
        }

        if (typed is not null && key.First != typed)
        {
            throw new SarkException(SarkErrorKind.BadRequest, Resource.Noun, item.Source,
                $"The {SarkText.Words(Resource.Noun)} '{key}' was piped in, and -Key says '{typed}': which one is meant cannot be told. "
                    + "Leave -Key out, or pipe in a row without a key.");
        }

        WorkOn(() => item.Source);
        Change(
            key,
            !isRow ? new Changes() : item.Record is T live ? ChangedSince(live, item.Source!) : FromRow(item.Source!, isCreate: false));
    }

    /// <summary>Which kind is made, where there are several.</summary>
    private protected virtual CreateKind? ChooseKind(Changes changes, PSObject? row) => null;

    /// <summary>The columns whose parameters were given.</summary>
    private protected virtual Changes FromParameters()
    {
        var changes = new Changes();
        foreach (var (name, value) in MyInvocation.BoundParameters)
        {
            if (Resource.FindFamily(name) is { } family)
            {
                var parts = value is null ? [] : FamilyValues.Spread(Resource, family, value).ToList();
                parts.ForEach(p => Add(p.Column, p.Value, $"{name} {family.Keys[p.Column.Place!.Number]} {p.Column.Place.Property.Name}"));
                if (parts.Count == 0)
                {
                    throw new SarkException(
                        SarkErrorKind.BadRequest,
                        Resource.Noun,
                        null,
                        $"-{name} names no {FamilyValues.Word(family)}; {FamilyValues.Wanted(family)}.");
                }
            }
            else if (Resource.FindProperty(name) is { } column && column.Name != Resource.KeyColumn)
            {
                Add(column, SarkValueAttribute.Script(value) is { } script ? Ask(script) : value, name);
            }
        }

        return changes;

        void Add(Column column, object? value, string name)
        {
            spellings[column.Name] = "-" + name;
            changes[column.Name] = ResourceValues.ToWire(column, value);
        }
    }

    /// <summary>The columns of a row that was piped in.</summary>
    /// <param name="row">The row.</param>
    /// <param name="isCreate">Whether it is to be made.</param>
    /// <param name="newKey">The key that it is to have then, where that is known.</param>
    private Changes FromRow(PSObject row, bool isCreate, string? newKey = null) =>
        ResourceValues.FromRow(Resource, row, isCreate, newKey, WarnOf);

    private void WarnOf(string name)
    {
        if (!ResourceValues.IsOwn(Resource, name) && warned.Add(name))
        {
            WriteWarning($"'{name}' is no property of {Resource.PluralName} and is left out.{DelimiterHint(name)}");
        }
    }

    // A whole line of headings as one name is a file that was read with another delimiter than it was written with.
    private static string DelimiterHint(string name) =>
        Delimiters.Hint(name, parts => parts.Any(p => ResourceValues.FindColumn(Resource, p) is not null));

    /// <summary>Adds what was given as a parameter: it wins over what was piped in.</summary>
    private Changes WithParameters(Changes changes)
    {
        foreach (var (column, value) in FromParameters())
        {
            changes[column] = value;
        }

        return changes;
    }

    /// <inheritdoc/>
    private protected override ErrorRecord Describe(SarkException error)
    {
        Spelling.Apply(error, Resource, spellings, PipedRow);
        return base.Describe(error);
    }

    /// <summary>Says which row is worked on, for script blocks that ask for it.</summary>
    private void WorkOn(Func<object?> current) => row = current;

    /// <summary>What a script block says of the row that is worked on.</summary>
    /// <exception cref="SarkException">It failed.</exception>
    private object? Ask(ScriptBlock script)
    {
        try
        {
            var said = script.InvokeWithContext(null, [new PSVariable("_", row())]);
            return said.Count switch { 0 => null, 1 => said[0], _ => said.ToArray() };
        }
        catch (RuntimeException error)
        {
            throw new SarkException(
                SarkErrorKind.BadRequest,
                Resource.Noun,
                row(),
                $"The script block {{{script}}} failed: {error.Message}",
                error);
        }
    }

    /// <summary>The columns of a row whose properties were set to something else since it was read, or were added to it.</summary>
    /// <param name="record">The row.</param>
    /// <param name="piped">The object that it was piped in as.</param>
    private Changes ChangedSince(T record, PSObject piped)
    {
        var before = record.Raw is SarkRow stored ? Resource.Materialize(stored) : new T();
        var changes = new Changes();
        foreach (var column in Resource.Columns.Where(c => c is { Property: not null, IsHidden: false } && c.Name != Resource.KeyColumn))
        {
            var (was, now) = (column.ValueIn(before), column.ValueIn(record));
            if (!Equals(was is "" ? null : was, now is "" ? null : now))
            {
                changes[column.Name] = ResourceValues.ToWire(column, now);
            }
        }

        // What a script has put over a property, with Add-Member, is what it shows since.
        foreach (var added in piped.Properties.OfType<PSNoteProperty>().Where(p => p.IsInstance))
        {
            var columns = ResourceValues.Columns(Resource, added.Name, added.Value).Where(c => c.Column.Name != Resource.KeyColumn)
                .ToList();
            columns.ForEach(c => changes[c.Column.Name] = ResourceValues.ToWire(c.Column, c.Value));
            if (columns.Count == 0)
            {
                WarnOf(added.Name);
            }
        }

        return changes;
    }
}

/// <summary>New- or Set- of a resource that sends calls somewhere, or names other rows of a tenant.</summary>
/// <typeparam name="T">The resource.</typeparam>
public abstract class SarkRoutedCommand<T> : SarkWriteCommand<T>
    where T : SarkRecord, ISarkResource<T>, new()
{
    /// <summary>
    /// Takes destinations, members and paths that belong to another tenant. Without it they are refused, since a number that
    /// two tenants have is easily mistaken.
    /// </summary>
    [Parameter]
    public SwitchParameter AllowOtherTenant { get; set; }

    private protected override ChangeOptions WriteOptions => new(AllowsOtherTenant: AllowOtherTenant);
}
