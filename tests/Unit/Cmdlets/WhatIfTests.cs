using System.Management.Automation;
using SarkPS.Tests.Support;

namespace SarkPS.Tests.Cmdlets;

/// <summary>-WhatIf says what would be refused, with the words of the real run, and changes nothing.</summary>
public sealed class WhatIfTests
{
    private const string Rows = """
        $rows = [pscustomobject]@{ Key = '701'; Description = 'Good'; MacAddress = ''; Kind = '' },
            [pscustomobject]@{ Key = '701'; Description = 'Twice'; MacAddress = ''; Kind = '' },
            [pscustomobject]@{ Key = '501'; Description = 'Taken'; MacAddress = ''; Kind = '' },
            [pscustomobject]@{ Key = '702'; Description = 'Dashes'; MacAddress = '00-04-13-A1-B2-01'; Kind = '' },
            [pscustomobject]@{ Key = '703'; Description = 'Same telephone'; MacAddress = '00:04:13:a1:b2:01'; Kind = '' },
            [pscustomobject]@{ Key = '704'; Description = 'No address'; MacAddress = '0004'; Kind = '' },
            [pscustomobject]@{ Key = '705'; Description = 'Kind'; MacAddress = ''; Kind = 'Webrtc ' },
            [pscustomobject]@{ Key = '706'; Description = 'Kind'; MacAddress = ''; Kind = 'Toaster' },
            [pscustomobject]@{ Key = '707'; Description = 'Diverts to one above'; VoicemailDivert = '701' }
        """;

    [SkippableTheory]
    [MemberData(nameof(Sides.All), MemberType = typeof(Sides))]
    public async Task Rows_are_judged_as_the_real_run_judges_them(Side side, Schema schema)
    {
        await using var engine = await TestEngine.StartAsync(side, schema);
        engine.Run("New-SarkTenant acme -Description A; New-SarkExtension 501 -Tenant acme; " + Rows).Good();
        var before = engine.Database.Content();
        var rehearsed = engine.Run("$rows | New-SarkExtension -Tenant acme -WhatIf");
        Assert.Empty(before.ChangesTo(engine.Database.Content()));
        Assert.Empty(rehearsed.Output);

        var real = engine.Run("$rows | New-SarkExtension -Tenant acme");
        Assert.Equal(["701", "702", "705", "707"], real.Of<Extension>().Select(e => e.Key));
        Assert.Equal(real.Errors.Select(Described), rehearsed.Errors.Select(Described));
        Assert.Equal(["701", "501", "703", "704", "706"], real.Errors.Select(e => ((PSObject)e.TargetObject).Properties["Key"].Value));
        Assert.Equal(
            (ErrorCategory.ResourceExists, ErrorCategory.ResourceExists),
            (real.Errors[0].CategoryInfo.Category, real.Errors[1].CategoryInfo.Category));
    }

    [SkippableTheory]
    [MemberData(nameof(Sides.All), MemberType = typeof(Sides))]
    public async Task A_change_a_removal_and_a_pair_are_judged_too(Side side, Schema schema)
    {
        await using var engine = await TestEngine.StartAsync(side, schema);
        engine.Run("New-SarkTenant acme -Description A; New-SarkExtension 501 -Tenant acme; New-SarkCosRule cos -DialPlan _0X.; "
            + "New-SarkCosOpen 501 cos").Good();
        var before = engine.Database.Content();
        foreach (var command in new[]
        {
            "Set-SarkExtension 501 -CallerId abc", "Set-SarkExtension 999 -CallerId 1", "Remove-SarkTenant acme -Confirm:$false",
            "Remove-SarkExtension 999 -Confirm:$false",
            "New-SarkCosOpen 501 nosuch", "New-SarkCosOpen 501 cos", "Set-SarkGlobal -RingDelay abc",
        })
        {
            var rehearsed = engine.Run(command + " -WhatIf");
            Assert.Empty(before.ChangesTo(engine.Database.Content()));
            var real = engine.Run(command);
            Assert.Empty(before.ChangesTo(engine.Database.Content()));
            Assert.Equal(
                Described((real.End ?? real.Errors.SingleOrDefault())!),
                Described((rehearsed.End ?? rehearsed.Errors.SingleOrDefault())!));
        }

        // Twice the same: the second is gone by then.
        Assert.Equal(
            "SarkExtensionNotFound",
            engine.Run("Remove-SarkExtension 501, 501 -WhatIf").Error().FullyQualifiedErrorId.Split(',')[0]);
        // The preference counts as the switch does, and the switch wins over it.
        Assert.Single(engine.Run("$WhatIfPreference = $true; Set-SarkExtension 501 -CallerId abc").Errors);
        Assert.Equal(
            "1",
            engine.Run("$WhatIfPreference = $true; Set-SarkExtension 501 -CallerId 1 -WhatIf:$false -PassThru").Single<Extension>()
                .CallerId);
    }

    [Fact]
    public async Task One_address_for_two_telephones_is_told_of_changes_too()
    {
        await using var engine = await TestEngine.StartAsync(Side.Local, Schema.Embedded);
        engine.Run("New-SarkTenant acme -Description A; 501, 502 | New-SarkExtension -Tenant acme -Device 'General SIP'").Good();
        var rehearsed = engine.Run("Set-SarkExtension 501, 502 -MacAddress 00:04:13:a1:b2:01 -WhatIf").Error();
        Assert.Equal(Described(engine.Run("Set-SarkExtension 501, 502 -MacAddress 00:04:13:a1:b2:01").Error()), Described(rehearsed));
        engine.Run("Set-SarkExtension 501, 501 -MacAddress 000413A1B201 -WhatIf").Good();
    }

    [SkippableTheory]
    [MemberData(nameof(Sides.All), MemberType = typeof(Sides))]
    public async Task A_row_is_judged_as_those_before_it_have_left_the_exchange(Side side, Schema schema)
    {
        await using var engine = await TestEngine.StartAsync(side, schema);
        engine.Run("""
            New-SarkTenant acme -Description A
            4401..4403 | New-SarkExtension -Tenant acme
            New-SarkQueue sales -Tenant acme
            New-SarkCosRule cos -DialPlan _0X.
            """).Good();
        foreach (var (command, undo) in new[]
        {
            // A rule of the row before it: what one has taken the next cannot.
            ("[pscustomobject]@{ Key = '4411'; MacAddress = '000413A1B201' }, "
                + "[pscustomobject]@{ Key = '4412'; MacAddress = '000413a1b201' } | New-SarkExtension -Tenant acme",
                "Remove-SarkExtension 4411 -Force"),
            // The pair that the first has taken away is not there for the second.
            ("New-SarkCosOpen 4401, 4401 cos", "Remove-SarkCosOpen 4401 cos -Force"),
            ("Remove-SarkQueue sales, sales -Force", "New-SarkQueue sales -Tenant acme"),
            ("4401..4404 | Set-SarkExtension -Description Hall", "4401..4403 | Set-SarkExtension -Description Desk"),
        })
        {
            var before = engine.Database.Content();
            var rehearsed = engine.Run($"{command} -WhatIf");
            Assert.Empty(before.ChangesTo(engine.Database.Content()));
            Assert.Empty(rehearsed.Output);

            var real = engine.Run(command);

            Assert.Equal(real.Errors.Select(Described), rehearsed.Errors.Select(Described));
            Assert.NotEmpty(real.Errors);
            engine.Run(undo).Good();
        }

    }

    [Theory]
    [InlineData(Side.Local)]
    [InlineData(Side.Remote)]
    public async Task In_a_script_block_under_the_preference_commands_see_each_other(Side side)
    {
        await using var engine = await TestEngine.StartAsync(side, Schema.Embedded);
        var before = engine.Database.Content();

        engine.Run("""
            $WhatIfPreference = $true
            Use-SarkChangeSet { New-SarkTenant acme -Description A; New-SarkExtension 4401 -Tenant acme; Remove-SarkExtension 4401 }
            """).Good();
        var refused = engine.Run("$WhatIfPreference = $true; Use-SarkChangeSet { New-SarkExtension 4401 -Tenant nobody 2>$null; 'on' }");

        Assert.StartsWith("SarkChangeSetValidation", refused.Failure.FullyQualifiedErrorId, StringComparison.Ordinal);
        Assert.Empty(before.ChangesTo(engine.Database.Content()));
    }

    [Fact]
    public async Task Of_a_service_a_draft_is_wanted_with_the_second_row_and_thrown_away_at_the_end()
    {
        using var database = new TestDatabase(Schema.Embedded);
        var log = new CapturedLog();
        await using var service = await ListeningService.StartAsync(database.Path, log: log);
        using var engine = new Engine();
        engine.Run("Connect-Sark $address", ("address", service.Address.ToString())).Good();

        engine.Run("New-SarkTenant acme -Description A -WhatIf").Good();
        Assert.Empty(Drafts());
        engine.Run("'acme', 'other', 'third' | New-SarkTenant -Description A -WhatIf").Good();

        Assert.Equal(["POST", "DELETE"], Drafts().Select(line => line.Split(' ')[0]));
        Assert.Empty(engine.Run("Get-SarkTenant | Where-Object Key -eq acme; Get-SarkChange").Good().Output);

        IEnumerable<string> Drafts() => log.Lines.Where(line => line.Contains("/changes/drafts", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Where_a_service_allows_no_draft_each_row_is_judged_by_itself_and_that_is_told()
    {
        using var database = new TestDatabase(Schema.Embedded);
        await using var service = await ListeningService.StartAsync(
            database.Path,
            new Dictionary<string, string?> { ["Sark:Service:Drafts"] = "0" });
        using var engine = new Engine();
        engine.Run("Connect-Sark $address", ("address", service.Address.ToString())).Good();

        var result = engine.Run("'acme', 'default', 'other' | New-SarkTenant -Description A -WhatIf");

        Assert.StartsWith("SarkTenantConflict", result.Error().FullyQualifiedErrorId, StringComparison.Ordinal);
        Assert.Contains("judged by itself", Assert.Single(result.Warnings), StringComparison.Ordinal);
    }

    private static string Described(ErrorRecord error) => $"{error.FullyQualifiedErrorId} {error.CategoryInfo.Category} {error}";
}
