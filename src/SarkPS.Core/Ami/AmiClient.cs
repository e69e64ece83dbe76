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

    private readonly AmiOptions options;
    private readonly Action<AmiTraceEntry>? trace;
    private readonly CancellationTokenSource disposed = new();
    private readonly object gate = new();
    private AmiConnection? connection;
    private Task<AmiConnection>? connecting;
    private AmiLoginException? refused;
    private long refusedAt;

    /// <summary>Makes a client. Nothing is opened yet.</summary>
    /// <param name="options">Where to and as whom.</param>
    /// <param name="trace">Gets every block that is sent or received, secrets masked; null for none.</param>
    public AmiClient(AmiOptions options, Action<AmiTraceEntry>? trace = null)
    {
        ArgumentNullException.ThrowIfNull(options);
        this.options = options;
        this.trace = trace;
        Events = new AmiEventHub(options.EventBuffer);
    }

    /// <summary>What Asterisk reports by itself, across reconnects.</summary>
    public AmiEventHub Events { get; }

    /// <summary>True while there is a connection.</summary>
    public bool IsConnected => Volatile.Read(ref connection) is { IsOpen: true };

    /// <summary>Sends an action and waits for everything that answers it, connecting first when there is no connection.</summary>
    /// <inheritdoc cref="AmiConnection.SendAsync"/>
    public async Task<AmiReply> SendAsync(AmiAction action, CancellationToken cancellationToken = default)
    {
        var connection = Volatile.Read(ref this.connection);
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
        lock (gate)
        {
            ObjectDisposedException.ThrowIf(disposed.IsCancellationRequested, this);
            if (connection is { IsOpen: true })
            {
                return connection;
            }

            if (refused is not null && Environment.TickCount64 - refusedAt < LoginPause.TotalMilliseconds)
            {
                throw new AmiLoginException((string)refused.Target!, options.User, refused.Reason);
            }

            connecting = this.connecting is { IsCompleted: false } ? this.connecting : this.connecting = OpenAsync();
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

            await Task.Delay(pause, cancellationToken)
                .ContinueWith(_ => { }, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default)
                .ConfigureAwait(false);
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        Task<AmiConnection>? connecting;
        lock (gate)
        {
            if (disposed.IsCancellationRequested)
            {
                return;
            }

            disposed.Cancel();
            connecting = this.connecting;
        }

        if (connecting is not null)
        {
            // Whatever became of the attempt, its caller has it; here it only must not stay open.
            await Task.WhenAny(connecting).ConfigureAwait(false);
        }

        if (connection is not null)
        {
            await connection.DisposeAsync().ConfigureAwait(false);
        }

        Events.Complete(null);
        disposed.Dispose();
    }

    private async Task<AmiConnection> OpenAsync()
    {
        try
        {
            var connection = await AmiConnection.ConnectAsync(options, Events, trace, disposed.Token).ConfigureAwait(false);
            lock (gate)
            {
                refused = null;
                this.connection = connection;
            }

            Events.Publish(Own(AmiEventHub.Connected, connection.Banner));
            _ = AttendAsync(connection);
            return connection;
        }
        catch (AmiLoginException e)
        {
            lock (gate)
            {
                refused = e;
                refusedAt = Environment.TickCount64;
            }

            throw;
        }
    }

    /// <summary>Asks a silent Asterisk whether it is there: a dropped network says nothing by itself.</summary>
    private async Task AttendAsync(AmiConnection connection)
    {
        while (connection.IsOpen && options.KeepAlive > TimeSpan.Zero)
        {
            await Task.WhenAny(connection.Ended, Task.Delay(options.KeepAlive)).ConfigureAwait(false);
            if (!connection.IsOpen || connection.Silence < options.KeepAlive)
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
