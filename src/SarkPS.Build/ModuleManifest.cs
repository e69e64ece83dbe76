using System.Text.RegularExpressions;

namespace SarkPS.Build;

/// <summary>
/// The text of SarkPS.psd1. Only what the build compares is read from it; PowerShell itself is the judge of the rest.
/// </summary>
internal sealed partial class ModuleManifest
{
    /// <summary>What stands before each path in the checkout's manifest, and not in the shipped one.</summary>
    private const string CheckoutPrefix = "out/SarkPS/";

    private readonly string _path;
    private readonly string _text;

    private ModuleManifest(string path, string text)
    {
        _path = path;
        _text = text;
    }

    public static ModuleManifest Read(string path) => new(path, File.ReadAllText(path));

    /// <summary>Refuses a manifest that says something else than the build made.</summary>
    /// <param name="version">The version of the assemblies.</param>
    /// <param name="cmdlets">The cmdlets in the assembly.</param>
    /// <param name="views">The files *.format.ps1xml and *.types.ps1xml of the project.</param>
    public void Check(string version, IEnumerable<string> cmdlets, IEnumerable<string> views)
    {
        var errors = new List<string>();
        var stated = VersionLine().Match(_text).Groups[1].Value;
        if (stated != version)
        {
            errors.Add(BuildException.Line(_path, "SARK0002", $"ModuleVersion is '{stated}', Directory.Build.props says '{version}'."));
        }

        var files = views.ToLookup(v => v.EndsWith(".types.ps1xml", StringComparison.OrdinalIgnoreCase));
        Compare("CmdletsToExport", cmdlets, errors);
        Compare("FormatsToProcess", files[false].Select(f => CheckoutPrefix + f), errors);
        Compare("TypesToProcess", files[true].Select(f => CheckoutPrefix + f), errors);
        if (errors.Count > 0)
        {
            throw new BuildException(errors);
        }
    }

    /// <summary>Writes the manifest that is shipped.</summary>
    public void Write(string folder)
    {
        Directory.CreateDirectory(folder);
        var body = _text[_text.IndexOf("@{", StringComparison.Ordinal)..];
        File.WriteAllText(
            Path.Combine(folder, Path.GetFileName(_path)),
            "# Made by the build from the manifest at the top level of the repository." + "\n" + body.Replace(CheckoutPrefix, "", StringComparison.Ordinal));
    }

    private void Compare(string name, IEnumerable<string> expected, List<string> errors)
    {
        var list = Regex.Match(_text, $@"^\s*{name}\s*=\s*@\(([^)]*)\)", RegexOptions.Multiline);
        if (!list.Success)
        {
            errors.Add(BuildException.Line(_path, "SARK0003", $"{name} is missing, or is not a list @( ... )."));
            return;
        }

        var stated = Quoted().Matches(list.Groups[1].Value).Select(m => m.Groups[1].Value).ToHashSet(StringComparer.Ordinal);
        var actual = expected.ToHashSet(StringComparer.Ordinal);
        errors.AddRange(actual.Except(stated).Order(StringComparer.Ordinal)
            .Select(n => BuildException.Line(_path, "SARK0004", $"{name} does not name '{n}', which the build made.")));
        errors.AddRange(stated.Except(actual).Order(StringComparer.Ordinal)
            .Select(n => BuildException.Line(_path, "SARK0005", $"{name} names '{n}', which does not exist.")));
    }

    [GeneratedRegex(@"^\s*ModuleVersion\s*=\s*'([^']*)'", RegexOptions.Multiline)]
    private static partial Regex VersionLine();

    [GeneratedRegex("'([^']*)'")]
    private static partial Regex Quoted();
}
