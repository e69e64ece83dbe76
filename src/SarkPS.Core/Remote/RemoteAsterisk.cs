using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.Json.Nodes;
using SarkPS.Ami;

namespace SarkPS.Remote;

/// <summary>Asterisk behind a service.</summary>
/// <param name="client">The service.</param>
public sealed class RemoteAsterisk(SarkHttpClient client) : IAsteriskOperations
{
    /// <summary>What the service says, with 404, when there is nothing to list.</summary>
    public const string NothingToList = "Empty Object set returned from AMI";

    /// <summary>The header by which a client tells the last event that it has seen. (HTML standard, server-sent events)</summary>
    public const string LastEventId = "Last-Event-ID";

    /// <summary>The field of an <c>EventsLost</c> event that tells how many were lost.</summary>
    public const string LostCount = "Count";

    private static readonly TimeSpan FirstPause = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(15);

    /// <inheritdoc/>
    public async Task<IReadOnlyList<AmiMessage>> QueryAsync(
        AsteriskFunction function,
        IReadOnlyList<string> arguments,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(function);
        ArgumentNullException.ThrowIfNull(arguments);

        // Refused here already, so that a bad value gives the same error with and without a service in between.
        function.Action(arguments);
        JsonNode? answer;
        try
        {
            answer = await client.SendAsync(HttpMethod.Get, Path(function.Name, arguments), null, cancellationToken).ConfigureAwait(false);
        }
        catch (SarkNotFoundException e) when (function.IsList && e.Message == NothingToList)
        {
            return [new AmiMessage([])];
        }

        return client.Understand<IReadOnlyList<AmiMessage>>(() => answer is JsonArray list
            ? [.. list.Select(item => AmiJson.FromJson(item!.AsObject()))]
            : [AmiJson.FromJson(answer!.AsObject())]);
    }

    /// <inheritdoc/>
    public async Task<string?> GetDbAsync(string family, string key, CancellationToken cancellationToken = default)
    {
        AsteriskRules.DbKey(family, key);
        var answer = await client.SendAsync(HttpMethod.Get, Path("DBget", [family, key]), null, cancellationToken).ConfigureAwait(false);
        return Member(answer, key)?.ToString();
    }

    /// <inheritdoc/>
    public async Task PutDbAsync(string family, string key, string value, CancellationToken cancellationToken = default)
    {
        AsteriskRules.DbKey(family, key);
        AsteriskRules.Sendable($"{family}/{key}", "value", "Val", value);
        await client.SendAsync(HttpMethod.Put, Path("DBPut", [family, key]), new JsonObject { ["value"] = value }, cancellationToken)
            .ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async Task<bool> DeleteDbAsync(string family, string key, CancellationToken cancellationToken = default)
    {
        AsteriskRules.DbKey(family, key);
        var answer = await client.SendAsync(HttpMethod.Delete, Path("DBdel", [family, key]), null, cancellationToken).ConfigureAwait(false);
        return Member(answer, key)?.GetValueKind() == JsonValueKind.True;
    }

    /// <inheritdoc/>
    public async Task<ExtensionRuntime> GetRuntimeAsync(string extension, CancellationToken cancellationToken = default)
    {
        var answer = await client.SendAsync(HttpMethod.Get, RuntimePath(extension), null, cancellationToken).ConfigureAwait(false);
        return ExtensionRuntime.Of(extension, ExtensionRuntime.Families.ToDictionary(f => f, f => Member(answer, f)?.ToString()));
    }

    /// <inheritdoc/>
    public Task SetRuntimeAsync(string extension, ExtensionRuntimeChanges changes, CancellationToken cancellationToken = default)
    {
        AsteriskRules.Runtime(extension, changes);
        var body = new JsonObject(changes.Values.Select(c => new KeyValuePair<string, JsonNode?>(c.Key, c.Value)));
        return client.SendAsync(HttpMethod.Put, RuntimePath(extension), body, cancellationToken);
    }

    /// <inheritdoc/>
    public async Task<OriginateResult> OriginateAsync(OriginateRequest request, CancellationToken cancellationToken = default)
    {
        AsteriskRules.Originate(request);
        var body = new JsonObject
        {
            ["target"] = request.Target,
            ["caller"] = request.Caller,
            ["context"] = request.Context,
            ["clid"] = request.CallerId
        };
        if (request.Wait)
        {
            body["wait"] = true;
        }

        body["ringtime"] = (int)request.RingTime.TotalSeconds;
        // The telephone may ring as long as it was told to; only then the usual time begins.
        var limit = request.Wait ? request.RingTime + client.Timeout : (TimeSpan?)null;
        var answer = await client.SendAsync(HttpMethod.Post, "astamis/originate", body, limit, cancellationToken).ConfigureAwait(false);
        var outcome = Enum.TryParse<OriginateOutcome>(Member(answer, "outcome")?.ToString(), out var known)
            ? known
            : OriginateOutcome.Requested;
        var reason = int.TryParse(
            Member(answer, "reason")?.ToString(),
            NumberStyles.AllowLeadingSign,
            CultureInfo.InvariantCulture,
            out var number) ? number : (int?)null;
        return new(outcome, Member(answer, "channel")?.ToString(), Member(answer, "uniqueid")?.ToString(), reason);
    }

    /// <inheritdoc/>
    public async Task<string> HangupAsync(string channel, CancellationToken cancellationToken = default)
    {
        AsteriskRules.Channel(channel);
        var slash = channel.IndexOf('/', StringComparison.Ordinal);
        var (technology, rest) = (channel[..slash], channel[(slash + 1)..]);
        var answer = await client.SendAsync(HttpMethod.Delete, Path("Hangup", [technology, rest]), null, cancellationToken)
            .ConfigureAwait(false);
        return Member(answer, rest)?.ToString() ?? "";
    }

    /// <inheritdoc/>
    public Task ReloadAsync(CancellationToken cancellationToken = default) =>
        client.SendAsync(HttpMethod.Post, "astamis/Reload", null, cancellationToken);

    /// <inheritdoc/>
    public async IAsyncEnumerable<AmiEvent> WatchAsync(
        IReadOnlyCollection<string>? names = null,
        string? after = null,
        [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        var path = "astamis/events" + (names is { Count: > 0 }
            ? "?name=" + string.Join(',', names.Select(SarkHttpClient.EscapeQuery))
            : "");
        var pause = TimeSpan.Zero;
        while (true)
        {
            using var response = await OpenEventsAsync(path, after, isAgain: pause > TimeSpan.Zero, cancellationToken).ConfigureAwait(
                false);
            if (response is not null)
            {
                if (pause > FirstPause)
                {
                    Notices.Tell($"The service at {client.Address} is back.");
                }

                pause = TimeSpan.Zero;
                using var reader = new StreamReader(await response.Content.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false));
                await foreach (var one in ReadAsync(reader, cancellationToken).ConfigureAwait(false))
                {
                    after = one.Id;
                    yield return one;
                }
            }

            // The service went away. When it comes back, it tells what happened meanwhile, or that something was lost.
            if (pause == FirstPause)
            {
                Notices.Tell($"The service at {client.Address} is gone. It is asked until it is back.");
            }

            pause = pause == TimeSpan.Zero ? FirstPause : pause * 2 < LongestPause ? pause * 2 : LongestPause;
            await Task.Delay(pause, cancellationToken).ConfigureAwait(false);
        }
    }

    // Null when the service, which was there before, is not now.
    private async Task<HttpResponseMessage?> OpenEventsAsync(string path, string? after, bool isAgain, CancellationToken cancellationToken)
    {
        try
        {
            return await client.SendAsync(
                () =>
                {
                    var request = new HttpRequestMessage(HttpMethod.Get, client.Resolve(path));
                    if (after is not null)
                    {
                        request.Headers.Add(LastEventId, after);
                    }

                    return request;
                },
                HttpCompletionOption.ResponseHeadersRead,
                null,
                cancellationToken).ConfigureAwait(false);
        }
        catch (SarkException error) when (isAgain && error.Kind is SarkErrorKind.Unavailable or SarkErrorKind.Timeout)
        {
            return null;
        }
    }

    private async IAsyncEnumerable<AmiEvent> ReadAsync(StreamReader reader, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        string? id = null;
        string? data = null;
        var dropped = 0L;
        while (await LineAsync(reader, cancellationToken).ConfigureAwait(false) is { } line)
        {
            if (line.StartsWith("id: ", StringComparison.Ordinal))
            {
                id = line[4..];
            }
            else if (line.StartsWith("data: ", StringComparison.Ordinal))
            {
                data = line[6..];
            }
            else if (line.Length == 0 && data is not null)
            {
                var text = data;
                var message = client.Understand(() => AmiJson.FromJson(JsonNode.Parse(text)!.AsObject()));
                data = null;
                if (message.Event == AmiEventHub.EventsLost && message.Int(LostCount) is { } count)
                {
                    // How many were lost belongs to the event that comes next.
                    dropped += count;
                    continue;
                }

                yield return new(id ?? "", DateTimeOffset.UtcNow, message.Event ?? "", message, dropped);
                dropped = 0;
            }
        }
    }

    // A connection that breaks in the middle is the same as one that ends.
    private static async Task<string?> LineAsync(StreamReader reader, CancellationToken cancellationToken)
    {
        try
        {
            return await reader.ReadLineAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (IOException)
        {
            return null;
        }
    }

    private JsonNode? Member(JsonNode? answer, string name) => client.Understand(() => answer?.AsObject()[name]);

    private static string Path(string function, IEnumerable<string> arguments) =>
        string.Join('/', arguments.Select(a => SarkHttpClient.Escape(a)).Prepend($"astamis/{function}"));

    private static string RuntimePath(string extension) => $"extensions/{SarkHttpClient.Escape(extension, nameof(Extension))}/runtime";
}
