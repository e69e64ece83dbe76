using System.Globalization;
using Microsoft.AspNetCore.Http.Features;
using System.Text.Json.Nodes;
using SarkPS.Data;
using SarkPS.Remote;
using SarkPS.Service.Auth;
using SarkPS.Service.Description;
using SarkPS.Service.Operations;

namespace SarkPS.Service.History;

/// <summary><c>/batch</c> and <c>/changes</c>: sets of changes, their history, and their undoing.</summary>
internal static class ChangeRoutes
{
    private const string Noun = "Change";
    private const string EventStream = "text/event-stream";

    /// <summary>A step was refused.</summary>
    internal static readonly Answer Refused = Answer.Failure(
        StatusCodes.Status422UnprocessableEntity,
        "A step was refused, and so nothing was changed; each step says what became of it.",
        Shape.Any(Shapes.ChangeResult, Shapes.Errors));

    /// <summary>Maps the routes.</summary>
    public static void MapChanges(this IEndpointRouteBuilder all)
    {
        var api = all.MapGroup("").About(WireHeaders.Changes, "Sets of changes, their history, their undoing, and drafts of them.")
            .Explains("set", "The id of the change set, as X-Change-Set tells it.")
            .Explains("from", "From this time on, as 2026-01-31T12:00:00Z.")
            .Explains("to", "Up to this time.")
            .Explains("actor", "By whom.")
            .Explains("resource", "Which resource, as in an address.")
            .Explains("key", "Which row.")
            .Explains("keyPattern", "Which rows; * and ? stand for any characters and for one.")
            .Explains("after", "Only those with a greater number in the journal, the oldest first.")
            .Explains("before", "Only those with a smaller number.")
            .Explains("limit", "How many at most.");
        api.MapPost(WireHeaders.Batch, BatchAsync).Needs(ApiScopes.Write).KeepsAnswers().TakesDrafts()
            .WithMetadata(new QueryNames([], Rehearses: true))
            .WithName("runBatch").WithSummary("Makes a set of changes: all of them or none, or plans it (dryRun).")
            .Reads(Body.Json(Shapes.ChangeSet).Such(Example())).AnswersJson(
                "What became of each step.",
                Body.Json(Shapes.ChangeResult),
                Answer.Unreadable,
                Answer.Stale,
                Answer.TooLarge,
                Refused,
                Answer.Unavailable);
        api.MapMethods(WireHeaders.Changes, OperationAnswer.Reading, ListAsync).Needs(ApiScopes.Read)
            .Takes([.. ChangeDocument.QueryNames])
            .WithName("listChanges").WithSummary("Tells what was changed, by whom and why, the newest first.").AnswersJson(
                "The changes, and where to go on.",
                Body.Json(Shapes.Changes),
                Answer.Unreadable,
                Answer.Unavailable);
        api.MapMethods(WireHeaders.Changes + "/events", OperationAnswer.Reading, WatchAsync).Needs(ApiScopes.Read)
            .Takes("after").Explains("after", "As Last-Event-ID, for who cannot send a header.")
            .ReadsHeaders(RemoteAsterisk.LastEventId).WithName("watchChanges")
            .WithSummary("Tells changes as they are made, as Server-Sent Events, from the one after Last-Event-ID on.").Answers(
                new(StatusCodes.Status200OK, "The changes.", new Body(EventStream)),
                Answer.Unreadable,
                Answer.Unavailable);
        api.MapMethods(WireHeaders.Changes + "/{set}", OperationAnswer.Reading, ShowAsync).Needs(ApiScopes.Read)
            .WithName("getChangeSet").WithSummary("Tells what one set has changed.")
            .AnswersJson("The changes of the set.", Body.Json(Shapes.Changes), Answer.NotFound, Answer.Unavailable);
        api.MapPost(WireHeaders.Changes + "/{set}/undo", UndoAsync).Needs(ApiScopes.Write).KeepsAnswers()
            .WithMetadata(new QueryNames([], Rehearses: true))
            .WithName("undoChangeSet").WithSummary("Turns a set round, where nothing that it did was changed since.").AnswersJson(
                "What became of the rows.",
                Body.Json(
                    ("changeSet?", Shape.Text.Saying("The set that turned it round.")),
                    ("undoes", Shape.Text),
                    ("changes", Shape.List(Shapes.Change))),
                Answer.NotFound,
                Answer.Failure(
                    StatusCodes.Status409Conflict,
                    "Something is in the way; it is named, and nothing was touched.",
                    Shapes.Conflict),
                Answer.Unavailable);
    }

    /// <summary>Changes of the exchange, or of the draft that a request is about.</summary>
    internal static IAnsweredChanges Answered(HttpContext context) =>
        DraftMiddleware.Of(context)?.Answered ?? context.RequestServices.GetRequiredService<IAnsweredChanges>();

    private static JsonObject Example() => new()
    {
        ["reason"] = "A new customer",
        ["steps"] = new JsonArray(new JsonObject
        {
            ["action"] = "create",
            ["resource"] = "tenants",
            ["values"] = new JsonObject { ["pkey"] = "acme", ["description"] = "Acme" },
        }),
    };

    private static IChanges Changes(HttpContext context) => OperationAnswer.Backend(context).Changes;

    private static async Task BatchAsync(HttpContext context)
    {
        var limits = context.RequestServices.GetRequiredService<ServiceSettings>().Current.Options;
        if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } size)
        {
            size.MaxRequestBodySize = limits.BatchBytes;
        }

        var request = ChangeDocument.ReadRequest(
            await RequestBody.ReadJsonAsync(context.Request, context.RequestAborted).ConfigureAwait(false));
        if (request.Set.Steps.Count > limits.BatchSteps)
        {
            throw new SarkException(
                SarkErrorKind.TooLarge,
                "ChangeSet",
                request.Set.Steps.Count,
                $"The change set has {request.Set.Steps.Count} steps, and {limits.BatchSteps} are taken at most "
                    + "(Sark:Service:BatchSteps). Nothing was changed.");
        }

        var isRehearsal = request.IsRehearsal || ClientWish.IsRehearsal(context.Request);
        var set = request.Set with
        {
            Origin = Caller.Origin(context),
            Reason = request.Set.Reason ?? ClientWish.Reason(context.Request),
        };
        await KeptResponse.AnswerAsync(
            context,
            async repeatable =>
            {
                var outcome = await Answered(context).RunAsync(
                    set,
                    isRehearsal,
                    isRehearsal ? null : repeatable,
                    done => Told(done.Result).ToBytes(),
                    context.RequestAborted).ConfigureAwait(false);
                return Told(isRehearsal ? outcome.Result : outcome.Result with { State = null });
            }).ConfigureAwait(false);

        KeptResponse Told(ChangeResult result) => new KeptResponse(
            set.IsAtomic && result.HasErrors ? StatusCodes.Status422UnprocessableEntity : StatusCodes.Status200OK,
            JsonAnswer.Bytes(ChangeDocument.Write(result, request.WantsRows))).With(WireHeaders.ChangeSet, result.ChangeSet);
    }

    private static async Task ListAsync(HttpContext context)
    {
        var query = ChangeDocument.ReadQuery(name => SarkPS.Service.QueryNames.Single(context.Request, name));
        var page = await Changes(context).HistoryAsync(query, context.RequestAborted).ConfigureAwait(false);
        await JsonAnswer.WriteAsync(context, ChangeDocument.Write(page)).ConfigureAwait(false);
    }

    private static async Task ShowAsync(HttpContext context)
    {
        var set = RawPath.Value(context, "set");
        var query = new ChangeQuery { ChangeSet = set, After = 0, Limit = int.MaxValue };
        var page = await Changes(context).HistoryAsync(query, context.RequestAborted).ConfigureAwait(false);
        await JsonAnswer.WriteAsync(
            context,
            page.Changes.Count > 0
                ? ChangeDocument.Write(page)
                : throw new SarkNotFoundException(Noun, set, $"There is no change set '{SarkText.Printable(set)}' in the journal."))
            .ConfigureAwait(false);
    }

    private static async Task UndoAsync(HttpContext context)
    {
        var set = RawPath.Value(context, "set");
        var isRehearsal = ClientWish.IsRehearsal(context.Request);
        await KeptResponse.AnswerAsync(
            context,
            async repeatable => Told(await Answered(context).UndoAsync(
                set,
                isRehearsal,
                Caller.Origin(context),
                ClientWish.Reason(context.Request),
                repeatable,
                done => Told(done).ToBytes(),
                context.RequestAborted).ConfigureAwait(false))).ConfigureAwait(false);

        static KeptResponse Told(UndoResult result) =>
            new KeptResponse(StatusCodes.Status200OK, JsonAnswer.Bytes(ChangeDocument.Write(result)))
                .With(WireHeaders.ChangeSet, result.ChangeSet);
    }

    private static async Task WatchAsync(HttpContext context)
    {
        var text = context.Request.Headers[RemoteAsterisk.LastEventId] is [{ Length: > 0 } header, ..]
            ? header
            : SarkPS.Service.QueryNames.Single(context.Request, "after");
        long? after = text is null ? null
            : long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number
            : throw new SarkException(
                SarkErrorKind.BadRequest,
                Noun,
                text,
                $"'{SarkText.Printable(text)}' is no sequence number of a change; allowed are whole numbers from 0.");
        await LiveAnswer.WriteAsync(
            context,
            EventStream,
            token => Changes(context).WatchAsync(after, token),
            change => string.Create(
                CultureInfo.InvariantCulture,
                $"id: {change.Sequence}\nevent: change\ndata: {ChangeDocument.Write(change).ToJsonString()}\n\n"),
            heartbeat: ":\n\n",
            opening: ": changes\n\n").ConfigureAwait(false);
    }
}
