using System.Diagnostics;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace SarkPS.Remote;

/// <summary>Sends requests to a service and turns its refusals back into the exceptions they were.</summary>
public sealed class SarkHttpClient : IDisposable
{
    /// <summary>
    /// How long one call goes on asking a service that says "later". A limit counts requests by the minute, so one whole
    /// minute must fit.
    /// </summary>
    public static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    private static readonly TimeSpan ConnectLimit = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan FirstPauseBeforeAgain = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan ShortestPause = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan LongestGuess = TimeSpan.FromSeconds(10);

    private readonly HttpClient http;
    private readonly bool hasToken;

    // The draft that all requests are about, and whether the connection is another client's.
    private readonly string? draft;

    /// <summary>Makes a client.</summary>
    /// <param name="http">The connection; its base address is the service's, such as <c>https://pbx.example.com:44300</c>.
    /// Its time-out becomes that of one answer.</param>
    /// <param name="token">A bearer token, or null.</param>
    public SarkHttpClient(HttpClient http, string? token = null)
    {
        ArgumentNullException.ThrowIfNull(http);
        this.http = http;
        // Each call has a limit of its own: what takes long by its nature is not ended by the limit of a question.
        Timeout = http.Timeout;
        http.Timeout = System.Threading.Timeout.InfiniteTimeSpan;
        hasToken = token is not null;
        if (token is not null)
        {
            http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
        }

        http.DefaultRequestHeaders.Accept.ParseAdd("application/json");
        // Lists the full facts of an error: kind, noun, target, messages by column, dependants.
        http.DefaultRequestHeaders.Accept.ParseAdd(WireHeaders.Problem);
    }

    private SarkHttpClient(SarkHttpClient client, string draft)
    {
        (http, hasToken, Timeout, Identity) = (client.http, client.hasToken, client.Timeout, client.Identity);
        this.draft = draft;
    }

    /// <summary>The same connection, on which all requests are about a draft. It stays this client's.</summary>
    internal SarkHttpClient Within(string draft) => new(this, draft);

    /// <summary>Opens the way to a service. Nothing is sent yet.</summary>
    /// <param name="address">Its address.</param>
    /// <param name="token">A bearer token, or null.</param>
    /// <param name="timeout">How long the answer to a question may take.</param>
    /// <param name="skipCertificateCheck">Take any certificate, also that of somebody in between.</param>
    /// <param name="fingerprint">The one certificate that is taken, whoever vouches for it or not, as
    /// <see cref="CertificateFingerprint"/> writes it; null for any that this machine trusts.</param>
    public static SarkHttpClient Open(Uri address, string? token, TimeSpan timeout, bool skipCertificateCheck, string? fingerprint = null)
    {
        var handler = new SocketsHttpHandler
        {
            AutomaticDecompression = DecompressionMethods.All,
            // A service sends nobody elsewhere; who does is none, or is in front of one.
            AllowAutoRedirect = false,
            PooledConnectionLifetime = TimeSpan.FromMinutes(10),
            ConnectTimeout = timeout < ConnectLimit ? timeout : ConnectLimit,
            ConnectCallback = ConnectAsync,
        };
        if (fingerprint is not null)
        {
            handler.SslOptions.RemoteCertificateValidationCallback = (_, certificate, _, _) =>
                certificate is not null && CertificateFingerprint.Of(certificate) is var found && (found == fingerprint
                    ? true
                    : throw new OtherCertificateException(
                        $"Its certificate is another: the fingerprint is {found}, and was to be {fingerprint}."));
        }
        else if (skipCertificateCheck)
        {
#pragma warning disable CA5359 // The user asked for it by name, and the help says what it means.
            handler.SslOptions.RemoteCertificateValidationCallback = (_, _, _, _) => true;
#pragma warning restore CA5359
        }

        return new SarkHttpClient(new HttpClient(handler) { BaseAddress = address, Timeout = timeout }, token);
    }

    /// <summary>The address of the service.</summary>
    public Uri Address => http.BaseAddress!;

    /// <summary>How long the answer to a question may take.</summary>
    public TimeSpan Timeout { get; }

    /// <summary>What the service said of itself when it was last asked; null before.</summary>
    public ServiceIdentity? Identity { get; private set; }

    /// <summary>One part of a path, escaped.</summary>
    /// <param name="part">The part.</param>
    /// <param name="noun">What it names, for messages.</param>
    /// <exception cref="SarkException">An address cannot have such a part.</exception>
    public static string Escape(string part, string noun = "Service") => IsAddressable(part)
        ? Uri.EscapeDataString(part)
        : throw new SarkException(
        SarkErrorKind.BadRequest,
        noun,
        part,
        $"An address cannot have '{part}' as a part: '.', '..' and nothing at all are taken out of it on the way, and what is left "
            + "means something else. Nothing was sent. Use the database on the machine itself, with Connect-Sark -Database.");

    /// <summary>Whether an address can have this part. Dots alone are folded into the path, escaped or not.</summary>
    public static bool IsAddressable(string part) => part is not ("" or "." or "..");

    /// <summary>One name or value of a query, escaped.</summary>
    public static string EscapeQuery(string text) => Uri.EscapeDataString(text);

    /// <summary>Asks the service what it is, which shows whether it is one and whether it knows the caller.</summary>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <exception cref="SarkException">It is not there, is something else, or does not know the caller.</exception>
    public async Task<ServiceIdentity> IdentifyAsync(CancellationToken cancellationToken)
    {
        JsonNode? answer;
        try
        {
            answer = await SendAsync(HttpMethod.Get, WireHeaders.WhoAmI, null, cancellationToken).ConfigureAwait(false);
        }
        catch (SarkException error) when (error.Kind is SarkErrorKind.Unauthorized)
        {
            throw new SarkException(SarkErrorKind.Unauthorized, "Service", Address,
                $"The service at {Address} {(hasToken ? "does not know the token" : "asks for a token: name one with -Token")}. "
                    + $"{error.Message}", error);
        }
        catch (SarkException error) when (error.Kind is SarkErrorKind.Denied)
        {
            throw new SarkDeniedException("Service", Address,
                $"The service at {Address} does not let the caller "
                    + $"in{(hasToken ? "" : "; perhaps it wants a token, which -Token names")}. {error.Message}", error);
        }
        catch (SarkException error) when (error.Kind is SarkErrorKind.NotFound or SarkErrorKind.Unsupported
            or SarkErrorKind.BadRequest or SarkErrorKind.Validation)
        {
            throw Other($"it does not know /api/{WireHeaders.WhoAmI}", error);
        }

        return Identity = Understand(() => ServiceIdentity.Of(answer)) ?? throw Other("it does not say that it is SarkPS", null);
    }

    /// <summary>Sends a request with an optional JSON body and reads a JSON answer.</summary>
    /// <param name="method">The method.</param>
    /// <param name="path">The path below <c>/api/</c>, its parts already escaped with <see cref="Escape"/>.</param>
    /// <param name="body">The body, or null for none.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <param name="preferences">Values of the Prefer header.</param>
    /// <returns>The answer, null where it has no body.</returns>
    /// <exception cref="SarkException">The service refused, or did not answer.</exception>
    public Task<JsonNode?> SendAsync(
        HttpMethod method,
        string path,
        JsonNode? body,
        CancellationToken cancellationToken,
        params string[] preferences) =>
        SendAsync(method, path, body, null, cancellationToken, preferences);

    /// <summary>The same for something that takes as long as it takes.</summary>
    /// <param name="method">The method.</param>
    /// <param name="path">The path below <c>/api/</c>, its parts already escaped with <see cref="Escape"/>.</param>
    /// <param name="body">The body, or null for none.</param>
    /// <param name="limit">How long the answer may take, if that is longer than <see cref="Timeout"/>; null for a question.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <param name="preferences">Values of the Prefer header.</param>
    public Task<JsonNode?> SendAsync(
        HttpMethod method,
        string path,
        JsonNode? body,
        TimeSpan? limit,
        CancellationToken cancellationToken,
        params string[] preferences) =>
        SendAsync(
            method,
            path,
            body,
            limit,
            [.. preferences.Select(p => KeyValuePair.Create(WireHeaders.Prefer, p))],
            null,
            cancellationToken);

    /// <summary>The same with headers of its own.</summary>
    /// <param name="method">The method.</param>
    /// <param name="path">The path below <c>/api/</c>, its parts already escaped with <see cref="Escape"/>.</param>
    /// <param name="body">The body, or null for none.</param>
    /// <param name="limit">How long the answer may take, if that is longer than <see cref="Timeout"/>; null for a question.</param>
    /// <param name="headers">The headers.</param>
    /// <param name="isAnswer">Which statuses beside those of success are no refusal of the request; null for none.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    internal async Task<JsonNode?> SendAsync(
        HttpMethod method,
        string path,
        JsonNode? body,
        TimeSpan? limit,
        IReadOnlyList<KeyValuePair<string, string>> headers,
        Func<HttpStatusCode, bool>? isAnswer,
        CancellationToken cancellationToken)
    {
        using var response = await SendAsync(
            () =>
            {
                var request = new HttpRequestMessage(method, Resolve(path));
                if (body is not null)
                {
                    request.Content = new StringContent(body.ToJsonString(), Encoding.UTF8, "application/json");
                }

                foreach (var (name, value) in headers)
                {
                    request.Headers.Add(name, value);
                }

                return request;
            },
            HttpCompletionOption.ResponseContentRead,
            limit,
            cancellationToken,
            isAnswer).ConfigureAwait(false);
        var answer = await ReadAsync(response, cancellationToken).ConfigureAwait(false);
        foreach (var notice in response.Headers.TryGetValues(WireHeaders.Notice, out var notices) ? notices : [])
        {
            Notices.Tell(WireHeaders.FromNotice(notice));
        }

        return answer;
    }

    /// <summary>
    /// Sends what a service does once only, however often it comes: with the same key again where the connection is lost before the
    /// answer, so that nobody is left in doubt and nothing is done twice.
    /// </summary>
    /// <param name="send">Sends it with the headers that it is given.</param>
    /// <param name="attempts">How often at most.</param>
    /// <param name="cancellationToken">Ends the waiting between two attempts.</param>
    internal static async Task<JsonNode?> SendOnceOnlyAsync(
        Func<KeyValuePair<string, string>, Task<JsonNode?>> send,
        int attempts,
        CancellationToken cancellationToken)
    {
        var key = KeyValuePair.Create(WireHeaders.IdempotencyKey, $"\"{Guid.NewGuid():N}\"");
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                return await send(key).ConfigureAwait(false);
            }
            // The first may still be under way when the second comes.
            catch (SarkException error) when (attempt < attempts
                && (attempt == 1 ? IsAnswerLost(error) : error is SarkUnreachableException or SarkConflictException { Noun: "Request" }))
            {
                await Task.Delay(FirstPauseBeforeAgain * attempt, cancellationToken).ConfigureAwait(false);
            }
            catch (SarkUnreachableException error) when (attempt > 1)
            {
                throw new SarkUnreachableException(
                    error.Noun,
                    error.Target,
                    $"{error.Message} It was sent {attempt} times. Whether it was done is not known; Get-SarkChange tells it when the service "
                        + "answers again.",
                    error);
            }
        }
    }

    // Where no connection came about nothing was sent, and where it was closed here there is none the next time either.
    private static bool IsAnswerLost(SarkException error) => error is SarkUnreachableException && error.InnerException is not (
        ObjectDisposedException or OperationCanceledException or HttpRequestException
        {
            HttpRequestError: HttpRequestError.ConnectionError or HttpRequestError.NameResolutionError
                or HttpRequestError.SecureConnectionError,
        });

    /// <summary>
    /// Sends any request, such as an upload or a download. One that the service puts off is made and sent again, when
    /// nothing can have been done: after 429 any request, after 503 with a time only one that may be repeated. The caller
    /// disposes the answer.
    /// </summary>
    /// <param name="make">Makes the request.</param>
    /// <param name="completion">Whether to wait for the whole answer.</param>
    /// <param name="limit">How long the answer may take, if that is longer than <see cref="Timeout"/>; null for a question.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <param name="isAnswer">Which statuses beside those of success are no refusal of the request; null for none.</param>
    /// <exception cref="SarkException">The service refused, or did not answer.</exception>
    public async Task<HttpResponseMessage> SendAsync(
        Func<HttpRequestMessage> make,
        HttpCompletionOption completion,
        TimeSpan? limit,
        CancellationToken cancellationToken,
        Func<HttpStatusCode, bool>? isAnswer = null)
    {
        ArgumentNullException.ThrowIfNull(make);
        var clock = Stopwatch.StartNew();
        for (var attempt = 0; ; attempt++)
        {
            var request = make();
            if (draft is not null)
            {
                request.Headers.Add(WireHeaders.ChangeDraft, draft);
            }

            var response = await SendOnceAsync(request, completion, Longer(limit), cancellationToken).ConfigureAwait(false);
            if (response.IsSuccessStatusCode || isAnswer?.Invoke(response.StatusCode) == true)
            {
                return response.Content.Headers.ContentType?.MediaType is "text/html" ? throw NoService(response) : response;
            }

            // What takes long is no question that can be asked twice.
            var isRepeatable = limit is null && (request.Method == HttpMethod.Get || request.Method == HttpMethod.Head
                || request.Method == HttpMethod.Put
                || request.Method == HttpMethod.Delete);
            if (Pause(response, attempt, isRepeatable) is { } pause && clock.Elapsed + pause <= Patience)
            {
                response.Dispose();
                Notices.Tell($"The service at {Address} asks for patience; what it puts off is sent again when it allows it.", once: true);
                await Task.Delay(pause, cancellationToken).ConfigureAwait(false);
                continue;
            }

            using (response)
            {
                throw await ErrorFromAsync(response, cancellationToken).ConfigureAwait(false);
            }
        }
    }

    /// <summary>Reads an answer as JSON.</summary>
    /// <returns>Null where it has no body.</returns>
    /// <exception cref="SarkException">It is something else, or broke off.</exception>
    public Task<JsonNode?> ReadAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(response);
        return ReceiveAsync(async () =>
        {
            using var content = await response.Content.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false);
            return content is { CanSeek: true, Length: 0 }
                ? null
                : await JsonNode.ParseAsync(content, cancellationToken: cancellationToken).ConfigureAwait(false);
        });
    }

    /// <summary>Receives a body; what goes wrong in the middle becomes a failure of the exchange.</summary>
    /// <param name="receive">Reads it, and parses it if it is JSON.</param>
    public async Task<T> ReceiveAsync<T>(Func<Task<T>> receive)
    {
        ArgumentNullException.ThrowIfNull(receive);
        try
        {
            return await receive().ConfigureAwait(false);
        }
        catch (JsonException error)
        {
            throw NoService(error);
        }
        catch (Exception error) when (error is HttpRequestException or IOException)
        {
            throw Lost(error);
        }
        catch (ObjectDisposedException error)
        {
            throw Closed(error);
        }
    }

    /// <summary>Reads what an answer means. One of another shape is a failure of the exchange and not of the caller.</summary>
    /// <param name="read">Reads it.</param>
    public T Understand<T>(Func<T> read)
    {
        ArgumentNullException.ThrowIfNull(read);
        try
        {
            return read();
        }
        catch (Exception error) when (error is JsonException or NotSupportedException or InvalidOperationException or FormatException
            or NullReferenceException or InvalidCastException or KeyNotFoundException or ArgumentException)
        {
            throw NotUnderstood(error);
        }
    }

    /// <summary>What is thrown when an answer is JSON, and not what was asked for.</summary>
    public SarkUnavailableException NotUnderstood(Exception? error) =>
        new("Service", Address, $"The service at {Address} gave an answer that this version of SarkPS does not understand.", error);

    /// <summary>A path below <c>/api/</c> as an address.</summary>
    public Uri Resolve(string path) => new(Address, "/api/" + path);

    /// <inheritdoc/>
    public void Dispose()
    {
        if (draft is null)
        {
            http.Dispose();
        }
    }

    // As the platform does it, and the system is told to look after a connection on which nothing comes: what takes long
    // has no limit of time, and a machine that was switched off sends nothing.
    private static async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken cancellationToken)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.KeepAlive, true);
            socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveTime, 60);
            socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveInterval, 15);
            socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveRetryCount, 4);
            await socket.ConnectAsync(context.DnsEndPoint, cancellationToken).ConfigureAwait(false);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private async Task<HttpResponseMessage> SendOnceAsync(
        HttpRequestMessage request,
        HttpCompletionOption completion,
        TimeSpan limit,
        CancellationToken cancellationToken)
    {
        using var end = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        if (limit != System.Threading.Timeout.InfiniteTimeSpan)
        {
            end.CancelAfter(limit);
        }

        try
        {
            return await http.SendAsync(request, completion, end.Token).ConfigureAwait(false);
        }
        catch (HttpRequestException error)
        {
            throw new SarkUnreachableException(
                "Service",
                Address,
                $"The service at {Address} does not answer: {Sentence(error)}{Hint(error)}",
                error);
        }
        catch (OperationCanceledException error) when (!cancellationToken.IsCancellationRequested && !end.IsCancellationRequested
            && error.InnerException is TimeoutException)
        {
            throw new SarkUnreachableException("Service", Address,
                $"The service at {Address} does not answer: no connection within "
                    + $"{Math.Min(ConnectLimit.TotalSeconds, limit.TotalSeconds):0} seconds.", error);
        }
        catch (OperationCanceledException error) when (!cancellationToken.IsCancellationRequested && end.IsCancellationRequested)
        {
            throw new SarkException(
                SarkErrorKind.Timeout,
                "Service",
                Address,
                $"The service at {Address} did not answer within {limit.TotalSeconds:0} seconds. Connect-Sark -TimeoutSeconds allows more.",
                error);
        }
        catch (Exception error) when (error is ObjectDisposedException
            || (error is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            throw Closed(error);
        }
    }

    private TimeSpan Longer(TimeSpan? limit) =>
        limit is not { } asked ? Timeout
        : asked == System.Threading.Timeout.InfiniteTimeSpan || Timeout == System.Threading.Timeout.InfiniteTimeSpan
        ? System.Threading.Timeout.InfiniteTimeSpan
        : asked > Timeout ? asked : Timeout;

    /// <summary>How long to wait before a request is sent again; null when it must not be.</summary>
    private static TimeSpan? Pause(HttpResponseMessage response, int attempt, bool isRepeatable)
    {
        var asked = response.Headers.RetryAfter is { } after
            ? after.Delta ?? (after.Date is { } date ? date - DateTimeOffset.UtcNow : null)
            : null;
        TimeSpan? pause = response.StatusCode switch
        {
            HttpStatusCode.TooManyRequests => asked ?? TimeSpan.FromSeconds(Math.Min(LongestGuess.TotalSeconds, Math.Pow(2, attempt))),
            HttpStatusCode.ServiceUnavailable when isRepeatable => asked,
            _ => null,
        };
        return pause is { } time && time < ShortestPause ? ShortestPause : pause;
    }

    private string Hint(HttpRequestException error) =>
        Address.Scheme == "https" && error.HttpRequestError == HttpRequestError.SecureConnectionError
            ? Innermost(error) is OtherCertificateException ? ""
                : Innermost(error).Message.Contains("certificate", StringComparison.OrdinalIgnoreCase)
                ? " Its certificate is not one that this machine trusts; Connect-Sark -Fingerprint takes it by its fingerprint."
                : " It does not speak TLS there; perhaps its address begins with http://."
            : Address.Scheme == "http" && error.HttpRequestError is HttpRequestError.ResponseEnded or HttpRequestError.InvalidResponse
                ? " Perhaps its address begins with https://."
                : "";

    // Not the one whose fingerprint was told.
    private sealed class OtherCertificateException(string message) : AuthenticationException(message);

    private static Exception Innermost(Exception error) => error.InnerException is { } inner ? Innermost(inner) : error;

    private static string Sentence(Exception error) => Innermost(error).Message.TrimEnd('.') + ".";

    private SarkUnavailableException NoService(Exception? error) =>
        new("Service", Address, $"What answers at {Address} is no SARK service: its answer is not JSON.", error);

    // A page in the place of a file would be stored as one.
    private SarkUnavailableException NoService(HttpResponseMessage page)
    {
        page.Dispose();
        return NoService((Exception?)null);
    }

    private SarkUnavailableException Other(string why, Exception? error) =>
        new("Service", Address, $"What answers at {Address} is no service of SarkPS: {why}.", error);

    private SarkUnreachableException Lost(Exception error) =>
        new("Service", Address, $"The connection to the service at {Address} broke: {Sentence(error)}", error);

    private SarkUnreachableException Closed(Exception error) =>
        new("Connection", Address, $"The connection to {Address} is closed; open another with Connect-Sark.", error);

    private async Task<SarkException> ErrorFromAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        if ((int)response.StatusCode is >= 300 and < 400)
        {
            return new SarkUnavailableException(
                "Service",
                Address,
                $"{Address} sends callers elsewhere, to '{response.Headers.Location}'. Name the address of the service itself.");
        }

        // Beyond its place a body of any size may come: a proxy's page, say.
        var text = await ReceiveAsync(() => response.Content.ReadAsStringAsync(cancellationToken)).ConfigureAwait(false);
        JsonNode? body;
        try
        {
            body = text.Length > 0 ? JsonNode.Parse(text) : null;
        }
        catch (JsonException error)
        {
            return new SarkUnavailableException("Service", Address,
                $"What answers at {Address} is no SARK service: it answered {(int)response.StatusCode} {response.ReasonPhrase}, and not "
                    + "in JSON.", error);
        }

        return Understand(() => ErrorFrom(response.StatusCode, body));
    }

    private SarkException ErrorFrom(HttpStatusCode status, JsonNode? body)
    {
        if (ProblemDetails.Read(body) is { } problem)
        {
            return problem;
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
                new SarkValidationException(
                    "Service",
                    null,
                    ProblemDetails.Messages(errors),
                    isDuplicate: errors.ContainsKey(SarkValidationException.DuplicateField)),
            HttpStatusCode.Conflict => new SarkConflictException("Service", null, message),
            HttpStatusCode.Forbidden => new SarkDeniedException("Service", Address, message),
            HttpStatusCode.Unauthorized => new SarkException(SarkErrorKind.Unauthorized, "Service", Address, message),
            HttpStatusCode.BadRequest or HttpStatusCode.MethodNotAllowed => new SarkException(
                SarkErrorKind.BadRequest,
                "Service",
                Address,
                message),
            _ => new SarkUnavailableException("Service", Address, message),
        };
    }
}
