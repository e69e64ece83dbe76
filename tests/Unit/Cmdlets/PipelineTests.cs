using System.Management.Automation;
using System.Net;
using System.Net.Sockets;
using SarkPS.Tests.Support;

namespace SarkPS.Tests.Cmdlets;

/// <summary>Scripts as people write them, in the real engine, on a database and over a service.</summary>
public sealed class PipelineTests
{
    private const string Setup = """
        $null = New-SarkTenant acme -Description 'Acme'
        $null = New-SarkExtension 5001 -Tenant acme -CallerId 1134960001
        $null = New-SarkExtension 5002 -Tenant acme -Kind Mailbox
        $null = New-SarkExtension 6001 -Tenant default -MacAddress 001565aabbcc
        """;

    [SkippableTheory]
    [MemberData(nameof(Sides.All), MemberType = typeof(Sides))]
    public async Task What_Get_gives_can_be_piped_to_Set_and_only_the_named_column_changes(Side side, Schema schema)
    {
        await using var engine = await StartAsync(side, schema);
        var before = engine.Database.Content();
        engine.Run("Get-SarkExtension -Tenant acme | Set-SarkExtension -Active $false").Good();
        var changes = before.ChangesTo(engine.Database.Content());
        Assert.Equal(["5001", "5002"], changes.Select(c => (string)c.Row["pkey"]!));
        Assert.All(changes, c => Assert.Equal(["active"], c.Columns));
        Assert.All(changes, c => Assert.Equal("NO", c.Row["active"]));
    }

    [SkippableTheory]
    [MemberData(nameof(Sides.All), MemberType = typeof(Sides))]
    public async Task Stale_values_are_not_written_back(Side side, Schema schema)
    {
        await using var engine = await StartAsync(side, schema);
        var extension = engine.Run("""
            $old = Get-SarkExtension 5001
            Set-SarkExtension 5001 -CallerId 777
            $old | Set-SarkExtension -CellPhone 790 -PassThru
            """).Single<Extension>();
        Assert.Equal(("777", "790"), (extension.CallerId, extension.CellPhone));
    }

    [SkippableTheory]
    [MemberData(nameof(Sides.All), MemberType = typeof(Sides))]
    public async Task Rows_from_elsewhere_bind_by_our_names_and_by_the_wire_s(Side side, Schema schema)
    {
        await using var engine = await StartAsync(side, schema);
        var result = engine.Run("""
            [pscustomobject]@{ pkey = '7001'; cluster = 'acme'; callerid = '123'; active = 'NO' },
            [pscustomobject]@{ Key = '7002'; Tenant = 'acme'; CallerId = '456'; Active = $true; macaddr = '' } | New-SarkExtension
            [pscustomobject]@{ pkey = '7001'; callerid = '999' } | Set-SarkExtension -PassThru
            """).Good();
        Assert.Equal(
            ["7001:123:False", "7002:456:True", "7001:999:False"],
            result.Of<Extension>().Select(e => $"{e.Key}:{e.CallerId}:{e.Active}"));
    }

    [SkippableTheory]
    [MemberData(nameof(Sides.All), MemberType = typeof(Sides))]
    public async Task A_thousand_rows_of_mixed_kinds_become_extensions(Side side, Schema schema)
    {
        await using var engine = await StartAsync(side, schema);
        engine.Database.Twin
            .Except("SARK's own group RINGALL rings every telephone in one line, and a thousand are more than a line of Asterisk's holds.");
        var result = engine.Run("""
            $rows = foreach ($i in 0..999) {
                $row = @{ pkey = 20000 + $i; cluster = 'acme'; macaddr = ''; device = ''; transport = '' }
                switch ($i % 4) {
                    0 { $row.macaddr = '001565{0:x6}' -f $i }
                    1 { $row.device = 'MAILBOX' }
                    2 { $row.transport = 'wss' }
                }
                [pscustomobject]$row
            }
            $rows | New-SarkExtension
            """).Good();
        Assert.Equal(1000, result.Output.Count);
        Assert.Empty(result.Warnings);
        var byDevice = result.Of<Extension>().GroupBy(e => e.Device).ToDictionary(g => g.Key!, g => g.Count());
        Assert.Equal(
            [("General SIP", 250), ("MAILBOX", 250), ("WebRTC", 250), ("Yealink", 250)],
            byDevice.OrderBy(d => d.Key, StringComparer.Ordinal).Select(d => (d.Key, d.Value)));
        Assert.Equal(1003L, engine.Database.Value("SELECT COUNT(*) FROM IPphone"));
    }

    [SkippableTheory]
    [MemberData(nameof(Sides.All), MemberType = typeof(Sides))]
    public async Task Keys_take_wildcards_and_lists_take_filters(Side side, Schema schema)
    {
        await using var engine = await StartAsync(side, schema);
        string[] Keys(string script) => [.. engine.Run(script).Good().Of<Extension>().Select(e => e.Key!)];
        Assert.Equal(["5001", "5002", "6001"], Keys("Get-SarkExtension"));
        Assert.Equal(["5001", "5002"], Keys("Get-SarkExtension 5*"));
        Assert.Equal(["5002", "6001"], Keys("Get-SarkExtension 5??2, 6001"));
        Assert.Equal(["5001", "5002"], Keys("Get-SarkExtension -Tenant ac*"));
        Assert.Equal(["5002"], Keys("Get-SarkExtension -Tenant acme -Device mailbox"));
        Assert.Equal(["6001"], Keys("Get-SarkExtension -Tenant default, n*"));
        Assert.Equal(["6001"], Keys("'6001' | Get-SarkExtension"));
        Assert.Empty(Keys("Get-SarkExtension 9*"));
    }

    [SkippableTheory]
    [MemberData(nameof(Sides.All), MemberType = typeof(Sides))]
    public async Task An_error_of_one_item_does_not_end_the_pipeline(Side side, Schema schema)
    {
        await using var engine = await StartAsync(side, schema);
        var result = engine.Run("Get-SarkExtension 5001, 404, 6001");
        Assert.Equal(["5001", "6001"], result.Of<Extension>().Select(e => e.Key));
        var error = result.Error();
        Assert.Equal("SarkExtensionNotFound,SarkPS.Cmdlets.GetSarkExtensionCommand", error.FullyQualifiedErrorId);
        Assert.Equal((ErrorCategory.ObjectNotFound, "404"), (error.CategoryInfo.Category, error.TargetObject));
        Assert.Equal("There is no extension '404'.", error.ToString());

        result = engine.Run("""
            [pscustomobject]@{ pkey = '7001'; cluster = 'nobody' },
            [pscustomobject]@{ pkey = '5001'; cluster = 'acme' },
            [pscustomobject]@{ pkey = '7003'; cluster = 'acme'; Kind = 'Toaster' },
            [pscustomobject]@{ pkey = '7004'; cluster = 'acme'; macaddr = '00-15-65' },
            [pscustomobject]@{ pkey = '7002'; cluster = 'acme' } | New-SarkExtension
            """);
        Assert.Null(result.End);
        Assert.Equal(["7002"], result.Of<Extension>().Select(e => e.Key));
        // The rows themselves, so that they can be put right and piped in again.
        Assert.Equal(["7001", "5001", "7003", "7004"], result.Errors.Select(e => ((PSObject)e.TargetObject).Properties["pkey"].Value));
        Assert.All(result.Errors.Where((_, at) => at != 1), e => Assert.Equal(
            (ErrorCategory.InvalidData, "SarkExtensionValidation,SarkPS.Cmdlets.NewSarkExtensionCommand"),
            (e.CategoryInfo.Category, e.FullyQualifiedErrorId)));
        Assert.Equal(
            (ErrorCategory.ResourceExists, "SarkExtensionConflict,SarkPS.Cmdlets.NewSarkExtensionCommand"),
            (result.Errors[1].CategoryInfo.Category, result.Errors[1].FullyQualifiedErrorId));
        Assert.Contains("'nobody'", result.Errors[0].ToString(), StringComparison.Ordinal);
        Assert.Contains("Duplicate Key - 5001", result.Errors[1].ToString(), StringComparison.Ordinal);

        result = engine.Run("Remove-SarkExtension 5002, 404, 6001 -Confirm:$false");
        Assert.Equal("404", result.Error().TargetObject);
        Assert.Equal(["5001", "7002"], engine.Run("Get-SarkExtension").Of<Extension>().Select(e => e.Key));
    }

    [SkippableTheory]
    [MemberData(nameof(Sides.All), MemberType = typeof(Sides))]
    public async Task ErrorAction_Stop_ends_it_and_the_error_can_be_caught(Side side, Schema schema)
    {
        await using var engine = await StartAsync(side, schema);
        var result = engine.Run("Get-SarkExtension 404, 5001 -ErrorAction Stop");
        Assert.Empty(result.Output);
        Assert.StartsWith("SarkExtensionNotFound", result.End?.FullyQualifiedErrorId, StringComparison.Ordinal);

        result = engine.Run("""
            try { New-SarkExtension 7001 -Tenant nobody -ErrorAction Stop }
            catch [SarkPS.SarkValidationException] { $_.Exception.Errors.Key; $_.Exception.Errors.Value }
            """).Good();
        Assert.Equal(["cluster", "The selected cluster is invalid."], result.Output.Select(o => o.ToString()));
    }

    [SkippableTheory]
    [MemberData(nameof(Sides.All), MemberType = typeof(Sides))]
    public async Task Null_clears_and_flags_take_words(Side side, Schema schema)
    {
        await using var engine = await StartAsync(side, schema);
        Assert.Null(engine.Run("Set-SarkExtension 5001 -CallerId $null -PassThru").Single<Extension>().CallerId);
        foreach (var (word, flag) in new[] {
            ("$false", false),
            ("YES", true),
            ("no", false),
            ("on", true),
            ("'OFF'", false),
            ("$true", true),
            ("enabled", true) })
        {
            Assert.Equal(flag, engine.Run($"Set-SarkExtension 5001 -Active {word} -PassThru").Single<Extension>().Active);
            Assert.Equal(flag ? "YES" : "NO", engine.Database.Value("SELECT active FROM IPphone WHERE pkey = '5001'"));
        }

        var result = engine.Run("Set-SarkExtension 5001 -Active perhaps");
        Assert.Contains("'perhaps'", (result.End ?? result.Error()).ToString(), StringComparison.Ordinal);
    }

    [SkippableTheory]
    [MemberData(nameof(Sides.All), MemberType = typeof(Sides))]
    public async Task Times_are_moments_at_the_prompt_and_seconds_in_the_database(Side side, Schema schema)
    {
        await using var engine = await StartAsync(side, schema);
        var timer = engine.Run("New-SarkHolidayTimer -Tenant acme -Description Christmas -Route Hangup -Start "
            + "'2029-12-24T12:00:00+01:00' -End '2029-12-27T00:00:00Z'").Single<HolidayTimer>();
        Assert.Equal(new DateTimeOffset(2029, 12, 24, 11, 0, 0, TimeSpan.Zero), timer.Start);
        Assert.Equal(
            1892804400L,
            Convert.ToInt64(engine.Database.Value("SELECT stime FROM Holiday"), System.Globalization.CultureInfo.InvariantCulture));
        Assert.Equal(101, timer.RouteClass);

        var local = engine.Run("$timer | Set-SarkHolidayTimer -End '2029-12-28 08:00' -PassThru", ("timer", timer)).Single<HolidayTimer>();
        Assert.Equal(
            new DateTimeOffset(new DateTime(2029, 12, 28, 8, 0, 0, DateTimeKind.Local)).ToUnixTimeSeconds(),
            local.End?.ToUnixTimeSeconds());
        Assert.Equal(timer.Start, local.Start);
    }

    [SkippableTheory]
    [MemberData(nameof(Sides.All), MemberType = typeof(Sides))]
    public async Task Pairs_pipe_from_extensions(Side side, Schema schema)
    {
        await using var engine = await StartAsync(side, schema);
        engine.Run("$null = New-SarkCosRule international -DialPlan _00X.").Good();
        var pairs = engine.Run("Get-SarkExtension -Tenant acme | New-SarkCosOpen -Rule international").Good();
        Assert.Equal(["5001/international", "5002/international"], pairs.Output.Select(p => p.ToString()));
        Assert.Equal(2, engine.Run("Get-SarkCosOpen -Rule inter*").Good().Output.Count);
        engine.Run("Get-SarkExtension 5001 | Get-SarkCosOpen | Remove-SarkCosOpen -Confirm:$false").Good();
        Assert.Equal(["5002/international"], engine.Run("Get-SarkCosOpen").Good().Output.Select(p => p.ToString()));
    }

    [SkippableTheory]
    [MemberData(nameof(Sides.All), MemberType = typeof(Sides))]
    public async Task What_is_in_use_stays_unless_forced(Side side, Schema schema)
    {
        await using var engine = await StartAsync(side, schema);
        var error = engine.Run("Remove-SarkTenant acme -Confirm:$false").Error();
        Assert.Equal((ErrorCategory.ResourceExists, "acme"), (error.CategoryInfo.Category, error.TargetObject));
        Assert.Contains("Extension 5001", error.ToString(), StringComparison.Ordinal);
        var result = engine.Run("Remove-SarkTenant acme -Force -Confirm:$false").Good();
        Assert.Equal(
            ["Extension 5001 (Tenant) still names 'acme', which is gone.", "Extension 5002 (Tenant) still names 'acme', which is gone."],
            result.Warnings);
        Assert.Equal(
            "SarkTenantConflict,SarkPS.Cmdlets.RemoveSarkTenantCommand",
            engine.Run("Remove-SarkTenant default -Force -Confirm:$false").Error().FullyQualifiedErrorId);
    }

    [SkippableTheory]
    [MemberData(nameof(Sides.All), MemberType = typeof(Sides))]
    public async Task Menus_take_and_show_their_options_as_a_collection(Side side, Schema schema)
    {
        await using var engine = await StartAsync(side, schema);
        var menu = engine.Run("New-SarkIvr main -Tenant acme -Greeting 12 -Option @{ 1 = '5001'; 2 = 'Operator'; '#' = 'Hangup' }")
            .Single<Ivr>();
        Assert.Equal(
            ("5001", "Operator", "Hangup"),
            (menu.Options[1].Destination, menu.Options[2].Destination, menu.Options[11].Destination));
        Assert.Equal("5001", engine.Run("(Get-SarkIvr main).Options[1].Destination").Good().Output[0].ToString());
        Assert.Contains("nowhere", engine.Run("Set-SarkIvr main -Option @{ 3 = 'nowhere' }").Error().ToString(), StringComparison.Ordinal);
        Assert.Contains("'12'", engine.Run("Set-SarkIvr main -Option @{ 12 = 'Hangup' }").Error().ToString(), StringComparison.Ordinal);
    }

    [SkippableTheory]
    [MemberData(nameof(Sides.All), MemberType = typeof(Sides))]
    public async Task Tab_offers_keys_words_references_and_destinations(Side side, Schema schema)
    {
        await using var engine = await StartAsync(side, schema);
        Assert.Equal(["5001", "5002"], engine.Complete("Get-SarkExtension -Key 5"));
        Assert.Equal(["acme"], engine.Complete("Get-SarkExtension -Tenant a"));
        Assert.Equal(["tcp", "tls"], engine.Complete("Set-SarkExtension 5001 -Transport t"));
        Assert.Equal(["'Leave Voicemail'"], engine.Complete("New-SarkHolidayTimer -Route Leav"));
        Assert.Contains("5001", engine.Complete("New-SarkHolidayTimer -Route 5"));
        Assert.Contains("WebRtc", engine.Complete("New-SarkExtension -Kind W"));
        Assert.NotEmpty(engine.Complete("Set-SarkExtension 5001 -Active "));
        var options = engine.Complete("Set-SarkIvr main -Option ");
        Assert.Contains("@{ 1 = 'Leave Voicemail' }", options);
        Assert.Contains("@{ 1 = 5001 }", options);
    }

    [Fact]
    public async Task Tab_offers_nothing_that_PowerShell_would_read_as_something_else()
    {
        await using var engine = await TestEngine.StartAsync(Side.Local, Schema.Embedded);
        foreach (var key in new[] { "$(1+1)", "$env:HOME", "0123", "1e3", "12kb", "417", "it's" })
        {
            engine.Database
                .Execute($"INSERT INTO Device (pkey, technology) VALUES ('{key.Replace("'", "''", StringComparison.Ordinal)}', 'SIP')");
        }

        var offered = engine.Complete("Get-SarkTemplate -Key ");
        Assert.Empty(new[] { "'$(1+1)'", "'$env:HOME'", "'0123'", "'12kb'", "'1e3'", "'it''s'", "417", "'General SIP'" }.Except(offered));
        Assert.DoesNotContain(offered, text => text.StartsWith('$') || text.StartsWith('0') || text is "1e3" or "12kb");
        Assert.Equal(["$true", "$false"], engine.Complete("Set-SarkExtension 401 -Active "));
    }

    [SkippableTheory]
    [MemberData(nameof(Schemas.Both), MemberType = typeof(Schemas))]
    public async Task The_same_script_says_the_same_on_both_sides(Schema schema)
    {
        const string Script = Setup + """

            New-SarkTrunk carrier -Tenant acme -Carrier GeneralSIP -Host sip.example.com -UserName acme -Password s3cret
            Get-SarkTrunk
            New-SarkTrunk carrier -Tenant acme -Carrier GeneralSIP -Host sip.example.com -UserName acme
            New-SarkTrunk broken -Tenant acme -Carrier GeneralSIP -Host 'not a host' -UserName acme
            New-SarkRoute out -Tenant acme -DialPlan _0. -Path1 carrier
            Set-SarkRoute out -Path2 nothing
            Get-SarkRoute
            New-SarkInboundRoute 01134960000 -Tenant acme -Carrier DiD -TrunkName acme -OpenRoute 5001
            Get-SarkInboundRoute
            Get-SarkDestination | ForEach-Object { "$($_.Kind) $($_.Name) $($_.RouteClass)" }
            Get-SarkExtension 5*, 404
            Set-SarkGlobal -RingDelay 25
            (Get-SarkGlobal).RingDelay
            Set-SarkGlobal -AlertEmail nowhere
            Remove-SarkTrunk carrier -Confirm:$false
            Remove-SarkTrunk carrier -Force -Confirm:$false
            Remove-SarkTemplate Aastra -Confirm:$false
            Set-SarkTenant acme -Nonsense 1
            """;
        await using var local = await TestEngine.StartAsync(Side.Local, schema);
        await using var remote = await TestEngine.StartAsync(Side.Remote, schema);
        var (here, there) = (local.Run(Script), remote.Run(Script));
        Assert.Equal(here.Text, there.Text);
        Assert.Equal("NamedParameterNotFound,SarkPS.Cmdlets.SetSarkTenantCommand", (here.End ?? here.Errors[^1]).FullyQualifiedErrorId);
    }

    [Fact]
    public async Task Ctrl_C_ends_a_command_that_waits()
    {
        await using var engine = await TestEngine.StartAsync(Side.Local, Schema.Embedded);
        // Takes connections and never answers.
        using var silent = new TcpListener(IPAddress.Loopback, 0);
        silent.Start();
        using var shell = engine.Shell();
        // Connecting asks the service who it is, and so waits as any command does.
        shell.AddScript($"Connect-Sark http://{silent.LocalEndpoint}/; 'went on'");
        var output = new PSDataCollection<PSObject>();
        var running = shell.BeginInvoke<PSObject, PSObject>(null, output);
        using var asked = await silent.AcceptTcpClientAsync();

        shell.Stop();

        Assert.ThrowsAny<PipelineStoppedException>(() => shell.EndInvoke(running));
        Assert.Equal(PSInvocationState.Stopped, shell.InvocationStateInfo.State);
        Assert.Empty(output);
        Assert.Empty(shell.Streams.Error);
    }

    [Fact]
    public async Task A_service_that_is_not_there_is_named()
    {
        await using var engine = await TestEngine.StartAsync(Side.Local, Schema.Embedded);
        using var taken = new TcpListener(IPAddress.Loopback, 0);
        taken.Start();
        var address = $"http://{taken.LocalEndpoint}/";
        taken.Stop();
        var error = engine.Run("Connect-Sark $address", ("address", address)).Failure;
        Assert.Equal("SarkServiceUnavailable,SarkPS.Cmdlets.ConnectSarkCommand", error.FullyQualifiedErrorId);
        Assert.Equal(ErrorCategory.ConnectionError, error.CategoryInfo.Category);
        Assert.Contains(address, error.ToString(), StringComparison.Ordinal);
    }

    private static async Task<TestEngine> StartAsync(Side side, Schema schema)
    {
        var engine = await TestEngine.StartAsync(side, schema);
        engine.Run(Setup).Good();
        return engine;
    }
}
