using System.Net;
using System.Text;
using SarkPS.Data.Sqlite;
using SarkPS.Descriptors;
using SarkPS.Tests.Support;
using static SarkPS.Tests.Data.DatabaseExtensions;

namespace SarkPS.Tests.Data;

/// <summary>Triggers that undo a change without an error: it is told, and nothing of the change stays.</summary>
public sealed class TriggerTests
{
    public static TheoryData<string> OnInsert =>
    [
        "BEFORE INSERT ON {0} BEGIN SELECT RAISE(IGNORE); END",
        "AFTER INSERT ON {0} BEGIN DELETE FROM {0} WHERE rowid = new.rowid; END",
        "AFTER INSERT ON {0} BEGIN UPDATE {0} SET pkey = 'elsewhere', rowid = 99999 WHERE rowid = new.rowid; END",
    ];

    [Theory]
    [MemberData(nameof(OnInsert))]
    public async Task An_insert_that_is_undone_is_a_conflict(string trigger)
    {
        foreach (var resource in new ResourceDescriptor[] {
            Tenant.Descriptor,
            Extension.Descriptor,
            DayTimer.Descriptor,
            HolidayTimer.Descriptor })
        {
            using var database = new TemporaryDatabase();
            var samples = new Samples((r, kind, changes) => database.Store.CreateAsync(r, kind, changes, default));
            var kind = Samples.Kinds(resource)[0];
            // One that is kept, so that there is a row to be taken for the new one.
            await database.Store.CreateAsync(resource, kind, await samples.LeastAsync(resource, kind, 1), default);
            var sent = await samples.LeastAsync(resource, kind, 2);
            database.Execute("CREATE TRIGGER undo " + string.Format(null, trigger, resource.Table));
            await AssertUndoneAsync(database, resource.Noun, store => store.CreateAsync(resource, kind, sent, default));
        }
    }

    [Theory]
    [InlineData("BEFORE UPDATE ON Cluster BEGIN SELECT RAISE(IGNORE); END")]
    [InlineData("AFTER UPDATE OF description ON Cluster WHEN new.description = 'new' BEGIN UPDATE Cluster SET description = "
        + "old.description WHERE pkey = new.pkey; END")]
    [InlineData("AFTER UPDATE OF description ON Cluster BEGIN DELETE FROM Cluster WHERE pkey = new.pkey; END")]
    public async Task An_update_that_is_undone_is_a_conflict(string trigger)
    {
        using var database = new TemporaryDatabase();
        await database.Store.CreateAsync(Tenant.Descriptor, null, Values(("pkey", "acme"), ("description", "old")), default);
        database.Execute("CREATE TRIGGER undo " + trigger);
        await AssertUndoneAsync(
            database,
            "Tenant",
            store => store.UpdateAsync(Tenant.Descriptor, new RowKey("acme"), Values(("description", "new"), ("chanmax", 7L)), default));
    }

    [Fact]
    public async Task An_update_that_a_trigger_puts_into_another_form_is_none()
    {
        using var database = new TemporaryDatabase();
        database.Execute("CREATE TRIGGER form AFTER UPDATE OF description ON Cluster BEGIN UPDATE Cluster SET description = "
            + "upper(new.description) WHERE pkey = new.pkey; END");
        Assert.Equal("NEW", (await database.Store
            .UpdateAsync(Tenant.Descriptor, new RowKey("default"), Values(("description", "new")), default)).Text("description"));
    }

    [Theory]
    [InlineData("BEFORE DELETE ON {0} BEGIN SELECT RAISE(IGNORE); END")]
    [InlineData("AFTER DELETE ON {0} BEGIN INSERT INTO {0} (pkey) VALUES (old.pkey); END")]
    public async Task A_removal_that_is_undone_is_a_conflict(string trigger)
    {
        foreach (var resource in new ResourceDescriptor[] { Tenant.Descriptor, Extension.Descriptor })
        {
            using var database = new TemporaryDatabase();
            var samples = new Samples((r, kind, changes) => database.Store.CreateAsync(r, kind, changes, default));
            var kind = Samples.Kinds(resource)[0];
            var sent = await samples.LeastAsync(resource, kind, 1);
            await database.Store.CreateAsync(resource, kind, sent, default);
            database.Execute("CREATE TRIGGER undo " + string.Format(null, trigger, resource.Table));
            await AssertUndoneAsync(
                database,
                resource.Noun,
                store => store.RemoveAsync(resource, new RowKey((string)sent[resource.KeyColumn]!), false, default));
        }
    }

    [Theory]
    [InlineData("BEFORE INSERT ON IPphoneCOSopen BEGIN SELECT RAISE(IGNORE); END", true)]
    [InlineData("AFTER INSERT ON IPphoneCOSopen BEGIN DELETE FROM IPphoneCOSopen; END", true)]
    [InlineData("BEFORE DELETE ON IPphoneCOSopen BEGIN SELECT RAISE(IGNORE); END", false)]
    public async Task What_belongs_to_a_row_is_not_left_half(string trigger, bool isInsert)
    {
        using var database = new TemporaryDatabase();
        database.Execute("INSERT INTO COS (pkey, defaultopen, defaultclosed) VALUES ('local', 'YES', 'YES')");
        var kind = Extension.Descriptor.Kinds.Single(k => k.Name == "Unprovisioned");
        Task<SarkRow> Create(SqliteStore store) =>
            store.CreateAsync(Extension.Descriptor, kind, Values(("pkey", "401"), ("cluster", "default")), default);
        if (!isInsert)
        {
            await Create(database.Store);
        }

        database.Execute("CREATE TRIGGER undo " + trigger);
        await AssertUndoneAsync(
            database,
            "Database",
            store => isInsert ? Create(store) : store.RemoveAsync(Extension.Descriptor, new RowKey("401"), false, default));
    }

    [Fact]
    public async Task The_service_answers_it_as_a_conflict()
    {
        using var database = new TemporaryDatabase();
        database.Execute("CREATE TRIGGER undo BEFORE INSERT ON Cluster BEGIN SELECT RAISE(IGNORE); END");
        await using var service = new TestService(database.Path);
        using var client = service.CreateClient();
        using var answer = await client.PostAsync(
            "/api/tenants",
            new StringContent("""{"pkey": "acme", "description": "d"}""", Encoding.UTF8, "application/json"));
        Assert.Equal(HttpStatusCode.Conflict, answer.StatusCode);
        Assert.Contains("a trigger in it took that back", await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    private static async Task AssertUndoneAsync(TemporaryDatabase database, string noun, Func<SqliteStore, Task> change)
    {
        var before = await File.ReadAllBytesAsync(database.Path);
        var error = await Assert.ThrowsAsync<SarkConflictException>(() => change(database.Store));
        Assert.Equal(noun, error.Noun);
        Assert.EndsWith("a trigger in it took that back. Nothing was changed.", error.Message, StringComparison.Ordinal);
        Assert.Equal(before, await File.ReadAllBytesAsync(database.Path));
    }
}
