using System.Text;
using SarkPS.Data;
using SarkPS.Data.Files;
using SarkPS.Descriptors;

namespace SarkPS.Tests.Files;

/// <summary>What needs no SARK machine works where there is no Linux; the rest says so. The system is played, its files are real.</summary>
public sealed class ElsewhereTests : IDisposable
{
    private readonly PbxTree tree = new();

    public ElsewhereTests() => Posix.PlayedSystem.Value = "Windows";

    public void Dispose()
    {
        Posix.PlayedSystem.Value = null;
        tree.Dispose();
    }

    [Fact]
    public async Task What_starts_programs_of_the_machine_says_that_it_needs_Linux()
    {
        tree.Write("/opt/sark/scripts/srkgenAst", "exit 0");
        foreach (var name in new[] { "shorewall.conf", "zones", "interfaces", "policy", "rules" })
        {
            tree.Write("/etc/shorewall/" + name, "");
        }

        foreach (var (program, operation) in new (string, Func<Task>)[]
        {
            ("srkgenAst", () => tree.Operations.System.CommitAsync()),
            ("systemctl", () => tree.Operations.System.RebootAsync()),
            ("shorewall", () => tree.Operations.Firewall.SetAsync(FirewallFamily.IPv4, ["ACCEPT net $FW tcp 22"])),
            ("shorewall", () => tree.Operations.Firewall.RestartAsync(FirewallFamily.IPv4)),
        })
        {
            var error = await Assert.ThrowsAsync<SarkException>(operation);
            Assert.Equal(
                (SarkErrorKind.Unsupported, $"Starting '{program}' needs Linux, and this is Windows."),
                (error.Kind, error.Message));
        }

        Assert.EndsWith(
            " needs Linux, and this is Windows.",
            (await Assert.ThrowsAsync<SarkException>(() => tree.Operations.System.StartPbxAsync())).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task Snapshots_are_taken_restored_and_taken_in()
    {
        var snapshots = tree.Operations.Snapshots;
        tree.Sql("UPDATE Cluster SET description = 'first'");
        var made = await snapshots.CreateAsync();
        tree.Sql("UPDATE Cluster SET description = 'second'");
        var restored = await snapshots.RestoreAsync(made.Name);
        Assert.Equal("first", tree.Ask("SELECT description FROM Cluster"));
        Assert.Equal(
            [made.Name, restored.KeptAs!],
            (await snapshots.ListAsync()).Select(snapshot => snapshot.Name).Order(StringComparer.Ordinal));
        using (var content = await snapshots.OpenAsync(restored.KeptAs!))
        {
            await snapshots.ImportAsync("sark.db.5", content);
        }

        await Assert.ThrowsAsync<SarkConflictException>(() => snapshots.ImportAsync("sark.db.5", new MemoryStream([1])));
        await snapshots.RemoveAsync("sark.db.5");

        // One that is damaged is replaced as a file.
        File.WriteAllText(tree.Database, "damaged");
        await snapshots.RestoreAsync(made.Name);
        Assert.Equal("first", tree.Ask("SELECT description FROM Cluster"));
    }

    [Fact]
    public async Task Backups_are_taken_checked_and_restored()
    {
        Put("old");
        File.CreateSymbolicLink(tree["/etc/asterisk/deep/link.conf"], "/nowhere");
        var made = await tree.Operations.Backups.CreateAsync();
        Assert.True((await tree.Operations.Backups.TestAsync(made.Name)).Valid);
        Put("new");
        var parts = BackupParts.All & ~BackupParts.Ldap;
        Assert.NotEmpty((await tree.Operations.Backups.RestoreAsync(made.Name, parts, dryRun: true)).Changes);
        var restored = await tree.Operations.Backups.RestoreAsync(made.Name, parts);
        Assert.Equal(["old", "old", "old"], Files());
        Assert.Equal("old", tree.Ask("SELECT description FROM Cluster"));
        Assert.Equal("/nowhere", new FileInfo(tree["/etc/asterisk/deep/link.conf"]).LinkTarget);
        await tree.Operations.Backups.RestoreAsync(restored.KeptBackup!, parts);
        Assert.Equal(["new", "new", "new"], Files());

        // No owners are known there, and none are claimed.
        using (var zip = System.IO.Compression.ZipFile.OpenRead(Path.Combine(tree["/opt/sark/bkup"], made.Name)))
        {
            using var owners = new StreamReader(zip.GetEntry("sarkps-owners.txt")!.Open());
            Assert.Equal("", await owners.ReadToEndAsync());
        }

        void Put(string state)
        {
            tree.Write("/etc/asterisk/deep/sip.conf", state);
            tree.Write("/usr/share/asterisk/sounds/usergreeting0001.wav", state);
            tree.Write("/var/spool/asterisk/voicemail/default/401/INBOX/msg0000.txt", state);
            tree.Sql($"UPDATE Cluster SET description = '{state}'");
        }

        string[] Files() => [.. new[] {
            "/etc/asterisk/deep/sip.conf",
            "/usr/share/asterisk/sounds/usergreeting0001.wav",
            "/var/spool/asterisk/voicemail/default/401/INBOX/msg0000.txt" }.Select(path => File.ReadAllText(tree[path]))];
    }

    [Fact]
    public async Task A_folder_is_exchanged_under_a_lock_and_nothing_is_overwritten()
    {
        tree.Write("/etc/asterisk/sip.conf", "old");
        using (var exchange = FolderExchange.Begin(tree["/etc/asterisk"]))
        {
            tree.Operations.Recover();
            Assert.Throws<SarkUnavailableException>(() => FolderExchange.Begin(tree["/etc/asterisk"]));
            File.WriteAllText(Path.Combine(exchange.Incoming, "sip.conf"), "new");
            await Assert.ThrowsAsync<InvalidOperationException>(() => exchange.CommitAsync(["sip.conf"], () =>
            {
                Assert.Equal("new", File.ReadAllText(tree["/etc/asterisk/sip.conf"]));
                Assert.Throws<IOException>(() => Posix.Rename(Path.Combine(exchange.Outgoing, "sip.conf"), tree["/etc/asterisk/sip.conf"]));
                throw new InvalidOperationException();
            }));
        }

        Assert.Equal([tree["/etc/asterisk/sip.conf"]], Directory.GetFileSystemEntries(tree["/etc/asterisk"]));
        Assert.Equal("old", File.ReadAllText(tree["/etc/asterisk/sip.conf"]));
    }

    [Fact]
    public async Task Rows_greetings_and_call_records_are_at_hand()
    {
        await using var backend = new LocalBackend(tree.Options);
        await backend.VerifyAsync();
        await backend.Tables.CreateAsync(
            Extension.Descriptor,
            null,
            new Changes { ["pkey"] = "4010", ["cluster"] = "default", ["desc"] = "x" },
            ChangeOptions.Default,
            default);
        await backend.Greetings.ImportAsync(
            "usergreeting0001.gsm",
            new MemoryStream(new byte[33 * 3].Select((_, at) => at % 33 == 0 ? (byte)0xD0 : (byte)0).ToArray()));
        Assert.Equal("usergreeting0001.gsm", Assert.Single(await backend.Greetings.ListAsync()).Name);
        tree.Write("/var/log/asterisk/cdr-csv/Master.csv", "");
        using var csv = new MemoryStream();
        await backend.CallRecords.WriteCsvAsync(new CallRecordFilter(), csv);
        Assert.DoesNotContain("4010", Encoding.UTF8.GetString(csv.ToArray()), StringComparison.Ordinal);
    }

    [Fact]
    public void Kinds_sizes_and_times_are_those_that_Linux_tells()
    {
        var file = tree.Write("/etc/asterisk/sip.conf", "content");
        File.CreateSymbolicLink(tree["/etc/asterisk/nowhere"], "/nowhere");
        File.CreateSymbolicLink(tree["/etc/asterisk/folder"], tree["/etc/shorewall"]);
        foreach (var path in new[] {
            file,
            tree["/etc/asterisk"],
            tree["/etc/asterisk/nowhere"],
            tree["/etc/asterisk/folder"],
            tree["/etc/asterisk/none"],
            file + "/below" })
        {
            Posix.PlayedSystem.Value = "Windows";
            var there = Posix.Status(path);
            Posix.PlayedSystem.Value = null;
            var here = Posix.Status(path);
            Assert.Equal((path, here?.Kind, here?.Kind == PosixKind.Regular ? here?.Size : 0), (path, there?.Kind, there?.Size ?? 0));
            Assert.Equal(here?.Modified, there?.Modified);
        }
    }
}
