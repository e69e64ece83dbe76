using SarkPS.Data;
using SarkPS.Descriptors;

namespace SarkPS.Tests.Support;

/// <summary>
/// The same database twice: one behind the local back end, one behind the service. Whatever is asked, is asked of both, and
/// both must give the same rows or the same error and leave the same database behind.
/// </summary>
internal sealed class TwoSides : IAsyncDisposable
{
    private readonly TestDatabase localDatabase;
    private readonly TestDatabase remoteDatabase;
    private readonly LocalBackend local;
    private readonly TestService service;
    private readonly ISarkBackend remote;

    public TwoSides(Schema schema)
    {
        localDatabase = new TestDatabase(schema);
        remoteDatabase = new TestDatabase(schema);
        local = new LocalBackend(localDatabase.Options);
        service = new TestService(remoteDatabase.Path);
        remote = service.Connect();
    }

    /// <summary>The database behind the local back end.</summary>
    public TestDatabase Database => localDatabase;

    /// <summary>Runs a statement on both databases, past the product.</summary>
    public void Execute(string sql, params (string Name, object? Value)[] values)
    {
        localDatabase.Execute(sql, values);
        remoteDatabase.Execute(sql, values);
    }

    /// <summary>Asks both for something that works.</summary>
    public async Task<T> Do<T>(Func<ITableOperations, Task<T>> work)
    {
        var (here, there) = (await Outcome<T>.Of(work, local.Tables), await Outcome<T>.Of(work, remote.Tables));
        Assert.Equal(here.Text, there.Text);
        return here.Error is null ? here.Value! : throw new InvalidOperationException($"Refused: {here.Text}", here.Error);
    }

    /// <summary>Asks both for something that is refused: both refuse alike and neither changes a row.</summary>
    public async Task<SarkException> Refuses<T>(Func<ITableOperations, Task<T>> work)
    {
        var before = (localDatabase.Content(), remoteDatabase.Content());
        var (here, there) = (await Outcome<T>.Of(work, local.Tables), await Outcome<T>.Of(work, remote.Tables));
        Assert.Equal(here.Text, there.Text);
        Assert.True(here.Error is not null, $"Should have been refused: {here.Text}");
        Assert.Empty(before.Item1.ChangesTo(localDatabase.Content()));
        Assert.Empty(before.Item2.ChangesTo(remoteDatabase.Content()));
        return here.Error;
    }

    /// <summary>The same, for something that breaks rules.</summary>
    public async Task<SarkValidationException> Invalid<T>(Func<ITableOperations, Task<T>> work) =>
        Assert.IsType<SarkValidationException>(await Refuses(work));

    /// <summary>The rows that one change changed, which must be the same on both sides.</summary>
    public async Task<IReadOnlyList<RowChange>> Changes<T>(Func<ITableOperations, Task<T>> work)
    {
        var before = (localDatabase.Content(), remoteDatabase.Content());
        await Do(work);
        var here = before.Item1.ChangesTo(localDatabase.Content());
        var there = before.Item2.ChangesTo(remoteDatabase.Content());
        Assert.Equal(here.Select(Text), there.Select(Text));
        return here;
    }

    /// <summary>Shorthands for what both sides do.</summary>
    public Task<IReadOnlyList<SarkRow>> List(ResourceDescriptor resource, params (string Column, string Value)[] filter) =>
        Do(t => t.ListAsync(resource, filter.Length == 0 ? null : filter.ToDictionary(f => f.Column, f => f.Value), default));

    public Task<SarkRow> Get(ResourceDescriptor resource, RowKey key) => Do(t => t.GetAsync(resource, key, default));

    public Task<SarkRow> Create(ResourceDescriptor resource, CreateKind? kind, Changes changes) =>
        Do(t => t.CreateAsync(resource, kind, changes, default));

    public Task<SarkRow> Update(ResourceDescriptor resource, RowKey key, Changes changes) =>
        Do(t => t.UpdateAsync(resource, key, changes, default));

    public Task<IReadOnlyList<string>> Remove(ResourceDescriptor resource, RowKey key, bool force = false) =>
        Do(t => t.RemoveAsync(resource, key, force, default));

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await remote.DisposeAsync();
        await service.DisposeAsync();
        await local.DisposeAsync();
        localDatabase.Dispose();
        remoteDatabase.Dispose();
    }

    private static string Text(RowChange change) =>
        $"{change.Kind} {change.Table} [{string.Join(' ', change.Columns)}] {Normal.Row(change.Row)}";

    /// <summary>What came of a request.</summary>
    private sealed record Outcome<T>(T? Value, SarkException? Error)
    {
        public string Text => Error is null ? Describe(Value) : Describe(Error);

        public static async Task<Outcome<T>> Of(Func<ITableOperations, Task<T>> work, ITableOperations tables)
        {
            try
            {
                return new Outcome<T>(await work(tables), null);
            }
            catch (SarkException error)
            {
                return new Outcome<T>(default, error);
            }
        }

        private static string Describe(object? value) => value switch
        {
            SarkRow row => Normal.Row(row),
            ListPage page => $"{page.Total} {page.Next is not null}\n{Describe(page.Rows)}",
            IEnumerable<SarkRow> rows => string.Join("\n\n", rows.Select(r => Normal.Row(r))),
            IEnumerable<Destination> all => string.Join("\n", all.Select(d => $"{d.Kind} {d.Name} {d.RouteClass} {d.Tenant}")),
            IEnumerable<SarkPS.Resources.OpeningHours> hours => string.Join(
                "\n",
                hours.Select(h => $"{h.Tenant} {h.IsOpen} {h.NextChange:O}")),
            IEnumerable<string> texts => string.Join("\n", texts),
            _ => throw new InvalidOperationException($"What to compare of {value}?"),
        };

        private static string Describe(SarkException error) => string.Join("\n", [
            $"{error.GetType().Name} {error.Kind} {error.ErrorId} {error.Target}",
            error.Message,
            .. (error as SarkValidationException)?.Errors.Select(e => $"{e.Key}: {string.Join(" | ", e.Value)}") ?? [],
            .. (error as SarkConflictException)?.Dependants ?? []]);
    }
}
