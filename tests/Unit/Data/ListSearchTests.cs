using SarkPS.Data.Sqlite;
using SarkPS.Tests.Support;
using Schema = SarkPS.Tests.Support.Schema;

namespace SarkPS.Tests.Data;

/// <summary>What SQLite is asked for pages: it goes on where the last one ended, and does not count rows that it passes over.</summary>
public sealed class ListSearchTests
{
    [SkippableTheory]
    [MemberData(nameof(Schemas.EveryTable), MemberType = typeof(Schemas))]
    public async Task The_next_page_begins_where_an_index_says_and_nothing_is_sorted_where_there_is_one(string noun, Schema schema)
    {
        var resource = SarkResources.Find(noun);
        using var database = new TestDatabase(schema);
        using var own = new SqliteDatabase(database.Path);
        var table = await own.ReadAsync(session => session.SchemaOf(resource.Table), default);
        var query = new ListQuery { Limit = 100 };
        var first = ListSearch.Of(resource, query, table);
        var cursor = first.Part!.Cursor([.. Enumerable.Range(0, first.Places - 1).Select(_ => (object?)"401"), 7L]);
        var search = ListSearch.Of(resource, query with { Cursor = cursor }, table);

        using var connection = database.Open();
        using var command = connection.CreateCommand();
        command.CommandText = "EXPLAIN QUERY PLAN " + search.Sql;
        for (var i = 0; i < search.Values.Count; i++)
        {
            command.Parameters.AddWithValue($"?{i + 1}", search.Values[i]);
        }

        using var reader = command.ExecuteReader();
        var plan = new List<string>();
        while (reader.Read())
        {
            plan.Add(reader.GetString(reader.GetOrdinal("detail")));
        }

        Assert.DoesNotContain("OFFSET", search.Sql, StringComparison.OrdinalIgnoreCase);
        // SARK keeps no index of the names of queues and menus, whose rows have numbers that nobody sees, nor of classes for closed hours
        // by their rule.
        var hasIndex = resource.OrderBy.SequenceEqual(resource.SecondKeyColumn is { } second
            ? [resource.KeyColumn, second]
            : [resource.KeyColumn])
            && database.Value($"SELECT pk FROM pragma_table_info('{resource.Table}') WHERE name = '{resource.KeyColumn}'") is > 0L;
        Assert.Equal(hasIndex, plan[0].StartsWith($"SEARCH {resource.Table} USING ", StringComparison.OrdinalIgnoreCase));
        Assert.Equal(hasIndex, !plan.Exists(step => step.Contains("TEMP B-TREE", StringComparison.Ordinal)));
    }
}
