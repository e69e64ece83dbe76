using System.Globalization;
using System.Reflection;

namespace SarkPS.Descriptors;

/// <summary>
/// Columns that a table numbers, such as option0 to option11 and tag0 to tag11. At the prompt they are one collection, and
/// each of its elements holds one column of every kind.
/// </summary>
public abstract class ColumnFamily
{
    /// <summary>The property of an element that says which one it is.</summary>
    public const string NumberProperty = "Number";

    private readonly Dictionary<string, string> prefixes = new(StringComparer.OrdinalIgnoreCase);

    private protected ColumnFamily(string property, string main, IReadOnlyList<string> keys)
    {
        Property = property;
        Main = main;
        Keys = keys;
    }

    /// <summary>The collection, such as <c>Options</c>.</summary>
    public string Property { get; }

    /// <summary>The parameter that takes several elements, and what one of them is called, such as <c>Option</c>.</summary>
    public string Parameter => Property[..^1];

    /// <summary>The property of an element that a value alone means.</summary>
    public string Main { get; }

    /// <summary>What people call the elements, by their numbers.</summary>
    public IReadOnlyList<string> Keys { get; }

    /// <summary>The properties of an element that are columns.</summary>
    public IReadOnlyList<string> Members => [Main, .. prefixes.Keys.Where(p => p != Main).Order(StringComparer.Ordinal)];

    /// <summary>The type of an element.</summary>
    public abstract Type ElementType { get; }

    /// <summary>What elements there are, in words: <c>0 to 9, * or 10, and # or 11</c>.</summary>
    public string Range
    {
        get
        {
            var numbers = Keys.TakeWhile((key, number) => key == Name("", number)).Count();
            string[] said = [$"0 to {numbers - 1}", .. Keys.Skip(numbers).Select((key, i) => $"{key} or {numbers + i}")];
            return said.Length == 1 ? said[0] : $"{string.Join(", ", said[..^1])}, and {said[^1]}";
        }
    }

    /// <summary>The number behind what people call an element, or -1.</summary>
    public int NumberOf(string key) => Keys.Contains(key, StringComparer.Ordinal)
        ? Keys.ToList().IndexOf(key)
        : int.TryParse(key, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number < Keys.Count ? number : -1;

    /// <summary>The column of a property of an element; null where an element has no such property.</summary>
    /// <param name="member">The property, without regard to case.</param>
    /// <param name="key">The number of the element, or what else stands after the name.</param>
    public string? ColumnOf(string member, object key) => prefixes.TryGetValue(member, out var prefix) ? Name(prefix, key) : null;

    internal static string Name(string name, object? number) => string.Create(CultureInfo.InvariantCulture, $"{name}{number}");

    /// <summary>Takes a kind of column in.</summary>
    internal FamilyPlace Add(string member, string prefix, int number)
    {
        prefixes[member] = prefix;
        return new FamilyPlace(this, number, ElementType.GetProperty(member)
            ?? throw new InvalidOperationException($"{ElementType.Name} has no property {member} for column {prefix}{number}."));
    }

    internal abstract object ElementOf(SarkRecord record, int number);

    internal abstract Action<SarkRecord, object?> Setter(FamilyPlace place);
}

/// <summary>Which property of which element of a collection a column is.</summary>
/// <param name="Family">The columns of the collection.</param>
/// <param name="Number">The number of the element.</param>
/// <param name="Property">The property of the element.</param>
public sealed record FamilyPlace(ColumnFamily Family, int Number, PropertyInfo Property)
{
    /// <summary>
    /// What the column is called in messages and files, since it has no property of its own: <c>Option1</c>, <c>Tag1</c>.
    /// </summary>
    internal string Title => ColumnFamily.Name(Property.Name == Family.Main ? Family.Parameter : Property.Name, Number);

    /// <inheritdoc/>
    public override string ToString() => ColumnFamily.Name($"{Family.Property}[", Number) + "]." + Property.Name;
}

/// <summary>A family with the type of its elements.</summary>
/// <typeparam name="TElement">The element.</typeparam>
internal sealed class ColumnFamily<TElement>(
    string property,
    string main,
    IReadOnlyList<string> keys,
    Func<SarkRecord, IReadOnlyList<TElement>> elements)
    : ColumnFamily(property, main, keys)
    where TElement : class
{
    public override Type ElementType => typeof(TElement);

    internal override object ElementOf(SarkRecord record, int number) => elements(record)[number];

    internal override Action<SarkRecord, object?> Setter(FamilyPlace place)
    {
        var set = ColumnSetter.Of<TElement>(place.Property);
        return (record, value) => set(elements(record)[place.Number], value);
    }
}
