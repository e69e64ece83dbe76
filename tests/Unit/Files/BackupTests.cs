using System.IO.Compression;
using System.Text;
using SarkPS.Data.Files;
using SarkPS.Data.Sqlite;

namespace SarkPS.Tests.Files;

public sealed class BackupTests : IDisposable
{
    private readonly PbxTree tree = new();

    public BackupTests()
    {
        tree.Write("/etc/asterisk/sip.conf", "[general]\n");
        tree.Write("/etc/asterisk/deep/er/x.conf", "x");
        Directory.CreateDirectory(tree["/etc/asterisk/empty"]);
        tree.Write("/etc/shorewall/sark_rules", "ACCEPT net $FW\n");
        tree.Write("/usr/share/asterisk/sounds/usergreeting0001.wav", "greeting");
        tree.Write("/usr/share/asterisk/sounds/beep.gsm", "beep");
        tree.Write("/var/spool/asterisk/voicemail/default/401/INBOX/msg0000.txt", "message");
        tree.Write("/var/spool/asterisk/voicemail/other/402/INBOX/msg0000.txt", "other");
    }

    private IBackupOperations Backups => tree.Operations.Backups;

    private string Folder => tree["/opt/sark/bkup"];

    public void Dispose() => tree.Dispose();

    [Fact]
    public async Task A_backup_holds_everything_under_the_paths_of_the_machine()
    {
        tree.Program("/usr/sbin/slapcat", "echo 'dn: dc=sark'");
        var made = await Backups.CreateAsync();
        Assert.Matches("^sarkbak\\.[0-9]+\\.zip$", made.Name);
        Assert.Empty(made.Warnings);
        using var zip = ZipFile.OpenRead(Path.Combine(Folder, made.Name));
        var names = zip.Entries.Select(entry => entry.FullName).ToArray();
        Assert.Contains("opt/sark/db/sark.db", names);
        Assert.Contains("etc/asterisk/deep/er/x.conf", names);
        Assert.Contains("etc/asterisk/empty/", names);
        Assert.Contains("etc/shorewall/sark_rules", names);
        Assert.Contains("usr/share/asterisk/sounds/usergreeting0001.wav", names);
        Assert.Contains("var/spool/asterisk/voicemail/default/401/INBOX/msg0000.txt", names);
        Assert.Contains("tmp/sark.local.ldif", names);
        Assert.Equal([made.Name], Directory.GetFileSystemEntries(Folder).Select(Path.GetFileName));
    }

    [Fact]
    public async Task SARKs_reloader_is_not_started_where_it_would_lose_every_row()
    {
        tree.Write("/opt/sark/scripts/srkV4reloader.sh", "echo upgrade >> " + tree["/log"]);
        tree.Write("/opt/sark/scripts/srkreload", "echo reload >> " + tree["/log"]);
        File.CreateSymbolicLink(tree["/bin"], "/bin");
        tree.Sql("INSERT INTO IPphone (pkey, cluster, \"desc\") VALUES ('401', 'default', 'Ann O''Brien')");
        var made = await Backups.CreateAsync();
        var result = await Backups.RestoreAsync(made.Name, BackupParts.Database);
        Assert.Contains(result.Warnings, w => w.Contains("IPphone 401 (desc)", StringComparison.Ordinal));
        Assert.Contains(result.Warnings, w => w.Contains("reloader was not started", StringComparison.Ordinal));
        Assert.Equal(["reload"], File.ReadAllLines(tree["/log"]));

        var snapshot = await tree.Operations.Snapshots.CreateAsync();
        Assert.Contains(
            "IPphone 401 (desc)",
            Assert.Single((await tree.Operations.Snapshots.RestoreAsync(snapshot.Name)).Warnings),
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task Links_are_left_out_and_said()
    {
        var secret = tree.Write("/etc/shadow", "secret");
        File.CreateSymbolicLink(tree["/etc/asterisk/link.conf"], secret);
        var made = await Backups.CreateAsync();
        Assert.Contains("link.conf", Assert.Single(made.Warnings), StringComparison.Ordinal);
        using var zip = ZipFile.OpenRead(Path.Combine(Folder, made.Name));
        Assert.DoesNotContain(zip.Entries, entry => entry.Name == "link.conf");
    }

    [Fact]
    public async Task A_directory_export_that_fails_is_said_and_the_rest_is_saved()
    {
        tree.Program("/usr/sbin/slapcat", "echo broken >&2; exit 3");
        var made = await Backups.CreateAsync();
        Assert.Contains("broken", Assert.Single(made.Warnings), StringComparison.Ordinal);
        Assert.Equal(BackupParts.All & ~BackupParts.Ldap, (await Backups.TestAsync(made.Name)).Parts);
    }

    [Fact]
    public async Task A_cancelled_backup_leaves_nothing()
    {
        using var cancel = new CancellationTokenSource();
        var progress = new Immediate(report => cancel.Cancel());
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Backups.CreateAsync(progress, cancel.Token));
        Assert.Empty(Directory.GetFileSystemEntries(Folder));
    }

    [Fact]
    public async Task Restored_parts_are_as_they_were_and_others_are_not_touched()
    {
        File.SetUnixFileMode(tree["/etc/asterisk/sip.conf"], (UnixFileMode)0b110_100_000);
        var asterisk = tree.Fingerprint("/etc/asterisk");
        var made = await Backups.CreateAsync();
        tree.Write("/etc/asterisk/sip.conf", "changed");
        tree.Write("/etc/asterisk/new.conf", "new");
        File.Delete(tree["/etc/asterisk/deep/er/x.conf"]);
        tree.Write("/usr/share/asterisk/sounds/usergreeting0001.wav", "later");
        tree.Sql("UPDATE Cluster SET description = 'later'");
        var greetings = tree.Fingerprint("/usr/share/asterisk/sounds");

        var result = await Backups.RestoreAsync(made.Name, BackupParts.Asterisk);
        Assert.Equal(BackupParts.Asterisk, result.Restored);
        Assert.Null(result.KeptAs);
        Assert.Equal(asterisk, tree.Fingerprint("/etc/asterisk"));
        Assert.True(Directory.Exists(tree["/etc/asterisk/empty"]));
        Assert.Equal((UnixFileMode)0b110_100_000, File.GetUnixFileMode(tree["/etc/asterisk/sip.conf"]));
        Assert.Equal(greetings, tree.Fingerprint("/usr/share/asterisk/sounds"));
        Assert.Equal("later", tree.Ask("SELECT description FROM Cluster"));
        Assert.DoesNotContain(Directory.GetFileSystemEntries(tree["/etc/asterisk"]), path => Path.GetFileName(path).StartsWith('.'));
    }

    [Fact]
    public async Task Greetings_come_back_and_other_sounds_stay()
    {
        var made = await Backups.CreateAsync();
        tree.Write("/usr/share/asterisk/sounds/usergreeting0001.wav", "later");
        tree.Write("/usr/share/asterisk/sounds/usergreeting0002.wav", "second");
        tree.Write("/usr/share/asterisk/sounds/beep.gsm", "new beep");
        await Backups.RestoreAsync(made.Name, BackupParts.Greetings);
        Assert.Equal("greeting", File.ReadAllText(tree["/usr/share/asterisk/sounds/usergreeting0001.wav"]));
        Assert.False(File.Exists(tree["/usr/share/asterisk/sounds/usergreeting0002.wav"]));
        Assert.Equal("new beep", File.ReadAllText(tree["/usr/share/asterisk/sounds/beep.gsm"]));
    }

    [Fact]
    public async Task Voicemail_replaces_the_contexts_of_the_archive_only()
    {
        var made = await Backups.CreateAsync();
        tree.Write("/var/spool/asterisk/voicemail/default/401/INBOX/msg0001.txt", "newer");
        tree.Write("/var/spool/asterisk/voicemail/third/403/INBOX/msg0000.txt", "third");
        await Backups.RestoreAsync(made.Name, BackupParts.Voicemail);
        Assert.False(File.Exists(tree["/var/spool/asterisk/voicemail/default/401/INBOX/msg0001.txt"]));
        Assert.True(File.Exists(tree["/var/spool/asterisk/voicemail/third/403/INBOX/msg0000.txt"]));
    }

    [Fact]
    public async Task The_database_comes_back_and_SARK_and_Asterisk_are_told()
    {
        var made = await Backups.CreateAsync();
        tree.Write("/opt/sark/scripts/srkreload", "echo reload >> " + tree["/log"]);
        tree.Write("/opt/sark/scripts/srkV4reloader.sh", "echo upgrade >> " + tree["/log"]);
        File.CreateSymbolicLink(tree["/bin"], "/bin");
        tree.Sql("UPDATE Cluster SET description = 'later'");
        var result = await Backups.RestoreAsync(made.Name, BackupParts.Database | BackupParts.Ldap);
        Assert.Equal(BackupParts.Database, result.Restored);
        Assert.Equal(BackupParts.Ldap, result.NotInBackup);
        Assert.Empty(result.Warnings);
        Assert.NotEqual("later", tree.Ask("SELECT description FROM Cluster"));
        Assert.Contains(await tree.Operations.Snapshots.ListAsync(), snapshot => snapshot.Name == result.KeptAs);
        Assert.Equal(["upgrade", "reload"], File.ReadAllLines(tree["/log"]));
    }

    [Fact]
    public async Task A_reload_that_fails_is_a_warning()
    {
        var made = await Backups.CreateAsync();
        tree.Write("/opt/sark/scripts/srkreload", "echo nothing works; exit 7");
        File.CreateSymbolicLink(tree["/bin"], "/bin");
        var result = await Backups.RestoreAsync(made.Name, BackupParts.Asterisk);
        Assert.Contains("exit code 7: nothing works", Assert.Single(result.Warnings), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_directory_is_loaded_into_an_emptied_folder_and_comes_back_when_that_fails()
    {
        tree.Program("/usr/sbin/slapcat", "echo 'dn: dc=sark'");
        tree.Write("/var/lib/ldap/data.mdb", "old");
        var made = await Backups.CreateAsync();
        tree.Program("/bin/systemctl", "true");
        var ldap = tree["/var/lib/ldap"];
        tree.Program("/usr/sbin/slapadd", $"[ -e {ldap}/data.mdb ] && exit 9; cp \"$2\" {ldap}/data.mdb");
        await Backups.RestoreAsync(made.Name, BackupParts.Ldap);
        Assert.Equal("dn: dc=sark\n", File.ReadAllText(ldap + "/data.mdb"));
        Assert.Equal(
            ["stop slapd", "start slapd"],
            tree.Calls("/bin/systemctl").Where(call => call.EndsWith("slapd", StringComparison.Ordinal)));

        tree.Program("/usr/sbin/slapadd", $"echo half > {ldap}/data.mdb; echo bad entry >&2; exit 1");
        var error = await Assert.ThrowsAsync<SarkUnavailableException>(() => Backups.RestoreAsync(made.Name, BackupParts.Ldap));
        Assert.Contains("bad entry", error.Message, StringComparison.Ordinal);
        Assert.Equal("dn: dc=sark\n", File.ReadAllText(ldap + "/data.mdb"));
        Assert.Equal([ldap + "/data.mdb"], Directory.GetFileSystemEntries(ldap));
    }

    [Fact]
    public async Task A_dry_run_lists_each_file_and_changes_nothing()
    {
        var made = await Backups.CreateAsync();
        tree.Write("/etc/asterisk/sip.conf", "[general!\n");
        tree.Write("/etc/asterisk/new.conf", "new");
        File.Delete(tree["/etc/asterisk/deep/er/x.conf"]);
        var before = tree.Fingerprint("/");
        var result = await Backups.RestoreAsync(made.Name, BackupParts.Asterisk | BackupParts.Greetings, dryRun: true);
        Assert.Equal(before, tree.Fingerprint("/"));
        Assert.True(result.DryRun);
        Assert.Equal(
        [
            (BackupChangeAction.Add, "/etc/asterisk/deep/er/x.conf"),
            (BackupChangeAction.Keep, "/usr/share/asterisk/sounds/usergreeting0001.wav"),
            (BackupChangeAction.Remove, "/etc/asterisk/new.conf"), (BackupChangeAction.Replace, "/etc/asterisk/sip.conf"),
        ], result.Changes.Select(change => (change.Action, change.Path)).OrderBy(change => change.Path == "" ? 0 : (int)change.Action == 0
            ? 0
            : change.Action == BackupChangeAction.Keep ? 1 : change.Action == BackupChangeAction.Remove ? 2 : 3));
    }

    [SkippableFact]
    public async Task A_dry_run_lets_go_of_no_lock_on_the_live_database()
    {
        Skip.IfNot(File.Exists("/proc/locks"), "The system does not list its locks.");
        var made = await Backups.CreateAsync();
        using var connection = new Microsoft.Data.Sqlite.SqliteConnection($"Data Source={tree.Database};Pooling=False");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = "BEGIN IMMEDIATE";
        command.ExecuteNonQuery();
        var held = Locks();
        Assert.NotEmpty(held);
        var result = await Backups.RestoreAsync(made.Name, BackupParts.Database, dryRun: true);
        Assert.Equal(BackupParts.Database, Assert.Single(result.Changes).Part);
        Assert.Equal(held, Locks());
        connection.Close();
        var bytes = new Crc32();
        bytes.Append(File.ReadAllBytes(tree.Database));
        Assert.Equal(bytes.Value, DatabaseFile.Checksum(tree.Database));

        string[] Locks() => [.. File.ReadLines("/proc/locks").Where(
            l => l.Contains(
                $":{Posix.Status(tree.Database)!.Value.Inode} ",
                StringComparison.Ordinal))/* read line by line while others come and go, it can say one twice */.Select(
                    l => l.Split(':', 2)[1]).Distinct()];
    }

    [Fact]
    public async Task Who_sweeps_up_what_others_left_takes_nothing_that_is_just_being_made()
    {
        using var folder = new TemporaryFolder();
        using var done = new CancellationTokenSource();
        var sweepers = Enumerable.Range(0, 3).Select(_ => Task.Run(() =>
        {
            while (!done.IsCancellationRequested)
            {
                foreach (var path in Directory.GetFiles(folder.Path))
                {
                    FileClaim.DeleteIfAbandoned(path);
                }
            }
        })).ToArray();
        try
        {
            for (var i = 0; i < 2000; i++)
            {
                using var made = new TemporaryFile(folder[$"{i}"]);
                Assert.True(File.Exists(made.Path), made.Path);
            }
        }
        finally
        {
            await done.CancelAsync();
            await Task.WhenAll(sweepers);
        }
    }

    [SkippableFact]
    public void Who_opened_what_others_left_takes_nothing_that_has_its_name_since()
    {
        Skip.IfNot(OperatingSystem.IsLinux(), "Only there is a file known by more than its name.");
        using var folder = new TemporaryFolder();
        var path = folder["name"];
        File.WriteAllText(path, "left by a killed one");
        var opened = FileClaim.Open(path)!;
        File.Delete(path);
        using (new TemporaryFile(path))
        {
            Assert.Null(FileClaim.Take(path, opened));
            Assert.Null(FileClaim.TakeAbandoned(path));
        }

        File.WriteAllText(path, "left by a killed one");
        using var claim = FileClaim.Take(path, FileClaim.Open(path)!);
        Assert.Equal("left by a killed one", claim!.ReadText());
    }

    public static TheoryData<string> Dangerous() =>
        ["../../etc/passwd", "/etc/passwd", "etc/asterisk/../../../x", "etc\\asterisk\\x", "etc/asterisk/a\nb", "etc/asterisk/a\0b",
            "etc//asterisk/x", "etc/asterisk/.sarkps-exchange.1-x/plan", "LINK", "TWICE", "BELOW", "BOMB"];

    [Theory]
    [MemberData(nameof(Dangerous))]
    public async Task An_archive_with_a_dangerous_entry_is_refused_as_a_whole(string entry)
    {
        tree.Options.Limits.BackupContent = 3_000_000;
        var content = MakeZip(zip =>
        {
            Add(zip, "etc/asterisk/good.conf", "good");
            switch (entry)
            {
                case "LINK":
                    var link = Add(zip, "etc/asterisk/link", "/etc/passwd");
                    link.ExternalAttributes = unchecked((int)(0xA1FFu << 16));
                    break;
                case "TWICE":
                    Add(zip, "etc/asterisk/good.conf", "again");
                    break;
                case "BELOW":
                    Add(zip, "etc/asterisk/good.conf/below", "x");
                    break;
                case "BOMB":
                    Add(zip, "etc/asterisk/zeros", new string('0', 4_000_000));
                    break;
                default:
                    Add(zip, entry, "evil");
                    break;
            }
        });
        await Assert.ThrowsAsync<SarkValidationException>(() => Backups.ImportAsync("sarkbak.1700000000.zip", new MemoryStream(content)));
        // One that lies there already, put by another program, is refused as well.
        File.WriteAllBytes(Path.Combine(Folder, "sarkbak.1700000001.zip"), content);
        var before = tree.Fingerprint("/etc");
        await Assert.ThrowsAsync<SarkValidationException>(() => Backups.RestoreAsync("sarkbak.1700000001.zip", BackupParts.All));
        Assert.False((await Backups.TestAsync("sarkbak.1700000001.zip")).Valid);
        Assert.Equal(before, tree.Fingerprint("/etc"));
    }

    [Fact]
    public async Task A_damaged_entry_is_found_and_nothing_is_restored()
    {
        tree.Write("/etc/asterisk/large.conf", string.Concat(Enumerable.Range(0, 5000).Select(i => $"line {i * 7919 % 1000}\n")));
        var made = await Backups.CreateAsync();
        Assert.True((await Backups.TestAsync(made.Name)).Valid);
        var path = Path.Combine(Folder, made.Name);
        var bytes = File.ReadAllBytes(path);
        var at = bytes.AsSpan().IndexOf("etc/asterisk/large.conf"u8) + 200;
        bytes[at] ^= 0x55;
        File.WriteAllBytes(path, bytes);
        var before = tree.Fingerprint("/etc/asterisk");
        var report = await Backups.TestAsync(made.Name);
        Assert.False(report.Valid);
        Assert.Contains("large.conf", Assert.Single(report.Problems), StringComparison.Ordinal);
        await Assert.ThrowsAsync<SarkValidationException>(() => Backups.RestoreAsync(made.Name, BackupParts.All));
        Assert.Equal(before, tree.Fingerprint("/etc/asterisk"));
    }

    [Theory]
    [InlineData("checksum")]
    [InlineData("method")]
    [InlineData("length")]
    public async Task A_dry_run_refuses_what_cannot_be_restored(string what)
    {
        var zip = MakeZip(archive =>
        {
            archive.CreateEntryFromFile(tree.Database, "opt/sark/db/sark.db");
            Add(archive, "tmp/sark.local.ldif", "dn: dc=sark\n");
            Add(archive, "etc/asterisk/damaged.conf", string.Concat(Enumerable.Range(0, 500).Select(i => $"line {i * 7919 % 1000}\n")));
        });
        var name = "etc/asterisk/damaged.conf"u8;
        var (local, central) = (zip.AsSpan().IndexOf(name) - 30, zip.AsSpan().LastIndexOf(name) - 46);
        switch (what)
        {
            case "checksum":
                zip[central + 16] ^= 0x55;
                break;
            case "method":
                // LZMA.
                zip[local + 8] = zip[central + 10] = 14;
                break;
            default:
                zip[central + 24]--;
                break;
        }

        File.WriteAllBytes(Path.Combine(Folder, "sarkbak.5.zip"), zip);
        foreach (var parts in new[] { BackupParts.Asterisk, BackupParts.Database | BackupParts.Asterisk })
        {
            var said = (await Assert.ThrowsAsync<SarkValidationException>(() => Backups.RestoreAsync("sarkbak.5.zip", parts, dryRun: true)))
                .Message;
            Assert.Equal(
                (await Assert.ThrowsAsync<SarkValidationException>(() => Backups.RestoreAsync("sarkbak.5.zip", parts))).Message,
                said);
            Assert.Contains("is damaged", said, StringComparison.Ordinal);
        }

        // What is not asked for need not be whole.
        Assert.NotEmpty((await Backups.RestoreAsync("sarkbak.5.zip", BackupParts.Database | BackupParts.Ldap, dryRun: true)).Changes);
        Assert.False(File.Exists(tree["/etc/asterisk/damaged.conf"]));
    }

    [SkippableFact]
    public async Task No_archive_lets_everybody_write_or_run_as_another()
    {
        Skip.If(OperatingSystem.IsWindows(), "Windows has no such modes.");
        var shared = tree.Write("/etc/asterisk/shared.conf", "written by everybody");
        File.SetUnixFileMode(shared, (UnixFileMode)0b110_110_110);
        File.WriteAllBytes(Path.Combine(Folder, "sarkbak.5.zip"), MakeZip(zip =>
        {
            foreach (var name in new[] { "etc/asterisk/program", "etc/asterisk/sip.conf", "etc/asterisk/shared.conf", "etc/asterisk/sub/" })
            {
                var isFolder = name.EndsWith('/');
                var entry = isFolder ? zip.CreateEntry(name) : Add(zip, name, "x");
                entry.ExternalAttributes = unchecked((int)((isFolder ? 0x4FFFu : 0x8FFFu) << 16));
            }

            // The same in the list of owners that SarkPS writes.
            Add(zip, "etc/asterisk/listed", "x");
            Add(zip, "sarkps-owners.txt", "7777 0 0 etc/asterisk/listed\n");
        }));
        await Backups.RestoreAsync("sarkbak.5.zip", BackupParts.Asterisk);
        foreach (var name in new[] { "program", "sip.conf", "listed" })
        {
            Assert.Equal((UnixFileMode)0b111_111_101, File.GetUnixFileMode(tree["/etc/asterisk/" + name]));
        }

        Assert.Equal((UnixFileMode)0b010_111_111_101, File.GetUnixFileMode(tree["/etc/asterisk/sub"]));
        // As it was before.
        Assert.Equal((UnixFileMode)0b111_111_111, File.GetUnixFileMode(shared));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task An_exchange_that_was_killed_when_it_counted_goes_on(bool isMade)
    {
        // As a process leaves it that dies when the second of two parts is in place and the first not yet ended.
        var decision = RestoreDecision.ByFile(Folder);
        tree.Write("/etc/asterisk/.sarkps-exchange.999999999-x/decision", decision.ToString());
        tree.Write("/etc/asterisk/.sarkps-exchange.999999999-x/plan", "sip.conf");
        tree.Write("/etc/asterisk/.sarkps-exchange.999999999-x/old/sip.conf", "the old one");
        Directory.CreateDirectory(tree["/etc/asterisk/.sarkps-exchange.999999999-x/new"]);
        if (isMade)
        {
            File.WriteAllText(decision.ToString().Split('\0')[^1], "");
        }

        tree.Operations.Recover();
        await Task.CompletedTask;
        Assert.Equal(isMade ? "[general]\n" : "the old one", File.ReadAllText(tree["/etc/asterisk/sip.conf"]));
        Assert.Empty(Directory.GetFileSystemEntries(tree["/etc/asterisk"], ".*"));
        Assert.Empty(Directory.GetFileSystemEntries(Folder));
    }

    [Fact]
    public async Task Nothing_of_what_decided_is_left_in_the_database_or_beside_the_backups()
    {
        tree.Sql("PRAGMA application_id = 4711");
        var made = await Backups.CreateAsync();
        tree.Sql("PRAGMA application_id = 4712");
        await Backups.RestoreAsync(made.Name, BackupParts.Database | BackupParts.Asterisk | BackupParts.Greetings);
        Assert.Equal(4711L, tree.Ask("PRAGMA application_id"));
        var kept = (await Backups.RestoreAsync(made.Name, BackupParts.Asterisk | BackupParts.Greetings)).KeptBackup;
        Assert.DoesNotContain(Directory.GetFileSystemEntries(Folder), path => Path.GetFileName(path).StartsWith('.'));
        Assert.NotNull(kept);
    }

    [Fact]
    public async Task Uploads_that_are_no_archive_leave_nothing()
    {
        var made = await Backups.CreateAsync();
        var whole = File.ReadAllBytes(Path.Combine(Folder, made.Name));
        await Backups.RemoveAsync(made.Name);
        foreach (var content in new[] { [], "hello"u8.ToArray(), whole[..(whole.Length / 2)], File.ReadAllBytes(tree.Database) })
        {
            await Assert.ThrowsAsync<SarkValidationException>(() => Backups.ImportAsync("sarkbak.1.zip", new MemoryStream(content)));
        }

        Assert.Empty(Directory.GetFileSystemEntries(Folder));
        Assert.Equal("sarkbak.1.zip", (await Backups.ImportAsync("sarkbak.1.zip", new MemoryStream(whole))).Name);
    }

    [SkippableFact]
    public async Task What_zip_made_can_be_restored_and_zip_can_read_ours()
    {
        Skip.IfNot(File.Exists("/usr/bin/zip") && File.Exists("/usr/bin/unzip"), "zip and unzip are not installed");
        Run(
            "/usr/bin/zip",
            "-qr",
            Path.Combine(Folder, "sarkbak.5.zip"),
            "opt/sark/db/sark.db",
            "etc/asterisk",
            "usr/share/asterisk/sounds");
        File.SetUnixFileMode(tree["/etc/asterisk/sip.conf"], (UnixFileMode)0b110_000_000);
        tree.Write("/etc/asterisk/sip.conf", "changed");
        var report = await Backups.TestAsync("sarkbak.5.zip");
        Assert.True(report.Valid, string.Join("\n", report.Problems));
        Assert.Equal(BackupParts.Database | BackupParts.Asterisk | BackupParts.Greetings, report.Parts);
        await Backups.RestoreAsync("sarkbak.5.zip", BackupParts.Asterisk);
        Assert.Equal("[general]\n", File.ReadAllText(tree["/etc/asterisk/sip.conf"]));

        var made = await Backups.CreateAsync();
        Run("/usr/bin/unzip", "-tq", Path.Combine(Folder, made.Name));
    }

    [Fact]
    public async Task An_exchange_that_was_killed_in_the_middle_goes_back()
    {
        // As a process leaves it that dies after the first of two files is in place.
        tree.Write("/etc/asterisk/.sarkps-exchange.999999999-x/plan", "sip.conf\0deep");
        tree.Write("/etc/asterisk/.sarkps-exchange.999999999-x/old/sip.conf", "the old one");
        tree.Write("/etc/asterisk/.sarkps-exchange.999999999-x/old/removed.conf", "removed");
        Directory.CreateDirectory(tree["/etc/asterisk/.sarkps-exchange.999999999-x/new/deep"]);
        tree.Operations.Recover();
        await Task.CompletedTask;
        Assert.Equal("the old one", File.ReadAllText(tree["/etc/asterisk/sip.conf"]));
        Assert.True(File.Exists(tree["/etc/asterisk/removed.conf"]));
        Assert.True(File.Exists(tree["/etc/asterisk/deep/er/x.conf"]));
        Assert.Empty(Directory.GetDirectories(tree["/etc/asterisk"], ".*"));
    }

    [SkippableFact]
    public async Task An_account_without_rights_changes_nothing()
    {
        var made = await Backups.CreateAsync();
        // What is tested is the folder that may not be written, so the archive may be read.
        File.SetUnixFileMode(Folder, (UnixFileMode)0b111_111_111);
        File.SetUnixFileMode(Path.Combine(Folder, made.Name), (UnixFileMode)0b110_100_100);
        var before = tree.Fingerprint("/etc");
        var answer = tree.AsNobody("try", tree.Root, "restore-asterisk", made.Name);
        Assert.StartsWith("Denied: ", answer, StringComparison.Ordinal);
        Assert.Contains("asterisk", answer, StringComparison.Ordinal);
        Assert.Equal(before, tree.Fingerprint("/etc"));
    }

    [SkippableFact]
    public async Task A_full_disk_is_said_and_leaves_nothing()
    {
        Skip.If(Environment.UserName != "root", "only root can mount a small disk");
        using var mount = System.Diagnostics.Process.Start("/bin/mount", ["-t", "tmpfs", "-o", "size=256k", "tmpfs", Folder]);
        await mount.WaitForExitAsync();
        Skip.If(mount.ExitCode != 0, "no small disk can be mounted here");
        try
        {
            File.WriteAllBytes(tree["/etc/asterisk/large"], System.Security.Cryptography.RandomNumberGenerator.GetBytes(400_000));
            var error = await Assert.ThrowsAsync<SarkUnavailableException>(() => Backups.CreateAsync());
            Assert.Contains("no space", error.Message, StringComparison.OrdinalIgnoreCase);
            var large = new byte[400_000];
            await Assert.ThrowsAsync<SarkUnavailableException>(() => Backups.ImportAsync("sarkbak.1.zip", new MemoryStream(large)));
            Assert.Empty(Directory.GetFileSystemEntries(Folder));
        }
        finally
        {
            using var unmount = System.Diagnostics.Process.Start("/bin/umount", [Folder]);
            await unmount.WaitForExitAsync();
        }
    }

    [Fact]
    public async Task What_a_restore_replaces_is_kept_as_a_backup_and_can_be_taken_back()
    {
        // An archive with one file replaces the whole folder.
        File.WriteAllBytes(Path.Combine(Folder, "sarkbak.5.zip"), MakeZip(zip => Add(zip, "etc/asterisk/extensions.conf", "[internal]\n")));
        File.SetUnixFileMode(tree["/etc/asterisk/sip.conf"], (UnixFileMode)0b110_000_000);
        var before = tree.Fingerprint("/etc/asterisk");
        var result = await Backups.RestoreAsync("sarkbak.5.zip", BackupParts.Asterisk | BackupParts.Voicemail);
        Assert.Equal((BackupParts.Asterisk, BackupParts.Voicemail), (result.Restored, result.NotInBackup));
        Assert.Equal(["extensions.conf"], Directory.GetFileSystemEntries(tree["/etc/asterisk"]).Select(Path.GetFileName));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Path.Combine(Folder, result.KeptBackup!)));
        await Backups.RestoreAsync(result.KeptBackup!, BackupParts.Asterisk);
        Assert.Equal(before, tree.Fingerprint("/etc/asterisk"));
        Assert.Equal((UnixFileMode)0b110_000_000, File.GetUnixFileMode(tree["/etc/asterisk/sip.conf"]));
    }

    [Theory]
    [InlineData(BackupParts.Greetings, "/usr/share/asterisk/sounds/usergreeting0001.wav")]
    [InlineData(BackupParts.Voicemail, "/var/spool/asterisk/voicemail/default/401/INBOX/msg0000.txt")]
    [InlineData(BackupParts.Ldap, "/var/lib/ldap/data.mdb")]
    public async Task Every_part_keeps_what_it_replaces(BackupParts part, string file)
    {
        tree.Program("/usr/sbin/slapcat", $"cat {tree["/var/lib/ldap"]}/data.mdb");
        tree.Program("/usr/sbin/slapadd", $"cp \"$2\" {tree["/var/lib/ldap"]}/data.mdb");
        tree.Write("/var/lib/ldap/data.mdb", "dn: dc=first\n");
        var made = await Backups.CreateAsync();
        tree.Write(file, "newer");
        var result = await Backups.RestoreAsync(made.Name, part);
        Assert.NotEqual("newer", File.ReadAllText(tree[file]));
        await Backups.RestoreAsync(result.KeptBackup!, part);
        Assert.Equal("newer", File.ReadAllText(tree[file]));
    }

    [Fact]
    public async Task Symbolic_links_outlive_a_restore()
    {
        // Backups leave links out; a restore that took them away would lose them for good.
        var elsewhere = tree.Write("/elsewhere.conf", "x");
        File.CreateSymbolicLink(tree["/etc/asterisk/link.conf"], elsewhere);
        File.CreateSymbolicLink(tree["/etc/asterisk/deep/link.conf"], "/nowhere");
        var made = await Backups.CreateAsync();
        var result = await Backups.RestoreAsync(made.Name, BackupParts.Asterisk);
        Assert.Empty(result.Warnings);
        Assert.Equal(elsewhere, new FileInfo(tree["/etc/asterisk/link.conf"]).LinkTarget);
        Assert.Equal("/nowhere", new FileInfo(tree["/etc/asterisk/deep/link.conf"]).LinkTarget);
        Assert.Equal("x", File.ReadAllText(elsewhere));
    }

    [Theory]
    [InlineData("mkdir {0}/data.mdb; echo half > {0}/data.mdb/x; echo bad entry >&2; exit 1")]
    [InlineData("mkdir {0}/accesslog; echo half > {0}/lock.mdb; echo bad entry >&2; exit 1")]
    public async Task A_part_that_fails_takes_all_back_whatever_it_left(string slapadd)
    {
        var ldap = tree["/var/lib/ldap"];
        tree.Program("/usr/sbin/slapcat", "echo 'dn: dc=sark'");
        tree.Program("/bin/systemctl", "true");
        tree.Write("/var/lib/ldap/data.mdb", "old");
        tree.Write("/var/lib/ldap/log/1", "old");
        var made = await Backups.CreateAsync();
        tree.Write("/etc/asterisk/sip.conf", "newer");
        tree.Sql("UPDATE Cluster SET description = 'later'");
        tree.Program("/usr/sbin/slapadd", string.Format(System.Globalization.CultureInfo.InvariantCulture, slapadd, ldap));
        var before = tree.Fingerprint("/etc") + tree.Fingerprint("/var/lib/ldap") + tree.Fingerprint("/opt/sark");
        var error = await Assert.ThrowsAsync<SarkUnavailableException>(() => Backups.RestoreAsync(made.Name, BackupParts.All));
        Assert.Contains("bad entry", error.Message, StringComparison.Ordinal);
        Assert.EndsWith("Nothing was changed.", error.Message, StringComparison.Ordinal);
        Assert.Equal(before, tree.Fingerprint("/etc") + tree.Fingerprint("/var/lib/ldap") + tree.Fingerprint("/opt/sark"));
        Assert.Equal(["data.mdb", "log"], Directory.GetFileSystemEntries(ldap).Select(Path.GetFileName).Order(StringComparer.Ordinal));
        Assert.Equal("later", tree.Ask("SELECT description FROM Cluster"));
    }

    [Fact]
    public async Task An_undo_that_fails_loses_nothing_and_is_ended_by_the_next_to_look()
    {
        var folder = tree["/etc/asterisk"];
        var before = tree.Fingerprint("/etc/asterisk");
        var staging = "";
        using (var exchange = FolderExchange.Begin(folder))
        {
            staging = Path.GetDirectoryName(exchange.Incoming)!;
            File.WriteAllText(Path.Combine(exchange.Incoming, "sip.conf"), "new");
            Posix.BeforeStep.Value = step => _ = step == $"rename {folder}/deep" ? throw new IOException() : step;
            var error = await Assert.ThrowsAsync<SarkUnavailableException>(() => exchange.CommitAsync(
                ["sip.conf", "deep"],
                () => throw new SarkException(SarkErrorKind.Unavailable, "Backup", "x", "It failed.")));
            Assert.StartsWith("It failed. ", error.Message, StringComparison.Ordinal);
            Assert.Contains(Path.GetFileName(staging), error.Message, StringComparison.Ordinal);
            Assert.Contains("'deep': the disk reported an error", error.Message, StringComparison.Ordinal);
            Assert.DoesNotContain("Nothing was changed", error.Message, StringComparison.Ordinal);
        }

        Posix.BeforeStep.Value = null;
        // What could come back has, the rest is still there.
        Assert.Equal("[general]\n", File.ReadAllText(Path.Combine(folder, "sip.conf")));
        Assert.Equal("x", File.ReadAllText(Path.Combine(staging, "old/deep/er/x.conf")));
        tree.Operations.Recover();
        Assert.Equal(before, tree.Fingerprint("/etc/asterisk"));
    }

    [Fact]
    public void A_restore_of_a_dead_process_is_undone_though_its_number_is_in_use_again()
    {
        foreach (var process in new[] { "1", Environment.ProcessId.ToString(System.Globalization.CultureInfo.InvariantCulture) })
        {
            tree.Write($"/etc/asterisk/.sarkps-exchange.{process}-x/plan", "sip.conf");
            tree.Write($"/etc/asterisk/.sarkps-exchange.{process}-x/old/sip.conf", "the old one");
            Directory.CreateDirectory(tree[$"/etc/asterisk/.sarkps-exchange.{process}-x/new"]);
            tree.Operations.Recover();
            Assert.Equal("the old one", File.ReadAllText(tree["/etc/asterisk/sip.conf"]));
        }

        // And one that is at work is left alone.
        using var exchange = FolderExchange.Begin(tree["/etc/asterisk"]);
        tree.Operations.Recover();
        Assert.True(Directory.Exists(exchange.Incoming));
        Assert.Equal((UnixFileMode)0b111_000_000, File.GetUnixFileMode(Path.GetDirectoryName(exchange.Incoming)!));
    }

    [Theory]
    [InlineData(10, 100, true)]
    [InlineData(10, 5, false)]
    // The catalogue counts, and not what the archive says of it.
    [InlineData(1, 5, false)]
    public async Task The_catalogue_of_a_large_archive_is_bounded_too(int claimed, int allowed, bool isTaken)
    {
        var zip = MakeZip(archive =>
        {
            for (var i = 0; i < 10; i++)
            {
                Add(archive, $"etc/asterisk/{i}.conf", "x");
            }
        });
        var end = zip.Length - 22;
        var start = BitConverter.ToUInt32(zip, end + 16);
        using var large = new MemoryStream();
        using (var writer = new BinaryWriter(large, Encoding.ASCII, leaveOpen: true))
        {
            writer.Write(zip.AsSpan(0, end));
            // The end record of 64 bits, where it stands, and the old one with all ones.
            writer.Write(0x06064b50);
            writer.Write(44L);
            writer.Write((short)45);
            writer.Write((short)45);
            writer.Write(0L);
            writer.Write((long)claimed);
            writer.Write((long)claimed);
            writer.Write((long)(end - start));
            writer.Write((long)start);
            writer.Write(0x07064b50);
            writer.Write(0);
            writer.Write((long)end);
            writer.Write(1);
            writer.Write(0x06054b50);
            writer.Write(0);
            writer.Write(uint.MaxValue);
            writer.Write(uint.MaxValue);
            writer.Write(uint.MaxValue);
            writer.Write((short)0);
        }

        tree.Options.Limits.BackupEntries = allowed;
        large.Position = 0;
        if (isTaken)
        {
            await Backups.ImportAsync("sarkbak.5.zip", large);
            Assert.True((await Backups.TestAsync("sarkbak.5.zip")).Valid);
        }
        else
        {
            Assert.Contains(
                $"larger than that of the {allowed} files",
                (await Assert.ThrowsAsync<SarkValidationException>(() => Backups.ImportAsync("sarkbak.5.zip", large))).Message,
                StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_mailbox_that_vanishes_meanwhile_is_no_part_of_the_backup()
    {
        tree.Write("/var/spool/asterisk/voicemail/default/402/INBOX/msg0000.txt", new string('x', 100));
        var made = await Backups.CreateAsync(new Immediate(_ =>
        {
            if (Directory.Exists(tree["/var/spool/asterisk/voicemail/default"]))
            {
                Directory.Delete(tree["/var/spool/asterisk/voicemail/default"], recursive: true);
            }
        }));
        Assert.True((await Backups.TestAsync(made.Name)).Valid);
        Assert.Contains(
            "/etc/asterisk/sip.conf",
            (await Backups.RestoreAsync(made.Name, BackupParts.All, dryRun: true)).Changes.Select(change => change.Path));
    }

    [Fact]
    public async Task An_archive_of_something_else_is_no_backup()
    {
        var error = await Assert.ThrowsAsync<SarkValidationException>(
            () => Backups.ImportAsync("sarkbak.5.zip", new MemoryStream(MakeZip(zip => Add(zip, "holiday/beach.jpg", "x")))));
        Assert.Contains("no backup of a SARK machine", error.Message, StringComparison.Ordinal);
        Assert.Equal("uploadzip", Assert.Single(error.Errors).Key);
    }

    private void Run(string program, params string[] arguments)
    {
        using var process = System.Diagnostics.Process
            .Start(new System.Diagnostics.ProcessStartInfo(program, arguments) { WorkingDirectory = tree.Root })!;
        process.WaitForExit();
        Assert.Equal(0, process.ExitCode);
    }

    private static byte[] MakeZip(Action<ZipArchive> fill)
    {
        var content = new MemoryStream();
        using (var zip = new ZipArchive(content, ZipArchiveMode.Create, leaveOpen: true))
        {
            fill(zip);
        }

        return content.ToArray();
    }

    private static ZipArchiveEntry Add(ZipArchive zip, string name, string content)
    {
        var entry = zip.CreateEntry(name);
        using var stream = entry.Open();
        stream.Write(Encoding.UTF8.GetBytes(content));
        return entry;
    }

    private sealed class Immediate(Action<OperationProgress> action) : IProgress<OperationProgress>
    {
        public void Report(OperationProgress value) => action(value);
    }
}
