using System.Text;

namespace SarkPS.Data.Files;

/// <summary>
/// Replaces some of the things in a folder, all or none. The new ones are put into a hidden folder inside it, so that
/// putting them in place is renaming only; a plan in that folder says what is being exchanged. When the process dies in
/// the middle, the next to look goes back to the old state, or on to the new one where the whole that the exchange is a part
/// of was decided already. What was there before is deleted only when the exchange has
/// ended, never while something of it could still be needed.
/// </summary>
internal sealed class FolderExchange : IDisposable
{
    /// <summary>What the message of an undo that failed holds.</summary>
    public const string NotPutBack = "could not be put back";

    private const string Prefix = ".sarkps-exchange.";
    private const string ClaimSuffix = ".lock";
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
    private readonly string folder;
    private readonly string staging;
    private readonly FileClaim claim;

    private FolderExchange(string folder, string staging, FileClaim claim)
    {
        this.folder = folder;
        this.staging = staging;
        this.claim = claim;
    }

    /// <summary>Where the new things are to be put.</summary>
    public string Incoming => Path.Combine(staging, "new");

    /// <summary>Where the old things are while the new ones are being put in place.</summary>
    public string Outgoing => Path.Combine(staging, "old");

    private string Plan => Path.Combine(staging, "plan");

    /// <summary>There once the folder has been emptied for something that makes its own names: whatever is in it now goes when it is undone.</summary>
    private string Whole => Path.Combine(staging, "whole");

    /// <summary>What says whether the whole that the exchange is a part of counts; only where it is a part of one.</summary>
    private string Decision => Path.Combine(staging, "decision");

    /// <summary>What an undo took out of the way.</summary>
    private string Spoiled => Path.Combine(staging, "spoiled");

    /// <summary>There once the new things are out of the folder again; from then on only old ones are in it.</summary>
    private string Cleared => Path.Combine(staging, "cleared");

    /// <summary>Becomes <see cref="Cleared"/>: a name can be changed on a full disk too.</summary>
    private string Uncleared => Path.Combine(staging, "uncleared");

    /// <summary>Whether a name in a folder is one of ours and no part of what the folder holds.</summary>
    public static bool IsOurs(string name) => name.StartsWith(".sarkps-", StringComparison.Ordinal);

    /// <summary>Prepares an exchange. What a killed process left unfinished in the folder is undone first.</summary>
    public static FolderExchange Begin(string folder)
    {
        Recover(folder);
        var staging = Path.Combine(folder, Prefix + Guid.NewGuid().ToString("N"));
        var claim = FileClaim.Create(staging + ClaimSuffix);
        var exchange = new FolderExchange(folder, staging, claim);
        try
        {
            CreateFolder(staging);
            CreateFolder(exchange.Incoming);
            CreateFolder(exchange.Outgoing);
            File.WriteAllText(exchange.Uncleared, "");
            return exchange;
        }
        catch
        {
            exchange.Dispose();
            throw;
        }
    }

    /// <summary>Undoes exchanges in a folder whose process no longer lives, or ends them where they count.</summary>
    /// <returns>What said so.</returns>
    /// <exception cref="SarkUnavailableException">Not all could be put back; what is missing is still there, and the next call tries again.</exception>
    public static IReadOnlyList<RestoreDecision> Recover(string folder)
    {
        var made = new List<RestoreDecision>();
        foreach (var left in new DirectoryInfo(folder).EnumerateDirectories(Prefix + "*").Select(found => found.FullName).ToArray())
        {
            // One without a claim was left by a release that knew processes by their numbers.
            var lost = left + ClaimSuffix;
            using var claim = Posix.Status(lost) is null ? FileClaim.Create(lost) : FileClaim.TakeAbandoned(lost);
            if (claim is not null && Directory.Exists(left))
            {
                using var exchange = new FolderExchange(folder, left, claim);
                if (File.Exists(exchange.Plan) && File.Exists(exchange.Decision) && RestoreDecision.Parse(File.ReadAllText(exchange.Decision)) is { } decision && decision.IsMade())
                {
                    exchange.End();
                    made.Add(decision);
                }
                else
                {
                    exchange.Undo();
                }
            }
        }

        foreach (var lost in new DirectoryInfo(folder).EnumerateFiles(Prefix + "*" + ClaimSuffix).Where(file => !Directory.Exists(file.FullName[..^ClaimSuffix.Length])).ToArray())
        {
            FileClaim.DeleteIfAbandoned(lost.FullName);
        }

        return made;
    }

    /// <summary>Puts the new things in place.</summary>
    /// <param name="remove">Names in the folder that go.</param>
    /// <param name="afterwards">Runs when all is in place and can still fail; then everything goes back.</param>
    /// <param name="isWhole">What <paramref name="afterwards"/> makes in the folder belongs to the exchange, whatever its name.</param>
    /// <param name="decision">From when on it counts, whatever fails after that; null when it does as soon as it has ended.</param>
    /// <exception cref="SarkUnavailableException">It failed, and could not be undone either; nothing is lost, and <see cref="Recover"/> tries again.</exception>
    public async Task CommitAsync(IReadOnlyCollection<string> remove, Func<Task>? afterwards = null, bool isWhole = false, RestoreDecision? decision = null)
    {
        if (decision is not null)
        {
            WriteFlushed(Decision, decision.ToString());
        }

        var install = Directory.EnumerateFileSystemEntries(Incoming).Select(path => Path.GetFileName(path)!).ToArray();
        // A name can hold anything but NUL and '/', so NUL separates.
        var plan = Plan + ".tmp";
        WriteFlushed(plan, string.Join('\0', install));
        File.Move(plan, Plan, overwrite: true);
        Posix.FlushFolder(staging);
        try
        {
            foreach (var name in remove)
            {
                // Gone since the folder was listed, as voicemail may be: then there is nothing to keep.
                if (Posix.Status(Path.Combine(folder, name)) is not null)
                {
                    Posix.Rename(Path.Combine(folder, name), Path.Combine(Outgoing, name));
                }
            }

            foreach (var name in install)
            {
                Posix.Rename(Path.Combine(Incoming, name), Path.Combine(folder, name));
            }

            if (isWhole)
            {
                File.WriteAllText(Whole, "");
            }

            Posix.FlushFolder(folder);
            if (afterwards is not null)
            {
                await afterwards().ConfigureAwait(false);
            }
        }
        catch (Exception failure)
        {
            if (decision?.IsMade() == true)
            {
                End();
            }
            else
            {
                Undo(failure);
            }

            throw;
        }

        End();
    }

    // The plan goes first: without it nothing would be undone, and what is in place is the new state.
    private void End()
    {
        File.Delete(Plan);
        Posix.FlushFolder(staging);
    }

    private static void WriteFlushed(string path, string text)
    {
        using var file = new FileStream(path, FileMode.Create, FileAccess.Write);
        file.Write(Encoding.UTF8.GetBytes(text));
        file.Flush(flushToDisk: true);
    }

    public void Dispose()
    {
        try
        {
            // A plan that is still there says that old things have not come back: they stay until they have.
            if (!File.Exists(Plan) && Directory.Exists(staging))
            {
                Directory.Delete(staging, recursive: true);
            }

            if (!Directory.Exists(staging))
            {
                File.Delete(staging + ClaimSuffix);
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Without a plan it is only litter, which the next to look removes.
        }

        claim.Dispose();
    }

    private static void CreateFolder(string path)
    {
        if (OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(path);
        }
        else
        {
            Directory.CreateDirectory(path, OwnerOnly);
        }
    }

    /// <summary>Goes back to the old state. A step that fails does not keep the others from being taken.</summary>
    private void Undo(Exception? cause = null)
    {
        if (!File.Exists(Plan))
        {
            return;
        }

        var failures = new List<Exception>();
        if (!File.Exists(Cleared))
        {
            foreach (var name in File.ReadAllText(Plan).Split('\0', StringSplitOptions.RemoveEmptyEntries))
            {
                // Not among the new any more means that it was put in place.
                Try(() => Posix.Status(Path.Combine(Incoming, name)) is null && Posix.Status(Path.Combine(folder, name)) is not null, () => Posix.Rename(Path.Combine(folder, name), Path.Combine(Incoming, name)));
            }

            foreach (var name in File.Exists(Whole) ? Names(folder) : [])
            {
                Try(() => !IsOurs(name), () => TakeAway(name));
            }

            if (failures.Count == 0)
            {
                Try(() => !File.Exists(Uncleared), () => File.WriteAllText(Uncleared, ""));
                Try(() => true, () => Posix.Rename(Uncleared, Cleared));
            }
        }

        // Where everything that is in the folder counts as new, old things must not come back before that is over.
        var mayReturn = File.Exists(Cleared) || !File.Exists(Whole);
        foreach (var name in mayReturn && Directory.Exists(Outgoing) ? Names(Outgoing) : [])
        {
            Try(() => true, () =>
            {
                if (Posix.Status(Path.Combine(folder, name)) is not null)
                {
                    TakeAway(name);
                }

                Posix.Rename(Path.Combine(Outgoing, name), Path.Combine(folder, name));
            });
        }

        if (failures.Count > 0)
        {
            throw new SarkUnavailableException("Backup", Path.GetFileName(folder),
                $"{(cause is SarkException ? $"{cause.Message} " : "")}What was in folder '{Path.GetFileName(folder)}' before {NotPutBack} ({string.Join("; ", failures.Select(Reason).Distinct())}). It is kept there in '{Path.GetFileName(staging)}/old', and the next restore, or start of the service, tries again.",
                cause ?? failures[0]);
        }

        Posix.FlushFolder(folder);
        File.Delete(Plan);

        void Try(Func<bool> isNeeded, Action step)
        {
            try
            {
                if (isNeeded())
                {
                    step();
                }
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                failures.Add(e);
            }
        }
    }

    private void TakeAway(string name)
    {
        Directory.CreateDirectory(Spoiled);
        Posix.Rename(Path.Combine(folder, name), Path.Combine(Spoiled, $"{Guid.NewGuid():N}"));
    }

    private static string[] Names(string path) => [.. Directory.EnumerateFileSystemEntries(path).Select(entry => Path.GetFileName(entry)!)];

    // Without the paths that the file system's own words hold: callers from outside read this.
    private static string Reason(Exception e) => e is UnauthorizedAccessException ? "permission denied" : "the disk reported an error";
}
