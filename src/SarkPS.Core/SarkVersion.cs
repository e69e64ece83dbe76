namespace SarkPS;

/// <summary>
/// A version of SARK as its database tells it. No table holds a number, so a version is recognised by its columns: a
/// database that has a column which only a later version has is of that version.
/// </summary>
public sealed class SarkVersion
{
    private readonly int order;

    private SarkVersion(int order, string name)
    {
        this.order = order;
        Name = name;
    }

    /// <summary>SARK 6.2, with chan_sip.</summary>
    public static SarkVersion V62 { get; } = new(0, "6.2");

    /// <summary>SARK 6.5, with PJSIP.</summary>
    public static SarkVersion V65 { get; } = new(1, "6.5");

    /// <summary>All of them, the oldest first.</summary>
    public static IReadOnlyList<SarkVersion> All { get; } = [V62, V65];

    /// <summary>Its number, such as <c>6.5</c>.</summary>
    public string Name { get; }

    /// <summary>Whether it is this version or a later one; every version has what no version began with.</summary>
    /// <param name="other">The version that something began with; null for the first.</param>
    public bool IsSince(SarkVersion? other) => other is null || order >= other.order;

    /// <summary>The version of this number, or null.</summary>
    public static SarkVersion? Find(string? name) => All.FirstOrDefault(version => version.Name == name);

    /// <summary>The version of this number.</summary>
    /// <exception cref="SarkException">There is none; the message says which there are.</exception>
    public static SarkVersion Require(string name) =>
        Find(name) ?? throw new SarkException(
            SarkErrorKind.BadRequest,
            "Version",
            name,
            $"'{name}' is no version of SARK that SarkPS knows; allowed are {string.Join(", ", All)}.");

    /// <summary>The number.</summary>
    public override string ToString() => Name;
}
