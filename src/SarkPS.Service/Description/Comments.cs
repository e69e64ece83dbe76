using System.Reflection;
using System.Xml.Linq;

namespace SarkPS.Service.Description;

/// <summary>
/// The doc comments of the public types, which the compiler writes beside their assembly. They are the only place of these texts.
/// </summary>
internal static class Comments
{
    private static readonly Lazy<Dictionary<string, string>> All = new(Read);

    /// <summary>What is said by the name that the file of such comments has for it; null for nothing.</summary>
    public static string? Of(string id) => All.Value.GetValueOrDefault(id);

    /// <summary>What is said of a type; null for nothing.</summary>
    public static string? OfType(Type type) => Of($"T:{type.FullName}");

    /// <summary>What is said of a property, or of the parameter of the record that it is; null for nothing.</summary>
    public static string? Of(PropertyInfo property) =>
        Of($"P:{property.DeclaringType!.FullName}.{property.Name}") ?? Of($"T:{property.DeclaringType.FullName}#{property.Name}");

    private static Dictionary<string, string> Read()
    {
        var texts = new Dictionary<string, string>(StringComparer.Ordinal);
        var file = Path.ChangeExtension(typeof(SarkResources).Assembly.Location, ".xml");
        foreach (var member in File.Exists(file) ? XDocument.Load(file).Descendants("member") : [])
        {
            var id = (string)member.Attribute("name")!;
            if (member.Element("summary") is { } summary)
            {
                texts[id] = Line(summary);
            }

            foreach (var parameter in member.Elements("param"))
            {
                texts[$"{id}#{(string?)parameter.Attribute("name")}"] = Line(parameter);
            }
        }

        return texts;
    }

    // What a comment names stands in an attribute.
    private static string Line(XElement element)
    {
        foreach (var named in element.Descendants().Where(e => e.IsEmpty).ToList())
        {
            var name = ((string?)named.Attribute("cref") ?? (string?)named.Attribute("langword") ?? (string?)named.Attribute("name")) ?? "";
            named.ReplaceWith(name[(name.LastIndexOfAny(['.', ':']) + 1)..]);
        }

        return string.Join(' ', element.Value.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
    }
}
