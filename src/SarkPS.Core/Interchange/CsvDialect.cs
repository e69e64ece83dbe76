namespace SarkPS;

/// <summary>How a CSV file is written, as far as it does not say so itself.</summary>
/// <param name="Delimiter">What stands between two fields.</param>
/// <param name="Start">Where the first record begins.</param>
/// <param name="Line">The line that it is in, from 1.</param>
internal readonly record struct CsvDialect(char Delimiter, int Start, int Line)
{
    // Of those that come equally often, the first.
    private static readonly char[] Delimiters = [',', ';', '\t'];

    /// <summary>Finds out how a file is written: what its first line is separated by, quoted parts left out.</summary>
    /// <param name="content">The file.</param>
    /// <param name="delimiter">What it is separated by, where that is known.</param>
    public static CsvDialect Find(string content, char? delimiter)
    {
        var (start, line) = (0, 1);
        // What spreadsheets write, and read, above the headings.
        if (content is ['s', 'e', 'p', '=', var told, '\r' or '\n', ..])
        {
            (start, line) = (After(content, 0), 2);
            delimiter ??= told;
        }

        // The first line that Windows PowerShell's Export-Csv writes unless it is told not to.
        if (content.AsSpan(start).StartsWith("#TYPE ", StringComparison.Ordinal))
        {
            (start, line) = (After(content, start), line + 1);
        }

        return new CsvDialect(delimiter ?? MostOf(content, start), start, line);
    }

    private static int After(string content, int start)
    {
        var end = content.AsSpan(start).IndexOfAny('\r', '\n');
        if (end < 0)
        {
            return content.Length;
        }

        end += start;
        return content[end] == '\r' && end + 1 < content.Length && content[end + 1] == '\n' ? end + 2 : end + 1;
    }

    private static char MostOf(string content, int start)
    {
        var counts = new int[Delimiters.Length];
        var isQuoted = false;
        for (var i = start; i < content.Length && (isQuoted || content[i] is not ('\r' or '\n')); i++)
        {
            isQuoted ^= content[i] == '"';
            if (!isQuoted && Array.IndexOf(Delimiters, content[i]) is >= 0 and var at)
            {
                counts[at]++;
            }
        }

        return Delimiters[Array.IndexOf(counts, counts.Max())];
    }
}
