using System.Text.Json;
using Microsoft.Extensions.Configuration.Json;

namespace SarkPS.Service.Settings;

/// <summary>Where settings are read from, and where they are not.</summary>
internal static class SettingsFiles
{
    private const string Name = "appsettings.json";

    /// <summary>The machine's own, which an update of the program leaves alone.</summary>
    private const string MachineFolder = "/etc/sarkps";

    /// <summary>Adds the machine's file: it wins over those beside the program, and loses against environment and command line.</summary>
    public static void AddMachineFile(IConfigurationManager configuration)
    {
        if (!Directory.Exists(MachineFolder))
        {
            return;
        }

        var sources = ((IConfigurationBuilder)configuration).Sources;
        var source = new JsonConfigurationSource { Path = Path.Combine(MachineFolder, Name), Optional = true, ReloadOnChange = true };
        source.ResolveFileProvider();
        var last = sources.OfType<JsonConfigurationSource>().LastOrDefault();
        sources.Insert(last is null ? sources.Count : sources.IndexOf(last) + 1, source);
    }

    /// <summary>The files that are there and were read.</summary>
    public static IReadOnlyList<string> Read(IConfiguration configuration) =>
    [
        .. ((IConfigurationBuilder)configuration).Sources.OfType<JsonConfigurationSource>()
            .Select(s => s.FileProvider?.GetFileInfo(s.Path
                ?? "")).Where(f => f is { Exists: true }).Select(f => f!.PhysicalPath).OfType<string>().Distinct(),
    ];

    /// <summary>Files that look as if they were meant, where nobody reads them.</summary>
    public static IReadOnlyList<string> NotRead(IEnumerable<string> read)
    {
        string[] folders = [Environment.CurrentDirectory, AppContext.BaseDirectory, MachineFolder];
        return
        [
            .. folders.Where(Directory.Exists).Select(f => Path.TrimEndingDirectorySeparator(Path.GetFullPath(f))).Distinct()
                .SelectMany(f => Directory.EnumerateFiles(
                    f,
                    "appsettings*.json",
                    new EnumerationOptions { MatchCasing = MatchCasing.CaseInsensitive, IgnoreInaccessible = true }))
                .Except(read),
        ];
    }

    /// <summary>Refuses a file that is no JSON.</summary>
    /// <exception cref="SarkException">It is not.</exception>
    public static void Check(string path)
    {
        try
        {
            // By the framework's own reader, which minds more than JSON: a name that comes twice, for one.
            using var stream = new MemoryStream(File.ReadAllBytes(path));
            new ConfigurationBuilder().AddJsonStream(stream).Build();
        }
        catch (Exception error) when (error is FormatException or InvalidDataException or JsonException)
        {
            throw new SarkException(
                SarkErrorKind.BadRequest,
                "Configuration",
                path,
                $"The settings file '{path}' cannot be read: {error.GetBaseException().Message}",
                error);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new SarkException(
                SarkErrorKind.BadRequest,
                "Configuration",
                path,
                $"The settings file '{path}' cannot be read: {error.Message}",
                error);
        }
    }
}
