using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace SarkPS.Data.Files;

/// <summary>What was found where exchanges may have been left.</summary>
/// <param name="Made">What said of some that they count.</param>
/// <param name="Remarks">What is to be told, a sentence each.</param>
/// <param name="IsSettled">Whether none is left: none that another process is at, and none that the account may not look at.</param>
internal sealed record ExchangeRecovery(IReadOnlyList<RestoreDecision> Made, IReadOnlyList<string> Remarks, bool IsSettled);

/// <summary>
/// Replaces some of the things in a folder, all or none. The new ones are put into a hidden folder inside it, so that
/// putting them in place is renaming only; a plan in that folder says what is being exchanged. When the process dies in
/// the middle, the next to look goes back to the old state, or on to the new one where the whole that the exchange is a part
/// of was decided already. What was there before is deleted only when the exchange has ended, never while something of it
/// could still be needed, and what another program wrote meanwhile is never overwritten. A lock says whether its process
/// lives, and there is one exchange in a folder at a time.
/// </summary>
internal sealed class FolderExchange : IDisposable
{
    /// <summary>What the message of an undo that failed holds.</summary>
    public const string NotPutBack = "could not be put back";

    private const string Prefix = ".sarkps-exchange.";
    private const string ClaimSuffix = ".lock";
    private const string AsideSuffix = ".sarkps-kept.";
    private readonly string folder;
    private readonly string staging;
    private readonly FileClaim claim;
    private readonly List<string> remarks = [];
    private bool isUnsure;

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

    /// <summary>What is to be told beside whether it succeeded, a sentence each.</summary>
    public IReadOnlyList<string> Remarks => remarks;

    /// <summary>Whether the new things are in place and count.</summary>
    public bool IsInPlace { get; private set; }

    private string Plan => Path.Combine(staging, "plan");

    /// <summary>What tells whether something in the folder is still as the exchange put it there.</summary>
    private string Prints => Path.Combine(staging, "prints");

    /// <summary>
    /// There once the folder has been emptied for something that makes its own names: whatever is in it now goes when it is
    /// undone.
    /// </summary>
    private string Whole => Path.Combine(staging, "whole");

    /// <summary>What says whether the whole that the exchange is a part of counts; only where it is a part of one.</summary>
    private string Decision => Path.Combine(staging, "decision");

    /// <summary>What an undo took out of the way.</summary>
    private string Spoiled => Path.Combine(staging, "spoiled");

    /// <summary>There once the new things are out of the folder again; from then on only old ones are in it.</summary>
    private string Cleared => Path.Combine(staging, "cleared");

    /// <summary>Becomes <see cref="Cleared"/>: a name can be changed on a full disk too.</summary>
    private string Uncleared => Path.Combine(staging, "uncleared");

    private string Name => Path.GetFileName(folder);

    /// <summary>Whether a name in a folder is one of ours and no part of what the folder holds.</summary>
    public static bool IsOurs(string name) => name.StartsWith(".sarkps-", StringComparison.Ordinal);

    /// <summary>Prepares an exchange. What a killed process left unfinished in the folder is put right first.</summary>
    /// <exception cref="SarkUnavailableException">Another is at work in the folder, or what one left there cannot be put right.</exception>
    public static FolderExchange Begin(string folder)
    {
        var before = Recover(folder);
        var staging = Path.Combine(folder, Prefix + Guid.NewGuid().ToString("N"));
        var exchange = new FolderExchange(folder, staging, FileClaim.Create(staging + ClaimSuffix));
        exchange.remarks.AddRange(before.Remarks);
        try
        {
            // After our own is there, so that of two that begin at once no more than one goes on.
            if (Directory.EnumerateFileSystemEntries(folder, Prefix + "*")
                .Any(other => !other.StartsWith(staging, StringComparison.Ordinal)))
            {
                throw new SarkUnavailableException("Backup", exchange.Name,
                    $"Another restore is at work in folder '{exchange.Name}', or was interrupted there and is not this account's to "
                        + $"undo.{FileErrors.NothingChanged}");
            }

            Posix.CreateFolder(staging);
            Posix.CreateFolder(exchange.Incoming);
            Posix.CreateFolder(exchange.Outgoing);
            Posix.WriteFlushed(exchange.Uncleared, "");
            return exchange;
        }
        catch
        {
            exchange.Dispose();
            throw;
        }
    }

    /// <summary>Undoes exchanges in a folder whose process no longer lives, or ends them where they count.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="around">Is given the work on each, for what has to be done before and after it.</param>
    /// <exception cref="SarkUnavailableException">Not all could be put back; what is missing is still there, and the next
    /// call tries again.</exception>
    public static ExchangeRecovery Recover(string folder, Action<Action>? around = null)
    {
        var (made, remarks, isSettled) = (new List<RestoreDecision>(), new List<string>(), true);
        foreach (var left in Directory.GetDirectories(folder, Prefix + "*"))
        {
            using var claim = TakeAbandoned(left + ClaimSuffix);
            if (claim is null)
            {
                isSettled = false;
            }
            else if (Directory.Exists(left))
            {
                using var exchange = new FolderExchange(folder, left, claim);
                Action settle = () =>
                {
                    if (exchange.Settle() is { } decision)
                    {
                        made.Add(decision);
                    }
                };
                (around ?? (work => work()))(settle);
                remarks.AddRange(exchange.remarks);
            }
        }

        foreach (var lost in Directory.GetFiles(folder, Prefix + "*" + ClaimSuffix)
            .Where(file => !Directory.Exists(file[..^ClaimSuffix.Length])))
        {
            FileClaim.DeleteIfAbandoned(lost);
        }

        return new ExchangeRecovery(made, remarks, isSettled);
    }

    // One without a claim was left by a release that knew processes by their numbers, or another program swept it up.
    private static FileClaim? TakeAbandoned(string lost)
    {
        try
        {
            return Posix.Status(lost) is null ? FileClaim.Create(lost) : FileClaim.TakeAbandoned(lost);
        }
        catch (IOException) when (Posix.Status(lost) is not null)
        {
            // Another was first.
            return null;
        }
    }

    /// <summary>Puts the new things in place.</summary>
    /// <param name="remove">Names in the folder that go.</param>
    /// <param name="afterwards">Runs when all is in place and can still fail; then everything goes back.</param>
    /// <param name="isWhole">What <paramref name="afterwards"/> makes in the folder belongs to the exchange, whatever its name.</param>
    /// <param name="decision">From when on it counts, whatever fails after that; null when that is the last step of this.</param>
    /// <exception cref="SarkUnavailableException">It failed, and could not be undone either; nothing is lost, and
    /// <see cref="Recover"/> tries again.</exception>
    public async Task CommitAsync(
        IReadOnlyCollection<string> remove,
        Func<Task>? afterwards = null,
        bool isWhole = false,
        RestoreDecision? decision = null)
    {
        try
        {
            var install = Names(Incoming);
            WritePlan(install, decision);
            foreach (var name in remove)
            {
                // Gone since the folder was listed, as voicemail may be: then there is nothing to keep.
                if (IsThere(folder, name))
                {
                    Posix.Rename(Path.Combine(folder, name), Path.Combine(Outgoing, name));
                }
            }

            foreach (var name in install)
            {
                if (IsThere(folder, name))
                {
                    throw new SarkUnavailableException(
                        "Backup",
                        Name,
                        $"Something else wrote '{SarkText.Printable(name)}' in folder '{Name}' while it was being restored.");
                }

                Posix.Rename(Path.Combine(Incoming, name), Path.Combine(folder, name));
            }

            if (isWhole)
            {
                Posix.WriteFlushed(Whole, "");
            }

            Posix.FlushFolder(folder);
            if (afterwards is not null)
            {
                await afterwards().ConfigureAwait(false);
            }

            if (decision is null)
            {
                // Without it nothing would be undone, and what is in place is the new state.
                Posix.Delete(Plan);
            }
        }
        catch (Exception failure)
        {
            if (IsMade(decision, failure))
            {
                End(decision);
            }
            else
            {
                Undo(failure);
            }

            throw;
        }

        End(decision);
    }

    private void WritePlan(string[] install, RestoreDecision? decision)
    {
        if (decision is not null)
        {
            Posix.WriteFlushed(Decision, decision.ToString());
        }

        // A name can hold anything but NUL and '/', so NUL separates.
        Posix.WriteFlushed(Prints, string.Join('\0', install.SelectMany(name => new[] { name, Print(Path.Combine(Incoming, name)) })));
        Posix.WriteFlushed(Plan + ".tmp", string.Join('\0', install));
        Posix.Rename(Plan + ".tmp", Plan);
        Posix.FlushFolder(staging);
    }

    private bool IsMade(RestoreDecision? decision, Exception failure)
    {
        try
        {
            return decision?.IsMade() == true;
        }
        catch (Exception e) when (e is SarkException or IOException or UnauthorizedAccessException)
        {
            decision!.Keep();
            throw NotBack(failure, [("what decides whether it is restored", e)]);
        }
    }

    /// <summary>Puts right what another process left.</summary>
    /// <returns>What said that it counts; null when it did not, and is undone.</returns>
    private RestoreDecision? Settle()
    {
        if (!IsThere(Plan))
        {
            return null;
        }

        if (IsThere(Decision) && RestoreDecision.Parse(File.ReadAllText(Decision)) is { } decision && decision.IsMade())
        {
            ForgetPlan();
            return decision;
        }

        GoBack(null);
        return null;
    }

    // Whatever becomes of what is left.
    private void End(RestoreDecision? decision)
    {
        IsInPlace = true;
        try
        {
            ForgetPlan();
        }
        catch (Exception e) when (IsOfDisk(e))
        {
            isUnsure = true;
            decision?.Keep();
            remarks.Add($"What was restored in folder '{Name}' is in place. That could not be noted ({Reason(e)}), so what it replaced "
                + $"stays in '{Path.GetFileName(staging)}' until the next restore, or start of the service.");
        }
    }

    private void ForgetPlan()
    {
        Posix.Delete(Plan);
        Posix.FlushFolder(staging);
    }

    private void Undo(Exception cause)
    {
        try
        {
            GoBack(cause);
        }
        catch (Exception e) when (IsOfDisk(e))
        {
            // All is back but the note of it, which the next to look makes.
            isUnsure = true;
        }
    }

    /// <summary>Ends it. What is still needed, to go back or to know that it need not, stays.</summary>
    public void Dispose()
    {
        try
        {
            // A plan that is still there says that old things have not come back, or may have to.
            if (!isUnsure && !IsThere(Plan))
            {
                if (Directory.Exists(staging))
                {
                    Posix.DeleteFolder(staging);
                }

                Posix.Delete(staging + ClaimSuffix);
            }
        }
        catch (Exception e) when (IsOfDisk(e))
        {
            // Without a plan it is only litter, which the next to look removes.
        }
        finally
        {
            claim.Dispose();
        }
    }

    /// <summary>Goes back to the old state. A step that fails does not keep the others from being taken.</summary>
    /// <exception cref="SarkUnavailableException">Some failed; the next to look tries them again.</exception>
    private void GoBack(Exception? cause)
    {
        var failures = new List<(string Name, Exception Failure)>();
        string[] planned = [], old = [];
        Dictionary<string, string> prints = [];
        var (isPlanned, isWhole, isCleared) = (false, false, false);
        Try("the plan", () =>
        {
            isPlanned = IsThere(Plan);
            isWhole = IsThere(Whole);
            isCleared = IsThere(Cleared);
            planned = isPlanned ? Split(Plan) : [];
            prints = IsThere(Prints) ? Split(Prints).Chunk(2).ToDictionary(pair => pair[0], pair => pair[1], StringComparer.Ordinal) : [];
            old = Names(Outgoing);
        });
        if (failures.Count == 0 && !isPlanned)
        {
            return;
        }

        if (failures.Count == 0 && !isCleared)
        {
            foreach (var name in planned)
            {
                Try(name, () => TakeOut(name, prints.GetValueOrDefault(name)));
            }

            Try("the folder", () =>
            {
                foreach (var name in isWhole ? Names(folder).Where(name => !IsOurs(name)) : [])
                {
                    Try(name, () => TakeAway(name));
                }
            });
            if (failures.Count == 0)
            {
                Try("the plan", () =>
                {
                    if (!IsThere(Uncleared))
                    {
                        Posix.WriteFlushed(Uncleared, "");
                    }

                    Posix.Rename(Uncleared, Cleared);
                    isCleared = true;
                });
            }
        }

        foreach (var name in old)
        {
            Try(name, () =>
            {
                // Before that is noted, an old thing must not stand where it would be taken for a new one.
                if (isCleared || (!isWhole && (!planned.Contains(name, StringComparer.Ordinal) || IsThere(Incoming, name))))
                {
                    if (IsThere(folder, name))
                    {
                        KeepAside(name);
                    }

                    Posix.Rename(Path.Combine(Outgoing, name), Path.Combine(folder, name));
                }
            });
        }

        if (failures.Count > 0)
        {
            throw NotBack(cause, failures);
        }

        Posix.FlushFolder(folder);
        ForgetPlan();

        void Try(string name, Action step)
        {
            try
            {
                step();
            }
            catch (Exception e) when (IsOfDisk(e))
            {
                failures.Add((name, e));
            }
        }
    }

    // Not among the new any more means that it was put in place.
    private void TakeOut(string name, string? print)
    {
        if (IsThere(Incoming, name) || !IsThere(folder, name))
        {
            return;
        }

        if (print is null || print == Print(Path.Combine(folder, name)))
        {
            Posix.Rename(Path.Combine(folder, name), Path.Combine(Incoming, name));
        }
        else
        {
            KeepAside(name);
        }
    }

    private void TakeAway(string name)
    {
        Posix.CreateFolder(Spoiled);
        Posix.Rename(Path.Combine(folder, name), Path.Combine(Spoiled, $"{Guid.NewGuid():N}"));
    }

    /// <summary>Keeps what another program wrote: nobody has it but this folder.</summary>
    private void KeepAside(string name)
    {
        var stem = string.Create(CultureInfo.InvariantCulture, $"{name}{AsideSuffix}{DateTimeOffset.UtcNow.ToUnixTimeSeconds()}");
        var aside = stem;
        for (var number = 1; IsThere(folder, aside); number++)
        {
            aside = string.Create(CultureInfo.InvariantCulture, $"{stem}.{number}");
        }

        Posix.Rename(Path.Combine(folder, name), Path.Combine(folder, aside));
        remarks.Add($"What something else wrote to '{SarkText.Printable(name)}' in folder '{Name}' meanwhile is kept there as "
            + $"'{SarkText.Printable(aside)}'.");
    }

    private SarkUnavailableException NotBack(Exception? cause, IReadOnlyCollection<(string Name, Exception Failure)> failures)
    {
        var why = cause is not null && (FileErrors.Map("Backup", Name, "restore it", cause) ?? cause as SarkException) is { } told
            ? $"{FileErrors.WithoutPromise(told)} "
            : "";
        var list = string.Join("; ", failures.GroupBy(
            failure => Reason(failure.Failure),
            failure => $"'{SarkText.Printable(failure.Name)}'").Select(group => $"{string.Join(", ", group.Distinct())}: {group.Key}"));
        return new SarkUnavailableException("Backup", Name,
            $"{why}What was in folder '{Name}' before {NotPutBack} completely ({list}). It is kept there in "
                + $"'{Path.GetFileName(staging)}/old', and the next restore, or start of the service, tries again.",
            new AggregateException([.. cause is null ? [] : new[] { cause }, .. failures.Select(failure => failure.Failure)]));
    }

    /// <summary>Tells one content from another without reading it: names, kinds, sizes and times.</summary>
    private static string Print(string path)
    {
        using var sum = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Add(path, "");
        return Convert.ToHexString(sum.GetHashAndReset());

        void Add(string at, string relative)
        {
            if (Posix.Status(at) is not { } status)
            {
                return;
            }

            var isFolder = status.Kind == PosixKind.Directory;
            sum.AppendData(Encoding.UTF8.GetBytes(string.Create(
                CultureInfo.InvariantCulture,
                $"{relative}\0{status.Kind}\0{(isFolder ? 0 : status.Size)}\0{(isFolder ? 0 : status.Modified.UtcTicks)}\0")));
            foreach (var name in isFolder ? Names(at).Order(StringComparer.Ordinal).ToArray() : [])
            {
                Add(Path.Combine(at, name), $"{relative}/{name}");
            }
        }
    }

    private static string[] Split(string path) => File.ReadAllText(path).Split('\0', StringSplitOptions.RemoveEmptyEntries);

    private static bool IsThere(params string[] path) => Posix.Status(Path.Combine(path)) is not null;

    private static string[] Names(string path) =>
        Directory.Exists(path) ? [.. Directory.EnumerateFileSystemEntries(path).Select(entry => Path.GetFileName(entry)!)] : [];

    private static bool IsOfDisk(Exception e) => e is IOException or UnauthorizedAccessException;

    // Without the paths that the file system's own words hold: callers from outside read this.
    private static string Reason(Exception e) => e switch
    {
        SarkException told => FileErrors.WithoutPromise(told).TrimEnd('.'),
        UnauthorizedAccessException => "permission denied",
        _ => "the disk reported an error",
    };
}
