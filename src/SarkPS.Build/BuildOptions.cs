namespace SarkPS.Build;

/// <summary>What the build found wrong in the files that people write. Each entry is one line in MSBuild's form.</summary>
internal sealed class BuildException(IReadOnlyList<string> errors) : Exception(string.Join(Environment.NewLine, errors))
{
    public IReadOnlyList<string> Errors { get; } = errors;

    /// <summary>One error about one file, as <c>file : error code: text</c>, which MSBuild shows as its own.</summary>
    public static string Line(string file, string code, string text) => $"{file} : error {code}: {text}";
}

/// <summary>The command line: pairs of a name and a value. What is asked for and not there is an error.</summary>
internal sealed class BuildOptions
{
    private readonly Dictionary<string, string> values = [];

    public BuildOptions(string[] args)
    {
        for (var i = 0; i + 1 < args.Length; i += 2)
        {
            values[args[i]] = args[i + 1];
        }
    }

    /// <summary>The manifest at the top level of the repository.</summary>
    public string Manifest => Value("--manifest");

    /// <summary>The version from Directory.Build.props.</summary>
    public string Version => Value("--version");

    /// <summary>The built SarkPS.Cmdlets.dll.</summary>
    public string Assembly => Value("--assembly");

    /// <summary>The System.Management.Automation.dll that it was compiled against.</summary>
    public string PowerShell => Value("--powershell");

    /// <summary>The folder of the help pages; for the routes, the folder above it.</summary>
    public string Docs => Value("--docs");

    /// <summary>The folder in which the module is assembled.</summary>
    public string Module => Value("--module");

    /// <summary>The file to write; without it, standard output.</summary>
    public string? Output => values.GetValueOrDefault("--output");

    private string Value(string name) => values.TryGetValue(name, out var value)
        ? value
        : throw new BuildException([BuildException.Line("SarkPS.Build", "SARK0001", $"the option {name} is missing.")]);
}
