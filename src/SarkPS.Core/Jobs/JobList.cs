using System.Collections.Concurrent;
using System.Runtime.CompilerServices;

namespace SarkPS;

/// <summary>The jobs of this process.</summary>
/// <param name="clock">The clock; the machine's without it.</param>
public sealed class JobList(TimeProvider? clock = null) : IJobs
{
    /// <summary>What messages call a job.</summary>
    internal const string Noun = "Job";

    // Of those that have ended; what goes on is never forgotten.
    private const int Remembered = 100;

    // So often a change is told: people cannot follow more.
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(250);

    private readonly TimeProvider clock = clock ?? TimeProvider.System;
    private readonly ConcurrentDictionary<string, Entry> entries = new(StringComparer.Ordinal);

    /// <summary>Begins work that nobody but <see cref="StopAsync"/> stops.</summary>
    /// <param name="activity">What is done, such as <c>Restoring sark.db.1700000000</c>.</param>
    /// <param name="work">The work. Its token asks it to stop where that leaves nothing half done.</param>
    /// <returns>The job's name, and its end.</returns>
    public (string Id, Task<T> End) Start<T>(string activity, Func<IProgress<OperationProgress>, CancellationToken, Task<T>> work)
    {
        ArgumentNullException.ThrowIfNull(work);
        var entry = new Entry(new Job(Guid.NewGuid().ToString("D"), activity, JobState.Running, clock.GetUtcNow()));
        entries[entry.Now.Id] = entry;
        Forget();
        // In the pool: who begins it may be gone before its first wait.
        var end = Task.Run(() => Notices.Hear(entry.Hear, () => RunAsync(entry, work)));
        entry.End = end.ContinueWith(ended => ended.Exception, TaskScheduler.Default);
        return (entry.Now.Id, end);
    }

    /// <inheritdoc/>
    public Task<IReadOnlyList<Job>> ListAsync(CancellationToken cancellationToken = default) =>
        Task.FromResult<IReadOnlyList<Job>>([.. entries.Values.Select(e => e.Now).OrderByDescending(job => job.Started)]);

    /// <inheritdoc/>
    public Task<Job> GetAsync(string id, CancellationToken cancellationToken = default) => Task.FromResult(Find(id).Now);

    /// <inheritdoc/>
    public async IAsyncEnumerable<Job> WatchAsync(string id, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        var entry = Find(id);
        for (Job? told = null; told?.Ended is null;)
        {
            if (entry.Now is var now && !ReferenceEquals(now, told))
            {
                yield return told = now;
                continue;
            }

            await Task.WhenAny(entry.End, Task.Delay(Interval, clock, cancellationToken)).ConfigureAwait(false);
            cancellationToken.ThrowIfCancellationRequested();
        }
    }

    /// <inheritdoc/>
    public Task StopAsync(string id, CancellationToken cancellationToken = default)
    {
        Find(id).Stop();
        return Task.CompletedTask;
    }

    /// <summary>Tells all that go on to stop, and waits for their ends.</summary>
    /// <param name="cancellationToken">Gives up waiting.</param>
    public Task EndAsync(CancellationToken cancellationToken)
    {
        foreach (var entry in entries.Values)
        {
            entry.Stop();
        }

        return Task.WhenAll(entries.Values.Select(e => e.End)).WaitAsync(cancellationToken);
    }

    private async Task<T> RunAsync<T>(Entry entry, Func<IProgress<OperationProgress>, CancellationToken, Task<T>> work)
    {
        try
        {
            var result = await work(entry, entry.Stopping).ConfigureAwait(false);
            End(JobState.Completed, result, null);
            return result;
        }
        catch (OperationCanceledException)
        {
            End(JobState.Stopped, null, null);
            throw;
        }
        catch (Exception error)
        {
            // What is no failure of ours is logged where it is caught; its text is not for people.
            End(
                JobState.Failed,
                null,
                error as SarkException ?? new SarkUnavailableException(Noun, entry.Now.Id, $"{entry.Now.Activity}: it failed.", error));
            throw;
        }

        void End(JobState state, object? result, SarkException? error) =>
            entry.Change(job => job with { State = state, Ended = clock.GetUtcNow(), Result = result, Error = error });
    }

    private Entry Find(string id) =>
        entries.TryGetValue(id, out var entry) ? entry : throw new SarkNotFoundException(Noun, SarkText.Printable(id));

    private void Forget()
    {
        foreach (var old in entries.Values.Select(e => e.Now).Where(job => job.Ended is not null).OrderByDescending(job => job.Ended)
            .Skip(Remembered))
        {
            if (entries.TryRemove(old.Id, out var entry))
            {
                entry.Dispose();
            }
        }
    }

    private sealed class Entry(Job job) : IProgress<OperationProgress>, IDisposable
    {
        private readonly CancellationTokenSource stop = new();
        private readonly object turn = new();
        private volatile Job now = job;

        public Job Now => now;

        public Task End { get; set; } = Task.CompletedTask;

        public CancellationToken Stopping => stop.Token;

        public void Stop() => stop.Cancel();

        public void Dispose() => stop.Dispose();

        public void Report(OperationProgress value) => Change(job => job with { Progress = value });

        public void Hear(Notice notice) => Change(job => job with { Notices = [.. job.Notices, notice.Sentence] });

        public void Change(Func<Job, Job> change)
        {
            lock (turn)
            {
                now = change(now);
            }
        }
    }
}
