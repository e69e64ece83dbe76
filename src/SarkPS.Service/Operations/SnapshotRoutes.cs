using System.Text.Json.Nodes;
using SarkPS.Service.Auth;

namespace SarkPS.Service.Operations;

/// <summary><c>/snapshots</c>.</summary>
internal static class SnapshotRoutes
{
    public static void MapSnapshotRoutes(this IEndpointRouteBuilder all)
    {
        var api = all.MapGroup("").Needs(Tokens.System);
        var kind = FileStores.Snapshots;
        new FileStoreRoutes<Snapshot>(kind, backend => backend.Snapshots, FileStoreRoutes<Snapshot>.SizesAndDates, "application/octet-stream", "snaps/").Map(api);
        api.MapMethods(kind.Route + "/new", OperationAnswer.Doing, async context =>
        {
            var made = await OperationAnswer.Backend(context).Snapshots.CreateAsync(context.RequestAborted).ConfigureAwait(false);
            await OperationAnswer.WriteAsync(context, made, snapshot => new JsonObject { ["newsnapshotname"] = snapshot.Name }).ConfigureAwait(false);
        }).ChangesByGet();
        api.MapPut(kind.Route + "/{name}", context => OperationAnswer.WithOriginalErrorsAsync(context, () => RestoreAsync(context), error => error is SarkNotFoundException ? (StatusCodes.Status404NotFound, new JsonObject { ["Error"] = "snapshot file not found" }) : null));
    }

    private static async Task RestoreAsync(HttpContext context)
    {
        var name = OperationAnswer.Text(context, "name");
        var snapshots = OperationAnswer.Backend(context).Snapshots;
        var result = await OperationLog.FollowAsync(context, token => snapshots.RestoreAsync(name, token)).ConfigureAwait(false);
        await OperationAnswer.WriteAsync(context, result, restored => new JsonObject { ["restored"] = restored.Restored }).ConfigureAwait(false);
    }
}
