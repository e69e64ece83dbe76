using SarkPS.Ami;
using SarkPS.Data.Files;
using SarkPS.Data.Sqlite;

namespace SarkPS.Data;

/// <summary>The telephone exchange of this machine.</summary>
public sealed class LocalBackend : ISarkBackend
{
    private readonly SqliteDatabase database;
    private readonly LocalCoverage covered;
    private readonly LocalOperations operations;
    private readonly LocalAsterisk? asterisk;

    /// <summary>Opens the exchange that the options describe.</summary>
    /// <param name="options">Where everything is.</param>
    /// <param name="warn">Is told, in a sentence, what did not work beside a change that was made. Null: <see cref="Notices"/>.</param>
    /// <exception cref="SarkException">An embedded database was needed and could not be made.</exception>
    public LocalBackend(SarkOptions options, Action<string>? warn = null)
    {
        Options = options;
        var found = DatabaseLocation.Find(options);
        CreatedDatabase = found.IsNew;
        database = new SqliteDatabase(found.Path) { ReadCacheBytes = options.ReadCacheBytes };
        covered = new LocalCoverage(options, database.Path, found.IsNamed);
        Store = new SqliteStore(database);
        // Made only where it is covered: it reads this machine's secret.
        asterisk = Covers(ExchangePart.Asterisk) ? new LocalAsterisk(options) : null;
        operations = new LocalOperations(options, database.Path, asterisk, warn);
        if (Covers(ExchangePart.System))
        {
            database.Written = operations.NoteChange;
        }
    }

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
    public ISnapshotOperations Snapshots => Covered(ExchangePart.Snapshots, operations.Snapshots);

    /// <inheritdoc/>
    public IBackupOperations Backups => Covered(ExchangePart.Backups, operations.Backups);

    /// <inheritdoc/>
    public IGreetingOperations Greetings => Covered(ExchangePart.Greetings, operations.Greetings);

    /// <inheritdoc/>
    public IFirewallOperations Firewall => Covered(ExchangePart.Firewall, operations.Firewall);

    /// <inheritdoc/>
    public ICallRecordOperations CallRecords => Covered(ExchangePart.CallRecords, operations.CallRecords);

    /// <inheritdoc/>
    public ISystemOperations System => Covered(ExchangePart.System, operations.System);

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
    public Task VerifyAsync(CancellationToken cancellationToken = default) => Task.Run(() => DatabaseIdentity.Require(database.Path), cancellationToken);

    /// <summary>Undoes what a restore left half done when its process was killed. Restores do it for themselves; a service calls it when it starts.</summary>
    /// <exception cref="SarkException">The account may not.</exception>
    public void Recover()
    {
        if (Covers(ExchangePart.Backups))
        {
            operations.Recover();
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (asterisk is not null)
        {
            await asterisk.DisposeAsync().ConfigureAwait(false);
        }

        database.Dispose();
    }

    private T Covered<T>(ExchangePart part, T operation)
    {
        covered.Require(part);
        return operation;
    }
}
