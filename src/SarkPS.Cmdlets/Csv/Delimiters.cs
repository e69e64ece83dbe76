namespace SarkPS.Cmdlets.Csv;

/// <summary>The characters that files are separated by, for whoever read one with another than it was written with.</summary>
internal static class Delimiters
{
    private static readonly (char Character, string Name, string Typed)[] Known =
        [(';', "semicolons", "';'"), ('\t', "tabs", "\"`t\""), ('|', "vertical bars", "'|'"), (',', "commas", "','")];

    /// <summary>What to say when several headings were read as one name, with a space before it; empty where that is not so.</summary>
    /// <param name="heading">The name.</param>
    /// <param name="areHeadings">Whether the parts of it, separated otherwise, look like headings.</param>
    public static string Hint(string heading, Func<string[], bool> areHeadings) =>
        Known.Where(d => heading.Split(d.Character) is { Length: > 1 } parts && areHeadings([.. parts.Select(p => p.Trim('"'))]))
            .Select(
                d => $" It looks like the headings of a file whose fields are separated by {d.Name}: read it with -Delimiter {d.Typed}.")
            .FirstOrDefault("");
}
