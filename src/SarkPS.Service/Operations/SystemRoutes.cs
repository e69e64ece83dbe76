using System.Text.Json.Nodes;
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
        Map("commit", (system, token) => system.CommitAsync(token));
        Map("reboot", (system, token) => system.RebootAsync(token));
        Map("pbxstart", (system, token) => system.StartPbxAsync(token));
        Map("pbxstop", (system, token) => system.StopPbxAsync(token));
        api.MapMethods("syscommands/pbxrunstate", OperationAnswer.Reading, async context =>
        {
            var state = await System(context).GetPbxStateAsync(context.RequestAborted).ConfigureAwait(false);
            await OperationAnswer.WriteAsync(context, state, found => new JsonObject { ["pbxrunstate"] = found.Running }).ConfigureAwait(false);
        });
        api.MapMethods("syscommands/commitstatus", OperationAnswer.Reading, async context =>
        {
            var status = await System(context).GetCommitStatusAsync(context.RequestAborted).ConfigureAwait(false);
            await OperationAnswer.WriteAsync(context, status, found => new JsonObject
            {
                ["changed"] = found.Changed,
                ["lastcommit"] = found.LastCommit,
                ["lastchange"] = found.LastChange,
                ["changedby"] = found.ChangedBy,
            }).ConfigureAwait(false);
        });

        void Map(string command, Func<ISystemOperations, CancellationToken, Task<SystemCommandResult>> run) => api.MapMethods($"syscommands/{command}", OperationAnswer.Doing, async context =>
        {
            var result = await run(System(context), context.RequestAborted).ConfigureAwait(false);
            await OperationAnswer.WriteAsync(context, result, done => new JsonObject
            {
                ["message"] = done.Message,
                ["exitcode"] = done.ExitCode,
                ["output"] = new JsonArray([.. done.Output.Select(line => (JsonNode)line)]),
            }).ConfigureAwait(false);
        }).ChangesByGet();
    }

    private static ISystemOperations System(HttpContext context) => OperationAnswer.Backend(context).System;
}
