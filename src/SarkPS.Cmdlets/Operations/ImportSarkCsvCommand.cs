using System.Collections.ObjectModel;
using System.Management.Automation;
using System.Text;
using SarkPS.Cmdlets.Csv;

namespace SarkPS.Cmdlets;

/// <summary>
/// <c>Import-SarkCsv</c>: the rows of a CSV file as objects, for the cmdlets that create. Beyond PowerShell's own
/// Import-Csv it tells nothing from an empty text, knows lines, and refuses letters that would be lost.
/// </summary>
[Cmdlet(VerbsData.Import, "SarkCsv", DefaultParameterSetName = PathSet)]
[OutputType(typeof(PSObject))]
public sealed class ImportSarkCsvCommand : SarkCsvCommand
{
    /// <summary>The files to read; wildcards are allowed.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ParameterSetName = PathSet)]
    [ValidateNotNullOrEmpty]
    [SupportsWildcards]
    public string[] Path { get; set; } = [];

    /// <summary>The files to read, exactly as written: no character is a wildcard.</summary>
    [Parameter(Mandatory = true, ValueFromPipelineByPropertyName = true, ParameterSetName = LiteralPathSet)]
    [Alias("PSPath", "LP")]
    [ValidateNotNullOrEmpty]
    public string[] LiteralPath { get; set; } = [];

    /// <summary>Names of the columns, for a file whose first line is a row already.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(SarkCompleter))]
    public string[]? Header { get; set; }

    /// <summary>
    /// A field with nothing in it becomes <c>$null</c>, while <c>""</c> stays an empty text. Without it both are an empty
    /// text, as PowerShell's own Import-Csv has it.
    /// </summary>
    [Parameter]
    public SwitchParameter EmptyAsNull { get; set; }

    /// <summary>
    /// What the file is written in, where it is not UTF-8 and has no byte order mark: a name such as ansi, unicode or
    /// windows-1252, or the number of a code page. Spreadsheets write 1252 as "CSV" in Western Europe.
    /// </summary>
    [Parameter]
    [ValidateNotNull]
    [SarkEncoding]
    [ArgumentCompleter(typeof(SarkEncodingAttribute.Completer))]
    public Encoding? Encoding { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        foreach (var path in ParameterSetName == PathSet ? Path : LiteralPath)
        {
            foreach (var file in Files(path))
            {
                try
                {
                    ReadFile(file);
                }
                catch (CsvException e)
                {
                    WriteError(Error(SarkErrorKind.BadRequest, file, $"'{file}' cannot be read as CSV: {e.Message}", e));
                }
                catch (Exception e) when (e is IOException or UnauthorizedAccessException)
                {
                    WriteError(FileError(e, file, "read"));
                }
            }
        }
    }

    private Collection<string> Files(string path)
    {
        if (ParameterSetName == LiteralPathSet || !WildcardPattern.ContainsWildcardCharacters(path))
        {
            return [FileSystemPath(WildcardPattern.Unescape(path))];
        }

        // A file that is called so comes before all that the pattern would match.
        if (File.Exists(FileSystemPath(path)))
        {
            return [FileSystemPath(path)];
        }

        var files = SessionState.Path.GetResolvedProviderPathFromPSPath(path, out _);
        if (files.Count == 0)
        {
            WriteError(Error(SarkErrorKind.NotFound, path, $"No file matches '{path}'."));
        }

        return files;
    }

    private void ReadFile(string file)
    {
        var content = CsvText.Read(file, Encoding);
        using var text = new StringReader(content);
        // What spreadsheets write, and read, above the headings; what is said at the prompt wins.
        var told = content is ['s', 'e', 'p', '=', var character, '\r' or '\n', ..] ? character : (char?)null;
        var reader = new CsvReader(text, told is { } own && !MyInvocation.BoundParameters.ContainsKey(nameof(Delimiter)) ? own : Delimiter);
        if (told is not null)
        {
            reader.Read();
        }

        var record = reader.Read();
        if (record is [{ Text: var first }, ..] && first.StartsWith("#TYPE ", StringComparison.Ordinal))
        {
            // The first line that Windows PowerShell's Export-Csv writes unless it is told not to.
            record = reader.Read();
        }

        IReadOnlyList<string> names = Header ?? [];
        if (Header is null && record is not null)
        {
            names = record.Select(f => f.Text.Trim()).ToList();
            record = reader.Read();
        }

        CheckNames(names);
        for (; record is not null && !Stopping; record = reader.Read())
        {
            var row = Row(names, record, reader.RecordLine);
            CsvSource.Note(row, new CsvSource(file, reader.RecordLine));
            WriteObject(row);
        }
    }

    private PSObject Row(IReadOnlyList<string> names, IReadOnlyList<CsvField> record, int line)
    {
        if (record.Count > names.Count)
        {
            var columns = names.Count == 1
                ? $"is only 1 column, '{names[0]}'.{Delimiters.Hint(names[0], _ => true)}"
                : $"are only {names.Count} columns.";
            throw new CsvException($"line {line}: {record.Count} fields, but there {columns}");
        }

        var row = new PSObject();
        for (var i = 0; i < names.Count; i++)
        {
            // A row that ends early says nothing about the rest.
            var value = i >= record.Count || (EmptyAsNull && record[i] is { Text: "", Quoted: false }) ? null : record[i].Text;
            row.Properties.Add(new PSNoteProperty(names[i], value));
        }

        return row;
    }

    private static void CheckNames(IReadOnlyList<string> names)
    {
        var seen = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        foreach (var name in names)
        {
            if (name.Length == 0)
            {
                throw new CsvException("a column has no name.");
            }

            if (!seen.Add(name))
            {
                throw new CsvException($"two columns are called '{name}'.");
            }
        }
    }
}
