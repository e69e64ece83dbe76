using SarkPS.Service.History;

namespace SarkPS.Service.Auth;

/// <summary>Refuses changes that would do more than was meant, and notes what was changed and by whom.</summary>
internal sealed class ChangeMiddleware(RequestDelegate next, ILogger<ChangeMiddleware> logger)
{
    public Task InvokeAsync(HttpContext context)
    {
        if (context.GetEndpoint() is not RouteEndpoint || !Effect.Changes(context))
        {
            return next(context);
        }

        QueryNames.Check(context);
        return NoteAsync(context);
    }

    private async Task NoteAsync(HttpContext context)
    {
        await next(context).ConfigureAwait(false);
        if (context.Response.StatusCode < 400 && !ClientWish.IsRehearsal(context.Request) && DraftMiddleware.Of(context) is null)
        {
            logger.LogInformation(
                "{Method} {Path} by {Caller} from {Source}: {Status}, request {RequestId}",
                context.Request.Method,
                RawPath.Printable(context),
                Caller.Token(context)?.Name ?? "a caller without a token",
                Caller.Source(context),
                context.Response.StatusCode,
                context.TraceIdentifier);
        }
    }
}
