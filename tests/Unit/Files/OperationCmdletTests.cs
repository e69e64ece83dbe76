using System.Management.Automation;
using SarkPS.Tests.Support;

namespace SarkPS.Tests.Files;

/// <summary>The cmdlets in the real engine on a tree.</summary>
public sealed class OperationCmdletTests : IDisposable
{
    private readonly PbxTree tree = new();
    private readonly Engine engine;

    public OperationCmdletTests()
    {
        engine = new Engine(tree.Root);
        Run($"Connect-Sark -Root '{tree.Root}' -Database '{tree.Database}'");
    }

    public void Dispose()
    {
        Run("Disconnect-Sark");
        engine.Dispose();
        tree.Dispose();
    }

    private (IReadOnlyList<PSObject> Output, IReadOnlyList<ErrorRecord> Errors, IReadOnlyList<string> Warnings) Run(string script)
    {
        var result = engine.Run("$ConfirmPreference = 'None'\n" + script);
        Assert.Null(result.End);
        return (result.Output, result.Errors, result.Warnings);
    }

    private IReadOnlyList<T> Objects<T>(string script)
    {
        var (output, errors, _) = Run(script);
        Assert.Empty(errors);
        return [.. output.Select(item => Assert.IsType<T>(item.BaseObject))];
    }

    private ErrorRecord Error(string script) => Assert.Single(Run(script).Errors);

    [Fact]
    public void Snapshots_are_taken_listed_copied_restored_and_removed()
    {
        var made = Assert.Single(Objects<Snapshot>("New-SarkSnapshot"));
        Assert.Equal(made, Assert.Single(Objects<Snapshot>("Get-SarkSnapshot sark.*")));
        Assert.Equal(made.Size, Assert.Single(Objects<FileInfo>("Get-SarkSnapshot | Export-SarkSnapshot -Path copy.db")).Length);
        Assert.Equal(
            "SarkSnapshotConflict,SarkPS.Cmdlets.ExportSarkSnapshotCommand",
            Error("Get-SarkSnapshot | Export-SarkSnapshot -Path copy.db").FullyQualifiedErrorId);
        Assert.Equal("sark.db.17", Assert.Single(Objects<Snapshot>("Import-SarkSnapshot copy.db -Name sark.db.17")).Name);
        tree.Sql("UPDATE Cluster SET description = 'later'");
        Assert.Empty(Run("Restore-SarkSnapshot sark.db.17 -WhatIf").Output);
        Assert.Equal("later", tree.Ask("SELECT description FROM Cluster"));
        Assert.Equal("sark.db.17", Assert.Single(Objects<SnapshotRestore>("'sark.db.17' | Restore-SarkSnapshot")).Restored);
        Run("Remove-SarkSnapshot * -WhatIf");
        Assert.Equal(3, Objects<Snapshot>("Get-SarkSnapshot").Count);
        Assert.Empty(Objects<Snapshot>("Get-SarkSnapshot | Remove-SarkSnapshot -Confirm:$false; Get-SarkSnapshot"));
        foreach (var command in new[] {
            "Get-SarkSnapshot sark.db.1",
            "Remove-SarkSnapshot '../sark.db' -Confirm:$false",
            "Restore-SarkSnapshot sark.db.1",
            "Export-SarkSnapshot '../x'" })
        {
            var error = Error(command);
            Assert.StartsWith("SarkSnapshotNotFound", error.FullyQualifiedErrorId, StringComparison.Ordinal);
            Assert.Equal(ErrorCategory.ObjectNotFound, error.CategoryInfo.Category);
        }
    }

    [Fact]
    public void WhatIf_lists_what_a_restore_of_a_backup_would_change()
    {
        tree.Write("/etc/asterisk/sip.conf", "a");
        tree.Write("/etc/asterisk/same.conf", "same");
        Run("New-SarkBackup");
        tree.Write("/etc/asterisk/sip.conf", "b");
        var change = Assert.Single(Objects<BackupChange>("Get-SarkBackup | Restore-SarkBackup -Part Asterisk -WhatIf"));
        Assert.Equal((BackupChangeAction.Replace, "/etc/asterisk/sip.conf"), (change.Action, change.Path));
        Assert.Equal("b", File.ReadAllText(tree["/etc/asterisk/sip.conf"]));
        var (output, errors, warnings) = Run("Get-SarkBackup | Restore-SarkBackup -Part Asterisk, Voicemail");
        Assert.Empty(errors);
        Assert.Equal(BackupParts.Asterisk, ((BackupRestore)Assert.Single(output).BaseObject).Restored);
        Assert.Contains(warnings, warning => warning.Contains("Voicemail", StringComparison.Ordinal));
        Assert.Equal("a", File.ReadAllText(tree["/etc/asterisk/sip.conf"]));
        // What was replaced is a backup as well, and takes it back.
        var kept = ((BackupRestore)output[0].BaseObject).KeptBackup!;
        Assert.Equal(2, Objects<BackupReport>("Test-SarkBackup *").Count(report => report.Valid));
        Run($"Restore-SarkBackup {kept} -Part Asterisk");
        Assert.Equal("b", File.ReadAllText(tree["/etc/asterisk/sip.conf"]));
        Assert.Empty(Objects<Backup>("Remove-SarkBackup * -Force; Get-SarkBackup"));
    }

    [Fact]
    public void What_is_exported_only_the_user_can_read()
    {
        Run("New-SarkBackup; New-SarkSnapshot; Export-SarkBackup * .; Export-SarkSnapshot * .");
        var files = Directory.GetFiles(tree.Root, "sark*");
        Assert.Equal(2, files.Length);
        Assert.All(files, file => Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file)));
    }

    [Fact]
    public void Rows_of_the_call_records_that_are_left_out_are_counted_in_a_warning()
    {
        tree.Write(
            "/var/log/asterisk/cdr-csv/Master.csv",
            CallRecordTests.Row(1) + "damaged\n" + CallRecordTests.Row(2)[..40] + "\n" + CallRecordTests.Row(3));
        var (output, errors, warnings) = Run("Get-SarkCdr");
        Assert.Equal((2, 0), (output.Count, errors.Count));
        Assert.StartsWith("2 rows ", Assert.Single(warnings), StringComparison.Ordinal);
    }

    [Fact]
    public void Greetings_in_use_need_force()
    {
        File.WriteAllBytes(Path.Combine(tree.Root, "hello.wav"), GreetingTests.Wave());
        Assert.Equal(12, Assert.Single(Objects<Greeting>("Import-SarkGreeting hello.wav -Name usergreeting0012.wav")).Number);
        tree.Sql("INSERT INTO ivrmenu (pkey, greetnum) VALUES ('main', '12')");
        Assert.Equal(
            "SarkGreetingConflict,SarkPS.Cmdlets.RemoveSarkGreetingCommand",
            Error("Remove-SarkGreeting usergreeting0012.wav -Confirm:$false").FullyQualifiedErrorId);
        Run("Remove-SarkGreeting usergreeting0012.wav -Force -WhatIf");
        Assert.Single(Objects<Greeting>("Get-SarkGreeting"));
        Assert.Empty(Objects<Greeting>("Remove-SarkGreeting usergreeting0012.wav -Force; Get-SarkGreeting"));
        Assert.Equal(ErrorCategory.InvalidData, Error("Import-SarkGreeting hello.wav").CategoryInfo.Category);
        Assert.Equal(
            ErrorCategory.ObjectNotFound,
            Error("Import-SarkGreeting nosuch.wav -Name usergreeting0001.wav").CategoryInfo.Category);
    }

    [Fact]
    public void Call_records_are_typed_and_filtered()
    {
        tree.Write(
            "/var/log/asterisk/cdr-csv/Master.csv",
            string.Concat(Enumerable.Range(0, 5000).Select(i => CallRecordTests.Row(i % 10))));
        Assert.Equal(500, Objects<CallRecord>("Get-SarkCdr 403 -Disposition Answered").Count);
        Assert.Equal(TimeSpan.FromMinutes(1), Objects<CallRecord>("Get-SarkCdr -Last 3")[2].Duration);
    }

    [Fact]
    public void A_commit_is_told_in_full_and_its_rehearsal_names_the_tables()
    {
        tree.Generator();
        tree.Generates("extensions.conf", "[internal]\nexten => 1,1,Answer\n");
        var result = Assert.Single(Objects<CommitResult>("Invoke-SarkCommit -Detailed"));
        Assert.Equal("exten => 1,1,Answer", result.Changes.Last(change => change.File == "extensions.conf").Line);
        tree.Sql("UPDATE Cluster SET description = 'new'");
        var before = tree.Fingerprint("/etc");
        Run("Invoke-SarkCommit -WhatIf");
        Assert.Equal(before, tree.Fingerprint("/etc"));
        Assert.Equal("Cluster (1 changed)", Assert.Single(Assert.Single(Objects<CommitStatus>("Get-SarkCommitStatus")).Tables).ToString());

        tree.Generator(before: "echo 'PHP Parse error: x'; exit 0");
        var error = Error("Invoke-SarkCommit");
        Assert.Equal(
            ("SarkCommitUnavailable,SarkPS.Cmdlets.InvokeSarkCommitCommand", ErrorCategory.ConnectionError),
            (error.FullyQualifiedErrorId, error.CategoryInfo.Category));
        Assert.Equal(["PHP Parse error: x"], Assert.IsType<SarkCommitException>(error.Exception).Result.Output);
    }

    [Fact]
    public void A_commit_and_a_restore_say_why_and_are_told_with_the_changes()
    {
        tree.Generator();
        Run("New-SarkTenant acme -Description Acme");
        var commit = Assert.Single(Objects<CommitResult>("Invoke-SarkCommit -Reason 'night window'"));
        Run("New-SarkSnapshot; New-SarkTenant other -Description Other -Reason 'a new customer'");
        var status = Assert.Single(Objects<CommitStatus>("Get-SarkCommitStatus"));
        Assert.Equal((Environment.UserName, 1), (status.CommittedBy, status.Journal!.Count));
        Assert.Equal("a new customer", Assert.Single(Objects<CommitSet>("(Get-SarkCommitStatus).Journal.Sets")).Reason);

        var restore = Assert.Single(Objects<SnapshotRestore>("Get-SarkSnapshot | Restore-SarkSnapshot -Reason 'gone wrong'"));

        var told = Objects<ChangeEntry>("Get-SarkChange");
        Assert.Equal(
            ["Restored gone wrong", "Created a new customer", "Committed night window", "Created "],
            told.Select(c => $"{c.Action} {c.Reason}"));
        Assert.Equal((restore.ChangeSet, restore.Restored), (told[0].ChangeSet, told[0].Key));
        Assert.Equal(commit.ChangeSet, told[2].ChangeSet);
        var error = Error($"Undo-SarkChange {commit.ChangeSet} -Force");
        Assert.Contains("is a commit", error.Exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Commands_need_their_programs_and_obey_WhatIf()
    {
        Assert.Equal(ErrorCategory.NotInstalled, Error("Invoke-SarkCommit").CategoryInfo.Category);
        tree.Program("/bin/systemctl", "[ \"$1\" = show ] && echo ActiveState=active; exit 0");
        Run("Restart-SarkSystem -WhatIf; Stop-SarkPbx -WhatIf; Invoke-SarkCommit -WhatIf");
        Assert.Empty(tree.Calls("/bin/systemctl"));
        Assert.True(Assert.Single(Objects<PbxState>("Get-SarkPbxState")).Running);
        Assert.Equal("SarkPbxUnavailable,SarkPS.Cmdlets.StartSarkPbxCommand", Error("Start-SarkPbx").FullyQualifiedErrorId);
        Assert.True(Assert.Single(Objects<CommitStatus>("Get-SarkCommitStatus")).Changed);
        Assert.Equal(ErrorCategory.InvalidData, Error("Set-SarkFirewall -Rule 'SHELL id'").CategoryInfo.Category);
    }
}
