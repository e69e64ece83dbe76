using System.Diagnostics;
using System.Net;
using SarkPS.Data.Sqlite;
using SarkPS.Tests.Support;
using static SarkPS.Tests.Data.DatabaseExtensions;

namespace SarkPS.Tests.Data;

/// <summary>A lock that another program holds: everybody waits for himself, holds nobody up, and may stop waiting.</summary>
[Collection(Alone.Name)]
public sealed class LockTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);

    // Far above what the machine needs, and far below one after the other.
    private static readonly TimeSpan Margin = TimeSpan.FromSeconds(4);

    [Theory]
    [InlineData("IMMEDIATE", false)]
    [InlineData("EXCLUSIVE", false)]
    [InlineData("EXCLUSIVE", true)]
    public async Task Many_who_wait_give_up_together_and_take_no_threads(string kind, bool isRead)
    {
        using var database = new TemporaryDatabase();
        using var own = new SqliteDatabase(database.Path, Patience);
        var store = new SqliteStore(own);
        using var other = database.Connect();
        other.Run("BEGIN " + kind);

        var clock = Stopwatch.StartNew();
        var waiting = Enumerable.Range(0, 50).Select(i => isRead ? ReadAsync(store, i) : CreateAsync(store, i)).ToArray();
        Assert.True(clock.Elapsed < Patience, "To begin to wait takes no time.");
        var threads = ThreadPool.ThreadCount;
        var errors = await Task.WhenAll(waiting.Select(w => Assert.ThrowsAsync<SarkUnavailableException>(() => w)));

        Assert.InRange(clock.Elapsed, Patience, Patience + Margin);
        Assert.All(errors, e => Assert.NotNull(e.RetryAfter));
        Assert.All(errors, e => Assert.Equal(
            $"The database '{database.Path}' is locked by another process. Nothing was changed; try again.",
            e.MessageWithPath));
        Assert.InRange(ThreadPool.ThreadCount, 0, threads + 10);
        other.Run("ROLLBACK");
        await CreateAsync(store, 0);
    }

    [Theory]
    [InlineData("IMMEDIATE", false)]
    [InlineData("EXCLUSIVE", false)]
    [InlineData("EXCLUSIVE", true)]
    public async Task Who_stops_waiting_is_free_at_once(string kind, bool isRead)
    {
        using var database = new TemporaryDatabase();
        using var own = new SqliteDatabase(database.Path, TimeSpan.FromMinutes(5));
        var store = new SqliteStore(own);
        using var other = database.Connect();
        other.Run("BEGIN " + kind);
        using var cancel = new CancellationTokenSource();
        var waiting = Enumerable.Range(0, 5).Select(i => isRead ? ReadAsync(store, i, cancel.Token) : CreateAsync(store, i, cancel.Token))
            .ToArray();
        await Task.Delay(100);

        await cancel.CancelAsync();
        var clock = Stopwatch.StartNew();
        foreach (var one in waiting)
        {
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => one);
        }

        Assert.True(clock.Elapsed < Margin);
        other.Run("ROLLBACK");
        await CreateAsync(store, 0);
    }

    [Fact]
    public async Task A_reader_holds_a_commit_up_and_is_waited_for()
    {
        using var database = new TemporaryDatabase();
        using var own = new SqliteDatabase(database.Path, TimeSpan.FromMinutes(1));
        var store = new SqliteStore(own);
        using var other = database.Connect();
        using (var transaction = other.BeginTransaction(deferred: true))
        {
            using var command = other.CreateCommand();
            command.CommandText = "SELECT count(*) FROM Cluster";
            Assert.Equal(1L, command.ExecuteScalar());
            var creating = CreateAsync(store, 1);
            await Task.Delay(200);
            Assert.False(creating.IsCompleted);
            transaction.Commit();
            await creating;
        }

        Assert.Equal(["2"], database.Query("SELECT count(*) FROM Cluster"));
    }

    [Fact]
    public async Task A_commit_that_readers_hold_up_too_long_is_taken_back()
    {
        using var database = new TemporaryDatabase();
        using var own = new SqliteDatabase(database.Path, Patience);
        using var other = database.Connect();
        using (var transaction = other.BeginTransaction(deferred: true))
        {
            using var command = other.CreateCommand();
            command.CommandText = "SELECT count(*) FROM Cluster";
            command.ExecuteScalar();
            await Assert.ThrowsAsync<SarkUnavailableException>(() => CreateAsync(new SqliteStore(own), 1));
            transaction.Commit();
        }

        Assert.Equal(["1"], database.Query("SELECT count(*) FROM Cluster"));
        await CreateAsync(new SqliteStore(own), 1);
    }

    [Fact]
    public async Task What_needs_no_database_is_answered_while_it_is_locked()
    {
        using var database = new TemporaryDatabase();
        await using var service = await ListeningService.StartAsync(database.Path);
        using var client = new HttpClient { BaseAddress = service.Address };
        (await client.GetAsync("/openapi.json")).EnsureSuccessStatusCode();
        using var other = database.Connect();
        other.Run("BEGIN EXCLUSIVE");
        var clock = Stopwatch.StartNew();
        var waiting = Enumerable.Range(0, 40).Select(i => i % 2 == 0
            ? client.GetAsync("/api/tenants")
            : client.PostAsync(
                "/api/tenants",
                new StringContent(
                    $$"""{"pkey": "t{{i}}", "description": "d"}""",
                    System.Text.Encoding.UTF8,
                    "application/json"))).ToArray();
        for (var i = 0; i < 20; i++)
        {
            (await client.GetAsync("/openapi.json")).EnsureSuccessStatusCode();
        }

        Assert.All(waiting, w => Assert.False(w.IsCompleted));
        foreach (var one in waiting)
        {
            using var answer = await one;
            Assert.Equal(HttpStatusCode.ServiceUnavailable, answer.StatusCode);
            Assert.NotNull(answer.Headers.RetryAfter);
            Assert.Contains("locked", await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        }

        Assert.InRange(clock.Elapsed, TimeSpan.FromSeconds(4.5), TimeSpan.FromSeconds(5) + Margin);
        other.Run("ROLLBACK");
        (await client.GetAsync("/api/tenants")).EnsureSuccessStatusCode();
    }

    [Theory]
    [InlineData("new snapshot")]
    [InlineData("restore snapshot")]
    [InlineData("new backup")]
    [InlineData("restore backup")]
    [InlineData("remove greeting")]
    [InlineData("commit status")]
    public async Task Operations_on_files_give_up_together_as_well_and_take_no_threads(string operation)
    {
        using var tree = new Files.PbxTree();
        tree.Write("/etc/asterisk/sip.conf", "[general]\n");
        tree.Write("/usr/share/asterisk/sounds/usergreeting0001.wav", "greeting");
        tree.Write("/opt/sark/db/sark.rdonly.db", "");
        File.Copy(tree.Database, tree["/opt/sark/db/sark.rdonly.db"], overwrite: true);
        // A commit is known.
        tree.Write("/etc/asterisk/features.conf", "");
        tree.Write("/etc/asterisk/voicemail.conf", "");
        var operations = tree.Operations;
        var snapshot = (await operations.Snapshots.CreateAsync()).Name;
        var backup = (await operations.Backups.CreateAsync()).Name;
        var before = tree.Fingerprint("/");
        using var other = new Microsoft.Data.Sqlite.SqliteConnection($"Data Source={tree.Database};Pooling=False");
        other.Open();
        other.Run("BEGIN EXCLUSIVE");

        var clock = Stopwatch.StartNew();
        var waiting = Enumerable.Range(0, 20).Select(Task (_) => operation switch
        {
            "new snapshot" => operations.Snapshots.CreateAsync(),
            "restore snapshot" => operations.Snapshots.RestoreAsync(snapshot),
            "new backup" => operations.Backups.CreateAsync(),
            "restore backup" => operations.Backups.RestoreAsync(backup, BackupParts.Database),
            "remove greeting" => operations.Greetings.RemoveAsync("usergreeting0001.wav"),
            _ => operations.System.GetCommitStatusAsync(),
        }).ToArray();
        await Task.Delay(TimeSpan.FromSeconds(3));
        Assert.All(waiting, w => Assert.False(w.IsCompleted, w.Exception?.ToString()));
        // Whoever else needs a thread has one at once.
        var turn = Stopwatch.StartNew();
        await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => Task.Run(() => { })));
        Assert.InRange(turn.Elapsed, TimeSpan.Zero, TimeSpan.FromSeconds(1));
        var errors = await Task.WhenAll(waiting.Select(w => Assert.ThrowsAsync<SarkUnavailableException>(() => w)));

        Assert.InRange(clock.Elapsed, TimeSpan.FromSeconds(4.5), TimeSpan.FromSeconds(5) + Margin);
        Assert.All(errors, e => Assert.NotNull(e.RetryAfter));
        Assert.All(
            errors,
            e => Assert.Equal("The database 'sark.db' is locked by another process. Nothing was changed; try again.", e.Message));
        other.Run("ROLLBACK");
        other.Dispose();
        Assert.Equal(before, tree.Fingerprint("/"));
    }

    private static Task CreateAsync(SqliteStore store, int number, CancellationToken cancellationToken = default) =>
        store.CreateAsync(Tenant.Descriptor, null, Values(("pkey", $"t{number}"), ("description", "one of many")), cancellationToken);

    private static async Task ReadAsync(SqliteStore store, int number, CancellationToken cancellationToken = default)
    {
        switch (number % 3)
        {
            case 0:
                await store.ListAsync(Tenant.Descriptor, null, cancellationToken);
                break;
            case 1:
                (await store.ListJsonAsync(Tenant.Descriptor, null, cancellationToken)).Dispose();
                break;
            default:
                (await store.GetJsonAsync(Tenant.Descriptor, new RowKey("default"), cancellationToken))?.Dispose();
                break;
        }
    }
}
