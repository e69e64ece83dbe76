using System.Diagnostics;

namespace SarkPS.Data.Sqlite;

/// <summary>
/// How long one caller waits for others to let go of the database. Everybody has a time of his own, that begins when he
/// comes, and no thread stands still meanwhile.
/// </summary>
/// <param name="limit">How long in all.</param>
internal sealed class LockWait(TimeSpan limit)
{
    /// <summary>How long everybody waits who says nothing else.</summary>
    public static readonly TimeSpan Usual = TimeSpan.FromSeconds(5);

    // As SQLite's own: most locks last as long as a commit, a few milliseconds.
    private static readonly int[] Pauses = [1, 2, 5, 10, 15, 20, 25];

    private readonly long start = Stopwatch.GetTimestamp();
    private int looks;

    /// <summary>What is left of the time; never negative.</summary>
    public TimeSpan Left => Stopwatch.GetElapsedTime(start) is var elapsed && elapsed < limit ? limit - elapsed : TimeSpan.Zero;

    /// <summary>Waits before the next look.</summary>
    /// <returns>False when the time is over.</returns>
    public async ValueTask<bool> NextAsync(CancellationToken cancellationToken)
    {
        var left = Left;
        if (left == TimeSpan.Zero)
        {
            return false;
        }

        // Not all at once: those who came together would look together for ever.
        var pause = TimeSpan.FromMilliseconds(Pauses[Math.Min(looks++, Pauses.Length - 1)] * (0.75 + (Random.Shared.NextDouble() / 2)));
        await Task.Delay(pause < left ? pause : left, cancellationToken).ConfigureAwait(false);
        return true;
    }
}
