using System.Text;
using System.Xml.Linq;

namespace SarkPS.Build;

/// <summary>The pages of docs/en-US, and what PowerShell reads instead of them.</summary>
internal sealed class HelpLibrary
{
    /// <summary>A page with texts of parameters that many cmdlets have, such as -Connection; a cmdlet's own page comes first.</summary>
    private const string SharedPage = "parameters.md";

    private readonly string folder;
    private readonly Dictionary<string, HelpPage> pages;
    private readonly HelpPage? shared;
    private readonly DocComments comments;

    private HelpLibrary(string folder, Dictionary<string, HelpPage> pages, HelpPage? shared, DocComments comments)
    {
        this.folder = folder;
        this.pages = pages;
        this.shared = shared;
        this.comments = comments;
    }

    public static HelpLibrary Read(string folder, string assemblies)
    {
        var pages = Directory.GetFiles(folder, "*-*.md").Select(HelpPage.Read).ToDictionary(p => Path.GetFileNameWithoutExtension(p.Path));
        var shared = Path.Combine(folder, SharedPage);
        return new(folder, pages, File.Exists(shared) ? HelpPage.Read(shared) : null, DocComments.ReadFolder(assemblies));
    }

    /// <summary>Refuses pages that say something about what does not exist. What is missing is found by the tests of help.</summary>
    public void Check(IReadOnlyList<ModuleCommand> commands)
    {
        var errors = new List<string>();
        foreach (var (file, page) in pages)
        {
            var command = commands.FirstOrDefault(c => c.Name == file);
            if (command is null)
            {
                errors.Add(BuildException.Line(page.Path, "SARK0010", $"there is no cmdlet {file}."));
                continue;
            }

            if (page.Name != file)
            {
                errors.Add(BuildException.Line(page.Path, "SARK0011", $"the page is headed '{page.Name}', its file '{file}'."));
            }

            errors.AddRange(page.UnknownSections.Select(s =>
                BuildException.Line(page.Path, "SARK0012", $"no page has a section '{s}'.")));
            errors.AddRange(page.Parameters.Keys.Where(n =>
                !command.Parameters.Any(p => string.Equals(p.Name, n, StringComparison.OrdinalIgnoreCase)))
                .Select(n => BuildException.Line(page.Path, "SARK0013", $"{file} has no parameter -{n}.")));
        }

        if (errors.Count > 0)
        {
            throw new BuildException(errors);
        }
    }

    /// <summary>Writes the help of all cmdlets, and the about pages as text.</summary>
    public void Write(IReadOnlyList<ModuleCommand> commands, string folder)
    {
        Directory.CreateDirectory(folder);
        XNamespace help = "http://msh";
        var items = new XElement(help + "helpItems", new XAttribute("schema", "maml"));
        foreach (var command in commands)
        {
            items.Add(new Maml(command, pages.GetValueOrDefault(command.Name), ParameterText).Command());
        }

        items.Save(Path.Combine(folder, "SarkPS.Cmdlets.dll-Help.xml"));
        foreach (var about in Directory.GetFiles(this.folder, "about_*.md"))
        {
            File.WriteAllText(
                Path.Combine(folder, Path.GetFileNameWithoutExtension(about) + ".help.txt"),
                About(File.ReadLines(about)),
                Encoding.UTF8);
        }
    }

    /// <summary>
    /// An about page as PowerShell wants it: a heading TOPIC, SHORT DESCRIPTION with one line, then capitals for headings
    /// and indented text.
    /// </summary>
    private static string About(IEnumerable<string> lines)
    {
        var text = new StringBuilder();
        var fenced = false;
        foreach (var line in lines)
        {
            if (line.StartsWith("```", StringComparison.Ordinal))
            {
                fenced = !fenced;
            }
            else if (fenced)
            {
                text.Append("        ").Append(line).Append('\n');
            }
            else if (line.StartsWith("# ", StringComparison.Ordinal))
            {
                text.Append("TOPIC\n    ").Append(line[2..].Trim()).Append('\n');
            }
            else if (line.StartsWith('#'))
            {
                text.Append(HelpPage.Plain(line.TrimStart('#').Trim()).ToUpperInvariant()).Append('\n');
            }
            else
            {
                text.Append(line.Length == 0 ? "" : "    " + HelpPage.Plain(line)).Append('\n');
            }
        }

        return text.ToString();
    }

    private List<string> ParameterText(ModuleParameter parameter, HelpPage? page) =>
        page?.Parameters.GetValueOrDefault(parameter.Name)
        ?? shared?.Parameters.GetValueOrDefault(parameter.Name)
        ?? comments.Text(parameter.Member);
}
