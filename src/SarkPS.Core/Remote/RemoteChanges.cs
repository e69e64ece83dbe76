using System.Globalization;
using System.Net;
using System.Runtime.CompilerServices;
using System.Text.Json.Nodes;
using SarkPS.Descriptors;

namespace SarkPS.Remote;

/// <summary>Change sets over HTTP.</summary>
/// <param name="client">The connection to the service.</param>
/// <param name="rehearses">What the service has said of rehearsals; null where it was not asked.</param>
internal sealed class RemoteChanges(SarkHttpClient client, bool? rehearses) : IChanges
{
    private const string Noun = "ChangeSet";
    private const string DataField = "data: ";

    // A connection that broke is made anew, and goes on where it ended.
    private static readonly TimeSpan PauseBeforeAgain = TimeSpan.FromSeconds(1);
    private const int MostAttempts = 5;

    /// <inheritdoc/>
    public Task<ChangeResult> PlanAsync(ChangeSet set, CancellationToken cancellationToken) =>
        SendAsync(new ChangeRequest(set, IsRehearsal: true, WantsRows: set.Steps.Count == 1), cancellationToken);

    /// <inheritdoc/>
    public Task<ChangeResult> ApplyAsync(ChangeSet set, CancellationToken cancellationToken) =>
        SendAsync(new ChangeRequest(set, WantsRows: set.Steps.Count == 1), cancellationToken);

    /// <inheritdoc/>
    public async Task<IChangeDraft> BeginDraftAsync(CancellationToken cancellationToken)
    {
        var identity = await RequireAsync(cancellationToken).ConfigureAwait(false);
        if (!identity.KeepsDrafts)
        {
            throw new SarkException(
                SarkErrorKind.Unsupported,
                Noun,
                client.Address,
                $"The service at {client.Address} is of version {identity.Version}, which keeps no drafts, so that what is changed there "
                    + "is changed at once. Nothing was sent.");
        }

        var answer = await client.SendAsync(HttpMethod.Post, WireHeaders.Drafts, null, Timeout.InfiniteTimeSpan, cancellationToken)
            .ConfigureAwait(false);
        return new RemoteDraft(client, client.Understand(() => (string)answer!["draft"]!), this, rehearses);
    }

    /// <inheritdoc/>
    public async Task<UndoResult> UndoAsync(
        string changeSet,
        bool isRehearsal,
        ChangeOrigin origin,
        string? reason,
        CancellationToken cancellationToken)
    {
        await RequireAsync(cancellationToken).ConfigureAwait(false);
        var headers = new List<KeyValuePair<string, string>>(WireHeaders.Reason(reason));
        if (isRehearsal)
        {
            headers.Add(new(WireHeaders.Prefer, WireHeaders.DryRun));
        }

        var answer = await client.SendAsync(
            HttpMethod.Post,
            $"{WireHeaders.Changes}/{SarkHttpClient.Escape(changeSet, "Change")}/undo",
            null,
            Timeout.InfiniteTimeSpan,
            headers,
            null,
            cancellationToken).ConfigureAwait(false);
        return client.Understand(() => ChangeDocument.ReadUndo(answer));
    }

    /// <inheritdoc/>
    public async Task<string?> TagAsync(ResourceDescriptor resource, RowKey key, CancellationToken cancellationToken)
    {
        await RequireAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            using var response = await client.SendAsync(
                () => new HttpRequestMessage(HttpMethod.Head, client.Resolve(RemoteTables.Path(resource, key))),
                HttpCompletionOption.ResponseHeadersRead,
                null,
                cancellationToken).ConfigureAwait(false);
            return response.Headers.ETag?.ToString();
        }
        catch (SarkNotFoundException)
        {
            return null;
        }
    }

    /// <inheritdoc/>
    public async Task<ChangePage> HistoryAsync(ChangeQuery query, CancellationToken cancellationToken)
    {
        await RequireAsync(cancellationToken).ConfigureAwait(false);
        var names = ChangeDocument.Write(query).Select(q => $"{q.Key}={SarkHttpClient.EscapeQuery(q.Value)}");
        var answer = await client.SendAsync(
            HttpMethod.Get, $"{WireHeaders.Changes}?{string.Join('&', names)}", null, cancellationToken).ConfigureAwait(false);
        return client.Understand(() => ChangeDocument.ReadPage(answer));
    }

    /// <inheritdoc/>
    public async IAsyncEnumerable<ChangeEntry> WatchAsync(
        long? after,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await RequireAsync(cancellationToken).ConfigureAwait(false);
        // Also of the first there is a place to go on from.
        var place = after ?? (await HistoryAsync(new ChangeQuery { Limit = 1 }, cancellationToken).ConfigureAwait(false)).Changes
            .Select(c => c.Sequence).FirstOrDefault();
        for (var failures = 0; ;)
        {
            var stream = ReadAsync(place, cancellationToken).GetAsyncEnumerator(cancellationToken);
            await using (stream.ConfigureAwait(false))
            {
                while (true)
                {
                    try
                    {
                        if (!await stream.MoveNextAsync().ConfigureAwait(false))
                        {
                            break;
                        }

                        failures = 0;
                    }
                    catch (SarkException error) when (error.Kind is SarkErrorKind.Unavailable && ++failures < MostAttempts)
                    {
                        break;
                    }

                    place = stream.Current.Sequence;
                    yield return stream.Current;
                }
            }

            await Task.Delay(PauseBeforeAgain, cancellationToken).ConfigureAwait(false);
        }
    }

    private async IAsyncEnumerable<ChangeEntry> ReadAsync(long after, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var response = await client.SendAsync(
            () =>
            {
                var request = new HttpRequestMessage(HttpMethod.Get, client.Resolve(WireHeaders.Changes + "/events"));
                request.Headers.Add("Last-Event-ID", after.ToString(CultureInfo.InvariantCulture));
                request.Headers.Accept.ParseAdd("text/event-stream");
                return request;
            },
            HttpCompletionOption.ResponseHeadersRead,
            Timeout.InfiniteTimeSpan,
            cancellationToken).ConfigureAwait(false);
        using var reader = new StreamReader(await response.Content.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false));
        while (await client.ReceiveAsync(() => reader.ReadLineAsync(cancellationToken).AsTask()).ConfigureAwait(false) is { } line)
        {
            // Each event is one line of data; ids and signs of life say nothing more.
            if (line.StartsWith(DataField, StringComparison.Ordinal))
            {
                yield return client.Understand(() => ChangeDocument.ReadEntry((JsonObject)JsonNode.Parse(line[DataField.Length..])!));
            }
        }
    }

    private Task<ChangeResult> SendAsync(ChangeRequest request, CancellationToken cancellationToken) => SendAsync(
        WireHeaders.Batch,
        ChangeDocument.Write(request),
        [],
        isRepeatable: !request.IsRehearsal,
        answer => ChangeDocument.ReadResult(answer, request.Set),
        cancellationToken);

    /// <summary>Sends what is answered as a set is.</summary>
    /// <param name="path">Where to.</param>
    /// <param name="body">The body; null for none.</param>
    /// <param name="others">Headers.</param>
    /// <param name="isRepeatable">Whether what was done is to be answered again, where the answer is lost on its way.</param>
    /// <param name="read">Reads the answer.</param>
    /// <param name="cancellationToken">Stops it.</param>
    internal async Task<ChangeResult> SendAsync(
        string path,
        JsonNode? body,
        KeyValuePair<string, string>[] others,
        bool isRepeatable,
        Func<JsonNode?, ChangeResult> read,
        CancellationToken cancellationToken)
    {
        await RequireAsync(cancellationToken).ConfigureAwait(false);
        // A plan changes nothing, and needs no key.
        var answer = await SarkHttpClient.SendOnceOnlyAsync(
            key => client.SendAsync(
                HttpMethod.Post,
                path,
                body,
                Timeout.InfiniteTimeSpan,
                isRepeatable ? [.. others, key] : others,
                status => status == HttpStatusCode.UnprocessableEntity,
                cancellationToken),
            MostAttempts,
            cancellationToken).ConfigureAwait(false);
        return client.Understand(() => ProblemDetails.Read(answer) is { } refusal ? throw refusal : read(answer));
    }

    // sark6api, or an older service, might take a part of what it does not know for something else.
    private async Task<ServiceIdentity> RequireAsync(CancellationToken cancellationToken)
    {
        var identity = client.Identity ?? await client.IdentifyAsync(cancellationToken).ConfigureAwait(false);
        if (!identity.TakesChanges)
        {
            throw new SarkException(
                SarkErrorKind.Unsupported,
                Noun,
                client.Address,
                $"The service at {client.Address} is of version {identity.Version}, which takes no change sets. Nothing was sent.");
        }

        return identity;
    }
}
