using SarkPS.Data.Files;
using SarkPS.Data.Journal;
using SarkPS.Descriptors;
using SarkPS.Resources;

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

    /// <summary>Sets of changes of the rows.</summary>
    internal LocalChanges Changes => changes ??= new LocalChanges(this, database, forms, Files, Log);

    /// <summary>Remembers what is done, where this is a draft; null where it is an exchange.</summary>
    internal DraftLog? Log { get; init; }

    private LocalChanges? changes;

    /// <summary>Begins a draft.</summary>
    /// <exception cref="SarkException">The database could not be copied.</exception>
    internal async Task<Draft> BeginDraftAsync(CancellationToken cancellationToken)
    {
        var copy = await DatabaseCopy.MakeAsync(database, keepsOrigin: true, cancellationToken).ConfigureAwait(false);
        var log = new DraftLog();
        return new Draft(copy, this, On(copy, log), log);
    }

    /// <summary>The same of a copy of the database.</summary>
    /// <param name="copy">The copy.</param>
    /// <param name="log">Remembers what is done to it.</param>
    internal SqliteStore On(DatabaseCopy copy, DraftLog log) => new(copy.Database, forms, zone, clock) { Files = Files, Log = log };

    /// <inheritdoc/>
    public async Task<IReadOnlyList<SarkRow>> ListAsync(
        ResourceDescriptor resource,
        IReadOnlyDictionary<string, string>? filter,
        CancellationToken cancellationToken) => filter is null
        ? await database.ReadAsync<IReadOnlyList<SarkRow>>(
            session => session.Select(resource.Table, [], resource.ListFilters, resource.Hidden, resource.OrderBy, null),
            cancellationToken).ConfigureAwait(false)
        : (await PageAsync(
            resource,
            new ListQuery { Filter = [.. filter.Select(f => new ListFilter(f.Key, [f.Value]))] },
            cancellationToken).ConfigureAwait(false)).Rows;

    /// <inheritdoc/>
    public Task<SarkRow> GetAsync(ResourceDescriptor resource, RowKey key, CancellationToken cancellationToken) => database.ReadAsync(
        session => RowSearch.Find(session, resource, key, resource.Hidden) is [var row, ..] ? row : throw resource.NotFound(key),
        cancellationToken);

    /// <inheritdoc/>
    public Task<SarkRow> CreateAsync(
        ResourceDescriptor resource,
        CreateKind? kind,
        Changes changes,
        ChangeOptions options,
        CancellationToken cancellationToken) => WriteAsync(
            new ChangeStep(ChangeAction.Create, resource) { Kind = kind, Values = changes, Options = options },
            cancellationToken);

    /// <inheritdoc/>
    public Task<SarkRow> UpdateAsync(
        ResourceDescriptor resource,
        RowKey key,
        Changes changes,
        ChangeOptions options,
        CancellationToken cancellationToken) => WriteAsync(
            new ChangeStep(ChangeAction.Update, resource) { Key = key, Values = changes, Options = options },
            cancellationToken);

    /// <inheritdoc/>
    public async Task<IReadOnlyList<string>> RemoveAsync(
        ResourceDescriptor resource,
        RowKey key,
        ChangeOptions options,
        CancellationToken cancellationToken) => (await Changes.RunOneAsync(
            new ChangeStep(ChangeAction.Remove, resource) { Key = key, Options = options },
            cancellationToken).ConfigureAwait(false)).Orphans;

    /// <inheritdoc/>
    public async Task<ListPage> PageAsync(ResourceDescriptor resource, ListQuery query, CancellationToken cancellationToken)
    {
        query.Require(resource);
        return await database.ReadAsync(
            session =>
            {
                var search = ListSearch.Of(resource, query, session.SchemaOf(resource.Table));
                return session.Page(search, search.Part!);
            },
            cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public ValueTask<JsonRows> ListJsonAsync(ResourceDescriptor resource, ListQuery? query, CancellationToken cancellationToken)
    {
        query?.Require(resource);
        return database.Readers.AnswerAsync(
            new AnswerKey(resource, null, query?.Text, IsKept: query?.Cursor is null),
            schemaOf => query is null
                ? Query(resource, RowSession.SelectText(resource.Table, [], resource.ListFilters, resource.OrderBy, null))
                : ListSearch.Of(resource, query, schemaOf(resource.Table)),
            cancellationToken)!;
    }

    /// <inheritdoc/>
    public Task<IReadOnlySet<string>> ColumnsAsync(ResourceDescriptor resource, CancellationToken cancellationToken) =>
        database.ReadAsync(session => session.SchemaOf(resource.Table).Columns, cancellationToken);

    /// <inheritdoc/>
    public ValueTask<JsonRows?> GetJsonAsync(
        ResourceDescriptor resource,
        RowKey key,
        CancellationToken cancellationToken) => database.Readers.AnswerAsync(
        new AnswerKey(resource, key),
        _ =>
        {
            var (where, filters, order, limit) = RowSearch.Search(resource, key, useFilter: true);
            return Query(resource, RowSession.SelectText(resource.Table, where, filters, order, limit));
        },
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

    private async Task<SarkRow> WriteAsync(ChangeStep step, CancellationToken cancellationToken)
    {
        var written = await Changes.RunOneAsync(step, cancellationToken).ConfigureAwait(false);
        foreach (var notice in written.Notices)
        {
            Notices.Tell(notice);
        }

        return written.Stored!;
    }

    private static RowQuery Query(ResourceDescriptor resource, (string Sql, List<object?> Values) text) =>
        new(text.Sql, text.Values, resource.Hidden);
}
