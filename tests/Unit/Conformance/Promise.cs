using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace SarkPS.Tests.Conformance;

/// <summary>One request of the table of promises, and what its answer must say.</summary>
/// <param name="Section">What it belongs to; the requests of a section follow one another on one database.</param>
/// <param name="Line">Its line in the table.</param>
/// <param name="Method">The method.</param>
/// <param name="Route">The route, with keys in braces.</param>
/// <param name="Sent">The body as it is sent; empty for none.</param>
/// <param name="Status">The status of the answer.</param>
/// <param name="Says">Fields of the answer and what stands in them; an empty text for whatever it is.</param>
/// <param name="Ours">Why the original answers otherwise, or cannot be asked; null where it promises the same.</param>
internal sealed partial record Promise(
    string Section,
    int Line,
    string Method,
    string Route,
    string Sent,
    int Status,
    List<(string Field, string Text)> Says,
    string? Ours)
{
    private const string Own = "<own>";

    // What the section has sent so far: an answer may tell any of it again.
    private readonly Lazy<string[]> ownSoFar = new(
        () => [.. All.Where(p => p.Section == Section && p.Line <= Line).SelectMany(p => Owned(Parsed(p.Sent), Key().Matches(p.Route)))]);

    private readonly Lazy<Regex> shape = new(
        () => new("^" + Key().Replace(Regex.Escape(Route), "([^/?]+)") + "$", RegexOptions.CultureInvariant));

    /// <summary>The table.</summary>
    public static IReadOnlyList<Promise> All { get; } =
        [.. Read(Path.Combine(Repository.Root, "tests", "Unit", "Conformance", "promises.txt"))];

    /// <summary>The request.</summary>
    public Step Step
    {
        get
        {
            var request = new JsonObject { ["method"] = Method, ["path"] = Key().Replace(Route, "$1") };
            if (Sent.Length > 0)
            {
                request["raw"] = Sent;
            }

            return new Step(request);
        }
    }

    /// <summary>Whether an answer is the promised one: a refusal says just what is promised, a success that and more.</summary>
    public bool IsKeptBy(Answer answer)
    {
        var said = SaidBy(answer.Json);
        return answer.Status == Status && (Status < 400
            ? Says.All(s => said.Any(a => a.Field == s.Field && (s.Text.Length == 0 || a.Text == s.Text)))
            : Says.Count == 0 || said.SequenceEqual(Says));
    }

    /// <summary>
    /// Whether the original answered so. Keys and values of this table and of the recording stand for each other; a success
    /// has the fields, with what was not sent in them.
    /// </summary>
    public bool IsConfirmedBy(Step recorded)
    {
        if (recorded.Method != Method || recorded.Status != Status || recorded.Recording["defect"] is not null
            || shape.Value.Match(recorded.Path) is not { Success: true } match)
        {
            return false;
        }

        var said = SaidBy(recorded.Recording["response"]);
        if (Status < 400)
        {
            return Says.All(
                s => said.Any(a => a.Field == s.Field && (s.Text.Length == 0 || ownSoFar.Value.Contains(s.Text) || a.Text == s.Text)));
        }

        var mine = Owned(Parsed(Sent), Key().Matches(Route));
        var theirs = Owned(recorded.Sent ?? Parsed((string?)recorded.Recording["raw"] ?? ""), [match]);
        return Says.Count == 0
            || said.Select(a => (a.Field, Without(a.Text, theirs))).SequenceEqual(Says.Select(s => (s.Field, Without(s.Text, mine))));
    }

    /// <inheritdoc/>
    public override string ToString() => $"promises.txt({Line}): {Method} {Route} {Sent} is to be {Status} {Told(Says)}";

    /// <summary>An answer in one line.</summary>
    public static string Told(IEnumerable<(string Field, string Text)> said) =>
        string.Join("; ", said.Select(s => s.Field.Length == 0 ? s.Text : $"{s.Field}: {s.Text}"));

    /// <summary>
    /// What an answer says, by field. What stands in a list without names has none; a field that holds others says nothing
    /// itself.
    /// </summary>
    public static List<(string Field, string Text)> SaidBy(JsonNode? answer, string field = "") => answer switch
    {
        JsonObject map => [.. map.SelectMany(m => m.Value switch
        {
            null => [(m.Key, "null")],
            JsonObject or JsonArray { Count: 0 } => [(m.Key, ""), .. SaidBy(m.Value)],
            _ => SaidBy(m.Value, m.Key),
        })],
        JsonArray list => [.. list.SelectMany(v => SaidBy(v, field))],
        null => [],
        _ => [(field, answer.ToString())],
    };

    private static IEnumerable<Promise> Read(string file)
    {
        var section = "";
        Promise? promise = null;
        var line = 0;
        foreach (var text in File.ReadLines(file))
        {
            line++;
            if (text.StartsWith('['))
            {
                section = text[1..text.IndexOf(']', StringComparison.Ordinal)];
            }
            else if (text.Contains('|', StringComparison.Ordinal) && !text.StartsWith('#'))
            {
                string[] cells = [.. text.Split('|').Select(c => c.Trim()), "", "", ""];
                if (cells[0].Length > 0)
                {
                    if (promise is not null)
                    {
                        yield return promise;
                    }

                    var request = cells[0].Split(' ', StringSplitOptions.RemoveEmptyEntries);
                    promise = new Promise(
                        section,
                        line,
                        request[0],
                        request[1],
                        cells[1],
                        int.Parse(cells[2], CultureInfo.InvariantCulture),
                        [],
                        cells[5].Length > 0 ? cells[5] : null);
                }

                if (cells[3].Length + cells[4].Length > 0)
                {
                    promise!.Says.Add((cells[3], cells[4] is ['"', .. var quoted, '"'] ? quoted : cells[4]));
                }
            }
        }

        yield return promise!;
    }

    // What is peculiar to one request: its keys, and the values that it sends.
    private static string[] Owned(JsonNode? sent, IEnumerable<Match> keys) =>
        [.. SaidBy(sent).Select(s => s.Text).Concat(
            keys.SelectMany(m => m.Groups.Values.Skip(1)).Select(g => Uri.UnescapeDataString(g.Value))).Select(v => v
                .Trim()).Where(v => v.Length > 0).OrderByDescending(v => v.Length)];

    private static string Without(string text, string[] own) =>
        own.Aggregate(
            text,
            (rest, value) => Regex.Replace(rest, $@"(?<![\w<]){Regex.Escape(value)}(?![\w>])", Own, RegexOptions.CultureInvariant));

    private static JsonNode? Parsed(string sent)
    {
        try
        {
            return JsonNode.Parse(sent, documentOptions: new() { AllowDuplicateProperties = false });
        }
        catch (JsonException)
        {
            // A request may be about what is no JSON, or not quite.
            return null;
        }
    }

    [GeneratedRegex(@"\\?\{(.*?)\}", RegexOptions.CultureInvariant)]
    private static partial Regex Key();
}
