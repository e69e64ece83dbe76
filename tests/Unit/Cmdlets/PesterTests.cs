namespace SarkPS.Tests.Cmdlets;

/// <summary>
/// Runs the Pester suite of tests/Pester against the assembled module in a PowerShell of its own. Skipped, with the
/// reason, where PowerShell or Pester is missing; nothing else of the tests needs them.
/// </summary>
public sealed class PesterTests
{
    /// <summary>The suite uses BeforeDiscovery and -ForEach, which came with Pester 5.</summary>
    private const string FindPester = "(Get-Module -ListAvailable Pester | Where-Object { $_.Version.Major -ge 5 } | Measure-Object).Count";

    [SkippableFact]
    public async Task The_packed_module_passes_its_Pester_suite()
    {
        Skip.If(FindOnPath("pwsh") is null, "pwsh, PowerShell 7.4 or later, is not on the PATH.");
        var found = await PowerShell(FindPester);
        Skip.If(found.Output.Trim() == "0", "The module Pester, version 5 or later, is not installed for pwsh.");
        Assert.True(found.ExitCode == 0, found.Error);

        var result = await PowerShell($$"""
            Import-Module Pester -MinimumVersion 5.0
            $configuration = New-PesterConfiguration
            $configuration.Run.Path = '{{Path.Combine(Repository.Root, "tests", "Pester").Replace("'", "''", StringComparison.Ordinal)}}'
            $configuration.Run.PassThru = $true
            $configuration.Output.RenderMode = 'Plaintext'
            $result = Invoke-Pester -Configuration $configuration
            if ($result.TotalCount -eq 0 -or $result.Result -ne 'Passed') { exit 1 }
            """);
        Assert.True(result.ExitCode == 0, result.Output + result.Error);
    }

    private static Task<ProgramResult> PowerShell(string command) => Programs.RunAsync(
        "pwsh",
        ["-NoProfile", "-NonInteractive", "-Command", command],
        environment: new Dictionary<string, string> { ["POWERSHELL_TELEMETRY_OPTOUT"] = "1" });

    private static string? FindOnPath(string program) => (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator)
        .Select(folder => Path.Combine(folder, OperatingSystem.IsWindows() ? program + ".exe" : program))
        .FirstOrDefault(File.Exists);
}
