using System.Net;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using SarkPS.Data;
using SarkPS.Remote;
using SarkPS.Tests.Data;
using SarkPS.Tests.Support;

namespace SarkPS.Tests.Service;

/// <summary>Lists over HTTP: filters, order, fields and pages, and what clients of sark6api send, which goes on as it was.</summary>
public sealed partial class ListRouteTests : IDisposable
{
    private readonly TemporaryDatabase database = new();

    public ListRouteTests()
    {
        database.Execute("INSERT INTO Cluster (pkey, description) VALUES ('acme', 'Acme'), ('globex', 'Globex')");
        for (var i = 0; i < 10; i++)
        {
            Insert(401 + i, i % 3 == 0 ? "acme" : i % 3 == 1 ? "globex" : "default", i % 2 == 0 ? "udp" : "tls");
        }
    }

    public void Dispose() => database.Dispose();

    [Theory]
    [InlineData("cluster=acme", "401 404 407 410")]
    [InlineData("filter[cluster]=acme", "401 404 407 410")]
    [InlineData("cluster=acme&cluster=globex&transport=tls", "402 404 408 410")]
    [InlineData("filter[cluster]=acme&filter[cluster]=globex&transport=tls", "402 404 408 410")]
    [InlineData("cluster=ACME", "")]
    [InlineData("cluster=", "")]
    [InlineData("macaddr=", "401 402 403 404 405 406 407 408 409 410")]
    [InlineData("pkey=405&fields=pkey", "405")]
    [InlineData("sort=-pkey&cluster=acme", "410 407 404 401")]
    [InlineData("sort=cluster,-pkey", "410 407 404 401 409 406 403 408 405 402")]
    [InlineData("sort=-cluster&limit=4", "402 405 408 403")]
    [InlineData("sort=transport&cluster=acme&limit=3", "404 410 401")]
    [InlineData("limit=1000&_=1733011200", "401 402 403 404 405 406 407 408 409 410")]
    // What is no parameter and near to none is ignored, as sark6api ignores it.
    [InlineData("_=1&t=2&ts=3&v=4&cb=5&_dc=6&nocache=7&timestamp=8&rand=0.5&page=2&api_key=x&cluster=acme", "401 404 407 410")]
    public async Task A_list_is_what_was_asked_for(string query, string keys)
    {
        using var service = new TestService(database.Path);
        using var client = service.CreateClient();

        using var answer = await client.SendAsync(HttpMethod.Get, "extensions?" + query);

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal(keys, string.Join(' ', (await RowsAsync(answer)).Select(r => (string?)r["pkey"])));
    }

    [Theory]
    [InlineData("limt=5", "limt", "limit")]
    [InlineData("Limit=5", "Limit", "limit")]
    [InlineData("clutser=acme", "clutser", "cluster")]
    [InlineData("Cluster=acme", "Cluster", "cluster")]
    [InlineData("cluster[]=acme", "cluster[]", "cluster")]
    [InlineData("cluster[eq]=acme", "cluster[eq]", "cluster")]
    [InlineData("cluster!=acme", "cluster!", "cluster")]
    [InlineData("filters[cluster]=acme", "filters[cluster]", "filter[COLUMN]")]
    [InlineData("Filter[cluster]=acme", "Filter[cluster]", "filter[COLUMN]")]
    [InlineData("filter[cluster=acme", "filter[cluster", "filter[COLUMN]")]
    [InlineData("filter=acme", "filter", "filter[COLUMN]")]
    [InlineData("sorted=pkey", "sorted", "sort")]
    [InlineData("sort_by=pkey", "sort_by", "sort")]
    [InlineData("field=pkey", "field", "fields")]
    [InlineData("curser=x", "curser", "cursor")]
    [InlineData("filter[clutser]=acme", "clutser", "cannot be filtered")]
    [InlineData("passwd=x", "passwd", "cannot be filtered")]
    [InlineData("filter[passwd]=x", "passwd", "cannot be filtered")]
    [InlineData("channel=x", "channel", "cannot be filtered")]
    [InlineData("cluster=acme&filter[cluster]=globex", "cluster", "twice")]
    [InlineData("sort=passwd", "sort", "'passwd'")]
    [InlineData("sort=channel", "sort", "'channel'")]
    [InlineData("sort=rowid", "sort", "'rowid'")]
    [InlineData("sort=", "sort", "empty")]
    [InlineData("sort=pkey&sort=cluster", "sort", "2 times")]
    [InlineData("sort=pkey,,cluster", "sort", "''")]
    [InlineData("fields=pkey,nonsense", "fields", "'nonsense'")]
    [InlineData("fields=channel", "fields", "'channel'")]
    [InlineData("fields=pkey,pkey", "fields", "twice")]
    [InlineData("limit=0", "limit", "1 to 1000")]
    [InlineData("limit=1001", "limit", "1 to 1000")]
    [InlineData("limit=-1", "limit", "1 to 1000")]
    [InlineData("limit=ten", "limit", "'ten'")]
    [InlineData("limit=5&offset=5", "offset", "Link")]
    [InlineData("limit=5&page=2", "page", "Link")]
    [InlineData("cursor=nonsense", "cursor", "Begin again")]
    [InlineData("cursor=%00", "cursor", "Begin again")]
    [InlineData("pjsipuser=x", "pjsipuser", "cannot be filtered")]
    public async Task What_would_make_another_list_than_was_meant_is_refused_and_named(string query, string field, string said)
    {
        using var service = new TestService(database.Path);
        using var client = service.CreateClient();

        using var answer = await client.SendAsync(HttpMethod.Get, "extensions?" + query);

        Assert.Equal(HttpStatusCode.UnprocessableEntity, answer.StatusCode);
        var (name, messages) = Assert.Single(JsonNode.Parse(await answer.Content.ReadAsStringAsync())!.AsObject());
        Assert.Equal(field, name);
        Assert.Contains(said, messages!.AsArray().Single()!.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_column_that_a_newer_SARK_has_is_told_and_no_filter_that_is_passed_over()
    {
        database.Execute("ALTER TABLE IPphone ADD COLUMN colour TEXT DEFAULT 'green'");
        using var service = new TestService(database.Path);
        using var client = service.CreateClient();
        Assert.Contains("\"colour\":\"green\"", await client.GetStringAsync("/api/extensions?limit=1"), StringComparison.Ordinal);

        using var answer = await client.SendAsync(HttpMethod.Get, "extensions?colour=blue");

        Assert.Equal(HttpStatusCode.UnprocessableEntity, answer.StatusCode);
        Assert.Contains("colour", await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("cluster=acme'%20OR%20'1'='1")]
    [InlineData("cluster=acme%22%20OR%201=1%20--")]
    [InlineData("cluster=%00")]
    [InlineData("cluster=acme%00")]
    [InlineData("pkey=4%25&transport=%3f1")]
    [InlineData("cluster=%F0%9F%93%9E")]
    public async Task A_value_is_a_value(string query)
    {
        using var service = new TestService(database.Path);
        using var client = service.CreateClient();

        using var answer = await client.SendAsync(HttpMethod.Get, $"extensions?{query}&limit=5");

        Assert.Equal((HttpStatusCode.OK, "[]"), (answer.StatusCode, await answer.Content.ReadAsStringAsync()));
        Assert.Equal("0", Header(answer, WireHeaders.TotalCount));
    }

    [Theory]
    [InlineData("sort=pkey;DROP%20TABLE%20IPphone")]
    [InlineData("sort=%22pkey%22")]
    [InlineData("sort=(SELECT%20passwd)")]
    [InlineData("fields=pkey,passwd%20AS%20x")]
    [InlineData("fields=*")]
    [InlineData("filter[pkey%22%20OR%201=1%20--]=1")]
    [InlineData("limit=1;DROP%20TABLE%20IPphone")]
    [InlineData("cursor=AQAAAAAAAAAAAAMDNDAx")]
    public async Task A_name_is_one_that_is_known_or_refused(string query)
    {
        using var service = new TestService(database.Path);
        using var client = service.CreateClient();

        using var answer = await client.SendAsync(HttpMethod.Get, "extensions?" + query);

        Assert.Equal(HttpStatusCode.UnprocessableEntity, answer.StatusCode);
        Assert.Equal(["10"], database.Query("SELECT count(*) FROM IPphone"));
    }

    [Fact]
    public async Task Without_parameters_nothing_is_told_but_the_list()
    {
        using var service = new TestService(database.Path);
        using var client = service.CreateClient();
        using var whole = await client.SendAsync(HttpMethod.Get, "extensions");
        using var busted = await client.SendAsync(HttpMethod.Get, "extensions?_=1733011200");
        using var part = await client.SendAsync(HttpMethod.Get, "extensions?limit=1000");

        Assert.Equal(await whole.Content.ReadAsStringAsync(), await busted.Content.ReadAsStringAsync());
        Assert.Equal(await whole.Content.ReadAsStringAsync(), await part.Content.ReadAsStringAsync());
        Assert.Equal((null, null), (Header(whole, WireHeaders.TotalCount), Header(whole, "Link")));
        Assert.Equal((null, null), (Header(busted, WireHeaders.TotalCount), Header(busted, "Link")));
        Assert.Equal("10", Header(part, WireHeaders.TotalCount));
        Assert.Equal(whole.Headers.ETag, busted.Headers.ETag);
        Assert.NotEqual(whole.Headers.ETag, part.Headers.ETag);
    }

    [Fact]
    public async Task Links_lead_from_page_to_page_and_keep_the_rest_of_the_address()
    {
        await using var service = await ListeningService.StartAsync(database.Path);
        using var client = new HttpClient { BaseAddress = service.Address };
        var pages = new List<string>();
        string? next = "/api/extensions?cluster=acme&cluster=globex&sort=-pkey&fields=pkey&limit=3&_=a%0D%0AX-Evil:%201%3C%3E,";
        while (next is not null)
        {
            using var head = await client.SendAsync(new HttpRequestMessage(HttpMethod.Head, next));
            using var page = await client.GetAsync(new Uri(next, UriKind.Relative));
            Assert.Equal((HttpStatusCode.OK, HttpStatusCode.OK), (head.StatusCode, page.StatusCode));
            Assert.Equal((Header(page, "Link"), "7"), (Header(head, "Link"), Header(page, WireHeaders.TotalCount)));
            Assert.Equal((page.Headers.ETag, "7"), (head.Headers.ETag, Header(head, WireHeaders.TotalCount)));
            Assert.Equal(page.Content.Headers.ContentLength, head.Content.Headers.ContentLength);
            pages.Add(await page.Content.ReadAsStringAsync());
            var links = Links().Matches(Header(page, "Link")!).ToDictionary(m => m.Groups[2].Value, m => m.Groups[1].Value);
            Assert.Contains("cluster=acme&cluster=globex&", links["first"], StringComparison.Ordinal);
            Assert.DoesNotContain("cursor", links["first"], StringComparison.Ordinal);
            Assert.Null(Header(page, "X-Evil"));
            next = links.GetValueOrDefault("next");
        }

        Assert.Equal(
            [
                """[{"pkey":"410"},{"pkey":"408"},{"pkey":"407"}]""",
                """[{"pkey":"405"},{"pkey":"404"},{"pkey":"402"}]""",
                """[{"pkey":"401"}]""",
            ],
            pages);
    }

    [Fact]
    public async Task A_list_that_changes_in_between_leaves_out_no_row_that_stays_and_tells_none_twice()
    {
        using var service = new TestService(database.Path);
        using var client = service.CreateClient();
        var (first, next) = await PageAsync(client, "extensions?sort=cluster&limit=4&fields=pkey,cluster");
        Assert.Equal("401 404 407 410", first);

        // Before and after, and the row itself that the page has ended with.
        Insert(400, "acme", "udp");
        Insert(399, "default", "udp");
        database.Execute("DELETE FROM IPphone WHERE pkey IN ('410', '401', '403')");
        var (second, third) = await PageAsync(client, next!);

        Assert.Equal("399 406 409 402", second);
        var (last, end) = await PageAsync(client, third!);
        Assert.Equal(("405 408", null), (last, end));
    }

    [Fact]
    public async Task A_cursor_belongs_to_one_filter_and_one_order_and_to_any_fields_and_limit()
    {
        using var service = new TestService(database.Path);
        using var client = service.CreateClient();
        var (_, next) = await PageAsync(client, "extensions?cluster=acme&sort=-pkey&limit=1");
        var cursor = Cursor().Match(next!).Value;

        Assert.Equal("407 404", (await PageAsync(client, $"extensions?cluster=acme&sort=-pkey&limit=2&fields=pkey&{cursor}")).Keys);
        Assert.Equal("407 404 401", (await PageAsync(client, $"extensions?cluster=acme&sort=-pkey&{cursor}")).Keys);
        foreach (var other in new[]
        {
            "extensions?cluster=globex&sort=-pkey", "extensions?sort=-pkey", "extensions?cluster=acme", "extensions?cluster=acme&sort=pkey",
            "extensions?cluster=acme&cluster=globex&sort=-pkey", "agents?sort=-pkey", "extensions?cluster=acme&sort=-pkey,cluster",
        })
        {
            using var answer = await client.SendAsync(HttpMethod.Get, $"{other}&limit=2&{cursor}");
            Assert.Equal(HttpStatusCode.UnprocessableEntity, answer.StatusCode);
        }

        // Whatever it is made of, it begins a page somewhere or is refused.
        var random = new Random(4711);
        for (var i = 0; i < 300; i++)
        {
            var letters = cursor["cursor=".Length..].ToCharArray();
            letters[random.Next(letters.Length)] = "AZaz09-_"[random.Next(8)];
            using var answer = await client.SendAsync(
                HttpMethod.Get,
                $"extensions?cluster=acme&sort=-pkey&limit=2&cursor={new string(letters[..random.Next(1, letters.Length + 1)])}");
            Assert.Contains(answer.StatusCode, new[] { HttpStatusCode.OK, HttpStatusCode.UnprocessableEntity });
        }
    }

    [Theory]
    [InlineData("0")]
    [InlineData("33554432")]
    public async Task A_tag_tells_whether_a_part_has_changed_and_what_is_told_beside_it(string cacheBytes)
    {
        using var service = new TestService(database.Path, new Dictionary<string, string?> { ["Sark:ReadCacheBytes"] = cacheBytes });
        using var client = service.CreateClient();
        var tags = new List<string>();
        foreach (var query in new[] { "", "?limit=4", "?limit=5", "?limit=4&sort=-pkey", "?limit=4&fields=pkey", "?cluster=acme" })
        {
            using var answer = await client.SendAsync(HttpMethod.Get, "extensions" + query);
            tags.Add(answer.Headers.ETag!.Tag);
        }

        Assert.Distinct(tags);
        using (var same = await client.SendAsync(HttpMethod.Get, "extensions?limit=4", headers: ("If-None-Match", tags[1])))
        {
            Assert.Equal((HttpStatusCode.NotModified, "10"), (same.StatusCode, Header(same, WireHeaders.TotalCount)));
        }

        using (var whole = await client.SendAsync(HttpMethod.Get, "extensions", headers: ("If-None-Match", tags[1])))
        {
            Assert.Equal(HttpStatusCode.OK, whole.StatusCode);
        }

        // The rows of the page are the same, and there are more of them.
        Insert(499, "acme", "udp");
        using var more = await client.SendAsync(HttpMethod.Get, "extensions?limit=4", headers: ("If-None-Match", tags[1]));
        Assert.Equal((HttpStatusCode.OK, "11"), (more.StatusCode, Header(more, WireHeaders.TotalCount)));
        Assert.Equal("401 402 403 404", string.Join(' ', (await RowsAsync(more)).Select(r => (string?)r["pkey"])));
    }

    [Fact]
    public async Task A_draft_has_lists_of_its_own()
    {
        using var service = new TestService(database.Path);
        using var client = service.CreateClient();
        using var begun = await client.SendAsync(HttpMethod.Post, "changes/drafts");
        var draft = (string)JsonNode.Parse(await begun.Content.ReadAsStringAsync())!["draft"]!;
        using var made = await client.SendAsync(
            HttpMethod.Post,
            "tenants",
            """{ "pkey": "initech", "description": "Initech" }""",
            (WireHeaders.ChangeDraft, draft));
        Assert.Equal(HttpStatusCode.Created, made.StatusCode);

        using var within = await client.SendAsync(
            HttpMethod.Get, "tenants?sort=-pkey&limit=1&fields=pkey", headers: (WireHeaders.ChangeDraft, draft));
        using var without = await client.SendAsync(HttpMethod.Get, "tenants?sort=-pkey&limit=1&fields=pkey");

        Assert.Equal("""[{"pkey":"initech"}]""", await within.Content.ReadAsStringAsync());
        Assert.Equal("""[{"pkey":"globex"}]""", await without.Content.ReadAsStringAsync());
        Assert.Equal(("4", "3"), (Header(within, WireHeaders.TotalCount), Header(without, WireHeaders.TotalCount)));
    }

    [Fact]
    public async Task Pairs_and_rows_of_one_key_are_told_apart()
    {
        database.Execute("""
            INSERT INTO Queue (pkey, cluster) VALUES ('support', 'acme'), ('support', 'globex'), ('support', 'default'), ('sales', 'acme');
            INSERT INTO COS (pkey) VALUES ('a'), ('b'), ('c');
            INSERT INTO IPphoneCOSopen (IPphone_pkey, COS_pkey) VALUES ('401', 'b'), ('401', 'a'), ('402', 'c'), ('401', 'c');
            """);
        using var service = new TestService(database.Path);
        using var client = service.CreateClient();

        Assert.Equal(
            ["sales acme", "support acme", "support globex", "support default"],
            await AllAsync(client, "queues?limit=1", "pkey", "cluster"));
        Assert.Equal(
            ["support default", "support globex", "support acme", "sales acme"],
            await AllAsync(client, "queues?limit=1&sort=-pkey", "pkey", "cluster"));
        Assert.Equal(["401 a", "401 b", "401 c", "402 c"], await AllAsync(client, "cosopens?limit=1", "IPphone_pkey", "COS_pkey"));
        Assert.Equal(
            ["401 c", "402 c", "401 b", "401 a"],
            await AllAsync(client, "cosopens?limit=1&sort=-COS_pkey", "IPphone_pkey", "COS_pkey"));
        Assert.Equal(["401 c", "402 c"], await AllAsync(client, "cosopens?limit=1&COS_pkey=c", "IPphone_pkey", "COS_pkey"));
    }

    [Fact]
    public async Task Any_value_that_SQLite_keeps_can_end_a_page()
    {
        database.Execute("""
            UPDATE IPphone SET callerid = CASE pkey WHEN '401' THEN NULL WHEN '402' THEN '' WHEN '403' THEN x'00FF' WHEN '404'
                THEN CAST(x'41FF42' AS TEXT) WHEN '405' THEN 'Zoë 电话' WHEN '406' THEN 'a,b;"c"' WHEN '407' THEN NULL
                WHEN '408' THEN x'' WHEN '409' THEN char(128222) ELSE char(65533) END;
            UPDATE IPphone SET protocol = CASE pkey WHEN '401' THEN 3 WHEN '402' THEN 1.5 WHEN '403' THEN '3'
                WHEN '404' THEN -9223372036854775807 WHEN '405' THEN 2 ELSE NULL END
            """);
        using var service = new TestService(database.Path);
        using var client = service.CreateClient();
        foreach (var column in new[] { "callerid", "protocol" })
        {
            foreach (var (sign, direction) in new[] { ("", ""), ("-", " DESC") })
            {
                Assert.Equal(
                    database.Query($"SELECT pkey FROM IPphone ORDER BY {column}{direction}, pkey"),
                    await AllAsync(client, $"extensions?limit=1&sort={sign}{column}&fields=pkey", "pkey"));
            }
        }
    }

    [Fact]
    public async Task What_is_too_long_to_go_on_from_is_told()
    {
        database.Execute($"UPDATE IPphone SET provision = '{new string('x', 5000)}' || pkey");
        using var service = new TestService(database.Path);
        using var client = service.CreateClient();

        using var page = await client.SendAsync(HttpMethod.Get, "extensions?sort=provision&limit=3");
        using var whole = await client.SendAsync(HttpMethod.Get, "extensions?sort=-provision&fields=pkey");

        Assert.Equal(HttpStatusCode.UnprocessableEntity, page.StatusCode);
        Assert.Contains("too long", await page.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        Assert.StartsWith("""[{"pkey":"410"},""", await whole.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_page_that_is_too_long_for_memory_is_told_like_any_other()
    {
        database.Execute($"UPDATE IPphone SET provision = '{new string('x', 400_000)}'");
        using var service = new TestService(database.Path);
        using var client = service.CreateClient();

        var (keys, next) = await PageAsync(client, "extensions?limit=9");

        Assert.Equal("401 402 403 404 405 406 407 408 409", keys);
        Assert.Equal(("410", null), await PageAsync(client, next!));
    }

    [Fact]
    public async Task A_hundred_thousand_rows_are_told_page_by_page_each_of_them_once()
    {
        using (var connection = database.Connect())
        {
            foreach (var trigger in connection.Rows("SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'IPphone'"))
            {
                connection.Run($"DROP TRIGGER \"{trigger}\"");
            }

            connection.Run("""
                WITH RECURSIVE n(i) AS (SELECT 100000 UNION ALL SELECT i + 1 FROM n WHERE i < 199999)
                INSERT INTO IPphone (pkey, cluster, transport, provision) SELECT i, 'acme', 'udp', hex(zeroblob(200)) FROM n
                """);
        }

        using var service = new TestService(database.Path);
        using var client = service.CreateClient();
        var seen = new HashSet<string>(StringComparer.Ordinal);
        for (string? next = "extensions?cluster=acme&limit=1000"; next is not null;)
        {
            (var keys, next) = await PageAsync(client, next);
            Assert.All(keys.Split(' '), key => Assert.True(seen.Add(key), key));
        }

        // Not for SARK to carry.
        database.Execute("DELETE FROM IPphone WHERE length(pkey) > 3");
        Assert.Equal(100_004, seen.Count);
    }

    [Fact]
    public async Task A_service_that_knows_whole_lists_only_gives_the_same_pages()
    {
        await using var local = new LocalBackend(new SarkOptions { Database = database.Path, Root = database.Folder.Path });
        using var service = new TestService(database.Path);
        using var client = service.CreateClient();
        var whole = await client.GetStringAsync("/api/extensions");
        await using var stub = await StubService.StartAsync(context => StubService.Json(context, 200, whole));
        await using var remote = new RemoteBackend(new SarkHttpClient(new HttpClient { BaseAddress = stub.Address }));
        foreach (var query in new ListQuery[]
        {
            new(),
            new() { Filter = [new("cluster", ["acme", "globex"]), new("transport", ["tls"])] },
            new() { Filter = [new("macaddr", [""])], Sort = [new("transport"), new("cluster", IsDescending: true)] },
            new() { Sort = [new("cluster", IsDescending: true)], Fields = ["cluster", "pkey"] },
            new() { Sort = [new("pkey", IsDescending: true)], Filter = [new("cluster", ["nobody"])] },
        })
        {
            foreach (var limit in new int?[] { null, 1, 3, 1000 })
            {
                string? here = null, there = null;
                do
                {
                    var expected = await local.Tables.PageAsync(Extension.Descriptor, query with { Limit = limit, Cursor = here }, default);
                    var page = await remote.Tables.PageAsync(Extension.Descriptor, query with { Limit = limit, Cursor = there }, default);
                    Assert.Equal(expected.Rows.Select(r => Normal.Row(r)), page.Rows.Select(r => Normal.Row(r)));
                    Assert.Equal(expected.Total, page.Total);
                    Assert.Equal(expected.Next is null, page.Next is null);
                    (here, there) = (expected.Next, page.Next);
                }
                while (here is not null);
            }
        }

        var error = await Assert.ThrowsAsync<SarkValidationException>(
            () => remote.Tables.PageAsync(Extension.Descriptor, new ListQuery { Cursor = "x" }, default));
        Assert.Equal(["cursor"], error.Errors.Select(e => e.Key));
    }

    private void Insert(int key, string tenant, string transport) => database.Execute(
        $"INSERT INTO IPphone (pkey, cluster, transport, technology) VALUES ('{key}', '{tenant}', '{transport}', 'SIP')");

    private static async Task<(string Keys, string? Next)> PageAsync(HttpClient client, string path)
    {
        using var answer = await client.SendAsync(HttpMethod.Get, path);
        Assert.True(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync());
        return (string.Join(' ', (await RowsAsync(answer)).Select(r => (string?)r["pkey"])), Next(answer));
    }

    private static string? Next(HttpResponseMessage answer) => Links().Matches(Header(answer, "Link") ?? "")
        .FirstOrDefault(m => m.Groups[2].Value == "next")?.Groups[1].Value["/api/".Length..];

    private static async Task<List<string>> AllAsync(HttpClient client, string path, params string[] columns)
    {
        var all = new List<string>();
        for (string? next = path; next is not null;)
        {
            using var answer = await client.SendAsync(HttpMethod.Get, next);
            all.AddRange((await RowsAsync(answer)).Select(r => string.Join(' ', columns.Select(c => r[c]))));
            next = Next(answer);
        }

        return all;
    }

    private static async Task<IReadOnlyList<JsonNode>> RowsAsync(HttpResponseMessage answer) =>
        [.. JsonNode.Parse(await answer.Content.ReadAsStringAsync())!.AsArray().Select(r => r!)];

    private static string? Header(HttpResponseMessage answer, string name) =>
        answer.Headers.TryGetValues(name, out var values) ? string.Join(", ", values) : null;

    [GeneratedRegex("<([^>]+)>; rel=\"(first|next)\"")]
    private static partial Regex Links();

    [GeneratedRegex("cursor=[A-Za-z0-9_-]+")]
    private static partial Regex Cursor();
}
