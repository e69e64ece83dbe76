using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Routing;
using SarkPS.Data;
using SarkPS.Service.Auth;
using SarkPS.Tests.Support;

namespace SarkPS.Tests.Service;

/// <summary>Who is let in to what: tokens and scopes at every route, browsers, proxies, and what is logged of it.</summary>
public sealed class FrontDoorTests : IDisposable
{
    private readonly TestDatabase database = new(Schema.Embedded);
    private readonly CapturedLog log = new();

    public void Dispose() => database.Dispose();

    [Fact]
    public async Task Every_route_asks_for_the_one_scope_that_it_needs()
    {
        var tokens = ApiScopes.All.ToDictionary(s => s, _ => ApiTokenFile.Make());
        var settings = tokens.SelectMany((t, i) => new Dictionary<string, string?>
        {
            [$"Sark:Service:Tokens:{i}:Name"] = t.Key,
            [$"Sark:Service:Tokens:{i}:Sha256"] = t.Value.Sha256,
            [$"Sark:Service:Tokens:{i}:Scopes:0"] = t.Key,
        }).ToDictionary();
        await using var service = await ListeningService.StartAsync(database.Path, settings);
        using var client = new HttpClient { BaseAddress = service.Address };
        var wrong = new List<string>();
        foreach (var endpoint in service.Endpoints)
        {
            var path = "/" + string.Join('/', endpoint.RoutePattern.PathSegments.Select(s => s.Parts[
                0] is Microsoft.AspNetCore.Routing.Patterns.RoutePatternParameterPart ? "nosuch"
                    : ((Microsoft.AspNetCore.Routing.Patterns.RoutePatternLiteralPart)s.Parts[0]).Content)).TrimStart('/');
            foreach (var method in endpoint.Metadata.GetMetadata<HttpMethodMetadata>()!.HttpMethods)
            {
                var needed = Needed(method, path);
                if (needed == "events")
                {
                    continue;
                }

                Judge(
                    method,
                    path,
                    "none",
                    await StatusAsync(client, method, path, null),
                    needed == "public" ? null : HttpStatusCode.Unauthorized);
                foreach (var (scope, (token, _)) in tokens)
                {
                    Judge(
                        method,
                        path,
                        scope,
                        await StatusAsync(client, method, path, token),
                        needed is "public" or "any" || needed == scope ? null : HttpStatusCode.Forbidden);
                }
            }
        }

        Assert.True(wrong.Count == 0, string.Join(Environment.NewLine, wrong));
        Assert.True(service.Endpoints.Count > 100);

        void Judge(string method, string path, string scope, HttpStatusCode status, HttpStatusCode? expected)
        {
            if (expected is { } code ? status != code : status is HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden)
            {
                wrong.Add($"{method} {path} with {scope}: {status}");
            }
        }
    }

    // As docs/service.md has it; a route that is not told there fails.
    private static string Needed(string method, string path)
    {
        var isRead = method is "GET" or "HEAD";
        return path switch
        {
            "/health" or "/health/live" or "/health/ready" or "/docs" or "/docs/scalar.js"
                or "/openapi.json" or "/api/auth/login" => "public",
            "/api/auth/whoami" or "/api/auth/logout" => "any",
            "/api/syscommands/pbxrunstate" => "read",
            "/api/astamis/originate" or "/api/astamis/Hangup/nosuch/nosuch" => "call",
            // The general route of functions answers HEAD; it finds no function of this name.
            "/api/astamis/Reload" => "system",
            "/api/astamis/events" => "events",
            _ when path.StartsWith("/api/auth/tokens", StringComparison.Ordinal) => "tokens",
            _ when path.StartsWith("/api/syscommands", StringComparison.Ordinal)
                || path.StartsWith("/api/backups", StringComparison.Ordinal)
                || path.StartsWith("/api/snapshots", StringComparison.Ordinal)
                || path.StartsWith(
                    "/api/firewalls",
                    StringComparison.Ordinal)
                || path.StartsWith("/api/jobs", StringComparison.Ordinal) => "system",
            _ => isRead ? "read" : "write",
        };
    }

    [Fact]
    public async Task Options_needs_no_token_and_says_what_there_is()
    {
        await using var service = await ListeningService.StartAsync(database.Path, OneToken(out _));
        using var client = new HttpClient { BaseAddress = service.Address };
        using var request = new HttpRequestMessage(HttpMethod.Options, "/api/tenants");
        using var response = await client.SendAsync(request);
        Assert.Equal(HttpStatusCode.NoContent, response.StatusCode);
        Assert.Contains("POST", response.Content.Headers.Allow);
    }

    [Fact]
    public async Task Wrong_tokens_are_slowed_and_logged_and_right_ones_are_not()
    {
        await using var service = await ListeningService.StartAsync(database.Path, OneToken(out var right), log: log);
        using var client = new HttpClient { BaseAddress = service.Address };
        var begun = TimeProvider.System.GetTimestamp();
        for (var i = 0; i < 5; i++)
        {
            Assert.Equal(HttpStatusCode.Unauthorized, await StatusAsync(client, "GET", "/api/tenants", "sark_" + new string('0', 64)));
        }

        Assert.True(TimeProvider.System.GetElapsedTime(begun) > TimeSpan.FromMilliseconds(1200));
        Assert.Equal(5, log.Lines.Count(l => l.Contains("a wrong or expired token", StringComparison.Ordinal)));

        // More at a time than may wait are refused at once; the right one passes meanwhile.
        var flood = Enumerable.Range(0, 12).Select(_ => StatusAsync(client, "GET", "/api/tenants", "guess")).ToArray();
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(client, "GET", "/api/tenants", right));
        var answers = await Task.WhenAll(flood);
        Assert.Contains(HttpStatusCode.TooManyRequests, answers);
        Assert.All(answers, a => Assert.True(a is HttpStatusCode.TooManyRequests or HttpStatusCode.Unauthorized));
        Assert.Empty(log.Errors);
    }

    [Fact]
    public async Task A_change_is_logged_with_who_and_which_request_and_a_refusal_in_a_line()
    {
        await using var service = await ListeningService.StartAsync(database.Path, OneToken(out var right), log: log);
        using var client = new HttpClient { BaseAddress = service.Address };
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", right);
        client.DefaultRequestHeaders.Add("X-Request-Id", "ticket-4711");
        using var content = Json("""{"pkey":"acme","description":"Acme"}""");
        using var response = await client.PostAsync("/api/tenants", content);
        Assert.Equal(HttpStatusCode.Created, response.StatusCode);
        Assert.Equal(["ticket-4711"], response.Headers.GetValues("X-Request-Id"));
        Assert.Contains(log.Lines, l => l.Contains("POST /api/tenants by robot from 127.0.0.1", StringComparison.Ordinal)
            && l.Contains("ticket-4711", StringComparison.Ordinal));

        using var refused = await client.GetAsync("/api/backups");
        Assert.Equal(HttpStatusCode.Forbidden, refused.StatusCode);
        Assert.Equal(["ticket-4711"], refused.Headers.GetValues("X-Request-Id"));
        Assert.Single(log.Lines, l => l.Contains("lacks the scope 'system'", StringComparison.Ordinal));
        Assert.Empty(log.Errors);

        client.DefaultRequestHeaders.Remove("X-Request-Id");
        client.DefaultRequestHeaders.TryAddWithoutValidation("X-Request-Id", "a b\tc");
        using var other = await client.GetAsync("/api/tenants");
        Assert.NotEqual("a b\tc", other.Headers.GetValues("X-Request-Id").Single());
    }

    public static TheoryData<string, string, string, HttpStatusCode> Browsers => new()
    {
        // Programs.
        { "GET", "/api/tenants", "", HttpStatusCode.OK },
        { "GET", "/api/tenants", "Host: localhost:1", HttpStatusCode.OK },
        { "GET", "/api/tenants", "Host: [::1]", HttpStatusCode.OK },
        { "GET", "/api/tenants", "Host: 127.0.0.1", HttpStatusCode.OK },
        { "GET", "/api/snapshots/new", "", HttpStatusCode.OK },
        { "GET", "/api/snapshots/new", "User-Agent: Mozilla/5.0 PowerShell/7.6.9", HttpStatusCode.OK },
        { "POST", "/api/snapshots/new", "Origin: http://localhost\nHost: localhost", HttpStatusCode.OK },
        { "GET", "/api/snapshots/new", "Sec-Fetch-Site: same-origin\nSec-Fetch-Mode: cors\nSec-Fetch-Dest: empty", HttpStatusCode.OK },
        // A plain read that another site's page cannot see the answer of, as sark6api has it.
        { "GET", "/api/tenants", "Origin: http://example.com", HttpStatusCode.OK },
        // Names that are not the service's.
        { "GET", "/api/tenants", "Host: rebound.example.com", HttpStatusCode.Forbidden },
        { "GET", "/health", "Host: rebound.example.com", HttpStatusCode.Forbidden },
        { "GET", "/api/tenants", "Host: localhost.example.com", HttpStatusCode.Forbidden },
        { "GET", "/api/tenants", "Host: 127.0.0.1.example.com", HttpStatusCode.Forbidden },
        { "GET", "/api/tenants", "Host: 192.0.2.1", HttpStatusCode.Forbidden },
        // Pages of other sites.
        { "GET", "/api/tenants", "Sec-Fetch-Site: cross-site", HttpStatusCode.Forbidden },
        { "GET", "/api/tenants", "Sec-Fetch-Site: same-site", HttpStatusCode.Forbidden },
        { "POST", "/api/snapshots/new", "Sec-Fetch-Site: cross-site", HttpStatusCode.Forbidden },
        { "POST", "/api/snapshots/new", "Origin: http://example.com", HttpStatusCode.Forbidden },
        { "POST", "/api/snapshots/new", "Origin: http://localhost:3000\nHost: localhost:44300", HttpStatusCode.Forbidden },
        { "POST", "/api/snapshots/new", "Origin: null", HttpStatusCode.Forbidden },
        { "POST", "/api/snapshots/new", "Referer: http://example.com/page", HttpStatusCode.Forbidden },
        { "DELETE", "/api/tenants/nosuch", "Origin: http://example.com", HttpStatusCode.Forbidden },
        // GETs that change, as a browser makes them by itself.
        {
            "GET",
            "/api/snapshots/new",
            "Sec-Fetch-Mode: navigate\nSec-Fetch-Site: none\nSec-Fetch-Dest: document",
            HttpStatusCode.Forbidden },
        {
            "GET",
            "/api/snapshots/new",
            "Sec-Fetch-Mode: no-cors\nSec-Fetch-Site: same-origin\nSec-Fetch-Dest: image",
            HttpStatusCode.Forbidden },
        { "GET", "/api/snapshots/new", "Sec-Fetch-Dest: script", HttpStatusCode.Forbidden },
        { "GET", "/api/snapshots/new", "Referer: http://example.com/page", HttpStatusCode.Forbidden },
        { "GET", "/api/snapshots/new", "Origin: http://example.com", HttpStatusCode.Forbidden },
        { "GET", "/api/snapshots/new", "Sec-Purpose: prefetch", HttpStatusCode.Forbidden },
        { "GET", "/api/syscommands/reboot", "Referer: http://example.com/page", HttpStatusCode.Forbidden },
        { "GET", "/api/astamis/Reload", "Sec-Fetch-Mode: no-cors", HttpStatusCode.Forbidden },
        { "GET", "/api/backups/new", "Sec-Fetch-Mode: navigate", HttpStatusCode.Forbidden },
        // Callers behind a proxy on this machine.
        { "GET", "/api/tenants", "X-Forwarded-For: 198.51.100.7", HttpStatusCode.Forbidden },
        { "GET", "/api/tenants", "X-Forwarded-For: 127.0.0.1", HttpStatusCode.Forbidden },
        { "GET", "/api/tenants", "Forwarded: for=198.51.100.7", HttpStatusCode.Forbidden },
        { "GET", "/api/tenants", "X-Real-IP: 198.51.100.7", HttpStatusCode.Forbidden },
        { "GET", "/api/tenants", "Via: 1.1 proxy", HttpStatusCode.Forbidden },
    };

    [Theory]
    [MemberData(nameof(Browsers))]
    public async Task Open_to_this_machine_is_not_open_to_pages_and_proxies_on_it(
        string method,
        string path,
        string headers,
        HttpStatusCode expected)
    {
        await using var service = await ListeningService.StartAsync(database.Path);
        Directory.CreateDirectory(Path.Combine(Path.GetDirectoryName(database.Path)!, "opt/sark/snap"));
        using var client = new HttpClient { BaseAddress = service.Address };
        using var request = new HttpRequestMessage(new HttpMethod(method), path);
        foreach (var header in headers.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(h => h.Split(": ")))
        {
            request.Headers.TryAddWithoutValidation(header[0], header[1]);
        }

        using var response = await client.SendAsync(request);
        Assert.True(response.StatusCode == expected, $"{response.StatusCode}: {await response.Content.ReadAsStringAsync()}");
        if (expected == HttpStatusCode.Forbidden)
        {
            Assert.NotNull(JsonNode.Parse(await response.Content.ReadAsStringAsync())!["message"]);
        }
    }

    [Fact]
    public async Task Names_and_proxies_that_are_configured_are_known()
    {
        var settings = OneToken(out var right);
        settings["Sark:Service:Hosts:0"] = "pbx.example.com";
        settings["Sark:Service:Hosts:1"] = "*.example.net";
        settings["Sark:Service:Proxies:0"] = "127.0.0.1";
        await using var service = await ListeningService.StartAsync(database.Path, settings, log: log);
        using var client = new HttpClient { BaseAddress = service.Address };
        foreach (var (host, expected) in new[] {
            ("pbx.example.com", HttpStatusCode.OK),
            ("a.example.net", HttpStatusCode.OK),
            ("example.net", HttpStatusCode.Forbidden),
            ("pbx.example.org", HttpStatusCode.Forbidden) })
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, "/api/tenants")
            {
                Headers = { Host = host, Authorization = new AuthenticationHeaderValue("Bearer", right) }
            };
            using var response = await client.SendAsync(request);
            Assert.Equal(expected, response.StatusCode);
        }

        using var passed = new HttpRequestMessage(HttpMethod.Post, "/api/tenants")
        {
            Content = Json("""{"pkey":"acme","description":"Acme"}"""),
            Headers = { Authorization = new AuthenticationHeaderValue("Bearer", right) }
        };
        passed.Headers.Add("X-Forwarded-For", "198.51.100.7");
        using var made = await client.SendAsync(passed);
        Assert.Equal(HttpStatusCode.Created, made.StatusCode);
        Assert.Contains(log.Lines, l => l.Contains("from 198.51.100.7", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("application/json", HttpStatusCode.Created)]
    [InlineData("application/json; charset=utf-8", HttpStatusCode.Created)]
    [InlineData("application/vnd.api+json", HttpStatusCode.Created)]
    [InlineData(null, HttpStatusCode.Created)]
    [InlineData("text/plain;application/json", HttpStatusCode.BadRequest)]
    [InlineData("text/plain; x=application/json", HttpStatusCode.BadRequest)]
    [InlineData("text/plain, application/json", HttpStatusCode.BadRequest)]
    [InlineData("application/jsonp", HttpStatusCode.BadRequest)]
    [InlineData("application/json; charset=utf-16", HttpStatusCode.BadRequest)]
    public async Task Json_is_what_has_its_media_type(string? type, HttpStatusCode expected)
    {
        await using var service = await ListeningService.StartAsync(database.Path);
        using var client = new HttpClient { BaseAddress = service.Address };
        using var content = new ByteArrayContent("""{"pkey":"acme","description":"Acme"}"""u8.ToArray());
        content.Headers.TryAddWithoutValidation("Content-Type", type);
        using var response = await client.PostAsync("/api/tenants", content);
        Assert.Equal(expected, response.StatusCode);
    }

    [Theory]
    [InlineData("GET / HTTP/9.9\r\nHost: localhost\r\n\r\n", 505)]
    [InlineData("rubbish\r\n\r\n", 400)]
    [InlineData("GET /api/tenants HTTP/1.1\r\n\r\n", 400)]
    [InlineData("GET /api/tenants/%00 HTTP/1.1\r\nHost: localhost\r\n\r\n", 400)]
    [InlineData("GET /api/tenants HTTP/1.1\r\nHost: localhost\r\nno header\r\n\r\n", 400)]
    [InlineData("GET /LONG HTTP/1.1\r\nHost: localhost\r\n\r\n", 414)]
    [InlineData("GET /api/tenants HTTP/1.1\r\nHost: localhost\r\nX: LONG\r\n\r\n", 431)]
    [InlineData("POST /api/tenants HTTP/1.1\r\nHost: localhost\r\nContent-Length: 999999999\r\n\r\n", 413)]
    [InlineData("POST /api/tenants HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n\r\n", 400)]
    [InlineData("POST /api/tenants HTTP/1.1\r\nHost: localhost\r\nContent-Length: -1\r\n\r\n", 400)]
    public async Task What_the_server_itself_refuses_is_json_too(string request, int status)
    {
        var answer = await SendAsync(request.Replace("LONG", new string('a', 40_000), StringComparison.Ordinal));
        Assert.StartsWith($"HTTP/1.1 {status} ", answer, StringComparison.Ordinal);
        Assert.Contains("application/json", answer, StringComparison.Ordinal);
        Assert.NotNull(JsonNode.Parse(answer[answer.IndexOf('{', StringComparison.Ordinal)..(answer.LastIndexOf('}') + 1)])!["message"]);
        Assert.Empty(log.Errors);
    }

    [Theory]
    [InlineData("POST /api/tenants", 413)]
    [InlineData("PUT /api/tenants", 405)]
    [InlineData("POST /api/nosuch", 404)]
    [InlineData("POST /nosuch", 404)]
    [InlineData("POST /api/greetings", 413)]
    public async Task Who_is_answered_before_a_body_that_is_too_large_is_told_that_the_connection_ends(string request, int status)
    {
        var answer = await SendAsync(
            $"{request} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 999999999999\r\n\r\n");
        Assert.StartsWith($"HTTP/1.1 {status} ", answer, StringComparison.Ordinal);
        Assert.Contains("Connection: close\r\n", answer, StringComparison.Ordinal);
        Assert.Empty(log.Errors);
    }

    // What is sent is no whole request, and the answer ends with the connection.
    private async Task<string> SendAsync(string request)
    {
        await using var service = await ListeningService.StartAsync(database.Path, log: log);
        using var client = new TcpClient();
        await client.ConnectAsync(service.Address.Host, service.Address.Port);
        var stream = client.GetStream();
        await stream.WriteAsync(Encoding.Latin1.GetBytes(request));
        using var reader = new StreamReader(stream);
        return await reader.ReadToEndAsync();
    }

    [Fact]
    public async Task A_body_within_the_limit_costs_no_connection()
    {
        await using var service = await ListeningService.StartAsync(database.Path, log: log);
        using var client = new HttpClient { BaseAddress = service.Address };
        using var body = new ByteArrayContent(new byte[1024 * 1024]);
        using var response = await client.PutAsync("/api/tenants", body);
        Assert.Equal(HttpStatusCode.MethodNotAllowed, response.StatusCode);
        Assert.NotEqual(true, response.Headers.ConnectionClose);
    }

    [Theory]
    [InlineData("a/b")]
    [InlineData("a%2Fb")]
    [InlineData("a?b")]
    [InlineData("a#b")]
    [InlineData("a b")]
    [InlineData("a%b")]
    [InlineData("a+b")]
    [InlineData("*60")]
    [InlineData("ü")]
    public async Task A_key_that_was_made_is_found_where_the_service_says(string key)
    {
        await using var service = await ListeningService.StartAsync(database.Path);
        using var client = new HttpClient { BaseAddress = service.Address };
        using var content = Json(new JsonObject { ["pkey"] = key, ["cluster"] = "default" }.ToJsonString());
        using var made = await client.PostAsync("/api/customapps", content);
        if (made.StatusCode == HttpStatusCode.UnprocessableEntity)
        {
            // Not a key that SARK can carry: it never comes to be, so it need not be found.
            return;
        }

        Assert.Equal(HttpStatusCode.Created, made.StatusCode);
        var found = JsonNode.Parse(await client.GetStringAsync(made.Headers.Location))!;
        Assert.Equal(key, (string?)found["pkey"]);
        Assert.Equal(key, (string?)JsonNode.Parse(await client.GetStringAsync("/api/customapps/" + Uri.EscapeDataString(key)))!["pkey"]);
        using var removed = await client.DeleteAsync(made.Headers.Location + "?force=1");
        Assert.Equal(HttpStatusCode.NoContent, removed.StatusCode);
    }

    [Theory]
    [InlineData("force=1", HttpStatusCode.OK)]
    [InlineData("force=true", HttpStatusCode.OK)]
    [InlineData("force=YES", HttpStatusCode.OK)]
    [InlineData("force", HttpStatusCode.OK)]
    [InlineData("force=0", HttpStatusCode.Conflict)]
    [InlineData("force=no", HttpStatusCode.Conflict)]
    [InlineData("", HttpStatusCode.Conflict)]
    [InlineData("force=maybe", HttpStatusCode.BadRequest)]
    public async Task A_switch_means_the_same_everywhere(string query, HttpStatusCode expected)
    {
        await using var service = await ListeningService.StartAsync(database.Path);
        using var client = new HttpClient { BaseAddress = service.Address };
        using var tenant = Json("""{"pkey":"acme","description":"Acme"}""");
        using var app = Json("""{"pkey":"app","cluster":"acme"}""");
        Assert.Equal(HttpStatusCode.Created, (await client.PostAsync("/api/tenants", tenant)).StatusCode);
        Assert.Equal(HttpStatusCode.Created, (await client.PostAsync("/api/customapps", app)).StatusCode);
        using var response = await client.DeleteAsync("/api/tenants/acme?" + query);
        Assert.Equal(expected, response.StatusCode);
    }

    private static StringContent Json(string text) => new(text, Encoding.UTF8, "application/json");

    private static Dictionary<string, string?> OneToken(out string token)
    {
        (token, var hash) = ApiTokenFile.Make();
        return new()
        {
            ["Sark:Service:Tokens:0:Name"] = "robot",
            ["Sark:Service:Tokens:0:Sha256"] = hash,
            ["Sark:Service:Tokens:0:Scopes:0"] = "read",
            ["Sark:Service:Tokens:0:Scopes:1"] = "write"
        };
    }

    private static async Task<HttpStatusCode> StatusAsync(HttpClient client, string method, string path, string? token)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), path);
        request.Headers.Authorization = token is null ? null : new AuthenticationHeaderValue("Bearer", token);
        using var response = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        return response.StatusCode;
    }
}
