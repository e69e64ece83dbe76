using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using SarkPS.Data.Sqlite;
using SarkPS.Tests.Support;

namespace SarkPS.Tests.Data;

/// <summary>Rows as JSON: the same as the objects, and never older than the database, whoever changes it and however.</summary>
public sealed class ReadConnectionTests
{
    private static readonly RowKey Default = new("default");

    private static readonly JsonSerializerOptions Relaxed = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>No cache, one that hardly holds an answer, and one that holds them all.</summary>
    public static TheoryData<long> CacheSizes => [0, 16 * 1024, 64 * 1024 * 1024];

    [SkippableTheory]
    [MemberData(nameof(TemporaryDatabase.Kinds), MemberType = typeof(TemporaryDatabase))]
    public async Task Every_resource_reads_the_same_as_JSON_and_as_objects(string kind)
    {
        using var database = new TemporaryDatabase(kind);
        var store = database.Store;
        foreach (var resource in SarkResources.All)
        {
            var rows = await store.ListAsync(resource, null, default);
            Assert.Equal(
                JsonSerializer.Serialize(rows.Select(Node), Relaxed),
                Encoding.UTF8.GetString(Json(store.ListJsonAsync(resource, null, default)!)!));
            foreach (var row in rows)
            {
                var key = new RowKey(row.Text(resource.KeyColumn) ?? "", resource.SecondKeyColumn is { } second ? row.Text(second) : null);
                Assert.Equal(Node(row).ToJsonString(Relaxed), Encoding.UTF8.GetString(Json(store.GetJsonAsync(resource, key, default))!));
            }
        }
    }

    [Fact]
    public async Task Odd_values_are_as_in_objects()
    {
        using var database = new TemporaryDatabase();
        database.Execute("""
            INSERT INTO Cluster (pkey, description, operator, include, callgroup, localarea, pickupgroup)
            VALUES ('odd', 'say "hi" \ ' || char(10, 9, 27, 127) || 'Zoë <&> 电话 ' || char(128222, 8232), 1.5, x'C3A9FF', CAST(x'41FF42' AS TEXT), '', -7)
            """);

        var row = await database.Store.GetAsync(Tenant.Descriptor, new RowKey("odd"), default);
        var json = Encoding.UTF8.GetString(Json(database.Store.GetJsonAsync(Tenant.Descriptor, new RowKey("odd"), default))!);

        Assert.True(JsonNode.DeepEquals(Node(row), JsonNode.Parse(json)), json);
        Assert.Equal("A\uFFFDB", (string?)JsonNode.Parse(json)!["callgroup"]);
    }

    [Theory]
    [MemberData(nameof(CacheSizes))]
    public void A_change_by_another_program_is_seen_at_once(long cache)
    {
        using var database = new TemporaryDatabase();
        using var own = Open(database, cache);
        var store = new SqliteStore(own);
        Assert.Null(Json(store.GetJsonAsync(Tenant.Descriptor, new RowKey("acme"), default)));

        for (var i = 0; i < 20; i++)
        {
            database.Execute($"UPDATE Cluster SET description = 'change {i}'");
            Assert.Equal($"change {i}", Description(store));
            Assert.Equal($"change {i}", Description(store));
            Assert.Contains(
                $"change {i}",
                Encoding.UTF8.GetString(Json(store.ListJsonAsync(Tenant.Descriptor, null, default)!)!),
                StringComparison.Ordinal);
            Assert.Contains($"change {i}", Encoding.UTF8.GetString(Filtered(store, $"change {i}")), StringComparison.Ordinal);
            Assert.Equal("[]", Encoding.UTF8.GetString(Filtered(store, "another")));
        }

        database.Execute("INSERT INTO Cluster (pkey) VALUES ('acme')");
        Assert.NotNull(Json(store.GetJsonAsync(Tenant.Descriptor, new RowKey("acme"), default)));
        database.Execute("DELETE FROM Cluster WHERE pkey = 'acme'");
        Assert.Null(Json(store.GetJsonAsync(Tenant.Descriptor, new RowKey("acme"), default)));
    }

    [Theory]
    [MemberData(nameof(CacheSizes))]
    public async Task A_change_of_our_own_is_seen_at_once(long cache)
    {
        using var database = new TemporaryDatabase();
        using var own = Open(database, cache);
        var store = new SqliteStore(own);
        for (var i = 0; i < 5; i++)
        {
            await store.UpdateAsync(
                Tenant.Descriptor,
                Default,
                DatabaseExtensions.Values(("description", $"change {i}")),
                CancellationToken.None);
            Assert.Equal($"change {i}", Description(store));
        }
    }

    [Theory]
    [MemberData(nameof(CacheSizes))]
    public void A_database_that_is_written_over_by_a_backup_is_seen_at_once(long cache)
    {
        using var database = new TemporaryDatabase();
        using var other = new TemporaryDatabase();
        using var own = Open(database, cache);
        var store = new SqliteStore(own);
        Assert.Null(Description(store));

        for (var i = 0; i < 3; i++)
        {
            other.Execute($"UPDATE Cluster SET description = 'restored {i}'");
            using (var from = other.Connect())
            using (var to = database.Connect())
            {
                from.BackupDatabase(to);
            }

            Assert.Equal($"restored {i}", Description(store));
        }
    }

    [Theory]
    [MemberData(nameof(CacheSizes))]
    public void A_database_that_is_replaced_by_another_file_is_seen_at_once(long cache)
    {
        using var database = new TemporaryDatabase();
        using var other = new TemporaryDatabase();
        using var own = Open(database, cache);
        var store = new SqliteStore(own);
        Assert.Null(Description(store));

        other.Execute("UPDATE Cluster SET description = 'restored'");
        File.Move(other.Path, database.Path, overwrite: true);
        Assert.Equal("restored", Description(store));

        database.Execute("UPDATE Cluster SET description = 'changed'");
        Assert.Equal("changed", Description(store));
    }

    [Theory]
    [MemberData(nameof(CacheSizes))]
    public void A_file_that_is_put_in_the_place_of_one_with_new_commits_is_seen_at_once(long cache)
    {
        using var database = new TemporaryDatabase();
        using var own = Open(database, cache);
        var store = new SqliteStore(own);
        Assert.Null(Description(store));
        var saved = database.Folder["saved.db"];
        File.Copy(database.Path, saved);
        database.Execute("UPDATE Cluster SET description = 'undone'");
        File.Move(saved, database.Path, overwrite: true);
        Assert.Null(Description(store));
        database.Execute("UPDATE Cluster SET description = 'changed'");
        Assert.Equal("changed", Description(store));
    }

    [Theory]
    [MemberData(nameof(CacheSizes))]
    public void A_database_that_is_copied_over_is_seen_though_SQLite_counts_the_same(long cache)
    {
        using var database = new TemporaryDatabase();
        using var own = Open(database, cache);
        var store = new SqliteStore(own);
        var snapshot = database.Folder["snapshot.db"];
        File.Copy(database.Path, snapshot);
        database.Execute("UPDATE Cluster SET description = 'first'");
        Assert.Equal("first", Description(store));

        // Both files have had one change since they were the same.
        File.Copy(snapshot, database.Path, overwrite: true);
        database.Execute("UPDATE Cluster SET description = 'other'");
        File.SetLastWriteTimeUtc(database.Path, DateTime.UtcNow.AddSeconds(1));

        Assert.Equal("other", Description(store));
    }

    [Fact]
    public void A_column_that_a_newer_SARK_adds_appears()
    {
        using var database = new TemporaryDatabase();
        using var own = Open(database, 1024 * 1024);
        var store = new SqliteStore(own);
        Assert.Null(JsonNode.Parse(Json(store.GetJsonAsync(Tenant.Descriptor, Default, default)))!["colour"]);

        database.Execute("ALTER TABLE Cluster ADD COLUMN colour TEXT DEFAULT 'green'");

        Assert.Equal("green", (string?)JsonNode.Parse(Json(store.GetJsonAsync(Tenant.Descriptor, Default, default)))!["colour"]);
    }

    [Fact]
    public void A_database_that_is_gone_or_locked_is_told_and_comes_back()
    {
        using var database = new TemporaryDatabase();
        using var own = Open(database, 1024 * 1024);
        var store = new SqliteStore(own);
        Assert.Null(Description(store));

        using (var other = database.Connect())
        {
            other.Run("BEGIN EXCLUSIVE");
            var locked = Assert.Throws<SarkUnavailableException>(() => Json(store.GetJsonAsync(Tenant.Descriptor, Default, default)));
            Assert.Equal(database.Path, locked.FilePath);
        }

        Assert.Null(Description(store));
        File.Move(database.Path, database.Path + ".away");
        Assert.Equal(
            database.Path,
            Assert.ThrowsAny<SarkException>(() => Json(store.GetJsonAsync(Tenant.Descriptor, Default, default))).FilePath);
        File.Move(database.Path + ".away", database.Path);
        Assert.Null(Description(store));
    }

    [Fact]
    public void Filters_are_told_apart_whatever_they_hold()
    {
        using var database = new TemporaryDatabase();
        using var own = Open(database, 1024 * 1024);
        var store = new SqliteStore(own);
        database.Execute("UPDATE Cluster SET description = 'x'");

        Assert.NotEqual("[]", Encoding.UTF8.GetString(Filtered(store, "x")));
        Assert.Equal("[]", Encoding.UTF8.GetString(Filtered(store, "x4:pkey7:default")));
        Assert.Equal("[]", Encoding.UTF8.GetString(Filtered(store, "'x' OR 1=1 --")));
    }

    [Fact]
    public async Task Readers_and_writers_at_once_never_see_the_past()
    {
        using var database = new TemporaryDatabase();
        using var own = Open(database, 1024 * 1024);
        var store = new SqliteStore(own);
        database.Execute("UPDATE Cluster SET description = '0'");
        var committed = 0;
        var readers = Enumerable.Range(0, 4).Select(_ => Task.Run(() =>
        {
            while (Volatile.Read(ref committed) < 100)
            {
                var before = Volatile.Read(ref committed);
                Assert.True(int.Parse(Description(store)!, null) >= before);
            }
        })).ToArray();
        using (var other = database.Connect())
        {
            for (var i = 1; i <= 100; i++)
            {
                other.DefaultTimeout = 30;
                other.Run($"UPDATE Cluster SET description = '{i}'");
                Volatile.Write(ref committed, i);
            }
        }

        await Task.WhenAll(readers);
    }

    private static SqliteDatabase Open(TemporaryDatabase database, long cache) =>
        new(database.Path, TimeSpan.FromSeconds(5)) { ReadCacheBytes = cache };

    private static string? Description(SqliteStore store) =>
        (string?)JsonNode.Parse(Json(store.GetJsonAsync(Tenant.Descriptor, Default, default)))!["description"];

    private static byte[] Filtered(SqliteStore store, string description) =>
        Json(store.ListJsonAsync(Tenant.Descriptor, new ListQuery { Filter = [new ListFilter("description", [description])] }, default)!)!;

    private static byte[]? Json(ValueTask<JsonRows?> answer)
    {
        using var rows = answer.AsTask().GetAwaiter().GetResult();
        if (rows is null)
        {
            return null;
        }

        var bytes = new byte[rows.Length];
        for (var offset = 0; offset < bytes.Length;)
        {
            offset += rows.Read(offset, bytes.AsSpan(offset));
        }

        return bytes;
    }

    private static JsonObject Node(
        IEnumerable<KeyValuePair<string, object?>> row) => new(row.Select(v => KeyValuePair.Create(v.Key, v.Value switch
        {
            null => null,
            long whole => JsonValue.Create(whole),
            double number => JsonValue.Create(number),
            string text => (JsonNode?)JsonValue.Create(text),
            _ => throw new InvalidOperationException($"{v.Key} is a {v.Value.GetType()}."),
        })));
}
