using System.Runtime.InteropServices;
using SQLitePCL;

namespace SarkPS.Data.Sqlite;

/// <summary>
/// Where in the tables a key may be named. Nobody's schema has an index for names that stand among others in a text, and
/// SARK's file is not ours to add one to; so it is made in memory when many rows are removed one after the other.
/// </summary>
internal sealed class NamingIndex
{
    // A key that very many rows name is not worth a list of them: its tables are looked through.
    private const int MostPlaces = 500;

    private readonly Dictionary<string, Dictionary<string, List<long>>> tables = new(StringComparer.OrdinalIgnoreCase);

    private NamingIndex()
    {
    }

    /// <summary>Looks through all tables that name rows.</summary>
    public static NamingIndex Read(RowSession session)
    {
        var index = new NamingIndex();
        foreach (var (table, columns) in Dependants.Columns)
        {
            if (!session.HasRowIds(table))
            {
                continue;
            }

            var there = columns.Where(c => session.Has(table, c.Name)).ToArray();
            var places = index.tables[table] = new(StringComparer.Ordinal);
            foreach (var (rowId, texts) in session.SelectTexts(table, [.. there.Select(c => c.Name)]))
            {
                for (var i = 0; i < there.Length; i++)
                {
                    if (texts[i] is { Length: > 0 } value)
                    {
                        foreach (var name in there[i].Names.Read(value))
                        {
                            Add(places, name.Key, rowId);
                        }
                    }
                }
            }
        }

        return index;
    }

    /// <summary>The rows of a table that may name a key; null where the table must be looked through.</summary>
    public IReadOnlyList<long>? Find(string table, string key) =>
        !tables.TryGetValue(table, out var places) ? null
        : !places.TryGetValue(key, out var rows) ? []
        : rows.Count > MostPlaces ? null : rows;

    private static void Add(Dictionary<string, List<long>> places, string key, long rowId)
    {
        ref var rows = ref CollectionsMarshal.GetValueRefOrAddDefault(places, key, out _);
        rows ??= [];
        if (rows.Count <= MostPlaces && (rows.Count == 0 || rows[^1] != rowId))
        {
            rows.Add(rowId);
        }
    }
}

/// <summary>
/// What one connection remembers of who names whom. SQLite says whether anybody else has changed the file since, and tells
/// of every row that this connection changes, triggers included. What the index finds may have gone meanwhile; a row that
/// has come or changed is always among what is looked at.
/// </summary>
internal sealed class NamingMemory
{
    // An index costs about as much as this many times of looking through all tables.
    private const int AsksForIndex = 8;
    private const int MostTouched = 1000;

    private readonly Dictionary<string, HashSet<long>> touched = new(StringComparer.OrdinalIgnoreCase);
    private readonly HashSet<string> tables = new(StringComparer.OrdinalIgnoreCase);

    private NamingIndex? index;
    private long version = -1;
    private int asked;
    private int touchedCount;
    private bool isOverfull;

    /// <summary>
    /// Listens to what a connection changes, for as long as it is open. SQLite tells one listener only, so whoever else wants
    /// to know asks <see cref="TakeTables"/>, or is <see cref="Seen"/>.
    /// </summary>
    public NamingMemory(sqlite3 connection) => raw.sqlite3_update_hook(
        connection,
        (_, kind, _, name, rowId) =>
        {
            var table = name.utf8_to_string();
            tables.Add(table);
            Seen?.Changed(table, rowId);
            Touch(kind, table, rowId);
        },
        null);

    /// <summary>What the transaction that goes on has read.</summary>
    public SeenRows? Seen { get; set; }

    /// <summary>The tables that were written since this was last asked, or since the transaction began, those that triggers write
    /// included.</summary>
    public IReadOnlyCollection<string> TakeTables()
    {
        string[] taken = [.. tables];
        tables.Clear();
        return taken;
    }

    /// <summary>To be told before each transaction that writes: what was changed before is in the file now, or never will be.</summary>
    public void Begin()
    {
        tables.Clear();
        isOverfull = false;
        if (index is null)
        {
            ForgetTouched();
        }
    }

    /// <summary>Forgets everything.</summary>
    public void Forget()
    {
        index = null;
        asked = 0;
        ForgetTouched();
    }

    /// <summary>The rows of a table that may name a key; null where the table must be looked through.</summary>
    public IReadOnlyCollection<long>? Places(string table, string key) =>
        index?.Find(table, key) is not { } found ? null
        : touched.TryGetValue(table, out var also) ? [.. found.Union(also)]
        : found;

    /// <summary>To be told before a key is looked for: makes the index when it will be worth its cost.</summary>
    public void Ask(RowSession session)
    {
        var now = session.DataVersion();
        if (now != version)
        {
            // What this transaction has changed so far counts for the next index too.
            index = null;
            asked = 0;
            version = now;
        }

        if (index is null && !isOverfull && ++asked > AsksForIndex)
        {
            index = NamingIndex.Read(session);
        }
    }

    private void Touch(int kind, string table, long rowId)
    {
        // A row that is gone before the index was made is back when the transaction is taken back.
        if (isOverfull || (kind == raw.SQLITE_DELETE && index is not null) || !Dependants.Columns.ContainsKey(table))
        {
            return;
        }

        if (touchedCount >= MostTouched)
        {
            Forget();
            isOverfull = true;
            return;
        }

        if (!touched.TryGetValue(table, out var rows))
        {
            touched[table] = rows = [];
        }

        touchedCount += rows.Add(rowId) ? 1 : 0;
    }

    private void ForgetTouched()
    {
        touched.Clear();
        touchedCount = 0;
    }
}
