using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using SarkPS.Ami;
using SarkPS.Descriptors;
using SarkPS.Remote;
using SarkPS.Rules;
using SarkPS.Service.Auth;
using SarkPS.Service.Description;

namespace SarkPS.Service.Operations;

/// <summary>Asterisk over HTTP: the documented functions, run-time values of extensions, and a stream of events.</summary>
internal static class AsteriskRoutes
{
    /// <summary>What clients of sark6api know as the answer without an Asterisk.</summary>
    private const string NotRunning = "PBX not running";

    private const string UnknownFunction = "AMI Action invalid or unsupported";

    // Of a queue, what belongs to it stands in lists.
    private static readonly Shape QueueShape = Shape.Map(
        Shape.Any(Shape.Text, Shape.List(Shape.Text), Shape.List(Shapes.AsteriskMessage)));

    private static readonly JsonSerializerOptions Relaxed = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Maps the routes.</summary>
    public static void MapAsterisk(this IEndpointRouteBuilder all)
    {
        var api = all.MapGroup("").About("astamis", "Asterisk, over its Manager Interface.")
            .Explains("function", "The function, as the list of them spells it.")
            .Explains("arguments", "What the function takes, one part of the address for each.")
            .Explains("id", "The family in Asterisk's database, such as cfim; of a call, the technology of its channel, such as SIP.")
            .Explains("key", "The key in the family; of a call, the rest of the name of its channel.")
            .Explains("value", "The value.")
            .Explains("name", "The names of the events, with commas between.");
        Answer[] failures = [Answer.Unreadable, Answer.Invalid, Answer.Unsupported, Answer.Unavailable, Answer.Late];
        Answer[] notFound = [Answer.NotFound, .. failures];
        api.MapMethods("/astamis", OperationAnswer.Reading, context => JsonAnswer.WriteAsync(context, Index())).Needs(ApiScopes.Read)
            .WithName("listAsteriskFunctions").WithSummary("Lists the functions.").AnswersJson(
                "Their names and parameters.",
                Body.Json(
                    ("GetEventList", Shape.List(Shape.Text)),
                    ("GetEventItem", Shape.Map(Shape.Map(Shape.Text.OrNull()))),
                    ("PutItem", Shape.Map(Shape.Anything))));
        api.MapMethods("/astamis/{function}/{**arguments}", OperationAnswer.Reading, Guard(QueryAsync)).Needs(ApiScopes.Read)
            .WithName("queryAsterisk").WithSummary("Asks Asterisk by one of the functions.").AnswersJson(
                "What it says: one message, or those of a list.",
                Body.Json(Shape.Any(QueueShape, Shape.List(Shapes.AsteriskMessage))),
                notFound);
        api.MapMethods("/astamis/DBget/{id}/{key}", OperationAnswer.Reading, Guard(GetDbAsync)).Needs(ApiScopes.Read)
            .WithName("getAsteriskDbEntry").WithSummary("Shows a value of Asterisk's database.")
            .AnswersJson("The value by its key.", Body.Json(Shape.Map(Shape.Text.OrNull())), notFound);
        api.MapPut("/astamis/DBPut/{id}/{key}/{value}", Guard(PutDbAsync)).Needs(ApiScopes.Write)
            .WithName("setAsteriskDbEntry").WithSummary("Sets a value of Asterisk's database.")
            .AnswersJson("Done.", Body.Json(Shape.Map(Shape.Truth)), failures);
        api.MapPut("/astamis/DBPut/{id}/{key}", Guard(PutDbAsync)).Needs(ApiScopes.Write)
            .WithName("setAsteriskDbEntryByBody").WithSummary("Sets a value of Asterisk's database to the value in the body.")
            .Reads(Body.Json(("value", Shape.Text)).Such(new JsonObject { ["value"] = "01924566170" }))
            .AnswersJson("Done.", Body.Json(Shape.Map(Shape.Truth)), failures);
        api.MapDelete("/astamis/DBdel/{id}/{key}", Guard(DeleteDbAsync)).Needs(ApiScopes.Write)
            .WithName("removeAsteriskDbEntry").WithSummary("Removes a value of Asterisk's database.")
            .AnswersJson("Whether there was one, by its key.", Body.Json(Shape.Map(Shape.Truth)), failures);
        api.MapDelete("/astamis/Hangup/{id}/{**key}", Guard(HangupAsync)).Needs(ApiScopes.Call)
            .WithName("hangUp").WithSummary("Ends a call.")
            .AnswersJson("What Asterisk says, by the channel.", Body.Json(Shape.Map(Shape.Text.OrNull())), notFound);
        api.MapMethods("/astamis/Reload", OperationAnswer.Doing, Guard(ReloadAsync)).Needs(ApiScopes.System).ChangesByGet()
            .WithName("reloadAsterisk").WithSummary("Has Asterisk read its configuration again.")
            .AnswersJson("Done.", Body.Json(("Response", Shape.Text)), failures);
        api.MapPost("/astamis/originate", Guard(OriginateAsync)).Needs(ApiScopes.Call)
            .WithName("originate").WithSummary("Makes a call.")
            .Reads(Body.Json(
                ("caller", Shape.Text.Saying("The extension that rings first.")),
                ("target", Shape.Text.Saying("The number that it is connected to then.")),
                ("context?", Shape.Text.Saying("The context that the number is dialled in.")),
                ("clid?", Shape.Text.Saying("The number that the call shows.")),
                ("ringtime?", Shape.Whole.Saying("How long the extension rings, in seconds, from 1 to 600.")),
                ("wait?", Shape.Truth.Saying("Whether the answer waits until the call is up, or has failed.")))
                .Such(new JsonObject { ["caller"] = "501", ["target"] = "01924566170" }))
            .AnswersJson(
                "Sent, or how it ended.",
                Body.Json(
                    ("message", Shape.Text),
                    ("outcome?", Shape.Text),
                    ("channel?", Shape.Text.OrNull()),
                    ("uniqueid?", Shape.Text.OrNull()),
                    ("reason?", Shape.Anything)),
                failures);
        api.MapGet("/astamis/events", Guard(StreamAsync)).Needs(ApiScopes.Read).Takes("name")
            .ReadsHeaders(RemoteAsterisk.LastEventId).WithName("watchAsterisk")
            .WithSummary("Streams events as Server-Sent Events, those of some names where the query has them.").Answers(
                [new(StatusCodes.Status200OK, "The stream.", new Body("text/event-stream")), .. failures]);
        var runtime = Shape.Object([.. ExtensionRuntime.Families.Select(f => (f + "?", Shape.Text.OrNull()))]).Named("ExtensionRuntime");
        var extensions = all.MapGroup("").WithTags(Extension.Descriptor.Route).Explains("key", "The number of the extension.");
        extensions.MapMethods("/extensions/{key}/runtime", OperationAnswer.Reading, Guard(GetRuntimeAsync)).Needs(ApiScopes.Read)
            .WithName("getExtensionRuntime").WithSummary("Shows what Asterisk holds of an extension.")
            .AnswersJson("Diversions and ring delay.", Body.Json(runtime), notFound);
        extensions.MapPut("/extensions/{key}/runtime", Guard(SetRuntimeAsync)).Needs(ApiScopes.Write)
            .WithName("updateExtensionRuntime").WithSummary("Changes what Asterisk holds of an extension.")
            .Reads(Body.Json(runtime).Such(new JsonObject { [ExtensionRuntime.ForwardAllFamily] = "01924566170" }))
            .Answers([new(StatusCodes.Status204NoContent, "Done."), .. notFound]);
    }

    private static IAsteriskOperations Asterisk(HttpContext context) => OperationAnswer.Backend(context).Asterisk;

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
        var name = RawPath.Value(context, "function");
        var arguments = RawPath.Rest(context, "arguments");
        if (AsteriskFunctions.Find(name) is not { } function || arguments.Count > function.Parameters.Count)
        {
            await NotFoundAsync(context, name, UnknownFunction).ConfigureAwait(false);
            return;
        }

        var answer = await Asterisk(context).QueryAsync(function, arguments, context.RequestAborted).ConfigureAwait(false);
        if (function.IsList && answer.Count == 1)
        {
            await NotFoundAsync(context, function.Name, RemoteAsterisk.NothingToList).ConfigureAwait(false);
        }
        else if (!function.IsArray)
        {
            await JsonAnswer.WriteAsync(context, AmiJson.ToJson(answer[0])).ConfigureAwait(false);
        }
        else if (arguments.Count > 0 && function.HasInstances)
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
        var value = context.Request.RouteValues.ContainsKey("value")
            ? RawPath.Value(context, "value")
            : await BodyValueAsync(context, family, key).ConfigureAwait(false);
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
        var channel = string.Join('/', RawPath.Rest(context, "key").Prepend(RawPath.Value(context, "id")));
        var said = await Asterisk(context).HangupAsync(channel, context.RequestAborted).ConfigureAwait(false);
        await JsonAnswer.WriteAsync(context, new JsonObject { [channel[(channel.IndexOf('/', StringComparison.Ordinal) + 1)..]] = said })
            .ConfigureAwait(false);
    }

    private static async Task ReloadAsync(HttpContext context)
    {
        await Asterisk(context).ReloadAsync(context.RequestAborted).ConfigureAwait(false);
        await JsonAnswer.WriteAsync(context, new JsonObject { ["Response"] = "Reload sent" }).ConfigureAwait(false);
    }

    private static async Task OriginateAsync(HttpContext context)
    {
        var body = (await RequestBody.ReadAsync(context.Request, context.RequestAborted).ConfigureAwait(false)).Normalized();
        var request = new OriginateRequest(Text("caller"), Text("target"), Text("context"), Text("clid"))
        {
            Wait = body["wait"] is { } wait && ClientWish.ReadFlag(PhpValue.Text(wait)) == true
        };
        if (body.Has("ringtime"))
        {
            request = request with
            {
                RingTime = PhpValue.TryInteger(body["ringtime"], out var seconds) && seconds is > 0 and <= 600
                    ? TimeSpan.FromSeconds(seconds)
                    : throw new SarkValidationException(
                        "Call",
                        request.Target,
                        "ringtime",
                        "The ringtime must be between 1 and 600 seconds."),
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
        var runtime = await Asterisk(context).GetRuntimeAsync(
            await KnownExtensionAsync(context).ConfigureAwait(false),
            context.RequestAborted).ConfigureAwait(false);
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
        var changes = ExtensionRuntime.Families.Where(body.Has)
            .ToDictionary(f => f, f => body[f] is { } value ? PhpValue.Text(value) : null);
        await Asterisk(context).SetRuntimeAsync(extension, new(changes), context.RequestAborted).ConfigureAwait(false);
        context.Response.StatusCode = StatusCodes.Status204NoContent;
    }

    // Asterisk's database takes any key; an extension that SARK does not know is a mistake.
    private static async Task<string> KnownExtensionAsync(HttpContext context)
    {
        var key = RawPath.Value(context, "key");
        await OperationAnswer.Backend(context).Tables.GetAsync(Extension.Descriptor, new RowKey(key), context.RequestAborted)
            .ConfigureAwait(false);
        return key;
    }

    /// <summary>Events as Server-Sent Events, from where the client left off when it says where that was.</summary>
    private static async Task StreamAsync(HttpContext context)
    {
        var request = context.Request;
        var names = request.Query["name"]
            .SelectMany(v => (v ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
            .ToArray();
        var after = request.Headers[RemoteAsterisk.LastEventId] is [{ Length: > 0 } id] ? id : null;

        // Before anything is sent, so that a failure still has a status of its own.
        await context.RequestServices.GetRequiredService<Lazy<LocalAsterisk>>().Value.Client.ConnectAsync(context.RequestAborted)
            .ConfigureAwait(false);
        await LiveAnswer.WriteAsync(
            context, "text/event-stream", token => Asterisk(context).WatchAsync(
                names,
                after,
                token), Text, opening: ": events of Asterisk\n\n", heartbeat: ":\n\n").ConfigureAwait(false);
    }

    private static string Text(AmiEvent one)
    {
        var text = new StringBuilder();
        if (one.Dropped > 0)
        {
            var lost = new JsonObject
            {
                ["Event"] = AmiEventHub.EventsLost,
                [RemoteAsterisk.LostCount] = one.Dropped.ToString(CultureInfo.InvariantCulture)
            };
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

    private static Task NotFoundAsync(HttpContext context, string target, string message)
    {
        if (ClientWish.WantsProblem(context.Request))
        {
            throw new SarkNotFoundException("Asterisk", target, message);
        }

        context.Response.StatusCode = StatusCodes.Status404NotFound;
        return JsonAnswer.WriteAsync(context, new JsonObject { ["message"] = message });
    }

    private static (string Family, string Key) Entry(HttpContext context) => (RawPath.Value(context, "id"), RawPath.Value(context, "key"));
}
