using System.Buffers;
using System.Globalization;
using System.Security.Cryptography;

namespace SarkPS.Ami;

/// <summary>
/// One logged-in connection. Its <see cref="AmiReader"/> reads; any number of callers may send at the same time, and each
/// gets the answer that carries its own id. When the connection ends, for whatever reason, everybody who waits learns it at
/// once.
/// </summary>
public sealed class AmiConnection : IAsyncDisposable
{
    /// <summary>Most items of one list. A longer one does not end.</summary>
    public const int MaxItems = 200_000;

    private readonly Stream stream;
    private readonly string target;
    private readonly TimeSpan timeout;
    private readonly AmiEventHub? events;
    private readonly Action<AmiTraceEntry>? trace;
    private readonly AmiDecoder decoder = new();

    // Ids must not be guessable: a UserEvent repeats its sender's ActionID to every connection, so whoever may send one
    // could otherwise answer in Asterisk's place.
    private readonly string idPrefix = Convert.ToHexString(RandomNumberGenerator.GetBytes(12)) + "-";
    private readonly object gate = new();
    private readonly Dictionary<string, AmiPending> waiting = new(StringComparer.Ordinal);
    private readonly TaskCompletionSource banner = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private ArrayBufferWriter<byte> outgoing = new(4096);
    private ArrayBufferWriter<byte> spare = new(4096);
    private AmiPending? openList;
    private SarkException? failure;
    private bool writing;
    private bool shuttingDown;
    private long lastId;
    private long unmatched;
    private long lastHeard = Environment.TickCount64;

    private AmiConnection(Stream stream, string target, TimeSpan timeout, AmiEventHub? events, Action<AmiTraceEntry>? trace)
    {
        this.stream = stream;
        this.target = target;
        this.timeout = timeout;
        this.events = events;
        this.trace = trace;
    }

    /// <summary>The banner's text, such as <c>Asterisk Call Manager/5.0.4</c>.</summary>
    public string Banner => decoder.Banner ?? "";

    /// <summary>True until the connection has ended.</summary>
    public bool IsOpen => Volatile.Read(ref failure) is null;

    /// <summary>Why the connection ended, or null while it is open.</summary>
    public SarkException? Failure => Volatile.Read(ref failure);

    /// <summary>Completes when the connection has ended; never faults.</summary>
    public Task Ended => ended.Task;

    /// <summary>Responses that belong to nobody who waits: they came after their time limit, or without an id.</summary>
    public long Unmatched => Interlocked.Read(ref unmatched);

    /// <summary>How long Asterisk has been silent.</summary>
    public TimeSpan Silence => TimeSpan.FromMilliseconds(Environment.TickCount64 - Interlocked.Read(ref lastHeard));

    /// <summary>Connects over TCP, with TLS if asked for, and logs in.</summary>
    /// <param name="options">Where to and as whom.</param>
    /// <param name="events">Where events go, or null when nobody wants them; without events no outcome of a call is
    /// reported either.</param>
    /// <param name="trace">Gets every block that is sent or received, secrets masked; null for none.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="AmiConnectionException">Nobody listens there, or TLS failed.</exception>
    /// <exception cref="AmiProtocolException">Something else listens there.</exception>
    /// <exception cref="AmiLoginException">Asterisk refused the manager user.</exception>
    public static async Task<AmiConnection> ConnectAsync(
        AmiOptions options,
        AmiEventHub? events = null,
        Action<AmiTraceEntry>? trace = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(options);
        var stream = await AmiTransport.OpenAsync(options, cancellationToken).ConfigureAwait(false);
        return await OpenAsync(stream, options, events, trace, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Logs in over a stream that somebody else opened. The connection owns the stream from here on.</summary>
    /// <param name="stream">A connected stream.</param>
    /// <param name="options">As whom; host and port are used in messages only.</param>
    /// <param name="events">Where events go, or null.</param>
    /// <param name="trace">Gets every block, secrets masked; null for none.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public static async Task<AmiConnection> OpenAsync(
        Stream stream,
        AmiOptions options,
        AmiEventHub? events = null,
        Action<AmiTraceEntry>? trace = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(options);
        var connection = new AmiConnection(stream, AmiTransport.Target(options), options.Timeout, events, trace);
        try
        {
            new AmiReader(stream, connection).Start();
            await connection.GreetingAsync(cancellationToken).ConfigureAwait(false);
            await AmiAuthentication.LoginAsync(connection, options, events is not null, cancellationToken).ConfigureAwait(false);
            return connection;
        }
        catch
        {
            await connection.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>Sends an action and waits for everything that answers it.</summary>
    /// <param name="action">The action.</param>
    /// <param name="cancellationToken">Stops waiting; Asterisk still carries the action out.</param>
    /// <exception cref="AmiActionException">Asterisk refused it.</exception>
    /// <exception cref="AmiTimeoutException">It took too long.</exception>
    /// <exception cref="AmiConnectionException">The connection ended.</exception>
    public async Task<AmiReply> SendAsync(AmiAction action, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(action);
        cancellationToken.ThrowIfCancellationRequested();
        var id = idPrefix + Interlocked.Increment(ref lastId).ToString(CultureInfo.InvariantCulture);
        var waiting = new AmiPending(action, AmiReader.IsBlocking(stream));
        var write = false;
        lock (gate)
        {
            if (failure is not null)
            {
                throw Again(failure);
            }

            this.waiting.Add(id, waiting);
            action.Encode(id, outgoing);
            write = !writing;
            writing = true;
        }

        trace?.Invoke(new(true, action.ToString()));
        if (write)
        {
            // Not awaited: a failure to write ends the connection, which is what the waiting below hears of.
            _ = WriteAsync();
        }

        var limit = action.TimeLimit ?? timeout;
        try
        {
            return await waiting.Task.WaitAsync(limit, cancellationToken).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            throw new AmiTimeoutException(action.Name, limit, action.Answer == AmiAnswer.Outcome
                ? $"Its outcome comes as an event: the manager user needs 'call' among its read classes."
                : null);
        }
        finally
        {
            lock (gate)
            {
                this.waiting.Remove(id);
                if (openList == waiting)
                {
                    openList = null;
                }
            }
        }
    }

    /// <summary>Ends the connection; everybody who waits gets the reason.</summary>
    /// <param name="reason">The reason, as a sentence.</param>
    public void Abort(string reason) => Fail(new AmiConnectionException(target, reason));

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        Abort($"The connection to Asterisk at {target} was closed by us.");
        return ValueTask.CompletedTask;
    }

    private async Task GreetingAsync(CancellationToken cancellationToken)
    {
        try
        {
            await banner.Task.WaitAsync(timeout, cancellationToken).ConfigureAwait(false);
        }
        catch (TimeoutException e)
        {
            // Above its limit of connections that have not logged in, Asterisk accepts and says nothing.
            throw new AmiConnectionException(
                target,
                $"Asterisk at {target} accepted the connection but did not greet within {timeout.TotalSeconds:0.###} seconds.",
                e);
        }
    }

    // A new exception for each caller: one instance thrown on several threads would mix their stack traces.
    private static SarkException Again(SarkException failure) => failure is AmiProtocolException
        ? new AmiProtocolException((string)failure.Target!, failure.Message)
        : new AmiConnectionException((string)failure.Target!, failure.Message, failure.InnerException);

    private async Task WriteAsync()
    {
        try
        {
            while (true)
            {
                ArrayBufferWriter<byte> batch;
                lock (gate)
                {
                    if (outgoing.WrittenCount == 0)
                    {
                        writing = false;
                        return;
                    }

                    // Whatever others add meanwhile collects in the other buffer and goes out in one piece.
                    batch = outgoing;
                    (outgoing, spare) = (spare, outgoing);
                }

                await stream.WriteAsync(batch.WrittenMemory).ConfigureAwait(false);
                batch.ResetWrittenCount();
            }
        }
        catch (Exception e)
        {
            Fail(new AmiConnectionException(target, $"The connection to Asterisk at {target} broke while sending: {e.Message}", e));
        }
    }

    /// <summary>Room for the next bytes of the stream, for its reader.</summary>
    internal Memory<byte> Room => decoder.GetMemory();

    /// <summary>Takes what was read into <see cref="Room"/>.</summary>
    /// <param name="count">How many bytes; none: the stream has ended.</param>
    /// <param name="finished">Gets those whose answers are complete now.</param>
    internal void Receive(int count, List<AmiPending> finished)
    {
        if (count == 0)
        {
            Fail(new AmiConnectionException(target, shuttingDown
                ? $"Asterisk at {target} was shut down."
                : $"Asterisk at {target} closed the connection."));
            return;
        }

        decoder.Advance(count);
        Interlocked.Exchange(ref lastHeard, Environment.TickCount64);
        while (decoder.TryRead(out var message))
        {
            trace?.Invoke(new(false, message.ToString()));
            if (Dispatch(message) is { IsFinished: true } done)
            {
                finished.Add(done);
            }
        }

        if (decoder.Banner is not null)
        {
            banner.TrySetResult();
        }
    }

    /// <summary>Gives a message to whom it belongs, and returns that one; null when it belongs to nobody who waits.</summary>
    private AmiPending? Dispatch(AmiMessage message)
    {
        var id = message.ActionId;
        AmiPending? waiting;
        lock (gate)
        {
            waiting = id is null ? null : this.waiting.GetValueOrDefault(id);
            if (message.Event is not { } name)
            {
                if (waiting is null)
                {
                    // Late, or an error about a line that we never send. Giving it to whoever waits could give one
                    // caller another's answer.
                    unmatched++;
                    return null;
                }

                waiting.Respond(message, target);
                openList = waiting.IsOpenList ? waiting : openList == waiting ? null : openList;
                return waiting;
            }

            if (waiting is null && openList is { } open && id is null && name == open.Action.UntaggedItem)
            {
                waiting = open;
            }

            if (waiting is not null && waiting.Takes(name))
            {
                waiting.Add(message, name, target);
                if (waiting.Count > MaxItems)
                {
                    throw new FormatException($"the list of {waiting.Action.Name} does not end after {MaxItems} items");
                }

                if (openList == waiting && !waiting.IsOpenList)
                {
                    openList = null;
                }

                return waiting;
            }

            if (id is not null && id.StartsWith(idPrefix, StringComparison.Ordinal) && waiting is null)
            {
                // An item of a list that nobody waits for any more.
                unmatched++;
                return null;
            }
        }

        shuttingDown |= message.Event == "Shutdown";
        events?.Publish(message);
        return null;
    }

    /// <summary>Ends the connection because of what went wrong while reading: whoever waits must learn of it.</summary>
    internal void Break(Exception reason) => Fail(reason is FormatException
        ? new AmiProtocolException(target, $"What answers at {target} does not speak the Asterisk Manager Interface: {reason.Message}.")
        : new AmiConnectionException(target, $"The connection to Asterisk at {target} broke: {reason.Message}", reason));

    private void Fail(SarkException failure)
    {
        AmiPending[] waiting;
        lock (gate)
        {
            if (this.failure is not null)
            {
                return;
            }

            Volatile.Write(ref this.failure, failure);
            waiting = [.. this.waiting.Values];
            this.waiting.Clear();
            openList = null;
        }

        stream.Dispose();
        banner.TrySetException(Again(failure));
        foreach (var one in waiting)
        {
            one.Fail(Again(failure));
        }

        // Not on this thread: it belongs to somebody who only wanted to close the connection, or holds the reader's lock.
        ThreadPool.QueueUserWorkItem(_ =>
        {
            foreach (var one in waiting)
            {
                one.Complete();
            }
        });
        ended.TrySetResult();
    }
}
