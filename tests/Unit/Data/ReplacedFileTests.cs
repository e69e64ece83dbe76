using SarkPS.Data.Sqlite;
using SarkPS.Tests.Support;
using static SarkPS.Tests.Data.DatabaseExtensions;

namespace SarkPS.Tests.Data;

/// <summary>
/// A file that takes the database's place while it is in use: what was committed into it stays, and nothing of the old one
/// comes back.
/// </summary>
public sealed class ReplacedFileTests
{
    public static TheoryData<string, bool> Ways => new()
    {
        { "copied", false }, { "copied", true }, { "renamed", false }, { "renamed", true }, { "backed up", false }, { "backed up", true },
    };

    [SkippableTheory]
    [MemberData(nameof(Ways))]
    public async Task An_old_file_that_is_put_back_keeps_what_others_commit_into_it(string way, bool keepsTimes)
    {
        Skip.If(OperatingSystem.IsWindows(), "Windows does not replace a file that is open.");
        using var database = new TemporaryDatabase();
        var store = database.Store;
        await CreateAsync(store, "t0");
        var saved = database.Folder["saved.db"];
        File.Copy(database.Path, saved);
        await CreateAsync(store, "t1");
        // Until the files have been changed the same number of times, whatever a change counts.
        for (var commits = 0; commits < 3; commits++)
        {
            Put(way, saved, database, keepsTimes);
            for (var i = 0; i < commits; i++)
            {
                database.Execute($"INSERT INTO Cluster (pkey, description) VALUES ('ext{commits}{i}', 'other program')");
            }

            await CreateAsync(store, "t2");
            Assert.Equal(
                string.Join(' ', ["default", "t0", .. Enumerable.Range(0, commits).Select(i => $"ext{commits}{i}"), "t2"]),
                string.Join(' ', database.Query("SELECT pkey FROM Cluster ORDER BY rowid")));
            Assert.Equal(["ok"], database.Query("PRAGMA integrity_check"));
            Assert.Equal(commits + 3, (await store.ListAsync(Tenant.Descriptor, null, default)).Count);
            await store.RemoveAsync(Tenant.Descriptor, new RowKey("t2"), false, default);
            await CreateAsync(store, "t1");
        }
    }

    [SkippableFact]
    public async Task A_file_of_another_layout_is_written_as_it_is_laid_out()
    {
        Skip.If(OperatingSystem.IsWindows(), "Windows does not replace a file that is open.");
        using var database = new TemporaryDatabase();
        var store = database.Store;
        await CreateAsync(store, "t1");
        // The same tables with the same count of changes, at other places of the file and with one column more.
        var other = database.Folder["other.db"];
        File.Copy(database.Path, other);
        using (var connection = new Microsoft.Data.Sqlite.SqliteConnection($"Data Source={other};Pooling=False"))
        {
            connection.Open();
            connection.Run("CREATE TABLE filler (a); DROP TABLE mcast; VACUUM; ALTER TABLE Cluster ADD COLUMN newer TEXT DEFAULT 'kept'");
        }

        using (var from = File.OpenRead(database.Path))
        using (var to = File.OpenWrite(other))
        {
            // Change counter, schema cookie and version-valid-for of the file that is replaced. (https://www.sqlite.org/fileformat2.html)
            foreach (var (place, length) in new[] { (24, 4), (40, 4), (92, 4) })
            {
                var bytes = new byte[length];
                from.Position = to.Position = place;
                from.ReadExactly(bytes);
                to.Write(bytes);
            }
        }

        File.Copy(other, database.Path, overwrite: true);
        await CreateAsync(store, "t2");
        Assert.Equal(["default|kept", "t1|kept", "t2|kept"], database.Query("SELECT pkey, newer FROM Cluster ORDER BY rowid"));
        Assert.Equal(["ok"], database.Query("PRAGMA integrity_check"));
    }

    [SkippableFact]
    public async Task A_file_that_is_copied_over_in_the_middle_of_a_change_gets_the_change_or_nothing()
    {
        Skip.If(OperatingSystem.IsWindows(), "Windows does not overwrite a file that is open.");
        using var database = new TemporaryDatabase();
        var store = database.Store;
        var saved = database.Folder["saved.db"];
        File.Copy(database.Path, saved);
        await CreateAsync(store, "t1");
        var times = 0;
        await database.Database.WriteAsync(
            session =>
            {
                if (times++ == 0)
                {
                    File.Copy(saved, database.Path, overwrite: true);
                }

                session.Insert("Cluster", ("pkey", "t2"));
                return true;
            },
            isRehearsal: false,
            default);

        Assert.Equal(2, times);
        Assert.Equal(["default", "t2"], database.Query("SELECT pkey FROM Cluster ORDER BY rowid"));
        Assert.Equal(["ok"], database.Query("PRAGMA integrity_check"));
    }

    [SkippableFact]
    public async Task A_link_is_followed_to_where_it_leads_now()
    {
        Skip.If(OperatingSystem.IsWindows(), "Windows lets only some accounts make links.");
        using var database = new TemporaryDatabase();
        var (first, second, saved) = (database.Folder["first.db"], database.Folder["second.db"], database.Folder["saved.db"]);
        foreach (var copy in new[] { first, second, saved })
        {
            File.Copy(database.Path, copy);
        }

        Link(first);
        var store = database.Store;
        await CreateAsync(store, "t1");
        Assert.Equal(["default", "t1"], await KeysAsync(store));
        Link(second);
        Assert.Equal(["default"], await KeysAsync(store));
        await CreateAsync(store, "t2");
        Assert.Equal(["default", "t2"], await KeysAsync(store));
        File.Delete(database.Path);
        File.Copy(saved, database.Path);
        await CreateAsync(store, "t3");
        Assert.Equal(["default", "t3"], await KeysAsync(store));
        Assert.Equal(["default", "t3"], database.Query("SELECT pkey FROM Cluster ORDER BY pkey"));
        Link(first);
        Assert.Equal(["default", "t1"], await KeysAsync(store));
        Assert.Equal(["default", "t1"], database.Query("SELECT pkey FROM Cluster ORDER BY pkey"));
        Link(second);
        Assert.Equal(["default", "t2"], database.Query("SELECT pkey FROM Cluster ORDER BY pkey"));

        void Link(string target)
        {
            File.Delete(database.Path);
            File.CreateSymbolicLink(database.Path, target);
        }
    }

    [SkippableTheory]
    [InlineData(false, false)]
    [InlineData(false, true)]
    [InlineData(true, false)]
    [InlineData(true, true)]
    public async Task Nothing_of_a_write_ahead_log_that_was_deleted_comes_back(bool isRenamed, bool hasLog)
    {
        Skip.If(OperatingSystem.IsWindows(), "Windows does not replace a file that is open.");
        using var database = new TemporaryDatabase();
        var saved = database.Folder["saved.db"];
        File.Copy(database.Path, saved);
        database.Execute("PRAGMA journal_mode = wal");
        if (hasLog)
        {
            File.Copy(database.Path, saved, overwrite: true);
        }

        using (var own = new SqliteDatabase(database.Path))
        {
            var store = new SqliteStore(own);
            await CreateAsync(store, "old1");
            Assert.Equal(["default", "old1"], await KeysAsync(store));
            await CreateAsync(store, "old2");
            for (var i = 0; i < 3; i++)
            {
                Restore();
                if (i == 1)
                {
                    Assert.Equal(["default"], await KeysAsync(store));
                }

                await CreateAsync(store, "new1");
                Assert.Equal(["default", "new1"], await KeysAsync(store));
                await CreateAsync(store, "new2");
                Assert.Equal(["default", "new1", "new2"], database.Query("SELECT pkey FROM Cluster ORDER BY pkey"));
            }
        }

        // The last has moved the log into the file, and nothing else.
        Assert.False(File.Exists(database.Path + "-wal"));
        Assert.Equal(["default", "new1", "new2"], database.Query("SELECT pkey FROM Cluster ORDER BY pkey"));
        Assert.Equal(["ok"], database.Query("PRAGMA integrity_check"));
        using (var own = new SqliteDatabase(database.Path))
        {
            await CreateAsync(new SqliteStore(own), "old1");
            Restore();
        }

        Assert.Equal(["default"], database.Query("SELECT pkey FROM Cluster ORDER BY pkey"));

        void Restore()
        {
            if (isRenamed)
            {
                File.Copy(saved, database.Path + ".new", overwrite: true);
                File.Move(database.Path + ".new", database.Path, overwrite: true);
            }
            else
            {
                File.Copy(saved, database.Path, overwrite: true);
            }

            File.Delete(database.Path + "-wal");
            File.Delete(database.Path + "-shm");
        }
    }

    [SkippableFact]
    public async Task A_log_that_is_deleted_in_the_middle_of_a_change_takes_nothing_with_it()
    {
        Skip.If(OperatingSystem.IsWindows(), "Windows does not delete a file that is open.");
        using var database = new TemporaryDatabase();
        var saved = database.Folder["saved.db"];
        File.Copy(database.Path, saved);
        database.Execute("PRAGMA journal_mode = wal");
        await CreateAsync(database.Store, "t1");
        var times = 0;
        await database.Database.WriteAsync(
            session =>
            {
                if (times++ == 0)
                {
                    File.Copy(saved, database.Path, overwrite: true);
                    File.Delete(database.Path + "-wal");
                    File.Delete(database.Path + "-shm");
                }

                session.Insert("Cluster", ("pkey", "t2"));
                return true;
            },
            isRehearsal: false,
            default);

        Assert.Equal(2, times);
        Assert.Equal(["default", "t2"], database.Query("SELECT pkey FROM Cluster ORDER BY rowid"));
        Assert.Equal(["default", "t2"], await KeysAsync(database.Store));
    }

    private static async Task<string[]> KeysAsync(SqliteStore store)
    {
        var listed = (await store.ListAsync(Tenant.Descriptor, null, default)).Select(row => (string)row["pkey"]!)
            .Order(StringComparer.Ordinal)
            .ToArray();
        using var json = await store.ListJsonAsync(Tenant.Descriptor, null, default);
        using var document = System.Text.Json.JsonDocument.Parse(json.Bytes!);
        Assert.Equal(
            listed,
            document.RootElement.EnumerateArray().Select(row => row.GetProperty("pkey").GetString()!).Order(StringComparer.Ordinal));
        return listed;
    }

    private static void Put(string way, string saved, TemporaryDatabase database, bool keepsTimes)
    {
        var written = File.GetLastWriteTimeUtc(database.Path);
        switch (way)
        {
            case "copied":
                File.Copy(saved, database.Path, overwrite: true);
                break;
            case "renamed":
                File.Copy(saved, database.Path + ".new", overwrite: true);
                File.Move(database.Path + ".new", database.Path, overwrite: true);
                break;
            default:
                using (var from = new Microsoft.Data.Sqlite.SqliteConnection($"Data Source={saved};Pooling=False"))
                using (var to = database.Connect())
                {
                    from.Open();
                    from.BackupDatabase(to);
                }

                break;
        }

        if (keepsTimes)
        {
            File.SetLastWriteTimeUtc(database.Path, written);
        }
    }

    private static Task CreateAsync(SqliteStore store, string key) =>
        store.CreateAsync(Tenant.Descriptor, null, Values(("pkey", key), ("description", "one of many")), default);
}
