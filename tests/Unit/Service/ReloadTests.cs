using System.Net;
using System.Net.Http.Headers;
using System.Net.NetworkInformation;
using System.Net.Sockets;
using System.Text.Json;
using SarkPS.Data;
using SarkPS.Service.Auth;
using SarkPS.Tests.Support;

namespace SarkPS.Tests.Service;

/// <summary>Settings files that are saved while the service runs.</summary>
public sealed class ReloadTests : IDisposable
{
    private readonly TestDatabase database = new(Schema.Embedded);
    private readonly TemporaryFolder folder = new();
    private readonly CapturedLog log = new();

    private string File => folder["appsettings.json"];

    public void Dispose()
    {
        database.Dispose();
        folder.Dispose();
    }

    [Fact]
    public async Task Tokens_follow_the_file_and_a_broken_file_changes_nothing()
    {
        var (first, firstHash) = ApiTokenFile.Make();
        var (second, secondHash) = ApiTokenFile.Make();
        Save(WithTokens(("first", firstHash), ("second", secondHash)));
        await using var service = await ListeningService.StartAsync(database.Path, file: File, log: log);
        using var client = new HttpClient { BaseAddress = service.Address };
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(client, first));

        // Out of the file is out at once.
        Save(WithTokens(("second", secondHash)));
        await UntilAsync(async () => await StatusAsync(client, first) == HttpStatusCode.Unauthorized);
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(client, second));

        foreach (var broken in new[] {
            """{"Sark":{"Service":{"Tokens":[{"Name":"se""",
            """{"Sark":{"Service":{"Tokens":[]}}}""",
            """{"Sark":{"Service":{"Token":[]}}}""",
            """{"Sark":{"Root":"/a"},"Sark":{"Root":"/b"}}""",
            "",
            "[]",
            """{"Sark":{"Service":{"Tokens":[{"Name":"second","Sha256":"x"}]}}}""" })
        {
            log.Clear();
            Save(broken);
            await UntilAsync(() => Task.FromResult(log.Lines.Any(l => l.Contains("not taken over", StringComparison.Ordinal))));
            Assert.Equal(HttpStatusCode.OK, await StatusAsync(client, second));
            Assert.Equal(HttpStatusCode.Unauthorized, await StatusAsync(client, null));
            Assert.Single(log.Lines, l => l.Contains("not taken over", StringComparison.Ordinal));
            Assert.Empty(log.Errors);
        }

        // Without any nobody is served, and not everybody.
        Save("{}");
        await UntilAsync(async () => await StatusAsync(client, second) == HttpStatusCode.Unauthorized);
        Assert.Equal(HttpStatusCode.Unauthorized, await StatusAsync(client, null));
        Assert.Contains(log.Lines, l => l.Contains("nobody is served", StringComparison.Ordinal));
    }

    [Fact]
    public async Task An_address_is_judged_before_it_is_bound()
    {
        var (one, other) = (FreePort(), FreePort());
        Save(Endpoint($"http://127.0.0.1:{one}"));
        await using var service = await ListeningService.StartAsync(
            database.Path,
            new Dictionary<string, string?> { ["urls"] = null },
            File,
            log);
        Assert.True(await ListensAsync(one));

        foreach (var open in new[] {
            $"http://0.0.0.0:{other}",
            $"http://*:{other}",
            $"http://[::]:{other}",
            $"https://0.0.0.0:{other}",
            $"http://pbx.example.com:{other}",
            $"http://0.0.0.0:{one}" })
        {
            log.Clear();
            Save(Endpoint(open));
            await UntilAsync(() => Task.FromResult(
                log.Lines.Any(l => l.Contains("not taken over", StringComparison.Ordinal) && l.Contains(open, StringComparison.Ordinal))));
            Assert.DoesNotContain(
                IPGlobalProperties.GetIPGlobalProperties().GetActiveTcpListeners(),
                l => (l.Port == other || l.Port == one) && !IPAddress.IsLoopback(l.Address));
            Assert.True(await ListensAsync(one));
        }

        log.Clear();
        Save(Endpoint($"http://127.0.0.1:{other}"));
        await UntilAsync(() => ListensAsync(other));

        Save(JsonSerializer.Serialize(new
        {
            Kestrel = new
            {
                Endpoints = new
                {
                    Main = new
                    {
                        Url = $"https://127.0.0.1:{one}",
                        Certificate = new
                        {
                            Path = folder.Write("broken.pem", "no certificate"),
                            KeyPath = folder.Write("broken.key", "no key")
                        }
                    }
                }
            }
        }));
        await UntilAsync(() => Task.FromResult(log.Lines.Any(l => l.Contains("The certificate of", StringComparison.Ordinal))));
        Assert.True(await ListensAsync(other));

        using (var taken = new TcpListener(IPAddress.Loopback, 0))
        {
            taken.Start();
            Save(Endpoint($"http://127.0.0.1:{((IPEndPoint)taken.LocalEndpoint).Port}"));
            await UntilAsync(() => Task.FromResult(log.Lines.Any(l => l.Contains("cannot be listened on", StringComparison.Ordinal))));
            Assert.True(await ListensAsync(other));
        }

        Assert.Empty(log.Errors);
    }

    [Fact]
    public async Task What_cannot_be_listened_on_changes_nothing_and_the_way_back_is_open()
    {
        var (one, other) = (FreePort(), FreePort());
        var good = Endpoint($"http://127.0.0.1:{one}");
        Save(good);
        await using var service = await ListeningService.StartAsync(
            database.Path,
            new Dictionary<string, string?> { ["urls"] = null },
            File,
            log);

        static string Two(string first, string second) => "{\"Kestrel\":{\"Endpoints\":{\"A\":" + first + ",\"B\":" + second + "}}}";
        foreach (var bad in new[]
        {
            Endpoint("http://unix:/nonexistent/x.sock"),
            Endpoint($"http://127.0.0.1:{other}/base"),
            Endpoint("http://localhost:0"),
            Endpoint("http://127.0.0.1:99999"),
            Endpoint("http://192.0.2.1:" + one),
            Two(
                $$"""{"Url":"http://127.0.0.1:{{one}}"}""",
                $$$"""{"Url":"https://127.0.0.1:{{{other}}}","Certificate":{"Path":"/nonexistent.pfx"}}"""),
            Two($$"""{"Url":"http://127.0.0.1:{{other}}"}""", $$"""{"Url":"http://localhost:{{other}}"}"""),
            Two($$"""{"Url":"http://127.0.0.1:{{other}}"}""", """{"Protocols":"Http1"}"""),
            Two($$"""{"Url":"http://127.0.0.1:{{one}}"}""", $$"""{"Urls":"http://127.0.0.1:{{other}}"}"""),
            Two($$"""{"Url":"http://127.0.0.1:{{one}}"}""", $$"""{"Url":"http://127.0.0.1:{{other}}","Protocols":"Http9"}"""),
        })
        {
            log.Clear();
            Save(bad.Replace("http://192", "https://192", StringComparison.Ordinal));
            await UntilAsync(() => Task.FromResult(log.Lines.Any(l => l.Contains("not taken over", StringComparison.Ordinal))));
            Assert.DoesNotContain(log.Lines, l => l.Contains("were changed to", StringComparison.Ordinal));
            Assert.DoesNotContain('\n', log.Lines.First(l => l.Contains("not taken over", StringComparison.Ordinal)));
            Assert.True(await ListensAsync(one));
            Assert.False(await ListensAsync(other));

            Save(good);
            await UntilAsync(() => Task.FromResult(log.Lines.Any(l => l.Contains("in order again", StringComparison.Ordinal))));
            Assert.True(await ListensAsync(one));
            Assert.Empty(log.Errors);
        }

        log.Clear();
        Save(Endpoint($"http://127.0.0.1:{other}"));
        await UntilAsync(() => ListensAsync(other));
        await UntilAsync(
            () => Task.FromResult(log.Lines.Any(l => l.Contains($"were changed to http://127.0.0.1:{other}", StringComparison.Ordinal))));
        Save(good);
        await UntilAsync(() => ListensAsync(one));
        Assert.Empty(log.Errors);
    }

    [Fact]
    public async Task An_address_that_is_taken_between_judging_and_binding_brings_the_earlier_one_back()
    {
        var (one, other) = (FreePort(), FreePort());
        Save(Endpoint($"http://127.0.0.1:{one}"));
        await using var service = await ListeningService.StartAsync(
            database.Path,
            new Dictionary<string, string?> { ["urls"] = null, ["Logging:LogLevel:Microsoft.AspNetCore.Server.Kestrel"] = "Debug" },
            File,
            log);
        using var taken = new TcpListener(IPAddress.Loopback, other);
        log.Written = text =>
        {
            // The server's own word, between the two.
            if (text.StartsWith("Config reload token fired", StringComparison.Ordinal) && !taken.Server.IsBound)
            {
                taken.Start();
            }
        };
        Save(Endpoint($"http://127.0.0.1:{other}"));
        await UntilAsync(
            () => Task.FromResult(
                log.Lines.Any(l => l.Contains($"could not listen on http://127.0.0.1:{other}", StringComparison.Ordinal))));
        await UntilAsync(() => ListensAsync(one));
        Assert.DoesNotContain(log.Lines, l => l.Contains("were changed to", StringComparison.Ordinal));

        taken.Stop();
        log.Written = null;
        Save(Endpoint($"http://localhost:{other}"));
        await UntilAsync(() => ListensAsync(other));
    }

    [Fact]
    public async Task An_address_that_the_start_gave_stays_until_a_restart()
    {
        Save("{}");
        var port = FreePort();
        await using var service = await ListeningService.StartAsync(
            database.Path,
            new Dictionary<string, string?> { ["urls"] = $"http://127.0.0.1:{port}" },
            File,
            log);
        Save(Endpoint($"http://127.0.0.1:{port}"));
        await UntilAsync(() => Task.FromResult(log.Lines.Any(l => l.Contains("given up by a restart only", StringComparison.Ordinal))));
        Assert.True(await ListensAsync(port));
        Assert.Empty(log.Errors);
    }

    [Fact]
    public async Task A_file_behind_a_symbolic_link_is_followed()
    {
        var (first, firstHash) = ApiTokenFile.Make();
        var (second, secondHash) = ApiTokenFile.Make();
        // As orchestrators have it: a link to a folder that is a link itself.
        var (one, other, current) = (folder["1"], folder["2"], folder["current"]);
        Directory.CreateDirectory(one);
        Directory.CreateDirectory(other);
        await System.IO.File.WriteAllTextAsync(Path.Combine(one, "appsettings.json"), WithTokens(("first", firstHash)));
        await System.IO.File.WriteAllTextAsync(Path.Combine(other, "appsettings.json"), WithTokens(("second", secondHash)));
        Directory.CreateSymbolicLink(current, one);
        System.IO.File.CreateSymbolicLink(File, Path.Combine(current, "appsettings.json"));
        await using var service = await ListeningService.StartAsync(database.Path, file: File, log: log);
        using var client = new HttpClient { BaseAddress = service.Address };
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(client, first));

        await System.IO.File
            .WriteAllTextAsync(Path.Combine(one, "appsettings.json"), WithTokens(("first", firstHash), ("second", secondHash)));
        await UntilAsync(async () => await StatusAsync(client, second) == HttpStatusCode.OK);

        Directory.CreateSymbolicLink(current + ".new", other);
        Directory.Move(current, current + ".old");
        Directory.Move(current + ".new", current);
        await UntilAsync(async () => await StatusAsync(client, first) == HttpStatusCode.Unauthorized);
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(client, second));
    }

    [Fact]
    public async Task A_broken_file_takes_no_name_away()
    {
        Save("""{"AllowedHosts":"pbx.test","Sark":{"Service":{"Hosts":["other.test"]}}}""");
        await using var service = await ListeningService.StartAsync(database.Path, file: File, log: log);
        using var client = new HttpClient { BaseAddress = service.Address };
        async Task<HttpStatusCode> AsAsync(string host)
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, "/health") { Headers = { Host = host } };
            using var response = await client.SendAsync(request);
            return response.StatusCode;
        }

        Assert.Equal(HttpStatusCode.OK, await AsAsync("pbx.test"));
        Save("""{"AllowedHosts":""");
        await UntilAsync(() => Task.FromResult(log.Lines.Any(l => l.Contains("not taken over", StringComparison.Ordinal))));
        Assert.Equal(HttpStatusCode.OK, await AsAsync("pbx.test"));
        Assert.Equal(HttpStatusCode.OK, await AsAsync("other.test"));

        Save("""{"AllowedHosts":"new.test"}""");
        await UntilAsync(async () => await AsAsync("new.test") == HttpStatusCode.OK);
        Assert.Equal(HttpStatusCode.Forbidden, await AsAsync("pbx.test"));
    }

    [Fact]
    public async Task Who_may_call_from_now_on_is_said()
    {
        var (_, firstHash) = ApiTokenFile.Make();
        var (_, secondHash) = ApiTokenFile.Make();
        Save("{}");
        await using var service = await ListeningService.StartAsync(database.Path, file: File, log: log);
        Save("""{"Sark":{"Service":{"Access":"Open"}}}""");
        await UntilAsync(() => Task.FromResult(log.Lines.Any(l => l.StartsWith("Callers from now on: ANYBODY", StringComparison.Ordinal))));
        Save(WithTokens(("first", firstHash), ("kept", secondHash)));
        await UntilAsync(() => Task.FromResult(
            log.Lines.Any(l => l.Contains("those with one of the tokens 'first' (read), 'kept' (read)", StringComparison.Ordinal))));
        Save(WithTokens(("kept", firstHash), ("second", secondHash)));
        await UntilAsync(
            () => Task.FromResult(log.Lines.Any(l => l == "The tokens were changed; added: 'second'; removed: 'first'; changed: 'kept'")));
        Assert.DoesNotContain(
            log.Lines,
            l => l.Contains(firstHash, StringComparison.OrdinalIgnoreCase) || l.Contains(secondHash, StringComparison.OrdinalIgnoreCase));
    }

    [Fact]
    public async Task What_takes_a_restart_is_said()
    {
        Save("{}");
        await using var service = await ListeningService.StartAsync(database.Path, file: File, log: log);
        Save("""{"Sark":{"Paths":{"Backups":"/elsewhere"}}}""");
        await UntilAsync(() => Task.FromResult(
            log.Lines.Any(l => l.Contains("Sark:Paths:Backups was changed; it takes a restart", StringComparison.Ordinal))));
    }

    private static string Endpoint(string url) =>
        JsonSerializer.Serialize(new { Kestrel = new { Endpoints = new { Main = new { Url = url } } } });

    private static string WithTokens(params (string Name, string Hash)[] tokens) =>
        JsonSerializer.Serialize(new { Sark = new { Service = new { Tokens = tokens.Select(t => new { t.Name, Sha256 = t.Hash }) } } });

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    private static async Task<bool> ListensAsync(int port)
    {
        using var client = new HttpClient();
        try
        {
            return (await client.GetAsync(new Uri($"http://127.0.0.1:{port}/health"))).IsSuccessStatusCode;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }

    private static async Task<HttpStatusCode> StatusAsync(HttpClient client, string? token)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/api/tenants");
        request.Headers.Authorization = token is null ? null : new AuthenticationHeaderValue("Bearer", token);
        using var response = await client.SendAsync(request);
        return response.StatusCode;
    }

    // As editors do: a new file in the place of the old one.
    private void Save(string text)
    {
        System.IO.File.WriteAllText(File + ".new", text);
        System.IO.File.Move(File + ".new", File, overwrite: true);
    }

    private async Task UntilAsync(Func<Task<bool>> condition)
    {
        for (var i = 0; i < 300; i++)
        {
            if (await condition())
            {
                return;
            }

            await Task.Delay(100);
        }

        Assert.Fail($"It never came. The log: {string.Join(Environment.NewLine, log.Lines)}");
    }
}
