namespace SarkPS;

/// <summary>One of the twelve choices of a menu.</summary>
/// <param name="Number">0 to 9 for the digits, 10 for the star, 11 for the hash.</param>
public sealed record IvrOption(int Number)
{
    /// <summary>The keys of a telephone, by their numbers.</summary>
    internal static IReadOnlyList<string> Keys { get; } = ["0", "1", "2", "3", "4", "5", "6", "7", "8", "9", "*", "#"];

    /// <summary>Where it leads; null for nowhere.</summary>
    public string? Destination { get; init; }

    /// <summary>Text put before the name of callers who choose it.</summary>
    public string? Tag { get; init; }

    /// <summary>Text of the Alert-Info header for calls that choose it.</summary>
    public string? AlertInfo { get; init; }

    /// <summary>The key on the telephone and where it leads.</summary>
    public override string ToString() => $"{Keys[Number]}={Destination}";
}
