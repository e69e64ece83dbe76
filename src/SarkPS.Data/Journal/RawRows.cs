using SarkPS.Data.Sqlite;

namespace SarkPS.Data.Journal;

/// <summary>
/// Rows written as the journal remembers them: by row id, with SQLite's own types, without rules and hooks. Never what came over
/// the wire.
/// </summary>
internal static class RawRows
{
    /// <summary>Does a change once more.</summary>
    /// <returns>False where the rows are not as they were then.</returns>
    public static bool TryApply(Statements statements, RowChange change)
    {
        switch (change.Action)
        {
            case RowAction.Created:
                return TryInsert(statements, change.Table, change.RowId, change.After!);
            case RowAction.Updated:
                return TryUpdate(statements, change.Table, change.RowId, change.After!);
            default:
                statements.Run($"DELETE FROM {RowSession.Quote(change.Table)} WHERE rowid = ?1", change.RowId);
                return Changed(statements) == 1;
        }
    }

    /// <summary>Adds a row with its id.</summary>
    public static bool TryInsert(Statements statements, string table, long rowId, RowImage image)
    {
        if (statements.Value($"SELECT 1 FROM {RowSession.Quote(table)} WHERE rowid = ?1", rowId) is not null)
        {
            return false;
        }

        // Where the id is a column of its own, it stands among the columns.
        var names = string.Concat(image.Columns.Select(c => ", " + RowSession.Quote(c.Key)));
        var places = string.Concat(image.Columns.Select((_, i) => $", ?{i + 2}"));
        statements.Run(
            $"INSERT INTO {RowSession.Quote(table)} (rowid{names}) VALUES (?1{places})",
            [rowId, .. image.Columns.Select(c => c.Value)]);
        return true;
    }

    /// <summary>Changes columns of a row.</summary>
    public static bool TryUpdate(Statements statements, string table, long rowId, RowImage image)
    {
        var sets = string.Join(", ", image.Columns.Select((c, i) => $"{RowSession.Quote(c.Key)} = ?{i + 2}"));
        statements.Run(
            $"UPDATE {RowSession.Quote(table)} SET {sets} WHERE rowid = ?1",
            [rowId, .. image.Columns.Select(c => c.Value)]);
        return Changed(statements) == 1;
    }

    private static long Changed(Statements statements) => (long)statements.Value("SELECT changes()")!;
}
