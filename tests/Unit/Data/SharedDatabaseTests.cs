using SarkPS.Data.Sqlite;
using static SarkPS.Tests.Data.DatabaseExtensions;
using SarkPS.Tests.Support;

namespace SarkPS.Tests.Data;

/// <summary>A database that others use too: SARK's own scripts, newer versions, other processes, a restore.</summary>
public sealed class SharedDatabaseTests
{
    private static readonly RowKey Default = new("default");

    [Theory]
    [InlineData("delete")]
    [InlineData("wal")]
    public async Task The_journal_mode_stays_as_it_is(string mode)
    {
        using var database = new TemporaryDatabase();
        database.Execute("PRAGMA journal_mode = " + mode);

        await CreateTenantAsync(database.Store, "acme");
        Assert.Equal(2, (await database.Store.ListAsync(Tenant.Descriptor, null, default)).Count);

        Assert.Equal([mode], database.Query("PRAGMA journal_mode"));
    }

    [Fact]
    public async Task Writers_that_know_nothing_of_each_other_all_succeed()
    {
        using var database = new TemporaryDatabase();
        using var start = new Barrier(16);
        await Task.WhenAll(Enumerable.Range(0, 16).Select(number => Task.Factory.StartNew(
            () =>
            {
                // A pool of its own for each, as in sixteen processes.
                using var own = new SqliteDatabase(database.Path, TimeSpan.FromSeconds(30 + number));
                start.SignalAndWait();
                CreateTenantAsync(new SqliteStore(own), $"tenant{number}").GetAwaiter().GetResult();
            },
            CancellationToken.None,
            TaskCreationOptions.LongRunning,
            TaskScheduler.Default)));

        Assert.Equal(17, (await database.Store.ListAsync(Tenant.Descriptor, null, default)).Count);
        Assert.Equal(
            ["16"],
            database.Query("SELECT count(*) FROM master_audit WHERE act = 'INSERT' AND relation = 'Cluster' AND owner LIKE 'tenant%'"));
        Assert.Equal(["ok"], database.Query("PRAGMA integrity_check"));
    }

    [Fact]
    public async Task Writers_of_the_same_key_leave_one_row()
    {
        using var database = new TemporaryDatabase();
        var store = database.Store;

        var answers = await Task.WhenAll(Enumerable.Range(0, 16).Select(_ => Task.Run(async () =>
        {
            try
            {
                await CreateTenantAsync(store, "acme");
                return "made";
            }
            catch (SarkValidationException error)
            {
                return $"{error.Errors[0].Key}: {error.Errors[0].Value[0]}";
            }
        })));

        Assert.Single(answers, "made");
        Assert.Equal(15, answers.Count(a => a == "save: Duplicate Key - acme"));
    }

    [Fact]
    public async Task Processes_that_start_without_a_database_share_the_one_that_is_made()
    {
        using var data = new TemporaryFolder();
        var environment = new Dictionary<string, string>
        {
            ["XDG_DATA_HOME"] = data.Path,
            ["LOCALAPPDATA"] = data.Path,
            ["SARK_DATABASE"] = ""
        };

        var results = await Task.WhenAll("abc".Select(letter => RealPowerShell.RunAsync(
            $"Import-Module '{RealPowerShell.Manifest}'; foreach ($i in 1..4) {{ $null = New-SarkTenant \"{letter}$i\" -Description "
                + $"many -ErrorAction Stop }}; (Get-SarkTenant default).Key", environment)));

        Assert.All(results, result => Assert.Equal((0, "default"), (result.ExitCode, result.Lines.LastOrDefault())));
        using var database = new SqliteDatabase(Path.Combine(data.Path, "SarkPS", "sark.db"));
        Assert.Equal(13, (await new SqliteStore(database).ListAsync(Tenant.Descriptor, null, default)).Count);
    }

    [SkippableTheory]
    [MemberData(nameof(TemporaryDatabase.Kinds), MemberType = typeof(TemporaryDatabase))]
    public async Task Columns_of_a_newer_version_are_shown_and_survive(string kind)
    {
        using var database = new TemporaryDatabase(kind);
        database.Execute("ALTER TABLE Cluster ADD COLUMN newer TEXT DEFAULT 'kept'");

        var updated = await database.Store.UpdateAsync(Tenant.Descriptor, Default, Values(("description", "changed")), default);
        var created = await CreateTenantAsync(database.Store, "acme");

        Assert.Equal("kept", updated.Text("newer"));
        Assert.Equal("kept", created.Text("newer"));
        Assert.Equal(["kept", "kept"], (await database.Store.ListAsync(Tenant.Descriptor, null, default)).Select(row => row.Text("newer")));
    }

    [SkippableTheory]
    [MemberData(nameof(TemporaryDatabase.Kinds), MemberType = typeof(TemporaryDatabase))]
    public async Task An_update_names_the_columns_that_change_and_no_others(string kind)
    {
        using var database = new TemporaryDatabase(kind);
        database.Execute("CREATE TABLE named (name)");
        foreach (var column in database.Query("SELECT name FROM pragma_table_info('Cluster')"))
        {
            database.Execute($"CREATE TRIGGER \"named_{column}\" AFTER UPDATE OF \"{column}\" ON Cluster BEGIN INSERT INTO named VALUES "
                + $"('{column}'); END");
        }

        // The number of channels is what it was.
        await database.Store.UpdateAsync(Tenant.Descriptor, Default, Values(("description", "changed"), ("chanmax", 30L)), default);

        Assert.Equal(["description", "z_updated"], database.Query("SELECT DISTINCT name FROM named ORDER BY name"));
    }

    [SkippableTheory]
    [MemberData(nameof(TemporaryDatabase.Kinds), MemberType = typeof(TemporaryDatabase))]
    public async Task An_update_that_changes_nothing_writes_nothing(string kind)
    {
        using var database = new TemporaryDatabase(kind);
        var before = File.ReadAllBytes(database.Path);

        await database.Store.UpdateAsync(Tenant.Descriptor, Default, Values(("chanmax", 30L)), default);

        Assert.Equal(before, File.ReadAllBytes(database.Path));
    }

    [SkippableFact]
    public async Task A_file_that_takes_the_place_of_the_database_is_used_from_then_on()
    {
        Skip.If(OperatingSystem.IsWindows(), "Windows does not replace a file that is open.");
        using var database = new TemporaryDatabase();
        using var other = new TemporaryDatabase();
        other.Execute("UPDATE Cluster SET description = 'restored'");
        await CreateTenantAsync(database.Store, "old");

        File.Move(other.Path, database.Path, overwrite: true);

        Assert.Equal("restored", Assert.Single(await database.Store.ListAsync(Tenant.Descriptor, null, default)).Text("description"));
        await CreateTenantAsync(database.Store, "new");
        Assert.Equal(["default", "new"], database.Query("SELECT pkey FROM Cluster ORDER BY pkey"));
    }

    [SkippableFact]
    public async Task A_database_that_is_gone_is_missed_and_not_made_anew()
    {
        Skip.If(OperatingSystem.IsWindows(), "Windows does not delete a file that is open.");
        using var database = new TemporaryDatabase();
        await CreateTenantAsync(database.Store, "acme");

        File.Delete(database.Path);

        var error = await Assert.ThrowsAsync<SarkUnavailableException>(() => database.Store.ListAsync(Tenant.Descriptor, null, default));
        Assert.Equal($"There is no database '{database.Path}'.", error.MessageWithPath);
        Assert.False(File.Exists(database.Path));
    }

    [SkippableFact]
    public async Task A_change_during_which_the_database_is_replaced_reaches_neither_file()
    {
        Skip.If(OperatingSystem.IsWindows(), "Windows does not replace a file that is open.");
        using var database = new TemporaryDatabase();
        using var other = new TemporaryDatabase();
        var before = File.ReadAllBytes(other.Path);

        var error = await Assert.ThrowsAsync<SarkUnavailableException>(() => database.Database.WriteAsync(
            session =>
            {
                File.Move(other.Path, database.Path, overwrite: true);
                return session.Update("Cluster", [("description", "lost")], [("pkey", "default")]);
            },
            isRehearsal: false,
            default));

        Assert.Equal(
            $"The database '{database.Path}' was replaced by another while it was in use. Nothing was changed; try again.",
            error.MessageWithPath);
        Assert.Equal(before, File.ReadAllBytes(database.Path));
    }

    [Fact]
    public async Task Reads_that_belong_together_see_one_state()
    {
        using var database = new TemporaryDatabase();
        database.Execute("PRAGMA journal_mode = wal");

        var seen = database.Database.Read(session =>
        {
            var first = session.Select("Cluster").Count;
            database.Execute("INSERT INTO Cluster (pkey) VALUES ('meanwhile')");
            return (first, session.Select("Cluster").Count);
        });

        Assert.Equal((1, 1), seen);
        Assert.Equal(2, (await database.Store.ListAsync(Tenant.Descriptor, null, default)).Count);
    }

    private static Task<Descriptors.SarkRow> CreateTenantAsync(SqliteStore store, string key) =>
        store.CreateAsync(Tenant.Descriptor, null, Values(("pkey", key), ("description", "one of many")), default);
}
