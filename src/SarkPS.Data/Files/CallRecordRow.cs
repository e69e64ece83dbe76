using System.Buffers.Text;
using System.Globalization;
using System.Text;
using System.Text.Unicode;

namespace SarkPS.Data.Files;

/// <summary>
/// A row of <c>Master.csv</c> as bytes, taken apart without copying. Asterisk's cdr_csv writes texts in quotes with inner
/// quotes doubled, and the two durations bare; files of other writers without quotes are read as well, and inner quotes
/// that nobody doubled. A name may hold a line break. A crash of the machine leaves NULs, which are no part of anything.
/// </summary>
internal ref struct CallRecordRow
{
    private const int Columns = 18;
    private const int Required = 16;
    private const int TimeLength = 19;

    private readonly ReadOnlySpan<byte> line;
    private readonly Span<Range> fields;
    private readonly int count;

    private CallRecordRow(ReadOnlySpan<byte> line, Span<Range> fields, int count)
    {
        this.line = line;
        this.fields = fields;
        this.count = count;
    }

    /// <summary>How many ranges <see cref="TryRead"/> needs.</summary>
    public static int FieldCount => Columns;

    public readonly ReadOnlySpan<byte> Source => this[1];

    public readonly ReadOnlySpan<byte> Destination => this[2];

    public readonly ReadOnlySpan<byte> Start => this[9];

    public readonly ReadOnlySpan<byte> Duration => this[12];

    public readonly ReadOnlySpan<byte> Disposition => this[14];

    private readonly ReadOnlySpan<byte> this[int field] => field < count ? line[fields[field]] : [];

    /// <summary>Whether a line is empty but for what a crash or another system's line end leaves.</summary>
    public static bool IsBlank(ReadOnlySpan<byte> line) => line.IndexOfAnyExcept((byte)0, (byte)'\r') < 0;

    /// <summary>Whether a quote is open at one end of a line, so that it may go on in another.</summary>
    public static bool IsOpen(ReadOnlySpan<byte> line) => (line.Count((byte)'"') & 1) != 0;

    /// <summary>Takes a line apart.</summary>
    /// <returns>False when it is no whole call record.</returns>
    public static bool TryRead(ReadOnlySpan<byte> line, Span<Range> fields, out CallRecordRow row)
    {
        row = default;
        line = line.Trim((byte)0);
        if (line.EndsWith("\r"u8))
        {
            line = line[..^1];
        }

        var count = 0;
        var at = 0;
        while (count < Columns)
        {
            int end;
            if (at < line.Length && line[at] == '"')
            {
                end = at + 1;
                while (true)
                {
                    var quote = line[end..].IndexOf((byte)'"');
                    if (quote < 0)
                    {
                        return false;
                    }

                    end += quote + 1;
                    if (end >= line.Length || line[end] == ',')
                    {
                        break;
                    }

                    // Doubled, or one that should have been.
                    end += line[end] == '"' ? 1 : 0;
                }

                fields[count++] = (at + 1)..(end - 1);
            }
            else
            {
                var comma = line[at..].IndexOf((byte)',');
                end = comma < 0 ? line.Length : at + comma;
                fields[count++] = at..end;
            }

            if (end >= line.Length)
            {
                break;
            }

            at = end + 1;
        }

        row = new CallRecordRow(line, fields, count);
        return count >= Required && IsTime(row.Start) && IsNumber(row.Duration) && IsNumber(row[13]) && IsTimeOrEmpty(row[10])
            && IsTimeOrEmpty(row[11]);
    }

    /// <summary>The record.</summary>
    public readonly CallRecord ToRecord() => new()
    {
        AccountCode = Text(0),
        Source = Text(1),
        Destination = Text(2),
        Context = Text(3),
        CallerId = Text(4),
        Channel = Text(5),
        DestinationChannel = Text(6),
        LastApplication = Text(7),
        LastData = Text(8),
        Start = Time(9)!.Value,
        Answer = Time(10),
        End = Time(11),
        Duration = Seconds(12),
        BillableDuration = Seconds(13),
        Disposition = ToDisposition(Disposition),
        AmaFlags = Text(15),
        UniqueId = Text(16),
        UserField = Text(17),
    };

    private static CallDisposition ToDisposition(ReadOnlySpan<byte> word)
    {
        foreach (var (disposition, text) in CallDispositions.Words)
        {
            if (word.Length == text.Length && Ascii.Equals(word, text))
            {
                return disposition;
            }
        }

        return CallDisposition.Unknown;
    }

    private readonly string Text(int field)
    {
        var text = WireText.Decode(this[field]);
        if (text.Contains('\0', StringComparison.Ordinal))
        {
            text = text.Replace("\0", "", StringComparison.Ordinal);
        }

        return text.Contains('"', StringComparison.Ordinal) ? text.Replace("\"\"", "\"", StringComparison.Ordinal) : text;
    }

    /// <summary>The row as it stands, without NULs and in UTF-8 throughout.</summary>
    public readonly void WriteTo(Stream target)
    {
        if (Utf8.IsValid(line) && !line.Contains((byte)0))
        {
            target.Write(line);
            return;
        }

        // Field by field: each may have come from somewhere else.
        var at = 0;
        for (var field = 0; field < count; field++)
        {
            var (from, length) = fields[field].GetOffsetAndLength(line.Length);
            Write(line[at..from], target);
            Write(line.Slice(from, length), target);
            at = from + length;
        }

        Write(line[at..], target);
    }

    private static void Write(ReadOnlySpan<byte> bytes, Stream target) =>
        target.Write(Encoding.UTF8.GetBytes(WireText.Decode(bytes).Replace("\0", "", StringComparison.Ordinal)));

    private readonly DateTime? Time(int field) =>
        this[field] is { Length: >= TimeLength } bytes && TryTime(bytes, out var time) ? time : null;

    private readonly TimeSpan Seconds(int field) => TryNumber(this[field], out var seconds) ? TimeSpan.FromSeconds(seconds) : TimeSpan.Zero;

    private static bool IsTimeOrEmpty(ReadOnlySpan<byte> bytes) => bytes.IsEmpty || IsTime(bytes);

    private static bool IsTime(ReadOnlySpan<byte> bytes) => bytes.Length >= TimeLength && TryTime(bytes, out _);

    private static bool IsNumber(ReadOnlySpan<byte> bytes) => TryNumber(bytes, out _);

    /// <summary>Seconds, with <c>initiatedseconds</c> and other writers also with a fraction.</summary>
    internal static bool TryNumber(ReadOnlySpan<byte> bytes, out double seconds)
    {
        if (Utf8Parser.TryParse(bytes, out int whole, out var used) && used == bytes.Length)
        {
            seconds = whole;
            return true;
        }

        return Utf8Parser.TryParse(bytes, out seconds, out used) && used == bytes.Length && seconds is > int.MinValue and < int.MaxValue;
    }

    // "2026-01-31 10:00:00"; written by hand because every row of a large file comes through here twice or more.
    private static bool TryTime(ReadOnlySpan<byte> bytes, out DateTime time)
    {
        time = default;
        if (bytes[4] != '-' || bytes[7] != '-' || bytes[10] != ' ' || bytes[13] != ':' || bytes[16] != ':')
        {
            return false;
        }

        var year = Two(bytes, 0) * 100 + Two(bytes, 2);
        var month = Two(bytes, 5);
        var day = Two(bytes, 8);
        var hour = Two(bytes, 11);
        var minute = Two(bytes, 14);
        var second = Two(bytes, 17);
        if (year < 1 || month is < 1 or > 12 || day < 1 || day > DateTime.DaysInMonth(year, month) || hour is < 0 or > 23
            || minute is < 0 or > 59
            || second is < 0 or > 59)
        {
            return false;
        }

        time = new DateTime(year, month, day, hour, minute, second, DateTimeKind.Unspecified);
        return true;
    }

    private static int Two(ReadOnlySpan<byte> bytes, int at)
    {
        int tens = bytes[at] - '0';
        int ones = bytes[at + 1] - '0';
        return (uint)tens > 9 || (uint)ones > 9 ? -100_000 : tens * 10 + ones;
    }
}

/// <summary>A filter made ready for bytes.</summary>
internal sealed class CallRecordMatcher
{
    private readonly byte[]? after;
    private readonly byte[]? before;
    private readonly byte[]? source;
    private readonly byte[]? destination;
    private readonly byte[]? disposition;
    private readonly double minimumSeconds;

    public CallRecordMatcher(CallRecordFilter filter)
    {
        if (filter.Last is < 1)
        {
            throw new SarkValidationException("Cdr", filter.Last, "limit", "The limit must be at least 1.");
        }

        after = TimeBytes(filter.After);
        before = TimeBytes(filter.Before);
        source = Bytes(filter.Source);
        destination = Bytes(filter.Destination);
        disposition = filter.Disposition is { } wanted
            ? CallDispositions.Words.TryGetValue(wanted, out var word)
                ? Bytes(word)
                : throw new SarkValidationException(
                    "Cdr",
                    wanted,
                    "disposition",
                    $"The disposition '{wanted}' can not be searched for; allowed are {string.Join(", ", CallDispositions.Words.Keys)}.")
            : null;
        minimumSeconds = filter.MinimumDuration?.TotalSeconds ?? 0;
        Needle = Literal(source) ?? Literal(destination) ?? disposition ?? SharedDate();
    }

    /// <summary>
    /// Bytes that every row that fits contains. Searching a whole block for them is many times faster than taking its rows
    /// apart.
    /// </summary>
    public byte[]? Needle { get; }

    /// <summary>Whether a row fits.</summary>
    public bool Matches(in CallRecordRow row) =>
        (after is null || row.Start[..after.Length].SequenceCompareTo(after) >= 0)
        && (before is null || row.Start[..before.Length].SequenceCompareTo(before) < 0)
        && (source is null || Like(row.Source, source))
        && (destination is null || Like(row.Destination, destination))
        && (disposition is null || row.Disposition.SequenceEqual(disposition))
        && (minimumSeconds <= 0 || (CallRecordRow.TryNumber(row.Duration, out var seconds) && seconds >= minimumSeconds));

    /// <summary>
    /// Compares with <c>*</c> and <c>?</c>, byte by byte; goes back to the last star when it fails, so it never takes
    /// exponential time.
    /// </summary>
    private static bool Like(ReadOnlySpan<byte> text, ReadOnlySpan<byte> pattern)
    {
        int t = 0, p = 0, star = -1, resume = 0;
        while (t < text.Length)
        {
            if (p < pattern.Length && pattern[p] == '*')
            {
                star = p++;
                resume = t;
            }
            else if (p < pattern.Length && (pattern[p] == '?' || pattern[p] == text[t]))
            {
                p++;
                t++;
            }
            else if (star >= 0)
            {
                p = star + 1;
                t = ++resume;
            }
            else
            {
                return false;
            }
        }

        return pattern[p..].IndexOfAnyExcept((byte)'*') < 0;
    }

    private static byte[]? Bytes(string? text) =>
        text is null ? null : Encoding.UTF8.GetBytes(text.Replace("\"", "\"\"", StringComparison.Ordinal));

    private static byte[]? TimeBytes(DateTime? time)
    {
        if (time is not { } value)
        {
            return null;
        }

        // The file knows whole seconds: 10:00:00.5 is passed by a row of 10:00:01 and not by one of 10:00:00.
        var whole = value.Ticks % TimeSpan.TicksPerSecond == 0
            ? value
            : value.AddTicks(TimeSpan.TicksPerSecond - (value.Ticks % TimeSpan.TicksPerSecond));
        return Encoding.ASCII.GetBytes(whole.ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture));
    }

    private static byte[]? Literal(byte[]? pattern)
    {
        if (pattern is null)
        {
            return null;
        }

        var longest = new Range(0, 0);
        for (var from = 0; from < pattern.Length;)
        {
            var to = pattern.AsSpan(from).IndexOfAny((byte)'*', (byte)'?');
            to = to < 0 ? pattern.Length : from + to;
            if (to - from > longest.End.Value - longest.Start.Value)
            {
                longest = from..to;
            }

            from = to + 1;
        }

        return longest.End.Value > longest.Start.Value ? pattern[longest] : null;
    }

    /// <summary>What all times between the two limits begin with, such as the day.</summary>
    private byte[]? SharedDate()
    {
        if (after is null || before is null)
        {
            return null;
        }

        // The upper limit itself is no longer in: up to midnight of the next day is still one day.
        var last = DateTime.ParseExact(Encoding.ASCII.GetString(before), "yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture);
        var inclusive = last == DateTime.MinValue ? before : TimeBytes(last.AddSeconds(-1))!;
        var shared = after.AsSpan().CommonPrefixLength(inclusive);
        return shared >= 4 ? after[..shared] : null;
    }
}
