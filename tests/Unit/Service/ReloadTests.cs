using System.Net;
using System.Net.Http.Headers;
using System.Net.NetworkInformation;
using System.Net.Sockets;
using System.Text.Json;
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
        var (first, firstHash) = Tokens.Make();
        var (second, secondHash) = Tokens.Make();
        Save(WithTokens(("first", firstHash), ("second", secondHash)));
        await using var service = await ListeningService.StartAsync(database.Path, file: File, log: log);
        using var client = new HttpClient { BaseAddress = service.Address };
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(client, first));

        // Out of the file is out at once.
        Save(WithTokens(("second", secondHash)));
        await UntilAsync(async () => await StatusAsync(client, first) == HttpStatusCode.Unauthorized);
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(client, second));

        foreach (var broken in new[] { """{"Sark":{"Service":{"Tokens":[{"Name":"se""", """{"Sark":{"Service":{"Tokens":[]}}}""", """{"Sark":{"Service":{"Token":[]}}}""", """{"Sark":{"Root":"/a"},"Sark":{"Root":"/b"}}""", "", "[]", """{"Sark":{"Service":{"Tokens":[{"Name":"second","Sha256":"x"}]}}}""" })
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
        await using var service = await ListeningService.StartAsync(database.Path, new Dictionary<string, string?> { ["urls"] = null }, File, log);
        Assert.True(await ListensAsync(one));

        foreach (var open in new[] { $"http://0.0.0.0:{other}", $"http://*:{other}", $"http://[::]:{other}", $"https://0.0.0.0:{other}", $"http://pbx.example.com:{other}", $"http://0.0.0.0:{one}" })
        {
            log.Clear();
            Save(Endpoint(open));
            await UntilAsync(() => Task.FromResult(log.Lines.Any(l => l.Contains("not taken over", StringComparison.Ordinal) && l.Contains(open, StringComparison.Ordinal))));
            Assert.DoesNotContain(IPGlobalProperties.GetIPGlobalProperties().GetActiveTcpListeners(), l => (l.Port == other || l.Port == one) && !IPAddress.IsLoopback(l.Address));
            Assert.True(await ListensAsync(one));
        }

        log.Clear();
        Save(Endpoint($"http://127.0.0.1:{other}"));
        await UntilAsync(() => ListensAsync(other));

        Save(JsonSerializer.Serialize(new { Kestrel = new { Endpoints = new { Main = new { Url = $"https://127.0.0.1:{one}", Certificate = new { Path = folder.Write("broken.pem", "no certificate"), KeyPath = folder.Write("broken.key", "no key") } } } } }));
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
    public async Task What_takes_a_restart_is_said()
    {
        Save("{}");
        await using var service = await ListeningService.StartAsync(database.Path, file: File, log: log);
        Save("""{"Sark":{"Paths":{"Backups":"/elsewhere"}}}""");
        await UntilAsync(() => Task.FromResult(log.Lines.Any(l => l.Contains("Sark:Paths:Backups was changed; it takes a restart", StringComparison.Ordinal))));
    }

    private static string Endpoint(string url) => JsonSerializer.Serialize(new { Kestrel = new { Endpoints = new { Main = new { Url = url } } } });

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
