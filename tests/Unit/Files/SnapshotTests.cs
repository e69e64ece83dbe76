using System.IO.Compression;
using SarkPS.Data.Files;

namespace SarkPS.Tests.Files;

public sealed class SnapshotTests : IDisposable
{
    private readonly PbxTree tree = new();

    private ISnapshotOperations Snapshots => tree.Operations.Snapshots;

    public void Dispose() => tree.Dispose();

    public static TheoryData<string> BadNames() =>
    [
        "../sark.db.1", "/etc/passwd", "sark.db.1 ", "sark db.1", "sark.db.1\0", "sark.db.1\n", "sark.db.1;id", "sark.db.$(id)",
        "sark.db.\u0661\u0662", "s\u0430rk.db.1", "sark.db."
            + new string('1', 300), "sarkbak.1.zip", "usergreeting0001.wav", "sark.db.", "", ".", "..",
    ];

    [Fact]
    public async Task A_new_snapshot_holds_the_database_and_is_listed()
    {
        tree.Sql("UPDATE Cluster SET description = 'before' WHERE pkey = 'default'");
        var made = await Snapshots.CreateAsync();
        Assert.Matches("^sark\\.db\\.[0-9]+$", made.Name);
        Assert.Equal(made, Assert.Single(await Snapshots.ListAsync()));
        Assert.Equal("before", PbxTree.Ask(Path.Combine(tree["/opt/sark/snap"], made.Name), "SELECT description FROM Cluster"));
    }

    [Fact]
    public async Task Several_in_one_second_get_names_of_their_own()
    {
        var made = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Snapshots.CreateAsync()));
        Assert.Equal(4, made.Select(snapshot => snapshot.Name).Distinct().Count());
    }

    [Fact]
    public async Task A_restore_brings_the_rows_back_and_keeps_the_replaced_database()
    {
        var made = await Snapshots.CreateAsync();
        tree.Sql("UPDATE Cluster SET description = 'later'");
        var result = await Snapshots.RestoreAsync(made.Name);
        Assert.Equal(made.Name, result.Restored);
        Assert.NotEqual("later", tree.Ask("SELECT description FROM Cluster"));
        Assert.Equal("later", PbxTree.Ask(Path.Combine(tree["/opt/sark/snap"], result.KeptAs!), "SELECT description FROM Cluster"));
    }

    [Fact]
    public async Task Whoever_has_the_database_open_sees_the_restored_one()
    {
        var made = await Snapshots.CreateAsync();
        using var connection = new Microsoft.Data.Sqlite.SqliteConnection($"Data Source={tree.Database};Pooling=False");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = "UPDATE Cluster SET description = 'later'";
        command.ExecuteNonQuery();
        await Snapshots.RestoreAsync(made.Name);
        command.CommandText = "SELECT coalesce(description, '') FROM Cluster";
        Assert.NotEqual("later", command.ExecuteScalar());
    }

    [Fact]
    public async Task A_damaged_live_database_can_be_replaced()
    {
        var made = await Snapshots.CreateAsync();
        File.WriteAllText(
            tree.Database,
            "this is no database at all, and longer than a header of one would be; really, it is none of them");
        File.WriteAllText(tree.Database + "-journal", "left behind");
        var result = await Snapshots.RestoreAsync(made.Name);
        Assert.Null(result.KeptAs);
        Assert.Equal("ok", tree.Ask("PRAGMA integrity_check"));
        Assert.Single(Directory.GetFiles(tree["/opt/sark/db"], "*.damaged.*"));
    }

    [Fact]
    public async Task What_a_database_left_that_is_elsewhere_for_the_moment_is_kept()
    {
        var made = await Snapshots.CreateAsync();
        File.Delete(tree.Database);
        File.WriteAllText(tree.Database + "-wal", "the newest changes");
        Assert.Null((await Snapshots.RestoreAsync(made.Name)).KeptAs);
        Assert.False(File.Exists(tree.Database + "-wal"));
        Assert.Equal("the newest changes", File.ReadAllText(Assert.Single(Directory.GetFiles(tree["/opt/sark/db"], "*.damaged.*-wal"))));
    }

    [Fact]
    public async Task A_damaged_snapshot_is_refused_and_changes_nothing()
    {
        var made = await Snapshots.CreateAsync();
        var path = Path.Combine(tree["/opt/sark/snap"], made.Name);
        var bytes = File.ReadAllBytes(path);
        for (var at = 4096; at < bytes.Length; at += 4096)
        {
            bytes.AsSpan(at, 2048).Fill(0xA5);
        }

        File.WriteAllBytes(path, bytes);
        var before = tree.Fingerprint("/opt/sark/db");
        await Assert.ThrowsAsync<SarkValidationException>(() => Snapshots.RestoreAsync(made.Name));
        Assert.Equal(before, tree.Fingerprint("/opt/sark/db"));
        Assert.Single(await Snapshots.ListAsync());
    }

    [Fact]
    public async Task A_snapshot_taken_while_others_write_is_whole()
    {
        tree.Sql("CREATE TABLE pair (a INTEGER, b INTEGER); INSERT INTO pair VALUES (0, 0)");
        using var stop = new CancellationTokenSource();
        var writer = Task.Run(() =>
        {
            for (var i = 1; !stop.IsCancellationRequested; i++)
            {
                tree.Sql($"BEGIN; UPDATE pair SET a = {i}; UPDATE pair SET b = {i}; INSERT INTO pair VALUES ({i}, {i}); COMMIT");
            }
        });
        for (var i = 0; i < 10; i++)
        {
            var made = await Snapshots.CreateAsync();
            var path = Path.Combine(tree["/opt/sark/snap"], made.Name);
            Assert.Equal(0L, PbxTree.Ask(path, "SELECT count(*) FROM pair WHERE a <> b"));
            Assert.Equal("ok", PbxTree.Ask(path, "PRAGMA integrity_check"));
        }

        stop.Cancel();
        await writer;
    }

    [Fact]
    public async Task A_write_ahead_log_never_reaches_the_live_database()
    {
        var made = await Snapshots.CreateAsync();
        var path = Path.Combine(tree["/opt/sark/snap"], made.Name);
        PbxTree.Sql(path, "PRAGMA journal_mode = WAL; UPDATE Cluster SET description = 'wal'");
        await Snapshots.RestoreAsync(made.Name);
        Assert.Equal("wal", tree.Ask("SELECT description FROM Cluster"));
        Assert.Equal("delete", tree.Ask("PRAGMA journal_mode"));
    }

    [Theory]
    [MemberData(nameof(BadNames))]
    public async Task Names_that_are_not_of_the_store_find_nothing(string name)
    {
        tree.Write("/opt/sark/sark.db.1", "outside");
        await Assert.ThrowsAsync<SarkNotFoundException>(() => Snapshots.OpenAsync(name));
        await Assert.ThrowsAsync<SarkNotFoundException>(() => Snapshots.RestoreAsync(name));
        await Assert.ThrowsAsync<SarkNotFoundException>(() => Snapshots.RemoveAsync(name));
        await Assert.ThrowsAsync<SarkValidationException>(() => Snapshots.ImportAsync(name, new MemoryStream([1])));
        Assert.True(File.Exists(tree["/opt/sark/sark.db.1"]));
    }

    [Fact]
    public async Task A_link_in_the_folder_is_no_snapshot()
    {
        File.CreateSymbolicLink(Path.Combine(tree["/opt/sark/snap"], "sark.db.1"), tree.Database);
        Assert.Empty(await Snapshots.ListAsync());
        await Assert.ThrowsAsync<SarkNotFoundException>(() => Snapshots.OpenAsync("sark.db.1"));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task An_upload_is_taken_in_as_a_file_and_as_a_zip(bool zipped)
    {
        var content = new MemoryStream(File.ReadAllBytes(tree.Database));
        if (zipped)
        {
            var archive = new MemoryStream();
            using (var zip = new ZipArchive(archive, ZipArchiveMode.Create, leaveOpen: true))
            using (var entry = zip.CreateEntry("sark.db").Open())
            {
                content.CopyTo(entry);
            }

            archive.Position = 0;
            content = archive;
        }

        var taken = await Snapshots.ImportAsync("sark.db.1700000000", content);
        Assert.Equal(new FileInfo(tree.Database).Length, taken.Size);
        Assert.Equal(DateTimeOffset.FromUnixTimeSeconds(1700000000), taken.Taken);
    }

    [Fact]
    public async Task Uploads_that_are_no_sound_database_of_SARK_leave_nothing()
    {
        var whole = File.ReadAllBytes(tree.Database);
        foreach (var content in new byte[][] {
            [],
            "text"u8.ToArray(),
            [.. "SQLite format 3\0"u8],
            whole[..(whole.Length / 2)],
            [.. "PK\u0003\u0004"u8, 1, 2, 3] })
        {
            await Assert.ThrowsAsync<SarkValidationException>(() => Snapshots.ImportAsync("sark.db.1700000000", new MemoryStream(content)));
        }

        var other = Path.Combine(tree.Root, "other.db");
        PbxTree.Sql(other, "CREATE TABLE t (a)");
        await Assert.ThrowsAsync<SarkValidationException>(() => Snapshots.ImportAsync("sark.db.1700000000", File.OpenRead(other)));
        tree.Options.Limits.Snapshot = 1000;
        Assert.Equal(
            SarkErrorKind.TooLarge,
            (await Assert.ThrowsAsync<SarkException>(() => Snapshots.ImportAsync("sark.db.1700000000", new MemoryStream(whole)))).Kind);
        Assert.Empty(Directory.GetFileSystemEntries(tree["/opt/sark/snap"]));
    }

    [Fact]
    public async Task Of_two_uploads_of_one_name_at_once_one_is_refused()
    {
        var whole = File.ReadAllBytes(tree.Database);
        async Task<bool> TryAsync()
        {
            try
            {
                await Snapshots.ImportAsync("sark.db.1700000000", new MemoryStream(whole));
                return true;
            }
            catch (SarkConflictException)
            {
                return false;
            }
        }

        // Many times, since it takes two in the same moment.
        for (var round = 0; round < 25; round++)
        {
            var results = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(TryAsync)));
            Assert.Equal(1, results.Count(taken => taken));
            await Snapshots.RemoveAsync("sark.db.1700000000");
        }

        Assert.True(await TryAsync());
        await Snapshots.ImportAsync("sark.db.1700000000", new MemoryStream(whole), force: true);
        Assert.Single(Directory.GetFileSystemEntries(tree["/opt/sark/snap"]));
    }

    [Fact]
    public async Task A_missing_folder_is_said_and_not_an_empty_list()
    {
        Directory.Delete(tree["/opt/sark/snap"]);
        Assert.Equal(SarkErrorKind.Unavailable, (await Assert.ThrowsAsync<SarkUnavailableException>(() => Snapshots.ListAsync())).Kind);
        await Assert.ThrowsAsync<SarkUnavailableException>(() => Snapshots.CreateAsync());
    }

    [Fact]
    public async Task What_a_killed_process_left_is_cleared_away()
    {
        tree.Write("/opt/sark/snap/.sarkps-snapshot.999999999-abc", "left");
        await Snapshots.CreateAsync();
        Assert.Single(Directory.GetFileSystemEntries(tree["/opt/sark/snap"]));
    }

    [SkippableTheory]
    [InlineData("new-snapshot", "")]
    [InlineData("remove-snapshot", "sark.db.1700000000")]
    [InlineData("restore-database", "sark.db.1700000000")]
    public async Task An_account_without_rights_is_told_what_is_missing(string operation, string name)
    {
        await Snapshots.ImportAsync("sark.db.1700000000", File.OpenRead(tree.Database));
        var before = tree.Fingerprint("/opt/sark");
        var answer = tree.AsNobody("try", tree.Root, operation, name);
        Assert.StartsWith("Denied: ", answer, StringComparison.Ordinal);
        Assert.Contains("snap", answer, StringComparison.Ordinal);
        Assert.DoesNotContain(tree.Root, answer, StringComparison.Ordinal);
        Assert.Equal(before, tree.Fingerprint("/opt/sark"));
    }

    [Fact]
    public async Task Nobody_else_can_read_a_snapshot()
    {
        var made = await Snapshots.CreateAsync();
        await Snapshots.ImportAsync("sark.db.1700000000", File.OpenRead(tree.Database));
        await Snapshots.RestoreAsync(made.Name);
        var files = Directory.GetFiles(tree["/opt/sark/snap"], "sark.db.*");
        Assert.Equal(3, files.Length);
        Assert.All(files, file => Assert.Equal((UnixFileMode)0, File.GetUnixFileMode(file) & (UnixFileMode)0b000_000_111));
        // One that an older release left open, or somebody copied there.
        File.SetUnixFileMode(files[0], (UnixFileMode)0b110_110_100);
        Assert.DoesNotContain(await Snapshots.ListAsync(), snapshot => snapshot.IsExposed);
        Assert.Equal((UnixFileMode)0b110_110_000, File.GetUnixFileMode(files[0]));
    }

    [SkippableFact]
    public async Task A_group_that_its_folder_was_given_can_read_a_snapshot()
    {
        Skip.If(Environment.UserName != "root", "only root can give a folder away");
        using (var chown = System.Diagnostics.Process.Start("/bin/chown", ["33:33", tree["/opt/sark/snap"]]))
        {
            await chown.WaitForExitAsync();
        }

        var path = Path.Combine(tree["/opt/sark/snap"], (await Snapshots.CreateAsync()).Name);
        Assert.Equal(
            (0b110_100_000, 33u, 33u),
            (Posix.Status(path)!.Value.Mode, Posix.Status(path)!.Value.Owner, Posix.Status(path)!.Value.Group));
    }

    public static TheoryData<string, string> OtherVersions() => new()
    {
        { "ALTER TABLE IPphone DROP COLUMN extalert", "table 'IPphone' lacks the column 'extalert'" },
        { "DROP TABLE Holiday", "there is no table 'Holiday'" },
        { "DROP TABLE Holiday; DROP TABLE mfgmac", "there is no table 'Holiday'; there is no table 'mfgmac'" },
        { "DROP TABLE IPphone_FKEY", "'IPphone_FKEY'" },
        { "ALTER TABLE Carrier RENAME COLUMN carriertype TO kind", "'carriertype'" },
        { "DELETE FROM globals", "table 'globals' holds no row" },
        {
            "CREATE TRIGGER broken AFTER INSERT ON Queue BEGIN INSERT INTO nosuch VALUES (1); END",
            "table 'Queue' takes no INSERT, because of its trigger 'broken' (no such table: main.nosuch)" },
        {
            "CREATE TRIGGER broken AFTER UPDATE OF conf ON Queue BEGIN INSERT INTO nosuch VALUES (1); END",
            "table 'Queue' takes no UPDATE, because of its trigger 'broken'" },
        {
            "CREATE TRIGGER broken BEFORE DELETE ON Agent BEGIN UPDATE Queue SET nosuch = 1; END",
            "table 'Agent' takes no DELETE, because of its trigger 'broken' (no such column: nosuch)" },
        { "DROP TABLE mfgmac; CREATE TABLE mfgmac (pkey TEXT PRIMARY KEY, name TEXT, notify TEXT, z_created, z_updated, z_updater) "
            + "WITHOUT ROWID", "table 'mfgmac' has no rowid" },
    };

    [Theory]
    [MemberData(nameof(OtherVersions))]
    public async Task A_database_of_another_version_is_refused_before_anything_changes_and_what_is_missing_is_named(
        string change,
        string missing)
    {
        var other = Path.Combine(tree.Root, "other.db");
        File.Copy(tree.Database, other);
        PbxTree.Sql(other, change);
        var refused = await Assert.ThrowsAsync<SarkValidationException>(
            () => Snapshots.ImportAsync("sark.db.1700000000", File.OpenRead(other)));
        Assert.Contains(missing, refused.Message, StringComparison.Ordinal);
        Assert.Equal("uploadsnap", Assert.Single(refused.Errors).Key);
        // One that lies there already, and one in a backup.
        File.Copy(other, Path.Combine(tree["/opt/sark/snap"], "sark.db.1700000001"));
        using (var zip = ZipFile.Open(Path.Combine(tree["/opt/sark/bkup"], "sarkbak.1700000001.zip"), ZipArchiveMode.Create))
        {
            zip.CreateEntryFromFile(other, "opt/sark/db/sark.db");
        }

        var before = tree.Fingerprint("/opt/sark");
        Assert.Contains(
            missing,
            (await Assert.ThrowsAsync<SarkValidationException>(() => Snapshots.RestoreAsync("sark.db.1700000001"))).Message,
            StringComparison.Ordinal);
        foreach (var dryRun in new[] { true, false })
        {
            Assert.Contains(missing, (await Assert.ThrowsAsync<SarkValidationException>(
                () => tree.Operations.Backups
                    .RestoreAsync("sarkbak.1700000001.zip", BackupParts.Database, dryRun))).Message, StringComparison.Ordinal);
        }

        Assert.Contains(
            missing,
            Assert.Single((await tree.Operations.Backups.TestAsync("sarkbak.1700000001.zip")).Problems),
            StringComparison.Ordinal);
        Assert.Contains(missing, Assert.Single((await tree.Operations.Backups.ImportAsync(
            "sarkbak.1700000002.zip",
            File.OpenRead(Path.Combine(tree["/opt/sark/bkup"], "sarkbak.1700000001.zip")))).Warnings), StringComparison.Ordinal);
        await tree.Operations.Backups.RemoveAsync("sarkbak.1700000002.zip");
        Assert.Equal(before, tree.Fingerprint("/opt/sark"));
        // It is no snapshot either, when somebody else has made it the live one; but it is kept when it is replaced.
        var good = Path.Combine(tree.Root, "good.db");
        File.Copy(tree.Database, good);
        tree.Sql(change);
        Assert.Contains(
            missing,
            (await Assert.ThrowsAsync<SarkUnavailableException>(() => Snapshots.CreateAsync())).Message,
            StringComparison.Ordinal);
        Assert.Contains(missing, Assert.Single((await tree.Operations.Backups.CreateAsync()).Warnings), StringComparison.Ordinal);
        await Snapshots.ImportAsync("sark.db.1700000003", File.OpenRead(good));
        Assert.NotNull((await Snapshots.RestoreAsync("sark.db.1700000003")).KeptAs);
        await Snapshots.CreateAsync();
    }

    [Theory]
    [InlineData("ALTER TABLE IPphone ADD COLUMN newthing TEXT")]
    [InlineData("CREATE TABLE brandnew (a)")]
    // As in releases with other tables: what SarkPS does not use may be missing.
    [InlineData("DROP TABLE mcast; DROP TABLE threat; DROP TABLE shorewall_blacklist; DROP TABLE shorewall_whitelist; ALTER TABLE "
        + "IPphone DROP COLUMN twin")]
    public async Task What_is_not_used_may_be_there_or_not(string change)
    {
        tree.Sql(change);
        var made = await Snapshots.CreateAsync();
        await Snapshots.RestoreAsync(made.Name);
    }

    [Fact]
    public async Task Each_table_and_column_that_is_used_is_asked_for()
    {
        foreach (var (table, columns) in Descriptors.UsedSchema.Tables)
        {
            Assert.NotEmpty(columns);
            var other = Path.Combine(tree.Root, "other.db");
            File.WriteAllBytes(other, File.ReadAllBytes(tree.Database));
            PbxTree.Sql(other, $"DROP TABLE \"{table}\"");
            Assert.Contains($"'{table}'", (await Assert.ThrowsAsync<SarkValidationException>(
                () => Snapshots.ImportAsync("sark.db.1700000000", File.OpenRead(other)))).Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task An_upload_of_the_wrong_kind_says_what_it_is()
    {
        using var gzip = new MemoryStream();
        using (var packer = new GZipStream(gzip, CompressionLevel.Fastest, leaveOpen: true))
        {
            packer.Write(File.ReadAllBytes(tree.Database));
        }

        using var two = new MemoryStream();
        using (var zip = new ZipArchive(two, ZipArchiveMode.Create, leaveOpen: true))
        {
            zip.CreateEntry("a");
            zip.CreateEntry("b");
        }

        foreach (var (content, said) in new[]
        {
            ([], "empty"), ("just some text\n"u8.ToArray(), "a text"), (gzip.ToArray(), "a gzip archive"), (two.ToArray(), "holds 2"),
            (File.ReadAllBytes(tree.Database)[..20_000], "cut short"), ([1, 2, 3, 4, 5, 6, 7, 8], "of another kind"),
        })
        {
            var error = await Assert.ThrowsAsync<SarkValidationException>(
                () => Snapshots.ImportAsync("sark.db.1700000000", new MemoryStream(content)));
            Assert.Contains(said, error.Message, StringComparison.Ordinal);
        }

        Assert.Empty(Directory.GetFileSystemEntries(tree["/opt/sark/snap"]));
    }

    [SkippableTheory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_database_behind_a_link_is_restored_where_it_lies(bool isDamaged)
    {
        Skip.If(OperatingSystem.IsWindows(), "Windows lets only some accounts make links.");
        var real = Path.Combine(tree.Root, "real.db");
        File.Move(tree.Database, real);
        File.SetUnixFileMode(real, (UnixFileMode)0b110_100_000);
        File.CreateSymbolicLink(tree.Database, real);
        var made = await Snapshots.CreateAsync();
        PbxTree.Sql(real, "INSERT INTO Cluster (pkey, description) VALUES ('t1', 'd')");
        if (isDamaged)
        {
            File.WriteAllText(real, "no database");
        }

        await Snapshots.RestoreAsync(made.Name);
        Assert.Equal(real, new FileInfo(tree.Database).LinkTarget);
        Assert.Equal(1L, PbxTree.Ask(real, "SELECT count(*) FROM Cluster"));
        Assert.Equal((UnixFileMode)0b110_100_000, File.GetUnixFileMode(real));
        Assert.Equal(isDamaged ? 1 : 0, Directory.GetFiles(tree["/opt/sark/db"], "*.damaged.*").Length);
        using var zip = ZipFile.OpenRead(Path.Combine(tree["/opt/sark/bkup"], (await tree.Operations.Backups.CreateAsync()).Name));
        Assert.Equal(0b110_100_000, (zip.GetEntry("opt/sark/db/sark.db")!.ExternalAttributes >> 16) & 0xFFF);
    }

    [Fact]
    public async Task A_file_whose_name_runs_ahead_of_the_clock_is_not_taken_in()
    {
        await Snapshots.CreateAsync();
        var backup = File.ReadAllBytes(Path.Combine(tree["/opt/sark/bkup"], (await tree.Operations.Backups.CreateAsync()).Name));
        var before = tree.Fingerprint("/opt/sark");
        var soon = DateTimeOffset.UtcNow.ToUnixTimeSeconds() + 100;
        foreach (var second in new[] { $"{soon}", $"{soon}.7", "9999999999", "99999999999" })
        {
            var error = await Assert.ThrowsAsync<SarkValidationException>(
                () => Snapshots.ImportAsync($"sark.db.{second}", File.OpenRead(tree.Database)));
            Assert.Contains($"'sark.db.{second}' is ahead of the clock", error.Message, StringComparison.Ordinal);
            Assert.Equal("uploadsnap", Assert.Single(error.Errors).Key);
            // Nor is it promised.
            await Assert.ThrowsAsync<SarkValidationException>(() => Snapshots.JudgeImportAsync($"sark.db.{second}"));
            await Assert.ThrowsAsync<SarkValidationException>(
                () => tree.Operations.Backups.ImportAsync($"sarkbak.{second}.zip", new MemoryStream(backup), force: true));
        }

        Assert.Equal(before, tree.Fingerprint("/opt/sark"));
        await Snapshots.ImportAsync("sark.db.1700000000.7", File.OpenRead(tree.Database));
    }

    [Fact]
    public async Task No_name_runs_ahead_of_the_clock()
    {
        for (var i = 0; i < 6; i++)
        {
            var made = await Snapshots.CreateAsync();
            Assert.True(made.Taken <= DateTimeOffset.UtcNow, made.Name);
            await Snapshots.RestoreAsync(made.Name);
        }

        Assert.All(await Snapshots.ListAsync(), snapshot => Assert.True(snapshot.Taken <= DateTimeOffset.UtcNow, snapshot.Name));
        Assert.Equal(12, (await Snapshots.ListAsync()).Count);
    }

    [Fact]
    public async Task The_oldest_go_but_never_what_a_restore_replaced()
    {
        tree.Options.Limits.KeptSnapshots = 3;
        var first = await Snapshots.CreateAsync();
        var kept = (await Snapshots.RestoreAsync(first.Name)).KeptAs!;
        var age = DateTime.UtcNow.AddDays(-10);
        foreach (var name in new[] { first.Name, kept })
        {
            File.SetLastWriteTimeUtc(Path.Combine(tree["/opt/sark/snap"], name), age);
        }

        for (var i = 0; i < 5; i++)
        {
            await Snapshots.CreateAsync();
        }

        // By age, since a name that went may be given again within the second.
        var left = await Snapshots.ListAsync();
        Assert.Equal([kept], left.Where(snapshot => snapshot.Date.UtcDateTime <= age).Select(snapshot => snapshot.Name));
        Assert.Equal(4, left.Count);
        tree.Options.Limits.KeptSnapshots = 0;
        await Snapshots.CreateAsync();
        Assert.Equal(5, (await Snapshots.ListAsync()).Count);
    }

    [Fact]
    public async Task A_hidden_file_of_a_dead_process_goes_though_its_number_lives_and_that_of_a_living_one_stays()
    {
        tree.Write($"/opt/sark/snap/.sarkps-snapshot.{Environment.ProcessId}-abc", "left");
        using var live = new TemporaryFile(tree["/opt/sark/snap/.sarkps-snapshot.living"]);
        await Snapshots.CreateAsync();
        Assert.Equal([".sarkps-snapshot.living"], Directory.GetFiles(tree["/opt/sark/snap"], ".sarkps-*").Select(Path.GetFileName));
    }
}
