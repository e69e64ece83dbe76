using System.Text.RegularExpressions;

namespace SarkPS.Build;

/// <summary>
/// The text of SarkPS.psd1. Only what the build compares or puts in is read from it; PowerShell itself is the judge of the rest.
/// </summary>
internal sealed partial class ModuleManifest
{
    /// <summary>What stands before each path in the checkout's manifest, and not in the shipped one.</summary>
    private const string CheckoutPrefix = "out/SarkPS/";

    private readonly string path;
    private readonly string text;

    private ModuleManifest(string path, string text)
    {
        this.path = path;
        this.text = text;
    }

    public static ModuleManifest Read(string path) => new(path, File.ReadAllText(path));

    /// <summary>Refuses a manifest of another version than that of the assemblies, and one without a place for names.</summary>
    public void Check(string version)
    {
        var errors = new List<string>();
        var stated = VersionLine().Match(text).Groups[1].Value;
        if (stated != version)
        {
            errors.Add(BuildException.Line(path, "SARK0002", $"ModuleVersion is '{stated}', Directory.Build.props says '{version}'."));
        }

        if (Exports().Count(text) != 2)
        {
            errors.Add(BuildException.Line(
                path,
                "SARK0003",
                "CmdletsToExport and AliasesToExport are not both '*', in whose place the build puts names."));
        }

        if (errors.Count > 0)
        {
            throw new BuildException(errors);
        }
    }

    /// <summary>
    /// Writes the manifest that is shipped. It names what it exports, so that PowerShell finds commands without loading the
    /// module.
    /// </summary>
    public void Write(string folder, IReadOnlyList<ModuleCommand> commands)
    {
        Directory.CreateDirectory(folder);
        var body = Exports().Replace(text[text.IndexOf("@{", StringComparison.Ordinal)..], match =>
        {
            var names = match.Groups[1].Value == "Cmdlets" ? commands.Select(c => c.Name) : commands.SelectMany(c => c.Aliases);
            return match.Value.Replace("'*'", $"@({string.Join(", ", names.Select(n => $"'{n}'"))})", StringComparison.Ordinal);
        });
        File.WriteAllText(
            Path.Combine(folder, Path.GetFileName(path)),
            "# Made by the build from the manifest at the top level of the repository." + "\n"
                + body.Replace(CheckoutPrefix, "", StringComparison.Ordinal));
    }

    [GeneratedRegex(@"^\s*ModuleVersion\s*=\s*'([^']*)'", RegexOptions.Multiline)]
    private static partial Regex VersionLine();

    [GeneratedRegex(@"^\s*(Cmdlets|Aliases)ToExport\s*=\s*'\*'", RegexOptions.Multiline)]
    private static partial Regex Exports();
}
