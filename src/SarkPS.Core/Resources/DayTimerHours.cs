using System.Globalization;
using System.Text.RegularExpressions;
using SarkPS.Descriptors;
using SarkPS.Rules;

namespace SarkPS.Resources;

/// <summary>
/// When a day timer matches. SARK's timer script looks at every timer once a minute, and a tenant one of whose timers
/// matches is closed for that minute. Measured with the scripts of SARK 6.2.0-42 and 6.5.0-8, which decide the same.
/// </summary>
internal sealed partial class DayTimerHours
{
    /// <summary>Any month, any day.</summary>
    public const string Any = "*";

    /// <summary>The whole day. A bare * is no hours at all to SARK: a timer with it never matches.</summary>
    public const string WholeDay = "*-*";

    /// <summary>Months as the timers spell them, January first.</summary>
    public static readonly string[] Months = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];

    // In the order of DayOfWeek.
    private static readonly string[] Days = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"];

    private const int MinutesOfADay = 24 * 60;

    private readonly string month;
    private readonly string dayOfWeek;
    private readonly string dayOfMonth;
    private readonly string span;
    private readonly (int Start, int End)? hours;

    /// <summary>Reads a timer as SARK does.</summary>
    /// <param name="value">The value of a column, by its name.</param>
    public DayTimerHours(Func<string, string?> value)
    {
        month = value("month") ?? "";
        dayOfWeek = value("dayofweek") ?? "";
        dayOfMonth = value("datemonth") ?? "";
        span = value("timespan") ?? "";
        if (AnyHours().Match(span) is { Success: true } match)
        {
            hours = (Number(match, 1), Number(match, 2));
        }
    }

    /// <summary>Why it never matches: the column that it is up to, and a clause. Empty for a timer that sometimes does.</summary>
    public IEnumerable<(string Column, string Reason)> NeverBecause()
    {
        if (span == WholeDay)
        {
            if (month == Any && dayOfWeek == Any && dayOfMonth == Any)
            {
                yield return ("timespan",
                    "SARK passes over a timer for the whole of every day. Name hours, a day or a month; what keeps a tenant closed is "
                        + "its masteroclo (OpenCloseMode) CLOSED");
            }
        }
        else if (hours is not { } from)
        {
            yield return ("timespan",
                $"SARK reads no hours from '{SarkText.Printable(span)}'. The whole day is {WholeDay}, hours are such as 17:30-08:30");
        }
        else if (!Enumerable.Range(0, MinutesOfADay).Any(IsWithin))
        {
            yield return ("timespan", from.Start == from.End
                ? $"it ends when it begins. The whole day is {WholeDay}"
                : "SARK counts the minutes between the two, and there are none");
        }

        if (int.TryParse(dayOfMonth, NumberStyles.None, CultureInfo.InvariantCulture, out var day)
            && Array.IndexOf(Months, month) is >= 0 and var at
            && day > DateTime.DaysInMonth(2000, at + 1))
        {
            yield return ("datemonth", $"no '{month}' has a day {day}");
        }
    }

    /// <summary>Whether it matches at a time of the exchange's own clock.</summary>
    public bool Matches(DateTime wall) => IsOn(wall) && IsWithin((wall.Hour * 60) + wall.Minute)
        && !(span == WholeDay && month == Any && dayOfWeek == Any && dayOfMonth == Any);

    /// <summary>The minutes of a day, 0 to 1440, at which it may begin or cease to match.</summary>
    public IEnumerable<int> Turns =>
        hours is { } from ? [0, Minutes(from.Start) + 1, Minutes(from.End), MinutesOfADay] : [0, MinutesOfADay];

    // SARK leaves the day of the month to PHP, to which 01 and 1 are equal.
    private bool IsOn(DateTime wall) =>
        (month == Any || month == Months[wall.Month - 1])
        && (dayOfWeek == Any || dayOfWeek == Days[(int)wall.DayOfWeek])
        && (dayOfMonth == Any || PhpValue.LooselyEqual(dayOfMonth, wall.Day.ToString(CultureInfo.InvariantCulture)));

    // Neither the first minute counts nor the last. Hours that end before they begin are those before the end and those
    // after the beginning of one and the same day.
    private bool IsWithin(int minute)
    {
        if (hours is not { } from)
        {
            return span == WholeDay;
        }

        var time = (minute / 60 * 100) + (minute % 60);
        return from.Start > from.End ? from.Start < time || from.End > time : from.Start < time && from.End > time;
    }

    // 24:00 is no time of ours, but SARK compares it as one.
    private static int Minutes(int time) => Math.Min((time / 100 * 60) + Math.Min(time % 100, 59), MinutesOfADay);

    private static int Number(Match match, int group) => int.Parse(match.Groups[group].ValueSpan[..2], CultureInfo.InvariantCulture) * 100
        + int.Parse(match.Groups[group].ValueSpan[3..], CultureInfo.InvariantCulture);

    /// <summary>A text of a strict request as SARK spells it: nothing and * are the whole day, 8:30 - 24:00 is 08:30-00:00.</summary>
    public static string? ReadSpan(string? text) => text switch
    {
        null or Any => WholeDay,
        _ when LooseHours().Match(text) is { Success: true } match => Span(
            $"{match.Groups[1].Value.PadLeft(2, '0')}:{match.Groups[2].Value}",
            $"{match.Groups[3].Value.PadLeft(2, '0')}:{match.Groups[4].Value}"),
        _ => text,
    };

    // Midnight ends a day as it begins one.
    private static string Span(string start, string end) =>
        end != "24:00" ? $"{start}-{end}" : start == "00:00" ? WholeDay : $"{start}-00:00";

    /// <summary>A day of the month of a strict request as SARK's pages spell it: without leading zeros.</summary>
    public static string? ReadDay(string? text) =>
        text is { Length: > 1 } && text.TrimStart('0') is { Length: > 0 } digits && digits.All(char.IsAsciiDigit) ? digits : text;

    // What SARK's script takes for hours, impossible ones such as 25:99 included.
    [GeneratedRegex(@"\A([0-9]{2}:[0-9]{2})-([0-9]{2}:[0-9]{2})\n?\z", RegexOptions.CultureInvariant)]
    private static partial Regex AnyHours();

    [GeneratedRegex(@"\A([0-9]{1,2}):([0-9]{2})\s*-\s*([0-9]{1,2}):([0-9]{2})\z", RegexOptions.CultureInvariant)]
    private static partial Regex LooseHours();
}
