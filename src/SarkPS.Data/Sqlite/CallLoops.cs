using SarkPS.Descriptors;

namespace SarkPS.Data.Sqlite;

/// <summary>
/// Refuses rows that lead calls round in a circle. SARK's generator expands the members of ring groups one within the other
/// and never ends on a group that comes back to itself; menus, queues and groups that lead to nothing but each other keep a
/// caller for ever. A menu that repeats itself when nothing is chosen, and otherwise leads to somebody, is none of them.
/// </summary>
internal static class CallLoops
{
    /// <summary>Looks where the columns lead that are about to be written.</summary>
    public static void Check(WriteContext context, RowSession session)
    {
        var resource = context.Resource;
        var sent = resource.Columns.Where(c => c.Names?.LeadsCalls == true && context.Row.Has(c.Name) && !context.HasError(c.Name))
            .ToArray();
        if (sent.Length == 0 || context.HasErrors || context.Final(resource.KeyColumn) is not { Length: > 0 } key
            || Find(session, resource, key, context.Final, sent) is not { } loop)
        {
            return;
        }

        // sark6api takes a menu that leads to itself and, as yet, nowhere else: its clients set one option after the other.
        if (context.IsStrict || loop.IsEndless || loop.Length > 1)
        {
            context.AddError(loop.Column.Name, loop.Message);
        }
        else
        {
            context.AddNotice(loop.Message);
        }
    }

    /// <summary>The circle in which a stored row leads calls, or null.</summary>
    public static CallLoop? Find(RowSession session, ResourceDescriptor resource, SarkRow row) =>
        Find(
            session,
            resource,
            row.Text(resource.KeyColumn)!,
            row.Text,
            [.. resource.Columns.Where(c => c is { Names.LeadsCalls: true, IsHidden: false })]);

    private static CallLoop? Find(
        RowSession session,
        ResourceDescriptor resource,
        string key,
        Func<string, string?> values,
        Column[] columns)
    {
        var start = new Node(resource, key);
        var paths = new Paths(session, start, values);
        if (columns.FirstOrDefault(c => c.Names!.IsExpanded) is { } members && paths.Back(n => n.IsExpanded) is { } circle)
        {
            return new(members,
                $"The {Rules.RuleSet.Spell(members.Name)} leads the {start} back to itself: {Path(circle)}. SARK's generator would "
                    + "never come to an end.", circle.Count - 1, IsEndless: true);
        }

        if (columns.FirstOrDefault(c => c.Names!.DivertsCalls) is { } divert && paths.Back(n => n.DivertsCalls) is { } round)
        {
            return new(divert,
                $"The {Rules.RuleSet.Spell(divert.Name)} leads the {start} back to itself: {Path(round)}. A call to it would go round "
                    + "without end once it is diverted.", round.Count - 1, IsEndless: true);
        }

        if (columns.Length == 0 || paths.Back(_ => true) is not { } loop || paths.ReachSomebody())
        {
            return null;
        }

        var column = columns.FirstOrDefault(c => paths.Names(start, c).Contains(loop[1])) ?? columns[0];
        return new(
            column,
            $"The {Rules.RuleSet.Spell(column.Name)} leads callers in a circle that reaches nobody: {Path(loop)}.",
            loop.Count - 1,
            IsEndless: false);
    }

    private static string Path(IReadOnlyList<Node> nodes) => string.Join(" > ", nodes.Select(n => n.Key));

    private sealed record Node(ResourceDescriptor Resource, string Key)
    {
        public override string ToString() => $"{SarkText.Words(Resource.Noun)} '{Key}'";
    }

    // Where rows lead to, as they will be.
    private sealed class Paths(RowSession session, Node start, Func<string, string?> values)
    {
        // Nobody follows a call further than this; a chain of that length is a mistake of another kind.
        private const int MaximumNodes = 10_000;

        private readonly Dictionary<Node, IReadOnlyList<SarkRow>> known = [];

        /// <summary>The shortest way from the start back to it, or null.</summary>
        public List<Node>? Back(Func<RowNames, bool> isFollowed)
        {
            var before = new Dictionary<Node, Node>();
            var queue = new Queue<Node>([start]);
            while (queue.TryDequeue(out var node) && before.Count < MaximumNodes)
            {
                foreach (var next in Columns(node, isFollowed).SelectMany(c => Names(node, c)))
                {
                    if (next == start)
                    {
                        var way = new List<Node> { start };
                        for (var step = node; step != start; step = before[step])
                        {
                            way.Add(step);
                        }

                        way.Add(start);
                        way.Reverse();
                        return way;
                    }

                    if (before.TryAdd(next, node))
                    {
                        queue.Enqueue(next);
                    }
                }
            }

            return null;
        }

        /// <summary>Whether a call that comes to the start can reach somebody, or an end.</summary>
        public bool ReachSomebody()
        {
            var seen = new HashSet<Node> { start };
            var queue = new Queue<Node>([start]);
            while (queue.TryDequeue(out var node) && seen.Count < MaximumNodes)
            {
                var leads = false;
                foreach (var column in Columns(node, _ => true))
                {
                    foreach (var value in Values(node, column).Where(
                        v => v is not ("" or "0" or "None") && !column.Names!.Words.Contains(v)))
                    {
                        leads = true;
                        var names = column.Names!.Read(value).ToArray();
                        var rows = names.Select(n => Rows(n).ToArray()).ToArray();
                        // A fixed target, a mailbox, a number outside, a telephone: all but what leads further ends it.
                        if (rows.Length == 0 || rows.Any(r => r.Length == 0 || !r.All(n => LeadsOn(n.Resource))))
                        {
                            return true;
                        }

                        foreach (var row in rows.SelectMany(r => r).Where(seen.Add))
                        {
                            queue.Enqueue(row);
                        }
                    }
                }

                // A queue without members of its own has those who log in to it.
                if (!leads && node.Resource.Columns.Any(c => c.Names?.Form == NameForm.MemberLines))
                {
                    return true;
                }
            }

            return false;
        }

        /// <summary>The rows that a column leads to.</summary>
        public IEnumerable<Node> Names(Node node, Column column) =>
            Values(node, column).SelectMany(v => column.Names!.Read(v)).SelectMany(Rows).Where(r => LeadsOn(r.Resource));

        private static IEnumerable<Column> Columns(Node node, Func<RowNames, bool> isFollowed) =>
            node.Resource.Columns.Where(c => c.Names?.LeadsCalls == true && isFollowed(c.Names));

        // A trunk leads out, whatever becomes of the calls that come in over it.
        private static bool LeadsOn(ResourceDescriptor resource) =>
            resource.Columns.Any(c => c is { Names.LeadsCalls: true, IsHidden: false });

        private IEnumerable<string> Values(Node node, Column column) => node == start
            ? values(column.Name) is { } value ? [value] : []
            : Stored(node).Select(r => r.Text(column.Name) ?? "");

        // A menu has a dozen columns that lead on, and each row is asked several times.
        private IReadOnlyList<SarkRow> Stored(Node node)
        {
            if (!known.TryGetValue(node, out var rows))
            {
                known[node] = rows = session.Select(node.Resource.Table, (node.Resource.KeyColumn, node.Key));
            }

            return rows;
        }

        private IEnumerable<Node> Rows(NamedRow name) => SarkResources.All
            .Where(r => name.Nouns.Contains(r.Noun))
            .Select(r => new Node(r, name.Key))
            .Where(n => n == start || Stored(n).Count > 0);
    }
}

/// <summary>A circle in which calls are led.</summary>
/// <param name="Column">The column that leads into it.</param>
/// <param name="Message">What to say of it, with its path.</param>
/// <param name="Length">How many rows it has.</param>
/// <param name="IsEndless">Whether SARK's generator, or Asterisk, goes round in it without anything that ends it, where in
/// others callers do.</param>
internal sealed record CallLoop(Column Column, string Message, int Length, bool IsEndless);
