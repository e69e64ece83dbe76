namespace SarkPS;

/// <summary>A row of a file.</summary>
/// <param name="File">The full path of the file.</param>
/// <param name="Line">The line that it begins in, from 1.</param>
/// <param name="Headings">What its cells are called. Rows of one file that have the same share one list.</param>
/// <param name="Cells">
/// Its cells: texts, of a JSON file also numbers, flags and null. One that has fewer than there are headings says nothing of the
/// rest.
/// </param>
internal sealed record SourceRow(string File, int Line, IReadOnlyList<string> Headings, IReadOnlyList<object?> Cells)
{
    /// <summary>Whether nothing stands in it, as in the rows that spreadsheets leave at the end.</summary>
    public bool IsEmpty => Cells.All(c => c is "");

    /// <summary>The place, as messages say it.</summary>
    public string Place => $"{Path.GetFileName(File)}, line {Line}";
}
