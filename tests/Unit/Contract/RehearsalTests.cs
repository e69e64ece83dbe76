using System.Net;
using System.Text;
using SarkPS.Descriptors;
using SarkPS.Remote;
using SarkPS.Tests.Support;

namespace SarkPS.Tests.Contract;

/// <summary>A rehearsal says what a change would do, and does not do it.</summary>
public sealed class RehearsalTests : ContractTests
{
    private static readonly ChangeOptions Rehearsal = new(IsRehearsal: true);

    [SkippableTheory]
    [MemberData(nameof(Schemas.EveryTable), MemberType = typeof(Schemas))]
    public async Task A_rehearsed_create_answers_the_row_and_makes_none(string noun, Schema schema)
    {
        var (sides, samples, resource) = Start(noun, schema);
        await using var _ = sides;
        var number = Own;
        foreach (var kind in Kinds(resource))
        {
            var sent = await samples.LeastAsync(resource, kind, number++);
            var bytes = await File.ReadAllBytesAsync(sides.Database.Path);
            Assert.Empty(await sides.Changes(t => t.CreateAsync(resource, kind, sent, Rehearsal, default)));
            var rehearsed = await sides.Do(t => t.CreateAsync(resource, kind, sent, Rehearsal, default));
            Assert.Equal(bytes, await File.ReadAllBytesAsync(sides.Database.Path));

            Assert.Equal(Normal.Row(rehearsed), Normal.Row(await sides.Create(resource, kind, sent)));
            if (!resource.GeneratesKey)
            {
                var again = await sides.Refuses(t => t.CreateAsync(resource, kind, sent, Rehearsal, default));
                Assert.Equal((await sides.Refuses(t => t.CreateAsync(resource, kind, sent, default))).Message, again.Message);
            }
        }
    }

    [SkippableTheory]
    [MemberData(nameof(Schemas.EveryResource), MemberType = typeof(Schemas))]
    public async Task A_rehearsed_update_answers_the_row_and_changes_none(string noun, Schema schema)
    {
        var (sides, samples, resource) = Start(noun, schema);
        await using var _ = sides;
        var key = resource.IsSingleton ? new RowKey("") : (await MakeAsync(sides, samples, resource)).Key;
        foreach (var (column, rules) in resource.RulesFor(null, isCreate: false, isStrict: true, TestDatabase.VersionOf(schema))
            .Where(r => r.Column.Name != resource.KeyColumn && r.Column.Name != resource.SecondKeyColumn)
            .Take(5))
        {
            foreach (var value in (await samples.ValidAsync(column, rules)).Take(2).Reverse())
            {
                var sent = new Changes { [column.Name] = value };
                Assert.Empty(await sides.Changes(t => t.UpdateAsync(resource, key, sent, Rehearsal, default)));
                var rehearsed = await sides.Do(t => t.UpdateAsync(resource, key, sent, Rehearsal, default));
                Assert.Equal(Normal.Row(rehearsed), Normal.Row(await sides.Update(resource, key, sent)));
            }

            foreach (var value in Samples.Invalid(column, rules).Take(1))
            {
                var sent = new Changes { [column.Name] = value };
                var refused = await sides.Refuses(t => t.UpdateAsync(resource, key, sent, default));
                Assert.Equal(refused.Message, (await sides.Refuses(t => t.UpdateAsync(resource, key, sent, Rehearsal, default))).Message);
            }
        }
    }

    [SkippableTheory]
    [MemberData(nameof(Schemas.EveryTable), MemberType = typeof(Schemas))]
    public async Task A_rehearsed_removal_removes_nothing(string noun, Schema schema)
    {
        var (sides, samples, resource) = Start(noun, schema);
        await using var _ = sides;
        var (key, row) = await MakeAsync(sides, samples, resource);
        Assert.Empty(await sides.Changes(t => t.RemoveAsync(resource, key, Rehearsal, default)));
        Assert.Equal(Normal.Row(row), Normal.Row(await sides.Get(resource, key)));
        await sides.Remove(resource, key);
        Assert.IsType<SarkNotFoundException>(await sides.Refuses(t => t.RemoveAsync(resource, key, Rehearsal, default)));
    }

    [SkippableTheory]
    [MemberData(nameof(Schemas.EveryNamed), MemberType = typeof(Schemas))]
    public async Task A_rehearsed_removal_says_what_is_in_use(string noun, Schema schema)
    {
        var (sides, samples, resource) = Start(noun, schema);
        await using var _ = sides;
        var key = new RowKey(await samples.EnsureAsync(resource, 1));
        var (other, columns) = Schemas.Naming(resource).First();
        var kind = Kinds(other)[0];
        var sent = await samples.WithTenantAsync(other, await samples.LeastAsync(other, kind, Own));
        sent[columns[0].Name] = key.First;
        await sides.Create(other, kind, sent);

        var refused = Assert.IsType<SarkConflictException>(await sides.Refuses(t => t.RemoveAsync(resource, key, Rehearsal, default)));
        IReadOnlyList<string> orphans = [];
        Assert.Empty(
            await sides.Changes(async t => orphans = await t.RemoveAsync(resource, key, Rehearsal with { Force = true }, default)));
        Assert.Equal(noun == nameof(CosRule) ? [] : refused.Dependants, orphans);
    }

    [Fact]
    public async Task A_rehearsal_is_no_change_to_who_has_read_the_database()
    {
        await using var sides = new TwoSides(Schema.Embedded);
        using var watcher = sides.Database.Open();
        using var version = watcher.CreateCommand();
        version.CommandText = "PRAGMA data_version";
        var before = version.ExecuteScalar();
        var written = File.GetLastWriteTimeUtc(sides.Database.Path);

        // Longer than SQLite keeps in memory before it writes into the file.
        var sent = new Changes { ["cluster"] = "default", ["extcode"] = new string('x', 8_000), ["pkey"] = "app" };
        await sides.Do(t => t.CreateAsync(CustomApp.Descriptor, null, sent, Rehearsal, default));
        Assert.Equal(before, version.ExecuteScalar());
        Assert.Equal(written, File.GetLastWriteTimeUtc(sides.Database.Path));
        // That it could be noted was seen to; the journal is none of the exchange's files.
        Assert.Equal(
            [Path.GetFileName(sides.Database.Path)],
            Directory.EnumerateFiles(sides.Database.Folder, "sark.db*").Select(Path.GetFileName)
                .Where(name => !name!.Contains(".journal.db", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task A_client_of_sark6api_may_rehearse_as_well()
    {
        using var database = new TestDatabase(Schema.Embedded);
        await using var service = new TestService(database.Path);
        using var client = service.CreateClient();
        database.Execute("INSERT INTO speed(pkey, cluster) VALUES ('600', 'default')");
        using var post = await SendAsync(
            client,
            HttpMethod.Post,
            "/api/tenants",
            """{"pkey": "acme", "description": "Acme", "nonsense": 1}""");
        Assert.Equal(HttpStatusCode.Created, post.StatusCode);
        using var put = await SendAsync(client, HttpMethod.Put, "/api/tenants/default", """{"description": "changed"}""");
        Assert.Equal(HttpStatusCode.OK, put.StatusCode);
        using var delete = await SendAsync(client, HttpMethod.Delete, "/api/ringgroups/600", null);
        Assert.Equal(HttpStatusCode.NoContent, delete.StatusCode);
        Assert.All([post, put, delete], answer => Assert.Equal("dry-run", Assert.Single(answer.Headers.GetValues("Preference-Applied"))));

        Assert.Equal(0L, database.Value("SELECT count(*) FROM Cluster WHERE pkey = 'acme' OR description = 'changed'"));
        Assert.Equal(1L, database.Value("SELECT count(*) FROM speed WHERE pkey = '600'"));
    }

    [Theory]
    [InlineData(HttpStatusCode.NotFound, """{"message": "Page Not Found. Check your URI for correctness"}""")]
    [InlineData(HttpStatusCode.OK, """{"name": "ops", "product": "SarkPS", "version": "0.9.0"}""")]
    [InlineData(HttpStatusCode.OK, """{"dryRun": "no"}""")]
    public async Task A_service_that_does_not_say_that_it_rehearses_is_sent_no_change(HttpStatusCode status, string answer)
    {
        using var peer = new Recorder(status, answer);
        await using var remote = new RemoteBackend(
            new SarkHttpClient(new HttpClient(peer) { BaseAddress = new Uri("http://pbx.example.com") }));
        for (var i = 0; i < 2; i++)
        {
            var error = await Assert.ThrowsAsync<SarkException>(
                () => remote.Tables.RemoveAsync(Tenant.Descriptor, new RowKey("acme"), Rehearsal, default));
            Assert.Equal(SarkErrorKind.Unsupported, error.Kind);
        }

        Assert.Equal(["GET /api/auth/whoami"], peer.Requests);
    }

    private static async Task<HttpResponseMessage> SendAsync(HttpClient client, HttpMethod method, string path, string? body)
    {
        using var request = new HttpRequestMessage(method, path);
        request.Headers.Add("Prefer", "dry-run");
        request.Content = body is null ? null : new StringContent(body, Encoding.UTF8, "application/json");
        return await client.SendAsync(request);
    }

    private sealed class Recorder(HttpStatusCode status, string answer) : HttpMessageHandler
    {
        public List<string> Requests { get; } = [];

        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            Requests.Add($"{request.Method} {request.RequestUri!.AbsolutePath}");
            return Task.FromResult(
                new HttpResponseMessage(status) { Content = new StringContent(answer, Encoding.UTF8, "application/json") });
        }
    }
}
