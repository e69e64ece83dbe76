using System.Management.Automation;
using SarkPS.Tests.Support;

namespace SarkPS.Tests.Cmdlets;

/// <summary>Use-SarkChangeSet in the real engine, on both sides: all of a script block is made as one set, or nothing.</summary>
public sealed class ChangeSetCommandTests
{
    [SkippableTheory]
    [MemberData(nameof(Sides.All), MemberType = typeof(Sides))]
    public async Task A_block_reads_what_it_wrote_and_becomes_one_set(Side side, Schema schema)
    {
        await using var engine = await TestEngine.StartAsync(side, schema);
        var before = engine.Database.Content();

        var result = engine.Run("""
            $count = 0
            $made = Use-SarkChangeSet -Reason 'ticket 4711' {
                New-SarkTenant acme -Description 'Acme'
                4401..4403 | New-SarkExtension -Tenant acme
                New-SarkDayTimer -Tenant acme -TimeSpan 12:00-13:00
                $count = @(Get-SarkExtension -Tenant acme).Count
                Set-SarkTenant acme -MaxChannels (Get-SarkExtension -Tenant acme).Count
            }
            $made.Count, $count, $made[0].Key
            $made[1].Password -eq (Get-SarkExtension 4401).Password
            (Get-SarkDayTimer $made[4].Key).Description -eq $made[4].Description
            (Get-SarkTenant acme).MaxChannels
            """).Good();

        Assert.Equal(["5", "3", "acme", "True", "True", "3"], result.Output.Select(o => o.ToString()));
        var changes = engine.Run("Get-SarkChange").Good().Of<ChangeEntry>().ToArray();
        Assert.Single(changes.Select(c => c.ChangeSet).Distinct());
        Assert.All(changes, c => Assert.Equal("ticket 4711", c.Reason));
        engine.Run("Get-SarkChange -Last 1 | Undo-SarkChange -Force").Good();
        Assert.Empty(before.ChangesTo(engine.Database.Content()));
    }

    [SkippableTheory]
    [MemberData(nameof(Sides.All), MemberType = typeof(Sides))]
    public async Task PassThru_tells_the_changes_and_a_reason_of_the_commands_is_kept(Side side, Schema schema)
    {
        await using var engine = await TestEngine.StartAsync(side, schema);

        var changes = engine.Run("""
            Use-SarkChangeSet -PassThru { New-SarkTenant acme -Description A -Reason 'inner'; Set-SarkTenant acme -MaxChannels 3 }
            """).Good().Of<ChangeEntry>().ToArray();

        Assert.Equal(["acme Created", "acme Updated"], changes.Select(c => $"{c.Key} {c.Action}"));
        Assert.All(changes, c => Assert.Equal(("inner", changes[0].ChangeSet), (c.Reason, c.ChangeSet)));
        Assert.Empty(engine.Run("Use-SarkChangeSet -PassThru { Get-SarkTenant acme }").Good().Output);
        Assert.Equal(2, engine.Run("Get-SarkChange").Good().Output.Count);
    }

    public static TheoryData<Side, string, string> Failures()
    {
        var data = new TheoryData<Side, string, string>();
        foreach (var side in Enum.GetValues<Side>())
        {
            data.Add(side, "throw 'mine'", "mine");
            data.Add(side, "New-SrkTenant x", "CommandNotFoundException");
            data.Add(side, "New-SarkTenant x -Bogus 1", "NamedParameterNotFound");
            data.Add(side, "New-SarkTenant default -Description x -ErrorAction Stop", "SarkTenantConflict");
            data.Add(side, "Invoke-SarkReload", "SarkChangeSetBadRequest");
            foreach (var other in new[]
            {
                "New-SarkSnapshot", "Invoke-SarkCommit", "Restore-SarkSnapshot x -Confirm:$false", "Remove-SarkBackup x -Force",
                "Set-SarkDbEntry a b c", "Invoke-SarkOriginate 401 402", "Restart-SarkSystem -Confirm:$false",
            })
            {
                data.Add(side, other, "SarkChangeSetBadRequest");
            }

            data.Add(side, "Use-SarkChangeSet { New-SarkTenant inner -Description x }", "SarkChangeSetBadRequest");
            data.Add(side, "Undo-SarkChange 01JDG3V6M8S4C0N9Y7Q2T5X1BK -Force", "SarkChangeSetBadRequest");
            data.Add(side, "Disconnect-Sark", "SarkChangeSetBadRequest");
            // PowerShell goes on after these.
            data.Add(side, "New-SarkTenant default -Description x -ErrorAction SilentlyContinue; 'on'", "SarkChangeSetConflict");
            data.Add(side, "New-SarkExtension 4401 -Tenant nobody -ErrorAction SilentlyContinue; 'on'", "SarkChangeSetValidation");
            data.Add(side, "Remove-SarkQueue nobody -Force -ErrorAction SilentlyContinue; 'on'", "SarkChangeSetNotFound");
        }

        return data;
    }

    [Theory]
    [MemberData(nameof(Failures))]
    public async Task An_error_throws_all_of_it_away(Side side, string command, string id)
    {
        await using var engine = await TestEngine.StartAsync(side, Schema.Embedded);
        var before = engine.Database.Content();

        var result = engine.Run($"Use-SarkChangeSet {{ New-SarkTenant acme -Description Acme; {command} }}");

        Assert.Equal(id, (result.End ?? result.Errors[^1]).FullyQualifiedErrorId.Split(',')[0]);
        Assert.Empty(result.Output);
        Assert.Empty(before.ChangesTo(engine.Database.Content()));
        // It is over: what comes is made at once.
        engine.Run("New-SarkTenant acme -Description Acme").Good();
        Assert.Single(engine.Run("Get-SarkChange").Good().Output);
    }

    [Theory]
    [InlineData(Side.Local)]
    [InlineData(Side.Remote)]
    public async Task What_a_block_expects_it_catches_and_where_it_returns_it_ends(Side side)
    {
        await using var engine = await TestEngine.StartAsync(side, Schema.Embedded);

        engine.Run("""
            Use-SarkChangeSet {
                try { Remove-SarkQueue nobody -Force -ErrorAction Stop } catch { }
                Remove-SarkQueue nobody -Force -ErrorAction Ignore
                Get-SarkQueue nobody -ErrorAction SilentlyContinue
                New-SarkTenant acme -Description Acme
                return
                throw 'not reached'
            }
            """).Good();
        Assert.Single(engine.Run("Get-SarkTenant acme").Good().Output);

        // What leaves the block throws its set away, and goes where it always goes.
        var left = engine.Run("foreach ($i in 1, 2) { Use-SarkChangeSet { New-SarkTenant other -Description O; break }; 'on' }; 'after'");
        Assert.Equal(["after"], left.Output.Select(o => o.ToString()));
        Assert.Empty(engine.Run("Get-SarkTenant | Where-Object Key -eq other").Good().Output);
    }

    [Fact]
    public async Task Both_sides_give_the_same_results_and_errors()
    {
        await using var local = await TestEngine.StartAsync(Side.Local, Schema.Embedded);
        await using var remote = await TestEngine.StartAsync(Side.Remote, Schema.Embedded);
        foreach (var block in new[]
        {
            "New-SarkTenant acme -Description A; 4401, 4402 | New-SarkExtension -Tenant acme; New-SarkDayTimer -Tenant acme",
            "Set-SarkTenant acme -MaxChannels 3 -PassThru; Get-SarkExtension -Tenant acme; Get-SarkDestination | % Name",
            "New-SarkTenant acme -Description A",
            "Set-SarkExtension 4401 -CallerId abc; New-SarkTenant other -Description O",
            "Remove-SarkTenant acme -Confirm:$false",
            "4401, 4402 | Remove-SarkExtension -Force; Remove-SarkTenant acme -Force",
            "throw 'mine'",
        })
        {
            var (here, there) = (local.Run($"Use-SarkChangeSet {{ {block} }}"), remote.Run($"Use-SarkChangeSet {{ {block} }}"));
            Assert.Equal(here.Text, there.Text);
            Assert.Equal(Told(local), Told(remote));
        }

        Assert.NotEmpty(Told(local));

        static string[] Told(TestEngine engine) =>
            [.. engine.Run("Get-SarkChange").Good().Of<ChangeEntry>().Select(c => $"{c.Resource} {c.Key} {c.Action} {c.Columns.Count}")];
    }

    [SkippableTheory]
    [MemberData(nameof(Sides.All), MemberType = typeof(Sides))]
    public async Task WhatIf_tells_each_change_of_the_block_and_makes_none(Side side, Schema schema)
    {
        await using var engine = await TestEngine.StartAsync(side, schema);
        engine.Run("New-SarkTenant acme -Description A; New-SarkExtension 4401 -Tenant acme").Good();
        var before = engine.Database.Content();

        var good = engine.Run("""
            Use-SarkChangeSet -WhatIf {
                New-SarkTenant other -Description O
                New-SarkExtension 4402 -Tenant other
                Remove-SarkExtension 4401 -Force
                Remove-SarkTenant acme -Force
            }
            """).Good();
        Assert.Empty(good.Output);
        var refused = engine.Run("Use-SarkChangeSet -WhatIf { Remove-SarkTenant acme -Confirm:$false -ErrorAction SilentlyContinue }");

        Assert.StartsWith("SarkChangeSetConflict", refused.Failure.FullyQualifiedErrorId, StringComparison.Ordinal);
        Assert.Empty(before.ChangesTo(engine.Database.Content()));
    }

    [Theory]
    [InlineData(Side.Local)]
    [InlineData(Side.Remote)]
    public async Task What_another_changed_meanwhile_is_named_and_nothing_is_made(Side side)
    {
        await using var engine = await TestEngine.StartAsync(side, Schema.Embedded);
        engine.Run("New-SarkTenant acme -Description A").Good();

        var result = engine.Run(
            "Use-SarkChangeSet { Set-SarkTenant acme -MaxChannels 3; New-SarkTenant other -Description O; $meanwhile.Invoke() }",
            ("meanwhile", new Action(
                () => engine.Database.Execute("UPDATE Cluster SET description = 'by a page' WHERE pkey = 'acme'"))));

        Assert.StartsWith("SarkTenantStale", result.Failure.FullyQualifiedErrorId, StringComparison.Ordinal);
        Assert.Contains("tenant 'acme' was changed", result.Failure.Exception.Message, StringComparison.Ordinal);
        Assert.Equal("by a page", engine.Run("(Get-SarkTenant acme).Description").Single<string>());
        Assert.Empty(engine.Run("Get-SarkTenant | Where-Object Key -eq other").Good().Output);
    }

    [Theory]
    [InlineData(Side.Local)]
    [InlineData(Side.Remote)]
    public async Task A_stopped_pipeline_leaves_nothing(Side side)
    {
        using var folder = new TemporaryFolder();
        using var source = new TestDatabase(Schema.Embedded);
        var name = $"{Guid.NewGuid():N}.db";
        File.Copy(source.Path, folder[name]);
        await using var service = side == Side.Remote ? await ListeningService.StartAsync(folder[name]) : null;
        using var engine = new Engine();
        engine.Run(
            service is null ? "Connect-Sark -Database $database -Root $root" : "Connect-Sark $address",
            ("database", folder[name]),
            ("root", folder.Path),
            ("address", service?.Address.ToString())).Good();
        using var begun = new ManualResetEventSlim();
        engine.Run("1", ("begun", begun)).Good();
        using var shell = engine.Shell();
        shell.AddScript("Use-SarkChangeSet { New-SarkTenant acme -Description Acme; $begun.Set(); Start-Sleep 60 }");
        var running = shell.BeginInvoke();
        Assert.True(begun.Wait(TimeSpan.FromSeconds(30)));
        Assert.NotEmpty(Copies());

        shell.Stop();
        // Whether that is told depends on which command the engine stops first.
        var told = Record.Exception(() => shell.EndInvoke(running));
        Assert.True(told is null or PipelineStoppedException, told?.ToString());

        Assert.Empty(Copies());
        Assert.Empty(engine.Run("Get-SarkTenant | Where-Object Key -eq acme; Get-SarkChange").Good().Output);
        engine.Run("Disconnect-Sark").Good();

        string[] Copies() =>
            [.. Directory.GetDirectories(Path.GetTempPath(), "sarkps-draft-*").Where(d => File.Exists(Path.Combine(d, name)))];
    }

    [Fact]
    public async Task Another_exchange_is_not_changed_by_the_way()
    {
        await using var engine = await TestEngine.StartAsync(Side.Local, Schema.Embedded);
        using var other = new TestDatabase(Schema.Embedded);

        engine.Run("$here = Get-SarkConnection; $there = Connect-Sark -Database $other", ("other", other.Path)).Good();
        foreach (var command in new[] { "New-SarkTenant second -Description A -Connection $there", "Connect-Sark -Database $other" })
        {
            var result = engine.Run($"Use-SarkChangeSet -Connection $here {{ New-SarkTenant first -Description A; {command} }}");
            Assert.StartsWith("SarkChangeSetBadRequest", result.Failure.FullyQualifiedErrorId, StringComparison.Ordinal);
        }

        // Where none is named, it is the one of the set.
        engine.Run("""
            Use-SarkChangeSet -Connection $here { (Get-SarkTenant -Connection $there).Key; New-SarkTenant acme -Description A }
            """).Good();
        Assert.Equal(["acme"], engine.Run("Get-SarkTenant -Connection $here | Where-Object Key -ne default").Good().Of<Tenant>()
            .Select(t => t.Key));
        Assert.Empty(engine.Run("Get-SarkTenant -Connection $there | Where-Object Key -ne default").Good().Output);
    }

    [Fact]
    public async Task A_service_that_keeps_no_drafts_is_refused_by_name()
    {
        await using var stub = await StubService.StartAsync(
            context => StubService.Json(
                context,
                200,
                """{"product":"SarkPS","version":"0.9.0","scopes":["read","write"],"dryRun":true,"changes":true,"coverage":"Tree"}"""),
            isService: false);
        using var engine = new Engine();

        var result = engine.Run(
            "Connect-Sark $address; Use-SarkChangeSet { New-SarkTenant acme -Description A }",
            ("address", stub.Address.ToString()));

        Assert.StartsWith("SarkChangeSetUnsupported", result.Failure.FullyQualifiedErrorId, StringComparison.Ordinal);
        Assert.Contains("0.9.0", result.Failure.Exception.Message, StringComparison.Ordinal);
        Assert.Equal(["GET /api/auth/whoami"], stub.Requests.Distinct());
    }
}
