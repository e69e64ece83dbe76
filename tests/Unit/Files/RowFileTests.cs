using SarkPS.Data;
using SarkPS.Descriptors;
using SarkPS.Tests.Support;

namespace SarkPS.Tests.Files;

/// <summary>The files of Asterisk's configuration that belong to rows of SARK 6.5: those of trunks, and of telephones.</summary>
public sealed class RowFileTests : IDisposable
{
    private const string Folder = "/etc/asterisk";
    private readonly PbxTree tree = new();
    private readonly List<string> told = [];
    private LocalBackend backend;

    public RowFileTests()
    {
        File.Delete(tree.Database);
        SarkPS.Data.Sqlite.EmbeddedDatabase.CreateIfMissing(tree.Database, SarkVersion.V65);
        backend = new LocalBackend(tree.Options);
    }

    public void Dispose()
    {
        backend.DisposeAsync().AsTask().GetAwaiter().GetResult();
        tree.Dispose();
    }

    [Fact]
    public async Task A_sip_trunk_has_its_file_from_create_to_removal()
    {
        await MakeAsync();
        var text = Text("main");

        foreach (var line in (string[])["[main]", "type=endpoint", "type=registration", "type=auth", "type=aor", "type=identify",
            "transport=transport-$transport", "context=$context",
            "username=acct", "password=secret1", "match=sip.example.com", "server_uri=sip:sip.example.com",
            "client_uri=sip:acct@sip.example.com", "outbound_auth=main"])
        {
            Assert.Contains(line, text.Split('\n'));
        }

        await ChangeAsync(("host", "192.0.2.7"), ("password", "other2"));
        Assert.Contains("server_uri=sip:192.0.2.7", Text("main").Split('\n'));
        Assert.Contains("password=other2", Text("main").Split('\n'));
        Assert.DoesNotContain("sip.example.com", Text("main"));

        // Out of service SARK passes over it; its pages would not make it again.
        await ChangeAsync(("active", "NO"));
        Assert.True(File.Exists(Path("main")));

        await Telling(() => backend.Tables.RemoveAsync(Trunk.Descriptor, new("main"), ChangeOptions.Default, default));
        Assert.Empty(Files());
        Assert.Empty(told);
    }

    [Theory]
    [InlineData("SND", "sip.example.com", "s1", "type=registration")]
    [InlineData("NONE", "sip.example.com", null, "type=identify")]
    [InlineData("RCV", "dynamic", "s1", "max_contacts=1")]
    [InlineData(null, "dynamic", "s1", "max_contacts=1")]
    [InlineData(null, "sip.example.com", "s1", "type=registration")]
    [InlineData(null, "2001:db8::1", null, "contact=sip:[2001:db8::1]")]
    public async Task What_registers_with_whom_is_in_the_file(string? direction, string host, string? password, string line)
    {
        await MakeAsync(("pjsipreg", direction), ("host", host), ("password", password));
        var lines = Text("main").Split('\n');

        Assert.Contains(line, lines);
        Assert.Equal(
            lines.Contains("type=registration"),
            (direction ?? (host == "dynamic" ? "RCV" : password is null ? "NONE" : "SND")) == "SND");
        // Nobody registers without a password, and a peer is not asked to prove itself with the password that we have for it.
        Assert.Equal(password is not null, lines.Contains("type=auth"));
        Assert.Equal(host == "dynamic" && password is not null, lines.Contains("auth=main"));
    }

    [Fact]
    public async Task The_carrier_says_what_else_is_in_it()
    {
        tree.Sql("UPDATE Carrier SET pjsipuser = 'sends_auth = yes' || char(10) || 'endpoint/allow = g722' || char(10) || "
            + "'registration/expiration = 300', pjsipreg = '; of $trunk' WHERE pkey = 'GeneralSIP'");
        await MakeAsync();
        Assert.Contains("allow=g722", Text("main"), StringComparison.Ordinal);
        Assert.DoesNotContain("allow=alaw", Text("main"), StringComparison.Ordinal);
        Assert.Contains("expiration=300", Text("main"), StringComparison.Ordinal);
        Assert.Contains("; of main", Text("main"), StringComparison.Ordinal);

        tree.Sql("UPDATE Carrier SET pjsipuser = '[$trunk]' || char(10) || 'type=endpoint' || char(10) || 'set_var=HOST=$host' WHERE "
            + "pkey = 'GeneralSIP'");
        await MakeAsync(("pkey", "second"));
        Assert.Contains("[second]\ntype=endpoint\nset_var=HOST=sip.example.com\n", Text("second"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_iax2_trunk_has_none()
    {
        await MakeAsync(("carrier", "GeneralIAX2"));
        Assert.Empty(Files());
    }

    [Fact]
    public async Task What_was_changed_by_hand_stays_and_is_told_of()
    {
        await MakeAsync();
        File.AppendAllText(Path("main"), "\n; by hand\n");
        var before = Text("main");

        await ChangeAsync(("host", "192.0.2.7"));
        Assert.Equal(before, Text("main"));
        Assert.Contains("changed by hand", Assert.Single(told), StringComparison.Ordinal);

        await backend.VerifyAsync();
        Assert.Equal(before, Text("main"));

        // A page of SARK's that stores what it shows changes the ends of the lines, and that is no change.
        File.Delete(Path("main"));
        await backend.VerifyAsync();
        File.WriteAllText(Path("main"), Text("main").Replace("\n", "\r\n", StringComparison.Ordinal));
        told.Clear();
        await ChangeAsync(("host", "192.0.2.8"));
        Assert.Contains("192.0.2.8", Text("main"), StringComparison.Ordinal);
        Assert.Empty(told);
    }

    [Fact]
    public async Task Lines_of_ones_own_are_the_file_and_follow_the_row()
    {
        await MakeAsync(("pjsipuser",
            "[main]\ntype=auth\nusername=acct\npassword=secret1\n\n[main]\ntype=aor\ncontact=sip:sip.example.com:5070\nqualify_frequency=9"));
        Assert.Contains("contact=sip:sip.example.com:5070", Text("main"), StringComparison.Ordinal);

        await ChangeAsync(("host", "192.0.2.7"), ("password", "other2"));
        Assert.Contains("contact=sip:192.0.2.7:5070", Text("main"), StringComparison.Ordinal);
        Assert.Contains("password=other2", Text("main"), StringComparison.Ordinal);
        Assert.Contains("qualify_frequency=9", Text("main"), StringComparison.Ordinal);

        await ChangeAsync(("pjsipuser", null));
        Assert.Contains("type=endpoint", Text("main"), StringComparison.Ordinal);
        Assert.Empty(told);
    }

    [Fact]
    public async Task Whoever_comes_next_puts_right_what_is_not_as_the_rows_say()
    {
        await MakeAsync();
        var right = Text("main");
        File.Delete(Path("main"));
        await backend.VerifyAsync();
        Assert.Equal(right, Text("main"));

        // A row that went away or was changed past SarkPS.
        tree.Sql("UPDATE lineIO SET host = '192.0.2.9' WHERE pkey = 'main'");
        await using (var second = new LocalBackend(tree.Options))
        {
            await second.RepairFilesAsync(told.Add);
        }

        Assert.Contains("192.0.2.9", Text("main"), StringComparison.Ordinal);
        tree.Sql("DELETE FROM lineIO WHERE pkey = 'main'");
        await backend.VerifyAsync();
        Assert.Empty(Files());
        Assert.Empty(told);
    }

    [Fact]
    public async Task A_removed_extension_leaves_no_file_to_whoever_gets_its_number()
    {
        foreach (var name in (string[])["sark_pjsip_401_phone.conf", "sark_pjsip_401_webrtc.conf", "sark_pjsip_4011_phone.conf"])
        {
            tree.Write($"{Folder}/{name}", "[$ext]");
        }

        // Left by another of its number, before it is made.
        await backend.Tables.CreateAsync(
            Extension.Descriptor,
            Extension.Descriptor.Kinds.First(k => k.Name == "Unprovisioned"),
            Of(("pkey", "401"), ("cluster", "default")),
            ChangeOptions.Default,
            default);
        Assert.Equal(["sark_pjsip_4011_phone.conf"], Files());

        tree.Write($"{Folder}/sark_pjsip_401_phone.conf", "[$ext]");
        await backend.Tables
            .UpdateAsync(Extension.Descriptor, new("401"), Of(("callmax", "2"), ("desc", "Front")), ChangeOptions.Default, default);
        Assert.True(File.Exists(tree[$"{Folder}/sark_pjsip_401_phone.conf"]));
        await backend.Tables.RemoveAsync(Extension.Descriptor, new("401"), ChangeOptions.Default, default);
        Assert.Equal(["sark_pjsip_4011_phone.conf"], Files());
    }

    [Fact]
    public async Task Lines_of_ones_own_are_the_file_of_a_telephone()
    {
        await backend.Tables.CreateAsync(
            Extension.Descriptor,
            Extension.Descriptor.Kinds.First(k => k.Name == "WebRtc"),
            Of(("pkey", "402"), ("cluster", "default"), ("pjsipuser", "[$ext]\ntype=endpoint")),
            ChangeOptions.Default,
            default);
        Assert.EndsWith(
            "[$ext]\ntype=endpoint\n",
            File.ReadAllText(tree[$"{Folder}/sark_pjsip_402_webrtc.conf"]),
            StringComparison.Ordinal);

        await backend.Tables.UpdateAsync(Extension.Descriptor, new("402"), Of(("pjsipuser", null)), ChangeOptions.Default, default);
        Assert.Empty(Files());
    }

    [Fact]
    public async Task A_draft_touches_no_file_until_it_is_applied()
    {
        await using var draft = await backend.Changes.BeginDraftAsync(default);
        await draft.Tables.CreateAsync(Trunk.Descriptor, null, Sent(), ChangeOptions.Default, default);
        await draft.Tables.UpdateAsync(Trunk.Descriptor, new("main"), Of(("host", "192.0.2.7")), ChangeOptions.Default, default);
        Assert.Empty(Directory.GetFileSystemEntries(tree[Folder]));

        Assert.True((await draft.ApplyAsync(false, ChangeOrigin.Local, null, default)).IsApplied);

        Assert.Contains("server_uri=sip:192.0.2.7", Text("main").Split('\n'));
        Assert.Equal(["sark_pjsip_main_trunk.conf"], Files());
    }

    [Fact]
    public async Task A_rehearsal_and_a_refused_change_touch_no_file()
    {
        await backend.Tables.CreateAsync(Trunk.Descriptor, null, Sent(), new ChangeOptions(IsRehearsal: true), default);
        await Assert.ThrowsAsync<SarkValidationException>(() => MakeAsync(("transport", "carrier pigeon")));
        await Assert.ThrowsAsync<SarkValidationException>(() => MakeAsync(("pkey", "../x")));
        Assert.Empty(Directory.GetFileSystemEntries(tree[Folder]));
    }

    [Fact]
    public async Task A_database_file_alone_touches_no_file_of_the_machine_and_says_so()
    {
        using var database = new TestDatabase(Schema.Embedded65);
        await using var alone = new LocalBackend(new SarkOptions { Database = database.Path });
        await Telling(() => alone.Tables.CreateAsync(Trunk.Descriptor, null, Sent(("pkey", "six5-alone")), ChangeOptions.Default, default));

        var sentence = Assert.Single(told);
        Assert.Contains("'sark_pjsip_six5-alone_trunk.conf'", sentence, StringComparison.Ordinal);
        Assert.Contains("-Root", sentence, StringComparison.Ordinal);
        Assert.False(File.Exists("/etc/asterisk/sark_pjsip_six5-alone_trunk.conf"));
    }

    [Fact]
    public async Task A_file_that_cannot_be_written_is_told_of_and_written_later()
    {
        // A folder stands in its place.
        Directory.CreateDirectory(System.IO.Path.Combine(Path("main"), "x"));
        await MakeAsync();
        Assert.Contains("could not be put right", Assert.Single(told), StringComparison.Ordinal);
        Assert.NotNull(tree.Ask("SELECT pkey FROM lineIO WHERE pkey = 'main'"));

        Directory.Delete(Path("main"), recursive: true);
        await backend.VerifyAsync();
        Assert.Contains("type=endpoint", Text("main"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Killed_at_any_moment_the_file_is_as_the_row_says_when_the_next_one_has_come()
    {
        var random = new Random(20261130);
        var states = new HashSet<string>();
        for (var kill = 0; kill < 25; kill++)
        {
            tree.Sql("DELETE FROM lineIO WHERE pkey = 'carrier'");
            await backend.VerifyAsync();
            using (var process = PbxTree.Helper("trunks", tree.Root))
            {
                Assert.Equal("started", await process.StandardOutput.ReadLineAsync());
                Assert.Equal("round", await process.StandardOutput.ReadLineAsync());
                await Task.Delay(random.Next(0, 40));
                process.Kill();
                await process.WaitForExitAsync();
            }

            await backend.VerifyAsync();
            var host = (string?)tree.Ask("SELECT host FROM lineIO WHERE pkey = 'carrier'");
            Assert.Equal(
                host is null ? [] : ["sark_pjsip_carrier_trunk.conf"],
                Directory.GetFileSystemEntries(tree[Folder]).Select(p => System.IO.Path.GetFileName(p)));
            if (host is not null)
            {
                Assert.Contains($"server_uri=sip:{host}\n", Text("carrier"), StringComparison.Ordinal);
            }

            states.Add(host ?? "");
        }

        Assert.True(states.Count > 1, "Each process was killed in the same state.");
    }

    [Fact]
    public async Task On_6_2_there_are_no_such_files_and_no_such_columns()
    {
        using var other = new PbxTree();
        await using var old = new LocalBackend(other.Options);
        await old.Tables.CreateAsync(Trunk.Descriptor, null, Sent(), ChangeOptions.Default, default);
        Assert.Empty(Directory.GetFileSystemEntries(other[Folder]));
        Assert.Equal(SarkVersion.V62, old.Version);
        Assert.Equal(SarkVersion.V65, backend.Version);

        var error = await Assert.ThrowsAsync<SarkValidationException>(
            () => old.Tables.UpdateAsync(Trunk.Descriptor, new("main"), Of(("transport", "tls")), ChangeOptions.Default, default));
        Assert.Equal(
            "The transport cannot be changed: this database is of SARK 6.2, whose table lineIO has no column 'transport'. SARK 6.5 has it.",
            error.Errors.Single().Value.Single());
        // sark6api ignores what it does not know.
        await old.Store
            .UpdateAsync(Trunk.Descriptor, new("main"), Of(("transport", "tls")), isStrict: false, ChangeOptions.Default, default);
    }

    private static Changes Of(params (string Column, object? Value)[] values)
    {
        var changes = new Changes();
        foreach (var (column, value) in values)
        {
            changes[column] = value;
        }

        return changes;
    }

    private static Changes Sent(params (string Column, object? Value)[] values)
    {
        var changes = Of(
            ("pkey", "main"), ("carrier", "GeneralSIP"), ("cluster", "default"), ("username", "acct"),
            ("password", "secret1"), ("host", "sip.example.com"));
        foreach (var (column, value) in values)
        {
            changes[column] = value;
            if (value is null)
            {
                changes.Remove(column);
            }
        }

        return changes;
    }

    private Task MakeAsync(params (string Column, object? Value)[] values) =>
        Telling(() => backend.Tables.CreateAsync(Trunk.Descriptor, null, Sent(values), ChangeOptions.Default, default));

    private Task ChangeAsync(params (string Column, object? Value)[] values) =>
        Telling(() => backend.Tables.UpdateAsync(Trunk.Descriptor, new("main"), Of(values), ChangeOptions.Default, default));

    private Task<T> Telling<T>(Func<Task<T>> change) => Notices.Hear(notice => told.Add(notice.Sentence), change);

    private string Path(string key) => tree[$"{Folder}/sark_pjsip_{key}_trunk.conf"];

    private string Text(string key) => File.ReadAllText(Path(key));

    private string[] Files() =>
        [.. Directory.GetFileSystemEntries(tree[Folder]).Select(p => System.IO.Path.GetFileName(p)).Order(StringComparer.Ordinal)];
}
