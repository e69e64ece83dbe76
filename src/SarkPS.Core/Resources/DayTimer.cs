using SarkPS.Descriptors;
using SarkPS.Resources;
using SarkPS.Rules;

namespace SarkPS;

/// <summary>Hours that come back every week or month, in which a tenant is open.</summary>
public sealed class DayTimer : SarkRecord, ISarkResource<DayTimer>
{
    /// <inheritdoc/>
    public static ResourceDescriptor<DayTimer> Descriptor { get; } =
        new ResourceBuilder<DayTimer>("DayTimer", "daytimers", "dateSeg")
            .Text(nameof(Tenant), "cluster", Rule.Exists(References.Tenant)).Default("default").Filter()
            .Text(nameof(DayOfMonth), "datemonth", Rule.In("*", "1", "2", "3", "4", "5", "6", "7", "8", "9", "10", "11", "12", "13", "14", "15", "16", "17", "18", "19", "20", "21", "22", "23", "24", "25", "26", "27", "28", "29", "30", "31")).Default("*")
            .Text(nameof(DayOfWeek), "dayofweek", Rule.In("*", "mon", "tue", "wed", "thu", "fri", "sat", "sun")).Default("*")
            .Text(nameof(Description), "desc", Rule.String).Default(null)
            .Text(nameof(Month), "month", Rule.In("*", "jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")).Default("*")
            .Text(nameof(TimeSpan), "timespan", Rule.Regex(@"^\*|(2[0-3]|[01][0-9]):([0-5][0-9])\-(2[0-3]|[01][0-9]):([0-5][0-9])$", "* or hours such as 08:30-17:00")).Default("*")
            .GeneratedKey("id")
            .Text(nameof(Name), "pkey").ReadOnly()
            .Text(nameof(State), "state").ReadOnly().Default("IDLE")
            .Stamps()
            .Hooks(new TimerHooks("dateSeg", "dateSeg"))
            .Alias("daytimer")
            .Build();

    /// <summary>The tenant that it belongs to.</summary>
    public string? Tenant { get; init; }

    /// <summary>Day of the month, 1 to 31, or * for any.</summary>
    public string? DayOfMonth { get; init; }

    /// <summary>Day of the week, mon to sun, or * for any.</summary>
    public string? DayOfWeek { get; init; }

    /// <summary>What people call the timer.</summary>
    public string? Description { get; init; }

    /// <summary>Month, jan to dec, or * for any.</summary>
    public string? Month { get; init; }

    /// <summary>Hours such as 08:30-17:00, or * for the whole day.</summary>
    public string? TimeSpan { get; init; }

    /// <summary>Number of the timer, which the database gives.</summary>
    public string? Key { get; init; }

    /// <summary>Generated name of the timer.</summary>
    public string? Name { get; init; }

    /// <summary>Whether the timer holds just now, as SARK notes it.</summary>
    public string? State { get; init; }

    /// <summary>The key.</summary>
    public override string ToString() => Key ?? "";
}
