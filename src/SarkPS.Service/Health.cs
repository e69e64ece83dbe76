using SarkPS.Data;

namespace SarkPS.Service;

/// <summary>Whether the service can do its work.</summary>
internal static class Health
{
    /// <summary>200 when the database can be read, else 503.</summary>
    public static async Task<IResult> CheckAsync(LocalBackend backend, CancellationToken cancellationToken)
    {
        try
        {
            await backend.Store.ListAsync(Global.Descriptor, null, cancellationToken).ConfigureAwait(false);
            return Results.Json(new { status = "ok" });
        }
        catch (SarkException error)
        {
            return Results.Json(new { status = "unavailable", reason = error.Kind.ToString() }, statusCode: StatusCodes.Status503ServiceUnavailable);
        }
    }
}
