using System.Management.Automation;

namespace SarkPS.Cmdlets;

/// <summary>A change of one row, made or rehearsed in the rows that it is given.</summary>
/// <param name="tables">The rows.</param>
/// <param name="isRehearsal">Whether it is taken back.</param>
/// <param name="token">Stops it.</param>
internal delegate Task RehearsedChange(ITableOperations tables, bool isRehearsal, CancellationToken token);

/// <summary>
/// Judges changes under -WhatIf: the exchange is asked what would come of one, so that what would be refused is an error and
/// not a promise. Nothing is changed by that, and without -WhatIf nothing is asked. The first row is rehearsed by itself. With the
/// second a draft begins, in which each row is made: so it sees those before it in the pipeline as it would in a real run.
/// </summary>
internal sealed class Rehearsals(PSCmdlet cmdlet) : IDisposable
{
    private readonly Dictionary<SarkConnection, Place> places = [];
    private bool? isOn;
    private bool hasWarned;

    /// <summary>Whether -WhatIf holds. The engine tells only after it has written its line.</summary>
    public bool IsOn => isOn ??= LanguagePrimitives.IsTrue(
        cmdlet.MyInvocation.BoundParameters.TryGetValue("WhatIf", out var said) ? said : cmdlet.GetVariableValue("WhatIfPreference"));

    /// <summary>The exchange with the rows that the changes before would have left; null where they are its own.</summary>
    public ISarkBackend? Backend(SarkConnection connection) => places.GetValueOrDefault(connection)?.Backend;

    /// <summary>Judges a change.</summary>
    /// <param name="connection">The exchange.</param>
    /// <param name="wait">Waits for what it is asked.</param>
    /// <param name="change">The change.</param>
    /// <exception cref="SarkException">It would be refused.</exception>
    public void Judge(SarkConnection connection, Action<Func<CancellationToken, Task>> wait, RehearsedChange change)
    {
        if (!IsOn)
        {
            return;
        }

        if (connection.Draft is { IsRehearsal: true } open)
        {
            // It is thrown away with the whole script block, whose next commands see it.
            wait(token => change(open.Backend.Tables, false, token));
            return;
        }

        if (!places.TryGetValue(connection, out var place))
        {
            places.Add(connection, place = new Place());
        }

        if (place is { First: { } first, Draft: null, IsAlone: false })
        {
            Begin(connection, wait, place, first);
        }

        try
        {
            if (place.Draft is { } draft)
            {
                wait(token => change(draft.Tables, false, token));
                return;
            }

            wait(token => change(connection.Backend.Tables, true, token));
            place.First = change;
        }
        catch (SarkException error) when (error.Kind == SarkErrorKind.Unsupported)
        {
            if (!hasWarned)
            {
                hasWarned = true;
                cmdlet.WriteWarning($"Not judged: {error.Message}");
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var place in places.Values)
        {
            place.Draft?.DisposeAsync().AsTask().GetAwaiter().GetResult();
        }

        places.Clear();
    }

    private void Begin(SarkConnection connection, Action<Func<CancellationToken, Task>> wait, Place place, RehearsedChange first)
    {
        try
        {
            wait(async token => place.Draft = await connection.Backend.Changes.BeginDraftAsync(token).ConfigureAwait(false));
        }
        catch (SarkException error) when (error is not SarkUnreachableException)
        {
            place.IsAlone = true;
            cmdlet.WriteWarning($"Each row is judged by itself, as if those before it were not there: {error.Message}");
            return;
        }

        place.Backend = new DraftBackend(connection.Backend, place.Draft!);
        try
        {
            // What is to be known of it has been told.
            wait(token => Notices.Hear(_ => { }, () => first(place.Draft!.Tables, false, token)));
        }
        catch (SarkException error) when (error is not SarkUnreachableException)
        {
            // Somebody has changed the exchange in this very moment; what comes is judged as it is now.
        }
    }

    /// <summary>What was judged at one exchange.</summary>
    private sealed class Place
    {
        public RehearsedChange? First { get; set; }

        public IChangeDraft? Draft { get; set; }

        public ISarkBackend? Backend { get; set; }

        public bool IsAlone { get; set; }
    }
}
