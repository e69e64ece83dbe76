using System.Runtime.InteropServices;
using SarkPS.Data.Sqlite;
using SarkPS.Descriptors;
using SarkPS.Tests.Support;
using static SarkPS.Tests.Data.DatabaseExtensions;

namespace SarkPS.Tests.Data;

/// <summary>What people read when the database cannot be used, and that nothing has changed then.</summary>
public sealed class DatabaseFaultTests
{
    private static readonly RowKey Default = new("default");

    /// <summary>One call of each operation that the store has.</summary>
    private static readonly (string Name, bool Writes, Func<SqliteStore, Task> Run)[] Operations =
    [
        ("list", false, store => store.ListAsync(Tenant.Descriptor, null, default)),
        ("get", false, store => store.GetAsync(Tenant.Descriptor, Default, default)),
        ("destinations", false, store => store.DestinationsAsync(default)),
        ("create", true, store => store.CreateAsync(Tenant.Descriptor, null, Values(("pkey", "acme"), ("description", "Acme")), default)),
        ("update", true, store => store.UpdateAsync(Tenant.Descriptor, Default, Values(("description", "changed")), default)),
        ("remove", true, store => store.RemoveAsync(RingGroup.Descriptor, new RowKey("RINGALL"), true, default)),
    ];

    public static TheoryData<string> All => [.. Operations.Select(o => o.Name)];

    public static TheoryData<string> Writing => [.. Operations.Where(o => o.Writes).Select(o => o.Name)];

    [Theory]
    [MemberData(nameof(All))]
    public async Task A_missing_database_is_named_and_not_made(string operation)
    {
        using var folder = new TemporaryFolder();
        var path = folder["sark.db"];

        var error = await FailAsync<SarkUnavailableException>(path, operation);

        Assert.Equal($"There is no database '{path}'.", error.MessageWithPath);
        Assert.Empty(Directory.GetFiles(folder.Path));
    }

    [Theory]
    [MemberData(nameof(All))]
    public async Task A_folder_is_no_database(string operation)
    {
        using var folder = new TemporaryFolder();

        Assert.Equal(
            $"'{folder.Path}' is a folder, not a database.",
            (await FailAsync<SarkUnavailableException>(folder.Path, operation)).MessageWithPath);
    }

    [Theory]
    [MemberData(nameof(All))]
    public async Task Another_kind_of_file_is_named_and_left_as_it_is(string operation)
    {
        using var folder = new TemporaryFolder();
        var text = string.Join('\n', Enumerable.Repeat("[general] is a configuration file, not a database", 200));
        var path = folder.Write("sip.conf", text);

        var error = await FailAsync<SarkUnavailableException>(path, operation);

        Assert.Equal($"The file '{path}' is not an SQLite database.", error.MessageWithPath);
        Assert.Equal(text, File.ReadAllText(path));
    }

    [Theory]
    [MemberData(nameof(All))]
    public async Task A_database_that_is_cut_off_is_damaged(string operation)
    {
        using var database = new TemporaryDatabase();
        using (var file = File.OpenWrite(database.Path))
        {
            file.SetLength(file.Length / 2);
        }

        await AssertUnchangedAsync<SarkUnavailableException>(
            database.Path,
            operation,
            $"The database '{database.Path}' is damaged. Restore a snapshot of it.");
    }

    [Theory]
    [MemberData(nameof(All))]
    public async Task A_database_with_broken_pages_is_damaged(string operation)
    {
        using var database = new TemporaryDatabase();
        var bytes = File.ReadAllBytes(database.Path);
        Array.Fill(bytes, (byte)0xA5, 4096, bytes.Length - 4096);
        File.WriteAllBytes(database.Path, bytes);

        await AssertUnchangedAsync<SarkUnavailableException>(database.Path, operation, "is damaged");
    }

    [Theory]
    [MemberData(nameof(All))]
    public async Task An_empty_file_is_no_database(string operation)
    {
        using var folder = new TemporaryFolder();
        // SQLite takes an empty file for an empty database.
        var path = folder.Write("empty.db", "");

        await AssertUnchangedAsync<SarkUnavailableException>(path, operation, $"The database '{path}' is an empty file, and no database.");
    }

    [Theory]
    [InlineData(
        "CREATE TRIGGER t AFTER UPDATE ON Cluster BEGIN INSERT INTO nosuch VALUES (1); END",
        "A trigger or view of the database '{0}' names the table 'nosuch', which the database lacks. Nothing was changed.")]
    [InlineData(
        "CREATE TRIGGER t AFTER UPDATE ON Cluster BEGIN UPDATE Queue SET nosuch = 1; END",
        "A trigger or view of the database '{0}' names the column 'nosuch', which the database lacks. Nothing was changed.")]
    [InlineData("DROP TABLE Cluster", "The database '{0}' is not one of SARK: it lacks the table 'Cluster'.")]
    public async Task What_a_database_lacks_is_named(string change, string said)
    {
        using var database = new TemporaryDatabase();
        database.Execute(change);
        await AssertUnchangedAsync<SarkUnavailableException>(database.Path, "update", string.Format(null, said, database.Path));
    }

    [Fact]
    public async Task A_database_of_which_nothing_is_left_is_told_alike_to_readers_and_writers()
    {
        using var database = new TemporaryDatabase();
        await database.Store.CreateAsync(Tenant.Descriptor, null, DatabaseExtensions.Values(("pkey", "t1"), ("description", "d")), default);
        await database.Store.ListAsync(Tenant.Descriptor, null, default);
        using (var file = File.OpenWrite(database.Path))
        {
            file.SetLength(0);
        }

        var said = $"The database '{database.Path}' is an empty file, and no database.";
        Assert.Equal(said, (await Assert.ThrowsAsync<SarkUnavailableException>(
            () => database.Store.ListAsync(Tenant.Descriptor, null, default))).MessageWithPath);
        Assert.Equal(said, (await Assert.ThrowsAsync<SarkUnavailableException>(() => database.Store.CreateAsync(
            Tenant.Descriptor,
            null,
            DatabaseExtensions.Values(("pkey", "t2"), ("description", "d")),
            default))).MessageWithPath);
        Assert.Equal(said, (await Assert.ThrowsAsync<SarkUnavailableException>(
            async () => (await database.Store.ListJsonAsync(Tenant.Descriptor, null, default)).Dispose())).MessageWithPath);
        Assert.Equal(0, new FileInfo(database.Path).Length);
    }

    [Fact]
    public async Task A_database_of_another_version_lacks_a_column()
    {
        using var database = new TemporaryDatabase();
        database.Execute("ALTER TABLE Cluster DROP COLUMN description");

        await AssertUnchangedAsync<SarkUnavailableException>(
            database.Path,
            "update",
            $"The database '{database.Path}' is of another version of SARK: it lacks a column.");
    }

    [Theory]
    [MemberData(nameof(All))]
    public async Task A_database_that_another_program_has_locked_is_busy_until_it_lets_go(string operation)
    {
        using var database = new TemporaryDatabase();
        using (var other = database.Connect())
        {
            other.Run("BEGIN EXCLUSIVE");
            await AssertUnchangedAsync<SarkUnavailableException>(
                database.Path,
                operation,
                $"The database '{database.Path}' is locked by another process. Nothing was changed; try again.");
            other.Run("ROLLBACK");
        }

        await Operations.Single(o => o.Name == operation).Run(database.Store);
    }

    [SkippableTheory]
    [MemberData(nameof(Writing))]
    public async Task A_read_only_file_can_be_read_and_not_written(string operation)
    {
        using var database = new TemporaryDatabase();

        await AsSomebodyElseAsync(database, "r--r--r--", "rwxrwxrwx", async () =>
        {
            await AssertUnchangedAsync<SarkDeniedException>(
                database.Path,
                operation,
                $"The database '{database.Path}' cannot be written: it, or its folder, is read-only");
            using var reader = new SqliteDatabase(database.Path);
            Assert.Equal("default", new SqliteStore(reader).GetAsync(Tenant.Descriptor, Default, default).Result.Text("pkey"));
        });
    }

    [SkippableTheory]
    [MemberData(nameof(Writing))]
    public async Task A_read_only_folder_has_no_place_for_the_journal(string operation)
    {
        using var database = new TemporaryDatabase();

        await AsSomebodyElseAsync(
            database,
            "rw-rw-rw-",
            "r-xr-xr-x",
            () => AssertUnchangedAsync<SarkDeniedException>(database.Path, operation, $"'{database.Path}'"));
    }

    [SkippableTheory]
    [MemberData(nameof(All))]
    public async Task A_file_of_somebody_else_may_not_be_opened(string operation)
    {
        using var database = new TemporaryDatabase();

        await AsSomebodyElseAsync(database, "---------", "rwxrwxrwx", () => FailAsync<SarkDeniedException>(database.Path, operation));
    }

    [SkippableFact]
    public async Task An_embedded_database_needs_a_folder_that_can_be_written()
    {
        using var database = new TemporaryDatabase();
        var path = database.Folder["another.db"];

        await AsSomebodyElseAsync(database, "rw-rw-rw-", "r-xr-xr-x", () =>
        {
            var error = Assert.Throws<SarkDeniedException>(() => EmbeddedDatabase.CreateIfMissing(path));
            Assert.Contains($"'{path}'", error.MessageWithPath, StringComparison.Ordinal);
            return Task.CompletedTask;
        });
    }

    [Fact]
    public async Task A_full_disk_is_named_and_the_change_taken_back()
    {
        using var database = new TemporaryDatabase();
        await database.Store.CreateAsync(Queue.Descriptor, null, Values(("pkey", "sales"), ("cluster", "default")), default);
        database.Database.Writer.CloseIdle();
        using (var connection = database.Database.Open())
        {
            // The limit stays with the connection, which the pool hands to the next one who asks.
            connection.Run("PRAGMA max_page_count = 1");
        }

        var before = database.Query("SELECT * FROM Queue");
        var audit = database.Query("SELECT count(*) FROM master_audit");

        var error = await Assert.ThrowsAsync<SarkUnavailableException>(() => database.Store.UpdateAsync(
            Queue.Descriptor,
            new RowKey("sales"),
            Values(("conf", string.Join('\n', Enumerable.Repeat("; " + new string('x', 100), 1000)))),
            default));

        Assert.Equal($"The disk that holds the database '{database.Path}' is full. Nothing was changed.", error.MessageWithPath);
        Assert.Equal(before, database.Query("SELECT * FROM Queue"));
        Assert.Equal(audit, database.Query("SELECT count(*) FROM master_audit"));
        Assert.Equal(
            "short",
            (await database.Store.UpdateAsync(Tenant.Descriptor, Default, Values(("description", "short")), default)).Text("description"));
    }

    [Fact]
    public async Task A_trigger_that_fails_in_the_middle_takes_everything_back_and_says_why()
    {
        using var database = new TemporaryDatabase();
        database.Execute(
            """
            INSERT INTO COS (pkey, defaultopen, defaultclosed) VALUES ('local', 'YES', 'YES');
            CREATE TRIGGER no_closed BEFORE INSERT ON IPphoneCOSclosed BEGIN SELECT RAISE(ABORT, 'closed for repairs'); END
            """);
        var before = database.Query("SELECT count(*), (SELECT count(*) FROM master_xref) FROM master_audit");

        var kind = Extension.Descriptor.Kinds.Single(k => k.Name == "Unprovisioned");
        var error = await Assert.ThrowsAsync<SarkUnavailableException>(
            () => database.Store.CreateAsync(Extension.Descriptor, kind, Values(("pkey", "401"), ("cluster", "default")), default));

        Assert.Equal($"The database '{database.Path}' refused the change: closed for repairs. Nothing was changed.", error.MessageWithPath);
        Assert.Empty(database.Query("SELECT pkey FROM IPphone UNION ALL SELECT IPphone_pkey FROM IPphoneCOSopen"));
        Assert.Equal(before, database.Query("SELECT count(*), (SELECT count(*) FROM master_xref) FROM master_audit"));
    }

    [Fact]
    public async Task A_trigger_that_refuses_a_row_is_not_taken_for_a_duplicate_key()
    {
        using var database = new TemporaryDatabase();
        database.Execute("CREATE TRIGGER no_tenants BEFORE INSERT ON Cluster BEGIN SELECT RAISE(ABORT, 'no more tenants'); END");

        var error = await FailAsync<SarkUnavailableException>(database.Path, "create");

        Assert.Contains("no more tenants", error.Message, StringComparison.Ordinal);
    }

    private static async Task<T> FailAsync<T>(string path, string operation)
        where T : SarkException
    {
        using var database = new SqliteDatabase(path, TimeSpan.FromMilliseconds(100));
        var error = await Assert.ThrowsAsync<T>(() => Operations.Single(o => o.Name == operation).Run(new SqliteStore(database)));
        Assert.Equal("Database", error.Noun);
        Assert.Equal((Path.GetFileName(path), path), (error.Target, error.FilePath));
        Assert.DoesNotContain(path, error.Message, StringComparison.Ordinal);
        Assert.Contains(path, error.MessageWithPath, StringComparison.Ordinal);
        Assert.DoesNotContain("SELECT", error.Message, StringComparison.OrdinalIgnoreCase);
        return error;
    }

    private static async Task AssertUnchangedAsync<T>(string path, string operation, string message)
        where T : SarkException
    {
        var before = File.ReadAllBytes(path);
        Assert.Contains(message, (await FailAsync<T>(path, operation)).MessageWithPath, StringComparison.Ordinal);
        Assert.Equal(before, File.ReadAllBytes(path));
    }

    /// <summary>Does something as a user whom the modes of the file and its folder bind; root they do not.</summary>
    private static async Task AsSomebodyElseAsync(TemporaryDatabase database, string file, string folder, Func<Task> work)
    {
        if (OperatingSystem.IsWindows())
        {
            throw new SkipException("Windows has no file modes.");
        }

        var isRoot = Environment.IsPrivilegedProcess;
        Skip.If(isRoot && !OperatingSystem.IsLinux(), "Root may write everything, and only Linux lets one thread be somebody else.");
        File.SetUnixFileMode(database.Path, Mode(file));
        File.SetUnixFileMode(database.Folder.Path, Mode(folder));
        try
        {
            await Task.Factory.StartNew(
                () =>
                {
                    // The file system's view of the user belongs to the thread in Linux; the work must stay on it.
                    const uint Nobody = 65534;
                    _ = isRoot ? SetFileSystemUser(Nobody) : 0;
                    try
                    {
                        work().GetAwaiter().GetResult();
                    }
                    finally
                    {
                        _ = isRoot ? SetFileSystemUser(0) : 0;
                    }
                },
                CancellationToken.None,
                TaskCreationOptions.LongRunning,
                TaskScheduler.Default);
        }
        finally
        {
            File.SetUnixFileMode(database.Folder.Path, Mode("rwx------"));
        }
    }

    private static UnixFileMode Mode(string letters) =>
        letters.Select((letter, place) => letter == '-' ? 0 : (UnixFileMode)(1 << (8 - place))).Aggregate((a, b) => a | b);

    [DllImport("libc", EntryPoint = "setfsuid")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int SetFileSystemUser(uint user);
}
