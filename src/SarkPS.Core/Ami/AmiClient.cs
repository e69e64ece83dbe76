namespace SarkPS.Ami;

/// <summary>
/// Asterisk as one thing that is there or not: opens the one connection when it is first needed and again after it was
/// lost. An action is sent once only, never repeated on a new connection, since nobody could say whether it was carried out.
/// </summary>
public sealed class AmiClient : IAsyncDisposable
{
    // A refused login takes Asterisk a second and fills its security log; asking again at once changes nothing.
    private static readonly TimeSpan LoginPause = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(15);

    private readonly AmiOptions _options;
    private readonly Action<AmiTraceEntry>? _trace;
    private readonly CancellationTokenSource _disposed = new();
    private readonly object _gate = new();
    private AmiConnection? _connection;
    private Task<AmiConnection>? _connecting;
    private AmiLoginException? _refused;
    private long _refusedAt;

    /// <summary>Makes a client. Nothing is opened yet.</summary>
    /// <param name="options">Where to and as whom.</param>
    /// <param name="trace">Gets every block that is sent or received, secrets masked; null for none.</param>
    public AmiClient(AmiOptions options, Action<AmiTraceEntry>? trace = null)
    {
        ArgumentNullException.ThrowIfNull(options);
        _options = options;
        _trace = trace;
        Events = new AmiEventHub(options.EventBuffer);
    }

    /// <summary>What Asterisk reports by itself, across reconnects.</summary>
    public AmiEventHub Events { get; }

    /// <summary>True while there is a connection.</summary>
    public bool IsConnected => Volatile.Read(ref _connection) is { IsOpen: true };

    /// <summary>Sends an action and waits for everything that answers it, connecting first when there is no connection.</summary>
    /// <inheritdoc cref="AmiConnection.SendAsync"/>
    public async Task<AmiReply> SendAsync(AmiAction action, CancellationToken cancellationToken = default)
    {
        var connection = Volatile.Read(ref _connection);
        if (connection is not { IsOpen: true })
        {
            connection = await ConnectAsync(cancellationToken).ConfigureAwait(false);
        }

        return await connection.SendAsync(action, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Opens the connection if it is not open. Callers at the same time share one attempt.</summary>
    /// <param name="cancellationToken">Stops waiting for it.</param>
    public async Task<AmiConnection> ConnectAsync(CancellationToken cancellationToken = default)
    {
        Task<AmiConnection> connecting;
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_disposed.IsCancellationRequested, this);
            if (_connection is { IsOpen: true })
            {
                return _connection;
            }

            if (_refused is not null && Environment.TickCount64 - _refusedAt < LoginPause.TotalMilliseconds)
            {
                throw new AmiLoginException((string)_refused.Target!, _options.User, _refused.Reason);
            }

            connecting = _connecting is { IsCompleted: false } ? _connecting : _connecting = OpenAsync();
        }

        return await connecting.WaitAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>
    /// Keeps the connection up until cancelled, waiting longer after each failure, 15 seconds at most. For a service;
    /// everybody else connects on demand.
    /// </summary>
    /// <param name="cancellationToken">Ends it.</param>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        var pause = FirstPause;
        while (!cancellationToken.IsCancellationRequested)
        {
            try
            {
                var connection = await ConnectAsync(cancellationToken).ConfigureAwait(false);
                pause = FirstPause;
                await connection.Ended.WaitAsync(cancellationToken).ConfigureAwait(false);
            }
            catch (SarkException)
            {
                // Whoever asks meanwhile makes an attempt of their own and gets its reason; here it only means: later.
                pause = pause * 2 < LongestPause ? pause * 2 : LongestPause;
            }
            catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
            {
                return;
            }
            catch (Exception e) when (e is ObjectDisposedException or OperationCanceledException)
            {
                // Nobody will connect any more.
                return;
            }

            await Task.Delay(pause, cancellationToken).ContinueWith(_ => { }, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default).ConfigureAwait(false);
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        Task<AmiConnection>? connecting;
        lock (_gate)
        {
            if (_disposed.IsCancellationRequested)
            {
                return;
            }

            _disposed.Cancel();
            connecting = _connecting;
        }

        if (connecting is not null)
        {
            // Whatever became of the attempt, its caller has it; here it only must not stay open.
            await Task.WhenAny(connecting).ConfigureAwait(false);
        }

        if (_connection is not null)
        {
            await _connection.DisposeAsync().ConfigureAwait(false);
        }

        Events.Complete(null);
        _disposed.Dispose();
    }

    private async Task<AmiConnection> OpenAsync()
    {
        try
        {
            var connection = await AmiConnection.ConnectAsync(_options, Events, _trace, _disposed.Token).ConfigureAwait(false);
            lock (_gate)
            {
                _refused = null;
                _connection = connection;
            }

            Events.Publish(Own(AmiEventHub.Connected, connection.Banner));
            _ = AttendAsync(connection);
            return connection;
        }
        catch (AmiLoginException e)
        {
            lock (_gate)
            {
                _refused = e;
                _refusedAt = Environment.TickCount64;
            }

            throw;
        }
    }

    /// <summary>Asks a silent Asterisk whether it is there: a dropped network says nothing by itself.</summary>
    private async Task AttendAsync(AmiConnection connection)
    {
        while (connection.IsOpen && _options.KeepAlive > TimeSpan.Zero)
        {
            await Task.WhenAny(connection.Ended, Task.Delay(_options.KeepAlive)).ConfigureAwait(false);
            if (!connection.IsOpen || connection.Silence < _options.KeepAlive)
            {
                continue;
            }

            try
            {
                await connection.SendAsync(new AmiAction("Ping")).ConfigureAwait(false);
            }
            catch (AmiTimeoutException e)
            {
                connection.Abort(e.Message);
            }
            catch (SarkException)
            {
                // The connection ended meanwhile, which the loop sees.
                break;
            }
        }

        await connection.Ended.ConfigureAwait(false);
        Events.Publish(Own(AmiEventHub.Disconnected, connection.Failure!.Message));
    }

    private static AmiMessage Own(string name, string reason) => new([new("Event", name), new("Reason", reason)]);
}
