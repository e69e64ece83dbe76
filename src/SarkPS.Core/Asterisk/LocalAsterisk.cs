using System.Globalization;
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
    public async Task<IReadOnlyList<AmiMessage>> QueryAsync(AmiFunction function, IReadOnlyList<string> arguments, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(function);
        AmiReply reply;
        try
        {
            reply = await client.SendAsync(function.Action(arguments), cancellationToken);
        }
        catch (AmiActionException e) when (function.MeansEmpty(e))
        {
            return [e.Response.Without(Framing)];
        }
        catch (AmiActionException e) when (e.Response.Message is { } message && message.StartsWith("Peer ", StringComparison.Ordinal) && message.Contains("not found", StringComparison.Ordinal))
        {
            throw new SarkNotFoundException("SipPeer", arguments[0]);
        }

        // AuthDetail comes along with PJSIP's registrations and holds passwords.
        return [reply.Response.Without(Framing), .. reply.Items.Where(i => i.Event != "AuthDetail").Select(i => i.Without(Framing))];
    }

    /// <inheritdoc/>
    public async Task<string?> GetDbAsync(string family, string key, CancellationToken cancellationToken = default)
    {
        AsteriskRules.DbKey(family, key);
        try
        {
            var action = new AmiAction("DBGet") { Answer = AmiAnswer.List, CompletedBy = "DBGetComplete" }.With("Family", family).With("Key", key);
            return (await client.SendAsync(action, cancellationToken)).Items is [var item, ..] ? item["Val"] : null;
        }
        catch (AmiActionException e) when (e.Response.Message == "Database entry not found")
        {
            return null;
        }
    }

    /// <inheritdoc/>
    public async Task PutDbAsync(string family, string key, string value, CancellationToken cancellationToken = default)
    {
        AsteriskRules.DbKey(family, key);
        AsteriskRules.Sendable($"{family}/{key}", "value", "Val", value);
        await client.SendAsync(new AmiAction("DBPut").With("Family", family).With("Key", key).With("Val", value), cancellationToken);
    }

    /// <inheritdoc/>
    public async Task<bool> DeleteDbAsync(string family, string key, CancellationToken cancellationToken = default)
    {
        AsteriskRules.DbKey(family, key);
        try
        {
            await client.SendAsync(new AmiAction("DBDel").With("Family", family).With("Key", key), cancellationToken);
            return true;
        }
        catch (AmiActionException e) when (e.Response.Message is "Database entry could not be deleted" or "Database entry not found")
        {
            return false;
        }
    }

    /// <inheritdoc/>
    public async Task<ExtensionRuntime> GetRuntimeAsync(string extension, CancellationToken cancellationToken = default)
    {
        // One after the other would be three round trips; the connection answers all three in one.
        var values = await Task.WhenAll(ExtensionRuntime.Families.Select(async f => (f, await GetDbAsync(f, extension, cancellationToken))));
        return ExtensionRuntime.Of(extension, values.ToDictionary(v => v.f, v => v.Item2));
    }

    /// <inheritdoc/>
    public async Task SetRuntimeAsync(string extension, ExtensionRuntimeChanges changes, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(changes);
        AsteriskRules.Runtime(extension, changes);
        var unknown = changes.Values.Keys.FirstOrDefault(k => !ExtensionRuntime.Families.Contains(k));
        if (unknown is not null)
        {
            throw new SarkValidationException("ExtensionRuntime", extension, unknown, $"The {unknown} is not one of {string.Join(", ", ExtensionRuntime.Families)}.");
        }

        await client.ConnectAsync(cancellationToken);
        await Task.WhenAll(changes.Values.Select(c => string.IsNullOrEmpty(c.Value)
            ? DeleteDbAsync(c.Key, extension, cancellationToken)
            : PutDbAsync(c.Key, extension, c.Value, cancellationToken)));
    }

    /// <inheritdoc/>
    public async Task<OriginateResult> OriginateAsync(OriginateRequest request, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        AsteriskRules.Originate(request);
        var action = new AmiAction("Originate")
        {
            Answer = request.Wait ? AmiAnswer.Outcome : AmiAnswer.Response,
            CompletedBy = "OriginateResponse",
            TimeLimit = request.Wait ? request.RingTime + options.Timeout : null,
        }
            .With("Channel", $"Local/{request.Caller}@{options.CallerContext}")
            .With("Context", request.Context)
            .With("Exten", request.Target)
            .With("Priority", "1")
            .With("CallerID", request.CallerId)
            .With("Timeout", ((long)request.RingTime.TotalMilliseconds).ToString(CultureInfo.InvariantCulture))

            // A synchronous call would block the connection, and with it everybody else, until it is answered.
            .With("Async", "true");
        try
        {
            var reply = await client.SendAsync(action, cancellationToken);
            return request.Wait ? OriginateResult.Of(reply.Items[0]) : new(OriginateOutcome.Requested, null, null, null);
        }
        catch (AmiActionException e) when (e.Response.Message == "Extension does not exist.")
        {
            throw new SarkNotFoundException("Extension", request.Target, $"There is no extension '{request.Target}' in the context '{request.Context}'.");
        }
    }

    /// <inheritdoc/>
    public async Task<string> HangupAsync(string channel, CancellationToken cancellationToken = default)
    {
        AsteriskRules.Channel(channel);
        try
        {
            return (await client.SendAsync(new AmiAction("Hangup").With("Channel", channel), cancellationToken)).Response.Message ?? "";
        }
        catch (AmiActionException e) when (e.Response.Message == "No such channel")
        {
            throw new SarkNotFoundException("Call", channel, $"There is no channel '{channel}'.");
        }
    }

    /// <inheritdoc/>
    public async Task ReloadAsync(CancellationToken cancellationToken = default) =>
        await client.SendAsync(new AmiAction("Reload"), cancellationToken);

    /// <inheritdoc/>
    public async IAsyncEnumerable<AmiEvent> WatchAsync(IReadOnlyCollection<string>? names = null, string? after = null, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        // The watch comes before the connection, so that nothing falls between the two.
        var events = client.Events.Watch(names, after, cancellationToken);
        await client.ConnectAsync(cancellationToken);

        // An Asterisk that restarts is connected to again; what it reported meanwhile nobody has.
        using var end = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var keeping = client.RunAsync(end.Token);
        try
        {
            await foreach (var one in events)
            {
                yield return one;
            }
        }
        finally
        {
            await end.CancelAsync();
            await keeping;
        }
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => client.DisposeAsync();
}
