using System.Globalization;

namespace SarkPS.Ami;

/// <summary>Asterisk's texts as values. What cannot be read as the type is null; the raw fields still hold it.</summary>
internal static class AmiValues
{
    // Asterisk's ways to say that there is nothing.
    private static readonly HashSet<string> Placeholders = new(StringComparer.Ordinal)
    {
        "", "(null)", "<unknown>", "-none-", "<Not set>", "(None)", "N/A",
        "<Unregistered>",
    };

    public static string? Text(this AmiMessage message, string key) =>
        message[key] is { } value && !Placeholders.Contains(value) ? value : null;

    public static int? Int(this AmiMessage message, string key) =>
        int.TryParse(message[key], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var value) ? value : null;

    public static double? Double(this AmiMessage message, string key) =>
        double.TryParse(message[key], NumberStyles.Float, CultureInfo.InvariantCulture, out var value) ? value : null;

    public static bool? Flag(this AmiMessage message, string key) => message[key]?.ToLowerInvariant() switch
    {
        "yes" or "y" or "1" or "true" => true,
        "no" or "n" or "0" or "false" => false,
        _ => null,
    };

    public static TimeSpan? Seconds(this AmiMessage message, string key) =>
        message.Int(key) is { } value && value >= 0 ? TimeSpan.FromSeconds(value) : null;

    // hh:mm:ss, where the hours go on after 24.
    public static TimeSpan? Clock(this AmiMessage message, string key) => message[key]?.Split(':') is [var h, var m, var s]
        && int.TryParse(h, NumberStyles.None, CultureInfo.InvariantCulture, out var hours)
        && int.TryParse(m, NumberStyles.None, CultureInfo.InvariantCulture, out var minutes)
        && int.TryParse(s, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds)
            ? new TimeSpan(hours, minutes, seconds)
            : null;

    public static DateTimeOffset? Epoch(this AmiMessage message, string key) =>
        long.TryParse(message[key], NumberStyles.None, CultureInfo.InvariantCulture, out var value) && value is > 0 and < 253402300800
            ? DateTimeOffset.FromUnixTimeSeconds(value)
            : null;

    // Enums whose members are Asterisk's words without spaces, dots and underscores, in any case.
    public static T Word<T>(this AmiMessage message, string key, T otherwise)
        where T : struct, Enum
    {
        var word = message[key]?.Replace(" ", "", StringComparison.Ordinal).Replace("_", "", StringComparison.Ordinal)
            .Replace(".", "", StringComparison.Ordinal);
        return !string.IsNullOrEmpty(word) && char.IsLetter(word[0]) && Enum.TryParse<T>(word, ignoreCase: true, out var value)
            ? value
            : otherwise;
    }
}
