using System.Management.Automation;
using SarkPS.Descriptors;
using SarkPS.Tests.Support;

namespace SarkPS.Tests.Cmdlets;

/// <summary>Which row and which exchange is meant: nothing that was meant for one reaches another.</summary>
public sealed class IdentityTests
{
    private const string Setup = """
        $null = New-SarkTenant acme -Description Acme
        $null = New-SarkTenant other -Description Other
        $null = New-SarkExtension 501 -Tenant acme -Description Desk
        $null = New-SarkExtension 502 -Tenant acme -Description Hall
        $null = New-SarkExtension 601 -Tenant other -Description Door
        $null = New-SarkCosRule abroad -DialPlan _00.
        $null = New-SarkCosOpen 501, 502 abroad
        """;

    // Keys that look like a pattern for the key after them.
    private static readonly (string Noun, string Make, string Odd, string Other)[] OddKeys =
    [
        ("InboundRoute", "-Tenant acme -Carrier DiD -TrunkName t", "_0[12]XXXXXXXX", "_01XXXXXXXX"),
        ("CustomApp", "-Tenant acme -Span Neither", "*60", "160"),
        ("CustomApp", "-Tenant acme -Span Neither", "[sales]", "s"),
        ("CustomApp", "-Tenant acme -Span Neither", "a?", "ab"),
        ("Template", "-Technology SIP", "phone?", "phone1"),
    ];

    public static TheoryData<Side, string, string, string, string> Odd
    {
        get
        {
            var data = new TheoryData<Side, string, string, string, string>();
            foreach (var side in new[] { Side.Local, Side.Remote })
            {
                foreach (var (noun, make, odd, other) in OddKeys)
                {
                    data.Add(side, noun, make, odd, other);
                }
            }

            return data;
        }
    }

    public static TheoryData<string> Nothing => [
        "Get-SarkExtension $null", "Get-SarkExtension ''", "Get-SarkExtension $row.Misspelt", "Get-SarkExtension -Key $null, '501'",
        "Get-SarkExtension -Key '501', ''", "Get-SarkExtension -Key @()",
        "$null | Get-SarkExtension", "'' | Get-SarkExtension", "$row.Misspelt | Get-SarkExtension", "Get-SarkExtension -InputObject $null",
        "$none = @{ Key = $null }; Get-SarkExtension @none",
        "Get-SarkExtension -Tenant $null", "Get-SarkExtension -Tenant ''", "Get-SarkExtension -Tenant acme, $null",
        "Get-SarkExtension -Device $null", "Get-SarkInboundRoute -Carrier $null",
        "Get-SarkTenant $null", "Get-SarkTrunk -Tenant $null", "Get-SarkQueue $null", "Get-SarkIvr $null", "Get-SarkTemplate $null",
        "Get-SarkDayTimer $null", "Get-SarkHolidayTimer -Tenant $null",
        "Get-SarkCosOpen $null", "Get-SarkCosOpen -Rule $null", "$null | Get-SarkCosClose", "Get-SarkDestination $null",
        "Get-SarkDestination -Kind $null", "$null | Get-SarkDestination",
        "Get-SarkSnapshot $null", "'' | Get-SarkSnapshot", "Get-SarkBackup -Name ''", "Get-SarkGreeting $row.Name",
        "$null | Get-SarkBackup",
        "Get-SarkSipPeer $null", "Get-SarkChannel ''", "$null | Get-SarkQueueStatus", "Get-SarkAgentStatus $null",
        "$null | Get-SarkMailbox", "$null | Get-SarkConferenceMember",
        "$null | Remove-SarkExtension -Force", "'' | Remove-SarkExtension -Force", "$null | Remove-SarkCosOpen -Force",
        "Remove-SarkCosOpen 501 -Rule $null -Force", "Remove-SarkCosOpen 501 -Rule $row.Rule -Force",
        "$null | Set-SarkExtension -Description x", "$null | New-SarkExtension -Tenant acme", "'' | New-SarkExtension -Tenant acme",
        "$null | Set-SarkGlobal -RingDelay 44",
        "$null | Remove-SarkBackup -Force", "$null | Remove-SarkSnapshot -Force", "$null | Restore-SarkSnapshot -Confirm:$false",
        "$null | Export-SarkBackup", "$null | Test-SarkBackup",
        "$null | Get-SarkExtensionRuntime", "$null | Set-SarkExtensionRuntime -RingDelay 4", "$null | Disconnect-SarkCall",
    ];

    public static TheoryData<string> Mandatory => [
        "Remove-SarkExtension $null -Force", "Remove-SarkExtension '' -Force", "Remove-SarkExtension 501, $null -Force",
        "Set-SarkExtension $null -Description x", "New-SarkExtension $null -Tenant acme",
        "New-SarkCosOpen $null abroad", "New-SarkCosOpen 501 $null", "Remove-SarkCosOpen $null -Force", "Remove-SarkBackup $null -Force",
        "Remove-SarkSnapshot '' -Force", "Remove-SarkGreeting $null -Force",
        "Restore-SarkSnapshot $null -Confirm:$false", "Get-SarkMailbox $null", "Get-SarkConferenceMember $null",
        "Set-SarkExtensionRuntime $null -RingDelay 4", "Get-SarkExtension -Connection $null",
        "Remove-SarkExtension 501 -Force -Connection $row.Misspelt", "Set-SarkExtension 501 -Description x -Connection $null",
        "New-SarkSnapshot -Connection $null", "Get-SarkGlobal -Connection $null",
    ];

    [Theory]
    [MemberData(nameof(Odd))]
    public async Task The_key_of_an_object_is_taken_letter_by_letter(Side side, string noun, string make, string odd, string other)
    {
        await using var engine = await StartAsync(side);
        // SARK's pages and sark6api let such keys in; the module's commands would not.
        void MakeOdd()
        {
            engine.Run($"$null = New-Sark{noun} 6543 {make}").Good();
            engine.Database.Execute($"UPDATE \"{SarkResources.Find(noun).Table}\" SET pkey = @odd WHERE pkey = '6543'", ("@odd", odd));
        }

        engine.Run($"$null = New-Sark{noun} $other {make}", ("odd", odd), ("other", other)).Good();
        MakeOdd();
        string Keys(string script) =>
            string.Join(
                '|',
                engine.Run(script).Good().Output.Select(o => ((SarkRecord)o.BaseObject).ToString()).Where(k => k == odd || k == other));

        Assert.Equal(odd, Keys($"Get-Sark{noun} | Where-Object Key -ceq $odd | Get-Sark{noun}"));
        Assert.Equal(odd, Keys($"$odd | Get-Sark{noun}"));
        Assert.Equal(odd, Keys($"[pscustomobject]@{{ Key = $odd }} | Get-Sark{noun}"));
        Assert.Equal(odd, Keys($"@{{ pkey = $odd }} | Get-Sark{noun}"));
        Assert.Equal(odd, Keys($"Get-Sark{noun} ([WildcardPattern]::Escape($odd))"));
        Assert.DoesNotContain(odd, Keys($"Get-Sark{noun} $odd").Split('|').Where(_ => odd.Contains('[', StringComparison.Ordinal)));
        Assert.Contains(other, Keys($"Get-Sark{noun} $odd"), StringComparison.Ordinal);

        engine.Run($"$object = Get-Sark{noun} | Where-Object Key -ceq $odd; Remove-Sark{noun} $object -Confirm:$false").Good();
        Assert.Equal(other, Keys($"Get-Sark{noun}"));
        MakeOdd();
        engine.Run($"Get-Sark{noun} | Where-Object Key -ceq $odd | Remove-Sark{noun} -Confirm:$false").Good();
        Assert.Equal(other, Keys($"Get-Sark{noun}"));
    }

    [Theory]
    [InlineData("Get-SarkExtension '['", "SarkExtensionBadRequest")]
    [InlineData("Remove-SarkExtension '[' -Force", "SarkExtensionBadRequest")]
    [InlineData("Set-SarkExtension '5[' -Description x", "SarkExtensionBadRequest")]
    [InlineData("Get-SarkExtension -Tenant 'ac[me'", "SarkTenantBadRequest")]
    [InlineData("Get-SarkCosOpen '['", "SarkExtensionBadRequest")]
    [InlineData("Get-SarkSnapshot '['", "SarkSnapshotBadRequest")]
    [InlineData("Remove-SarkBackup '[' -Force", "SarkBackupBadRequest")]
    [InlineData("Get-SarkDestination '['", "SarkDestinationBadRequest")]
    public async Task What_is_no_pattern_is_an_error_of_that_item(string script, string id)
    {
        await using var engine = await StartAsync(Side.Local);
        var error = engine.Run(script).Error();
        Assert.StartsWith(id + ",", error.FullyQualifiedErrorId, StringComparison.Ordinal);
        Assert.Contains('[', error.ToString());
        Assert.Equal(ErrorCategory.InvalidArgument, error.CategoryInfo.Category);
    }

    [Theory]
    [MemberData(nameof(Nothing))]
    public async Task Nothing_is_an_error_and_never_all(string script)
    {
        await using var engine = await StartAsync(Side.Local);
        var before = engine.Database.Content();
        var result = engine.Run("$row = [pscustomobject]@{ Name = $null; Rule = '' }; " + script);
        Assert.Empty(result.Output);
        Assert.Contains("null or empty", result.Error().ToString(), StringComparison.Ordinal);
        Assert.Empty(before.ChangesTo(engine.Database.Content()));
    }

    [Theory]
    [MemberData(nameof(Mandatory))]
    public async Task Nothing_where_something_must_be_named_ends_the_command(string script)
    {
        await using var engine = await StartAsync(Side.Local);
        var before = engine.Database.Content();
        var result = engine.Run("$row = [pscustomobject]@{ Name = $null }; " + script);
        Assert.Empty(result.Output);
        var error = result.End ?? Assert.Single(result.Errors);
        Assert.Matches("-?(Key|Name|Extension|Rule|Conference|Connection)\\b.*(null|empty)", error.ToString());
        Assert.Empty(before.ChangesTo(engine.Database.Content()));
    }

    [Fact]
    public async Task An_empty_pipeline_lists_nothing_and_says_nothing()
    {
        await using var engine = await StartAsync(Side.Local);
        Assert.Empty(engine.Run("@() | Get-SarkExtension; @() | Remove-SarkExtension -Force; @() | Get-SarkSnapshot; @() | "
            + "Get-SarkCosOpen; @() | Set-SarkExtension -Description x; Get-SarkExtension 9* | Get-SarkTenant").Good().Output);
        Assert.Equal(["", "501"], engine.Run("$null, '501' | Get-SarkExtension").Errors.Select(_ => "").Append("501"));
        Assert.Equal("501", Assert.Single(engine.Run("$null, '501' | Get-SarkExtension").Of<Extension>()).Key);
    }

    [Theory]
    [InlineData(Side.Local)]
    [InlineData(Side.Remote)]
    public async Task An_object_of_another_kind_binds_by_what_it_is(Side side)
    {
        await using var engine = await StartAsync(side);
        string Names(string script) => string.Join(' ', engine.Run(script).Good().Output);
        Assert.Equal("501 502", Names("Get-SarkTenant acme | Get-SarkExtension"));
        Assert.Equal("502", Names("Get-SarkTenant acme | Get-SarkExtension *2"));
        Assert.Equal("501 502", Names("Get-SarkExtension (Get-SarkTenant acme)"));
        Assert.Equal("acme", Names("Get-SarkExtension 501 | Get-SarkTenant"));
        Assert.Equal("501/abroad", Names("Get-SarkExtension 501 | Get-SarkCosOpen"));
        Assert.Equal("501/abroad 502/abroad", Names("Get-SarkCosRule abroad | Get-SarkCosOpen"));
        Assert.Equal("502", Names("Get-SarkCosOpen 502 | Get-SarkExtension"));
        Assert.Equal("501/abroad", Names("Get-SarkCosRule abroad | New-SarkCosClose -Extension 501"));
        Assert.Equal("acme", Assert.Single(engine.Run("Get-SarkTenant acme | New-SarkExtension 777").Good().Of<Extension>()).Tenant);
        Assert.Equal("acme", Assert.Single(engine.Run("Get-SarkTenant acme | New-SarkQueue sales").Good().Of<Queue>()).Tenant);

        var before = engine.Database.Content();
        foreach (var script in new[]
        {
            "Get-SarkTenant acme | Remove-SarkExtension -Force", "Get-SarkExtension 501 | Remove-SarkTenant -Force",
            "Get-SarkExtension 501 | Get-SarkTrunk", "Get-SarkTenant acme | Get-SarkCosOpen",
            "Get-SarkTenant acme | Set-SarkExtension -Description x", "Get-SarkExtension 501 | Set-SarkTenant -Description x",
            "Get-SarkExtension 501 | New-SarkQueue q", "Get-SarkTenant acme | New-SarkExtension",
            "Get-SarkTenant acme | Remove-SarkCosOpen -Force", "Get-SarkTenant acme | Get-SarkSnapshot",
            "Get-SarkTenant acme | Remove-SarkBackup -Force", "Get-SarkTenant acme | Get-SarkMailbox",
            "Get-SarkTenant acme | Get-SarkExtensionRuntime", "Get-SarkTenant acme | Disconnect-SarkCall",
            "Get-SarkTenant acme | Invoke-SarkOriginate -Target 501", "Get-SarkTenant acme | Remove-SarkDbEntry -Family x",
            "Get-SarkTenant acme | Get-SarkSipPeer", "Get-SarkTenant acme | Get-SarkDestination",
            "Get-SarkTenant acme | Set-SarkGlobal -RingDelay 44",
            "Remove-SarkExtension (Get-SarkTenant acme) -Force", "[pscustomobject]@{ Number = 501 } | Remove-SarkExtension -Force",
            "$true | Remove-SarkExtension -Force",
        })
        {
            var result = engine.Run(script);
            Assert.True(result.Output.Count == 0 && result.Errors.Count == 1, script);
            Assert.EndsWith("BadRequest", result.Error().FullyQualifiedErrorId.Split(',')[0], StringComparison.Ordinal);
        }

        Assert.Empty(before.ChangesTo(engine.Database.Content()));
    }

    [Theory]
    [InlineData(Side.Local)]
    [InlineData(Side.Remote)]
    public async Task A_tenant_that_does_not_exist_is_an_error_that_names_the_near_one(Side side)
    {
        await using var engine = await StartAsync(side);
        foreach (var (tenant, near) in new[] { ("ACME", "'acme'"), ("acne", "'acme'"), ("nosuch", null) })
        {
            var error = engine.Run($"Get-SarkExtension -Tenant {tenant}").Error();
            Assert.Equal($"SarkTenantNotFound,{typeof(SarkPS.Cmdlets.GetSarkExtensionCommand).FullName}", error.FullyQualifiedErrorId);
            Assert.Equal(near is not null, error.ToString().Contains($"There is {near}", StringComparison.Ordinal) && near is not null);
        }

        var result = engine.Run("Get-SarkExtension -Tenant acme, nosuch");
        Assert.Equal(["501", "502"], result.Of<Extension>().Select(e => e.Key));
        Assert.Equal("nosuch", result.Error().TargetObject);
        Assert.Equal("nosuch", engine.Run("Get-SarkExtension 501 -Tenant nosuch").Error().TargetObject);
        Assert.Equal("599", engine.Run("Get-SarkCosOpen 599").Error().TargetObject);
        Assert.Empty(
            engine.Run("Get-SarkExtension -Tenant z*; Get-SarkQueue -Tenant acme; Get-SarkExtension 601 -Tenant acme").Good().Output);
        Assert.Equal("501", Assert.Single(engine.Run("Get-SarkExtension 501 -Tenant (Get-SarkTenant acme)").Good().Of<Extension>()).Key);
    }

    [Fact]
    public async Task Removing_asks_and_Force_answers_for_scripts()
    {
        await using var engine = await StartAsync(Side.Local);
        var before = engine.Database.Content();
        // The host of these tests cannot ask, which ends the command.
        foreach (var script in new[] {
            "Get-SarkExtension | Remove-SarkExtension",
            "Remove-SarkExtension *",
            "Get-SarkCosOpen | Remove-SarkCosOpen",
            "Remove-SarkExtension 501 -Force -Confirm" })
        {
            var result = engine.Run(script);
            Assert.NotNull(result.End ?? result.Errors.SingleOrDefault());
        }

        engine.Run("Remove-SarkExtension * -Force -WhatIf; Remove-SarkCosOpen 501 -Force -WhatIf; $WhatIfPreference = $true; "
            + "Remove-SarkExtension * -Force; $WhatIfPreference = $false").Good();
        Assert.Empty(before.ChangesTo(engine.Database.Content()));

        engine.Run("Remove-SarkExtension 501 -Force; Get-SarkExtension 601 | Remove-SarkExtension -Confirm:$false").Good();
        Assert.Equal("502", Assert.Single(engine.Run("Get-SarkExtension").Good().Of<Extension>()).Key);
    }

    [Theory]
    [InlineData(Side.Local)]
    [InlineData(Side.Remote)]
    public async Task Several_keys_patterns_and_numbers_are_changed_and_made(Side side)
    {
        await using var engine = await StartAsync(side);
        string Rows(string script) => string.Join(' ', engine.Run(script).Good().Of<Extension>().Select(e => $"{e.Key}={e.Description}"));
        Assert.Equal("501=A 502=A", Rows("Set-SarkExtension 50* -Description A -PassThru"));
        Assert.Equal("501=B 601=B", Rows("Set-SarkExtension 501, 601 -Description B -PassThru"));
        Assert.Equal("501=C", Rows("501 | Set-SarkExtension -Description C -PassThru"));
        Assert.Equal("502=D", Rows("Set-SarkExtension (Get-SarkExtension 502) -Description D -PassThru"));
        Assert.Equal("430=N 431=N 432=N", Rows("430..432 | New-SarkExtension -Tenant acme -Description N"));
        Assert.Equal("440 441", string.Join(' ', engine.Run("New-SarkExtension 440, 441 -Tenant acme").Good().Output));
        var result = engine.Run("Set-SarkExtension 501, 599, 601 -Description E -PassThru");
        Assert.Equal(["501", "601"], result.Of<Extension>().Select(e => e.Key));
        Assert.Equal("599", result.Error().TargetObject);
        Assert.Empty(engine.Run("Set-SarkExtension 9* -Description x").Good().Output);
    }

    [Theory]
    [InlineData(Side.Local)]
    [InlineData(Side.Remote)]
    public async Task What_was_changed_of_an_object_is_written_and_nothing_else(Side side)
    {
        await using var engine = await StartAsync(side);
        engine.Run("$e = Get-SarkExtension 501; $e.Description = 'Reception'; $e.Active = $false; Set-SarkExtension 501 -CellPhone 123; "
            + "$e | Set-SarkExtension").Good();
        var row = engine.Run("Get-SarkExtension 501").Single<Extension>();
        Assert.Equal(("Reception", false, "123"), (row.Description, row.Active, row.CellPhone));

        engine.Run("$e.Description = 'Stale'; $e | Set-SarkExtension -Description Typed").Good();
        Assert.Equal("Typed", engine.Run("Get-SarkExtension 501").Single<Extension>().Description);

        var before = engine.Database.Content();
        engine.Run("Get-SarkExtension 501 | Set-SarkExtension").Good();
        Assert.Equal(
            "SarkExtensionValidation",
            Id(engine.Run("$e = Get-SarkExtension 501; $e.Technology = 'IAX2'; $e | Set-SarkExtension")));
        foreach (var command in new[] {
            "Set-SarkExtension -Description x",
            "Remove-SarkExtension -Force",
            "Get-SarkExtension",
            "New-SarkCosOpen -Rule abroad" })
        {
            Assert.Contains(
                "'501' was changed to '502'",
                engine.Run($"$e = Get-SarkExtension 501; $e.Key = '502'; $e | {command}").Error().ToString(),
                StringComparison.Ordinal);
        }

        Assert.Contains(
            "-Key says '502'",
            engine.Run("Get-SarkExtension 501 | Set-SarkExtension -Key 502 -Description x").Error().ToString(),
            StringComparison.Ordinal);
        Assert.Empty(before.ChangesTo(engine.Database.Content()));

        engine.Run("$g = Get-SarkGlobal; $g.RingDelay = 33; $g | Set-SarkGlobal").Good();
        Assert.Equal(33, engine.Run("Get-SarkGlobal").Single<Global>().RingDelay);
    }

    [Fact]
    public async Task An_object_goes_back_to_the_exchange_that_it_came_from()
    {
        await using var engine = await StartAsync(Side.Local);
        using var second = new TestDatabase(Schema.Embedded);
        engine.Run("$two = Connect-Sark -Database $second -NotDefault; $null = New-SarkTenant acme -Description Two -Connection $two; "
            + "$null = New-SarkExtension 501 -Tenant acme -Description Two -Connection $two", ("second", second.Path)).Good();
        engine.Run("(Get-SarkExtension 501), (Get-SarkExtension 501 -Connection $two) | ForEach-Object { $_.CallerId = if ($_.Exchange "
            + "-eq $second) { '2' } else { '1' }; $_ } | Set-SarkExtension").Good();
        Assert.Equal(
            ["1", "2"],
            engine.Run("Get-SarkExtension 501; Get-SarkExtension 501 -Connection $two").Good().Of<Extension>().Select(e => e.CallerId));
        Assert.Equal(
            [second.Path],
            engine.Run("(Get-SarkTenant acme -Connection $two | Get-SarkExtension).Exchange").Good().Output.Select(o => o.ToString()));
        engine.Run("Get-SarkExtension 501 -Connection $two | Remove-SarkExtension -Force").Good();
        Assert.Equal(engine.Database.Path, engine.Run("Get-SarkExtension 501").Single<Extension>().Exchange);
        Assert.Equal("SarkExtensionNotFound", Id(engine.Run("Get-SarkExtension 501 -Connection $two")));

        // A copy is made where the session is connected.
        engine.Run("$null = New-SarkExtension 990 -Tenant acme -Connection $two; $null = Get-SarkExtension 990 -Connection $two | "
            + "New-SarkExtension").Good();
        Assert.Equal(engine.Database.Path, engine.Run("Get-SarkExtension 990").Single<Extension>().Exchange);

        // What was serialized cannot go back by itself, and is not taken elsewhere either.
        const string Far = "$far = [pscustomobject]@{ Key = '501'; Exchange = $second }; $far.PSTypeNames.Insert(0, "
            + "'Deserialized.SarkPS.Extension'); $far | ";
        foreach (var command in new[] { "Remove-SarkExtension -Force", "Set-SarkExtension -CallerId 9", "Get-SarkExtension" })
        {
            Assert.Contains(second.Path, engine.Run(Far + command).Error().ToString(), StringComparison.Ordinal);
        }

        Assert.Equal("501", engine.Run(
            Far.Replace("$second", "(Get-SarkConnection).Location", StringComparison.Ordinal)
                + "Get-SarkExtension").Single<Extension>().Key);
        Assert.Contains("closed", engine.Run(
            "$e = Get-SarkExtension 990 -Connection $two; Disconnect-Sark $two; $e | Remove-SarkExtension -Force").Error().ToString(),
                StringComparison.Ordinal);
        foreach (var script in new[] { "Get-SarkExtension -Connection $two", "Set-SarkExtension 990 -CallerId 9 -Connection $two" })
        {
            var result = engine.Run(script);
            Assert.Contains("is closed", (result.End ?? Assert.Single(result.Errors)).ToString(), StringComparison.Ordinal);
        }

        // Once let go of, or in a runspace beside one that connected elsewhere, there is none until one is named.
        var none = engine.Run("Disconnect-Sark; Get-SarkExtension");
        Assert.StartsWith(
            "SarkConnectionUnavailable,",
            (none.End ?? Assert.Single(none.Errors)).FullyQualifiedErrorId,
            StringComparison.Ordinal);
        Assert.Empty(none.Output);
        await using var fresh = await TestEngine.StartAsync(Side.Local, Schema.Embedded);
        var beside = fresh.Run("$null = Connect-Sark -Database /nowhere/sark.db; Get-SarkExtension");
        Assert.Empty(beside.Output);
        Assert.Contains(
            beside.Errors.Append(beside.End),
            e => e?.FullyQualifiedErrorId.StartsWith("SarkConnectionUnavailable,", StringComparison.Ordinal) == true);
    }

    [Theory]
    [InlineData("Get-SarkExtension 501 | New-SarkExtension -Key { '9' + $_.Key }", "9501")]
    [InlineData("Get-SarkExtension 50* | Set-SarkExtension -Active { $_.Key -eq 501 } -PassThru | ForEach-Object Active", "True", "False")]
    [InlineData(
        "Set-SarkExtension 50* -Description { 'Phone ' + $_.Key } -PassThru | ForEach-Object Description",
        "Phone 501",
        "Phone 502")]
    [InlineData(
        "Get-SarkExtension 50* | Set-SarkExtension -Description { $_.Key + $_.Tenant } -PassThru | ForEach-Object Description",
        "501acme",
        "502acme")]
    [InlineData(
        "'701', '702' | New-SarkExtension -Tenant { 'acme' } -Description { \"Desk $_\" } | ForEach-Object Description",
        "Desk 701",
        "Desk 702")]
    [InlineData(
        "Get-SarkTenant acme, other | Set-SarkTenant -MaxChannels { $_.Key.Length * 2 } -PassThru | ForEach-Object MaxChannels",
        "8",
        "10")]
    public async Task A_script_block_is_asked_for_each_row(string script, params string[] expected)
    {
        await using var engine = await StartAsync(Side.Local);
        Assert.Equal(expected, engine.Run(script).Good().Output.Select(o => o.ToString()));
    }

    private static string Id(ScriptResult result) => result.Error().FullyQualifiedErrorId.Split(',')[0];

    private static async Task<TestEngine> StartAsync(Side side)
    {
        var engine = await TestEngine.StartAsync(side, Schema.Embedded);
        engine.Run(Setup).Good();
        return engine;
    }
}
