using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Microsoft.Data.Sqlite;
using SarkPS.Data.Sqlite;
using SarkPS.KillTarget;
using SarkPS.Tests.Data;
using SarkPS.Tests.Files;
using SarkPS.Tests.Support;
using Xunit.Abstractions;

namespace SarkPS.Tests.Journal;

/// <summary>
/// Processes that apply change sets, several at once and one after the other, and are killed (SIGKILL) at moments by chance.
/// Whatever the moment, and whoever comes first afterwards, and under whatever path: every set that was answered is there whole
/// with its entry, of no other there is a part, and database and journal tell the same.
/// </summary>
/// <param name="output">Takes what was measured.</param>
public sealed class KilledWriterTests(ITestOutputHelper output)
{
    private const int Exchanges = 10;
    private const int KillsOfEach = 15;
    private const int Services = 5;
    private const int KillsOfEachService = 10;
    private const int Writers = 4;
    private const int FirstRun = 10;
    private const string Shell = "/usr/bin/sqlite3";

    // How many kills found the database in the middle of a commit, and the journal with a group of which it was not known.
    private int inCommit;
    private int unresolved;
    private int answers;

    [Fact]
    public async Task Killed_at_any_moment_every_answered_set_is_whole_and_has_its_entry()
    {
        await KillAsync(Exchanges, KillsOfEach, KillProcessesAsync);

        Assert.NotEqual(0, inCommit);
    }

    [Fact]
    public async Task Killed_at_any_moment_the_service_has_every_change_that_it_answered_with_its_entry() =>
        await KillAsync(Services, KillsOfEachService, KillServicesAsync);

    private async Task KillAsync(int exchanges, int kills, Func<int, Task> kill)
    {
        var clock = Stopwatch.StartNew();
        await Parallel.ForEachAsync(
            Enumerable.Range(0, exchanges),
            new ParallelOptions { MaxDegreeOfParallelism = Math.Min(2, Environment.ProcessorCount) },
            async (exchange, _) => await kill(exchange));

        output.WriteLine(
            $"{exchanges * kills} kills, {inCommit} of them while the database was written, {unresolved} with a group of which it was "
                + $"not known what became; {answers} changes were answered. {clock.Elapsed.TotalSeconds:0} s.");
        Assert.NotEqual(0, answers);
    }

    private async Task KillProcessesAsync(int exchange)
    {
        var random = new Random(20261130 + exchange);
        // A disk takes its time, and more kills come between two writes.
        using var folder = new TemporaryFolder(isOnDisk: exchange % 2 == 0);
        var place = new Place(folder["0"], Path.Combine("journal", "journal.db"));
        JournalOracle.MakeDatabase(place.Database);
        var oracle = JournalOracle.Begin(place.Database);
        var answered = new ConcurrentDictionary<string, string>();
        var outside = 0;
        for (var kill = 0; kill < KillsOfEach; kill++)
        {
            // Now and then two processes write the same files.
            var runs = Enumerable.Range(FirstRun + (2 * kill), kill % 5 == 4 ? 2 : 1).ToArray();
            await Task.WhenAll(runs.Select(run => RunAsync(place, run, random.Next(0, 40), random.Next(0, 12), answered)));
            (place, var isChanged) = await HappenAsync(place, folder, kill, random);
            outside += isChanged ? 1 : 0;
            await WriteAsync(place, kill, answered, isProcess: kill % 7 == 3);
            oracle.Check(place.Database, place.Journal, answered);
            Assert.Equal(outside, oracle.OutsideChanges);
        }

        Interlocked.Add(ref answers, answered.Count);
    }

    private async Task KillServicesAsync(int exchange)
    {
        var random = new Random(20261201 + exchange);
        using var folder = new TemporaryFolder(isOnDisk: exchange % 2 == 0);
        var place = new Place(folder["0"], Path.Combine("db", "sark.db.journal.db"));
        JournalOracle.MakeDatabase(place.Database);
        var oracle = JournalOracle.Begin(place.Database);
        var asked = new ConcurrentBag<AskedChanges>();
        var outside = 0;
        for (var kill = 0; kill < KillsOfEachService; kill++)
        {
            using (var service = await ServiceProcess.StartAsync(place.Database))
            {
                var enough = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
                var left = random.Next(0, 60);
                var clients = Enumerable.Range(0, Writers).Select(c => AskAsync(service.Client, kill, c, asked, () =>
                {
                    if (Interlocked.Decrement(ref left) < 0)
                    {
                        enough.TrySetResult();
                    }
                })).ToArray();
                await Task.WhenAny([enough.Task, .. clients]);
                await Task.Delay(random.Next(0, 12));
                service.Kill();
                await Task.WhenAll(clients);
            }

            (place, var isChanged) = await HappenAsync(place, folder, kill, random);
            outside += isChanged ? 1 : 0;
            var answered = new ConcurrentDictionary<string, string>();
            await WriteAsync(place, kill, answered, isProcess: false);
            oracle.Check(place.Database, place.Journal, answered);
            Assert.Equal(outside, oracle.OutsideChanges);
            foreach (var changes in asked)
            {
                changes.Check(oracle.ActionsOf);
            }
        }

        Interlocked.Add(ref answers, asked.Sum(a => a.Answered.Count));
    }

    /// <summary>Changes rows until the service does not answer any more.</summary>
    private static async Task AskAsync(HttpClient client, int kill, int number, ConcurrentBag<AskedChanges> asked, Action count)
    {
        for (var i = 0; i < 100; i++)
        {
            var key = string.Create(CultureInfo.InvariantCulture, $"{kill}{number}{i:000}");
            var extension = new AskedChanges("extensions", key);
            var tenant = new AskedChanges("tenants", "s" + key);
            asked.Add(extension);
            asked.Add(tenant);
            if (!await Ask(
                extension,
                RowAction.Created,
                HttpMethod.Post,
                "/unprovisioned",
                $$"""{"pkey": "{{key}}", "cluster": "default"}""")
                || !await Ask(tenant, RowAction.Created, HttpMethod.Post, "", $$"""{"pkey": "s{{key}}", "description": "d"}""")
                || !await Ask(extension, RowAction.Updated, HttpMethod.Put, "/" + key, $$"""{"desc": "of {{number}}"}""")
                || !await Ask(tenant, RowAction.Updated, HttpMethod.Put, "/s" + key, $$"""{"description": "of {{number}}"}""")
                || !await Ask(extension, RowAction.Removed, HttpMethod.Delete, "/" + key, ""))
            {
                return;
            }
        }

        async Task<bool> Ask(AskedChanges changes, RowAction action, HttpMethod method, string path, string content)
        {
            changes.Asked = action;
            try
            {
                while (true)
                {
                    using var request = new HttpRequestMessage(method, $"/api/{changes.Resource}{path}")
                    {
                        Content = content.Length > 0 ? new StringContent(content, Encoding.UTF8, "application/json") : null,
                    };
                    using var answer = await client.SendAsync(request);
                    if (answer.StatusCode == HttpStatusCode.ServiceUnavailable)
                    {
                        // Locked; nothing was changed.
                        continue;
                    }

                    Assert.True(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync());
                    changes.Answered.Add(action);
                    changes.Asked = null;
                    count();
                    return true;
                }
            }
            catch (Exception error) when (error is HttpRequestException or SocketException)
            {
                // It was killed. One that was just about to answer a new connection ends that with an error of the socket.
                return false;
            }
        }
    }

    // What may come between a kill and the next writer: the folder is moved, SARK's programs come.
    private async Task<(Place Place, bool IsChanged)> HappenAsync(Place place, TemporaryFolder folder, int kill, Random random)
    {
        Interlocked.Add(ref inCommit, RollbackJournal.IsHot(place.Database) ? 1 : 0);
        if (random.Next(3) == 0)
        {
            var moved = place with { Folder = folder[$"{kill + 1}"] };
            Directory.Move(place.Folder, moved.Folder);
            place = moved;
        }

        var isChanged = false;
        switch (random.Next(4))
        {
            case 0:
                // SARK's pages read.
                PbxTree.Ask(place.Database, "SELECT count(*) FROM Cluster");
                break;
            // Before there is a journal, nobody keeps count of what others change.
            case 1 when kill > 0:
                PbxTree.Sql(place.Database, $"UPDATE Cluster SET description = 'page {kill}' WHERE pkey = 'default'");
                isChanged = true;
                break;
            case 2 when kill > 0 && File.Exists(Shell):
                var result = await Programs.RunAsync(
                    Shell,
                    ["-bail", place.Database, $"UPDATE Cluster SET description = 'script {kill}' WHERE pkey = 'default'"]);
                Assert.Equal((0, ""), (result.ExitCode, result.Error));
                isChanged = true;
                break;
            default:
                // The next writer of ours is the first.
                break;
        }

        if (File.Exists(place.Journal) && random.Next(2) == 0)
        {
            Interlocked.Add(ref unresolved, CountPending(place.Journal));
        }

        return (place, isChanged);
    }

    // Until so many sets were answered, and then for some milliseconds more.
    private static async Task RunAsync(Place place, int run, int count, int milliseconds, ConcurrentDictionary<string, string> answered)
    {
        using var process = PbxTree.Helper(
            "sets",
            place.Database,
            place.Journal,
            Text(run),
            Text(Writers),
            Text(SetScript.Most));
        var errors = process.StandardError.ReadToEndAsync();
        Assert.Equal("started.", await process.StandardOutput.ReadLineAsync());
        var enough = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var reading = ReadAsync();
        await Task.WhenAny(enough.Task, reading);
        await Task.Delay(milliseconds);
        process.Kill();
        await process.WaitForExitAsync();
        await reading;
        Assert.Equal("", await errors);

        async Task ReadAsync()
        {
            for (var seen = 0; ; seen++)
            {
                if (seen == count)
                {
                    enough.TrySetResult();
                }

                // A line without its end is none.
                if (await process.StandardOutput.ReadLineAsync() is not { } line || !line.EndsWith('.'))
                {
                    return;
                }

                var words = line[..^1].Split(' ');
                Assert.True(words is ["did", _, _], line);
                Assert.True(answered.TryAdd(words[1], words[2]), line);
            }
        }
    }

    // The next writer: another process, or this one.
    private static async Task WriteAsync(Place place, int kill, ConcurrentDictionary<string, string> answered, bool isProcess)
    {
        if (isProcess)
        {
            using var process = PbxTree.Helper(
                "sets",
                place.Database,
                place.Journal,
                Text(FirstRun + (2 * KillsOfEach) + kill),
                "1",
                "1");
            var lines = (await process.StandardOutput.ReadToEndAsync()).Split('\n', StringSplitOptions.RemoveEmptyEntries);
            Assert.Equal("", await process.StandardError.ReadToEndAsync());
            var words = lines[^1].TrimEnd('.').Split(' ');
            Assert.True(words is ["did", _, _], lines[^1]);
            answered[words[1]] = words[2];
            return;
        }

        using var database = JournalOracle.Connect(place.Database, place.Journal);
        var set = new ChangeSet([Steps.Tenant($"next{kill}")]) { Reason = $"next {kill}" };
        var result = await new SqliteStore(database).Changes.ApplyAsync(set, default);
        Assert.True(result.IsApplied, result.Steps[0].Error?.Message);
        answered[set.Reason] = result.ChangeSet!;
    }

    private static int CountPending(string journal)
    {
        using var connection = new SqliteConnection($"Data Source={journal};Pooling=False;Default Timeout=30");
        connection.Open();
        // A journal that was just begun has no tables yet.
        return connection.Rows("SELECT 1 FROM sqlite_master WHERE name = 'state'").Length == 0 ? 0
            : connection.Rows("SELECT 1 FROM state WHERE pending IS NOT NULL").Length;
    }

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);

    /// <summary>Where the files of an exchange are at the time.</summary>
    /// <param name="Folder">Their folder.</param>
    /// <param name="JournalName">The path of the journal in it.</param>
    private sealed record Place(string Folder, string JournalName)
    {
        public string Database => Path.Combine(Folder, "db", "sark.db");

        public string Journal => Path.Combine(Folder, JournalName);
    }

    /// <summary>What one client asked to be done to one row, one after the other.</summary>
    /// <param name="resource">What the row is.</param>
    /// <param name="key">Its key.</param>
    private sealed class AskedChanges(string resource, string key)
    {
        public string Resource => resource;

        public List<RowAction> Answered { get; } = [];

        /// <summary>What was not answered; it may have been done or not.</summary>
        public RowAction? Asked { get; set; }

        public void Check(Func<string, string, IEnumerable<RowAction>> noted)
        {
            var found = noted(resource, key).ToArray();
            if (Asked is { } asked && found.Length > Answered.Count)
            {
                // It was; and it stays so.
                Answered.Add(asked);
            }

            Asked = null;
            Assert.Equal(Answered, found);
        }
    }
}
