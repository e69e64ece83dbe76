using SarkPS.Service.Auth;
using SarkPS.Service.Description;

namespace SarkPS.Service;

/// <summary>Whether the service lives, and whether it can do its work.</summary>
internal static class Health
{
    /// <summary>What the routes are about that tell of the service itself.</summary>
    public const string Topic = "service";

    /// <summary>What that is.</summary>
    public const string TopicText = "The service itself. Says nothing of the exchange.";

    public static void Map(IEndpointRouteBuilder all)
    {
        var api = all.MapGroup("").About(Topic, TopicText);
        foreach (var (path, name) in new[] { ("/health", "getHealth"), ("/health/ready", "getReadiness") })
        {
            api.MapGet(path, CheckAsync).IsPublic().WithName(name).WithSummary("Tells whether the service can do its work.").AnswersJson(
                "The database can be read.",
                Body.Json(("status", Shape.Word("ok"))),
                new Answer(
                    StatusCodes.Status503ServiceUnavailable,
                    "It cannot.",
                    Body.Json(("status", Shape.Word("unavailable")), ("reason", Shape.Text))));
        }

        // Whoever starts a service anew that does not answer this would not mend a database by it.
        api.MapGet("/health/live", () => Results.Json(new { status = "ok" })).IsPublic().WithName("getLiveness")
            .WithSummary("Tells that the service answers, whatever the state of the database.")
            .AnswersJson("It does.", Body.Json(("status", Shape.Word("ok"))));
    }

    /// <summary>200 when the database can be read, else 503.</summary>
    private static async Task<IResult> CheckAsync(ISarkBackend backend, CancellationToken cancellationToken)
    {
        try
        {
            await backend.Tables.ListAsync(Global.Descriptor, null, cancellationToken).ConfigureAwait(false);
            return Results.Json(new { status = "ok" });
        }
        catch (SarkException error)
        {
            return Results.Json(
                new { status = "unavailable", reason = error.Kind.ToString() },
                statusCode: StatusCodes.Status503ServiceUnavailable);
        }
    }
}
