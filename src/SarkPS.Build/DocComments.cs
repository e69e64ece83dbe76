using System.Text.RegularExpressions;
using System.Xml.Linq;

namespace SarkPS.Build;

/// <summary>Doc comments as plain text, from the files that the compiler writes beside assemblies.</summary>
internal sealed partial class DocComments
{
    private readonly Dictionary<string, XElement> members;

    private DocComments(Dictionary<string, XElement> members) => this.members = members;

    /// <summary>Reads the comments of all assemblies in a folder.</summary>
    public static DocComments ReadFolder(string folder) => new(Directory.GetFiles(folder, "*.xml")
        .SelectMany(f => XDocument.Load(f).Descendants("member"))
        // The compiler's own helpers, such as those of generated expressions, have the same name in each assembly.
        .DistinctBy(m => (string)m.Attribute("name")!)
        .ToDictionary(m => (string)m.Attribute("name")!));

    /// <summary>The summary of a member, and its remarks; where it inherits them, those of the other member.</summary>
    public List<string> Text(string member)
    {
        if (!members.TryGetValue(member, out var element))
        {
            return [];
        }

        return element.Element("inheritdoc")?.Attribute("cref") is { } other
            ? Text(other.Value)
            : element.Elements().Where(e => e.Name.LocalName is "summary" or "remarks").Select(Plain).Where(t => t.Length > 0).ToList();
    }

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
