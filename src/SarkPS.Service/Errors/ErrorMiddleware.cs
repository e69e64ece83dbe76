using System.Globalization;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http.Features;
using SarkPS.Remote;
using SarkPS.Service.Auth;

namespace SarkPS.Service.Errors;

/// <summary>Sees to it that every answer is JSON and has a request id: failures, unknown addresses and wrong methods.</summary>
internal sealed class ErrorMiddleware(RequestDelegate next, ServiceSettings settings, FailureLog failures, ILogger<ErrorMiddleware> logger)
{
    private const string RequestId = "X-Request-Id";

    private const string OneYear = "max-age=31536000";

    private const int LongestRequestId = 64;

    public async Task InvokeAsync(HttpContext context)
    {
        if (context.Request.Headers[RequestId] is [{ Length: > 0 and <= LongestRequestId } id]
            && id.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.' or ':'))
        {
            context.TraceIdentifier = id;
        }

        context.Response.Headers[RequestId] = context.TraceIdentifier;
        context.Response.Headers.XContentTypeOptions = "nosniff";
        if (context.Request.IsHttps)
        {
            // Only ever over TLS, and believed by browsers where they trust the certificate. (RFC 6797)
            context.Response.Headers.StrictTransportSecurity = OneYear;
        }

        if (IsOverLimit(context))
        {
            context.Response.OnStarting(static state => SayThatItCloses((HttpContext)state), context);
        }

        try
        {
            await next(context).ConfigureAwait(false);
        }
        catch (SarkException error) when (!context.Response.HasStarted)
        {
            if (error.Kind is SarkErrorKind.Unavailable or SarkErrorKind.Denied)
            {
                failures.Note(context, error);
            }

            await WriteAsync(context, error, Caller.IsLocal(context, settings)).ConfigureAwait(false);
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
        catch (Exception error) when (error is IOException && context.RequestAborted.IsCancellationRequested)
        {
            return;
        }
        catch (Exception error) when (!context.Response.HasStarted)
        {
            logger.LogError(
                error,
                "{Method} {Path} failed, request {RequestId}",
                context.Request.Method,
                RawPath.Printable(context),
                context.TraceIdentifier);
            Clear(context);
            context.Response.StatusCode = StatusCodes.Status500InternalServerError;
            await JsonAnswer.WriteAsync(context, new JsonObject { ["message"] = "Server Error" }).ConfigureAwait(false);
            return;
        }

        await WriteRoutingAsync(context).ConfigureAwait(false);
    }

    /// <summary>Answers a failure, for who does not want to throw it.</summary>
    /// <param name="context">The request.</param>
    /// <param name="error">The failure.</param>
    /// <param name="isLocal">Whether the caller sits on this machine and may read where things lie on it.</param>
    public static async Task WriteAsync(HttpContext context, SarkException error, bool isLocal = false)
    {
        Clear(context);
        context.Response.StatusCode = (int)ProblemDetails.StatusOf(error);
        if (error.Kind == SarkErrorKind.Unauthorized)
        {
            context.Response.Headers.WWWAuthenticate = "Bearer";
        }

        if (error is SarkUnavailableException { RetryAfter: { } wait })
        {
            context.Response.Headers.RetryAfter = ((int)Math.Ceiling(wait.TotalSeconds)).ToString(CultureInfo.InvariantCulture);
        }

        // A client that lists problem details among what it accepts reads them; all others get sark6api's bodies.
        var wantsProblem = ClientWish.WantsProblem(context.Request);
        await JsonAnswer.WriteAsync(
            context,
            wantsProblem ? ProblemDetails.Write(error, isLocal) : ErrorBody.Plain(error, isLocal),
            wantsProblem ? WireHeaders.Problem : JsonAnswer.ContentType).ConfigureAwait(false);
    }

    // Whoever answers such a request without reading it, as an unknown address or a missing token is answered, leaves a body
    // that the server does not read either: it closes the connection. A client that is not told sends its next request into it.
    private static bool IsOverLimit(HttpContext context) =>
        context.Request.ContentLength > context.Features.Get<IHttpMaxRequestBodySizeFeature>()?.MaxRequestBodySize;

    // A route that takes files has raised the limit by now.
    private static Task SayThatItCloses(HttpContext context)
    {
        if (IsOverLimit(context) && (HttpProtocol.IsHttp11(context.Request.Protocol) || HttpProtocol.IsHttp10(context.Request.Protocol)))
        {
            context.Response.Headers.Connection = "close";
        }

        return Task.CompletedTask;
    }

    // What a handler had begun to say goes; which request it was stays.
    private static void Clear(HttpContext context)
    {
        context.Response.Clear();
        context.Response.Headers[RequestId] = context.TraceIdentifier;
    }

    private static async Task WriteRoutingAsync(HttpContext context)
    {
        var response = context.Response;
        if (response.HasStarted || response.ContentLength is > 0
            || context.GetEndpoint()?.RequestDelegate is not null && response.StatusCode != StatusCodes.Status405MethodNotAllowed)
        {
            return;
        }

        if (response.StatusCode == StatusCodes.Status404NotFound)
        {
            await JsonAnswer.WriteAsync(context, new JsonObject { ["message"] = "Page Not Found. Check your URI for correctness" })
                .ConfigureAwait(false);
        }
        else if (response.StatusCode == StatusCodes.Status405MethodNotAllowed)
        {
            var allowed = string.Join(
                ", ",
                response.Headers.Allow.ToString().Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries));
            if (HttpMethods.IsOptions(context.Request.Method))
            {
                response.StatusCode = StatusCodes.Status204NoContent;
                return;
            }

            await JsonAnswer.WriteAsync(
                context,
                new JsonObject
                {
                    [
                    "message"] = $"The {SarkText.Printable(context.Request.Method)} method is not supported for this route. Supported "
                        + $"methods: {allowed}."
                }).ConfigureAwait(false);
        }
    }
}
