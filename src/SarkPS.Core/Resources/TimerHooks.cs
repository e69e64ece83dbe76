using System.Globalization;
using System.Security.Cryptography;
using SarkPS.Descriptors;
using SarkPS.Rules;

namespace SarkPS.Resources;

/// <summary>Timers have a generated name beside their number.</summary>
/// <param name="table">The table of the timers.</param>
/// <param name="prefix">What the name starts with; six digits from 100000 follow.</param>
internal class TimerHooks(string table, string prefix) : ResourceHooks
{
    public override IReadOnlyList<(string Table, string[] Columns)> Uses => [(table, ["pkey"])];

    public override void BeforeWrite(WriteContext context)
    {
        if (context.IsCreate)
        {
            // Among a thousand timers two draw the same name about every other time.
            context.Row["pkey"] = context.Draw(
                "pkey",
                () => prefix + RandomNumberGenerator.GetInt32(100000, 1000000).ToString(CultureInfo.InvariantCulture),
                name => context.Session.Exists(table, "pkey", name));
        }
    }
}

/// <summary>
/// A day timer that could never match is refused: it would look as if it closed a tenant. One that says nothing of when
/// is taken, as SARK's pages make it before it is filled in.
/// </summary>
internal sealed class DayTimerHooks() : TimerHooks("dateSeg", "dateSeg")
{
    private static readonly string[] When = ["timespan", "datemonth", "dayofweek", "month"];

    public override void Validate(WriteContext context)
    {
        if (When.Any(context.HasError))
        {
            return;
        }

        foreach (var (column, reason) in Hours(context).NeverBecause())
        {
            // Any day and any month say nothing of when. sark6api's clients write columns one by one: they are refused what
            // they send of the hours or the day, and not what is stored beside that.
            if (context.IsStrict ? When.Any(c => context.Sent.Has(c) && !(context.IsCreate && context.Sent[c] is DayTimerHours.Any))
                : context.IsCreate ? context.Sent.Has("timespan") || context.Sent.Has("datemonth")
                : context.Sent.Has(column))
            {
                context.AddError(
                    column,
                    $"The {RuleSet.Spell(column)} makes a day timer that never matches, so it would never close the tenant: {reason}.");
            }
        }
    }

    public override string? Remark(SarkRow row) =>
        new DayTimerHours(row.Text).NeverBecause().Select(n => n.Reason).FirstOrDefault() is { } reason
        ? $"The day timer {row.Text("id")} never matches as it is, so it never closes the tenant '{row.Text("cluster")}': {reason}."
        : null;

    // A create is filled in after this: SARK's own spelling of * is the whole day.
    private static DayTimerHours Hours(WriteContext context) => new(column =>
        context.Sent.Has(column) ? context.Sent[column] is { } value ? PhpValue.Text(value) : null
        : context.Current is { } current ? current.Text(column)
        : column == "timespan" && context.IsStrict ? DayTimerHours.WholeDay
        : DayTimerHours.Any);
}

/// <summary>A holiday timer that ends before it begins never holds, nor does one without an end.</summary>
internal sealed class HolidayTimerHooks() : TimerHooks("Holiday", "sched")
{
    public override void Validate(WriteContext context)
    {
        // sark6api takes any two times, and who changes one of them may be about to change the other.
        if (context.IsStrict && (context.Sent.Has("stime") || context.Sent.Has("etime")) && context.All.Has("stime")
            && context.All.Has("etime")
            && !context.HasError("stime")
            && !context.HasError("etime")
            && PhpValue.TryInteger(context.All["stime"], out var start)
            && PhpValue.TryInteger(
                context.All["etime"],
                out var end)
            && end < start)
        {
            context.AddError("etime",
                $"The etime lies before the stime, so the holiday timer would never hold: it would begin at {Shown(start)} and end at "
                    + $"{Shown(end)}.");
        }
    }

    public override string? Remark(SarkRow row) => row.Text("etime") is null or ""
        ? $"The holiday timer {row.Text("id")} has no end yet, so it never holds."
        : null;

    private static string Shown(long seconds) =>
        DateTimeOffset.FromUnixTimeSeconds(seconds).ToString("yyyy-MM-dd HH:mm:ss'Z'", CultureInfo.InvariantCulture);
}
