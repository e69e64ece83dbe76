using SarkPS.Data;
using SarkPS.Data.Sqlite;

namespace SarkPS.Tests.Data;

/// <summary>Which version of SARK a database is of, and what one of each has.</summary>
public sealed class VersionTests
{
    [Theory]
    [InlineData(null, "6.2")]
    [InlineData("6.2", "6.2")]
    [InlineData("6.5", "6.5")]
    public async Task An_embedded_database_is_of_the_version_that_is_wanted(string? wanted, string version)
    {
        using var folder = new TemporaryFolder();
        await using var backend = new LocalBackend(new SarkOptions { Root = folder.Path, Version = wanted });
        await backend.VerifyAsync();
        Assert.Equal(version, backend.Version?.Name);

        // What is there keeps its own.
        await using var again = new LocalBackend(new SarkOptions { Root = folder.Path, Version = "6.2" });
        Assert.Equal(version, again.Version?.Name);
    }

    [Fact]
    public void A_version_that_nobody_knows_is_named()
    {
        using var folder = new TemporaryFolder();
        var error = Assert.Throws<SarkException>(() => new LocalBackend(new SarkOptions { Root = folder.Path, Version = "7" }));
        Assert.Equal("'7' is no version of SARK that SarkPS knows; allowed are 6.2, 6.5.", error.Message);
    }

    [Fact]
    public void One_that_lacks_a_column_of_its_version_is_refused()
    {
        using var folder = new TemporaryFolder();
        EmbeddedDatabase.CreateIfMissing(folder["sark.db"], SarkVersion.V65);
        Files.PbxTree.Sql(folder["sark.db"], "ALTER TABLE IPphone DROP COLUMN callmax");
        var error = Assert.ThrowsAny<SarkException>(() => SchemaCheck.Require(folder["sark.db"]));
        Assert.Contains("table 'IPphone' lacks the column 'callmax'", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_newer_one_has_the_columns_that_it_began_with_and_not_the_tables_that_are_gone()
    {
        using var folder = new TemporaryFolder();
        EmbeddedDatabase.CreateIfMissing(folder["62.db"], SarkVersion.V62);
        EmbeddedDatabase.CreateIfMissing(folder["65.db"], SarkVersion.V65);
        // Carriers are no resource; their lines are used.
        Assert.Equal(
            SarkResources.All.SelectMany(r => r.Columns.Where(c => c.Since == SarkVersion.V65).Select(c => $"{r.Table}.{c.Name}"))
                .Concat(["Carrier.pjsipreg", "Carrier.pjsipuser", "lineIO.pjsipreg"])
                .Distinct()
                .Order(StringComparer.Ordinal),
            Columns("65.db").Except(Columns("62.db")).Where(c => Columns("62.db").Any(o => o.Split('.')[0] == c.Split('.')[0]))
                .Order(StringComparer.Ordinal));
        Assert.Equal(
            ["mcast", "shorewall_blacklist", "shorewall_whitelist", "threat"],
            Columns("62.db").Except(Columns("65.db")).Select(c => c.Split('.')[0]).Distinct().Order(StringComparer.Ordinal));
        Assert.Equal(
            ["chan_sip", "PJSIP"],
            new[] { "62.db", "65.db" }.Select(name => (string?)Files.PbxTree.Ask(folder[name], "SELECT SIPDRIVER FROM globals")));

        string[] Columns(string name) => ((string)Files.PbxTree.Ask(
            folder[name],
            "SELECT group_concat(t.name || '.' || c.name, ' ') FROM sqlite_master AS t, pragma_table_info(t.name) AS c "
                + "WHERE t.type = 'table'")!).Split(' ');
    }
}
