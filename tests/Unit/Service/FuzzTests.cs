using System.Globalization;
using System.IO.Compression;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Routing.Patterns;
using SarkPS.Tests.Support;
using Xunit.Abstractions;

namespace SarkPS.Tests.Service;

/// <summary>
/// Bodies and keys that nobody should send, at every route by every method: never a failure of the service's own, never an
/// answer without a body, never a stack trace in the log. SARKPS_FUZZ_SECONDS makes it longer.
/// </summary>
public sealed class FuzzTests(ITestOutputHelper output)
{
    private const int DefaultSeconds = 25;

    private static readonly string[] Methods = ["GET", "HEAD", "POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "PROPFIND"];

    private static readonly string[] Keys = ["nosuch", "default", "401", "%2F", "%252F", "a%00b", "..", "%2e%2e", ".", "%", "%zz", "%ff",
        "%C3%BC", "%E2%98%8E", "*60", "a%0D%0Ab", "'%20or%201=1--", "%3F", "%23", "new", "-1", "99999999999999999999"];

    private static readonly string[] Queries = ["", "", "", "?force=1", "?force=maybe", "?filter[cluster]=x", "?filter[", "?filter[]=1",
        "?limit=2&sort=-pkey", "?fields=pkey&cursor=AQ", "?%ff=%00", "?a=%zz", "?cluster=a&cluster=b", "?limit=-1", "?from=x", "?=",
        "?&&&"];

    public static IReadOnlyList<(string Name, string? Type, byte[] Body)> Bodies { get; } = [.. AllBodies()];

    [Fact]
    public async Task Whatever_is_sent_is_answered()
    {
        var seconds = int.Parse(
            Environment.GetEnvironmentVariable("SARKPS_FUZZ_SECONDS") ?? DefaultSeconds.ToString(CultureInfo.InvariantCulture),
            CultureInfo.InvariantCulture);
        using var database = new TestDatabase(Schema.Embedded);
        var log = new CapturedLog();
        await using var service = await ListeningService.StartAsync(database.Path, log: log);
        using var client = new HttpClient { BaseAddress = service.Address };
        var routes = service.Endpoints.Select(e => e.RoutePattern).DistinctBy(p => p.RawText).ToArray();
        // Every body at every route that takes one comes first; then anything, in an order that is the same each time.
        var cases = routes.SelectMany(route => Methods.SelectMany(method => Bodies.Select(body => (route, method, body)))).ToArray();
        var random = new Random(8);
        random.Shuffle(cases);
        var begun = TimeProvider.System.GetTimestamp();
        var wrong = new List<string>();
        var sent = 0;
        foreach (var (route, method, body) in cases.OrderBy(c => c.method is "POST" or "PUT" ? 0 : 1).ToArray())
        {
            if (TimeProvider.System.GetElapsedTime(begun).TotalSeconds > seconds || wrong.Count > 20)
            {
                break;
            }

            var path = Path(route, random) + Queries[random.Next(Queries.Length)];
            var what = $"{method} {path} with {body.Name}";
            if (path.Contains("/events", StringComparison.Ordinal))
            {
                continue;
            }

            sent++;
            await JudgeAsync(client, method, path, body.Type, body.Body, what, wrong);
            if (log.Errors.Count > 0)
            {
                wrong.Add($"{what}: {log.Errors[0]}");
                log.Clear();
            }
        }

        output.WriteLine($"{sent} of {cases.Length} requests, {Bodies.Count} kinds of bodies");
        Assert.True(wrong.Count == 0, string.Join(Environment.NewLine, wrong));
        Assert.True(sent > 500);

        // It still does its work.
        Assert.True((await client.GetAsync("/health")).IsSuccessStatusCode);
    }

    private static async Task JudgeAsync(
        HttpClient client,
        string method,
        string path,
        string? type,
        byte[] body,
        string what,
        List<string> wrong)
    {
        using var request = new HttpRequestMessage(
            new HttpMethod(method),
            new Uri(client.BaseAddress + path[1..], new UriCreationOptions { DangerousDisablePathAndQueryCanonicalization = true }));
        if (method is not ("GET" or "HEAD" or "TRACE"))
        {
            request.Content = new ByteArrayContent(body);
            foreach (var header in (type ?? "").Split('\n', StringSplitOptions.RemoveEmptyEntries))
            {
                var colon = header.IndexOf(':', StringComparison.Ordinal);
                request.Content.Headers.TryAddWithoutValidation(
                    colon < 0 ? "Content-Type" : header[..colon],
                    colon < 0 ? header : header[(colon + 1)..].Trim());
            }
        }

        try
        {
            using var response = await client.SendAsync(request);
            var text = await response.Content.ReadAsStringAsync();
            var status = (int)response.StatusCode;
            // Unavailable, not installed, too late: without an Asterisk, and each with its reason.
            if (status >= 500 && status is not (501 or 503 or 504))
            {
                wrong.Add($"{what}: {status} {text}");
            }
            else if (status >= 400 && method != "HEAD" && (text.Length == 0 || !IsJson(text)))
            {
                wrong.Add($"{what}: {status} without JSON '{text}'");
            }
            else if (text.Contains("   at ", StringComparison.Ordinal) || text.Contains("SqliteException", StringComparison.Ordinal))
            {
                wrong.Add($"{what}: {status} tells how it is made: {text}");
            }
        }
        catch (Exception error) when (error is HttpRequestException or InvalidOperationException or FormatException)
        {
            // A client that will not send it, or a server that hung up before the whole of a body that it refuses.
            if (body.Length < 1 << 20 && error is HttpRequestException)
            {
                wrong.Add($"{what}: {error.Message} {error.InnerException?.Message}");
            }
        }
    }

    private static bool IsJson(string text)
    {
        try
        {
            return JsonNode.Parse(text) is not null;
        }
        catch (System.Text.Json.JsonException)
        {
            return false;
        }
    }

    private static string Path(RoutePattern route, Random random) =>
        "/" + string.Join(
            '/',
            route.PathSegments.Select(
                s => s.Parts[0] is RoutePatternLiteralPart literal ? literal.Content : Keys[random.Next(Keys.Length)])).TrimStart('/');

    private static IEnumerable<(string Name, string? Type, byte[] Body)> AllBodies()
    {
        const string json = "application/json", form = "application/x-www-form-urlencoded", multipart = "multipart/form-data; boundary=b";
        static byte[] T(string text) => Encoding.UTF8.GetBytes(text);
        const string row = """{"pkey":"x1","cluster":"default","description":"d"}""";
        yield return ("nothing", null, []);
        yield return ("nothing as JSON", json, []);
        yield return ("blanks", json, T(" \r\n\t "));
        yield return ("a row", json, T(row));
        yield return ("a row without a type", null, T(row));
        yield return ("a row with a byte order mark", json, [.. Encoding.UTF8.Preamble, .. T(row)]);
        yield return ("UTF-16", json, Encoding.Unicode.GetBytes(row));
        yield return ("UTF-16 with its mark", "application/json; charset=utf-16",
            [.. Encoding.Unicode.Preamble, .. Encoding.Unicode.GetBytes(row)]);
        yield return ("UTF-32", json, Encoding.UTF32.GetBytes(row));
        yield return ("UTF-7 as JSON", "application/json; charset=utf-7", T(row));
        yield return ("an unknown character set", "application/json; charset=klingon", T(row));
        yield return ("a quoted character set", "application/json; charset=\"utf-8\"", T(row));
        yield return ("cut short", json, T(row[..20]));
        yield return ("a comma too many", json, T("""{"pkey":"a",}"""));
        yield return ("a comment", json, T("""{/* c */"pkey":"a"}"""));
        yield return ("two values", json, T("{}{}"));
        yield return ("null", json, T("null"));
        yield return ("true", json, T("true"));
        yield return ("a number", json, T("42"));
        yield return ("a text", json, T("\"text\""));
        yield return ("a list", json, T("[1,2,3]"));
        yield return ("a list of rows", json, T($"[{row},{row}]"));
        yield return ("an empty object", json, T("{}"));
        yield return ("an empty name", json, T("""{"":1}"""));
        yield return ("deep lists", json, T(new string('[', 5000) + new string(']', 5000)));
        yield return ("deep objects", json, T(string.Concat(Enumerable.Repeat("{\"pkey\":", 60)) + "1" + new string('}', 60)));
        yield return ("a huge number", json, T("""{"pkey":1e999999,"description":1}"""));
        yield return ("a long number", json, T($$"""{"pkey":{{new string('9', 400)}}}"""));
        yield return ("a small number", json, T("""{"pkey":-1e-999999,"ringdelay":-0.0}"""));
        yield return ("NaN", json, T("""{"pkey":NaN}"""));
        yield return ("names that come twice", json, T("""{"pkey":"a","pkey":"b","cluster":"default","cluster":null}"""));
        yield return ("names in other cases", json, T("""{"PKEY":"a","Pkey":"b","pkey":"c"}"""));
        yield return ("half a surrogate pair", json, T("""{"pkey":"\ud800","description":"d"}"""));
        yield return ("half a surrogate pair in a name", json, T("""{"\udc00":"x"}"""));
        yield return ("bytes that are no UTF-8", json, [.. T("{\"pkey\":\""), 0xff, 0xfe, .. T("\"}")]);
        yield return ("a zero character", json, T("""{"pkey":"a\u0000b","description":"\u0000"}"""));
        yield return ("a raw zero byte", json, [.. T("{\"pkey\":\"a"), 0, .. T("b\"}")]);
        yield return ("control characters", json, T("""{"pkey":"a\r\nb","description":"\u001b[31m"}"""));
        yield return ("lists as values", json, T("""{"pkey":["a"],"cluster":{},"description":[[]]}"""));
        yield return ("flags as values", json, T("""{"pkey":true,"cluster":false,"description":null}"""));
        yield return ("a long key", json, T($$"""{"pkey":"{{new string('k', 20_000)}}","cluster":"default","description":"d"}"""));
        yield return ("a long text", json, T($$"""{"pkey":"long","cluster":"default","description":"{{new string('d', 2_000_000)}}"}"""));
        yield return ("many names", json, T("{" + string.Join(',', Enumerable.Range(0, 20_000).Select(i => $"\"n{i}\":{i}")) + "}"));
        yield return ("too much", json, new byte[9 * 1024 * 1024]);
        yield return ("gzip", json + "\nContent-Encoding: gzip", Zipped(row));
        yield return ("gzip that is none", json + "\nContent-Encoding: gzip", T(row));
        yield return ("an unknown encoding", json + "\nContent-Encoding: x-none", T(row));
        yield return ("text", "text/plain", T(row));
        yield return ("JSON in a list of types", "text/plain;application/json", T(row));
        yield return ("a type that is none", ";;;", T(row));
        yield return ("XML", "application/xml", T("<a/>"));
        yield return ("a form", form, T("pkey=f1&cluster=default&description=d"));
        yield return ("JSON called a form", form, T(row));
        yield return ("a form with a zero", form, T("pkey=a%00b&description=%00"));
        yield return ("a form with a raw zero", form, T("pkey=a\0b"));
        yield return ("a form with bad escapes", form, T("pkey=%zz&%=1&description=%"));
        yield return ("a form with half a letter", form, T("pkey=%C3&description=%E2%98"));
        yield return ("a form in UTF-7", form + "; charset=utf-7", T("pkey=+AGE-"));
        yield return ("a form in UTF-16", form + "; charset=utf-16", Encoding.Unicode.GetBytes("pkey=a"));
        yield return ("a form in an unknown character set", form + "; charset=klingon", T("pkey=a"));
        yield return ("a form with too many fields", form, T(string.Join('&', Enumerable.Range(0, 3000).Select(i => $"f{i}=1"))));
        yield return ("a form with one field too often", form, T(string.Join('&', Enumerable.Repeat("pkey=1", 2000))));
        yield return ("a form with a long name", form, T(new string('n', 5000) + "=1"));
        yield return ("a form with a long value", form, T("pkey=" + new string('v', 5_000_000)));
        yield return ("a form of separators", form, T("&&&===&&"));
        yield return ("multipart", multipart, T("--b\r\nContent-Disposition: form-data; name=\"pkey\"\r\n\r\nm1\r\n--b--\r\n"));
        yield return ("multipart without a boundary", "multipart/form-data", T("--b\r\n\r\n--b--\r\n"));
        yield return ("multipart with an empty boundary", "multipart/form-data; boundary=", T("--\r\n"));
        yield return ("multipart with a quoted empty boundary", "multipart/form-data; boundary=\"\"", T("--\r\n"));
        yield return ("multipart with a long boundary", "multipart/form-data; boundary=" + new string('b', 5000), T("--b--"));
        yield return ("half of a multipart", multipart, T("--b\r\nContent-Disposition: form-data; name=\"pkey\"\r\n\r\nm"));
        yield return ("multipart cut in a header", multipart, T("--b\r\nContent-Dispo"));
        yield return ("multipart without names", multipart, T("--b\r\n\r\nx\r\n--b--\r\n"));
        yield return ("multipart with too many headers", multipart, T(
            "--b\r\n" + string.Concat(Enumerable.Range(0, 200).Select(i => $"X-{i}: 1\r\n")) + "\r\nx\r\n--b--\r\n"));
        yield return ("multipart with a long header", multipart, T(
            "--b\r\nContent-Disposition: form-data; name=\"" + new string('n', 40_000) + "\"\r\n\r\nx\r\n--b--\r\n"));
        yield return ("multipart with a header that is none", multipart, T("--b\r\nrubbish\r\n\r\nx\r\n--b--\r\n"));
        yield return ("multipart of another boundary", multipart, T(
            "--c\r\nContent-Disposition: form-data; name=\"pkey\"\r\n\r\nx\r\n--c--\r\n"));
        yield return ("multipart with too many parts", multipart, T(string.Concat(
            Enumerable.Range(0, 2000).Select(i => $"--b\r\nContent-Disposition: form-data; name=\"f{i}\"\r\n\r\n1\r\n")) + "--b--\r\n"));
        yield return ("an empty multipart", multipart, []);
        yield return ("a file", multipart, T(
            "--b\r\nContent-Disposition: form-data; name=\"greeting\"; filename=\"../../x.wav\"\r\n\r\nRIFF\r\n--b--\r\n"));
        yield return ("a file for the snapshots", multipart, T(
            "--b\r\nContent-Disposition: form-data; name=\"uploadsnap\"; filename=\"sark.db.1\"\r\n\r\nnot a database\r\n--b--\r\n"));
        yield return ("a multipart that is mixed", "multipart/mixed; boundary=b", T("--b\r\n\r\nx\r\n--b--\r\n"));
        yield return ("rules", json, T("""{"rules":["ACCEPT net fw tcp 22"]}"""));
        yield return ("rules that are none", json, T("""{"rules":[{},[],null,1,true]}"""));
        yield return ("parts of a backup", json, T("""{"restoredb":true,"restoreasterisk":1e3}"""));
        yield return ("a call", json, T("""{"caller":{},"target":[],"wait":"x","ringtime":1e99}"""));
        yield return ("run-time values", json, T("""{"cfim":{},"cfbs":[1],"ringdelay":1e99}"""));
    }

    private static byte[] Zipped(string text)
    {
        using var result = new MemoryStream();
        using (var gzip = new GZipStream(result, CompressionLevel.Fastest))
        {
            gzip.Write(Encoding.UTF8.GetBytes(text));
        }

        return result.ToArray();
    }
}
