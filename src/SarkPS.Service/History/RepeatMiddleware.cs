using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http.Features;
using SarkPS.Data;
using SarkPS.Remote;
using SarkPS.Service.Auth;

namespace SarkPS.Service.History;

/// <summary>
/// Lets a client send a request again whose answer was lost: with the header <c>Idempotency-Key</c> it is done once, and answered as
/// often as it is sent. (draft-ietf-httpapi-idempotency-key-header-08)
/// </summary>
internal sealed class RepeatMiddleware(RequestDelegate next)
{
    private const int LongestKey = 255;

    // Longer answers, such as files, are not worth keeping: who has lost one asks for it.
    private const int LongestAnswer = 1 << 20;

    // By caller and key; what is under way in another process is found in the journal when it is done.
    private readonly ConcurrentDictionary<(string Caller, string Key), byte[]> underWay = new();

    /// <summary>The request where it may be sent again, for who keeps the answer with the change; null for any other.</summary>
    public static Repeatable? Of(HttpContext context) => context.Features.Get<Repeatable>();

    public Task InvokeAsync(HttpContext context) =>
        context.Request.Headers[WireHeaders.IdempotencyKey] is { Count: > 0 } header && context.GetEndpoint() is RouteEndpoint
            && Effect.Changes(context) && !ClientWish.IsRehearsal(context.Request)
            ? RunAsync(context, Read(header.ToString()))
            : next(context);

    private async Task RunAsync(HttpContext context, string key)
    {
        var fingerprint = await FingerprintAsync(context).ConfigureAwait(false);
        var repeatable = new Repeatable(Caller.Origin(context).Actor, key, fingerprint);
        var place = (repeatable.Caller, key);
        if (!underWay.TryAdd(place, fingerprint))
        {
            throw new SarkConflictException(
                "Request",
                key,
                $"A request with the idempotency key '{SarkText.Printable(key)}' is under way. Wait for its answer, or send it again later.");
        }

        try
        {
            if (context.GetEndpoint()!.Metadata.GetMetadata<KeepsAnswer>() is not null)
            {
                context.Features.Set(repeatable);
                await next(context).ConfigureAwait(false);
            }
            else
            {
                await KeepAsync(context, repeatable).ConfigureAwait(false);
            }
        }
        finally
        {
            underWay.TryRemove(place, out _);
        }
    }

    // What is no change of rows is done first, and then its answer is kept.
    private async Task KeepAsync(HttpContext context, Repeatable repeatable)
    {
        var changes = context.RequestServices.GetRequiredService<IAnsweredChanges>();
        if (await changes.FindAnswerAsync(repeatable, context.RequestAborted).ConfigureAwait(false) is { } before)
        {
            await KeptResponse.FromBytes(before).WriteAgainAsync(context).ConfigureAwait(false);
            return;
        }

        var original = context.Features.Get<IHttpResponseBodyFeature>()!;
        using var body = new MemoryStream();
        var kept = new StreamResponseBodyFeature(body);
        context.Features.Set<IHttpResponseBodyFeature>(kept);
        try
        {
            await next(context).ConfigureAwait(false);
            await kept.CompleteAsync().ConfigureAwait(false);
        }
        finally
        {
            context.Features.Set(original);
        }

        if (context.Response.StatusCode is >= 200 and < 300 && body.Length <= LongestAnswer)
        {
            await changes.KeepAnswerAsync(
                repeatable,
                new KeptResponse(
                    context.Response.StatusCode,
                    body.ToArray(),
                    [.. context.Response.Headers.Where(h => IsOfAnswer(h.Key)).SelectMany(
                        h => h.Value.Select(v => KeyValuePair.Create(h.Key, v ?? "")))]).ToBytes()).ConfigureAwait(false);
        }

        await original.Stream.WriteAsync(body.GetBuffer().AsMemory(0, (int)body.Length), context.RequestAborted).ConfigureAwait(false);
    }

    // The others are of the connection, or of the time.
    private static bool IsOfAnswer(string header) =>
        header is "Content-Type" or "Location" or "Content-Disposition" or WireHeaders.Notice or WireHeaders.PreferenceApplied;

    // A text of structured fields (RFC 9651, 3.3.3); without its quotes it is taken as well.
    private static string Read(string header)
    {
        var key = header.Trim();
        if (key.Length > 1 && key[0] == '"' && key[^1] == '"')
        {
            key = key[1..^1].Replace("\\\"", "\"", StringComparison.Ordinal).Replace("\\\\", "\\", StringComparison.Ordinal);
        }

        return key.Length is > 0 and <= LongestKey && key.All(c => c is >= ' ' and <= '~')
            ? key
            : throw new SarkException(
                SarkErrorKind.BadRequest,
                "Request",
                WireHeaders.IdempotencyKey,
                $"The header {WireHeaders.IdempotencyKey} holds one text of at most {LongestKey} printable characters.");
    }

    // What makes it another request. The content of a file counts by its length: reading it twice would cost more than it is worth.
    private static async Task<byte[]> FingerprintAsync(HttpContext context)
    {
        var request = context.Request;
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(Encoding.UTF8.GetBytes(
            $"{request.Method} {request.Path.ToUriComponent()}{request.QueryString.ToUriComponent()}\n{request.Headers.IfMatch}\n"
                + $"{request.Headers.IfNoneMatch}\n{request.Headers[WireHeaders.Prefer]}\n{request.ContentType}\n"
                + $"{request.ContentLength}\n"));
        if (request.HasFormContentType || request.ContentType?.Contains("json", StringComparison.OrdinalIgnoreCase) == true)
        {
            request.EnableBuffering();
            var buffer = new byte[16 * 1024];
            int read;
            while ((read = await request.Body.ReadAsync(buffer, context.RequestAborted).ConfigureAwait(false)) > 0)
            {
                hash.AppendData(buffer.AsSpan(0, read));
            }

            request.Body.Position = 0;
        }

        return hash.GetHashAndReset();
    }
}

/// <summary>Says that a route keeps its answer together with the change that it makes.</summary>
internal sealed record KeepsAnswer;

/// <summary>Says it where routes are mapped.</summary>
internal static class KeepsAnswerRules
{
    /// <summary>The answer is kept with the change.</summary>
    public static TBuilder KeepsAnswers<TBuilder>(this TBuilder builder)
        where TBuilder : IEndpointConventionBuilder => builder.WithMetadata(new KeepsAnswer());
}
