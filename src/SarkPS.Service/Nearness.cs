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
        return known.Select(k => (Name: k, Distance: Distance(plain, Plain(k)))).Where(k => k.Distance <= limit).OrderBy(k => k.Distance).FirstOrDefault().Name;
    }

    /// <summary>How many letters must be put in, left out, exchanged or turned round to make one text of another.</summary>
    public static int Distance(string one, string other)
    {
        var table = new int[one.Length + 1, other.Length + 1];
        for (var i = 0; i <= one.Length; i++)
        {
            for (var j = 0; j <= other.Length; j++)
            {
                if (i == 0 || j == 0)
                {
                    table[i, j] = i + j;
                    continue;
                }

                var best = Math.Min(Math.Min(table[i - 1, j], table[i, j - 1]) + 1, table[i - 1, j - 1] + (one[i - 1] == other[j - 1] ? 0 : 1));
                table[i, j] = i > 1 && j > 1 && one[i - 1] == other[j - 2] && one[i - 2] == other[j - 1] ? Math.Min(best, table[i - 2, j - 2] + 1) : best;
            }
        }

        return table[one.Length, other.Length];
    }

    private static string Plain(string name) => string.Concat(name.Where(c => c is not ('_' or '-' or '.' or ' '))).ToUpperInvariant();
}
