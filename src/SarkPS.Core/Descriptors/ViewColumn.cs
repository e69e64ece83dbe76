namespace SarkPS.Descriptors;

/// <summary>A column of a table at the prompt, or a line of a list.</summary>
/// <param name="Property">The property that it shows.</param>
/// <param name="Width">The characters that it takes; null where what the property holds says that, or the column takes what
/// is left.</param>
/// <param name="Label">What it is called; null for the property's name.</param>
public record ViewColumn(string Property, int? Width = null, string? Label = null)
{
    /// <summary>A property alone.</summary>
    public static implicit operator ViewColumn(string property) => new(property);

    /// <summary>A property and how wide it is.</summary>
    public static implicit operator ViewColumn((string Property, int Width) column) => new(column.Property, column.Width);
}
