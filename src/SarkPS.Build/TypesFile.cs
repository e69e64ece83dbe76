using System.Xml.Linq;
using SarkPS.Ami;
using SarkPS.Descriptors;

namespace SarkPS.Build;

/// <summary>
/// SarkPS.types.ps1xml: what objects have at the prompt beside their own properties, and what is written where they are
/// stored.
/// </summary>
internal static class TypesFile
{
    public static XElement Make() => new(
        "Types",
        // What was stored or sent, for who asks for it by name: shown by nothing that shows everything.
        new[] { typeof(SarkRecord), typeof(AsteriskResult) }.Select(t => Type(t, Hidden("Raw", ",$this.GetRaw()"))),
        SarkResources.All.Select(Resource),
        typeof(AsteriskResult).Assembly.GetExportedTypes().Where(t => t.IsSubclassOf(typeof(AsteriskResult)) && !t.IsAbstract)
            .OrderBy(t => t.FullName, StringComparer.Ordinal)
            .Select(t => Type(t, Standard(t))));

    private static XElement Resource(ResourceDescriptor resource)
    {
        var keys = new[] { resource.KeyColumn, resource.SecondKeyColumn }.OfType<string>().Select(c => resource.Find(c)?.Property)
            .OfType<string>()
            .ToList();
        var shown = resource.TableView.Select(c => c.Property).ToList();
        return Type(
            resource.RecordType,
            [
                // Secrets too are there for who asks for them by name only.
                .. resource.Columns.Where(c => c is { IsSecret: true, IsHidden: false })
                    .Select(c => Hidden(c.Property!, $"$this.GetSecret('{c.Property}')", $"$this.SetSecret('{c.Property}', $args[0])")),
                Standard(
                    resource.RecordType,
                    Set("DefaultKeyPropertySet", resource.IsSingleton ? shown.Take(1) : keys),
                    Set("DefaultDisplayPropertySet", shown)),
            ]);
    }

    private static XElement Type(Type type, params XElement[] members) =>
        new("Type", new XElement("Name", type.FullName), new XElement("Members", members));

    private static XElement Hidden(string name, string get, string? set = null) => new(
        "ScriptProperty",
        new XAttribute("IsHidden", "true"),
        new XElement("Name", name),
        new XElement("GetScriptBlock", get),
        set is null ? null : new XElement("SetScriptBlock", set));

    /// <summary>
    /// Where objects are stored or sent to another process, by Export-Clixml or a job, all but what is hidden is written.
    /// </summary>
    private static XElement Standard(Type type, params XElement[] sets) => new(
        "MemberSet",
        new XElement("Name", "PSStandardMembers"),
        new XElement(
            "Members",
            new XElement("NoteProperty", new XElement("Name", "SerializationMethod"), new XElement("Value", "SpecificProperties")),
            Set("PropertySerializationSet", FormatFile.Properties(type).Select(p => p.Name)),
            sets));

    private static XElement Set(string name, IEnumerable<string> properties) =>
        new(
            "PropertySet",
            new XElement("Name", name),
            new XElement("ReferencedProperties", properties.Select(p => new XElement("Name", p))));
}
