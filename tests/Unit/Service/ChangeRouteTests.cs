using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using SarkPS.Remote;
using SarkPS.Tests.Data;
using SarkPS.Tests.Support;

namespace SarkPS.Tests.Service;

/// <summary>Sets of changes over HTTP: as documents, with history, undoing, tags and requests that are sent again.</summary>
public sealed class ChangeRouteTests : IDisposable
{
    private readonly TemporaryDatabase database = new();
    private readonly TestService service;
    private readonly HttpClient client;

    public ChangeRouteTests()
    {
        service = new TestService(database.Path);
        client = service.CreateClient();
    }

    public void Dispose()
    {
        client.Dispose();
        service.Dispose();
        database.Dispose();
    }

    private const string Example = """
        { "dryRun": false, "atomic": true, "reason": "move to the new office", "steps": [
          { "action": "create", "resource": "tenants", "values": { "pkey": "acme", "description": "Acme" } },
          { "action": "create", "resource": "extensions", "kind": "unprovisioned", "values": { "pkey": "401", "cluster": "acme" } },
          { "id": "t1", "action": "create", "resource": "daytimers", "values": { "cluster": "acme" } },
          { "action": "update", "resource": "daytimers", "key": { "$key": "t1" }, "values": { "desc": "lunch" } },
          { "action": "update", "resource": "tenants", "key": "acme", "values": { "chanmax": 10 } },
          { "action": "upsert", "resource": "queues", "key": "sales", "values": { "cluster": "acme" } } ] }
        """;

    [Fact]
    public async Task A_document_is_planned_made_told_and_undone()
    {
        var plan = await PostAsync("batch", Example.Replace("\"dryRun\": false", "\"dryRun\": true", StringComparison.Ordinal));
        Assert.False((bool)plan["applied"]!);
        Assert.Null(plan["changeSet"]);
        Assert.Empty(database.Query("SELECT pkey FROM Cluster WHERE pkey = 'acme'"));

        var made = await PostAsync("batch", Example);

        Assert.True((bool)made["applied"]!);
        Assert.Equal(
            ["created", "created", "created", "updated", "updated", "created"],
            made["steps"]!.AsArray().Select(s => (string)s!["result"]!));
        Assert.Equal("""{"chanmax":["30","10"]}""", made["steps"]![4]!["changes"]!.ToJsonString());
        Assert.Equal(plan["steps"]!.ToJsonString(), made["steps"]!.ToJsonString());
        var set = (string)made["changeSet"]!;
        var history = await GetAsync($"changes?resource=tenants&key=acme&limit=1");
        var entry = history["changes"]![0]!;
        Assert.Equal(("move to the new office", "local", "updated", set), (
            (string)entry["reason"]!, (string)entry["actor"]!, (string)entry["action"]!, (string)entry["changeSet"]!));
        Assert.NotNull(history["next"]);
        Assert.True((await GetAsync($"changes/{set}"))["changes"]!.AsArray().Count >= 6);

        using var undo = new HttpRequestMessage(HttpMethod.Post, $"/api/changes/{set}/undo");
        undo.Headers.Add(WireHeaders.ChangeReason, "100% a mistake, %C3%BCbrigens");
        using var undone = await client.SendAsync(undo);
        Assert.Equal(HttpStatusCode.OK, undone.StatusCode);
        Assert.Empty(database.Query("SELECT pkey FROM Cluster WHERE pkey = 'acme'"));
        var last = (await GetAsync("changes?limit=1"))["changes"]![0]!;
        Assert.Equal(("undo", set, "100% a mistake, übrigens"), ((string)last["cause"]!, (string)last["undoes"]!, (string)last["reason"]!));
    }

    [Fact]
    public async Task A_set_with_a_step_that_is_refused_is_answered_422_and_names_the_step()
    {
        using var response = await SendAsync(HttpMethod.Post, "batch", """
            { "steps": [
              { "action": "create", "resource": "tenants", "values": { "pkey": "acme", "description": "Acme" } },
              { "action": "update", "resource": "tenants", "key": "acme", "values": { "chanmax": "many" } },
              { "action": "remove", "resource": "queues", "key": "old", "force": true } ] }
            """);
        var answer = (await response.Content.ReadFromJsonAsync<JsonNode>())!;

        Assert.Equal(HttpStatusCode.UnprocessableEntity, response.StatusCode);
        Assert.Equal(["skipped", "error", "error"], answer["steps"]!.AsArray().Select(s => (string)s!["result"]!));
        Assert.NotNull(answer["steps"]![1]!["errors"]!["chanmax"]);
        Assert.NotNull(answer["steps"]![2]!["errors"]!["pkey"]);
        Assert.Empty(database.Query("SELECT pkey FROM Cluster WHERE pkey = 'acme'"));
    }

    [Theory]
    [InlineData("[]", "steps")]
    [InlineData("""{ "steps": 1 }""", "steps")]
    [InlineData("""{ "steps": [], "dryrun": true }""", "dryrun")]
    [InlineData("""{ "steps": [ { "action": "make", "resource": "tenants" } ] }""", "make")]
    [InlineData("""{ "steps": [ { "action": "create", "resource": "tenant" } ] }""", "tenant")]
    [InlineData("""{ "steps": [ { "action": "create", "resource": "extensions", "values": {} } ] }""", "kind")]
    [InlineData("""{ "steps": [ { "action": "update", "resource": "tenants", "key": ["a", "b"], "values": {} } ] }""", "key")]
    [InlineData("""{ "steps": [ { "action": "update", "resource": "tenants", "key": "a", "value": {} } ] }""", "value")]
    public async Task A_document_with_a_slip_in_it_is_refused_and_the_slip_is_named(string document, string named)
    {
        using var response = await SendAsync(HttpMethod.Post, "batch", document);

        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        Assert.Contains(named, await response.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_set_has_a_largest_number_of_steps_that_is_told()
    {
        using var small = new TestService(database.Path, new Dictionary<string, string?> { ["Sark:Service:BatchSteps"] = "2" });
        using var other = small.CreateClient();
        const string Step = """{ "action": "remove", "resource": "queues", "key": "old" }""";

        using var response = await other.PostAsync(
            "/api/batch", new StringContent($$"""{ "steps": [ {{Step}}, {{Step}}, {{Step}} ] }""", null, "application/json"));

        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, response.StatusCode);
        Assert.Contains("2 are taken", await response.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_row_has_a_tag_that_tells_its_states_apart()
    {
        await PostAsync("tenants", """{ "pkey": "acme", "description": "Acme" }""", HttpStatusCode.Created);
        using var first = await SendAsync(HttpMethod.Get, "tenants/acme");
        var tag = first.Headers.ETag!.ToString();

        using var same = await SendAsync(HttpMethod.Get, "tenants/acme", headers: ("If-None-Match", $"\"other\", {tag}"));
        Assert.Equal(HttpStatusCode.NotModified, same.StatusCode);
        using var put = await SendAsync(HttpMethod.Put, "tenants/acme", """{ "chanmax": 10 }""", ("If-Match", tag));
        Assert.Equal(HttpStatusCode.OK, put.StatusCode);
        using var second = await SendAsync(HttpMethod.Get, "tenants/acme", headers: ("If-None-Match", tag));
        Assert.Equal(HttpStatusCode.OK, second.StatusCode);
        Assert.Equal(put.Headers.ETag, second.Headers.ETag);
        using var late = await SendAsync(HttpMethod.Put, "tenants/acme", """{ "chanmax": 11 }""", ("If-Match", tag));
        Assert.Equal(HttpStatusCode.PreconditionFailed, late.StatusCode);
        using var gone = await SendAsync(HttpMethod.Delete, "tenants/acme", headers: ("If-Match", tag));
        Assert.Equal(HttpStatusCode.PreconditionFailed, gone.StatusCode);
        using var there = await SendAsync(
            HttpMethod.Post, "tenants", """{ "pkey": "acme", "description": "Acme" }""", ("If-None-Match", "*"));
        Assert.Equal(HttpStatusCode.PreconditionFailed, there.StatusCode);
        Assert.Equal(["10"], database.Query("SELECT chanmax FROM Cluster WHERE pkey = 'acme'"));
        using var removed = await SendAsync(HttpMethod.Delete, "tenants/acme", headers: ("If-Match", second.Headers.ETag!.ToString()));
        Assert.Equal(HttpStatusCode.NoContent, removed.StatusCode);
        Assert.NotNull(removed.Headers.GetValues(WireHeaders.ChangeSet).Single());
    }

    [Fact]
    public async Task A_list_has_a_tag_that_changes_with_what_is_told()
    {
        using var first = await SendAsync(HttpMethod.Get, "tenants");
        using var same = await SendAsync(HttpMethod.Get, "tenants", headers: ("If-None-Match", first.Headers.ETag!.ToString()));
        Assert.Equal(HttpStatusCode.NotModified, same.StatusCode);
        Assert.Empty(await same.Content.ReadAsByteArrayAsync());

        database.Execute("UPDATE Cluster SET description = 'by a page'");

        using var other = await SendAsync(HttpMethod.Get, "tenants", headers: ("If-None-Match", first.Headers.ETag!.ToString()));
        Assert.Equal(HttpStatusCode.OK, other.StatusCode);
        Assert.NotEqual(first.Headers.ETag, other.Headers.ETag);
    }

    [Fact]
    public async Task A_request_that_is_sent_again_is_done_once_and_answered_the_same()
    {
        const string Body = """{ "cluster": "default", "desc": "lunch" }""";
        using var first = await SendAsync(HttpMethod.Post, "daytimers", Body, (WireHeaders.IdempotencyKey, "\"k-1\""));
        using var second = await SendAsync(HttpMethod.Post, "daytimers", Body, (WireHeaders.IdempotencyKey, "\"k-1\""));

        Assert.Equal((HttpStatusCode.Created, HttpStatusCode.Created), (first.StatusCode, second.StatusCode));
        Assert.Equal(await first.Content.ReadAsStringAsync(), await second.Content.ReadAsStringAsync());
        Assert.Equal(first.Headers.Location, second.Headers.Location);
        Assert.Equal(first.Headers.GetValues(WireHeaders.ChangeSet), second.Headers.GetValues(WireHeaders.ChangeSet));
        Assert.Equal(["true"], second.Headers.GetValues(WireHeaders.IdempotentReplayed));
        Assert.Equal(["1"], database.Query("SELECT count(*) FROM dateSeg WHERE desc = 'lunch'"));
        using var other = await SendAsync(
            HttpMethod.Post, "daytimers", """{ "cluster": "default", "desc": "dinner" }""", (WireHeaders.IdempotencyKey, "\"k-1\""));
        Assert.Equal(HttpStatusCode.UnprocessableEntity, other.StatusCode);
        // A refused request has changed nothing, and is judged again.
        using var refused = await SendAsync(HttpMethod.Put, "tenants/default", """{ "chanmax": "x" }""", Key("k-2"));
        Assert.Equal(HttpStatusCode.UnprocessableEntity, refused.StatusCode);
        using var corrected = await SendAsync(HttpMethod.Put, "tenants/default", """{ "chanmax": 9 }""", Key("k-2"));
        Assert.Equal(HttpStatusCode.OK, corrected.StatusCode);
        using var wrong = await SendAsync(HttpMethod.Post, "daytimers", Body, (WireHeaders.IdempotencyKey, new string('k', 256)));
        Assert.Equal(HttpStatusCode.BadRequest, wrong.StatusCode);
    }

    [Fact]
    public async Task What_changes_no_rows_is_done_once_as_well()
    {
        Directory.CreateDirectory(database.Folder["opt/sark/snap"]);
        using var first = await SendAsync(HttpMethod.Post, "snapshots/new", "", (WireHeaders.IdempotencyKey, "s-1"));
        using var second = await SendAsync(HttpMethod.Post, "snapshots/new", "", (WireHeaders.IdempotencyKey, "s-1"));

        Assert.True(first.IsSuccessStatusCode, await first.Content.ReadAsStringAsync());
        Assert.Equal(await first.Content.ReadAsStringAsync(), await second.Content.ReadAsStringAsync());
        Assert.Equal(["true"], second.Headers.GetValues(WireHeaders.IdempotentReplayed));
    }

    [Fact]
    public async Task Of_requests_with_one_key_that_come_at_once_one_is_done()
    {
        var answers = await Task.WhenAll(Enumerable.Range(0, 20).Select(async _ =>
        {
            using var response = await SendAsync(
                HttpMethod.Post, "daytimers", """{ "cluster": "default", "desc": "once" }""", (WireHeaders.IdempotencyKey, "same"));
            return response.StatusCode;
        }));

        Assert.All(answers, a => Assert.Contains(a, new[] { HttpStatusCode.Created, HttpStatusCode.Conflict }));
        Assert.Contains(HttpStatusCode.Created, answers);
        Assert.Equal(["1"], database.Query("SELECT count(*) FROM dateSeg WHERE desc = 'once'"));
    }

    [Fact]
    public async Task Behind_a_proxy_that_loses_answers_each_request_is_done_once()
    {
        const int Count = 1000;
        await using var listening = await ListeningService.StartAsync(
            database.Path, new Dictionary<string, string?> { ["Sark:Service:RequestsPerMinute"] = "0" });
        var lost = 0;
        await using var proxy = await StartProxyAsync(listening.Address, () => Interlocked.Increment(ref lost) % 3 == 0);
        using var far = new HttpClient { BaseAddress = new Uri(proxy.Urls.Single()) };
        var next = 0;

        await Task.WhenAll(Enumerable.Range(0, 16).Select(async _ =>
        {
            for (var i = Interlocked.Increment(ref next); i <= Count; i = Interlocked.Increment(ref next))
            {
                while (!await TrySendAsync(i))
                {
                    // Again, with the same key.
                }
            }
        }));

        Assert.True(lost > Count);
        Assert.Equal([$"{Count}|{Count}"], database.Query("SELECT count(*), count(DISTINCT desc) FROM dateSeg WHERE desc LIKE 'sent %'"));

        async Task<bool> TrySendAsync(int number)
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, "/api/daytimers")
            {
                Content = JsonContent.Create(new { cluster = "default", desc = $"sent {number}" }),
            };
            request.Headers.Add(WireHeaders.IdempotencyKey, $"\"request-{number}\"");
            try
            {
                using var response = await far.SendAsync(request);
                Assert.Contains(response.StatusCode, new[] { HttpStatusCode.Created, HttpStatusCode.Conflict });
                return response.StatusCode == HttpStatusCode.Created;
            }
            catch (HttpRequestException)
            {
                return false;
            }
        }
    }

    [Fact]
    public async Task The_module_sends_a_row_again_whose_answer_was_lost_and_it_is_made_once()
    {
        const int Count = 8;
        await using var listening = await ListeningService.StartAsync(database.Path);
        var answers = 0;
        var isEnd = false;
        // The first answer says what the service is.
        await using var proxy = await StartProxyAsync(
            listening.Address,
            () => Volatile.Read(ref isEnd) || (Interlocked.Increment(ref answers) > 1 && answers % 2 == 0));
        using var client = SarkHttpClient.Open(new Uri(proxy.Urls.Single()), null, TimeSpan.FromSeconds(30), skipCertificateCheck: false);
        await using var remote = new RemoteBackend(client);
        await client.IdentifyAsync(default);
        for (var i = 0; i < Count; i++)
        {
            await remote.Tables.CreateAsync(
                SarkPS.DayTimer.Descriptor,
                null,
                DatabaseExtensions.Values(("cluster", "default"), ("desc", $"sent {i}")),
                default);
        }

        Assert.True(answers > Count);
        Assert.Equal([$"{Count}|{Count}"], database.Query("SELECT count(*), count(DISTINCT desc) FROM dateSeg WHERE desc LIKE 'sent %'"));

        // Where no answer comes at all nobody is told that nothing was done.
        Volatile.Write(ref isEnd, true);
        var error = await Assert.ThrowsAsync<SarkUnreachableException>(() => remote.Tables.CreateAsync(
            SarkPS.Tenant.Descriptor,
            null,
            DatabaseExtensions.Values(("pkey", "acme"), ("description", "Acme")),
            default));
        Assert.Contains("It was sent 3 times. Whether it was done is not known", error.Message, StringComparison.Ordinal);
        Assert.Equal(["1"], database.Query("SELECT count(*) FROM Cluster WHERE pkey = 'acme'"));
    }

    // Passes requests on, and closes the connection in the place of some answers.
    private static async Task<WebApplication> StartProxyAsync(Uri target, Func<bool> loses)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var app = builder.Build();
        var client = new HttpClient { BaseAddress = target };
        app.Lifetime.ApplicationStopped.Register(client.Dispose);
        app.Run(async context =>
        {
            using var request = new HttpRequestMessage(new HttpMethod(context.Request.Method), context.Request.Path.Value);
            var content = new MemoryStream();
            await context.Request.Body.CopyToAsync(content);
            request.Content = new ByteArrayContent(content.ToArray());
            request.Content.Headers.TryAddWithoutValidation("Content-Type", context.Request.ContentType);
            request.Headers.TryAddWithoutValidation(
                WireHeaders.IdempotencyKey,
                context.Request.Headers[WireHeaders.IdempotencyKey].ToString());
            request.Headers.TryAddWithoutValidation(WireHeaders.Prefer, context.Request.Headers[WireHeaders.Prefer].ToArray());
            using var response = await client.SendAsync(request);
            var body = await response.Content.ReadAsByteArrayAsync();
            if (loses())
            {
                context.Abort();
                return;
            }

            context.Response.StatusCode = (int)response.StatusCode;
            context.Response.ContentType = response.Content.Headers.ContentType?.ToString();
            await context.Response.Body.WriteAsync(body);
        });
        await app.StartAsync();
        return app;
    }

    [Fact]
    public async Task Changes_are_told_as_they_are_made_and_from_a_place_on()
    {
        await using var listening = await ListeningService.StartAsync(database.Path);
        await using var remote = new RemoteBackend(new SarkHttpClient(new HttpClient { BaseAddress = listening.Address }));
        foreach (var key in new[] { "t1", "t2" })
        {
            await remote.Tables.CreateAsync(
                SarkPS.Tenant.Descriptor,
                null,
                DatabaseExtensions.Values(("pkey", key), ("description", "a")),
                default);
        }

        using var end = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        var seen = new List<string>();

        await foreach (var change in remote.Changes.WatchAsync(1, end.Token))
        {
            seen.Add($"{change.Key} {change.Action}");
            if (seen.Count == 1)
            {
                await remote.Tables.RemoveAsync(SarkPS.Tenant.Descriptor, new RowKey("t1"), force: false, default);
            }
            else
            {
                break;
            }
        }

        Assert.Equal(["t2 Created", "t1 Removed"], seen);
    }

    [Fact]
    public async Task The_module_gets_the_same_results_remotely_as_locally()
    {
        await using var remote = service.Connect();
        using var local = new TemporaryDatabase();
        await using var own = new SarkPS.Data.LocalBackend(new SarkOptions { Database = local.Path });
        var set = new ChangeSet(
            [
                SarkPS.Tests.Journal.Steps.Tenant("acme"),
                SarkPS.Tests.Journal.Steps.Update(SarkPS.Tenant.Descriptor, "acme", ("chanmax", 10)),
                SarkPS.Tests.Journal.Steps.Update(SarkPS.Tenant.Descriptor, "acme", ("chanmax", "many")),
                SarkPS.Tests.Journal.Steps.Remove(SarkPS.Queue.Descriptor, "old"),
            ])
        { IsAtomic = false, Reason = "a test" };
        foreach (var isPlan in new[] { true, false })
        {
            var (far, near) = isPlan
                ? (await remote.Changes.PlanAsync(set, default), await own.Changes.PlanAsync(set, default))
                : (await remote.Changes.ApplyAsync(set, default), await own.Changes.ApplyAsync(set, default));
            Assert.Equal(near.Steps.Select(Told), far.Steps.Select(Told));
            Assert.Equal(near.IsApplied, far.IsApplied);
            Assert.Equal(near.ChangeSet is null, far.ChangeSet is null);
        }

        var query = new ChangeQuery { After = 0 };
        Assert.Equal(
            (await own.Changes.HistoryAsync(query, default)).Changes.Select(Entry),
            (await remote.Changes.HistoryAsync(query, default)).Changes.Select(Entry));
        var refusal = await Assert.ThrowsAsync<SarkNotFoundException>(
            () => remote.Changes.UndoAsync("nothing", false, ChangeOrigin.Local, null, default));
        Assert.Equal(
            (await Assert.ThrowsAsync<SarkNotFoundException>(
                () => own.Changes.UndoAsync("nothing", false, ChangeOrigin.Local, null, default))).Message,
            refusal.Message);
        Assert.Equal(
            await own.Changes.TagAsync(SarkPS.Tenant.Descriptor, new RowKey("default"), default),
            await remote.Changes.TagAsync(SarkPS.Tenant.Descriptor, new RowKey("default"), default));
        Assert.Null(await remote.Changes.TagAsync(SarkPS.Tenant.Descriptor, new RowKey("nobody"), default));

        static string Told(StepResult step) =>
            $"{step.Index} {step.Outcome} {step.Key} {step.Error?.Kind} {step.Error?.Message} {string.Join(", ", step.Changes)}";

        static string Entry(ChangeEntry entry) =>
            $"{entry.Sequence} {entry.Resource} {entry.Key} {entry.Action} {entry.Cause} {entry.Reason} {entry.After?.Text("chanmax")}";
    }

    private static (string Name, string Value) Key(string key) => (WireHeaders.IdempotencyKey, key);

    private async Task<JsonNode> GetAsync(string path) => (await client.GetFromJsonAsync<JsonNode>("/api/" + path))!;

    private async Task<JsonNode> PostAsync(string path, string body, HttpStatusCode expected = HttpStatusCode.OK)
    {
        using var response = await SendAsync(HttpMethod.Post, path, body);
        var told = response.StatusCode == expected ? "" : await response.Content.ReadAsStringAsync();
        Assert.Equal((expected, ""), (response.StatusCode, told));
        return (await response.Content.ReadFromJsonAsync<JsonNode>())!;
    }

    private Task<HttpResponseMessage> SendAsync(
        HttpMethod method,
        string path,
        string? body = null,
        params (string Name, string Value)[] headers) => client.SendAsync(method, path, body, headers);
}
