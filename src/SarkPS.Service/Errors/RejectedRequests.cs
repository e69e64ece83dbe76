using System.Buffers;
using System.Diagnostics;
using System.Text.Json;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http.Features;

namespace SarkPS.Service.Errors;

/// <summary>
/// Gives a body to what the server refuses before any of the service's code sees it: a broken request line, too long an
/// address, too many headers, a body in no known form. The server tells of these by a diagnostic event and then sends a bare
/// status, unless an answer has begun.
/// </summary>
internal sealed class RejectedRequests : IObserver<KeyValuePair<string, object?>>
{
    private const string Event = "Microsoft.AspNetCore.Server.Kestrel.BadRequest";

    /// <summary>Answers for a server.</summary>
    public static void Answer(IServiceProvider services) =>
        services.GetRequiredService<DiagnosticListener>().Subscribe(new RejectedRequests(), static name => name == Event);

    public void OnCompleted()
    {
    }

    public void OnError(Exception error)
    {
    }

    public void OnNext(KeyValuePair<string, object?> value)
    {
        if (value.Value is not IFeatureCollection request
            || request.Get<IHttpResponseFeature>() is not { HasStarted: false } response
            || request.Get<IConnectionTransportFeature>() is not { } connection
            || request.Get<IHttpResponseBodyFeature>() is not { } body)
        {
            return;
        }

        var reason = request.Get<IBadRequestExceptionFeature>()?.Error is BadHttpRequestException error
            ? error.Message
            : "The request cannot be read.";
        var json = JsonSerializer.SerializeToUtf8Bytes(new Dictionary<string, string> { ["message"] = SarkText.Printable(reason) });
        response.Headers.ContentType = JsonAnswer.ContentType;
        response.Headers.ContentLength = json.Length;
        response.Headers.Connection = "close";
        var started = body.StartAsync();
        if (!started.IsCompletedSuccessfully || HttpMethods.IsHead(request.Get<IHttpRequestFeature>()?.Method ?? ""))
        {
            return;
        }

        // The server closes the connection behind an answer that has begun; what is written here is sent before.
        connection.Transport.Output.Write(json);
        // A client that does not take so little keeps nobody waiting: the connection is closed either way.
        var flushed = connection.Transport.Output.FlushAsync();
        if (!flushed.IsCompletedSuccessfully)
        {
            _ = flushed.AsTask();
        }
    }
}
