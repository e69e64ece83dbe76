using SarkPS.Data.Sqlite;
using SarkPS.Descriptors;

namespace SarkPS.Data;

/// <summary>What a write answers.</summary>
/// <param name="Answer">What sark6api would answer: on create the defaults and what was sent, on update the old row with
/// what was sent.</param>
/// <param name="Key">The row that was written.</param>
/// <param name="Stored">The row as it is stored now; null where it was removed.</param>
/// <param name="Notices">What is to be known of it, as sentences.</param>
public sealed record WriteResult(
    IEnumerable<KeyValuePair<string, object?>> Answer,
    RowKey Key,
    SarkRow? Stored,
    IReadOnlyList<string> Notices)
{
    /// <summary>The row as it is stored now with its hidden columns; null where it was removed.</summary>
    internal SarkRow? Whole { get; init; }

    /// <summary>The entity tag of the row as it is stored now; null where it was removed.</summary>
    public string? Tag => Whole is null ? null : RowTag.Of(Whole);

    /// <summary>What names a row that was removed and now points nowhere.</summary>
    public IReadOnlyList<string> Orphans { get; init; } = [];
}

/// <summary>What became of a set, with what sark6api would answer to each of its steps.</summary>
/// <param name="Result">What became of it.</param>
/// <param name="Rows">What each step wrote; null for one that was refused.</param>
public sealed record SetOutcome(ChangeResult Result, IReadOnlyList<WriteResult?> Rows);

/// <summary>A request that may be sent again because its answer was lost: it is answered again then, and not done twice.</summary>
/// <param name="Caller">Who sends it; each caller has keys of his own.</param>
/// <param name="Key">What tells it from others of the caller.</param>
/// <param name="Fingerprint">Tells whether it is the same request.</param>
public sealed record Repeatable(string Caller, string Key, byte[] Fingerprint);

/// <summary>A request was done before; nothing was done now.</summary>
/// <param name="answer">The answer that it got.</param>
public sealed class AnsweredBeforeException(byte[] answer) : Exception("The request was done before, and is answered again.")
{
    /// <summary>The answer that it got.</summary>
    public byte[] Answer { get; } = answer;
}

/// <summary>Rows of any resource as a service passes them on: as bytes, and with the answers that sark6api gives.</summary>
public interface IJsonTables
{
    /// <summary>Rows of a resource as a JSON array in UTF-8, to be disposed by the caller.</summary>
    /// <param name="resource">The resource.</param>
    /// <param name="query">Which, in which order, what of them, and how many; null for all in their usual order.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <exception cref="SarkValidationException">It names a column that is none, or the cursor of another list.</exception>
    ValueTask<JsonRows> ListJsonAsync(ResourceDescriptor resource, ListQuery? query, CancellationToken cancellationToken);

    /// <summary>The columns that the table of a resource has, without regard to case; those too that no descriptor knows.</summary>
    Task<IReadOnlySet<string>> ColumnsAsync(ResourceDescriptor resource, CancellationToken cancellationToken);

    /// <summary>One row as a JSON object in UTF-8, or null where there is none.</summary>
    ValueTask<JsonRows?> GetJsonAsync(ResourceDescriptor resource, RowKey key, CancellationToken cancellationToken);
}

/// <summary>Change sets as a service makes them: with the answers that sark6api gives, and kept for who sends a request again.</summary>
public interface IAnsweredChanges
{
    /// <summary>Makes a set, or rehearses it.</summary>
    /// <param name="set">The set.</param>
    /// <param name="isRehearsal">Whether it is taken back.</param>
    /// <param name="repeatable">The request that it is of; null for one that is not sent again.</param>
    /// <param name="answer">What is answered, kept together with the change and answered again.</param>
    /// <param name="cancellationToken">Stops it between two steps.</param>
    /// <exception cref="AnsweredBeforeException">The request was done before.</exception>
    /// <exception cref="SarkException">It could not be tried at all, or the key is that of another request.</exception>
    Task<SetOutcome> RunAsync(
        ChangeSet set,
        bool isRehearsal,
        Repeatable? repeatable,
        Func<SetOutcome, byte[]>? answer,
        CancellationToken cancellationToken);

    /// <summary>Turns a set round.</summary>
    /// <inheritdoc cref="IChanges.UndoAsync"/>
    Task<UndoResult> UndoAsync(
        string changeSet,
        bool isRehearsal,
        ChangeOrigin origin,
        string? reason,
        Repeatable? repeatable,
        Func<UndoResult, byte[]>? answer,
        CancellationToken cancellationToken);

    /// <summary>Begins a draft.</summary>
    /// <inheritdoc cref="IChanges.BeginDraftAsync"/>
    Task<IAnsweredDraft> BeginDraftAsync(CancellationToken cancellationToken);

    /// <summary>The answer to a request that was done before.</summary>
    /// <returns>Null where it was not.</returns>
    /// <exception cref="SarkException">The key is that of another request.</exception>
    Task<byte[]?> FindAnswerAsync(Repeatable repeatable, CancellationToken cancellationToken);

    /// <summary>Keeps the answer to a request that changes no rows, once it is done.</summary>
    Task KeepAnswerAsync(Repeatable repeatable, byte[] answer);
}

/// <summary>A draft as a service keeps it: with rows as bytes and the answers that sark6api gives.</summary>
public interface IAnsweredDraft : IChangeDraft
{
    /// <summary>How many steps were made in it.</summary>
    int Count { get; }

    /// <summary>The rows of the draft.</summary>
    IJsonTables Json { get; }

    /// <summary>Changes in the draft.</summary>
    IAnsweredChanges Answered { get; }

    /// <summary>Makes all that was done in the draft, as one change set.</summary>
    /// <param name="isRehearsal">Whether it is only said what would become of it.</param>
    /// <param name="origin">Who does it.</param>
    /// <param name="reason">Why; null for the reasons that were given in the draft.</param>
    /// <param name="repeatable">The request that it is of; null for one that is not sent again.</param>
    /// <param name="answer">What is answered, kept together with the change and answered again.</param>
    /// <param name="cancellationToken">Stops it between two steps.</param>
    /// <exception cref="AnsweredBeforeException">The request was done before.</exception>
    /// <exception cref="SarkException">A row is not as it was when the draft began, or it could not be tried at all.</exception>
    Task<SetOutcome> ApplyAsync(
        bool isRehearsal,
        ChangeOrigin origin,
        string? reason,
        Repeatable? repeatable,
        Func<SetOutcome, byte[]>? answer,
        CancellationToken cancellationToken);
}
