using SarkPS.Service.Auth;
using SarkPS.Service.Description;

namespace SarkPS.Service;

/// <summary>Whether the service can do its work.</summary>
internal static class Health
{
    public static void Map(IEndpointRouteBuilder all) =>
        all.MapGet("/health", CheckAsync).IsPublic().WithTags("service").WithSummary("Tells whether the service can do its work.")
            .AnswersJson("The database can be read.", new Answer(StatusCodes.Status503ServiceUnavailable, "It cannot.", Body.Json()));

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
