using System.IO.Compression;

namespace SarkPS.Tests.Files;

public sealed class SnapshotTests : IDisposable
{
    private readonly PbxTree tree = new();

    private ISnapshotOperations Snapshots => tree.Operations.Snapshots;

    public void Dispose() => tree.Dispose();

    public static TheoryData<string> BadNames() =>
    [
        "../sark.db.1", "/etc/passwd", "sark.db.1 ", "sark db.1", "sark.db.1\0", "sark.db.1\n", "sark.db.1;id", "sark.db.$(id)",
        "sark.db.\u0661\u0662", "s\u0430rk.db.1", "sark.db." + new string('1', 300), "sarkbak.1.zip", "usergreeting0001.wav", "sark.db.", "", ".", "..",
    ];

    [Fact]
    public async Task A_new_snapshot_holds_the_database_and_is_listed()
    {
        tree.Sql("UPDATE Cluster SET description = 'before' WHERE pkey = 'default'");
        var made = await Snapshots.CreateAsync();
        Assert.Matches("^sark\\.db\\.[0-9]+$", made.Name);
        Assert.Equal(made, Assert.Single(await Snapshots.ListAsync()));
        Assert.Equal("before", PbxTree.Ask(Path.Combine(tree["/opt/sark/snap"], made.Name), "SELECT description FROM Cluster"));
        Assert.Equal(File.GetUnixFileMode(tree.Database), File.GetUnixFileMode(Path.Combine(tree["/opt/sark/snap"], made.Name)));
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
        File.WriteAllText(tree.Database, "this is no database at all, and longer than a header of one would be; really, it is none of them");
        File.WriteAllText(tree.Database + "-journal", "left behind");
        var result = await Snapshots.RestoreAsync(made.Name);
        Assert.Null(result.KeptAs);
        Assert.Equal("ok", tree.Ask("PRAGMA integrity_check"));
        Assert.Single(Directory.GetFiles(tree["/opt/sark/db"], "*.damaged.*"));
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
        foreach (var content in new byte[][] { [], "text"u8.ToArray(), [.. "SQLite format 3\0"u8], whole[..(whole.Length / 2)], [.. "PK\u0003\u0004"u8, 1, 2, 3] })
        {
            await Assert.ThrowsAsync<SarkValidationException>(() => Snapshots.ImportAsync("sark.db.1700000000", new MemoryStream(content)));
        }

        var other = Path.Combine(tree.Root, "other.db");
        PbxTree.Sql(other, "CREATE TABLE t (a)");
        await Assert.ThrowsAsync<SarkValidationException>(() => Snapshots.ImportAsync("sark.db.1700000000", File.OpenRead(other)));
        tree.Options.Limits.Snapshot = 1000;
        Assert.Equal(SarkErrorKind.TooLarge, (await Assert.ThrowsAsync<SarkException>(() => Snapshots.ImportAsync("sark.db.1700000000", new MemoryStream(whole)))).Kind);
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

        var results = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(TryAsync)));
        Assert.Equal(1, results.Count(taken => taken));
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
}
