using System.Text.RegularExpressions;

namespace SarkPS.Data;

/// <summary>
/// The clock that SARK's timers go by. They are PHP programs that cron starts: their time zone is PHP's own setting
/// <c>date.timezone</c>, and UTC where that is not set, whatever the machine's is.
/// (https://www.php.net/manual/en/datetime.configuration.php)
/// </summary>
internal static partial class ExchangeClock
{
    private const string Php = "/etc/php";

    /// <summary>The time zone of the exchange; this machine's own where there is no PHP.</summary>
    public static TimeZoneInfo Zone(SarkOptions options)
    {
        var root = options.Rooted(Php);
        var versions = Directory.Exists(root)
            ? Directory.GetDirectories(root).Where(folder => Directory.Exists(Path.Combine(folder, "cli"))).ToArray()
            : [];
        if (versions.Length == 0)
        {
            return TimeZoneInfo.Local;
        }

        // Debian lets several versions lie side by side; which one is started this link says.
        var started = Path.GetFileName(new FileInfo(options.Rooted("/etc/alternatives/php")).LinkTarget);
        var chosen = versions.FirstOrDefault(folder => "php" + Path.GetFileName(folder) == started)
            ?? versions.MaxBy(folder => Version.TryParse(Path.GetFileName(folder), out var version) ? version : new Version(0, 0))!;
        return Setting(Path.Combine(chosen, "cli")) is { } name && TimeZoneInfo.TryFindSystemTimeZoneById(name, out var zone)
            ? zone
            : TimeZoneInfo.Utc;
    }

    // Later files win over earlier ones, and so do later lines.
    private static string? Setting(string folder)
    {
        var extra = Path.Combine(folder, "conf.d");
        return new[] { Path.Combine(folder, "php.ini") }.Where(File.Exists)
            .Concat(Directory.Exists(extra) ? Directory.GetFiles(extra, "*.ini").Order(StringComparer.Ordinal) : [])
            .SelectMany(File.ReadLines)
            .Select(line => TimeZone().Match(line))
            .LastOrDefault(match => match.Success)?.Groups[1].Value is { Length: > 0 } name ? name : null;
    }

    [GeneratedRegex(@"^\s*date\.timezone\s*=\s*[""']?([^""';\s]*)", RegexOptions.CultureInvariant)]
    private static partial Regex TimeZone();
}
