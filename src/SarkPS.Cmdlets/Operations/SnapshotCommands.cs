using System.Management.Automation;

namespace SarkPS.Cmdlets;

/// <summary>Lists snapshots of the database.</summary>
[Cmdlet(VerbsCommon.Get, "SarkSnapshot")]
[OutputType(typeof(Snapshot))]
public sealed class GetSarkSnapshotCommand : SarkGetFileCommand<Snapshot>;

/// <summary>Takes a snapshot of the database.</summary>
[Cmdlet(VerbsCommon.New, "SarkSnapshot", SupportsShouldProcess = true)]
[OutputType(typeof(Snapshot))]
public sealed class NewSarkSnapshotCommand : SarkCmdlet
{
    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        Try(() =>
        {
            var snapshots = Backend.Snapshots;
            if (Confirmed(Backend.Location, "New snapshot"))
            {
                Emit(Wait(token => snapshots.CreateAsync(token)));
            }
        });
    }
}

/// <summary>Copies snapshots to files.</summary>
[Cmdlet(VerbsData.Export, "SarkSnapshot", DefaultParameterSetName = KeySet, SupportsShouldProcess = true)]
[OutputType(typeof(FileInfo))]
public sealed class ExportSarkSnapshotCommand : SarkExportFileCommand<Snapshot>;

/// <summary>Takes database files in as snapshots.</summary>
[Cmdlet(VerbsData.Import, "SarkSnapshot", SupportsShouldProcess = true)]
[OutputType(typeof(Snapshot))]
public sealed class ImportSarkSnapshotCommand : SarkImportFileCommand<Snapshot>;

/// <summary>Makes a snapshot the live database.</summary>
[Cmdlet(
    VerbsData.Restore,
    "SarkSnapshot",
    DefaultParameterSetName = KeySet,
    SupportsShouldProcess = true,
    ConfirmImpact = ConfirmImpact.High)]
[OutputType(typeof(SnapshotRestore))]
public sealed class RestoreSarkSnapshotCommand : SarkRestoreCommand<Snapshot>
{
    private protected override void Restore(string name)
    {
        var snapshots = Backend.Snapshots;
        if (LooksFirst)
        {
            Wait(token => snapshots.RequireAsync(name, token));
        }

        if (Rehearsal.IsOn)
        {
            Judge(snapshots, name);
        }

        if (Confirmed(Backend.Location, $"Replace the database with snapshot {name}"))
        {
            var result = WaitForChange(
                $"Restoring {name}",
                (_, token) => Task.Run(() => snapshots.RestoreAsync(name, Note, token), CancellationToken.None));
            foreach (var warning in result.Warnings)
            {
                WriteWarning(warning);
            }

            Emit(result);
        }
    }

    // Whether it could become the live database, is found out on a copy here.
    private void Judge(ISnapshotOperations snapshots, string name) => WaitWithProgress($"Looking through {name}", async (progress, token) =>
    {
        using var content = await snapshots.OpenAsync(name, token).ConfigureAwait(false);
        return await DataLibrary.JudgeContentAsync(FileStores.Snapshots.Noun, name, content, limits: null, token).ConfigureAwait(false);
    });
}

/// <summary>Removes snapshots.</summary>
[Cmdlet(
    VerbsCommon.Remove,
    "SarkSnapshot",
    DefaultParameterSetName = KeySet,
    SupportsShouldProcess = true,
    ConfirmImpact = ConfirmImpact.High)]
public sealed class RemoveSarkSnapshotCommand : SarkRemoveFileCommand<Snapshot>;
