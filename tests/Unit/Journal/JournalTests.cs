using Microsoft.Data.Sqlite;
using SarkPS.Tests.Data;
using SarkPS.Tests.Support;

namespace SarkPS.Tests.Journal;

/// <summary>What the journal remembers, of us and of others, and what becomes of a change that it cannot remember.</summary>
public sealed class JournalTests
{
    public static TheoryData<string> Kinds => TemporaryDatabase.Kinds;

    [SkippableTheory]
    [MemberData(nameof(Kinds))]
    public async Task Each_row_that_is_touched_is_remembered_with_who_and_why(string kind)
    {
        using var database = new JournalDatabase(kind);
        var origin = new ChangeOrigin("office", "192.0.2.7", "r-1");
        await database.ApplyAsync(Steps.Tenant("acme"), Steps.Extension("4401", "acme"));

        var set = await database.Changes.ApplyAsync(
            new ChangeSet([Steps.Update(SarkPS.Extension.Descriptor, "4401", ("desc", "Reception"))]) { Origin = origin, Reason = "moved" },
            default);

        var entry = Assert.Single(await database.HistoryAsync(new ChangeQuery { ChangeSet = set.ChangeSet }));
        Assert.Equal(("office", "192.0.2.7", "r-1", "moved"), (entry.Actor, entry.Address, entry.Request, entry.Reason));
        Assert.Equal(("extensions", "4401", RowAction.Updated), (entry.Resource, entry.Key, entry.Action));
        Assert.Equal("Reception", entry.After!.Text("desc"));
        Assert.InRange(entry.Time!.Value, DateTimeOffset.UtcNow.AddMinutes(-1), DateTimeOffset.UtcNow);
    }

    [Fact]
    public async Task Secrets_are_kept_for_an_undoing_and_told_to_nobody()
    {
        using var database = new JournalDatabase();
        await database.ApplyAsync(Steps.Extension("4401"));
        var password = Assert.Single(database.Query("SELECT passwd FROM IPphone WHERE pkey = '4401'"));

        var entry = (await database.HistoryAsync()).Single(e => e.Resource == "extensions");

        Assert.Equal("***", entry.After!.Text("passwd"));
        Assert.DoesNotContain(entry.After!, c => c.Value?.ToString()?.Contains(password, StringComparison.Ordinal) == true);
        Assert.Contains(
            password,
            Assert.Single(database.Journal("SELECT after FROM entries WHERE resource = 'extensions'")),
            StringComparison.Ordinal);
        if (!OperatingSystem.IsWindows())
        {
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(database.JournalPath));
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(database.JournalPath + "-wal"));
        }
    }

    [SkippableTheory]
    [MemberData(nameof(Kinds))]
    public async Task What_other_programs_have_changed_is_found_and_told_as_from_outside(string kind)
    {
        using var database = new JournalDatabase(kind);
        await database.ApplyAsync(Steps.Tenant("acme"), Steps.Tenant("other"));
        database.Execute("UPDATE Cluster SET description = 'by a page' WHERE pkey = 'acme'");
        database.Execute("DELETE FROM Cluster WHERE pkey = 'other'");
        database.Execute("INSERT INTO Cluster (pkey, description) VALUES ('page', 'new')");
        // SARK's timers do this all day; it is nobody's change.
        database.Execute("UPDATE Cluster SET oclo = 'CLOSED' WHERE pkey = 'acme'");

        var found = (await database.HistoryAsync()).Where(e => e.Cause == ChangeCause.Outside).ToArray();

        Assert.Equal(
            ["Removed tenants other", "Updated tenants acme", "Created tenants page"],
            found.Select(e => $"{e.Action} {e.Resource} {e.Key}"));
        Assert.All(found, e => Assert.Equal((null, null), (e.Time, e.Actor)));
        Assert.Equal(("of a test", "by a page"), (found[1].Before!.Text("description"), found[1].After!.Text("description")));
        // Told once, by whomever it is asked.
        await database.ApplyAsync(Steps.Tenant("third"));
        database.Close();
        database.Execute("UPDATE Cluster SET description = 'again' WHERE pkey = 'acme'");
        Assert.Equal(4, (await database.HistoryAsync()).Count(e => e.Cause == ChangeCause.Outside));
    }

    [Fact]
    public async Task A_database_that_was_put_back_begins_another_epoch()
    {
        using var database = new JournalDatabase();
        await database.ApplyAsync(Steps.Tenant("acme"));
        database.Close();
        var copy = File.ReadAllBytes(database.Path);
        var set = await database.ApplyAsync(Steps.Tenant("later"));
        database.Close();
        File.WriteAllBytes(database.Path, copy);

        var history = await database.HistoryAsync();

        Assert.All(history, e => Assert.True(e.IsBeforeRestore));
        var error = await Assert.ThrowsAsync<SarkConflictException>(
            () => database.Changes.UndoAsync(set.ChangeSet!, false, ChangeOrigin.Local, null, default));
        Assert.Contains("before the database was restored", error.Message, StringComparison.Ordinal);
        Assert.False((await database.ApplyAsync(Steps.Tenant("new"))).HasErrors);
        Assert.Contains(await database.HistoryAsync(), e => e is { Key: "new", IsBeforeRestore: false });
    }

    [Fact]
    public async Task A_change_that_cannot_be_noted_is_refused_and_the_setting_is_named()
    {
        using var database = new JournalDatabase();
        var before = database.Content();
        // A file where the folder should be.
        database.Folder.Write("journal", "");

        var error = await Assert.ThrowsAsync<SarkUnavailableException>(() => database.ApplyAsync(Steps.Tenant("acme")));
        var plan = await Assert.ThrowsAsync<SarkUnavailableException>(
            () => database.Changes.PlanAsync(new ChangeSet([Steps.Tenant("acme")]), default));

        Assert.Contains("Sark:Paths:Journal", error.Message, StringComparison.Ordinal);
        Assert.Equal(error.Message, plan.Message);
        Assert.Empty(before.ChangesTo(database.Content()));
        File.Delete(database.Folder["journal"]);
        Assert.True((await database.ApplyAsync(Steps.Tenant("acme"))).IsApplied);
    }

    [Fact]
    public async Task An_optional_journal_holds_up_no_change_and_finds_it_later()
    {
        using var database = new JournalDatabase(isOptional: true);
        await database.ApplyAsync(Steps.Tenant("first"));
        database.Close();
        File.Move(database.JournalPath, database.JournalPath + ".away");
        Directory.CreateDirectory(database.JournalPath);

        var result = await database.ApplyAsync(Steps.Tenant("acme"));

        Assert.True(result.IsApplied);
        Assert.Null(result.ChangeSet);
        database.Close();
        Directory.Delete(database.JournalPath);
        File.Move(database.JournalPath + ".away", database.JournalPath);
        Assert.Contains(await database.HistoryAsync(), e => e is { Key: "acme", Cause: ChangeCause.Outside });
    }

    [Theory]
    [InlineData(1, long.MaxValue)]
    [InlineData(5000, 1)]
    public async Task The_oldest_changes_are_forgotten_and_others_are_found_all_the_same(int days, long bytes)
    {
        using var database = new JournalDatabase();
        for (var i = 1; i <= 20; i++)
        {
            await database.MakeAsync(Steps.Tenant($"t{i}"));
        }

        database.Close();
        var clock = new StoppedClock(DateTimeOffset.UtcNow.AddYears(3));
        using var later = new SarkPS.Data.Sqlite.SqliteDatabase(database.Path)
        {
            Ledger = new(new(database.JournalPath, clock), false, clock, new(TimeSpan.FromDays(days), bytes)),
        };
        IChanges changes = new SarkPS.Data.Sqlite.SqliteStore(later).Changes;

        await changes.ApplyAsync(new ChangeSet([Steps.Tenant("new")]), default);
        database.Execute("UPDATE Cluster SET description = 'by a page' WHERE pkey IN ('t1', 'new')");

        var history = (await changes.HistoryAsync(new ChangeQuery { After = 0 }, default)).Changes;
        Assert.Equal(days == 1 ? 3 : 21, history.Count);
        Assert.Equal(
            ["new Created Set", "t1 Updated Outside", "new Updated Outside"],
            history.TakeLast(3).Select(e => $"{e.Key} {e.Action} {e.Cause}"));
        Assert.DoesNotContain(history, e => e.Key == "t1" && e.Action == RowAction.Created);
    }

    [Fact]
    public async Task A_journal_that_was_taken_away_is_begun_anew()
    {
        using var database = new JournalDatabase();
        await database.ApplyAsync(Steps.Tenant("first"));
        Directory.Delete(Path.GetDirectoryName(database.JournalPath)!, recursive: true);

        var result = await database.ApplyAsync(Steps.Tenant("acme"));

        Assert.True(result.IsApplied);
        Assert.Equal(["acme"], (await database.HistoryAsync()).Select(e => e.Key));
    }

    [Fact]
    public async Task Two_processes_write_one_journal_in_turns()
    {
        using var database = new JournalDatabase();
        using var other = new SarkPS.Data.Sqlite.SqliteDatabase(database.Path)
        {
            Ledger = new(new(database.JournalPath, TimeProvider.System), false, TimeProvider.System),
        };
        var store = new SarkPS.Data.Sqlite.SqliteStore(other);

        await Task.WhenAll(Enumerable.Range(1, 40).Select(i => i % 2 == 0
            ? database.ApplyAsync(Steps.Tenant($"t{i}"))
            : ((IChanges)store.Changes).ApplyAsync(new ChangeSet([Steps.Tenant($"t{i}")]), default)));

        var history = await database.HistoryAsync();
        Assert.Equal(Enumerable.Range(1, 40).Select(i => $"t{i}").Order(), history.Select(e => e.Key).Order());
        Assert.All(history, e => Assert.Equal(ChangeCause.Set, e.Cause));
        Assert.Equal(["NULL"], database.Journal("SELECT pending FROM state"));
    }

    [Fact]
    public async Task A_group_that_SQLite_takes_back_whole_is_tried_one_by_one()
    {
        using var database = new JournalDatabase();
        database.Execute(
            "CREATE TRIGGER bad AFTER INSERT ON Cluster WHEN new.pkey = 'bad' BEGIN SELECT RAISE(ROLLBACK, 'no such tenant here'); END");

        var results = await Task.WhenAll(Enumerable.Range(1, 30).Select(async i =>
        {
            try
            {
                return (await database.ApplyAsync(Steps.Tenant(i == 15 ? "bad" : $"t{i}"))).IsApplied ? "made" : "refused";
            }
            catch (SarkUnavailableException)
            {
                return "failed";
            }
        }));

        Assert.Equal(29, results.Count(r => r == "made"));
        Assert.Equal("failed", results[14]);
        Assert.Equal(["29"], database.Query("SELECT count(*) FROM Cluster WHERE pkey LIKE 't%'"));
        Assert.Equal(29, (await database.HistoryAsync()).Count);
    }

    [Fact]
    public async Task Rolling_back_leaves_nothing_that_would_be_taken_for_a_change()
    {
        using var database = new JournalDatabase();
        await database.ApplyAsync(Steps.Tenant("acme"));
        using var watcher = database.Connect();
        var version = watcher.Rows("PRAGMA data_version");
        var (bytes, time) = (File.ReadAllBytes(database.Path), File.GetLastWriteTimeUtc(database.Path));

        await database.Changes.PlanAsync(new ChangeSet([Steps.Tenant("later")]), default);
        await database.ApplyAsync(Steps.Tenant("acme"));

        Assert.Equal(version, watcher.Rows("PRAGMA data_version"));
        Assert.Equal(bytes, File.ReadAllBytes(database.Path));
        Assert.Equal(time, File.GetLastWriteTimeUtc(database.Path));
    }

    [Fact]
    public async Task A_watcher_misses_nothing_from_the_place_that_it_names()
    {
        using var database = new JournalDatabase();
        await database.ApplyAsync(Steps.Tenant("t1"));
        await database.ApplyAsync(Steps.Tenant("t2"));
        var seen = new List<ChangeEntry>();
        using var end = new CancellationTokenSource(TimeSpan.FromSeconds(20));

        await foreach (var change in database.Changes.WatchAsync(1, end.Token))
        {
            seen.Add(change);
            if (seen.Count == 1)
            {
                await database.ApplyAsync(Steps.Tenant("t3"));
                database.Execute("UPDATE Cluster SET description = 'by a page' WHERE pkey = 't1'");
            }

            if (seen.Count == 3)
            {
                break;
            }
        }

        Assert.Equal(
            ["t2 Set", "t3 Set", "t1 Outside"],
            seen.Select(e => $"{e.Key} {e.Cause}"));
        Assert.Equal(seen.Select(e => e.Sequence).Order(), seen.Select(e => e.Sequence));
    }

    [Fact]
    public async Task The_history_is_asked_for_by_row_and_time_and_in_parts()
    {
        using var database = new JournalDatabase();
        for (var i = 1; i <= 5; i++)
        {
            await database.ApplyAsync(Steps.Tenant($"t{i}"));
        }

        var first = await database.Changes.HistoryAsync(new ChangeQuery { Limit = 2 }, default);
        var second = await database.Changes.HistoryAsync(new ChangeQuery { Limit = 2, Before = first.Next }, default);
        var last = await database.Changes.HistoryAsync(new ChangeQuery { Limit = 2, Before = second.Next }, default);

        Assert.Equal(["t5", "t4", "t3", "t2", "t1"], [.. first.Changes.Concat(second.Changes).Concat(last.Changes).Select(e => e.Key)]);
        Assert.Null(last.Next);
        Assert.Equal(
            ["t3"],
            (await database.HistoryAsync(new ChangeQuery { Resource = SarkPS.Tenant.Descriptor, Key = "t3" })).Select(e => e.Key));
        Assert.Empty(await database.HistoryAsync(new ChangeQuery { From = DateTimeOffset.UtcNow.AddHours(1) }));
        Assert.Empty(await database.HistoryAsync(new ChangeQuery { Actor = "nobody" }));
    }
}
