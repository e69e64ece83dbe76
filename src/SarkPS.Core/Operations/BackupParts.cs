namespace SarkPS;

/// <summary>The parts of a backup that can be restored, each by itself.</summary>
[Flags]
public enum BackupParts
{
    /// <summary>No part; a restore of nothing is refused.</summary>
    None = 0,

    /// <summary>The database. On the wire <c>restoredb</c>.</summary>
    Database = 1,

    /// <summary>Asterisk's configuration, as a whole. On the wire <c>restoreasterisk</c>.</summary>
    Asterisk = 2,

    /// <summary>
    /// The user greetings, as a whole; other sounds stay. On the wire <c>restoreusergreeting</c>, and
    /// <c>restoreusergreets</c> as the original's code calls it.
    /// </summary>
    Greetings = 4,

    /// <summary>The voicemail of those contexts that the archive holds. On the wire <c>restorevmail</c>.</summary>
    Voicemail = 8,

    /// <summary>The LDAP directory. On the wire <c>restoreldap</c>.</summary>
    Ldap = 16,

    /// <summary>Everything.</summary>
    All = Database | Asterisk | Greetings | Voicemail | Ldap,
}

/// <summary>The parts of a backup by the names that they have on the wire.</summary>
public static class BackupPartNames
{
    /// <summary>
    /// Name on the wire and part, in the order in which the original checks them; the last is another name of an earlier
    /// one.
    /// </summary>
    public static IReadOnlyList<KeyValuePair<string, BackupParts>> All { get; } =
    [
        new("restoredb", BackupParts.Database),
        new("restoreasterisk", BackupParts.Asterisk),
        new("restoreusergreeting", BackupParts.Greetings),
        new("restorevmail", BackupParts.Voicemail),
        new("restoreldap", BackupParts.Ldap),
        new("restoreusergreets", BackupParts.Greetings),
    ];

    /// <summary>The single parts of a combination.</summary>
    public static IEnumerable<BackupParts> Each(BackupParts parts) =>
        All.Select(pair => pair.Value).Distinct().Where(part => parts.HasFlag(part));
}

/// <summary>What restoring would do, or did, to one file.</summary>
public enum BackupChangeAction
{
    /// <summary>The file is not there yet.</summary>
    Add,

    /// <summary>The file is there with other content.</summary>
    Replace,

    /// <summary>The file is there and not in the archive.</summary>
    Remove,

    /// <summary>The file is there with the same content.</summary>
    Keep,
}

/// <summary>One file that a restore touches.</summary>
/// <param name="Part">The part that it belongs to.</param>
/// <param name="Action">What happens to it.</param>
/// <param name="Path">The file as it is on a real machine, without the root of a temporary tree.</param>
/// <param name="Size">Its size in the archive in bytes, or on disk for one that is removed.</param>
public sealed record BackupChange(BackupParts Part, BackupChangeAction Action, string Path, long Size);

/// <summary>What a restore did, or would do.</summary>
/// <param name="Name">The archive.</param>
/// <param name="DryRun">Nothing was changed; <paramref name="Changes"/> says what would have been.</param>
/// <param name="Restored">The parts that were restored, or would be.</param>
/// <param name="NotInBackup">The parts that were asked for and that the archive does not hold.</param>
/// <param name="Changes">The files that differ, and those that stay the same, for a dry run; empty after a real restore.</param>
/// <param name="KeptAs">The snapshot that the replaced database was kept as, or null when the database was not restored.</param>
/// <param name="Warnings">What did not go as it should after the parts were in place, such as a reload that failed; one
/// sentence each.</param>
public sealed record BackupRestore(
    string Name, bool DryRun, BackupParts Restored, BackupParts NotInBackup, IReadOnlyList<BackupChange> Changes, string? KeptAs,
    IReadOnlyList<string> Warnings)
{
    /// <summary>
    /// The backup that holds the files that were replaced; restoring the same parts from it takes them back. Null when
    /// there were none.
    /// </summary>
    public string? KeptBackup { get; init; }

    /// <summary>The set that Get-SarkChange tells it as; null when the database was not restored, or that could not be noted.</summary>
    public string? ChangeSet { get; init; }
}

/// <summary>What a check of an archive found.</summary>
/// <param name="Name">The archive.</param>
/// <param name="Valid">Every entry is readable and has its checksum, no entry is dangerous, and the database, if there is
/// one, is sound.</param>
/// <param name="Parts">The parts that could be restored from it; none when it is not valid.</param>
/// <param name="Files">How many files it holds.</param>
/// <param name="ContentSize">How many bytes they have unpacked.</param>
/// <param name="Problems">What is wrong, one sentence each.</param>
public sealed record BackupReport(string Name, bool Valid, BackupParts Parts, int Files, long ContentSize, IReadOnlyList<string> Problems);

/// <summary>How far a long operation is.</summary>
/// <param name="Activity">What is being done, such as <c>Packing etc/asterisk/sip.conf</c>.</param>
/// <param name="Done">Bytes done.</param>
/// <param name="Total">Bytes in all; 0 when that is not known.</param>
public readonly record struct OperationProgress(string Activity, long Done, long Total)
{
    /// <summary>From 0 to 100, or -1 when the whole is not known.</summary>
    public int Percent => Total <= 0 ? -1 : (int)Math.Clamp(Done * 100 / Total, 0, 100);
}

/// <summary>What a restore of a snapshot did.</summary>
/// <param name="Restored">The snapshot that is the live database now.</param>
/// <param name="KeptAs">The snapshot that holds the database that it replaced; null when there was none.</param>
public sealed record SnapshotRestore(string Restored, string? KeptAs)
{
    /// <summary>The set that Get-SarkChange tells it as; null when that could not be noted.</summary>
    public string? ChangeSet { get; init; }

    /// <summary>What is to be known of the restored database, one sentence each, such as rows that SARK's next reload would lose.</summary>
    public IReadOnlyList<string> Warnings { get; init; } = [];
}
