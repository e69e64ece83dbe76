using System.Text.RegularExpressions;
using System.Xml.Linq;

namespace SarkPS.Build;

/// <summary>Doc comments as plain text, from the file that the compiler writes beside an assembly.</summary>
internal sealed partial class DocComments
{
    private readonly Dictionary<string, XElement> _members;

    private DocComments(Dictionary<string, XElement> members) => _members = members;

    public static DocComments Read(string path) => new(XDocument.Load(path).Descendants("member")
        .ToDictionary(m => (string)m.Attribute("name")!));

    /// <summary>The summary of a member, and its remarks, or nothing where there is none.</summary>
    public List<string> Text(string member) => _members.TryGetValue(member, out var element)
        ? element.Elements().Where(e => e.Name.LocalName is "summary" or "remarks").Select(Plain).Where(t => t.Length > 0).ToList()
        : [];

    private static string Plain(XElement element) => Space().Replace(string.Concat(element.Nodes().Select(Plain)), " ").Trim();

    private static string Plain(XNode node) => node switch
    {
        XText text => text.Value,
        XElement e when e.Attribute("cref") is { } cref && e.IsEmpty => Simple(cref.Value),
        XElement e when e.Attribute("langword") is { } word => word.Value,
        XElement e when e.Attribute("name") is { } name && e.IsEmpty => name.Value,
        XElement e => string.Concat(e.Nodes().Select(Plain)),
        _ => "",
    };

    /// <summary>The last word of a reference such as <c>P:SarkPS.SarkOptions.Root</c>.</summary>
    private static string Simple(string cref)
    {
        var name = cref[(cref.IndexOf(':', StringComparison.Ordinal) + 1)..].Split('(')[0].Split('`')[0];
        return name[(name.LastIndexOf('.') + 1)..];
    }

    [GeneratedRegex(@"\s+")]
    private static partial Regex Space();
}
