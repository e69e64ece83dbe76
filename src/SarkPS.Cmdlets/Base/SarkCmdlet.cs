using System.Collections.Concurrent;
using System.Management.Automation;

namespace SarkPS.Cmdlets;

/// <summary>The base of all cmdlets: which exchange is meant, how to wait, and how failures are reported.</summary>
public abstract class SarkCmdlet : PSCmdlet, IDisposable
{
    private static readonly TimeSpan NoticeInterval = TimeSpan.FromMilliseconds(250);

    private readonly CancellationTokenSource stop = new();
    private readonly HashSet<string> told = new(StringComparer.Ordinal);
    private int gone;

    /// <summary>The exchange; without it the one that <c>Connect-Sark</c> named, else this machine's.</summary>
    [Parameter]
    public SarkConnection? Connection { get; set; }

    /// <summary>The exchange.</summary>
    protected ISarkBackend Backend => (Connection ?? SarkConnection.Default ?? OpenLocal()).Backend;

    /// <summary>Set when the pipeline is stopped.</summary>
    protected CancellationToken StopToken => stop.Token;

    /// <inheritdoc/>
    public void Dispose()
    {
        Dispose(true);
        GC.SuppressFinalize(this);
    }

    /// <summary>Lets go of what the cmdlet holds.</summary>
    protected virtual void Dispose(bool disposing) => stop.Dispose();

    /// <inheritdoc/>
    protected override void StopProcessing() => stop.Cancel();

    /// <summary>
    /// Waits on the pipeline's thread for something asynchronous; Ctrl+C ends the waiting. Nothing else may touch the
    /// cmdlet meanwhile.
    /// </summary>
    /// <exception cref="SarkException">It failed.</exception>
    /// <exception cref="PipelineStoppedException">The pipeline was stopped.</exception>
    protected TResult Wait<TResult>(Func<CancellationToken, Task<TResult>> work)
    {
        try
        {
            foreach (var outcome in Unfinished.TakeOutcomes())
            {
                WriteWarning(outcome);
            }

            var notices = new ConcurrentQueue<Notice>();
            var task = Notices.Hear(notices.Enqueue, () => work(stop.Token));
            while (!task.IsCompleted && Task.WaitAny([task], NoticeInterval) < 0)
            {
                Show(notices);
            }

            Show(notices);
            return task.GetAwaiter().GetResult();
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            throw new PipelineStoppedException();
        }
    }

    /// <summary>The same for what has no result.</summary>
    protected void Wait(Func<CancellationToken, Task> work) => Wait(async token =>
    {
        await work(token).ConfigureAwait(false);
        return true;
    });

    /// <summary>
    /// Does one item. A failure is reported and the pipeline goes on with the next.
    /// </summary>
    /// <returns>Whether it went well.</returns>
    protected bool Try(Action work)
    {
        try
        {
            var before = gone;
            work();
            // What is tried in parts counts by its parts.
            gone += gone == before ? 1 : 0;
            return true;
        }
        catch (SarkUnreachableException error)
        {
            // The rest would fail in the same way, one after the other.
            Throw(!MyInvocation.ExpectingInput && gone == 0 ? error : new SarkUnreachableException(
                error.Noun, error.Target, $"{error.Message} {(gone == 0 ? "Nothing" : gone == 1 ? "One item" : $"{gone} items")} had gone through before; the rest was not tried.", error));
            throw;
        }
        catch (SarkException error)
        {
            WriteError(ToRecord(error));
            return false;
        }
    }

    /// <summary>
    /// Whether the connection covers a part of the exchange; if not, that is reported. Asked before anybody is asked to
    /// confirm what would be refused.
    /// </summary>
    private protected bool Reaches(Func<ISarkBackend, object> part)
    {
        try
        {
            part(Backend);
            return true;
        }
        catch (SarkException error)
        {
            WriteError(ToRecord(error));
            return false;
        }
    }

    private void Show(ConcurrentQueue<Notice> notices)
    {
        while (notices.TryDequeue(out var notice))
        {
            if (!notice.IsToldOnce || told.Add(notice.Sentence))
            {
                WriteWarning(notice.Sentence);
            }
        }
    }

    /// <summary>Ends the command with an error.</summary>
    [System.Diagnostics.CodeAnalysis.DoesNotReturn]
    protected void Throw(SarkException error)
    {
        ThrowTerminatingError(ToRecord(error));
        throw error;
    }

    /// <summary>The one place where kinds of failures become error categories.</summary>
    internal static ErrorRecord ToRecord(SarkException error) => new(error, error.ErrorId, CategoryOf(error.Kind), error.Target);

    /// <summary>A local connection, made when it is first needed.</summary>
    private SarkConnection OpenLocal()
    {
        try
        {
            var connection = new SarkConnection(LocalBackend.Create(new SarkOptions()));
            SarkConnection.Default = connection;
            if (connection.Backend.CreatedDatabase)
            {
                WriteWarning($"This machine has no SARK. An empty database was made: {connection.Location}");
            }

            return connection;
        }
        catch (SarkException error)
        {
            Throw(error);
            throw;
        }
    }

    private static ErrorCategory CategoryOf(SarkErrorKind kind) => kind switch
    {
        SarkErrorKind.NotFound => ErrorCategory.ObjectNotFound,
        SarkErrorKind.Conflict => ErrorCategory.ResourceExists,
        SarkErrorKind.Validation => ErrorCategory.InvalidData,
        SarkErrorKind.BadRequest => ErrorCategory.InvalidArgument,
        SarkErrorKind.Unavailable => ErrorCategory.ConnectionError,
        SarkErrorKind.Denied => ErrorCategory.PermissionDenied,
        SarkErrorKind.Unauthorized => ErrorCategory.AuthenticationError,
        SarkErrorKind.Unsupported => ErrorCategory.NotInstalled,
        SarkErrorKind.Timeout => ErrorCategory.OperationTimeout,
        SarkErrorKind.TooLarge => ErrorCategory.LimitsExceeded,
        _ => ErrorCategory.NotSpecified,
    };
}
