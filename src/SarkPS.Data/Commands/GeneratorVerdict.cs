using System.Text.RegularExpressions;

namespace SarkPS.Data.Commands;

/// <summary>Judges a run of SARK's generator by what it wrote: its exit code says success whatever happened.</summary>
internal static partial class GeneratorVerdict
{
    private const int LastLines = 10;

    /// <summary>What failed, in a sentence with what was written and what was not; null when nothing did.</summary>
    /// <param name="result">What the script did.</param>
    /// <param name="files">What became of the files.</param>
    public static string? Failure(CommandResult result, IReadOnlyList<GeneratedFile> files)
    {
        var missing = GeneratedConfiguration.NotWritten(files);
        var written = files.Where(file => file.IsWritten).Select(file => file.Name).ToArray();
        var errors = result.Lines.Where(line => ErrorLine().IsMatch(line)).Select(WithoutFolders).Distinct(StringComparer.Ordinal)
            .Take(LastLines)
            .ToArray();
        var reason = errors.Length > 0 ? $"it said \"{string.Join(" / ", errors)}\""
            : result.ExitCode != 0
            ? $"its script ended with exit code {result.ExitCode}: "
                + $"{string.Join(" / ", result.Lines.TakeLast(LastLines).Select(WithoutFolders)).Trim()}"
            : missing.Count == 0 ? null
            : written.Length == 0 ? "its script ended without an error, but wrote none of its files"
            : "its script ended without an error, but did not write all of its files";
        return reason is null ? null
            : $"SARK's generator failed: {reason}. Written: {Listed(written)}. Not written: {Listed(missing)}. The changes are still "
                + "due for a commit.";
    }

    private static string Listed(IReadOnlyList<string> names) => names.Count == 0 ? "none" : string.Join(", ", names);

    // PHP names its files in full; the names are enough to find them.
    private static string WithoutFolders(string line) => Folders().Replace(line.Trim(), "");

    // PHP's own errors that end a program, and what the generator says before it gives up. Warnings come with every run.
    [GeneratedRegex(@"\b(?:Parse|Fatal|Core|Compile) error\b|\bUncaught\b|\bCould not (?:open|read|write)\b", RegexOptions.IgnoreCase)]
    private static partial Regex ErrorLine();

    [GeneratedRegex(@"(?<![\w.])/(?:[\w.+-]+/)+(?=[\w.+-])")]
    private static partial Regex Folders();
}
