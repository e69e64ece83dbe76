namespace SarkPS.Bench;

/// <summary>How long and how often is measured.</summary>
/// <param name="Round">How long each contender runs in a round.</param>
/// <param name="Rounds">How many rounds count; one more comes before them, to warm up.</param>
internal sealed record Pace(TimeSpan Round, int Rounds)
{
    // Many short rounds: on a busy machine the contenders of a round then meet the same neighbours.
    public static Pace Full { get; } = new(TimeSpan.FromMilliseconds(200), 31);

    public static Pace Quick { get; } = new(TimeSpan.FromMilliseconds(150), 1);
}

/// <summary>Someone who does the work that is compared.</summary>
/// <param name="Name">The head of its column.</param>
/// <param name="RunAsync">Does it for a while and tells how often it did it in a second.</param>
internal sealed record Contender(string Name, Func<TimeSpan, Task<double>> RunAsync);

/// <summary>
/// Measures contenders in turn, round by round, so that whatever else the machine does meanwhile meets all of them.
/// The rates differ between machines; the ratios, taken within a round, hardly do.
/// </summary>
internal static class Race
{
    /// <returns>For each contender the median of its rates, and of the first one's rate divided by its own.</returns>
    public static async Task<IReadOnlyList<(double Rate, double Ratio)>> RunAsync(IReadOnlyList<Contender> contenders, Pace pace)
    {
        var rates = contenders.Select(_ => new List<double>()).ToArray();
        for (var round = -1; round < pace.Rounds; round++)
        {
            for (var i = 0; i < contenders.Count; i++)
            {
                var rate = await contenders[i].RunAsync(pace.Round);
                if (round >= 0)
                {
                    rates[i].Add(rate);
                }
            }
        }

        return [.. rates.Select(own => (Median(own), Median(rates[0].Zip(own, (first, other) => first / other))))];
    }

    public static double Median(IEnumerable<double> values)
    {
        var sorted = values.Order().ToArray();
        return sorted.Length % 2 == 1 ? sorted[sorted.Length / 2] : (sorted[(sorted.Length / 2) - 1] + sorted[sorted.Length / 2]) / 2;
    }
}
