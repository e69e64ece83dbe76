using System.Collections;
using System.Reflection;
using System.Xml.Linq;
using SarkPS.Descriptors;

namespace SarkPS.Build;

/// <summary>What a script makes of the object <c>$_</c>.</summary>
internal sealed record ScriptColumn(
    string Name,
    string Script,
    int? Width = null,
    bool IsNumber = false,
    string? Condition = null) : ViewColumn(Name, Width, Name);

/// <summary>
/// SarkPS.format.ps1xml, how objects look at the prompt: of a resource a table of what its descriptor chooses and a list of
/// everything but secrets, of everything else what <see cref="ResultViews"/> says.
/// </summary>
internal static class FormatFile
{
    private const string Time = "yyyy-MM-dd HH:mm";

    public static XElement Make(Assembly cmdlets, IEnumerable<ModuleCommand> commands) => new(
        "Configuration",
        new XElement("ViewDefinitions", SarkResources.All.SelectMany(Views), ResultViews.All(cmdlets, commands)));

    /// <summary>What everybody sees of an object, in the order of its class; what its base has comes last.</summary>
    public static IEnumerable<PropertyInfo> Properties(Type type) =>
        type.GetProperties(BindingFlags.Public | BindingFlags.Instance).OrderByDescending(p => p.DeclaringType == type)
            .ThenBy(p => p.MetadataToken);

    public static XElement Table(Type type, IReadOnlyList<ViewColumn> columns, ResourceDescriptor? resource = null, bool isWrapped = false)
    {
        var contents = columns.Select(c => ContentOf(type, c, resource)).ToList();
        return View(type, "", new(
            "TableControl",
            new XElement("TableHeaders", columns.Zip(contents, Header)),
            new XElement("TableRowEntries", new XElement(
                "TableRowEntry",
                isWrapped ? new XElement("Wrap") : null,
                new XElement("TableColumnItems", columns.Zip(contents, (column, content) => new XElement(
                    "TableColumnItem",
                    content.Script is { } script ? new XElement("ScriptBlock", script) : new XElement("PropertyName", column.Property),
                    Optional("FormatString", content.Format))))))));
    }

    public static XElement List(Type type, IEnumerable<ViewColumn> lines) => View(type, ".List", new(
        "ListControl",
        new XElement("ListEntries", new XElement("ListEntry", new XElement("ListItems", lines.Select(line => new XElement(
            "ListItem",
            Optional("Label", line.Label),
            line is ScriptColumn { Condition: { } condition }
                ? new XElement("ItemSelectionCondition", new XElement("ScriptBlock", condition))
                : null,
            line is ScriptColumn { Script: var script }
                ? new XElement("ScriptBlock", script)
                : new XElement("PropertyName", Property(type, line).Name))))))));

    private static XElement[] Views(ResourceDescriptor resource)
    {
        var type = resource.RecordType;
        if (resource.TableView.Count == 0)
        {
            throw Fault(type, "the descriptor has no TableView.");
        }

        var all = Properties(type).Where(p => p.Name != nameof(SarkRecord.Exchange))
            .ToLookup(p => p.DeclaringType == type, p => (ViewColumn)p.Name);
        IEnumerable<ViewColumn> own = resource.ListView.Count > 0
            ? resource.ListView
            : all[true].OrderByDescending(l => l.Property == "Key");
        return [Table(type, resource.TableView, resource), List(type, own.Concat(all[false]))];
    }

    private static XElement View(Type type, string suffix, XElement control) =>
        new(
            "View",
            new XElement("Name", type.FullName + suffix),
            new XElement("ViewSelectedBy", new XElement("TypeName", type.FullName)),
            control);

    private static XElement Header(ViewColumn column, Content content) => new(
        "TableColumnHeader",
        Optional("Label", column.Label ?? (content.Script is null ? null : column.Property)),
        Optional("Width", column.Width ?? (content.Width > 0 ? Math.Max(content.Width, column.Property.Length) : null)),
        Optional("Alignment", content.IsNumber ? "Right" : null));

    private static XElement? Optional(string name, object? value) => value is null ? null : new(name, value);

    private static Content ContentOf(Type type, ViewColumn column, ResourceDescriptor? resource)
    {
        if (column is ScriptColumn own)
        {
            return new(own.Script, IsNumber: own.IsNumber);
        }

        var name = column.Property;
        var kind = Property(type, column).PropertyType;
        kind = Nullable.GetUnderlyingType(kind) ?? kind;
        var described = resource?.FindProperty(name);
        var time = column.Width > Time.Length ? Time + ":ss" : Time;
        return kind == typeof(bool) ? new(Width: bool.FalseString.Length)
            : kind == typeof(int) || kind == typeof(long) ? new(Width: 1, IsNumber: true)
            : kind == typeof(TimeSpan) ? new(Width: "hh:mm:ss".Length)
            // What is kept is UTC. What is worked out for the exchange has its time zone, or none.
            : kind == typeof(DateTime) || (kind == typeof(DateTimeOffset) && resource is not null && described is null)
                ? new(Format: $"{{0:{time}}}", Width: Time.Length)
            : kind == typeof(DateTimeOffset) ? new($"if ($_.{name}) {{ $_.{name}.ToLocalTime().ToString('{time}') }}", Width: Time.Length)
            : kind != typeof(string) && kind.IsAssignableTo(typeof(IEnumerable)) ? new($"$_.{name}.Count", Width: 1, IsNumber: true)
            : new(Width: described?.AllowedValues.Select(v => v.Length).DefaultIfEmpty().Max() ?? 0);
    }

    private static PropertyInfo Property(Type type, ViewColumn column) =>
        type.GetProperty(column.Property) ?? throw Fault(type, $"a view shows {column.Property}, which is no public property.");

    private static BuildException Fault(Type type, string text) => new([BuildException.Line($"{type.Name}.cs", "SARK0020", text)]);

    /// <summary>What a column holds.</summary>
    /// <param name="Script">What makes it, where that is not the property alone.</param>
    /// <param name="Format">How the property is written.</param>
    /// <param name="Width">The characters that it needs; 0 where that is not known, and the column takes what the others leave.</param>
    /// <param name="IsNumber">Numbers stand on the right.</param>
    private sealed record Content(string? Script = null, string? Format = null, int Width = 0, bool IsNumber = false);
}
