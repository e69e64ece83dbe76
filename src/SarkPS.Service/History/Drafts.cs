using System.Security.Cryptography;
using SarkPS.Data;
using SarkPS.Service.Auth;

namespace SarkPS.Service.History;

/// <summary>
/// Drafts that callers have begun and neither applied nor thrown away. Each belongs to whoever began it; one that nobody asks for
/// is forgotten after a while, and all are when the service ends.
/// </summary>
internal sealed class Drafts(IAnsweredChanges changes, ServiceSettings settings, TimeProvider clock) : IAsyncDisposable
{
    private const string Noun = "Draft";
    private const int IdBytes = 12;

    // Timers count in whole milliseconds.
    private static readonly TimeSpan Tick = TimeSpan.FromMilliseconds(1);

    // Drafts are begun one after the other: each copies the database.
    private readonly SemaphoreSlim beginning = new(1);
    private readonly Dictionary<string, Kept> kept = new(StringComparer.Ordinal);

    private ServiceOptions Options => settings.Current.Options;

    /// <summary>Begins a draft.</summary>
    /// <param name="owner">Who begins it.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <returns>What it is called, and when it ends unless it is asked for.</returns>
    /// <exception cref="DraftLimitException">There are as many as are allowed.</exception>
    public async Task<(string Id, DateTimeOffset Expires)> BeginAsync(string owner, CancellationToken cancellationToken)
    {
        await beginning.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            RequireRoom(owner);
            var draft = await changes.BeginDraftAsync(cancellationToken).ConfigureAwait(false);
            var id = Convert.ToHexString(RandomNumberGenerator.GetBytes(IdBytes)).ToLowerInvariant();
            lock (kept)
            {
                var one = new Kept(id, owner, draft);
                kept.Add(id, one);
                one.Clock = clock.CreateTimer(_ => Expire(one), null, Options.DraftTime, Timeout.InfiniteTimeSpan);
                Touch(one);
                return (id, one.Expires);
            }
        }
        finally
        {
            beginning.Release();
        }
    }

    /// <summary>Takes a draft for one request; it lives at least as long as that.</summary>
    /// <returns>Null where the caller has no such draft.</returns>
    public Use? Take(string id, string owner)
    {
        lock (kept)
        {
            if (kept.TryGetValue(id, out var one) && one.Owner == owner)
            {
                one.Users++;
                Touch(one);
                return new Use(this, one);
            }
        }

        return null;
    }

    /// <summary>Forgets a draft.</summary>
    /// <returns>False where the caller has no such draft.</returns>
    public bool Remove(string id, string owner)
    {
        Kept? one;
        lock (kept)
        {
            if (!kept.TryGetValue(id, out one) || one.Owner != owner)
            {
                return false;
            }

            kept.Remove(id);
            if (one.Users > 0)
            {
                // Whoever uses it last takes it away.
                return true;
            }
        }

        End(one);
        return true;
    }

    /// <summary>What is told of a draft that the caller does not have.</summary>
    /// <param name="kind">Why the request fails of it.</param>
    /// <param name="id">The draft.</param>
    public SarkException Unknown(SarkErrorKind kind, string id)
    {
        var message = $"There is no draft '{SarkText.Printable(id)}' of this caller: it was applied or thrown away, or nobody asked for it "
            + $"for {Options.DraftTime:c} (Sark:Service:DraftTime). Nothing was changed; begin another.";
        return kind == SarkErrorKind.NotFound ? new SarkNotFoundException(Noun, id, message) : new SarkException(kind, Noun, id, message);
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        Kept[] all;
        lock (kept)
        {
            all = [.. kept.Values];
            kept.Clear();
        }

        Array.ForEach(all, End);
        beginning.Dispose();
        return ValueTask.CompletedTask;
    }

    private static void End(Kept one)
    {
        one.Clock?.Dispose();
        one.Draft.DisposeAsync().AsTask().GetAwaiter().GetResult();
    }

    private void RequireRoom(string owner)
    {
        lock (kept)
        {
            var own = kept.Values.Where(k => k.Owner == owner).ToArray();
            if (own.Length >= Options.DraftsPerCaller)
            {
                throw Full($"This caller has {own.Length} drafts, and {nameof(Options.DraftsPerCaller)}", own);
            }

            if (kept.Count >= Options.Drafts)
            {
                throw Full($"There are {kept.Count} drafts, and {nameof(Options.Drafts)}", kept.Values);
            }
        }

        DraftLimitException Full(string what, IEnumerable<Kept> those) => new(
            $"{what} (Sark:Service) allows no more. Apply one or throw it away; one that nobody asks for is forgotten after "
                + $"{Options.DraftTime:c}. Nothing was changed.",
            those.Select(k => k.Expires - clock.GetUtcNow()).DefaultIfEmpty(Options.DraftTime).Min());
    }

    private void Touch(Kept one)
    {
        one.Expires = clock.GetUtcNow() + Options.DraftTime;
        one.Clock?.Change(Options.DraftTime, Timeout.InfiniteTimeSpan);
    }

    private void Expire(Kept one)
    {
        lock (kept)
        {
            if (one.Users > 0)
            {
                Touch(one);
                return;
            }

            if (one.Expires - clock.GetUtcNow() is var left && left > TimeSpan.Zero)
            {
                // Somebody has come in this very moment, or the timer was a little early.
                one.Clock?.Change(left + Tick, Timeout.InfiniteTimeSpan);
                return;
            }
        }

        Remove(one.Id, one.Owner);
    }

    private void Leave(Kept one)
    {
        lock (kept)
        {
            Touch(one);
            if (--one.Users > 0 || kept.ContainsKey(one.Id))
            {
                return;
            }
        }

        End(one);
    }

    /// <summary>A draft as long as a request uses it.</summary>
    internal sealed class Use(Drafts drafts, Kept one) : IDisposable
    {
        /// <summary>The draft.</summary>
        public IAnsweredDraft Draft => one.Draft;

        /// <inheritdoc/>
        public void Dispose() => drafts.Leave(one);
    }

    /// <summary>A draft that is kept.</summary>
    internal sealed class Kept(string id, string owner, IAnsweredDraft draft)
    {
        public string Id { get; } = id;

        public string Owner { get; } = owner;

        public IAnsweredDraft Draft { get; } = draft;

        public int Users { get; set; }

        public DateTimeOffset Expires { get; set; }

        public ITimer? Clock { get; set; }
    }
}

/// <summary>There are as many drafts as are allowed.</summary>
/// <param name="message">Which limit it is.</param>
/// <param name="wait">When the next is forgotten, unless it is asked for.</param>
internal sealed class DraftLimitException(string message, TimeSpan wait) : Exception(message)
{
    /// <summary>When it is worth trying again.</summary>
    public TimeSpan Wait { get; } = wait > TimeSpan.Zero ? wait : TimeSpan.Zero;
}
