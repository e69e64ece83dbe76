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
    private const int LocatorSize = 20;
    private const uint LocatorSignature = 0x07064b50;
    private const int LargeEndRecordSize = 56;
    private const uint LargeEndRecordSignature = 0x06064b50;
    private const int CatalogueHeaderSize = 46;
    private const uint CatalogueHeaderSignature = 0x02014b50;
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
            CheckCatalogue(path, limits.BackupEntries);
            archive = new ZipArchive(
                new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, BufferSize),
                ZipArchiveMode.Read);
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
    public static async Task CopyExactlyAsync(
        Stream content,
        Stream? target,
        long length,
        uint crc,
        Action<int>? copied,
        CancellationToken cancellationToken)
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

    /// <summary>
    /// .NET makes an object of every header of the catalogue before it looks at how many there are, so they are counted
    /// before, as they stand in the file and not as it says. (APPNOTE.TXT of PKWARE, 4.3.12 to 4.3.16)
    /// </summary>
    /// <exception cref="InvalidDataException">It is no zip archive, or its catalogue is too large.</exception>
    public static void CheckCatalogue(string path, int maximumEntries)
    {
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, BufferSize);
        if (StartOfCatalogue(file) is not { } start || start.From < 0 || start.From > start.To)
        {
            throw new InvalidDataException("it is no zip archive.");
        }

        if (start.To - start.From > MaximumCatalogue)
        {
            throw TooLarge();
        }

        file.Position = start.From;
        var header = new byte[CatalogueHeaderSize];
        for (var entries = 0; file.ReadAtLeast(header, header.Length, throwOnEndOfStream: false) == header.Length
            && BinaryPrimitives.ReadUInt32LittleEndian(header) == CatalogueHeaderSignature; entries++)
        {
            if (entries == maximumEntries || file.Position - start.From > MaximumCatalogue)
            {
                throw TooLarge();
            }

            file.Seek(BinaryPrimitives.ReadUInt16LittleEndian(header.AsSpan(28))
                + BinaryPrimitives.ReadUInt16LittleEndian(header.AsSpan(30))
                + BinaryPrimitives.ReadUInt16LittleEndian(header.AsSpan(32)), SeekOrigin.Current);
        }

        InvalidDataException TooLarge() => new($"its catalogue is larger than that of the {maximumEntries} files that are allowed.");
    }

    /// <summary>Where the catalogue begins, and where at the latest it ends.</summary>
    private static (long From, long To)? StartOfCatalogue(FileStream file)
    {
        var tail = new byte[(int)Math.Min(file.Length, EndRecordSize + ushort.MaxValue)];
        file.Seek(-tail.Length, SeekOrigin.End);
        file.ReadExactly(tail);
        var at = tail.Length - EndRecordSize;
        while (at >= 0 && BinaryPrimitives.ReadUInt32LittleEndian(tail.AsSpan(at)) != EndRecordSignature)
        {
            at--;
        }

        if (at < 0)
        {
            return null;
        }

        var end = file.Length - tail.Length + at;
        var record = tail.AsSpan(at, EndRecordSize);
        long start = BinaryPrimitives.ReadUInt32LittleEndian(record[16..]);
        var isMasked = start == uint.MaxValue || BinaryPrimitives.ReadUInt16LittleEndian(record[4..]) == ushort.MaxValue
            || BinaryPrimitives.ReadUInt16LittleEndian(record[10..]) == ushort.MaxValue;
        var locator = new byte[LocatorSize];
        if (!isMasked || end < LocatorSize)
        {
            return (start, end);
        }

        file.Position = end - LocatorSize;
        file.ReadExactly(locator);
        if (BinaryPrimitives.ReadUInt32LittleEndian(locator) != LocatorSignature)
        {
            return (start, end);
        }

        // All ones stand for values of 64 bits, which are in a record of their own.
        var large = new byte[LargeEndRecordSize];
        var largeAt = BinaryPrimitives.ReadInt64LittleEndian(locator.AsSpan(8));
        if (largeAt < 0 || largeAt > end - LargeEndRecordSize)
        {
            return null;
        }

        file.Position = largeAt;
        file.ReadExactly(large);
        return BinaryPrimitives.ReadUInt32LittleEndian(large) == LargeEndRecordSignature
            ? (BinaryPrimitives.ReadInt64LittleEndian(large.AsSpan(48)), largeAt)
            : null;
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
