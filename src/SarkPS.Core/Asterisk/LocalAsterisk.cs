using System.Runtime.CompilerServices;

namespace SarkPS.Ami;

/// <summary>Asterisk through its Manager Interface. Nothing is opened before it is first asked something.</summary>
public sealed class LocalAsterisk : IAsteriskOperations, IAsyncDisposable
{
    // Fields that frame a list on the wire and mean nothing outside it.
    private static readonly string[] Framing = ["ActionID", "EventList", "ListItems"];

    private readonly AmiOptions options;
    private readonly AmiClient client;

    /// <summary>Makes it for an exchange. Without a secret in the options, the one in Asterisk's own configuration is taken.</summary>
    /// <param name="options">Where Asterisk is, and its configuration.</param>
    /// <param name="trace">Gets every block that is sent or received, secrets masked; null for none.</param>
    public LocalAsterisk(SarkOptions options, Action<AmiTraceEntry>? trace = null)
    {
        ArgumentNullException.ThrowIfNull(options);
        this.options = options.Ami;
        this.options.Secret ??= ManagerConf.FindSecret(options.Rooted(options.Paths.Asterisk), options.Ami.User);
        client = new AmiClient(options.Ami, trace);
    }

    /// <summary>Whether there is a secret to log in with.</summary>
    public bool CanLogIn => options.Secret is not null;

    /// <summary>The connection itself, for who needs more than the documented questions.</summary>
    public AmiClient Client => client;

    /// <inheritdoc/>
    public async Task<IReadOnlyList<AmiMessage>> QueryAsync(
        AsteriskFunction function,
        IReadOnlyList<string> arguments,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(function);
        AmiReply reply;
        try
        {
            reply = await client.SendAsync(function.Action(arguments), cancellationToken).ConfigureAwait(false);
        }
        catch (AmiActionException e) when (function.Empty.Contains(e.Response.Message, StringComparer.Ordinal))
        {
            return [e.Response.Without(Framing)];
        }
        catch (AmiActionException e) when (function.Missing is { } missing && missing.Says(e.Response.Message ?? ""))
        {
            throw new SarkNotFoundException(missing.Noun, arguments[0]);
        }

        return [reply.Response.Without(Framing),
            .. reply.Items.Where(i => function.WithheldItem is null || i.Event != function.WithheldItem)
            .Select(i => i.Without(Framing))];
    }

    /// <inheritdoc/>
    public Task<string?> GetDbAsync(string family, string key, CancellationToken cancellationToken = default) =>
        DbEntries.GetAsync(client, family, key, cancellationToken);

    /// <inheritdoc/>
    public Task PutDbAsync(string family, string key, string value, CancellationToken cancellationToken = default) =>
        DbEntries.PutAsync(client, family, key, value, cancellationToken);

    /// <inheritdoc/>
    public Task<bool> DeleteDbAsync(string family, string key, CancellationToken cancellationToken = default) =>
        DbEntries.DeleteAsync(client, family, key, cancellationToken);

    /// <inheritdoc/>
    public Task<ExtensionRuntime> GetRuntimeAsync(string extension, CancellationToken cancellationToken = default) =>
        ExtensionRuntimes.GetAsync(client, extension, cancellationToken);

    /// <inheritdoc/>
    public Task SetRuntimeAsync(string extension, ExtensionRuntimeChanges changes, CancellationToken cancellationToken = default) =>
        ExtensionRuntimes.SetAsync(client, extension, changes, cancellationToken);

    /// <inheritdoc/>
    public Task<OriginateResult> OriginateAsync(OriginateRequest request, CancellationToken cancellationToken = default) =>
        Calls.OriginateAsync(client, options, request, cancellationToken);

    /// <inheritdoc/>
    public Task<string> HangupAsync(string channel, CancellationToken cancellationToken = default) =>
        Calls.HangupAsync(client, channel, cancellationToken);

    /// <inheritdoc/>
    public async Task ReloadAsync(CancellationToken cancellationToken = default) =>
        await client.SendAsync(new AmiAction("Reload"), cancellationToken).ConfigureAwait(false);

    /// <inheritdoc/>
    public async IAsyncEnumerable<AmiEvent> WatchAsync(
        IReadOnlyCollection<string>? names = null,
        string? after = null,
        [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        // The watch comes before the connection, so that nothing falls between the two.
        var events = client.Events.Watch(names, after, cancellationToken);
        await client.ConnectAsync(cancellationToken).ConfigureAwait(false);

        // An Asterisk that restarts is connected to again; what it reported meanwhile nobody has.
        using var end = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var keeping = client.RunAsync(end.Token);
        try
        {
            await foreach (var one in events.ConfigureAwait(false))
            {
                yield return one;
            }
        }
        finally
        {
            await end.CancelAsync().ConfigureAwait(false);
            await keeping.ConfigureAwait(false);
        }
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => client.DisposeAsync();
}
