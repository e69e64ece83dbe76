using System.Text.Json;
using System.Text.Json.Nodes;
using SarkPS.Remote;
using SarkPS.Service.Auth;
using SarkPS.Service.Description;

namespace SarkPS.Service.Operations;

/// <summary><c>/syscommands</c>.</summary>
internal static class SystemRoutes
{
    public static void MapSystemRoutes(this IEndpointRouteBuilder all)
    {
        var api = all.MapGroup("").About("syscommands", "SARK, Asterisk and the machine as a whole.");
        api.MapMethods("syscommands", OperationAnswer.Reading, context => JsonAnswer.WriteAsync(context, new JsonObject
        {
            ["commit"] = "null",
            ["reboot"] = "null",
            ["pbxstart"] = "null",
            ["pbxstop"] = "null",
            ["pbxrunstate"] = "returns PBX state (boolean)",
            ["commitstatus"] = "returns whether the database has changed since the last commit",
        })).Needs(ApiScopes.System).WithName("listSystemCommands").WithSummary("Lists the commands.")
            .AnswersJson("The commands.", Body.Json(Shape.Map(Shape.Text)));
        api.MapMethods("syscommands/commit", OperationAnswer.Doing, CommitAsync).Needs(ApiScopes.System).ChangesByGet()
            .WithMetadata(new QueryNames([QueryNames.Detailed, QueryNames.DryRun], Rehearses: true))
            .IsJob().ReadsHeaders(WireHeaders.ChangeReason).WithName("commit")
            .WithSummary("Has SARK make Asterisk's configuration from the database, and Asterisk read it.")
            .Answers(
                new Answer(
                    StatusCodes.Status200OK,
                    "What was done, or would be.",
                    Body.Json(Shape.Any(
                        Shape.Object(
                            ("message", Shape.Text),
                            ("exitcode", Shape.Whole),
                            ("output", Shape.List(Shape.Text)),
                            ("files?", Shape.List(Shape.Of<GeneratedFile>()))).Named("Commit"),
                        Shape.Object(
                            ("wouldcommit", Shape.Text),
                            ("tables", Shape.List(Shape.Of<PendingTable>()))).Named("CommitRehearsal")))
                        .Or(Shape.Any(Shape.Of<CommitResult>(), Shape.Of<CommitStatus>()))),
                JobRoutes.Accepted,
                Answer.Unreadable,
                Answer.Unsupported,
                Answer.Late,
                Answer.Unavailable);
        Map("reboot", "reboot", "Restarts the machine.", (system, token) => system.RebootAsync(token));
        // The second names are those of SARK's newer API.
        foreach (var name in new[] { "pbxstart", "start" })
        {
            Map(name, "startPbx", "Starts Asterisk.", (system, token) => system.StartPbxAsync(token));
        }

        foreach (var name in new[] { "pbxstop", "stop" })
        {
            Map(name, "stopPbx", "Stops Asterisk.", (system, token) => system.StopPbxAsync(token));
        }

        api.MapMethods("syscommands/pbxrunstate", OperationAnswer.Reading, async context =>
        {
            var state = await System(context).GetPbxStateAsync(context.RequestAborted).ConfigureAwait(false);
            await OperationAnswer.WriteAsync(context, state, found => new JsonObject { ["pbxrunstate"] = found.Running })
                .ConfigureAwait(false);
        }).Needs(ApiScopes.Read).WithName("getPbxState").WithSummary("Tells whether Asterisk runs.").AnswersJson(
            "Whether it does.",
            Body.Json(("pbxrunstate", Shape.Truth)).Or<PbxState>(),
            Answer.Unsupported,
            Answer.Unavailable);
        api.MapMethods("syscommands/commitstatus", OperationAnswer.Reading, async context =>
        {
            var status = await System(context).GetCommitStatusAsync(context.RequestAborted).ConfigureAwait(false);
            await OperationAnswer.WriteAsync(context, status, found => new JsonObject
            {
                ["changed"] = found.Changed,
                ["lastcommit"] = found.LastCommit,
                ["lastchange"] = found.LastChange,
                ["changedby"] = found.ChangedBy,
                ["tables"] = Tables(found),
                // Beside what clients know; sark6api has none of it.
                ["journal"] = JsonSerializer.SerializeToNode(found.Journal, OperationJson.Options),
            }).ConfigureAwait(false);
        }).Needs(ApiScopes.System).WithName("getCommitStatus").WithSummary("Tells whether the database has changed since the last commit.")
        .AnswersJson(
            "Whether it has, and where.",
            Body.Json(
                ("changed", Shape.Truth.OrNull()),
                ("lastcommit", Shape.Time.OrNull()),
                ("lastchange", Shape.Time.OrNull()),
                ("changedby", Shape.Text.OrNull()),
                ("tables", Shape.List(Shape.Of<PendingTable>())),
                ("journal", Shape.Of<CommitHistory>().OrNull())).Or<CommitStatus>(),
            Answer.Unsupported,
            Answer.Unavailable);

        void Map(
            string command,
            string id,
            string summary,
            Func<ISystemOperations, CancellationToken, Task<SystemCommandResult>> run) => api
                .MapMethods($"syscommands/{command}", OperationAnswer.Doing, async context =>
                    {
                        var result = await run(System(context), context.RequestAborted).ConfigureAwait(false);
                        await OperationAnswer.WriteAsync(context, result, Original).ConfigureAwait(false);
                    })
                .Needs(ApiScopes.System)
                .ChangesByGet()
                // The shorter of two names is the newer one.
                .WithName(command is "start" or "stop" ? id + "As" + char.ToUpperInvariant(command[0]) + command[1..] : id)
                .WithSummary(summary)
                .AnswersJson(
                    "What was run, and what it said.",
                    Body.Json(Shapes.Command).Or<SystemCommandResult>(),
                    Answer.Unsupported,
                    Answer.Unavailable,
                    Answer.Late);
    }

    private static async Task CommitAsync(HttpContext context)
    {
        if (ClientWish.Flag(context.Request, QueryNames.DryRun) || ClientWish.IsRehearsal(context.Request))
        {
            var status = await System(context).GetCommitStatusAsync(context.RequestAborted).ConfigureAwait(false);
            await OperationAnswer.WriteAsync(
                context,
                status,
                due => new JsonObject { ["wouldcommit"] = due.Summary, ["tables"] = Tables(due) }).ConfigureAwait(false);
            return;
        }

        var isDetailed = ClientWish.Flag(context.Request, QueryNames.Detailed);
        var system = System(context);
        // Read here: the request may have ended when the job has.
        var note = Caller.Note(context);
        // Never with the token: SARK's generator is not stopped while it writes.
        await JobRoutes.RunAsync(context, "Committing", (_, _) => system.CommitAsync(isDetailed, note, CancellationToken.None), done =>
        {
            var body = Original(done);
            if (isDetailed)
            {
                body["files"] = JsonSerializer.SerializeToNode(done.Files, OperationJson.Options);
            }

            return body;
        }).ConfigureAwait(false);
    }

    private static JsonObject Original(SystemCommandResult done) => new()
    {
        ["message"] = done.Message,
        ["exitcode"] = done.ExitCode,
        ["output"] = new JsonArray([.. done.Output.Select(line => (JsonNode)line)]),
    };

    private static JsonNode Tables(CommitStatus status) => JsonSerializer.SerializeToNode(status.Tables, OperationJson.Options)!;

    private static ISystemOperations System(HttpContext context) => OperationAnswer.Backend(context).System;
}
