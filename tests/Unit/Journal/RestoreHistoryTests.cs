using System.Collections.Concurrent;
using SarkPS.Data.Journal;
using SarkPS.Tests.Files;
using SarkPS.Tests.Support;

namespace SarkPS.Tests.Journal;

/// <summary>Restores in the journal: who put which copy in place, and no change that is lost on the way.</summary>
public sealed class RestoreHistoryTests : IDisposable
{
    private readonly PbxTree tree = new();

    private static ChangeNote Note => new(new ChangeOrigin("admin", "192.0.2.7"), "gone wrong");

    private IChanges Changes => tree.Operations.Changes;

    public void Dispose() => tree.Dispose();

    [Fact]
    public async Task A_restore_stands_in_the_history_with_who_made_it_and_of_what()
    {
        var snapshot = await tree.Operations.Snapshots.CreateAsync();
        var made = await MakeAsync("acme");

        var result = await tree.Operations.Snapshots.RestoreAsync(snapshot.Name, Note);

        await MakeAsync("later");
        var history = await HistoryAsync();
        Assert.Equal(["later", snapshot.Name, "acme"], history.Select(c => c.Key));
        var noted = history[1];
        Assert.Equal(
            (ChangeCause.Restore, RowAction.Restored, "admin", "gone wrong", result.ChangeSet, false),
            (noted.Cause, noted.Action, noted.Actor, noted.Reason, noted.ChangeSet, noted.IsBeforeRestore));
        Assert.Equal([false, false, true], history.Select(c => c.IsBeforeRestore));
        foreach (var (set, why) in new[] { (made, "before the database was restored"), (noted.ChangeSet!, "is a restore") })
        {
            var error = await Assert.ThrowsAsync<SarkConflictException>(
                () => Changes.UndoAsync(set, false, ChangeOrigin.Local, null, default));
            Assert.Contains(why, error.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_restore_of_the_state_that_is_there_is_one_as_well()
    {
        await MakeAsync("acme");
        var snapshot = await tree.Operations.Snapshots.CreateAsync();

        await tree.Operations.Snapshots.RestoreAsync(snapshot.Name, Note);

        Assert.Equal([(snapshot.Name, false), ("acme", true)], (await HistoryAsync()).Select(c => (c.Key, c.IsBeforeRestore)));
    }

    [Fact]
    public async Task A_restore_of_a_damaged_database_is_noted_though_nobody_can_hold_its_lock()
    {
        await MakeAsync("acme");
        var snapshot = await tree.Operations.Snapshots.CreateAsync();
        Microsoft.Data.Sqlite.SqliteConnection.ClearAllPools();
        await File.WriteAllTextAsync(tree.Database, "no database at all");

        await tree.Operations.Snapshots.RestoreAsync(snapshot.Name, Note);

        Assert.Equal((snapshot.Name, "admin"), ((await HistoryAsync())[0].Key, (await HistoryAsync())[0].Actor));
        Assert.Equal("acme", tree.Ask("SELECT pkey FROM Cluster WHERE pkey = 'acme'"));
    }

    [SkippableFact]
    public async Task The_database_that_SARK_loads_anew_after_a_restore_is_of_that_restore()
    {
        Skip.IfNot(File.Exists("/usr/bin/sqlite3"), "sqlite3 is not installed");
        await MakeAsync("acme");
        var backup = await tree.Operations.Backups.CreateAsync();
        File.CreateSymbolicLink(tree["/bin"], "/bin");
        // A dump has no marker.
        tree.Write(
            tree.Options.Commands.Upgrade,
            $"/usr/bin/sqlite3 '{tree.Database}' 'VACUUM INTO \"{tree.Root}/anew.db\"'; "
                + $"/usr/bin/sqlite3 '{tree.Root}/anew.db' 'PRAGMA user_version = 0'; mv '{tree.Root}/anew.db' '{tree.Database}'");

        var result = await tree.Operations.Backups.RestoreAsync(backup.Name, BackupParts.Database, note: Note);

        Assert.Equal(0L, tree.Ask("PRAGMA user_version"));
        var noted = (await HistoryAsync())[0];
        Assert.Equal((backup.Name, "admin", false), (noted.Key, noted.Actor, noted.IsBeforeRestore));
        Assert.Equal(result.ChangeSet, noted.ChangeSet);
    }

    [Fact]
    public async Task Where_the_journal_cannot_be_written_a_restore_is_made_and_that_is_told()
    {
        var snapshot = await tree.Operations.Snapshots.CreateAsync();
        tree.Sql("UPDATE Cluster SET description = 'later'");
        Directory.CreateDirectory(tree["/var/lib/sarkps/journal.db"]);
        var told = new ConcurrentQueue<string>();

        var result = await Notices.Hear(
            notice => told.Enqueue(notice.Sentence),
            () => tree.Operations.Snapshots.RestoreAsync(snapshot.Name, Note));

        Assert.Null(result.ChangeSet);
        Assert.Contains(told, s => s.StartsWith("This restore is not noted in the journal 'journal.db'", StringComparison.Ordinal));
        Assert.NotEqual("later", tree.Ask("SELECT description FROM Cluster"));
    }

    [Fact]
    public async Task No_change_is_lost_between_the_database_that_goes_and_the_one_that_comes()
    {
        var snapshot = await tree.Operations.Snapshots.CreateAsync();
        var answered = new ConcurrentBag<string>();
        using var end = new CancellationTokenSource();
        var writers = Enumerable.Range(0, 4).Select(writer => Task.Run(async () =>
        {
            for (var i = 0; !end.IsCancellationRequested; i++)
            {
                var key = $"w{writer}n{i}";
                await MakeAsync(key);
                answered.Add(key);
            }
        })).ToArray();
        var kept = new List<string>();
        for (var restore = 0; restore < 5; restore++)
        {
            await Task.Delay(150);
            kept.Add((await tree.Operations.Snapshots.RestoreAsync(snapshot.Name, Note)).KeptAs!);
        }

        await Task.Delay(50);
        await end.CancelAsync();
        await Task.WhenAll(writers);

        var found = kept.Select(name => Path.Combine(tree[tree.Options.Paths.Snapshots], name)).Append(tree.Database)
            .SelectMany(database => ((string)PbxTree.Ask(database, "SELECT group_concat(pkey) FROM Cluster")!).Split(',')).ToHashSet();
        Assert.NotEmpty(answered);
        Assert.Empty(answered.Except(found));
        // What is not told as of before a restore is what is there.
        var live = ((string)tree.Ask("SELECT group_concat(pkey) FROM Cluster WHERE pkey LIKE 'w%'")! ?? "").Split(',').Order();
        Assert.Equal(live, (await HistoryAsync()).Where(c => c is { IsBeforeRestore: false, Table: "Cluster" }).Select(c => c.Key).Order());
        Assert.Equal(5, (await HistoryAsync()).Count(c => c.Action == RowAction.Restored));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task What_was_meant_to_be_restored_is_told_where_it_came_about(bool isDone)
    {
        using var database = new JournalDatabase();
        var set = await database.MakeAsync(Steps.Tenant("acme"));
        database.Close();
        // As a process leaves them that is killed in the middle: noted, and the database the old one or the new one.
        using (var journal = new JournalFile(database.JournalPath, new StoppedClock(DateTimeOffset.UtcNow.AddHours(-2))))
        {
            journal.Intend(
                4711,
                new JournalSet(SetId.New(TimeProvider.System), ChangeCause.Restore, Note.Origin, Note.Reason, null, [])
                {
                    Event = RowAction.Restored,
                    Subject = "sark.db.1700000000",
                });
        }

        if (isDone)
        {
            database.Execute("PRAGMA user_version = 4711");
        }

        var history = await database.HistoryAsync();

        Assert.Equal(isDone ? ["acme", "sark.db.1700000000"] : new[] { "acme" }, history.Select(c => c.Key));
        Assert.Equal(isDone, history[0].IsBeforeRestore);
        // Nothing is left that could be taken for it later.
        Assert.Equal(["0"], database.Journal("SELECT count(*) FROM sets WHERE pending IS NOT NULL"));
        if (isDone)
        {
            await Assert.ThrowsAsync<SarkConflictException>(() => UndoAsync());
        }
        else
        {
            await UndoAsync();
        }

        Task<UndoResult> UndoAsync() => database.Changes.UndoAsync(set, false, ChangeOrigin.Local, null, default);
    }

    private async Task<string> MakeAsync(string tenant)
    {
        var result = await Changes.ApplyAsync(new ChangeSet([Steps.Tenant(tenant)]), default);
        Assert.Empty(result.Steps.Select(s => s.Error?.Message).OfType<string>());
        return result.ChangeSet!;
    }

    private async Task<IReadOnlyList<ChangeEntry>> HistoryAsync() =>
        (await Changes.HistoryAsync(new ChangeQuery { Limit = 100_000 }, default)).Changes;
}
