using System.Buffers;
using System.Globalization;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace SarkPS.Ami;

/// <summary>
/// One logged-in connection. One task reads; any number of callers may send at the same time, and each gets the answer
/// that carries its own id. When the connection ends, for whatever reason, everybody who waits learns it at once.
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
    private readonly bool _isBlocking;
    private readonly object _reading = new();
    private readonly object _gate = new();
    private readonly Dictionary<string, Waiting> _waiting = new(StringComparer.Ordinal);
    private readonly TaskCompletionSource _banner = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private ArrayBufferWriter<byte> _outgoing = new(4096);
    private ArrayBufferWriter<byte> _spare = new(4096);
    private Waiting? _openList;
    private SarkException? _failure;
    private int _readers;
    private bool _writing;
    private bool _shuttingDown;
    private long _lastId;
    private long _unmatched;
    private long _lastHeard = Environment.TickCount64;

    private AmiConnection(Stream stream, string target, TimeSpan timeout, AmiEventHub? events, Action<AmiTraceEntry>? trace)
    {
        _stream = stream;
        _isBlocking = stream is NetworkStream;
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
        var target = Target(options);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(options.Timeout);
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        Stream stream;
        try
        {
            await socket.ConnectAsync(options.Host, options.Port, limit.Token);
            stream = new NetworkStream(socket, ownsSocket: true);
            if (options.Tls)
            {
                stream = await SecureAsync(stream, options, limit.Token);
            }
        }
        catch (Exception e)
        {
            socket.Dispose();
            switch (e)
            {
                case OperationCanceledException when !cancellationToken.IsCancellationRequested:
                    throw new AmiConnectionException(target, $"Asterisk at {target} did not accept a connection within {options.Timeout.TotalSeconds:0.###} seconds.", e);
                case SocketException:
                    throw new AmiConnectionException(target, $"Asterisk does not answer at {target}: {e.Message}.", e);
                case System.Security.Authentication.AuthenticationException or IOException or CryptographicException:
                    throw new AmiConnectionException(target, $"TLS with Asterisk at {target} failed: {e.Message}", e);
                default:
                    throw;
            }
        }

        return await OpenAsync(stream, options, events, trace, cancellationToken);
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
        var connection = new AmiConnection(stream, Target(options), options.Timeout, events, trace);
        try
        {
            connection.StartReading();
            await connection.LoginAsync(options, cancellationToken);
            return connection;
        }
        catch
        {
            await connection.DisposeAsync();
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
        var waiting = new Waiting(action, _isBlocking);
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
            return await waiting.Task.WaitAsync(limit, cancellationToken);
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

    private static string Target(AmiOptions options) => string.Create(CultureInfo.InvariantCulture, $"{options.Host}:{options.Port}");

    private static async Task<Stream> SecureAsync(Stream inner, AmiOptions options, CancellationToken cancellationToken)
    {
        var trusted = options.TlsCertificate is { } file ? new X509Certificate2Collection() : null;
        trusted?.ImportFromPemFile(options.TlsCertificate!);
        var stream = new SslStream(inner);
        var settings = new SslClientAuthenticationOptions { TargetHost = options.Host };
        if (trusted is not null)
        {
            settings.CertificateChainPolicy = new X509ChainPolicy
            {
                TrustMode = X509ChainTrustMode.CustomRootTrust,
                RevocationMode = X509RevocationMode.NoCheck,
            };
            settings.CertificateChainPolicy.CustomTrustStore.AddRange(trusted);
        }

        try
        {
            await stream.AuthenticateAsClientAsync(settings, cancellationToken);
            return stream;
        }
        catch
        {
            await stream.DisposeAsync();
            throw;
        }
    }

    private async Task LoginAsync(AmiOptions options, CancellationToken cancellationToken)
    {
        try
        {
            await _banner.Task.WaitAsync(_timeout, cancellationToken);
        }
        catch (TimeoutException e)
        {
            // Above its limit of connections that have not logged in, Asterisk accepts and says nothing.
            throw new AmiConnectionException(_target, $"Asterisk at {_target} accepted the connection but did not greet within {_timeout.TotalSeconds:0.###} seconds.", e);
        }

        var login = new AmiAction("Login").With("Username", options.User).With("Events", _events is null ? "off" : "on");
        try
        {
            if (options.Login == AmiLogin.Challenge)
            {
                var challenge = (await SendAsync(new AmiAction("Challenge").With("AuthType", "MD5"), cancellationToken)).Response["Challenge"];
                login.With("AuthType", "MD5").With("Key", Digest(challenge + options.Secret));
            }
            else
            {
                login.With("Secret", options.Secret);
            }

            await SendAsync(login, cancellationToken);
        }
        catch (AmiActionException e)
        {
            throw new AmiLoginException(_target, options.User, e.Response.Message);
        }
    }

#pragma warning disable CA5351 // MD5 is what the Manager Interface's challenge is made of; there is no other.
    private static string Digest(string text) => Convert.ToHexString(MD5.HashData(Encoding.UTF8.GetBytes(text))).ToLowerInvariant();
#pragma warning restore CA5351

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

                await _stream.WriteAsync(batch.WrittenMemory);
                batch.ResetWrittenCount();
            }
        }
        catch (Exception e)
        {
            Fail(new AmiConnectionException(_target, $"The connection to Asterisk at {_target} broke while sending: {e.Message}", e));
        }
    }

    /// <summary>
    /// A plain socket is read by threads of its own, of which the kernel wakes one as soon as bytes are there, and that one
    /// goes straight on with whoever waits for the answer while the other takes over reading. Read asynchronously, each
    /// answer would first go through the runtime's socket thread and then the thread pool, which costs a caller who asks
    /// one question after the other more than Asterisk's answer does. Other streams are read asynchronously.
    /// </summary>
    private void StartReading()
    {
        if (_isBlocking)
        {
            StartThread();
            StartThread();
        }
        else
        {
            _ = ReadAsync();
        }
    }

    private void StartThread()
    {
        Interlocked.Increment(ref _readers);
        new Thread(ReadBlocking) { IsBackground = true, Name = "Asterisk manager" }.Start();
    }

    // Entered with this thread counted among the readers: those that read or wait for their turn.
    private void ReadBlocking()
    {
        var finished = new List<Waiting>();
        do
        {
            lock (_reading)
            {
                while (IsOpen && finished.Count == 0)
                {
                    Guard(() => Take(_stream.Read(_decoder.GetMemory().Span), finished));
                }
            }

            // A caller who goes on here may take as long as he likes: there is always another thread that reads.
            if (Interlocked.Decrement(ref _readers) == 0 && IsOpen)
            {
                StartThread();
            }

            // Of several, only the last goes on here: were it the first, and did it wait for another, none would go on.
            for (var i = 0; i < finished.Count - 1; i++)
            {
                ThreadPool.UnsafeQueueUserWorkItem(static one => one.Complete(), finished[i], preferLocal: false);
            }

            if (finished.Count > 0)
            {
                finished[^1].Complete();
            }

            finished.Clear();
        }
        while (IsOpen && JoinReaders());
    }

    // Two are enough: one that reads, and one that takes over.
    private bool JoinReaders()
    {
        if (Interlocked.Increment(ref _readers) <= 2)
        {
            return true;
        }

        Interlocked.Decrement(ref _readers);
        return false;
    }

    private async Task ReadAsync()
    {
        var finished = new List<Waiting>();
        while (IsOpen)
        {
            var count = 0;
            try
            {
                count = await _stream.ReadAsync(_decoder.GetMemory());
            }
            catch (Exception e)
            {
                Guard(() => throw e);
            }

            Guard(() => Take(count, finished));
            foreach (var one in finished)
            {
                one.Complete();
            }

            finished.Clear();
        }
    }

    // Whatever goes wrong while reading, whoever waits must learn of it, and nobody else can tell them.
    private void Guard(Action work)
    {
        try
        {
            work();
        }
        catch (FormatException e)
        {
            Fail(new AmiProtocolException(_target, $"What answers at {_target} does not speak the Asterisk Manager Interface: {e.Message}."));
        }
        catch (Exception e)
        {
            Fail(new AmiConnectionException(_target, $"The connection to Asterisk at {_target} broke: {e.Message}", e));
        }
    }

    private void Take(int count, List<Waiting> finished)
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
    private Waiting? Dispatch(AmiMessage message)
    {
        var id = message.ActionId;
        Waiting? waiting;
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

    private void Fail(SarkException failure)
    {
        Waiting[] waiting;
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

    /// <summary>One action whose answer is awaited. Guarded by the connection's lock.</summary>
    /// <remarks>The answer is put together under the lock and handed over outside of it, by <see cref="Complete"/>.</remarks>
    private sealed class Waiting(AmiAction action, bool goOnAtOnce)
    {
        private readonly TaskCompletionSource<AmiReply> _done = new(goOnAtOnce ? TaskCreationOptions.None : TaskCreationOptions.RunContinuationsAsynchronously);
        private AmiReply? _reply;
        private Exception? _refusal;
        private List<AmiMessage>? _items;
        private AmiMessage? _response;

        public AmiAction Action { get; } = action;

        public Task<AmiReply> Task => _done.Task;

        public int Count => _items?.Count ?? 0;

        public bool IsOpenList => Action.Answer == AmiAnswer.List && _response is not null && !IsFinished;

        public bool IsFinished => _reply is not null || _refusal is not null;

        public void Respond(AmiMessage response, string target)
        {
            if (IsFinished)
            {
                return;
            }

            if (_response is not null)
            {
                Fail(new AmiProtocolException(target, $"Asterisk at {target} answered the action {Action.Name} twice."));
                return;
            }

            _response = response;
            if (response.Response == "Error")
            {
                Fail(new AmiActionException(Action.Name, response));
            }
            else if (Action.Answer == AmiAnswer.Response
                || (Action.Answer == AmiAnswer.List && !Announces(response))
                || (Action.Answer == AmiAnswer.Outcome && _items is not null))
            {
                Finish();
            }
        }

        // Which events belong to the answer and are not for watchers.
        public bool Takes(string name) => Action.Answer switch
        {
            AmiAnswer.List => true,
            AmiAnswer.Outcome => name == Action.CompletedBy,
            _ => false,
        };

        public void Add(AmiMessage message, string name, string target)
        {
            if (Action.Answer == AmiAnswer.Outcome)
            {
                (_items ??= []).Add(message);
                if (_response is not null)
                {
                    Finish();
                }

                return;
            }

            var list = message["EventList"];
            if (string.Equals(list, "Complete", StringComparison.OrdinalIgnoreCase) || (list is null && name == Action.CompletedBy))
            {
                var counted = Action.CountedItem is { } only ? _items?.Count(i => i.Event == only) ?? 0 : Count;
                if (message["ListItems"] is { } text && int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var expected) && expected != counted)
                {
                    Fail(new AmiProtocolException(target, $"Asterisk at {target} announced {expected} items for the action {Action.Name} and sent {counted}."));
                    return;
                }

                Finish();
            }
            else if (list is not null && list.StartsWith("cancel", StringComparison.OrdinalIgnoreCase))
            {
                Fail(new AmiActionException(Action.Name, message));
            }
            else
            {
                (_items ??= []).Add(message);
            }
        }

        public void Fail(Exception failure) => _refusal ??= _reply is null ? failure : null;

        public void Complete()
        {
            if (_refusal is not null)
            {
                _done.TrySetException(_refusal);
            }
            else
            {
                _done.TrySetResult(_reply!);
            }
        }

        private void Finish() => _reply ??= new AmiReply(_response!, _items ?? (IReadOnlyList<AmiMessage>)[]);

        // Asterisk 13 leaves out EventList at the start of some lists; their message says it in words.
        private static bool Announces(AmiMessage response) =>
            string.Equals(response["EventList"], "start", StringComparison.OrdinalIgnoreCase)
            || response.Message?.Contains("will follow", StringComparison.OrdinalIgnoreCase) == true;
    }
}
