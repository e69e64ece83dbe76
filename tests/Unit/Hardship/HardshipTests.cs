using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.Data.Sqlite;
using SarkPS.Tests.Support;

namespace SarkPS.Tests.Hardship;

/// <summary>
/// Services that are killed, that race each other, that find the database locked or exchanged. Whatever happens, every
/// change that was answered is there, and of one that was not there is all or nothing. A few seconds each; the environment
/// variable <c>SARK_TEST_HARDSHIP_SECONDS</c> says for how long else.
/// </summary>
public sealed class HardshipTests : IDisposable
{
    private const int Writers = 4;

    private static readonly TimeSpan Duration = TimeSpan.FromSeconds(
        int.TryParse(
            Environment.GetEnvironmentVariable("SARK_TEST_HARDSHIP_SECONDS"),
            NumberStyles.None,
            CultureInfo.InvariantCulture,
            out var seconds) ? seconds : 6);

    private readonly TestDatabase database;
    private readonly Random random = new(20261125);

    public HardshipTests()
    {
        // SARK's own, with its triggers, where it is at hand.
        database = new TestDatabase(File.Exists(Repository.SarkDatabase) ? Schema.Sark : Schema.Embedded);
        database.Execute("INSERT INTO COS (pkey, defaultopen, defaultclosed) VALUES ('hard', 'YES', 'YES')");
    }

    public void Dispose() => database.Dispose();

    [Fact]
    public async Task Killed_at_any_moment_the_service_has_every_change_that_it_answered()
    {
        var written = new ConcurrentDictionary<string, State>();
        var clock = Stopwatch.StartNew();
        for (var kill = 0; kill < 3 || clock.Elapsed < Duration; kill++)
        {
            using var service = await ServiceProcess.StartAsync(database.Path);
            using var stop = new CancellationTokenSource();
            var writing = Enumerable.Range(0, Writers).Select(w => WriteAsync(service.Client, written, $"{w + 1}{kill:000}", stop.Token))
                .ToArray();
            // From the first answers on, so that every process is killed at work.
            while (written.Values.All(s => s.Kill != kill || !s.IsAnswered))
            {
                await Task.Delay(5);
            }

            await Task.Delay(random.Next(0, 400));
            service.Kill();
            await stop.CancelAsync();
            await Task.WhenAll(writing);
            Check(written);
        }

        async Task WriteAsync(
            HttpClient client,
            ConcurrentDictionary<string, State> states,
            string prefix,
            CancellationToken cancellationToken)
        {
            var kill = int.Parse(prefix[1..], CultureInfo.InvariantCulture);
            for (var i = 0; i < 100 && !cancellationToken.IsCancellationRequested; i++)
            {
                var key = $"{prefix}{i:00}";
                if (!await ChangeAsync(client, states, key, kill, isCreate: true)
                    || (i % 3 == 0 && !await ChangeAsync(client, states, key, kill, isCreate: false)))
                {
                    return;
                }
            }
        }
    }

    [Fact]
    public async Task Two_services_and_other_programs_lose_nothing_of_each_other()
    {
        using var one = await ServiceProcess.StartAsync(database.Path);
        using var two = await ServiceProcess.StartAsync(database.Path);
        var written = new ConcurrentDictionary<string, State>();
        using var stop = new CancellationTokenSource(Duration);
        var seen = 0;
        var work = Enumerable.Range(0, Writers).Select(w => Task.Run(async () =>
        {
            var (mine, other) = w % 2 == 0 ? (one.Client, two.Client) : (two.Client, one.Client);
            for (var i = 0; !stop.IsCancellationRequested; i++)
            {
                var key = $"{w + 1}{i:00000}";
                Assert.True(await ChangeAsync(mine, written, key, 0, isCreate: true));
                if (written[key].IsThere)
                {
                    // What one has answered the other shows from then on.
                    using var shown = await GetAsync(other, "/api/extensions/" + key);
                    Assert.Equal(HttpStatusCode.OK, shown.StatusCode);
                    Interlocked.Increment(ref seen);
                }

                if (i % 2 == 0 && written[key].IsThere)
                {
                    Assert.True(await ChangeAsync(other, written, key, 0, isCreate: false));
                }
            }
        })).ToList();
        work.Add(Task.Run(async () =>
        {
            // Another program, which holds locks of every kind for a moment and writes a row now and then.
            using var connection = database.Open();
            for (var i = 0; !stop.IsCancellationRequested; i++)
            {
                var kind = new[] { "DEFERRED", "IMMEDIATE", "EXCLUSIVE" }[i % 3];
                Run(connection, $"BEGIN {kind}");
                Run(connection, i % 3 == 0
                    ? "SELECT count(*) FROM IPphone"
                    : $"INSERT INTO Cluster (pkey, description) VALUES ('other{i}', 'another program')");
                await Task.Delay(random.Next(1, 150));
                Run(connection, "COMMIT");
                await Task.Delay(random.Next(1, 100));
            }
        }));
        work.Add(Task.Run(async () =>
        {
            while (!stop.IsCancellationRequested)
            {
                using var list = await GetAsync(one.Client, "/api/extensions");
                Assert.IsType<JsonArray>(JsonNode.Parse(await list.Content.ReadAsStringAsync()));
                using var openApi = await one.Client.GetAsync("/openapi.json");
                Assert.Equal(HttpStatusCode.OK, openApi.StatusCode);
            }
        }));

        await Task.WhenAll(work);
        Assert.True(seen > 0);
        Check(written);
    }

    [SkippableTheory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_file_that_is_put_back_under_a_running_service_keeps_every_commit_that_came_after(bool isRename)
    {
        Skip.If(OperatingSystem.IsWindows(), "Windows does not replace a file that is open.");
        using var service = await ServiceProcess.StartAsync(database.Path);
        var saved = Path.Combine(database.Folder, "saved.db");
        var clock = Stopwatch.StartNew();
        for (var turn = 0; turn < 6 || clock.Elapsed < Duration / 2; turn++)
        {
            File.Copy(database.Path, saved, overwrite: true);
            var rows = (long)database.Value("SELECT count(*) FROM Cluster")!;
            for (var i = 0; i <= turn % 3; i++)
            {
                await PostTenantAsync(service.Client, $"undone{turn}x{i}");
            }

            if (isRename)
            {
                File.Copy(saved, saved + ".new");
                File.Move(saved + ".new", database.Path, overwrite: true);
            }
            else
            {
                File.Copy(saved, database.Path, overwrite: true);
            }

            for (var i = 0; i < turn % 4; i++)
            {
                database.Execute($"INSERT INTO Cluster (pkey, description) VALUES ('ext{turn}x{i}', 'another program')");
            }

            await PostTenantAsync(service.Client, $"kept{turn}");
            Assert.Equal(rows + (turn % 4) + 1, database.Value("SELECT count(*) FROM Cluster"));
            Assert.Equal(0L, database.Value("SELECT count(*) FROM Cluster WHERE pkey LIKE 'undone%'"));
            Assert.Equal("ok", database.Value("PRAGMA integrity_check"));
            var shown = JsonNode.Parse(await service.Client.GetStringAsync("/api/tenants"))!.AsArray();
            Assert.Equal(rows + (turn % 4) + 1, shown.Count);
        }
    }

    [Fact]
    public async Task Many_long_lists_at_once_take_little_memory()
    {
        const int Rows = 60_000;
        const int Lists = 64;
        var stanza = string.Join('\n', Enumerable.Repeat("setting=value of some length", 30));
        database.Execute($"""
            WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {Rows})
            INSERT INTO IPphone (pkey, cluster, desc, sipiaxfriend) SELECT printf('%06d', i), 'default', 'Ext' || i, @stanza FROM n
            """, ("@stanza", stanza));
        using var service = await ServiceProcess.StartAsync(database.Path);
        var length = await LengthAsync("");
        Assert.InRange(length, Rows * 400L, long.MaxValue);
        var afterOne = service.PeakMemory;
        // All at once the lists would be more than two gigabytes.
        Assert.All(await Task.WhenAll(Enumerable.Range(0, Lists).Select(_ => LengthAsync(""))), l => Assert.Equal(length, l));
        // Different ones beside each other.
        await Task.WhenAll(Enumerable.Range(0, 8).Select(i => LengthAsync(i % 2 == 0 ? "?filter[cluster]=default" : "")));
        // Who asks and goes leaves nothing behind.
        for (var i = 0; i < 8; i++)
        {
            using var gone = await service.Client.GetAsync("/api/extensions", HttpCompletionOption.ResponseHeadersRead);
            gone.EnsureSuccessStatusCode();
        }

        Assert.Equal(length, await LengthAsync(""));
        Assert.InRange(afterOne, 1, 150L * 1024 * 1024);
        Assert.InRange(service.PeakMemory, 1, 400L * 1024 * 1024);

        async Task<long> LengthAsync(string query)
        {
            using var answer = await service.Client.GetAsync("/api/extensions" + query, HttpCompletionOption.ResponseHeadersRead);
            answer.EnsureSuccessStatusCode();
            using var content = await answer.Content.ReadAsStreamAsync();
            var buffer = new byte[64 * 1024];
            var sum = 0L;
            while (await content.ReadAsync(buffer) is > 0 and var count)
            {
                sum += count;
            }

            Assert.Equal(answer.Content.Headers.ContentLength, sum);
            return sum;
        }
    }

    // False when the service did not answer.
    private static async Task<bool> ChangeAsync(
        HttpClient client,
        ConcurrentDictionary<string, State> states,
        string key,
        int kill,
        bool isCreate)
    {
        var state = states.GetOrAdd(key, _ => new State { Kill = kill });
        state.IsAnswered = false;
        try
        {
            while (true)
            {
                using var answer = isCreate
                    ? await client.PostAsync(
                        "/api/extensions/unprovisioned",
                        new StringContent($$"""{"pkey": "{{key}}", "cluster": "default"}""", Encoding.UTF8, "application/json"))
                    : await client.DeleteAsync("/api/extensions/" + key);
                if (answer.StatusCode == HttpStatusCode.ServiceUnavailable)
                {
                    // It says that nothing was changed, so it can be asked again.
                    continue;
                }

                Assert.Equal(isCreate ? HttpStatusCode.Created : HttpStatusCode.NoContent, answer.StatusCode);
                state.IsThere = isCreate;
                state.IsAnswered = true;
                return true;
            }
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }

    private static async Task<HttpResponseMessage> GetAsync(HttpClient client, string path)
    {
        while (true)
        {
            var answer = await client.GetAsync(path);
            if (answer.StatusCode != HttpStatusCode.ServiceUnavailable)
            {
                return answer;
            }

            answer.Dispose();
        }
    }

    private static async Task PostTenantAsync(HttpClient client, string key)
    {
        using var answer = await client.PostAsync(
            "/api/tenants",
            new StringContent($$"""{"pkey": "{{key}}", "description": "d"}""", Encoding.UTF8, "application/json"));
        Assert.Equal(HttpStatusCode.Created, answer.StatusCode);
    }

    private static void Run(SqliteConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }

    private void Check(ConcurrentDictionary<string, State> written)
    {
        Assert.Equal("ok", database.Value("PRAGMA integrity_check"));
        foreach (var (key, state) in written)
        {
            var row = (long)database.Value("SELECT count(*) FROM IPphone WHERE pkey = @key", ("@key", key))!;
            var open = (long)database.Value("SELECT count(*) FROM IPphoneCOSopen WHERE IPphone_pkey = @key", ("@key", key))!;
            var closed = (long)database.Value("SELECT count(*) FROM IPphoneCOSclosed WHERE IPphone_pkey = @key", ("@key", key))!;
            var cross = (long)database.Value("SELECT count(*) FROM master_xref WHERE pkey = @key AND relation = 'IPphone'", ("@key", key))!;
            Assert.True(
                (row, open, closed, cross) is (0, 0, 0, 0) or (1, 1, 1, 1),
                $"{key}: {row} row, {open} and {closed} classes of service, {cross} cross references");
            if (state.IsAnswered)
            {
                Assert.True(state.IsThere == (row == 1), $"{key} was {(state.IsThere ? "made" : "removed")}, and there are {row}.");
            }
            else
            {
                // From now on it is what it turned out to be.
                state.IsThere = row == 1;
                state.IsAnswered = true;
            }
        }
    }

    /// <summary>What is known of a row.</summary>
    private sealed class State
    {
        /// <summary>In which life of the service it was written.</summary>
        public int Kill { get; init; }

        public bool IsThere { get; set; }

        /// <summary>Whether the last change was answered.</summary>
        public bool IsAnswered { get; set; }
    }
}
