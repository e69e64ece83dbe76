using SarkPS.Tests.Support;

namespace SarkPS.Tests.Cmdlets;

/// <summary>Runs the Pester suite of tests/Pester against the assembled module in a PowerShell of its own.</summary>
public sealed class PesterTests
{
    [Fact]
    public async Task The_packed_module_passes_its_Pester_suite()
    {
        var result = await RealPowerShell.RunAsync($$"""
            "PowerShell $($PSVersionTable.PSVersion), module $((Import-PowerShellDataFile '{{Quoted(RealPowerShell.Manifest)}}').ModuleVersion)"
            Import-Module '{{Quoted(RealPowerShell.Pester)}}'
            $configuration = New-PesterConfiguration
            $configuration.Run.Path = '{{Quoted(Path.Combine(Repository.Root, "tests", "Pester"))}}'
            $configuration.Run.PassThru = $true
            $configuration.Output.RenderMode = 'Plaintext'
            $result = Invoke-Pester -Configuration $configuration
            if ($result.TotalCount -eq 0 -or $result.Result -ne 'Passed') { exit 1 }
            """);
        Assert.True(result.ExitCode == 0, result.Output + result.Error);
    }

    private static string Quoted(string path) => path.Replace("'", "''", StringComparison.Ordinal);
}
