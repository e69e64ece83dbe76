using System.Text.Json;
using SarkPS.Tests.Support;
using Xunit.Abstractions;

namespace SarkPS.Tests.Cmdlets;

/// <summary>
/// Runs the Pester suite of tests/Pester against the packed module in a PowerShell of its own, once; each of its tests is a
/// result here.
/// </summary>
public sealed class PesterTests(ITestOutputHelper output)
{
    private static readonly Lazy<PesterRun> Run = new(() => RunAsync().GetAwaiter().GetResult());

    /// <summary>The tests that Pester ran.</summary>
    public static TheoryData<PesterResult> Results() => [.. Run.Value.Tests];

    // The suite runs once the theory's turn comes and not while tests are listed: listing would take as long as running.
    [SkippableTheory]
    [MemberData(nameof(Results), DisableDiscoveryEnumeration = true)]
    public void Pester(PesterResult test)
    {
        Skip.If(test.Result == "Skipped", $"{test}: skipped by Pester");
        Assert.True(test.Result == "Passed", test.Error);
    }

    [Fact]
    public void The_suite_ran_to_its_end()
    {
        output.WriteLine(Run.Value.Versions);
        Assert.True(Run.Value is { Result: "Passed", Tests.Length: > 0 }, Run.Value.Output);
    }

    private static async Task<PesterRun> RunAsync()
    {
        using var folder = new TemporaryFolder();
        var result = await RealPowerShell.RunAsync($$"""
            Import-Module '{{Quoted(RealPowerShell.Pester)}}'
            $configuration = New-PesterConfiguration
            $configuration.Run.Path = '{{Quoted(Path.Combine(Repository.Root, "tests", "Pester"))}}'
            $configuration.Run.PassThru = $true
            $configuration.Output.RenderMode = 'Plaintext'
            $run = Invoke-Pester -Configuration $configuration
            $table = ($PSVersionTable.Keys | ForEach-Object { "$_ $($PSVersionTable[$_] -join ', ')" }) -join '; '
            $module = Import-PowerShellDataFile '{{Quoted(RealPowerShell.Manifest)}}'
            @{
                Versions = "$table; Pester $($run.Version); packed module $($module.ModuleVersion)"
                Result = $run.Result
                Tests = @($run.Tests | ForEach-Object {
                    @{
                        Name = "$(Split-Path -Leaf $_.ScriptBlock.File): $($_.ExpandedPath)"
                        Result = $_.Result
                        Error = "$($_.ErrorRecord | Out-String)"
                    }
                })
            } | ConvertTo-Json -Depth 3 | Set-Content -LiteralPath '{{Quoted(folder["results.json"])}}'
            """);
        Assert.True(File.Exists(folder["results.json"]), result.Output + result.Error);
        return JsonSerializer.Deserialize<PesterRun>(await File.ReadAllTextAsync(folder["results.json"]))! with
        {
            Output = result.Output
            + result.Error
        };
    }

    private static string Quoted(string path) => path.Replace("'", "''", StringComparison.Ordinal);

    /// <summary>One test of the suite.</summary>
    /// <param name="Name">Its file, and the names of its blocks and its own.</param>
    /// <param name="Result">What Pester calls it: Passed, Failed, Skipped, Inconclusive, NotRun.</param>
    /// <param name="Error">Why it failed.</param>
    public sealed record PesterResult(string Name, string Result, string Error)
    {
        /// <inheritdoc/>
        public override string ToString() => Name;
    }

    private sealed record PesterRun(string Versions, string Result, PesterResult[] Tests, string Output = "");
}
