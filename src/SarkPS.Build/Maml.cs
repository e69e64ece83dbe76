using System.Globalization;
using System.Xml.Linq;

namespace SarkPS.Build;

/// <summary>
/// Writes one cmdlet's help in MAML, the XML that Get-Help reads. Element names and order follow what PowerShell's
/// documentation calls "How to write cmdlet help" (the sample with <c>helpItems schema="maml"</c>).
/// </summary>
internal sealed class Maml(ModuleCommand command, HelpPage? page, Func<ModuleParameter, HelpPage?, List<string>> parameterText)
{
    private static readonly XNamespace MamlNames = "http://schemas.microsoft.com/maml/2004/10";
    private static readonly XNamespace CommandNames = "http://schemas.microsoft.com/maml/dev/command/2004/10";
    private static readonly XNamespace DevNames = "http://schemas.microsoft.com/maml/dev/2004/10";

    public XElement Command() => new(
        CommandNames + "command",
        new XAttribute(XNamespace.Xmlns + "maml", MamlNames.NamespaceName),
        new XAttribute(XNamespace.Xmlns + "command", CommandNames.NamespaceName),
        new XAttribute(XNamespace.Xmlns + "dev", DevNames.NamespaceName),
        new XElement(
            CommandNames + "details",
            new XElement(CommandNames + "name", command.Name),
            new XElement(CommandNames + "verb", command.Verb),
            new XElement(CommandNames + "noun", command.Noun),
            Text(MamlNames + "description", page?.Synopsis ?? [])),
        Text(MamlNames + "description", page?.Description ?? []),
        new XElement(CommandNames + "syntax", command.Sets.Select(Syntax)),
        new XElement(
            CommandNames + "parameters",
            command.Parameters.OrderBy(p => p.Name, StringComparer.OrdinalIgnoreCase)
                .Select(p => Parameter(p, p.Sets.Values.First(), full: true))),
        new XElement(CommandNames + "inputTypes", Inputs().Select(i => TypeNote("inputType", i))),
        new XElement(CommandNames + "returnValues", Outputs().Select(o => TypeNote("returnValue", o))),
        new XElement(MamlNames + "alertSet", Text(MamlNames + "alert", page?.Notes ?? [])),
        new XElement(CommandNames + "examples", page?.Examples.Select(Example)),
        new XElement(CommandNames + "relatedLinks", page?.Links.Select(Link)));

    private static XElement Text(XName name, IEnumerable<string> paragraphs) =>
        new(name, paragraphs.Select(p => new XElement(MamlNames + "para", p)));

    private static XElement Example(HelpExample example) => new(
        CommandNames + "example",
        new XElement(MamlNames + "title", $"--- {example.Title} ---"),
        new XElement(DevNames + "code", example.Code),
        Text(DevNames + "remarks", example.Remarks));

    private static XElement Link(string text) => new(
        MamlNames + "navigationLink",
        new XElement(MamlNames + "linkText", text.TrimStart('-', '*', ' ')),
        new XElement(MamlNames + "uri"));

    private static XElement TypeNote(string name, (string Type, List<string> Text) note) => new(
        CommandNames + name,
        new XElement(DevNames + "type", new XElement(MamlNames + "name", note.Type), new XElement(MamlNames + "uri")),
        Text(MamlNames + "description", note.Text));

    private XElement Syntax(string set) => new(
        CommandNames + "syntaxItem",
        new XElement(MamlNames + "name", command.Name),
        command.Parameters
            .Select(p => (Parameter: p, In: p.In(set)))
            .Where(p => p.In is not null)
            .OrderBy(p => p.In!.Position ?? int.MaxValue)
            .ThenByDescending(p => p.In!.Mandatory)
            .Select(p => Parameter(p.Parameter, p.In!, full: false)));

    private XElement Parameter(ModuleParameter parameter, ModuleParameterSet set, bool full)
    {
        var element = new XElement(
            CommandNames + "parameter",
            new XAttribute("required", Word(set.Mandatory)),
            new XAttribute("variableLength", Word(parameter.Type.EndsWith("[]", StringComparison.Ordinal))),
            new XAttribute("globbing", Word(parameter.Wildcards)),
            new XAttribute("pipelineInput", parameter.PipelineText(set)),
            new XAttribute("position", set.Position?.ToString(CultureInfo.InvariantCulture) ?? "named"),
            new XAttribute("aliases", parameter.Aliases.Count == 0 ? "none" : string.Join(", ", parameter.Aliases)),
            new XElement(MamlNames + "name", parameter.Name));
        if (full)
        {
            element.Add(Text(MamlNames + "description", parameterText(parameter, page)));
        }
        else if (parameter.Allowed.Count > 0)
        {
            element.Add(new XElement(
                CommandNames + "parameterValueGroup",
                parameter.Allowed.Select(v => new XElement(
                    CommandNames + "parameterValue", new XAttribute("required", "false"), new XAttribute("variableLength", "false"), v))));
        }

        if (!parameter.IsSwitch)
        {
            element.Add(new XElement(
                CommandNames + "parameterValue", new XAttribute("required", "true"), new XAttribute("variableLength", "false"),
                parameter.Type));
        }

        if (full)
        {
            element.Add(
                new XElement(DevNames + "type", new XElement(MamlNames + "name", parameter.Type), new XElement(MamlNames + "uri")),
                new XElement(DevNames + "defaultValue", parameter.IsSwitch ? "False" : "None"));
        }

        return element;
    }

    private IEnumerable<(string Type, List<string> Text)> Inputs() => page?.Inputs is { Count: > 0 } inputs
        ? inputs
        : command.Parameters.Where(p => p.Sets.Values.Any(s => s.Pipeline || s.PipelineByName)).Select(p => p.Type).Distinct()
            .Select(t => (t, new List<string>()));

    private IEnumerable<(string Type, List<string> Text)> Outputs() => page?.Outputs is { Count: > 0 } outputs
        ? outputs
        : command.Outputs.Select(t => (t, new List<string>()));

    private static string Word(bool value) => value ? "true" : "false";
}
