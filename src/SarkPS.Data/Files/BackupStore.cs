using System.IO.Compression;
using SarkPS.Data.Commands;

namespace SarkPS.Data.Files;

/// <summary>Backups in a folder of this machine.</summary>
/// <param name="options">Where everything lies and what is allowed.</param>
/// <param name="database">The live database.</param>
/// <param name="snapshots">Replaces the database.</param>
/// <param name="commands">Has Asterisk and SARK take up what was restored.</param>
internal sealed class BackupStore(SarkOptions options, string database, SnapshotStore snapshots, SystemCommands commands)
    : FileStore<Backup>(FileStores.Backups, options), IBackupOperations
{
    private const int BufferSize = 256 * 1024;
    private const int DefaultFileMode = 0b110_110_100;
    private const int DefaultFolderMode = 0b111_111_101;
    private const int PermissionBits = 0b111_111_111;
    private const int SetGroupBit = 0b010_000_000_000;

    // Already as small as they get; packing them again only costs time.
    private static readonly HashSet<string> PackedFormats = new(StringComparer.OrdinalIgnoreCase) { ".mp3", ".gsm", ".g729", ".zip", ".gz", ".bz2", ".xz", ".tgz", ".png", ".jpg" };

    private readonly ProgramRunner runner = new(options);

    /// <inheritdoc/>
    public Task<Backup> CreateAsync(IProgress<OperationProgress>? progress = null, CancellationToken cancellationToken = default) => GuardAsync("take a backup", Kind.SetName, () => Task.Run(async () =>
    {
        var warnings = new List<string>();
        using var temporary = NewTemporary("backup");
        using (var target = new FileStream(temporary.Path, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite, BufferSize))
        {
            using var archive = new ZipArchive(target, ZipArchiveMode.Create, leaveOpen: true);
            var manifest = new BackupManifest();
            PackDatabase(archive, manifest, cancellationToken);
            await PackLdapAsync(archive, warnings, cancellationToken).ConfigureAwait(false);
            PackFolders(archive, manifest, warnings, progress, cancellationToken);
            manifest.Write(archive);
        }

        Dress(temporary.Path);
        var name = PublishNew(temporary.Path, epoch => $"sarkbak.{epoch}.zip");
        return Describe(new FileInfo(Path.Combine(Folder, name))) with { Warnings = warnings };
    }, cancellationToken));

    /// <inheritdoc/>
    public Task<BackupReport> TestAsync(string name, IProgress<OperationProgress>? progress = null, CancellationToken cancellationToken = default) => GuardAsync("check it", name, () => Task.Run(async () =>
    {
        var path = PathOf(name);
        ArchiveReader reader;
        try
        {
            reader = ArchiveReader.Open(path, name, Options.Limits);
        }
        catch (SarkValidationException e)
        {
            return new BackupReport(name, false, BackupParts.None, 0, 0, [.. e.Errors.SelectMany(error => error.Value)]);
        }

        using (reader)
        {
            var problems = new List<string>();
            var total = reader.Entries.Sum(entry => entry.Length);
            long done = 0;
            foreach (var entry in reader.Entries)
            {
                progress?.Report(new OperationProgress($"Checking {entry.FullName}", done, total));
                try
                {
                    await CheckEntryAsync(entry, name, cancellationToken).ConfigureAwait(false);
                }
                catch (InvalidDataException e)
                {
                    problems.Add($"The entry '{SarkText.Printable(entry.FullName)}' is damaged: {e.Message}");
                }
                catch (SarkValidationException e)
                {
                    problems.Add(e.Message);
                }

                done += entry.Length;
            }

            var files = reader.Entries.Count(entry => !ArchiveReader.IsFolder(entry) && entry.FullName != BackupLayout.Manifest);
            var parts = problems.Count == 0 ? BackupLayout.PartsIn(reader.Entries, Options.Paths) : BackupParts.None;
            return new BackupReport(name, problems.Count == 0, parts, files, total, problems);
        }
    }, cancellationToken));

    /// <inheritdoc/>
    public Task<BackupRestore> RestoreAsync(string name, BackupParts parts, bool dryRun = false, IProgress<OperationProgress>? progress = null, CancellationToken cancellationToken = default) => GuardAsync("restore it", name, () => Task.Run(async () =>
    {
        using var reader = ArchiveReader.Open(PathOf(name), name, Options.Limits);
        var present = BackupLayout.PartsIn(reader.Entries, Options.Paths);
        var chosen = parts & present;
        var absent = parts & ~present;
        if (dryRun)
        {
            return new BackupRestore(name, true, chosen, absent, Compare(reader.Entries, chosen), null, []);
        }

        using var restore = new Staging();
        try
        {
            await StageAsync(reader, name, chosen, restore, progress, cancellationToken).ConfigureAwait(false);
        }
        catch (InvalidDataException e)
        {
            throw new SarkValidationException(Kind.Noun, name, Kind.UploadField, $"The backup '{name}' is damaged: {e.Message} Nothing was changed.");
        }

        return await ApplyAsync(name, chosen, absent, restore, progress, cancellationToken).ConfigureAwait(false);
    }, cancellationToken));

    /// <summary>Undoes what a restore left half done when its process was killed. A service calls it when it starts; each restore does it for its own parts.</summary>
    internal void Recover()
    {
        foreach (var folder in BackupLayout.FolderParts.Select(part => Options.Rooted(part.Folder(Options.Paths))).Append(Options.Rooted(Options.Paths.Ldap)).Where(Directory.Exists))
        {
            FolderExchange.Recover(folder);
        }
    }

    /// <inheritdoc/>
    protected override Task CheckUploadAsync(string name, string path, CancellationToken cancellationToken)
    {
        try
        {
            ArchiveReader.Open(path, name, Options.Limits).Dispose();
            return Task.CompletedTask;
        }
        catch (SarkValidationException e) when (!IsZip(path))
        {
            throw new SarkValidationException(Kind.Noun, name, [new(Kind.UploadField, ["The uploadzip must be a file of type: application/zip.", .. e.Errors.SelectMany(error => error.Value)])]);
        }
    }

    private static bool IsZip(string path)
    {
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        Span<byte> start = stackalloc byte[2];
        return file.ReadAtLeast(start, 2, throwOnEndOfStream: false) == 2 && start.SequenceEqual("PK"u8);
    }

    private void PackDatabase(ZipArchive archive, BackupManifest manifest, CancellationToken cancellationToken)
    {
        if (Posix.Status(database) is not { } status)
        {
            throw new SarkUnavailableException(Kind.Noun, Path.GetFileName(database), "The database does not exist; without it there is no backup.");
        }

        using var copy = NewTemporary("database");
        DatabaseFile.Copy(database, copy.Path, Kind.Noun, cancellationToken);
        var entryName = BackupLayout.EntryName(Options.Paths.Database);
        Pack(archive, manifest, copy.Path, entryName, status with { Modified = DateTimeOffset.UtcNow }, new byte[BufferSize], null, cancellationToken);
    }

    private async Task PackLdapAsync(ZipArchive archive, List<string> warnings, CancellationToken cancellationToken)
    {
        if (!runner.Has(programs => programs.Slapcat))
        {
            return;
        }

        using var export = NewTemporary("ldif");
        CommandResult result;
        using (var target = new FileStream(export.Path, FileMode.Open, FileAccess.Write, FileShare.ReadWrite))
        {
            result = await runner.RunAsync(programs => programs.Slapcat, [], Options.Commands.CommitTimeout, cancellationToken, target).ConfigureAwait(false);
        }

        if (result.ExitCode != 0)
        {
            // Many machines have the program and no directory; the rest is worth saving all the same.
            warnings.Add($"The LDAP directory is not in the backup: {ProgramRunner.Failed(result).Message}");
            return;
        }

        var entry = archive.CreateEntry(BackupLayout.Ldif);
        using var packed = entry.Open();
        using var source = new FileStream(export.Path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        await source.CopyToAsync(packed, cancellationToken).ConfigureAwait(false);
    }

    private void PackFolders(ZipArchive archive, BackupManifest manifest, List<string> warnings, IProgress<OperationProgress>? progress, CancellationToken cancellationToken)
    {
        var found = new List<(string Path, string Entry, PosixStatus Status)>();
        foreach (var path in BackupLayout.PackedFolders.Select(folder => folder(Options.Paths)))
        {
            var rooted = Options.Rooted(path);
            if (Directory.Exists(rooted))
            {
                Collect(rooted, BackupLayout.EntryName(path), found, warnings, cancellationToken);
            }
        }

        var total = found.Where(item => item.Status.Kind == PosixKind.Regular).Sum(item => item.Status.Size);
        var buffer = new byte[BufferSize];
        long done = 0;
        foreach (var (path, entry, status) in found)
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (status.Kind == PosixKind.Directory)
            {
                manifest.Add(entry, status);
                var folder = archive.CreateEntry(entry);
                folder.ExternalAttributes = (0x4000 | status.Mode) << 16;
                folder.LastWriteTime = ZipTime(status.Modified);
                continue;
            }

            Pack(archive, manifest, path, entry, status, buffer, read =>
            {
                done += read;
                progress?.Report(new OperationProgress($"Packing {entry}", done, total));
            }, cancellationToken);
        }
    }

    private static void Collect(string folder, string entry, List<(string Path, string Entry, PosixStatus Status)> found, List<string> warnings, CancellationToken cancellationToken)
    {
        if (Posix.Status(folder) is not { Kind: PosixKind.Directory } status)
        {
            // The folder itself may be a link, as some distributions have it; below it none is followed.
            status = Posix.Status(Path.GetFullPath(new DirectoryInfo(folder).ResolveLinkTarget(true)?.FullName ?? folder)) ?? default;
        }

        found.Add((folder, entry + "/", status with { Kind = PosixKind.Directory }));
        foreach (var path in Directory.EnumerateFileSystemEntries(folder).Order(StringComparer.Ordinal))
        {
            cancellationToken.ThrowIfCancellationRequested();
            var name = Path.GetFileName(path);
            switch (FolderExchange.IsOurs(name) ? null : Posix.Status(path))
            {
                case { Kind: PosixKind.Directory }:
                    Collect(path, $"{entry}/{name}", found, warnings, cancellationToken);
                    break;
                case { Kind: PosixKind.Regular } file:
                    found.Add((path, $"{entry}/{name}", file));
                    break;
                case { } other:
                    // Following one could pack any file of the machine, if the account that made it may not read that file and we may.
                    warnings.Add($"'/{entry}/{SarkText.Printable(name)}' is not in the backup: it is {(other.Kind == PosixKind.Link ? "a symbolic link" : "no regular file")}.");
                    break;
                default:
                    break;
            }
        }
    }

    private static void Pack(ZipArchive archive, BackupManifest manifest, string path, string entryName, PosixStatus status, byte[] buffer, Action<int>? packed, CancellationToken cancellationToken)
    {
        FileStream source;
        try
        {
            source = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, 1);
        }
        catch (FileNotFoundException)
        {
            // Deleted since the folder was listed, as voicemail is all the time: then it is no part of this moment's state.
            return;
        }

        using (source)
        {
            manifest.Add(entryName, status);
            var entry = archive.CreateEntry(entryName, PackedFormats.Contains(Path.GetExtension(entryName)) ? CompressionLevel.NoCompression : CompressionLevel.Optimal);
            entry.ExternalAttributes = (0x8000 | status.Mode) << 16;
            entry.LastWriteTime = ZipTime(status.Modified);
            using var target = entry.Open();
            int read;
            while ((read = source.Read(buffer)) > 0)
            {
                cancellationToken.ThrowIfCancellationRequested();
                target.Write(buffer, 0, read);
                packed?.Invoke(read);
            }
        }
    }

    /// <summary>Zip knows the years 1980 to 2107.</summary>
    private static DateTimeOffset ZipTime(DateTimeOffset time) => time.Year is >= 1980 and <= 2107 ? time.ToLocalTime() : new DateTimeOffset(1980, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private async Task CheckEntryAsync(ZipArchiveEntry entry, string name, CancellationToken cancellationToken)
    {
        if (entry.FullName != BackupLayout.EntryName(Options.Paths.Database))
        {
            using var content = entry.Open();
            await ArchiveReader.CopyExactlyAsync(content, null, entry.Length, entry.Crc32, null, cancellationToken).ConfigureAwait(false);
            return;
        }

        using var copy = await UnpackDatabaseAsync(entry, null, cancellationToken).ConfigureAwait(false);
        DatabaseFile.KeepRollbackJournal(copy.Path, Kind.Noun);
        DatabaseFile.Verify(copy.Path, Kind.Noun, $"{name}: {Path.GetFileName(entry.FullName)}");
    }

    private async Task<TemporaryFile> UnpackDatabaseAsync(ZipArchiveEntry entry, Action<int>? copied, CancellationToken cancellationToken)
    {
        var copy = NewTemporary("database");
        try
        {
            using var content = entry.Open();
            using var target = new FileStream(copy.Path, FileMode.Open, FileAccess.Write, FileShare.ReadWrite);
            await ArchiveReader.CopyExactlyAsync(content, target, entry.Length, entry.Crc32, copied, cancellationToken).ConfigureAwait(false);
            return copy;
        }
        catch
        {
            copy.Dispose();
            throw;
        }
    }

    private List<BackupChange> Compare(IReadOnlyList<ZipArchiveEntry> entries, BackupParts chosen)
    {
        var changes = new List<BackupChange>();
        if (chosen.HasFlag(BackupParts.Database))
        {
            changes.Add(Change(BackupParts.Database, entries.Single(entry => entry.FullName == BackupLayout.EntryName(Options.Paths.Database)), database, Options.Paths.Database));
        }

        foreach (var part in BackupLayout.FolderParts.Where(part => chosen.HasFlag(part.Part)))
        {
            var path = part.Folder(Options.Paths);
            var folder = Options.Rooted(path);
            var inArchive = new HashSet<string>(StringComparer.Ordinal);
            foreach (var (entry, relative) in BackupLayout.EntriesOf(part, Options.Paths, entries).Where(found => !ArchiveReader.IsFolder(found.Entry)))
            {
                inArchive.Add(relative);
                changes.Add(Change(part.Part, entry, Path.Combine(folder, relative), $"{path}/{relative}"));
            }

            changes.AddRange(
                from name in Replaced(part, folder, inArchive.Select(relative => relative.Split('/')[0]).ToHashSet(StringComparer.Ordinal))
                from file in FilesBelow(Path.Combine(folder, name))
                let relative = Path.GetRelativePath(folder, file)
                where !inArchive.Contains(relative)
                orderby relative
                select new BackupChange(part.Part, BackupChangeAction.Remove, $"{path}/{relative}", Posix.Status(file)?.Size ?? 0));
        }

        if (chosen.HasFlag(BackupParts.Ldap))
        {
            changes.Add(new BackupChange(BackupParts.Ldap, BackupChangeAction.Replace, Options.Paths.Ldap, entries.Single(entry => entry.FullName == BackupLayout.Ldif).Length));
        }

        return changes;
    }

    private static BackupChange Change(BackupParts part, ZipArchiveEntry entry, string live, string shown) => new(
        part,
        Posix.Status(live) is not { } status ? BackupChangeAction.Add
            : status.Kind == PosixKind.Regular && status.Size == entry.Length && Checksum(live) == entry.Crc32 ? BackupChangeAction.Keep
            : BackupChangeAction.Replace,
        shown,
        entry.Length);

    private static uint Checksum(string path)
    {
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, 1);
        var buffer = new byte[BufferSize];
        var checksum = new Crc32();
        int read;
        while ((read = file.Read(buffer)) > 0)
        {
            checksum.Append(buffer.AsSpan(0, read));
        }

        return checksum.Value;
    }

    private static IEnumerable<string> FilesBelow(string path) => Posix.Status(path) switch
    {
        null => [],
        { Kind: PosixKind.Directory } => Directory.EnumerateFileSystemEntries(path).SelectMany(FilesBelow),
        _ => [path],
    };

    /// <summary>The names in a part's folder that a restore takes away.</summary>
    private static string[] Replaced(FolderPart part, string folder, HashSet<string> inArchive) => !Directory.Exists(folder)
        ? []
        : [.. Directory.EnumerateFileSystemEntries(folder).Select(path => Path.GetFileName(path)!).Where(name => !FolderExchange.IsOurs(name) && part.Owns(name) && (part.Whole || inArchive.Contains(name)))];

    private async Task StageAsync(ArchiveReader reader, string name, BackupParts chosen, Staging restore, IProgress<OperationProgress>? progress, CancellationToken cancellationToken)
    {
        var manifest = BackupManifest.Read(reader.Entries);
        var parts = BackupLayout.FolderParts.Where(part => chosen.HasFlag(part.Part)).Select(part => (Part: part, Entries: BackupLayout.EntriesOf(part, Options.Paths, reader.Entries).ToArray())).ToArray();
        var databaseEntry = chosen.HasFlag(BackupParts.Database) ? reader.Entries.Single(entry => entry.FullName == BackupLayout.EntryName(Options.Paths.Database)) : null;
        var total = parts.Sum(part => part.Entries.Sum(found => found.Entry.Length)) + (databaseEntry?.Length ?? 0);
        long done = 0;
        void Copied(string entry, int read)
        {
            done += read;
            progress?.Report(new OperationProgress($"Unpacking {entry}", done, total));
        }

        if (databaseEntry is not null)
        {
            RequireSpace(Folder, databaseEntry.Length);
            restore.Database = await UnpackDatabaseAsync(databaseEntry, read => Copied(databaseEntry.FullName, read), cancellationToken).ConfigureAwait(false);
            DatabaseFile.KeepRollbackJournal(restore.Database.Path, Kind.Noun);
            DatabaseFile.Verify(restore.Database.Path, Kind.Noun, $"{name}: {Path.GetFileName(databaseEntry.FullName)}");
        }

        if (chosen.HasFlag(BackupParts.Ldap))
        {
            restore.Ldif = NewTemporary("ldif");
            var entry = reader.Entries.Single(entry => entry.FullName == BackupLayout.Ldif);
            using var content = entry.Open();
            using var target = new FileStream(restore.Ldif.Path, FileMode.Open, FileAccess.Write, FileShare.ReadWrite);
            await ArchiveReader.CopyExactlyAsync(content, target, entry.Length, entry.Crc32, null, cancellationToken).ConfigureAwait(false);
        }

        foreach (var (part, entries) in parts)
        {
            var folder = Options.Rooted(part.Folder(Options.Paths));
            Directory.CreateDirectory(folder);
            RequireSpace(folder, entries.Sum(found => found.Entry.Length));
            var exchange = FolderExchange.Begin(folder);
            restore.Exchanges.Add((part, folder, exchange));
            foreach (var (entry, relative) in entries)
            {
                var path = Path.Combine(exchange.Incoming, relative.TrimEnd('/'));
                if (ArchiveReader.IsFolder(entry))
                {
                    Directory.CreateDirectory(path);
                    continue;
                }

                Directory.CreateDirectory(Path.GetDirectoryName(path)!);
                using var content = entry.Open();
                using var target = new FileStream(path, FileMode.CreateNew, FileAccess.Write, FileShare.None, 1);
                await ArchiveReader.CopyExactlyAsync(content, target, entry.Length, entry.Crc32, read => Copied(entry.FullName, read), cancellationToken).ConfigureAwait(false);
            }

            DressAll(exchange.Incoming, folder, EntryRoot(part), manifest, entries);
        }
    }

    private string EntryRoot(FolderPart part) => BackupLayout.EntryName(part.Folder(Options.Paths));

    /// <summary>Gives what was unpacked its owner and mode: those of the archive, else those of the file that it replaces, else those of the folder.</summary>
    private static void DressAll(string incoming, string live, string entryRoot, BackupManifest manifest, (ZipArchiveEntry Entry, string Relative)[] entries)
    {
        var times = entries.ToDictionary(found => found.Relative.TrimEnd('/'), found => found.Entry, StringComparer.Ordinal);
        var folder = Posix.Status(live)!.Value;
        // What lies deeper first: the mode of a folder may forbid us to go on below it.
        foreach (var path in Directory.EnumerateFileSystemEntries(incoming, "*", SearchOption.AllDirectories).OrderByDescending(path => path.Length))
        {
            var relative = Path.GetRelativePath(incoming, path);
            var isFolder = Directory.Exists(path);
            var old = Posix.Status(Path.Combine(live, relative));
            times.TryGetValue(relative, out var entry);
            var saved = manifest.Find($"{entryRoot}/{relative}{(isFolder ? "/" : "")}");
            var unixMode = entry is null ? 0 : ArchiveReader.Mode(entry) & 0xFFF;
            var mode = saved?.Mode ?? (unixMode != 0 ? unixMode : old?.Mode ?? (isFolder ? DefaultFolderMode : DefaultFileMode));
            if (entry is not null && !isFolder)
            {
                File.SetLastWriteTimeUtc(path, entry.LastWriteTime.UtcDateTime);
            }

            Posix.TakeOwner(path, saved?.Owner ?? old?.Owner ?? folder.Owner, saved?.Group ?? old?.Group ?? folder.Group);
            // No archive makes a program that runs as somebody else.
            Posix.SetMode(path, mode & (isFolder ? PermissionBits | SetGroupBit : PermissionBits));
        }
    }

    private void RequireSpace(string folder, long needed)
    {
        var free = new DriveInfo(folder).AvailableFreeSpace;
        if (needed > free)
        {
            throw new SarkUnavailableException(Kind.Noun, Kind.SetName, $"Restoring needs {needed} bytes and {free} are free on the disk. Nothing was changed.");
        }
    }

    private async Task<BackupRestore> ApplyAsync(string name, BackupParts chosen, BackupParts absent, Staging restore, IProgress<OperationProgress>? progress, CancellationToken cancellationToken)
    {
        // The last moment to turn back; from here each part is put in place.
        cancellationToken.ThrowIfCancellationRequested();
        var done = BackupParts.None;
        var warnings = new List<string>();
        string? kept = null;
        try
        {
            foreach (var (part, folder, exchange) in restore.Exchanges)
            {
                progress?.Report(new OperationProgress($"Restoring {part.Part}", 0, 0));
                var names = Directory.EnumerateFileSystemEntries(exchange.Incoming).Select(path => Path.GetFileName(path)!).ToHashSet(StringComparer.Ordinal);
                await exchange.CommitAsync(Replaced(part, folder, names)).ConfigureAwait(false);
                done |= part.Part;
            }

            if (restore.Ldif is not null)
            {
                progress?.Report(new OperationProgress("Restoring Ldap", 0, 0));
                await RestoreLdapAsync(restore.Ldif.Path, warnings).ConfigureAwait(false);
                done |= BackupParts.Ldap;
            }

            if (restore.Database is not null)
            {
                progress?.Report(new OperationProgress("Restoring Database", 0, 0));
                kept = (await snapshots.ReplaceDatabaseAsync(restore.Database.Path, name, CancellationToken.None).ConfigureAwait(false)).KeptAs;
                done |= BackupParts.Database;
                Warn(await commands.UpgradeDatabaseAsync(CancellationToken.None).ConfigureAwait(false));
            }
        }
        catch (Exception e) when (done != BackupParts.None && (e is SarkException ? (SarkException)e : FileErrors.Map(Kind.Noun, name, "restore it", e)) is { } failure)
        {
            throw new SarkException(failure.Kind, Kind.Noun, name, $"{failure.Message.Replace(" Nothing was changed.", "", StringComparison.Ordinal)} Restored before that: {done}. Left as it was: {chosen & ~done}.", e);
        }

        if (done != BackupParts.None)
        {
            Warn(await commands.ReloadAsync(CancellationToken.None).ConfigureAwait(false));
        }

        return new BackupRestore(name, false, done, absent, [], kept, warnings);

        void Warn(string? warning)
        {
            if (warning is not null)
            {
                warnings.Add(warning);
            }
        }
    }

    /// <summary>Loads an LDAP export into an emptied directory with the server stopped; when that fails the old files come back.</summary>
    private async Task RestoreLdapAsync(string ldif, List<string> warnings)
    {
        var folder = Options.Rooted(Options.Paths.Ldap);
        var owner = Posix.Status(folder) ?? throw new SarkUnavailableException(Kind.Noun, "ldap", "There is no LDAP directory on this machine.");
        var limit = Options.Commands.CommitTimeout;
        using var exchange = FolderExchange.Begin(folder);
        var hasServer = runner.Has(programs => programs.Systemctl);
        if (hasServer)
        {
            await runner.RunSuccessfullyAsync(programs => programs.Systemctl, ["stop", Options.Commands.LdapUnit], limit, CancellationToken.None).ConfigureAwait(false);
        }

        try
        {
            var present = Directory.EnumerateFileSystemEntries(folder).Select(path => Path.GetFileName(path)!).Where(name => !FolderExchange.IsOurs(name)).ToArray();
            await exchange.CommitAsync(present, async () =>
            {
                try
                {
                    await runner.RunSuccessfullyAsync(programs => programs.Slapadd, ["-l", ldif], limit, CancellationToken.None).ConfigureAwait(false);
                }
                catch (SarkException)
                {
                    foreach (var path in Written(folder))
                    {
                        File.Delete(path);
                    }

                    throw;
                }

                foreach (var path in Written(folder))
                {
                    Posix.TakeOwner(path, owner.Owner, owner.Group);
                }
            }).ConfigureAwait(false);
        }
        finally
        {
            if (hasServer)
            {
                var started = await runner.RunAsync(programs => programs.Systemctl, ["start", Options.Commands.LdapUnit], limit, CancellationToken.None).ConfigureAwait(false);
                if (started.ExitCode != 0)
                {
                    warnings.Add(ProgramRunner.Failed(started).Message);
                }
            }
        }
    }

    private static string[] Written(string folder) => [.. Directory.EnumerateFiles(folder).Where(path => !FolderExchange.IsOurs(Path.GetFileName(path)))];

    /// <summary>What is unpacked and not yet in place; gone when disposed of.</summary>
    private sealed class Staging : IDisposable
    {
        public TemporaryFile? Database { get; set; }

        public TemporaryFile? Ldif { get; set; }

        public List<(FolderPart Part, string Folder, FolderExchange Exchange)> Exchanges { get; } = [];

        public void Dispose()
        {
            Database?.Dispose();
            Ldif?.Dispose();
            Exchanges.ForEach(item => item.Exchange.Dispose());
        }
    }
}
