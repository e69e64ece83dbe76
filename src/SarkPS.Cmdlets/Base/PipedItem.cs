using System.Collections;
using System.Globalization;
using System.Management.Automation;
using SarkPS.Descriptors;

namespace SarkPS.Cmdlets;

/// <summary>
/// One thing that was piped in or given in place of a name, judged by what it is and not by the properties that it happens
/// to have: a text, something of ours of a certain kind, live or from a file or another process, or a row from elsewhere.
/// </summary>
internal sealed class PipedItem
{
    private const string Namespace = "SarkPS.";
    private static readonly string[] Disguises = ["Deserialized.", "Selected."];

    private PipedItem(PSObject? source)
    {
        if (source is null || source.BaseObject is DBNull or "")
        {
            IsEmpty = true;
            return;
        }

        Source = source;
        Text = PlainText(source.BaseObject);
        if (Text is not null)
        {
            return;
        }

        Kind = KindOf(source);
        Resource = Kind is null ? null : SarkResources.All.FirstOrDefault(r => r.Noun == Kind);
        // What Select-Object made of a row is one only as long as it can say which.
        if (Resource is not null && Record is null && !HasKey(Resource, source))
        {
            Kind = null;
            Resource = null;
        }

        if (source.BaseObject is IDictionary table)
        {
            Source = new PSObject();
            foreach (DictionaryEntry entry in table)
            {
                Source.Properties.Add(new PSNoteProperty(Convert.ToString(entry.Key, CultureInfo.InvariantCulture) ?? "", entry.Value));
            }
        }
    }

    /// <summary>Whether it is nothing at all, or an empty text.</summary>
    public bool IsEmpty { get; }

    /// <summary>The object; a table of keys and values has them as properties here.</summary>
    public PSObject? Source { get; }

    /// <summary>A plain text or whole number; null for anything else.</summary>
    public string? Text { get; }

    /// <summary>What kind of thing of ours it is, such as <c>Extension</c> or <c>Snapshot</c>; null for anything else.</summary>
    public string? Kind { get; }

    /// <summary>The resource that it is a row of, or null.</summary>
    public ResourceDescriptor? Resource { get; }

    /// <summary>The live row, or null.</summary>
    public SarkRecord? Record => Source?.BaseObject as SarkRecord;

    /// <summary>
    /// The exchange that something from a file or another process says it came from, or null. A row that became JSON or a
    /// line of a file still says it, though it cannot be told any more that it was of ours.
    /// </summary>
    public string? FarExchange => Text is null && Record is null ? Property(nameof(SarkRecord.Exchange)) : null;

    /// <summary>The things in what was piped in: a list is taken apart.</summary>
    public static IEnumerable<PipedItem> Read(object? input)
    {
        var source = input is null ? null : PSObject.AsPSObject(input);
        return source?.BaseObject is IEnumerable list and not (string or IDictionary)
            ? list.Cast<object?>().Select(o => new PipedItem(o is null ? null : PSObject.AsPSObject(o)))
            : [new PipedItem(source)];
    }

    /// <summary>A text, a letter, a whole number and the like as text; null for what is none.</summary>
    public static string? PlainText(object value) => value switch
    {
        string text => text,
        char or sbyte or byte or short or ushort or int or uint or long or ulong or System.Numerics.BigInteger or Guid or Uri =>
            Convert.ToString(value, CultureInfo.InvariantCulture),
        double number when Math.Floor(number) == number && Math.Abs(number) < 1e15 => number.ToString("F0", CultureInfo.InvariantCulture),
        decimal number when decimal.Floor(number) == number => decimal.Floor(number).ToString(CultureInfo.InvariantCulture),
        _ => null,
    };

    /// <summary>The first of these properties that holds something, as text.</summary>
    public string? Property(params string[] names)
    {
        foreach (var name in names)
        {
            if (Source?.Properties[name] is { IsGettable: true, Value: { } value }
                && LanguagePrimitives.ConvertTo<string>(value) is { Length: > 0 } text)
            {
                return text;
            }
        }

        return null;
    }

    /// <summary>The key of a row of a resource, letter by letter.</summary>
    /// <exception cref="SarkException">The key of a live row was changed: which row is meant cannot be told.</exception>
    public RowKey KeyIn(ResourceDescriptor resource)
    {
        var first = KeyPart(resource, resource.KeyColumn);
        var second = resource.SecondKeyColumn is { } column ? KeyPart(resource, column) : null;
        return new RowKey(first ?? throw Nameless(resource), second);
    }

    /// <summary>Whether a row says a key of a resource itself.</summary>
    public bool HasOwnKey(ResourceDescriptor resource) =>
        Record is not null || Property(resource.Find(resource.KeyColumn)!.Property!, resource.KeyColumn) is not null;

    /// <summary>The key of something that should be of a resource: its own, or what a text or a row from elsewhere says.</summary>
    /// <exception cref="SarkException">It is of another kind, or says no key.</exception>
    public RowKey KeyFor(ResourceDescriptor resource)
    {
        if (IsEmpty)
        {
            throw Empty(resource.Noun);
        }

        if (Text is { } text)
        {
            return new RowKey(text);
        }

        if (Kind is not null && !ReferenceEquals(Resource, resource))
        {
            throw Stranger(resource.Noun);
        }

        return KeyIn(resource);
    }

    /// <summary>The name that something says, where names of certain kinds of things are wanted.</summary>
    /// <param name="noun">What is wanted.</param>
    /// <param name="kinds">The kinds of things of ours that say it.</param>
    /// <param name="properties">The properties that hold it.</param>
    /// <exception cref="SarkException">It is of another kind, or says no name.</exception>
    public string NameFor(string noun, IReadOnlyCollection<string> kinds, params string[] properties)
    {
        if (IsEmpty)
        {
            throw Empty(noun);
        }

        if (Text is { } text)
        {
            return text;
        }

        if (Kind is not null && !kinds.Contains(Kind))
        {
            throw Stranger(noun);
        }

        return Resource is not null ? KeyIn(Resource).First
            : Property(properties) ?? throw new SarkException(
                SarkErrorKind.BadRequest,
                noun,
                Source,
                $"What was piped in has no {string.Join(" or ", properties.Take(2))}: it names no {SarkText.Words(noun)}.");
    }

    /// <summary>What it is called in a message.</summary>
    public override string ToString() => Resource is not null
        ? $"the {SarkText.Words(Resource.Noun)} '{Record?.ToString() ?? KeyIn(Resource).ToString()}'"
        : Kind is not null ? $"the {SarkText.Words(Kind)} '{Source}'" : $"'{Source}'";

    /// <summary>Says that it is of another kind than what is wanted.</summary>
    public SarkException Stranger(string noun, string? hint = null) => new(
        SarkErrorKind.BadRequest, noun, Source,
        $"What was piped in is {this} and names no {SarkText.Words(noun)}.{(hint is null ? "" : " " + hint)}");

    /// <summary>Says that names were typed and this was piped in beside them.</summary>
    public SarkException Besides(string noun, string parameter) => new(
        SarkErrorKind.BadRequest, noun, Source, $"{parameter}s are either given with -{parameter} or piped in, not both.");

    private static SarkException Empty(string noun) => new(
        SarkErrorKind.BadRequest, noun, null,
        $"What was piped in is null or empty: it names no {SarkText.Words(noun)}. Nothing is never taken for all.");

    private SarkException Nameless(ResourceDescriptor resource) => new(
        SarkErrorKind.BadRequest, resource.Noun, Source,
        $"What was piped in has no {resource.Find(resource.KeyColumn)?.Property ?? "Key"}: it names no {SarkText.Words(resource.Noun)}.");

    private string? KeyPart(ResourceDescriptor resource, string column)
    {
        var property = resource.Find(column)!.Property!;
        var said = Property(property, column);
        if (Record is null && Property(column) is { } other && other != said)
        {
            throw new SarkException(
                SarkErrorKind.BadRequest, resource.Noun, Source,
                $"What was piped in has the {property} '{said}' and the {column} '{other}', which are the same property: which "
                    + $"{SarkText.Words(resource.Noun)} is meant cannot be told.");
        }

        if (Record is { } record && ReferenceEquals(Resource, resource) && record.Raw.TryGetValue(column, out var stored)
            && stored is not null)
        {
            var key = Rules.PhpValue.Text(stored);
            return said == key ? key : throw new SarkException(
                SarkErrorKind.BadRequest, resource.Noun, Source,
                $"The {property} of the {SarkText.Words(resource.Noun)} '{key}' was changed to '{said}': which one is meant cannot be "
                    + $"told. A key cannot be changed; make a copy with New-Sark{resource.Noun} -{property} and remove the old one.");
        }

        return said;
    }

    private static bool HasKey(ResourceDescriptor resource, PSObject source) =>
        resource.Find(resource.KeyColumn) is { Property: { } property }
            && (source.Properties[property] ?? source.Properties[resource.KeyColumn]) is not null;

    private static string? KindOf(PSObject source)
    {
        if (source.BaseObject.GetType() is { } type && type.Assembly == typeof(SarkRecord).Assembly)
        {
            return type.Name;
        }

        // Asked of the object's own names: one that came from a file or another process has only those left.
        var name = source.TypeNames.FirstOrDefault() ?? "";
        while (Array.Find(Disguises, d => name.StartsWith(d, StringComparison.Ordinal)) is { } disguise)
        {
            name = name[disguise.Length..];
        }

        return source.TypeNames[0] != name && name.StartsWith(Namespace, StringComparison.Ordinal)
            ? name[(name.LastIndexOf('.') + 1)..]
            : null;
    }
}
