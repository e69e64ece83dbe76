using SarkPS.Tests.Support;

namespace SarkPS.Tests.Cmdlets;

/// <summary>Rows that are there already and that SARK's own programs cannot carry.</summary>
public sealed class ConfigurationTests
{
    [SkippableTheory]
    [MemberData(nameof(Sides.All), MemberType = typeof(Sides))]
    public async Task A_fresh_exchange_has_none(Side side, Schema schema)
    {
        await using var engine = await TestEngine.StartAsync(side, schema);
        Assert.Empty(engine.Run("Test-SarkConfiguration").Good().Output);
    }

    [SkippableTheory]
    [MemberData(nameof(Sides.All), MemberType = typeof(Sides))]
    public async Task What_SARK_cannot_carry_is_listed_row_by_row(Side side, Schema schema)
    {
        await using var engine = await TestEngine.StartAsync(side, schema);
        engine.Run("New-SarkExtension 401 -Tenant default; New-SarkExtension 402 -Tenant default; New-SarkRingGroup 601 -Tenant default -Outcome Hangup; New-SarkRingGroup 602 -Tenant default -Outcome Hangup -Members 601").Good();
        engine.Database.Execute("UPDATE IPphone SET \"desc\" = 'Ann O''Brien', passwd = 'it''s' WHERE pkey = '401'");
        engine.Database.Execute("UPDATE IPphone SET \"desc\" = 'Ann, Bob' WHERE pkey = '402'");
        engine.Database.Execute("UPDATE speed SET \"out\" = '602' WHERE pkey = '601'");
        engine.Database.Execute("INSERT INTO meetme (pkey, cluster, description) VALUES ('300', 'default', 'Ann''s room')");
        engine.Database.Execute("INSERT INTO Cluster (pkey, description) VALUES ('mainmenu', 'x')");
        var faults = engine.Run("Test-SarkConfiguration").Good().Of<ConfigurationFault>().ToArray();
        Assert.Equal(
            [
                "LosesRows Extension 401 (Description)", "LosesRows Extension 401 (Password)", "LosesRows meetme 300 (description)",
                "Value Extension 402 (Description)", "Collision Tenant mainmenu (Key)", "Loop RingGroup 601 (Members)", "Loop RingGroup 602 (Members)",
            ],
            faults.Where(f => f.Kind != FaultKind.Missing).Select(f => $"{f.Kind} {f}"));
        Assert.Equal("Ann O'Brien", faults[0].Value);
        Assert.Equal("default", faults[0].Tenant);
        Assert.Null(faults[1].Value);
        Assert.Contains("601 > 602 > 601", faults.Single(f => f is { Kind: FaultKind.Loop, Key: "601" }).Problem, StringComparison.Ordinal);
        Assert.All(faults, f => Assert.EndsWith(".", f.Problem, StringComparison.Ordinal));
        Assert.Equal(3, engine.Run("Test-SarkConfiguration LosesRows").Good().Output.Count);

        // What is there may stay while something else is changed, and can be put right.
        engine.Run("Set-SarkExtension 401 -CellPhone 441234567").Good();
        engine.Run("Set-SarkExtension 401 -Description 'Ann OBrien' -Password 'abcd2345'").Good();
        Assert.Single(engine.Run("Test-SarkConfiguration LosesRows").Good().Output);
    }

    [SkippableTheory]
    [MemberData(nameof(Sides.All), MemberType = typeof(Sides))]
    public async Task An_error_says_which_character_and_why(Side side, Schema schema)
    {
        await using var engine = await TestEngine.StartAsync(side, schema);
        var error = engine.Run("New-SarkExtension 401 -Tenant default -Description \"Ann O'Brien\"").Failure;
        Assert.Contains("may not hold an apostrophe ('): SARK's dump", error.ToString(), StringComparison.Ordinal);
        Assert.Null(engine.Database.Value("SELECT 1 FROM IPphone WHERE pkey = '401'"));
    }
}
