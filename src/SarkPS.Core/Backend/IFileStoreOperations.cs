namespace SarkPS;

/// <summary>
/// What all stores of files can do. Names are checked against the store's pattern first; one that does not fit is
/// <see cref="SarkErrorKind.NotFound"/>, or <see cref="SarkErrorKind.Validation"/> for an upload. A folder or file that
/// the account may not use is <see cref="SarkErrorKind.Denied"/>, a missing folder or a full disk
/// <see cref="SarkErrorKind.Unavailable"/>; in both cases nothing was changed.
/// </summary>
/// <typeparam name="TFile">What a file of the store is described by.</typeparam>
public interface IFileStoreOperations<TFile> where TFile : StoredFile
{
    /// <summary>The files of the store by name; others that lie in the folder are left out.</summary>
    Task<IReadOnlyList<TFile>> ListAsync(CancellationToken cancellationToken = default);

    /// <summary>Opens a file for reading from the start. The caller disposes the stream.</summary>
    Task<Stream> OpenAsync(string name, CancellationToken cancellationToken = default);

    /// <summary>
    /// Takes in a file. Its content is checked for being of the right kind, whole and not larger than
    /// <see cref="LimitOptions"/> allows; it appears under its name at once and complete, or not at all.
    /// </summary>
    /// <param name="name">The name that it gets.</param>
    /// <param name="content">Its content, read to the end.</param>
    /// <param name="force">Replace a file of the same name; else it is <see cref="SarkErrorKind.Conflict"/>.</param>
    /// <param name="cancellationToken">Ends it; nothing is left behind.</param>
    Task<TFile> ImportAsync(string name, Stream content, bool force = false, CancellationToken cancellationToken = default);

    /// <summary>Makes sure that there is a file of a name, without reading it.</summary>
    /// <exception cref="SarkNotFoundException">There is none.</exception>
    Task RequireAsync(string name, CancellationToken cancellationToken = default);

    /// <summary>Judges by the name alone whether a file could be taken in; its content is not looked at.</summary>
    /// <param name="name">The name that it would get.</param>
    /// <param name="force">Whether it would replace a file of the same name.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <exception cref="SarkValidationException">The name is not allowed.</exception>
    /// <exception cref="SarkConflictException">The name is taken.</exception>
    Task JudgeImportAsync(string name, bool force = false, CancellationToken cancellationToken = default);

    /// <summary>
    /// Judges whether a file could be deleted, and deletes nothing. Of a service it is known only whether the file is there,
    /// not whether something uses it.
    /// </summary>
    /// <param name="name">The file.</param>
    /// <param name="force">Whether it would be deleted even though something still uses it.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <exception cref="SarkNotFoundException">There is none.</exception>
    /// <exception cref="SarkConflictException">Something uses it.</exception>
    Task JudgeRemoveAsync(string name, bool force = false, CancellationToken cancellationToken = default);

    /// <summary>Deletes a file.</summary>
    /// <param name="name">The file.</param>
    /// <param name="force">Delete it even though something still uses it; else that is <see cref="SarkErrorKind.Conflict"/>.</param>
    /// <param name="cancellationToken">Ends it.</param>
    Task RemoveAsync(string name, bool force = false, CancellationToken cancellationToken = default);
}

/// <summary>Copies of the database.</summary>
public interface ISnapshotOperations : IFileStoreOperations<Snapshot>
{
    /// <summary>
    /// Takes a snapshot while others go on writing. It is checked for integrity, and its rows are counted against the
    /// source, before it appears.
    /// </summary>
    Task<Snapshot> CreateAsync(CancellationToken cancellationToken = default);

    /// <summary>
    /// Makes a snapshot the live database, in one transaction: whoever reads sees the old one or the new one, whatever
    /// happens. The snapshot is checked first and the replaced database kept as another snapshot.
    /// </summary>
    /// <param name="name">The snapshot.</param>
    /// <param name="note">Who does it, and why, for the history; null for this account.</param>
    /// <param name="cancellationToken">Ends it before the database is replaced.</param>
    /// <exception cref="SarkValidationException">The snapshot is damaged or no database of SARK.</exception>
    Task<SnapshotRestore> RestoreAsync(string name, ChangeNote? note = null, CancellationToken cancellationToken = default);
}

/// <summary>Archives of the whole machine.</summary>
public interface IBackupOperations : IFileStoreOperations<Backup>
{
    /// <summary>Takes a backup: database, sounds, voicemail, configuration of Asterisk and Shorewall, LDAP directory.</summary>
    Task<Backup> CreateAsync(IProgress<OperationProgress>? progress = null, CancellationToken cancellationToken = default);

    /// <summary>
    /// Restores chosen parts. All are unpacked and checked beside the live files first; then each is put in place, wholly
    /// or not at all. Parts not chosen are not touched.
    /// </summary>
    /// <param name="name">The archive.</param>
    /// <param name="parts">The parts.</param>
    /// <param name="dryRun">Change nothing, say what would change.</param>
    /// <param name="note">Who does it, and why, for the history; null for this account.</param>
    /// <param name="progress">Told how far it is.</param>
    /// <param name="cancellationToken">Ends it, as long as no part is being put in place.</param>
    /// <exception cref="SarkValidationException">The archive is damaged or dangerous. Nothing was changed.</exception>
    Task<BackupRestore> RestoreAsync(
        string name,
        BackupParts parts,
        bool dryRun = false,
        ChangeNote? note = null,
        IProgress<OperationProgress>? progress = null,
        CancellationToken cancellationToken = default);

    /// <summary>Reads every entry of an archive and checks its checksum, and the database's integrity.</summary>
    Task<BackupReport> TestAsync(string name, IProgress<OperationProgress>? progress = null, CancellationToken cancellationToken = default);
}

/// <summary>Greetings. One that an IVR, queue, ring group or inbound route plays is not removed without force.</summary>
public interface IGreetingOperations : IFileStoreOperations<Greeting>;
