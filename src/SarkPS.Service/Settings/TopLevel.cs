using Microsoft.Extensions.Configuration.EnvironmentVariables;
using SarkPS.Service.Auth;

namespace SarkPS.Service.Settings;

/// <summary>
/// Judges the names that stand outermost, in settings files and in the environment: what stands in a misspelt group, or in
/// none, would be passed over, and the service would start without its tokens, on another database.
/// </summary>
internal static class TopLevel
{
    private const string Own = "Sark";

    // Names this machine's database where no setting does.
    private const string DatabaseVariable = "SARK_DATABASE";

    // What else hosts of ASP.NET have in their settings.
    private static readonly string[] Others =
        ["ConnectionStrings", "https_port", "http_port", "forwardedHeaders_enabled", "HostFilteringOptions", "$schema"];

    private static readonly string[] NearestTo = [Own, "Kestrel", "Logging", "urls", "AllowedHosts"];

    // The project's own, for its tests and tools; and what container platforms set for a service of the name "sark".
    private static readonly string[] Foreign =
        ["SARKPS", "SARK_TEST_", "SARK_ASTERISK_", "SARK_SERVICE_HOST", "SARK_SERVICE_PORT", "SARK_PORT"];

    private static readonly Dictionary<string, string> OwnNames = typeof(SarkOptions).GetProperties().Where(p => p.CanWrite)
        .Select(p => (p.Name, Path: $"{Own}:{p.Name}"))
        .Concat(typeof(ServiceOptions).GetProperties().Where(p => p.CanWrite).Select(p => (p.Name, Path: $"{Own}:Service:{p.Name}")))
        .Append(("Service", $"{Own}:Service"))
        .DistinctBy(p => p.Item1, StringComparer.OrdinalIgnoreCase)
        .ToDictionary(p => p.Item1, p => p.Item2, StringComparer.OrdinalIgnoreCase);

    /// <summary>Refuses names that cannot be meant.</summary>
    /// <exception cref="SarkException">There is one.</exception>
    public static void Check(IConfiguration configuration)
    {
        CheckLogging(configuration.GetSection("Logging"));
        foreach (var provider in (configuration as IConfigurationRoot)?.Providers ?? [])
        {
            var names = provider.GetChildKeys([], null).Distinct(StringComparer.OrdinalIgnoreCase);
            if (provider is FileConfigurationProvider)
            {
                foreach (var name in names)
                {
                    CheckOfFile(provider, name);
                }
            }
            else if (provider is EnvironmentVariablesConfigurationProvider)
            {
                foreach (var name in names)
                {
                    CheckOfEnvironment(provider, name);
                }
            }
        }
    }

    private static void CheckOfFile(IConfigurationProvider provider, string name)
    {
        if (CommandLine.Groups.Concat(Others).Contains(name, StringComparer.OrdinalIgnoreCase))
        {
            return;
        }

        if (OwnNames.TryGetValue(name, out var path))
        {
            throw Wrong(provider, name, $"belongs into another group: {path}");
        }

        if (Nearness.Nearest(name, NearestTo) is { } near)
        {
            throw Wrong(provider, name, $"is no group of settings. Did you mean {near}?", isSentence: true);
        }

        var held = provider.GetChildKeys([], name).FirstOrDefault(OwnNames.ContainsKey);
        if (held is not null)
        {
            throw Wrong(provider, name, $"is no group of settings, and {held} stands in it; it belongs to {OwnNames[held]}");
        }
    }

    private static void CheckOfEnvironment(IConfigurationProvider provider, string name)
    {
        var isGroup = provider.GetChildKeys([], name).Any();
        if (isGroup && !CommandLine.Groups.Contains(name, StringComparer.OrdinalIgnoreCase)
            && Nearness.Nearest(name, [Own, "Kestrel"]) is { } near
            && provider.GetChildKeys([], name).FirstOrDefault(
                k => near == Own ? OwnNames.ContainsKey(k) : AddressJudge.Groups.Contains(k, StringComparer.OrdinalIgnoreCase)) is { } held)
        {
            throw Wrong(provider, $"{name}__{held}", $"is no setting. Did you mean {near}__{held}?", isSentence: true);
        }

        if (!name.StartsWith(Own, StringComparison.OrdinalIgnoreCase) || name == DatabaseVariable || name.Length == Own.Length
            || Array.Exists(Foreign, f => name.StartsWith(f, StringComparison.OrdinalIgnoreCase)))
        {
            return;
        }

        var rest = name[Own.Length..].TrimStart('_', '-', '.');
        if (Nearness.Nearest(rest.Split('_', '-', '.')[0], OwnNames.Keys) is { } meant)
        {
            throw Wrong(provider, name,
                "is no setting: two underscores stand between a group and a name. Did you mean "
                    + $"{OwnNames[meant].Replace(":", "__", StringComparison.Ordinal)}?", isSentence: true);
        }
    }

    // The framework tells of these by a stack trace.
    private static void CheckLogging(IConfigurationSection logging)
    {
        foreach (var (key, value) in logging.AsEnumerable())
        {
            if (key.Contains(":LogLevel:", StringComparison.OrdinalIgnoreCase) && value is { Length: > 0 }
                && !Enum.TryParse<LogLevel>(value, ignoreCase: true, out _))
            {
                throw new SarkException(
                    SarkErrorKind.BadRequest,
                    "Configuration",
                    key,
                    $"{key} is '{SarkText.Printable(value)}' and must be {string.Join(" or ", Enum.GetNames<LogLevel>())}.");
            }
        }
    }

    private static SarkException Wrong(IConfigurationProvider provider, string name, string problem, bool isSentence = false) =>
        new(
            SarkErrorKind.BadRequest,
            "Configuration",
            name,
            $"{SarkText.Printable(name)} (set in {StrictBinder.Name(provider)}) {problem}{(isSentence ? "" : ".")}");
}
