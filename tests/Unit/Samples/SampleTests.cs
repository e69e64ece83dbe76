using SarkPS.Tests.Support;

namespace SarkPS.Tests.SampleScripts;

/// <summary>The scripts in samples/ do what their first lines say, in PowerShell and in whatever order they are run.</summary>
public sealed class SampleTests
{
    private static readonly string Samples = Path.Combine(Repository.Root, "samples");

    [Fact]
    public async Task First_light_makes_lists_changes_and_shows_errors()
    {
        using var folder = new TemporaryFolder();

        // It works on a database of its own, whatever the environment names.
        var other = folder.Write("mine.db", "not touched");
        var result = await RealPowerShell.RunFileAsync(
            Path.Combine(Samples, "first-light.ps1"), [], new Dictionary<string, string>
            {
                ["SARK_DATABASE"] = other,
                ["TMPDIR"] = folder.Path
            });

        Assert.Equal("", result.Error);
        Assert.Equal(0, result.ExitCode);
        foreach (var key in new[] { "acme", "voip", "401", "402", "403" })
        {
            Assert.Contains(result.Lines, l => l.StartsWith(key + ' ', StringComparison.Ordinal));
        }

        Assert.Contains("caller id 441924566170", result.Output, StringComparison.Ordinal);
        Assert.Contains("The selected cluster is invalid.", result.Output, StringComparison.Ordinal);
        Assert.Contains("SarkExtensionValidation", result.Output, StringComparison.Ordinal);
        Assert.Contains("is in use: Extension 401 (Tenant)", result.Output, StringComparison.Ordinal);
        Assert.Equal("not touched", await File.ReadAllTextAsync(other));
        Assert.Equal([other], Directory.GetFileSystemEntries(folder.Path));
    }

    [Fact]
    public async Task Import_makes_every_kind_of_extension_once_and_the_report_counts_them()
    {
        using var folder = new TemporaryFolder();
        var import = $"& '{Path.Combine(Samples, "import-extensions.ps1")}' '{Path.Combine(Samples, "extensions.csv")}' acme";

        var result = await RealPowerShell.RunAsync($"""
            Import-Module '{RealPowerShell.Manifest}'
            $null = Connect-Sark -Root '{folder.Path}'
            {import} -WhatIf
            'after WhatIf: ' + @(Get-SarkExtension).Count
            {import}
            {import}
            & '{Path.Combine(Samples, "tenant-report.ps1")}' acme
            """, new Dictionary<string, string> { ["SARK_DATABASE"] = "" });

        Assert.Equal(0, result.ExitCode);
        Assert.Contains("after WhatIf: 0", result.Lines);
        Assert.Contains("12 of 12 made", result.Lines);
        Assert.Contains(result.Lines, l => l.StartsWith("502", StringComparison.Ordinal) && l.Contains("snom", StringComparison.Ordinal));
        Assert.Contains(result.Lines, l => l.StartsWith("506", StringComparison.Ordinal) && l.Contains("WebRTC", StringComparison.Ordinal));
        Assert.Contains(
            result.Lines,
            l => l.StartsWith("510", StringComparison.Ordinal) && l.Contains("MAILBOX", StringComparison.Ordinal));
        Assert.Contains(
            result.Lines,
            l => l.StartsWith("501", StringComparison.Ordinal) && l.Contains("Duplicate Key - 501", StringComparison.Ordinal));
        Assert.Contains("Extensions   : 10", result.Lines);
        Assert.Contains("Mailboxes    : 2", result.Lines);
    }
}
