using System.Reflection;

namespace SarkPS.Tests.Support;

/// <summary>
/// PowerShell as administrators have it, in a process of its own: the tool that <c>dotnet pwsh</c> starts, which the build
/// of the tests downloads. Unlike the hosted engine it has all commands, profiles, jobs and exit codes.
/// </summary>
internal static class RealPowerShell
{
    private static readonly Dictionary<string, string> Quiet = new()
    {
        ["POWERSHELL_TELEMETRY_OPTOUT"] = "1",
        // What -Command prints has colours of lists and tables even where nobody sees them.
        ["NO_COLOR"] = "1",
    };

    /// <summary>The program, to be started by <c>dotnet</c>.</summary>
    public static string Program { get; } = FromBuild("PowerShell");

    /// <summary>The manifest of Pester.</summary>
    public static string Pester { get; } = FromBuild("Pester");

    /// <summary>The assembled module's manifest.</summary>
    public static string Manifest { get; } = Path.Combine(Repository.Module, "SarkPS.psd1");

    /// <summary>Runs a command to its end, without a profile and without anybody at the prompt.</summary>
    /// <param name="command">The command; the module must be imported by it.</param>
    /// <param name="environment">Variables besides those of the tests.</param>
    /// <param name="folder">Where it stands; the repository unless given.</param>
    public static Task<ProgramResult> RunAsync(
        string command,
        IReadOnlyDictionary<string, string>? environment = null,
        string? folder = null) =>
        StartAsync(["-Command", command], environment, folder);

    /// <summary>Runs a script file as a scheduler would: <c>pwsh -NonInteractive -File</c>.</summary>
    /// <param name="file">The script.</param>
    /// <param name="arguments">Its arguments.</param>
    /// <param name="environment">Variables besides those of the tests.</param>
    /// <param name="folder">Where it stands; the repository unless given.</param>
    public static Task<ProgramResult> RunFileAsync(
        string file,
        IEnumerable<string> arguments,
        IReadOnlyDictionary<string, string>? environment = null,
        string? folder = null) =>
        StartAsync(["-File", file, .. arguments], environment, folder);

    private static Task<ProgramResult> StartAsync(
        IEnumerable<string> arguments,
        IReadOnlyDictionary<string, string>? environment,
        string? folder) => Programs.RunAsync(
        Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet",
        [Program, "-NoProfile", "-NonInteractive", .. arguments],
        folder: folder,
        environment: environment is null ? Quiet : new Dictionary<string, string>(environment.Concat(Quiet)));

    private static string FromBuild(string name) =>
        typeof(RealPowerShell).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().First(a => a.Key == name).Value!;
}
