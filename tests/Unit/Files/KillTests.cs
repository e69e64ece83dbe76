using System.Globalization;

namespace SarkPS.Tests.Files;

/// <summary>
/// Kills a process (SIGKILL) that restores two states in turn, at moments by chance. Whatever the moment, what is there
/// afterwards is the one or the other.
/// </summary>
public sealed class KillTests : IDisposable
{
    private const int Kills = 100;
    private const int KillsAtTheCommit = 8;
    private readonly PbxTree tree = new();
    private readonly Random random = new(20261123);

    public KillTests()
    {
        // Large enough that replacing it takes time.
        tree.Sql("CREATE TABLE filler (id INTEGER PRIMARY KEY, letter TEXT, content BLOB)");
    }

    public void Dispose() => tree.Dispose();

    [Fact]
    public async Task Killed_while_restoring_a_snapshot_the_database_is_wholly_old_or_wholly_new()
    {
        var names = new List<string>();
        foreach (var letter in new[] { "A", "B" })
        {
            Fill(letter);
            names.Add((await tree.Operations.Snapshots.CreateAsync()).Name);
        }

        await KillAsync(["snapshots", tree.Root, .. names], () =>
        {
            // The history tells of a restore that came about, and of no other, whenever its process was killed.
            var restore = tree.Operations.Changes.HistoryAsync(new ChangeQuery { Limit = 1 }, default).GetAwaiter().GetResult().Changes[0];
            Assert.Equal((RowAction.Restored, Environment.UserName), (restore.Action, restore.Actor));
            Assert.Equal(names[(string)tree.Ask("SELECT letter FROM filler LIMIT 1")! == "A" ? 0 : 1], restore.Key);
        });
    }

    [Fact]
    public async Task Killed_while_restoring_a_backup_each_part_is_wholly_old_or_wholly_new()
    {
        var names = await BackUpBothAsync();
        await KillAsync(["backups", tree.Root, .. names], () =>
        {
            tree.Operations.Recover();
            var files = Directory.GetFiles(tree["/etc/asterisk"]);
            Assert.Equal(40, files.Length);
            // All parts are of one state.
            Assert.Equal([(string)tree.Ask("SELECT letter FROM filler LIMIT 1")!], files.Select(File.ReadAllText).Distinct());
            Assert.Equal(
                (string)tree.Ask("SELECT letter FROM filler LIMIT 1")!,
                File.ReadAllText(tree["/usr/share/asterisk/sounds/usergreeting0001.wav"]));
            Assert.Equal("stays", File.ReadAllText(tree["/usr/share/asterisk/sounds/beep.gsm"]));
            // Nothing is left beside them, and what a restore replaced is whole.
            Assert.Empty(Directory.GetFileSystemEntries(tree["/etc/asterisk"], ".sarkps-*")
                .Concat(Directory.GetFileSystemEntries(tree["/usr/share/asterisk/sounds"], ".sarkps-*")));
            foreach (var kept in tree.Operations.Backups.ListAsync().GetAwaiter().GetResult().Where(backup => !names.Contains(backup.Name)))
            {
                Assert.True(tree.Operations.Backups.TestAsync(kept.Name).GetAwaiter().GetResult().Valid);
                File.Delete(Path.Combine(tree["/opt/sark/bkup"], kept.Name));
            }
        });
    }

    [SkippableFact]
    public async Task Killed_right_after_the_commit_of_the_database_all_parts_are_new()
    {
        Skip.If(OperatingSystem.IsWindows(), "The programs of the machine are those of Unix.");
        var names = await BackUpBothAsync();
        for (var kill = 0; kill < KillsAtTheCommit; kill++)
        {
            // The restores go to A and B in turn, and B is what is there.
            var (from, to) = kill % 2 == 0 ? ("B", "A") : ("A", "B");
            Assert.Equal(from, tree.Ask("SELECT letter FROM filler LIMIT 1"));
            using (var process = PbxTree.Helper("backups", tree.Root, names[to == "A" ? 0 : 1], names[to == "A" ? 0 : 1]))
            {
                // The journal of the live database is there while SQLite commits.
                var journal = tree.Database + "-journal";
                var limit = System.Diagnostics.Stopwatch.StartNew();
                while (!File.Exists(journal) && limit.Elapsed < TimeSpan.FromSeconds(60))
                {
                }

                while (File.Exists(journal))
                {
                }

                process.Kill();
                await process.WaitForExitAsync();
            }

            Assert.Equal(to, tree.Ask("SELECT letter FROM filler LIMIT 1"));
            // What others write before somebody looks changes nothing.
            tree.Sql("INSERT INTO Cluster (pkey, description) VALUES ('other', 'program')");
            tree.Operations.Recover();
            Assert.Equal([to], Directory.GetFiles(tree["/etc/asterisk"]).Select(File.ReadAllText).Distinct());
            Assert.Equal(40, Directory.GetFiles(tree["/etc/asterisk"]).Length);
            Assert.Equal(to, File.ReadAllText(tree["/usr/share/asterisk/sounds/usergreeting0001.wav"]));
            Assert.Empty(Directory.GetFileSystemEntries(tree["/etc/asterisk"], ".sarkps-*"));
        }
    }

    private async Task<List<string>> BackUpBothAsync()
    {
        var names = new List<string>();
        foreach (var letter in new[] { "A", "B" })
        {
            Fill(letter);
            Directory.Delete(tree["/etc/asterisk"], recursive: true);
            for (var i = 0; i < 40; i++)
            {
                // Some names are in both states, some in one.
                tree.Write($"/etc/asterisk/{(i % 2 == 0 ? "" : letter)}{i}.conf", letter);
            }

            tree.Write("/usr/share/asterisk/sounds/usergreeting0001.wav", letter);
            tree.Write("/usr/share/asterisk/sounds/beep.gsm", "stays");

            names.Add((await tree.Operations.Backups.CreateAsync()).Name);
        }

        return names;
    }

    private async Task KillAsync(string[] arguments, Action alsoCheck)
    {
        var seen = new HashSet<string>();
        var oneRestore = TimeSpan.Zero;
        for (var kill = 0; kill < Kills; kill++)
        {
            using (var process = PbxTree.Helper(arguments))
            {
                Assert.Equal("started", await process.StandardOutput.ReadLineAsync());
                // Somewhere in the first, second or third restore; how long one takes on this machine the first process shows.
                var clock = System.Diagnostics.Stopwatch.StartNew();
                for (var whole = kill == 0 ? 1 : random.Next(0, 3); whole > 0; whole--)
                {
                    Assert.Equal("restored", await process.StandardOutput.ReadLineAsync());
                }

                oneRestore = kill == 0 ? clock.Elapsed : oneRestore;
                await Task.Delay(random.NextDouble() * oneRestore);
                process.Kill();
                await process.WaitForExitAsync();
            }

            Assert.Equal("ok", tree.Ask("PRAGMA integrity_check"));
            Assert.Equal(1L, tree.Ask("SELECT count(DISTINCT letter) FROM filler"));
            Assert.Equal(1500L, tree.Ask("SELECT count(*) FROM filler"));
            seen.Add((string)tree.Ask("SELECT letter FROM filler LIMIT 1")!);
            alsoCheck();
            // Each restore keeps the replaced database; here only their number matters, to the disk.
            foreach (var snapshot in (await tree.Operations.Snapshots.ListAsync()).Where(snapshot => !arguments.Contains(snapshot.Name)))
            {
                await tree.Operations.Snapshots.RemoveAsync(snapshot.Name);
            }
        }

        Assert.Equal(["A", "B"], seen.Order(StringComparer.Ordinal));
    }

    private void Fill(string letter) => tree.Sql(string.Create(CultureInfo.InvariantCulture, $"""
        DELETE FROM filler;
        WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1500)
        INSERT INTO filler SELECT i, '{letter}', randomblob(2000) FROM n
        """));
}
