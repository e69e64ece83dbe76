using SarkPS.Data;
using SarkPS.Data.Sqlite;
using SarkPS.Descriptors;
using SarkPS.Resources;
using SarkPS.Tests.Support;
using SarkPS.Tests.Twin;
using Schema = SarkPS.Tests.Support.Schema;

namespace SarkPS.Tests.Store;

/// <summary>Day timers say when a tenant is closed, and mean it.</summary>
public sealed class DayTimerTests
{
    public static TheoryData<Schema> Both => Schemas.Both;

    [SkippableTheory]
    [InlineData(null, "*-*")]
    [InlineData("", "*-*")]
    [InlineData("*", "*-*")]
    [InlineData("*-*", "*-*")]
    [InlineData("17:30-08:30", "17:30-08:30")]
    [InlineData("8:30 - 17:00", "08:30-17:00")]
    [InlineData("22:00-6:00", "22:00-06:00")]
    [InlineData("17:30-24:00", "17:30-00:00")]
    [InlineData("00:00-24:00", "*-*")]
    public async Task Hours_are_written_as_SARK_reads_them(string? sent, string stored)
    {
        await using var sides = new TwoSides(Schema.Embedded);
        var made = await sides.Do(
            t => t.CreateAsync(DayTimer.Descriptor, null, Sent(("cluster", "default"), ("dayofweek", "sun"), ("timespan", sent)), default));
        Assert.Equal(stored, made.Text("timespan"));
        var changed = await sides.Do(
            t => t.UpdateAsync(DayTimer.Descriptor, new RowKey(made.Text("id")!), Sent(("timespan", "10:00-11:00")), default));
        Assert.Equal("10:00-11:00", changed.Text("timespan"));
        changed = await sides.Do(t => t.UpdateAsync(DayTimer.Descriptor, new RowKey(made.Text("id")!), Sent(("timespan", sent)), default));
        Assert.Equal(stored, changed.Text("timespan"));
    }

    [SkippableTheory]
    [InlineData("01", "1")]
    [InlineData("009", "9")]
    [InlineData("31", "31")]
    [InlineData("*", "*")]
    public async Task Days_of_the_month_are_written_without_leading_zeros(string sent, string stored)
    {
        await using var sides = new TwoSides(Schema.Embedded);
        var made = await sides.Do(
            t => t.CreateAsync(DayTimer.Descriptor, null, Sent(("cluster", "default"), ("month", "jan"), ("datemonth", sent)), default));
        Assert.Equal((stored, "*-*"), (made.Text("datemonth"), made.Text("timespan")));
    }

    [SkippableTheory]
    [InlineData("timespan", "*", "*", "*", "*-*", "the whole of every day")]
    [InlineData("timespan", "*", "*", "*", "*", "the whole of every day")]
    [InlineData("timespan", "*", "*", "*", "08:00-08:00", "it ends when it begins")]
    [InlineData("timespan", "*", "mon", "*", "08:00-08:01", "there are none")]
    [InlineData("timespan", "*", "mon", "*", "23:59-00:00", "there are none")]
    [InlineData("datemonth", "feb", "*", "30", "*-*", "no 'feb' has a day 30")]
    [InlineData("datemonth", "apr", "*", "031", "08:00-12:00", "no 'apr' has a day 31")]
    [InlineData("timespan", "*", "mon", "*", "*junk", "format is invalid")]
    [InlineData("timespan", "*", "mon", "*", "xx08:30-17:00", "format is invalid")]
    [InlineData("timespan", "*", "mon", "*", "08:30-17:00xx", "format is invalid")]
    [InlineData("timespan", "*", "mon", "*", "24:00-25:00", "format is invalid")]
    public async Task A_timer_that_never_matches_is_refused_with_the_reason(
        string column,
        string month,
        string dayOfWeek,
        string dayOfMonth,
        string span,
        string reason)
    {
        await using var sides = new TwoSides(Schema.Embedded);
        var sent = Sent(("cluster", "default"), ("month", month), ("dayofweek", dayOfWeek), ("datemonth", dayOfMonth), ("timespan", span));
        Assert.Contains(
            reason,
            Message(await sides.Invalid(t => t.CreateAsync(DayTimer.Descriptor, null, sent, default)), column),
            StringComparison.Ordinal);

        var good = await sides.Do(
            t => t.CreateAsync(DayTimer.Descriptor, null, Sent(("cluster", "default"), ("dayofweek", "tue")), default));
        Assert.Contains(
            reason,
            Message(await sides.Invalid(t => t.UpdateAsync(DayTimer.Descriptor, new RowKey(good.Text("id")!), sent, default)), column),
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task Clients_of_sark6api_are_refused_what_they_send_and_not_what_is_stored()
    {
        using var database = new TestDatabase(Schema.Embedded);
        await using var backend = new LocalBackend(database.Options);
        Task<WriteResult> Create(params (string, object?)[] values) =>
            backend.Store.CreateAsync(DayTimer.Descriptor, null, Sent(values), isStrict: false, ChangeOptions.Default, default);
        Task<WriteResult> Update(RowKey key, params (string, object?)[] values) =>
            backend.Store.UpdateAsync(DayTimer.Descriptor, key, Sent(values), isStrict: false, ChangeOptions.Default, default);

        var empty = await Create(("cluster", "default"), ("dayofweek", "sun"));
        Assert.Equal("*", empty.Stored!.Text("timespan"));
        Assert.NotNull(DayTimer.Descriptor.Hooks.Remark(empty.Stored!));
        // What GET gave PUT takes.
        await Update(empty.Key, [.. empty.Stored!.Select(c => (c.Key, c.Value))]);
        await Update(empty.Key, ("month", "feb"));
        await Update(empty.Key, ("datemonth", "01"));
        Assert.Equal("01", (await backend.Store.GetAsync(DayTimer.Descriptor, empty.Key, default)).Text("datemonth"));
        Assert.Contains(
            "30",
            Message(await Assert.ThrowsAsync<SarkValidationException>(() => Update(empty.Key, ("datemonth", "30"))), "datemonth"),
            StringComparison.Ordinal);
        Assert.Contains(
            "'*'",
            Message(await Assert.ThrowsAsync<SarkValidationException>(() => Create(("dayofweek", "sun"), ("timespan", "*"))), "timespan"),
            StringComparison.Ordinal);
        Assert.Contains(
            "'*'",
            Message(await Assert.ThrowsAsync<SarkValidationException>(() => Create(("datemonth", "25"))), "timespan"),
            StringComparison.Ordinal);
        await Update(empty.Key, ("timespan", "*-*"));
        Assert.Null(DayTimer.Descriptor.Hooks.Remark(await backend.Store.GetAsync(DayTimer.Descriptor, empty.Key, default)));
    }

    [Fact]
    public async Task A_timer_that_says_nothing_of_when_is_made_with_a_remark()
    {
        await using var sides = new TwoSides(Schema.Embedded);
        var made = await sides.Do(t => t.CreateAsync(DayTimer.Descriptor, null, Sent(("cluster", "default"), ("desc", "later")), default));
        Assert.Equal("*-*", made.Text("timespan"));
        Assert.Contains("never closes the tenant 'default'", DayTimer.Descriptor.Hooks.Remark(made), StringComparison.Ordinal);
        Assert.Contains("never holds", HolidayTimer.Descriptor.Hooks.Remark(
            await sides.Do(
                t => t.CreateAsync(HolidayTimer.Descriptor, null, Sent(("cluster", "default")), default))), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_holiday_that_ends_before_it_begins_is_refused()
    {
        await using var sides = new TwoSides(Schema.Embedded);
        var good = await sides.Do(t => t.CreateAsync(
            HolidayTimer.Descriptor,
            null,
            Sent(("cluster", "default"), ("stime", 1900000000L), ("etime", 1900000000L)),
            default));
        Assert.Null(HolidayTimer.Descriptor.Hooks.Remark(good));
        Assert.Contains("2030-03-17 17:46:40Z", Message(await sides.Invalid(t => t.UpdateAsync(
            HolidayTimer.Descriptor,
            new RowKey(good.Text("id")!),
            Sent(("stime", 1900000000L), ("etime", 1899999999L)),
            default)), "etime"), StringComparison.Ordinal);
        await sides.Invalid(t => t.CreateAsync(
            HolidayTimer.Descriptor,
            null,
            Sent(("cluster", "default"), ("stime", 1900000000L), ("etime", 1800000000L)),
            default));
    }

    [Fact]
    public void What_is_said_to_never_match_is_what_never_matches()
    {
        // Each kind of day comes once within the 28 years in which the calendar repeats itself.
        var days = Enumerable.Range(0, 28 * 366).Select(d => new DateTime(2001, 1, 1).AddDays(d)).ToArray();
        var minutes = Enumerable.Range(0, 24 * 60).ToArray();
        foreach (var month in new[] { "*", "feb", "apr", "dec" })
        {
            foreach (var dayOfWeek in new[] { "*", "sat" })
            {
                foreach (var dayOfMonth in new[] { "*", "1", "01", "29", "30", "31" })
                {
                    var day = days.Where(d => TimerTwin.Closes(new(month, dayOfWeek, dayOfMonth, "00:00-23:59"), d.AddHours(12)))
                        .Select(d => (DateTime?)d)
                        .FirstOrDefault();
                    foreach (var span in new[] {
                        "*", "*-*", "08:00-08:00", "08:00-08:01", "08:00-08:02", "23:59-00:00", "23:59-00:01",
                        "23:58-00:00", "00:00-23:59", "17:30-08:30", "00:00-24:00", "25:00-26:00", "junk",
                        "" })
                    {
                        var matches = day is { } found
                            && minutes.Any(m => TimerTwin.Closes(new(month, dayOfWeek, dayOfMonth, span), found.AddMinutes(m)));
                        var hours = Hours(month, dayOfWeek, dayOfMonth, span);
                        Assert.True(matches != hours.NeverBecause().Any(), $"{month} {dayOfWeek} {dayOfMonth} {span}: matches {matches}");
                    }
                }
            }
        }
    }

    [SkippableTheory]
    [InlineData("UTC")]
    [InlineData("Europe/Berlin")]
    [InlineData("America/New_York")]
    [InlineData("Australia/Lord_Howe")]
    public async Task Whether_and_until_when_a_tenant_is_open_is_what_SARK_makes_of_its_timers_minute_by_minute(string zoneName)
    {
        var zone = TimeZoneInfo.FindSystemTimeZoneById(zoneName);
        var random = new Random(20261130);
        string Any(params string[] words) => words[random.Next(words.Length)];
        for (var round = 0; round < 60; round++)
        {
            using var file = new TestDatabase(Schema.Embedded);
            var timers = Enumerable.Range(0, random.Next(1, 5)).Select(_ => new TimerTwin.Timer(
                Any("*", "*", "*", "mar", "oct"),
                Any("*", "*", "mon", "sun", "sat", "wed"),
                Any("*", "*", "*", "1", "07", "29"),
                Any(
                    "*-*", "*", "17:30-08:30", "22:00-06:00", "12:00-13:00", "01:30-02:30", "02:00-03:00", "00:00-23:59",
                    "23:58-00:00",
                    $"{random.Next(24):00}:{random.Next(60):00}-{random.Next(24):00}:{random.Next(60):00}"))).ToArray();
            foreach (var timer in timers)
            {
                file.Execute(
                    "INSERT INTO dateSeg (pkey, cluster, month, dayofweek, datemonth, timespan) VALUES (@name, 'default', @m, @w, @d, @t)",
                    ("@name", $"dateSeg{random.Next(100000, 1000000)}"),
                    ("@m", timer.Month),
                    ("@w", timer.DayOfWeek),
                    ("@d", timer.DayOfMonth),
                    ("@t", timer.Span));
            }

            // Around the days on which clocks are put forward and back, here and there.
            var now = new DateTimeOffset(random.Next(2) == 0 ? new DateTime(2027, 3, 12) : new DateTime(2027, 10, 29), TimeSpan.Zero)
                .AddDays(random.Next(3)).AddMinutes(random.Next(24 * 60)).AddSeconds(random.Next(60));
            bool IsOpen(DateTimeOffset time) => !timers.Any(t => TimerTwin.Closes(t, TimeZoneInfo.ConvertTime(time, zone).DateTime));
            var whole = now.AddSeconds(-now.Second);
            var next = Enumerable.Range(1, 4 * 24 * 60).Select(m => whole.AddMinutes(m)).Where(t => IsOpen(t) != IsOpen(now))
                .Select(t => (DateTimeOffset?)t)
                .FirstOrDefault();

            using var database = new SqliteDatabase(file.Path);
            var told = Assert.Single(
                await new SqliteStore(database, null, () => zone, new StoppedClock(now)).HoursAsync(default),
                h => h.Tenant == "default");

            var what = $"{zoneName} {now:O}: {string.Join("; ", timers.Select(t => t.ToString()))}";
            Assert.True(IsOpen(now) == told.IsOpen, what);
            if (next is not null || told.NextChange < whole.AddDays(4))
            {
                Assert.True(next == told.NextChange, $"{what}: {next:O} and not {told.NextChange:O}");
            }

            Assert.True(told.NextChange is not { } change || change.Offset == zone.GetUtcOffset(change), what);
        }
    }

    [SkippableTheory]
    [MemberData(nameof(Both))]
    public async Task The_switch_and_the_lack_of_timers_count_and_both_sides_say_the_same(Schema schema)
    {
        await using var sides = new TwoSides(schema);
        foreach (var tenant in new[] { "always", "shut", "never" })
        {
            await sides.Do(t => t.CreateAsync(Tenant.Descriptor, null, Sent(("pkey", tenant), ("description", tenant)), default));
        }

        await sides.Do(t => t.UpdateAsync(Tenant.Descriptor, new RowKey("shut"), Sent(("masteroclo", "CLOSED")), default));
        foreach (var day in new[] { "mon", "tue", "wed", "thu", "fri", "sat", "sun" })
        {
            await sides.Do(t => t.CreateAsync(DayTimer.Descriptor, null, Sent(("cluster", "never"), ("dayofweek", day)), default));
        }

        // A bare * closes nobody.
        sides.Execute("INSERT INTO dateSeg (pkey, cluster, month, dayofweek, datemonth, timespan) VALUES ('dateSeg100000', 'always', "
            + "'*', 'mon', '*', '*')");
        var hours = (await sides.Do(t => t.HoursAsync(default))).ToDictionary(h => h.Tenant);
        Assert.Equal((true, null), (hours["always"].IsOpen, hours["always"].NextChange));
        Assert.Equal((false, null), (hours["shut"].IsOpen, hours["shut"].NextChange));
        Assert.Equal((false, null), (hours["never"].IsOpen, hours["never"].NextChange));
    }

    [Theory]
    [InlineData("", null, "UTC")]
    [InlineData("date.timezone = Europe/Berlin", null, "Europe/Berlin")]
    [InlineData(";date.timezone = Europe/Berlin", null, "UTC")]
    [InlineData("date.timezone = Europe/Berlin", "date.timezone=\"America/New_York\"", "America/New_York")]
    [InlineData("date.timezone = Middle/Earth", null, "UTC")]
    public void The_clock_is_the_one_of_PHP(string ini, string? more, string expected)
    {
        using var root = new TemporaryFolder();
        foreach (var version in new[] { "7.4", "8.2" })
        {
            Directory.CreateDirectory(Path.Combine(root.Path, "etc/php", version, "cli/conf.d"));
        }

        File.WriteAllText(Path.Combine(root.Path, "etc/php/8.2/cli/php.ini"), $"[Date]\n; https://php.net/date.timezone\n{ini}\n");
        File.WriteAllText(Path.Combine(root.Path, "etc/php/7.4/cli/php.ini"), "date.timezone = Asia/Tokyo\n");
        if (more is not null)
        {
            File.WriteAllText(Path.Combine(root.Path, "etc/php/8.2/cli/conf.d/99-own.ini"), more);
        }

        var options = new SarkOptions { Root = root.Path };
        Assert.Equal(expected, ExchangeClock.Zone(options).Id);
        Directory.CreateDirectory(Path.Combine(root.Path, "etc/alternatives"));
        File.CreateSymbolicLink(Path.Combine(root.Path, "etc/alternatives/php"), "/usr/bin/php7.4");
        Assert.Equal("Asia/Tokyo", ExchangeClock.Zone(options).Id);
    }

    private static DayTimerHours Hours(string month, string dayOfWeek, string dayOfMonth, string span) => new(column => column switch
    {
        "month" => month,
        "dayofweek" => dayOfWeek,
        "datemonth" => dayOfMonth,
        _ => span,
    });

    private static string Message(SarkValidationException error, string column) =>
        string.Join(' ', error.Errors.Single(e => e.Key == column).Value);

    private static Changes Sent(params (string Column, object? Value)[] values)
    {
        var changes = new Changes();
        foreach (var (column, value) in values)
        {
            changes[column] = value;
        }

        return changes;
    }
}
