using SarkPS.Ami;
using SarkPS.Data.Files;
using SarkPS.Data.Sqlite;

namespace SarkPS.Data;

/// <summary>The telephone exchange of this machine.</summary>
public sealed class LocalBackend : ISarkBackend
{
    private readonly SqliteDatabase database;

    /// <summary>Opens the exchange that the options describe.</summary>
    /// <exception cref="SarkException">An embedded database was needed and could not be made.</exception>
    public LocalBackend(SarkOptions options)
    {
        Options = options;
        var found = DatabaseLocation.Find(options);
        CreatedDatabase = found.IsNew;
        database = new SqliteDatabase(found.Path) { ReadCacheBytes = options.ReadCacheBytes };
        Store = new SqliteStore(database);
        Asterisk = new LocalAsterisk(options);
        Operations = new LocalOperations(options, database.Path, Asterisk);
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
    public ITableOperations Tables => Store;

    /// <summary>Everything on this machine that is no table.</summary>
    public LocalOperations Operations { get; }

    /// <inheritdoc/>
    public ISnapshotOperations Snapshots => Operations.Snapshots;

    /// <inheritdoc/>
    public IBackupOperations Backups => Operations.Backups;

    /// <inheritdoc/>
    public IGreetingOperations Greetings => Operations.Greetings;

    /// <inheritdoc/>
    public IFirewallOperations Firewall => Operations.Firewall;

    /// <inheritdoc/>
    public ICallRecordOperations CallRecords => Operations.CallRecords;

    /// <inheritdoc/>
    public ISystemOperations System => Operations.System;

    /// <summary>The tables, with the answers that sark6api gives.</summary>
    public SqliteStore Store { get; }

    /// <summary>Asterisk, connected to when it is first asked something.</summary>
    public LocalAsterisk Asterisk { get; }

    /// <inheritdoc/>
    IAsteriskOperations ISarkBackend.Asterisk => Asterisk;

    /// <summary>The database file.</summary>
    public SqliteDatabase Database => database;

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await Asterisk.DisposeAsync().ConfigureAwait(false);
        database.Dispose();
    }
}
