using SarkPS.Data.Sqlite;

namespace SarkPS.Data.Journal;

/// <summary>A piece of work that waits for its turn, or is done and waits for the commit.</summary>
/// <param name="intent">What is to be known of it.</param>
/// <param name="wait">How long it may wait for its turn.</param>
/// <param name="cancellationToken">Ends the waiting.</param>
internal abstract class WriteRequest(WriteIntent intent, LockWait wait, CancellationToken cancellationToken)
{
    private const int Waiting = 0;
    private const int Taken = 1;
    private const int Abandoned = 2;

    // Whoever asked may have said to those below what to listen to; it follows the work, which the writer does.
    private readonly ExecutionContext? context = ExecutionContext.Capture();
    private int state;

    /// <summary>What is to be known of it.</summary>
    public WriteIntent Intent { get; } = intent;

    /// <summary>Whether its transaction is to be its own: it may have brought one with others down.</summary>
    public bool RunsAlone { get; set; }

    /// <summary>Whether it cannot share a transaction: nobody else's rows may be seen by it.</summary>
    public bool IsSolitary => RunsAlone || Intent.IsRehearsal || Intent.State is not null;

    /// <summary>How often its transaction was lost to another file.</summary>
    public int Losses { get; set; }

    /// <summary>Whether it has changed anything.</summary>
    public bool HasChanges { get; set; }

    /// <summary>The rows that it has changed.</summary>
    public IReadOnlyList<RowChange> Rows { get; set; } = [];

    /// <summary>The tables that it has changed, those that triggers write included.</summary>
    public IReadOnlyCollection<string> Tables { get; set; } = [];

    /// <summary>Its id in the journal.</summary>
    public string? SetId { get; set; }

    /// <summary>Why it failed; null where it did not.</summary>
    public Exception? Failure { get; set; }

    /// <summary>Whether it still waits for its turn.</summary>
    public bool IsWaiting => Volatile.Read(ref state) == Waiting;

    /// <summary>How long it may wait.</summary>
    protected LockWait Wait { get; } = wait;

    /// <summary>Ends the waiting.</summary>
    protected CancellationToken Token { get; } = cancellationToken;

    /// <summary>Takes it, unless whoever asked has gone.</summary>
    public bool TryTake() => Interlocked.CompareExchange(ref state, Taken, Waiting) == Waiting;

    /// <summary>Has it wait again after its transaction did not come about. Who would wait too long is answered instead.</summary>
    /// <param name="locked">What he is told.</param>
    public bool TryWaitAgain(Func<Exception> locked)
    {
        (Failure, HasChanges, Rows, Tables, SetId) = (null, false, [], [], null);
        if (Token.IsCancellationRequested || Wait.Left == TimeSpan.Zero)
        {
            Failure = Token.IsCancellationRequested ? new OperationCanceledException(Token) : locked();
            Answer();
            return false;
        }

        Volatile.Write(ref state, Waiting);
        return true;
    }

    /// <summary>Does the work.</summary>
    public void Run(RowSession session)
    {
        if (context is null)
        {
            Work(session);
        }
        else
        {
            ExecutionContext.Run(context, s => Work((RowSession)s!), session);
        }
    }

    /// <summary>Tells whoever waits something, as a sentence.</summary>
    public void Tell(string sentence)
    {
        if (context is null)
        {
            Notices.Tell(sentence);
        }
        else
        {
            ExecutionContext.Run(context, s => Notices.Tell((string)s!), sentence);
        }
    }

    /// <summary>Does the work.</summary>
    protected abstract void Work(RowSession session);

    /// <summary>Tells whoever waits what came of it.</summary>
    public abstract void Answer();

    /// <summary>What is answered to the same request when it is sent again.</summary>
    /// <param name="set">The id that its changes get.</param>
    /// <returns>Null where it is not.</returns>
    public abstract byte[]? AnswerAgain(string set);

    /// <summary>Gives up waiting.</summary>
    /// <returns>False where it has begun.</returns>
    protected bool TryAbandon() => Interlocked.CompareExchange(ref state, Abandoned, Waiting) == Waiting;
}

/// <summary>The same with its result.</summary>
/// <typeparam name="T">The result.</typeparam>
/// <param name="work">What is done.</param>
/// <param name="intent">What is to be known of it.</param>
/// <param name="wait">How long it may wait for its turn.</param>
/// <param name="again">What is answered to the same request when it is sent again; null where it is not.</param>
/// <param name="cancellationToken">Ends the waiting.</param>
internal sealed class WriteRequest<T>(
    Func<RowSession, T> work,
    WriteIntent intent,
    LockWait wait,
    Func<T, string, byte[]>? again,
    CancellationToken cancellationToken) : WriteRequest(intent, wait, cancellationToken)
{
    private readonly TaskCompletionSource<(T, string?)> answer = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private T? result;

    /// <inheritdoc/>
    protected override void Work(RowSession session) => result = work(session);

    /// <inheritdoc/>
    public override void Answer()
    {
        switch (Failure)
        {
            case null:
                answer.TrySetResult((result!, SetId));
                break;
            case OperationCanceledException { CancellationToken: var token }:
                answer.TrySetCanceled(token);
                break;
            default:
                answer.TrySetException(Failure);
                break;
        }
    }

    /// <inheritdoc/>
    public override byte[]? AnswerAgain(string set) => again?.Invoke(result!, set);

    /// <summary>Waits for the outcome.</summary>
    /// <param name="locked">What is told to who has waited too long for his turn.</param>
    public async Task<(T Result, string? Set)> WaitAsync(Func<Exception> locked)
    {
        try
        {
            return await answer.Task.WaitAsync(Wait.Left, Token).ConfigureAwait(false);
        }
        catch (TimeoutException) when (!answer.Task.IsCompleted)
        {
            if (TryAbandon())
            {
                throw locked();
            }
        }
        catch (OperationCanceledException) when (Token.IsCancellationRequested)
        {
            if (TryAbandon())
            {
                throw;
            }
        }

        // It has begun, and ends as it will.
        return await answer.Task.ConfigureAwait(false);
    }
}
