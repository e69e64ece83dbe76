using SarkPS.Descriptors;

namespace SarkPS.Resources;

/// <summary>Whether a tenant is open.</summary>
/// <param name="Tenant">Its key.</param>
/// <param name="IsOpen">
/// Whether it is: no day timer matches, and its switch does not keep it closed. SARK notes the same in <c>oclo</c> once a
/// minute.
/// </param>
/// <param name="NextChange">When that changes next, in the exchange's own time zone; null where it never does.</param>
public sealed record OpeningHours(string Tenant, bool IsOpen, DateTimeOffset? NextChange)
{
    /// <summary>The last part of their address.</summary>
    public const string Route = "hours";

    // A timer for the 29th of February, if it is a Monday, waits for up to forty years.
    private const int DaysAhead = 40 * 366;

    /// <summary>Works out the hours of all tenants.</summary>
    /// <param name="session">The database.</param>
    /// <param name="now">The time.</param>
    /// <param name="zone">The time zone in which SARK's timers count.</param>
    internal static IReadOnlyList<OpeningHours> Of(IRowSession session, DateTimeOffset now, TimeZoneInfo zone)
    {
        var timers = session.Select(DayTimer.Descriptor.Table)
            .ToLookup(
                row => row.Text(DayTimer.Descriptor.TenantColumn!.Name) ?? "",
                row => new DayTimerHours(row.Text),
                StringComparer.Ordinal);
        return
        [
            .. session.Select(SarkPS.Tenant.Descriptor.Table)
                .Select(row => (Key: row.Text(SarkPS.Tenant.Descriptor.KeyColumn) ?? "", Switch: row.Text("masteroclo")))
                .Select(tenant => tenant.Switch == "CLOSED"
            ? new OpeningHours(tenant.Key, false, null)
            : Of(tenant.Key, [.. timers[tenant.Key].Where(t => !t.NeverBecause().Any())], now, zone)),
        ];
    }

    private static OpeningHours Of(string tenant, DayTimerHours[] timers, DateTimeOffset now, TimeZoneInfo zone)
    {
        bool IsOpenAt(DateTimeOffset time) => !Array.Exists(timers, t => t.Matches(TimeZoneInfo.ConvertTime(time, zone).DateTime));
        var isOpen = IsOpenAt(now);
        DateTimeOffset? next = timers.Length == 0
            ? null
            : Turns(timers, now, zone).Where(time => IsOpenAt(time) != isOpen).Select(time => (DateTimeOffset?)time).FirstOrDefault();
        return new(tenant, isOpen, next);
    }

    // Each moment from now on at which a timer may begin or cease to match, in order: what the clock on the wall says at the
    // edges of its hours, and where that clock is put forward or back.
    private static IEnumerable<DateTimeOffset> Turns(DayTimerHours[] timers, DateTimeOffset now, TimeZoneInfo zone)
    {
        var minutes = timers.SelectMany(t => t.Turns).Distinct().Order().ToArray();
        var today = TimeZoneInfo.ConvertTime(now, zone).Date;
        for (var day = today; day < today.AddDays(DaysAhead) && day < DateTime.MaxValue.Date.AddDays(-2); day = day.AddDays(1))
        {
            foreach (var time in minutes.SelectMany(m => Times(day.AddMinutes(m), zone)).Concat(Shift(day, zone)).Where(t => t > now)
                .Distinct()
                .Order())
            {
                yield return TimeZoneInfo.ConvertTime(time, zone);
            }
        }
    }

    private static IEnumerable<DateTimeOffset> Times(DateTime wall, TimeZoneInfo zone) =>
        zone.IsInvalidTime(wall) ? []
        : zone.IsAmbiguousTime(wall) ? zone.GetAmbiguousTimeOffsets(wall).Select(offset => new DateTimeOffset(wall, offset))
        : [new DateTimeOffset(wall, zone.GetUtcOffset(wall))];

    // The minute of a day in which the clock is put forward or back. The day before and the day after have their own.
    private static IEnumerable<DateTimeOffset> Shift(DateTime day, TimeZoneInfo zone)
    {
        var (low, high) = (new DateTimeOffset(day, TimeSpan.Zero).AddHours(-15), new DateTimeOffset(day, TimeSpan.Zero).AddHours(39));
        if (zone.GetUtcOffset(low) == zone.GetUtcOffset(high))
        {
            return [];
        }

        while (high - low > TimeSpan.FromMinutes(1))
        {
            var middle = low.AddMinutes(Math.Floor((high - low).TotalMinutes / 2));
            (low, high) = zone.GetUtcOffset(middle) == zone.GetUtcOffset(low) ? (middle, high) : (low, middle);
        }

        return TimeZoneInfo.ConvertTime(high, zone).Date == day ? [high] : [];
    }
}
