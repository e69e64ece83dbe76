using SarkPS.Descriptors;

namespace SarkPS;

/// <summary>
/// Changes that are tried on a copy of the exchange's database, one after the other, each seeing those before it. Nothing of it
/// reaches the exchange until it is applied; then it is one change set. Disposed of before, it has never been.
/// </summary>
public interface IChangeDraft : IAsyncDisposable
{
    /// <summary>Everything that is kept in tables, as it is in the draft.</summary>
    ITableOperations Tables { get; }

    /// <summary>Changes of those: what is planned and applied is so in the draft. The history is that of the exchange.</summary>
    IChanges Changes { get; }

    /// <summary>Makes all that was done in the draft, as one change set.</summary>
    /// <param name="isRehearsal">Whether it is only said what would become of it.</param>
    /// <param name="origin">Who does it.</param>
    /// <param name="reason">Why; null for the reasons that were given in the draft.</param>
    /// <param name="cancellationToken">Stops it between two steps; nothing was changed then.</param>
    /// <returns>What became of each step. Where one was refused, nothing was changed.</returns>
    /// <exception cref="SarkException">
    /// A row that the draft changed, removed or made is not as it was when the draft began (<see cref="SarkErrorKind.Stale"/>), or
    /// it could not be tried at all. Nothing was changed.
    /// </exception>
    Task<ChangeResult> ApplyAsync(bool isRehearsal, ChangeOrigin origin, string? reason, CancellationToken cancellationToken);
}

/// <summary>Changes as they are made while a draft is open.</summary>
/// <param name="draft">Those of the draft.</param>
/// <param name="exchange">Those of the exchange, whose history is told.</param>
internal sealed class DraftChanges(IChanges draft, IChanges exchange) : IChanges
{
    /// <inheritdoc/>
    public Task<ChangeResult> PlanAsync(ChangeSet set, CancellationToken cancellationToken) => draft.PlanAsync(set, cancellationToken);

    /// <inheritdoc/>
    public Task<ChangeResult> ApplyAsync(ChangeSet set, CancellationToken cancellationToken) => draft.ApplyAsync(set, cancellationToken);

    /// <inheritdoc/>
    public Task<UndoResult> UndoAsync(
        string changeSet,
        bool isRehearsal,
        ChangeOrigin origin,
        string? reason,
        CancellationToken cancellationToken) => isRehearsal
            ? exchange.UndoAsync(changeSet, isRehearsal, origin, reason, cancellationToken)
            : throw new SarkException(
                SarkErrorKind.BadRequest,
                "Change",
                changeSet,
                $"The change set '{SarkText.Printable(changeSet)}' cannot be undone within another set that is not made yet; undo it before "
                    + "or after. Nothing was changed.");

    /// <inheritdoc/>
    public Task<IChangeDraft> BeginDraftAsync(CancellationToken cancellationToken) => throw new SarkException(
        SarkErrorKind.BadRequest,
        "ChangeSet",
        null,
        "A draft cannot be begun within another.");

    /// <inheritdoc/>
    public Task<string?> TagAsync(ResourceDescriptor resource, RowKey key, CancellationToken cancellationToken) =>
        draft.TagAsync(resource, key, cancellationToken);

    /// <inheritdoc/>
    public Task<ChangePage> HistoryAsync(ChangeQuery query, CancellationToken cancellationToken) =>
        exchange.HistoryAsync(query, cancellationToken);

    /// <inheritdoc/>
    public IAsyncEnumerable<ChangeEntry> WatchAsync(long? after, CancellationToken cancellationToken) =>
        exchange.WatchAsync(after, cancellationToken);
}
