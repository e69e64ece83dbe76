using System.IO.Compression;
using SarkPS.Data.Commands;
using SarkPS.Data.Sqlite;

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
    private const int FileBits = 0b110_110_110;
    private const int PermissionBits = 0b111_111_111;
    private const int EverybodyWrites = 0b000_000_010;
    private const int SetGroupBit = 0b010_000_000_000;

    // Already as small as they get; packing them again only costs time.
    private static readonly HashSet<string> PackedFormats = new(StringComparer.OrdinalIgnoreCase)
    {
        ".mp3", ".gsm", ".g729", ".zip", ".gz", ".bz2", ".xz", ".tgz", ".png",
        ".jpg",
    };

    private readonly ProgramRunner runner = new(options);

    /// <inheritdoc/>
    public Task<Backup> CreateAsync(
        IProgress<OperationProgress>? progress = null,
        CancellationToken cancellationToken = default) => GuardAsync("take a backup", Kind.SetName, () => Task.Run(async () =>
    {
        var warnings = new List<string>();
        try
        {
            // What an interrupted restore has moved away would be in no backup.
            RecoverOthers(warnings.Add, BackupParts.None);
        }
        catch (SarkException e)
        {
            warnings.Add(e.Message);
        }

        using var temporary = NewTemporary("backup");
        using (var target = new FileStream(temporary.Path, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite, BufferSize))
        {
            using var archive = new ZipArchive(target, ZipArchiveMode.Create, leaveOpen: true);
            var manifest = new BackupManifest();
            await PackDatabaseAsync(archive, manifest, warnings, cancellationToken).ConfigureAwait(false);
            if (runner.Has(programs => programs.Slapcat))
            {
                using var export = NewTemporary("ldif");
                if (await ExportLdapAsync(export, cancellationToken).ConfigureAwait(false) is { } failure)
                {
                    // Many machines have the program and no directory; the rest is worth saving all the same.
                    warnings.Add($"The LDAP directory is not in the backup: {failure}");
                }
                else
                {
                    await PackLdapAsync(archive, export, cancellationToken).ConfigureAwait(false);
                }
            }

            PackFolders(archive, manifest, warnings, progress, cancellationToken);
            manifest.Write(archive);
        }

        return Describe(PublishBackup(temporary.Path)) with { Warnings = warnings };
    }, cancellationToken));

    /// <inheritdoc/>
    public Task<BackupReport> TestAsync(
        string name,
        IProgress<OperationProgress>? progress = null,
        CancellationToken cancellationToken = default) => GuardAsync("check it", name, () => Task.Run(async () =>
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
    public Task<BackupRestore> RestoreAsync(
        string name,
        BackupParts parts,
        bool dryRun = false,
        ChangeNote? note = null,
        IProgress<OperationProgress>? progress = null,
        CancellationToken cancellationToken = default) => GuardAsync("restore it", name, () => Task.Run(async () =>
    {
        using var reader = ArchiveReader.Open(PathOf(name), name, Options.Limits);
        var present = BackupLayout.PartsIn(reader.Entries, Options.Paths);
        var chosen = parts & present;
        var absent = parts & ~present;
        if (chosen == BackupParts.None)
        {
            throw NothingToRestore(name, parts, present);
        }

        using var restore = new Staging();
        try
        {
            if (dryRun)
            {
                await CheckChosenAsync(reader, name, chosen, progress, cancellationToken).ConfigureAwait(false);
                return new BackupRestore(name, true, chosen, absent, Compare(reader.Entries, chosen), null, []);
            }

            await StageAsync(reader, name, chosen, restore, progress, cancellationToken).ConfigureAwait(false);
        }
        catch (InvalidDataException e)
        {
            throw new SarkValidationException(
                Kind.Noun,
                name,
                Kind.UploadField,
                $"The backup '{name}' is damaged: {e.Message} Nothing was changed.");
        }

        return await ApplyAsync(name, chosen, absent, restore, note, progress, cancellationToken).ConfigureAwait(false);
    }, cancellationToken));

    /// <summary>Reads what a restore would unpack, so that a rehearsal finds damage where the restore would.</summary>
    /// <exception cref="InvalidDataException">An entry is damaged.</exception>
    private async Task CheckChosenAsync(
        ArchiveReader reader,
        string name,
        BackupParts chosen,
        IProgress<OperationProgress>? progress,
        CancellationToken cancellationToken)
    {
        ZipArchiveEntry[] entries =
        [
            .. reader.Entries.Where(entry => (chosen.HasFlag(BackupParts.Database) && entry.FullName == BackupLayout.EntryName(
                Options.Paths.Database)) || (chosen.HasFlag(BackupParts.Ldap) && entry.FullName == BackupLayout.Ldif)),
            .. BackupLayout.FolderParts.Where(part => chosen.HasFlag(part.Part)).SelectMany(
                part => BackupLayout.EntriesOf(part, Options.Paths, reader.Entries)).Select(found => found
                    .Entry).Where(entry => !ArchiveReader.IsFolder(entry)),
        ];
        var total = entries.Sum(entry => entry.Length);
        long done = 0;
        foreach (var entry in entries)
        {
            progress?.Report(new OperationProgress($"Checking {entry.FullName}", done, total));
            await CheckEntryAsync(entry, name, cancellationToken).ConfigureAwait(false);
            done += entry.Length;
        }
    }

    private SarkValidationException NothingToRestore(string name, BackupParts asked, BackupParts present)
    {
        var holds = present == BackupParts.None ? "it holds nothing that can be restored" : $"it holds {present}";
        return asked == BackupParts.None
            ? new SarkValidationException(
                Kind.Noun,
                name,
                "restoredb",
                $"No part of the backup '{name}' was chosen; {holds}. Nothing was changed.")
            : new SarkValidationException(Kind.Noun, name, [.. BackupPartNames.All.SkipLast(1).Where(pair => asked.HasFlag(pair.Value))
                .Select(pair => new KeyValuePair<string, IReadOnlyList<string>>(
                    pair.Key,
                    [$"The backup '{name}' does not hold {pair.Value}; {holds}. Nothing was changed."]))]);
    }

    private ZipArchiveEntry? DatabaseEntry(IReadOnlyList<ZipArchiveEntry> entries) =>
        entries.FirstOrDefault(entry => entry.FullName == BackupLayout.EntryName(Options.Paths.Database));

    private string PublishBackup(string temporary)
    {
        Dress(temporary);
        return PublishNew(temporary, second => $"sarkbak.{second}.zip");
    }

    /// <summary>
    /// Undoes what a restore left half done when its process was killed, or ends it where it counts. A service calls it
    /// when it starts; each restore does it before it begins.
    /// </summary>
    /// <param name="tell">Gets a sentence for what is to be known of it.</param>
    /// <exception cref="SarkException">Some could not be put right; the next call tries again.</exception>
    internal void Recover(Action<string> tell)
    {
        if (Recover(tell, BackupParts.All))
        {
            RestoreDecision.Clear(Folder);
        }
    }

    /// <summary>
    /// The same before something else changes what it is decided by. Folders that the account may not read are passed over,
    /// unless they are of the parts that are to be restored.
    /// </summary>
    internal void RecoverOthers(Action<string> tell, BackupParts chosen) => Recover(tell, chosen);

    // A folder that fails does not keep the others from being looked at. Returns whether nothing is left that depends on a decision.
    private bool Recover(Action<string> tell, BackupParts needed)
    {
        var (made, failures, isSettled) = (new List<RestoreDecision>(), new List<SarkException>(), true);
        foreach (var (part, path) in ExchangedFolders())
        {
            try
            {
                var found = FolderExchange.Recover(path, part == BackupParts.Ldap ? work => WithoutLdapServer(work, tell) : null);
                made.AddRange(found.Made);
                isSettled &= found.IsSettled;
                foreach (var remark in found.Remarks)
                {
                    tell(remark);
                }
            }
            catch (Exception e) when ((e as SarkException
                ?? FileErrors.Map(Kind.Noun, Path.GetFileName(path), "undo an interrupted restore", e)) is { } failure)
            {
                isSettled = false;
                // Whoever may read it ends it.
                if (e is SarkException || needed.HasFlag(part))
                {
                    failures.Add(failure);
                }
            }
        }

        if (failures.Count > 0)
        {
            throw failures is [var only] ? only : new SarkException(
                failures[0].Kind,
                Kind.Noun,
                failures[0].Target,
                string.Join(" ", failures.Select(failure => failure.Message)),
                new AggregateException(failures));
        }

        if (isSettled)
        {
            made.ForEach(decision => decision.Dispose());
        }

        return isSettled;
    }

    // Its process stopped the server, and did not live to start it.
    private void WithoutLdapServer(Action work, Action<string> tell)
    {
        var hasServer = runner.Has(programs => programs.Systemctl);
        if (hasServer)
        {
            StopLdapAsync().GetAwaiter().GetResult();
        }

        var isBack = true;
        try
        {
            work();
        }
        catch (SarkException)
        {
            // It would begin an empty directory in the place of the one that is to come back.
            isBack = false;
            throw;
        }
        finally
        {
            if (hasServer && isBack && StartLdapAsync().GetAwaiter().GetResult() is { } notStarted)
            {
                tell($"The LDAP server was stopped to put its directory right and did not start again: {notStarted}");
            }
        }
    }

    private IEnumerable<(BackupParts Part, string Path)> ExchangedFolders() =>
        BackupLayout.FolderParts.Select(part => (part.Part, Path: Options.Rooted(part.Folder(Options.Paths))))
            .Append((BackupParts.Ldap, Path: Options.Rooted(Options.Paths.Ldap)))
            .Where(folder => Directory.Exists(folder.Path));

    /// <inheritdoc/>
    protected override Task CheckUploadAsync(string name, string path, CancellationToken cancellationToken)
    {
        try
        {
            using var reader = ArchiveReader.Open(path, name, Options.Limits);
            return BackupLayout.PartsIn(reader.Entries, Options.Paths) != BackupParts.None
                ? Task.CompletedTask
                : throw new SarkValidationException(Kind.Noun, name, Kind.UploadField,
                    $"The archive '{name}' is no backup of a SARK machine: it holds neither its database nor configuration, greetings, "
                        + "voicemail or directory.");
        }
        catch (SarkValidationException e) when (!IsZip(path))
        {
            throw new SarkValidationException(Kind.Noun, name, [new(
                Kind.UploadField,
                ["The uploadzip must be a file of type: application/zip.", .. e.Errors.SelectMany(error => error.Value)])]);
        }
    }

    /// <inheritdoc/>
    protected override async Task<Backup> DescribeTakenAsync(string name, CancellationToken cancellationToken)
    {
        using var reader = ArchiveReader.Open(PathOf(name), name, Options.Limits);
        if (DatabaseEntry(reader.Entries) is { } entry)
        {
            try
            {
                await CheckEntryAsync(entry, name, cancellationToken).ConfigureAwait(false);
            }
            catch (Exception e) when (e is SarkValidationException or InvalidDataException)
            {
                // Its other parts may be what is wanted; better said now than when it is to be restored.
                return Describe(name) with { Warnings = [$"The database in the backup can not be restored: {e.Message}"] };
            }
        }

        return Describe(name);
    }

    private static bool IsZip(string path)
    {
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        Span<byte> start = stackalloc byte[2];
        return file.ReadAtLeast(start, 2, throwOnEndOfStream: false) == 2 && start.SequenceEqual("PK"u8);
    }

    private async Task PackDatabaseAsync(
        ZipArchive archive,
        BackupManifest manifest,
        List<string> warnings,
        CancellationToken cancellationToken)
    {
        if (Posix.Status(DatabaseFile.Resolve(database)) is not { } status)
        {
            throw new SarkUnavailableException(
                Kind.Noun,
                Path.GetFileName(database),
                $"The database '{Path.GetFileName(database)}' does not exist; without it there is no backup.");
        }

        using var copy = NewTemporary("database");
        if (await DatabaseFile.CopyAsync(database, copy.Path, Kind.Noun, cancellationToken).ConfigureAwait(false) is { } refusal)
        {
            warnings.Add($"The database in the backup can not be restored by this version of SarkPS: it {refusal}.");
        }

        var entryName = BackupLayout.EntryName(Options.Paths.Database);
        Pack(
            archive,
            manifest,
            copy.Path,
            entryName,
            status with { Modified = DateTimeOffset.UtcNow },
            new byte[BufferSize],
            null,
            cancellationToken);
    }

    /// <summary>Writes the LDAP directory as LDIF.</summary>
    /// <returns>What went wrong, or null.</returns>
    private async Task<string?> ExportLdapAsync(TemporaryFile export, CancellationToken cancellationToken)
    {
        using var target = export.Write();
        var result = await runner.AskAsync(programs => programs.Slapcat, [], Options.Commands.CommitTimeout, cancellationToken, target)
            .ConfigureAwait(false);
        return result.ExitCode == 0 ? null : ProgramRunner.Failed(result).Message;
    }

    private static async Task PackLdapAsync(ZipArchive archive, TemporaryFile export, CancellationToken cancellationToken)
    {
        using var packed = archive.CreateEntry(BackupLayout.Ldif).Open();
        using var source = new FileStream(export.Path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        await source.CopyToAsync(packed, cancellationToken).ConfigureAwait(false);
    }

    private void PackFolders(
        ZipArchive archive,
        BackupManifest manifest,
        List<string> warnings,
        IProgress<OperationProgress>? progress,
        CancellationToken cancellationToken)
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

        PackAll(archive, manifest, found, progress, cancellationToken);
    }

    private static void PackAll(
        ZipArchive archive,
        BackupManifest manifest,
        List<(string Path, string Entry, PosixStatus Status)> found,
        IProgress<OperationProgress>? progress,
        CancellationToken cancellationToken)
    {
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

    private static void Collect(
        string folder,
        string entry,
        List<(string Path, string Entry, PosixStatus Status)> found,
        List<string> warnings,
        CancellationToken cancellationToken)
    {
        if (Posix.Status(folder) is not { Kind: PosixKind.Directory } status)
        {
            // The folder itself may be a link, as some distributions have it; below it none is followed.
            status = Posix.Status(Path.GetFullPath(new DirectoryInfo(folder).ResolveLinkTarget(true)?.FullName ?? folder)) ?? default;
        }

        string[] content;
        try
        {
            content = [.. Directory.EnumerateFileSystemEntries(folder).Order(StringComparer.Ordinal)];
        }
        catch (DirectoryNotFoundException)
        {
            // Gone since the folder above was listed, as a mailbox's folder may be.
            return;
        }

        found.Add((folder, entry + "/", status with { Kind = PosixKind.Directory }));
        foreach (var path in content)
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
                    warnings.Add($"'/{entry}/{SarkText.Printable(name)}' is not in the backup: it is "
                        + $"{(other.Kind == PosixKind.Link ? "a symbolic link" : "no regular file")}.");
                    break;
                default:
                    break;
            }
        }
    }

    private static void Pack(
        ZipArchive archive,
        BackupManifest manifest,
        string path,
        string entryName,
        PosixStatus status,
        byte[] buffer,
        Action<int>? packed,
        CancellationToken cancellationToken)
    {
        FileStream source;
        try
        {
            source = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, 1);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            // Deleted since the folder was listed, as voicemail is all the time: then it is no part of this moment's state.
            return;
        }

        using (source)
        {
            manifest.Add(entryName, status);
            var entry = archive.CreateEntry(
                entryName,
                PackedFormats.Contains(Path.GetExtension(entryName)) ? CompressionLevel.NoCompression : CompressionLevel.Optimal);
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
    private static DateTimeOffset ZipTime(DateTimeOffset time) =>
        time.Year is >= 1980 and <= 2107 ? time.ToLocalTime() : new DateTimeOffset(1980, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private async Task CheckEntryAsync(ZipArchiveEntry entry, string name, CancellationToken cancellationToken)
    {
        if (entry.FullName != BackupLayout.EntryName(Options.Paths.Database))
        {
            using var content = entry.Open();
            await ArchiveReader.CopyExactlyAsync(content, null, entry.Length, entry.Crc32, null, cancellationToken).ConfigureAwait(false);
            return;
        }

        using var copy = await UnpackDatabaseAsync(entry, null, cancellationToken).ConfigureAwait(false);
        DatabaseFile.KeepRollbackJournal(copy.Path, Kind.Noun, $"{name}: {Path.GetFileName(entry.FullName)}");
        DatabaseFile.Verify(copy.Path, Kind.Noun, $"{name}: {Path.GetFileName(entry.FullName)}");
    }

    private async Task<TemporaryFile> UnpackDatabaseAsync(ZipArchiveEntry entry, Action<int>? copied, CancellationToken cancellationToken)
    {
        var copy = NewTemporary("database");
        try
        {
            using var content = entry.Open();
            using var target = copy.Write();
            await ArchiveReader.CopyExactlyAsync(content, target, entry.Length, entry.Crc32, copied, cancellationToken)
                .ConfigureAwait(false);
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
            changes.Add(Change(
                BackupParts.Database,
                entries.Single(entry => entry.FullName == BackupLayout.EntryName(Options.Paths.Database)),
                database,
                Options.Paths.Database,
                DatabaseFile.Checksum));
        }

        foreach (var part in BackupLayout.FolderParts.Where(part => chosen.HasFlag(part.Part)))
        {
            var path = part.Folder(Options.Paths);
            var folder = Options.Rooted(path);
            var inArchive = new HashSet<string>(StringComparer.Ordinal);
            foreach (var (entry, relative) in BackupLayout.EntriesOf(part, Options.Paths, entries)
                .Where(found => !ArchiveReader.IsFolder(found.Entry)))
            {
                inArchive.Add(relative);
                changes.Add(Change(part.Part, entry, Path.Combine(folder, relative), $"{path}/{relative}", Checksum));
            }

            changes.AddRange(
                from name in Replaced(part, folder, inArchive.Select(relative => relative.Split('/')[0]).ToHashSet(StringComparer.Ordinal))
                from file in FilesBelow(Path.Combine(folder, name))
                let relative = Relative(folder, file)
                where !inArchive.Contains(relative)
                orderby relative
                select new BackupChange(part.Part, BackupChangeAction.Remove, $"{path}/{relative}", Posix.Status(file)?.Size ?? 0));
        }

        if (chosen.HasFlag(BackupParts.Ldap))
        {
            changes.Add(new BackupChange(
                BackupParts.Ldap,
                BackupChangeAction.Replace,
                Options.Paths.Ldap,
                entries.Single(entry => entry.FullName == BackupLayout.Ldif).Length));
        }

        return changes;
    }

    private static BackupChange Change(
        BackupParts part,
        ZipArchiveEntry entry,
        string live,
        string shown,
        Func<string, uint?> checksum) => new(
        part,
        Posix.Status(live) is not { } status ? BackupChangeAction.Add
            : status.Kind == PosixKind.Regular && status.Size == entry.Length && checksum(live) == entry.Crc32 ? BackupChangeAction.Keep
            : BackupChangeAction.Replace,
        shown,
        entry.Length);

    /// <summary>The checksum of a file; null when it is gone.</summary>
    private static uint? Checksum(string path)
    {
        FileStream file;
        try
        {
            file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, 1);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }

        using var closed = file;
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
        { Kind: PosixKind.Directory } => Content(path).SelectMany(FilesBelow),
        { Kind: PosixKind.Regular } => [path],
        _ => [],
    };

    // As in archives, also where folders are told apart by another sign.
    private static string Relative(string folder, string path) =>
        Path.GetRelativePath(folder, path).Replace(Path.DirectorySeparatorChar, '/');

    private static string[] Content(string folder)
    {
        try
        {
            return Directory.GetFileSystemEntries(folder);
        }
        catch (DirectoryNotFoundException)
        {
            return [];
        }
    }

    /// <summary>
    /// The names in a part's folder that a restore takes away. Links are in no backup, so none takes them away unless it
    /// holds something of their name.
    /// </summary>
    private static string[] Replaced(FolderPart part, string folder, HashSet<string> inArchive) => !Directory.Exists(folder)
        ? []
        : [.. Directory.EnumerateFileSystemEntries(folder).Select(path => Path.GetFileName(path)!).Where(name => !FolderExchange.IsOurs(
            name) && part.Owns(name) && (inArchive.Contains(name)
                || (part.Whole && Posix.Status(Path.Combine(folder, name)) is { Kind: PosixKind.Regular or PosixKind.Directory })))];

    private async Task StageAsync(
        ArchiveReader reader,
        string name,
        BackupParts chosen,
        Staging restore,
        IProgress<OperationProgress>? progress,
        CancellationToken cancellationToken)
    {
        RecoverOthers(restore.Warnings.Add, chosen);
        var manifest = BackupManifest.Read(reader.Entries);
        var parts = BackupLayout.FolderParts.Where(part => chosen.HasFlag(part.Part))
            .Select(part => (Part: part, Entries: BackupLayout.EntriesOf(part, Options.Paths, reader.Entries).ToArray()))
            .ToArray();
        var databaseEntry = chosen.HasFlag(BackupParts.Database)
            ? reader.Entries.Single(entry => entry.FullName == BackupLayout.EntryName(Options.Paths.Database))
            : null;
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
            restore.Database = await UnpackDatabaseAsync(databaseEntry, read => Copied(databaseEntry.FullName, read), cancellationToken)
                .ConfigureAwait(false);
            DatabaseFile.KeepRollbackJournal(restore.Database.Path, Kind.Noun, $"{name}: {Path.GetFileName(databaseEntry.FullName)}");
            DatabaseFile.Verify(restore.Database.Path, Kind.Noun, $"{name}: {Path.GetFileName(databaseEntry.FullName)}");
        }

        if (chosen.HasFlag(BackupParts.Ldap))
        {
            restore.Ldif = NewTemporary("ldif");
            var entry = reader.Entries.Single(entry => entry.FullName == BackupLayout.Ldif);
            using var content = entry.Open();
            using var target = restore.Ldif.Write();
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
                using var target = Posix.CreatePrivate(path, FileShare.None);
                await ArchiveReader.CopyExactlyAsync(
                    content,
                    target,
                    entry.Length,
                    entry.Crc32,
                    read => Copied(entry.FullName, read),
                    cancellationToken).ConfigureAwait(false);
            }

            DressAll(exchange.Incoming, folder, EntryRoot(part), manifest, entries);
            KeepLinks(exchange.Incoming, folder, part, restore.Warnings);
        }
    }

    /// <summary>
    /// Backups leave symbolic links out, so that what is restored has none: those below folders that are replaced are made
    /// anew where the backup has nothing of their name, or every restore would delete them.
    /// </summary>
    private static void KeepLinks(string incoming, string folder, FolderPart part, List<string> warnings)
    {
        var names = Content(incoming).Select(path => Path.GetFileName(path)!).ToHashSet(StringComparer.Ordinal);
        foreach (var name in Replaced(part, folder, names))
        {
            foreach (var link in LinksBelow(Path.Combine(folder, name)))
            {
                var relative = Relative(folder, link);
                var copy = Path.Combine(incoming, relative);
                if (Posix.Status(copy) is not null || !Directory.Exists(Path.GetDirectoryName(copy))
                    || new FileInfo(link).LinkTarget is not { } target)
                {
                    warnings.Add($"The symbolic link '{SarkText.Printable($"{part.Folder(new SarkPaths())}/{relative}")}' is no more: "
                        + "the backup holds something else in its place.");
                    continue;
                }

                var status = Posix.Status(link)!.Value;
                File.CreateSymbolicLink(copy, target);
                Posix.TakeOwner(copy, status.Owner, status.Group);
            }
        }
    }

    private static IEnumerable<string> LinksBelow(string path) => Posix.Status(path) switch
    {
        { Kind: PosixKind.Directory } => Content(path).SelectMany(LinksBelow),
        { Kind: PosixKind.Link } => [path],
        _ => [],
    };

    private string EntryRoot(FolderPart part) => BackupLayout.EntryName(part.Folder(Options.Paths));

    /// <summary>
    /// Gives what was unpacked its owner and mode: those of the archive, else those of the file that it replaces, else
    /// those of the folder.
    /// </summary>
    private static void DressAll(
        string incoming,
        string live,
        string entryRoot,
        BackupManifest manifest,
        (ZipArchiveEntry Entry, string Relative)[] entries)
    {
        var times = entries.ToDictionary(found => found.Relative.TrimEnd('/'), found => found.Entry, StringComparer.Ordinal);
        var folder = Posix.Status(live)!.Value;
        // What lies deeper first: the mode of a folder may forbid us to go on below it.
        foreach (var path in Directory.EnumerateFileSystemEntries(incoming, "*", SearchOption.AllDirectories)
            .OrderByDescending(path => path.Length))
        {
            var relative = Relative(incoming, path);
            var isFolder = Directory.Exists(path);
            var old = Posix.Status(Path.Combine(live, relative));
            times.TryGetValue(relative, out var entry);
            var saved = manifest.Find($"{entryRoot}/{relative}{(isFolder ? "/" : "")}");
            var unixMode = entry is null ? 0 : ArchiveReader.Mode(entry) & 0xFFF;
            // What nothing is known of is as open as its folder, and no more: it may hold a secret.
            var mode = saved?.Mode ?? (unixMode != 0 ? unixMode : old?.Mode ?? (isFolder ? folder.Mode : folder.Mode & FileBits));
            if (entry is not null && !isFolder)
            {
                File.SetLastWriteTimeUtc(path, entry.LastWriteTime.UtcDateTime);
            }

            Posix.TakeOwner(path, saved?.Owner ?? old?.Owner ?? folder.Owner, saved?.Group ?? old?.Group ?? folder.Group);
            // No archive makes a program that runs as somebody else, nor lets everybody write what not everybody could write before.
            var allowed = (isFolder ? PermissionBits | SetGroupBit : PermissionBits) & ~(EverybodyWrites & ~(old?.Mode ?? 0));
            Posix.SetMode(path, mode & allowed);
        }
    }

    private void RequireSpace(string folder, long needed)
    {
        var free = new DriveInfo(folder).AvailableFreeSpace;
        if (needed > free)
        {
            throw new SarkUnavailableException(
                Kind.Noun,
                Kind.SetName,
                $"Restoring needs {needed} bytes and {free} are free on the disk. Nothing was changed.");
        }
    }

    /// <summary>
    /// Puts all parts in place or none: each exchange ends only when those after it have succeeded. What is replaced is kept
    /// before anything of it is deleted, the database as a snapshot, everything else as a backup of its own.
    /// </summary>
    private async Task<BackupRestore> ApplyAsync(
        string name,
        BackupParts chosen,
        BackupParts absent,
        Staging restore,
        ChangeNote? note,
        IProgress<OperationProgress>? progress,
        CancellationToken cancellationToken)
    {
        var warnings = restore.Warnings;
        using var oldLdif = restore.Ldif is null ? null : await KeepLdapAsync(warnings, cancellationToken).ConfigureAwait(false);
        // The last moment to turn back; from here each part is put in place.
        cancellationToken.ThrowIfCancellationRequested();
        SnapshotRestore? replaced = null;
        string? keptFiles = null;
        FolderExchange? ldap = null;
        IEnumerable<FolderExchange> Exchanges() => restore.Exchanges.Select(item => item.Exchange).Concat(ldap is null ? [] : [ldap]);
        IEnumerable<string> Remarks() => Exchanges().SelectMany(exchange => exchange.Remarks);
        var hasFolders = restore.Exchanges.Count > 0 || restore.Ldif is not null;
        // One part alone decides for itself.
        using var decision = restore.Exchanges.Count + (restore.Ldif is null ? 0 : 1) + (restore.Database is null ? 0 : 1) < 2 ? null
            : restore.Database is null ? RestoreDecision.ByFile(Folder)
            : RestoreDecision.ByDatabase(database);
        if (restore.Database is not null)
        {
            // Known to be free before folders are moved for it.
            await DatabaseFile.IsDatabaseAsync(database, Kind.Noun, cancellationToken).ConfigureAwait(false);
            decision?.Mark(restore.Database.Path);
        }

        try
        {
            await FoldersAsync(0).ConfigureAwait(false);
        }
        catch (Exception e) when (hasFolders && (e as SarkException ?? FileErrors.Map(Kind.Noun, name, "restore it", e)) is { } failure)
        {
            throw Told(failure);
        }

        warnings.AddRange(Remarks());
        if (replaced is { Warnings.Count: > 0 } || decision is { IsNeeded: true })
        {
            // It makes the database anew, and with that would lose what says that the rest counts.
            warnings.AddRange((replaced?.Warnings ?? []).Append("For that reason SARK's reloader was not started."));
        }
        else if (replaced is not null)
        {
            Warn(await commands.UpgradeDatabaseAsync(CancellationToken.None).ConfigureAwait(false));
            await snapshots.EndAsync(replaced).ConfigureAwait(false);
        }

        Warn(await commands.ReloadAsync(CancellationToken.None).ConfigureAwait(false));
        return new BackupRestore(name, false, chosen, absent, [], replaced?.KeptAs, warnings)
        {
            KeptBackup = keptFiles,
            ChangeSet = replaced?.ChangeSet,
        };

        // Who failed does not know what has become of the whole.
        SarkException Told(SarkException failure)
        {
            var remarks = Remarks().ToList();
            var message = FileErrors.WithoutPromise(failure);
            if (message.Contains(FolderExchange.NotPutBack, StringComparison.Ordinal))
            {
                message = string.Join(' ', remarks.Prepend(message));
            }
            else if (Exchanges().Any(exchange => exchange.IsInPlace))
            {
                message = string.Join(
                    ' ',
                    remarks.Prepend($"The backup '{name}' was restored, and what comes after that failed: {message}"));
            }
            else
            {
                Drop(keptFiles, remarks);
                message = remarks.Count == 0
                    ? message + FileErrors.NothingChanged
                    : $"{message} {string.Join(' ', remarks)} Nothing else was changed.";
            }

            return message == failure.Message ? failure
                : failure is SarkUnavailableException unavailable
                ? new SarkUnavailableException(failure.Noun, failure.Target, message, failure) { RetryAfter = unavailable.RetryAfter }
                : failure is SarkDeniedException ? new SarkDeniedException(failure.Noun, failure.Target, message, failure)
                : failure is SarkValidationException ? failure
                : new SarkException(failure.Kind, failure.Noun, failure.Target, message, failure);
        }

        Task FoldersAsync(int at)
        {
            if (at == restore.Exchanges.Count)
            {
                return restore.Ldif is null ? LastAsync() : LdapAsync(restore.Ldif.Path);
            }

            var (part, folder, exchange) = restore.Exchanges[at];
            progress?.Report(new OperationProgress($"Restoring {part.Part}", 0, 0));
            var names = Content(exchange.Incoming).Select(path => Path.GetFileName(path)!).ToHashSet(StringComparer.Ordinal);
            return exchange.CommitAsync(Replaced(part, folder, names), () => FoldersAsync(at + 1), decision: decision);
        }

        async Task LdapAsync(string ldif)
        {
            progress?.Report(new OperationProgress("Restoring Ldap", 0, 0));
            var folder = Options.Rooted(Options.Paths.Ldap);
            var owner = Posix.Status(folder)
                ?? throw new SarkUnavailableException(Kind.Noun, "ldap", "There is no LDAP directory on this machine.");
            using var exchange = FolderExchange.Begin(folder);
            ldap = exchange;
            await RestoreLdapAsync(exchange, folder, owner, ldif, warnings, decision, LastAsync).ConfigureAwait(false);
        }

        async Task LastAsync()
        {
            keptFiles = await KeepFilesAsync(restore, ldap, oldLdif, warnings).ConfigureAwait(false);
            if (restore.Database is not null)
            {
                progress?.Report(new OperationProgress("Restoring Database", 0, 0));
                // Last, since SQLite ends it by itself; no part after it could fail and leave it behind.
                replaced = await snapshots.ReplaceDatabaseAsync(restore.Database.Path, name, note, CancellationToken.None)
                    .ConfigureAwait(false);
            }

            decision?.Make();
        }

        void Warn(string? warning)
        {
            if (warning is not null)
            {
                warnings.Add(warning);
            }
        }
    }

    // All that is in it is where it was.
    private void Drop(string? kept, List<string> remarks)
    {
        try
        {
            if (kept is not null)
            {
                Posix.Delete(Path.Combine(Folder, kept));
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            remarks.Add($"The backup '{kept}' of what was to be replaced stays.");
        }
    }

    /// <summary>
    /// The directory as it is, for the backup of what is replaced; null when it cannot be read as LDIF, and then its files
    /// are kept.
    /// </summary>
    private async Task<TemporaryFile?> KeepLdapAsync(List<string> warnings, CancellationToken cancellationToken)
    {
        if (!runner.Has(programs => programs.Slapcat))
        {
            return null;
        }

        var export = NewTemporary("ldif");
        try
        {
            if (await ExportLdapAsync(export, cancellationToken).ConfigureAwait(false) is not { } failure)
            {
                return export;
            }

            warnings.Add($"The directory that is replaced could not be exported, so its files are kept as they are: {failure}");
        }
        catch
        {
            export.Dispose();
            throw;
        }

        export.Dispose();
        return null;
    }

    /// <summary>
    /// Packs what has been moved out of the way into a backup, from which it can be restored like any other. Of the directory
    /// that is its export; what that does not make anew, such as a configuration beside the database, is packed as it is.
    /// </summary>
    /// <returns>Its name; null when nothing was replaced.</returns>
    private async Task<string?> KeepFilesAsync(Staging restore, FolderExchange? ldap, TemporaryFile? oldLdif, List<string> warnings)
    {
        var found = new List<(string Path, string Entry, PosixStatus Status)>();
        foreach (var (part, _, exchange) in restore.Exchanges)
        {
            Outgoing(exchange, EntryRoot(part));
        }

        if (ldap is not null)
        {
            var folder = Options.Rooted(Options.Paths.Ldap);
            Outgoing(
                ldap,
                BackupLayout.EntryName(Options.Paths.Ldap),
                name => oldLdif is not null && Posix.Status(Path.Combine(folder, name)) is not null);
        }

        if (found.Count == 0 && oldLdif is null)
        {
            return null;
        }

        RequireSpace(Folder, found.Sum(item => item.Status.Size));
        using var temporary = NewTemporary("kept");
        using (var target = temporary.Write())
        {
            using var archive = new ZipArchive(target, ZipArchiveMode.Create, leaveOpen: true);
            var manifest = new BackupManifest();
            if (oldLdif is not null)
            {
                await PackLdapAsync(archive, oldLdif, CancellationToken.None).ConfigureAwait(false);
            }

            PackAll(archive, manifest, found, null, CancellationToken.None);
            manifest.Write(archive);
        }

        return PublishBackup(temporary.Path);

        void Outgoing(FolderExchange exchange, string root, Func<string, bool>? isAnew = null)
        {
            foreach (var path in Content(exchange.Outgoing).Where(path => isAnew?.Invoke(Path.GetFileName(path)) != true))
            {
                var entry = $"{root}/{Path.GetFileName(path)}";
                switch (Posix.Status(path))
                {
                    case { Kind: PosixKind.Directory }:
                        // Links in it have been made anew in its successor, and are said where they could not be.
                        Collect(path, entry, found, [], CancellationToken.None);
                        break;
                    case { Kind: PosixKind.Regular } file:
                        found.Add((path, entry, file));
                        break;
                    default:
                        break;
                }
            }
        }
    }

    /// <summary>
    /// Loads an LDAP export into an emptied directory with the server stopped; when that fails, or what comes after it, the
    /// old files come back.
    /// </summary>
    private async Task RestoreLdapAsync(
        FolderExchange exchange,
        string folder,
        PosixStatus owner,
        string ldif,
        List<string> warnings,
        RestoreDecision? decision,
        Func<Task> afterwards)
    {
        var hasServer = runner.Has(programs => programs.Systemctl);
        Exception? failure = null;
        try
        {
            if (hasServer)
            {
                await StopLdapAsync().ConfigureAwait(false);
            }

            await exchange.CommitAsync([.. Content(folder).Select(path => Path.GetFileName(path)!)
                .Where(name => !FolderExchange.IsOurs(name))], async () =>
            {
                ProgramRunner.Succeeded(await runner.AskAsync(
                    programs => programs.Slapadd,
                    ["-l", ldif],
                    Options.Commands.CommitTimeout,
                    CancellationToken.None).ConfigureAwait(false));
                foreach (var path in Content(folder).Where(path => !FolderExchange.IsOurs(Path.GetFileName(path))))
                {
                    TakeOwnerOfAll(path, owner);
                }

                await afterwards().ConfigureAwait(false);
            }, isWhole: true, decision).ConfigureAwait(false);
        }
        catch (Exception e)
        {
            failure = FileErrors.Map(Kind.Noun, "ldap", "restore the LDAP directory", e) ?? e;
        }

        if (hasServer && failure?.Message.Contains(FolderExchange.NotPutBack, StringComparison.Ordinal) == true)
        {
            // As it would when what a killed process left is put right.
            throw new SarkUnavailableException(
                Kind.Noun,
                "ldap",
                $"{failure.Message} The LDAP server was stopped for it, and is started when that is done.",
                failure);
        }

        if (hasServer && await StartLdapAsync().ConfigureAwait(false) is { } notStarted)
        {
            warnings.Add(notStarted);
            failure = failure is SarkException told
                ? new SarkUnavailableException(
                    Kind.Noun,
                    "ldap",
                    $"{told.Message} The LDAP server was stopped for it and did not start again: {notStarted}",
                    told)
                : failure;
        }

        if (failure is not null)
        {
            System.Runtime.ExceptionServices.ExceptionDispatchInfo.Throw(failure);
        }
    }

    private async Task StopLdapAsync() =>
        ProgramRunner.Succeeded(await runner.ChangeAsync(
            programs => programs.Systemctl,
            ["stop", Options.Commands.LdapUnit],
            Options.Commands.CommitTimeout,
            CancellationToken.None).ConfigureAwait(false));

    private async Task<string?> StartLdapAsync()
    {
        try
        {
            var started = await runner.ChangeAsync(
                programs => programs.Systemctl,
                ["start", Options.Commands.LdapUnit],
                Options.Commands.CommitTimeout,
                CancellationToken.None).ConfigureAwait(false);
            return started.ExitCode == 0 ? null : ProgramRunner.Failed(started).Message;
        }
        catch (SarkException e)
        {
            return e.Message;
        }
    }

    private static void TakeOwnerOfAll(string path, PosixStatus owner)
    {
        if (Posix.Status(path) is { Kind: PosixKind.Directory })
        {
            foreach (var below in Content(path))
            {
                TakeOwnerOfAll(below, owner);
            }
        }

        Posix.TakeOwner(path, owner.Owner, owner.Group);
    }

    /// <summary>What is unpacked and not yet in place; gone when disposed of.</summary>
    private sealed class Staging : IDisposable
    {
        public TemporaryFile? Database { get; set; }

        public TemporaryFile? Ldif { get; set; }

        public List<string> Warnings { get; } = [];

        public List<(FolderPart Part, string Folder, FolderExchange Exchange)> Exchanges { get; } = [];

        public void Dispose()
        {
            Database?.Dispose();
            Ldif?.Dispose();
            Exchanges.ForEach(item => item.Exchange.Dispose());
        }
    }
}
