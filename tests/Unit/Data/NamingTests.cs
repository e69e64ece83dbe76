using SarkPS.Data.Sqlite;
using SarkPS.Descriptors;
using static SarkPS.Tests.Data.DatabaseExtensions;

namespace SarkPS.Tests.Data;

/// <summary>
/// Many removals one after the other do not look through all tables each time. However a row came to name another, it is
/// found all the same.
/// </summary>
public sealed class NamingTests
{
    // Enough that what is remembered has been made.
    private const int Many = 40;

    private const int First = 8000;
    private const string Target = "5000";

    public static TheoryData<string, string> Ways
    {
        get
        {
            var data = new TheoryData<string, string>();
            foreach (var kind in new[] { TemporaryDatabase.Embedded, TemporaryDatabase.Original })
            {
                foreach (var way in new[] {
                    "created",
                    "changed",
                    "another program",
                    "another program with a write-ahead log",
                    "a trigger",
                    "the file replaced" })
                {
                    data.Add(kind, way);
                }
            }

            return data;
        }
    }

    [SkippableTheory]
    [MemberData(nameof(Ways))]
    public async Task A_row_that_names_another_is_found_however_it_came_to(string kind, string way)
    {
        Skip.If(way == "the file replaced" && OperatingSystem.IsWindows(), "Windows does not overwrite a file that is open.");
        using var database = Filled(kind);
        var store = database.Store;
        await RemoveManyAsync(store, 0, Many);
        var expected = await NameAsync(database, way);

        var refused = await Assert.ThrowsAsync<SarkConflictException>(
            () => store.RemoveAsync(Extension.Descriptor, new RowKey(Target), ChangeOptions.Default, default));
        Assert.Equal([expected], refused.Dependants);
        Assert.Equal(["1"], database.Query($"SELECT count(*) FROM IPphone WHERE pkey = '{Target}'"));

        await store.RemoveAsync(Extension.Descriptor, new RowKey(Target), new ChangeOptions(Force: true), default);
        await RemoveManyAsync(store, Many + 1, Many + 12);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(Many)]
    public async Task A_removal_that_was_taken_back_hides_nothing(int before)
    {
        using var database = Filled(TemporaryDatabase.Embedded);
        var store = database.Store;
        database.Execute($"UPDATE speed SET out = '402 {Target}' WHERE pkey = '600'");
        await RemoveManyAsync(store, 0, before);
        // What names it goes in the transaction that is taken back, while what is remembered is made or after that.
        for (var i = 0; i < 12; i++)
        {
            await Assert.ThrowsAsync<InvalidOperationException>(() => database.Database.WriteAsync<bool>(
                session =>
                {
                    session.Delete("speed", ("pkey", "600"));
                    Assert.Empty(Dependants.Find(session, Extension.Descriptor.Noun, Target));
                    throw new InvalidOperationException("taken back");
                },
                isRehearsal: false,
                default));
        }

        var rehearsal = new ChangeOptions(IsRehearsal: true, Force: true);
        for (var i = 0; i < 12; i++)
        {
            await store.RemoveAsync(RingGroup.Descriptor, new RowKey("600"), rehearsal, default);
            await Assert.ThrowsAsync<SarkConflictException>(
                () => store.RemoveAsync(Extension.Descriptor, new RowKey(Target), ChangeOptions.Default, default));
            await store.RemoveAsync(Extension.Descriptor, new RowKey(Target), rehearsal, default);
        }

        var refused = await Assert.ThrowsAsync<SarkConflictException>(
            () => store.RemoveAsync(Extension.Descriptor, new RowKey(Target), ChangeOptions.Default, default));
        Assert.Equal(["RingGroup 600 (Members)"], refused.Dependants);
    }

    [Fact]
    public async Task More_changes_than_are_remembered_are_looked_at_too()
    {
        using var database = Filled(TemporaryDatabase.Embedded);
        var store = database.Store;
        await RemoveManyAsync(store, 0, Many);
        await database.Database.WriteAsync(
            session =>
            {
                for (var i = 0; i < 3000; i++)
                {
                    session.Insert("speed", ("pkey", $"{700000 + i}"), ("cluster", "default"), ("out", $"{20000 + i}"));
                }

                session.Update("speed", [("out", $"402 {Target}")], [("pkey", "700001")]);
                Assert.Equal(["RingGroup 700001 (Members)"], Dependants.Find(session, Extension.Descriptor.Noun, Target));
                return true;
            },
            isRehearsal: false,
            default);
        await RemoveManyAsync(store, Many, Many + 12);
        var refused = await Assert.ThrowsAsync<SarkConflictException>(
            () => store.RemoveAsync(Extension.Descriptor, new RowKey(Target), ChangeOptions.Default, default));
        Assert.Equal(["RingGroup 700001 (Members)"], refused.Dependants);
    }

    private static async Task<string> NameAsync(TemporaryDatabase database, string way)
    {
        const string Group = "RingGroup 600 (Members)";
        const string Names = $"UPDATE speed SET out = '402 {Target}' WHERE pkey = '600'";
        var store = database.Store;
        switch (way)
        {
            case "created":
                await store.CreateAsync(
                    RingGroup.Descriptor,
                    null,
                    Values(("pkey", "601"), ("cluster", "default"), ("out", $"{Target} 402"), ("outcome", "Operator")),
                    ChangeOptions.Default,
                    default);
                return "RingGroup 601 (Members)";
            case "changed":
                await store.UpdateAsync(
                    RingGroup.Descriptor,
                    new RowKey("600"),
                    Values(("out", $"402 {Target}")),
                    ChangeOptions.Default,
                    default);
                return Group;
            case "another program with a write-ahead log":
                database.Execute("PRAGMA journal_mode = WAL");
                await RemoveManyAsync(store, Many + 12, 2 * Many);
                database.Execute(Names);
                return Group;
            case "another program":
                database.Execute(Names);
                return Group;
            case "a trigger":
                database.Execute($"CREATE TRIGGER names AFTER DELETE ON IPphone WHEN old.pkey = '{First + Many}' BEGIN {Names}; END");
                await RemoveManyAsync(store, Many, Many + 1);
                return Group;
            case "the file replaced":
                var other = database.Folder["other.db"];
                File.Copy(database.Path, other);
                using (var connection = new Microsoft.Data.Sqlite.SqliteConnection($"Data Source={other};Pooling=False"))
                {
                    connection.Open();
                    connection.Run(Names);
                }

                // Both files have been changed the same number of times.
                await RemoveManyAsync(store, Many, Many + 1);
                File.Copy(other, database.Path, overwrite: true);
                return Group;
            default:
                throw new ArgumentException($"The way '{way}' is not known.", nameof(way));
        }
    }

    private static TemporaryDatabase Filled(string kind)
    {
        var database = new TemporaryDatabase(kind);
        using var connection = database.Connect();
        connection.Run("BEGIN");
        foreach (var key in Enumerable.Range(First, 2 * Many).Append(int.Parse(Target, System.Globalization.CultureInfo.InvariantCulture))
            .Append(402))
        {
            connection.Run($"INSERT INTO IPphone (pkey, cluster, device, desc, technology) VALUES ('{key}', 'default', 'General SIP', "
                + $"'Ext{key}', 'SIP')");
        }

        connection.Run("INSERT INTO speed (pkey, cluster, out, outcome) VALUES ('600', 'default', '402', 'None')");
        connection.Run("COMMIT");
        // As on a machine, where somebody is told which tables were changed.
        database.Database.Written = _ => { };
        return database;
    }

    private static async Task RemoveManyAsync(SqliteStore store, int from, int to)
    {
        for (var key = First + from; key < First + to; key++)
        {
            Assert.Empty(await store.RemoveAsync(Extension.Descriptor, new RowKey($"{key}"), ChangeOptions.Default, default));
        }
    }
}
