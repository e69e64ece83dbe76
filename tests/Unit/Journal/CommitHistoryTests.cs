using System.Diagnostics;
using SarkPS.Data;
using SarkPS.Tests.Files;

namespace SarkPS.Tests.Journal;

/// <summary>Commits in the journal, whoever makes them, and what it tells of the time since the last.</summary>
public sealed class CommitHistoryTests : IDisposable
{
    private const string Journal = "/var/lib/sarkps/journal.db";

    private readonly PbxTree tree = new();

    private static ChangeNote Note => new(new ChangeOrigin("admin", "192.0.2.7", "request-1"), "night window");

    private LocalBackend Exchange => tree.Operations;

    public void Dispose() => tree.Dispose();

    [Fact]
    public async Task A_commit_stands_in_the_history_and_what_came_later_is_due()
    {
        tree.Generator();
        await MakeAsync("acme");

        var result = await Exchange.System.CommitAsync(note: Note);

        var noted = (await HistoryAsync())[0];
        Assert.Equal(
            (ChangeCause.Commit, RowAction.Committed, "admin", "192.0.2.7", "night window", result.ChangeSet),
            (noted.Cause, noted.Action, noted.Actor, noted.Address, noted.Reason, noted.ChangeSet));
        Assert.Equal(("", "", null), (noted.Table, noted.Key, noted.Resource));
        var status = await Exchange.System.GetCommitStatusAsync();
        Assert.Equal((false, "admin"), (status.Changed, status.CommittedBy));
        Assert.Equal((CommitReach.Commit, 0), (status.Journal!.Reach, status.Journal.Count));
        Assert.Null(status.Journal.Remark);

        var set = await MakeAsync("other", "by hand");
        tree.Sql("UPDATE Cluster SET description = 'by a page' WHERE pkey = 'acme'");
        // No commit is about the texts of SARK's pages.
        tree.Sql("INSERT INTO tt_help_core (pkey) VALUES ('x')");
        status = await Exchange.System.GetCommitStatusAsync();

        Assert.True(status.Changed);
        Assert.Equal(2, status.Journal!.Count);
        Assert.Equal(["acme Outside", "other Set"], status.Journal.Changes.Select(c => $"{c.Key} {c.Cause}"));
        var (outside, own) = (status.Journal.Sets[0], status.Journal.Sets[1]);
        Assert.Equal((null, null, ChangeCause.Outside, 1), (outside.Actor, outside.Time, outside.Cause, outside.Count));
        Assert.Equal((set, Environment.UserName, "by hand", 1), (own.ChangeSet, own.Actor, own.Reason, own.Count));
        Assert.NotNull(own.Time);
        Assert.Equal($"2 changes: 1 from outside, 1 by {Environment.UserName}", status.Journal.ToString());
    }

    [Fact]
    public async Task Secrets_are_masked_in_what_is_due()
    {
        tree.Generator();
        await Exchange.System.CommitAsync();
        await Exchange.Changes.ApplyAsync(new ChangeSet([Steps.Extension("401")]), default);

        var changes = (await Exchange.System.GetCommitStatusAsync()).Journal!.Changes;

        Assert.Equal("***", changes.Single(c => c.Resource == "extensions").After!["passwd"]);
    }

    [Fact]
    public async Task A_commit_that_failed_is_not_noted_and_all_is_due_still()
    {
        tree.Generator();
        await Exchange.System.CommitAsync(note: Note);
        await MakeAsync("acme");
        tree.Generator(before: "echo 'PHP Fatal error:  x'");

        await Assert.ThrowsAsync<SarkCommitException>(() => Exchange.System.CommitAsync());

        Assert.Single(await HistoryAsync(), c => c.Cause == ChangeCause.Commit);
        var status = await Exchange.System.GetCommitStatusAsync();
        Assert.Equal((true, "admin", 1), (status.Incomplete, status.CommittedBy, status.Journal!.Count));
        Assert.Single(await HistoryAsync(), c => c.Cause == ChangeCause.Commit);
    }

    [Fact]
    public async Task A_commit_of_other_programs_is_told_from_the_files_that_their_generator_wrote()
    {
        tree.Generator();
        await Exchange.System.CommitAsync(note: Note);
        await MakeAsync("acme");
        await PastAsync();
        RunGenerator();

        var status = await Exchange.System.GetCommitStatusAsync();

        Assert.Equal((CommitReach.Commit, 0, null), (status.Journal!.Reach, status.Journal.Count, status.CommittedBy));
        Assert.False(status.Changed);
        var noted = (await HistoryAsync())[0];
        Assert.Equal((ChangeCause.Commit, RowAction.Committed, null, null), (noted.Cause, noted.Action, noted.Actor, noted.Reason));
        Assert.Equal(status.LastCommit!.Value, noted.Time!.Value, TimeSpan.FromMilliseconds(1));
        // Once, however often it is asked.
        await Exchange.System.GetCommitStatusAsync();
        Assert.Equal(2, (await HistoryAsync()).Count(c => c.Cause == ChangeCause.Commit));

        await MakeAsync("later");
        Assert.Equal("later", Assert.Single((await Exchange.System.GetCommitStatusAsync()).Journal!.Changes).Key);
    }

    [Fact]
    public async Task What_others_have_changed_and_committed_is_not_due()
    {
        tree.Generator();
        await Exchange.System.CommitAsync(note: Note);
        tree.Sql("UPDATE Cluster SET description = 'by a page'");
        await PastAsync();
        RunGenerator();

        var status = await Exchange.System.GetCommitStatusAsync();

        Assert.Equal((false, 0, null), (status.Changed, status.Journal!.Count, status.Journal.Remark));
        Assert.Equal(
            [RowAction.Committed, RowAction.Updated, RowAction.Committed],
            (await HistoryAsync()).Select(c => c.Action));

        // Where more was changed since, which of it was committed the journal cannot tell, and says so.
        tree.Sql("UPDATE Cluster SET description = 'committed'");
        await PastAsync();
        RunGenerator();
        tree.Sql("INSERT INTO Cluster (pkey, description) VALUES ('more', 'not committed')");
        status = await Exchange.System.GetCommitStatusAsync();
        Assert.Equal((2, "Cluster (1 added)"), (status.Journal!.Count, Assert.Single(status.Tables).ToString()));
        Assert.Contains("it is not known whether", status.Journal.Remark, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_is_changed_while_the_generator_runs_is_due_after_it()
    {
        var (begun, go) = (tree["/begun"], tree["/go"]);
        tree.Generator(before: $"touch '{begun}'; while [ ! -e '{go}' ]; do sleep 0.02; done");
        await MakeAsync("before");
        var commit = Exchange.System.CommitAsync();
        while (!File.Exists(begun))
        {
            await Task.Delay(10);
        }

        await MakeAsync("meanwhile");
        await File.WriteAllTextAsync(go, "");
        await commit;

        Assert.Equal(["meanwhile"], (await Exchange.System.GetCommitStatusAsync()).Journal!.Changes.Select(c => c.Key));
    }

    [Fact]
    public async Task A_commit_that_is_found_before_it_is_noted_gets_the_name_of_whoever_made_it()
    {
        var (written, go) = (tree["/written"], tree["/go"]);
        tree.Generator();
        var script = tree["/opt/sark/scripts/srkgenAst"];
        // The files are written, and the script has more to do.
        await File.WriteAllTextAsync(
            script,
            (await File.ReadAllTextAsync(script)).Replace(
                "exit 0",
                $"touch '{written}'; while [ ! -e '{go}' ]; do sleep 0.02; done; exit 0",
                StringComparison.Ordinal));
        await MakeAsync("acme");
        await PastAsync();
        var commit = Exchange.System.CommitAsync(note: Note);
        while (!File.Exists(written))
        {
            await Task.Delay(10);
        }

        Assert.Null((await Exchange.System.GetCommitStatusAsync()).CommittedBy);
        await File.WriteAllTextAsync(go, "");
        var result = await commit;

        var noted = Assert.Single(await HistoryAsync(), c => c.Cause == ChangeCause.Commit);
        Assert.Equal(("admin", "night window", result.ChangeSet), (noted.Actor, noted.Reason, noted.ChangeSet));
        Assert.Equal("admin", (await Exchange.System.GetCommitStatusAsync()).CommittedBy);
    }

    [Fact]
    public async Task After_a_restore_the_journal_says_from_when_on_it_tells()
    {
        tree.Generator();
        var snapshot = await Exchange.Snapshots.CreateAsync();
        await MakeAsync("acme");
        await Exchange.System.CommitAsync();
        await Exchange.Snapshots.RestoreAsync(snapshot.Name);
        await MakeAsync("later");

        var status = await Exchange.System.GetCommitStatusAsync();

        Assert.True(status.Changed);
        Assert.Equal((CommitReach.Restore, 1), (status.Journal!.Reach, status.Journal.Count));
        Assert.Contains("restored", status.Journal.Remark, StringComparison.Ordinal);
        Assert.NotNull(status.Journal.Commit);
        // How the rows differ is told as before: one is gone, one has come.
        Assert.Equal("Cluster (1 added, 1 removed)", Assert.Single(status.Tables).ToString());

        await Exchange.System.CommitAsync();
        Assert.Equal(CommitReach.Commit, (await Exchange.System.GetCommitStatusAsync()).Journal!.Reach);
    }

    [Fact]
    public async Task A_commit_of_before_the_journal_is_none_that_it_can_tell_of()
    {
        tree.Generator();
        RunGenerator();
        foreach (var file in Directory.GetFiles(tree["/etc/asterisk"]))
        {
            File.SetLastWriteTimeUtc(file, DateTime.UtcNow.AddHours(-1));
        }

        await MakeAsync("acme");

        var history = (await Exchange.System.GetCommitStatusAsync()).Journal!;
        Assert.Equal((CommitReach.Beginning, 1, null), (history.Reach, history.Count, history.Commit));
        Assert.Contains("before the journal began", history.Remark, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_commit_that_the_journal_has_forgotten_is_not_taken_for_a_new_one()
    {
        tree.Generator();
        await Exchange.System.CommitAsync();
        foreach (var file in Directory.GetFiles(tree["/etc/asterisk"]))
        {
            File.SetLastWriteTimeUtc(file, DateTime.UtcNow.AddDays(-801));
        }

        PbxTree.Sql(
            tree[Journal],
            $"UPDATE sets SET time = time - {TimeSpan.FromDays(800).TotalMilliseconds:0}; UPDATE state SET begun = 0");
        await using var exchange = new LocalBackend(tree.Options);
        await exchange.Changes.ApplyAsync(new ChangeSet([Steps.Tenant("later")]), default);

        var status = await exchange.System.GetCommitStatusAsync();

        Assert.Equal((CommitReach.Beginning, 1, null), (status.Journal!.Reach, status.Journal.Count, status.Journal.Commit));
        Assert.Contains("older than what it keeps", status.Journal.Remark, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_a_journal_a_commit_is_made_and_its_state_told_as_the_files_tell_it()
    {
        tree.Generator();
        // What lies there is no journal.
        Directory.CreateDirectory(tree[Journal]);

        var result = await Exchange.System.CommitAsync();

        Assert.Null(result.ChangeSet);
        Assert.Contains("journal.db", Assert.Single(result.Warnings), StringComparison.Ordinal);
        var status = await Exchange.System.GetCommitStatusAsync();
        Assert.Equal((false, CommitBasis.Kept, CommitReach.None), (status.Changed, status.Basis, status.Journal!.Reach));
        Assert.Contains("journal.db", status.Journal.Remark, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Where_no_copy_is_left_of_what_a_commit_worked_on_the_journal_tells_whether_one_is_due()
    {
        tree.Generator();
        await Exchange.System.CommitAsync();
        File.Delete(tree[tree.Options.Paths.GeneratedDatabase]);
        File.Delete(tree[tree.Options.Paths.CommittedDatabase]);

        var status = await Exchange.System.GetCommitStatusAsync();
        Assert.Equal((false, CommitBasis.None), (status.Changed, status.Basis));
        await MakeAsync("acme");
        Assert.True((await Exchange.System.GetCommitStatusAsync()).Changed);
    }

    [Fact]
    public async Task A_commit_cannot_be_undone()
    {
        tree.Generator();
        var set = (await Exchange.System.CommitAsync()).ChangeSet!;

        var error = await Assert.ThrowsAsync<SarkConflictException>(
            () => Exchange.Changes.UndoAsync(set, false, ChangeOrigin.Local, null, default));

        Assert.Contains($"'{set}' is a commit", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_journal_of_the_version_before_goes_on()
    {
        using var database = new JournalDatabase();
        await database.MakeAsync(Steps.Tenant("acme"));
        database.Close();
        PbxTree.Sql(
            database.JournalPath,
            "DROP TABLE commits; ALTER TABLE state DROP COLUMN begun; ALTER TABLE state DROP COLUMN restored; PRAGMA user_version = 1");

        await database.MakeAsync(Steps.Tenant("later"));

        Assert.Equal(["acme", "later"], (await database.HistoryAsync()).Where(e => !e.IsBeforeRestore).Select(e => e.Key));
        Assert.Equal(["2"], database.Journal("PRAGMA user_version"));
        Assert.Equal(["1"], database.Journal("SELECT begun = (SELECT min(time) FROM sets) FROM state"));
    }

    private async Task<string> MakeAsync(string tenant, string? reason = null) =>
        (await Exchange.Changes.ApplyAsync(new ChangeSet([Steps.Tenant(tenant)]) { Reason = reason }, default)).ChangeSet!;

    private async Task<IReadOnlyList<ChangeEntry>> HistoryAsync() =>
        (await Exchange.Changes.HistoryAsync(new ChangeQuery { Limit = 1000 }, default)).Changes;

    // The times of files and of the journal are compared, and those of files are coarser.
    private static Task PastAsync() => Task.Delay(50);

    // As SARK's own pages start it.
    private void RunGenerator()
    {
        using var process = Process.Start("/bin/sh", [tree["/opt/sark/scripts/srkgenAst"]]);
        process.WaitForExit();
        Assert.Equal(0, process.ExitCode);
    }
}
