using SarkPS.Data;
using SarkPS.Descriptors;
using SarkPS.Tests.Support;

namespace SarkPS.Tests.Conformance;

/// <summary>
/// The promise of compatibility in this project's own words, promises.txt: kept in every checkout, and held against what the
/// original answered where the recordings of it are present.
/// </summary>
public sealed class PromiseTests
{
    /// <summary>Every section on each version.</summary>
    public static TheoryData<string, Schema> Sections
    {
        get
        {
            var data = new TheoryData<string, Schema>();
            foreach (var section in Promise.All.Select(p => p.Section).Distinct())
            {
                data.Add(section, Schema.Embedded);
                data.Add(section, Schema.Embedded65);
            }

            return data;
        }
    }

    [Theory]
    [MemberData(nameof(Sections))]
    public async Task The_service_keeps_every_promise(string section, Schema schema)
    {
        using var database = new TestDatabase(schema);
        MakeMachine(new SarkOptions { Root = Path.GetDirectoryName(database.Path)! });
        await using var service = await ListeningService.StartAsync(database.Path);
        using var client = new HttpClient { BaseAddress = service.Address };
        var broken = new List<string>();
        foreach (var promise in Promise.All.Where(p => p.Section == section))
        {
            var answer = await promise.Step.SendAsync(client);
            if (!promise.IsKeptBy(answer))
            {
                broken.Add($"{promise}\n    but was {answer.Status} {answer.Text}");
            }
        }

        Assert.True(broken.Count == 0, string.Join('\n', broken));
    }

    [SkippableFact]
    public void The_original_made_every_promise_that_is_not_ours_alone()
    {
        var folder = Path.Combine(Repository.Recordings, "recordings");
        Skip.IfNot(Directory.Exists(folder), $"No recordings of sark6api at {Repository.Recordings}.");
        var recorded = Directory.GetFiles(folder, "*.jsonl", SearchOption.AllDirectories).SelectMany(Step.Read)
            .Where(s => s.Recording["method"] is not null)
            .ToArray();
        var unconfirmed = Promise.All.Where(p => p.Ours is null && !Array.Exists(recorded, p.IsConfirmedBy));
        Assert.True(!unconfirmed.Any(), "The recordings do not have this:\n" + string.Join('\n', unconfirmed));
    }

    [Fact]
    public void Every_resource_promises_something_of_each_verb_granted_and_refused()
    {
        var missing =
            from resource in SarkResources.All
            from method in resource.IsSingleton ? new[] { "GET", "PUT" } : ["GET", "POST", "PUT", "DELETE"]
            from isRefusal in method == "GET" && resource.IsSingleton ? new[] { false } : [false, true]
            where !Promise.All.Any(p => p.Method == method && p.Status >= 400 == isRefusal && p.Status != 405
                && p.Route.StartsWith($"/api/{resource.Route}", StringComparison.Ordinal))
            select $"{method} {resource.Route} {(isRefusal ? "refused" : "granted")}";
        Assert.Empty(missing);
    }

    // As one that nobody has used yet: folders without files, and firewalls whose program is content with everything.
    private static void MakeMachine(SarkOptions options)
    {
        var paths = options.Paths;
        foreach (var folder in new[] {
            paths.Snapshots, paths.Backups, paths.Greetings, paths.Asterisk, paths.Shorewall, paths.Shorewall6,
            "/sbin" })
        {
            Directory.CreateDirectory(options.Rooted(folder));
        }

        foreach (var (folder, program) in new[] { (paths.Shorewall, "shorewall"), (paths.Shorewall6, "shorewall6") })
        {
            foreach (var file in new[] { program + ".conf", "zones", "interfaces", "policy", "rules" })
            {
                File.WriteAllText(Path.Combine(options.Rooted(folder), file), "");
            }

            // A link, since nothing may be run from a memory file system on many machines.
            File.CreateSymbolicLink(options.Rooted("/sbin/" + program), "/bin/true");
        }
    }
}
