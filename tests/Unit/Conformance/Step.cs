using System.Text;
using System.Text.Json.Nodes;
using SarkPS.Tests.Support;

namespace SarkPS.Tests.Conformance;

/// <summary>One recorded exchange with the original.</summary>
internal sealed record Step(JsonObject Recording)
{
    /// <summary>Columns that name a row.</summary>
    public static readonly string[] Identity = ["pkey", "id", "IPphone_pkey", "COS_pkey"];

    public string Id => (string)Recording["id"]!;

    public int Line => (int)Recording["n"]!;

    public string Method => (string)Recording["method"]!;

    public string Path => (string)Recording["path"]!;

    public int Status => (int)Recording["status"]!;

    public bool Resets => Recording["reset"] is not null;

    /// <summary>What was sent as JSON or as a form; null for neither.</summary>
    public JsonNode? Sent => Recording["body"] ?? Recording["form"];

    public static IEnumerable<Step> Read(string file) => File.ReadLines(file).Select(line => new Step(JsonNode.Parse(line)!.AsObject()));

    /// <summary>Sends the request just as it was sent.</summary>
    public async Task<Answer> SendAsync(HttpClient client)
    {
        // The path goes out as it stands; some steps are about its encoding.
        var address = new Uri(
            client.BaseAddress!.GetLeftPart(UriPartial.Authority) + Path,
            new UriCreationOptions { DangerousDisablePathAndQueryCanonicalization = true });
        using var request = new HttpRequestMessage(new HttpMethod(Method), address);
        var headers = new Dictionary<string, string?>(StringComparer.OrdinalIgnoreCase) { ["Accept"] = "application/json" };
        if (Recording.ContainsKey("body"))
        {
            request.Content = new ByteArrayContent(Encoding.UTF8.GetBytes(SpacedJson.Of(Recording["body"])));
            headers["Content-Type"] = "application/json";
        }
        else if (Recording["raw"] is { } raw)
        {
            request.Content = new ByteArrayContent(Encoding.UTF8.GetBytes((string)raw!));
            headers["Content-Type"] = "application/json";
        }
        else if (Recording["form"] is JsonObject form)
        {
            request.Content = new FormUrlEncodedContent(form.Select(f => KeyValuePair.Create(f.Key, (string?)f.Value?.ToString())));
            headers["Content-Type"] = "application/x-www-form-urlencoded";
        }
        else if (Method is "POST" or "PUT")
        {
            request.Content = new ByteArrayContent([]);
        }

        foreach (var (name, value) in Recording["headers"] as JsonObject ?? [])
        {
            headers[name] = (string?)value;
        }

        request.Content?.Headers.Clear();
        foreach (var (name, value) in headers)
        {
            if (value is not null && !request.Headers.TryAddWithoutValidation(name, value))
            {
                request.Content?.Headers.TryAddWithoutValidation(name, value);
            }
        }

        using var response = await client.SendAsync(request);
        return new Answer(
            (int)response.StatusCode,
            response.Content.Headers.TryGetValues("Content-Type", out var types) ? string.Join(",", types) : "",
            Encoding.UTF8.GetString(await response.Content.ReadAsByteArrayAsync()));
    }

    /// <summary>The same without some columns in what was answered and stored.</summary>
    public Step Without(IReadOnlyCollection<string> columns)
    {
        if (columns.Count == 0)
        {
            return this;
        }

        var recording = Recording.DeepClone().AsObject();
        Answer.Strip(recording["response"], columns);
        Answer.Strip(recording["db"], columns);
        return new Step(recording);
    }

    /// <summary>
    /// Recorded row changes, as <see cref="Rows(IReadOnlyList{RowChange}, DatabaseContent, IReadOnlyCollection{string})"/>
    /// writes those of the service.
    /// </summary>
    public string Rows()
    {
        var lines = new List<string>();
        foreach (var (table, change) in Recording["db"] as JsonObject ?? [])
        {
            if (table is "master_audit" or "master_xref")
            {
                continue;
            }

            foreach (var kind in new[] { "added", "removed" })
            {
                lines.AddRange((change![kind] as JsonArray ?? []).Select(
                    row => $"{table} {kind} {Plain(kind == "added" ? Pages.Row(table, row!.AsObject()) : row!.AsObject())}"));
            }

            foreach (var entry in change!["changed"] as JsonArray ?? [])
            {
                var columns = Plain(entry!["changed"]!.AsObject());
                if (columns.Length > 0)
                {
                    lines.Add($"{table} changed {Plain(entry["row"]!.AsObject())}: {columns}");
                }
            }
        }

        return string.Join('\n', lines.Order(StringComparer.Ordinal));
    }

    /// <summary>Row changes as text, in a fixed order.</summary>
    /// <param name="changes">What the service changed.</param>
    /// <param name="before">The rows before.</param>
    /// <param name="without">Columns that do not count.</param>
    public static string Rows(
        IReadOnlyList<RowChange> changes,
        DatabaseContent before,
        IReadOnlyCollection<string> without) => string.Join('\n', changes.Select(change =>
    {
        if (change.Kind != RowChangeKind.Changed)
        {
            return $"{change.Table} {(change.Kind == RowChangeKind.Added ? "added" : "removed")} "
                + $"{Plain(change.Row.Where(c => !without.Contains(c.Key)).ToDictionary())}";
        }

        var old = before.Tables[change.Table][change.Id];
        var named = change.Row.Where(c => Identity.Contains(c.Key)).ToDictionary();
        var columns = change.Columns.Where(c => !without.Contains(c)).Order(StringComparer.Ordinal)
            .Select(c => $"{c}=[{Recorded.Value(old[c], c)}, {Recorded.Value(change.Row[c], c)}]");
        return columns.Any() ? $"{change.Table} changed {Plain(named)}: {string.Join(' ', columns)}" : "";
    }).Where(line => line.Length > 0).Order(StringComparer.Ordinal));

    private static string Plain(JsonObject row) =>
        string.Join(' ', row.Where(c => !DatabaseContent.IsStamp(c.Key)).OrderBy(c => c.Key, StringComparer.Ordinal)
            .Select(c => $"{c.Key}={Recorded.Normal(c.Value, c.Key)}"));

    private static string Plain(IReadOnlyDictionary<string, object?> row) =>
        string.Join(' ', row.Where(c => !DatabaseContent.IsStamp(c.Key)).OrderBy(c => c.Key, StringComparer.Ordinal)
            .Select(c => $"{c.Key}={Recorded.Value(c.Value, c.Key)}"));
}

/// <summary>What the service answered.</summary>
internal sealed record Answer(int Status, string ContentType, string Text)
{
    /// <summary>The body as JSON; null where it is empty or none.</summary>
    public JsonNode? Json { get; } = Parse(Text);

    /// <summary>Whether there is a body and it does not claim to be JSON.</summary>
    public bool IsForeign => Text.Length > 0 && !ContentType.Contains("json", StringComparison.Ordinal);

    /// <summary>The same without some columns.</summary>
    public Answer Without(IReadOnlyCollection<string> columns)
    {
        if (columns.Count == 0 || IsForeign || Json is not (JsonObject or JsonArray))
        {
            return this;
        }

        var json = Json.DeepClone();
        Strip(json, columns);
        return new Answer(Status, ContentType, json.ToJsonString());
    }

    /// <summary>Takes columns out of every object.</summary>
    public static void Strip(JsonNode? node, IReadOnlyCollection<string> columns)
    {
        if (node is JsonObject map)
        {
            foreach (var column in columns)
            {
                map.Remove(column);
            }

            map.ToList().ForEach(m => Strip(m.Value, columns));
        }

        (node as JsonArray)?.ToList().ForEach(n => Strip(n, columns));
    }

    private static JsonNode? Parse(string text)
    {
        try
        {
            return text.Length > 0 ? JsonNode.Parse(text) : null;
        }
        catch (System.Text.Json.JsonException)
        {
            // A plain text is compared as one.
            return JsonValue.Create(text);
        }
    }
}
