using System.Text.RegularExpressions;

namespace SarkPS.Build;

/// <summary>An example of a page: title, code, and what there is to say about it.</summary>
internal sealed record HelpExample(string Title, string Code, IReadOnlyList<string> Remarks);

/// <summary>
/// A page of docs/en-US: <c># Name</c>, then the sections <c>## SYNOPSIS</c>, <c>## DESCRIPTION</c>, <c>## EXAMPLES</c>
/// with <c>### Example n: title</c>, <c>## PARAMETERS</c> with <c>### -Name</c>, <c>## INPUTS</c>, <c>## OUTPUTS</c>
/// (both with <c>### Type</c>), <c>## NOTES</c> and <c>## RELATED LINKS</c>. Types, positions and aliases are not on it:
/// they come from the class.
/// </summary>
internal sealed partial class HelpPage
{
    private static readonly string[] Sections =
        ["SYNOPSIS", "DESCRIPTION", "EXAMPLES", "PARAMETERS", "INPUTS", "OUTPUTS", "NOTES", "RELATED LINKS"];

    private readonly Dictionary<string, List<string>> lines = [];

    private HelpPage(string path)
    {
        Path = path;
        var section = "";
        var fenced = false;
        foreach (var line in File.ReadLines(path))
        {
            fenced ^= line.StartsWith("```", StringComparison.Ordinal);
            if (!fenced && line.StartsWith("# ", StringComparison.Ordinal))
            {
                Name = line[2..].Trim();
            }
            else if (!fenced && line.StartsWith("## ", StringComparison.Ordinal))
            {
                section = line[3..].Trim();
                lines[section] = [];
            }
            else if (section.Length > 0)
            {
                lines[section].Add(line);
            }
        }

        Synopsis = Paragraphs(Lines("SYNOPSIS"));
        Description = Paragraphs(Lines("DESCRIPTION"));
        Notes = Paragraphs(Lines("NOTES"));
        Links = Paragraphs(Lines("RELATED LINKS"));
        Parameters = Parts("PARAMETERS").ToDictionary(
            p => p.Title.TrimStart('-'),
            p => Paragraphs(p.Lines),
            StringComparer.OrdinalIgnoreCase);
        Inputs = Parts("INPUTS").Select(p => (p.Title, Paragraphs(p.Lines))).ToList();
        Outputs = Parts("OUTPUTS").Select(p => (p.Title, Paragraphs(p.Lines))).ToList();
        Examples = Parts("EXAMPLES").Select(Example).ToList();
    }

    public string Path { get; }

    public string Name { get; } = "";

    public IReadOnlyList<string> Synopsis { get; }

    public IReadOnlyList<string> Description { get; }

    public IReadOnlyList<HelpExample> Examples { get; }

    public IReadOnlyDictionary<string, List<string>> Parameters { get; }

    public IReadOnlyList<(string Type, List<string> Text)> Inputs { get; }

    public IReadOnlyList<(string Type, List<string> Text)> Outputs { get; }

    public IReadOnlyList<string> Notes { get; }

    public IReadOnlyList<string> Links { get; }

    /// <summary>Sections that no reader of a page would look for, mostly a heading written wrongly.</summary>
    public IEnumerable<string> UnknownSections => lines.Keys.Except(Sections);

    public static HelpPage Read(string path) => new(path);

    /// <summary>Paragraphs of Markdown as plain text: soft line breaks joined, list items and code lines kept apart.</summary>
    public static List<string> Paragraphs(IEnumerable<string> lines)
    {
        var result = new List<string>();
        var open = false;
        var fenced = false;
        foreach (var line in lines)
        {
            if (line.StartsWith("```", StringComparison.Ordinal))
            {
                fenced = !fenced;
                open = false;
            }
            else if (fenced)
            {
                result.Add("    " + line);
            }
            else if (string.IsNullOrWhiteSpace(line))
            {
                open = false;
            }
            else
            {
                var item = ListItem().IsMatch(line);
                var text = Plain(line.Trim());
                if (open && !item)
                {
                    result[^1] += " " + text;
                }
                else
                {
                    result.Add(text);
                }

                open = true;
            }
        }

        return result;
    }

    /// <summary>Markdown marks within a line taken away: `code`, **strong**, [text](link).</summary>
    public static string Plain(string text) =>
        Strong().Replace(Link().Replace(text, "$1"), "$1").Replace("`", "", StringComparison.Ordinal);

    private static HelpExample Example((string Title, List<string> Lines) part)
    {
        var start = part.Lines.FindIndex(l => l.StartsWith("```", StringComparison.Ordinal));
        var end = start < 0 ? -1 : part.Lines.FindIndex(start + 1, l => l.StartsWith("```", StringComparison.Ordinal));
        return end < 0
            ? new(part.Title, "", Paragraphs(part.Lines))
            : new(
                part.Title,
                string.Join("\n", part.Lines.GetRange(start + 1, end - start - 1)),
                Paragraphs(part.Lines.Take(start).Concat(part.Lines.Skip(end + 1))));
    }

    private List<string> Lines(string section) => lines.GetValueOrDefault(section) ?? [];

    private List<(string Title, List<string> Lines)> Parts(string section)
    {
        var parts = new List<(string Title, List<string> Lines)>();
        var fenced = false;
        foreach (var line in Lines(section))
        {
            fenced ^= line.StartsWith("```", StringComparison.Ordinal);
            if (!fenced && line.StartsWith("### ", StringComparison.Ordinal))
            {
                parts.Add((Plain(line[4..].Trim()), []));
            }
            else if (parts.Count > 0)
            {
                parts[^1].Lines.Add(line);
            }
        }

        return parts;
    }

    [GeneratedRegex(@"^\s*([-*]|\d+\.)\s")]
    private static partial Regex ListItem();

    [GeneratedRegex(@"\*\*([^*]+)\*\*")]
    private static partial Regex Strong();

    [GeneratedRegex(@"\[([^\]]*)\]\([^)]*\)")]
    private static partial Regex Link();
}
