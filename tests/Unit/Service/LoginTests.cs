using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using SarkPS.Data;
using SarkPS.Service.Auth;
using SarkPS.Tests.Support;

namespace SarkPS.Tests.Service;

/// <summary>Accounts, and the pages of other origins that log in with them.</summary>
public sealed class LoginTests : IDisposable
{
    private const string Origin = "https://panel.example.com";
    private readonly TestDatabase database = new(Schema.Embedded);
    private readonly CapturedLog log = new();

    public void Dispose() => database.Dispose();

    [Fact]
    public async Task A_password_becomes_a_token_until_the_logout()
    {
        await using var service = await ListeningService.StartAsync(database.Path, Account(), log: log);
        using var client = new HttpClient { BaseAddress = service.Address };
        Assert.Equal(HttpStatusCode.Unauthorized, (await GetAsync(client, "/api/tenants", null)).Status);
        var (status, answer) = await LoginAsync(client, "ADMIN@example.com", "secret99");
        Assert.Equal((HttpStatusCode.OK, "Bearer", 8 * 3600), (status, (string?)answer["token_type"], (int)answer["expires_in"]!));
        var token = (string)answer["accessToken"]!;
        var (_, who) = await GetAsync(client, "/api/auth/whoami", token);
        Assert.Equal(
            ("Ann", "admin@example.com", "read write"),
            ((string?)who["name"], (string?)who["email"], string.Join(' ', who["scopes"]!.AsArray())));
        Assert.Equal(HttpStatusCode.OK, (await GetAsync(client, "/api/tenants", token)).Status);
        Assert.Equal(HttpStatusCode.Forbidden, (await GetAsync(client, "/api/syscommands", token)).Status);

        // Another login of the same account goes on when one ends.
        var second = (string)(await LoginAsync(client, "admin@example.com", "secret99")).Answer["accessToken"]!;
        Assert.NotEqual(token, second);
        Assert.Equal(HttpStatusCode.OK, (await GetAsync(client, "/api/auth/logout", token)).Status);
        Assert.Equal(HttpStatusCode.Unauthorized, (await GetAsync(client, "/api/auth/whoami", token)).Status);
        Assert.Equal(HttpStatusCode.OK, (await GetAsync(client, "/api/auth/whoami", second)).Status);
        Assert.DoesNotContain(
            log.Lines,
            l => l.Contains("secret99", StringComparison.Ordinal) || l.Contains(token, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("admin@example.com", "secret98")]
    [InlineData("nobody@example.com", "secret99")]
    [InlineData("admin@example.com", "SECRET99")]
    public async Task What_is_wrong_is_told_alike_and_slowed(string email, string password)
    {
        await using var service = await ListeningService.StartAsync(database.Path, Account(), log: log);
        using var client = new HttpClient { BaseAddress = service.Address };
        var begun = TimeProvider.System.GetTimestamp();
        for (var i = 0; i < 4; i++)
        {
            var (status, answer) = await LoginAsync(client, email, password);
            Assert.Equal((HttpStatusCode.Unauthorized, """{"message":"Unauthorized"}"""), (status, answer.ToJsonString()));
        }

        // 100, 200 and 400 ms, and the hashing.
        Assert.True(TimeProvider.System.GetElapsedTime(begun) > TimeSpan.FromMilliseconds(700));
        Assert.Equal(4, log.Lines.Count(l => l.Contains("a wrong e-mail address or password", StringComparison.Ordinal)));
        Assert.DoesNotContain(log.Lines, l => l.Contains(password, StringComparison.Ordinal));
        Assert.Equal(HttpStatusCode.OK, (await LoginAsync(client, "admin@example.com", "secret99")).Status);
    }

    [Fact]
    public async Task What_is_missing_is_named_and_too_long_a_password_is_nobodys()
    {
        await using var service = await ListeningService.StartAsync(database.Path, Account());
        using var client = new HttpClient { BaseAddress = service.Address };
        using var response = await client.PostAsync(new Uri("/api/auth/login", UriKind.Relative), Json("{\"email\":\"\"}"));
        Assert.Equal(HttpStatusCode.UnprocessableEntity, response.StatusCode);
        Assert.Equal(
            """{"email":["The email field is required."],"password":["The password field is required."]}""",
            await response.Content.ReadAsStringAsync());
        Assert.Equal(HttpStatusCode.Unauthorized, (await LoginAsync(client, "admin@example.com", new string('x', 100_000))).Status);
    }

    [Fact]
    public async Task A_login_ends_with_its_time_and_with_the_password()
    {
        using var folder = new TemporaryFolder();
        var file = folder["appsettings.json"];
        await WriteAsync("secret99", "00:00:02");
        await using var service = await ListeningService.StartAsync(database.Path, file: file);
        using var client = new HttpClient { BaseAddress = service.Address };
        var token = (string)(await LoginAsync(client, "admin@example.com", "secret99")).Answer["accessToken"]!;
        Assert.Equal(HttpStatusCode.OK, (await GetAsync(client, "/api/auth/whoami", token)).Status);
        await Task.Delay(2100);
        Assert.Equal(HttpStatusCode.Unauthorized, (await GetAsync(client, "/api/auth/whoami", token)).Status);

        await WriteAsync("secret99", "08:00:00");
        await UntilAsync(async () => (int)(await LoginAsync(client, "admin@example.com", "secret99")).Answer["expires_in"]! > 2);
        token = (string)(await LoginAsync(client, "admin@example.com", "secret99")).Answer["accessToken"]!;
        await WriteAsync("another1", "08:00:00");
        await UntilAsync(async () => (await GetAsync(client, "/api/auth/whoami", token)).Status == HttpStatusCode.Unauthorized);

        Task WriteAsync(string password, string time) => File.WriteAllTextAsync(file, $$$$"""
            {"Sark":{"Service":{"LoginTime":"{{{{time}}}}","Accounts":[{"Email":"admin@example.com","Password":"{{{{Passwords.Hash(password)}}}}"}]}}}
            """);
    }

    [Fact]
    public async Task A_token_of_the_configuration_outlives_a_logout_and_an_open_service_knows_everybody()
    {
        var (token, hash) = ApiTokenFile.Make();
        var settings = new Dictionary<string, string?>
        {
            ["Sark:Service:Tokens:0:Name"] = "robot",
            ["Sark:Service:Tokens:0:Sha256"] = hash
        };
        await using (var service = await ListeningService.StartAsync(database.Path, settings))
        {
            using var client = new HttpClient { BaseAddress = service.Address };
            var (status, answer) = await GetAsync(client, "/api/auth/logout", token);
            Assert.Equal((HttpStatusCode.OK, true), (status, ((string)answer["message"]!).Contains("'robot'", StringComparison.Ordinal)));
            var (_, who) = await GetAsync(client, "/api/auth/whoami", token);
            Assert.Equal(("robot", null), ((string?)who["name"], (string?)who["email"]));
        }

        await using var open = await ListeningService.StartAsync(
            database.Path,
            new Dictionary<string, string?> { ["Sark:Service:Access"] = "Open" });
        using var anybody = new HttpClient { BaseAddress = open.Address };
        Assert.Equal((HttpStatusCode.OK, "local"), ((await GetAsync(anybody, "/api/auth/whoami", null))
            .Status, (string?)(await GetAsync(anybody, "/api/auth/whoami", null)).Answer["name"]));
        Assert.Equal(HttpStatusCode.OK, (await GetAsync(anybody, "/api/auth/logout", null)).Status);
        Assert.Equal(HttpStatusCode.Unauthorized, (await LoginAsync(anybody, "admin@example.com", "secret99")).Status);
    }

    [Theory]
    [InlineData("Sark:Service:Accounts:0:Email", "nobody", "no e-mail address")]
    [InlineData("Sark:Service:Accounts:0:Password", "secret99", "must be a hash")]
    [InlineData("Sark:Service:Accounts:0:Scopes:0", "admin", "no scope 'admin'")]
    [InlineData("Sark:Service:Accounts:1:Email", "Admin@Example.com", "must be a hash")]
    [InlineData("Sark:Service:Accounts:0:Pasword", "x", "Did you mean Sark:Service:Accounts:0:Password?")]
    [InlineData("Sark:Service:LoginTime", "8", "'8'")]
    [InlineData("Sark:Service:LoginTime", "00:00:00", "longer than nothing")]
    [InlineData("Sark:Service:Origins:0", "*", "'*'")]
    [InlineData("Sark:Service:Origins:0", "https://*.example.com", "'https://*.example.com'")]
    [InlineData("Sark:Service:Origins:0", "panel.example.com", "https://pbx.example.com")]
    [InlineData("Sark:Service:Origins:0", "https://panel.example.com/app", "without a path")]
    [InlineData("Sark:Service:Origins:0", "null", "'null'")]
    [InlineData("Sark:Service:Origins", "https://panel.example.com", "must be a list")]
    public async Task A_setting_that_cannot_be_meant_stops_the_start(string name, string value, string what)
    {
        var settings = Account();
        settings[name] = value;
        var refusal = await Assert.ThrowsAsync<SarkException>(() => ListeningService.StartAsync(database.Path, settings));
        Assert.Contains(what, refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_command_asks_for_a_password_and_prints_its_hash()
    {
        using var output = new StringWriter();
        using var errors = new StringWriter();
        Assert.Equal(0, AccountCommand.Run(["ann@example.com", "read", "system"], output, errors, _ => "correct horse"));
        var entry = JsonNode.Parse(output.ToString()[output.ToString().IndexOf('{', StringComparison.Ordinal)..])!;
        Assert.True(Passwords.Matches("correct horse", (string)entry["Password"]!));
        Assert.False(Passwords.Matches("correct horse ", (string)entry["Password"]!));
        Assert.Equal(["read", "system"], entry["Scopes"]!.AsArray().Select(s => (string?)s));
        Assert.DoesNotContain("correct horse", output.ToString(), StringComparison.Ordinal);
        Assert.Equal(
            (2, 2, 2, 2),
            (Run("nobody"), Run("ann@example.com", "root"), AccountCommand.Run(["ann@example.com"], output, errors, _ => "short"), Run()));
        Assert.Contains("8 to 256", errors.ToString(), StringComparison.Ordinal);

        int Run(params string[] arguments) => AccountCommand.Run(arguments, output, errors, _ => "correct horse");
    }

    [Fact]
    public async Task Only_a_page_of_an_allowed_origin_may_use_the_service()
    {
        var settings = Account();
        settings["Sark:Service:Origins:0"] = Origin;
        await using var service = await ListeningService.StartAsync(database.Path, settings);
        using var client = new HttpClient { BaseAddress = service.Address };
        var token = (string)(await LoginAsync(client, "admin@example.com", "secret99")).Answer["accessToken"]!;

        // The browser's question needs no token.
        using (var asked = await SendAsync(
            client,
            HttpMethod.Options,
            "/api/tenants",
            Origin,
            null,
            "Access-Control-Request-Method: PUT\nAccess-Control-Request-Headers: authorization,content-type"))
        {
            Assert.Equal((HttpStatusCode.NoContent, Origin), (asked.StatusCode, Header(asked, "Access-Control-Allow-Origin")));
            Assert.Contains("PUT", Header(asked, "Access-Control-Allow-Methods"), StringComparison.Ordinal);
            Assert.Contains("authorization", Header(asked, "Access-Control-Allow-Headers"), StringComparison.OrdinalIgnoreCase);
            Assert.Null(Header(asked, "Access-Control-Allow-Credentials"));
        }

        const string Browser = "Sec-Fetch-Site: cross-site\nSec-Fetch-Mode: cors\nSec-Fetch-Dest: empty";
        using (var changed = await SendAsync(
            client, HttpMethod.Post, "/api/tenants", Origin, token, Browser,
            """{"pkey":"acme","description":"Acme"}"""))
        {
            Assert.Equal((HttpStatusCode.Created, Origin), (changed.StatusCode, Header(changed, "Access-Control-Allow-Origin")));
            Assert.Contains("X-Request-Id", Header(changed, "Access-Control-Expose-Headers"), StringComparison.Ordinal);
        }

        // A refusal the page can read too.
        using (var refused = await SendAsync(client, HttpMethod.Get, "/api/tenants", Origin, null, Browser))
        {
            Assert.Equal((HttpStatusCode.Unauthorized, Origin), (refused.StatusCode, Header(refused, "Access-Control-Allow-Origin")));
        }

        foreach (var other in new[] {
            "https://panel.example.org",
            "http://panel.example.com",
            "https://panel.example.com:8443",
            "https://panel.example.com.evil.example",
            "null" })
        {
            using var answer = await SendAsync(client, HttpMethod.Get, "/api/tenants", other, token, Browser);
            Assert.Equal((HttpStatusCode.Forbidden, null), (answer.StatusCode, Header(answer, "Access-Control-Allow-Origin")));
            using var asked = await SendAsync(
                client, HttpMethod.Options, "/api/tenants", other, null, "Access-Control-Request-Method: PUT");
            Assert.Null(Header(asked, "Access-Control-Allow-Origin"));
        }

        // What changes by GET is still no page, image or script.
        using (var page = await SendAsync(
            client,
            HttpMethod.Get,
            "/api/auth/logout",
            Origin,
            token,
            "Sec-Fetch-Site: cross-site\nSec-Fetch-Mode: navigate\nSec-Fetch-Dest: document"))
        {
            Assert.Equal(HttpStatusCode.Forbidden, page.StatusCode);
        }
    }

    [Fact]
    public async Task Without_the_setting_no_origin_is_allowed()
    {
        await using var service = await ListeningService.StartAsync(database.Path);
        using var client = new HttpClient { BaseAddress = service.Address };
        using var asked = await SendAsync(client, HttpMethod.Options, "/api/tenants", Origin, null, "Access-Control-Request-Method: PUT");
        Assert.Equal((HttpStatusCode.NoContent, null), (asked.StatusCode, Header(asked, "Access-Control-Allow-Origin")));
        Assert.Contains("POST", asked.Content.Headers.Allow);
        using var changed = await SendAsync(client, HttpMethod.Post, "/api/tenants", Origin, null, "", "{}");
        Assert.Equal((HttpStatusCode.Forbidden, null), (changed.StatusCode, Header(changed, "Access-Control-Allow-Origin")));
    }

    private static Dictionary<string, string?> Account() => new()
    {
        ["Sark:Service:Accounts:0:Name"] = "Ann",
        ["Sark:Service:Accounts:0:Email"] = "admin@example.com",
        ["Sark:Service:Accounts:0:Password"] = Hash.Value,
        ["Sark:Service:Accounts:0:Scopes:0"] = "read",
        ["Sark:Service:Accounts:0:Scopes:1"] = "write",
    };

    private static readonly Lazy<string> Hash = new(() => Passwords.Hash("secret99"));

    private static async Task<(HttpStatusCode Status, JsonObject Answer)> LoginAsync(HttpClient client, string email, string password)
    {
        using var response = await client.PostAsync(
            new Uri("/api/auth/login", UriKind.Relative),
            Json(new JsonObject { ["email"] = email, ["password"] = password }.ToJsonString()));
        return (response.StatusCode, JsonNode.Parse(await response.Content.ReadAsStringAsync())!.AsObject());
    }

    private static async Task<(HttpStatusCode Status, JsonNode Answer)> GetAsync(HttpClient client, string path, string? token)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        request.Headers.Authorization = token is null ? null : new AuthenticationHeaderValue("Bearer", token);
        using var response = await client.SendAsync(request);
        return (response.StatusCode, JsonNode.Parse(await response.Content.ReadAsStringAsync())!);
    }

    private static async Task<HttpResponseMessage> SendAsync(
        HttpClient client,
        HttpMethod method,
        string path,
        string origin,
        string? token,
        string headers,
        string? body = null)
    {
        using var request = new HttpRequestMessage(method, path) { Content = body is null ? null : Json(body) };
        request.Headers.Add("Origin", origin);
        request.Headers.Authorization = token is null ? null : new AuthenticationHeaderValue("Bearer", token);
        foreach (var header in headers.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(h => h.Split(": ")))
        {
            request.Headers.Add(header[0], header[1]);
        }

        return await client.SendAsync(request);
    }

    private static string? Header(HttpResponseMessage response, string name) =>
        response.Headers.TryGetValues(name, out var values) ? string.Join(',', values) : null;

    private static StringContent Json(string text) => new(text, Encoding.UTF8, "application/json");

    private static async Task UntilAsync(Func<Task<bool>> condition)
    {
        for (var i = 0; i < 60; i++)
        {
            if (await condition())
            {
                return;
            }

            await Task.Delay(250);
        }

        Assert.Fail("It did not come about within 15 seconds.");
    }
}
