using System.Globalization;
using System.Text.RegularExpressions;
using SarkPS.Ami;
using SarkPS.Data.Sqlite;
using SarkPS.Tests.Support;
using SarkPS.Tests.Twin;
using Schema = SarkPS.Tests.Support.Schema;

namespace SarkPS.Tests.Ami;

/// <summary>
/// Who may dial what, and where calls from outside go, by day and by night, on a real Asterisk: rows that the product
/// writes, the dial plan that SARK makes of them, and calls. What a program of SARK decides that is not public, which of an
/// extension's two contexts a call takes and which of a number's two destinations, a line of our own decides here by the
/// state that SARK's timers write.
/// </summary>
[Collection("Asterisk")]
[Trait("Category", "Asterisk")]
public sealed partial class ClassOfServiceTests : IAsyncLifetime
{
    private const string WayOut = "Goto(sarkps-out,${EXTEN},1)";

    private static string Page => File.ReadAllText(Path.Combine(Repository.Root, "docs", "class-of-service.md"));

    private static string DialPlan => Path.Combine(AsteriskLab.Variable("SARK_ASTERISK_HOME"), "etc", "tests.conf");

    public Task InitializeAsync() =>
        string.IsNullOrEmpty(Environment.GetEnvironmentVariable("SARK_TEST_AMI_PORT")) ? Task.CompletedTask : AsteriskLab.QuietAsync();

    public Task DisposeAsync() => Task.CompletedTask;

    [SkippableFact]
    public async Task Only_managers_dial_abroad_as_the_page_says()
    {
        AsteriskLab.Require();
        await using var engine = await MakeAsync("401", "402");
        await LoadAsync([.. Twin(engine.Database), .. Telephones("401", "402")]);
        var table = Row().Matches(Page.Split("What comes of it:")[1].Split("\n## ")[0])
            .Select(row => row.Value.Trim('|').Split('|', StringSplitOptions.TrimEntries))
            .ToArray();
        Assert.Equal(["Dialled", "401 by day", "401 by night", "402 by day", "402 by night"], table[0]);
        Assert.True(table.Length > 5, Page);
        await using var asterisk = new LocalAsterisk(AsteriskLab.Options());
        foreach (var row in table.Skip(2))
        {
            foreach (var (cell, expected) in table[0].Zip(row).Skip(1))
            {
                await SetAsync(asterisk, cell.EndsWith("day", StringComparison.Ordinal) ? "open" : "closed");
                var said = await RingsAsync(asterisk, row[0].Trim('`'), "sarkps-from-" + cell[..3]) ? "rings" : "forbidden";
                Assert.True(expected == said, $"{row[0]} from {cell}: {said}, and the page says {expected}");
            }
        }
    }

    [SkippableFact]
    public async Task Without_class_of_service_and_after_a_removal_nothing_is_forbidden()
    {
        AsteriskLab.Require();
        await using var engine = await MakeAsync("401", "402");
        engine.Run("Remove-SarkCosRule abroad, mobiles -Force").Good();
        await LoadAsync([.. Twin(engine.Database), .. Telephones("402")]);
        await using var asterisk = new LocalAsterisk(AsteriskLab.Options());
        await SetAsync(asterisk, "closed");
        Assert.True(await RingsAsync(asterisk, "0049301234567", "sarkps-from-402"));

        // A new rule of the same name takes hold of nobody.
        engine.Run("New-SarkCosRule abroad -DialPlan '_00X.'").Good();
        await LoadAsync([.. Twin(engine.Database), .. Telephones("402")]);
        Assert.True(await RingsAsync(asterisk, "0049301234567", "sarkps-from-402"));

        // Overriding, it takes hold of everybody, though it is not active.
        engine.Run("Set-SarkCosRule abroad -OverrideClosed $true -Active $false").Good();
        await LoadAsync([.. Twin(engine.Database), .. Telephones("402")]);
        Assert.False(await RingsAsync(asterisk, "0049301234567", "sarkps-from-402"));

        engine.Run("Set-SarkGlobal -ClassOfService $false").Good();
        Assert.Empty(Twin(engine.Database));
    }

    [SkippableFact]
    public async Task Day_and_night_switch_by_timers()
    {
        AsteriskLab.Require();
        await using var engine = await TestEngine.StartAsync(Side.Local, Schema.Embedded);
        var database = engine.Database;
        engine.Run("""
            New-SarkExtension 401 -Tenant default
            New-SarkInboundRoute 441924566170 -Tenant default -Carrier DiD -TrunkName Main -OpenRoute 401 -CloseRoute '*401'
            New-SarkDayTimer -ClosedFrom 17:30 -ClosedUntil 08:30
            'sat', 'sun' | ForEach-Object { New-SarkDayTimer -DayOfWeek $_ -ClosedAllDay }
            """).Good();
        var (open, closed) = ((string)database.Value("SELECT openroute FROM lineIO WHERE pkey = '441924566170'")!, (string)database.Value(
            "SELECT closeroute FROM lineIO WHERE pkey = '441924566170'")!);
        Assert.Equal(("401", "*401"), (open, closed));
        await LoadAsync(
        [
            "[sarkps-in]",
            $"exten => 441924566170,1,Goto(sarkps-lead-${{SARKPSHOURS}},{open},1)",
            // The telephone answers, the mailbox is busy: so the caller sees which it was.
            "[sarkps-lead-open]", $"exten => {open},1,Answer()", " same => n,Wait(5)", "[sarkps-lead-closed]",
            $"exten => {open},1,Goto(sarkps-lead-closed,{closed},1)", $"exten => {closed},1,Hangup(17)",
        ]);
        await using var asterisk = new LocalAsterisk(AsteriskLab.Options());
        // A Friday, the night to Saturday, Saturday and Monday.
        foreach (var (time, isOpen) in new[]
        {
            ("2026-12-04 08:29", false), ("2026-12-04 08:30", true), ("2026-12-04 17:30", true), ("2026-12-04 17:31", false),
            ("2026-12-05 03:00", false),
            ("2026-12-05 12:00", false), ("2026-12-07 00:00", false), ("2026-12-07 12:00", true),
        })
        {
            var wall = DateTime.ParseExact(time, "yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture);
            using (var connection = database.Open())
            {
                TimerTwin.Run(connection, wall);
            }

            var state = (string)database.Value("SELECT oclo FROM Cluster WHERE pkey = 'default'")!;
            Assert.Equal(isOpen ? "OPEN" : "CLOSED", state);
            using (var file = new SqliteDatabase(database.Path))
            {
                var told = (await new SqliteStore(file, null, () => TimeZoneInfo.Utc, new StoppedClock(new(wall, TimeSpan.Zero)))
                    .HoursAsync(default)).Single(h => h.Tenant == "default");
                Assert.Equal(isOpen, told.IsOpen);
            }

            await SetAsync(asterisk, state.ToLowerInvariant());
            Assert.True(isOpen == await RingsAsync(asterisk, "441924566170", "sarkps-in"), time);
        }
    }

    // The commands of the page, on a database with the telephones that it speaks of.
    private static async Task<TestEngine> MakeAsync(params string[] extensions)
    {
        var engine = await TestEngine.StartAsync(Side.Local, Schema.Embedded);
        foreach (var extension in extensions)
        {
            engine.Run($"New-SarkExtension {extension} -Tenant default").Good();
        }

        engine.Run(Script().Match(Page).Groups[1].Value).Good();
        return engine;
    }

    private static IReadOnlyList<string> Twin(TestDatabase database)
    {
        using var connection = database.Open();
        return CosTwin.Lines(connection, WayOut);
    }

    // A telephone's calls take its context of the day or of the night.
    private static IEnumerable<string> Telephones(params string[] extensions) =>
    [
        .. extensions.SelectMany(e => new[] { $"[sarkps-from-{e}]", $"exten => _[+*#0-9].,1,Goto({e}${{SARKPSHOURS}}cos,${{EXTEN}},1)" }),
        "[sarkps-out]", "exten => _[+*#0-9].,1,Answer()", " same => n,Wait(5)",
    ];

    private static async Task LoadAsync(IEnumerable<string> lines)
    {
        // Asterisk says that it has read its dial plan before it has: the last context of it tells.
        var last = $"sarkps-{Guid.NewGuid():N}";
        await File.WriteAllLinesAsync(DialPlan, [.. lines, $"[{last}]", "exten => s,1,Hangup()"]);
        await using var asterisk = new LocalAsterisk(AsteriskLab.Options());
        await CommandAsync(asterisk, "dialplan reload");
        using var end = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        while (!await IsThereAsync(asterisk, last))
        {
            await Task.Delay(20, end.Token);
        }

        File.Delete(DialPlan);
    }

    private static async Task<bool> IsThereAsync(LocalAsterisk asterisk, string context)
    {
        try
        {
            return (await CommandAsync(asterisk, $"dialplan show {context}")).Contains("Hangup", StringComparison.Ordinal);
        }
        catch (AmiActionException)
        {
            // So it says of a context that it does not know.
            return false;
        }
    }

    private static Task SetAsync(LocalAsterisk asterisk, string hours) =>
        CommandAsync(asterisk, $"dialplan set global SARKPSHOURS {hours}");

    private static async Task<string> CommandAsync(LocalAsterisk asterisk, string command) =>
        string.Join('\n', (await asterisk.Client.SendAsync(new AmiAction("Command").With("Command", command))).Response.All("Output"));

    private static async Task<bool> RingsAsync(LocalAsterisk asterisk, string number, string context)
    {
        // A number that no context knows is an exception, and no call that was forbidden.
        var reply = await asterisk.Client.SendAsync(new AmiAction("Originate")
        {
            Answer = AmiAnswer.Outcome,
            CompletedBy = "OriginateResponse"
        }
            .With("Channel", $"Local/{number}@{context}")
            .With("Application", "Wait")
            .With("Data", "0")
            .With("Async", "true"));
        return reply.Items[0].Response == "Success";
    }

    [GeneratedRegex(@"```powershell\n(.*?)```", RegexOptions.Singleline | RegexOptions.CultureInvariant)]
    private static partial Regex Script();

    [GeneratedRegex(@"^\|.*\|$", RegexOptions.Multiline | RegexOptions.CultureInvariant)]
    private static partial Regex Row();
}
