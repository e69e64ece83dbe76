using System.Globalization;
using System.Xml.Linq;

namespace SarkPS.Build;

/// <summary>
/// Writes one cmdlet's help in MAML, the XML that Get-Help reads. Element names and order follow what PowerShell's
/// documentation calls "How to write cmdlet help" (the sample with <c>helpItems schema="maml"</c>).
/// </summary>
internal sealed class Maml(ModuleCommand command, HelpPage? page, Func<ModuleParameter, HelpPage?, List<string>> parameterText)
{
    private static readonly XNamespace _maml = "http://schemas.microsoft.com/maml/2004/10";
    private static readonly XNamespace _command = "http://schemas.microsoft.com/maml/dev/command/2004/10";
    private static readonly XNamespace _dev = "http://schemas.microsoft.com/maml/dev/2004/10";

    public XElement Command() => new(
        _command + "command",
        new XAttribute(XNamespace.Xmlns + "maml", _maml.NamespaceName),
        new XAttribute(XNamespace.Xmlns + "command", _command.NamespaceName),
        new XAttribute(XNamespace.Xmlns + "dev", _dev.NamespaceName),
        new XElement(
            _command + "details",
            new XElement(_command + "name", command.Name),
            new XElement(_command + "verb", command.Verb),
            new XElement(_command + "noun", command.Noun),
            Text(_maml + "description", page?.Synopsis ?? [])),
        Text(_maml + "description", page?.Description ?? []),
        new XElement(_command + "syntax", command.Sets.Select(Syntax)),
        new XElement(
            _command + "parameters",
            command.Parameters.OrderBy(p => p.Name, StringComparer.OrdinalIgnoreCase).Select(p => Parameter(p, p.Sets.Values.First(), full: true))),
        new XElement(_command + "inputTypes", Inputs().Select(i => TypeNote("inputType", i))),
        new XElement(_command + "returnValues", Outputs().Select(o => TypeNote("returnValue", o))),
        new XElement(_maml + "alertSet", Text(_maml + "alert", page?.Notes ?? [])),
        new XElement(_command + "examples", page?.Examples.Select(Example)),
        new XElement(_command + "relatedLinks", page?.Links.Select(Link)));

    private static XElement Text(XName name, IEnumerable<string> paragraphs) => new(name, paragraphs.Select(p => new XElement(_maml + "para", p)));

    private static XElement Example(HelpExample example) => new(
        _command + "example",
        new XElement(_maml + "title", $"--- {example.Title} ---"),
        new XElement(_dev + "code", example.Code),
        Text(_dev + "remarks", example.Remarks));

    private static XElement Link(string text) => new(
        _maml + "navigationLink",
        new XElement(_maml + "linkText", text.TrimStart('-', '*', ' ')),
        new XElement(_maml + "uri"));

    private static XElement TypeNote(string name, (string Type, List<string> Text) note) => new(
        _command + name,
        new XElement(_dev + "type", new XElement(_maml + "name", note.Type), new XElement(_maml + "uri")),
        Text(_maml + "description", note.Text));

    private XElement Syntax(string set) => new(
        _command + "syntaxItem",
        new XElement(_maml + "name", command.Name),
        command.Parameters
            .Select(p => (Parameter: p, In: p.In(set)))
            .Where(p => p.In is not null)
            .OrderBy(p => p.In!.Position ?? int.MaxValue)
            .ThenByDescending(p => p.In!.Mandatory)
            .Select(p => Parameter(p.Parameter, p.In!, full: false)));

    private XElement Parameter(ModuleParameter parameter, ModuleParameterSet set, bool full)
    {
        var element = new XElement(
            _command + "parameter",
            new XAttribute("required", Word(set.Mandatory)),
            new XAttribute("variableLength", Word(parameter.Type.EndsWith("[]", StringComparison.Ordinal))),
            new XAttribute("globbing", Word(parameter.Wildcards)),
            new XAttribute("pipelineInput", parameter.PipelineText(set)),
            new XAttribute("position", set.Position?.ToString(CultureInfo.InvariantCulture) ?? "named"),
            new XAttribute("aliases", parameter.Aliases.Count == 0 ? "none" : string.Join(", ", parameter.Aliases)),
            new XElement(_maml + "name", parameter.Name));
        if (full)
        {
            element.Add(Text(_maml + "description", parameterText(parameter, page)));
        }
        else if (parameter.Allowed.Count > 0)
        {
            element.Add(new XElement(
                _command + "parameterValueGroup",
                parameter.Allowed.Select(v => new XElement(
                    _command + "parameterValue", new XAttribute("required", "false"), new XAttribute("variableLength", "false"), v))));
        }

        if (!parameter.IsSwitch)
        {
            element.Add(new XElement(
                _command + "parameterValue", new XAttribute("required", "true"), new XAttribute("variableLength", "false"), parameter.Type));
        }

        if (full)
        {
            element.Add(
                new XElement(_dev + "type", new XElement(_maml + "name", parameter.Type), new XElement(_maml + "uri")),
                new XElement(_dev + "defaultValue", parameter.IsSwitch ? "False" : "None"));
        }

        return element;
    }

    private IEnumerable<(string Type, List<string> Text)> Inputs() => page?.Inputs is { Count: > 0 } inputs
        ? inputs
        : command.Parameters.Where(p => p.Sets.Values.Any(s => s.Pipeline || s.PipelineByName)).Select(p => p.Type).Distinct().Select(t => (t, new List<string>()));

    private IEnumerable<(string Type, List<string> Text)> Outputs() => page?.Outputs is { Count: > 0 } outputs
        ? outputs
        : command.Outputs.Select(t => (t, new List<string>()));

    private static string Word(bool value) => value ? "true" : "false";
}
