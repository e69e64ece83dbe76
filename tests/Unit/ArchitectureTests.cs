using System.Text.RegularExpressions;
using System.Xml.Linq;

namespace SarkPS.Tests;

/// <summary>What docs/architecture.md says of who may know whom. A new edge is a decision: it is made here and told there.</summary>
public sealed partial class ArchitectureTests
{
    // Project, the projects that it references, and the packages that it ships with or is compiled against.
    private static readonly (string Project, string[] Projects, string[] Packages)[] Edges =
    [
        ("SarkPS.Core", [], []),
        ("SarkPS.Data", ["SarkPS.Core"], ["Dapper", "Microsoft.Data.Sqlite", "Sylvan.Data.Csv"]),
        ("SarkPS.Cmdlets", ["SarkPS.Core"], ["PowerShellStandard.Library"]),
        ("SarkPS.Service",
            ["SarkPS.Data"],
            ["Microsoft.AspNetCore.OpenApi", "Microsoft.Extensions.Hosting.Systemd", "Scalar.AspNetCore"]),
        ("SarkPS.Build", ["SarkPS.Core"], []),
    ];

    // Namespaces of Core, and those of Core that each uses beside the root. What is not here uses none.
    private static readonly Dictionary<string, string[]> Layers = new()
    {
        ["Rules"] = [],
        ["Descriptors"] = ["Rules"],
        ["Resources"] = ["Descriptors", "Rules"],
        ["Changes"] = ["Descriptors"],
        ["Interchange"] = ["Descriptors", "Rules"],
        ["Ami"] = [],
        ["Asterisk"] = ["Ami"],
        ["Backend"] = ["Ami", "Descriptors", "Resources"],
        ["Remote"] = ["Ami", "Descriptors", "Resources", "Rules"],
    };

    // Where a resource is known by its name outside the files about it, and why.
    private static readonly Dictionary<string, string> KnowsResources = new()
    {
        ["SarkPS.Core/Descriptors/NameForm.cs"] = "channels and member lines name rows of several resources",
        ["SarkPS.Core/Remote/RemoteAsterisk.cs"] = "what Asterisk holds of an extension lies below its route",
        ["SarkPS.Core/SarkOptions.cs"] = "a doc comment",
        ["SarkPS.Data/Sqlite/Collisions.cs"] = "trunks and telephones share the sections of one file",
        ["SarkPS.Data/Sqlite/Dependants.cs"] = "of a tenant its own key is the tenant",
        ["SarkPS.Data/Sqlite/Judgement.cs"] = "tenants may lead to each other only where that was asked for",
        ["SarkPS.Service/Health.cs"] = "the settings are what any SARK database has",
        ["SarkPS.Service/Settings/StartReport.cs"] = "the same",
        ["SarkPS.Service/Operations/AsteriskRoutes.cs"] = "what Asterisk holds of an extension is one of SARK's",
        ["SarkPS.Cmdlets/Base/PairCommands.cs"] = "pairs are of an extension and a rule",
        ["SarkPS.Cmdlets/Completion/SarkCompleter.cs"] = "operations name extensions, queues, agents and templates",
    };

    public static TheoryData<string> Projects => [.. Edges.Select(e => e.Project)];

    [Theory]
    [MemberData(nameof(Projects))]
    public void A_project_knows_those_that_it_may_and_no_others(string project)
    {
        var (_, projects, packages) = Edges.Single(e => e.Project == project);
        var file = XDocument.Load(Path.Combine(Repository.Root, "src", project, project + ".csproj"));
        Assert.Equal(projects, Includes(file, "ProjectReference").Select(p => Path.GetFileNameWithoutExtension(p.Replace('\\', '/')))
            .Order(StringComparer.Ordinal));
        Assert.Equal(packages, Includes(file, "PackageReference").Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Every_project_is_in_the_table() =>
        Assert.Equal(
            Directory.GetDirectories(Path.Combine(Repository.Root, "src")).Select(Path.GetFileName).Order(StringComparer.Ordinal),
            Edges.Select(e => e.Project).Order(StringComparer.Ordinal));

    [Fact]
    public void The_layers_of_Core_use_those_below_them()
    {
        var used = Sources("SarkPS.Core")
            .SelectMany(file => Using().Matches(File.ReadAllText(Path.Combine(Repository.Root, "src", file)))
                .Select(m => (From: file.Split('/')[1], To: m.Groups["name"].Value)))
            .Where(edge => edge.From != edge.To && !(Layers.GetValueOrDefault(edge.From) ?? []).Contains(edge.To))
            .Distinct();
        Assert.Empty(used);
    }

    [Fact]
    public void What_works_for_all_resources_knows_none_by_name()
    {
        var names = string.Join('|', SarkResources.All.Select(r => r.Noun));
        var knows = new Regex($@"\b({names})\.Descriptor\b|nameof\(({names})\)|cref=""({names})[."".]");
        var found = new[] { "SarkPS.Core", "SarkPS.Data", "SarkPS.Service", "SarkPS.Cmdlets" }.SelectMany(Sources)
            .Where(file => !file.StartsWith("SarkPS.Core/Resources/", StringComparison.Ordinal)
                && !file.StartsWith("SarkPS.Cmdlets/Resources/", StringComparison.Ordinal)
                && !file.StartsWith("SarkPS.Cmdlets/Operations/", StringComparison.Ordinal))
            .Where(file => knows.IsMatch(File.ReadAllText(Path.Combine(Repository.Root, "src", file))));
        Assert.Empty(found.Except(KnowsResources.Keys));
    }

    [Fact]
    public void Every_resource_that_is_described_is_in_the_list_of_all() =>
        Assert.Equal(
            typeof(SarkResources).Assembly.GetTypes()
                .Where(t => t.IsClass
                    && t.GetInterfaces().Any(i => i.IsGenericType && i.GetGenericTypeDefinition() == typeof(ISarkResource<>)))
                .Select(t => t.Name)
                .Order(StringComparer.Ordinal),
            SarkResources.All.Select(r => r.RecordType.Name).Order(StringComparer.Ordinal));

    [Fact]
    public void Of_the_local_back_end_the_service_knows_where_it_is_put_together_and_nowhere_else() =>
        Assert.Equal(["SarkPS.Service/SarkApplication.cs"], Sources("SarkPS.Service").Where(
            file => File.ReadAllText(Path.Combine(Repository.Root, "src", file)).Contains("LocalBackend", StringComparison.Ordinal)));

    private static IEnumerable<string> Includes(XDocument project, string element) =>
        project.Descendants(element).Where(e => (string?)e.Attribute("ReferenceOutputAssembly") != "false")
            .Select(e => e.Attribute("Include")!.Value);

    // Paths below src, with slashes.
    private static IEnumerable<string> Sources(string project) =>
        Directory.EnumerateFiles(Path.Combine(Repository.Root, "src", project), "*.cs", SearchOption.AllDirectories)
            .Select(file => Path.GetRelativePath(Path.Combine(Repository.Root, "src"), file).Replace('\\', '/'))
            .Where(file => !file.Contains("/obj/", StringComparison.Ordinal) && !file.Contains("/bin/", StringComparison.Ordinal));

    [GeneratedRegex(@"^using SarkPS\.(?<name>\w+);", RegexOptions.Multiline)]
    private static partial Regex Using();
}
