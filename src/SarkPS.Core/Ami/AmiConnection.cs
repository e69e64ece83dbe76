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

    private readonly Stream _stream;
    private readonly string _target;
    private readonly TimeSpan _timeout;
    private readonly AmiEventHub? _events;
    private readonly Action<AmiTraceEntry>? _trace;
    private readonly AmiDecoder _decoder = new();

    // Ids must not be guessable: a UserEvent repeats its sender's ActionID to every connection, so whoever may send one
    // could otherwise answer in Asterisk's place.
    private readonly string _idPrefix = Convert.ToHexString(RandomNumberGenerator.GetBytes(12)) + "-";
    private readonly object _gate = new();
    private readonly Dictionary<string, AmiPending> _waiting = new(StringComparer.Ordinal);
    private readonly TaskCompletionSource _banner = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private ArrayBufferWriter<byte> _outgoing = new(4096);
    private ArrayBufferWriter<byte> _spare = new(4096);
    private AmiPending? _openList;
    private SarkException? _failure;
    private bool _writing;
    private bool _shuttingDown;
    private long _lastId;
    private long _unmatched;
    private long _lastHeard = Environment.TickCount64;

    private AmiConnection(Stream stream, string target, TimeSpan timeout, AmiEventHub? events, Action<AmiTraceEntry>? trace)
    {
        _stream = stream;
        _target = target;
        _timeout = timeout;
        _events = events;
        _trace = trace;
    }

    /// <summary>The banner's text, such as <c>Asterisk Call Manager/5.0.4</c>.</summary>
    public string Banner => _decoder.Banner ?? "";

    /// <summary>True until the connection has ended.</summary>
    public bool IsOpen => Volatile.Read(ref _failure) is null;

    /// <summary>Why the connection ended, or null while it is open.</summary>
    public SarkException? Failure => Volatile.Read(ref _failure);

    /// <summary>Completes when the connection has ended; never faults.</summary>
    public Task Ended => _ended.Task;

    /// <summary>Responses that belong to nobody who waits: they came after their time limit, or without an id.</summary>
    public long Unmatched => Interlocked.Read(ref _unmatched);

    /// <summary>How long Asterisk has been silent.</summary>
    public TimeSpan Silence => TimeSpan.FromMilliseconds(Environment.TickCount64 - Interlocked.Read(ref _lastHeard));

    /// <summary>Connects over TCP, with TLS if asked for, and logs in.</summary>
    /// <param name="options">Where to and as whom.</param>
    /// <param name="events">Where events go, or null when nobody wants them; without events no outcome of a call is reported either.</param>
    /// <param name="trace">Gets every block that is sent or received, secrets masked; null for none.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="AmiConnectionException">Nobody listens there, or TLS failed.</exception>
    /// <exception cref="AmiProtocolException">Something else listens there.</exception>
    /// <exception cref="AmiLoginException">Asterisk refused the manager user.</exception>
    public static async Task<AmiConnection> ConnectAsync(AmiOptions options, AmiEventHub? events = null, Action<AmiTraceEntry>? trace = null, CancellationToken cancellationToken = default)
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
    public static async Task<AmiConnection> OpenAsync(Stream stream, AmiOptions options, AmiEventHub? events = null, Action<AmiTraceEntry>? trace = null, CancellationToken cancellationToken = default)
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
        var id = _idPrefix + Interlocked.Increment(ref _lastId).ToString(CultureInfo.InvariantCulture);
        var waiting = new AmiPending(action, AmiReader.IsBlocking(_stream));
        var write = false;
        lock (_gate)
        {
            if (_failure is not null)
            {
                throw Again(_failure);
            }

            _waiting.Add(id, waiting);
            action.Encode(id, _outgoing);
            write = !_writing;
            _writing = true;
        }

        _trace?.Invoke(new(true, action.ToString()));
        if (write)
        {
            // Not awaited: a failure to write ends the connection, which is what the waiting below hears of.
            _ = WriteAsync();
        }

        var limit = action.TimeLimit ?? _timeout;
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
            lock (_gate)
            {
                _waiting.Remove(id);
                if (_openList == waiting)
                {
                    _openList = null;
                }
            }
        }
    }

    /// <summary>Ends the connection; everybody who waits gets the reason.</summary>
    /// <param name="reason">The reason, as a sentence.</param>
    public void Abort(string reason) => Fail(new AmiConnectionException(_target, reason));

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        Abort($"The connection to Asterisk at {_target} was closed by us.");
        return ValueTask.CompletedTask;
    }

    private async Task GreetingAsync(CancellationToken cancellationToken)
    {
        try
        {
            await _banner.Task.WaitAsync(_timeout, cancellationToken).ConfigureAwait(false);
        }
        catch (TimeoutException e)
        {
            // Above its limit of connections that have not logged in, Asterisk accepts and says nothing.
            throw new AmiConnectionException(_target, $"Asterisk at {_target} accepted the connection but did not greet within {_timeout.TotalSeconds:0.###} seconds.", e);
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
                lock (_gate)
                {
                    if (_outgoing.WrittenCount == 0)
                    {
                        _writing = false;
                        return;
                    }

                    // Whatever others add meanwhile collects in the other buffer and goes out in one piece.
                    batch = _outgoing;
                    (_outgoing, _spare) = (_spare, _outgoing);
                }

                await _stream.WriteAsync(batch.WrittenMemory).ConfigureAwait(false);
                batch.ResetWrittenCount();
            }
        }
        catch (Exception e)
        {
            Fail(new AmiConnectionException(_target, $"The connection to Asterisk at {_target} broke while sending: {e.Message}", e));
        }
    }

    /// <summary>Room for the next bytes of the stream, for its reader.</summary>
    internal Memory<byte> Room => _decoder.GetMemory();

    /// <summary>Takes what was read into <see cref="Room"/>.</summary>
    /// <param name="count">How many bytes; none: the stream has ended.</param>
    /// <param name="finished">Gets those whose answers are complete now.</param>
    internal void Receive(int count, List<AmiPending> finished)
    {
        if (count == 0)
        {
            Fail(new AmiConnectionException(_target, _shuttingDown
                ? $"Asterisk at {_target} was shut down."
                : $"Asterisk at {_target} closed the connection."));
            return;
        }

        _decoder.Advance(count);
        Interlocked.Exchange(ref _lastHeard, Environment.TickCount64);
        while (_decoder.TryRead(out var message))
        {
            _trace?.Invoke(new(false, message.ToString()));
            if (Dispatch(message) is { IsFinished: true } done)
            {
                finished.Add(done);
            }
        }

        if (_decoder.Banner is not null)
        {
            _banner.TrySetResult();
        }
    }

    /// <summary>Gives a message to whom it belongs, and returns that one; null when it belongs to nobody who waits.</summary>
    private AmiPending? Dispatch(AmiMessage message)
    {
        var id = message.ActionId;
        AmiPending? waiting;
        lock (_gate)
        {
            waiting = id is null ? null : _waiting.GetValueOrDefault(id);
            if (message.Event is not { } name)
            {
                if (waiting is null)
                {
                    // Late, or an error about a line that we never send. Giving it to whoever waits could give one
                    // caller another's answer.
                    _unmatched++;
                    return null;
                }

                waiting.Respond(message, _target);
                _openList = waiting.IsOpenList ? waiting : _openList == waiting ? null : _openList;
                return waiting;
            }

            if (waiting is null && _openList is { } open && id is null && name == open.Action.UntaggedItem)
            {
                waiting = open;
            }

            if (waiting is not null && waiting.Takes(name))
            {
                waiting.Add(message, name, _target);
                if (waiting.Count > MaxItems)
                {
                    throw new FormatException($"the list of {waiting.Action.Name} does not end after {MaxItems} items");
                }

                if (_openList == waiting && !waiting.IsOpenList)
                {
                    _openList = null;
                }

                return waiting;
            }

            if (id is not null && id.StartsWith(_idPrefix, StringComparison.Ordinal) && waiting is null)
            {
                // An item of a list that nobody waits for any more.
                _unmatched++;
                return null;
            }
        }

        _shuttingDown |= message.Event == "Shutdown";
        _events?.Publish(message);
        return null;
    }

    /// <summary>Ends the connection because of what went wrong while reading: whoever waits must learn of it.</summary>
    internal void Break(Exception reason) => Fail(reason is FormatException
        ? new AmiProtocolException(_target, $"What answers at {_target} does not speak the Asterisk Manager Interface: {reason.Message}.")
        : new AmiConnectionException(_target, $"The connection to Asterisk at {_target} broke: {reason.Message}", reason));

    private void Fail(SarkException failure)
    {
        AmiPending[] waiting;
        lock (_gate)
        {
            if (_failure is not null)
            {
                return;
            }

            Volatile.Write(ref _failure, failure);
            waiting = [.. _waiting.Values];
            _waiting.Clear();
            _openList = null;
        }

        _stream.Dispose();
        _banner.TrySetException(Again(failure));
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
        _ended.TrySetResult();
    }
}
