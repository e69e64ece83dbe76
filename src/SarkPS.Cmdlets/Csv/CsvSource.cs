using System.Management.Automation;
using System.Runtime.CompilerServices;

namespace SarkPS.Cmdlets.Csv;

/// <summary>
/// Which line of which file a row came from. It is kept beside the row and not in it, so that rows that failed can be
/// exported again as they were.
/// </summary>
/// <param name="File">The full path.</param>
/// <param name="Line">The line that the row begins in, from 1.</param>
internal sealed record CsvSource(string File, int Line)
{
    private static readonly ConditionalWeakTable<PSObject, CsvSource> Known = [];

    /// <summary>Where a row came from, or null.</summary>
    public static CsvSource? Of(PSObject? row) => row is not null && Known.TryGetValue(row, out var source) ? source : null;

    /// <summary>Notes where a row came from.</summary>
    public static void Note(PSObject row, CsvSource source) => Known.AddOrUpdate(row, source);

    /// <summary>As messages say it.</summary>
    public override string ToString() => $"{System.IO.Path.GetFileName(File)}, line {Line}";
}
