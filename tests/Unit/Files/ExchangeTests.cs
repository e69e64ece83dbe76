using System.Globalization;
using System.Text;
using SarkPS.Data;
using SarkPS.Data.Files;

namespace SarkPS.Tests.Files;

/// <summary>
/// What is exchanged in folders is wholly old or wholly new, whichever step fails or is the last of its process, and the
/// answer says which.
/// </summary>
public sealed class ExchangeTests : IDisposable
{
    private const int MostSteps = 1000;
    private readonly TemporaryFolder root = new();

    private string Folder => root["etc"];

    private string Other => root["sounds"];

    private string Store => root["store"];

    public void Dispose() => root.Dispose();

    public static TheoryData<string, bool> Variants()
    {
        var variants = new TheoryData<string, bool>();
        foreach (var variant in new[] { "alone", "parts", "whole" })
        {
            variants.Add(variant, false);
            variants.Add(variant, true);
        }

        return variants;
    }

    [Theory]
    [MemberData(nameof(Variants))]
    public async Task Whichever_step_fails_all_is_old_or_all_is_new_as_the_answer_says(string variant, bool isForGood)
    {
        var (old, @new) = await StatesAsync(variant);
        var seen = new HashSet<string>();
        for (var step = 1; await CheckAsync(variant, From(step, isForGood), old, @new, seen) > 0; step++)
        {
            Assert.True(step < MostSteps);
        }

        Assert.Superset(new HashSet<string> { "old", "new" }, seen);
    }

    [Theory]
    [InlineData("alone")]
    [InlineData("parts")]
    [InlineData("whole")]
    public async Task A_step_of_going_back_may_fail_as_well(string variant)
    {
        var (old, @new) = await StatesAsync(variant);
        var seen = new HashSet<string>();
        var failed = 1;
        for (var step = 1; failed > 0; step++)
        {
            Assert.True(step < MostSteps);
            for (
                var second = step + 1;
                (failed = await CheckAsync(variant, count => count == step || count == second, old, @new, seen)) == 2;
                second++)
            {
            }
        }

        Assert.Equal(["new", "old", "open"], seen.Order(StringComparer.Ordinal));
    }

    private async Task<int> CheckAsync(string variant, Func<int, bool> isToFail, string old, string @new, HashSet<string> seen)
    {
        Lay();
        var isInPlace = false;
        var (failure, failed) = await FailAsync(isToFail, () => ExchangeAsync(variant, exchange => isInPlace = exchange.IsInPlace));
        var answer = failure is null || isInPlace
            ? "new"
            : failure.Message.Contains(FolderExchange.NotPutBack, StringComparison.Ordinal) ? "open" : "old";
        seen.Add(answer);
        var at = string.Join(", ", failed.Take(2));
        if (answer != "open")
        {
            Assert.Equal((at, answer == "new" ? @new : old), (at, State()));
        }
        else
        {
            // Where it lies is said, and nothing of it is lost.
            Assert.Contains(".sarkps-exchange.", failure!.Message, StringComparison.Ordinal);
            Assert.DoesNotContain(FileErrors.NothingChanged, failure.Message, StringComparison.Ordinal);
        }

        Recover();
        Assert.Equal((at, answer == "new" ? @new : old), (at, State()));
        Assert.Equal((at, ""), (at, Litter()));
        return failed.Count;
    }

    [Theory]
    [InlineData("alone")]
    [InlineData("parts")]
    [InlineData("whole")]
    public async Task Who_puts_right_may_die_as_well(string variant)
    {
        var (old, @new) = await StatesAsync(variant);
        for (var step = 1; ; step++)
        {
            for (var second = 1; ; second++)
            {
                Lay();
                var (_, failed) = await FailAsync(From(step, isForGood: true), () => ExchangeAsync(variant));
                if (failed.Count == 0)
                {
                    Assert.True(step > 20);
                    return;
                }

                var (_, again) = await FailAsync(From(second, isForGood: true), () =>
                {
                    Recover();
                    return Task.CompletedTask;
                });
                Recover();
                Assert.Contains(State(), new[] { old, @new });
                Assert.Equal((step, second, ""), (step, second, Litter()));
                if (again.Count == 0)
                {
                    break;
                }
            }
        }
    }

    [SkippableFact]
    public async Task A_process_that_is_killed_at_any_step_loses_nothing()
    {
        Skip.If(OperatingSystem.IsWindows(), "A process that is killed there goes on for a moment.");
        var seen = new HashSet<string>();
        for (var step = 1; ; step++)
        {
            Directory.CreateDirectory(Folder);
            Write(Folder, ("both", "old"), ("less", "old"));
            using var process = PbxTree.Helper("exchange", Folder, step.ToString(CultureInfo.InvariantCulture));
            await process.WaitForExitAsync();
            FolderExchange.Recover(Folder);
            var state = string.Join(", ", Directory.GetFileSystemEntries(Folder).Order(StringComparer.Ordinal)
                .Select(path => $"{Path.GetFileName(path)} {File.ReadAllText(path)}"));
            Assert.Contains(state, new[] { "both old, less old", "both new, more new" });
            seen.Add(state);
            Directory.Delete(Folder, recursive: true);
            if (process.ExitCode == 0)
            {
                break;
            }
        }

        Assert.Equal(2, seen.Count);
    }

    [Theory]
    [InlineData(BackupParts.Asterisk, false)]
    [InlineData(BackupParts.Ldap, false)]
    [InlineData(BackupParts.All, false)]
    [InlineData(BackupParts.All, true)]
    public async Task Whichever_step_of_a_restore_fails_all_parts_are_of_one_state_and_the_answer_says_which(
        BackupParts parts,
        bool isForGood)
    {
        using var tree = new PbxTree();
        var ldap = tree["/var/lib/ldap"];
        tree.Program("/usr/sbin/slapcat", $"cat {ldap}/data.mdb");
        tree.Program("/usr/sbin/slapadd", $"cp \"$2\" {ldap}/data.mdb");
        tree.Program(
            "/bin/systemctl",
            "case $1 in stop) rm {0}/running;; start) touch {0}/running;; esac; true".Replace("{0}", tree.Root, StringComparison.Ordinal));
        Put("new");
        var made = await tree.Operations.Backups.CreateAsync();
        var seen = new HashSet<string>();
        for (var step = 1; ; step++)
        {
            Assert.True(step < MostSteps);
            Put("old");
            var (failure, failed) = await FailAsync(From(step, isForGood), () => tree.Operations.Backups.RestoreAsync(made.Name, parts));
            var said = failure is null || failure.Message.StartsWith("The backup 'sarkbak", StringComparison.Ordinal)
                ? "new"
                : failure.Message.EndsWith("Nothing was changed.", StringComparison.Ordinal) ? "old" : "open";
            seen.Add(said);
            var at = $"{string.Join(", ", failed.Take(1))}: {failure?.Message}";
            if (said == "open")
            {
                Assert.Contains(FolderExchange.NotPutBack, failure!.Message, StringComparison.Ordinal);
                Assert.Contains(".sarkps-exchange.", failure.Message, StringComparison.Ordinal);
            }
            else
            {
                Assert.Equal((at, said), (at, State(said)));
                Assert.Equal((at, true), (at, File.Exists(tree["/running"])));
            }

            tree.Operations.Recover();
            Assert.Equal((at, said == "new" ? "new" : "old"), (at, State(said)));
            Assert.Equal((at, true), (at, File.Exists(tree["/running"])));
            Assert.Equal((at, ""), (at, string.Join(' ', Directory.EnumerateFileSystemEntries(tree.Root, ".*", SearchOption.AllDirectories)
                .Where(path => !path.EndsWith(".kept-by-restore", StringComparison.Ordinal)))));
            // What was replaced is kept, and only then.
            var kept = Directory.GetFiles(tree["/opt/sark/bkup"]).Where(path => Path.GetFileName(path) != made.Name).ToArray();
            if (!isForGood)
            {
                Assert.Equal((at, said == "new" ? 1 : 0), (at, kept.Length));
            }

            foreach (var path in kept)
            {
                Assert.True((await tree.Operations.Backups.TestAsync(Path.GetFileName(path))).Valid);
                File.Delete(path);
            }

            if (failed.Count == 0)
            {
                Assert.Null(failure);
                break;
            }
        }

        Assert.Superset(new HashSet<string> { "old", "new" }, seen);

        void Put(string state)
        {
            tree.Write("/running", "");
            tree.Write("/etc/asterisk/sip.conf", state);
            Directory.CreateDirectory(tree["/etc/asterisk/deep"]);
            foreach (var file in Directory.GetFiles(tree["/etc/asterisk/deep"]))
            {
                File.Delete(file);
            }

            tree.Write($"/etc/asterisk/deep/{state}.conf", state);
            tree.Write("/usr/share/asterisk/sounds/usergreeting0001.wav", state);
            tree.Write("/var/spool/asterisk/voicemail/default/401/INBOX/msg0000.txt", state);
            tree.Write("/var/lib/ldap/data.mdb", state);
            tree.Sql($"UPDATE Cluster SET description = '{state}'");
        }

        // Parts that were not asked for are as they were.
        string State(string wanted)
        {
            var states = new List<string>();
            Add(BackupParts.Asterisk, File.ReadAllText(tree["/etc/asterisk/sip.conf"]));
            Add(
                BackupParts.Asterisk,
                string.Join(' ', Directory.GetFiles(tree["/etc/asterisk/deep"]).Select(Path.GetFileNameWithoutExtension)));
            Add(BackupParts.Greetings, File.ReadAllText(tree["/usr/share/asterisk/sounds/usergreeting0001.wav"]));
            Add(BackupParts.Voicemail, File.ReadAllText(tree["/var/spool/asterisk/voicemail/default/401/INBOX/msg0000.txt"]));
            Add(BackupParts.Ldap, string.Join(
                ' ',
                Directory.GetFileSystemEntries(ldap).Where(path => !Path.GetFileName(path).StartsWith('.')).Select(File.ReadAllText)));
            Add(BackupParts.Database, (string)tree.Ask("SELECT description FROM Cluster")!);
            return string.Join(" and ", states.Distinct());

            void Add(BackupParts part, string state)
            {
                if (parts.HasFlag(part))
                {
                    states.Add(state);
                }
                else
                {
                    Assert.Equal((part, wanted, "old"), (part, wanted, state));
                }
            }
        }
    }

    [Fact]
    public async Task An_upload_that_fails_at_any_step_leaves_nothing()
    {
        using var tree = new PbxTree();
        var content = new byte[33 * 3];
        content[0] = content[33] = content[66] = 0xD0;
        for (var step = 1; ; step++)
        {
            var (failure, failed) = await FailAsync(
                From(step, isForGood: false),
                () => tree.Operations.Greetings.ImportAsync("usergreeting0001.gsm", new MemoryStream(content)));
            var left = Directory.GetFileSystemEntries(tree["/usr/share/asterisk/sounds"]).Select(Path.GetFileName);
            if (failed.Count == 0)
            {
                Assert.Equal(["usergreeting0001.gsm"], left);
                Assert.True(step > 3);
                break;
            }

            Assert.EndsWith("Nothing was changed.", failure!.Message, StringComparison.Ordinal);
            Assert.Equal((failed[0], ""), (failed[0], string.Join(' ', left)));
        }
    }

    [Fact]
    public async Task What_another_program_writes_meanwhile_is_kept_and_named()
    {
        Lay();
        using (var exchange = FolderExchange.Begin(Folder))
        {
            Write(exchange.Incoming, ("both", "new"), ("more", "new"), ("deep/x", "new"));
            await Assert.ThrowsAsync<InvalidOperationException>(() => exchange.CommitAsync(["both", "less", "deep"], () =>
            {
                // In the place of one that went, over one that came, and into a folder that came.
                Write(Folder, ("less", "theirs"), ("both", "their own"), ("deep/theirs", "theirs"));
                throw new InvalidOperationException();
            }));
            Assert.Equal(3, exchange.Remarks.Count);
            foreach (var (name, text) in new[] { ("less", "theirs"), ("both", "their own"), ("deep", "theirs") })
            {
                var kept = Path.GetFileName(Assert.Single(Directory.GetFileSystemEntries(Folder, name + ".sarkps-kept.*")));
                Assert.Single(exchange.Remarks, remark => remark.Contains($"'{name}'", StringComparison.Ordinal)
                    && remark.Contains($"'{kept}'", StringComparison.Ordinal));
                Assert.Equal(text, File.ReadAllText(name == "deep" ? Path.Combine(Folder, kept, "theirs") : Path.Combine(Folder, kept)));
            }
        }

        Assert.Equal(("old", "old", "old"), (File.ReadAllText(Path.Combine(Folder, "both")), File.ReadAllText(
            Path.Combine(Folder, "less")), File.ReadAllText(Path.Combine(Folder, "deep/x"))));
        Assert.False(File.Exists(Path.Combine(Folder, "more")));
        Assert.Equal("", Litter());
    }

    [Fact]
    public async Task A_name_that_another_program_takes_meanwhile_is_not_overwritten()
    {
        Lay();
        using (var exchange = FolderExchange.Begin(Folder))
        {
            Write(exchange.Incoming, ("both", "new"), ("more", "new"));
            Write(Folder, ("more", "theirs"));
            var error = await Assert.ThrowsAsync<SarkUnavailableException>(() => exchange.CommitAsync(["both"]));
            Assert.Contains("'more' in folder 'etc'", error.Message, StringComparison.Ordinal);
        }

        Assert.Equal(("old", "theirs"), (File.ReadAllText(Path.Combine(Folder, "both")), File.ReadAllText(Path.Combine(Folder, "more"))));
        Assert.Equal("", Litter());
    }

    [Fact]
    public void In_a_folder_there_is_one_exchange_at_a_time()
    {
        Lay();
        using (var exchange = FolderExchange.Begin(Folder))
        {
            Assert.Contains(
                "Another restore is at work in folder 'etc'",
                Assert.Throws<SarkUnavailableException>(() => FolderExchange.Begin(Folder)).Message,
                StringComparison.Ordinal);
            Assert.False(FolderExchange.Recover(Folder).IsSettled);
            Assert.True(Directory.Exists(exchange.Incoming));
        }

        FolderExchange.Begin(Folder).Dispose();
        Assert.Equal("", Litter());
    }

    [SkippableTheory]
    [InlineData("cp \"$2\" {0}/data.mdb; chmod 600 {0}/data.mdb", "dn: dc=new\n")]
    [InlineData("echo half > {0}/data.mdb; exit 1", "dn: dc=old\n")]
    public async Task The_directory_keeps_owner_and_mode(string slapadd, string expected)
    {
        Skip.If(Environment.UserName != "root", "only root gives files away");
        using var tree = new PbxTree();
        var ldap = tree["/var/lib/ldap"];
        tree.Program("/usr/sbin/slapcat", "echo 'dn: dc=new'");
        tree.Program("/usr/sbin/slapadd", string.Format(CultureInfo.InvariantCulture, slapadd, ldap));
        var file = tree.Write("/var/lib/ldap/data.mdb", "dn: dc=old\n");
        File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        Posix.TakeOwner(ldap, 33, 33);
        Posix.TakeOwner(file, 33, 33);
        var made = await tree.Operations.Backups.CreateAsync();
        await Record.ExceptionAsync(() => tree.Operations.Backups.RestoreAsync(made.Name, BackupParts.Ldap));
        Assert.Equal([file], Directory.GetFileSystemEntries(ldap));
        Assert.Equal(expected, File.ReadAllText(file));
        Assert.Equal(
            (0b110_000_000, 33u, 33u),
            (Posix.Status(file)!.Value.Mode, Posix.Status(file)!.Value.Owner, Posix.Status(file)!.Value.Group));
    }

    [Fact]
    public async Task What_slapadd_does_not_make_anew_is_in_the_backup_of_what_was_replaced()
    {
        using var tree = new PbxTree();
        var ldap = tree["/var/lib/ldap"];
        tree.Program("/usr/sbin/slapcat", $"cat {ldap}/data.mdb");
        tree.Program("/usr/sbin/slapadd", $"cp \"$2\" {ldap}/data.mdb");
        tree.Write("/var/lib/ldap/data.mdb", "dn: dc=sark\n");
        tree.Write("/var/lib/ldap/DB_CONFIG", "set_cachesize 0 1 0\n");
        var made = await tree.Operations.Backups.CreateAsync();
        var kept = (await tree.Operations.Backups.RestoreAsync(made.Name, BackupParts.Ldap)).KeptBackup!;
        using var zip = System.IO.Compression.ZipFile.OpenRead(Path.Combine(tree["/opt/sark/bkup"], kept));
        Assert.Equal(
            ["sarkps-owners.txt", "tmp/sark.local.ldif", "var/lib/ldap/DB_CONFIG"],
            zip.Entries.Select(entry => entry.FullName).Order(StringComparer.Ordinal));
    }

    // What lies in the two folders before: files and a folder that are replaced, some that go, and a link that stays.
    private void Lay()
    {
        foreach (var folder in new[] { Folder, Other, Store })
        {
            if (Directory.Exists(folder))
            {
                Directory.Delete(folder, recursive: true);
            }

            Directory.CreateDirectory(folder);
        }

        foreach (var folder in new[] { Folder, Other })
        {
            Write(folder, ("both", "old"), ("less", "old"), ("deep/x", "old"));
            File.CreateSymbolicLink(Path.Combine(folder, "link"), "/nowhere");
        }
    }

    private async Task ExchangeAsync(string variant, Action<FolderExchange>? ended = null)
    {
        using var decision = variant == "parts" ? RestoreDecision.ByFile(Store) : null;
        using var first = FolderExchange.Begin(Folder);
        using var second = variant == "parts" ? FolderExchange.Begin(Other) : null;
        try
        {
            if (variant == "whole")
            {
                await first.CommitAsync(["both", "less", "deep", "link"], () =>
                {
                    Write(Folder, ("both", "new"), ("deep/x", "new"));
                    Posix.Step("end", Folder);
                    return Task.CompletedTask;
                }, isWhole: true);
                return;
            }

            foreach (var exchange in new[] { first, second }.OfType<FolderExchange>())
            {
                Write(exchange.Incoming, ("both", "new"), ("more", "new"), ("deep/y", "new"));
            }

            await first.CommitAsync(["both", "less", "deep"], second is null ? null : () => second.CommitAsync(["both", "deep"], () =>
            {
                decision!.Make();
                return Task.CompletedTask;
            }, decision: decision), decision: decision);
        }
        finally
        {
            ended?.Invoke(first);
        }
    }

    private async Task<(string Old, string New)> StatesAsync(string variant)
    {
        Lay();
        var old = State();
        await ExchangeAsync(variant);
        Assert.Equal("", Litter());
        var @new = State();
        Assert.NotEqual(old, @new);
        return (old, @new);
    }

    private void Recover()
    {
        var found = new[] { Folder, Other }.Select(folder => FolderExchange.Recover(folder)).ToArray();
        Assert.All(found, one => Assert.True(one.IsSettled));
        foreach (var decision in found.SelectMany(one => one.Made))
        {
            decision.Dispose();
        }

        RestoreDecision.Clear(Store);
    }

    // All but what an exchange keeps for itself.
    private string State()
    {
        var text = new StringBuilder();
        foreach (var path in Directory.EnumerateFileSystemEntries(root.Path, "*", SearchOption.AllDirectories)
            .Where(path => !path.Contains("/.", StringComparison.Ordinal))
            .Order(StringComparer.Ordinal))
        {
            var status = Posix.Status(path)!.Value;
            text.AppendLine(CultureInfo.InvariantCulture,
                $"{Path.GetRelativePath(root.Path, path)} {status.Kind} {status.Mode} {status.Owner} "
                    + $"{(status.Kind == PosixKind.Regular ? File.ReadAllText(path) : "")}");
        }

        return text.ToString();
    }

    private string Litter() => string.Join(' ', Directory.EnumerateFileSystemEntries(root.Path, ".*", SearchOption.AllDirectories)
        .Select(path => Path.GetRelativePath(root.Path, path)));

    private static void Write(string folder, params (string Name, string Text)[] files)
    {
        foreach (var (name, text) in files)
        {
            Directory.CreateDirectory(Path.GetDirectoryName(Path.Combine(folder, name))!);
            File.WriteAllText(Path.Combine(folder, name), text);
        }
    }

    /// <summary>Has steps fail by their numbers.</summary>
    /// <returns>What came of it, and the steps that failed.</returns>
    private static async Task<(Exception? Failure, IReadOnlyList<string> Failed)> FailAsync(Func<int, bool> isToFail, Func<Task> work)
    {
        var count = 0;
        var failed = new List<string>();
        Posix.BeforeStep.Value = what =>
        {
            if (isToFail(++count))
            {
                failed.Add($"{count} {what}");
                throw new IOException("The disk fails.", 5);
            }
        };
        try
        {
            await work();
            return (null, failed);
        }
        catch (Exception e) when (e is IOException or SarkException)
        {
            return (e, failed);
        }
        finally
        {
            Posix.BeforeStep.Value = null;
        }
    }

    // One, or it and all after it, as when the process is no more.
    private static Func<int, bool> From(int step, bool isForGood) => count => count == step || (isForGood && count > step);
}
