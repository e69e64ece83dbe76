using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace SarkPS.Remote;

/// <summary>Sends requests to a service and turns its refusals back into the exceptions they were.</summary>
public sealed class SarkHttpClient : IDisposable
{
    private readonly HttpClient http;

    /// <summary>Makes a client.</summary>
    /// <param name="http">The connection; its base address is the service's, such as <c>https://pbx.example.com:44300</c>.</param>
    /// <param name="token">A bearer token, or null.</param>
    public SarkHttpClient(HttpClient http, string? token = null)
    {
        this.http = http;
        if (token is not null)
        {
            http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
        }

        http.DefaultRequestHeaders.Accept.ParseAdd("application/json");
        // Lists the full facts of an error: kind, noun, target, messages by column, dependants.
        http.DefaultRequestHeaders.Accept.ParseAdd(WireHeaders.Problem);
    }

    /// <summary>The address of the service.</summary>
    public Uri Address => http.BaseAddress!;

    /// <summary>One part of a path, escaped.</summary>
    public static string Escape(string part) => Uri.EscapeDataString(part);

    /// <summary>Sends a request with an optional JSON body and reads a JSON answer.</summary>
    /// <param name="method">The method.</param>
    /// <param name="path">The path below <c>/api/</c>, its parts already escaped with <see cref="Escape"/>.</param>
    /// <param name="body">The body, or null for none.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <param name="preferences">Values of the Prefer header.</param>
    /// <returns>The answer, null where it has no body.</returns>
    /// <exception cref="SarkException">The service refused, or did not answer.</exception>
    public async Task<JsonNode?> SendAsync(HttpMethod method, string path, JsonNode? body, CancellationToken cancellationToken, params string[] preferences)
    {
        using var request = new HttpRequestMessage(method, Resolve(path));
        if (body is not null)
        {
            request.Content = new StringContent(body.ToJsonString(), Encoding.UTF8, "application/json");
        }

        foreach (var preference in preferences)
        {
            request.Headers.Add(WireHeaders.Prefer, preference);
        }

        using var response = await SendAsync(request, HttpCompletionOption.ResponseContentRead, cancellationToken).ConfigureAwait(false);
        using var content = await response.Content.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false);
        if (content.Length == 0)
        {
            return null;
        }

        try
        {
            return await JsonNode.ParseAsync(content, cancellationToken: cancellationToken).ConfigureAwait(false);
        }
        catch (JsonException error)
        {
            throw NoService(error);
        }
    }

    /// <summary>Sends any request, such as an upload or a download. The caller disposes the answer.</summary>
    /// <exception cref="SarkException">The service refused, or did not answer.</exception>
    public async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, HttpCompletionOption completion, CancellationToken cancellationToken)
    {
        HttpResponseMessage response;
        try
        {
            response = await http.SendAsync(request, completion, cancellationToken).ConfigureAwait(false);
        }
        catch (HttpRequestException error)
        {
            throw new SarkUnavailableException("Service", Address, $"The service at {Address} does not answer: {Innermost(error).Message}", error);
        }
        catch (OperationCanceledException error) when (!cancellationToken.IsCancellationRequested)
        {
            throw new SarkException(SarkErrorKind.Timeout, "Service", Address, $"The service at {Address} did not answer within {http.Timeout.TotalSeconds:0} seconds.", error);
        }

        if (response.IsSuccessStatusCode)
        {
            return response;
        }

        using (response)
        {
            var text = await response.Content.ReadAsStringAsync(cancellationToken).ConfigureAwait(false);
            throw ErrorFrom(response.StatusCode, text);
        }
    }

    /// <summary>A path below <c>/api/</c> as an address.</summary>
    public Uri Resolve(string path) => new(Address, "/api/" + path);

    /// <inheritdoc/>
    public void Dispose() => http.Dispose();

    private static Exception Innermost(Exception error) => error.InnerException is { } inner ? Innermost(inner) : error;

    private SarkUnavailableException NoService(Exception error) =>
        new("Service", Address, $"What answers at {Address} is no SARK service: its answer is not JSON.", error);

    private SarkException ErrorFrom(HttpStatusCode status, string text)
    {
        JsonNode? body;
        try
        {
            body = text.Length > 0 ? JsonNode.Parse(text) : null;
        }
        catch (JsonException error)
        {
            return NoService(error);
        }

        if (body is JsonObject problem && problem["kind"] is { } kind)
        {
            return FromProblem(problem, Enum.TryParse<SarkErrorKind>((string?)kind, out var known) ? known : SarkErrorKind.Unavailable);
        }

        // Not a SarkPS service, but perhaps sark6api itself: its bodies say less.
        var message = body switch
        {
            JsonObject map when map["message"] is JsonValue said => said.ToString(),
            JsonObject map when map["reason"] is JsonValue said => said.ToString(),
            null => $"The service answered {(int)status}.",
            _ => body.ToJsonString(),
        };
        return status switch
        {
            HttpStatusCode.NotFound => new SarkNotFoundException("Service", Address, message),
            HttpStatusCode.UnprocessableEntity when body is JsonObject errors =>
                new SarkValidationException("Service", null, Messages(errors), isDuplicate: errors.ContainsKey(SarkValidationException.DuplicateField)),
            HttpStatusCode.Conflict => new SarkConflictException("Service", null, message),
            HttpStatusCode.Forbidden => new SarkDeniedException("Service", Address, message),
            HttpStatusCode.Unauthorized => new SarkException(SarkErrorKind.Unauthorized, "Service", Address, message),
            HttpStatusCode.BadRequest => new SarkException(SarkErrorKind.BadRequest, "Service", Address, message),
            _ => new SarkUnavailableException("Service", Address, message),
        };
    }

    private static SarkException FromProblem(JsonObject problem, SarkErrorKind kind)
    {
        var noun = (string?)problem["noun"] ?? "Service";
        var target = (string?)problem["target"];
        var detail = (string?)problem["detail"] ?? "";
        return kind switch
        {
            SarkErrorKind.NotFound => new SarkNotFoundException(noun, target, detail),
            SarkErrorKind.Conflict when problem["errors"] is JsonObject errors => new SarkValidationException(noun, target, Messages(errors), detail, isDuplicate: true),
            SarkErrorKind.Conflict => new SarkConflictException(noun, target, detail, [.. (problem["dependants"] as JsonArray ?? []).Select(d => d!.ToString())]),
            SarkErrorKind.Validation => new SarkValidationException(noun, target, Messages(problem["errors"] as JsonObject ?? []), detail),
            SarkErrorKind.Unavailable => new SarkUnavailableException(noun, target, detail),
            SarkErrorKind.Denied => new SarkDeniedException(noun, target, detail),
            _ => new SarkException(kind, noun, target, detail),
        };
    }

    private static List<KeyValuePair<string, IReadOnlyList<string>>> Messages(JsonObject errors) =>
        [.. errors.Select(e => new KeyValuePair<string, IReadOnlyList<string>>(e.Key, e.Value is JsonArray list ? [.. list.Select(m => m?.ToString() ?? "")] : [e.Value?.ToString() ?? ""]))];
}
