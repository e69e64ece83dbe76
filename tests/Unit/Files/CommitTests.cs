using System.Text.Json.Nodes;
using SarkPS.Data;
using SarkPS.Data.Commands;
using SarkPS.Descriptors;
using SarkPS.Remote;
using SarkPS.Tests.Support;

namespace SarkPS.Tests.Files;

/// <summary>A commit tells success only when SARK's generator did its work, and what is due for one is not mistaken.</summary>
public sealed class CommitTests : IDisposable
{
    private readonly PbxTree tree = new();

    private ISystemOperations System => tree.Operations.System;

    private static Changes Acme => new() { ["pkey"] = "acme", ["description"] = "Acme" };

    private string Flag => tree[tree.Options.Paths.CommitFlag];

    private string Running => tree[tree.Options.Paths.CommittedDatabase];

    public void Dispose() => tree.Dispose();

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Files_that_are_written_are_success_also_with_the_content_that_they_had(bool isPjsip)
    {
        tree.Generator(isPjsip: isPjsip);
        var first = await System.CommitAsync();
        Assert.Equal(PbxTree.GeneratedFiles(isPjsip).Order(), first.Files.Select(file => file.Name).Order());
        Assert.All(first.Files, file => Assert.Equal(GeneratedFileState.Created, file.State));
        var second = await System.CommitAsync();
        Assert.All(second.Files, file => Assert.Equal((GeneratedFileState.Rewritten, 0, 0), (file.State, file.Added, file.Removed)));
        Assert.Empty(second.Warnings);
        Assert.False((await System.GetCommitStatusAsync()).Changed);
    }

    [Theory]
    [InlineData(
        "echo 'PHP Parse error:  syntax error, unexpected end of file in /opt/sark/php/srkGenClass on line 1719'; exit 0",
        "PHP Parse error:  syntax error, unexpected end of file in srkGenClass on line 1719",
        "none",
        "cdr_mysql.conf")]
    [InlineData("exit 0", "wrote none of its files", "none", "voicemail.conf")]
    [InlineData("exit 4", "exit code 4", "none", "voicemail.conf")]
    public async Task A_generator_that_wrote_nothing_is_a_failure_whatever_its_exit_code(
        string script,
        string reason,
        string written,
        string missing)
    {
        tree.Generator();
        await System.CommitAsync();
        tree.Sql("UPDATE Cluster SET description = 'new'");
        tree.Generator(before: script);
        var error = await Assert.ThrowsAsync<SarkCommitException>(() => System.CommitAsync());
        Assert.Contains(reason, error.Message, StringComparison.Ordinal);
        Assert.Contains($"Written: {written}. Not written: ", error.Message, StringComparison.Ordinal);
        Assert.Contains(missing, error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("/opt/", error.Message, StringComparison.Ordinal);
        Assert.All(error.Result.Files, file => Assert.Equal(GeneratedFileState.Untouched, file.State));
        var status = await System.GetCommitStatusAsync();
        Assert.Equal((true, false, "default"), (status.Changed, status.Incomplete, Assert.Single(status.Changes).Key));
    }

    [Theory]
    [InlineData("voicemail.conf) printf 'Could not read file!'; break;;", "Could not read file!", "voicemail.conf")]
    [InlineData(
        "extensions.conf) echo 'PHP Fatal error:  Uncaught PDOException: no such table'; break;;",
        "PHP Fatal error",
        "voicemail.conf")]
    [InlineData("sip.conf) continue;;", "did not write all of its files", "sip.conf")]
    public async Task A_generator_that_broke_off_is_told_with_what_it_wrote_and_what_it_did_not(string body, string reason, string missing)
    {
        tree.Generator();
        await System.CommitAsync();
        tree.Generator(body: body);
        var error = await Assert.ThrowsAsync<SarkCommitException>(() => System.CommitAsync());
        Assert.Contains(reason, error.Message, StringComparison.Ordinal);
        var (written, not) = (error.Message.Split("Written: ")[1].Split(". Not")[0], error.Message.Split("Not written: ")[1]
            .Split(". The")[0]);
        Assert.StartsWith("cdr_mysql.conf", written, StringComparison.Ordinal);
        Assert.Contains(missing, not.Split(", "));
        Assert.DoesNotContain(missing, written.Split(", "));
        // The copy that the script took all the same deceives nobody.
        Assert.True(File.Exists(Running));
        if (missing == "voicemail.conf")
        {
            Assert.Equal((true, true), ((await System.GetCommitStatusAsync()).Changed, (await System.GetCommitStatusAsync()).Incomplete));
        }

        tree.Generator();
        await System.CommitAsync();
        Assert.Equal((false, false), ((await System.GetCommitStatusAsync()).Changed, (await System.GetCommitStatusAsync()).Incomplete));
    }

    [Theory]
    [InlineData(
        "sark_sip_localnet_header.conf|sark_sip_registrations.conf|sip.conf|sark_sip_main.conf|sark_meetme.conf) continue;;",
        "sip.conf")]
    [InlineData("extensions.conf) : > ETC/extensions.conf; continue;;", "extensions.conf")]
    public async Task Files_that_are_left_out_or_empty_are_no_success(string body, string missing)
    {
        tree.Generator();
        await System.CommitAsync();
        tree.Generator(body: body.Replace("ETC", $"\"{tree[tree.Options.Paths.Asterisk]}\"", StringComparison.Ordinal));
        var error = await Assert.ThrowsAsync<SarkCommitException>(() => System.CommitAsync());
        Assert.Contains(missing, error.Message.Split("Not written: ")[1].Split(". The")[0].Split(", "));
    }

    [Fact]
    public async Task A_run_that_failed_at_its_end_is_due_again_whatever_copy_it_took()
    {
        tree.Generator();
        await System.CommitAsync();
        tree.Sql("UPDATE Cluster SET description = 'new'");
        tree.Generator(before: "echo 'PHP Fatal error:  x'");
        await Assert.ThrowsAsync<SarkCommitException>(() => System.CommitAsync());
        var status = await System.GetCommitStatusAsync();
        Assert.Equal((true, true), (status.Changed, status.Incomplete));

        tree.Generator();
        await System.CommitAsync();
        Assert.False((await System.GetCommitStatusAsync()).Changed);
    }

    [Fact]
    public async Task Warnings_of_PHP_are_no_failure_and_stay_in_the_output()
    {
        tree.Generator(before: "echo 'PHP Warning:  Undefined array key \"abroad\" in /opt/sark/php/srkGenClass on line 1045'");
        Assert.Contains("PHP Warning", Assert.Single((await System.CommitAsync()).Output), StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_changed_in_the_files_is_told_by_sections_and_without_secrets()
    {
        tree.Generator();
        tree.Generates("sark_sip_main.conf", "[401]\ntype=friend\nsecret=Old4711\n[402]\nsecret=Stays1\nmd5secret=abc\n");
        tree.Generates("voicemail.conf", "[default]\n401 => 4711,Ann,\n");
        tree.Generates("extensions.conf", "[globals]\n\tSYSPASS=1111\n[internal]\nexten => 1,1,Answer\nexten => 2,1,Answer\n");
        await System.CommitAsync();
        tree.Generates(
            "sark_sip_main.conf",
            "[402]\nmd5secret=abc\nsecret=Stays1\n[401]\ntype=friend\nsecret=New4712\ncallerid=\"Ann\" <401>\n");
        tree.Generates("voicemail.conf", "[default]\n401 => 4711,Ann,\n402 => 8888,Bob,bob@example.com\n");
        tree.Generates("extensions.conf", "[globals]\n\tSYSPASS=2222\n[internal]\nexten => 1,1,Answer\nexten => 3,1,Authenticate(9999)\n");
        tree.Generates("sark_sip_registrations.conf", "register => user:geheim@sip.example.com/user\n");
        tree.Generates("sark_meetme.conf", "conf => 300,1234,5678\n");
        var result = await System.CommitAsync(detailed: true);
        Assert.Equal(
            [
                "extensions.conf globals Removed \tSYSPASS=********", "extensions.conf globals Added \tSYSPASS=********",
                "extensions.conf internal Removed exten => 2,1,Answer",
                "extensions.conf internal Added exten => 3,1,Authenticate(********)",
                "sark_sip_registrations.conf  Added register => user:********@sip.example.com/user",
                "sark_sip_main.conf 401 Removed secret=********", "sark_sip_main.conf 401 Added secret=********",
                "sark_sip_main.conf 401 Added callerid=\"Ann\" <401>",
                "sark_meetme.conf  Added conf => 300,********",
                "voicemail.conf default Added 402 => ********,Bob,bob@example.com",
            ],
            result.Changes.Select(change => $"{change.File} {change.Section} {change.Kind} {change.Line}"));
        var file = result.Files.Single(file => file.Name == "sark_sip_main.conf");
        Assert.Equal((GeneratedFileState.Changed, 2, 1), (file.State, file.Added, file.Removed));
        Assert.Empty((await System.CommitAsync()).Changes);
    }

    [Fact]
    public async Task A_copy_that_a_timer_takes_hides_no_change_and_a_timer_s_state_is_none()
    {
        tree.Generator();
        tree.Sql("INSERT INTO dateSeg (pkey, cluster, timespan, state) VALUES ('t1', 'default', '*', 'IDLE')");
        await System.CommitAsync();
        // What SARK's timer does in a minute in which something opens or closes.
        tree.Sql("UPDATE Cluster SET oclo = 'CLOSED', routeoverride = 'x'; UPDATE dateSeg SET state = '*INUSE*'; UPDATE globals SET "
            + "MYCOMMIT = 'NO'");
        File.Copy(tree.Database, Running, overwrite: true);
        var status = await System.GetCommitStatusAsync();
        Assert.Equal((false, CommitBasis.Kept), (status.Changed, status.Basis));
        Assert.Empty(status.Changes);

        tree.Sql("UPDATE dateSeg SET timespan = '08:00-17:00'; DELETE FROM Carrier WHERE pkey = (SELECT min(pkey) FROM Carrier)");
        File.Copy(tree.Database, Running, overwrite: true);
        status = await System.GetCommitStatusAsync();
        Assert.True(status.Changed);
        Assert.Equal([new PendingTable("Carrier", 0, 0, 1), new PendingTable("dateSeg", 0, 1, 0)], status.Tables);
        Assert.Equal(["DELETE Carrier", "UPDATE dateSeg"], status.Changes.Select(change => $"{change.Action} {change.Table}").Order());
        Assert.All(status.Changes, change => Assert.NotNull(change.Time));
    }

    [Fact]
    public async Task A_commit_of_SARKs_own_pages_is_seen_by_the_files_and_by_what_SARK_kept_with_it()
    {
        tree.Generator();
        await System.CommitAsync();
        tree.Sql("UPDATE Cluster SET description = 'one'");
        // The pages generate, copy, and take a snapshot. Ours is older than that.
        var time = DateTime.UtcNow.AddMinutes(10);
        foreach (var name in PbxTree.GeneratedFiles())
        {
            File.SetLastWriteTimeUtc(tree[$"/etc/asterisk/{name}"], time);
        }

        var snapshot = tree[$"{tree.Options.Paths.Snapshots}/sark.db.{new DateTimeOffset(time).ToUnixTimeSeconds()}"];
        File.Copy(tree.Database, snapshot);
        tree.Sql("UPDATE Cluster SET clusterclid = '5'");
        // A timer, later.
        File.Copy(tree.Database, Running, overwrite: true);
        File.SetLastWriteTimeUtc(Running, time.AddHours(1));
        var status = await System.GetCommitStatusAsync();
        Assert.Equal((true, CommitBasis.Snapshot, 1), (status.Changed, status.Basis, status.Changes.Count));
        Assert.Equal(time, status.LastCommit!.Value.UtcDateTime, TimeSpan.FromMilliseconds(1));
        tree.Sql("UPDATE Cluster SET clusterclid = NULL");
        Assert.False((await System.GetCommitStatusAsync()).Changed);

        // Without the snapshot the copy, when it is of that minute; else the newest from before, which may tell too much.
        File.Delete(snapshot);
        File.Copy(tree.Database, Running, overwrite: true);
        File.SetLastWriteTimeUtc(Running, time.AddSeconds(2));
        status = await System.GetCommitStatusAsync();
        Assert.Equal((false, CommitBasis.Copy), (status.Changed, status.Basis));
        File.SetLastWriteTimeUtc(Running, time.AddHours(1));
        status = await System.GetCommitStatusAsync();
        Assert.Equal((true, CommitBasis.Earlier, "Cluster"), (status.Changed, status.Basis, Assert.Single(status.Tables).Table));
        File.Delete(tree[tree.Options.Paths.GeneratedDatabase]);
        status = await System.GetCommitStatusAsync();
        Assert.Equal((true, CommitBasis.None), (status.Changed, status.Basis));
        Assert.Contains("it is not known", status.Summary, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_password_that_Asterisk_changes_in_a_mailbox_is_no_commit()
    {
        tree.Generator();
        await System.CommitAsync();
        var last = (await System.GetCommitStatusAsync()).LastCommit;
        File.SetLastWriteTimeUtc(tree["/etc/asterisk/voicemail.conf"], DateTime.UtcNow.AddHours(1));
        var status = await System.GetCommitStatusAsync();
        Assert.Equal((last, false, CommitBasis.Kept), (status.LastCommit, status.Incomplete, status.Basis));
    }

    [Fact]
    public async Task The_copy_that_is_kept_only_the_account_can_read()
    {
        tree.Generator();
        await System.CommitAsync();
        Assert.Equal(0, (int)File.GetUnixFileMode(tree[tree.Options.Paths.GeneratedDatabase]) & 0b000_000_111);
    }

    [Fact]
    public async Task SARKs_own_flag_is_set_by_a_change_and_taken_away_by_a_commit()
    {
        Directory.CreateDirectory(Path.GetDirectoryName(Flag)!);
        var warnings = new List<string>();
        await using var backend = new LocalBackend(tree.Options, warnings.Add);
        await backend.Tables.CreateAsync(
            Tenant.Descriptor,
            null,
            Acme,
            new ChangeOptions(IsRehearsal: true),
            default);
        await Assert.ThrowsAsync<SarkValidationException>(
            () => backend.Tables.CreateAsync(Tenant.Descriptor, null, new Changes { ["pkey"] = "acme" }, ChangeOptions.Default, default));
        Assert.False(File.Exists(Flag));
        await backend.Tables.CreateAsync(Tenant.Descriptor, null, Acme, default);
        Assert.True(File.Exists(Flag));
        Assert.True((await backend.System.GetCommitStatusAsync()).Flag);

        tree.Generator(body: "voicemail.conf) break;;");
        await Assert.ThrowsAsync<SarkCommitException>(() => backend.System.CommitAsync());
        Assert.True(File.Exists(Flag));
        tree.Generator();
        await backend.System.CommitAsync();
        Assert.False(File.Exists(Flag));

        // What changes nothing sets nothing.
        await backend.Tables
            .UpdateAsync(Tenant.Descriptor, new RowKey("acme"), new Changes { ["description"] = "Acme" }, ChangeOptions.Default, default);
        Assert.False(File.Exists(Flag));
        await backend.Tables.RemoveAsync(Tenant.Descriptor, new RowKey("acme"), ChangeOptions.Default, default);
        Assert.True(File.Exists(Flag));

        // What is changed while the generator runs stays due.
        tree.Generator(before: $"sleep 0.05; touch {Flag}");
        await backend.System.CommitAsync();
        Assert.True(File.Exists(Flag));
        Assert.Empty(warnings);
    }

    [Fact]
    public async Task A_restored_database_sets_the_flag_too()
    {
        Directory.CreateDirectory(Path.GetDirectoryName(Flag)!);
        var snapshot = await tree.Operations.Snapshots.CreateAsync();
        Assert.False(File.Exists(Flag));
        await tree.Operations.Snapshots.RestoreAsync(snapshot.Name);
        Assert.True(File.Exists(Flag));
    }

    [Fact]
    public async Task A_flag_that_cannot_be_set_is_a_warning_and_without_SARK_there_is_none()
    {
        var warnings = new List<string>();
        await using var backend = new LocalBackend(tree.Options, warnings.Add);
        var changes = Acme;
        await backend.Tables.CreateAsync(Tenant.Descriptor, null, changes, ChangeOptions.Default, default);
        Assert.Empty(warnings);
        Assert.False(File.Exists(Flag));
        // Something else of its name.
        Directory.CreateDirectory(Flag);
        await backend.Tables.RemoveAsync(Tenant.Descriptor, new RowKey("acme"), ChangeOptions.Default, default);
        Assert.Contains("commitflag", Assert.Single(warnings), StringComparison.Ordinal);
        await Assert.ThrowsAsync<SarkNotFoundException>(() => backend.Tables.GetAsync(Tenant.Descriptor, new RowKey("acme"), default));
    }

    [Fact]
    public async Task A_copy_of_the_database_sets_no_flag_of_this_machine()
    {
        Directory.CreateDirectory(Path.GetDirectoryName(Flag)!);
        var options = new SarkOptions { Database = tree.Database, Paths = new SarkPaths { CommitFlag = Flag } };
        await using var backend = new LocalBackend(options);
        Assert.Equal(ExchangeCoverage.Database, backend.Coverage);
        await backend.Tables.CreateAsync(Tenant.Descriptor, null, Acme, default);
        Assert.False(File.Exists(Flag));
    }

    [Fact]
    public async Task A_folder_that_cannot_be_looked_into_is_told_before_anything_runs()
    {
        tree.Generator(before: $"touch {tree["/ran"]}");
        Directory.Delete(tree["/etc/asterisk"]);
        var error = await Assert.ThrowsAsync<SarkUnavailableException>(() => System.CommitAsync());
        Assert.Contains("asterisk", error.Message, StringComparison.Ordinal);
        Assert.False(File.Exists(tree["/ran"]));
    }

    [Fact]
    public async Task Over_the_service_it_is_the_same()
    {
        tree.Generator();
        await using var other = await ListeningService.StartAsync(
            tree.Database,
            new Dictionary<string, string?> { ["Sark:Root"] = tree.Root });
        await using var far = new RemoteBackend(
            SarkHttpClient.Open(other.Address, null, TimeSpan.FromSeconds(30), skipCertificateCheck: false));
        using var plain = new HttpClient { BaseAddress = other.Address };
        tree.Generates("extensions.conf", "[internal]\nexten => 1,1,Answer\n");
        var result = await far.System.CommitAsync(detailed: true);
        Assert.Contains(
            new GeneratedChange("extensions.conf", "internal", GeneratedChangeKind.Added, "exten => 1,1,Answer"),
            result.Changes);
        Assert.Equivalent(await System.GetCommitStatusAsync(), await far.System.GetCommitStatusAsync());

        // As documented: one message, with what the script said beside it; more is told to who asks.
        var answer = JsonNode.Parse(await plain.GetStringAsync(new Uri("/api/syscommands/commit", UriKind.Relative)))!.AsObject();
        Assert.Equal(["message", "exitcode", "output"], answer.Select(member => member.Key));
        answer = JsonNode.Parse(await plain.GetStringAsync(new Uri("/api/syscommands/commit?detailed=true", UriKind.Relative)))!.AsObject();
        Assert.Equal(PbxTree.GeneratedFiles().Length, answer["files"]!.AsArray().Count);

        tree.Sql("UPDATE Cluster SET description = 'new'");
        var before = tree.Fingerprint("/etc");
        answer = JsonNode.Parse(await plain.GetStringAsync(new Uri("/api/syscommands/commit?dryrun=true", UriKind.Relative)))!.AsObject();
        Assert.Equal("Cluster", (string?)answer["tables"]![0]!["table"]);
        Assert.Contains("Cluster (1 changed)", (string?)answer["wouldcommit"], StringComparison.Ordinal);
        Assert.Equal(before, tree.Fingerprint("/etc"));

        tree.Generator(before: "echo 'PHP Parse error: x'; exit 0");
        var failure = await Assert.ThrowsAsync<SarkCommitException>(() => far.System.CommitAsync());
        var same = await Assert.ThrowsAsync<SarkCommitException>(() => System.CommitAsync());
        Assert.Equal((same.Message, same.ErrorId), (failure.Message, failure.ErrorId));
        Assert.Equivalent(same.Result, failure.Result);
        using var refused = await plain.GetAsync(new Uri("/api/syscommands/commit", UriKind.Relative));
        answer = JsonNode.Parse(await refused.Content.ReadAsStringAsync())!.AsObject();
        Assert.Equal(
            (503, same.Message, "PHP Parse error: x"),
            ((int)refused.StatusCode, (string?)answer["message"], (string?)answer["output"]![0]));
    }
}
