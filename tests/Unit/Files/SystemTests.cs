using System.Diagnostics;

namespace SarkPS.Tests.Files;

public sealed class SystemTests : IDisposable
{
    private readonly PbxTree tree = new();

    private ISystemOperations System => tree.Operations.System;

    public void Dispose() => tree.Dispose();

    /// <summary>A systemctl that keeps the state of one unit in a file.</summary>
    private void Systemctl(string state)
    {
        tree.Write("/state", state);
        tree.Program("/bin/systemctl", $"""
            case "$1" in
            show) echo "ActiveState=$(cat {tree["/state"]})"; echo "StateChangeTimestamp=Mon 2026-11-23 17:01:02 UTC";;
            start) printf active > {tree["/state"]};;
            stop) printf inactive > {tree["/state"]};;
            esac
            """);
    }

    [Fact]
    public async Task The_state_is_what_systemd_says()
    {
        Systemctl("active");
        Assert.Equal(
            new PbxState(true, "active", new DateTimeOffset(2026, 11, 23, 17, 1, 2, TimeSpan.Zero)),
            await System.GetPbxStateAsync());
        Systemctl("failed");
        Assert.Equal((false, "failed"), ((await System.GetPbxStateAsync()).Running, (await System.GetPbxStateAsync()).State));
    }

    [Fact]
    public async Task Starting_and_stopping_wait_for_the_state_and_refuse_what_is_so_already()
    {
        Systemctl("inactive");
        Assert.Equal("PBX not running", (await Assert.ThrowsAsync<SarkUnavailableException>(() => System.StopPbxAsync())).Message);
        Assert.Equal("PBX started", (await System.StartPbxAsync()).Message);
        Assert.Equal("PBX already running", (await Assert.ThrowsAsync<SarkUnavailableException>(() => System.StartPbxAsync())).Message);
        Assert.Equal("PBX stopped", (await System.StopPbxAsync()).Message);
        Assert.Equal(
            ["start asterisk", "stop asterisk"],
            tree.Calls("/bin/systemctl").Where(call => !call.StartsWith("show", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task A_start_that_fails_returns_exit_code_and_output()
    {
        tree.Program(
            "/bin/systemctl",
            "[ \"$1\" = show ] && echo ActiveState=inactive && exit 0; echo 'Unit asterisk.service not found.' >&2; exit 5");
        var error = await Assert.ThrowsAsync<SarkUnavailableException>(() => System.StartPbxAsync());
        Assert.Contains("exit code 5: Unit asterisk.service not found.", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_program_that_takes_too_long_is_stopped()
    {
        tree.Program("/bin/systemctl", "exec sleep 60");
        tree.Options.Commands.QueryTimeout = TimeSpan.FromMilliseconds(300);
        Assert.Equal(SarkErrorKind.Timeout, (await Assert.ThrowsAsync<SarkException>(() => System.GetPbxStateAsync())).Kind);
    }

    [Fact]
    public async Task A_tree_of_ones_own_never_starts_the_programs_of_the_machine()
    {
        Assert.Equal(SarkErrorKind.Unsupported, (await Assert.ThrowsAsync<SarkException>(() => System.RebootAsync())).Kind);
        Assert.Equal(SarkErrorKind.Unsupported, (await Assert.ThrowsAsync<SarkException>(() => System.CommitAsync())).Kind);
        tree.Program("/bin/systemctl", "true");
        Assert.Equal("Reboot issued", (await System.RebootAsync()).Message);
        Assert.Equal(["reboot"], tree.Calls("/bin/systemctl"));
    }

    [Fact]
    public async Task A_commit_runs_SARKs_generator_and_returns_what_it_wrote()
    {
        tree.Generator(before: "echo \"generating with $# arguments\"");
        var result = await System.CommitAsync();
        Assert.Equal(("System Commit issued", 0), (result.Message, result.ExitCode));
        Assert.Equal(["generating with 0 arguments"], result.Output);
        tree.Write("/opt/sark/scripts/srkgenAst", "echo 'no database'; exit 3");
        Assert.Contains(
            "exit code 3: no database",
            (await Assert.ThrowsAsync<SarkCommitException>(() => System.CommitAsync())).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_commit_status_tells_what_has_changed_since_by_whom_and_when()
    {
        Assert.Equal((true, null), ((await System.GetCommitStatusAsync()).Changed, (await System.GetCommitStatusAsync()).LastCommit));
        tree.Generator();
        await System.CommitAsync();
        var clean = await System.GetCommitStatusAsync();
        Assert.False(clean.Changed);
        Assert.NotNull(clean.LastCommit);
        Assert.Empty(clean.Changes);

        tree.Sql("UPDATE Cluster SET description = 'new', z_updater = 'alice'");
        tree.Sql("INSERT INTO IPphoneCOSopen (IPphone_pkey, COS_pkey) VALUES ('401', 'x')");
        var status = await System.GetCommitStatusAsync();
        Assert.True(status.Changed);
        Assert.Equal("alice", status.ChangedBy);
        Assert.NotNull(status.LastChange);
        Assert.Equal(
            [("UPDATE", "Cluster", "default", "alice"), ("INSERT", "IPphoneCOSopen", "401/x", "system")],
            status.Changes.Select(change => (change.Action, change.Table, change.Key, change.By)));
        Assert.Equal([new PendingTable("Cluster", 0, 1, 0), new PendingTable("IPphoneCOSopen", 1, 0, 0)], status.Tables);
        await System.CommitAsync();
        Assert.False((await System.GetCommitStatusAsync()).Changed);
    }

    [Fact]
    public async Task A_program_that_takes_too_long_is_stopped_with_all_that_it_started()
    {
        tree.Program("/bin/systemctl", $"trap '' TERM; sleep 61 & echo $! > {tree["/child"]}; wait; sleep 62");
        tree.Options.Commands.QueryTimeout = TimeSpan.FromMilliseconds(500);
        Assert.Equal(SarkErrorKind.Timeout, (await Assert.ThrowsAsync<SarkException>(() => System.GetPbxStateAsync())).Kind);
        var child = File.ReadAllText(tree["/child"]).Trim();
        // Dead, or dead and not yet noticed by its new parent.
        for (var i = 0; i < 50 && Directory.Exists($"/proc/{child}"); i++)
        {
            if (File.ReadAllText($"/proc/{child}/stat").Split(')')[^1].StartsWith(" Z", StringComparison.Ordinal))
            {
                return;
            }

            await Task.Delay(100);
        }

        Assert.False(Directory.Exists($"/proc/{child}"));
    }

    [Fact]
    public async Task What_a_program_leaves_running_does_not_keep_its_answer()
    {
        tree.Program("/bin/systemctl", "sleep 30 & echo ActiveState=active");
        var clock = Stopwatch.StartNew();
        Assert.True((await System.GetPbxStateAsync()).Running);
        Assert.True(clock.Elapsed < TimeSpan.FromSeconds(9), $"{clock.Elapsed}");
    }

    [Fact]
    public async Task The_generator_runs_to_its_end_when_the_caller_leaves_and_the_next_waits_its_turn()
    {
        tree.Generator(
            before: $"echo begin >> {tree["/log"]}; for i in 1 2 3; do echo writing; sleep 0.5; done; echo end >> {tree["/log"]}");
        using var cancel = new CancellationTokenSource();
        var commit = System.CommitAsync(cancellationToken: cancel.Token);
        while (!File.Exists(tree["/log"]))
        {
            await Task.Delay(20);
        }

        cancel.Cancel();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => commit);
        Assert.Equal(["begin"], File.ReadAllLines(tree["/log"]));
        Assert.Equal(["writing", "writing", "writing"], (await System.CommitAsync()).Output);
        Assert.Equal(["begin", "end", "begin", "end"], File.ReadAllLines(tree["/log"]));
    }

    [Fact]
    public async Task A_generator_that_takes_too_long_is_left_to_its_end_and_that_is_said()
    {
        File.CreateSymbolicLink(tree["/bin"], "/bin");
        tree.Write("/opt/sark/scripts/srkgenAst", $"sleep 1.5; echo writing; echo end >> {tree["/log"]}");
        tree.Options.Commands.CommitTimeout = TimeSpan.FromMilliseconds(300);
        var error = await Assert.ThrowsAsync<SarkException>(() => System.CommitAsync());
        Assert.Equal(SarkErrorKind.Timeout, error.Kind);
        Assert.Contains("left to run to its end", error.Message, StringComparison.Ordinal);
        Assert.Equal(SarkErrorKind.Timeout, (await Assert.ThrowsAsync<SarkException>(() => System.CommitAsync())).Kind);
        await Task.Delay(2000);
        Assert.Equal(["end"], File.ReadAllLines(tree["/log"]));
    }

    [Theory]
    [InlineData(9)]
    [InlineData(2)]
    public async Task The_generator_outlives_the_process_that_started_it(int signal)
    {
        File.CreateSymbolicLink(tree["/bin"], "/bin");
        tree.Write(
            "/opt/sark/scripts/srkgenAst",
            $"echo begin >> {tree["/log"]}; for i in 1 2 3 4; do echo writing; sleep 0.3; done; echo end >> {tree["/log"]}");
        using (var process = PbxTree.Helper("try", tree.Root, "commit"))
        {
            while (!File.Exists(tree["/log"]))
            {
                await Task.Delay(20);
            }

            // As Ctrl+C does it: the whole group at once.
            using var kill = Process.Start("/bin/kill", [$"-{signal}", $"{process.Id}"]);
            await process.WaitForExitAsync();
        }

        await Task.Delay(2500);
        Assert.Equal(["begin", "end"], File.ReadAllLines(tree["/log"]));
    }
}
