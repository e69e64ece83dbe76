using SarkPS.Descriptors;

namespace SarkPS;

/// <summary>A step in its place.</summary>
/// <param name="Step">The step.</param>
/// <param name="Source">Which of the steps that were given it comes from; two may come from one.</param>
public readonly record struct OrderedStep(ChangeStep Step, int Source);

/// <summary>
/// Puts steps in an order in which each finds what it names: what is made before what names it, removals after all else and the
/// other way round. Which resources name which, the descriptors say.
/// </summary>
public static class StepOrder
{
    private static readonly Lazy<IReadOnlyList<ResourceDescriptor>> Ranked = new(Rank);

    private enum Visit : byte
    {
        New,
        Open,
        Done,
    }

    /// <summary>All resources, those that others name first. Where two name each other, what a create demands decides.</summary>
    public static IReadOnlyList<ResourceDescriptor> Resources => Ranked.Value;

    /// <summary>
    /// Orders steps. Steps of one resource keep their order where nothing speaks against it. Where rows name each other, what may
    /// wait is taken out of a create and written by an update at the end, so that there may be more steps than were given.
    /// </summary>
    /// <param name="steps">The steps. Those whose key the database makes may be given an id.</param>
    public static IReadOnlyList<OrderedStep> Arrange(IReadOnlyList<ChangeStep> steps)
    {
        ArgumentNullException.ThrowIfNull(steps);
        var rank = Resources.Select((r, i) => (r, i)).ToDictionary(p => p.r, p => p.i);
        var makers = Makers(steps);
        var names = new Named[steps.Count][];
        var order = new List<int>(steps.Count);
        var visits = new Visit[steps.Count];
        foreach (var at in Enumerable.Range(0, steps.Count).Where(i => steps[i].Action != ChangeAction.Remove)
            .OrderBy(i => rank[steps[i].Resource]))
        {
            Place(at);
        }

        var places = new int[steps.Count];
        for (var i = 0; i < order.Count; i++)
        {
            places[order[i]] = i;
        }

        var arranged = new List<OrderedStep>(steps.Count);
        var later = new List<OrderedStep>();
        foreach (var at in order)
        {
            var wait = names[at].Where(n => !n.IsDemanded && places[n.Maker] > places[at]).Select(n => n.Column)
                .Distinct(StringComparer.Ordinal)
                .ToList();
            if (wait.Count == 0)
            {
                arranged.Add(new(steps[at], at));
                continue;
            }

            var (now, then) = Split(steps[at], wait, at);
            if (now.Action != ChangeAction.Update || now.Values.Count > 0)
            {
                arranged.Add(new(now, at));
            }

            later.Add(new(then, at));
        }

        arranged.AddRange(later);
        arranged.AddRange(Enumerable.Range(0, steps.Count).Where(i => steps[i].Action == ChangeAction.Remove)
            .OrderByDescending(i => rank[steps[i].Resource])
            .Select(i => new OrderedStep(steps[i], i)));
        return arranged;

        // Without recursion: a chain of rows may be as long as a file.
        void Place(int first)
        {
            var open = new Stack<int>();
            open.Push(first);
            while (open.TryPeek(out var at))
            {
                if (visits[at] == Visit.New)
                {
                    visits[at] = Visit.Open;
                    names[at] = [.. NamedBy(steps[at], at, makers)];
                }

                if (visits[at] == Visit.Open
                    && names[at].FirstOrDefault(n => n.IsDemanded && visits[n.Maker] == Visit.New) is { } before)
                {
                    open.Push(before.Maker);
                    continue;
                }

                open.Pop();
                if (visits[at] == Visit.Open)
                {
                    visits[at] = Visit.Done;
                    order.Add(at);
                }
            }
        }
    }

    // The steps that make rows, by what is made.
    private static Dictionary<(string Noun, string Key), int> Makers(IReadOnlyList<ChangeStep> steps)
    {
        var makers = new Dictionary<(string, string), int>();
        for (var i = 0; i < steps.Count; i++)
        {
            if (steps[i].Action is ChangeAction.Create or ChangeAction.Upsert
                && (steps[i].Key?.First ?? steps[i].Values[steps[i].Resource.KeyColumn] as string) is { Length: > 0 } key)
            {
                makers.TryAdd((steps[i].Resource.Noun, key), i);
            }
        }

        return makers;
    }

    private static IEnumerable<Named> NamedBy(ChangeStep step, int at, Dictionary<(string, string), int> makers)
    {
        foreach (var column in step.Resource.Columns)
        {
            if (column.Names is not { IsChecked: true } names || step.Values[column.Name] is not string { Length: > 0 } value)
            {
                continue;
            }

            foreach (var name in names.Read(value))
            {
                foreach (var noun in name.Nouns)
                {
                    if (makers.TryGetValue((noun, name.Key), out var maker) && maker != at)
                    {
                        yield return new Named(column.Name, maker, IsDemanded(step.Resource, column));
                    }
                }
            }
        }
    }

    private static bool IsDemanded(ResourceDescriptor resource, Column column) =>
        column.CreateRules.IsRequired || column.Name == resource.KeyColumn || column.Name == resource.SecondKeyColumn;

    private static (ChangeStep Now, ChangeStep Then) Split(ChangeStep step, List<string> wait, int at)
    {
        var now = new Changes();
        var then = new Changes();
        foreach (var (column, value) in step.Values)
        {
            (wait.Contains(column) ? then : now)[column] = value;
        }

        var id = step.Resource.GeneratesKey && step.Key is null ? step.Id ?? $"step {at}" : step.Id;
        var key = step.Key ?? (step.Resource.GeneratesKey ? null : KeyOf(step));
        return (
            step with { Id = id, Values = now },
            new ChangeStep(ChangeAction.Update, step.Resource)
            {
                Key = key,
                KeyOf = key is null ? id : null,
                Values = then,
                Options = step.Options,
                IsStrict = step.IsStrict,
            });
    }

    private static RowKey? KeyOf(ChangeStep step) => step.Values[step.Resource.KeyColumn] is string first
        ? new RowKey(first, step.Resource.SecondKeyColumn is { } second ? step.Values[second] as string : null)
        : null;

    // One after the other that waits for nothing that a create demands, and of those the one that names the fewest others.
    private static List<ResourceDescriptor> Rank()
    {
        var left = SarkResources.All.ToList();
        var ranked = new List<ResourceDescriptor>(left.Count);
        while (left.Count > 0)
        {
            var next = left.MinBy(r => (Waits(r, isDemanded: true), Waits(r, isDemanded: false)))!;
            left.Remove(next);
            ranked.Add(next);
        }

        return ranked;

        int Waits(ResourceDescriptor resource, bool isDemanded) => resource.Columns
            .Where(c => c.Names is { IsChecked: true } && IsDemanded(resource, c) == isDemanded)
            .SelectMany(c => c.Names!.Nouns)
            .Distinct(StringComparer.Ordinal)
            .Count(noun => noun != resource.Noun && left.Exists(r => r.Noun == noun));
    }

    private sealed record Named(string Column, int Maker, bool IsDemanded);
}
