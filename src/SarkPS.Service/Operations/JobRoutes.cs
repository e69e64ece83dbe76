using System.Text.Json;
using System.Text.Json.Nodes;
using SarkPS.Remote;
using SarkPS.Service.Auth;
using SarkPS.Service.Description;

namespace SarkPS.Service.Operations;

/// <summary><c>/jobs</c>: long work, which goes on when its caller leaves.</summary>
internal static class JobRoutes
{
    /// <summary>It is under way.</summary>
    public static readonly Answer Accepted = new(
        StatusCodes.Status202Accepted,
        "It is under way, as was preferred; the job tells how it stands.",
        Body.Json(Shape.Of<Job>()))
    {
        Headers = [HeaderTexts.Location],
    };

    /// <summary>Maps the routes.</summary>
    public static void MapJobs(this IEndpointRouteBuilder all)
    {
        var api = all.MapGroup("")
            .About(WireHeaders.Jobs, "Long work, which goes on when its caller leaves.").Explains("id", "The id of the job.");
        api.MapMethods(WireHeaders.Jobs, OperationAnswer.Reading, async context => await WriteAsync(
            context,
            await Jobs(context).ListAsync(context.RequestAborted).ConfigureAwait(false)).ConfigureAwait(false))
            .Needs(ApiScopes.System).WithName("listJobs").WithSummary("Lists the long work that goes on, and the newest that has ended.")
            .AnswersJson("The jobs, the newest first.", Body.Json(Shape.List(Shape.Of<Job>())));
        api.MapMethods(WireHeaders.Jobs + "/{id}", OperationAnswer.Reading, GetAsync)
            .Needs(ApiScopes.System).WithName("getJob").WithSummary(
                "Tells how a job stands; as lines of JSON (application/x-ndjson) whenever that changes, until it has ended.").Answers(
                    new Answer(
                        StatusCodes.Status200OK,
                        "The job.",
                        Body.Json(Shape.Of<Job>()),
                        new Body(OperationJson.Lines, Shape.Of<Job>())),
                    Answer.NotFound);
        api.MapDelete(WireHeaders.Jobs + "/{id}", StopAsync)
            .Needs(ApiScopes.System).WithName("stopJob")
            .WithSummary("Tells a job to stop, which it does where that leaves nothing half done.").Answers(
                new(StatusCodes.Status202Accepted, "It was told; its state says what it made of it.", Body.Json(Shape.Of<Job>())),
                Answer.NotFound);
    }

    /// <summary>
    /// Does long work as a job. A client that prefers it (<c>Prefer: respond-async</c>) is answered 202 and where the job
    /// is; all others wait for its end. In neither case does it stop when the client leaves.
    /// </summary>
    /// <param name="context">The request.</param>
    /// <param name="activity">What is done, such as <c>Restoring sark.db.1700000000</c>.</param>
    /// <param name="work">The work.</param>
    /// <param name="original">sark6api's body of the result.</param>
    public static async Task RunAsync<T>(
        HttpContext context,
        string activity,
        Func<IProgress<OperationProgress>, CancellationToken, Task<T>> work,
        Func<T, JsonNode> original)
    {
        var jobs = context.RequestServices.GetRequiredService<JobList>();
        var (id, end) = jobs.Start(activity, work);
        var logger = context.RequestServices.GetRequiredService<ILogger<JobList>>();
        _ = end.ContinueWith(
            failed =>
            {
                // A failure of ours is in the job; whoever waits reads it there or as the answer.
                if (failed.Exception!.InnerException is not SarkException)
                {
                    logger.LogError(failed.Exception.InnerException, "{Activity} failed, job {Job}", activity, id);
                }
            },
            CancellationToken.None,
            TaskContinuationOptions.OnlyOnFaulted,
            TaskScheduler.Default);
        if (ClientWish.RespondsAsync(context.Request))
        {
            context.Response.StatusCode = StatusCodes.Status202Accepted;
            context.Response.Headers.Location = $"{SarkApplication.ApiPrefix}/{WireHeaders.Jobs}/{id}";
            context.Response.Headers[WireHeaders.PreferenceApplied] = WireHeaders.RespondAsync;
            await WriteAsync(context, await jobs.GetAsync(id, context.RequestAborted).ConfigureAwait(false)).ConfigureAwait(false);
            return;
        }

        var result = await end.WaitAsync(context.RequestAborted).ConfigureAwait(false);
        foreach (var notice in (await jobs.GetAsync(id, context.RequestAborted).ConfigureAwait(false)).Notices)
        {
            context.Response.Headers.Append(WireHeaders.Notice, WireHeaders.ToNotice(notice));
        }

        await OperationAnswer.WriteAsync(context, result, original).ConfigureAwait(false);
    }

    private static async Task GetAsync(HttpContext context)
    {
        var id = RawPath.Value(context, "id");
        if (context.Request.Headers.Accept.Any(a => a?.Contains(OperationJson.Lines, StringComparison.OrdinalIgnoreCase) == true))
        {
            await LiveAnswer.WriteAsync(
                context,
                OperationJson.Lines,
                token => Jobs(context).WatchAsync(id, token),
                job => JsonSerializer.Serialize(job, OperationJson.Options) + "\n",
                heartbeat: "\n").ConfigureAwait(false);
            return;
        }

        await WriteAsync(context, await Jobs(context).GetAsync(id, context.RequestAborted).ConfigureAwait(false)).ConfigureAwait(false);
    }

    private static async Task StopAsync(HttpContext context)
    {
        var id = RawPath.Value(context, "id");
        await Jobs(context).StopAsync(id, context.RequestAborted).ConfigureAwait(false);
        context.Response.StatusCode = StatusCodes.Status202Accepted;
        await WriteAsync(context, await Jobs(context).GetAsync(id, context.RequestAborted).ConfigureAwait(false)).ConfigureAwait(false);
    }

    private static IJobs Jobs(HttpContext context) => OperationAnswer.Backend(context).Jobs;

    private static Task WriteAsync<T>(HttpContext context, T value) =>
        JsonAnswer.WriteAsync(context, JsonSerializer.SerializeToNode(value, OperationJson.Options)!);
}

/// <summary>Has the service wait for its jobs before it ends.</summary>
internal sealed class JobKeeper(JobList jobs, ILogger<JobKeeper> logger) : IHostedLifecycleService
{
    public async Task StoppingAsync(CancellationToken cancellationToken)
    {
        try
        {
            await jobs.EndAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            logger.LogWarning("The service ends although jobs go on: {Jobs}", string.Join(
                ", ",
                (await jobs.ListAsync(CancellationToken.None).ConfigureAwait(false)).Where(j => j.Ended is null).Select(j => j.Activity)));
        }
    }

    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
