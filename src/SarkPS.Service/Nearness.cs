namespace SarkPS.Service;

/// <summary>Finds what a misspelt name was meant to be.</summary>
internal static class Nearness
{
    // No name of ours is half as long.
    private const int Longest = 64;

    /// <summary>The known name that a name is near to, or null. Case, dashes, dots and underscores do not count.</summary>
    public static string? Nearest(string name, IEnumerable<string> known)
    {
        var plain = Plain(name);
        if (plain.Length > Longest)
        {
            return null;
        }

        var limit = Math.Clamp(plain.Length / 3, 1, 2);
        return known.Select(k => (Name: k, Distance: SarkText.Distance(plain, Plain(k)))).Where(k => k.Distance <= limit)
            .OrderBy(k => k.Distance)
            .FirstOrDefault()
            .Name;
    }

    private static string Plain(string name) => string.Concat(name.Where(c => c is not ('_' or '-' or '.' or ' '))).ToUpperInvariant();
}
