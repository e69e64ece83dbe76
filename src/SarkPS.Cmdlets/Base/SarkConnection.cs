using System.Collections.Concurrent;
using System.Management.Automation.Runspaces;
using System.Runtime.CompilerServices;

namespace SarkPS.Cmdlets;

/// <summary>A connection to a telephone exchange, as <c>Connect-Sark</c> makes it.</summary>
public sealed class SarkConnection : IDisposable
{
    private static readonly ConditionalWeakTable<Runspace, Holder> Current = [];

    private readonly ISarkBackend backend;
    private int isClosed;

    internal SarkConnection(ISarkBackend backend) => this.backend = backend;

    /// <summary>
    /// Lets go of a connection that nobody can name any more: one that was replaced, or whose runspace has ended. Not
    /// earlier, since whoever holds it, or an object that came from it, may still work with it.
    /// </summary>
    ~SarkConnection()
    {
        if (Interlocked.Exchange(ref isClosed, 1) == 0)
        {
            // Not here: to take leave of Asterisk can take a moment, and the thread of finalizers has none.
            _ = Task.Run(async () => await backend.DisposeAsync().ConfigureAwait(false));
        }
    }

    /// <summary>The path of a database, or the address of a service.</summary>
    public string Location => backend.Location;

    /// <summary>Whether the exchange is reached over HTTP.</summary>
    public bool IsRemote => backend.IsRemote;

    /// <summary>
    /// How much of an exchange it reaches: the database file only, a tree of files, or a machine with its files, its
    /// firewall, its Asterisk and its commands. What is not covered is refused.
    /// </summary>
    public ExchangeCoverage Coverage => backend.Coverage;

    /// <summary>The version of SARK that the exchange's database is of, such as 6.5; null while that cannot be told.</summary>
    public string? SarkVersion => IsOpen ? backend.Version?.Name : null;

    /// <summary>Whether it can still be used.</summary>
    public bool IsOpen => Volatile.Read(ref isClosed) == 0;

    /// <summary>The way to it, as long as it is open: what was closed is never opened again by the way.</summary>
    /// <exception cref="SarkException">It is closed.</exception>
    internal ISarkBackend Backend => IsOpen ? Draft?.Backend ?? backend
        : throw new SarkUnreachableException(
            "Connection",
            Location,
            $"The connection to '{Location}' is closed; open another with Connect-Sark.");

    /// <summary>The draft that the rows are those of, within Use-SarkChangeSet; null where they are the exchange's.</summary>
    internal OpenDraft? Draft { get; private set; }

    /// <summary>The connection that the runspace has a draft on; null where it has none.</summary>
    internal static SarkConnection? Drafting => Find()?.Drafting;

    /// <summary>Has the rows be those of a draft from now on, until <see cref="EndDraft"/>.</summary>
    /// <param name="draft">The draft.</param>
    /// <param name="isRehearsal">Whether it is thrown away in any case.</param>
    internal OpenDraft BeginDraft(IChangeDraft draft, bool isRehearsal)
    {
        Current.GetOrCreateValue(Runspace.DefaultRunspace!).Drafting = this;
        return Draft = new OpenDraft(new DraftBackend(Backend, draft), isRehearsal);
    }

    /// <summary>What is told of what would take the exchange away from a script block that works on a draft of it.</summary>
    /// <param name="instead">What can be done instead.</param>
    internal SarkException IsDrafting(string instead) => new(
        SarkErrorKind.BadRequest, "ChangeSet", this, $"Use-SarkChangeSet is running on '{this}'; {instead}. Nothing was done.");

    /// <summary>Has the rows be those of the exchange again.</summary>
    internal void EndDraft()
    {
        Current.GetOrCreateValue(Runspace.DefaultRunspace!).Drafting = null;
        Draft = null;
    }

    /// <summary>The location.</summary>
    public override string ToString() => Location;

    /// <summary>Lets go of sockets and files.</summary>
    public void Dispose()
    {
        GC.SuppressFinalize(this);
        if (Interlocked.Exchange(ref isClosed, 1) == 0)
        {
            backend.DisposeAsync().AsTask().GetAwaiter().GetResult();
        }
    }

    /// <summary>
    /// Whether somebody in this process has named an exchange other than this machine's. From then on a runspace without a
    /// connection has none: what runs in parallel to the one that connected must not work on another exchange.
    /// </summary>
    internal static bool IsElsewhereInProcess { get; private set; }

    /// <summary>
    /// The connection of the runspace that runs now, or null; within Use-SarkChangeSet that of the set. Parallel runspaces never
    /// share one.
    /// </summary>
    internal static SarkConnection? Default
    {
        get => (Find()?.Drafting ?? Find()?.Connection) is { IsOpen: true } open ? open : null;
        set
        {
            var holder = Current.GetOrCreateValue(Runspace.DefaultRunspace!);
            holder.Connection = value;
            holder.IsLetGo = false;
        }
    }

    /// <summary>
    /// Whether the runspace had an exchange, or wanted one, and has none now: it was disconnected or closed, or connecting
    /// failed. It has none then until one is named.
    /// </summary>
    internal static bool IsLetGo => Find() is { } holder && (holder.IsLetGo || holder.Connection is { IsOpen: false, IsFallback: false });

    /// <summary>Whether nobody named the exchange: it is this machine's because nothing else was said.</summary>
    internal bool IsFallback { get; init; }

    /// <summary>
    /// Says that the runspace has no exchange until one is named: when it is disconnected, and before it connects, which
    /// may fail.
    /// </summary>
    internal static void LetGo()
    {
        if (Runspace.DefaultRunspace is { } runspace)
        {
            var holder = Current.GetOrCreateValue(runspace);
            holder.Connection = null;
            holder.IsLetGo = true;
        }
    }

    /// <summary>Says that somebody names an exchange other than this machine's, be it reached or not.</summary>
    internal static void NoteElsewhere() => IsElsewhereInProcess = true;

    private static Holder? Find() =>
        Runspace.DefaultRunspace is { } runspace && Current.TryGetValue(runspace, out var holder) ? holder : null;

    private sealed class Holder
    {
        public SarkConnection? Connection { get; set; }

        public bool IsLetGo { get; set; }

        public SarkConnection? Drafting { get; set; }
    }
}

/// <summary>A draft that a script block works on.</summary>
/// <param name="backend">The exchange with the rows of the draft.</param>
/// <param name="isRehearsal">Whether it is thrown away in any case.</param>
internal sealed class OpenDraft(ISarkBackend backend, bool isRehearsal)
{
    /// <summary>The exchange with the rows of the draft.</summary>
    public ISarkBackend Backend { get; } = backend;

    /// <summary>Whether it is thrown away in any case.</summary>
    public bool IsRehearsal { get; } = isRehearsal;

    /// <summary>The changes that were refused and that the script block went on after. Several runspaces may work on one draft.</summary>
    public ConcurrentQueue<Exception> Refused { get; } = new();
}
