using System.Globalization;
using System.Runtime.CompilerServices;
using System.Threading.Channels;

namespace SarkPS.Ami;

/// <summary>Something that Asterisk reported by itself, such as a new channel or a telephone that registered.</summary>
/// <param name="Id">Its place in the stream, to resume after; <c>run-number</c>. Ids of another run of the service are
/// unknown to this one.</param>
/// <param name="Received">When it came in.</param>
/// <param name="Name">The event's name. <c>ManagerConnected</c> and <c>ManagerDisconnected</c> are our own, <c>EventsLost</c> too.</param>
/// <param name="Message">All fields.</param>
/// <param name="Dropped">How many events this watcher lost directly before this one, because it was too slow or came back too late.</param>
public sealed record AmiEvent(string Id, DateTimeOffset Received, string Name, AmiMessage Message, long Dropped);

/// <summary>
/// Spreads events to watchers and keeps the last ones. Publishing never waits: a watcher that does not keep up loses its
/// oldest events and is told how many, so that no watcher can hold up the answers of others.
/// </summary>
/// <param name="capacity">How many events are kept, and how many may wait for one watcher.</param>
public sealed class AmiEventHub(int capacity = 2000)
{
    /// <summary>The event's name under which a watcher learns that there is a connection to Asterisk, again perhaps.</summary>
    public const string Connected = "ManagerConnected";

    /// <summary>The event's name under which a watcher learns that the connection to Asterisk was lost.</summary>
    public const string Disconnected = "ManagerDisconnected";

    /// <summary>The event's name under which a watcher learns that it lost an unknown number of events.</summary>
    public const string EventsLost = "EventsLost";

    private readonly object gate = new();
    private readonly string run = Guid.NewGuid().ToString("N")[..12];
    private readonly Queue<AmiEvent> kept = new();
    private readonly List<Watcher> watchers = [];
    private long last;

    /// <summary>How many watchers there are.</summary>
    public int Watchers
    {
        get
        {
            lock (gate)
            {
                return watchers.Count;
            }
        }
    }

    /// <summary>Gives an event to every watcher.</summary>
    /// <param name="message">The event.</param>
    public void Publish(AmiMessage message)
    {
        lock (gate)
        {
            var made = new AmiEvent(IdOf(++last), DateTimeOffset.UtcNow, message.Event ?? "", message, 0);
            kept.Enqueue(made);
            if (kept.Count > capacity)
            {
                kept.Dequeue();
            }

            foreach (var watcher in watchers)
            {
                watcher.Add(made);
            }
        }
    }

    /// <summary>Ends every watcher with a failure, for a connection that nobody will open again.</summary>
    /// <param name="failure">The failure, or null for a normal end.</param>
    public void Complete(Exception? failure)
    {
        lock (gate)
        {
            foreach (var watcher in watchers)
            {
                watcher.Queue.Writer.TryComplete(failure);
            }
        }
    }

    /// <summary>
    /// Events as they come. The watch begins at once, not with the first read, so that nothing is missed between the two.
    /// </summary>
    /// <param name="names">Only events of these names, in any case; null or empty for all.</param>
    /// <param name="after">The id of the last event that the watcher has seen: what came after it and is still kept comes first.</param>
    /// <param name="cancellationToken">Ends the stream.</param>
    public IAsyncEnumerable<AmiEvent> Watch(
        IReadOnlyCollection<string>? names = null,
        string? after = null,
        CancellationToken cancellationToken = default)
    {
        var watcher = new Watcher(names is { Count: > 0 } ? new HashSet<string>(names, StringComparer.OrdinalIgnoreCase) : null, capacity);
        lock (gate)
        {
            if (after is not null)
            {
                Replay(watcher, after);
            }

            watchers.Add(watcher);
        }

        return ReadAsync(watcher, cancellationToken);
    }

    private void Replay(Watcher watcher, string after)
    {
        var separator = after.LastIndexOf('-');
        var known = separator > 0
            && after.AsSpan(0, separator).SequenceEqual(run)
            && long.TryParse(after.AsSpan(separator + 1), NumberStyles.None, CultureInfo.InvariantCulture, out _);
        var seen = known ? long.Parse(after.AsSpan(separator + 1), CultureInfo.InvariantCulture) : 0;
        var firstKept = last - this.kept.Count + 1;
        if (!known)
        {
            // Of another run of the service: nobody can say how much happened in between.
            var lost = new AmiMessage([new("Event", EventsLost), new("Reason", "The event to resume after is not of this run.")]);
            watcher.Force(new AmiEvent(IdOf(firstKept - 1), DateTimeOffset.UtcNow, EventsLost, lost, 0));
        }
        else if (seen + 1 < firstKept)
        {
            watcher.Lost(firstKept - seen - 1);
        }

        var number = firstKept;
        foreach (var kept in this.kept)
        {
            if (number++ > seen)
            {
                watcher.Add(kept);
            }
        }
    }

    private string IdOf(long number) => string.Create(CultureInfo.InvariantCulture, $"{run}-{number}");

    private async IAsyncEnumerable<AmiEvent> ReadAsync(Watcher watcher, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        try
        {
            await foreach (var next in watcher.Queue.Reader.ReadAllAsync(cancellationToken).ConfigureAwait(false))
            {
                var dropped = watcher.TakeDropped();
                yield return dropped == 0 ? next : next with { Dropped = dropped };
            }
        }
        finally
        {
            lock (gate)
            {
                watchers.Remove(watcher);
            }
        }
    }

    private sealed class Watcher
    {
        private readonly HashSet<string>? names;
        private long dropped;

        public Watcher(HashSet<string>? names, int capacity)
        {
            this.names = names;
            Queue = Channel.CreateBounded<AmiEvent>(
                new BoundedChannelOptions(capacity + 1) { FullMode = BoundedChannelFullMode.DropOldest, SingleReader = true },
                _ => Lost(1));
        }

        public Channel<AmiEvent> Queue { get; }

        public void Add(AmiEvent added)
        {
            if (names is null || names.Contains(added.Name))
            {
                Force(added);
            }
        }

        public void Force(AmiEvent added) => Queue.Writer.TryWrite(added);

        public void Lost(long count) => Interlocked.Add(ref dropped, count);

        public long TakeDropped() => Interlocked.Exchange(ref dropped, 0);
    }
}
