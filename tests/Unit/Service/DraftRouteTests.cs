using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using SarkPS.Data;
using SarkPS.Remote;
using SarkPS.Service.Auth;
using SarkPS.Tests.Data;
using SarkPS.Tests.Support;

namespace SarkPS.Tests.Service;

/// <summary>Drafts over HTTP: what is sent with the id of one is tried on a copy, until it is applied or forgotten.</summary>
public sealed class DraftRouteTests : IDisposable
{
    private const string Acme = """{ "pkey": "acme", "description": "Acme" }""";

    private readonly TemporaryDatabase database = new();

    public void Dispose() => database.Dispose();

    [Fact]
    public async Task What_is_sent_with_the_id_of_a_draft_is_seen_by_nobody_else_until_it_is_applied()
    {
        using var service = new TestService(database.Path);
        using var client = service.CreateClient();
        var draft = await BeginAsync(client);
        using var made = await client.SendAsync(HttpMethod.Post, "tenants", Acme, Of(draft));
        Assert.Equal((HttpStatusCode.Created, draft), (made.StatusCode, made.Headers.GetValues(WireHeaders.ChangeDraft).Single()));
        using var batch = await client.SendAsync(HttpMethod.Post, "batch", """
            { "steps": [ { "action": "create", "resource": "extensions", "kind": "unprovisioned", "values": { "pkey": "401", "cluster": "acme" } } ] }
            """, Of(draft));
        Assert.Equal(HttpStatusCode.OK, batch.StatusCode);

        using var within = await client.SendAsync(HttpMethod.Get, "extensions/401", headers: Of(draft));
        using var list = await client.SendAsync(HttpMethod.Get, "tenants", headers: Of(draft));
        using var destinations = await client.SendAsync(HttpMethod.Get, "destinations", headers: Of(draft));
        using var without = await client.SendAsync(HttpMethod.Get, "extensions/401");

        Assert.Equal((HttpStatusCode.OK, HttpStatusCode.NotFound), (within.StatusCode, without.StatusCode));
        Assert.Contains("acme", await list.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        Assert.Contains("401", await destinations.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        using var plan = await client.SendAsync(HttpMethod.Post, $"changes/drafts/{draft}/apply", headers: ("Prefer", "dry-run"));
        Assert.False((bool)(await plan.Content.ReadFromJsonAsync<JsonNode>())!["applied"]!);
        Assert.Empty(database.Query("SELECT pkey FROM Cluster WHERE pkey = 'acme'"));

        using var applied = await client.SendAsync(
            HttpMethod.Post,
            $"changes/drafts/{draft}/apply",
            headers: [(WireHeaders.ChangeReason, "ticket 4711"), (WireHeaders.IdempotencyKey, "\"a\"")]);
        using var again = await client.SendAsync(
            HttpMethod.Post,
            $"changes/drafts/{draft}/apply",
            headers: [(WireHeaders.ChangeReason, "ticket 4711"), (WireHeaders.IdempotencyKey, "\"a\"")]);

        var answer = (await applied.Content.ReadFromJsonAsync<JsonNode>())!;
        Assert.Equal(
            ["tenants created acme", "extensions created 401"],
            answer["steps"]!.AsArray().Select(s => $"{s!["resource"]} {s["result"]} {s["key"]}"));
        Assert.Equal((string)answer["changeSet"]!, applied.Headers.GetValues(WireHeaders.ChangeSet).Single());
        Assert.Equal(await applied.Content.ReadAsStringAsync(), await again.Content.ReadAsStringAsync());
        Assert.Equal(["true"], again.Headers.GetValues(WireHeaders.IdempotentReplayed));
        Assert.Equal(["acme"], database.Query("SELECT cluster FROM IPphone WHERE pkey = '401'"));
        var history = (await client.GetFromJsonAsync<JsonNode>("/api/changes"))!["changes"]!.AsArray();
        Assert.All(history, c => Assert.Equal("ticket 4711", (string)c!["reason"]!));
        await RefusedAsync(client, HttpMethod.Post, $"changes/drafts/{draft}/apply", HttpStatusCode.NotFound, draft);
    }

    [Fact]
    public async Task What_changes_something_else_than_rows_is_refused_and_what_reads_is_not()
    {
        using var service = new TestService(database.Path);
        using var client = service.CreateClient();
        var draft = await BeginAsync(client);

        foreach (var (method, path) in new[]
        {
            (HttpMethod.Post, "snapshots/new"), (HttpMethod.Get, "snapshots/new"), (HttpMethod.Get, "syscommands/commit"),
            (HttpMethod.Post, "changes/01JDG3V6M8S4C0N9Y7Q2T5X1BK/undo"), (HttpMethod.Post, "changes/drafts"),
            (HttpMethod.Post, "astamis/Reload"),
        })
        {
            await RefusedAsync(client, method, path, HttpStatusCode.BadRequest, "cannot be part of a draft", Of(draft));
        }

        foreach (var path in new[] { "changes", "jobs", "auth/whoami" })
        {
            using var read = await client.SendAsync(HttpMethod.Get, path, headers: Of(draft));
            Assert.Equal(HttpStatusCode.OK, read.StatusCode);
        }

        Assert.True((bool)(await client.GetFromJsonAsync<JsonNode>("/api/auth/whoami"))!["drafts"]!);
    }

    [Fact]
    public async Task A_draft_that_is_not_there_never_means_the_exchange()
    {
        using var service = new TestService(database.Path);
        using var client = service.CreateClient();
        var draft = await BeginAsync(client);
        using var thrown = await client.SendAsync(HttpMethod.Delete, $"changes/drafts/{draft}");
        Assert.Equal(HttpStatusCode.NoContent, thrown.StatusCode);

        foreach (var id in new[] { draft, "nobody" })
        {
            await RefusedAsync(client, HttpMethod.Post, "tenants", HttpStatusCode.PreconditionFailed, "Sark:Service:DraftTime", Of(id));
            await RefusedAsync(client, HttpMethod.Get, "tenants", HttpStatusCode.PreconditionFailed, "Sark:Service:DraftTime", Of(id));
        }

        await RefusedAsync(client, HttpMethod.Delete, $"changes/drafts/{draft}", HttpStatusCode.NotFound, "Sark:Service:DraftTime");
        Assert.Empty(database.Query("SELECT pkey FROM Cluster WHERE pkey = 'acme'"));
    }

    [Fact]
    public async Task A_draft_belongs_to_the_token_that_began_it()
    {
        var tokens = new[] { ApiTokenFile.Make(), ApiTokenFile.Make() };
        var settings = new Dictionary<string, string?>();
        foreach (var (token, i) in tokens.Select((t, i) => (t, i)))
        {
            settings[$"Sark:Service:Tokens:{i}:Name"] = $"robot {i}";
            settings[$"Sark:Service:Tokens:{i}:Sha256"] = token.Sha256;
            settings[$"Sark:Service:Tokens:{i}:Scopes:0"] = "read";
            settings[$"Sark:Service:Tokens:{i}:Scopes:1"] = "write";
        }

        using var service = new TestService(database.Path, settings);
        using var mine = service.CreateClient();
        using var other = service.CreateClient();
        mine.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", tokens[0].Token);
        other.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", tokens[1].Token);
        var draft = await BeginAsync(mine);

        await RefusedAsync(other, HttpMethod.Get, "tenants", HttpStatusCode.PreconditionFailed, draft, Of(draft));
        await RefusedAsync(other, HttpMethod.Post, $"changes/drafts/{draft}/apply", HttpStatusCode.NotFound, draft);
        await RefusedAsync(other, HttpMethod.Delete, $"changes/drafts/{draft}", HttpStatusCode.NotFound, draft);
        using var own = await mine.SendAsync(HttpMethod.Get, "tenants", headers: Of(draft));
        Assert.Equal(HttpStatusCode.OK, own.StatusCode);
    }

    [Fact]
    public async Task There_are_only_so_many_and_what_nobody_asks_for_is_forgotten()
    {
        using var service = new TestService(database.Path, new Dictionary<string, string?>
        {
            ["Sark:Service:DraftsPerCaller"] = "2",
            ["Sark:Service:DraftTime"] = "00:00:05",
        });
        using var client = service.CreateClient();
        var (first, second) = (await BeginAsync(client), await BeginAsync(client));

        using (var full = await client.SendAsync(HttpMethod.Post, "changes/drafts"))
        {
            Assert.Equal(HttpStatusCode.TooManyRequests, full.StatusCode);
            Assert.NotNull(full.Headers.RetryAfter);
            Assert.Contains("DraftsPerCaller", await full.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        }

        // Who asks for one keeps it.
        for (var i = 0; i < 13; i++)
        {
            await Task.Delay(500);
            using var kept = await client.SendAsync(HttpMethod.Get, "tenants", headers: Of(second));
            Assert.Equal(HttpStatusCode.OK, kept.StatusCode);
        }

        await RefusedAsync(client, HttpMethod.Get, "tenants", HttpStatusCode.PreconditionFailed, first, Of(first));
        await BeginAsync(client);
    }

    [Fact]
    public async Task All_callers_together_have_only_so_many()
    {
        using var service = new TestService(database.Path, new Dictionary<string, string?> { ["Sark:Service:Drafts"] = "1" });
        using var client = service.CreateClient();
        await BeginAsync(client);

        using var full = await client.SendAsync(HttpMethod.Post, "changes/drafts");

        Assert.Equal(HttpStatusCode.TooManyRequests, full.StatusCode);
        Assert.Contains("Drafts (Sark:Service)", await full.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_is_sent_to_a_draft_again_is_done_once()
    {
        using var service = new TestService(database.Path);
        using var client = service.CreateClient();
        var draft = await BeginAsync(client);
        (string, string)[] headers = [Of(draft), (WireHeaders.IdempotencyKey, "\"k\"")];
        using var first = await client.SendAsync(HttpMethod.Post, "tenants", Acme, headers);
        using var second = await client.SendAsync(HttpMethod.Post, "tenants", Acme, headers);

        Assert.Equal((HttpStatusCode.Created, HttpStatusCode.Created), (first.StatusCode, second.StatusCode));
        Assert.Equal(["true"], second.Headers.GetValues(WireHeaders.IdempotentReplayed));
        using var other = await client.SendAsync(HttpMethod.Post, "tenants", """{ "pkey": "other", "description": "O" }""", headers);
        Assert.Equal(HttpStatusCode.UnprocessableEntity, other.StatusCode);
    }

    [Fact]
    public async Task A_draft_has_no_more_steps_than_a_set()
    {
        using var service = new TestService(database.Path, new Dictionary<string, string?> { ["Sark:Service:BatchSteps"] = "1" });
        using var client = service.CreateClient();
        var draft = await BeginAsync(client);
        using var first = await client.SendAsync(HttpMethod.Post, "tenants", Acme, Of(draft));
        Assert.Equal(HttpStatusCode.Created, first.StatusCode);

        await RefusedAsync(client, HttpMethod.Delete, "tenants/acme", HttpStatusCode.RequestEntityTooLarge, "BatchSteps", Of(draft));
    }

    [Fact]
    public async Task The_module_has_a_set_once_though_its_answer_was_lost()
    {
        using var service = new TestService(database.Path);
        var lossy = new LossyHandler(service.Server.CreateHandler(), request => request.RequestUri!.AbsolutePath.EndsWith(
            "/apply",
            StringComparison.Ordinal));
        await using var remote = new RemoteBackend(new SarkHttpClient(new HttpClient(lossy)
        {
            BaseAddress = new Uri("http://localhost"),
        }));
        await using var draft = await remote.Changes.BeginDraftAsync(default);
        await draft.Tables.CreateAsync(
            SarkPS.Tenant.Descriptor,
            null,
            DatabaseExtensions.Values(("pkey", "acme"), ("description", "Acme")),
            default);

        var result = await draft.ApplyAsync(false, ChangeOrigin.Local, "once", default);

        Assert.True(result.IsApplied);
        Assert.Equal(1, lossy.Lost);
        var history = (await remote.Changes.HistoryAsync(new ChangeQuery(), default)).Changes;
        Assert.Equal((result.ChangeSet, "once"), (Assert.Single(history).ChangeSet, history[0].Reason));
    }

    [Fact]
    public async Task When_the_service_ends_its_drafts_are_gone()
    {
        using var folder = new TemporaryFolder();
        var name = $"{Guid.NewGuid():N}.db";
        File.Copy(database.Path, folder[name]);
        await using (var service = await ListeningService.StartAsync(folder[name]))
        {
            using var client = new HttpClient { BaseAddress = service.Address };
            await BeginAsync(client);
            Assert.Single(Copies());
        }

        Assert.Empty(Copies());

        string[] Copies() =>
            [.. Directory.GetDirectories(Path.GetTempPath(), "sarkps-draft-*").Where(d => File.Exists(Path.Combine(d, name)))];
    }

    private static (string Name, string Value) Of(string draft) => (WireHeaders.ChangeDraft, draft);

    private static async Task<string> BeginAsync(HttpClient client)
    {
        using var response = await client.SendAsync(HttpMethod.Post, "changes/drafts");
        var text = await response.Content.ReadAsStringAsync();
        Assert.True(response.StatusCode == HttpStatusCode.Created, text);
        var answer = JsonNode.Parse(text)!;
        Assert.Equal($"/api/changes/drafts/{answer["draft"]}", response.Headers.Location!.ToString());
        Assert.True(DateTimeOffset.Parse((string)answer["expires"]!, null) > DateTimeOffset.UtcNow);
        return (string)answer["draft"]!;
    }

    private static async Task RefusedAsync(
        HttpClient client,
        HttpMethod method,
        string path,
        HttpStatusCode expected,
        string named,
        params (string Name, string Value)[] headers)
    {
        using var response = await client.SendAsync(
            method,
            path,
            method == HttpMethod.Post ? Acme : null,
            [("Accept", WireHeaders.Problem), .. headers]);
        var text = await response.Content.ReadAsStringAsync();
        Assert.True(response.StatusCode == expected, $"{method} {path}: {response.StatusCode} {text}");
        Assert.Contains(named, text, StringComparison.Ordinal);
    }

    /// <summary>Loses the first answer to some requests, once they were done.</summary>
    private sealed class LossyHandler(HttpMessageHandler inner, Func<HttpRequestMessage, bool> loses) : DelegatingHandler(inner)
    {
        public int Lost { get; private set; }

        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            var response = await base.SendAsync(request, cancellationToken);
            if (Lost > 0 || !loses(request))
            {
                return response;
            }

            Lost++;
            response.Dispose();
            throw new HttpRequestException("The connection was closed.");
        }
    }
}
