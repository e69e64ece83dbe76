namespace SarkPS.Descriptors;

/// <summary>How files for a tool of SARK's name the columns of a resource, where they have other names than in the table.</summary>
/// <param name="Fields">The fields of a line, in their order.</param>
public sealed record FileLayout(IReadOnlyList<FileField> Fields)
{
    /// <summary>The field of a heading, without regard to case; null where there is none.</summary>
    public FileField? Find(string heading) =>
        Fields.FirstOrDefault(f => string.Equals(f.Heading, heading, StringComparison.OrdinalIgnoreCase));
}

/// <summary>A field of such a file.</summary>
/// <param name="Heading">What it is called.</param>
/// <param name="Column">The column that it is; null where it becomes something else.</param>
public sealed record FileField(string Heading, string? Column)
{
    /// <summary>What is made where the field is empty; null for nothing.</summary>
    public string? Default { get; init; }

    /// <summary>
    /// Makes another row of what the field holds and of the row that it stands in: its resource and its columns. Null where it
    /// makes none.
    /// </summary>
    public Func<string, Changes, (ResourceDescriptor Resource, Changes Values)>? Makes { get; init; }
}
