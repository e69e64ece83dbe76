using System.Text.Json.Nodes;
using SarkPS.Remote;

namespace SarkPS.Service.Errors;

/// <summary>Sees to it that every answer is JSON: failures, unknown addresses and wrong methods.</summary>
internal sealed class ErrorMiddleware(RequestDelegate next, ILogger<ErrorMiddleware> logger)
{
    public async Task InvokeAsync(HttpContext context)
    {
        try
        {
            await next(context).ConfigureAwait(false);
        }
        catch (SarkException error) when (!context.Response.HasStarted)
        {
            if (error.Kind is SarkErrorKind.Unavailable or SarkErrorKind.Denied)
            {
                logger.LogWarning(error, "{Method} {Path} failed", context.Request.Method, context.Request.Path);
            }

            await WriteAsync(context, error).ConfigureAwait(false);
            return;
        }
        catch (BadHttpRequestException error) when (!context.Response.HasStarted)
        {
            var kind = error.StatusCode == StatusCodes.Status413PayloadTooLarge ? SarkErrorKind.TooLarge : SarkErrorKind.BadRequest;
            await WriteAsync(context, new SarkException(kind, "Request", null, error.Message)).ConfigureAwait(false);
            return;
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
            // The client went away; there is nobody to answer.
            return;
        }
        catch (Exception error) when (!context.Response.HasStarted)
        {
            logger.LogError(error, "{Method} {Path} failed", context.Request.Method, context.Request.Path);
            context.Response.Clear();
            context.Response.StatusCode = StatusCodes.Status500InternalServerError;
            await JsonAnswer.WriteAsync(context, new JsonObject { ["message"] = "Server Error" }).ConfigureAwait(false);
            return;
        }

        await WriteRoutingAsync(context).ConfigureAwait(false);
    }

    /// <summary>Answers a failure, for who does not want to throw it.</summary>
    public static async Task WriteAsync(HttpContext context, SarkException error)
    {
        context.Response.Clear();
        var status = context.Response.StatusCode = ErrorBody.StatusOf(error);
        if (error.Kind == SarkErrorKind.Unauthorized)
        {
            context.Response.Headers.WWWAuthenticate = "Bearer";
        }

        if (error is SarkUnavailableException { RetryAfter: { } wait })
        {
            context.Response.Headers.RetryAfter = ((int)Math.Ceiling(wait.TotalSeconds)).ToString(System.Globalization.CultureInfo.InvariantCulture);
        }

        // A client that lists problem details among what it accepts reads them; all others get sark6api's bodies.
        var wantsProblem = ClientWish.WantsProblem(context.Request);
        await JsonAnswer.WriteAsync(
            context,
            wantsProblem ? ErrorBody.Problem(error, status) : ErrorBody.Plain(error),
            wantsProblem ? WireHeaders.Problem : JsonAnswer.ContentType).ConfigureAwait(false);
    }

    private static async Task WriteRoutingAsync(HttpContext context)
    {
        var response = context.Response;
        if (response.HasStarted || response.ContentLength is > 0 || context.GetEndpoint()?.RequestDelegate is not null && response.StatusCode != StatusCodes.Status405MethodNotAllowed)
        {
            return;
        }

        if (response.StatusCode == StatusCodes.Status404NotFound)
        {
            await JsonAnswer.WriteAsync(context, new JsonObject { ["message"] = "Page Not Found. Check your URI for correctness" }).ConfigureAwait(false);
        }
        else if (response.StatusCode == StatusCodes.Status405MethodNotAllowed)
        {
            var allowed = string.Join(", ", response.Headers.Allow.ToString().Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries));
            await JsonAnswer.WriteAsync(
                context,
                new JsonObject { ["message"] = $"The {context.Request.Method} method is not supported for this route. Supported methods: {allowed}." }).ConfigureAwait(false);
        }
    }
}
