using System.Collections.Concurrent;
using System.Text.Json;
using SarkPS.Remote;
using SarkPS.Service.Auth;
using SarkPS.Service.Description;

namespace SarkPS.Service.Operations;

/// <summary>
/// The newest restores, by the name that their callers gave them: whoever leaves in the middle can still find out whether
/// it was undone or completed. Kept in memory, as an answer would have been.
/// </summary>
internal sealed class OperationLog
{
    private const int Kept = 100;

    private readonly ConcurrentDictionary<Guid, OperationOutcome> outcomes = [];
    private readonly ConcurrentQueue<Guid> order = [];

    /// <summary>Maps the route that tells.</summary>
    public static void Map(IEndpointRouteBuilder all) =>
        all.MapMethods($"/{OperationOutcome.Route}/{{id}}", OperationAnswer.Reading, context =>
        {
            var log = context.RequestServices.GetRequiredService<OperationLog>();
            var id = RawPath.Value(context, "id");
            return Guid.TryParseExact(id, "D", out var known) && log.outcomes.TryGetValue(known, out var outcome)
                ? JsonAnswer.WriteAsync(context, JsonSerializer.SerializeToNode(outcome, OperationJson.Options)!)
                : throw new SarkNotFoundException("Operation", SarkText.Printable(id));
        }).Needs(Tokens.System).WithTags(OperationOutcome.Route).WithSummary("Tells what became of a restore.").AnswersJson("Its state and its result.", Answer.NotFound);

    /// <summary>Does something that may not be left half known.</summary>
    /// <param name="context">The request; without a name in its headers nothing is kept.</param>
    /// <param name="work">The operation.</param>
    public static Task<T> FollowAsync<T>(HttpContext context, Func<CancellationToken, Task<T>> work) =>
        Guid.TryParseExact(context.Request.Headers[OperationOutcome.Header].ToString(), "D", out var id)
            ? context.RequestServices.GetRequiredService<OperationLog>().FollowAsync(id, () => work(context.RequestAborted))
            : work(context.RequestAborted);

    private async Task<T> FollowAsync<T>(Guid id, Func<Task<T>> work)
    {
        Keep(id, new OperationOutcome(OperationState.Running, null, null));
        try
        {
            var result = await work().ConfigureAwait(false);
            outcomes[id] = new OperationOutcome(OperationState.Completed, JsonSerializer.SerializeToNode(result, OperationJson.Options), null);
            return result;
        }
        catch (OperationCanceledException)
        {
            outcomes[id] = new OperationOutcome(OperationState.Undone, null, null);
            throw;
        }
        catch (Exception error)
        {
            // What is no failure of ours is logged where it is caught; its text is not for clients.
            outcomes[id] = new OperationOutcome(OperationState.Failed, null, error is SarkException ? error.Message : "The operation failed.");
            throw;
        }
    }

    private void Keep(Guid id, OperationOutcome outcome)
    {
        if (!outcomes.TryAdd(id, outcome))
        {
            throw new SarkException(SarkErrorKind.BadRequest, "Operation", id, $"There is an operation '{id}' already; each needs a name of its own.");
        }

        order.Enqueue(id);
        while (order.Count > Kept && order.TryDequeue(out var oldest))
        {
            outcomes.TryRemove(oldest, out _);
        }
    }
}
