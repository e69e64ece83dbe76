using Microsoft.Data.Sqlite;
using SarkPS.Ami;
using SarkPS.Data.Commands;
using SarkPS.Data.Files;
using SarkPS.Data.Journal;
using SarkPS.Data.Sqlite;

namespace SarkPS.Data;

/// <summary>
/// The telephone exchange of this machine. The module finds its static members by name, since this assembly lies in a load
/// context of its own.
/// </summary>
public sealed class LocalBackend : ISarkBackend
{
    private readonly SqliteDatabase database;
    private readonly LocalCoverage covered;
    private readonly RowFiles files;
    private readonly Action<string> tell;
    private readonly LocalAsterisk? asterisk;
    private readonly SnapshotStore snapshots;
    private readonly BackupStore backups;
    private readonly GreetingStore greetings;
    private readonly ShorewallFirewall firewall;
    private readonly CallRecordFile callRecords;
    private readonly SystemCommands system;

    /// <summary>Opens the exchange that the options describe.</summary>
    /// <param name="options">Where everything is.</param>
    /// <param name="warn">Is told, in a sentence, what did not work beside a change that was made. Null: <see cref="Notices"/>.</param>
    /// <exception cref="SarkException">An embedded database was needed and could not be made.</exception>
    public LocalBackend(SarkOptions options, Action<string>? warn = null)
        : this(options, DatabaseLocation.Find(options), warn)
    {
    }

    private LocalBackend(SarkOptions options, (string Path, bool IsNew, bool IsNamed) found, Action<string>? warn)
    {
        Options = options;
        CreatedDatabase = found.IsNew;
        database = new SqliteDatabase(found.Path)
        {
            ReadCacheBytes = options.ReadCacheBytes,
            Ledger = new ChangeLedger(
                new JournalFile(
                    DatabaseLocation.Companion(options, found.Path, p => p.Journal, ".journal.db"),
                    TimeProvider.System),
                options.Journal == JournalUse.Optional,
                TimeProvider.System,
                new JournalRetention(TimeSpan.FromDays(options.JournalDays), options.JournalBytes)),
        };
        covered = new LocalCoverage(options, database.Path, found.IsNamed);
        files = new RowFiles(
            options.Rooted(options.Paths.Asterisk),
            covered.HasConfiguration ? null
                : $"{covered.Reason} Say whose files are meant with -Root FOLDER (Sark:Root) for a tree of files, or with -Root / for "
                    + "this machine's.",
            isTree: covered.Kind == ExchangeCoverage.Tree);
        Store = new SqliteStore(database, options.Forms, () => ExchangeClock.Zone(options)) { Files = files };
        // Made only where it is covered: it reads this machine's secret.
        asterisk = Covers(ExchangePart.Asterisk) ? new LocalAsterisk(options) : null;
        tell = warn ?? (sentence => Notices.Tell(sentence, once: true));
        var flag = new CommitFlag(options, tell);
        system = new SystemCommands(options, database.Path, new CommitJournal(database), flag, asterisk);
        snapshots = new SnapshotStore(options, database.Path, new Restoring(database));
        backups = new BackupStore(options, database.Path, snapshots, system);
        snapshots.BeforeReplacing = () => backups.RecoverOthers(tell, BackupParts.None);
        snapshots.AfterReplacing = flag.Set;
        greetings = new GreetingStore(options, database);
        firewall = new ShorewallFirewall(options);
        callRecords = new CallRecordFile(options);
        Tokens = ApiTokenFile.Of(options, () => found.Path);
        if (Covers(ExchangePart.System))
        {
            // SARK's own pages show that a commit is due, when one of the tables that changed is about calls.
            database.Written = tables =>
            {
                if (tables.Any(CommitTables.Counts))
                {
                    flag.Set();
                }
            };
        }
    }

    /// <summary>Opens the exchange that the options describe.</summary>
    /// <exception cref="SarkException">An embedded database was needed and could not be made.</exception>
    public static ISarkBackend Open(SarkOptions options) => new LocalBackend(options);

    /// <summary>Reads CSV; see <see cref="ICsvRecords"/>.</summary>
    /// <param name="text">The text. It is closed with what is returned.</param>
    /// <param name="delimiter">What stands between two fields.</param>
    /// <param name="line">The line that the text begins in.</param>
    public static ICsvRecords ReadCsv(TextReader text, char delimiter, int line) => new CsvRecords(text, delimiter, line);

    /// <summary>Closes idle connections to all databases, so that their files can be moved or deleted. Connections in use go on.</summary>
    public static void Release() => SqliteConnection.ClearAllPools();

    /// <summary>Where everything is.</summary>
    public SarkOptions Options { get; }

    /// <inheritdoc/>
    public string Location => database.Path;

    /// <inheritdoc/>
    public bool IsRemote => false;

    /// <inheritdoc/>
    public bool CreatedDatabase { get; }

    /// <inheritdoc/>
    public ExchangeCoverage Coverage => covered.Kind;

    /// <summary>Why <see cref="Coverage"/> is no more than the database; null where it is more.</summary>
    public string? CoverageReason => covered.Kind == ExchangeCoverage.Database ? covered.Reason : null;

    /// <inheritdoc/>
    public ITableOperations Tables => Store;

    /// <inheritdoc/>
    public IChanges Changes => Store.Changes;

    /// <summary>The same, with the answers that a service gives.</summary>
    public IAnsweredChanges AnsweredChanges => Store.Changes;

    /// <inheritdoc/>
    public ISnapshotOperations Snapshots => Covered(ExchangePart.Snapshots, snapshots);

    /// <inheritdoc/>
    public IBackupOperations Backups => Covered(ExchangePart.Backups, backups);

    /// <inheritdoc/>
    public IGreetingOperations Greetings => Covered(ExchangePart.Greetings, greetings);

    /// <inheritdoc/>
    public IFirewallOperations Firewall => Covered(ExchangePart.Firewall, firewall);

    /// <inheritdoc/>
    public ICallRecordOperations CallRecords => Covered(ExchangePart.CallRecords, callRecords);

    /// <inheritdoc/>
    public ISystemOperations System => Covered(ExchangePart.System, system);

    /// <summary>The long work of this process.</summary>
    public JobList Jobs { get; } = new();

    /// <inheritdoc/>
    IJobs ISarkBackend.Jobs => Jobs;

    /// <summary>The tokens of its service.</summary>
    public ApiTokenFile Tokens { get; }

    /// <inheritdoc/>
    IApiTokens ISarkBackend.Tokens => Tokens;

    /// <summary>The tables, with the answers that sark6api gives.</summary>
    public SqliteStore Store { get; }

    /// <summary>Asterisk, connected to when it is first asked something.</summary>
    /// <exception cref="SarkException">The connection does not cover one.</exception>
    public LocalAsterisk Asterisk => Covered(ExchangePart.Asterisk, asterisk)!;

    /// <inheritdoc/>
    IAsteriskOperations ISarkBackend.Asterisk => Asterisk;

    /// <summary>The database file.</summary>
    public SqliteDatabase Database => database;

    /// <inheritdoc/>
    public bool Covers(ExchangePart part) => covered.Parts.Contains(part);

    /// <inheritdoc/>
    public Task VerifyAsync(CancellationToken cancellationToken = default) => Task.Run(
        async () =>
        {
            DatabaseIdentity.Require(database.Path);
            await RepairFilesAsync(sentence => Notices.Tell(sentence), cancellationToken).ConfigureAwait(false);
        },
        cancellationToken);

    /// <inheritdoc/>
    public SarkVersion? Version
    {
        get
        {
            try
            {
                return database.Read(session => session.Version);
            }
            catch (SarkException)
            {
                // It cannot be read now; what needs it says why.
                return null;
            }
        }
    }

    /// <summary>
    /// Compares the files of Asterisk's configuration that belong to rows with the rows: finishes what a killed process has
    /// not, and writes what is missing. Done when a connection is made and before the first change; a service calls it when
    /// it starts.
    /// </summary>
    /// <param name="tell">Gets a sentence for each that could not be put right.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <exception cref="SarkException">The database cannot be read.</exception>
    public Task RepairFilesAsync(Action<string> tell, CancellationToken cancellationToken = default) =>
        files.RepairAsync(database, tell, isAgain: true, cancellationToken);

    /// <summary>
    /// Undoes what a restore left half done when its process was killed. Restores do it for themselves; a service calls it
    /// when it starts.
    /// </summary>
    /// <exception cref="SarkException">The account may not.</exception>
    public void Recover()
    {
        if (!Covers(ExchangePart.Backups))
        {
            return;
        }

        try
        {
            backups.Recover(tell);
        }
        catch (Exception e) when (FileErrors.Map(FileStores.Backups.Noun, "restore", "undo an interrupted restore", e) is { } failure)
        {
            throw failure;
        }
    }

    /// <summary>
    /// Judges the content of a file as a store does that takes it in, and keeps nothing: it is put into a store in a folder of
    /// its own, which only the account can read and which is gone afterwards.
    /// </summary>
    /// <param name="noun">What the store holds, as in a cmdlet's name.</param>
    /// <param name="name">The name that the file would get.</param>
    /// <param name="content">Its content, read to the end.</param>
    /// <param name="limits">The largest that is allowed; null where another exchange has limits of its own.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <returns>What would be warned of.</returns>
    /// <exception cref="SarkException">It would be refused.</exception>
    public static async Task<IReadOnlyList<string>> JudgeContentAsync(
        string noun,
        string name,
        Stream content,
        LimitOptions? limits,
        CancellationToken cancellationToken)
    {
        var folder = Directory.CreateTempSubdirectory("sarkps-judge-");
        try
        {
            var options = new SarkOptions { Root = folder.FullName };
            options.Limits = limits ?? new LimitOptions
            {
                Snapshot = long.MaxValue,
                Backup = long.MaxValue,
                Greeting = long.MaxValue,
                BackupContent = long
                    .MaxValue,
                BackupEntries = int.MaxValue,
            };
            await using var backend = new LocalBackend(
                options,
                (options.Rooted(options.Paths.Database), IsNew: false, IsNamed: false),
                warn: null);
            return noun switch
            {
                _ when noun == FileStores.Snapshots.Noun => await Take(FileStores.Snapshots, backend.snapshots).ConfigureAwait(false),
                _ when noun == FileStores.Backups.Noun => await Take(FileStores.Backups, backend.backups).ConfigureAwait(false),
                _ when noun == FileStores.Greetings.Noun => await Take(FileStores.Greetings, backend.greetings).ConfigureAwait(false),
                _ => throw new ArgumentOutOfRangeException(nameof(noun), noun, "There is no store of these."),
            };

            async Task<IReadOnlyList<string>> Take<TFile>(
                FileStoreKind<TFile> kind,
                IFileStoreOperations<TFile> store) where TFile : StoredFile
            {
                Directory.CreateDirectory(options.Rooted(kind.Folder(options.Paths)));
                var taken = await store.ImportAsync(name, content, force: false, cancellationToken).ConfigureAwait(false);
                return (taken as Backup)?.Warnings ?? [];
            }
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (asterisk is not null)
        {
            await asterisk.DisposeAsync().ConfigureAwait(false);
        }

        Tokens.Dispose();
        database.Dispose();
    }

    private T Covered<T>(ExchangePart part, T operation)
    {
        covered.Require(part);
        return operation;
    }
}
