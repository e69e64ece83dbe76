using System.Buffers.Binary;
using System.Collections.ObjectModel;
using System.IO.Compression;

namespace SarkPS.Data.Files;

/// <summary>
/// A zip archive from anywhere, opened with distrust: an archive with a dangerous entry is not opened at all. Refused are
/// names that lead out of the archive, links and devices, encrypted entries, two entries of one name, and archives that
/// unpack to more than is allowed.
/// </summary>
internal sealed class ArchiveReader : IDisposable
{
    private const int BufferSize = 128 * 1024;
    private const int EndRecordSize = 22;
    private const uint EndRecordSignature = 0x06054b50;
    private const int MaximumCatalogue = 256 << 20;
    private readonly ZipArchive archive;

    private ArchiveReader(ZipArchive archive, IReadOnlyList<ZipArchiveEntry> entries)
    {
        this.archive = archive;
        Entries = entries;
    }

    /// <summary>All entries, each with a safe relative name.</summary>
    public IReadOnlyList<ZipArchiveEntry> Entries { get; }

    /// <summary>Opens an archive.</summary>
    /// <exception cref="SarkValidationException">It is no zip archive, damaged or dangerous; one message for each reason.</exception>
    public static ArchiveReader Open(string path, string name, LimitOptions limits)
    {
        var problems = new List<string>();
        ZipArchive? archive = null;
        try
        {
            CheckCatalogue(path, limits);
            archive = new ZipArchive(new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, BufferSize), ZipArchiveMode.Read);
            var entries = archive.Entries;
            Inspect(entries, limits, problems);
            if (problems.Count == 0)
            {
                var reader = new ArchiveReader(archive, entries);
                archive = null;
                return reader;
            }
        }
        catch (InvalidDataException e)
        {
            problems.Add($"The archive is damaged or cut short: {e.Message}");
        }
        finally
        {
            archive?.Dispose();
        }

        throw new SarkValidationException("Backup", name, [new(FileStores.Backups.UploadField, problems)]);
    }

    /// <summary>The mode bits that Unix programs put into the upper half of an entry's attributes; 0 when it was made elsewhere.</summary>
    public static int Mode(ZipArchiveEntry entry) => (int)((uint)entry.ExternalAttributes >> 16);

    /// <summary>Whether an entry is a folder.</summary>
    public static bool IsFolder(ZipArchiveEntry entry) => entry.FullName.EndsWith('/');

    /// <summary>Copies an entry and checks that it is as long as it says and has its checksum.</summary>
    /// <exception cref="InvalidDataException">It is not, or has not.</exception>
    public static async Task CopyExactlyAsync(Stream content, Stream? target, long length, uint crc, Action<int>? copied, CancellationToken cancellationToken)
    {
        var buffer = new byte[BufferSize];
        var checksum = new Crc32();
        long total = 0;
        int read;
        while ((read = await content.ReadAsync(buffer, cancellationToken).ConfigureAwait(false)) > 0)
        {
            total += read;
            if (total > length)
            {
                throw new InvalidDataException($"An entry is longer than the {length} bytes that it may have.");
            }

            checksum.Append(buffer.AsSpan(0, read));
            if (target is not null)
            {
                await target.WriteAsync(buffer.AsMemory(0, read), cancellationToken).ConfigureAwait(false);
            }

            copied?.Invoke(read);
        }

        if (total != length)
        {
            throw new InvalidDataException($"An entry has {total} bytes and not {length}.");
        }

        if (checksum.Value != crc)
        {
            throw new InvalidDataException("An entry has not its checksum.");
        }
    }

    public void Dispose() => archive.Dispose();

    /// <summary>.NET reads the whole catalogue into memory, so its size is looked at before; it stands right before the end record.</summary>
    private static void CheckCatalogue(string path, LimitOptions limits)
    {
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, 1);
        var tail = new byte[(int)Math.Min(file.Length, EndRecordSize + ushort.MaxValue)];
        file.Seek(-tail.Length, SeekOrigin.End);
        file.ReadExactly(tail);
        for (var at = tail.Length - EndRecordSize; at >= 0; at--)
        {
            if (BinaryPrimitives.ReadUInt32LittleEndian(tail.AsSpan(at)) != EndRecordSignature)
            {
                continue;
            }

            int entries = BinaryPrimitives.ReadUInt16LittleEndian(tail.AsSpan(at + 10));
            long size = BinaryPrimitives.ReadUInt32LittleEndian(tail.AsSpan(at + 12));
            long start = BinaryPrimitives.ReadUInt32LittleEndian(tail.AsSpan(at + 16));
            var end = file.Length - tail.Length + at;
            // With 64-bit fields these are all ones, and the true ones stand before; then the file as a whole has to be small enough.
            var catalogue = start == uint.MaxValue ? size == uint.MaxValue ? 0 : size : end - start;
            if (catalogue > MaximumCatalogue || (entries != ushort.MaxValue && entries > limits.BackupEntries))
            {
                throw new InvalidDataException($"its catalogue is larger than that of the {limits.BackupEntries} files that are allowed.");
            }

            return;
        }

        throw new InvalidDataException("it is no zip archive.");
    }

    private static void Inspect(ReadOnlyCollection<ZipArchiveEntry> entries, LimitOptions limits, List<string> problems)
    {
        if (entries.Count > limits.BackupEntries)
        {
            problems.Add($"It holds {entries.Count} files; allowed are {limits.BackupEntries}.");
            return;
        }

        var names = new HashSet<string>(StringComparer.Ordinal);
        decimal total = 0;
        foreach (var entry in entries)
        {
            total += entry.Length;
            var reason = Refusal(entry) ?? (names.Add(entry.FullName.TrimEnd('/')) ? null : "stands in it twice");
            if (reason is not null && problems.Count < 20)
            {
                problems.Add($"The entry '{SarkText.Printable(entry.FullName)}' {reason}.");
            }
        }

        var files = entries.Where(entry => !IsFolder(entry)).Select(entry => entry.FullName).ToHashSet(StringComparer.Ordinal);
        foreach (var name in names.Where(name => Parents(name).Any(files.Contains)).Take(20 - problems.Count))
        {
            problems.Add($"The entry '{SarkText.Printable(name)}' lies below one that is a file.");
        }

        if (total > limits.BackupContent)
        {
            problems.Add($"It unpacks to {total} bytes; allowed are {limits.BackupContent}.");
        }
    }

    private static IEnumerable<string> Parents(string name)
    {
        for (var slash = name.IndexOf('/', StringComparison.Ordinal); slash > 0; slash = name.IndexOf('/', slash + 1))
        {
            yield return name[..slash];
        }
    }

    private static string? Refusal(ZipArchiveEntry entry)
    {
        var name = entry.FullName;
        var parts = name.TrimEnd('/').Split('/');
        return name.Length is 0 or > 4000 || parts.Any(part => part.Length > 255) ? "has no usable name"
            : name.StartsWith('/') ? "has an absolute path"
            : name.Any(c => char.IsControl(c) || c is '\\') ? "has a control character or backslash in its name"
            : parts.Any(part => part is "" or "." or "..") ? "leads out of its folder"
            : parts.Any(FolderExchange.IsOurs) ? "has a name that is reserved for restoring"
            : (Mode(entry) & 0xF000) is not (0 or 0x8000 or 0x4000) ? "is a link or device and not a file"
            : entry.IsEncrypted ? "is encrypted"
            // Deflate can not do better than 1032 to 1 (zlib's technical notes); anything beyond is made up.
            : entry.Length > 1_000_000 && entry.Length / 1100 > Math.Max(entry.CompressedLength, 1) ? "claims an impossible size"
            : null;
    }
}
