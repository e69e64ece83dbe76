using System.Globalization;
using System.IO.Compression;
using System.Text;

namespace SarkPS.Data.Files;

/// <summary>A part of a backup that is a set of files in one folder.</summary>
/// <param name="Part">Which part.</param>
/// <param name="Folder">The folder as on a real machine.</param>
/// <param name="Owns">Whether a name directly in the folder belongs to the part.</param>
/// <param name="Whole">What the archive does not hold is removed; else only names that the archive holds are replaced.</param>
internal sealed record FolderPart(BackupParts Part, Func<SarkPaths, string> Folder, Func<string, bool> Owns, bool Whole);

/// <summary>
/// Where things stand in an archive: every file under its path on a real machine without the first slash, which is what
/// SARK's own <c>zip -r</c> makes, so that either can restore what the other saved.
/// </summary>
internal static class BackupLayout
{
    /// <summary>The LDAP directory as LDIF; SARK writes it there before it packs it.</summary>
    public const string Ldif = "tmp/sark.local.ldif";

    /// <summary>
    /// Owner and mode of every entry; zip has a field for them that .NET neither writes nor reads. SARK's own restore does
    /// not look at it.
    /// </summary>
    public const string Manifest = "sarkps-owners.txt";

    /// <summary>What is packed.</summary>
    public static IReadOnlyList<Func<SarkPaths, string>> PackedFolders { get; } =
        [paths => paths.Greetings, paths => paths.Voicemail, paths => paths.Asterisk, paths => paths.Shorewall, paths => paths.Shorewall6];

    /// <summary>The parts that are folders. Of the sounds only the greetings come back: the others belong to Asterisk's packages.</summary>
    public static IReadOnlyList<FolderPart> FolderParts { get; } =
    [
        new(BackupParts.Asterisk, paths => paths.Asterisk, _ => true, Whole: true),
        new(
            BackupParts.Greetings,
            paths => paths.Greetings,
            name => name.StartsWith("usergreeting", StringComparison.Ordinal),
            Whole: true),
        new(BackupParts.Voicemail, paths => paths.Voicemail, _ => true, Whole: false),
    ];

    /// <summary>The name of an entry for a path of a real machine.</summary>
    public static string EntryName(string path) => path.TrimStart('/');

    /// <summary>The entries of a part with their paths below the part's folder; folders end in a slash.</summary>
    public static IEnumerable<(ZipArchiveEntry Entry, string Relative)> EntriesOf(
        FolderPart part,
        SarkPaths paths,
        IEnumerable<ZipArchiveEntry> entries)
    {
        var prefix = EntryName(part.Folder(paths)) + "/";
        return from entry in entries
               where entry.FullName.Length > prefix.Length && entry.FullName.StartsWith(prefix, StringComparison.Ordinal)
               let relative = entry.FullName[prefix.Length..]
               where part.Owns(relative.Split('/')[0])
               select (entry, relative);
    }

    /// <summary>The parts that an archive holds.</summary>
    public static BackupParts PartsIn(IReadOnlyList<ZipArchiveEntry> entries, SarkPaths paths)
    {
        var parts = BackupParts.None;
        if (entries.Any(entry => entry.FullName == EntryName(paths.Database)))
        {
            parts |= BackupParts.Database;
        }

        if (entries.Any(entry => entry.FullName == Ldif && entry.Length > 0))
        {
            parts |= BackupParts.Ldap;
        }

        foreach (var part in FolderParts.Where(part => EntriesOf(part, paths, entries).Any(found => !ArchiveReader.IsFolder(found.Entry))))
        {
            parts |= part.Part;
        }

        return parts;
    }
}

/// <summary>Owner and mode of the entries of an archive, one line each: mode in octal, owner, group, name.</summary>
internal sealed class BackupManifest
{
    private const long MaximumSize = 256L << 20;
    private readonly Dictionary<string, (int Mode, uint Owner, uint Group)> entries = new(StringComparer.Ordinal);

    /// <summary>Notes an entry, where files have owners.</summary>
    public void Add(string name, PosixStatus status)
    {
        if (Posix.IsLinux)
        {
            entries[name] = (status.Mode, status.Owner, status.Group);
        }
    }

    /// <summary>Owner and mode of an entry; null when the archive was made by another program.</summary>
    public (int Mode, uint Owner, uint Group)? Find(string name) => entries.TryGetValue(name, out var found) ? found : null;

    /// <summary>Writes it into an archive.</summary>
    public void Write(ZipArchive archive)
    {
        using var writer = new StreamWriter(
            archive.CreateEntry(BackupLayout.Manifest, CompressionLevel.Fastest).Open(),
            new UTF8Encoding(false));
        foreach (var (name, (mode, owner, group)) in entries)
        {
            writer.Write(string.Create(CultureInfo.InvariantCulture, $"{Convert.ToString(mode, 8)} {owner} {group} {name}\n"));
        }
    }

    /// <summary>Reads it from an archive; lines that make no sense are as good as absent.</summary>
    public static BackupManifest Read(IReadOnlyList<ZipArchiveEntry> archive)
    {
        var manifest = new BackupManifest();
        if (archive.FirstOrDefault(entry => entry.FullName == BackupLayout.Manifest) is not { Length: < MaximumSize } found)
        {
            return manifest;
        }

        using var reader = new StreamReader(found.Open());
        while (reader.ReadLine() is { } line)
        {
            var parts = line.Split(' ', 4);
            if (parts.Length == 4 && parts[0].Length is > 0 and <= 4 && parts[0].All(c => c is >= '0' and <= '7')
                && uint.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out var owner) && uint.TryParse(
                    parts[2],
                    NumberStyles.None,
                    CultureInfo.InvariantCulture,
                    out var group))
            {
                manifest.entries[parts[3]] = (Convert.ToInt32(parts[0], 8), owner, group);
            }
        }

        return manifest;
    }
}
