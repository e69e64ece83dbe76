using SarkPS.Data.Journal;
using SQLitePCL;

namespace SarkPS.Data.Sqlite;

/// <summary>
/// Where in a table a text stands in a column. It is made in memory when it is asked for again and again, as with the hardware
/// address of each of many telephones, and then only rows that came or changed are looked at. What it finds may have gone
/// meanwhile; a row that has the text is always among it.
/// </summary>
/// <param name="statements">The connection's statements.</param>
internal sealed class ValueIndex(Statements statements)
{
    // An index costs about as much as this many times of looking through the table.
    private const int AsksForIndex = 8;

    // Where SQLite has an index itself, ours is less to ask, as long as nothing changes; it is worth it for a small table only.
    private const int MostIndexed = 1000;

    private readonly Dictionary<(string Table, string Column), (int Left, int Next)> asked = [];
    private readonly Dictionary<string, Dictionary<string, Places>> tables = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>To be told of each row that is changed.</summary>
    public void Changed(string table, long rowId)
    {
        if (tables.TryGetValue(table, out var columns))
        {
            foreach (var places in columns.Values)
            {
                places.Changed.Add(rowId);
            }
        }
    }

    /// <summary>Forgets everything: others may have changed the rows.</summary>
    public void Forget()
    {
        asked.Clear();
        tables.Clear();
    }

    /// <summary>The rows of a table that may have a text in a column; null where the table must be looked through.</summary>
    public IReadOnlyCollection<long>? Find(string table, string column, string text)
    {
        if (!tables.TryGetValue(table, out var columns) || !columns.TryGetValue(column, out var places))
        {
            if (!asked.TryGetValue((table, column), out var asks))
            {
                asks = (AsksForIndex, AsksForIndex);
            }

            asked[(table, column)] = asks with { Left = asks.Left - 1 };
            if (asks.Left != 1 || !statements.HasRowIds(table))
            {
                return null;
            }

            places = Read(table, column);
            if (places is null)
            {
                return null;
            }

            if (columns is null)
            {
                tables[table] = columns = new(StringComparer.OrdinalIgnoreCase);
            }

            columns[column] = places;
        }

        if (places.Changed.Count > 0)
        {
            if (places.IsIndexed)
            {
                // A table that changes again and again is asked itself.
                columns.Remove(column);
                var next = asked[(table, column)].Next * 2;
                asked[(table, column)] = (next, next);
                return null;
            }

            var sql = $"SELECT {RowSession.Quote(column)} FROM {RowSession.Quote(table)} WHERE rowid = ?1";
            foreach (var rowId in places.Changed)
            {
                places.Add(rowId, statements.Value(sql, rowId));
            }

            places.Changed.Clear();
        }

        return places.HasOthers ? null : places.Of(text);
    }

    // Null where it is not worth it.
    private Places? Read(string table, string column)
    {
        var places = new Places { IsIndexed = IsIndexed(table, column) };
        var count = 0;
        foreach (var row in statements.Rows($"SELECT rowid, {RowSession.Quote(column)} FROM {RowSession.Quote(table)}"))
        {
            if (++count > MostIndexed && places.IsIndexed)
            {
                return null;
            }

            places.Add(raw.sqlite3_column_int64(row, 0), RowImage.Value(row, 1));
        }

        return places;
    }

    private bool IsIndexed(string table, string column) => statements.Value(
        "SELECT EXISTS(SELECT 1 FROM pragma_index_list(?1) AS l, pragma_index_info(l.name) AS i WHERE i.seqno = 0 AND i.name = ?2 COLLATE "
            + "NOCASE)",
        table,
        column) is 1L;

    private sealed class Places
    {
        private readonly Dictionary<string, List<long>> rows = new(StringComparer.OrdinalIgnoreCase);

        /// <summary>Whether SQLite has an index of the column.</summary>
        public bool IsIndexed { get; init; }

        /// <summary>Rows that are to be looked at.</summary>
        public HashSet<long> Changed { get; } = [];

        /// <summary>Whether something else than texts is among the values: SQLite may find it equal to a text.</summary>
        public bool HasOthers { get; private set; }

        public void Add(long rowId, object? value)
        {
            HasOthers |= value is not (null or string);
            if (value is string text)
            {
                var key = Key(text);
                if (!rows.TryGetValue(key, out var there))
                {
                    rows[key] = there = [];
                }

                if (there.Count == 0 || there[^1] != rowId)
                {
                    there.Add(rowId);
                }
            }
        }

        public List<long> Of(string text) => rows.TryGetValue(Key(text), out var there) ? there : [];

        // However the column compares: SQLite's own ways to do so pass over capital letters and blanks at the end, and no more.
        private static string Key(string text) => text.TrimEnd(' ');
    }
}
