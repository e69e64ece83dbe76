using SarkPS.Descriptors;
using SarkPS.Rules;

namespace SarkPS;

/// <summary>How rows of files are read.</summary>
/// <param name="Mode">What is done with them.</param>
internal sealed record ImportOptions(ImportMode Mode)
{
    /// <summary>What the rows are; null where a column of theirs or the name of their file says it.</summary>
    public ResourceDescriptor? Resource { get; init; }

    /// <summary>Whether all rows are made or none.</summary>
    public bool IsAtomic { get; init; } = true;

    /// <summary>How each step is done.</summary>
    public ChangeOptions Options { get; init; } = ChangeOptions.Default;
}

/// <summary>
/// Makes one change set of the rows of one or several files, and tells what became of it row by row. Knows no resource by name:
/// what cells mean, which rows come first and what belongs to a row comes from the descriptors.
/// </summary>
/// <param name="options">How they are read.</param>
internal sealed class ImportSet(ImportOptions options)
{
    /// <summary>The heading of the column that says what a row is.</summary>
    public const string ResourceHeading = "resource";

    private const string KindHeading = "kind";
    private const string Noun = "Import";
    private const string Secret = "***";

    private readonly List<Entry> entries = [];
    private readonly Dictionary<(IReadOnlyList<string>, ResourceDescriptor), Field[]> fields = [];

    // Which entry each step of the set comes from; of a step that follows from one and is none of its own, the complement.
    private int[] sources = [];

    /// <summary>How many rows there are.</summary>
    public int Count => entries.Count;

    /// <summary>Whether a row is refused without asking the exchange: of all or nothing, nothing is made then.</summary>
    public bool HasErrors => entries.Exists(e => e.Error is not null);

    /// <summary>Takes a row in.</summary>
    /// <exception cref="SarkException">Its headings mean nothing, or it cannot be told what it is.</exception>
    public void Add(SourceRow row)
    {
        if (row.IsEmpty)
        {
            return;
        }

        var entry = new Entry(row, ResourceOf(row));
        entry.Fields = FieldsOf(row, entry.Resource);
        entries.Add(entry);
        try
        {
            entry.Inputs = [.. Read(entry)];
        }
        catch (SarkException error)
        {
            entry.Error = error;
        }
    }

    /// <summary>Takes the steps of a document in, which are made in their own order.</summary>
    /// <param name="rows">Where they stand.</param>
    /// <param name="steps">The steps.</param>
    public void Add(IReadOnlyList<SourceRow> rows, IReadOnlyList<ChangeStep> steps) =>
        entries.AddRange(rows.Zip(steps, (row, step) => new Entry(row, step.Resource) { Inputs = [step], IsPlaced = true }));

    /// <summary>Makes the set.</summary>
    /// <param name="tables">Says what is there already, where that matters.</param>
    /// <param name="cancellationToken">Stops it.</param>
    public async Task<ChangeSet> BuildAsync(ITableOperations tables, CancellationToken cancellationToken)
    {
        var inputs = new List<(ChangeStep Step, int Entry)>();
        for (var i = 0; i < entries.Count; i++)
        {
            inputs.AddRange(entries[i].IsPlaced ? [] : entries[i].Inputs.Select(s => (s, i)));
        }

        await DrawNumbersAsync(inputs, tables, cancellationToken).ConfigureAwait(false);
        foreach (var pairs in inputs.Select(i => i.Step.Resource).Where(r => r.GivenBy is not null).Distinct().ToList())
        {
            await SettlePairsAsync(pairs, inputs, tables, cancellationToken).ConfigureAwait(false);
        }

        var steps = new List<ChangeStep>(inputs.Count);
        var from = new List<int>(inputs.Count);
        foreach (var (step, source) in StepOrder.Arrange([.. inputs.Select(i => i.Step)]))
        {
            steps.Add(step);
            from.Add(inputs[source].Entry);
        }

        for (var i = 0; i < entries.Count; i++)
        {
            if (entries[i].IsPlaced)
            {
                steps.AddRange(entries[i].Inputs);
                from.Add(i);
            }
        }

        sources = [.. from];
        return new ChangeSet(steps) { IsAtomic = options.IsAtomic };
    }

    /// <summary>What became of each row, in the order of the files, and behind them of what followed from several.</summary>
    /// <param name="result">What became of the set.</param>
    /// <param name="version">The version of SARK, for what is allowed.</param>
    public IReadOnlyList<ImportedRow> Results(ChangeResult result, SarkVersion? version)
    {
        if (options.IsAtomic && HasErrors)
        {
            result = result with
            {
                Steps = [.. result.Steps.Select(s => s.Outcome == StepOutcome.Error ? s : s with { Outcome = StepOutcome.Skipped })],
            };
        }

        var byEntry = new List<int>?[entries.Count];
        var rows = new List<ImportedRow>(entries.Count);
        var others = new List<ImportedRow>();
        for (var i = 0; i < sources.Length; i++)
        {
            if (sources[i] >= 0)
            {
                (byEntry[sources[i]] ??= []).Add(i);
            }
            else
            {
                others.Add(Other(entries[~sources[i]], result.Steps[i], result.Steps.Where((s, j) => sources[j] == ~sources[i])));
            }
        }

        for (var i = 0; i < entries.Count; i++)
        {
            rows.Add(Told(entries[i], [.. (byEntry[i] ?? []).Select(s => result.Steps[s])], version));
        }

        return [.. rows, .. others];
    }

    private ResourceDescriptor ResourceOf(SourceRow row)
    {
        if (options.Resource is { } known)
        {
            return known;
        }

        for (var i = 0; i < row.Headings.Count && i < row.Cells.Count; i++)
        {
            if (IsNamed(row.Headings[i], ResourceHeading) && row.Cells[i] is string name && !string.IsNullOrWhiteSpace(name))
            {
                return SarkResources.Named(name) ?? throw SarkResources.Unknown(name, Noun, row.Place);
            }
        }

        return SarkResources.Named(Path.GetFileNameWithoutExtension(row.File)) ?? throw new SarkException(
            SarkErrorKind.BadRequest,
            Noun,
            row.File,
            $"What the rows of '{Path.GetFileName(row.File)}' are is not said: neither by -Resource nor by a column "
                + $"'{ResourceHeading}', and the file is not called as a resource is, such as extensions.csv. ({row.Place})");
    }

    private static bool IsNamed(string heading, string name) =>
        string.Equals(heading.Trim(), name, StringComparison.OrdinalIgnoreCase);

    private Field[] FieldsOf(SourceRow row, ResourceDescriptor resource)
    {
        if (fields.TryGetValue((row.Headings, resource), out var known))
        {
            return known;
        }

        // In a file whose rows are of several resources, each has columns that the others have not.
        var isMixed = options.Resource is null && row.Headings.Any(h => IsNamed(h, ResourceHeading));
        var found = row.Headings.Select(h => FieldOf(h, resource, row, isMixed)).ToArray();
        for (var i = 0; i < found.Length; i++)
        {
            for (var j = 0; j < i; j++)
            {
                if (IsNamed(row.Headings[i], row.Headings[j].Trim()) || (found[i].Column is { } column && column == found[j].Column))
                {
                    throw Unreadable(
                        row,
                        $"'{row.Headings[j].Trim()}' and '{row.Headings[i].Trim()}' are the same column of {resource.PluralName}; which of "
                            + "the two is meant cannot be told. Take one of them out.");
                }
            }
        }

        // What the tool of that layout takes for an empty field holds for its files only.
        if (resource.Layout is not { } layout || !layout.Fields.All(f => row.Headings.Any(h => IsNamed(h, f.Heading))))
        {
            found = [.. found.Select(f => f with { Default = null })];
        }

        return fields[(row.Headings, resource)] = found;
    }

    private static Field FieldOf(string heading, ResourceDescriptor resource, SourceRow row, bool isMixed)
    {
        var name = heading.Trim();
        var own = resource.Layout?.Find(name);
        // What never leaves the database may be written all the same, where it has a name among people.
        if (CellText.FindColumn(resource, name) is { } column && (!column.IsHidden || column.Property is not null))
        {
            return new Field(column, own?.Default);
        }

        if (own is not null)
        {
            return new Field(own.Column is null ? null : resource.Find(own.Column), own.Default) { Makes = own.Makes };
        }

        if (IsNamed(name, ResourceHeading))
        {
            return new Field(null);
        }

        if (IsNamed(name, KindHeading))
        {
            return new Field(null) { IsKind = resource.Kinds.Count > 0 };
        }

        // What our objects have beside their columns, such as the exchange that they came from, is carried along in files.
        if (resource.RecordType.GetProperty(name) is not null && resource.FindFamily(name) is null)
        {
            return new Field(null);
        }

        if (isMixed && SarkResources.All.Any(r => CellText.FindColumn(r, name) is not null || r.Layout?.Find(name) is not null))
        {
            return new Field(null) { IsForeign = true };
        }

        var near = resource.Columns.Where(c => c.Property is not null).Select(c => c.Property!)
            .FirstOrDefault(p => SarkText.Distance(p.ToUpperInvariant(), name.ToUpperInvariant()) <= Math.Min(2, name.Length / 3));
        throw Unreadable(
            row,
            name.Length == 0 ? "a column has no heading."
            : $"'{SarkText.Printable(name)}' is no column of {resource.PluralName}. "
                + (near is not null ? $"There is '{near}'." : "Take it out, or call it as the column is called that it means."));
    }

    private static SarkException Unreadable(SourceRow row, string message) =>
        new(SarkErrorKind.BadRequest, Noun, row.File, $"'{Path.GetFileName(row.File)}' was not imported: {message}");

    // The steps of a row.
    private IEnumerable<ChangeStep> Read(Entry entry)
    {
        var resource = entry.Resource;
        var action = resource.IsSingleton ? ChangeAction.Update : options.Mode switch
        {
            ImportMode.Create => ChangeAction.Create,
            ImportMode.Update => ChangeAction.Update,
            _ => ChangeAction.Upsert,
        };
        var (values, cleared, key, kindName) = ReadCells(entry);
        entry.Key = key;
        if (action == ChangeAction.Upsert && key is null && resource.GeneratesKey)
        {
            // One that has no number yet is a new one.
            action = ChangeAction.Create;
        }

        var makes = action is ChangeAction.Create or ChangeAction.Upsert;
        if (!makes && key is null)
        {
            throw new SarkException(
                SarkErrorKind.BadRequest,
                resource.Noun,
                null,
                $"Which {SarkText.Words(resource.Noun)} is meant is not said: the row has no "
                    + $"{resource.Find(resource.KeyColumn)!.Property}.");
        }

        CreateKind? kind = null;
        if (makes && resource.Kinds.Count > 0)
        {
            // Of a row that may be there already, whose kind then stays, none is said that nobody has said.
            kind = kindName is not null ? KindOf(resource, kindName, key)
                : action == ChangeAction.Create ? resource.KindFor(values)
                : null;
        }

        // A create is told of what a blank clears, too: it would fill in the column's default. What it fills in by itself all
        // the same, such as the stanza of a trunk, an update clears behind it.
        var written = new Changes();
        foreach (var (column, value) in values.Concat(cleared))
        {
            if (!makes || (resource.Find(column)!.IsWritable(isCreate: true, isStrict: true)
                && !(action == ChangeAction.Create && IsFilledIn(resource, kind, column, value))))
            {
                written[column] = value;
            }
        }

        if (makes && key is not null && !resource.GeneratesKey)
        {
            SetKey(resource, written, key);
        }

        var id = makes && key is null && cleared.Count > 0 ? $"{entry.Row.File}:{entry.Row.Line}" : null;
        yield return new ChangeStep(action, resource)
        {
            Key = action == ChangeAction.Create ? null : key,
            Kind = kind,
            Values = written,
            Id = id,
            Options = options.Options,
        };
        if (makes && cleared.Count > 0)
        {
            yield return new ChangeStep(ChangeAction.Update, resource)
            {
                Key = key,
                KeyOf = key is null ? id : null,
                Values = cleared,
                Options = options.Options,
            };
        }

        foreach (var (made, columns) in MadeBeside(entry, values, key))
        {
            var itsKey = new RowKey(PhpValue.Text(columns[made.KeyColumn]));
            yield return new ChangeStep(action, made)
            {
                Key = action == ChangeAction.Create ? null : itsKey,
                Values = columns,
                Options = options.Options,
            };
        }
    }

    private static void SetKey(ResourceDescriptor resource, Changes values, RowKey key)
    {
        values[resource.KeyColumn] = key.First;
        if (resource.SecondKeyColumn is { } second)
        {
            values[second] = key.Second;
        }
    }

    private static (Changes Values, Changes Cleared, RowKey? Key, string? Kind) ReadCells(Entry entry)
    {
        var (resource, row) = (entry.Resource, entry.Row);
        var (values, cleared) = (new Changes(), new Changes());
        string? first = null, second = null, kind = null;
        for (var i = 0; i < entry.Fields.Length; i++)
        {
            var field = entry.Fields[i];
            var cell = i < row.Cells.Count ? row.Cells[i] : "";
            if (cell is string blank && blank != " " && string.IsNullOrWhiteSpace(blank))
            {
                cell = field.Default ?? "";
            }

            if (field.IsKind)
            {
                kind = cell is string said && !string.IsNullOrWhiteSpace(said) ? said.Trim() : null;
            }

            if (field.IsForeign && cell is not (null or ""))
            {
                var heading = row.Headings[i].Trim();
                throw new SarkValidationException(
                    resource.Noun, first, heading, $"There is no column '{heading}' in {resource.PluralName}.");
            }

            if (field.Column is not { } column || cell is "")
            {
                continue;
            }

            if (column.Name == resource.KeyColumn || column.Name == resource.SecondKeyColumn)
            {
                var part = CellText.Trimmed(PhpValue.Text(cell));
                if (SarkText.Invisible(part) is { } invisible)
                {
                    throw new SarkValidationException(
                        resource.Noun, part, column.Name, $"The {column.Name} '{part}' holds a character that nobody sees, {invisible}.");
                }

                (first, second) = column.Name == resource.KeyColumn ? (part, second) : (first, part);
                continue;
            }

            // What nobody writes, such as when a row was made, stands in the files of exports all the same.
            if (column.Access == Access.ReadOnly)
            {
                continue;
            }

            if (cell is null or " ")
            {
                cleared[column.Name] = null;
            }
            else
            {
                values[column.Name] = cell switch
                {
                    string text => CellText.Read(column, text),
                    bool flag when column.Flag is { } words => flag ? words.True : words.False,
                    _ => cell,
                };
            }
        }

        var isNamed = resource.IsSingleton || (first is { Length: > 0 } && (resource.SecondKeyColumn is null || second is { Length: > 0 }));
        return (values, cleared, isNamed ? new RowKey(resource.IsSingleton ? "" : first!, second) : null, kind);
    }

    private static CreateKind KindOf(ResourceDescriptor resource, string name, RowKey? key) =>
        resource.Kinds.FirstOrDefault(k => IsNamed(k.Name, name) || IsNamed(k.Route, name)) ?? throw new SarkValidationException(
            resource.Noun,
            key?.ToString(),
            KindHeading,
            $"There is no kind of {SarkText.Words(resource.Noun)} '{SarkText.Printable(name)}'; there are "
                + $"{string.Join(", ", resource.Kinds.Select(k => k.Name))}.");

    private static IEnumerable<(ResourceDescriptor Resource, Changes Values)> MadeBeside(Entry entry, Changes values, RowKey? key)
    {
        for (var i = 0; i < entry.Fields.Length && i < entry.Row.Cells.Count; i++)
        {
            if (entry.Fields[i].Makes is { } make && entry.Row.Cells[i] is string cell && CellText.Trimmed(cell) is { Length: > 0 } text)
            {
                var known = new Changes();
                foreach (var (column, value) in values)
                {
                    known[column] = value;
                }

                if (key is not null)
                {
                    SetKey(entry.Resource, known, key);
                }

                yield return make(text, known);
            }
        }
    }

    // A number that the database draws means a row here and not elsewhere: one that is not there is a new one, and gets another.
    private static async Task DrawNumbersAsync(
        List<(ChangeStep Step, int Entry)> inputs,
        ITableOperations tables,
        CancellationToken cancellationToken)
    {
        foreach (var resource in inputs.Select(i => i.Step).Where(s => s.Resource.GeneratesKey && s.Action == ChangeAction.Upsert)
            .Select(s => s.Resource)
            .Distinct()
            .ToList())
        {
            var there = (await tables.ListAsync(resource, null, cancellationToken).ConfigureAwait(false))
                .Select(r => r.Text(resource.KeyColumn))
                .ToHashSet(StringComparer.Ordinal);
            for (var i = 0; i < inputs.Count; i++)
            {
                var (step, entry) = inputs[i];
                if (step.Resource == resource && step.Key is { } key && !there.Contains(key.First))
                {
                    var id = $"{resource.Route} {entry}";
                    inputs[i] = (
                        step.Action == ChangeAction.Upsert
                            ? step with { Action = ChangeAction.Create, Key = null, Id = id, Values = WithoutFilledIn(step) }
                            : step with { Key = null, KeyOf = id },
                        entry);
                }
            }
        }
    }

    // The kind of which a step makes a row, where it makes one.
    private static CreateKind? MeantKind(ChangeStep step) => step.Kind ?? step.Resource.KindFor(step.Values);

    private static bool IsFilledIn(ResourceDescriptor resource, CreateKind? kind, string column, object? value) =>
        value is not null && CellText.IsDefault(resource.Find(column)!, value) && kind?.Defaults.Any(d => d.Column == column) != true;

    private static Changes WithoutFilledIn(ChangeStep step)
    {
        var values = new Changes();
        foreach (var (column, value) in step.Values)
        {
            if (!IsFilledIn(step.Resource, MeantKind(step), column, value))
            {
                values[column] = value;
            }
        }

        return values;
    }

    // Making a row of the first part makes pairs of its own. Those that the files have are changed instead of made, and those
    // that they have not are taken away again.
    private async Task SettlePairsAsync(
        ResourceDescriptor pairs,
        List<(ChangeStep Step, int Entry)> inputs,
        ITableOperations tables,
        CancellationToken cancellationToken)
    {
        var first = SarkResources.Find(pairs.Find(pairs.KeyColumn)!.Reference!.Noun!);
        var second = SarkResources.Find(pairs.Find(pairs.SecondKeyColumn!)!.Reference!.Noun!);
        var made = await MadeAsync(first, inputs, tables, cancellationToken).ConfigureAwait(false);
        if (made.Count == 0)
        {
            return;
        }

        var wanted = new HashSet<(string?, string?)>();
        for (var i = 0; i < inputs.Count; i++)
        {
            var step = inputs[i].Step;
            if (step.Resource == pairs && step.Values[pairs.KeyColumn] is string one && step.Values[pairs.SecondKeyColumn!] is string other)
            {
                wanted.Add((one, other));
                if (step.Action == ChangeAction.Create && made.ContainsKey(one))
                {
                    inputs[i] = (step with { Action = ChangeAction.Upsert, Key = new RowKey(one, other) }, inputs[i].Entry);
                }
            }
        }

        var given = await GivenAsync(second, pairs.GivenBy!, inputs, tables, cancellationToken).ConfigureAwait(false);
        inputs.AddRange(made.SelectMany(one => given.Where(other => !wanted.Contains((one.Key, other))).Select(other => (
            new ChangeStep(ChangeAction.Remove, pairs) { Key = new RowKey(one.Key, other), Options = options.Options },
            ~one.Value))));
    }

    // The rows that get pairs when they are made, and the entries that make them.
    private static async Task<Dictionary<string, int>> MadeAsync(
        ResourceDescriptor resource,
        List<(ChangeStep Step, int Entry)> inputs,
        ITableOperations tables,
        CancellationToken cancellationToken)
    {
        var makers = inputs.Where(i => i.Step.Resource == resource && i.Step.Action is ChangeAction.Create or ChangeAction.Upsert
            && MeantKind(i.Step)?.HasNoPairs != true).ToList();
        var there = makers.Exists(m => m.Step.Action == ChangeAction.Upsert)
            ? (await tables.ListAsync(resource, null, cancellationToken).ConfigureAwait(false)).Select(r => r.Text(resource.KeyColumn))
                .ToHashSet(StringComparer.Ordinal)
            : [];
        var made = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var (step, entry) in makers)
        {
            if (step.Values[resource.KeyColumn] is string key && !there.Contains(key))
            {
                made.TryAdd(key, entry);
            }
        }

        return made;
    }

    // The rows that give a pair to each: as they are stored, or as they will be.
    private static async Task<List<string>> GivenAsync(
        ResourceDescriptor resource,
        string flag,
        List<(ChangeStep Step, int Entry)> inputs,
        ITableOperations tables,
        CancellationToken cancellationToken)
    {
        var known = new Dictionary<string, bool>(StringComparer.Ordinal);
        foreach (var row in await tables.ListAsync(resource, null, cancellationToken).ConfigureAwait(false))
        {
            known[row.Text(resource.KeyColumn) ?? ""] = FlagWords.Read(row.Text(flag)) == true;
        }

        foreach (var (step, _) in inputs.Where(i => i.Step.Resource == resource && i.Step.Values.Has(flag)))
        {
            if ((step.Key?.First ?? step.Values[resource.KeyColumn] as string) is { } key)
            {
                known[key] = FlagWords.Read(PhpValue.Text(step.Values[flag])) == true;
            }
        }

        return [.. known.Where(k => k.Value).Select(k => k.Key)];
    }

    private static ImportedRow Told(Entry entry, IReadOnlyList<StepResult> steps, SarkVersion? version)
    {
        var failed = steps.FirstOrDefault(s => s.Outcome == StepOutcome.Error);
        var error = entry.Error ?? failed?.Error;
        return new ImportedRow
        {
            File = entry.Row.File,
            Line = entry.Row.Line,
            Resource = entry.Resource.Noun,
            // A number that the database has drawn is another than the file's.
            Key = (steps.Select(s => s.Key).FirstOrDefault(k => k is not null) ?? entry.Key) is { First.Length: > 0 } key
                ? key.ToString()
                : null,
            Outcome = error is not null ? StepOutcome.Error : Outcome(steps),
            Message = error is null ? null : Spelled(entry, error),
            Faults = error is null ? [] : [.. Faults(entry, failed?.Resource ?? entry.Resource, error, version)],
            Changes = [.. steps.SelectMany(s => s.Changes)],
            Notices = [.. steps.SelectMany(s => s.Notices)],
            Error = error,
            Source = entry.Row,
        };
    }

    private static ImportedRow Other(Entry maker, StepResult step, IEnumerable<StepResult> makers)
    {
        // Where the row itself was refused, what would follow from it says nothing new.
        var isMoot = makers.Any(s => s.Outcome == StepOutcome.Error);
        return new ImportedRow
        {
            File = maker.Row.File,
            Line = maker.Row.Line,
            Resource = step.Resource.Noun,
            Key = step.Key?.ToString(),
            Outcome = isMoot ? StepOutcome.Skipped : step.Outcome,
            Message = isMoot ? null : step.Error?.Message,
            Error = isMoot ? null : step.Error,
            Notices = step.Notices,
        };
    }

    private static StepOutcome Outcome(IReadOnlyList<StepResult> steps) =>
        steps.Count == 0 ? StepOutcome.Skipped
        : new[] { StepOutcome.Skipped, StepOutcome.Created, StepOutcome.Removed, StepOutcome.Updated }
            .FirstOrDefault(o => steps.Any(s => s.Outcome == o), StepOutcome.Unchanged);

    // The exchange knows columns; who wrote the file knows its headings, and in which line he wrote what.
    private static string Spelled(Entry entry, SarkException error)
    {
        var message = error.Message;
        if (error.Data.Contains(nameof(ImportedRow.Line)))
        {
            return message;
        }

        if (error is SarkValidationException invalid)
        {
            foreach (var (column, messages) in invalid.Errors)
            {
                if (entry.HeadingOf(column) is { } heading && heading != column && messages is [var one, ..]
                    && one.Trim() is { Length: > 0 } said
                    && message.IndexOf(said, StringComparison.Ordinal) is >= 0 and var at)
                {
                    message = message.Insert(at, heading + ": ");
                }
            }
        }

        message = $"{message} ({entry.Row.Place})";
        error.Spell(message);
        error.Data[nameof(ImportedRow.File)] = entry.Row.File;
        error.Data[nameof(ImportedRow.Line)] = entry.Row.Line;
        return message;
    }

    private static IEnumerable<ImportFault> Faults(
        Entry entry,
        ResourceDescriptor resource,
        SarkException error,
        SarkVersion? version)
    {
        if (error is not SarkValidationException invalid)
        {
            if (entry.Key is { First.Length: > 0 } key && entry.HeadingOf(resource.KeyColumn) is { } named)
            {
                yield return new ImportFault(named, key.First, error.Message, null);
            }

            yield break;
        }

        foreach (var (name, messages) in invalid.Errors)
        {
            var column = resource.Find(name == SarkValidationException.DuplicateField ? resource.KeyColumn : name);
            var value = column is null ? entry.CellOf(name) : entry.CellOf(column.Name);
            yield return new ImportFault(
                entry.HeadingOf(column?.Name ?? name) ?? column?.Property ?? name,
                column?.IsSecret == true && value is not null ? Secret : value,
                string.Join(' ', messages.Select(m => m.Trim())),
                name == KindHeading && column is null
                    ? $"allowed are {string.Join(", ", resource.Kinds.Select(k => k.Name))}"
                    : name == SarkValidationException.DuplicateField ? null : column?.Allowed(version));
        }
    }

    // What a heading means for a resource.
    private sealed record Field(Column? Column, string? Default = null)
    {
        public bool IsKind { get; init; }

        // A column of another resource.
        public bool IsForeign { get; init; }

        public Func<string, Changes, (ResourceDescriptor Resource, Changes Values)>? Makes { get; init; }
    }

    private sealed class Entry(SourceRow row, ResourceDescriptor resource)
    {
        public SourceRow Row => row;

        public ResourceDescriptor Resource => resource;

        public Field[] Fields { get; set; } = [];

        public RowKey? Key { get; set; }

        public bool IsPlaced { get; init; }

        public IReadOnlyList<ChangeStep> Inputs { get; set; } = [];

        public SarkException? Error { get; set; }

        public string? HeadingOf(string column) => FieldOf(column) is >= 0 and var at ? row.Headings[at].Trim() : null;

        public string? CellOf(string column) =>
            FieldOf(column) is >= 0 and var at && at < row.Cells.Count ? PhpValue.Text(row.Cells[at]) : null;

        private int FieldOf(string column)
        {
            for (var i = 0; i < Fields.Length; i++)
            {
                if (Fields[i].Column?.Name == column || (Fields[i].IsKind && column == KindHeading)
                    || (Fields[i].IsForeign && row.Headings[i].Trim() == column))
                {
                    return i;
                }
            }

            return -1;
        }
    }
}
