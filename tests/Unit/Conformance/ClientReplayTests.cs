using System.Collections.Concurrent;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using SarkPS.Data.Sqlite;
using SarkPS.Service.Auth;
using SarkPS.Tests.Ami;
using SarkPS.Tests.Files;
using SarkPS.Tests.Support;

namespace SarkPS.Tests.Conformance;

/// <summary>
/// What SARK's newer client sends from its pages, in the browser's words, from an origin of its own: each request gets the
/// answer that the page needs. It was recorded with an earlier state of the service; where that refused what the page
/// needs, the answer that is wanted is said here.
/// </summary>
public sealed class ClientReplayTests
{
    private const string Origin = "https://panel.example.com";
    private const string Login = "/api/auth/login";

    // The status that a page needs instead of the recorded one; and the field that a refusal is about, and no other.
    private static readonly (string Page, string Request, int Recorded, int Wanted, string? Field)[] Mended =
    [
        // A blank belongs into a description.
        ("trunk edit", "PUT /api/trunks/mytrunk", 422, 200, null),
        ("route edit space", "PUT /api/routes/DEFAULT", 422, 200, null),
        // The default of a column is one of its values.
        ("inbound edit as is", "PUT /api/inboundroutes/0123456789", 422, 200, null),
        ("inbound edit alertinfo tag inprefix disa", "PUT /api/inboundroutes/0123456789", 422, 200, null),
        // The extension is another tenant's by then. It is told of that field alone: the description is good.
        ("inbound edit open/close", "PUT /api/inboundroutes/0123456789", 200, 422, "openroute"),
        ("inbound edit spaces", "PUT /api/inboundroutes/0123456789", 422, 422, "openroute"),
        // In one line it makes a queue that does not work.
        ("queue edit", "PUT /api/queues/sales", 200, 422, "conf"),
        // The folder of backups, and the programs, were not there.
        ("list backups", "GET /api/backups", 503, 200, null),
        ("dashboard Commit config", "GET /api/syscommands/commit", 501, 200, null),
        ("dashboard Stop PBX", "GET /api/syscommands/stop", 404, 200, null),
        ("dashboard Stop PBX", "GET /api/syscommands/stop", 503, 200, null),
        ("dashboard Start PBX", "GET /api/syscommands/start", 404, 200, null),
        ("dashboard Reboot instance", "GET /api/syscommands/reboot", 501, 200, null),
    ];

    [SkippableTheory]
    [InlineData("6.2")]
    [InlineData("6.5")]
    public async Task Every_page_of_the_newer_client_gets_what_it_needs(string version)
    {
        Skip.IfNot(File.Exists(Repository.Exchanges), $"the recorded requests are not there: {Repository.Exchanges}");
        using var tree = Tree(version);
        var astDb = new ConcurrentDictionary<string, string>();
        using var asterisk = new LoopbackServer(
            (stream, _) => LoopbackServer.ServeDatabaseAsync(stream, astDb, () => File.ReadAllText(tree["/state"]) == "active"));
        await using var service = await ListeningService.StartAsync(tree.Database, new Dictionary<string, string?>
        {
            ["Sark:Root"] = tree.Root,
            ["Sark:Ami:Port"] = asterisk.Port.ToString(System.Globalization.CultureInfo.InvariantCulture),
            ["Sark:Ami:Secret"] = ReplayPeer.Secret,
            ["Sark:Service:Origins:0"] = Origin,
            ["Sark:Service:Accounts:0:Name"] = "Admin",
            ["Sark:Service:Accounts:0:Email"] = "admin@example.com",
            ["Sark:Service:Accounts:0:Password"] = Passwords.Hash("secret99"),
            ["Sark:Service:Accounts:0:Scopes:0"] = "read",
            ["Sark:Service:Accounts:0:Scopes:1"] = "write",
            ["Sark:Service:Accounts:0:Scopes:2"] = "system",
        });
        using var client = new HttpClient { BaseAddress = service.Address };
        var wrong = new List<string>();
        string? token = null;
        string? backup = null;
        var count = 0;
        foreach (var line in await File.ReadAllLinesAsync(Repository.Exchanges))
        {
            var recorded = JsonNode.Parse(line)!;
            if ((string?)recorded["sark"] != version)
            {
                continue;
            }

            var page = ((string)recorded["page"]!).Split(' ') is [..,] words && words[0] is "s65" or "r3"
                ? string.Join(' ', words[1..])
                : (string)recorded["page"]!;
            if (page.Length == 0)
            {
                // Before the first page: the recorder's own look whether the service is there.
                continue;
            }

            var (method, path) = ((string)recorded["method"]!, (string)recorded["path"]!);
            if (path.StartsWith("/api/backups/sarkbak.", StringComparison.Ordinal))
            {
                path = "/api/backups/" + backup;
            }

            using var request = new HttpRequestMessage(new HttpMethod(method), path);
            // As Chromium sends it for a page of another origin.
            request.Headers.Add("Origin", Origin);
            request.Headers.Add("Sec-Fetch-Site", "cross-site");
            request.Headers.Add("Sec-Fetch-Mode", "cors");
            request.Headers.Add("Sec-Fetch-Dest", "empty");
            request.Headers.Referrer = new Uri(Origin + "/");
            request.Headers.Accept.ParseAdd("application/json");
            request.Headers.Authorization = token is null || path == Login ? null : new AuthenticationHeaderValue("Bearer", token);
            if (recorded["body"] is { } body)
            {
                request.Content = new StringContent(body.ToJsonString(), Encoding.UTF8, "application/json");
            }

            using var response = await client.SendAsync(request);
            count++;
            var text = await response.Content.ReadAsStringAsync();
            var status = (int)recorded["status"]!;
            var mended = Mended.Where(m => m.Page == page && m.Request == $"{method} {path}" && m.Recorded == status).Take(1).ToArray();
            var wanted = mended is [{ Wanted: var other }] ? other : status;
            if ((int)response.StatusCode != wanted || (mended is [{ Field: { } field }]
                && string.Join(", ", JsonNode.Parse(text)!.AsObject().Select(member => member.Key)) != field))
            {
                wrong.Add(
                    $"{page}: {method} {path} {recorded["body"]?.ToJsonString()}: {(int)response.StatusCode} and not {wanted}: {text}");
            }
            else if (!response.Headers.TryGetValues("Access-Control-Allow-Origin", out var allowed) || allowed.Single() != Origin)
            {
                wrong.Add($"{page}: {method} {path}: the browser would not show the answer to the page.");
            }
            else if (mended.Length == 0 && recorded["answer"] is JsonObject answer && Missing(answer, text) is { } missing)
            {
                wrong.Add($"{page}: {method} {path}: {text} lacks {missing}");
            }

            if (path == Login && response.IsSuccessStatusCode)
            {
                token = (string?)JsonNode.Parse(text)!["accessToken"];
                Assert.Equal("Bearer", (string?)JsonNode.Parse(text)!["token_type"]);
            }
            else if (path == "/api/auth/whoami" && response.IsSuccessStatusCode)
            {
                Assert.Equal(
                    ("Admin", "admin@example.com"),
                    ((string?)JsonNode.Parse(text)!["name"], (string?)JsonNode.Parse(text)!["email"]));
            }
            else if (path == "/api/backups/new")
            {
                backup = Directory.GetFiles(tree[tree.Options.Paths.Backups]).Select(file => Path.GetFileName(file)!)
                    .Order(StringComparer.Ordinal)
                    .LastOrDefault();
            }
        }

        Assert.True(wrong.Count == 0, string.Join(Environment.NewLine, wrong));
        Assert.True(count > 200, $"{count} requests");
    }

    // A page shows what it knows: every member that was answered then is answered now, with the same text.
    private static string? Missing(JsonObject recorded, string text) =>
        JsonNode.Parse(text) is JsonObject now
            ? recorded.Where(member => !JsonNode.DeepEquals(member.Value, now[member.Key]))
                .Select(member => $"{member.Key}: {member.Value?.ToJsonString()}")
                .FirstOrDefault()
            : recorded.ToJsonString();

    private static PbxTree Tree(string version)
    {
        var tree = new PbxTree();
        if (version == "6.5")
        {
            File.Delete(tree.Database);
            EmbeddedDatabase.CreateIfMissing(tree.Database, SarkVersion.V65);
        }

        tree.Write("/state", "active");
        tree.Program("/bin/systemctl", $"""
            case "$1" in
            show) echo "ActiveState=$(cat {tree["/state"]})";;
            start) printf active > {tree["/state"]};;
            stop) printf inactive > {tree["/state"]};;
            esac
            """);
        tree.Program("/bin/sh", "exec /bin/sh \"$@\"");
        tree.Generator(isPjsip: version == "6.5");
        return tree;
    }
}
