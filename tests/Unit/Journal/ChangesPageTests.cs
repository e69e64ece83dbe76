using System.Net.Http.Json;
using System.Reflection;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using SarkPS.Remote;
using SarkPS.Tests.Data;
using SarkPS.Tests.Support;

namespace SarkPS.Tests.Journal;

/// <summary>What the page about changes says is what happens.</summary>
public sealed partial class ChangesPageTests
{
    private static readonly string Page = File.ReadAllText(Path.Combine(Repository.Root, "docs", "changes.md"));

    private static readonly JsonNode Schema =
        JsonNode.Parse(File.ReadAllText(Path.Combine(Repository.Root, "docs", "changes.schema.json")))!;

    [Fact]
    public async Task The_worked_example_is_answered_as_the_page_says()
    {
        using var database = new TemporaryDatabase();
        using var service = new TestService(database.Path);
        using var client = service.CreateClient();

        using var response = await client.PostAsync("/api/batch", new StringContent(Example("request"), null, "application/json"));
        var answer = (await response.Content.ReadFromJsonAsync<JsonNode>())!;

        var expected = JsonNode.Parse(Example("answer"))!;
        Assert.Matches("^[0-9A-HJKMNP-TV-Z]{26}$", (string)answer["changeSet"]!);
        answer["changeSet"] = (string)expected["changeSet"]!;
        Assert.Equal(expected.ToJsonString(), answer.ToJsonString());
    }

    [Fact]
    public void The_schema_has_the_words_that_are_read()
    {
        Assert.Equal(Read("SetMembers"), Names(Schema["properties"]!));
        var step = Schema["$defs"]!["step"]!["properties"]!;
        Assert.Equal(Read("StepMembers"), Names(step));
        Assert.Equal(
            Enum.GetNames<ChangeAction>().Select(n => n.ToLowerInvariant()),
            step["action"]!["enum"]!.AsArray().Select(a => (string)a!));
        Assert.Equal(
            SarkResources.All.Select(r => r.Route).Order(StringComparer.Ordinal),
            step["resource"]!["enum"]!.AsArray().Select(a => (string)a!).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void The_page_tells_each_member()
    {
        var rows = Row().Matches(Page).Select(m => m.Groups["name"].Value).ToHashSet(StringComparer.Ordinal);
        Assert.Empty(Read("SetMembers").Concat(Read("StepMembers")).Except(rows));
    }

    [Fact]
    public void A_set_is_the_same_after_a_journey_as_a_document()
    {
        var document = JsonNode.Parse(Example("request"))!;

        var written = ChangeDocument.Write(ChangeDocument.ReadRequest(document));

        Assert.Equal(document.ToJsonString(), written.ToJsonString());
    }

    private static string Example(string name) =>
        Regex.Match(Page, $@"<!-- example: {name} -->\s*```json\n(?<text>.*?)```", RegexOptions.Singleline).Groups["text"].Value;

    private static string[] Read(string field) => [.. ((string[])typeof(ChangeDocument)
        .GetField(field, BindingFlags.NonPublic | BindingFlags.Static)!.GetValue(null)!).Order(StringComparer.Ordinal)];

    private static string[] Names(JsonNode properties) =>
        [.. properties.AsObject().Select(p => p.Key).Order(StringComparer.Ordinal)];

    [GeneratedRegex(@"^\| `(?<name>\w+)` \|", RegexOptions.Multiline)]
    private static partial Regex Row();
}
