using SarkPS.Ami;

namespace SarkPS;

/// <summary>
/// What can be asked of a running Asterisk. The typed questions are over this, each in the file of what it asks about; so
/// local and remote answers are read by the same code.
/// </summary>
public interface IAsteriskOperations
{
    /// <summary>Asks one of the documented questions.</summary>
    /// <param name="function">The question.</param>
    /// <param name="arguments">Its parameters.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>The response block, then the items of a list, without the fields that only frame the list. No more than the
    /// response: there is nothing to list.</returns>
    /// <exception cref="SarkNotFoundException">The one thing that was asked for does not exist.</exception>
    Task<IReadOnlyList<AmiMessage>> QueryAsync(
        AsteriskFunction function,
        IReadOnlyList<string> arguments,
        CancellationToken cancellationToken = default);

    /// <summary>The value of an entry of Asterisk's database, or null when there is no such entry.</summary>
    /// <param name="family">The family.</param>
    /// <param name="key">The key.</param>
    /// <param name="cancellationToken">Gives up.</param>
    Task<string?> GetDbAsync(string family, string key, CancellationToken cancellationToken = default);

    /// <summary>Sets an entry of Asterisk's database.</summary>
    /// <param name="family">The family.</param>
    /// <param name="key">The key.</param>
    /// <param name="value">The value; may be empty.</param>
    /// <param name="cancellationToken">Gives up.</param>
    Task PutDbAsync(string family, string key, string value, CancellationToken cancellationToken = default);

    /// <summary>Removes an entry of Asterisk's database.</summary>
    /// <param name="family">The family.</param>
    /// <param name="key">The key.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>False when there was none.</returns>
    Task<bool> DeleteDbAsync(string family, string key, CancellationToken cancellationToken = default);

    /// <summary>What the user of a telephone has set from it. Whether SARK knows the extension is not checked here locally.</summary>
    /// <param name="extension">The extension.</param>
    /// <param name="cancellationToken">Gives up.</param>
    Task<ExtensionRuntime> GetRuntimeAsync(string extension, CancellationToken cancellationToken = default);

    /// <summary>Changes what the user of a telephone has set from it.</summary>
    /// <param name="extension">The extension.</param>
    /// <param name="changes">What to set and what to clear.</param>
    /// <param name="cancellationToken">Gives up.</param>
    Task SetRuntimeAsync(string extension, ExtensionRuntimeChanges changes, CancellationToken cancellationToken = default);

    /// <summary>Makes a call.</summary>
    /// <param name="request">Between whom.</param>
    /// <param name="cancellationToken">Stops waiting; the call is made all the same.</param>
    /// <exception cref="SarkNotFoundException">The target does not exist in that context.</exception>
    Task<OriginateResult> OriginateAsync(OriginateRequest request, CancellationToken cancellationToken = default);

    /// <summary>Asks a channel to hang up; the rest of its call ends with it.</summary>
    /// <param name="channel">The channel's name.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>What Asterisk says about it.</returns>
    /// <exception cref="SarkNotFoundException">There is no such channel, any more perhaps.</exception>
    Task<string> HangupAsync(string channel, CancellationToken cancellationToken = default);

    /// <summary>Has Asterisk read its configuration again.</summary>
    /// <param name="cancellationToken">Gives up.</param>
    Task ReloadAsync(CancellationToken cancellationToken = default);

    /// <summary>What Asterisk reports by itself, until cancelled.</summary>
    /// <param name="names">Only events of these names; null or empty for all.</param>
    /// <param name="after">The id of the last event seen: what came since and is still kept comes first.</param>
    /// <param name="cancellationToken">Ends the stream.</param>
    IAsyncEnumerable<AmiEvent> WatchAsync(
        IReadOnlyCollection<string>? names = null,
        string? after = null,
        CancellationToken cancellationToken = default);
}
