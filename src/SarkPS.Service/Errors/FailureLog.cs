namespace SarkPS.Service.Errors;

/// <summary>Logs what keeps the service from its work: a line each, and what is still the same not for every request again.</summary>
internal sealed class FailureLog(TimeProvider clock, ILogger<FailureLog> logger)
{
    private const int Remembered = 256;

    private static readonly TimeSpan Again = TimeSpan.FromMinutes(10);

    private readonly Dictionary<string, long> told = [];

    /// <summary>Notes the failure of a request.</summary>
    public void Note(HttpContext context, SarkException error)
    {
        if (IsNew(error))
        {
            logger.LogWarning(
                "{Method} {Path} refused: {Reason} Request {RequestId}",
                context.Request.Method,
                RawPath.Printable(context),
                OneLine(error),
                context.TraceIdentifier);
        }
    }

    private static string OneLine(SarkException error) => string.Concat(error.MessageWithPath.Select(c => char.IsControl(c) ? '?' : c));

    private bool IsNew(SarkException error)
    {
        // Who may not do something is told each time; it is a different request each time.
        if (error.Kind == SarkErrorKind.Denied)
        {
            return true;
        }

        var now = clock.GetTimestamp();
        lock (told)
        {
            if (told.TryGetValue(error.Message, out var last) && clock.GetElapsedTime(last, now) < Again)
            {
                return false;
            }

            if (told.Count >= Remembered)
            {
                told.Clear();
            }

            told[error.Message] = now;
            return true;
        }
    }
}
