using System.Globalization;

namespace SarkPS.Ami;

/// <summary>What is asked about Asterisk itself.</summary>
public static class Core
{
    private static readonly AsteriskFunction Settings = new("CoreSettings", "core", "system,reporting");
    private static readonly AsteriskFunction Status = new("CoreStatus", "core", "system,reporting");
    private static readonly AsteriskFunction Commands = new("ListCommands", "core", "") { IsAnsweredAsList = true };

    internal static IReadOnlyList<AsteriskFunction> Functions { get; } = [Settings, Status, Commands];

    /// <summary>Asterisk's own settings.</summary>
    /// <inheritdoc cref="Channels.GetChannelsAsync"/>
    public static async Task<CoreSettings> GetCoreSettingsAsync(
        this IAsteriskOperations asterisk,
        CancellationToken cancellationToken = default) =>
        new(await asterisk.OneAsync(Settings, cancellationToken).ConfigureAwait(false));

    /// <summary>How long Asterisk has run, and how busy it is.</summary>
    /// <inheritdoc cref="Channels.GetChannelsAsync"/>
    public static async Task<CoreStatus> GetCoreStatusAsync(
        this IAsteriskOperations asterisk,
        CancellationToken cancellationToken = default) =>
        new(await asterisk.OneAsync(Status, cancellationToken).ConfigureAwait(false));
}

/// <summary>Asterisk's own settings.</summary>
/// <param name="raw">The answer to <c>CoreSettings</c>.</param>
public sealed class CoreSettings(AmiMessage raw) : AsteriskResult(raw)
{
    /// <summary>Version of Asterisk.</summary>
    public string? AsteriskVersion { get; } = raw.Text("AsteriskVersion");

    /// <summary>Version of the Manager Interface.</summary>
    public string? AmiVersion { get; } = raw.Text("AMIversion");

    /// <summary>Name of the system.</summary>
    public string? SystemName { get; } = raw.Text("SystemName");

    /// <summary>Most calls at a time, or null without a limit.</summary>
    public int? MaxCalls { get; } = raw.Int("CoreMaxCalls") is { } max and > 0 ? max : null;

    /// <summary>The load average above which calls are refused, or null without a limit.</summary>
    public double? MaxLoad { get; } = raw.Double("CoreMaxLoadAvg") is { } max and > 0 ? max : null;

    /// <summary>The user that it runs as.</summary>
    public string? RunUser { get; } = raw.Text("CoreRunUser");

    /// <summary>The group that it runs as.</summary>
    public string? RunGroup { get; } = raw.Text("CoreRunGroup");

    /// <summary>Configuration comes from a database.</summary>
    public bool? Realtime { get; } = raw.Flag("CoreRealTimeEnabled");

    /// <summary>Calls are recorded for accounting.</summary>
    public bool? CallRecords { get; } = raw.Flag("CoreCDRenabled");

    /// <summary>Its web server runs.</summary>
    public bool? Http { get; } = raw.Flag("CoreHTTPenabled");
}

/// <summary>How long Asterisk has run, and how busy it is.</summary>
/// <param name="raw">The answer to <c>CoreStatus</c>.</param>
public sealed class CoreStatus(AmiMessage raw) : AsteriskResult(raw)
{
    /// <summary>When it was started, in the exchange's own time zone, which Asterisk does not tell.</summary>
    public DateTime? Started { get; } = Moment(raw, "CoreStartupDate", "CoreStartupTime");

    /// <summary>When it last read its configuration, in the exchange's own time zone.</summary>
    public DateTime? Reloaded { get; } = Moment(raw, "CoreReloadDate", "CoreReloadTime");

    /// <summary>Calls at the moment.</summary>
    public int? Calls { get; } = raw.Int("CoreCurrentCalls");

    private static DateTime? Moment(AmiMessage raw, string date, string time) =>
        DateTime.TryParseExact(
            $"{raw[date]} {raw[time]}",
            "yyyy-MM-dd HH:mm:ss",
            CultureInfo.InvariantCulture,
            DateTimeStyles.None,
            out var moment) ? moment : null;
}
