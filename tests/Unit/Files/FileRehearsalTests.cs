using System.Management.Automation;
using SarkPS.Cmdlets;
using SarkPS.Tests.Support;

namespace SarkPS.Tests.Files;

/// <summary>
/// What the commands of files, commands to the machine and the firewall would be refused is no promise under -WhatIf, here
/// and over a service.
/// </summary>
public sealed class FileRehearsalTests
{
    private static readonly SarkPaths Paths = new();

    private static async Task<TestEngine> StartAsync(Side side)
    {
        var engine = await TestEngine.StartAsync(side, Schema.Embedded);
        var root = engine.Database.Folder;
        foreach (var path in new[] { Paths.Snapshots, Paths.Backups, Paths.Greetings, Paths.Asterisk, Paths.Shorewall, "/here" })
        {
            Directory.CreateDirectory(root + path);
        }

        File.WriteAllBytes(root + "/here/hello.wav", GreetingTests.Wave());
        File.WriteAllText(root + "/here/text.wav", "This is no sound.");
        File.WriteAllText(root + "/here/there.txt", "x");
        File.WriteAllText(root + Paths.Asterisk + "/sip.conf", "x");
        engine.Run("$null = $ExecutionContext.SessionState.Path.SetLocation($here); Import-SarkGreeting hello.wav -Name "
            + "usergreeting0001.wav; $s = (New-SarkSnapshot).Name; $b = (New-SarkBackup -WarningAction Ignore).Name",
            ("here", root + "/here")).Good();
        return engine;
    }

    [Theory]
    [InlineData("Remove-SarkGreeting usergreeting0002.wav")]
    [InlineData("Remove-SarkGreeting ../x")]
    [InlineData("Remove-SarkBackup sarkbak.1.zip")]
    [InlineData("Remove-SarkSnapshot sark.db.1")]
    [InlineData("Restore-SarkSnapshot sark.db.1")]
    [InlineData("Restore-SarkBackup sarkbak.1.zip -Part Database")]
    [InlineData("Restore-SarkBackup $b -Part Ldap")]
    [InlineData("Import-SarkGreeting nosuch.wav -Name usergreeting0002.wav")]
    [InlineData("Import-SarkGreeting . -Name usergreeting0002.wav")]
    [InlineData("Import-SarkGreeting hello.wav")]
    [InlineData("Import-SarkGreeting hello.wav -Name usergreeting0001.wav")]
    [InlineData("Import-SarkGreeting text.wav -Name usergreeting0002.wav")]
    [InlineData("Import-SarkSnapshot hello.wav -Name sark.db.5")]
    [InlineData("Import-SarkSnapshot hello.wav -Name $s")]
    [InlineData("Import-SarkBackup hello.wav -Name sarkbak.5.zip")]
    [InlineData("Import-SarkBackup nosuch.zip -Name sarkbak.5.zip")]
    [InlineData("Export-SarkSnapshot $s nosuch/x.db")]
    [InlineData("Export-SarkSnapshot $s there.txt")]
    [InlineData("Export-SarkSnapshot sark.db.1 .")]
    [InlineData("Export-SarkBackup sarkbak.1.zip .")]
    [InlineData("Export-SarkBackup $b nosuch/")]
    [InlineData("Export-SarkGreeting usergreeting0002.wav .")]
    [InlineData("Set-SarkFirewall -Rule 'SHELL x'")]
    [InlineData("Set-SarkFirewall -Rule 'ACCEPT net all'")]
    [InlineData("Restart-SarkFirewall")]
    [InlineData("Invoke-SarkOriginate 401 402 -RingTime 0")]
    public async Task What_would_be_refused_is_said_under_WhatIf_in_the_words_of_the_real_run(string command)
    {
        foreach (var side in new[] { Side.Local, Side.Remote })
        {
            await using var engine = await StartAsync(side);
            var before = Files(engine);
            var rehearsed = engine.Run(command + " -WhatIf");
            Assert.Equal(before, Files(engine));
            Assert.Empty(rehearsed.Output);
            var real = engine.Run(command + " -Confirm:$false");
            Assert.Equal(Described(real.Failure), Described(rehearsed.Failure));
        }
    }

    [Theory]
    [InlineData(Side.Local)]
    [InlineData(Side.Remote)]
    public async Task What_would_go_well_is_promised_and_only_once_for_each_name(Side side)
    {
        await using var engine = await StartAsync(side);
        var before = Files(engine);
        foreach (var command in new[]
        {
            "Remove-SarkGreeting * -WhatIf", "Remove-SarkBackup $b -WhatIf", "Remove-SarkSnapshot $s -WhatIf",
            "Restore-SarkSnapshot $s -WhatIf", "Restore-SarkBackup $b -Part Database, Asterisk -WhatIf | Out-Null",
            "Import-SarkGreeting hello.wav -Name usergreeting0002.wav -WhatIf",
            "Import-SarkGreeting hello.wav -Name usergreeting0001.wav -Force -WhatIf",
            "Export-SarkSnapshot $s . -WhatIf", "Export-SarkSnapshot $s there.txt -Force -WhatIf",
        })
        {
            engine.Run(command).Good();
            Assert.Equal(before, Files(engine));
        }

        Assert.StartsWith(
            "SarkSnapshotNotFound",
            engine.Run("Remove-SarkSnapshot $s, $s -WhatIf").Error().FullyQualifiedErrorId,
            StringComparison.Ordinal);
        Assert.StartsWith(
            "SarkGreetingConflict",
            engine.Run("Import-SarkGreeting hello.wav, hello.wav -Name usergreeting0002.wav -WhatIf").Error().FullyQualifiedErrorId,
            StringComparison.Ordinal);
        Assert.Equal(before, Files(engine));
    }

    [Fact]
    public async Task A_greeting_that_is_played_is_no_promise_either()
    {
        await using var engine = await StartAsync(Side.Local);
        engine.Database.Execute("INSERT INTO ivrmenu (pkey, greetnum) VALUES ('main', '1')");
        Assert.StartsWith(
            "SarkGreetingConflict",
            engine.Run("Remove-SarkGreeting usergreeting0001.wav -WhatIf").Error().FullyQualifiedErrorId,
            StringComparison.Ordinal);
        engine.Run("Remove-SarkGreeting usergreeting0001.wav -Force -WhatIf").Good();
    }

    [Theory]
    [InlineData(Side.Local)]
    [InlineData(Side.Remote)]
    public async Task A_snapshot_or_an_archive_that_is_damaged_is_no_promise(Side side)
    {
        await using var engine = await StartAsync(side);
        var root = engine.Database.Folder;
        File.WriteAllText(root + Paths.Snapshots + "/sark.db.7", "This is no database.");
        Assert.StartsWith(
            "SarkSnapshotValidation",
            engine.Run("Restore-SarkSnapshot sark.db.7 -WhatIf").Error().FullyQualifiedErrorId,
            StringComparison.Ordinal);

        File.WriteAllText(
            root + Paths.Asterisk + "/large.conf",
            string.Concat(Enumerable.Range(0, 5000).Select(i => $"line {i * 7919 % 1000}\n")));
        engine.Run("$damaged = (New-SarkBackup -WarningAction Ignore).Name").Good();
        var archive = Directory.GetFiles(root + Paths.Backups).MaxBy(f => new FileInfo(f).Length)!;
        var bytes = File.ReadAllBytes(archive);
        bytes[bytes.AsSpan().IndexOf("etc/asterisk/large.conf"u8) + 200] ^= 0x55;
        File.WriteAllBytes(archive, bytes);
        foreach (var arguments in new[] { "-Part Asterisk", "-Part All" })
        {
            var rehearsed = engine.Run($"Restore-SarkBackup {Path.GetFileName(archive)} {arguments} -WhatIf");
            Assert.Empty(rehearsed.Output);
            Assert.Contains(Path.GetFileName(archive), rehearsed.Failure.ToString(), StringComparison.Ordinal);
            Assert.StartsWith("SarkBackupValidation", rehearsed.Error().FullyQualifiedErrorId, StringComparison.Ordinal);
            Assert.Equal(
                Described(engine.Run($"Restore-SarkBackup {Path.GetFileName(archive)} {arguments} -Confirm:$false").Error()),
                Described(rehearsed.Error()));
        }

        // The database in it is whole.
        engine.Run($"Restore-SarkBackup {Path.GetFileName(archive)} -Part Database -WhatIf").Good();
    }

    [Theory]
    [InlineData("Restart-SarkSystem", "SarkSystemUnsupported")]
    [InlineData("Start-SarkPbx", "SarkSystemUnsupported")]
    [InlineData("Stop-SarkPbx", "SarkSystemUnsupported")]
    [InlineData("Invoke-SarkCommit", "SarkSystemUnsupported")]
    [InlineData("New-SarkBackup", "SarkBackupsUnsupported")]
    [InlineData("New-SarkSnapshot", "SarkSnapshotsUnsupported")]
    [InlineData("Set-SarkFirewall -Rule '# none'", "SarkFirewallUnsupported")]
    [InlineData("Restart-SarkFirewall", "SarkFirewallUnsupported")]
    [InlineData("Invoke-SarkReload", "SarkAsteriskUnsupported")]
    [InlineData("Import-SarkGreeting $file -Name usergreeting0001.wav", "SarkGreetingsUnsupported")]
    [InlineData("Import-SarkBackup nosuch.zip", "SarkBackupsUnsupported")]
    [InlineData("Remove-SarkSnapshot sark.db.1", "SarkSnapshotsUnsupported")]
    [InlineData("Export-SarkGreeting usergreeting0001.wav", "SarkGreetingsUnsupported")]
    public async Task What_a_service_or_a_connection_does_not_cover_is_refused_before_anybody_is_asked(string command, string id)
    {
        await using var engine = await TestEngine.StartAsync(Side.Local, Schema.Embedded);
        await using var service = await ListeningService.StartAsync(
            engine.Database.Path,
            new Dictionary<string, string?> { ["Sark:Root"] = null, ["Sark:Ami:Port"] = null });
        foreach (var connection in new[] { "-Database $copy", "-Uri $address" })
        {
            engine.Run(
                $"Connect-Sark {connection}",
                ("copy", engine.Database.Path),
                ("address", service.Address.ToString()),
                ("file", engine.Database.Path)).Good();
            var error = engine.Run(command + " -WhatIf").Error();
            Assert.StartsWith(id + ",", error.FullyQualifiedErrorId, StringComparison.Ordinal);
            Assert.StartsWith("This connection does not cover ", error.ToString(), StringComparison.Ordinal);
            Assert.Contains("Root", error.ToString(), StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_service_that_covers_one_folder_beside_its_database_says_so()
    {
        await using var engine = await TestEngine.StartAsync(Side.Local, Schema.Embedded);
        await using var service = await ListeningService.StartAsync(
            engine.Database.Path, new Dictionary<string, string?>
            {
                ["Sark:Root"] = null,
                ["Sark:Ami:Port"] = null,
                ["Sark:Paths:Snapshots"] = engine.Database.Folder
            });
        engine.Run("Connect-Sark $address", ("address", service.Address.ToString())).Good();
        Assert.Single(engine.Run("New-SarkSnapshot").Good().Of<Snapshot>());
        Assert.StartsWith(
            "SarkBackupsUnsupported",
            engine.Run("New-SarkBackup -WhatIf").Error().FullyQualifiedErrorId,
            StringComparison.Ordinal);
    }

    private static string Files(TestEngine engine) =>
        string.Join('\n', Directory.EnumerateFiles(engine.Database.Folder, "*", SearchOption.AllDirectories)
        .Where(f => !Path.GetFileName(f).StartsWith("sark.db-", StringComparison.Ordinal)).Order(StringComparer.Ordinal)
        .Select(f => $"{f} {new FileInfo(f).Length} {File.GetLastWriteTimeUtc(f):O}"));

    private static string Described(ErrorRecord error) => $"{error.FullyQualifiedErrorId} {error.CategoryInfo.Category}: {error}";
}
