using System.Text.Json;
using System.Text.Json.Nodes;
using SarkPS.Remote;
using SarkPS.Service.Auth;

namespace SarkPS.Service.Operations;

/// <summary><c>/syscommands</c>.</summary>
internal static class SystemRoutes
{
    public static void MapSystemRoutes(this IEndpointRouteBuilder all)
    {
        var api = all.MapGroup("").Needs(Tokens.System);
        api.MapMethods("syscommands", OperationAnswer.Reading, context => JsonAnswer.WriteAsync(context, new JsonObject
        {
            ["commit"] = "null",
            ["reboot"] = "null",
            ["pbxstart"] = "null",
            ["pbxstop"] = "null",
            ["pbxrunstate"] = "returns PBX state (boolean)",
            ["commitstatus"] = "returns whether the database has changed since the last commit",
        }));
        api.MapMethods("syscommands/commit", OperationAnswer.Doing, CommitAsync).ChangesByGet().WithMetadata(new QueryNames([Detailed, QueryNames.DryRun], Rehearses: true));
        Map("reboot", (system, token) => system.RebootAsync(token));
        // The second names are those of SARK's newer API.
        foreach (var name in new[] { "pbxstart", "start" })
        {
            Map(name, (system, token) => system.StartPbxAsync(token));
        }

        foreach (var name in new[] { "pbxstop", "stop" })
        {
            Map(name, (system, token) => system.StopPbxAsync(token));
        }

        all.MapMethods("syscommands/pbxrunstate", OperationAnswer.Reading, async context =>
        {
            var state = await System(context).GetPbxStateAsync(context.RequestAborted).ConfigureAwait(false);
            await OperationAnswer.WriteAsync(context, state, found => new JsonObject { ["pbxrunstate"] = found.Running }).ConfigureAwait(false);
        }).Needs(Tokens.Read);
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
            }).ConfigureAwait(false);
        });

        void Map(string command, Func<ISystemOperations, CancellationToken, Task<SystemCommandResult>> run) => api.MapMethods($"syscommands/{command}", OperationAnswer.Doing, async context =>
        {
            var result = await run(System(context), context.RequestAborted).ConfigureAwait(false);
            await OperationAnswer.WriteAsync(context, result, Original).ConfigureAwait(false);
        }).ChangesByGet();
    }

    private const string Detailed = "detailed";

    private static async Task CommitAsync(HttpContext context)
    {
        if (OperationAnswer.Flag(context, QueryNames.DryRun) || ClientWish.IsRehearsal(context.Request))
        {
            var status = await System(context).GetCommitStatusAsync(context.RequestAborted).ConfigureAwait(false);
            await OperationAnswer.WriteAsync(context, status, due => new JsonObject { ["wouldcommit"] = due.Summary, ["tables"] = Tables(due) }).ConfigureAwait(false);
            return;
        }

        var isDetailed = OperationAnswer.Flag(context, Detailed);
        var result = await System(context).CommitAsync(isDetailed, context.RequestAborted).ConfigureAwait(false);
        await OperationAnswer.WriteAsync(context, result, done =>
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
