using System.Collections;
using System.Collections.Concurrent;
using System.Management.Automation;
using System.Reflection;
using System.Runtime.CompilerServices;
using SarkPS.Descriptors;

namespace SarkPS.Cmdlets;

/// <summary>The base of all cmdlets: which exchange is meant, how to wait, and how failures are reported.</summary>
public abstract partial class SarkCmdlet : PSCmdlet, IDisposable
{
    /// <summary>The parameter set with names that were typed.</summary>
    internal const string KeySet = "Key";

    /// <summary>The parameter set with what is piped in.</summary>
    internal const string InputSet = "InputObject";

    private static readonly TimeSpan NoticeInterval = TimeSpan.FromMilliseconds(250);

    // Where things came from that have no place to keep it themselves.
    private static readonly ConditionalWeakTable<object, SarkConnection> Homes = [];
    private static readonly ConcurrentDictionary<Type, string[]> NamingParameters = [];
    private static readonly ConcurrentDictionary<Type, bool> Changing = [];

    private readonly CancellationTokenSource stop = new();
    // The keys of resources, as they were when one was first looked for and not found.
    private readonly Dictionary<(ISarkBackend, ResourceDescriptor), string[]> names = [];
    private readonly HashSet<string> told = new(StringComparer.Ordinal);
    private SarkConnection? home;
    private bool? isRefused;
    private int gone;
    private KeyWish? wish;
    private Rehearsals? rehearsals;

    /// <summary>
    /// The exchange. Without it, what was piped in goes back to the exchange that it came from; all else is about the one
    /// that <c>Connect-Sark</c> named, or this machine's where nobody has named one.
    /// </summary>
    [Parameter]
    [ArgumentCompleter(typeof(SarkCompleter))]
    public SarkConnection? Connection { get; set; }

    /// <summary>The exchange.</summary>
    protected ISarkBackend Backend => InUse is var connection && rehearsals?.Backend(connection) is { } rehearsed
        ? rehearsed
        : connection.Backend;

    /// <summary>The connection that is worked on now.</summary>
    private protected SarkConnection InUse
    {
        get
        {
            if (Connection is null && MyInvocation.BoundParameters.ContainsKey(nameof(Connection)))
            {
                Throw(new SarkException(SarkErrorKind.BadRequest, "Connection", null,
                    "-Connection is null. Without -Connection the exchange is meant that Connect-Sark named; nothing is never taken for "
                        + "this machine."));
            }

            var connection = Connection ?? home ?? SarkConnection.Default ?? OpenLocal();
            if (!connection.IsOpen)
            {
                Throw(new SarkException(
                    SarkErrorKind.Unavailable,
                    "Connection",
                    connection,
                    $"The connection to '{connection}' is closed; open another with Connect-Sark."));
            }

            RequirePart(connection);
            return connection;
        }
    }

    /// <summary>Whether it changes rows, which a change set can take back.</summary>
    private protected virtual bool ChangesRows => false;

    /// <summary>Whether a change set is not to be made where this was refused a change.</summary>
    private protected virtual bool FailsSet => ChangesRows;

    /// <summary>Whether it changes anything of the exchange. What is exported is written elsewhere.</summary>
    private bool ChangesExchange => Changing.GetOrAdd(
        GetType(),
        type => type.GetCustomAttribute<CmdletAttribute>() is { SupportsShouldProcess: true, VerbName: not VerbsData.Export });

    /// <summary>Whether what is piped in is worked on where it came from, also when the session is connected elsewhere.</summary>
    private protected virtual bool GoesHome => true;

    /// <summary>
    /// Whether a row from elsewhere may say that it came from another exchange: it is made here, and nothing there is
    /// meant.
    /// </summary>
    private protected virtual bool MayTakeRows => false;

    /// <summary>Whether something is piped in, be it null. An empty pipeline never gets as far as being asked.</summary>
    private protected bool IsPiped => MyInvocation.ExpectingInput || MyInvocation.BoundParameters.ContainsKey("InputObject");

    /// <summary>Set when the pipeline is stopped.</summary>
    protected CancellationToken StopToken => stop.Token;

    /// <inheritdoc/>
    public void Dispose()
    {
        Dispose(true);
        GC.SuppressFinalize(this);
    }

    /// <summary>Lets go of what the cmdlet holds.</summary>
    protected virtual void Dispose(bool disposing)
    {
        stop.Dispose();
        rehearsals?.Dispose();
    }

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
                error.Noun, error.Target,
                $"{error.Message} {(gone == 0 ? "Nothing" : gone == 1 ? "One item" : $"{gone} items")} had gone through before; the "
                    + "rest was not tried.", error));
            throw;
        }
        catch (SarkException error)
        {
            TellNear(error);
            WriteError(Describe(error));
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
            WriteError(Describe(error));
            return false;
        }
    }

    /// <summary>Asks whether a change is to be made. That there is an exchange to make it at, is known before.</summary>
    private protected bool Confirmed(string target, string action)
    {
        _ = InUse;
        return ShouldProcess(target, action);
    }

    /// <summary>The same in sentences of its own.</summary>
    private protected bool Confirmed(
        string verboseDescription,
        string verboseWarning,
        string caption,
        out ShouldProcessReason shouldProcessReason)
    {
        _ = InUse;
        return ShouldProcess(verboseDescription, verboseWarning, caption, out shouldProcessReason);
    }

    // Keys have the case that they are stored in. Who typed another one is told which there is.
    private void TellNear(SarkException error)
    {
        if (SarkResources.All.FirstOrDefault(r => r.Noun == error.Noun) is not { IsSingleton: false } resource)
        {
            return;
        }

        try
        {
            var near = error switch
            {
                SarkNotFoundException { Target: string key } => [Near(resource, key)],
                SarkValidationException { IsDuplicate: false } invalid => invalid.Errors.Select(e =>
                    resource.Find(e.Key)?.Reference?.Noun is { } noun && Sent?[e.Key] is string key
                        ? Near(SarkResources.Find(noun), key)
                        : null),
                _ => Enumerable.Empty<string?>(),
            };
            foreach (var name in near.OfType<string>().Distinct(StringComparer.Ordinal))
            {
                error.Spell($"{error.Message} There is '{name}'.");
            }
        }
        catch (SarkException)
        {
            // What went wrong first is what is told.
        }
    }

    private string? Near(ResourceDescriptor resource, string key)
    {
        if (!names.TryGetValue((Backend, resource), out var known))
        {
            known = [.. Wait(token => Backend.Tables.ListAsync(resource, null, token))
                .Select(r => new RowKey(r.Text(resource.KeyColumn) ?? "", resource.SecondKeyColumn is { } second ? r.Text(second) : null)
                    .ToString())];
            names[(Backend, resource)] = known;
        }

        return Nearness.Same(key, known);
    }

    /// <summary>Passes a row on as an object.</summary>
    private protected void WriteRow<T>(ResourceDescriptor<T> resource, SarkRow row)
        where T : SarkRecord, ISarkResource<T>, new()
    {
        var record = resource.Materialize(row);
        Complete(record);
        Emit(record);
    }

    /// <summary>Adds what a row does not say of itself, before it is passed on.</summary>
    private protected virtual void Complete(SarkRecord record)
    {
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

    // Within Use-SarkChangeSet nothing is done that could not be taken back with the rest.
    private void RequirePart(SarkConnection connection)
    {
        if (!ChangesExchange || Rehearsal.IsOn)
        {
            return;
        }

        if (connection.Draft is not null && !ChangesRows)
        {
            Throw(new SarkException(SarkErrorKind.BadRequest, "ChangeSet", MyInvocation.MyCommand.Name,
                $"{MyInvocation.MyCommand.Name} changes something else than rows and could not be taken back with the others, so it cannot "
                    + "be part of a change set. Run it after Use-SarkChangeSet. Nothing was done."));
        }
        else if (connection.Draft is null && SarkConnection.Drafting is { } other)
        {
            Throw(new SarkException(SarkErrorKind.BadRequest, "ChangeSet", connection,
                $"This change set is one of '{other}', and '{connection}' would be changed at once and by itself. Run "
                    + $"{MyInvocation.MyCommand.Name} before Use-SarkChangeSet, or after it. Nothing was done."));
        }
    }

    /// <summary>
    /// Reports a failure that does not end the command. Within Use-SarkChangeSet a change that was refused is kept in mind: the
    /// set is not made without it, unless the script has caught the error (-ErrorAction Stop), or said that it does not matter
    /// (-ErrorAction Ignore).
    /// </summary>
    private protected new void WriteError(ErrorRecord record)
    {
        base.WriteError(record);
        var isIgnored = MyInvocation.BoundParameters.TryGetValue("ErrorAction", out var action) && action is ActionPreference.Ignore;
        if (FailsSet && !isIgnored && (Connection ?? home ?? SarkConnection.Default)?.Draft is { } draft
            && (draft.IsRehearsal || !Rehearsal.IsOn))
        {
            draft.Refused.Enqueue(record.Exception);
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
    internal static ErrorRecord ToRecord(SarkException error) => ToRecord(error, error.FilePath ?? error.Target);

    /// <summary>The same about something else than the key, such as a whole row.</summary>
    internal static ErrorRecord ToRecord(SarkException error, object? target)
    {
        // What is missing lies on this machine, or was told by a service that may tell it.
        error.Spell(error.MessageWithPath);
        return new(error, error.ErrorId, CategoryOf(error.Kind), target);
    }

    /// <summary>A failure of one item. Its target is the row that was piped in, so that it can be put right and piped in again.</summary>
    private protected virtual ErrorRecord Describe(SarkException error) => ToRecord(error, PipedRow ?? error.FilePath ?? error.Target);

    /// <summary>The row that was piped in and is worked on now; null for a plain key and for what was typed.</summary>
    private protected PSObject? PipedRow => wish?.Item is { IsEmpty: false, Text: null, Source: { } source } ? source : null;

    /// <summary>Warns, once, of a property of a row from elsewhere that means nothing for a pair.</summary>
    private protected void TellUnknown(string property)
    {
        var warning = $"'{property}' is no property of a pair of an extension and a rule and is left out.";
        if (told.Add(warning))
        {
            WriteWarning(warning);
        }
    }

    /// <summary>Makes a row, after asking.</summary>
    /// <param name="resource">What is made.</param>
    /// <param name="kind">Which kind of it.</param>
    /// <param name="changes">Its columns.</param>
    /// <param name="target">What it is called in the question.</param>
    /// <param name="options">How it is made.</param>
    private protected void MakeRow<T>(
        ResourceDescriptor<T> resource,
        CreateKind? kind,
        Changes changes,
        string target,
        ChangeOptions options)
        where T : SarkRecord, ISarkResource<T>, new()
    {
        options = options with { Reason = ChangeReason };
        Judge((tables, isRehearsal, token) =>
            tables.CreateAsync(resource, kind, changes, options with { IsRehearsal = isRehearsal }, token));
        if (Confirmed(target, $"New {SarkText.Words(resource.Noun)}"))
        {
            WriteRow(resource, Wait(token => Backend.Tables.CreateAsync(resource, kind, changes, options, token)));
        }
    }

    /// <summary>Removes a row, after asking, and tells what still names it.</summary>
    private protected void RemoveRow(ResourceDescriptor resource, RowKey key, bool force)
    {
        var options = new ChangeOptions(Force: force) { Reason = ChangeReason };
        Judge((tables, isRehearsal, token) => tables.RemoveAsync(resource, key, options with { IsRehearsal = isRehearsal }, token));
        if (ShouldRemove(key.ToString(), $"Remove {SarkText.Words(resource.Noun)}", force))
        {
            foreach (var orphan in Wait(token => Backend.Tables.RemoveAsync(resource, key, options, token)))
            {
                WriteWarning($"{orphan} still names '{key}', which is gone.");
            }
        }
    }

    /// <summary>Judges a change under -WhatIf, and does nothing without it.</summary>
    /// <exception cref="SarkException">It would be refused.</exception>
    private protected void Judge(RehearsedChange change) => Rehearsal.Judge(InUse, Wait, change);

    /// <summary>Why what is changed is changed, for the history; null where that is not said.</summary>
    private protected virtual string? ChangeReason => null;

    /// <summary>The columns that were sent last, to explain a refusal.</summary>
    private protected Changes? Sent { get; set; }

    /// <summary>Says under -WhatIf what would be refused.</summary>
    private protected Rehearsals Rehearsal => rehearsals ??= new Rehearsals(this);

    /// <summary>Follows what happens, until enough was seen, the time is over or Ctrl+C is pressed.</summary>
    /// <param name="watch">What happens.</param>
    /// <param name="limit">For how long; null for no limit.</param>
    /// <param name="see">Gets one thing after the other; false when it was the last that is wanted.</param>
    private protected void Follow<T>(Func<CancellationToken, IAsyncEnumerable<T>> watch, TimeSpan? limit, Func<T, bool> see)
    {
        using var end = CancellationTokenSource.CreateLinkedTokenSource(StopToken);
        if (limit is { } time)
        {
            end.CancelAfter(time > TimeSpan.Zero ? time : TimeSpan.Zero);
        }

        var things = watch(end.Token).GetAsyncEnumerator(end.Token);
        try
        {
            while (Wait(_ => things.MoveNextAsync().AsTask()) && see(things.Current))
            {
                // It goes on.
            }
        }
        catch (OperationCanceledException) when (!StopToken.IsCancellationRequested)
        {
            // The time is over, which is an end like any other.
        }
        finally
        {
            things.DisposeAsync().AsTask().GetAwaiter().GetResult();
        }
    }

    /// <summary>Passes an object on; it knows from then on which exchange it came from.</summary>
    private protected void Emit(object? thing) => WriteObject(Marked(thing));

    /// <summary>Passes on what others gave, which knows where it came from already.</summary>
    private protected void PassOn(IEnumerable<PSObject> things)
    {
        foreach (var thing in things)
        {
            WriteObject(thing);
        }
    }

    /// <summary>The same with each of several.</summary>
    private protected void EmitEach(IEnumerable things)
    {
        foreach (var thing in things)
        {
            Emit(thing);
        }
    }

    /// <summary>
    /// Whether a parameter that names something was given a null or an empty text: that is an error, once, and nothing is
    /// done. A misspelt variable must never mean "all".
    /// </summary>
    private protected bool IsRefused()
    {
        if (isRefused is { } known)
        {
            return known;
        }

        isRefused = false;
        foreach (var name in NamingParameters.GetOrAdd(
            GetType(),
            type => [.. type.GetProperties().Where(p => p.IsDefined(typeof(SarkKeyAttribute), inherit: true)).Select(p => p.Name)]))
        {
            if (MyInvocation.BoundParameters.TryGetValue(name, out var value) && (value is null or "" or ICollection { Count: 0 }
                || (value is IEnumerable<string?> texts && value is not string && texts.Any(string.IsNullOrEmpty))))
            {
                isRefused = true;
                WriteError(ToRecord(new SarkException(
                    SarkErrorKind.BadRequest, "Parameter", name,
                    $"-{name} is null or empty{(value is ICollection { Count: > 1 } ? " in part" : "")}. Nothing is never taken for "
                        + "all: leave the parameter out where all are meant.")));
            }
        }

        return isRefused.Value;
    }

    /// <summary>
    /// What was named: each key or pattern that was typed and each thing that was piped in. While one is looked at, the
    /// exchange is the one that it came from.
    /// </summary>
    private protected void ForEachWish(string[]? typed, PSObject? input, Action<KeyWish> work)
    {
        if (IsPiped)
        {
            foreach (var item in PipedItem.Read(input))
            {
                TryAt(KeyWish.Of(item), work);
            }

            return;
        }

        foreach (var text in typed ?? [])
        {
            TryAt(KeyWish.Typed(text), work);
        }
    }

    /// <summary>Does one item at the exchange that it came from.</summary>
    private protected bool TryAt(KeyWish wish, Action<KeyWish> work) => Try(() =>
    {
        this.wish = wish;
        home = null;
        if (Connection is null && wish.Item is { } item)
        {
            home = GoesHome ? HomeOf(item) : SarkConnection.Default is null ? OriginOf(item) : null;
        }

        work(wish);
    });

    /// <summary>The column by which rows of a resource belong to a row of another, such as their tenant; null where they do not.</summary>
    private protected static Column? Relation(ResourceDescriptor resource, ResourceDescriptor other) =>
        resource.Columns.FirstOrDefault(c => c.IsFilter && c.Reference?.Noun == other.Noun);

    /// <summary>The keys of the rows that are meant; a literal one need not exist.</summary>
    private protected IEnumerable<RowKey> Expand(ResourceDescriptor resource, KeyWish wish)
    {
        if (wish.Item is { } item)
        {
            return [item.KeyFor(resource)];
        }

        if (!wish.IsPattern)
        {
            return [new RowKey(wish.Literal)];
        }

        var matches = wish.Matcher(resource.Noun);
        return [.. Wait(token => Backend.Tables.ListAsync(resource, null, token)).Select(r => r.Text(resource.KeyColumn) ?? "")
            .Where(key => matches(key))
            .Select(key => new RowKey(key))];
    }

    /// <summary>
    /// Asks before something is removed. -Force stands for a yes, but neither for -WhatIf nor for a -Confirm that was given.
    /// </summary>
    private protected bool ShouldRemove(string target, string action, bool force)
    {
        var bound = MyInvocation.BoundParameters;
        if (!force || Rehearsal.IsOn || (bound.TryGetValue("Confirm", out var confirm) && LanguagePrimitives.IsTrue(confirm)))
        {
            return Confirmed(target, action);
        }

        WriteVerbose($"{action}: {target}");
        return true;
    }

    private SarkConnection? HomeOf(PipedItem item)
    {
        if (item.FarExchange is { } far)
        {
            if (item.Kind is null && MayTakeRows)
            {
                return null;
            }

            return far == InUse.Location ? null : throw new SarkException(
                SarkErrorKind.BadRequest, "Connection", item.Source,
                $"What was piped in came from '{far}', and the exchange in use is '{InUse.Location}'. Name one with -Connection.");
        }

        var origin = OriginOf(item);
        if (origin is null or { IsOpen: true })
        {
            return origin;
        }

        return SarkConnection.Default?.Location == origin.Location ? null : throw new SarkException(
            SarkErrorKind.Unavailable, "Connection", item.Source,
            $"What was piped in came from '{origin}', and the connection to it is closed. Name one with -Connection.");
    }

    private static SarkConnection? OriginOf(PipedItem item) =>
        item.Record?.Home as SarkConnection ?? (item.Source?.BaseObject is { } thing && Homes.TryGetValue(thing, out var known)
        ? known
        : null);

    private object? Marked(object? value)
    {
        var thing = value is PSObject wrapped ? wrapped.BaseObject : value;
        if (thing is SarkRecord record)
        {
            record.Home ??= InUse;
        }
        else if (thing is not null && thing.GetType() is { IsValueType: false } type && type.Assembly == typeof(SarkRecord).Assembly)
        {
            Homes.AddOrUpdate(thing, InUse);
        }

        return value;
    }

    /// <summary>This machine's exchange, for a runspace where nobody has named one: opened when it is first needed.</summary>
    private SarkConnection OpenLocal()
    {
        if (SarkConnection.IsLetGo)
        {
            Throw(new SarkException(SarkErrorKind.Unavailable, "Connection", null,
                "This session has no exchange: it was disconnected, or connecting failed. Name one with Connect-Sark or -Connection; "
                    + "Connect-Sark alone names this machine."));
        }

        if (SarkConnection.IsElsewhereInProcess)
        {
            Throw(new SarkException(SarkErrorKind.Unavailable, "Connection", null,
                "This runspace has no exchange, and another in this process is connected elsewhere, so this machine's is not taken. "
                    + "Pipe in objects, which know theirs, pass -Connection, or connect with Connect-Sark; Connect-Sark alone names "
                    + "this machine."));
        }

        try
        {
            var connection = new SarkConnection(DataLibrary.Open(new SarkOptions())) { IsFallback = true };
            SarkConnection.Default = connection;
            WriteWarning(connection.Backend.CreatedDatabase
                ? $"This machine has no SARK. An empty database was made: {connection.Location}"
                : $"Nobody has connected: this machine's exchange is used, {connection.Location}");
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
        SarkErrorKind.Conflict or SarkErrorKind.Stale => ErrorCategory.ResourceExists,
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
