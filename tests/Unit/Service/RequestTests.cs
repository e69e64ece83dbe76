using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Mvc.Testing;
using SarkPS.Data;
using SarkPS.Descriptors;
using SarkPS.Service.Auth;
using SarkPS.Tests.Support;

namespace SarkPS.Tests.Service;

/// <summary>What the service makes of requests before any resource sees them.</summary>
public sealed class RequestTests : IDisposable
{
    private readonly TestDatabase database = new(Schema.Embedded);
    private readonly TestService service;

    public RequestTests() => service = new TestService(database.Path);

    public void Dispose()
    {
        service.Dispose();
        database.Dispose();
    }

    public static TheoryData<string, byte[]> Unreadable => new()
    {
        { "cut short", "{\"pkey\": "u8.ToArray() },
        { "half of a surrogate pair", "{\"pkey\": \"a\\ud800\", \"description\": \"d\"}"u8.ToArray() },
        { "no UTF-8", [.. "{\"pkey\": \"a"u8, 0xff, .. "\", \"description\": \"d\"}"u8] },
        { "no UTF-8 in a name", [.. "{\"p"u8, 0xff, .. "\": 1}"u8] },
    };

    [Theory]
    [MemberData(nameof(Unreadable))]
    public async Task A_body_that_cannot_be_read_is_400_and_changes_nothing(string name, byte[] body)
    {
        using var client = service.CreateClient();
        var before = await client.GetStringAsync("/api/tenants");
        using var content = new ByteArrayContent(body);
        content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        using var response = await client.PostAsync("/api/tenants", content);

        Assert.True(response.StatusCode == HttpStatusCode.BadRequest, $"{name}: {response.StatusCode}");
        Assert.NotNull(JsonNode.Parse(await response.Content.ReadAsStringAsync())!["message"]);
        Assert.Equal(before, await client.GetStringAsync("/api/tenants"));
    }

    [Fact]
    public async Task What_is_made_at_an_address_has_the_key_that_the_address_says()
    {
        using var client = service.CreateClient();
        database.Execute("INSERT INTO IPphone (pkey, cluster) VALUES ('401', 'default'), ('402', 'default')");
        Assert.Equal(HttpStatusCode.Created, await PostAsync("cosrules/abroad", """{"dialplan": "_00X."}"""));
        Assert.Equal(HttpStatusCode.Created, await PostAsync("cosopens/401", """{"COS_pkey": "abroad"}"""));
        Assert.Equal(HttpStatusCode.Created, await PostAsync("coscloses/401", """{"COS_pkey": "abroad", "IPphone_pkey": "401"}"""));
        foreach (var (address, body) in new[] {
            ("cosopens/401", """{"COS_pkey": "abroad", "IPphone_pkey": "402"}"""),
            ("cosrules/mobile", """{"dialplan": "_07X.", "pkey": "other"}""") })
        {
            Assert.Equal(HttpStatusCode.UnprocessableEntity, await PostAsync(address, body));
        }

        Assert.Equal("401", database.Value("SELECT group_concat(IPphone_pkey) FROM IPphoneCOSopen"));
        Assert.Equal("401", database.Value("SELECT group_concat(IPphone_pkey) FROM IPphoneCOSclosed"));
        Assert.Equal("abroad", database.Value("SELECT group_concat(pkey) FROM COS"));

        async Task<HttpStatusCode> PostAsync(string address, string body)
        {
            using var content = new StringContent(body, Encoding.UTF8, "application/json");
            using var response = await client.PostAsync("/api/" + address, content);
            return response.StatusCode;
        }
    }

    [Fact]
    public async Task The_last_of_two_equal_names_counts()
    {
        using var client = service.CreateClient();
        using var content = new StringContent("""{"pkey": "one", "pkey": "two", "description": "d"}""", Encoding.UTF8, "application/json");
        using var response = await client.PostAsync("/api/tenants", content);
        Assert.Equal("two", (string?)JsonNode.Parse(await response.Content.ReadAsStringAsync())!["pkey"]);
    }

    public static TheoryData<string, string, string> Slips => new()
    {
        { "DELETE", "coscloses/{0}?COS_pkey=", "COS_pkey" },
        { "DELETE", "coscloses/{0}?COS_pkey", "COS_pkey" },
        { "DELETE", "coscloses/{0}?COS_pkey=c1&COS_pkey=c2", "COS_pkey" },
        { "DELETE", "coscloses/{0}?COS_pky=c1", "Did you mean COS_pkey?" },
        { "DELETE", "coscloses/{0}?cos=c1", "COS_pkey and force are taken here" },
        { "DELETE", "cosopens/{0}?COS_pkey=", "COS_pkey" },
        { "DELETE", "cosopens/{0}?cospkey=c1", "Did you mean COS_pkey?" },
        { "GET", "coscloses/{0}?COS_pkey=", "COS_pkey" },
        { "DELETE", "extensions/{0}?dryrun=true", "Prefer: dry-run" },
        { "DELETE", "extensions/{0}?whatif", "Prefer: dry-run" },
        { "PUT", "extensions/{0}?dry-run=1", "Prefer: dry-run" },
        { "DELETE", "extensions/{0}?forse=1", "Did you mean force?" },
        { "PUT", "backups/sarkbak.1.zip?dry_run=true", "Did you mean dryrun?" },
        { "PUT", "backups/sarkbak.1.zip?whatif=true", "Did you mean dryrun?" },
        { "PUT", "backups/sarkbak.1.zip?DryRn", "Did you mean dryrun?" },
        { "DELETE", "backups/sarkbak.1.zip?dryrun", "force is taken here" },
        { "POST", "syscommands/reboot?dryrun", "none is taken here" },
        { "POST", "syscommands/commit?dry_run", "Did you mean dryrun?" },
    };

    [Theory]
    [MemberData(nameof(Slips))]
    public async Task A_slip_in_the_query_does_not_do_more_than_was_meant(string method, string path, string said)
    {
        const string Extension = "401";
        database.Execute("INSERT INTO IPphone (pkey, cluster) VALUES ('401', 'default')");
        foreach (var table in new[] { "IPphoneCOSclosed", "IPphoneCOSopen" })
        {
            database.Execute($"INSERT INTO {table} (IPphone_pkey, COS_pkey) VALUES ('{Extension}', 'c1'), ('{Extension}', 'c2')");
        }

        using var client = service.CreateClient();
        using var request = new HttpRequestMessage(
            new HttpMethod(method),
            "/api/" + string.Format(System.Globalization.CultureInfo.InvariantCulture, path, Extension));
        request.Content = method == "GET" ? null : new StringContent("{}", Encoding.UTF8, "application/json");
        using var response = await client.SendAsync(request);
        Assert.Equal(HttpStatusCode.UnprocessableEntity, response.StatusCode);
        Assert.Contains(said, await response.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        foreach (var table in new[] { "IPphoneCOSclosed", "IPphoneCOSopen" })
        {
            Assert.Equal(2L, database.Value($"SELECT count(*) FROM {table} WHERE IPphone_pkey = '{Extension}'"));
        }

        Assert.Equal(1L, database.Value($"SELECT count(*) FROM IPphone WHERE pkey = '{Extension}'"));
    }

    [Fact]
    public async Task Without_a_slip_one_pair_or_all_are_removed_and_other_parameters_are_let_pass()
    {
        const string Extension = "401";
        database.Execute("INSERT INTO IPphone (pkey, cluster) VALUES ('401', 'default')");
        database.Execute($"INSERT INTO IPphoneCOSclosed (IPphone_pkey, COS_pkey) VALUES ('{Extension}', 'c1'), ('{Extension}', 'c2'), "
            + $"('{Extension}', 'c3')");
        using var client = service.CreateClient();
        using var one = await client.DeleteAsync($"/api/coscloses/{Extension}?cos_PKEY=c1");
        Assert.Equal(HttpStatusCode.NoContent, one.StatusCode);
        Assert.Equal(2L, database.Value("SELECT count(*) FROM IPphoneCOSclosed"));
        using var all = await client.DeleteAsync($"/api/coscloses/{Extension}");
        Assert.Equal(HttpStatusCode.NoContent, all.StatusCode);
        Assert.Equal(0L, database.Value("SELECT count(*) FROM IPphoneCOSclosed"));

        using var body = new StringContent("{}", Encoding.UTF8, "application/json");
        using var put = await client.PutAsync($"/api/extensions/{Extension}?_=1700000000&name=x&page=2", body);
        Assert.Equal(HttpStatusCode.OK, put.StatusCode);
    }

    [Fact]
    public async Task What_cannot_be_rehearsed_is_not_done_on_trial()
    {
        using var client = service.CreateClient();
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/syscommands/reboot") { Headers = { { "Prefer", "dry-run" } } };
        using var response = await client.SendAsync(request);
        Assert.Equal(HttpStatusCode.UnprocessableEntity, response.StatusCode);
        Assert.Contains("cannot be rehearsed", await response.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Both_sides_refuse_a_key_that_no_address_can_hold()
    {
        await using var sides = new TwoSides(Schema.Embedded);
        var refusal = await sides.Invalid(t => t.CreateAsync(
            Tenant.Descriptor,
            null,
            new Changes { ["pkey"] = "..", ["description"] = "d" },
            ChangeOptions.Default,
            default));
        Assert.Contains("may not be '..'", refusal.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("multipart")]
    [InlineData("form")]
    [InlineData("json")]
    public async Task A_body_that_is_too_large_is_413_whatever_it_is(string kind)
    {
        await using var listening = await ListeningService.StartAsync(
            database.Path,
            new Dictionary<string, string?> { ["Sark:Service:MaxBodyBytes"] = "2048" });
        using var client = new HttpClient { BaseAddress = listening.Address };
        var text = new string('x', 5000);
        using HttpContent content = kind switch
        {
            "multipart" => new MultipartFormDataContent { { new StringContent(text), "description" } },
            "form" => new FormUrlEncodedContent([new("description", text)]),
            _ => new StringContent($$"""{"description":"{{text}}"}""", Encoding.UTF8, "application/json"),
        };
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/tenants") { Content = content };
        // Without a length the server finds out while it reads.
        request.Headers.TransferEncodingChunked = true;
        using var response = await client.SendAsync(request);
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, response.StatusCode);
        Assert.Contains("too large", await response.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("tenants", """{"pkey":"."}""")]
    [InlineData("tenants", """{"pkey":".."}""")]
    [InlineData("tenants", """{"pkey":" .. "}""")]
    [InlineData("customapps", """{"pkey":"..","cluster":"default"}""")]
    [InlineData("cosrules", """{"pkey":".","cluster":"default"}""")]
    public async Task A_key_that_no_address_can_hold_is_refused(string route, string sent)
    {
        using var client = service.CreateClient();
        using var body = new StringContent(sent, Encoding.UTF8, "application/json");
        using var response = await client.PostAsync("/api/" + route, body);
        Assert.Equal(HttpStatusCode.UnprocessableEntity, response.StatusCode);
        Assert.Contains("could never be reached by it", await response.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_unknown_address_and_a_wrong_method_are_told_apart_in_json()
    {
        using var client = service.CreateClient();
        using var unknown = await client.DeleteAsync("/api/nosuch");
        Assert.Equal(HttpStatusCode.NotFound, unknown.StatusCode);
        Assert.Equal(
            "Page Not Found. Check your URI for correctness",
            (string?)JsonNode.Parse(await unknown.Content.ReadAsStringAsync())!["message"]);

        using var wrong = await client.DeleteAsync("/api/tenants");
        Assert.Equal(HttpStatusCode.MethodNotAllowed, wrong.StatusCode);
        Assert.Equal(["GET", "HEAD", "POST"], wrong.Content.Headers.Allow.Order(StringComparer.Ordinal));
        Assert.NotNull(JsonNode.Parse(await wrong.Content.ReadAsStringAsync())!["message"]);
    }

    [Fact]
    public async Task With_tokens_configured_each_scope_opens_its_own_requests()
    {
        var (reader, readerHash) = ApiTokenFile.Make();
        var (expired, expiredHash) = ApiTokenFile.Make();
        using var closed = service.WithWebHostBuilder(builder => builder
            .UseSetting("Sark:Service:Tokens:0:Name", "reader").UseSetting("Sark:Service:Tokens:0:Sha256", readerHash).UseSetting(
                "Sark:Service:Tokens:0:Scopes:0",
                "read")
            .UseSetting("Sark:Service:Tokens:1:Name", "old").UseSetting("Sark:Service:Tokens:1:Sha256", expiredHash).UseSetting(
                "Sark:Service:Tokens:1:Expires",
                "2020-01-01"));

        Assert.Equal(HttpStatusCode.Unauthorized, await StatusAsync(closed, HttpMethod.Get, "/api/tenants", null));
        Assert.Equal(HttpStatusCode.Unauthorized, await StatusAsync(closed, HttpMethod.Get, "/api/tenants", "sark_" + new string('0', 64)));
        Assert.Equal(HttpStatusCode.Unauthorized, await StatusAsync(closed, HttpMethod.Get, "/api/tenants", expired));
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(closed, HttpMethod.Get, "/api/tenants", reader));
        Assert.Equal(HttpStatusCode.Forbidden, await StatusAsync(closed, HttpMethod.Put, "/api/tenants/default", reader));
        Assert.Equal(HttpStatusCode.Forbidden, await StatusAsync(closed, HttpMethod.Get, "/api/syscommands/commitstatus", reader));
        // Whether it runs says nothing that a reader may not know.
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(closed, HttpMethod.Get, "/api/syscommands/pbxrunstate", reader));
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(closed, HttpMethod.Get, "/health", null));
    }

    [Fact]
    public async Task A_caller_is_told_who_the_service_takes_him_for()
    {
        using var open = service.CreateClient();
        var local = JsonNode.Parse(await open.GetStringAsync("/api/auth/whoami"))!;
        Assert.Equal("local", (string?)local["name"]);
        Assert.Equal(ApiScopes.All, local["scopes"]!.AsArray().Select(s => (string)s!));

        var (token, hash) = ApiTokenFile.Make();
        using var closed = service.WithWebHostBuilder(builder => builder
            .UseSetting("Sark:Service:Tokens:0:Name", "caller").UseSetting("Sark:Service:Tokens:0:Sha256", hash).UseSetting(
                "Sark:Service:Tokens:0:Scopes:0",
                "call"));
        Assert.Equal(HttpStatusCode.Unauthorized, await StatusAsync(closed, HttpMethod.Get, "/api/auth/whoami", null));
        using var client = closed.CreateClient();
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
        var known = JsonNode.Parse(await client.GetStringAsync("/api/auth/whoami"))!.AsObject();
        Assert.Equal("caller", (string?)known["name"]);
        Assert.True(known.ContainsKey("email"));
        Assert.Equal("SarkPS", (string?)known["product"]);
        Assert.Matches(@"^\d+\.\d+\.\d+$", (string?)known["version"]);
        Assert.True((bool)known["dryRun"]!);
    }

    [Fact]
    public async Task A_caller_who_asks_too_often_is_told_when_to_come_back()
    {
        var (token, hash) = ApiTokenFile.Make();
        using var limited = service.WithWebHostBuilder(builder => builder
            .UseSetting("Sark:Service:RequestsPerMinute", "2")
            .UseSetting("Sark:Service:Tokens:0:Name", "busy").UseSetting("Sark:Service:Tokens:0:Sha256", hash));
        using var client = limited.CreateClient();
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
        for (var i = 0; i < 2; i++)
        {
            using var fine = await client.GetAsync("/api/tenants");
            Assert.Equal(HttpStatusCode.OK, fine.StatusCode);
            Assert.Equal(
                ("2", $"{1 - i}", "\"requests\";q=2;w=60"),
                (Header(fine, "X-RateLimit-Limit"), Header(fine, "X-RateLimit-Remaining"), Header(fine, "RateLimit-Policy")));
            Assert.Matches($"^\"requests\";r={1 - i};t=(60|5[0-9])$", Header(fine, "RateLimit"));
        }

        using var refused = await client.GetAsync("/api/tenants");
        Assert.Equal(HttpStatusCode.TooManyRequests, refused.StatusCode);
        Assert.InRange(refused.Headers.RetryAfter!.Delta!.Value.TotalSeconds, 1, 60);
        Assert.Equal(("2", "0"), (Header(refused, "X-RateLimit-Limit"), Header(refused, "X-RateLimit-Remaining")));
        Assert.InRange(
            long.Parse(Header(refused, "X-RateLimit-Reset"), System.Globalization.CultureInfo.InvariantCulture),
            DateTimeOffset.UtcNow.ToUnixTimeSeconds(),
            DateTimeOffset.UtcNow.ToUnixTimeSeconds() + 61);
    }

    [Fact]
    public async Task Commands_have_a_limit_of_their_own_and_what_is_under_way_counts()
    {
        var (token, hash) = ApiTokenFile.Make();
        await using var limited = await ListeningService.StartAsync(database.Path, new Dictionary<string, string?>
        {
            ["Sark:Service:CommandsPerMinute"] = "2",
            ["Sark:Service:RequestsAtOnce"] = "2",
            ["Sark:Service:Tokens:0:Name"] = "busy",
            ["Sark:Service:Tokens:0:Sha256"] = hash,
            ["Sark:Service:Tokens:0:Scopes:0"] = "system",
            ["Sark:Service:Tokens:0:Scopes:1"] = "read",
        });
        using var client = new HttpClient { BaseAddress = limited.Address };
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
        for (var i = 0; i < 2; i++)
        {
            using var fine = await client.GetAsync("/api/jobs");
            Assert.Equal(HttpStatusCode.OK, fine.StatusCode);
            Assert.Equal("2", Header(fine, "X-RateLimit-Limit"));
            Assert.Equal("\"requests\";q=6000;w=60, \"commands\";q=2;w=60", Header(fine, "RateLimit-Policy"));
        }

        using var refused = await client.GetAsync("/api/jobs");
        Assert.Equal(HttpStatusCode.TooManyRequests, refused.StatusCode);
        using (var other = await client.GetAsync("/api/tenants"))
        {
            Assert.Equal(HttpStatusCode.OK, other.StatusCode);
        }

        // Two that go on, and there is no room for a third until one has ended.
        using var stream = await client.GetAsync("/api/changes/events", HttpCompletionOption.ResponseHeadersRead);
        using (await client.GetAsync("/api/changes/events", HttpCompletionOption.ResponseHeadersRead))
        {
            using var third = await client.GetAsync("/api/tenants");
            Assert.Equal((HttpStatusCode.TooManyRequests, "1"), (third.StatusCode, Header(third, "Retry-After")));
        }

        for (var attempt = 0; ; attempt++)
        {
            using var again = await client.GetAsync("/api/tenants");
            if (again.StatusCode == HttpStatusCode.OK)
            {
                break;
            }

            Assert.True(attempt < 100, "There is still no room.");
            await Task.Delay(50);
        }
    }

    private static string Header(HttpResponseMessage response, string name) => Assert.Single(response.Headers.GetValues(name));

    [Theory]
    [InlineData("http://127.0.0.1:44300", false, true)]
    [InlineData("http://localhost:44300", false, true)]
    [InlineData("http://LOCALHOST:44300", false, true)]
    [InlineData("http://127.8.8.8:44300", false, true)]
    [InlineData("http://[::ffff:127.0.0.1]:44300", false, true)]
    [InlineData("http://unix:/run/sarkps.sock", false, true)]
    [InlineData("http://+:44300", true, false)]
    [InlineData("http://[::]:44300", true, false)]
    [InlineData("http://0:44300", true, false)]
    [InlineData("http://localhost.example.com:44300", true, false)]
    [InlineData("http://[::1]:44300", false, true)]
    [InlineData("http://0.0.0.0:44300", true, false)]
    [InlineData("http://*:44300", true, false)]
    [InlineData("http://192.168.1.5:44300", true, false)]
    [InlineData("https://0.0.0.0:44300", false, false)]
    [InlineData("https://0.0.0.0:44300", true, true)]
    public void Beyond_this_machine_it_takes_tls_and_tokens(string address, bool hasTokens, bool isFine)
    {
        var refusal = Record.Exception(() => Exposure.Check([address], hasTokens, new ServiceOptions()));
        Assert.Equal(isFine, refusal is null);
        Assert.Null(Record.Exception(() => Exposure.Check([address], hasTokens, new ServiceOptions { AllowOpen = true })));
    }

    private static async Task<HttpStatusCode> StatusAsync(
        WebApplicationFactory<Program> service,
        HttpMethod method,
        string path,
        string? token)
    {
        using var client = service.CreateClient();
        using var request = new HttpRequestMessage(method, path);
        if (token is not null)
        {
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        }

        using var response = await client.SendAsync(request);
        return response.StatusCode;
    }
}
