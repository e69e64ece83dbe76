namespace SarkPS.Service;

/// <summary>Finds what a misspelt name was meant to be.</summary>
internal static class Nearness
{
    // No name of ours is half as long.
    private const int Longest = 64;

    private const int Shortest = 3;

    /// <summary>The known name that a name is near to, or null. Case, dashes, dots and underscores do not count.</summary>
    /// <param name="name">The name.</param>
    /// <param name="known">Those that are known.</param>
    /// <param name="isStrict">
    /// Whether a short known name allows as little as a short name does, and a name of a letter or two is no slip: where much is sent
    /// that is none of ours.
    /// </param>
    public static string? Nearest(string name, IEnumerable<string> known, bool isStrict = false)
    {
        var plain = Plain(name);
        if (plain.Length > Longest || (isStrict && plain.Length < Shortest))
        {
            return null;
        }

        var limit = Limit(plain);
        return known.Select(k => (Name: k, Plain: Plain(k)))
            .Select(k => (k.Name, k.Plain, Limit: isStrict ? Math.Min(limit, Limit(k.Plain)) : limit))
            // What is longer by more cannot be near.
            .Where(k => Math.Abs(k.Plain.Length - plain.Length) <= k.Limit)
            .Select(k => (k.Name, k.Limit, Distance: SarkText.Distance(plain, k.Plain))).Where(k => k.Distance <= k.Limit)
            .OrderBy(k => k.Distance)
            .FirstOrDefault()
            .Name;
    }

    private static int Limit(string plain) => Math.Clamp(plain.Length / 3, 1, 2);

    private static string Plain(string name) => string.Concat(name.Where(c => c is not ('_' or '-' or '.' or ' '))).ToUpperInvariant();
}
