namespace SarkPS.Ami;

/// <summary>The ways to read an answer, the same for a local and a remote Asterisk.</summary>
internal static class AsteriskQueries
{
    /// <summary>
    /// Asks two modules that do the same. One that is not loaded is not missed as long as the other is there. One that the
    /// manager user may not ask is an error only if the other is missing as well, since SARK machines use one of them.
    /// </summary>
    public static async Task<IReadOnlyList<T>> EitherAsync<T>(params Func<Task<IReadOnlyList<T>>>[] questions)
    {
        var found = new List<T>();
        SarkException? missing = null;
        var answered = false;
        foreach (var ask in questions)
        {
            try
            {
                found.AddRange(await ask().ConfigureAwait(false));
                answered = true;
            }
            catch (SarkException e) when (e.Kind is SarkErrorKind.Unsupported or SarkErrorKind.Denied)
            {
                missing = missing is { Kind: SarkErrorKind.Denied } ? missing : e;
            }
        }

        return answered ? found : throw missing!;
    }

    public static async Task<IReadOnlyList<AmiMessage>> ListAsync(
        this IAsteriskOperations asterisk,
        AsteriskFunction function,
        CancellationToken cancellationToken,
        params string[] arguments) =>
        (await asterisk.QueryAsync(function, arguments, cancellationToken).ConfigureAwait(false)).Skip(1).ToArray();

    public static async Task<IReadOnlyList<T>> ListAsync<T>(
        this IAsteriskOperations asterisk,
        AsteriskFunction function,
        Func<AmiMessage, T> read,
        CancellationToken cancellationToken,
        params string[] arguments) =>
        (await asterisk.ListAsync(function, cancellationToken, arguments).ConfigureAwait(false)).Select(read).ToArray();

    public static async Task<AmiMessage> OneAsync(
        this IAsteriskOperations asterisk,
        AsteriskFunction function,
        CancellationToken cancellationToken,
        params string[] arguments) =>
        (await asterisk.QueryAsync(function, arguments, cancellationToken).ConfigureAwait(false))[0];
}
