using System.Globalization;
using System.Text.Json.Nodes;
using SarkPS.Data;
using SarkPS.Remote;
using SarkPS.Service.Auth;
using SarkPS.Service.Description;

namespace SarkPS.Service.History;

/// <summary><c>/changes/drafts</c>: changes that are tried on a copy, and then made as one set.</summary>
internal static class DraftRoutes
{
    private const string One = WireHeaders.Drafts + "/{draft}";

    /// <summary>Maps the routes.</summary>
    public static void MapDrafts(this IEndpointRouteBuilder all)
    {
        var api = all.MapGroup("").WithTags(WireHeaders.Changes).Explains("draft", "The id of the draft.");
        api.MapPost(WireHeaders.Drafts, BeginAsync).Needs(ApiScopes.Write)
            .WithName("beginDraft")
            .WithSummary($"Begins a draft: what is sent with its id in {WireHeaders.ChangeDraft} is tried on a copy of the database.")
            .Answers(
                new(
                    StatusCodes.Status201Created,
                    "The id of the draft, and when it is forgotten unless it is asked for.",
                    Body.Json(("draft", Shape.Text), ("expires", Shape.Time)))
                {
                    Headers = [HeaderTexts.Location],
                },
                Answer.Unavailable);
        api.MapPost(One + "/apply", ApplyAsync).Needs(ApiScopes.Write).KeepsAnswers().WithMetadata(new QueryNames([], Rehearses: true))
            .WithName("applyDraft").WithSummary("Makes all that was done in a draft, as one change set.").AnswersJson(
                "What became of each step.",
                Body.Json(Shapes.ChangeResult),
                Answer.NotFound,
                Answer.Stale,
                ChangeRoutes.Refused,
                Answer.Unavailable);
        api.MapDelete(One, RemoveAsync).Needs(ApiScopes.Write)
            .WithName("removeDraft").WithSummary("Throws a draft away.")
            .Answers(new(StatusCodes.Status204NoContent, "It is gone."), Answer.NotFound);
    }

    private static Drafts All(HttpContext context) => context.RequestServices.GetRequiredService<Drafts>();

    private static string Owner(HttpContext context) => Caller.Origin(context).Actor;

    private static async Task BeginAsync(HttpContext context)
    {
        try
        {
            var (id, expires) = await All(context).BeginAsync(Owner(context), context.RequestAborted).ConfigureAwait(false);
            context.Response.StatusCode = StatusCodes.Status201Created;
            context.Response.Headers.Location = $"{SarkApplication.ApiPrefix}/{WireHeaders.Drafts}/{id}";
            await JsonAnswer.WriteAsync(context, new JsonObject { ["draft"] = id, ["expires"] = ChangeDocument.Time(expires) })
                .ConfigureAwait(false);
        }
        catch (DraftLimitException full)
        {
            context.Response.StatusCode = StatusCodes.Status429TooManyRequests;
            context.Response.Headers.RetryAfter = Math.Ceiling(full.Wait.TotalSeconds).ToString(CultureInfo.InvariantCulture);
            await JsonAnswer.WriteAsync(context, new JsonObject { ["message"] = full.Message }).ConfigureAwait(false);
        }
    }

    private static async Task ApplyAsync(HttpContext context)
    {
        var id = RawPath.Value(context, "draft");
        var isRehearsal = ClientWish.IsRehearsal(context.Request);
        await KeptResponse.AnswerAsync(
            context,
            async repeatable =>
            {
                using var use = All(context).Take(id, Owner(context));
                if (use is null)
                {
                    // It is gone once it was applied, and the answer may have been lost on its way.
                    throw repeatable is not null && await ChangeRoutes.Answered(context)
                        .FindAnswerAsync(repeatable, context.RequestAborted).ConfigureAwait(false) is { } before
                            ? new AnsweredBeforeException(before)
                            : All(context).Unknown(SarkErrorKind.NotFound, id);
                }

                var outcome = await use.Draft.ApplyAsync(
                    isRehearsal,
                    Caller.Origin(context),
                    ClientWish.Reason(context.Request),
                    isRehearsal ? null : repeatable,
                    done => Told(done.Result).ToBytes(),
                    context.RequestAborted).ConfigureAwait(false);
                if (outcome.Result.IsApplied)
                {
                    All(context).Remove(id, Owner(context));
                }

                return Told(outcome.Result);
            }).ConfigureAwait(false);

        static KeptResponse Told(ChangeResult result) => new KeptResponse(
            result.HasErrors ? StatusCodes.Status422UnprocessableEntity : StatusCodes.Status200OK,
            JsonAnswer.Bytes(ChangeDocument.WriteDraft(result with { State = null }))).With(WireHeaders.ChangeSet, result.ChangeSet);
    }

    private static Task RemoveAsync(HttpContext context)
    {
        var id = RawPath.Value(context, "draft");
        if (!All(context).Remove(id, Owner(context)))
        {
            throw All(context).Unknown(SarkErrorKind.NotFound, id);
        }

        context.Response.StatusCode = StatusCodes.Status204NoContent;
        return Task.CompletedTask;
    }
}
