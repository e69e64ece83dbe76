using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace SarkPS.Tests.Conformance;

/// <summary>Where different from the original is right, and what is expected there. The first entry that fits a step decides.</summary>
internal sealed class Intended(string file)
{
    private readonly JsonObject[] entries = [.. JsonNode.Parse(File.ReadAllText(file))!.AsArray().Select(e => e!.AsObject())];

    public JsonObject? Find(string area, Step step, Mirror mirror) => Array.Find(entries, e => Fits(e, area, step, mirror));

    private static bool Fits(JsonObject entry, string area, Step step, Mirror mirror) =>
        Matches(entry, "area", area)
        && Matches(entry, "id", step.Id)
        && (entry["method"] is not { } method || (string)method! == step.Method)
        && Finds(entry, "path", () => step.Path)
        && Finds(entry, "sent", () => SpacedJson.Of(step.Sent))
        && (entry["recorded"] is not JsonArray recorded || recorded.Any(s => (int)s! == step.Status))
        && Finds(entry, "answer", () => SpacedJson.Of(step.Recording["response"]))
        && Finds(entry, "wrote", () => SpacedJson.Of(step.Recording["db"]))
        && (entry["unknown_tenant"] is null || NamesUnknownTenant(step, mirror));

    private static bool Matches(JsonObject entry, string key, string name) =>
        ((string?)entry[key] ?? "*").Split('|').Any(pattern =>
            Regex.IsMatch(name, "^"
                + Regex.Escape(pattern).Replace("\\*", ".*", StringComparison.Ordinal).Replace("\\?", ".", StringComparison.Ordinal)
                + "$", RegexOptions.CultureInvariant));

    private static bool Finds(JsonObject entry, string key, Func<string> text) =>
        entry[key] is not { } pattern || Regex.IsMatch(text(), (string)pattern!, RegexOptions.CultureInvariant);

    private static bool NamesUnknownTenant(Step step, Mirror mirror)
    {
        if (step.Sent is not JsonObject sent || sent["cluster"] is not JsonValue value)
        {
            return false;
        }

        var tenant = value.ToString().Trim();
        return tenant.Length > 0 && mirror.Content.Tables["Cluster"].Values.All(row => (string?)row["pkey"] != tenant);
    }
}
