using System.Collections;
using System.Management.Automation;
using System.Text;
using SarkPS.Cmdlets.Csv;

namespace SarkPS.Cmdlets;

/// <summary>
/// <c>Export-SarkCsv</c>: objects as the rows of a CSV file that <c>Import-SarkCsv</c>, Import-Csv and spreadsheets read.
/// </summary>
[Cmdlet(VerbsData.Export, "SarkCsv", SupportsShouldProcess = true, DefaultParameterSetName = PathSet)]
[OutputType(typeof(void))]
public sealed class ExportSarkCsvCommand : SarkCsvCommand, IDisposable
{
    private string file = "";
    private bool wanted;
    private StreamWriter? text;
    private CsvWriter? csv;
    private List<string> columns = [];

    /// <summary>The file to write. What it held before is lost.</summary>
    [Parameter(Mandatory = true, Position = 0, ParameterSetName = PathSet)]
    [ValidateNotNullOrEmpty]
    public string Path { get; set; } = "";

    /// <summary>The file to write, exactly as written: no character is a wildcard.</summary>
    [Parameter(Mandatory = true, ParameterSetName = LiteralPathSet)]
    [Alias("PSPath", "LP")]
    [ValidateNotNullOrEmpty]
    public string LiteralPath { get; set; } = "";

    /// <summary>
    /// The objects. The properties of the first one are the columns; the options of a menu are columns of their own, and
    /// other collections are left out.
    /// </summary>
    [Parameter(Mandatory = true, ValueFromPipeline = true)]
    [ArgumentCompleter(typeof(SarkCompleter))]
    public PSObject InputObject { get; set; } = null!;

    /// <summary>Refuse to replace a file that exists.</summary>
    [Parameter]
    public SwitchParameter NoClobber { get; set; }

    /// <summary>
    /// Write passwords and other secrets too, for a file that is to make the same rows elsewhere. Without it they are left
    /// out, and importing the file leaves those that are stored as they are.
    /// </summary>
    [Parameter]
    public SwitchParameter IncludeSecrets { get; set; }

    /// <summary>Begin the file with the byte order mark that some spreadsheets need to see that it is UTF-8.</summary>
    [Parameter]
    public SwitchParameter ByteOrderMark { get; set; }

    /// <inheritdoc/>
    protected override void BeginProcessing()
    {
        base.BeginProcessing();
        file = FileSystemPath(ParameterSetName == PathSet ? WildcardPattern.Unescape(Path) : LiteralPath);
        RequireTarget();
        wanted = ShouldProcess(file, "Export CSV");
    }

    // What would be refused is told before anybody is asked, and not promised under -WhatIf.
    private void RequireTarget()
    {
        if (Directory.Exists(file))
        {
            ThrowTerminatingError(Error(SarkErrorKind.BadRequest, file, $"'{file}' is a folder; a CSV file is wanted."));
        }

        if (System.IO.Path.GetDirectoryName(file) is { } folder && !Directory.Exists(folder))
        {
            ThrowTerminatingError(
                Error(SarkErrorKind.NotFound, file, $"There is no folder '{folder}' to write '{System.IO.Path.GetFileName(file)}' into."));
        }

        if (NoClobber && File.Exists(file))
        {
            ThrowTerminatingError(Exists());
        }
    }

    private ErrorRecord Exists() => Error(SarkErrorKind.Conflict, file, $"'{file}' exists already, and -NoClobber was given.");

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        if (!wanted)
        {
            return;
        }

        var values = Values(InputObject, IncludeSecrets);
        if (csv is null)
        {
            columns = [.. values.Where(v => v.Value is string or not IEnumerable).Select(v => v.Key)];
            if (columns.Count == 0)
            {
                WriteError(Error(SarkErrorKind.BadRequest, InputObject, $"'{InputObject}' has no properties to make columns of."));
                return;
            }

            Open();
            csv!.Write(columns);
        }

        Guard(() => csv.Write([.. columns.Select(c => values.GetValueOrDefault(c))]));
    }

    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        if (wanted)
        {
            // Nothing came: the file is there and empty, so that what reads it next finds no row rather than no file.
            if (text is null)
            {
                Open();
            }

            Guard(() => text!.Flush());
            Dispose();
        }
    }

    /// <summary>Closes the file, also when the pipeline was stopped.</summary>
    public void Dispose()
    {
        text?.Dispose();
        text = null;
    }

    private void Open() => Guard(() =>
    {
        var stream = new FileStream(file, NoClobber ? FileMode.CreateNew : FileMode.Create, FileAccess.Write, FileShare.Read);
        text = new StreamWriter(stream, ByteOrderMark ? Encoding.UTF8 : Utf8);
        csv = new CsvWriter(text, Delimiter);
    });

    private void Guard(Action action)
    {
        try
        {
            action();
        }
        catch (IOException) when (NoClobber && text is null && File.Exists(file))
        {
            ThrowTerminatingError(Exists());
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            ThrowTerminatingError(FileError(e, file, "written"));
        }
    }

    private static Dictionary<string, object?> Values(PSObject row, bool includeSecrets)
    {
        var values = new Dictionary<string, object?>(StringComparer.OrdinalIgnoreCase);
        if (row.BaseObject is IDictionary dictionary)
        {
            foreach (DictionaryEntry entry in dictionary)
            {
                values[CsvWriter.Text(entry.Key) ?? ""] = Base(entry.Value);
            }
        }
        else
        {
            var resource = PipedItem.Read(row).FirstOrDefault()?.Resource;
            foreach (var property in row.Properties.Where(p => p.IsGettable))
            {
                // A collection of parts of a row is written as the columns that it is.
                foreach (var (name, value) in resource?.FindFamily(property.Name) is null
                    ? [(property.Name, property.Value)]
                    : ResourceValues.Columns(resource, property.Name, property.Value).Select(c => (c.Column.Property!, c.Value)))
                {
                    values[name] = Base(value);
                }
            }

            if (includeSecrets && row.BaseObject is SarkRecord record && resource is not null)
            {
                foreach (var column in resource.Columns.Where(c => c is { IsSecret: true, IsHidden: false, Property: not null }))
                {
                    values[column.Property!] = record.GetSecret(column.Property!);
                }
            }
        }

        return values;
    }

    private static object? Base(object? value) => value is PSObject wrapped ? wrapped.BaseObject : value;
}
