using System.Collections;

namespace SarkPS.Descriptors;

/// <summary>The names of a row's columns, shared by all rows of one answer.</summary>
public sealed class RowShape
{
    private Dictionary<string, int>? index;

    // Rows of one shape are nearly always shown without the same columns.
    private Shown? shown;

    /// <summary>Makes a shape.</summary>
    public RowShape(IReadOnlyList<string> names) => Names = names;

    /// <summary>The names in the order of the table.</summary>
    public IReadOnlyList<string> Names { get; }

    /// <summary>Where a column stands, or -1. Names compare without case, as SQLite compares them.</summary>
    public int IndexOf(string name) => (index ??= Index()).GetValueOrDefault(name, -1);

    /// <summary>The same without some columns, and the places of those that are left.</summary>
    internal (RowShape Shape, int[] Kept) Without(IReadOnlySet<string> hidden)
    {
        // Two who come at once make the same twice.
        if (Volatile.Read(ref shown) is { } known && ReferenceEquals(known.Hidden, hidden))
        {
            return (known.Shape, known.Kept);
        }

        var kept = Enumerable.Range(0, Names.Count).Where(i => !hidden.Contains(Names[i])).ToArray();
        var shape = kept.Length == Names.Count ? this : new RowShape([.. kept.Select(i => Names[i])]);
        Volatile.Write(ref shown, new Shown(hidden, shape, kept));
        return (shape, kept);
    }

    private Dictionary<string, int> Index()
    {
        var made = new Dictionary<string, int>(Names.Count, StringComparer.OrdinalIgnoreCase);
        for (var i = 0; i < Names.Count; i++)
        {
            made[Names[i]] = i;
        }

        return made;
    }

    private sealed record Shown(IReadOnlySet<string> Hidden, RowShape Shape, int[] Kept);
}

/// <summary>
/// One row as it is stored: column names, and values as SQLite keeps them (<see cref="string"/>, <see cref="long"/>,
/// <see cref="double"/>, <see cref="bool"/> in an answer that echoes one, or null).
/// </summary>
public sealed class SarkRow(RowShape shape, object?[] values) : IReadOnlyDictionary<string, object?>
{
    /// <summary>The names.</summary>
    public RowShape Shape { get; } = shape;

    /// <inheritdoc/>
    public int Count => values.Length;

    /// <inheritdoc/>
    public IEnumerable<string> Keys => Shape.Names;

    /// <inheritdoc/>
    public IEnumerable<object?> Values => values;

    /// <summary>The value of a column; null also where the row has no such column.</summary>
    public object? this[string key] => Shape.IndexOf(key) is >= 0 and var at ? values[at] : null;

    /// <summary>The value at a place of the shape.</summary>
    public object? this[int place] => values[place];

    /// <summary>The value of a column as text, null where it is null or missing.</summary>
    public string? Text(string column) => this[column] is { } value ? Rules.PhpValue.Text(value) : null;

    /// <summary>The same row without some columns.</summary>
    public SarkRow Without(IReadOnlySet<string> columns)
    {
        ArgumentNullException.ThrowIfNull(columns);
        var (shape, kept) = Shape.Without(columns);
        return shape == Shape ? this : new SarkRow(shape, Array.ConvertAll(kept, i => values[i]));
    }

    /// <inheritdoc/>
    public bool ContainsKey(string key) => Shape.IndexOf(key) >= 0;

    /// <inheritdoc/>
    public bool TryGetValue(string key, out object? value)
    {
        var at = Shape.IndexOf(key);
        value = at >= 0 ? values[at] : null;
        return at >= 0;
    }

    /// <inheritdoc/>
    public IEnumerator<KeyValuePair<string, object?>> GetEnumerator()
    {
        for (var i = 0; i < values.Length; i++)
        {
            yield return new(Shape.Names[i], values[i]);
        }
    }

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
