using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using SarkPS.Descriptors;
using SarkPS.Tests.Support;

namespace SarkPS.Tests.Store;

/// <summary>What GET gave, PUT takes, whatever the row holds: only what differs is judged and written.</summary>
public sealed class WriteBackTests
{
    /// <summary>Every resource, as sark6api reads a request and strictly, on both databases.</summary>
    public static TheoryData<string, bool, Schema> Everything
    {
        get
        {
            var data = new TheoryData<string, bool, Schema>();
            foreach (var resource in SarkResources.All)
            {
                foreach (var isStrict in new[] { false, true })
                {
                    data.Add(resource.Noun, isStrict, Schema.Embedded);
                    data.Add(resource.Noun, isStrict, Schema.Sark);
                    data.Add(resource.Noun, isStrict, Schema.Embedded65);
                }
            }

            return data;
        }
    }

    [SkippableTheory]
    [MemberData(nameof(Everything))]
    public async Task What_was_read_is_written_back_and_changes_nothing(string noun, bool isStrict, Schema schema)
    {
        using var database = new TestDatabase(schema);
        await using var service = new TestService(database.Path);
        await using var remote = service.Connect();
        using var client = service.CreateClient();
        var resource = SarkResources.Find(noun);
        if (!resource.IsSingleton)
        {
            var samples = new Samples((r, kind, changes) => remote.Tables.CreateAsync(r, kind, changes, default));
            var number = 11;
            foreach (var kind in Samples.Kinds(resource))
            {
                await remote.Tables.CreateAsync(resource, kind, await samples.LeastAsync(resource, kind, number++), default);
            }

            // As SARK's own pages and other programs leave rows: most columns without a value, others with what no rule allows.
            Odd(database, resource, schema);
        }

        var rows = (await remote.Tables.ListAsync(resource, null, default)).ToArray();
        Assert.NotEmpty(rows);
        foreach (var row in rows)
        {
            var path = resource.IsSingleton
                ? $"/api/{resource.Route}"
                : $"/api/{resource.Route}/{Uri.EscapeDataString(row.Text(resource.KeyColumn)!)}"
                + (resource.SecondKeyColumn is { } second ? $"?{second}={Uri.EscapeDataString(row.Text(second)!)}" : "");
            var body = await client.GetStringAsync(path);
            var before = database.Content();
            var audit = database.Value("SELECT count(*) FROM master_audit");

            var (status, answer) = await PutAsync(client, path, body, isStrict);
            Assert.True(status == HttpStatusCode.OK, $"{path}: {answer}");
            Assert.Empty(before.ChangesTo(database.Content()));
            Assert.Equal(audit, database.Value("SELECT count(*) FROM master_audit"));
            Assert.Equal(body, await client.GetStringAsync(path));

            // An empty column that is sent as null is as little a change as one that is left out.
            var nulls = JsonNode.Parse(body)!.AsObject();
            foreach (var (column, value) in nulls.ToArray())
            {
                if (value?.ToString() is "")
                {
                    nulls[column] = null;
                }
            }

            (status, answer) = await PutAsync(client, path, nulls.ToJsonString(), isStrict);
            Assert.True(status == HttpStatusCode.OK, $"{path}: {answer}");
            Assert.Empty(before.ChangesTo(database.Content()));
        }
    }

    [SkippableTheory]
    [MemberData(nameof(Schemas.Both), MemberType = typeof(Schemas))]
    public async Task Only_what_differs_is_judged(Schema schema)
    {
        using var database = new TestDatabase(schema);
        database.Execute(
            "INSERT INTO IPphone(pkey, cluster, devicerec, celltwin, device) VALUES ('401', 'gone', 'sometimes', 'maybe', ' padded ')");
        await using var service = new TestService(database.Path);
        using var client = service.CreateClient();
        var row = JsonNode.Parse(await client.GetStringAsync("/api/extensions/401"))!.AsObject();
        row["callerid"] = "4711";
        foreach (var isStrict in new[] { true, false })
        {
            var (status, answer) = await PutAsync(client, "/api/extensions/401", row.ToJsonString(), isStrict);
            Assert.True(status == HttpStatusCode.OK, answer);
            Assert.Equal("4711", database.Value("SELECT callerid FROM IPphone WHERE pkey = '401'"));
            Assert.Equal(" padded ", database.Value("SELECT device FROM IPphone WHERE pkey = '401'"));
        }

        // Read again: the time of the last change has changed.
        row = JsonNode.Parse(await client.GetStringAsync("/api/extensions/401"))!.AsObject();
        row["celltwin"] = "perhaps";
        row["firstseen"] = "never";
        var (refused, errors) = await PutAsync(client, "/api/extensions/401", row.ToJsonString(), isStrict: true);
        Assert.Equal(HttpStatusCode.UnprocessableEntity, refused);
        Assert.Equal(["celltwin", "firstseen"], JsonNode.Parse(errors)!.AsObject().Select(e => e.Key));
    }

    [Fact]
    public async Task A_column_of_a_newer_SARK_passes_as_it_is_and_not_changed()
    {
        using var database = new TestDatabase(Schema.Embedded);
        database.Execute(
            "ALTER TABLE IPphone ADD COLUMN ownmax TEXT; INSERT INTO IPphone(pkey, cluster, ownmax) VALUES ('401', 'default', '3')");
        await using var service = new TestService(database.Path);
        using var client = service.CreateClient();
        var row = JsonNode.Parse(await client.GetStringAsync("/api/extensions/401"))!.AsObject();
        Assert.Equal(HttpStatusCode.OK, (await PutAsync(client, "/api/extensions/401", row.ToJsonString(), isStrict: true)).Status);
        row["ownmax"] = "4";
        Assert.Equal(
            HttpStatusCode.UnprocessableEntity,
            (await PutAsync(client, "/api/extensions/401", row.ToJsonString(), isStrict: true)).Status);
    }

    private static void Odd(TestDatabase database, ResourceDescriptor resource, Schema schema)
    {
        if (resource.SecondKeyColumn is { } second)
        {
            database.Execute($"INSERT INTO \"{resource.Table}\"(\"{resource.KeyColumn}\", \"{second}\") VALUES ('9999', 'odd rule')");
            return;
        }

        var filter = resource.Filter is { IsExclusion: false } one ? (one.Column, one.Values[0])
            : resource.ListFilters.LastOrDefault() is { Values.Count: > 0 } list ? (list.Column, list.Values[0])
            : default((string, string)?);
        var key = resource.GeneratesKey ? "pkey" : resource.KeyColumn;
        foreach (var name in new[] { "odd one", "bare" })
        {
            database.Execute($"INSERT INTO \"{resource.Table}\"(\"{key}\") VALUES (@key)", ("@key", name));
            if (filter is var (column, value))
            {
                database.Execute(
                    $"UPDATE \"{resource.Table}\" SET \"{column}\" = @value WHERE \"{key}\" = @key",
                    ("@value", value),
                    ("@key", name));
            }
        }

        foreach (var column in resource.Columns.Where(c => c is { IsHidden: false }
            && (c.Since is null || TestDatabase.VersionOf(schema).IsSince(c.Since))
            && c.Name != key
            && c.Name != resource.KeyColumn
            && c.Name != filter?.Item1
            && !c.Name.StartsWith("z_", StringComparison.Ordinal)))
        {
            database.Execute($"UPDATE \"{resource.Table}\" SET \"{column.Name}\" = '  what no rule allows, ' WHERE \"{key}\" = 'odd one'");
        }
    }

    private static async Task<(HttpStatusCode Status, string Answer)> PutAsync(HttpClient client, string path, string body, bool isStrict)
    {
        using var request = new HttpRequestMessage(HttpMethod.Put, path)
        {
            Content = new StringContent(body, Encoding.UTF8, "application/json")
        };
        if (isStrict)
        {
            request.Headers.Add("Prefer", "handling=strict");
        }

        using var response = await client.SendAsync(request);
        return (response.StatusCode, await response.Content.ReadAsStringAsync());
    }
}
