using SarkPS.Ami;

// Not Tests.Descriptors: that would hide SarkPS.Descriptors from the other tests.
namespace SarkPS.Tests.RoutePages;

/// <summary>docs/routes.md is made from the descriptors, and checked in so that people can read it.</summary>
public sealed class RoutesDocumentTests
{
    private static readonly string Page = Path.Combine(Repository.Root, "docs", "routes.md");

    [Fact]
    public async Task The_page_of_routes_says_what_the_descriptors_say()
    {
        var tool = Path.Combine(Repository.Root, "src", "SarkPS.Build", "bin", Repository.Configuration, "net10.0", "SarkPS.Build.dll");
        var result = await Programs.RunAsync("dotnet", [tool, "routes", "--docs", Path.Combine(Repository.Root, "docs")]);
        Assert.Equal("", result.Error);
        Assert.Equal(0, result.ExitCode);

        var expected = result.Output.ReplaceLineEndings("\n");
        var actual = (await File.ReadAllTextAsync(Page)).ReplaceLineEndings("\n");
        Assert.True(
            expected == actual,
            "docs/routes.md is stale. Make it anew: dotnet run --project src/SarkPS.Build -- routes --docs docs --output docs/routes.md");
    }

    [Fact]
    public async Task Every_field_that_people_can_write_says_what_it_is()
    {
        var lines = await File.ReadAllLinesAsync(Page);
        Assert.DoesNotContain(lines, l => l.StartsWith("| `", StringComparison.Ordinal) && l.Split(" | ") is { Length: 7 } cells
            && cells[1].Length > 0 && (cells[3] != "never" || cells[4] != "never") && cells[6].Trim(' ', '|').Length == 0);
    }

    [Fact]
    public async Task Every_function_of_Asterisk_has_its_route_and_its_rights_on_the_pages()
    {
        var routes = await File.ReadAllTextAsync(Page);
        var rights = (await File.ReadAllLinesAsync(Path.Combine(Repository.Root, "docs", "asterisk.md")))
            .Where(l => l.StartsWith("| ", StringComparison.Ordinal) && l.Split('|').Length == 5)
            .Select(l => l.Split('|', StringSplitOptions.TrimEntries))
            .ToList();
        Assert.All(AsteriskFunctions.All, function =>
        {
            Assert.Matches($@"(?i)`{function.Name}`|/{function.Name}/\{{", routes);
            var classes = function.Classes.Count == 0 ? "any" : string.Join(", ", function.Classes);
            Assert.Contains(rights, row => row[1].Split(", ").Contains(function.Name, StringComparer.OrdinalIgnoreCase)
                && row[2] == function.Module && row[3] == classes);
        });
    }
}
