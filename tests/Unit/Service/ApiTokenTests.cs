using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Routing;
using SarkPS.Data;
using SarkPS.Service;
using SarkPS.Service.Auth;
using SarkPS.Tests.Support;

namespace SarkPS.Tests.Service;

/// <summary>Tokens that are made, used and revoked while the service runs.</summary>
public sealed class ApiTokenTests : IDisposable
{
    private const string Tokens = "/api/auth/tokens";

    private readonly TestDatabase database = new(Schema.Embedded);
    private readonly CapturedLog log = new();

    public void Dispose() => database.Dispose();

    [Fact]
    public async Task The_first_token_closes_the_service_and_one_that_is_revoked_is_refused_at_once()
    {
        await using var service = await ListeningService.StartAsync(database.Path, log: log);
        using var client = new HttpClient { BaseAddress = service.Address };
        Assert.Equal(HttpStatusCode.OK, (await SendAsync(client, "GET", "/api/tenants", null)).Status);
        var (status, made) = await SendAsync(client, "POST", Tokens, null, """{"name":"Ann","scopes":["read","tokens"]}""");
        Assert.Equal(HttpStatusCode.Created, status);
        var token = (string)made!["token"]!;

        Assert.Equal(HttpStatusCode.Unauthorized, (await SendAsync(client, "GET", "/api/tenants", null)).Status);
        Assert.Equal(HttpStatusCode.OK, (await SendAsync(client, "GET", "/api/tenants", token)).Status);
        Assert.Equal(HttpStatusCode.Forbidden, (await SendAsync(client, "POST", "/api/tenants", token, "{}")).Status);
        var (_, who) = await SendAsync(client, "GET", "/api/auth/whoami", token);
        Assert.Equal(("Ann", "read tokens"), ((string?)who!["name"], string.Join(' ', who["scopes"]!.AsArray())));
        var (_, list) = await SendAsync(client, "GET", Tokens, token);
        var only = Assert.Single(list!.AsArray())!;
        Assert.Equal(("Ann", "127.0.0.1"), ((string?)only["name"], (string?)only["lastUsedFrom"]));
        Assert.DoesNotContain(token, list!.ToJsonString(), StringComparison.Ordinal);

        Assert.Equal(HttpStatusCode.NoContent, (await SendAsync(client, "DELETE", Tokens + "/ANN", token)).Status);
        Assert.Equal(HttpStatusCode.Unauthorized, (await SendAsync(client, "GET", "/api/tenants", token)).Status);
        // And it stays closed, though there is none any more.
        Assert.Equal(HttpStatusCode.Unauthorized, (await SendAsync(client, "GET", "/api/tenants", null)).Status);
        Assert.DoesNotContain(log.Lines, l => l.Contains(token, StringComparison.Ordinal));
        Assert.DoesNotContain(
            Directory.GetFiles(database.Folder, "*", SearchOption.AllDirectories),
            f => Encoding.Latin1.GetString(File.ReadAllBytes(f)).Contains(token, StringComparison.Ordinal));
    }

    [Fact]
    public async Task What_another_process_makes_and_revokes_counts_at_once()
    {
        await using var service = await ListeningService.StartAsync(database.Path);
        using var client = new HttpClient { BaseAddress = service.Address };
        await using var local = new LocalBackend(database.Options);
        Assert.Empty(await local.Tokens.ListAsync());
        var made = await local.Tokens.CreateAsync(new ApiTokenWish("night job") { Scopes = ["read"] });
        Assert.Equal(HttpStatusCode.OK, (await SendAsync(client, "GET", "/api/tenants", made.Token)).Status);
        Assert.Equal(HttpStatusCode.Unauthorized, (await SendAsync(client, "GET", "/api/tenants", null)).Status);
        await local.Tokens.RemoveAsync("night job");
        Assert.Equal(HttpStatusCode.Unauthorized, (await SendAsync(client, "GET", "/api/tenants", made.Token)).Status);
        Assert.Equal("night job", (await Assert.ThrowsAsync<SarkNotFoundException>(() => local.Tokens.RemoveAsync("night job"))).Target);

        // A file that was put in the place of the old one is another.
        var again = await local.Tokens.CreateAsync(new ApiTokenWish("again"));
        Assert.Equal(HttpStatusCode.OK, (await SendAsync(client, "GET", "/api/tenants", again.Token)).Status);
        await local.DisposeAsync();
        foreach (var file in Directory.GetFiles(database.Folder, "*service.db*", SearchOption.AllDirectories))
        {
            File.Delete(file);
        }

        Assert.Equal(HttpStatusCode.OK, (await SendAsync(client, "GET", "/api/tenants", null)).Status);
    }

    [Fact]
    public async Task Nobody_makes_a_token_that_may_do_more_than_he_may()
    {
        await using var service = await ListeningService.StartAsync(database.Path);
        using var client = new HttpClient { BaseAddress = service.Address };
        var end = DateTimeOffset.UtcNow.AddDays(1);
        var maker = (string)(await SendAsync(client, "POST", Tokens, null,
            $$"""{"name":"maker","scopes":["read","tokens"],"networks":["127.0.0.0/8"],"expires":"{{end:O}}"}""")).Answer!["token"]!;
        foreach (var (body, told) in new[]
        {
            ($$"""{"name":"a","scopes":["write"],"expires":"{{end:O}}"}""", "'write'"),
            ("""{"name":"a"}""", "ends himself"),
            ($$"""{"name":"a","expires":"{{end.AddDays(1):O}}"}""", "ends himself"),
            ($$"""{"name":"a","networks":["0.0.0.0/0"],"expires":"{{end:O}}"}""", "127.0.0.0/8"),
        })
        {
            var (status, answer) = await SendAsync(client, "POST", Tokens, maker, body);
            Assert.Equal(HttpStatusCode.Forbidden, status);
            Assert.Contains(told, (string?)answer!["message"], StringComparison.Ordinal);
        }

        var (_, child) = await SendAsync(client, "POST", Tokens, maker, $$"""{"name":"child","expires":"{{end.AddHours(-1):O}}"}""");
        Assert.Equal(("127.0.0.0/8", "maker"), ((string?)child!["networks"]![0], (string?)child["createdBy"]));
        Assert.Equal(HttpStatusCode.Forbidden, (await SendAsync(client, "GET", Tokens, (string?)child["token"])).Status);
    }

    [Theory]
    [InlineData("""{}""", "name")]
    [InlineData("""{"name":"-x"}""", "name")]
    [InlineData("""{"name":"a\nb"}""", "name")]
    [InlineData("""{"name":"a","scopes":["admin"]}""", "scopes")]
    [InlineData("""{"name":"a","scopes":[]}""", "scopes")]
    [InlineData("""{"name":"a","networks":["10.0.0.0/99"]}""", "networks")]
    [InlineData("""{"name":"a","networks":["everywhere"]}""", "networks")]
    [InlineData("""{"name":"a","expires":"2001-01-01T00:00:00Z"}""", "expires")]
    public async Task What_is_wrong_is_told_by_field_and_nothing_is_made(string body, string field)
    {
        await using var service = await ListeningService.StartAsync(database.Path);
        using var client = new HttpClient { BaseAddress = service.Address };
        var (status, answer) = await SendAsync(client, "POST", Tokens, null, body);
        Assert.Equal(HttpStatusCode.UnprocessableEntity, status);
        Assert.Equal([field], answer!.AsObject().Select(e => e.Key));
        Assert.Empty((await SendAsync(client, "GET", Tokens, null)).Answer!.AsArray());
    }

    [Fact]
    public async Task Names_are_taken_once_and_those_of_the_configuration_stay_there()
    {
        var settings = TestService.WithToken("robot", out var token);
        await using var service = await ListeningService.StartAsync(database.Path, settings);
        using var client = new HttpClient { BaseAddress = service.Address };
        Assert.Equal(HttpStatusCode.Created, (await SendAsync(client, "POST", Tokens, token, """{"name":"Ann"}""")).Status);
        Assert.Equal(HttpStatusCode.Conflict, (await SendAsync(client, "POST", Tokens, token, """{"name":"ann"}""")).Status);
        Assert.Equal(HttpStatusCode.Conflict, (await SendAsync(client, "POST", Tokens, token, """{"name":"Robot"}""")).Status);
        Assert.Equal(HttpStatusCode.Conflict, (await SendAsync(client, "DELETE", Tokens + "/robot", token)).Status);
        Assert.Equal(HttpStatusCode.NotFound, (await SendAsync(client, "DELETE", Tokens + "/bob", token)).Status);
        Assert.Equal(HttpStatusCode.BadRequest, (await SendAsync(client, "POST", Tokens, token, """{"name":["x"]}""")).Status);
    }

    [Fact]
    public async Task A_service_with_a_token_of_its_own_may_be_reached_from_elsewhere_and_one_that_cannot_read_them_serves_nobody()
    {
        using (var tokens = ApiTokenFile.Of(database.Options, () => database.Path))
        {
            await tokens.CreateAsync(new ApiTokenWish("only"));
        }

        var settings = new Dictionary<string, string?> { ["Sark:Service:Access"] = "Tokens" };
        await using var service = await ListeningService.StartAsync(database.Path, settings, log: log);
        Assert.Contains(log.Lines, l => l.Contains("'only' (read)", StringComparison.Ordinal));
        using var client = new HttpClient { BaseAddress = service.Address };
        Assert.Equal(HttpStatusCode.Unauthorized, (await SendAsync(client, "GET", "/api/tenants", null)).Status);
        var file = Assert.Single(Directory.GetFiles(database.Folder, "*service.db", SearchOption.AllDirectories));
        if (!OperatingSystem.IsWindows())
        {
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file));
        }

        File.Delete(file);
        await File.WriteAllTextAsync(file, "no database, and long enough for a header, ".PadRight(4096, '.'));
        Assert.Equal(HttpStatusCode.ServiceUnavailable, (await SendAsync(client, "GET", "/api/tenants", "sark_00")).Status);
    }

    [Fact]
    public async Task The_command_makes_lists_and_revokes_beside_a_running_service()
    {
        await using var service = await ListeningService.StartAsync(database.Path);
        using var client = new HttpClient { BaseAddress = service.Address };
        string[] where = [.. TestService.Settings(database.Path).Where(s => s.Key.StartsWith("Sark:", StringComparison.Ordinal))
            .Select(s => $"--{s.Key}={s.Value}")];
        var output = Run(0, "crm", "read", "--network", "127.0.0.1", "--expires", "2199-12-31");
        var token = output.Split("once: ")[1].Split('\n')[0].Trim();
        Assert.Equal(HttpStatusCode.OK, (await SendAsync(client, "GET", "/api/tenants", token)).Status);
        Assert.Contains("crm: read, from 127.0.0.1, until 2199", Run(0, "--list"), StringComparison.Ordinal);
        Run(2, "crm");
        Run(0, "--revoke", "crm");
        Assert.Equal(HttpStatusCode.Unauthorized, (await SendAsync(client, "GET", "/api/tenants", token)).Status);
        Assert.Throws<SarkNotFoundException>(() => Run(0, "--revoke", "crm"));

        string Run(int code, params string[] words)
        {
            using var output = new StringWriter();
            using var errors = new StringWriter();
            Assert.Equal(code, CommandLine.Run(["token", .. words, .. where], output, errors));
            return output.ToString() + errors;
        }
    }

    /// <summary>Every route that is mapped, with every kind of token that is none. Which scope each needs, the front door's tests know.</summary>
    [SkippableFact]
    public async Task Nothing_answers_who_may_not_ask()
    {
        Skip.IfNot(OperatingSystem.IsLinux(), "Elsewhere a machine has one loopback address, and wrong tokens of one are slowed.");
        await using var service = await ListeningService.StartAsync(database.Path);
        var file = ApiTokenFile.Of(database.Options, () => database.Path);
        using var past = ApiTokenFile.Of(
            database.Options,
            () => database.Path,
            new StoppedClock(DateTimeOffset.UtcNow.AddDays(-2)));
        var old = new ApiTokenWish("old") { Scopes = ApiScopes.All, Expires = DateTimeOffset.UtcNow.AddDays(-1) };
        var expired = (await past.CreateAsync(old)).Token;
        var elsewhere = (await file.CreateAsync(new ApiTokenWish("far") { Scopes = ApiScopes.All, Networks = ["192.0.2.0/24"] })).Token;
        var revoked = (await file.CreateAsync(new ApiTokenWish("gone") { Scopes = ApiScopes.All })).Token;
        await file.RemoveAsync("gone");
        var right = (await file.CreateAsync(new ApiTokenWish("right") { Scopes = ApiScopes.All })).Token;
        file.Dispose();
        var host = 0;
        // Each from an address of its own, since wrong tokens of one are slowed.
        using var handler = new SocketsHttpHandler
        {
            PooledConnectionLifetime = TimeSpan.Zero,
            ConnectCallback = async (context, token) =>
            {
                var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
                var number = Interlocked.Increment(ref host);
                socket.Bind(new IPEndPoint(new IPAddress([127, 1, (byte)(number / 250), (byte)((number % 250) + 1)]), 0));
                await socket.ConnectAsync(IPAddress.Loopback, context.DnsEndPoint.Port, token);
                return new NetworkStream(socket, ownsSocket: true);
            },
        };
        using var client = new HttpClient(handler) { BaseAddress = service.Address };
        (string Name, string? Header)[] wrong =
        [
            ("no token", null), ("an expired one", "Bearer " + expired), ("a revoked one", "Bearer " + revoked),
            ("one for elsewhere", "Bearer " + elsewhere), ("half of one", "Bearer " + right[..^1]),
            ("another scheme", "Basic eDp5"),
        ];
        var asked = 0;
        foreach (var endpoint in service.Endpoints)
        {
            if (endpoint.Metadata.GetMetadata<IAllowAnonymous>() is not null)
            {
                continue;
            }

            var path = System.Text.RegularExpressions.Regex.Replace(endpoint.RoutePattern.RawText!, @"\{[^}]*\}", "x");
            foreach (var method in endpoint.Metadata.GetMetadata<HttpMethodMetadata>()!.HttpMethods)
            {
                foreach (var (name, header) in wrong)
                {
                    Assert.True(
                        await StatusAsync(method, path, header) == HttpStatusCode.Unauthorized,
                        $"{method} {path} with {name}");
                }
            }
        }

        Assert.Equal(HttpStatusCode.OK, await StatusAsync("GET", "/api/tenants", "Bearer " + right));
        Assert.True(asked > 1000, $"{asked} requests");

        async Task<HttpStatusCode> StatusAsync(string method, string path, string? header)
        {
            asked++;
            using var request = new HttpRequestMessage(new HttpMethod(method), path);
            if (header is not null)
            {
                request.Headers.TryAddWithoutValidation("Authorization", header);
            }

            using var response = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
            return response.StatusCode;
        }
    }

    private static async Task<(HttpStatusCode Status, JsonNode? Answer)> SendAsync(
        HttpClient client,
        string method,
        string path,
        string? token,
        string? body = null)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), path);
        request.Headers.Authorization = token is null ? null : new AuthenticationHeaderValue("Bearer", token);
        request.Content = body is null ? null : new StringContent(body, Encoding.UTF8, "application/json");
        using var response = await client.SendAsync(request);
        var text = await response.Content.ReadAsStringAsync();
        return (response.StatusCode, text.Length > 0 ? JsonNode.Parse(text) : null);
    }
}
