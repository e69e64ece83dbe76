using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using SarkPS.Ami;
using SarkPS.Data;
using SarkPS.Descriptors;
using SarkPS.Remote;
using SarkPS.Rules;
using SarkPS.Service.Auth;

namespace SarkPS.Service.Operations;

/// <summary>Asterisk over HTTP: the documented functions, run-time values of extensions, and a stream of events.</summary>
internal static class AsteriskRoutes
{
    /// <summary>What clients of sark6api know as the answer without an Asterisk.</summary>
    private const string NotRunning = "PBX not running";

    private const string UnknownFunction = "AMI Action invalid or unsupported";

    // A comment now and then keeps proxies from closing a stream on which nothing happens.
    private static readonly TimeSpan Heartbeat = TimeSpan.FromSeconds(15);

    private static readonly string[] Reading = [HttpMethods.Get, HttpMethods.Head];

    private static readonly JsonSerializerOptions Relaxed = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Maps the routes.</summary>
    public static void MapAsterisk(this IEndpointRouteBuilder all)
    {
        var api = all.MapGroup("").NeedsReadOrWrite();
        api.MapMethods("/astamis", Reading, context => JsonAnswer.WriteAsync(context, Index()));
        api.MapMethods("/astamis/{function}/{**arguments}", Reading, Guard(QueryAsync));
        api.MapMethods("/astamis/DBget/{id}/{key}", Reading, Guard(GetDbAsync));
        api.MapPut("/astamis/DBPut/{id}/{key}/{value}", Guard(PutDbAsync));
        api.MapPut("/astamis/DBPut/{id}/{key}", Guard(PutDbAsync));
        api.MapDelete("/astamis/DBdel/{id}/{key}", Guard(DeleteDbAsync));
        api.MapDelete("/astamis/Hangup/{id}/{**key}", Guard(HangupAsync)).Needs(Tokens.Call);
        api.MapGet("/astamis/Reload", Guard(ReloadAsync)).Needs(Tokens.System).ChangesByGet();
        api.MapPost("/astamis/Reload", Guard(ReloadAsync)).Needs(Tokens.System);
        api.MapPost("/astamis/originate", Guard(OriginateAsync)).Needs(Tokens.Call);
        api.MapGet("/astamis/events", Guard(StreamAsync));
        api.MapMethods("/extensions/{key}/runtime", Reading, Guard(GetRuntimeAsync));
        api.MapPut("/extensions/{key}/runtime", Guard(SetRuntimeAsync));
    }

    private static IAsteriskOperations Asterisk(HttpContext context) => context.RequestServices.GetRequiredService<ISarkBackend>().Asterisk;

    /// <summary>No connection has one text for every function, as in the original.</summary>
    private static RequestDelegate Guard(RequestDelegate handler) => async context =>
    {
        try
        {
            await handler(context).ConfigureAwait(false);
        }
        catch (AmiConnectionException error) when (!context.Response.HasStarted && !ClientWish.WantsProblem(context.Request))
        {
            throw new SarkUnavailableException(error.Noun, error.Target, NotRunning, error);
        }
    };

    private static JsonObject Index()
    {
        var items = AsteriskFunctions.All.Where(f => f.Parameters.Count > 0 && (!f.IsList || f.HasInstances));
        return new JsonObject
        {
            ["GetEventList"] = new JsonArray([.. AsteriskFunctions.All.Where(f => f.IsArray).Select(f => (JsonNode)f.Name)]),
            ["GetEventItem"] = new JsonObject(items.Select(f => new KeyValuePair<string, JsonNode?>(
                f.Name, new JsonObject(f.Parameters.Select(p => new KeyValuePair<string, JsonNode?>(p.Field, p.Default)))))),
            ["PutItem"] = new JsonObject { ["Reload"] = null },
        };
    }

    private static async Task QueryAsync(HttpContext context)
    {
        var segments = Segments(context);
        if (AsteriskFunctions.Find(segments[0]) is not { } function || segments.Count - 1 > function.Parameters.Count)
        {
            await NotFoundAsync(context, segments[0], UnknownFunction).ConfigureAwait(false);
            return;
        }

        var arguments = segments.Skip(1).ToArray();
        var answer = await Asterisk(context).QueryAsync(function, arguments, context.RequestAborted).ConfigureAwait(false);
        if (function.IsList && answer.Count == 1)
        {
            await NotFoundAsync(context, function.Name, RemoteAsterisk.NothingToList).ConfigureAwait(false);
        }
        else if (!function.IsArray)
        {
            await JsonAnswer.WriteAsync(context, AmiJson.ToJson(answer[0])).ConfigureAwait(false);
        }
        else if (arguments.Length > 0 && function.HasInstances)
        {
            await JsonAnswer.WriteAsync(context, Instance(answer)).ConfigureAwait(false);
        }
        else
        {
            await JsonAnswer.WriteAsync(context, new JsonArray([.. answer.Select(AmiJson.ToJson)])).ConfigureAwait(false);
        }
    }

    /// <summary>
    /// One queue as one object: the fields of the response and of the queue, as the original has them, and its members and
    /// callers as lists, of which the original shows the last one only.
    /// </summary>
    private static JsonObject Instance(IReadOnlyList<AmiMessage> answer)
    {
        var instance = AmiJson.ToJson(answer[0]);
        foreach (var (name, value) in AmiJson.ToJson(answer[1]))
        {
            instance[name] = value?.DeepClone();
        }

        if (answer[1].Event == QueueStatus.ItemEvent)
        {
            instance["Members"] = List(QueueMember.ItemEvent);
            instance["Entries"] = List(QueueCaller.ItemEvent);
        }

        return instance;

        JsonArray List(string name) => [.. answer.Where(i => i.Event == name).Select(AmiJson.ToJson)];
    }

    private static async Task GetDbAsync(HttpContext context)
    {
        var (family, key) = Entry(context);
        var value = await Asterisk(context).GetDbAsync(family, key, context.RequestAborted).ConfigureAwait(false);
        await JsonAnswer.WriteAsync(context, new JsonObject { [key] = value }).ConfigureAwait(false);
    }

    private static async Task PutDbAsync(HttpContext context)
    {
        var (family, key) = Entry(context);
        var segments = Segments(context);
        var value = segments.Count > 3 ? segments[3] : await BodyValueAsync(context, family, key).ConfigureAwait(false);
        await Asterisk(context).PutDbAsync(family, key, value, context.RequestAborted).ConfigureAwait(false);
        await JsonAnswer.WriteAsync(context, new JsonObject { [key] = true }).ConfigureAwait(false);
    }

    // Beside the documented form, a value may come in the body: an empty one, or one that should not stand in access logs.
    private static async Task<string> BodyValueAsync(HttpContext context, string family, string key)
    {
        var body = await RequestBody.ReadAsync(context.Request, context.RequestAborted).ConfigureAwait(false);
        return body["value"] is { } value && !PhpValue.IsStructure(value)
            ? PhpValue.Text(value)
            : throw new SarkValidationException("DbEntry", $"{family}/{key}", "value", "The value field is required.");
    }

    private static async Task DeleteDbAsync(HttpContext context)
    {
        var (family, key) = Entry(context);
        var was = await Asterisk(context).DeleteDbAsync(family, key, context.RequestAborted).ConfigureAwait(false);
        await JsonAnswer.WriteAsync(context, new JsonObject { [key] = was }).ConfigureAwait(false);
    }

    private static async Task HangupAsync(HttpContext context)
    {
        var channel = string.Join('/', Segments(context).Skip(1));
        var said = await Asterisk(context).HangupAsync(channel, context.RequestAborted).ConfigureAwait(false);
        await JsonAnswer.WriteAsync(context, new JsonObject { [channel[(channel.IndexOf('/', StringComparison.Ordinal) + 1)..]] = said }).ConfigureAwait(false);
    }

    private static async Task ReloadAsync(HttpContext context)
    {
        await Asterisk(context).ReloadAsync(context.RequestAborted).ConfigureAwait(false);
        await JsonAnswer.WriteAsync(context, new JsonObject { ["Response"] = "Reload sent" }).ConfigureAwait(false);
    }

    private static async Task OriginateAsync(HttpContext context)
    {
        var body = (await RequestBody.ReadAsync(context.Request, context.RequestAborted).ConfigureAwait(false)).Normalized();
        var request = new OriginateRequest(Text("caller"), Text("target"), Text("context"), Text("clid")) { Wait = body["wait"] is true or 1L or "1" or "true" };
        if (body.Has("ringtime"))
        {
            request = request with
            {
                RingTime = PhpValue.TryInteger(body["ringtime"], out var seconds) && seconds is > 0 and <= 600
                    ? TimeSpan.FromSeconds(seconds)
                    : throw new SarkValidationException("Call", request.Target, "ringtime", "The ringtime must be between 1 and 600 seconds."),
            };
        }

        var result = await Asterisk(context).OriginateAsync(request, context.RequestAborted).ConfigureAwait(false);
        var answer = new JsonObject { ["message"] = "Request Sent" };
        if (request.Wait)
        {
            answer["outcome"] = result.Outcome.ToString();
            answer["channel"] = result.Channel;
            answer["uniqueid"] = result.UniqueId;
            answer["reason"] = result.Reason;
        }

        await JsonAnswer.WriteAsync(context, answer).ConfigureAwait(false);

        string? Text(string name) => body[name] is { } value ? PhpValue.Text(value) : null;
    }

    private static async Task GetRuntimeAsync(HttpContext context)
    {
        var runtime = await Asterisk(context).GetRuntimeAsync(await KnownExtensionAsync(context).ConfigureAwait(false), context.RequestAborted).ConfigureAwait(false);
        await JsonAnswer.WriteAsync(context, new JsonObject
        {
            [ExtensionRuntime.ForwardAllFamily] = runtime.ForwardAll,
            [ExtensionRuntime.ForwardBusyFamily] = runtime.ForwardBusy,
            [ExtensionRuntime.RingDelayFamily] = runtime.RingDelay?.ToString(CultureInfo.InvariantCulture),
        }).ConfigureAwait(false);
    }

    private static async Task SetRuntimeAsync(HttpContext context)
    {
        var extension = await KnownExtensionAsync(context).ConfigureAwait(false);
        var body = (await RequestBody.ReadAsync(context.Request, context.RequestAborted).ConfigureAwait(false)).Normalized();
        var changes = ExtensionRuntime.Families.Where(body.Has).ToDictionary(f => f, f => body[f] is { } value ? PhpValue.Text(value) : null);
        await Asterisk(context).SetRuntimeAsync(extension, new(changes), context.RequestAborted).ConfigureAwait(false);
        context.Response.StatusCode = StatusCodes.Status204NoContent;
    }

    // Asterisk's database takes any key; an extension that SARK does not know is a mistake.
    private static async Task<string> KnownExtensionAsync(HttpContext context)
    {
        var key = RawPath.Value(context, "key");
        await context.RequestServices.GetRequiredService<LocalBackend>().Store.GetAsync(Extension.Descriptor, new RowKey(key), context.RequestAborted).ConfigureAwait(false);
        return key;
    }

    /// <summary>Events as Server-Sent Events, from where the client left off when it says where that was.</summary>
    private static async Task StreamAsync(HttpContext context)
    {
        var request = context.Request;
        var names = request.Query["name"].SelectMany(v => (v ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)).ToArray();
        var after = request.Headers[RemoteAsterisk.LastEventId] is [{ Length: > 0 } id] ? id : null;

        // An open stream must not hold up the end of the service.
        var stopping = context.RequestServices.GetRequiredService<IHostApplicationLifetime>().ApplicationStopping;
        using var end = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, stopping);

        // Before anything is sent, so that a failure still has a status of its own.
        await context.RequestServices.GetRequiredService<LocalBackend>().Asterisk.Client.ConnectAsync(end.Token).ConfigureAwait(false);
        await using var events = Asterisk(context).WatchAsync(names, after, end.Token).GetAsyncEnumerator(end.Token);
        var next = events.MoveNextAsync().AsTask();
        try
        {
            context.Response.ContentType = "text/event-stream";
            context.Response.Headers.CacheControl = "no-store";
            await SendAsync(context, ": events of Asterisk\n\n", end.Token).ConfigureAwait(false);
            while (true)
            {
                if (await Task.WhenAny(next, Task.Delay(Heartbeat, end.Token)).ConfigureAwait(false) != next)
                {
                    end.Token.ThrowIfCancellationRequested();
                    await SendAsync(context, ":\n\n", end.Token).ConfigureAwait(false);
                    continue;
                }

                if (!await next.ConfigureAwait(false))
                {
                    return;
                }

                await SendAsync(context, Text(events.Current), end.Token).ConfigureAwait(false);
                next = events.MoveNextAsync().AsTask();
            }
        }
        catch (OperationCanceledException) when (end.IsCancellationRequested)
        {
            // The client left, or the service ends: that is how a stream ends.
        }
        finally
        {
            // An enumerator may not be disposed of while it is being waited for.
            await end.CancelAsync().ConfigureAwait(false);
            await Task.WhenAny(next).ConfigureAwait(false);
        }
    }

    private static string Text(AmiEvent one)
    {
        var text = new StringBuilder();
        if (one.Dropped > 0)
        {
            var lost = new JsonObject { ["Event"] = AmiEventHub.EventsLost, [RemoteAsterisk.LostCount] = one.Dropped.ToString(CultureInfo.InvariantCulture) };
            Append(text, null, AmiEventHub.EventsLost, lost);
        }

        Append(text, one.Id, one.Name, AmiJson.ToJson(one.Message));
        return text.ToString();
    }

    // A line break in a value is escaped by JSON; one in a name cannot be, since a name is one line of Asterisk's.
    private static void Append(StringBuilder text, string? id, string name, JsonObject data)
    {
        if (id is not null)
        {
            text.Append("id: ").Append(id).Append('\n');
        }

        text.Append("event: ").Append(name).Append('\n').Append("data: ").Append(data.ToJsonString(Relaxed)).Append("\n\n");
    }

    private static async Task SendAsync(HttpContext context, string text, CancellationToken cancellationToken)
    {
        await context.Response.WriteAsync(text, cancellationToken).ConfigureAwait(false);
        await context.Response.Body.FlushAsync(cancellationToken).ConfigureAwait(false);
    }

    private static Task NotFoundAsync(HttpContext context, string target, string message)
    {
        if (ClientWish.WantsProblem(context.Request))
        {
            throw new SarkNotFoundException("Asterisk", target, message);
        }

        context.Response.StatusCode = StatusCodes.Status404NotFound;
        return JsonAnswer.WriteAsync(context, new JsonObject { ["message"] = message });
    }

    private static (string Family, string Key) Entry(HttpContext context)
    {
        var segments = Segments(context);
        return (segments[1], segments[2]);
    }

    /// <summary>The parts of the address after <c>astamis</c>.</summary>
    private static List<string> Segments(HttpContext context) =>
        [.. RawPath.Segments(context).SkipWhile(s => !s.Equals("astamis", StringComparison.OrdinalIgnoreCase)).Skip(1).Where(s => s.Length > 0)];
}
