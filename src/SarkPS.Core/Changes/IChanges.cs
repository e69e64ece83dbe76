using SarkPS.Descriptors;

namespace SarkPS;

/// <summary>
/// The one way in for every change of rows: sets of steps that are planned, made all together or not at all, remembered and
/// undone. Local and remote alike.
/// </summary>
public interface IChanges
{
    /// <summary>
    /// Says what would become of a set: it is made in full and rolled back, so that the plan can promise nothing that would be
    /// refused.
    /// </summary>
    /// <param name="set">The set.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <exception cref="SarkException">It could not be judged at all, as with a database that is locked.</exception>
    Task<ChangeResult> PlanAsync(ChangeSet set, CancellationToken cancellationToken);

    /// <summary>Makes a set.</summary>
    /// <param name="set">The set.</param>
    /// <param name="cancellationToken">Stops it between two steps; nothing was changed then.</param>
    /// <returns>What became of each step. Where a step of an atomic set was refused, nothing was changed.</returns>
    /// <exception cref="SarkException">It could not be tried at all, as with a database that is locked.</exception>
    Task<ChangeResult> ApplyAsync(ChangeSet set, CancellationToken cancellationToken);

    /// <summary>Begins a draft: changes that are tried on a copy, and made as one set at its end.</summary>
    /// <param name="cancellationToken">Stops it.</param>
    /// <exception cref="SarkException">The database could not be copied, or there are as many drafts as a service allows.</exception>
    Task<IChangeDraft> BeginDraftAsync(CancellationToken cancellationToken);

    /// <summary>Turns a set round: rows that it made are removed, columns that it changed get their values back.</summary>
    /// <param name="changeSet">The id of the set.</param>
    /// <param name="isRehearsal">Whether it is only said what would become of it.</param>
    /// <param name="origin">Who does it.</param>
    /// <param name="reason">Why.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <exception cref="SarkNotFoundException">There is no such set.</exception>
    /// <exception cref="SarkConflictException">Something has been changed since; the message names it, and nothing was touched.</exception>
    Task<UndoResult> UndoAsync(
        string changeSet,
        bool isRehearsal,
        ChangeOrigin origin,
        string? reason,
        CancellationToken cancellationToken);

    /// <summary>The entity tag of a row as it is, which a step can demand; null where there is no such row.</summary>
    Task<string?> TagAsync(ResourceDescriptor resource, RowKey key, CancellationToken cancellationToken);

    /// <summary>Changes that were made, by whomever.</summary>
    Task<ChangePage> HistoryAsync(ChangeQuery query, CancellationToken cancellationToken);

    /// <summary>Changes as they are made, from a sequence number on. Nothing is missed, and it ends only when it is stopped.</summary>
    /// <param name="after">The sequence number of the last change that is known; null to begin with the next.</param>
    /// <param name="cancellationToken">Ends it.</param>
    IAsyncEnumerable<ChangeEntry> WatchAsync(long? after, CancellationToken cancellationToken);
}

/// <summary>What was undone.</summary>
/// <param name="ChangeSet">The id of the set that the undoing is; null for a rehearsal.</param>
/// <param name="Undone">The id of the set that was undone.</param>
/// <param name="Changes">What became of the rows.</param>
public sealed record UndoResult(string? ChangeSet, string Undone, IReadOnlyList<ChangeEntry> Changes);
