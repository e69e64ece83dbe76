using System.Management.Automation;

namespace SarkPS.Cmdlets;

/// <summary>Lists snapshots of the database.</summary>
[Cmdlet(VerbsCommon.Get, "SarkSnapshot")]
[OutputType(typeof(Snapshot))]
public sealed class GetSarkSnapshotCommand : SarkGetFileCommand<Snapshot>
{
    private protected override FileStoreKind<Snapshot> Kind => FileStores.Snapshots;

    private protected override IFileStoreOperations<Snapshot> Store => Backend.Snapshots;
}

/// <summary>Takes a snapshot of the database.</summary>
[Cmdlet(VerbsCommon.New, "SarkSnapshot", SupportsShouldProcess = true)]
[OutputType(typeof(Snapshot))]
public sealed class NewSarkSnapshotCommand : SarkOperationCmdlet
{
    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        Try(() =>
        {
            var snapshots = Backend.Snapshots;
            if (ShouldProcess(Backend.Location, "New snapshot"))
            {
                WriteObject(Wait(token => snapshots.CreateAsync(token)));
            }
        });
    }
}

/// <summary>Copies snapshots to files.</summary>
[Cmdlet(VerbsData.Export, "SarkSnapshot", SupportsShouldProcess = true)]
[OutputType(typeof(FileInfo))]
public sealed class ExportSarkSnapshotCommand : SarkExportFileCommand<Snapshot>
{
    private protected override FileStoreKind<Snapshot> Kind => FileStores.Snapshots;

    private protected override IFileStoreOperations<Snapshot> Store => Backend.Snapshots;
}

/// <summary>Takes database files in as snapshots.</summary>
[Cmdlet(VerbsData.Import, "SarkSnapshot", SupportsShouldProcess = true)]
[OutputType(typeof(Snapshot))]
public sealed class ImportSarkSnapshotCommand : SarkImportFileCommand<Snapshot>
{
    private protected override FileStoreKind<Snapshot> Kind => FileStores.Snapshots;

    private protected override IFileStoreOperations<Snapshot> Store => Backend.Snapshots;
}

/// <summary>Makes a snapshot the live database.</summary>
[Cmdlet(VerbsData.Restore, "SarkSnapshot", SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.High)]
[OutputType(typeof(SnapshotRestore))]
public sealed class RestoreSarkSnapshotCommand : SarkOperationCmdlet
{
    /// <summary>The snapshot.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [ValidateNotNullOrEmpty]
    public string Name { get; set; } = "";

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        Try(() =>
        {
            var snapshots = Backend.Snapshots;
            if (ShouldProcess(Backend.Location, $"Replace the database with snapshot {Name}"))
            {
                WriteObject(WaitForChange($"Restoring {Name}", (_, token) => Task.Run(() => snapshots.RestoreAsync(Name, token), CancellationToken.None)));
            }
        });
    }
}

/// <summary>Removes snapshots.</summary>
[Cmdlet(VerbsCommon.Remove, "SarkSnapshot", SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.Medium)]
public sealed class RemoveSarkSnapshotCommand : SarkRemoveFileCommand<Snapshot>
{
    private protected override FileStoreKind<Snapshot> Kind => FileStores.Snapshots;

    private protected override IFileStoreOperations<Snapshot> Store => Backend.Snapshots;
}
