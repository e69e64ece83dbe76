using SarkPS.Data.Sqlite;
using SarkPS.Tests.Files;
using SarkPS.Tests.Support;
using Xunit.Abstractions;

namespace SarkPS.Tests.Journal;

/// <summary>
/// The disk is full: SQLite takes back a statement, or the whole transaction with all that share it, while it works or at the
/// commit. Whoever has filled the disk is told, all others are made, and journal and database tell the same.
/// </summary>
/// <param name="output">Takes what was measured.</param>
public sealed class FullDiskTests(ITestOutputHelper output)
{
    private const int Neighbours = 29;

    // What the set needs that fills the disk is more, and what the others need is less.
    private const int Rest = 300 * 1024;

    // Pages that are changed go into the rollback journal while a statement runs, and new pages into the file at the commit.
    private const string Rewrite = "UPDATE filling SET content = randomblob(4000)";
    private const string Add = "INSERT INTO filling (content) SELECT randomblob(4000) FROM filling";

    [SkippableTheory]
    [InlineData(Rewrite)]
    [InlineData(Add)]
    public async Task Who_fills_the_disk_of_the_database_is_told_and_his_neighbours_are_made(string statement)
    {
        using var disk = await SmallDisk.MakeAsync(4096);
        using var folder = new TemporaryFolder();
        var oracle = Prepare(
            disk["sark.db"],
            $"CREATE TRIGGER bad AFTER INSERT ON Cluster WHEN new.pkey = 'bad' BEGIN {statement}; END");
        using var database = JournalOracle.Connect(disk["sark.db"], folder["journal.db"]);
        var changes = new SqliteStore(database).Changes;
        await MakeAsync(changes, "first");
        disk.Fill(Rest);

        var error = await AllAsync(
            changes,
            async () =>
            {
                // Where SQLite took back no more than the statement, the step is told as refused.
                var result = await changes.ApplyAsync(new ChangeSet([Steps.Tenant("bad")]), default);
                throw result.Steps[0].Error ?? throw new InvalidOperationException("It was made.");
            });

        Assert.Equal("The disk that holds the database 'sark.db' is full. Nothing was changed.", error.Message);
        await CheckAsync(changes, disk, oracle, disk["sark.db"], folder["journal.db"]);
    }

    [SkippableFact]
    public async Task Who_fills_the_disk_with_a_statement_of_his_own_takes_nobody_with_him()
    {
        using var disk = await SmallDisk.MakeAsync(4096);
        using var folder = new TemporaryFolder();
        var oracle = Prepare(disk["sark.db"], "UPDATE filling SET content = CAST(zeroblob(400000) AS TEXT) WHERE id = 1");
        using var database = JournalOracle.Connect(disk["sark.db"], folder["journal.db"]);
        var changes = new SqliteStore(database).Changes;
        await MakeAsync(changes, "first");
        disk.Fill(Rest);
        var isWholeGone = false;

        var error = await AllAsync(changes, () => database.Writer.RunAsync(
            session =>
            {
                try
                {
                    return session.Update("filling", [("content", new string('x', 400000))], [("id", 1)]);
                }
                finally
                {
                    isWholeGone |= !session.IsAlive;
                }
            },
            new SarkPS.Data.Journal.WriteIntent(),
            default));

        Assert.True(isWholeGone, "SQLite took back no more than the statement.");
        Assert.Equal("The disk that holds the database 'sark.db' is full. Nothing was changed.", error.Message);
        await CheckAsync(changes, disk, oracle, disk["sark.db"], folder["journal.db"]);
    }

    [SkippableFact]
    public async Task Who_fills_the_disk_of_the_journal_is_told_and_his_neighbours_are_made()
    {
        using var disk = await SmallDisk.MakeAsync(8192);
        using var folder = new TemporaryFolder();
        var oracle = Prepare(folder["sark.db"], "SELECT 1");
        using var database = JournalOracle.Connect(folder["sark.db"], disk["journal.db"]);
        var changes = new SqliteStore(database).Changes;
        await MakeAsync(changes, "first");
        // Each of the others may have to be noted by itself.
        disk.Fill(10 * Rest);

        var error = await AllAsync(changes, () => database.Writer.RunAsync(
            session => session.Update("filling", [("content", new string('x', 12 * Rest))], [("id", 1)]),
            new SarkPS.Data.Journal.WriteIntent(),
            default));

        Assert.Contains("Sark:Paths:Journal", error.Message, StringComparison.Ordinal);
        await CheckAsync(changes, disk, oracle, folder["sark.db"], disk["journal.db"]);
    }

    [SkippableFact]
    public async Task What_an_optional_journal_has_no_room_for_is_made_without_an_id_and_found_later()
    {
        using var disk = await SmallDisk.MakeAsync(4096);
        using var folder = new TemporaryFolder();
        var oracle = Prepare(folder["sark.db"], "SELECT 1");
        using var database = JournalOracle.Connect(folder["sark.db"], disk["journal.db"], isOptional: true);
        var changes = new SqliteStore(database).Changes;
        await MakeAsync(changes, "first");
        disk.Fill(0);

        var result = await changes.ApplyAsync(new ChangeSet([Steps.Tenant("acme")]), default);

        Assert.True(result.IsApplied);
        Assert.Null(result.ChangeSet);
        disk.Clear();
        await MakeAsync(changes, "last");
        oracle.Check(folder["sark.db"], disk["journal.db"], []);
        Assert.Equal(1, oracle.OutsideChanges);
        Assert.Equal(["first", "last"], oracle.Sets.Keys.Order());
    }

    [SkippableFact]
    public async Task With_any_little_room_for_both_what_is_told_as_made_is_made_and_noted_and_nothing_else()
    {
        using var disk = await SmallDisk.MakeAsync(8192);
        var oracle = Prepare(disk["sark.db"], "SELECT 1");
        using var database = JournalOracle.Connect(disk["sark.db"], disk["journal.db"]);
        var changes = new SqliteStore(database).Changes;
        var answered = new Dictionary<string, string> { ["first"] = await MakeAsync(changes, "first") };
        var told = new List<string>();

        for (var rest = 0; rest <= 64; rest++)
        {
            disk.Fill(rest * SmallDisk.Block);
            var tenant = $"r{rest}";
            var result = await Record(() => changes.ApplyAsync(new ChangeSet([Steps.Tenant(tenant)]) { Reason = tenant }, default));
            if (result is string set)
            {
                answered[tenant] = set;
            }
            else
            {
                told.Add(Assert.IsAssignableFrom<SarkException>(result).Message);
            }
        }

        disk.Clear();
        answered["last"] = await MakeAsync(changes, "last");
        oracle.Check(disk["sark.db"], disk["journal.db"], answered);
        Assert.Equal(answered.Keys.Order(), oracle.Sets.Keys.Order());
        Assert.All(told, message => Assert.Contains(" is full. Nothing was changed.", message, StringComparison.Ordinal));
        output.WriteLine($"{answered.Count} sets were made, and {told.Count} were told that the disk is full:");
        foreach (var message in told.GroupBy(m => m))
        {
            output.WriteLine($"{message.Count()}: {message.Key}");
        }

        Assert.NotEmpty(told);
        Assert.NotEqual(2, answered.Count);

        static async Task<object> Record(Func<Task<ChangeResult>> work)
        {
            try
            {
                var result = await work();
                return (object?)result.Steps[0].Error ?? result.ChangeSet!;
            }
            catch (SarkException error)
            {
                return error;
            }
        }
    }

    private static JournalOracle Prepare(string database, string statement)
    {
        JournalOracle.MakeDatabase(database);
        PbxTree.Sql(database, $"""
            CREATE TABLE filling (id INTEGER PRIMARY KEY, content);
            WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 150)
            INSERT INTO filling SELECT i, randomblob(4000) FROM n;
            {statement};
            """);
        return JournalOracle.Begin(database);
    }

    private static async Task<string> MakeAsync(IChanges changes, string tenant)
    {
        var result = await changes.ApplyAsync(new ChangeSet([Steps.Tenant(tenant)]) { Reason = tenant }, default);
        Assert.True(result.IsApplied, result.Steps[0].Error?.Message);
        return result.ChangeSet!;
    }

    // Many at once, of whom one is refused.
    private static async Task<SarkException> AllAsync(IChanges changes, Func<Task> culprit)
    {
        Task? bad = null;
        var all = new List<Task>();
        for (var i = 0; i < Neighbours; i++)
        {
            if (i == Neighbours / 2)
            {
                bad = culprit();
            }

            all.Add(MakeAsync(changes, $"t{i}"));
        }

        await Task.WhenAll(all);
        return await Assert.ThrowsAnyAsync<SarkException>(() => bad!);
    }

    private static async Task CheckAsync(IChanges changes, SmallDisk disk, JournalOracle oracle, string database, string journal)
    {
        var made = Enumerable.Range(0, Neighbours).Select(i => $"t{i}").Order().ToArray();
        Assert.Equal([(long)made.Length, 0L], Counts(database));
        disk.Clear();
        await MakeAsync(changes, "last");
        oracle.Check(database, journal, []);
        Assert.Equal(made.Append("first").Append("last").Order(), oracle.Sets.Keys.Order());
    }

    private static long[] Counts(string database) =>
    [
        (long)PbxTree.Ask(database, "SELECT count(*) FROM Cluster WHERE pkey GLOB 't[0-9]*'")!,
        (long)PbxTree.Ask(database, "SELECT count(*) FROM Cluster WHERE pkey = 'bad'")!,
    ];
}
