using System.Collections.Concurrent;
using System.Diagnostics;
using SarkPS.Data.Sqlite;
using SarkPS.Tests.Files;
using Xunit.Abstractions;
using Xunit.Sdk;

namespace SarkPS.Tests.Journal;

/// <summary>
/// The disk loses its power while change sets are made. What processes asked of the file system is noted once, with strace; then
/// many disks are made of it that hold what was synced and, of the rest, what chance has written: each is looked at as after a
/// start of the machine.
/// </summary>
/// <param name="output">Takes what was measured.</param>
public sealed class LostPowerTests(ITestOutputHelper output)
{
    private const int Images = 1000;

    // So many that the journal's write-ahead log is moved into its file meanwhile.
    private const int SetsAlone = 80;
    private const int ProcessesAlone = 8;

    private const string Tracer = "/usr/bin/strace";

    private static readonly Lazy<Task<(RecordedCalls? Calls, JournalOracle? Oracle, string? Reason)>> Recording = new(RecordAsync);

    [SkippableFact]
    public async Task What_was_answered_before_the_power_was_lost_is_whole_and_has_its_entry()
    {
        var (calls, oracle) = await RecordedAsync();
        var clock = Stopwatch.StartNew();

        var failures = Look(calls, oracle, Images, null);

        output.WriteLine(
            $"{Images} disks of {calls.Places.Count} calls and {calls.Answers} answered sets, in {clock.Elapsed.TotalSeconds:0} s.");
        Assert.True(failures.IsEmpty, $"{failures.Count} disks: " + string.Join("\n", failures.Take(3)));
    }

    [SkippableTheory]
    [InlineData("sark.db", 50)]
    [InlineData("sark.db-journal", 200)]
    [InlineData("db", 300)]
    [InlineData("journal.db-wal", 50)]
    public async Task A_disk_that_only_says_to_have_synced_something_is_found_out(string name, int count)
    {
        var (calls, oracle) = await RecordedAsync();

        var failures = Look(calls, oracle, count, path => Path.GetFileName(path) != name);

        output.WriteLine($"{failures.Count} of {count} disks are not as they should be.");
        Assert.False(failures.IsEmpty);
    }

    // Of each disk that is not as it should be, why.
    private static ConcurrentBag<string> Look(RecordedCalls calls, JournalOracle oracle, int count, Func<string, bool>? isSynced)
    {
        using var folder = new TemporaryFolder();
        var places = calls.Places.ToArray();
        var failures = new ConcurrentBag<string>();
        Parallel.For(
            0,
            count,
            new ParallelOptions { MaxDegreeOfParallelism = Math.Min(2, Environment.ProcessorCount) },
            number =>
            {
                var random = new Random(20261130 + number);
                var moment = places[random.Next(places.Length)] + random.Next(2);
                var path = folder[$"{number}"];
                try
                {
                    foreach (var (name, content) in calls.Image(moment, random, isSynced))
                    {
                        Directory.CreateDirectory(Path.GetDirectoryName(Path.Combine(path, name))!);
                        File.WriteAllBytes(Path.Combine(path, name), content);
                    }

                    Check(path, oracle.Copy(), [.. calls.AnsweredBefore(moment)], random);
                }
                catch (Exception error) when (error is XunitException or SarkException or Microsoft.Data.Sqlite.SqliteException)
                {
                    failures.Add($"{number}, at {moment}: {error.Message}");
                }

                Directory.Delete(path, recursive: true);
            });
        return failures;
    }

    private static void Check(string folder, JournalOracle oracle, KeyValuePair<string, string>[] answered, Random random)
    {
        var (rows, journal) = (Path.Combine(folder, "db", "sark.db"), Path.Combine(folder, "journal", "journal.db"));
        // Before there is a journal, nobody keeps count of what others change.
        var isChanged = answered.Length > 0 && random.Next(5) == 0;
        if (isChanged)
        {
            PbxTree.Sql(rows, "PRAGMA synchronous = OFF; UPDATE Cluster SET description = 'page' WHERE pkey = 'default'");
        }

        using (var database = JournalOracle.Connect(rows, journal))
        {
            var set = new ChangeSet([Steps.Tenant("next")]) { Reason = "next" };
            var result = new SqliteStore(database).Changes.ApplyAsync(set, default).GetAwaiter().GetResult();
            Assert.True(result.IsApplied, result.Steps[0].Error?.Message);
            answered = [.. answered, KeyValuePair.Create("next", result.ChangeSet!)];
        }

        oracle.Check(rows, journal, answered);
        Assert.Equal(isChanged ? 1 : 0, oracle.OutsideChanges);
    }

    private static async Task<(RecordedCalls Calls, JournalOracle Oracle)> RecordedAsync()
    {
        var (calls, oracle, reason) = await Recording.Value;
        Skip.If(calls is null, reason);
        return (calls!, oracle!);
    }

    private static async Task<(RecordedCalls? Calls, JournalOracle? Oracle, string? Reason)> RecordAsync()
    {
        if (!File.Exists(Tracer))
        {
            return (null, null, "strace is not installed.");
        }

        using var folder = new TemporaryFolder(isOnDisk: true);
        var root = Directory.CreateDirectory(folder["files"]).FullName;
        var (rows, journal) = (Path.Combine(root, "db", "sark.db"), Path.Combine(root, "journal", "journal.db"));
        JournalOracle.MakeDatabase(rows);
        var oracle = JournalOracle.Begin(rows);
        var before = new Dictionary<string, byte[]> { [rows] = File.ReadAllBytes(rows) };
        // Several writers at once; then processes that find their files, each with one writer, so that each set has its own commit.
        // SQLite's own journal comes with each and goes with it.
        var script = "dotnet \"$0\" sets \"$1\" \"$2\" 10 4 8 || exit 1; "
            + $"for seed in {string.Join(' ', Enumerable.Range(11, ProcessesAlone))}; do "
            + $"dotnet \"$0\" sets \"$1\" \"$2\" $seed 1 {SetsAlone / ProcessesAlone} || exit 1; done";
        var result = await Programs.RunAsync(
            Tracer,
            [
                .. RecordedCalls.Arguments(folder["calls"]), "/bin/sh", "-c", script,
                Path.Combine(AppContext.BaseDirectory, "KillTarget.dll"), rows, journal,
            ]);
        if (result.ExitCode != 0 && result.Error.Contains("ptrace", StringComparison.Ordinal))
        {
            return (null, null, $"strace may not look into processes here: {result.Error}");
        }

        Assert.Equal((0, ""), (result.ExitCode, result.Error));
        var answers = result.Lines.Count(l => l.StartsWith("did ", StringComparison.Ordinal));
        Assert.Equal(32 + SetsAlone, answers);
        var calls = new RecordedCalls(folder["calls"], root, before);
        Assert.Equal(answers, calls.Answers);
        // Twice when it was made, and at the end of each process.
        Assert.InRange(calls.SyncsOf(journal), 3 + ProcessesAlone, int.MaxValue);
        return (calls, oracle, null);
    }
}
