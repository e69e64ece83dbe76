using System.Management.Automation;
using System.Text;
using SarkPS.Cmdlets.Csv;
using SarkPS.Cmdlets.Interchange;
using SarkPS.Descriptors;

namespace SarkPS.Cmdlets;

/// <summary>
/// <c>Export-SarkResource</c>: rows of one or several resources as files that <c>Import-SarkResource</c> takes back.
/// </summary>
[Cmdlet(VerbsData.Export, "SarkResource", SupportsShouldProcess = true, DefaultParameterSetName = PathSet)]
[OutputType(typeof(void))]
public sealed class ExportSarkResourceCommand : SarkResourceFileCommand
{
    /// <summary>What is exported, such as Extension; wildcards are allowed, and * is everything.</summary>
    [Parameter(Mandatory = true, Position = 0)]
    [ValidateNotNullOrEmpty]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(SarkCompleter))]
    public string[] Resource { get; set; } = [];

    /// <summary>
    /// The file to write, as CSV or, where it ends in .json, as JSON, or a folder, into which each resource is written as a CSV
    /// file of its own, such as extensions.csv. What was there before is lost.
    /// </summary>
    [Parameter(Mandatory = true, Position = 1, ParameterSetName = PathSet)]
    [ValidateNotNullOrEmpty]
    public string Path { get; set; } = "";

    /// <summary>The file or folder to write, exactly as written: no character is a wildcard.</summary>
    [Parameter(Mandatory = true, ParameterSetName = LiteralPathSet)]
    [Alias("PSPath", "LP")]
    [ValidateNotNullOrEmpty]
    public string LiteralPath { get; set; } = "";

    /// <summary>
    /// Write passwords and other secrets too, for a file that is to make the same rows elsewhere. On Linux and macOS only its
    /// owner may read it. Without it they are left out, and importing the file leaves those that are stored as they are.
    /// </summary>
    [Parameter]
    public SwitchParameter IncludeSecrets { get; set; }

    /// <summary>Refuse to replace a file that exists.</summary>
    [Parameter]
    public SwitchParameter NoClobber { get; set; }

    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        var target = FileSystemPath(ParameterSetName == PathSet ? WildcardPattern.Unescape(Path) : LiteralPath);
        var resources = Chosen();
        if (SourceFiles.IsJson(target))
        {
            Export([target], () => WriteJson(target, resources));
        }
        else if (Directory.Exists(target) || (resources.Count > 1 && System.IO.Path.GetExtension(target).Length == 0))
        {
            var files = resources.Select(r => (Resource: r, File: System.IO.Path.Combine(target, r.Route + ".csv"))).ToList();
            Export(
                [.. files.Select(f => f.File)],
                () =>
                {
                    Directory.CreateDirectory(target);
                    files.ForEach(f => WriteCsv(f.File, f.Resource));
                });
        }
        else if (resources.Count > 1)
        {
            Throw(BadRequest(target, $"A CSV file holds one resource; '{target}' is to hold {resources.Count}. Name a folder, or a file "
                + "that ends in .json."));
        }
        else
        {
            Export([target], () => WriteCsv(target, resources[0]));
        }
    }

    private List<ResourceDescriptor> Chosen()
    {
        var chosen = new HashSet<ResourceDescriptor>();
        foreach (var name in Resource)
        {
            if (!WildcardPattern.ContainsWildcardCharacters(name))
            {
                chosen.Add(SarkResources.Named(name) ?? Unknown(name));
                continue;
            }

            var pattern = WildcardPattern.Get(name, WildcardOptions.IgnoreCase);
            var matching = SarkResources.All.Where(r => pattern.IsMatch(r.Noun)).ToList();
            chosen.UnionWith(matching.Count > 0 ? matching : [Unknown(name)]);
        }

        return [.. StepOrder.Resources.Where(chosen.Contains)];

        ResourceDescriptor Unknown(string name)
        {
            var error = SarkResources.Unknown(name, Noun);
            Throw(error);
            throw error;
        }
    }

    // What would be refused is told before anybody is asked, and not promised under -WhatIf.
    private void Export(IReadOnlyList<string> files, Action write)
    {
        foreach (var file in files)
        {
            if (Directory.Exists(file))
            {
                Throw(BadRequest(file, $"'{file}' is a folder; a file is wanted."));
            }

            if (NoClobber && File.Exists(file))
            {
                Throw(new SarkException(SarkErrorKind.Conflict, Noun, file, $"'{file}' exists already, and -NoClobber was given."));
            }
        }

        if (Confirmed(SarkText.Listed(files), "Export rows"))
        {
            try
            {
                write();
            }
            catch (SarkException error)
            {
                Throw(error);
            }
        }
    }

    private void WriteCsv(string file, ResourceDescriptor resource)
    {
        var table = new ExportTable(resource, IncludeSecrets, Backend.Version);
        var rows = Wait(token => Backend.Tables.ListAsync(resource, null, token));
        Write(file, text =>
        {
            var csv = new CsvWriter(text, Delimiter ?? ',');
            csv.Write(table.Headings);
            foreach (var row in rows)
            {
                csv.Write(table.Cells(row));
            }
        });
    }

    private void WriteJson(string file, List<ResourceDescriptor> resources)
    {
        var tables = resources.ConvertAll(r => (
            Resource: r,
            Table: new ExportTable(r, IncludeSecrets, Backend.Version),
            Rows: Wait(token => Backend.Tables.ListAsync(r, null, token))));
        Write(file, text => SourceFiles.WriteJson(text, tables.SelectMany(t => t.Rows.Select(row => t.Table.Headings
            .Zip(t.Table.Cells(row), KeyValuePair.Create)
            .Where(c => c.Value is not null)
            .Prepend(KeyValuePair.Create(ImportSet.ResourceHeading, (object?)t.Resource.Noun))))));
    }

    private void Write(string file, Action<TextWriter> write) => OfFile(
        file,
        "written",
        () => SourceFiles.Write(
            file,
            Encoding ?? new UTF8Encoding(encoderShouldEmitUTF8Identifier: false),
            IncludeSecrets,
            write));
}
