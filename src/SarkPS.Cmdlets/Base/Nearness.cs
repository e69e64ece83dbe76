namespace SarkPS.Cmdlets;

/// <summary>Finds the name that somebody probably meant.</summary>
internal static class Nearness
{
    /// <summary>The name that differs in case only, else one that differs by a letter or two; null when there is none.</summary>
    public static string? Nearest(string wanted, IReadOnlyCollection<string> known) =>
        known.FirstOrDefault(k => string.Equals(k, wanted, StringComparison.OrdinalIgnoreCase))
        ?? known.Select(k => (Name: k, Distance: Distance(wanted.ToUpperInvariant(), k.ToUpperInvariant())))
            .Where(k => k.Distance <= Math.Min(2, wanted.Length / 3))
            .OrderBy(k => k.Distance)
            .Select(k => k.Name)
            .FirstOrDefault();

    /// <summary>The name that differs in case or in blanks around it only; null when there is none, or when the name itself is known.</summary>
    public static string? Same(string wanted, IReadOnlyCollection<string> known)
    {
        var trimmed = wanted.Trim();
        return known.Contains(wanted, StringComparer.Ordinal) ? null
            : known.FirstOrDefault(k => k == trimmed) ?? known.FirstOrDefault(k => string.Equals(k.Trim(), trimmed, StringComparison.OrdinalIgnoreCase));
    }

    // How many letters are added, left out or replaced.
    private static int Distance(string a, string b)
    {
        if (Math.Abs(a.Length - b.Length) > 2)
        {
            return int.MaxValue;
        }

        var row = Enumerable.Range(0, b.Length + 1).ToArray();
        for (var i = 1; i <= a.Length; i++)
        {
            var diagonal = row[0];
            row[0] = i;
            for (var j = 1; j <= b.Length; j++)
            {
                var above = row[j];
                row[j] = Math.Min(Math.Min(row[j], row[j - 1]) + 1, diagonal + (a[i - 1] == b[j - 1] ? 0 : 1));
                diagonal = above;
            }
        }

        return row[b.Length];
    }
}
