using System.Collections.ObjectModel;
using System.Diagnostics;
using System.Globalization;
using System.Management.Automation;
using SarkPS.Cmdlets.Interchange;
using SarkPS.Descriptors;
using SarkPS.Remote;

namespace SarkPS.Cmdlets;

/// <summary>
/// <c>Import-SarkResource</c>: the rows of one or several files as one change set, all of which is made or nothing.
/// </summary>
[Cmdlet(VerbsData.Import, "SarkResource", SupportsShouldProcess = true, DefaultParameterSetName = PathSet)]
[OutputType(typeof(ImportedRow))]
public sealed class ImportSarkResourceCommand : SarkResourceFileCommand
{
    private const int MostWarnings = 10;
    private static readonly TimeSpan TellEvery = TimeSpan.FromMilliseconds(100);

    private readonly List<string> paths = [];

    /// <summary>
    /// The files to read, as CSV or, where they end in .json, as JSON; wildcards are allowed. All of them become one change set.
    /// </summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ParameterSetName = PathSet)]
    [ValidateNotNullOrEmpty]
    [SupportsWildcards]
    public string[] Path { get; set; } = [];

    /// <summary>The files to read, exactly as written: no character is a wildcard.</summary>
    [Parameter(Mandatory = true, ValueFromPipelineByPropertyName = true, ParameterSetName = LiteralPathSet)]
    [Alias("PSPath", "LP")]
    [ValidateNotNullOrEmpty]
    public string[] LiteralPath { get; set; } = [];

    /// <summary>
    /// What the rows are, such as Extension. Without it a column called resource says so for each row, or else the name of the
    /// file, such as extensions.csv.
    /// </summary>
    [Parameter(Position = 1)]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(SarkCompleter))]
    public string? Resource { get; set; }

    /// <summary>
    /// What is done with the rows. Create: each is made, and one that is there already is an error. Update: each is changed, and
    /// one that is not there is an error. Upsert: each is changed where it is there, and made where it is not.
    /// </summary>
    [Parameter]
    public ImportMode Mode { get; set; }

    /// <summary>Makes the rows that can be made, though others are refused. Without it nothing is made then.</summary>
    [Parameter]
    public SwitchParameter ContinueOnError { get; set; }

    /// <summary>
    /// A file for the rows that were refused, in the form of the one that they came from, to be put right and imported again.
    /// Where several files are imported it is a folder, and theirs have the same names there. Nothing is written where no row was
    /// refused, nor under -WhatIf.
    /// </summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? RejectPath { get; set; }

    /// <inheritdoc cref="SarkChangeCommand.Reason"/>
    // What reads and writes files has another base.
    [Parameter]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(SarkCompleter))]
    public string? Reason { get; set; }

    /// <summary>Takes destinations, members and paths that belong to another tenant. Without it they are refused.</summary>
    [Parameter]
    public SwitchParameter AllowOtherTenant { get; set; }

    private protected override bool ChangesRows => true;

    private protected override bool FailsSet => !ContinueOnError;

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        foreach (var path in ParameterSetName == PathSet ? Path : LiteralPath)
        {
            paths.AddRange(Files(path));
        }
    }

    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        if (paths.Count == 0)
        {
            return;
        }

        var resource = Resource is null ? null : SarkResources.Named(Resource);
        if (Resource is not null && resource is null)
        {
            Throw(SarkResources.Unknown(Resource, Noun));
        }

        var files = paths.ConvertAll(path => OfFile(
            path,
            "read",
            () => SourceFiles.Read(
                path,
                Encoding,
                Delimiter,
                resource ?? SarkResources.Named(System.IO.Path.GetFileNameWithoutExtension(path)))));
        var rejects = RejectTarget(files);
        var import = new ImportSet(new ImportOptions(Mode)
        {
            Resource = resource,
            IsAtomic = !ContinueOnError,
            Options = new(AllowsOtherTenant: AllowOtherTenant),
        });
        var (set, isRehearsal) = Build(import, files);
        if (import.Count == 0)
        {
            WriteWarning($"There are no rows in {SarkText.Listed(paths)}.");
            return;
        }

        var isWanted = Confirmed(
            $"{Rows(import.Count)} of {SarkText.Listed([.. paths.Select(p => System.IO.Path.GetFileName(p))])}",
            files.Exists(f => f.Document is not null) ? "Apply change set" : $"{Mode} by import");
        if (isWanted || Rehearsal.IsOn)
        {
            Tell(import, set, files, rejects, isRehearsal || !isWanted);
        }
    }

    private static string Rows(int count) => count == 1 ? "1 row" : string.Create(CultureInfo.InvariantCulture, $"{count:N0} rows");

    private Collection<string> Files(string path)
    {
        if (ParameterSetName == LiteralPathSet || !WildcardPattern.ContainsWildcardCharacters(path))
        {
            return [FileSystemPath(ParameterSetName == LiteralPathSet ? path : WildcardPattern.Unescape(path))];
        }

        // A file that is called so comes before all that the pattern would match.
        if (File.Exists(FileSystemPath(path)))
        {
            return [FileSystemPath(path)];
        }

        var files = SessionState.Path.GetResolvedProviderPathFromPSPath(path, out _);
        if (files.Count == 0)
        {
            Throw(new SarkNotFoundException(Noun, path, $"No file matches '{path}'."));
        }

        return files;
    }

    // Where nothing can be written to, that is told before anything is changed.
    private string? RejectTarget(List<SourceFile> files)
    {
        if (RejectPath is null)
        {
            return null;
        }

        var target = FileSystemPath(WildcardPattern.Unescape(RejectPath));
        if (files.Count > 1)
        {
            if (File.Exists(target))
            {
                Throw(BadRequest(target, $"'{target}' is a file; of several files the rows that are refused go into a folder."));
            }

            if (files.Select(f => System.IO.Path.GetFileName(f.Path)).Distinct(StringComparer.OrdinalIgnoreCase).Count() < files.Count)
            {
                Throw(BadRequest(target, "Two of the files have the same name, and so their rows could not be told apart in -RejectPath."));
            }
        }
        else if (Directory.Exists(target))
        {
            Throw(BadRequest(target, $"'{target}' is a folder; a file is wanted for the rows that are refused."));
        }
        else if (System.IO.Path.GetDirectoryName(target) is { } folder && !Directory.Exists(folder))
        {
            Throw(new SarkNotFoundException(Noun, target, $"There is no folder '{folder}' for the rows that are refused."));
        }

        return target;
    }

    private (ChangeSet Set, bool IsRehearsal) Build(ImportSet import, List<SourceFile> files)
    {
        try
        {
            if (files.Find(f => f.Document is not null) is { } file)
            {
                return OfDocument(import, file, isAlone: files.Count == 1);
            }

            foreach (var row in files.SelectMany(f => f.Rows))
            {
                import.Add(row);
            }

            var tables = Backend.Tables;
            var set = Wait(token => import.BuildAsync(tables, token));
            return (set with { Reason = Reason }, false);
        }
        catch (SarkException error)
        {
            Throw(error);
            throw;
        }
    }

    private (ChangeSet Set, bool IsRehearsal) OfDocument(ImportSet import, SourceFile file, bool isAlone)
    {
        var bound = MyInvocation.BoundParameters;
        if (!isAlone || bound.ContainsKey(nameof(Mode)) || Resource is not null)
        {
            throw BadRequest(
                file.Path,
                $"'{System.IO.Path.GetFileName(file.Path)}' is a change set, which says itself what each of its steps does: it is imported "
                    + "alone, without -Mode and -Resource.");
        }

        var request = ChangeDocument.ReadRequest(file.Document);
        import.Add(file.Rows, request.Set.Steps);
        var tables = Backend.Tables;
        var steps = Wait(token => import.BuildAsync(tables, token)).Steps;
        return (
            request.Set with
            {
                Steps = steps,
                IsAtomic = request.Set.IsAtomic && !ContinueOnError,
                Reason = Reason ?? request.Set.Reason,
            },
            request.IsRehearsal);
    }

    private void Tell(ImportSet import, ChangeSet set, List<SourceFile> files, string? rejects, bool isRehearsal)
    {
        IReadOnlyList<ImportedRow> rows = [];
        try
        {
            // What is refused here is refused as the exchange would: of all or nothing, nothing; the rest is judged all the same.
            var plans = isRehearsal || (set.IsAtomic && import.HasErrors);
            var result = set.Steps.Count == 0 ? new ChangeResult(null, false, []) : Run(set, plans);
            rows = import.Results(result, Backend.Version);
        }
        catch (SarkException error)
        {
            Throw(error);
        }

        var refused = rows.Where(r => r.Error is not null).ToList();
        if (rejects is not null && refused.Count > 0 && !Rehearsal.IsOn)
        {
            WriteRejects(rejects, files, refused);
        }

        foreach (var row in rows)
        {
            Emit(row);
            if (row.Error is { } error)
            {
                WriteError(ToRecord(error, row));
            }
        }

        var notices = rows.SelectMany(r => r.Notices).Distinct(StringComparer.Ordinal).ToList();
        notices.Take(MostWarnings).ToList().ForEach(WriteWarning);
        if (notices.Count > MostWarnings)
        {
            WriteWarning($"{notices.Count - MostWarnings} more notices stand in the property Notices of the results.");
        }

        if (refused.Count > 0 && set.IsAtomic)
        {
            WriteWarning($"Nothing {(isRehearsal ? "would be" : "was")} changed: {Rows(refused.Count)} of {import.Count:N0} "
                + $"{(refused.Count == 1 ? "is" : "are")} refused.");
        }
    }

    private ChangeResult Run(ChangeSet set, bool isPlan)
    {
        var changes = Backend.Changes;
        var activity = isPlan ? "Judging rows" : "Importing rows";
        Task<ChangeResult> Work(IProgress<OperationProgress> progress, CancellationToken token)
        {
            var watch = Stopwatch.StartNew();
            var next = TellEvery;
            var walked = set with
            {
                Steps = new WalkedSteps(set.Steps, at =>
                {
                    if (watch.Elapsed >= next)
                    {
                        next = watch.Elapsed + TellEvery;
                        progress.Report(new OperationProgress(
                            string.Create(
                                CultureInfo.InvariantCulture,
                                $"{at:N0} of {set.Steps.Count:N0} steps, {at / watch.Elapsed.TotalSeconds:N0} a second"),
                            at,
                            set.Steps.Count));
                    }
                }),
            };
            // The writer works in the thread of who comes first; this one shows how far it is.
            return Task.Run(() => isPlan ? changes.PlanAsync(walked, token) : changes.ApplyAsync(walked, token), token);
        }

        return isPlan ? WaitWithProgress(activity, Work) : WaitForChange(activity, Work);
    }

    private void WriteRejects(string target, List<SourceFile> files, List<ImportedRow> refused)
    {
        var rows = refused.Select(r => r.Source).OfType<SourceRow>().ToHashSet(ReferenceEqualityComparer.Instance);
        foreach (var file in files)
        {
            var own = file.Rows.Where(rows.Contains).ToList();
            if (own.Count == 0)
            {
                continue;
            }

            var path = files.Count == 1 ? target : System.IO.Path.Combine(target, System.IO.Path.GetFileName(file.Path));
            OfFile(path, "written", () =>
            {
                if (files.Count > 1)
                {
                    Directory.CreateDirectory(target);
                }

                SourceFiles.Write(path, file, own);
            });
        }
    }
}
