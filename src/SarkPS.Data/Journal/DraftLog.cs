using SarkPS.Data.Sqlite;
using SarkPS.Descriptors;

namespace SarkPS.Data.Journal;

/// <summary>A step that was made in a draft, and what it came to there.</summary>
/// <param name="Step">The step; its key is known, whatever it was called by.</param>
/// <param name="Key">The row that it wrote.</param>
/// <param name="Told">A tag of what was told of the row then; null where it was removed.</param>
/// <param name="Draws">What was drawn for it.</param>
internal sealed record DraftedStep(ChangeStep Step, RowKey Key, string? Told, Draws Draws)
{
    /// <summary>A step that was made in a draft.</summary>
    /// <param name="step">The step; its key is known, whatever it was called by.</param>
    /// <param name="done">What it did.</param>
    /// <param name="draws">What was drawn for it.</param>
    public static DraftedStep Of(ChangeStep step, StepDone done, Draws draws) => new(step, done.Key, TagOf(done), draws);

    /// <summary>Refuses a step that comes to something else than it did in the draft.</summary>
    /// <exception cref="SarkException">It does.</exception>
    public void Require(StepDone done)
    {
        if (done.Key != Key || TagOf(done) != Told)
        {
            throw RowTag.Stale(
                Step,
                Key,
                "would not become what it was in the draft, since something that it is made of was changed meanwhile. Nothing was "
                    + "changed; do it again.");
        }
    }

    // Hidden columns nobody was told of; among them are numbers that the database gives.
    private static string? TagOf(StepDone done) => done.Stored is { } row ? RowTag.Of(row) : null;
}

/// <summary>What was done in a draft, in its order.</summary>
internal sealed class DraftLog
{
    private readonly List<DraftedStep> steps = [];
    private readonly List<string> reasons = [];
    private readonly Dictionary<(string Caller, string Key), KeptAnswer> answers = [];

    /// <summary>How many steps were done.</summary>
    public int Count
    {
        get
        {
            lock (steps)
            {
                return steps.Count;
            }
        }
    }

    /// <summary>Adds what was done.</summary>
    /// <param name="done">The steps.</param>
    /// <param name="reason">Why; null where that was not said.</param>
    /// <param name="answer">What is answered when the request is sent again; null where it is not.</param>
    public void Add(IEnumerable<DraftedStep> done, string? reason, KeptAnswer? answer)
    {
        lock (steps)
        {
            if (answer is not null)
            {
                answers[(answer.Request.Caller, answer.Request.Key)] = answer;
            }

            steps.AddRange(done);
            if (reason is not null && !reasons.Contains(reason, StringComparer.Ordinal))
            {
                reasons.Add(reason);
            }
        }
    }

    /// <summary>The answer to a request that was done in the draft before; null where it was not.</summary>
    /// <exception cref="SarkException">The key is that of another request.</exception>
    public byte[]? FindAnswer(Repeatable repeatable)
    {
        lock (steps)
        {
            return answers.GetValueOrDefault((repeatable.Caller, repeatable.Key))?.To(repeatable);
        }
    }

    /// <summary>What was done until now.</summary>
    public DraftedSteps Read()
    {
        lock (steps)
        {
            return new DraftedSteps([.. steps], reasons.Count > 0 ? string.Join("; ", reasons) : null);
        }
    }
}

/// <summary>Steps of a draft that are made for good.</summary>
/// <param name="Steps">The steps.</param>
/// <param name="Reason">The reasons that were given for them; null where none were.</param>
internal sealed record DraftedSteps(IReadOnlyList<DraftedStep> Steps, string? Reason)
{
    /// <summary>The database as it was when the draft began; null where nothing is demanded of the rows.</summary>
    public SqliteDatabase? Origin { get; init; }

    /// <summary>Refuses them where one of their rows is not as it was when the draft began.</summary>
    /// <param name="session">The transaction that they are to be made in.</param>
    /// <exception cref="SarkException">One is not; it is named.</exception>
    public void Require(RowSession session)
    {
        if (Origin is null)
        {
            return;
        }

        var touched = Steps.SelectMany(s => new[] { (s.Step.Resource, Key: s.Step.Key ?? s.Key), (s.Step.Resource, s.Key) })
            .Distinct()
            .ToArray();
        var before = Origin.Read(then => Array.ConvertAll(touched, t => Tags(then, t.Resource, t.Key)));
        var changed = touched.Zip(before).Where(t => Tags(session, t.First.Resource, t.First.Key) != t.Second).ToArray();
        if (changed.Length == 0)
        {
            return;
        }

        var (resource, key) = changed[0].First;
        throw new SarkException(
            SarkErrorKind.Stale,
            resource.Noun,
            key.ToString(),
            $"Rows were changed since the draft began: {SarkText.Listed(Array.ConvertAll(changed, Told))}. Nothing was changed; do it "
                + "again.");

        string Told(((ResourceDescriptor Resource, RowKey Key) Row, string Before) row)
        {
            var (of, named) = row.Row;
            var what = of.IsSingleton ? of.PluralName : $"{SarkText.Words(of.Noun)} '{named}'";
            return $"the {what} was {(row.Before.Length == 0 ? "made" : Tags(session, of, named).Length == 0 ? "removed" : "changed")}";
        }
    }

    // Of all rows that have the key: none, one, or the pairs of one extension.
    private static string Tags(RowSession session, ResourceDescriptor resource, RowKey key) =>
        string.Concat(RowSearch.Find(session, resource, key, null, useFilter: false).Select(RowTag.Of));
}
