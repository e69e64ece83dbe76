using SarkPS.Data.Sqlite;
using SarkPS.Descriptors;
using SQLitePCL;

namespace SarkPS.Data.Journal;

/// <summary>
/// Remembers what a transaction does to rows. The session that writes them tells it, so that cascades and what hooks write
/// come without anybody's doing. What triggers keep by themselves is not among it.
/// </summary>
/// <param name="statements">The connection's statements.</param>
internal sealed class RowRecorder(Statements statements)
{
    private const string ById = " WHERE rowid = ?1";

    private static readonly ILookup<string, ResourceDescriptor> Resources =
        SarkResources.All.ToLookup(r => r.Table, StringComparer.OrdinalIgnoreCase);

    private readonly List<RowChange> changes = [];

    /// <summary>What was done so far.</summary>
    public IReadOnlyList<RowChange> Changes => changes;

    /// <summary>Forgets what was done since; it was taken back.</summary>
    /// <param name="count">How many changes there were then.</param>
    public void Truncate(int count) => changes.RemoveRange(count, changes.Count - count);

    /// <summary>Rows as they are, before something is done to them; none of a table whose rows have no ids, such as a view.</summary>
    /// <param name="table">The table.</param>
    /// <param name="where">The condition, with numbered parameters.</param>
    /// <param name="values">Their values.</param>
    public IReadOnlyList<(long RowId, RowImage Image)> Look(string table, string where, params object?[] values) =>
        statements.HasRowIds(table) ? statements.Images(table, where, values) : [];

    /// <summary>A row by its id; null where there is none.</summary>
    public RowImage? Find(string table, long rowId) =>
        Look(table, ById, rowId) is [var (_, image)] ? image : null;

    /// <summary>Does a change as it is remembered.</summary>
    /// <returns>False where the row is not as it was then.</returns>
    public bool TryApply(RowChange change)
    {
        var before = Look(change.Table, ById, change.RowId);
        if (!RawRows.TryApply(statements, change))
        {
            return false;
        }

        if (before.Count > 0)
        {
            Compare(change.Table, before, ById, [change.RowId]);
            return true;
        }

        // Triggers have stamped it as a new one.
        if (change.After!.Columns.Where(c => Bookkeeping.IsCreationStamp(c.Key)).ToArray() is { Length: > 0 } stamps)
        {
            RawRows.TryUpdate(statements, change.Table, change.RowId, new RowImage(stamps));
        }

        Made(change.Table, change.RowId);
        return true;
    }

    /// <summary>Notes that a row was made.</summary>
    public void Made(string table, long rowId)
    {
        if (Find(table, rowId) is { } image)
        {
            Add(table, rowId, RowAction.Created, null, image, image);
        }
    }

    /// <summary>Notes what became of rows that were looked at before.</summary>
    /// <param name="table">The table.</param>
    /// <param name="before">The rows.</param>
    /// <param name="where">The condition that found them: it mostly finds them again, all at once.</param>
    /// <param name="values">Its values.</param>
    public void Compare(string table, IReadOnlyList<(long RowId, RowImage Image)> before, string where, object?[] values)
    {
        var found = before.Count > 0 ? Look(table, where, values) : [];
        for (var i = 0; i < before.Count; i++)
        {
            var (rowId, image) = before[i];
            if ((i < found.Count && found[i].RowId == rowId ? found[i].Image : Find(table, rowId)) is not { } now)
            {
                Add(table, rowId, RowAction.Removed, image, null, image);
                continue;
            }

            var (old, changed) = Difference(image, now);
            if (changed.Count > 0)
            {
                Add(table, rowId, RowAction.Updated, new RowImage(old), new RowImage(changed), image);
            }
        }
    }

    /// <summary>The columns in which two images of a row differ, stamps left out: as they were, and as they are.</summary>
    public static (List<KeyValuePair<string, object?>> Before, List<KeyValuePair<string, object?>> After) Difference(
        RowImage before,
        RowImage after)
    {
        var old = new List<KeyValuePair<string, object?>>();
        var changed = new List<KeyValuePair<string, object?>>();
        for (var i = 0; i < before.Shape.Names.Count; i++)
        {
            var (column, value) = (before.Shape.Names[i], before[i]);
            var now = before.Shape == after.Shape ? after[i] : after[column];
            if (!Bookkeeping.IsStamp(column) && !RowImage.IsSame(value, now))
            {
                old.Add(new(column, value));
                changed.Add(new(column, now));
            }
        }

        return (old, changed);
    }

    /// <summary>Adds a change that was found or made in another way.</summary>
    /// <param name="table">The table.</param>
    /// <param name="rowId">The row's id.</param>
    /// <param name="action">What was done.</param>
    /// <param name="before">What was there.</param>
    /// <param name="after">What is there.</param>
    /// <param name="whole">The whole row, as it was or is.</param>
    public static RowChange Describe(string table, long rowId, RowAction action, RowImage? before, RowImage? after, RowImage whole)
    {
        var resource = Resources[table].FirstOrDefault(r => Holds(r.Filter, whole));
        var key = resource is null ? whole.Text("pkey") ?? RowImage.Text(rowId)!
            : resource.IsSingleton ? ""
            : resource.SecondKeyColumn is { } second ? new RowKey(whole.Text(resource.KeyColumn) ?? "", whole.Text(second)).ToString()
            : whole.Text(resource.KeyColumn) ?? "";
        return new RowChange(table, rowId, action, before, after, key, resource?.Route);
    }

    private static bool Holds(RowFilter? filter, RowImage image) => filter is null
        || (filter.Values.Count == 0
            ? image[filter.Column] is null
            : filter.Values.Contains(image.Text(filter.Column) ?? "") != filter.IsExclusion);

    private void Add(string table, long rowId, RowAction action, RowImage? before, RowImage? after, RowImage whole)
    {
        if (!Bookkeeping.IsDerived(table))
        {
            changes.Add(Describe(table, rowId, action, before, after, whole));
        }
    }
}
