using System.Collections.Concurrent;
using System.Globalization;
using System.Text;
using SarkPS.Data.Journal;
using SarkPS.Descriptors;
using SarkPS.Rules;
using SQLitePCL;

namespace SarkPS.Data.Sqlite;

/// <summary>
/// The only place where SQL is put together. Names of tables and columns come from descriptors and hooks, never from a
/// request, and are quoted all the same; values are always parameters.
/// </summary>
/// <param name="statements">The statements of its connection.</param>
/// <param name="naming">What is remembered of who names whom.</param>
/// <param name="recorder">Remembers what is changed.</param>
/// <param name="state">The state of the database before the transaction, as the journal knows it.</param>
internal sealed class RowSession(
    Statements statements,
    NamingMemory? naming = null,
    RowRecorder? recorder = null,
    KnownState? state = null) : IRowSession
{
    private static readonly ConcurrentDictionary<string, string> Quoted = new(StringComparer.Ordinal);

    private SarkVersion? version;

    /// <summary>The state of the database before the transaction; null where nobody keeps count.</summary>
    public KnownState? State => state;

    /// <summary>How many rows the transaction has changed so far, with those that others in it have.</summary>
    public int ChangeCount => recorder?.Changes.Count ?? 0;

    /// <summary>Whether the transaction goes on: SQLite may take the whole of it back when a statement fails.</summary>
    public bool IsAlive => raw.sqlite3_get_autocommit(statements.Handle) == 0;

    /// <summary>The rows that were changed since.</summary>
    /// <param name="count">What <see cref="ChangeCount"/> was then.</param>
    public IEnumerable<RowChange> ChangesSince(int count) => recorder?.Changes.Skip(count) ?? [];

    /// <summary>A row by its id, as SQLite keeps it; null where there is none.</summary>
    public RowImage? Find(string table, long rowId) => Recorder.Find(table, rowId);

    /// <summary>Does a change as it is remembered, without rules and hooks; it is remembered in turn.</summary>
    /// <returns>False where the row is not as it was then.</returns>
    public bool TryApply(RowChange change) => Recorder.TryApply(change);

    private RowRecorder Recorder => recorder ?? throw new InvalidOperationException("A session that only reads.");

    /// <summary>Begins a part that can be taken back.</summary>
    public void Begin(string part) => statements.Run($"SAVEPOINT {Quote(part)}");

    /// <summary>Ends a part; what it did stays.</summary>
    public void Keep(string part) => statements.Run($"RELEASE {Quote(part)}");

    /// <summary>Ends a part; what it did is undone.</summary>
    /// <param name="part">The part.</param>
    /// <param name="count">What <see cref="ChangeCount"/> was when it began.</param>
    public void TakeBack(string part, int count)
    {
        statements.Run($"ROLLBACK TO {Quote(part)}");
        statements.Run($"RELEASE {Quote(part)}");
        statements.Seen?.Clear();
        recorder?.Truncate(count);
    }

    public SarkVersion Version => version ??= statements.OfSchema(nameof(Version), () => UsedSchema.Recognize(Has));

    public IReadOnlyList<SarkRow> Select(string table, params (string Column, object? Value)[] where)
    {
        if (where is [(var column, var value)] && Places(table, column, value) is { } places)
        {
            return places.Count == 0 ? [] : [.. Rows(
                $"SELECT * FROM {Quote(table)} WHERE {Among(places)} AND {Quote(column)} = ?1 ORDER BY rowid",
                [value])];
        }

        return Select(table, where, [], null, ["rowid"], null);
    }

    public bool Exists(string table, string column, object? value) =>
        value is not null && Places(table, column, value) is not { Count: 0 } && Any(table, [(column, value)]);

    private IReadOnlyCollection<long>? Places(string table, string column, object? value) =>
        value is string { Length: > 0 } text ? statements.Seen?.Places(table, column, text) : null;

    public void Insert(string table, params (string Column, object? Value)[] values)
    {
        // What a trigger has taken back is told by the row; what stands in for a table may have it without counting it.
        var isThere = TryInsert(table, values) is { } rowId && Any(table, [("rowid", rowId)]);
        if (!isThere && !Any(table, values))
        {
            throw SqliteErrors.TakenBack("Database", null, $"a row of the table {table}");
        }
    }

    public int Delete(string table, params (string Column, object? Value)[] where)
    {
        var count = Remove(table, where);
        return Any(table, where) ? throw SqliteErrors.TakenBack("Database", null, $"the removal of rows of the table {table}") : count;
    }

    /// <summary>Removes rows.</summary>
    /// <returns>Whether they are gone.</returns>
    public bool TryDelete(string table, IEnumerable<(string Column, object? Value)> where)
    {
        Remove(table, where);
        return !Any(table, where);
    }

    /// <summary>Rows of a table.</summary>
    public List<SarkRow> Select(
        string table,
        IEnumerable<(string Column, object? Value)> where,
        IEnumerable<RowFilter> filters,
        IReadOnlySet<string>? hidden,
        IReadOnlyList<string> orderBy,
        int? limit)
    {
        var values = new List<object?>();
        var tail = Tail(where, filters, orderBy, limit, values);
        if (statements.Seen is null || !HasRowIds(table))
        {
            return [.. Rows($"SELECT * FROM {Quote(table)}{tail}", values, hidden)];
        }

        var rows = statements.Images(table, tail, Parameters(values)).Select(r => r.Image.Row);
        return [.. hidden is null ? rows : rows.Select(r => r.Without(hidden))];
    }

    /// <summary>The values that SARK's dump and reload does not survive.</summary>
    public IReadOnlyList<ApostropheValue> Apostrophes() => Sqlite.Apostrophes.Find(this);

    /// <summary>The columns of each table of its own that the database has.</summary>
    public IEnumerable<IGrouping<string, string>> Columns() => Texts(
        "SELECT t.name, c.name FROM sqlite_master AS t, pragma_table_info(t.name) AS c WHERE t.type = 'table' AND substr(t.name, 1, 7) "
            + "<> 'sqlite_' ORDER BY t.name, c.cid",
        []).GroupBy(c => c.First!, c => c.Second!);

    /// <summary>Whether a table has a column.</summary>
    public bool Has(string table, string column) =>
        Is("SELECT EXISTS(SELECT 1 FROM pragma_table_info(?1) WHERE name = ?2)", table, column);

    /// <summary>Whether the rows of a table have row ids: it is there, is no view and does without none.</summary>
    public bool HasRowIds(string table) => statements.HasRowIds(table);

    /// <summary>A number that changes when any other connection has changed the file.</summary>
    public long DataVersion() => (long)statements.Value("PRAGMA data_version")!;

    /// <summary>Columns of all rows of a table as texts, and the rows' ids.</summary>
    public IEnumerable<(long RowId, string?[] Texts)> SelectTexts(string table, IReadOnlyList<string> columns) =>
        Rows(
            $"SELECT {string.Join(", ", columns.Select(Quote).Prepend("rowid AS \"rowid\""))} FROM {Quote(table)} ORDER BY rowid",
            [],
            null)
            .Select(r => ((long)r["rowid"]!, columns.Select(r.Text).ToArray()));

    /// <summary>To be called before the rows are looked for that name a key.</summary>
    public void AskNaming() => naming?.Ask(this);

    /// <summary>
    /// Rows that may name a key: a column is one of these values or, where it has none, holds the key somewhere. What stands
    /// there exactly is for the caller to read.
    /// </summary>
    public IEnumerable<SarkRow> SelectNaming(
        string table,
        RowFilter? filter,
        IEnumerable<(string Column, IReadOnlyList<string>? Values)> columns,
        string key)
    {
        var places = naming?.Places(table, key);
        if (places is { Count: 0 })
        {
            return [];
        }

        var values = new List<object?>();
        var where = Where([], filter is null ? [] : [filter], values);
        var any = new List<string>();
        foreach (var (column, wanted) in columns)
        {
            any.Add(wanted is null
                ? $"instr({Quote(column)}, ?{values.Count + 1})"
                : $"{Quote(column)} IN ({string.Join(", ", wanted.Select((_, i) => "?" + (values.Count + i + 1)))})");
            values.AddRange(wanted ?? [key]);
        }

        var among = places is null ? "" : Among(places) + " AND ";
        return Rows($"SELECT * FROM {Quote(table)}{(where.Length > 0 ? where + " AND " : " WHERE ")}{among}({string.Join(" OR ", any)}) "
            + "ORDER BY rowid", values, null);
    }

    /// <summary>What a query finds.</summary>
    /// <param name="sql">Its text, with numbered parameters.</param>
    /// <param name="values">Their values.</param>
    /// <param name="hidden">Columns that stay here.</param>
    internal IEnumerable<SarkRow> Rows(string sql, IEnumerable<object?> values, IReadOnlySet<string>? hidden = null)
    {
        foreach (var statement in statements.Rows(sql, Parameters(values)))
        {
            var row = RowImage.Read(statement, statements.ShapeOf(statement)).Row;
            yield return hidden is null ? row : row.Without(hidden);
        }
    }

    /// <summary>Two columns of the rows of a table, as texts; a first one that is NULL is empty.</summary>
    public List<(string First, string? Second)> SelectPairs(
        string table,
        string first,
        string second,
        IEnumerable<RowFilter> filters,
        IReadOnlyList<string> orderBy)
    {
        var (sql, values) = SelectText(table, [], filters, orderBy, null, [first, second]);
        return [.. Texts(sql, values).Select(r => (r.First ?? "", r.Second))];
    }

    /// <summary>What a table has.</summary>
    public TableSchema SchemaOf(string table) => new(
        statements.Rows(TableSchema.ColumnsOf, table).Select(row => RowImage.Text(RowImage.Value(row, 0))!)
            .ToHashSet(StringComparer.OrdinalIgnoreCase),
        HasRowIds(table));

    /// <summary>Some rows of a list.</summary>
    /// <param name="query">The query.</param>
    /// <param name="part">How it goes on.</param>
    public ListPage Page(RowQuery query, ListPart part)
    {
        var rows = new List<SarkRow>();
        string? next = null;
        object?[]? last = null;
        foreach (var statement in statements.Rows(query.Sql, Parameters(query.Values)))
        {
            if (last is not null)
            {
                next = part.Cursor(last);
                break;
            }

            rows.Add(RowImage.Read(statement, statements.ShapeOf(statement, part.Places)).Row.Without(query.Hidden));
            if (rows.Count == part.Limit)
            {
                last = [.. Enumerable.Range(0, part.Places).Select(place => RowImage.Value(statement, place))];
            }
        }

        var total = part.IsFirst && next is null ? rows.Count : (long)statements.Value(part.CountSql, Parameters(part.CountValues))!;
        return new ListPage(rows, total, next);
    }

    /// <summary>Adds a row.</summary>
    /// <returns>Its row id; null where a trigger has seen to it that none was added.</returns>
    public long? TryInsert(string table, IReadOnlyList<(string Column, object? Value)> values)
    {
        var sql = new StringBuilder("INSERT INTO ").Append(Quote(table));
        if (values.Count == 0)
        {
            sql.Append(" DEFAULT VALUES");
        }

        var parameters = new object?[values.Count];
        for (var i = 0; i < parameters.Length; i++)
        {
            sql.Append(i == 0 ? " (" : ", ").Append(Quote(values[i].Column));
            parameters[i] = Parameter(values[i].Value);
        }

        for (var i = 0; i < parameters.Length; i++)
        {
            sql.Append(i == 0 ? ") VALUES (?" : ", ?").Append(i + 1);
        }

        statements.Run(sql.Append(parameters.Length == 0 ? "" : ")").ToString(), parameters);
        if (raw.sqlite3_changes(statements.Handle) == 0)
        {
            return null;
        }

        // Triggers insert into other tables; SQLite puts the value back when they are done.
        var rowId = raw.sqlite3_last_insert_rowid(statements.Handle);
        recorder?.Made(table, rowId);
        return rowId;
    }

    /// <summary>Changes columns of the rows that a condition finds.</summary>
    public int Update(string table, IEnumerable<(string Column, object? Value)> changes, IEnumerable<(string Column, object? Value)> where)
    {
        var values = new List<object?>();
        var sets = new List<string>();
        foreach (var (column, value) in changes)
        {
            values.Add(value);
            sets.Add($"{Quote(column)} = ?{values.Count}");
        }

        return Recorded(
            table,
            where,
            () => Run($"UPDATE {Quote(table)} SET {string.Join(", ", sets)}{Where(where, [], values)}", values));
    }

    /// <summary>The text of a query for rows, and the values of its numbered parameters.</summary>
    public static (string Sql, List<object?> Values) SelectText(
        string table,
        IEnumerable<(string Column, object? Value)> where,
        IEnumerable<RowFilter> filters,
        IReadOnlyList<string> orderBy,
        int? limit,
        IReadOnlyList<string>? columns = null)
    {
        var values = new List<object?>();
        var tail = Tail(where, filters, orderBy, limit, values);
        return ($"SELECT {(columns is null ? "*" : string.Join(", ", columns.Select(Quote)))} FROM {Quote(table)}{tail}", values);
    }

    private static string Tail(
        IEnumerable<(string Column, object? Value)> where,
        IEnumerable<RowFilter> filters,
        IReadOnlyList<string> orderBy,
        int? limit,
        List<object?> values)
    {
        var tail = Where(where, filters, values);
        if (orderBy.Count > 0)
        {
            tail += " ORDER BY " + string.Join(", ", orderBy.Select(Quote));
        }

        return limit is null ? tail : string.Create(CultureInfo.InvariantCulture, $"{tail} LIMIT {limit}");
    }

    private int Remove(string table, IEnumerable<(string Column, object? Value)> where) => Recorded(table, where, () =>
    {
        var values = new List<object?>();
        return Run($"DELETE FROM {Quote(table)}{Where(where, [], values)}", values);
    });

    private int Recorded(string table, IEnumerable<(string Column, object? Value)> where, Func<int> change)
    {
        if (recorder is null)
        {
            return change();
        }

        var values = new List<object?>();
        var condition = Where(where, [], values);
        var parameters = Parameters(values);
        var before = recorder.Look(table, condition, parameters);
        var count = change();
        recorder.Compare(table, before, condition, parameters);
        return count;
    }

    private bool Any(string table, IEnumerable<(string Column, object? Value)> where)
    {
        var values = new List<object?>();
        var sql = $"SELECT EXISTS(SELECT 1 FROM {Quote(table)}{Where(where, [], values)})";
        var parameters = Parameters(values);
        return statements.Ask(table, sql, parameters, () => Is(sql, parameters));
    }

    private static string Among(IEnumerable<long> rowIds) => $"rowid IN ({string.Join(", ", rowIds)})";

    internal static string Where(IEnumerable<(string Column, object? Value)> where, IEnumerable<RowFilter> filters, List<object?> values)
    {
        var conditions = new List<string>();
        foreach (var (column, value) in where)
        {
            if (value is not null)
            {
                values.Add(value);
            }

            conditions.Add(value is null ? $"{Quote(column)} IS NULL" : $"{Quote(column)} = ?{values.Count}");
        }

        foreach (var filter in filters)
        {
            if (filter.Values.Count == 0)
            {
                conditions.Add($"{Quote(filter.Column)} IS NULL");
                continue;
            }

            conditions.Add($"{Quote(filter.Column)} {(filter.IsExclusion ? "NOT IN" : "IN")} "
                + $"({string.Join(", ", filter.Values.Select((_, i) => "?" + (values.Count + i + 1)))})");
            values.AddRange(filter.Values);
        }

        return conditions.Count > 0 ? " WHERE " + string.Join(" AND ", conditions) : "";
    }

    // There are as many as the schema has names.
    internal static string Quote(string name) =>
        Quoted.GetOrAdd(name, plain => "\"" + plain.Replace("\"", "\"\"", StringComparison.Ordinal) + "\"");

    private int Run(string sql, IEnumerable<object?> values)
    {
        statements.Run(sql, Parameters(values));
        return raw.sqlite3_changes(statements.Handle);
    }

    private bool Is(string sql, params object?[] values) => statements.Value(sql, values) is not 0L;

    private IEnumerable<(string? First, string? Second)> Texts(string sql, IEnumerable<object?> values)
    {
        foreach (var row in statements.Rows(sql, Parameters(values)))
        {
            yield return (RowImage.Text(RowImage.Value(row, 0)), RowImage.Text(RowImage.Value(row, 1)));
        }
    }

    private static object?[] Parameters(IEnumerable<object?> values)
    {
        object?[] parameters = [.. values];
        for (var i = 0; i < parameters.Length; i++)
        {
            parameters[i] = Parameter(parameters[i]);
        }

        return parameters;
    }

    // Booleans and floats go in as the text that PHP makes of them; whole numbers keep their type, and the column's affinity
    // decides what is stored.
    private static object? Parameter(object? value) =>
        value is bool or double or System.Text.Json.Nodes.JsonNode ? PhpValue.Text(value) : value;
}
