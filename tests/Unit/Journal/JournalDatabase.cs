using Microsoft.Data.Sqlite;
using SarkPS.Data.Journal;
using SarkPS.Data.Sqlite;
using SarkPS.Descriptors;
using SarkPS.Tests.Data;
using SarkPS.Tests.Support;

namespace SarkPS.Tests.Journal;

/// <summary>A database of one test's own, with a journal beside it.</summary>
internal sealed class JournalDatabase : IDisposable
{
    private readonly TemporaryDatabase database;
    private SqliteDatabase? opened;
    private SqliteStore? store;

    public JournalDatabase(string kind = TemporaryDatabase.Embedded, bool isOptional = false)
    {
        database = new TemporaryDatabase(kind);
        IsOptional = isOptional;
        JournalPath = database.Folder["journal/journal.db"];
    }

    public string Path => database.Path;

    public TemporaryFolder Folder => database.Folder;

    public string JournalPath { get; }

    public bool IsOptional { get; }

    public SqliteDatabase Database => opened ??= new SqliteDatabase(Path, TimeSpan.FromSeconds(5))
    {
        Ledger = new ChangeLedger(new JournalFile(JournalPath, TimeProvider.System), IsOptional, TimeProvider.System),
    };

    public SqliteStore Store => store ??= new SqliteStore(Database);

    public IChanges Changes => Store.Changes;

    /// <summary>As after the end of a process: everything is opened anew.</summary>
    public void Close()
    {
        opened?.Dispose();
        (opened, store) = (null, null);
    }

    public SqliteConnection Connect() => database.Connect();

    public void Execute(string sql) => database.Execute(sql);

    public string[] Query(string sql) => database.Query(sql);

    /// <summary>Rows of the journal, each as the text of its values.</summary>
    public string[] Journal(string sql)
    {
        using var connection = new SqliteConnection(
            new SqliteConnectionStringBuilder { DataSource = JournalPath, Pooling = false }.ToString());
        connection.Open();
        return connection.Rows(sql);
    }

    public DatabaseContent Content()
    {
        using var connection = Connect();
        return DatabaseContent.Read(connection, "master_audit", "master_xref");
    }

    public async Task<IReadOnlyList<ChangeEntry>> HistoryAsync(ChangeQuery? query = null) =>
        (await Changes.HistoryAsync(query ?? new ChangeQuery { After = 0, Limit = 1000 }, default)).Changes;

    public Task<ChangeResult> ApplyAsync(params ChangeStep[] steps) => Changes.ApplyAsync(new ChangeSet(steps), default);

    /// <summary>A set that must come about.</summary>
    public async Task<string> MakeAsync(params ChangeStep[] steps)
    {
        var result = await ApplyAsync(steps);
        Assert.Empty(result.Steps.Select(s => s.Error?.Message).OfType<string>());
        return result.ChangeSet!;
    }

    public void Dispose()
    {
        Close();
        database.Dispose();
    }
}

/// <summary>Steps as most tests make them.</summary>
internal static class Steps
{
    public static ChangeStep Create(ResourceDescriptor resource, params (string Column, object? Value)[] values) =>
        new(ChangeAction.Create, resource) { Values = DatabaseExtensions.Values(values) };

    public static ChangeStep Extension(string key, string tenant = "default") =>
        Create(SarkPS.Extension.Descriptor, ("pkey", key), ("cluster", tenant)) with
        {
            Kind = SarkPS.Extension.Descriptor.Kinds.Single(k => k.Route == "unprovisioned"),
        };

    public static ChangeStep Tenant(string key) => Create(SarkPS.Tenant.Descriptor, ("pkey", key), ("description", "of a test"));

    public static ChangeStep Update(ResourceDescriptor resource, string key, params (string Column, object? Value)[] values) =>
        new(ChangeAction.Update, resource) { Key = new RowKey(key), Values = DatabaseExtensions.Values(values) };

    public static ChangeStep Upsert(ResourceDescriptor resource, string key, params (string Column, object? Value)[] values) =>
        new(ChangeAction.Upsert, resource) { Key = new RowKey(key), Values = DatabaseExtensions.Values(values) };

    public static ChangeStep Remove(ResourceDescriptor resource, string key, bool force = false) =>
        new(ChangeAction.Remove, resource) { Key = new RowKey(key), Options = new ChangeOptions(Force: force) };
}
