using System.Net;
using System.Text.RegularExpressions;
using SarkPS.Tests.Support;

namespace SarkPS.Tests.Service;

/// <summary>The page on which the description of the routes is read.</summary>
public sealed partial class ReferencePageTests : IDisposable
{
    private readonly TestDatabase database = new(Schema.Embedded);

    public void Dispose() => database.Dispose();

    [Fact]
    public async Task A_browser_is_led_to_a_page_that_loads_nothing_from_elsewhere()
    {
        await using var service = await ListeningService.StartAsync(
            database.Path,
            new Dictionary<string, string?> { ["Sark:Service:Access"] = "Tokens", ["Sark:Service:Tokens:0:Name"] = "one",
                ["Sark:Service:Tokens:0:Sha256"] = new string('0', 64) });
        using var client = new HttpClient { BaseAddress = service.Address };
        using var request = new HttpRequestMessage(HttpMethod.Get, "/");
        // As browsers ask when an address was typed in.
        request.Headers.TryAddWithoutValidation("Accept", "text/html,application/xhtml+xml,*/*;q=0.8");
        request.Headers.TryAddWithoutValidation("Sec-Fetch-Site", "none");
        request.Headers.TryAddWithoutValidation("Sec-Fetch-Mode", "navigate");
        request.Headers.TryAddWithoutValidation("Sec-Fetch-Dest", "document");
        using var page = await client.SendAsync(request);
        Assert.Equal("/docs", page.RequestMessage!.RequestUri!.AbsolutePath);
        Assert.Equal("text/html", page.Content.Headers.ContentType!.MediaType);
        var policy = page.Headers.GetValues("Content-Security-Policy").Single();
        Assert.Contains("default-src 'none'", policy, StringComparison.Ordinal);
        Assert.Contains("script-src 'self';", policy, StringComparison.Ordinal);
        var text = await page.Content.ReadAsStringAsync();
        Assert.DoesNotContain("//", text.Replace("<!doctype", "", StringComparison.Ordinal), StringComparison.Ordinal);
        var addresses = Addresses().Matches(text).Select(m => m.Groups[1].Value).ToList();
        Assert.Equal(2, addresses.Count);
        foreach (var address in addresses)
        {
            using var part = await client.GetAsync(new Uri(page.RequestMessage.RequestUri, address));
            Assert.Equal(HttpStatusCode.OK, part.StatusCode);
            Assert.True((await part.Content.ReadAsByteArrayAsync()).Length > 100_000, address);
        }
    }

    [Fact]
    public async Task A_program_is_told_that_there_is_nothing_as_before()
    {
        await using var service = await ListeningService.StartAsync(database.Path);
        using var client = new HttpClient { BaseAddress = service.Address };
        using var answer = await client.GetAsync("/");
        Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
        Assert.Equal(
            """{"message":"Page Not Found. Check your URI for correctness"}""",
            await answer.Content.ReadAsStringAsync());
    }

    [GeneratedRegex("(?:src|data-url)=\"([^\"]+)\"")]
    private static partial Regex Addresses();
}
