using SarkPS.Data.Sqlite;
using static SarkPS.Tests.Data.DatabaseExtensions;
using SarkPS.Tests.Support;

namespace SarkPS.Tests.Data;

/// <summary>The database that stands in where SARK is not installed: made once, whole, and like the original.</summary>
public sealed class EmbeddedDatabaseTests
{
    [Fact]
    public void Is_made_once()
    {
        using var folder = new TemporaryFolder();
        var path = folder["deep/below/sark.db"];

        Assert.True(EmbeddedDatabase.CreateIfMissing(path));
        var made = File.ReadAllBytes(path);
        Assert.False(EmbeddedDatabase.CreateIfMissing(path));

        Assert.Equal(made, File.ReadAllBytes(path));
        Assert.Equal([path], Directory.GetFiles(Path.GetDirectoryName(path)!));
    }

    [SkippableFact]
    public void Is_for_its_owner_only()
    {
        if (OperatingSystem.IsWindows())
        {
            throw new SkipException("Windows has no file modes.");
        }

        using var folder = new TemporaryFolder();
        var path = folder["new/sark.db"];

        EmbeddedDatabase.CreateIfMissing(path);

        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(path));
        Assert.Equal(
            UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute,
            File.GetUnixFileMode(Path.GetDirectoryName(path)!));
    }

    [Fact]
    public async Task Many_makers_at_once_leave_one_whole_database()
    {
        using var folder = new TemporaryFolder();
        var path = folder["sark.db"];
        using var start = new Barrier(8);

        var made = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Factory.StartNew(
            () =>
            {
                start.SignalAndWait();
                var isMaker = EmbeddedDatabase.CreateIfMissing(path);
                using var database = new SqliteDatabase(path);
                Assert.Equal("default", Assert.Single(
                    new SqliteStore(database).ListAsync(Tenant.Descriptor, null, default).GetAwaiter().GetResult()).Text("pkey"));
                return isMaker;
            },
            CancellationToken.None,
            TaskCreationOptions.LongRunning,
            TaskScheduler.Default)));

        Assert.Single(made, true);
        Assert.Equal([path], Directory.GetFiles(folder.Path));
    }

    [Fact]
    public void A_journal_without_its_database_is_not_played_back_into_a_new_one()
    {
        using var folder = new TemporaryFolder();
        var journal = folder.Write("sark.db-journal", "what a crash has left");

        var error = Assert.Throws<SarkUnavailableException>(() => EmbeddedDatabase.CreateIfMissing(folder["sark.db"]));

        Assert.Contains($"'{Path.GetFileName(journal)}'", error.Message, StringComparison.Ordinal);
        Assert.Equal([journal], Directory.GetFiles(folder.Path));
    }

    [Fact]
    public void A_file_where_the_folder_should_be_is_named()
    {
        using var folder = new TemporaryFolder();
        var path = Path.Combine(folder.Write("file", ""), "sark.db");

        var error = Assert.ThrowsAny<SarkException>(() => EmbeddedDatabase.CreateIfMissing(path));

        Assert.Contains(path, error.MessageWithPath, StringComparison.Ordinal);
        Assert.Equal("Database", error.Noun);
    }

    [Theory]
    [InlineData("PRAGMA page_size", "4096")]
    [InlineData("PRAGMA journal_mode", "delete")]
    [InlineData("PRAGMA user_version", "0")]
    [InlineData("PRAGMA encoding", "UTF-8")]
    [InlineData("SELECT count(*) FROM sqlite_master WHERE sql LIKE '%REFERENCES%'", "0")]
    [InlineData("PRAGMA integrity_check", "ok")]
    public void Is_a_plain_file(string question, string answer)
    {
        using var made = new TemporaryDatabase();

        Assert.Equal([answer], made.Query(question));
    }

    [SkippableTheory]
    [MemberData(nameof(TemporaryDatabase.Kinds), MemberType = typeof(TemporaryDatabase))]
    public async Task A_trunk_takes_the_stanza_of_its_carrier(string kind)
    {
        using var database = new TemporaryDatabase(kind);

        var sip = await database.Store.CreateAsync(Trunk.Descriptor, null, Values(
            ("pkey", "siptrunk"), ("carrier", "GeneralSIP"), ("username", "joe"), ("password", "pw"), ("host", "192.0.2.1"),
            ("cluster", "default")), default);
        var iax = await database.Store.CreateAsync(Trunk.Descriptor, null, Values(
            ("pkey", "iaxtrunk"), ("carrier", "GeneralIAX2"), ("username", "joe"), ("password", "pw"),
            ("host", "192.0.2.1"), ("cluster", "default")), default);

        Assert.Equal(
            ["type=peer", "host=192.0.2.1", "port=5060", "qualify=yes", "canreinvite=no", "fromuser=joe", "secret=pw",
                "insecure=port,invite", "disallow=all", "allow=alaw", "allow=ulaw"],
            sip.Text("sipiaxpeer")!.Split('\n'));
        Assert.Equal(
            ["type=peer", "host=192.0.2.1", "qualify=yes", "canreinvite=no", "username=joe", ";fromuser=joe", "secret=pw", "disallow=all",
                "allow=alaw", "allow=ulaw"],
            iax.Text("sipiaxpeer")!.Split('\n'));
        Assert.Equal(["type=user", "context=mainmenu", "requirecalltoken=no"], iax.Text("sipiaxuser")!.Split('\n'));
    }

    [Fact]
    public void Every_maker_of_telephones_has_a_template()
    {
        using var database = new TemporaryDatabase();

        Assert.Empty(database.Query(
            "SELECT name FROM mfgmac WHERE name NOT IN (SELECT pkey FROM Device WHERE technology = 'SIP' AND owner = 'system')"));
        Assert.Empty(
            database.Query("SELECT pkey FROM Device WHERE blfkeyname NOT IN (SELECT pkey FROM Device WHERE technology = 'BLF Template')"));
        Assert.NotEmpty(database.Query("SELECT pkey FROM Device WHERE technology = 'BLF Template'"));
    }
}
