using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using Json.Schema;

namespace SarkPS.Tests.Support;

/// <summary>What the description of the routes that is checked in says of answers and bodies.</summary>
internal static class Described
{
    private const string Components = "#/components/schemas/";

    private static readonly Lazy<JsonNode> Read = new(
        () => JsonNode.Parse(File.ReadAllText(Path.Combine(Repository.Root, "docs", "openapi.json")))!);

    private static readonly ConcurrentDictionary<string, JsonSchema> Known = new(StringComparer.Ordinal);

    /// <summary>The description.</summary>
    public static JsonNode Document => Read.Value;

    /// <summary>What is meant where a part of the description names another.</summary>
    public static JsonNode Resolve(JsonNode node) => (string?)node["$ref"] is { } reference
        ? reference.TrimStart('#', '/').Split('/').Aggregate(Document, (at, name) => at[name]!)
        : node;

    /// <summary>In what an answer differs from what is described; none where it does not.</summary>
    /// <param name="method">The method.</param>
    /// <param name="path">The route, as the description has it.</param>
    /// <param name="status">The status.</param>
    /// <param name="contentType">The media type of the body; null for none.</param>
    /// <param name="body">The body.</param>
    public static IReadOnlyList<string> Faults(string method, string path, int status, string? contentType, string body)
    {
        if (Document["paths"]![path]?[method.ToLowerInvariant()] is not { } operation)
        {
            return [$"{method} {path} is not described."];
        }

        if (operation["responses"]![$"{status}"] is not { } response)
        {
            return [$"{method} {path} is not described as answering {status}: {body}"];
        }

        var content = Resolve(response)["content"];
        if (body.Length == 0 || contentType is null)
        {
            return [];
        }

        if (content?[contentType.Split(';')[0]] is not { } described)
        {
            return [$"{method} {path} is not described as answering {status} with {contentType}: {body}"];
        }

        return contentType.Contains("json", StringComparison.Ordinal) && !contentType.Contains("ndjson", StringComparison.Ordinal)
            // What was sent as true is told as true, as sark6api tells it; nobody does who follows the description.
            ? [.. Faults(described["schema"]!, JsonNode.Parse(body))
                .Where(f => !f.Contains("Value is \"boolean\"", StringComparison.Ordinal))
                .Select(f => $"{method} {path} {status}: {f} in {body}")]
            : [];
    }

    /// <summary>In what a value differs from a schema; none where it does not.</summary>
    public static IReadOnlyList<string> Faults(JsonNode schema, JsonNode? value)
    {
        var results = Known.GetOrAdd(schema.ToJsonString(), Compile).Evaluate(
            value,
            new EvaluationOptions { OutputFormat = OutputFormat.List });
        return results.IsValid
            ? []
            : [.. results.Details.Where(d => d.HasErrors).SelectMany(d => d.Errors!.Select(e => $"{d.InstanceLocation}: {e.Value}"))];
    }

    // The components stand beside it: a schema of its own knows nothing of the document around it.
    private static JsonSchema Compile(string schema)
    {
        var whole = new JsonObject
        {
            ["$schema"] = "https://json-schema.org/draft/2020-12/schema",
            ["$defs"] = Document["components"]!["schemas"]!.DeepClone(),
            ["allOf"] = new JsonArray(JsonNode.Parse(schema)),
        };
        return JsonSchema.FromText(whole.ToJsonString().Replace(Components, "#/$defs/", StringComparison.Ordinal));
    }
}
