using System.Collections.Concurrent;
using System.Management.Automation.Runspaces;

namespace SarkPS.Cmdlets;

/// <summary>
/// Changes that go on although Ctrl+C has ended the command that began them: past a certain point a restore can only be
/// brought to its end. Their outcome is told with the next command of the same runspace, and the process does not end before
/// they have.
/// </summary>
internal static class Unfinished
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(2);
    private static readonly ConcurrentDictionary<Task, (string Activity, Guid? Runspace)> Running = [];

    static Unfinished() => AppDomain.CurrentDomain.ProcessExit += (_, _) =>
    {
        Task.WhenAll(Running.Keys).ContinueWith(_ => { }, TaskScheduler.Default).Wait(Limit);
        foreach (var outcome in Take(_ => true))
        {
            // There is no next command, and no host any more.
            Console.Error.WriteLine(outcome);
        }
    };

    /// <summary>Keeps one.</summary>
    /// <param name="activity">What it is, such as <c>Restoring sark.db.1700000000</c>.</param>
    /// <param name="task">Its task.</param>
    public static void Add(string activity, Task task) => Running[task] = (activity, Runspace.DefaultRunspace?.InstanceId);

    /// <summary>What became of those of this thread's runspace that have ended since the last time.</summary>
    public static IEnumerable<string> TakeOutcomes()
    {
        var here = Runspace.DefaultRunspace?.InstanceId;
        return Take(runspace => runspace == here);
    }

    private static IEnumerable<string> Take(Func<Guid?, bool> from)
    {
        foreach (var (task, one) in Running.Where(r => r.Key.IsCompleted && from(r.Value.Runspace)))
        {
            if (Running.TryRemove(task, out _))
            {
                yield return Outcome(one.Activity, task);
            }
        }
    }

    /// <summary>What became of one that has ended, in a sentence.</summary>
    public static string Outcome(string activity, Task task) => task switch
    {
        { IsCompletedSuccessfully: true } => $"{activity}: it could not be stopped any more and is complete.",
        { IsCanceled: true } => $"{activity}: it was stopped in time, and nothing was changed.",
        _ => $"{activity}: it was stopped, and failed: {task.Exception!.GetBaseException().Message}",
    };
}
