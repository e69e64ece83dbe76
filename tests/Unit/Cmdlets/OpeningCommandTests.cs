using System.Text.RegularExpressions;
using SarkPS.Tests.Support;
using SarkPS.Tests.Twin;

namespace SarkPS.Tests.Cmdlets;

/// <summary>Opening hours and classes of service at the prompt: what people type closes and forbids what they mean.</summary>
public sealed partial class OpeningCommandTests
{
    public static TheoryData<Side, Schema> All => Sides.All;

    [SkippableTheory]
    [MemberData(nameof(All))]
    public async Task Hours_are_said_in_several_ways(Side side, Schema schema)
    {
        await using var engine = await TestEngine.StartAsync(side, schema);
        DayTimer Timer(string script) => engine.Run(script).Single<DayTimer>();

        Assert.Equal("*-*", Timer("New-SarkDayTimer -DayOfWeek sun -ClosedAllDay").TimeSpan);
        Assert.Equal("*-*", Timer("New-SarkDayTimer -DayOfWeek sun").TimeSpan);
        Assert.Equal("*-*", Timer("New-SarkDayTimer -DayOfWeek sun -TimeSpan ''").TimeSpan);
        Assert.Equal("*-*", Timer("New-SarkDayTimer -DayOfWeek sun -TimeSpan $null").TimeSpan);
        Assert.Equal("*-*", Timer("New-SarkDayTimer -DayOfWeek sun -TimeSpan '*'").TimeSpan);
        var night = Timer("New-SarkDayTimer -ClosedFrom 17:30 -ClosedUntil 8:30");
        Assert.Equal("17:30-08:30", night.TimeSpan);
        Assert.Equal("*-*", Timer($"Set-SarkDayTimer {night.Key} -DayOfWeek sat -ClosedAllDay -PassThru").TimeSpan);
        Assert.Equal(
            "12:00-13:00",
            Timer($"Get-SarkDayTimer {night.Key} | Set-SarkDayTimer -ClosedFrom 12:00 -ClosedUntil 13:00 -PassThru").TimeSpan);
        Assert.Equal("1", Timer($"Set-SarkDayTimer {night.Key} -DayOfMonth 01 -PassThru").DayOfMonth);

        Assert.Contains(
            "give one of them",
            engine.Run("New-SarkDayTimer -ClosedAllDay -TimeSpan 08:00-09:00").Failure.ToString(),
            StringComparison.Ordinal);
        Assert.Contains("give both", engine.Run("New-SarkDayTimer -ClosedFrom 08:00").Failure.ToString(), StringComparison.Ordinal);
        Assert.Contains(
            "the whole of every day",
            engine.Run("New-SarkDayTimer -ClosedAllDay").Failure.ToString(),
            StringComparison.Ordinal);

        var later = engine.Run("New-SarkDayTimer -Description later").Good();
        Assert.Equal("*-*", Assert.Single(later.Of<DayTimer>()).TimeSpan);
        Assert.Contains("never closes the tenant 'default'", Assert.Single(later.Warnings), StringComparison.Ordinal);
        Assert.Empty(engine.Run("New-SarkDayTimer -DayOfWeek sun").Good().Warnings);
    }

    [SkippableTheory]
    [MemberData(nameof(All))]
    public async Task The_first_example_opens_a_company_in_office_hours(Side side, Schema schema)
    {
        await using var engine = await TestEngine.StartAsync(side, schema);
        engine.Run("New-SarkTenant acme -Description Acme").Good();
        var page = await File.ReadAllTextAsync(Path.Combine(Repository.Root, "docs", "en-US", "New-SarkDayTimer.md"));
        var said = engine.Run(Example().Match(page).Groups[1].Value).Good();
        Assert.Matches("^open: (True|False), until .+", (string)said.Output[^1].BaseObject);
        string State(string time)
        {
            using var connection = engine.Database.Open();
            TimerTwin.Run(connection, DateTime.Parse(time, System.Globalization.CultureInfo.InvariantCulture));
            return (string)engine.Database.Value("SELECT oclo FROM Cluster WHERE pkey = 'acme'")!;
        }

        // Monday to Sunday.
        for (var day = 7; day <= 13; day++)
        {
            var isWeekend = day >= 12;
            Assert.Equal("CLOSED", State($"2026-12-{day:00} 08:29"));
            Assert.Equal(isWeekend ? "CLOSED" : "OPEN", State($"2026-12-{day:00} 08:30"));
            Assert.Equal(isWeekend ? "CLOSED" : "OPEN", State($"2026-12-{day:00} 17:30"));
            Assert.Equal("CLOSED", State($"2026-12-{day:00} 17:31"));
        }
    }

    [SkippableTheory]
    [MemberData(nameof(All))]
    public async Task Tenants_say_whether_they_are_open(Side side, Schema schema)
    {
        await using var engine = await TestEngine.StartAsync(side, schema);
        engine.Run("""
            New-SarkTenant open -Description o
            New-SarkTenant shut -Description s -OpenCloseMode CLOSED
            New-SarkTenant week -Description w
            'mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun' | ForEach-Object { New-SarkDayTimer -Tenant week -DayOfWeek $_ -ClosedAllDay }
            New-SarkTenant minute -Description m
            New-SarkDayTimer -Tenant minute -Month feb -DayOfMonth 29 -DayOfWeek mon -ClosedAllDay
            """).Good();
        var tenants = engine.Run("Get-SarkTenant").Good().Of<Tenant>().ToDictionary(t => t.Key!);
        Assert.Equal((true, null), (tenants["open"].IsOpen, tenants["open"].NextChange));
        Assert.Equal((false, null), (tenants["shut"].IsOpen, tenants["shut"].NextChange));
        Assert.Equal((false, null), (tenants["week"].IsOpen, tenants["week"].NextChange));
        Assert.Equal(true, tenants["minute"].IsOpen);
        Assert.Equal((2, 29, DayOfWeek.Monday, TimeSpan.Zero), (tenants["minute"].NextChange!.Value.Month, tenants["minute"].NextChange!
            .Value
            .Day, tenants["minute"].NextChange!.Value.DayOfWeek, tenants["minute"].NextChange!.Value.TimeOfDay));
        Assert.Equal(false, engine.Run("Get-SarkTenant shut").Single<Tenant>().IsOpen);
        Assert.Equal(["shut", "week"], engine.Run("Get-SarkTenant | Where-Object IsOpen -eq $false | ForEach-Object Key").Good().Output
            .Select(o => (string)o.BaseObject));
        // A copy looks at no hours, and they are no property that a change could mean.
        Assert.Empty(engine.Run("Get-SarkTenant week | New-SarkTenant -Key copy; Get-SarkTenant week | Set-SarkTenant -Description x")
            .Good()
            .Warnings);
    }

    [Fact]
    public async Task Hours_are_asked_for_once_and_only_when_somebody_looks()
    {
        await using var service = await StubService.StartAsync(context => context.Request.Path.Value == "/api/hours"
            ? StubService.Json(
                context,
                200,
                """[{"pkey":"a","open":true,"nextchange":"2026-12-04T17:31:00+01:00"},{"pkey":"b","open":false,"nextchange":null}]""")
            : StubService.Json(context, 200, """[{"pkey":"a"},{"pkey":"b"},{"pkey":"c"}]"""));
        await using var engine = await TestEngine.StartAsync(Side.Local, Schema.Embedded);
        engine.Run("Connect-Sark $address", ("address", service.Address)).Good();

        var tenants = engine.Run("Get-SarkTenant").Good().Of<Tenant>().ToArray();
        Assert.DoesNotContain(service.Requests, r => r.Contains("hours", StringComparison.Ordinal));

        Assert.Equal([true, false, null], tenants.Select(t => t.IsOpen));
        Assert.Equal([new DateTimeOffset(2026, 12, 4, 17, 31, 0, TimeSpan.FromHours(1)), null, null], tenants.Select(t => t.NextChange));
        Assert.Equal(TimeSpan.FromHours(1), tenants[0].NextChange!.Value.Offset);
        Assert.Single(service.Requests, r => r.Contains("hours", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_service_that_knows_no_hours_leaves_them_empty()
    {
        await using var service = await StubService.StartAsync(context => context.Request.Path.Value == "/api/hours"
            ? StubService.Json(context, 404, """{"message":"Page Not Found. Check your URI for correctness"}""")
            : StubService.Json(context, 200, """[{"pkey":"a"}]"""));
        await using var engine = await TestEngine.StartAsync(Side.Local, Schema.Embedded);
        engine.Run("Connect-Sark $address", ("address", service.Address)).Good();
        var tenant = engine.Run("Get-SarkTenant").Single<Tenant>();
        Assert.Equal((null, null), (tenant.IsOpen, tenant.NextChange));
    }

    [SkippableTheory]
    [MemberData(nameof(All))]
    public async Task A_rule_removed_by_force_takes_its_pairs_along(Side side, Schema schema)
    {
        await using var engine = await TestEngine.StartAsync(side, schema);
        engine.Run("""
            New-SarkExtension 5001, 5002 -Tenant default
            New-SarkCosRule abroad, premium -DialPlan '_00X.'
            New-SarkCosOpen 5001, 5002 abroad, premium
            New-SarkCosClose 5001 abroad
            """).Good();
        var before = engine.Database.Content();
        Assert.Equal(
            "SarkCosRuleConflict",
            engine.Run("Remove-SarkCosRule abroad -Confirm:$false").Failure.FullyQualifiedErrorId.Split(',')[0]);
        engine.Run("Remove-SarkCosRule abroad -Force -WhatIf");
        Assert.Empty(before.ChangesTo(engine.Database.Content()));

        var removed = engine.Run("Remove-SarkCosRule abroad -Force").Good();
        Assert.Empty(removed.Warnings);
        Assert.Equal(
            ["5001/premium", "5002/premium"],
            engine.Run("Get-SarkCosOpen; Get-SarkCosClose").Good().Output.Select(o => o.ToString()!));
        engine.Run("New-SarkCosRule abroad -DialPlan '_00X.'").Good();
        Assert.Empty(engine.Run("Get-SarkCosOpen -Rule abroad; Get-SarkCosClose").Good().Output);
    }

    [Theory]
    [InlineData("Get-SarkCosRule", "forbidden")]
    [InlineData("New-SarkCosRule", "forbid")]
    [InlineData("Set-SarkCosRule", "forbids")]
    [InlineData("Remove-SarkCosRule", "Allows")]
    [InlineData("Get-SarkCosOpen", "forbids")]
    [InlineData("New-SarkCosOpen", "Forbids")]
    [InlineData("Remove-SarkCosOpen", "Allows")]
    [InlineData("Get-SarkCosClose", "forbids")]
    [InlineData("New-SarkCosClose", "Forbids")]
    [InlineData("Remove-SarkCosClose", "Allows")]
    public async Task Each_page_says_first_what_is_forbidden_by_day_and_by_night(string command, string word)
    {
        var page = await File.ReadAllTextAsync(Path.Combine(Repository.Root, "docs", "en-US", command + ".md"));
        var first = FirstSentence().Match(page).Groups[1].Value;
        Assert.Contains(word, first, StringComparison.Ordinal);
        var hours = command.EndsWith("Open", StringComparison.Ordinal)
            ? ["by day"]
            : command.EndsWith("Close", StringComparison.Ordinal) ? ["by night"] : new[] { "day", "night" };
        Assert.All(hours, h => Assert.Contains(h, first.ReplaceLineEndings(" "), StringComparison.Ordinal));
    }

    [GeneratedRegex(@"```powershell\n(.*?)```", RegexOptions.Singleline | RegexOptions.CultureInvariant)]
    private static partial Regex Example();

    [GeneratedRegex(@"## DESCRIPTION\n(.*?\.)\s", RegexOptions.Singleline | RegexOptions.CultureInvariant)]
    private static partial Regex FirstSentence();
}
