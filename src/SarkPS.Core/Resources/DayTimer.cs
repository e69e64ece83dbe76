using SarkPS.Descriptors;
using SarkPS.Resources;
using SarkPS.Rules;

namespace SarkPS;

/// <summary>
/// Hours that come back, in which a tenant is closed: while one of its day timers matches, the tenant is closed, and at all
/// other times it is open.
/// </summary>
public sealed class DayTimer : SarkRecord, ISarkResource<DayTimer>
{
    /// <inheritdoc/>
    public static ResourceDescriptor<DayTimer> Descriptor { get; } =
        new ResourceBuilder<DayTimer>("DayTimer", "daytimers", "dateSeg")
            .Text(nameof(Tenant), "cluster", Rule.Exists(References.Tenant)).Default("default").Filter()
            .Text(nameof(DayOfMonth), "datemonth", Rule.In(
                "*", "1", "2", "3", "4", "5", "6", "7", "8", "9", "10", "11", "12", "13", "14", "15", "16", "17", "18",
                "19", "20", "21", "22", "23", "24", "25", "26", "27", "28", "29", "30",
                "31")).Default("*").Reads(DayTimerHours.ReadDay)
            .Text(nameof(DayOfWeek), "dayofweek", Rule.In("*", "mon", "tue", "wed", "thu", "fri", "sat", "sun")).Default("*")
            .Text(nameof(Description), "desc", Rule.String).Default(null)
            .Text(nameof(Month), "month", Rule.In([DayTimerHours.Any, .. DayTimerHours.Months])).Default("*")
            .Text(nameof(TimeSpan), "timespan", Rule.Regex(
                @"\A(?:\*(?:-\*)?|(?:2[0-3]|[01][0-9]):[0-5][0-9]-(?:2[0-3]|[01][0-9]):[0-5][0-9])\z",
                "*-* for the whole day, or hours such as 17:30-08:30")).Default("*").Reads(DayTimerHours.ReadSpan)
            .GeneratedKey("id")
            .Text(nameof(Name), "pkey").ReadOnly()
            .Text(nameof(State), "state").ReadOnly().Default("IDLE")
            .Stamps()
            .Hooks(new DayTimerHooks())
            .Alias("daytimer")
            .TableView(
                (nameof(Key), 5), (nameof(Tenant), 12), nameof(DayOfWeek), nameof(DayOfMonth), nameof(Month),
                (nameof(TimeSpan), 11), nameof(Description))
            .ListView(
                nameof(Key), nameof(Tenant), nameof(DayOfMonth), nameof(DayOfWeek), nameof(Description), nameof(Month),
                new(nameof(TimeSpan), Label: "TimeSpan (closed)"),
                nameof(Name),
                nameof(State))
            .Build();

    /// <summary>The tenant that it belongs to.</summary>
    public string? Tenant { get; init; }

    /// <summary>Day of the month on which it closes, 1 to 31 without a leading zero, or * for any.</summary>
    public string? DayOfMonth { get; init; }

    /// <summary>Day of the week on which it closes, mon to sun, or * for any.</summary>
    public string? DayOfWeek { get; init; }

    /// <summary>What people call the timer.</summary>
    public string? Description { get; init; }

    /// <summary>Month in which it closes, jan to dec, or * for any.</summary>
    public string? Month { get; init; }

    /// <summary>
    /// Hours in which the tenant is closed, from the first time to the second by the exchange's own clock: 17:30-08:30 closes
    /// it from the evening to the morning, *-* the whole day. Hours that pass midnight are one timer; with a day, they are
    /// the early and the late hours of that same day.
    /// </summary>
    public string? TimeSpan { get; init; }

    /// <summary>Number of the timer, which the database gives.</summary>
    public string? Key { get; init; }

    /// <summary>Generated name of the timer.</summary>
    public string? Name { get; init; }

    /// <summary>Whether the timer closes the tenant just now, as SARK noted it last: *INUSE* if it does, else IDLE.</summary>
    public string? State { get; init; }

    /// <summary>The key.</summary>
    public override string ToString() => Key ?? "";
}
