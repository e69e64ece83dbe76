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
        Assert.Equal(new PbxState(true, "active", new DateTimeOffset(2026, 11, 23, 17, 1, 2, TimeSpan.Zero)), await System.GetPbxStateAsync());
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
        Assert.Equal(["start asterisk", "stop asterisk"], tree.Calls("/bin/systemctl").Where(call => !call.StartsWith("show", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task A_start_that_fails_returns_exit_code_and_output()
    {
        tree.Program("/bin/systemctl", "[ \"$1\" = show ] && echo ActiveState=inactive && exit 0; echo 'Unit asterisk.service not found.' >&2; exit 5");
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
        File.CreateSymbolicLink(tree["/bin"], "/bin");
        tree.Write("/opt/sark/scripts/srkgenAst", "echo \"generating with $# arguments\"");
        var result = await System.CommitAsync();
        Assert.Equal(("System Commit issued", 0), (result.Message, result.ExitCode));
        Assert.Equal(["generating with 0 arguments"], result.Output);
        tree.Write("/opt/sark/scripts/srkgenAst", "echo 'no database'; exit 3");
        Assert.Contains("exit code 3: no database", (await Assert.ThrowsAsync<SarkUnavailableException>(() => System.CommitAsync())).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_commit_status_tells_what_has_changed_since_by_whom_and_when()
    {
        Assert.Equal((true, null), ((await System.GetCommitStatusAsync()).Changed, (await System.GetCommitStatusAsync()).LastCommit));
        File.CreateSymbolicLink(tree["/bin"], "/bin");
        // What SARK's generator does with the database: a copy for the running system.
        tree.Write("/opt/sark/scripts/srkgenAst", $"cp {tree.Database} {tree["/opt/sark/db/sark.rdonly.db"]}");
        await System.CommitAsync();
        var clean = await System.GetCommitStatusAsync();
        Assert.False(clean.Changed);
        Assert.NotNull(clean.LastCommit);
        Assert.Empty(clean.Changes);

        tree.Sql("UPDATE Cluster SET description = 'new', z_updater = 'alice'");
        tree.Sql("INSERT INTO IPphoneCOSopen VALUES ('401', 'x')");
        var status = await System.GetCommitStatusAsync();
        Assert.True(status.Changed);
        Assert.Equal("alice", status.ChangedBy);
        Assert.NotNull(status.LastChange);
        Assert.Equal([("UPDATE", "Cluster", "default", "alice"), ("UPDATE", "IPphoneCOSopen", "", null)], status.Changes.Select(change => (change.Action, change.Table, change.Key, change.By)));
        await System.CommitAsync();
        Assert.False((await System.GetCommitStatusAsync()).Changed);
    }
}
