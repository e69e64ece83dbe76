using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Metadata;
using Microsoft.AspNetCore.Routing;
using SarkPS.Data;
using SarkPS.Service;
using SarkPS.Service.Auth;
using SarkPS.Service.Description;
using SarkPS.Tests.Files;
using SarkPS.Tests.Support;

namespace SarkPS.Tests.Service;

/// <summary>What each route says of itself where it is mapped, and what is made of it.</summary>
public sealed class EndpointTests : IDisposable
{
    private static readonly string Document = Path.Combine(Repository.Root, "docs", "openapi.json");

    private readonly TestDatabase database = new(Schema.Embedded);

    public void Dispose() => database.Dispose();

    [Fact]
    public async Task Every_route_says_its_scope_its_answers_and_what_it_does()
    {
        await using var service = await ListeningService.StartAsync(database.Path);
        Assert.True(service.Endpoints.Count > 100);
        Assert.All(service.Endpoints, endpoint =>
        {
            var said = endpoint.Metadata;
            Assert.True(
                said.GetMetadata<IAllowAnonymous>() is not null || said.GetOrderedMetadata<IAuthorizeData>().Count == 1,
                $"{endpoint.DisplayName} says no scope, or more than one.");
            Assert.All(said.GetOrderedMetadata<IAuthorizeData>(), scope => Assert.True(
                scope.Policy is null || ApiScopes.All.Contains(scope.Policy),
                $"{endpoint.DisplayName} needs '{scope.Policy}', which is no scope."));
            Assert.False(
                string.IsNullOrEmpty(said.GetMetadata<IEndpointSummaryMetadata>()?.Summary),
                $"{endpoint.DisplayName} does not say what it does.");
            var statuses = said.GetOrderedMetadata<Answer>().Select(a => a.StatusCode).ToArray();
            Assert.True(statuses.Any(s => s is >= 200 and < 300), $"{endpoint.DisplayName} does not say what it answers.");
            Assert.True(statuses.Distinct().Count() == statuses.Length, $"{endpoint.DisplayName} says one status twice.");
        });
    }

    [Fact]
    public async Task A_route_that_says_nothing_is_closed_to_everybody()
    {
        var settings = TestService.WithToken("robot", out var token);
        foreach (var (access, sent, expected) in new[] {
            (settings, null, HttpStatusCode.Unauthorized),
            (settings, token, HttpStatusCode.Forbidden),
            ([], null, HttpStatusCode.Forbidden) })
        {
            await using var service = await ListeningService.StartAsync(database.Path, access, map: Map);
            using var client = new HttpClient { BaseAddress = service.Address };
            client.DefaultRequestHeaders.Authorization = sent is null ? null : new AuthenticationHeaderValue("Bearer", sent);
            foreach (var path in new[] { "/api/forgotten", "/forgotten" })
            {
                using var response = await client.GetAsync(path);
                Assert.Equal(expected, response.StatusCode);
                Assert.NotNull(JsonNode.Parse(await response.Content.ReadAsStringAsync())!["message"]);
            }
        }

        static void Map(IEndpointRouteBuilder routes)
        {
            routes.MapGet("/api/forgotten", () => "secret");
            routes.MapGet("/forgotten", () => "secret");
        }
    }

    [Fact]
    public async Task The_description_that_is_checked_in_is_the_one_that_the_service_gives()
    {
        await using var service = await ListeningService.StartAsync(database.Path);
        using var client = new HttpClient { BaseAddress = service.Address };
        var given = JsonNode.Parse(await client.GetStringAsync(ApiDocument.Route));
        Assert.True(
            File.Exists(Document) && JsonNode.DeepEquals(given, JsonNode.Parse(await File.ReadAllTextAsync(Document))),
            "docs/openapi.json is stale. Make it anew: dotnet run --project src/SarkPS.Service -- openapi --output docs/openapi.json");
        Assert.StartsWith("3.1.", (string?)given!["openapi"], StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_command_writes_what_is_checked_in()
    {
        using var output = new StringWriter();
        Assert.Equal(0, CommandLine.Run(["openapi"], output, output));
        Assert.Equal((await File.ReadAllTextAsync(Document)).ReplaceLineEndings("\n"), output.ToString());
        Assert.Equal(2, CommandLine.Run(["openapi", "nonsense"], TextWriter.Null, TextWriter.Null));
    }

    [Fact]
    public async Task Every_route_is_described_with_its_scope_its_parameters_and_its_answers()
    {
        await using var service = await ListeningService.StartAsync(database.Path);
        var paths = JsonNode.Parse(await File.ReadAllTextAsync(Document))!["paths"]!;
        foreach (var endpoint in service.Endpoints)
        {
            var path = "/" + endpoint.RoutePattern.RawText!.Replace("**", "", StringComparison.Ordinal)
                .Replace("//", "/", StringComparison.Ordinal)
                .TrimStart('/');
            foreach (var method in endpoint.Metadata.GetMetadata<HttpMethodMetadata>()!.HttpMethods.Where(m => m != "HEAD"))
            {
                var operation = paths[path]?[method.ToLowerInvariant()];
                Assert.True(operation is not null, $"{method} {path} is not described.");
                Assert.Equal(endpoint.Metadata.GetMetadata<IEndpointSummaryMetadata>()!.Summary, (string?)operation["summary"]);
                Assert.Equal(
                    endpoint.Metadata.GetOrderedMetadata<Answer>().Select(a => $"{a.StatusCode}").Order(),
                    operation["responses"]!.AsObject().Select(r => r.Key));
                Assert.Equal(
                    endpoint.RoutePattern.Parameters.Select(p => p.Name),
                    (operation["parameters"]?.AsArray() ?? []).Where(p => (string?)p!["in"] == "path").Select(p => (string?)p!["name"]));
                Assert.Equal(
                    endpoint.Metadata.GetMetadata<IAuthorizeData>()?.Policy,
                    (string?)operation[ApiDocument.ScopeMember]);
                Assert.Equal(
                    endpoint.Metadata.GetMetadata<IAllowAnonymous>() is null,
                    operation["security"]!.AsArray().Any(s => s![TokenHandler.SchemeName] is not null));
            }
        }
    }

    [Fact]
    public async Task Every_operation_has_a_name_of_its_own_and_says_what_it_takes_and_answers()
    {
        var document = JsonNode.Parse(await File.ReadAllTextAsync(Document))!;
        var operations = document["paths"]!.AsObject().SelectMany(p => p.Value!.AsObject().Select(o => (Path: p.Key, Said: o.Value!)))
            .ToList();
        Assert.Equal(operations.Count, operations.Select(o => (string)o.Said["operationId"]!).Distinct().Count());
        string[] tags = [.. document["tags"]!.AsArray().Select(t => (string)t!["name"]!)];
        Assert.All(document["tags"]!.AsArray(), tag => Assert.False(string.IsNullOrEmpty((string?)tag!["description"])));
        Assert.All(operations, operation =>
        {
            Assert.All(operation.Said["tags"]!.AsArray(), tag => Assert.Contains((string)tag!, tags));
            Assert.All(operation.Said["parameters"]!.AsArray().Where(p => p!["$ref"] is null), parameter => Assert.False(
                string.IsNullOrEmpty((string?)parameter!["description"]),
                $"{operation.Path}: {parameter["name"]}"));
            if (operation.Said["requestBody"] is { } body && body["content"]!["application/json"] is { } json)
            {
                Assert.True(json["example"] is not null, $"{operation.Path} has no example of what is sent.");
                Assert.Empty(Described.Faults(json["schema"]!, json["example"]));
            }

            // What a failure looks like is told, as sark6api tells it and as problem details.
            Assert.All(operation.Said["responses"]!.AsObject().Where(r => r.Key[0] is '4' or '5'), response => Assert.True(
                Described.Resolve(response.Value!)["content"]?["application/json"]?["schema"] is not null,
                $"{operation.Path}: {response.Key}"));
        });
    }

    public static TheoryData<string, HttpStatusCode> Switches => new()
    {
        { "force=1", HttpStatusCode.OK },
        { "force=true", HttpStatusCode.OK },
        { "force=YES", HttpStatusCode.OK },
        { "force=on", HttpStatusCode.OK },
        { "force", HttpStatusCode.OK },
        { "force=0", HttpStatusCode.UnprocessableEntity },
        { "force=off", HttpStatusCode.UnprocessableEntity },
        { "", HttpStatusCode.UnprocessableEntity },
        { "force=maybe", HttpStatusCode.BadRequest },
    };

    [Theory]
    [MemberData(nameof(Switches))]
    public async Task A_switch_means_the_same_for_stored_files_as_for_rows(string query, HttpStatusCode expected)
    {
        await using var service = await ListeningService.StartAsync(database.Path);
        Directory.CreateDirectory(Path.Combine(Path.GetDirectoryName(database.Path)!, "usr/share/asterisk/sounds"));
        using var client = new HttpClient { BaseAddress = service.Address };
        Assert.Equal(HttpStatusCode.OK, await UploadAsync(client, "/api/greetings"));
        Assert.Equal(expected, await UploadAsync(client, "/api/greetings?" + query));
    }

    [Fact]
    public async Task A_switch_that_is_neither_on_nor_off_is_refused_by_every_route_that_has_one()
    {
        await using var service = await ListeningService.StartAsync(database.Path);
        using var client = new HttpClient { BaseAddress = service.Address };
        var judged = 0;
        foreach (var endpoint in service.Endpoints)
        {
            foreach (var name in (endpoint.Metadata.GetMetadata<QueryNames>()?.Names ?? []).Where(QueryNames.IsFlag))
            {
                var path = "/" + string.Join('/', endpoint.RoutePattern.PathSegments.Select(
                    s => s.Parts[0] is Microsoft.AspNetCore.Routing.Patterns.RoutePatternLiteralPart literal ? literal.Content : "nosuch"));
                foreach (var method in endpoint.Metadata.GetMetadata<HttpMethodMetadata>()!.HttpMethods)
                {
                    using var request = new HttpRequestMessage(new HttpMethod(method), $"{path}?{name}=maybe");
                    request.Content = endpoint.Metadata.GetMetadata<Sent>()?.Body.ContentType == "multipart/form-data"
                        ? Upload()
                        : new StringContent("{}", Encoding.UTF8, "application/json");
                    using var response = await client.SendAsync(request);
                    var text = await response.Content.ReadAsStringAsync();
                    Assert.True(
                        response.StatusCode == HttpStatusCode.BadRequest
                            && text.Contains("must be true or false", StringComparison.Ordinal),
                        $"{method} {path}?{name}=maybe: {response.StatusCode} {text}");
                    judged++;
                }
            }
        }

        Assert.True(judged > 50);

        // A name for each store, so that its upload comes so far.
        static MultipartFormDataContent Upload() => new()
        {
            { new ByteArrayContent(GreetingTests.Wave()), "greeting", "usergreeting0001.wav" },
            { new ByteArrayContent(GreetingTests.Wave()), "uploadzip", "sarkbak.1700000000.zip" },
            { new ByteArrayContent(GreetingTests.Wave()), "uploadsnap", "sark.db.1700000000" },
        };
    }

    [Theory]
    [InlineData("a/b")]
    [InlineData("/")]
    [InlineData("a//b")]
    [InlineData("a%2Fb")]
    [InlineData("a%252Fb")]
    [InlineData("%")]
    [InlineData("100%")]
    [InlineData("a/../b")]
    [InlineData("a?b#c")]
    [InlineData("a b+c")]
    [InlineData("ü/☎")]
    public async Task A_key_is_found_by_every_verb_and_where_the_service_says(string key)
    {
        await using var service = await ListeningService.StartAsync(database.Path);
        using var client = new HttpClient { BaseAddress = service.Address };
        using var made = await client.PostAsync("/api/templates", Json(new JsonObject { ["pkey"] = key, ["technology"] = "SIP" }));
        Assert.True(made.StatusCode == HttpStatusCode.Created, await made.Content.ReadAsStringAsync());
        foreach (var address in new[] {
            made.Headers.Location!.OriginalString,
            "/api/templates/" + Uri.EscapeDataString(key),
            "/api/templatess/" + Uri.EscapeDataString(key).Replace("%2F", "%2f", StringComparison.Ordinal) })
        {
            var item = new Uri(
                service.Address.GetLeftPart(UriPartial.Authority) + address,
                new UriCreationOptions { DangerousDisablePathAndQueryCanonicalization = true });
            Assert.Equal(key, (string?)JsonNode.Parse(await client.GetStringAsync(item))!["pkey"]);
            using var head = await client.SendAsync(new HttpRequestMessage(HttpMethod.Head, item));
            Assert.Equal(HttpStatusCode.OK, head.StatusCode);
            using var changed = await client.PutAsync(item, Json(new JsonObject { ["desc"] = address }));
            Assert.Equal(HttpStatusCode.OK, changed.StatusCode);
            Assert.Equal(key, (string?)JsonNode.Parse(await changed.Content.ReadAsStringAsync())!["pkey"]);
        }

        var place = new Uri(
            service.Address.GetLeftPart(UriPartial.Authority) + made.Headers.Location!.OriginalString,
            new UriCreationOptions { DangerousDisablePathAndQueryCanonicalization = true });
        using var removed = await client.DeleteAsync(place);
        Assert.Equal(HttpStatusCode.NoContent, removed.StatusCode);
        using var gone = await client.GetAsync(place);
        Assert.Equal(HttpStatusCode.NotFound, gone.StatusCode);
    }

    [Fact]
    public async Task The_name_of_a_stored_file_is_decoded_once_by_every_verb()
    {
        await using var service = await ListeningService.StartAsync(database.Path);
        Directory.CreateDirectory(Path.Combine(Path.GetDirectoryName(database.Path)!, "usr/share/asterisk/sounds"));
        using var client = new HttpClient { BaseAddress = service.Address };
        Assert.Equal(HttpStatusCode.OK, await UploadAsync(client, "/api/greetings"));
        foreach (var (name, found) in new[] {
            ("usergreeting%30001.wav", true),
            ("usergreeting0001%2Ewav", true),
            ("usergreeting%25300001.wav", false),
            (".%2Fusergreeting0001.wav", false),
            ("x%2F..%2Fusergreeting0001.wav", false) })
        {
            var item = new Uri(
                service.Address + "api/greetings/" + name,
                new UriCreationOptions { DangerousDisablePathAndQueryCanonicalization = true });
            using var got = await client.GetAsync(item);
            Assert.True(found == (got.StatusCode == HttpStatusCode.OK), $"GET {name}: {got.StatusCode}");
            using var removed = await client.DeleteAsync(item);
            Assert.True(found == (removed.StatusCode == HttpStatusCode.NoContent), $"DELETE {name}: {removed.StatusCode}");
            Assert.Equal(found ? HttpStatusCode.OK : HttpStatusCode.UnprocessableEntity, await UploadAsync(client, "/api/greetings"));
        }
    }

    private static StringContent Json(JsonNode node) => new(node.ToJsonString(), Encoding.UTF8, "application/json");

    private static async Task<HttpStatusCode> UploadAsync(HttpClient client, string address)
    {
        using var form = new MultipartFormDataContent
        {
            { new ByteArrayContent(GreetingTests.Wave()), "greeting", "usergreeting0001.wav" },
        };
        using var response = await client.PostAsync(address, form);
        return response.StatusCode;
    }
}
