using System.Management.Automation;

namespace SarkPS.Cmdlets;

/// <summary>Lists backups.</summary>
[Cmdlet(VerbsCommon.Get, "SarkBackup")]
[OutputType(typeof(Backup))]
public sealed class GetSarkBackupCommand : SarkGetFileCommand<Backup>;

/// <summary>Takes a backup of the machine.</summary>
[Cmdlet(VerbsCommon.New, "SarkBackup", SupportsShouldProcess = true)]
[OutputType(typeof(Backup))]
public sealed class NewSarkBackupCommand : SarkCmdlet
{
    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        Try(() =>
        {
            var backups = Backend.Backups;
            if (!Confirmed(Backend.Location, "New backup"))
            {
                return;
            }

            var made = WaitWithProgress("Taking a backup", backups.CreateAsync);
            foreach (var warning in made.Warnings)
            {
                WriteWarning(warning);
            }

            Emit(made);
        });
    }
}

/// <summary>Copies backups to files.</summary>
[Cmdlet(VerbsData.Export, "SarkBackup", DefaultParameterSetName = KeySet, SupportsShouldProcess = true)]
[OutputType(typeof(FileInfo))]
public sealed class ExportSarkBackupCommand : SarkExportFileCommand<Backup>;

/// <summary>Takes archives in as backups.</summary>
[Cmdlet(VerbsData.Import, "SarkBackup", SupportsShouldProcess = true)]
[OutputType(typeof(Backup))]
public sealed class ImportSarkBackupCommand : SarkImportFileCommand<Backup>;

/// <summary>Restores parts of a backup; with -WhatIf lists what would change.</summary>
[Cmdlet(
    VerbsData.Restore,
    "SarkBackup",
    DefaultParameterSetName = KeySet,
    SupportsShouldProcess = true,
    ConfirmImpact = ConfirmImpact.High)]
[OutputType(typeof(BackupRestore), typeof(BackupChange))]
public sealed class RestoreSarkBackupCommand : SarkRestoreCommand<Backup>
{
    /// <summary>The parts to restore: Database, Asterisk, Greetings, Voicemail, Ldap, or All. Others are not touched.</summary>
    [Parameter(Mandatory = true, Position = 1)]
    public BackupParts Part { get; set; }

    private protected override void Restore(string name)
    {
        var backups = Backend.Backups;
        if (LooksFirst)
        {
            Wait(token => backups.RequireAsync(name, token));
        }

        // What cannot be restored is an error and not a promise, so it is looked through before the promise is made.
        var rehearsed = Rehearsal.IsOn ? Restore(name, dryRun: true) : null;
        if (Confirmed(
            $"Restore {Part} of {Backend.Location} from backup {name}",
            $"Restore {Part} of {Backend.Location} from backup {name}? What is there now is replaced.",
            "Restore a backup",
            out _))
        {
            Emit(Restore(name, dryRun: false));
        }
        else if (rehearsed is not null)
        {
            EmitEach(rehearsed.Changes.Where(change => change.Action != BackupChangeAction.Keep));
        }
    }

    private BackupRestore Restore(string name, bool dryRun)
    {
        var backups = Backend.Backups;
        var result = dryRun
            ? WaitWithProgress(
                $"Looking through {name}",
                (progress, token) => backups.RestoreAsync(name, Part, dryRun, Note, progress, token))
            : WaitForChange(
                $"Restoring {name}",
                (progress, token) => backups.RestoreAsync(name, Part, dryRun, Note, progress, token));
        if (result.NotInBackup != BackupParts.None)
        {
            WriteWarning($"The backup '{name}' does not hold: {result.NotInBackup}.");
        }

        foreach (var warning in result.Warnings)
        {
            WriteWarning(warning);
        }

        return result;
    }
}

/// <summary>Checks backups: every checksum, and the integrity of the database.</summary>
[Cmdlet(VerbsDiagnostic.Test, "SarkBackup", DefaultParameterSetName = KeySet)]
[OutputType(typeof(BackupReport))]
public sealed class TestSarkBackupCommand : SarkNamedFileCommand<Backup>
{
    private protected override void Process(string name)
    {
        var report = WaitWithProgress($"Checking {name}", (progress, token) => Backend.Backups.TestAsync(name, progress, token));
        if (!report.Valid)
        {
            // Before the report: with -ErrorAction Stop nothing goes on with an archive that is no good.
            WriteError(ToRecord(
                new SarkValidationException(
                    Kind.Noun,
                    name,
                    "file",
                    $"The backup '{name}' is damaged: {string.Join(' ', report.Problems)}")));
        }

        Emit(report);
    }
}

/// <summary>Removes backups.</summary>
[Cmdlet(
    VerbsCommon.Remove,
    "SarkBackup",
    DefaultParameterSetName = KeySet,
    SupportsShouldProcess = true,
    ConfirmImpact = ConfirmImpact.High)]
public sealed class RemoveSarkBackupCommand : SarkRemoveFileCommand<Backup>;
