using System.IO.Compression;
using SarkPS.Data.Journal;
using SarkPS.Data.Sqlite;

namespace SarkPS.Data.Files;

/// <summary>Snapshots in a folder of this machine.</summary>
/// <param name="options">Where the folder lies and what is allowed.</param>
/// <param name="database">The live database.</param>
/// <param name="restoring">Puts another in its place.</param>
internal sealed class SnapshotStore(SarkOptions options, string database, Restoring restoring) :
    FileStore<Snapshot>(FileStores.Snapshots, options),
    ISnapshotOperations
{
    private static readonly byte[] ZipSignature = "PK"u8.ToArray();
    // The file itself, and what SQLite keeps beside it.
    private static readonly string[] Companions = ["", "-journal", "-wal", "-shm"];

    private const int MaximumZipEntries = 1000;
    private readonly SnapshotRetention retention = new(options);

    /// <inheritdoc/>
    public Task<Snapshot> CreateAsync(
        CancellationToken cancellationToken = default) => GuardAsync("take a snapshot", Kind.SetName, async () =>
    {
        using var temporary = NewTemporary("snapshot");
        if (await DatabaseFile.CopyAsync(database, temporary.Path, Kind.Noun, cancellationToken).ConfigureAwait(false) is { } refusal)
        {
            throw new SarkUnavailableException(
                Kind.Noun,
                Path.GetFileName(database),
                $"The database '{Path.GetFileName(database)}' {refusal}. A snapshot of it could not be restored, so none was taken.");
        }

        var name = PublishSnapshot(temporary.Path);
        retention.Apply(Folder, Kind.IsName, [name]);
        return Describe(name);
    });

    /// <inheritdoc/>
    public Task<SnapshotRestore> RestoreAsync(
        string name,
        ChangeNote? note = null,
        CancellationToken cancellationToken = default) => GuardAsync("restore it", name, () =>
    {
        var path = PathOf(name);
        // What a killed restore left is judged by the database that it left.
        BeforeReplacing?.Invoke();
        return ReplaceDatabaseAsync(path, name, note, cancellationToken);
    });

    /// <summary>Runs before a snapshot is restored.</summary>
    public Action? BeforeReplacing { get; set; }

    /// <summary>Runs when another database has become the live one, of a snapshot or of a backup.</summary>
    public Action? AfterReplacing { get; set; }

    /// <summary>Makes a database file the live one; the way of snapshots and backups both.</summary>
    /// <param name="source">The file; it is copied and checked before anything is done.</param>
    /// <param name="name">What messages call it.</param>
    /// <param name="note">Who does it, and why; null for this account.</param>
    /// <param name="cancellationToken">Ends it before the database is replaced.</param>
    internal async Task<SnapshotRestore> ReplaceDatabaseAsync(
        string source,
        string name,
        ChangeNote? note,
        CancellationToken cancellationToken)
    {
        // Worked on as a copy: opening a database can change it (a left journal is played back), and a snapshot stays as it is.
        using var checkedCopy = NewTemporary("restore");
        checkedCopy.FillFrom(source);
        DatabaseFile.KeepRollbackJournal(checkedCopy.Path, Kind.Noun, name);
        DatabaseFile.Verify(checkedCopy.Path, Kind.Noun, name);
        var lost = DatabaseFile.Apostrophes(checkedCopy.Path, Kind.Noun, name);
        cancellationToken.ThrowIfCancellationRequested();

        var (kept, changeSet, warning) = await restoring.ReplaceAsync(
            checkedCopy.Path,
            name,
            note ?? ChangeNote.Local,
            Kind.Noun,
            () => KeepAsync(cancellationToken),
            cancellationToken).ConfigureAwait(false);
        if (warning is not null)
        {
            Notices.Tell(warning);
        }

        AfterReplacing?.Invoke();
        try
        {
            retention.Apply(Folder, Kind.IsName, [name, .. kept is null ? [] : new[] { kept }]);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // What was asked for is done; it will be looked at again.
        }

        return new SnapshotRestore(name, kept)
        {
            ChangeSet = changeSet,
            Warnings = lost.Count == 0 ? []
                : [$"The restored database holds apostrophes in {SarkText.Listed(lost)}. SARK's dump writes values between apostrophes "
                    + "and escapes none, so its reload, which each upgrade of SARK's package does, would lose the rows of every "
                    + "customer. Test-SarkConfiguration lists them all."],
        };
    }

    /// <summary>Says that what has happened to the database since a restore was a part of it.</summary>
    /// <param name="restore">The restore.</param>
    internal Task EndAsync(SnapshotRestore restore) => restore.ChangeSet is { } set ? restoring.EndAsync(set) : Task.CompletedTask;

    /// <summary>
    /// Keeps the live database before it is replaced: as a snapshot, whatever version of SARK it is of; what is damaged can
    /// not be one and stays beside, for whoever wants to rescue something from it.
    /// </summary>
    private async Task<string?> KeepAsync(CancellationToken cancellationToken)
    {
        var live = DatabaseFile.Resolve(database);
        if (!Companions.Any(companion => File.Exists(live + companion)))
        {
            return null;
        }

        if (await DatabaseFile.IsDatabaseAsync(database, Kind.Noun, cancellationToken).ConfigureAwait(false))
        {
            using var temporary = NewTemporary("snapshot");
            try
            {
                await DatabaseFile.CopyAsync(database, temporary.Path, Kind.Noun, cancellationToken).ConfigureAwait(false);
                var name = PublishSnapshot(temporary.Path);
                SnapshotRetention.Protect(Folder, name);
                return name;
            }
            catch (SarkValidationException)
            {
                // Can be opened and is damaged all the same.
            }
        }

        var stem = $"{database}.damaged.{DateTimeOffset.UtcNow.ToUnixTimeSeconds()}";
        var number = 0;
        while (Posix.Status(Beside()) is not null)
        {
            number++;
        }

        // What it left unfinished may be what saves it, also of a file that is elsewhere for the moment.
        foreach (var companion in Companions.Where(companion => File.Exists(live + companion)))
        {
            using var copy = new TemporaryFile(Beside() + companion + ".part");
            copy.FillFrom(live + companion);
            Posix.DressAsSecret(copy.Path, Posix.Status(Path.GetDirectoryName(database)!)!.Value);
            Posix.MoveNew(copy.Path, Beside() + companion);
        }

        return null;

        string Beside() => number == 0 ? stem : $"{stem}.{number}";
    }

    private string PublishSnapshot(string temporary)
    {
        Dress(temporary);
        return PublishNew(temporary, second => $"sark.db.{second}");
    }

    /// <inheritdoc/>
    protected override Task TakenInAsync(string name, CancellationToken cancellationToken)
    {
        retention.Apply(Folder, Kind.IsName, [name]);
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    protected override async Task CheckUploadAsync(string name, string path, CancellationToken cancellationToken)
    {
        var start = new byte[ZipSignature.Length];
        using (var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite))
        {
            await file.ReadAtLeastAsync(start, start.Length, throwOnEndOfStream: false, cancellationToken).ConfigureAwait(false);
        }

        if (start.AsSpan().SequenceEqual(ZipSignature))
        {
            await UnpackAsync(name, path, cancellationToken).ConfigureAwait(false);
        }

        try
        {
            DatabaseFile.KeepRollbackJournal(path, Kind.Noun, name);
            DatabaseFile.Verify(path, Kind.Noun, name);
        }
        catch (SarkValidationException e)
        {
            // The field of the form is what the client knows the file by.
            throw new SarkValidationException(Kind.Noun, name, Kind.UploadField, e.Message);
        }
    }

    /// <summary>
    /// The documentation asks for a zip, the original wanted the bare file; both are taken, and a zip must hold one file.
    /// </summary>
    private async Task UnpackAsync(string name, string path, CancellationToken cancellationToken)
    {
        using var unpacked = NewTemporary("unpack");
        try
        {
            ArchiveReader.CheckCatalogue(path, MaximumZipEntries);
            using var archive = ZipFile.OpenRead(path);
            if (archive.Entries is not [var entry])
            {
                throw new SarkValidationException(
                    Kind.Noun,
                    name,
                    Kind.UploadField,
                    $"The archive '{name}' must hold one file, the database, and holds {archive.Entries.Count}.");
            }

            if (entry.IsEncrypted)
            {
                throw new SarkValidationException(Kind.Noun, name, Kind.UploadField, $"The file in the archive '{name}' is encrypted.");
            }

            if (entry.Length > Kind.Limit(Options.Limits))
            {
                throw new SarkException(
                    SarkErrorKind.TooLarge,
                    Kind.Noun,
                    name,
                    $"The file in the archive '{name}' is larger than the {Kind.Limit(Options.Limits)} bytes that are allowed.");
            }

            using var content = entry.Open();
            using var target = unpacked.Write();
            await ArchiveReader.CopyExactlyAsync(content, target, entry.Length, entry.Crc32, null, cancellationToken).ConfigureAwait(false);
        }
        catch (InvalidDataException e)
        {
            throw new SarkValidationException(Kind.Noun, name, Kind.UploadField, $"The archive '{name}' is damaged: {e.Message}");
        }

        using var uploaded = new FileStream(path, FileMode.Truncate, FileAccess.Write, FileShare.ReadWrite | FileShare.Delete);
        using var database = new FileStream(unpacked.Path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        await database.CopyToAsync(uploaded, cancellationToken).ConfigureAwait(false);
    }
}

/// <summary>
/// How many snapshots stay. Snapshots are taken by schedules and by every restore, and nobody clears them away until the
/// disk is full.
/// </summary>
/// <param name="options">How many.</param>
internal sealed class SnapshotRetention(SarkOptions options)
{
    // What was replaced by a restore is the way back from it; the last few stay, however many were taken since.
    private const int ProtectedRestores = 5;
    private const string Ledger = ".kept-by-restore";

    /// <summary>Notes that a restore kept the replaced database as this snapshot.</summary>
    public static void Protect(string folder, string name)
    {
        var path = Path.Combine(folder, Ledger);
        string[] names = [.. Read(path).TakeLast(ProtectedRestores - 1), name];
        using var temporary = new TemporaryFile($"{path}.{Guid.NewGuid():N}");
        File.WriteAllLines(temporary.Path, names);
        File.Move(temporary.Path, path, overwrite: true);
    }

    /// <summary>Removes the oldest beyond the number that stay.</summary>
    /// <param name="folder">The store.</param>
    /// <param name="isName">Whether a name is one of the store.</param>
    /// <param name="stay">Names that stay whatever their age.</param>
    public void Apply(string folder, Func<string, bool> isName, IReadOnlyCollection<string> stay)
    {
        if (options.Limits.KeptSnapshots <= 0)
        {
            return;
        }

        var files = new DirectoryInfo(folder).EnumerateFiles().Where(file => isName(file.Name) && file.LinkTarget is null).ToArray();
        if (files.Length <= options.Limits.KeptSnapshots)
        {
            return;
        }

        var kept = new HashSet<string>([.. Read(Path.Combine(folder, Ledger)), .. stay], StringComparer.Ordinal);
        // By when they came here: one that is taken in may be of any age.
        foreach (var file in files.OrderByDescending(file => file.LastWriteTimeUtc).ThenByDescending(
            file => file.Name,
            StringComparer.Ordinal).Skip(options.Limits.KeptSnapshots).Where(file => !kept.Contains(file.Name)))
        {
            try
            {
                file.Delete();
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                // Somebody else's: what was asked for is done, and it will be looked at again.
            }
        }
    }

    private static string[] Read(string path) => File.Exists(path) ? File.ReadAllLines(path) : [];
}
