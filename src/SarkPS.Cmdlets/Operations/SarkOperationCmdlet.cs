using System.Collections.Concurrent;
using System.Management.Automation;

namespace SarkPS.Cmdlets;

/// <summary>What the cmdlets of operations have in common: paths of files, and progress.</summary>
public abstract class SarkOperationCmdlet : SarkCmdlet
{
    private static readonly TimeSpan ProgressInterval = TimeSpan.FromMilliseconds(250);

    /// <summary>A path of the file system, relative ones from where the session stands. The file need not exist.</summary>
    private protected string FileSystemPath(string path, string noun)
    {
        var full = SessionState.Path.GetUnresolvedProviderPathFromPSPath(path, out var provider, out _);
        return provider.Name == "FileSystem" ? full : throw new SarkException(SarkErrorKind.BadRequest, noun, path, $"'{path}' lies in {provider.Name}; it must lie in the file system.");
    }

    /// <summary>Does something with a file of the user's; what the file system says becomes an error that names the file.</summary>
    private protected static T WithFile<T>(string noun, string path, Func<T> action)
    {
        try
        {
            return action();
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new SarkNotFoundException(noun, path, $"There is no file or folder '{path}'.");
        }
        catch (UnauthorizedAccessException e)
        {
            throw new SarkDeniedException(noun, path, $"'{path}' may not be read or written: {e.Message}", e);
        }
        catch (IOException e)
        {
            throw new SarkUnavailableException(noun, path, $"'{path}' cannot be read or written: {e.Message}", e);
        }
    }

    /// <summary>
    /// Waits for something long and shows how far it is. The work reports from wherever it runs into a queue; only the
    /// pipeline's thread writes.
    /// </summary>
    private protected T WaitWithProgress<T>(string activity, Func<IProgress<OperationProgress>, CancellationToken, Task<T>> work) => Wait(token =>
    {
        // Begun here and not in the pool: which exchange is meant, the cmdlet may be asked on this thread only.
        var queue = new LastReport();
        return Task.FromResult(Show(activity, queue, work(queue, token)));
    });

    private T Show<T>(string activity, LastReport queue, Task<T> task)
    {
        // Waiting on the handle and not on the task, so that a failure comes out below as it is.
        while (!((IAsyncResult)task).AsyncWaitHandle.WaitOne(ProgressInterval))
        {
            if (queue.Take() is { } report)
            {
                WriteProgress(new ProgressRecord(1, activity, report.Activity.Length > 0 ? report.Activity : activity) { PercentComplete = report.Percent });
            }
        }

        WriteProgress(new ProgressRecord(1, activity, activity) { RecordType = ProgressRecordType.Completed });
        return task.GetAwaiter().GetResult();
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
