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
        engine.Run("New-SarkExtension 401 -Tenant default; New-SarkExtension 402 -Tenant default; New-SarkRingGroup 601 -Tenant default "
            + "-Outcome Hangup; New-SarkRingGroup 602 -Tenant default -Outcome Hangup -Members 601").Good();
        engine.Database.Execute("UPDATE IPphone SET \"desc\" = 'Ann O''Brien', passwd = 'it''s' WHERE pkey = '401'");
        engine.Database.Execute("UPDATE IPphone SET \"desc\" = 'Ann, Bob' WHERE pkey = '402'");
        engine.Database.Execute("UPDATE speed SET \"out\" = '602' WHERE pkey = '601'");
        engine.Database.Execute("INSERT INTO meetme (pkey, cluster, description) VALUES ('300', 'default', 'Ann''s room')");
        engine.Database.Execute("INSERT INTO Cluster (pkey, description) VALUES ('mainmenu', 'x')");
        var faults = engine.Run("Test-SarkConfiguration").Good().Of<ConfigurationFault>().ToArray();
        Assert.Equal(
            [
                "LosesRows Extension 401 (Description)", "LosesRows Extension 401 (Password)", "LosesRows meetme 300 (description)",
                "Value Extension 402 (Description)", "Collision Tenant mainmenu (Key)", "Loop RingGroup 601 (Members)",
                "Loop RingGroup 602 (Members)",
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
    public async Task A_trunk_takes_no_telephones_section(Side side, Schema schema)
    {
        await using var engine = await TestEngine.StartAsync(side, schema);
        var isPjsip = TestDatabase.VersionOf(schema) == SarkVersion.V65;
        string Trunk(string key, string peer) =>
            $"New-SarkTrunk {key} -Tenant default -Carrier GeneralSIP -HostName 192.0.2.1 -UserName {peer} -Password abcd2345";
        engine.Run("New-SarkExtension 401 -Tenant default; New-SarkExtension 402 -Tenant default").Good();
        var error = engine.Run(isPjsip ? Trunk("401", "carrier") : Trunk("main", "401")).Errors.Single();
        Assert.Contains("'401' would become a section", error.ToString(), StringComparison.Ordinal);
        // Another name, and IAX2, whose peers stand in another file.
        engine.Run($"{Trunk("main", "carrier")}; {Trunk("second", "carrier2")}; "
            + $"{Trunk("iax", "401").Replace("SIP", "IAX2", StringComparison.Ordinal)}").Good();
        Assert.Empty(engine.Run("Test-SarkConfiguration Collision").Good().Output);

        engine.Database.Execute(
            isPjsip ? "UPDATE lineIO SET pkey = '402' WHERE pkey = 'main'" : "UPDATE lineIO SET peername = '402' WHERE pkey = 'main'");
        Assert.Equal(
            ["Extension 402 (Key)", isPjsip ? "Trunk 402 (Key)" : "Trunk main (PeerName)"],
            engine.Run("Test-SarkConfiguration Collision").Good().Output.Select(f => f.ToString()).Order());
        var made = engine.Run("Remove-SarkExtension 402 -Confirm:$false; New-SarkExtension 402 -Tenant default").Errors.Single();
        Assert.Contains("'402' would become a section", made.ToString(), StringComparison.Ordinal);
    }

    [SkippableTheory]
    [MemberData(nameof(Sides.All), MemberType = typeof(Sides))]
    public async Task What_breaks_SARKs_generator_or_its_files_is_refused_or_told(Side side, Schema schema)
    {
        await using var engine = await TestEngine.StartAsync(side, schema);
        Assert.Contains("breaks off", Assert.Single(
            engine.Run("Set-SarkGlobal -CampOn $true -WarningVariable told -WarningAction SilentlyContinue; $told")
                .Output).ToString(), StringComparison.Ordinal);
        Assert.Contains(
            "';--'",
            engine.Run("New-SarkQueue q1 -Tenant default -Configuration \";-- mine`nmusicclass=default\"").Errors.Single().ToString(),
            StringComparison.Ordinal);
        engine.Run("New-SarkQueue q2 -Tenant default -Configuration \";--- mine`nmusicclass=default\"").Good();
        Assert.Contains(
            "ends with a backslash",
            engine.Run("New-SarkCustomApp a1 -Tenant default -DialPlan 'exten => s,1,NoOp(x)\\'").Errors.Single().ToString(),
            StringComparison.Ordinal);
        Assert.Contains(
            "a pattern of 80 bytes",
            engine.Run($"New-SarkCosRule r1 -DialPlan '_9. {new string('7', 80)}'").Errors.Single().ToString(),
            StringComparison.Ordinal);
        engine.Run($"New-SarkCosRule r2 -DialPlan '_9. {new string('7', 79)} _8.'").Good();
        Assert.Contains(
            "a pattern of the dial plan",
            engine.Run("New-SarkTenant _XXXX -Description x").Errors.Single().ToString(),
            StringComparison.Ordinal);
        engine.Run("New-SarkInboundRoute _01924XXXXXX -Tenant default -Carrier DiD -TrunkName x").Good();
        Assert.Contains(
            "CampOn",
            Assert.Single(engine.Run("Test-SarkConfiguration Value").Good().Output).ToString(),
            StringComparison.Ordinal);
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
