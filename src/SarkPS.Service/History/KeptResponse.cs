using System.Text.Json;
using System.Text.Json.Serialization;
using SarkPS.Data;
using SarkPS.Remote;

namespace SarkPS.Service.History;

/// <summary>An answer that is whole before any of it is sent, so that it can be kept with the change and given again.</summary>
/// <param name="Status">Its status.</param>
/// <param name="Body">Its body; empty for none.</param>
/// <param name="Headers">Its headers.</param>
[method: JsonConstructor]
internal sealed record KeptResponse(int Status, byte[] Body, IReadOnlyList<KeyValuePair<string, string>> Headers)
{
    /// <summary>One with a body in JSON, or without one.</summary>
    public KeptResponse(int status, byte[]? body = null)
        : this(status, body ?? [], body is null ? [] : [new("Content-Type", JsonAnswer.ContentType)])
    {
    }

    /// <summary>The same with one more header; null for none.</summary>
    public KeptResponse With(string name, string? value) => value is null ? this : With(name, [value]);

    /// <summary>The same with one more header of several lines.</summary>
    public KeptResponse With(string name, IEnumerable<string> values) =>
        this with { Headers = [.. Headers, .. values.Select(v => KeyValuePair.Create(name, v))] };

    /// <summary>As it is kept.</summary>
    public byte[] ToBytes() => JsonSerializer.SerializeToUtf8Bytes(this);

    /// <summary>One that was kept.</summary>
    public static KeptResponse FromBytes(byte[] bytes) => JsonSerializer.Deserialize<KeptResponse>(bytes)!;

    /// <summary>Sends it.</summary>
    public async Task WriteAsync(HttpContext context)
    {
        context.Response.StatusCode = Status;
        foreach (var (name, value) in Headers)
        {
            context.Response.Headers.Append(name, value);
        }

        if (Body.Length > 0)
        {
            context.Response.ContentLength = Body.Length;
            await context.Response.Body.WriteAsync(Body, context.RequestAborted).ConfigureAwait(false);
        }
    }

    /// <summary>Sends it to who sends the same request again.</summary>
    public Task WriteAgainAsync(HttpContext context)
    {
        context.Response.Headers[WireHeaders.IdempotentReplayed] = "true";
        return WriteAsync(context);
    }

    /// <summary>Does a change that keeps its answer, and sends that.</summary>
    /// <param name="context">The request.</param>
    /// <param name="change">The change; it is told the request where that may be sent again.</param>
    public static async Task AnswerAsync(HttpContext context, Func<Repeatable?, Task<KeptResponse>> change)
    {
        try
        {
            // What is to be known of a change goes with its answer.
            var answer = await Notices.Hear(
                notice => context.Response.Headers.Append(WireHeaders.Notice, WireHeaders.ToNotice(notice.Sentence)),
                () => change(RepeatMiddleware.Of(context))).ConfigureAwait(false);
            await answer.WriteAsync(context).ConfigureAwait(false);
        }
        catch (AnsweredBeforeException before)
        {
            await FromBytes(before.Answer).WriteAgainAsync(context).ConfigureAwait(false);
        }
    }
}
