using Microsoft.Data.Sqlite;
using SarkPS.Tests.Support;
using SarkPS.Tests.Twin;
using Xunit.Abstractions;

namespace SarkPS.Tests.Conformance;

/// <summary>
/// Sends what was once sent to the original, each step on the database that the original had then, and compares status,
/// answer and changed rows with what the original did; see docs/compatibility.md for what differs on purpose.
/// </summary>
public sealed class ReplayTests(ITestOutputHelper output)
{
    /// <summary>
    /// Steps where SarkPS differs from the original on purpose, beyond what the recordings allow, and says why in
    /// docs/compatibility.md.
    /// </summary>
    private static readonly string[] Deviations = ["destinations/mk_trunk_iax", "extensions/put_cluster_array",
        "extensions/provisioned_odd_pkey", "coscloses/get_401", "cosopens/get_401", "extensions/provisioned_extra_fields"];

    /// <summary>
    /// The columns in which SARK 6.5 differs from the 6.2 that was recorded: those that it alone has, one with another
    /// default, and one with words of its own. Everything else must be as it was recorded.
    /// </summary>
    private static readonly string[] VersionBound =
    [
        .. SarkResources.All.SelectMany(r => r.Columns).Where(c => c.Since is not null).Select(c => c.Name),
        "pjsipuser", "pjsipreg", "privileged", "SIPDRIVER",
    ];

    // A trunk has a transport since 6.5 only; extensions have one in both versions, and are compared with it in their own recordings.
    private static readonly string[] VersionBoundOfExtensions =
        [.. VersionBound.Except(Extension.Descriptor.Columns.Where(c => c.Since is null).Select(c => c.Name))];

    /// <summary>The recordings at hand on each version; one row without a name where there are none, for the skipped test.</summary>
    public static TheoryData<string, string> Areas
    {
        get
        {
            var folder = Path.Combine(Repository.Recordings, "recordings");
            var names = Directory.Exists(folder) ? Directory.GetFiles(folder, "*.jsonl").Select(f => Path.GetFileNameWithoutExtension(f)!)
                .Order(StringComparer.Ordinal)
                .ToArray() : [""];
            var data = new TheoryData<string, string>();
            foreach (var name in names)
            {
                foreach (var version in SarkVersion.All)
                {
                    data.Add(name, version.Name);
                }
            }

            return data;
        }
    }

    [SkippableTheory]
    [MemberData(nameof(Areas))]
    public async Task The_service_answers_as_the_original_did(string area, string version)
    {
        Skip.If(area.Length == 0, $"No recordings of sark6api at {Repository.Recordings}.");
        var steps = Step.Read(Path.Combine(Repository.Recordings, "recordings", area + ".jsonl"));
        var intended = new Intended(Path.Combine(Repository.Recordings, "intended.json"));
        var pristine = TestDatabase.SarkRows(SarkVersion.Require(version));
        var bound = version == SarkVersion.V62.Name ? [] : area == "extensions" ? VersionBoundOfExtensions : VersionBound;
        using var database = TestDatabase.CopyOf(pristine);
        database.Twin.Except("Most rows are the original's, which took what SARK cannot carry; each step is looked at by itself.");
        await using var service = await ListeningService.StartAsync(database.Path, checksAnswers: true);
        using var client = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false })
        {
            BaseAddress = service.Address
        };
        using var mirror = new Mirror(pristine);
        using var live = database.Open();
        int strict = 0, strictPassed = 0, different = 0, differentPassed = 0, holds = 0;
        var failures = new List<string>();
        foreach (var step in steps)
        {
            if (step.Resets)
            {
                mirror.Reset();
            }

            mirror.Apply(step.Recording["pre"]);
            if (holds != mirror.Version)
            {
                mirror.CopyTo(live);
                holds = mirror.Version;
            }

            var entry = intended.Find(area, step, mirror);
            var carried = step.Method == "GET" ? [] : TwinCheck.Faults(live);
            var mark = DataVersion(live);
            var answer = (await step.SendAsync(client)).Without(bound);
            var rows = "";
            if (DataVersion(live) != mark)
            {
                rows = Step.Rows(mirror.Content.ChangesTo(DatabaseContent.Read(live)), mirror.Content, bound);
                holds = 0;
            }

            var faults = Judge.Faults(step.Without(bound), entry, answer, rows);
            if (rows.Length > 0)
            {
                // The rows before it are the original's, which took what SARK cannot carry.
                faults = [.. faults, .. TwinCheck.Faults(live).Except(carried).Where(f => !TwinCheck.IsTakenFromOldClients(f))
                    .Select(f => "SARK would not carry it: " + f)];
            }

            strict += entry is null ? 1 : 0;
            different += entry is null ? 0 : 1;
            if (faults.Count == 0)
            {
                strictPassed += entry is null ? 1 : 0;
                differentPassed += entry is null ? 0 : 1;
            }
            else
            {
                var isKnown = Deviations.Contains($"{area}/{step.Id}");
                var text = $"{area}/{step.Id} (line {step.Line}): {step.Method} {step.Path} "
                    + $"{step.Recording["body"]?.ToJsonString() ?? step.Recording["raw"]?.ToJsonString()}\n    "
                    + $"{string.Join("\n    ", faults)}";
                output.WriteLine((isKnown ? "Different on purpose: " : "") + text);
                if (!isKnown)
                {
                    failures.Add(text);
                }
            }

            mirror.Apply(step.Recording["db"]);
        }

        output.WriteLine($"{area}: strict {strictPassed}/{strict}, intended {differentPassed}/{different}");
        Assert.True(failures.Count == 0, $"{failures.Count} steps differ:\n{string.Join('\n', failures.Take(20))}");
    }

    private static long DataVersion(SqliteConnection connection)
    {
        using var command = connection.CreateCommand();
        command.CommandText = "PRAGMA data_version";
        return (long)command.ExecuteScalar()!;
    }
}
