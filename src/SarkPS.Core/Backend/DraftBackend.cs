namespace SarkPS;

/// <summary>An exchange whose rows are those of a draft. All else is the exchange itself.</summary>
/// <param name="exchange">The exchange. It stays its owner's.</param>
/// <param name="draft">The draft. It stays its owner's.</param>
internal sealed class DraftBackend(ISarkBackend exchange, IChangeDraft draft) : ISarkBackend
{
    /// <inheritdoc/>
    public string Location => exchange.Location;

    /// <inheritdoc/>
    public bool IsRemote => exchange.IsRemote;

    /// <inheritdoc/>
    public bool CreatedDatabase => exchange.CreatedDatabase;

    /// <inheritdoc/>
    public ExchangeCoverage Coverage => exchange.Coverage;

    /// <inheritdoc/>
    public bool Covers(ExchangePart part) => exchange.Covers(part);

    /// <inheritdoc/>
    public SarkVersion? Version => exchange.Version;

    /// <inheritdoc/>
    public Task VerifyAsync(CancellationToken cancellationToken = default) => exchange.VerifyAsync(cancellationToken);

    /// <inheritdoc/>
    public ITableOperations Tables => draft.Tables;

    /// <inheritdoc/>
    public IChanges Changes => draft.Changes;

    /// <inheritdoc/>
    public IAsteriskOperations Asterisk => exchange.Asterisk;

    /// <inheritdoc/>
    public ISnapshotOperations Snapshots => exchange.Snapshots;

    /// <inheritdoc/>
    public IBackupOperations Backups => exchange.Backups;

    /// <inheritdoc/>
    public IGreetingOperations Greetings => exchange.Greetings;

    /// <inheritdoc/>
    public IFirewallOperations Firewall => exchange.Firewall;

    /// <inheritdoc/>
    public ICallRecordOperations CallRecords => exchange.CallRecords;

    /// <inheritdoc/>
    public ISystemOperations System => exchange.System;

    /// <inheritdoc/>
    public IJobs Jobs => exchange.Jobs;

    /// <inheritdoc/>
    public IApiTokens Tokens => exchange.Tokens;

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
