using System.Text.Json.Nodes;
using SarkPS.Remote;
using SarkPS.Service.Auth;
using SarkPS.Service.Description;

namespace SarkPS.Service.Operations;

/// <summary><c>/backups</c>.</summary>
internal static class BackupRoutes
{
    public static void MapBackupRoutes(this IEndpointRouteBuilder all)
    {
        var kind = FileStores.Backups;
        var api = all.MapGroup("").About(kind.Route, "Archives of the database, greetings, voicemail, configuration and directory.");
        new FileStoreRoutes<Backup>(
            kind,
            backend => backend.Backups,
            FileStoreRoutes<Backup>.SizesAndDates,
            FileStoreRoutes<Backup>.SizesAndDatesShape,
            "application/zip",
            "bkups/",
            ApiScopes.System,
            ApiScopes.System).Map(api);
        api.MapMethods(kind.Route + "/new", OperationAnswer.Doing, CreateAsync).Needs(ApiScopes.System).ChangesByGet()
            .IsJob().WithName("createBackup").WithSummary("Makes a backup.")
            .AnswersJson(
                "Its name.",
                Body.Json(("newbackupname", Shape.Text)).Or<Backup>(),
                JobRoutes.Accepted,
                Answer.Unsupported,
                Answer.Unavailable);
        api.MapPut(
            kind.Route + "/{name}",
            context => OperationAnswer.WithOriginalErrorsAsync(context, () => RestoreAsync(context), NotFound)).WithMetadata(
                new QueryNames([QueryNames.DryRun], Rehearses: true))
            .Needs(ApiScopes.System).IsJob().ReadsHeaders(WireHeaders.ChangeReason).WithName("restoreBackup")
            .WithSummary("Restores the parts of a backup that the body names.")
            .Reads(Body.Json([.. BackupPartNames.All.Select(p => (p.Key + "?", Shape.Truth))])
                .Such(new JsonObject { [BackupPartNames.All[0].Key] = true }))
            .AnswersJson(
                "What was restored, or would be.",
                Body.Json(
                    ("restored?", Shape.Text),
                    ("wouldrestore?", Shape.Text),
                    ("changes?", Shape.List(Shape.Object(
                        ("action", Shape.Word(Enum.GetNames<BackupChangeAction>())),
                        ("path", Shape.Text),
                        ("size", Shape.Whole))))).Or<BackupRestore>(),
                JobRoutes.Accepted,
                Answer.Unsupported,
                Answer.Unreadable,
                Answer.NotFound,
                Answer.Invalid,
                Answer.Unavailable);
        api.MapMethods(
            kind.Route + "/{name}/check",
            OperationAnswer.Reading,
            context => OperationAnswer.WithOriginalErrorsAsync(context, () => TestAsync(context), NotFound)).Needs(
                ApiScopes.System).IsJob().WithName("checkBackup").WithSummary("Checks a backup.").AnswersJson(
                    "What could be restored from it.",
                    Body.Json(
                        ("valid", Shape.Truth),
                        ("restorable", Shape.List(Shape.Text)),
                        ("files", Shape.Whole),
                        ("size", Shape.Whole),
                        ("problems", Shape.List(Shape.Text))).Or<BackupReport>(),
                    JobRoutes.Accepted,
                    Answer.Unsupported,
                    Answer.Unreadable,
                    Answer.NotFound,
                    Answer.Unavailable);
    }

    private static Task CreateAsync(HttpContext context)
    {
        var backups = OperationAnswer.Backend(context).Backups;
        return JobRoutes.RunAsync(
            context,
            "Making a backup",
            backups.CreateAsync,
            made => new JsonObject { ["newbackupname"] = made.Name });
    }

    private static Task TestAsync(HttpContext context)
    {
        var name = RawPath.Value(context, "name");
        var backups = OperationAnswer.Backend(context).Backups;
        return JobRoutes.RunAsync(context, $"Checking {SarkText.Printable(name)}", (progress, token) => backups.TestAsync(
            name,
            progress,
            token), found => new JsonObject
            {
                ["valid"] = found.Valid,
                ["restorable"] = new JsonArray(
                [.. BackupPartNames.All.SkipLast(1).Where(pair => found.Parts.HasFlag(pair.Value)).Select(pair => (JsonNode)pair.Key)]),
                ["files"] = found.Files,
                ["size"] = found.ContentSize,
                ["problems"] = new JsonArray([.. found.Problems.Select(problem => (JsonNode)problem)]),
            });
    }

    private static async Task RestoreAsync(HttpContext context)
    {
        var name = RawPath.Value(context, "name");
        var parts = Parts(
            await RequestBody.ReadJsonAsync(context.Request, context.RequestAborted).ConfigureAwait(false) as JsonObject ?? [],
            name);
        var dryRun = ClientWish.Flag(context.Request, QueryNames.DryRun) || ClientWish.IsRehearsal(context.Request);
        var backups = OperationAnswer.Backend(context).Backups;
        var note = Caller.Note(context);
        var activity = $"{(dryRun ? "Looking through" : "Restoring")} {SarkText.Printable(name)}";
        await JobRoutes.RunAsync(context, activity, (progress, token) => backups.RestoreAsync(
            name,
            parts,
            dryRun,
            note,
            progress,
            token), restored => restored.DryRun
            ? new JsonObject
            {
                ["wouldrestore"] = restored.Name,
                ["changes"] = new JsonArray([.. restored.Changes.Select(
                change => (JsonNode)new JsonObject
                {
                    ["action"] = change.Action.ToString(),
                    ["path"] = change.Path,
                    ["size"] = change.Size,
                })])
            }
            : new JsonObject { ["restored"] = restored.Name }).ConfigureAwait(false);
    }

    /// <summary>What passes for true in the rule asks for a part: the original let 1 and its text pass, and then did nothing.</summary>
    private static BackupParts Parts(JsonObject body, string name)
    {
        var parts = BackupParts.None;
        var messages = new List<KeyValuePair<string, IReadOnlyList<string>>>();
        foreach (var (field, part) in BackupPartNames.All.Where(pair => body.ContainsKey(pair.Key)))
        {
            var text = body[field]?.ToJsonString();
            parts |= text is "true" or "1" or "\"1\"" ? part : BackupParts.None;
            if (text is not ("true" or "false" or "0" or "1" or "\"0\"" or "\"1\""))
            {
                messages.Add(new(field, [$"The {field} field must be true or false."]));
            }
        }

        return messages.Count == 0 ? parts : throw new SarkValidationException("Backup", name, messages);
    }

    private static (int, JsonNode)? NotFound(SarkException error) =>
        error is SarkNotFoundException ? (StatusCodes.Status404NotFound, new JsonObject { ["Error"] = "backup file not found" }) : null;
}
