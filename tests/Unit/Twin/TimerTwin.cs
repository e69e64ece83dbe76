using System.Globalization;
using System.Text.RegularExpressions;

namespace SarkPS.Tests.Twin;

/// <summary>
/// When SARK's timer script, which runs every minute, holds a day timer to match. A match means that its tenant is closed.
/// Weekday, day and month are those of the minute; both ends of a span are outside it; a span whose end is before its
/// beginning passes midnight. The whole day is written as <c>*-*</c>, which needs a weekday, day or month beside it.
/// </summary>
internal static partial class TimerTwin
{
    /// <summary>Whether the row of a day timer closes its tenant in a minute, which is one of the machine's own time.</summary>
    public static bool Closes(IReadOnlyDictionary<string, object?> row, DateTime minute)
    {
        var named = new[]
        {
            (Wanted: DumpTwin.Text(row["month"]), Now: Word(minute, "MMM")),
            (Wanted: DumpTwin.Text(row["dayofweek"]), Now: Word(minute, "ddd")),
            // Compared as a number: 01 is the first as well.
            (Wanted: DumpTwin.Text(row["datemonth"]).TrimStart('0'), Now: minute.Day.ToString(CultureInfo.InvariantCulture)),
        }.Where(p => p.Wanted != "*").ToArray();
        if (named.Any(p => p.Wanted != p.Now))
        {
            return false;
        }

        var span = DumpTwin.Text(row["timespan"]);
        if (span == "*-*")
        {
            return named.Length > 0;
        }

        if (Span().Match(span) is not { Success: true } match)
        {
            return false;
        }

        int Part(int group) => int.Parse(match.Groups[group].ValueSpan, CultureInfo.InvariantCulture);
        var (from, to, now) = ((Part(1) * 100) + Part(2), (Part(3) * 100) + Part(4), (minute.Hour * 100) + minute.Minute);
        return from > to ? now > from || now < to : now > from && now < to;
    }

    private static string Word(DateTime minute, string format) => minute.ToString(format, CultureInfo.InvariantCulture).ToLowerInvariant();

    [GeneratedRegex(@"^(\d\d):(\d\d)-(\d\d):(\d\d)$")]
    private static partial Regex Span();
}
