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

    private static string Described(ErrorRecord error) => $"{error.FullyQualifiedErrorId} {error.CategoryInfo.Category} {error}";
}
