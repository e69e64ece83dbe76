using System.Collections.Concurrent;
using System.Diagnostics;
using Microsoft.Data.Sqlite;
using SarkPS.Data.Journal;
using SarkPS.Tests.Data;
using SarkPS.Tests.Support;
using SQLitePCL;
using Xunit.Abstractions;

namespace SarkPS.Tests.Journal;

/// <summary>
/// Another file takes the database's name while a group is under way. Whoever is told that his change was made finds it in the
/// file of the name; all others get an error; and the journal tells of nothing that is not there.
/// </summary>
/// <param name="output">Takes what was measured.</param>
public sealed class ExchangedFileTests(ITestOutputHelper output)
{
    private const int Writers = 4;
    private const int Exchanges = 25;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_group_that_loses_its_file_once_is_made_in_the_one_that_came(bool isOlder)
    {
        using var database = new JournalDatabase();
        var copy = database.Folder["copy.db"];
        await database.MakeAsync(Steps.Tenant("first"));
        Copy(database.Path, copy);
        if (isOlder)
        {
            await database.MakeAsync(Steps.Tenant("second"));
        }

        var isExchanged = false;
        var results = await GroupAsync(database, () =>
        {
            if (!isExchanged)
            {
                File.Move(copy, database.Path, overwrite: true);
                isExchanged = true;
            }
        });

        Assert.All(results, Assert.Null);
        Assert.Equal(["a", "b", "c", "first"], Tenants(database));
        var history = await database.HistoryAsync();
        Assert.Equal(["a", "b", "c"], history.Where(e => e.Key.Length == 1 && !e.IsBeforeRestore).Select(e => e.Key));
        // What was in the old file only, is told as before.
        Assert.Equal(
            isOlder ? ["first", "second"] : [],
            history.Where(e => e.IsBeforeRestore).Select(e => e.Key));
        Assert.DoesNotContain(history, e => e.Cause == ChangeCause.Outside);
        Assert.Equal(["NULL"], database.Journal("SELECT pending FROM state"));
    }

    [Fact]
    public async Task A_group_that_loses_its_file_again_and_again_is_told_so()
    {
        using var database = new JournalDatabase();
        await database.MakeAsync(Steps.Tenant("first"));
        var copy = database.Folder["copy.db"];
        var count = 0;

        var results = await GroupAsync(database, () =>
        {
            Copy(database.Path, copy + count);
            File.Move(copy + count++, database.Path, overwrite: true);
        });

        // The third may have come into a group of his own.
        Assert.Equal(2, count);
        Assert.IsType<SarkUnavailableException>(results[1]);
        var made = new[] { "a", "b", "c" }.Where((_, i) => results[i] is null).ToArray();
        Assert.Equal([.. made, "first"], Tenants(database));
        Assert.Equal(["first", .. made], (await database.HistoryAsync()).Select(e => e.Key));
        Assert.Equal(["NULL"], database.Journal("SELECT pending FROM state"));
    }

    [Fact]
    public async Task A_commit_into_a_file_that_has_lost_its_name_is_told_as_none()
    {
        using var database = new JournalDatabase();
        await database.MakeAsync(Steps.Tenant("first"));
        var copy = database.Folder["copy.db"];
        Copy(database.Path, copy);
        using var reader = database.Connect();
        using var probe = database.Connect();
        reader.Run("BEGIN; SELECT 1 FROM sqlite_master LIMIT 1");

        var change = Record(() => database.MakeAsync(Steps.Tenant("acme")));
        // The commit has begun when nobody may begin to read any more; it waits for the reader.
        var clock = Stopwatch.StartNew();
        while (raw.sqlite3_exec(probe.Handle, "SELECT 1 FROM sqlite_master LIMIT 1") != raw.SQLITE_BUSY)
        {
            Assert.True(clock.Elapsed < TimeSpan.FromSeconds(30), "The commit has not begun.");
            await Task.Yield();
        }

        File.Move(copy, database.Path, overwrite: true);
        reader.Run("ROLLBACK");
        var error = await change;

        // Where this took long, the group was given up before, and made anew.
        output.WriteLine(error?.Message ?? "It was made.");
        var made = error is null ? new[] { "acme" } : [];
        Assert.True(error is null or SarkUnavailableException, error?.ToString());
        Assert.Equal([.. made, "first"], Tenants(database));
        Assert.Equal(["first", .. made], (await database.HistoryAsync()).Select(e => e.Key));
        await database.MakeAsync(Steps.Tenant("later"));
        Assert.Equal(["first", .. made, "later"], (await database.HistoryAsync()).Where(e => !e.IsBeforeRestore).Select(e => e.Key));
    }

    [Fact]
    public async Task Exchanged_at_any_moment_the_journal_tells_of_nothing_that_is_not_there()
    {
        using var database = new JournalDatabase();
        await database.MakeAsync(Steps.Tenant("first"));
        var answers = new ConcurrentDictionary<string, string?>();
        using var stop = new CancellationTokenSource();
        var writers = Enumerable.Range(0, Writers).Select(writer => Task.Run(async () =>
        {
            for (var i = 0; !stop.IsCancellationRequested; i++)
            {
                var tenant = $"t{writer}x{i}";
                try
                {
                    var result = await database.ApplyAsync(Steps.Tenant(tenant));
                    Assert.True(result.IsApplied || result.Steps[0].Error is SarkUnavailableException, result.Steps[0].Error?.Message);
                    answers[tenant] = result.ChangeSet;
                }
                catch (SarkUnavailableException)
                {
                    answers[tenant] = null;
                }
            }
        })).ToArray();
        var random = new Random(20261130);
        for (var i = 0; i < Exchanges; i++)
        {
            var copy = database.Folder[$"copy{i}.db"];
            Copy(database.Path, copy);
            var made = answers.Count + random.Next(0, 12);
            await UntilAsync(() => answers.Count >= made || writers.Any(w => w.IsCompleted));
            File.Move(copy, database.Path, overwrite: true);
            // A rollback journal of the file before would be taken by whoever comes next for one of this file.
            await UntilAsync(() => !RollbackJournal.IsHot(database.Path));
        }

        await stop.CancelAsync();
        await Task.WhenAll(writers);
        await database.MakeAsync(Steps.Tenant("last"));

        Assert.Equal(["ok"], database.Query("PRAGMA integrity_check"));
        Assert.Equal(["0"], database.Journal("SELECT count(*) FROM sets WHERE pending IS NOT NULL"));
        var there = Tenants(database).ToHashSet();
        var history = await database.HistoryAsync(new ChangeQuery { After = 0, Limit = int.MaxValue - 1 });
        Assert.DoesNotContain(history, e => e.Cause == ChangeCause.Outside);
        Assert.All(history.Where(e => !e.IsBeforeRestore && e.Cause == ChangeCause.Set), e => Assert.Contains(e.Key, there));
        var noted = history.Where(e => e.Cause == ChangeCause.Set).ToDictionary(e => e.Key, e => e.ChangeSet);
        Assert.All(there, tenant => Assert.Contains(tenant, noted.Keys));
        Assert.All(answers, a => Assert.Equal(a.Value, noted.GetValueOrDefault(a.Key)));
        Assert.Contains(history, e => e.IsBeforeRestore);
        output.WriteLine(
            $"{Exchanges} exchanges, {answers.Count} sets, {answers.Count(a => a.Value is null)} of them told as not made, "
                + $"{history.Count(e => e.IsBeforeRestore)} rows of before.");
    }

    // Three in one transaction, of whom the second does something else besides.
    private static async Task<Exception?[]> GroupAsync(JournalDatabase database, Action other)
    {
        Task<Exception?>? second = null;
        Task<Exception?>? third = null;
        var first = Record(() => database.Database.Writer.RunAsync(
            session =>
            {
                session.Insert("Cluster", ("pkey", "a"));
                second ??= Record(() => database.Database.Writer.RunAsync(
                    inner =>
                    {
                        inner.Insert("Cluster", ("pkey", "b"));
                        other();
                        return true;
                    },
                    new WriteIntent(),
                    default));
                third ??= Record(() => database.MakeAsync(Steps.Tenant("c")));
                return true;
            },
            new WriteIntent(),
            default));
        return [await first, await second!, await third!];
    }

    private static async Task<Exception?> Record(Func<Task> work)
    {
        try
        {
            await work();
            return null;
        }
        catch (SarkException error)
        {
            return error;
        }
    }

    private static async Task UntilAsync(Func<bool> condition)
    {
        var clock = Stopwatch.StartNew();
        while (!condition())
        {
            Assert.True(clock.Elapsed < TimeSpan.FromSeconds(60), "It did not come about.");
            await Task.Delay(1);
        }
    }

    private static string[] Tenants(JournalDatabase database) =>
        database.Query("SELECT pkey FROM Cluster WHERE pkey <> 'default' ORDER BY pkey");

    // By another process: when this one closed a file that it opened by itself, it would lose its locks on it. And as a file, so
    // that the copy has the count of commits too.
    private static void Copy(string source, string target)
    {
        using var reader = new SqliteConnection($"Data Source={source};Pooling=False;Default Timeout=30");
        reader.Open();
        using var reading = reader.BeginTransaction(deferred: true);
        reader.Rows("SELECT 1 FROM sqlite_master LIMIT 1");
        Assert.Equal("", Programs.RunAsync("cp", [source, target]).GetAwaiter().GetResult().Error);
    }
}
