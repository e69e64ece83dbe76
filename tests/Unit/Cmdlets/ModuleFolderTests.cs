using System.Management.Automation;
using System.Reflection;
using System.Reflection.Emit;
using SarkPS.Tests.Support;

namespace SarkPS.Tests.Cmdlets;

/// <summary>The module as the build assembles it, file by file.</summary>
public sealed class ModuleFolderTests
{
    [Fact]
    public async Task It_reads_its_database_beside_another_driver_of_the_same_name()
    {
        using var folder = new TemporaryFolder();
        var other = MakeAssembly(folder["Microsoft.Data.Sqlite.dll"], "Microsoft.Data.Sqlite", new Version(1, 2, 3, 4));
        var result = await RealPowerShell.RunAsync($$"""
            $null = [Reflection.Assembly]::LoadFrom('{{other}}')
            Import-Module '{{RealPowerShell.Manifest}}'
            $null = Connect-Sark -Root '{{folder["root"]}}'
            (Get-SarkTenant default).Key
            [AppDomain]::CurrentDomain.GetAssemblies() | Where-Object { $_.GetName().Name -in 'Microsoft.Data.Sqlite', 'SarkPS.Data', 'SarkPS.Core', 'Dapper' } |
                ForEach-Object { [Runtime.Loader.AssemblyLoadContext]::GetLoadContext($_).Name + ' ' + $_.GetName().Name }
            """);
        Assert.Equal(
            ["default", "Default Microsoft.Data.Sqlite", "Default SarkPS.Core", "SarkPS Dapper", "SarkPS Microsoft.Data.Sqlite",
                "SarkPS SarkPS.Data"],
            result.Lines.Take(1).Concat(result.Lines.Skip(1).Order(StringComparer.Ordinal)));
        Assert.Empty(result.Error);
    }

    [Theory]
    [InlineData("linux-x64", "libe_sqlite3.so")]
    [InlineData("linux-arm64", "libe_sqlite3.so")]
    [InlineData("linux-arm", "libe_sqlite3.so")]
    [InlineData("linux-musl-x64", "libe_sqlite3.so")]
    [InlineData("win-x64", "e_sqlite3.dll")]
    [InlineData("win-arm64", "e_sqlite3.dll")]
    [InlineData("osx-x64", "libe_sqlite3.dylib")]
    [InlineData("osx-arm64", "libe_sqlite3.dylib")]
    public void It_brings_SQLite_for_each_platform(string platform, string library) =>
        Assert.True(File.Exists(Path.Combine(Repository.Module, "lib", "runtimes", platform, "native", library)));

    [Fact]
    public void Public_types_lie_beside_the_manifest_and_packages_apart()
    {
        var top = Directory.GetFiles(Repository.Module, "*.dll").Select(Path.GetFileName).Order(StringComparer.Ordinal);
        Assert.Equal(["SarkPS.Cmdlets.dll", "SarkPS.Core.dll"], top);
        Assert.False(File.Exists(Path.Combine(Repository.Module, "lib", "SarkPS.Core.dll")));
        Assert.True(File.Exists(Path.Combine(Repository.Module, "lib", "SarkPS.Data.dll")));
    }

    [Theory]
    [InlineData("ModuleVersion        = '", "ModuleVersion        = '9", "SARK0002")]
    [InlineData("CmdletsToExport      = '*'", "CmdletsToExport      = @()", "SARK0003")]
    public async Task The_build_refuses_a_manifest_of_another_version_and_one_without_a_place_for_names(
        string old,
        string changed,
        string code)
    {
        using var folder = new TemporaryFolder();
        var manifest = File.ReadAllText(Path.Combine(Repository.Root, "SarkPS.psd1"));
        Assert.Contains(old, manifest, StringComparison.Ordinal);
        var wrong = folder.Write("SarkPS.psd1", manifest.Replace(old, changed, StringComparison.Ordinal));

        var result = await Build(folder, wrong, Path.Combine(Repository.Root, "docs", "en-US"));
        Assert.Equal(1, result.ExitCode);
        Assert.Contains($"{wrong} : error {code}: ", result.Error, StringComparison.Ordinal);
        Assert.False(Directory.Exists(folder["out"]));
    }

    [Theory]
    [InlineData("Import-SarkNothing.md", "# Import-SarkNothing\n", "SARK0010")]
    [InlineData("Import-SarkCsv.md", "# Export-SarkCsv\n", "SARK0011")]
    [InlineData("Import-SarkCsv.md", "# Import-SarkCsv\n## SINOPSIS\n", "SARK0012")]
    [InlineData("Import-SarkCsv.md", "# Import-SarkCsv\n## PARAMETERS\n### -Nothing\nText\n", "SARK0013")]
    public async Task The_build_refuses_a_page_about_what_does_not_exist(string name, string text, string code)
    {
        using var folder = new TemporaryFolder();
        var page = folder.Write(name, text);
        var result = await Build(folder, Path.Combine(Repository.Root, "SarkPS.psd1"), folder.Path);
        Assert.Equal(1, result.ExitCode);
        Assert.Contains($"{page} : error {code}: ", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Help_takes_text_from_the_page_and_everything_else_from_the_class()
    {
        using var folder = new TemporaryFolder();
        folder.Write(
            "Import-SarkCsv.md",
            "# Import-SarkCsv\n\n## SYNOPSIS\nReads `rows`.\n\n## PARAMETERS\n\n### -Delimiter\nBetween\ntwo fields.\n");
        var result = await Build(folder, Path.Combine(Repository.Root, "SarkPS.psd1"), folder.Path);
        Assert.True(result.ExitCode == 0, result.Error);

        var help = File.ReadAllText(Path.Combine(folder["out"], "en-US", "SarkPS.Cmdlets.dll-Help.xml"));
        Assert.Contains("<maml:para>Reads rows.</maml:para>", help, StringComparison.Ordinal);
        Assert.Contains("<maml:para>Between two fields.</maml:para>", help, StringComparison.Ordinal);
        Assert.Contains(">Char</command:parameterValue>", help, StringComparison.Ordinal);
        // The doc comment stands in where the page says nothing.
        Assert.Contains("<maml:para>The files to read; wildcards are allowed.</maml:para>", help, StringComparison.Ordinal);
    }

    private static Task<ProgramResult> Build(TemporaryFolder folder, string manifest, string docs)
    {
        var cmdlets = Path.Combine(
            Repository.Root, "src", "SarkPS.Cmdlets", "bin", Repository.Configuration, "net8.0", "SarkPS.Cmdlets.dll");
        return Programs.RunAsync("dotnet",
        [
            Path.Combine(Repository.Root, "src", "SarkPS.Build", "bin", Repository.Configuration, "net10.0", "SarkPS.Build.dll"),
            "--manifest", manifest,
            "--version", AssemblyName.GetAssemblyName(cmdlets).Version!.ToString(3),
            "--assembly", cmdlets,
            "--powershell", typeof(PSObject).Assembly.Location,
            "--docs", docs,
            "--module", folder["out"],
        ]);
    }

    /// <summary>Writes an assembly with nothing in it.</summary>
    private static string MakeAssembly(string path, string name, Version version)
    {
        var assembly = new PersistedAssemblyBuilder(new AssemblyName(name) { Version = version }, typeof(object).Assembly);
        assembly.DefineDynamicModule(name).DefineType("Nothing").CreateType();
        assembly.Save(path);
        return path;
    }
}
