using System.Text.Json.Nodes;
using SarkPS.Remote;
using SarkPS.Service.Auth;
using SarkPS.Service.Description;

namespace SarkPS.Service.Operations;

/// <summary><c>/snapshots</c>.</summary>
internal static class SnapshotRoutes
{
    public static void MapSnapshotRoutes(this IEndpointRouteBuilder all)
    {
        var kind = FileStores.Snapshots;
        var api = all.MapGroup("").About(kind.Route, "Copies of the database.");
        new FileStoreRoutes<Snapshot>(
            kind,
            backend => backend.Snapshots,
            FileStoreRoutes<Snapshot>.SizesAndDates,
            FileStoreRoutes<Snapshot>.SizesAndDatesShape,
            "application/octet-stream",
            "snaps/",
            ApiScopes.System,
            ApiScopes.System).Map(api);
        api.MapMethods(kind.Route + "/new", OperationAnswer.Doing, CreateAsync).Needs(ApiScopes.System).ChangesByGet()
            .IsJob().WithName("createSnapshot").WithSummary("Takes a snapshot of the database.")
            .AnswersJson(
                "Its name.",
                Body.Json(("newsnapshotname", Shape.Text)).Or<Snapshot>(),
                JobRoutes.Accepted,
                Answer.Unsupported,
                Answer.Unavailable);
        api.MapPut(kind.Route + "/{name}", context => OperationAnswer.WithOriginalErrorsAsync(
            context,
            () => RestoreAsync(context),
            error => error is SarkNotFoundException
                ? (StatusCodes.Status404NotFound, new JsonObject { ["Error"] = "snapshot file not found" })
                : null))
            .Needs(ApiScopes.System).IsJob().ReadsHeaders(WireHeaders.ChangeReason).WithName("restoreSnapshot")
            .WithSummary("Restores the database; the one that it replaces is kept as a snapshot.").AnswersJson(
                "What was restored.",
                Body.Json(("restored", Shape.Text)).Or<SnapshotRestore>(),
                JobRoutes.Accepted,
                Answer.Unsupported,
                Answer.Unreadable,
                Answer.NotFound,
                Answer.Unavailable);
    }

    private static Task CreateAsync(HttpContext context)
    {
        var snapshots = OperationAnswer.Backend(context).Snapshots;
        return JobRoutes.RunAsync(
            context,
            "Taking a snapshot",
            (_, token) => snapshots.CreateAsync(token),
            made => new JsonObject { ["newsnapshotname"] = made.Name });
    }

    private static Task RestoreAsync(HttpContext context)
    {
        var name = RawPath.Value(context, "name");
        var snapshots = OperationAnswer.Backend(context).Snapshots;
        var note = Caller.Note(context);
        return JobRoutes.RunAsync(
            context,
            $"Restoring {SarkText.Printable(name)}",
            (_, token) => snapshots.RestoreAsync(name, note, token),
            restored => new JsonObject { ["restored"] = restored.Restored });
    }
}
