namespace SarkPS.Cmdlets;

/// <summary>Finds the name that somebody probably meant.</summary>
internal static class Nearness
{
    /// <summary>The name that differs in case only, else one that differs by a letter or two; null when there is none.</summary>
    public static string? Nearest(string wanted, IReadOnlyCollection<string> known) =>
        known.FirstOrDefault(k => string.Equals(k, wanted, StringComparison.OrdinalIgnoreCase))
        ?? known.Where(k => Math.Abs(k.Length - wanted.Length) <= 2)
            .Select(k => (Name: k, Distance: SarkText.Distance(wanted.ToUpperInvariant(), k.ToUpperInvariant())))
            .Where(k => k.Distance <= Math.Min(2, wanted.Length / 3))
            .OrderBy(k => k.Distance)
            .Select(k => k.Name)
            .FirstOrDefault();

    /// <summary>
    /// The name that differs in case or in blanks around it only; null when there is none, or when the name itself is
    /// known.
    /// </summary>
    public static string? Same(string wanted, IReadOnlyCollection<string> known)
    {
        var trimmed = wanted.Trim();
        return known.Contains(wanted, StringComparer.Ordinal) ? null
            : known.FirstOrDefault(k => k == trimmed)
                ?? known.FirstOrDefault(k => string.Equals(k.Trim(), trimmed, StringComparison.OrdinalIgnoreCase));
    }
}
