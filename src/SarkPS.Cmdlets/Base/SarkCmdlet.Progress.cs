using System.Collections.Concurrent;
using System.Diagnostics;
using System.Management.Automation;

namespace SarkPS.Cmdlets;

// Whether something long is looked at first, and how far it is.
public abstract partial class SarkCmdlet
{
    private static readonly TimeSpan ProgressInterval = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan LongestGoodbye = TimeSpan.FromMilliseconds(200);

    /// <summary>
    /// Whether what would be refused is looked for before anybody is asked. In a real run over a service it is not: each look
    /// would be a question of its own, and the service judges anyway.
    /// </summary>
    private protected bool LooksFirst => Rehearsal.IsOn || !Backend.IsRemote;

    /// <summary>
    /// Waits for something long and shows how far it is. The work reports from wherever it runs into a queue; only the
    /// pipeline's thread writes.
    /// </summary>
    private protected T WaitWithProgress<T>(string activity, Func<IProgress<OperationProgress>, CancellationToken, Task<T>> work) =>
        WaitWithProgress(activity, work, isChange: false);

    /// <summary>
    /// The same for a restore or a commit. Ctrl+C asks it to stop, which a restore can until it puts things in place. Whoever
    /// pressed it is told what became of it: at once, or when it has ended, with the next command.
    /// </summary>
    private protected T WaitForChange<T>(string activity, Func<IProgress<OperationProgress>, CancellationToken, Task<T>> work) =>
        WaitWithProgress(activity, work, isChange: true);

    private T WaitWithProgress<T>(
        string activity,
        Func<IProgress<OperationProgress>, CancellationToken, Task<T>> work,
        bool isChange) => Wait(token =>
    {
        // Begun here and not in the pool: which exchange is meant, the cmdlet may be asked on this thread only.
        var queue = new LastReport();
        return Task.FromResult(Show(activity, queue, work(queue, token), isChange));
    });

    private T Show<T>(string activity, LastReport queue, Task<T> task, bool isChange)
    {
        // Waiting on the handle and not on the task, so that a failure comes out below as it is.
        WaitHandle[] ends = [((IAsyncResult)task).AsyncWaitHandle, StopToken.WaitHandle];
        var watch = Stopwatch.StartNew();
        while (WaitHandle.WaitAny(ends, ProgressInterval) == WaitHandle.WaitTimeout)
        {
            if (queue.Take() is { } report)
            {
                WriteProgress(new ProgressRecord(1, activity, report.Activity.Length > 0 ? report.Activity : activity)
                {
                    PercentComplete = report.Percent,
                    SecondsRemaining = Left(watch.Elapsed, report),
                });
            }
        }

        if (StopToken.IsCancellationRequested)
        {
            Leave(activity, task, isChange);
        }

        WriteProgress(new ProgressRecord(1, activity, activity) { RecordType = ProgressRecordType.Completed });
        return task.GetAwaiter().GetResult();
    }

    // As long as the rest takes at the pace until now; a negative number says that nobody knows.
    private static int Left(TimeSpan elapsed, OperationProgress report) =>
        report.Done > 0 && report.Total > report.Done
            ? (int)Math.Min(int.MaxValue, Math.Ceiling(elapsed.TotalSeconds * (report.Total - report.Done) / report.Done))
            : -1;

    // The engine takes nothing from a command that was stopped; the host still does.
    private void Leave(string activity, Task task, bool isChange)
    {
        var hasEnded = ((IAsyncResult)task).AsyncWaitHandle.WaitOne(LongestGoodbye);
        if (isChange)
        {
            if (!hasEnded)
            {
                Unfinished.Add(activity, task);
            }

            Host?.UI?.WriteWarningLine(hasEnded
                ? Unfinished.Outcome(activity, task)
                : $"{activity}: it was told to stop. Unless it is putting things in place already, nothing will be changed; what "
                    + "became of it is told with the next command.");
        }
        else
        {
            _ = task.ContinueWith(ended => ended.Exception, TaskScheduler.Default);
        }

        throw new PipelineStoppedException();
    }

    /// <summary>Keeps the newest report; older ones are of no interest to anybody.</summary>
    private sealed class LastReport : IProgress<OperationProgress>
    {
        private readonly ConcurrentQueue<OperationProgress> reports = new();

        public void Report(OperationProgress value)
        {
            reports.Clear();
            reports.Enqueue(value);
        }

        public OperationProgress? Take() => reports.TryDequeue(out var report) ? report : null;
    }
}
