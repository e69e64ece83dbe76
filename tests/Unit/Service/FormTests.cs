using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using SarkPS.Tests.Support;

namespace SarkPS.Tests.Service;

/// <summary>The fields of a form arrive as they were meant, or are refused; nothing is stored that nobody wrote.</summary>
public sealed class FormTests : IDisposable
{
    private readonly TestDatabase database = new(Schema.Embedded);

    public void Dispose() => database.Dispose();

    [Theory]
    [InlineData("Front+desk", "Front desk")]
    [InlineData("M%C3%BCller", "Müller")]
    [InlineData("Müller", "Müller")]
    [InlineData("100%", "100%")]
    [InlineData("5%zz", "5%zz")]
    [InlineData("a%2Bb%26c%3Dd", "a+b&c=d")]
    [InlineData("a=b", "a=b")]
    [InlineData("first&description=second", "second")]
    public async Task A_field_is_what_was_meant(string sent, string expected)
    {
        var (status, _) = await PostAsync("pkey=x1&description=" + sent);
        Assert.Equal(HttpStatusCode.Created, status);
        Assert.Equal(expected, database.Value("SELECT description FROM cluster WHERE pkey = 'x1'"));
    }

    [Theory]
    [InlineData("M%FCller")]
    [InlineData("half%C3")]
    [InlineData("half%E2%98")]
    [InlineData("%ED%A0%80")]
    [InlineData("a%00b")]
    [InlineData("%00")]
    public async Task Text_that_is_none_is_refused_and_not_stored(string sent)
    {
        var (status, body) = await PostAsync("pkey=x1&description=" + sent);
        Assert.Equal(HttpStatusCode.BadRequest, status);
        Assert.NotNull(body!["message"]);
        Assert.Null(database.Value("SELECT pkey FROM cluster WHERE pkey = 'x1'"));
    }

    [Fact]
    public async Task As_many_fields_as_nobody_needs_are_refused()
    {
        var (status, _) = await PostAsync("pkey=x1&description=d&" + string.Join('&', Enumerable.Range(0, 2000).Select(i => $"f{i}=1")));
        Assert.Equal(HttpStatusCode.BadRequest, status);
    }

    private async Task<(HttpStatusCode Status, JsonNode? Body)> PostAsync(string form)
    {
        await using var service = await ListeningService.StartAsync(database.Path);
        using var client = new HttpClient { BaseAddress = service.Address };
        using var content = new ByteArrayContent(Encoding.UTF8.GetBytes(form));
        content.Headers.ContentType = new MediaTypeHeaderValue("application/x-www-form-urlencoded");
        using var response = await client.PostAsync("/api/tenants", content);
        return (response.StatusCode, JsonNode.Parse(await response.Content.ReadAsStringAsync()));
    }
}
