using System.Diagnostics;
using System.Globalization;
using Microsoft.Data.Sqlite;
using SarkPS.Data;
using SarkPS.Descriptors;

namespace SarkPS.Bench;

/// <summary>
/// Changes with the journal on, by one caller and by several at once, beside a bare loop of one transaction for each change on
/// the database alone. All the while another program writes every 100 ms, as SARK's pages may.
/// </summary>
internal static class ChangeBench
{
    /// <summary>The word for the process that only makes changes, so that its calls of the system can be counted.</summary>
    public const string CountWord = "count-changes";

    private const int Extensions = 1000;

    private const string Update = "UPDATE IPphone SET desc = @value WHERE pkey = @key";

    private static readonly int[] Callers = [1, 8, 64];

    private static readonly TimeSpan OutsiderPause = TimeSpan.FromMilliseconds(100);

    public static async Task RunAsync(WorkFolder folder, Pace pace)
    {
        var bare = BenchDatabase.Create(folder.File("bare-changes.db"), Extensions);
        var path = BenchDatabase.Create(folder.File("changes.db"), Extensions);
        await using var backend = Open(path);
        // As in a service that has been running for a while.
        await ApplyAsync(backend.Changes, Callers[^1], pace.Round * Math.Max(1, pace.Rounds * 2));
        var longest = new Dictionary<int, TimeSpan>();
        // Many callers need a while to fall into step.
        var changes = pace with { Round = pace.Round * 5, Rounds = Math.Max(1, pace.Rounds / 4) };
        var results = await Race.RunAsync(
            [
                new("bare", duration => Beside(bare, null, () => Task.Run(
                    () => BareSql.Write(bare, duration, [Update], NextKey)))),
                .. Callers.Select(callers => new Contender(
                    callers.ToString(CultureInfo.InvariantCulture),
                    duration => Beside(
                        path,
                        wait => longest[callers] = wait > longest.GetValueOrDefault(callers) ? wait : longest.GetValueOrDefault(callers),
                        () => ApplyAsync(backend.Changes, callers, duration)))),
            ],
            changes);
        Console.WriteLine();
        Console.WriteLine("Changes a second, journal on, another program writing every 100 ms");
        Console.WriteLine($"{"callers",-10}{"changes",10}{"bare loop",12}{"ratio",8}{"longest wait of the other",28}");
        for (var i = 0; i < Callers.Length; i++)
        {
            var (rate, ratio) = results[i + 1];
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"{Callers[i],-10}{rate,10:0}{results[0].Rate,12:0}{1 / ratio,8:0.00}{longest[Callers[i]].TotalMilliseconds,25:0} ms"));
        }
    }

    /// <summary>Makes so many changes and ends.</summary>
    public static async Task CountAsync(WorkFolder folder, int callers, int count)
    {
        await using var backend = Open(BenchDatabase.Create(folder.File("counted.db"), Extensions));
        var done = 0;
        await Task.WhenAll(Enumerable.Range(0, callers).Select(_ => Task.Run(async () =>
        {
            while (Interlocked.Increment(ref done) <= count)
            {
                await ChangeAsync(backend.Changes);
            }
        })));
        Console.WriteLine(count);
    }

    private static LocalBackend Open(string path) => new(new SarkOptions { Database = path });

    private static async Task<double> ApplyAsync(IChanges own, int callers, TimeSpan duration)
    {
        var start = Stopwatch.GetTimestamp();
        var counts = await Task.WhenAll(Enumerable.Range(0, callers).Select(_ => Task.Run(async () =>
        {
            var count = 0;
            while (Stopwatch.GetElapsedTime(start) < duration)
            {
                await ChangeAsync(own);
                count++;
            }

            return count;
        })));
        return counts.Sum() / Stopwatch.GetElapsedTime(start).TotalSeconds;
    }

    private static async Task ChangeAsync(IChanges own)
    {
        var step = new ChangeStep(ChangeAction.Update, Extension.Descriptor)
        {
            Key = new RowKey(NextKey()),
            Values = new Changes { ["desc"] = "v" + Random.Shared.Next().ToString(CultureInfo.InvariantCulture) },
        };
        var result = await own.ApplyAsync(ChangeSet.Of(step), CancellationToken.None);
        if (!result.IsApplied)
        {
            throw new InvalidOperationException(result.Steps[0].Error?.Message);
        }
    }

    private static string NextKey() =>
        (BenchDatabase.FirstKey + Random.Shared.Next(Extensions)).ToString(CultureInfo.InvariantCulture);

    // Another program: a connection of its own, that waits as long as SARK's pages do.
    private static async Task<double> Beside(string path, Action<TimeSpan>? waited, Func<Task<double>> work)
    {
        using var end = new CancellationTokenSource();
        var other = Task.Run(async () =>
        {
            using var connection = BenchDatabase.Open(path);
            using var command = connection.CreateCommand();
            // As SQLite waits by itself; the library would look every 150 ms only.
            command.CommandText = "PRAGMA busy_timeout = 5000";
            command.ExecuteNonQuery();
            command.CommandText = "UPDATE Cluster SET description = @value WHERE pkey = 'default'";
            command.Parameters.Add("@value", SqliteType.Text);
            command.CommandTimeout = 5;
            while (!end.IsCancellationRequested)
            {
                command.Parameters[0].Value = Guid.NewGuid().ToString("N");
                var start = Stopwatch.GetTimestamp();
                command.ExecuteNonQuery();
                waited?.Invoke(Stopwatch.GetElapsedTime(start));
                await Task.Delay(OutsiderPause);
            }
        });
        var rate = await work();
        await end.CancelAsync();
        await other;
        return rate;
    }
}
