using System.Globalization;
using Microsoft.Data.Sqlite;
using SarkPS.Data.Files;
using SarkPS.Descriptors;
using SarkPS.Resources;
using SarkPS.Rules;

namespace SarkPS.Data.Sqlite;

/// <summary>Rows of any resource in a SARK database. Knows no resource by name; everything comes from descriptors.</summary>
/// <param name="database">The database.</param>
/// <param name="forms">What is let through of values that SARK cannot carry; null for nothing.</param>
/// <param name="zone">The time zone in which SARK's timers count; this machine's without it.</param>
/// <param name="clock">The clock; the machine's without it.</param>
public sealed class SqliteStore(
    SqliteDatabase database,
    FormOptions? forms = null,
    Func<TimeZoneInfo>? zone = null,
    TimeProvider? clock = null) : ITableOperations, IJsonTables
{
    /// <summary>The files that belong to rows; null where rows alone are written.</summary>
    internal RowFiles? Files { get; init; }

    /// <inheritdoc/>
    public Task<IReadOnlyList<SarkRow>> ListAsync(
        ResourceDescriptor resource,
        IReadOnlyDictionary<string, string>? filter,
        CancellationToken cancellationToken)
    {
        var where = Conditions(resource, filter);
        return database.ReadAsync<IReadOnlyList<SarkRow>>(
            session => session.Select(
                resource.Table, where, resource.ListFilters, resource.Hidden, resource.OrderBy, null), cancellationToken);
    }

    /// <inheritdoc/>
    public Task<SarkRow> GetAsync(ResourceDescriptor resource, RowKey key, CancellationToken cancellationToken) => database.ReadAsync(
        session => Find(session, resource, key, resource.Hidden) is [var row, ..] ? row : throw resource.NotFound(key), cancellationToken);

    /// <inheritdoc/>
    public async Task<SarkRow> CreateAsync(
        ResourceDescriptor resource,
        CreateKind? kind,
        Changes changes,
        ChangeOptions options,
        CancellationToken cancellationToken) =>
        (await CreateAsync(resource, kind, changes, isStrict: true, options, cancellationToken).ConfigureAwait(false)).Stored;

    /// <inheritdoc/>
    public async Task<SarkRow> UpdateAsync(
        ResourceDescriptor resource,
        RowKey key,
        Changes changes,
        ChangeOptions options,
        CancellationToken cancellationToken) =>
        (await UpdateAsync(resource, key, changes, isStrict: true, options, cancellationToken).ConfigureAwait(false)).Stored;

    /// <inheritdoc/>
    public ValueTask<JsonRows> ListJsonAsync(
        ResourceDescriptor resource,
        IReadOnlyDictionary<string, string>? filter,
        CancellationToken cancellationToken)
    {
        // With their lengths, so that no value can look like another filter.
        var known = filter is null ? null : string.Concat(filter.Select(f => $"{f.Key.Length}:{f.Key}{f.Value.Length}:{f.Value}"));
        return database.Readers.AnswerAsync(
            new AnswerKey(resource, null, known),
            () => Query(
                resource,
                RowSession.SelectText(resource.Table, Conditions(resource, filter), resource.ListFilters, resource.OrderBy, null)),
            cancellationToken)!;
    }

    /// <inheritdoc/>
    public ValueTask<JsonRows?> GetJsonAsync(
        ResourceDescriptor resource,
        RowKey key,
        CancellationToken cancellationToken) => database.Readers.AnswerAsync(
        new AnswerKey(resource, key, null),
        () =>
        {
            var (where, filters, order, limit) = Search(resource, key, useFilter: true);
            return Query(resource, RowSession.SelectText(resource.Table, where, filters, order, limit));
        },
        cancellationToken);

    /// <inheritdoc/>
    public Task<WriteResult> CreateAsync(
        ResourceDescriptor resource,
        CreateKind? kind,
        Changes sent,
        bool isStrict,
        ChangeOptions options,
        CancellationToken cancellationToken)
    {
        sent = Normal(resource, sent, isStrict);
        return TellAsync(WriteAsync(
            resource,
            (session, plan) =>
            {
                var context = new WriteContext(resource, session, sent, null, kind, isStrict) { Forms = forms };
                Judgement.Judge(context, kind);
                var key = KeyFrom(resource, sent);
                // Whoever reads strictly is told all at once.
                var looksLast = !isStrict && (resource.ChecksKeyLast || kind?.ChecksKeyLast == true) && context.HasErrors;
                if (key is not null && !looksLast && !context.HasError(resource.KeyColumn)
                    && Find(session, resource, key, null, useFilter: false).Count > 0)
                {
                    context.AddError(SarkValidationException.DuplicateField, resource.Duplicate(key));
                }

                Judgement.CheckFileName(context, key);
                resource.Hooks.Validate(context);
                FillIn(context, kind);
                if (isStrict || !resource.DuplicateEnds || !context.HasError(SarkValidationException.DuplicateField))
                {
                    Judgement.Resolve(context);
                }

                Judgement.Follow(context, session, options);
                ThrowIfInvalid(context, key);
                resource.Hooks.BeforeWrite(context);
                // Which section it is, the hooks have made of the rest.
                Collisions.CheckSection(context);
                ThrowIfInvalid(context, key);
                Judgement.NoticeMissing(context);
                plan?.Begin(key!.First, null, session);
                var rowId = Insert(context, session, key);
                if (resource.GeneratesKey)
                {
                    key = rowId is { } number
                        ? new RowKey(number.ToString(CultureInfo.InvariantCulture))
                        : throw TakenBack(resource, null, "the new");
                }

                resource.Hooks.AfterCreate(context);
                var stored = Find(session, resource, key!, resource.Hidden) is [var made, ..]
                    ? made
                    : throw TakenBack(resource, key, "the new");
                plan?.End(Find(session, resource, key!, null)[0], session, options.IsRehearsal);
                if (resource.Hooks.Remark(stored) is { } remark)
                {
                    context.AddNotice(remark);
                }

                return new WriteResult(CreateAnswer(context, rowId ?? 0), key!, stored, context.Notices);
            },
            options,
            cancellationToken));
    }

    /// <inheritdoc/>
    public Task<WriteResult> UpdateAsync(
        ResourceDescriptor resource,
        RowKey key,
        Changes sent,
        bool isStrict,
        ChangeOptions options,
        CancellationToken cancellationToken)
    {
        var trimmed = Normal(resource, sent, isStrict);
        return TellAsync(WriteAsync(
            resource,
            (session, plan) =>
            {
                var current = Single(resource, key, Find(session, resource, key, null));
                var changes = Judgement.Differences(resource, sent, trimmed, current, isStrict);
                var context = new WriteContext(resource, session, changes, current, null, isStrict) { All = trimmed, Forms = forms };
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
                Judgement.Follow(context, session, options);
                ThrowIfInvalid(context, key);
                resource.Hooks.BeforeWrite(context);
                // Which section it is, the hooks have made of the rest.
                Collisions.CheckSection(context);
                ThrowIfInvalid(context, key);
                Judgement.NoticeMissing(context);
                plan?.Begin(key.First, current, session);
                if (context.Row.Count > 0)
                {
                    Update(context, session, current);
                }

                var now = resource.IsSingleton ? key : KeyFrom(resource, Merged(resource, current, context.Row))!;
                var stored = Find(session, resource, now, resource.Hidden) is [var kept, ..] && IsKept(context, kept)
                    ? kept
                    : throw TakenBack(resource, key, "the change of the");
                plan?.End(Find(session, resource, now, null)[0], session, options.IsRehearsal);
                // sark6api reads its single row again before it answers; of all others it tells what it knew before.
                return new WriteResult(resource.IsSingleton ? stored : UpdateAnswer(context), now, stored, context.Notices);
            },
            options,
            cancellationToken));
    }

    /// <inheritdoc/>
    public Task<IReadOnlyList<string>> RemoveAsync(
        ResourceDescriptor resource,
        RowKey key,
        ChangeOptions options,
        CancellationToken cancellationToken) =>
        WriteAsync<IReadOnlyList<string>>(
            resource,
            (session, plan) =>
            {
                var rows = Find(session, resource, key, null);
                // All pairs of a first part may be meant; rows that happen to have the same key never are.
                _ = rows.Count > 1 && resource.SecondKeyColumn is not null ? rows[0] : Single(resource, key, rows);

                foreach (var row in rows)
                {
                    resource.Hooks.BeforeRemove(resource, session, row);
                }

                var dependants = Dependants.Find(session, resource.Noun, key.First);
                if (dependants.Count > 0 && !options.Force)
                {
                    throw new SarkConflictException(
                        resource.Noun,
                        key.ToString(),
                        $"The {SarkText.Words(resource.Noun)} '{key}' is in use: {SarkText.Listed(dependants)}.",
                        dependants);
                }

                plan?.Begin(key.First, rows[0], session);
                foreach (var row in rows)
                {
                    if (!session.TryDelete(resource.Table, Identity(resource, row)))
                    {
                        throw TakenBack(resource, key, "the removal of the");
                    }

                    resource.Hooks.AfterRemove(resource, session, row);
                }

                plan?.End(null, session, options.IsRehearsal);
                // Some of what named it has gone with it.
                return dependants.Count > 0 ? Dependants.Find(session, resource.Noun, key.First) : dependants;
            },
            options,
            cancellationToken);

    /// <inheritdoc/>
    public Task<IReadOnlyList<ConfigurationFault>> InspectAsync(CancellationToken cancellationToken) =>
        database.ReadAsync(Inspection.Read, cancellationToken);

    /// <inheritdoc/>
    public Task<IReadOnlyList<Destination>> DestinationsAsync(CancellationToken cancellationToken) =>
        database.ReadAsync<IReadOnlyList<Destination>>(
            session =>
            [
                .. Destinations.Fixed.Select(f => new Destination { Name = f.Key, Kind = "Target", RouteClass = f.Value }),
                .. from kind in Destinations.Kinds
                   from row in session.SelectPairs(
                       kind.Resource.Table,
                       kind.Resource.KeyColumn,
                       "cluster",
                       kind.Resource.ListFilters,
                       kind.OrderBy.Count > 0 ? kind.OrderBy : ["rowid"])
                   select new Destination
                   {
                       Name = row.First,
                       Kind = kind.Resource.Noun,
                       RouteClass = kind.ClassOf(row.First),
                       Tenant = row.Second,
                   },
            ],
            cancellationToken);

    /// <inheritdoc/>
    public Task<IReadOnlyList<OpeningHours>> HoursAsync(CancellationToken cancellationToken) =>
        database.ReadAsync(
            session => OpeningHours.Of(session, (clock ?? TimeProvider.System).GetUtcNow(), zone?.Invoke() ?? TimeZoneInfo.Local),
            cancellationToken);

    // The files that belong to a row follow when its change is committed.
    private async Task<T> WriteAsync<T>(
        ResourceDescriptor resource,
        Func<RowSession, RowFiles.Plan?, T> work,
        ChangeOptions options,
        CancellationToken cancellationToken)
    {
        if (Files is not { } files || !RowFiles.Has(resource))
        {
            return await database.WriteAsync(session => work(session, null), options.IsRehearsal, cancellationToken).ConfigureAwait(false);
        }

        if (!options.IsRehearsal)
        {
            await files.RepairAsync(database, Tell, isAgain: false, cancellationToken).ConfigureAwait(false);
        }

        using var plan = new RowFiles.Plan(files, resource);
        var result = await database.WriteAsync(session => work(session, plan), options.IsRehearsal, cancellationToken)
            .ConfigureAwait(false);
        if (!options.IsRehearsal)
        {
            // The row is stored: that nobody waits for the answer any more is no reason to leave its file as it was.
            await plan.SettleAsync(database, Tell, CancellationToken.None).ConfigureAwait(false);
        }

        return result;
    }

    private static void Tell(string sentence) => Notices.Tell(sentence);

    private static async Task<WriteResult> TellAsync(Task<WriteResult> change)
    {
        var result = await change.ConfigureAwait(false);
        foreach (var notice in result.Notices)
        {
            Tell(notice);
        }

        return result;
    }

    // SARK's pages let two tenants have a queue of the same name. Which is meant the key alone does not tell.
    private static SarkRow Single(ResourceDescriptor resource, RowKey key, List<SarkRow> rows) =>
        rows.Count == 0 ? throw resource.NotFound(key)
        : rows.Count == 1 || resource.IsSingleton || resource.SecondKeyColumn is not null ? rows[0]
        : throw new SarkConflictException(
            resource.Noun,
            key.ToString(),
            $"There are {rows.Count} {resource.PluralName} '{key}', of the tenants "
                + $"{string.Join(", ", rows.Select(r => $"'{r.Text("cluster")}'"))}. The key does not tell which one is meant, so none "
                + "was touched.");

    private static (string Column, object? Value)[] Conditions(ResourceDescriptor resource, IReadOnlyDictionary<string, string>? filter) =>
        [.. (filter ?? new Dictionary<string, string>()).Select(f =>
            resource.Find(f.Key) is { IsHidden: false } column
                ? (column.Name, (object?)f.Value)
                : throw new SarkValidationException(
                    resource.Noun,
                    f.Key,
                    f.Key,
                    $"{resource.PluralName} cannot be filtered by '{f.Key}'."))];

    // Keys and filters are texts, all of them.
    private static RowQuery Query(ResourceDescriptor resource, (string Sql, List<object?> Values) text) =>
        new(text.Sql, [.. text.Values.Cast<string>()], resource.Hidden);

    private static List<SarkRow> Find(
        RowSession session,
        ResourceDescriptor resource,
        RowKey key,
        IReadOnlySet<string>? hidden,
        bool useFilter = true)
    {
        var (where, filters, order, limit) = Search(resource, key, useFilter);
        return session.Select(resource.Table, where, filters, hidden, order, limit);
    }

    private static (List<(string Column, object? Value)> Where, IReadOnlyList<RowFilter> Filters, IReadOnlyList<string> OrderBy,
        int? Limit) Search(
        ResourceDescriptor resource, RowKey key, bool useFilter)
    {
        var where = new List<(string Column, object? Value)>();
        if (!resource.IsSingleton)
        {
            where.Add((resource.KeyColumn, key.First));
        }

        if (key.Second is not null && resource.SecondKeyColumn is { } second)
        {
            where.Add((second, key.Second));
        }

        IReadOnlyList<string> order = resource.SecondKeyColumn is null ? [] : [resource.SecondKeyColumn];
        return (where, useFilter && resource.Filter is { } filter ? [filter] : [], order, resource.IsSingleton ? 1 : null);
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

        var writable = context.Rules.Select(r => r.Column.Name).ToHashSet(StringComparer.Ordinal);
        foreach (var (name, value) in context.Sent)
        {
            if (writable.Contains(name))
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
    private static Changes Complete(WriteContext context)
    {
        var row = new Changes();
        foreach (var (column, value) in context.Row)
        {
            row[column] = value;
        }

        foreach (var column in context.Resource.Columns)
        {
            if (PhpValue.Text(row[column.Name]).Length == 0 && column.Filled?.Invoke(context) is { } value)
            {
                row[column.Name] = value;
            }
        }

        return row;
    }

    private static long? Insert(WriteContext context, RowSession session, RowKey? key)
    {
        try
        {
            return session.TryInsert(context.Resource.Table, Complete(context).Select(v => (v.Key, v.Value)));
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
