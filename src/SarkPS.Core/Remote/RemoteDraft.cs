namespace SarkPS.Remote;

/// <summary>A draft that a service keeps.</summary>
internal sealed class RemoteDraft : IChangeDraft
{
    // A service that does not answer now forgets the draft by itself.
    private static readonly TimeSpan Goodbye = TimeSpan.FromSeconds(5);

    private readonly SarkHttpClient client;
    private readonly string path;
    private readonly RemoteChanges exchange;
    private bool isApplied;

    /// <summary>A draft that was begun.</summary>
    /// <param name="client">The connection to the service.</param>
    /// <param name="id">What the service calls it.</param>
    /// <param name="exchange">Changes of the exchange itself.</param>
    /// <param name="rehearses">What the service has said of rehearsals; null where it was not asked.</param>
    public RemoteDraft(SarkHttpClient client, string id, RemoteChanges exchange, bool? rehearses)
    {
        this.client = client;
        this.exchange = exchange;
        path = $"{WireHeaders.Drafts}/{SarkHttpClient.Escape(id, "Draft")}";
        var within = client.Within(id);
        Tables = new RemoteTables(within, rehearses);
        Changes = new DraftChanges(new RemoteChanges(within, rehearses), exchange);
    }

    /// <inheritdoc/>
    public ITableOperations Tables { get; }

    /// <inheritdoc/>
    public IChanges Changes { get; }

    /// <inheritdoc/>
    public async Task<ChangeResult> ApplyAsync(
        bool isRehearsal,
        ChangeOrigin origin,
        string? reason,
        CancellationToken cancellationToken)
    {
        var headers = new List<KeyValuePair<string, string>>();
        if (isRehearsal)
        {
            headers.Add(new(WireHeaders.Prefer, WireHeaders.DryRun));
        }

        if (reason is not null)
        {
            headers.Add(new(WireHeaders.ChangeReason, WireHeaders.ToNotice(reason)));
        }

        var result = await exchange.SendAsync(
            path + "/apply",
            null,
            [.. headers],
            isRepeatable: !isRehearsal,
            ChangeDocument.ReadDraft,
            cancellationToken).ConfigureAwait(false);
        isApplied = result.IsApplied && !isRehearsal;
        return result;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (isApplied)
        {
            return;
        }

        isApplied = true;
        using var limit = new CancellationTokenSource(Goodbye);
        try
        {
            await client.SendAsync(HttpMethod.Delete, path, null, limit.Token).ConfigureAwait(false);
        }
        catch (Exception error) when (error is SarkException or OperationCanceledException)
        {
            // It has been forgotten already, or will be.
        }
    }
}
