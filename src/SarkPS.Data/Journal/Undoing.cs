using Microsoft.Data.Sqlite;
using SarkPS.Data.Files;
using SarkPS.Data.Sqlite;
using SarkPS.Descriptors;

namespace SarkPS.Data.Journal;

/// <summary>
/// Turns a change set round, row by row, as the journal remembers them: no rules and no hooks, which would draw passwords anew.
/// Each row must be as the set has left it. What is in the way is named, all of it, and then nothing is touched.
/// </summary>
/// <param name="session">The transaction.</param>
/// <param name="file">The journal.</param>
/// <param name="files">The files that belong to rows; null where rows alone are written.</param>
internal sealed class Undoing(RowSession session, JournalFile file, SetFiles? files)
{
    private const string Noun = "Change";
    private const int MostTold = 5;

    private readonly List<string> conflicts = [];

    /// <summary>Does it.</summary>
    /// <param name="id">The set.</param>
    /// <param name="epoch">The epoch that the database is in.</param>
    /// <returns>What was done to the rows.</returns>
    /// <exception cref="SarkException">There is no such set, or something is in the way.</exception>
    public IReadOnlyList<RowChange> Run(string id, long epoch)
    {
        if (file.ReadSet(id) is not { } found)
        {
            throw new SarkNotFoundException(Noun, id, $"There is no change set '{id}' in the journal.");
        }

        if (found.Set.Cause == ChangeCause.Restore)
        {
            throw new SarkConflictException(
                Noun,
                id,
                $"The change set '{id}' is a restore, which cannot be undone like that; the copy that was taken before it can be restored. "
                    + "Nothing was changed.");
        }

        if (found.Set.Cause == ChangeCause.Commit)
        {
            throw new SarkConflictException(
                Noun,
                id,
                $"The change set '{id}' is a commit, which has changed no row and cannot be undone; the sets before it can be, and "
                    + "committed again. Nothing was changed.");
        }

        if (found.Epoch != epoch)
        {
            throw new SarkConflictException(
                Noun,
                id,
                $"The change set '{id}' was made before the database was restored from a copy, or loaded anew, and cannot be undone. "
                    + "Nothing was changed.");
        }

        var rows = found.Set.Rows;
        var before = session.ChangeCount;
        var plans = Begin(rows);
        for (var i = rows.Count - 1; i >= 0 && conflicts.Count < MostTold; i--)
        {
            TurnRound(rows[i], found.LastSequence);
        }

        if (conflicts.Count == 0)
        {
            CheckNames(rows, found.LastSequence);
        }

        if (conflicts.Count > 0)
        {
            throw new SarkConflictException(
                Noun, id, $"The change set '{id}' cannot be undone: {string.Join(" ", conflicts)} Nothing was changed.");
        }

        foreach (var (resource, key, plan) in plans)
        {
            plan.End(Row(resource, key), session);
        }

        return [.. session.ChangesSince(before)];
    }

    private static string Name(RowChange change) => change.Resource is null
        ? $"row '{change.Key}' of the table {change.Table}"
        : SarkResources.OfRoute(change.Resource) is { IsSingleton: true } single ? SarkText.Words(single.Noun)
        : $"{SarkText.Words(SarkResources.OfRoute(change.Resource)!.Noun)} '{change.Key}'";

    private SarkRow? Row(ResourceDescriptor resource, string key) =>
        RowSearch.Find(session, resource, new RowKey(key), null).FirstOrDefault();

    private List<(ResourceDescriptor Resource, string Key, SetFiles.Begun Plan)> Begin(IReadOnlyList<RowChange> rows)
    {
        var plans = new List<(ResourceDescriptor, string, SetFiles.Begun)>();
        foreach (var (route, key) in rows.Select(r => (r.Resource, r.Key)).Distinct())
        {
            if (SarkResources.OfRoute(route) is { } resource && files?.Begin(resource, key, Row(resource, key), session) is { } plan)
            {
                plans.Add((resource, key, plan));
            }
        }

        return plans;
    }

    private void TurnRound(RowChange change, long last)
    {
        var now = session.Find(change.Table, change.RowId);
        switch (change.Action)
        {
            case RowAction.Created when now is null:
                conflicts.Add($"the {Name(change)} has been removed since.");
                return;
            case RowAction.Created:
                if (Differences(change.Table, change.After!, now) is { Count: > 0 } changed)
                {
                    conflicts.Add($"the {Name(change)} has been changed since ({SarkText.Listed(changed)}).");
                    return;
                }

                break;
            case RowAction.Updated when now is null || file.IsAnotherRow(change.Table, change.RowId, last):
                conflicts.Add($"the {Name(change)} has been removed since.");
                return;
            case RowAction.Updated:
                var other = change.After!.Columns.Where(c => !RowImage.IsSame(c.Value, now[c.Key])).Select(c => c.Key).ToArray();
                if (other.Length > 0)
                {
                    conflicts.Add($"the {Name(change)} has been changed since ({SarkText.Listed(other)}).");
                    return;
                }

                break;
            default:
                if (now is not null)
                {
                    conflicts.Add($"the place of the {Name(change)} has been taken by another row since.");
                    return;
                }

                break;
        }

        try
        {
            if (!session.TryApply(Reversed(change)))
            {
                conflicts.Add($"the database did not keep what was done to the {Name(change)}: a trigger in it took that back.");
            }
        }
        catch (SqliteException error) when (SqliteErrors.IsDuplicate(error) && session.IsAlive)
        {
            conflicts.Add($"there is another {Name(change)} now.");
        }
    }

    private static RowChange Reversed(RowChange change) => change with
    {
        Before = change.After,
        After = change.Before,
        Action = change.Action switch
        {
            RowAction.Created => RowAction.Removed,
            RowAction.Removed => RowAction.Created,
            _ => RowAction.Updated,
        },
    };

    private static List<string> Differences(string table, RowImage then, RowImage now) =>
        [.. RowRecorder.Difference(then, now).Before.Select(c => c.Key).Where(c => !Bookkeeping.IsOfTimers(table, c))];

    // What came later may rest on what goes now, and what comes back may name what has gone since.
    private void CheckNames(IReadOnlyList<RowChange> rows, long last)
    {
        foreach (var change in rows)
        {
            if (SarkResources.OfRoute(change.Resource) is not { } resource || conflicts.Count >= MostTold)
            {
                continue;
            }

            var key = change.Key.Split('/')[0];
            if (change.Action == RowAction.Created && resource.SecondKeyColumn is null && Row(resource, key) is null
                // What named it when it was not there does so again.
                && Dependants.FindRows(session, resource.Noun, key).Where(d => file.IsTouchedSince(d.Table, d.Key, last))
                    .Select(d => d.Label).ToArray() is { Length: > 0 } dependants)
            {
                conflicts.Add($"the {Name(change)} is in use since: {SarkText.Listed(dependants)}.");
            }

            foreach (var (column, value) in change.Before?.Columns ?? [])
            {
                if (RowImage.Text(value) is { Length: > 0 } text && resource.Find(column)?.Names is { } names)
                {
                    CheckNamed(change, names.Read(text), last);
                }
            }
        }
    }

    private void CheckNamed(RowChange change, IEnumerable<NamedRow> names, long last)
    {
        foreach (var named in names)
        {
            var meant = SarkResources.All.Where(r => named.Nouns.Contains(r.Noun)).ToArray();
            if (meant.FirstOrDefault(r => file.IsRemovedSince(r.Route, named.Key, last)) is { } gone
                && !Array.Exists(meant, r => RowSearch.Find(session, r, new RowKey(named.Key), null, useFilter: false).Count > 0))
            {
                conflicts.Add($"the {Name(change)} named the {SarkText.Words(gone.Noun)} '{named.Key}', which has been removed since.");
            }
        }
    }
}
