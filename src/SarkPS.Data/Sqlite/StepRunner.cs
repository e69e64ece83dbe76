using System.Globalization;
using Microsoft.Data.Sqlite;
using SarkPS.Data.Files;
using SarkPS.Descriptors;
using SarkPS.Resources;
using SarkPS.Rules;

namespace SarkPS.Data.Sqlite;

/// <summary>What a step is done in.</summary>
/// <param name="Session">The transaction.</param>
/// <param name="Forms">What is let through of values that SARK cannot carry; null for nothing.</param>
/// <param name="Files">The files that belong to rows; null where rows alone are written.</param>
internal sealed record StepPlace(RowSession Session, FormOptions? Forms, SetFiles? Files)
{
    /// <summary>
    /// Gets what names a row that was removed all the same: others of the set may remove that too. Null where it is refused at once.
    /// </summary>
    public Action<IReadOnlyList<string>>? InUse { get; init; }

    /// <summary>What was drawn for the row when the step was tried before, and is drawn now.</summary>
    public Draws Draws { get; init; } = new();
}

/// <summary>What a step did.</summary>
/// <param name="Outcome">What became of it.</param>
/// <param name="Key">The row.</param>
internal sealed record StepDone(StepOutcome Outcome, RowKey Key)
{
    /// <summary>The row as it is stored now, without its hidden columns; null for one that was removed.</summary>
    public SarkRow? Stored { get; init; }

    /// <summary>The same with its hidden columns.</summary>
    public SarkRow? Whole { get; init; }

    /// <summary>What sark6api would answer.</summary>
    public IEnumerable<KeyValuePair<string, object?>> Answer { get; init; } = [];

    /// <summary>What is to be known of it.</summary>
    public IReadOnlyList<string> Notices { get; init; } = [];

    /// <summary>What names a row that was removed.</summary>
    public IReadOnlyList<string> Orphans { get; init; } = [];
}

/// <summary>
/// Does one step of a change set inside a transaction: judges it, writes the row and what belongs to it. Knows no resource by
/// name; everything comes from descriptors.
/// </summary>
internal static class StepRunner
{
    /// <summary>Does a step.</summary>
    /// <param name="place">Where.</param>
    /// <param name="step">What.</param>
    /// <param name="key">The row; null where the values say it.</param>
    /// <exception cref="SarkException">It was refused; what it wrote before is to be rolled back.</exception>
    public static StepDone Run(StepPlace place, ChangeStep step, RowKey? key) => step.Action switch
    {
        ChangeAction.Create => Create(place, step),
        ChangeAction.Update => Update(place, step, key ?? Named(step)),
        ChangeAction.Upsert => Upsert(place, step, key ?? Named(step)),
        _ => Remove(place, step, key ?? Named(step)),
    };

    // The columns that are its key say which row is meant, where nothing else does.
    private static RowKey Named(ChangeStep step) => step.Resource.IsSingleton
        ? new RowKey("")
        : KeyFrom(step.Resource, step.Values.Normalized()) ?? throw new SarkException(
            SarkErrorKind.BadRequest,
            step.Resource.Noun,
            null,
            $"Which {SarkText.Words(step.Resource.Noun)} is meant is not said; it is named by its {step.Resource.KeyColumn}"
                + $"{(step.Resource.SecondKeyColumn is { } second ? $" and {second}" : "")}.");

    private static StepDone Upsert(StepPlace place, ChangeStep step, RowKey key)
    {
        var resource = step.Resource;
        var rows = RowSearch.Find(place.Session, resource, key, null, useFilter: false);
        if (rows.Count == 0)
        {
            var values = new Changes();
            foreach (var (column, part) in new[] { (resource.KeyColumn, key.First), (resource.SecondKeyColumn, key.Second) })
            {
                if (column is not null && part is not null && !resource.GeneratesKey)
                {
                    values[column] = part;
                }
            }

            foreach (var (column, value) in step.Values)
            {
                values[column] = value;
            }

            return resource.GeneratesKey
                ? throw resource.NotFound(key)
                : Create(place, step with { Values = values, Kind = step.Kind ?? resource.KindFor(values) });
        }

        if (resource.Filter is { } filter && !rows.Exists(filter.Holds))
        {
            var other = SarkResources.All.FirstOrDefault(r => r.Table == resource.Table && r.Filter?.Holds(rows[0]) == true);
            throw new SarkConflictException(
                resource.Noun,
                key.ToString(),
                $"'{key}' is no {SarkText.Words(resource.Noun)} but "
                    + $"{(other is null ? "a row of another kind" : SarkText.WithArticle(SarkText.Words(other.Noun)))}.");
        }

        var done = Update(place, step, key);
        return step.Kind is null
            ? done
            : done with
            {
                Notices = [.. done.Notices, $"The {SarkText.Words(resource.Noun)} '{key}' is there already, so its kind stays as it is."],
            };
    }

    private static StepDone Create(StepPlace place, ChangeStep step)
    {
        var (resource, kind, isStrict, session) = (step.Resource, step.Kind, step.IsStrict, place.Session);
        var sent = Normal(resource, step.Values, isStrict);
        var context = new WriteContext(resource, session, sent, null, kind, isStrict) { Forms = place.Forms, Draws = place.Draws };
        Judgement.Judge(context, kind);
        var key = KeyFrom(resource, sent);
        // Whoever reads strictly is told all at once.
        var looksLast = !isStrict && (resource.ChecksKeyLast || kind?.ChecksKeyLast == true) && context.HasErrors;
        if (key is not null && !looksLast && !context.HasError(resource.KeyColumn)
            && RowSearch.Find(session, resource, key, null, useFilter: false).Count > 0)
        {
            if (step.IfNoneMatch is not null)
            {
                throw RowTag.Stale(step, key, "is there already. Nothing was changed.");
            }

            context.AddError(SarkValidationException.DuplicateField, resource.Duplicate(key));
        }

        Judgement.CheckFileName(context, key);
        resource.Hooks.Validate(context);
        FillIn(context, kind);
        if (isStrict || !resource.DuplicateEnds || !context.HasError(SarkValidationException.DuplicateField))
        {
            Judgement.Resolve(context);
        }

        Finish(context, session, step.Options, key);
        // Rows whose key the database makes have no files.
        var files = key is null ? null : place.Files?.Begin(resource, key.First, null, session);
        var rowId = Insert(context, session, key);
        if (resource.GeneratesKey)
        {
            place.Draws.Key = rowId;
            key = rowId is { } number
                ? new RowKey(number.ToString(CultureInfo.InvariantCulture))
                : throw TakenBack(resource, null, "the new");
        }

        resource.Hooks.AfterCreate(context);
        var whole = Made(session, resource, key!, rowId) ?? throw TakenBack(resource, key, "the new");
        files?.End(whole, session);
        var stored = whole.Without(resource.Hidden);
        if (resource.Hooks.Remark(stored) is { } remark)
        {
            context.AddNotice(remark);
        }

        return new StepDone(StepOutcome.Created, key!)
        {
            Stored = stored,
            Whole = whole,
            Answer = Typed(CreateAnswer(context, rowId ?? 0), stored),
            Notices = context.Notices,
        };
    }

    // It was just looked at. A trigger may have given it another key, or made it none of the resource's.
    private static SarkRow? Made(RowSession session, ResourceDescriptor resource, RowKey key, long? rowId) =>
        rowId is { } id && session.Find(resource.Table, id)?.Row is { } row && row.Text(resource.KeyColumn) == key.First
            && (resource.SecondKeyColumn is not { } second || row.Text(second) == key.Second) && resource.Filter?.Holds(row) != false
            ? row
            : RowSearch.Find(session, resource, key, null) is [var made, ..] ? made : null;

    private static StepDone Update(StepPlace place, ChangeStep step, RowKey key)
    {
        var (resource, isStrict, session) = (step.Resource, step.IsStrict, place.Session);
        var trimmed = Normal(resource, step.Values, isStrict);
        var current = RowSearch.Single(resource, key, RowSearch.Find(session, resource, key, null));
        RowTag.Require(step, key, current);
        var changes = Judgement.Differences(resource, step.Values, trimmed, current, isStrict);
        var context = new WriteContext(resource, session, changes, current, null, isStrict)
        {
            All = trimmed,
            Forms = place.Forms,
            Draws = place.Draws,
        };
        Judgement.Judge(context, null);
        resource.Hooks.Validate(context);
        foreach (var (column, _) in context.Rules)
        {
            if (changes.Has(column.Name))
            {
                SetIfChanged(context, column.Name, Stored(resource, changes[column.Name]));
            }
        }

        Judgement.Resolve(context);
        Finish(context, session, step.Options, key);
        var files = place.Files?.Begin(resource, key.First, current, session);
        if (context.Row.Count > 0)
        {
            Update(context, session, current);
        }

        var now = resource.IsSingleton ? key : KeyFrom(resource, Merged(resource, current, context.Row))!;
        var whole = RowSearch.Find(session, resource, now, null) is [var kept, ..] && IsKept(context, kept)
            ? kept
            : throw TakenBack(resource, key, "the change of the");
        files?.End(whole, session);
        var stored = whole.Without(resource.Hidden);
        return new StepDone(context.Row.Count > 0 ? StepOutcome.Updated : StepOutcome.Unchanged, now)
        {
            Stored = stored,
            Whole = whole,
            // sark6api reads its single row again before it answers; of all others it tells what it knew before.
            Answer = resource.IsSingleton ? stored : Typed(UpdateAnswer(context), stored),
            Notices = context.Notices,
        };
    }

    private static StepDone Remove(StepPlace place, ChangeStep step, RowKey key)
    {
        var (resource, session) = (step.Resource, place.Session);
        var rows = RowSearch.Find(session, resource, key, null);
        // All pairs of a first part may be meant; rows that happen to have the same key never are.
        _ = rows.Count > 1 && resource.SecondKeyColumn is not null ? rows[0] : RowSearch.Single(resource, key, rows);
        RowTag.Require(step, key, rows[0]);
        foreach (var row in rows)
        {
            resource.Hooks.BeforeRemove(resource, session, row);
        }

        var dependants = Dependants.Find(session, resource.Noun, key.First);
        if (dependants.Count > 0 && !step.Options.Force)
        {
            (place.InUse ?? throw InUse(resource, key, dependants))(dependants);
        }

        var files = place.Files?.Begin(resource, key.First, rows[0], session);
        foreach (var row in rows)
        {
            if (!session.TryDelete(resource.Table, Identity(resource, row)))
            {
                throw TakenBack(resource, key, "the removal of the");
            }

            resource.Hooks.AfterRemove(resource, session, row);
        }

        files?.End(null, session);
        return new StepDone(StepOutcome.Removed, key)
        {
            // Some of what named it has gone with it.
            Orphans = dependants.Count > 0 ? Dependants.Find(session, resource.Noun, key.First) : dependants,
        };
    }

    /// <summary>What is told where others name a row that is to be removed.</summary>
    public static SarkConflictException InUse(ResourceDescriptor resource, RowKey key, IReadOnlyList<string> dependants) => new(
        resource.Noun,
        key.ToString(),
        $"The {SarkText.Words(resource.Noun)} '{key}' is in use: {SarkText.Listed(dependants)}.",
        dependants);

    // What is judged of every row that is made or changed, once its columns are known.
    private static void Finish(WriteContext context, RowSession session, ChangeOptions options, RowKey? key)
    {
        Judgement.Follow(context, session, options);
        ThrowIfInvalid(context, key);
        context.Resource.Hooks.BeforeWrite(context);
        // Which section it is, the hooks have made of the rest.
        Collisions.CheckSection(context);
        ThrowIfInvalid(context, key);
        Judgement.NoticeMissing(context);
    }

    // A strict request, as the module's, keeps the lines of a block as they are, so that a copy of a row is one.
    private static Changes Normal(ResourceDescriptor resource, Changes sent, bool isStrict)
    {
        var normal = sent.Normalized(column => isStrict && resource.Find(column)?.Form?.HasLines == true);
        return isStrict ? resource.Spelled(normal) : normal;
    }

    private static RowKey? KeyFrom(ResourceDescriptor resource, Changes values)
    {
        if (values[resource.KeyColumn] is not { } first || PhpValue.IsStructure(first))
        {
            return null;
        }

        if (resource.SecondKeyColumn is null)
        {
            return new RowKey(PhpValue.Text(first));
        }

        return values[resource.SecondKeyColumn] is { } second && !PhpValue.IsStructure(second)
            ? new RowKey(PhpValue.Text(first), PhpValue.Text(second))
            : null;
    }

    private static Changes Merged(ResourceDescriptor resource, SarkRow current, Changes written)
    {
        var merged = new Changes();
        foreach (var column in new[] { resource.KeyColumn, resource.SecondKeyColumn }.OfType<string>())
        {
            merged[column] = written.Has(column) ? written[column] : current[column];
        }

        return merged;
    }

    private static void FillIn(WriteContext context, CreateKind? kind)
    {
        foreach (var column in context.Resource.Columns)
        {
            if (column.HasDefault && context.Session.Version.IsSince(column.Since))
            {
                context.Row[column.Name] = context.IsStrict && column is { Reads: { } reads, Default: string text }
                    ? reads(text)
                    : column.Default;
            }
        }

        foreach (var (column, value) in kind?.Defaults ?? [])
        {
            context.Row[column] = value;
        }

        foreach (var (name, value) in context.Sent)
        {
            if (context.Rules.Any(r => r.Column.Name == name))
            {
                context.Row[name] = Stored(context.Resource, value);
            }
        }
    }

    // sark6api makes null an empty text on its way into most tables, and true a 1.
    private static object? Stored(ResourceDescriptor resource, object? value) => value switch
    {
        _ when resource.ClearsToNull => value,
        null or false => "",
        true => "1",
        _ => value,
    };

    private static void SetIfChanged(WriteContext context, string column, object? value)
    {
        var before = context.Current![column];
        if ((before is null) != (value is null) || PhpValue.Text(before) != PhpValue.Text(value))
        {
            context.Row[column] = value;
        }
    }

    private static void ThrowIfInvalid(WriteContext context, RowKey? key)
    {
        if (context.HasErrors)
        {
            throw new SarkValidationException(
                context.Resource.Noun,
                key?.ToString(),
                context.Errors,
                Explanation.Of(context, key),
                isDuplicate: context.HasError(SarkValidationException.DuplicateField));
        }
    }

    private static SarkConflictException TakenBack(ResourceDescriptor resource, RowKey? key, string what) =>
        SqliteErrors.TakenBack(
            resource.Noun,
            key?.ToString(),
            $"{what} {SarkText.Words(resource.Noun)}{(key is null || resource.IsSingleton ? "" : $" '{key}'")}");

    // A trigger may put a value into another form. One that has put the old value back has undone the change.
    private static bool IsKept(WriteContext context, SarkRow stored) => context.Row.All(change =>
        !stored.ContainsKey(change.Key)
        || !IsSame(stored[change.Key], context.Current![change.Key])
        || IsSame(change.Value, context.Current[change.Key]));

    // A column that holds numbers makes one number of 1, '1' and '01'.
    private static bool IsSame(object? one, object? other) =>
        (one is null) == (other is null)
        && (PhpValue.Text(one) is var text && PhpValue.Text(other) is var otherText)
        && (text == otherText
            || (double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number)
                && double.TryParse(otherText, NumberStyles.Float, CultureInfo.InvariantCulture, out var otherNumber)
                && number.Equals(otherNumber)));

    // What is stored beyond what sark6api would store, and tell.
    private static List<(string Column, object? Value)> Complete(WriteContext context)
    {
        List<(string Column, object? Value)> row = [.. context.Row.Select(v => (v.Key, v.Value))];
        foreach (var column in context.Resource.Columns)
        {
            if (column.Filled is { } fill && PhpValue.Text(context.Row[column.Name]).Length == 0 && fill(context) is { } value)
            {
                var place = row.FindIndex(v => v.Column == column.Name);
                if (place < 0)
                {
                    row.Add((column.Name, value));
                }
                else
                {
                    row[place] = (column.Name, value);
                }
            }
        }

        if (context.Resource.GeneratesKey && context.Draws.Key is { } key)
        {
            row.Add((context.Resource.KeyColumn, key));
        }

        return row;
    }

    private static long? Insert(WriteContext context, RowSession session, RowKey? key)
    {
        try
        {
            return session.TryInsert(context.Resource.Table, Complete(context));
        }
        catch (SqliteException error) when (SqliteErrors.IsDuplicate(error))
        {
            throw SarkValidationException.Duplicate(context.Resource.Noun, key?.ToString(), context.Resource.Duplicate(key));
        }
    }

    private static void Update(WriteContext context, RowSession session, SarkRow current)
    {
        try
        {
            session.Update(context.Resource.Table, context.Row.Select(v => (v.Key, v.Value)), Identity(context.Resource, current));
        }
        catch (SqliteException error) when (SqliteErrors.IsDuplicate(error))
        {
            var key = KeyFrom(context.Resource, Merged(context.Resource, current, context.Row));
            throw SarkValidationException.Duplicate(context.Resource.Noun, key?.ToString(), context.Resource.Duplicate(key));
        }
    }

    private static IEnumerable<(string Column, object? Value)> Identity(ResourceDescriptor resource, SarkRow row)
    {
        yield return (resource.KeyColumn, row[resource.KeyColumn]);
        if (resource.SecondKeyColumn is { } second)
        {
            yield return (second, row[second]);
        }
    }

    // 30 and "30" are the same to who sends them, and so sark6api answers the one that was sent. Here an answer to a change has
    // the type that the next answer to GET has, which is that of the column.
    private static IEnumerable<KeyValuePair<string, object?>> Typed(
        IEnumerable<KeyValuePair<string, object?>> answer,
        SarkRow stored) => answer.Select(told => new KeyValuePair<string, object?>(told.Key, stored[told.Key] switch
        {
            string when told.Value is int or long or double => PhpValue.Text(told.Value),
            long number when PhpValue.TryInteger(told.Value, out var same) && same == number => number,
            _ => told.Value,
        }));

    private static IEnumerable<KeyValuePair<string, object?>> CreateAnswer(WriteContext context, long rowId)
    {
        if (context.Resource.GeneratesKey)
        {
            yield return new(context.Resource.KeyColumn, rowId);
        }

        foreach (var value in context.Row)
        {
            if (!context.Resource.Hidden.Contains(value.Key))
            {
                yield return value;
            }
        }
    }

    private static IEnumerable<KeyValuePair<string, object?>> UpdateAnswer(WriteContext context)
    {
        var resource = context.Resource;
        foreach (var (column, before) in context.Current!)
        {
            if (resource.Hidden.Contains(column))
            {
                continue;
            }

            var isSent = context.Sent.Has(column) && resource.Find(column)?.IsWritable(isCreate: false, context.IsStrict) == true;
            yield return new(
                column,
                context.Row.Has(column) ? context.Row[column] : isSent ? Stored(resource, context.Sent[column]) : before);
        }
    }
}
