using System.IO.Compression;

namespace SarkPS.Data.Files;

/// <summary>Snapshots in a folder of this machine.</summary>
/// <param name="options">Where the folder lies and what is allowed.</param>
/// <param name="database">The live database.</param>
internal sealed class SnapshotStore(SarkOptions options, string database) : FileStore<Snapshot>(FileStores.Snapshots, options), ISnapshotOperations
{
    private static readonly byte[] ZipSignature = "PK\u0003\u0004"u8.ToArray();

    /// <inheritdoc/>
    public Task<Snapshot> CreateAsync(CancellationToken cancellationToken = default) => GuardAsync("take a snapshot", Kind.SetName, () =>
    {
        using var temporary = NewTemporary("snapshot");
        DatabaseFile.Copy(database, temporary.Path, Kind.Noun, cancellationToken);
        if (Posix.Status(database) is { } live)
        {
            Posix.Like(temporary.Path, live);
        }

        var name = PublishNew(temporary.Path, epoch => $"sark.db.{epoch}");
        return Task.FromResult(Describe(new FileInfo(Path.Combine(Folder, name))));
    });

    /// <inheritdoc/>
    public Task<SnapshotRestore> RestoreAsync(string name, CancellationToken cancellationToken = default) =>
        GuardAsync("restore it", name, () => ReplaceDatabaseAsync(PathOf(name), name, cancellationToken));

    /// <summary>Makes a database file the live one; the way of snapshots and backups both.</summary>
    /// <param name="source">The file; it is copied and checked before anything is done.</param>
    /// <param name="name">What messages call it.</param>
    /// <param name="cancellationToken">Ends it before the database is replaced.</param>
    internal async Task<SnapshotRestore> ReplaceDatabaseAsync(string source, string name, CancellationToken cancellationToken)
    {
        // Worked on as a copy: opening a database can change it (a left journal is played back), and a snapshot stays as it is.
        using var checkedCopy = NewTemporary("restore");
        File.Copy(source, checkedCopy.Path, overwrite: true);
        DatabaseFile.KeepRollbackJournal(checkedCopy.Path, Kind.Noun);
        DatabaseFile.Verify(checkedCopy.Path, Kind.Noun, name);
        cancellationToken.ThrowIfCancellationRequested();

        string? kept = null;
        if (DatabaseFile.IsDatabase(database, Kind.Noun))
        {
            kept = (await CreateAsync(cancellationToken).ConfigureAwait(false)).Name;
        }
        else if (File.Exists(database))
        {
            // What is no database can not be a snapshot; it stays beside, for whoever wants to rescue something from it.
            File.Copy(database, $"{database}.damaged.{DateTimeOffset.UtcNow.ToUnixTimeSeconds()}", overwrite: true);
        }

        DatabaseFile.Replace(checkedCopy.Path, database, Kind.Noun, cancellationToken);
        return new SnapshotRestore(name, kept);
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
            DatabaseFile.KeepRollbackJournal(path, Kind.Noun);
            DatabaseFile.Verify(path, Kind.Noun, name);
        }
        catch (SarkValidationException e)
        {
            // The field of the form is what the client knows the file by.
            throw new SarkValidationException(Kind.Noun, name, Kind.UploadField, e.Message);
        }
    }

    /// <summary>The documentation asks for a zip, the original wanted the bare file; both are taken, and a zip must hold one file.</summary>
    private async Task UnpackAsync(string name, string path, CancellationToken cancellationToken)
    {
        using var unpacked = NewTemporary("unpack");
        try
        {
            using var archive = ZipFile.OpenRead(path);
            if (archive.Entries is not [var entry])
            {
                throw new SarkValidationException(Kind.Noun, name, Kind.UploadField, $"The archive '{name}' must hold one file, the database, and holds {archive.Entries.Count}.");
            }

            using var content = entry.Open();
            using var target = new FileStream(unpacked.Path, FileMode.Open, FileAccess.Write);
            await ArchiveReader.CopyExactlyAsync(content, target, Math.Min(entry.Length, Kind.Limit(Options.Limits)), entry.Crc32, null, cancellationToken).ConfigureAwait(false);
        }
        catch (InvalidDataException e)
        {
            throw new SarkValidationException(Kind.Noun, name, Kind.UploadField, $"The archive '{name}' is damaged: {e.Message}");
        }

        File.Move(unpacked.Path, path, overwrite: true);
    }
}
