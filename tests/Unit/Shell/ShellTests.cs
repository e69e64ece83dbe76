using System.Runtime.InteropServices;

namespace SarkPS.Tests.Shell;

/// <summary>The embedded shell as a user meets it: what it prints where, and the exit code it leaves.</summary>
public sealed class ShellTests
{
    private static readonly string _shell = Path.Combine(
        Repository.Root, "src", "SarkPS.Shell", "bin", Repository.Configuration, "net10.0", OperatingSystem.IsWindows() ? "SarkPS.Shell.exe" : "SarkPS.Shell");

    [Fact]
    public async Task The_module_is_there_without_asking()
    {
        var result = await Run("-Command", "Get-Command -Module SarkPS | ForEach-Object Name");
        Assert.Contains("Import-SarkCsv", result.Lines);
        Assert.Empty(result.Error);
        Assert.Equal(0, result.ExitCode);
    }

    [Theory]
    [InlineData("1", 0)]
    [InlineData("exit 7", 7)]
    [InlineData("throw 'no'", 1)]
    [InlineData("no-such-command", 1)]
    [InlineData("Import-SarkCsv /no/such/file.csv", 1)]
    [InlineData("Import-SarkCsv /no/such/file.csv; 'went on'", 0)]
    [InlineData("$x = Import-SarkCsv /no/such/file.csv -ErrorAction SilentlyContinue", 1)]
    [InlineData("if (", 1)]
    [InlineData("dotnet --no-such-option", 1)]
    [InlineData("dotnet --no-such-option; exit ($LASTEXITCODE + 100)", 101)]
    public async Task The_exit_code_of_a_command_tells_how_it_ended(string command, int code) =>
        Assert.Equal(code, (await Run("-Command", command)).ExitCode);

    [Fact]
    public async Task Words_after_Command_are_one_command()
    {
        var result = await Run("-Command", "1", "+", "2");
        Assert.Equal(["3"], result.Lines);
    }

    [Fact]
    public async Task Output_and_errors_go_apart_and_neither_has_colours_nor_a_stack_trace()
    {
        var result = await Run("-Command", "'before'; Import-SarkCsv /no/such/file.csv; 'after'; Get-Command -Module SarkPS");
        Assert.Equal(["before", "after"], result.Lines[..2]);
        Assert.Contains("/no/such/file.csv", result.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("/no/such/file.csv", result.Output, StringComparison.Ordinal);
        Assert.DoesNotContain('\e', result.Output + result.Error);
        Assert.DoesNotContain("   at ", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_syntax_error_says_what_is_missing()
    {
        var result = await Run("-Command", "if (");
        Assert.Contains("if (", result.Error, StringComparison.Ordinal);
        Assert.Empty(result.Output);
    }

    [Fact]
    public async Task An_error_that_ends_the_run_is_told_on_standard_error()
    {
        var result = await Run("-Command", "'one'; throw 'the reason'; 'two'");
        Assert.Contains("the reason", result.Error, StringComparison.Ordinal);
        Assert.Equal(["one"], result.Lines);
    }

    [Fact]
    public async Task Few_properties_are_a_table_and_many_a_list()
    {
        var table = await Run("-Command", "[pscustomobject]@{ Key = 'acme'; Calls = 30 }");
        Assert.Contains(table.Lines, l => l.StartsWith("Key", StringComparison.Ordinal) && l.Contains("Calls", StringComparison.Ordinal));

        var list = await Run("-Command", "[pscustomobject]@{ A = 1; B = 2; C = 3; D = 4; E = 5 }");
        Assert.Contains("A : 1", list.Lines);
    }

    [Fact]
    public async Task A_redirected_table_is_as_wide_as_COLUMNS_says()
    {
        var wide = new string('x', 130);
        var command = $"[pscustomobject]@{{ Key = '{wide}'; Calls = 30 }}";
        Assert.Contains(wide, (await Run("-Command", command)).Output, StringComparison.Ordinal);

        var narrow = await Programs.RunAsync(_shell, ["-Command", command], environment: new Dictionary<string, string> { ["COLUMNS"] = "60" });
        Assert.All(narrow.Lines, l => Assert.True(l.Length <= 60, l));
    }

    [Fact]
    public async Task Warnings_and_verbose_lines_go_to_standard_error()
    {
        using var folder = new TemporaryFolder();
        var script = folder.Write("streams.ps1", """
            [CmdletBinding()] param()
            $PSCmdlet.WriteWarning('careful')
            $PSCmdlet.WriteVerbose('details')
            $PSCmdlet.WriteProgress([System.Management.Automation.ProgressRecord]::new(1, 'Reading', 'row 1'))
            'result'
            """);
        var result = await Run("-File", script, "-Verbose");
        Assert.Equal(["result"], result.Lines);
        Assert.Contains("WARNING: careful", result.Error, StringComparison.Ordinal);
        Assert.Contains("VERBOSE: details", result.Error, StringComparison.Ordinal);
        Assert.Contains("Reading: row 1", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_script_gets_its_arguments_and_knows_where_it_is()
    {
        using var folder = new TemporaryFolder();
        var script = folder.Write("hello.ps1", """
            param([string] $Name, [switch] $Loud, [int] $Count = 1, [Parameter(ValueFromRemainingArguments)] $Rest)
            "$Name|$Loud|$Count|$Rest|$PSScriptRoot"
            """);
        Assert.Equal([$"joe|True|3|a b|{folder.Path}"], (await Run("-File", script, "-Name", "joe", "-Loud", "-Count:3", "a", "b")).Lines);
        Assert.Equal([$"joe|False|-5||{folder.Path}"], (await Run("-File", script, "joe", "-5", "-Loud:$false")).Lines);
        Assert.Equal([$"joe|False|1||{folder.Path}"], (await Run(script, "joe")).Lines);
    }

    [Theory]
    [InlineData("'done'", 0)]
    [InlineData("exit 5", 5)]
    [InlineData("'a'; throw 'no'", 1)]
    [InlineData("no-such-command", 1)]
    [InlineData("no-such-command; 'done'", 0)]
    [InlineData("function f { exit 6 }; f; 'not here'", 6)]
    [InlineData("if (", 1)]
    public async Task The_exit_code_of_a_script_tells_how_it_ended(string text, int code)
    {
        using var folder = new TemporaryFolder();
        Assert.Equal(code, (await Run("-File", folder.Write("s.ps1", text))).ExitCode);
    }

    [Fact]
    public async Task An_error_in_a_script_names_the_line()
    {
        using var folder = new TemporaryFolder();
        var script = folder.Write("s.ps1", "'one'\nImport-SarkCsv /no/such/file.csv\n");
        Assert.Contains("s.ps1:2", (await Run("-File", script)).Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("-File", "no-such-script.ps1", "no-such-script.ps1")]
    [InlineData("-File", "README.md", "README.md")]
    [InlineData("-no-such-option", "", "-no-such-option")]
    [InlineData("-Command", null, "-Command")]
    public async Task A_wrong_command_line_is_told_by_name(string option, string? value, string named)
    {
        var result = await Run(value is null ? [option] : [option, value]);
        Assert.Equal(64, result.ExitCode);
        Assert.Contains(named, result.Error, StringComparison.Ordinal);
        Assert.Empty(result.Output);
    }

    [Fact]
    public async Task Commands_can_come_from_standard_input()
    {
        const string commands = "function f {\n  'in f'\n}\nf\nexit 4\n";
        foreach (var arguments in new string[][] { [], ["-Command", "-"] })
        {
            var result = await Programs.RunAsync(_shell, arguments, commands);
            Assert.Equal(["in f"], result.Lines);
            Assert.Equal(4, result.ExitCode);
        }
    }

    [Fact]
    public async Task A_change_that_asks_takes_the_answer_from_standard_input()
    {
        using var folder = new TemporaryFolder();
        var command = $"[pscustomobject]@{{ A = 1 }} | Export-SarkCsv '{folder["a.csv"]}' -Confirm";
        Assert.Equal(0, (await Programs.RunAsync(_shell, ["-Command", command], "n\n")).ExitCode);
        Assert.False(File.Exists(folder["a.csv"]));

        var yes = await Programs.RunAsync(_shell, ["-Command", command], "what?\ny\n");
        Assert.True(File.Exists(folder["a.csv"]));
        Assert.Contains(folder["a.csv"], yes.Error, StringComparison.Ordinal);
        Assert.Empty(yes.Output);
    }

    [Fact]
    public async Task A_missing_mandatory_parameter_is_asked_for()
    {
        using var folder = new TemporaryFolder();
        var file = folder.Write("a.csv", "Key\nacme\n");
        var result = await Programs.RunAsync(_shell, ["-Command", "(Import-SarkCsv).Key"], $"{file}\n\n");
        Assert.Equal(["acme"], result.Lines);
    }

    [Theory]
    [InlineData("-NonInteractive")]
    [InlineData("-NoLogo")]
    public async Task Where_no_answer_can_come_a_question_is_an_error(string option)
    {
        using var folder = new TemporaryFolder();
        var result = await Run(option, "-Command", $"[pscustomobject]@{{ A = 1 }} | Export-SarkCsv '{folder["a.csv"]}' -Confirm");
        Assert.Equal(1, result.ExitCode);
        Assert.NotEmpty(result.Error);
        Assert.False(File.Exists(folder["a.csv"]));
    }

    [Fact]
    public async Task Help_of_a_command_and_of_the_module_is_there()
    {
        var command = await Run("-Command", "Get-Help Import-SarkCsv -Full");
        Assert.Contains(command.Lines, l => l.Contains("-EmptyAsNull", StringComparison.Ordinal));
        var about = await Run("-Command", "Get-Help about_SarkPS");
        Assert.Contains(about.Lines, l => l.Trim() == "about_SarkPS");
    }

    [Fact]
    public async Task A_script_works_on_an_exchange_from_creation_to_CSV()
    {
        using var folder = new TemporaryFolder();
        var script = folder.Write("story.ps1", """
            param($Folder)
            $null = Connect-Sark -Root "$Folder/exchange"
            $null = New-SarkTenant acme -Description 'Acme, "Ltd"'
            New-SarkTenant acme -Description 'again' -ErrorAction SilentlyContinue
            "failed: $($Error[0].FullyQualifiedErrorId.Split(',')[0])"
            Get-SarkTenant acme | Export-SarkCsv "$Folder/tenants.csv"
            Remove-SarkTenant acme -Confirm:$false
            Import-SarkCsv "$Folder/tenants.csv" | New-SarkTenant | ForEach-Object { "$($_.Key): $($_.Description)" }
            Get-SarkTenant
            """);
        var result = await Run("-File", script, folder.Path);
        Assert.Equal(["failed: SarkTenantConflict", "acme: Acme, \"Ltd\""], result.Lines[..2]);
        // The rest is the table of the module's own view.
        Assert.Contains(result.Lines[2..], l => l.StartsWith("Key ", StringComparison.Ordinal) && l.Contains("IsOpen", StringComparison.Ordinal));
        Assert.Contains(result.Lines[2..], l => l.StartsWith("default ", StringComparison.Ordinal));
        Assert.Equal(0, result.ExitCode);
    }

    [Fact]
    public async Task Version_and_Help_print_and_end()
    {
        var version = await Run("-Version");
        Assert.StartsWith("SarkPS ", version.Output, StringComparison.Ordinal);
        Assert.Equal(0, version.ExitCode);

        var help = await Run("-Help");
        Assert.Contains("-NonInteractive", help.Output, StringComparison.Ordinal);
        Assert.Equal(0, help.ExitCode);
    }

    [SkippableFact]
    public async Task Ctrl_C_stops_the_command()
    {
        Skip.If(OperatingSystem.IsWindows(), "Windows has no way to send Ctrl+C to one process.");
        using var folder = new TemporaryFolder();
        var started = folder["started"];
        using var process = Programs.Start(_shell, ["-Command", $"[IO.File]::WriteAllText('{started}', ''); while ($true) {{ }}"]);
        while (!File.Exists(started) && !process.HasExited)
        {
            await Task.Delay(20);
        }

        Assert.Equal(0, Kill(process.Id, 2));
        Assert.Equal(130, (await Programs.EndAsync(process)).ExitCode);
    }

    private static Task<ProgramResult> Run(params string[] arguments) => Programs.RunAsync(_shell, arguments);

    /// <summary>kill(2): sends a signal, 2 being the interrupt that a terminal sends for Ctrl+C.</summary>
    [DllImport("libc", EntryPoint = "kill")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Kill(int process, int signal);
}
