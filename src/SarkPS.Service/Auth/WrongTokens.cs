using System.Text.Json.Nodes;

namespace SarkPS.Service.Auth;

/// <summary>
/// Slows and logs who sends tokens or passwords that are none, by the source. Right ones are never slowed, from wherever
/// they come, unless so many wrong ones come with them that no more are looked at.
/// </summary>
internal sealed class WrongTokens(TimeProvider clock, ILogger<WrongTokens> logger)
{
    /// <summary>So many sources are remembered; a flood from more of them forgets the oldest.</summary>
    private const int Sources = 1024;

    /// <summary>So many wrong ones of a source wait at a time; the rest is refused at once.</summary>
    private const int Waiting = 4;

    private static readonly TimeSpan FirstWait = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Remembered = TimeSpan.FromMinutes(10);

    private readonly Dictionary<string, Record> records = [];

    /// <summary>What is told to who has no token, or a wrong one: the same.</summary>
    public static SarkException Refusal() =>
        new(SarkErrorKind.Unauthorized, "Service", null, "Unauthenticated. Send a valid token as Authorization: Bearer.");

    /// <summary>Logs the first request without a token from a source. There is nothing in it to guess.</summary>
    public void NoteMissing(HttpContext context)
    {
        var source = Caller.Source(context);
        bool isFirst;
        lock (records)
        {
            var record = Get(source);
            isFirst = !record.IsMissingTold;
            record.IsMissingTold = true;
        }

        if (isFirst)
        {
            logger.LogWarning(
                "{Method} {Path} from {Source} refused: no token. More of these are not logged for a while",
                context.Request.Method,
                RawPath.Printable(context),
                source);
        }
    }

    /// <summary>Whether so many wrong ones of a source wait already that another is not even looked at.</summary>
    public bool IsCrowded(HttpContext context)
    {
        lock (records)
        {
            return records.TryGetValue(Caller.Source(context), out var record) && record.Waiting >= Waiting;
        }
    }

    /// <summary>Tells a source to come back later.</summary>
    public static Task TooManyAsync(HttpContext context)
    {
        context.Response.StatusCode = StatusCodes.Status429TooManyRequests;
        context.Response.Headers.RetryAfter = "1";
        return JsonAnswer.WriteAsync(context, new JsonObject { ["message"] = "Too Many Attempts." });
    }

    /// <summary>Refuses what is wrong, after a while that grows with how many there were.</summary>
    /// <param name="context">The request.</param>
    /// <param name="what">What is wrong, for the log.</param>
    /// <param name="refusal">What is told; null for what is told of tokens.</param>
    public async Task RefuseAsync(HttpContext context, string what = "a wrong or expired token", SarkException? refusal = null)
    {
        var source = Caller.Source(context);
        Record record;
        int count;
        lock (records)
        {
            record = Get(source);
            count = ++record.Wrong;
            if (record.Waiting >= Waiting)
            {
                count = 0;
            }
            else
            {
                record.Waiting++;
            }
        }

        if (count == 0)
        {
            await TooManyAsync(context).ConfigureAwait(false);
            return;
        }

        try
        {
            logger.LogWarning(
                "{Method} {Path} from {Source} refused: {What}, number {Count} from there",
                context.Request.Method,
                RawPath.Printable(context),
                source,
                what,
                count);
            var wait = count == 1 ? TimeSpan.Zero : FirstWait * Math.Pow(2, Math.Min(count - 2, 10));
            await Task.Delay(wait < LongestWait ? wait : LongestWait, clock, context.RequestAborted).ConfigureAwait(false);
        }
        finally
        {
            lock (records)
            {
                record.Waiting--;
            }
        }

        throw refusal ?? Refusal();
    }

    private Record Get(string source)
    {
        var now = clock.GetTimestamp();
        if (!records.TryGetValue(source, out var record) || clock.GetElapsedTime(record.Seen, now) > Remembered)
        {
            if (record is null && records.Count >= Sources)
            {
                records.Remove(records.MinBy(r => r.Value.Seen).Key);
            }

            // Those who wait on the old one count down there.
            records[source] = record = new Record();
        }

        record.Seen = now;
        return record;
    }

    private sealed class Record
    {
        public long Seen { get; set; }

        public int Wrong { get; set; }

        public int Waiting { get; set; }

        public bool IsMissingTold { get; set; }
    }
}
