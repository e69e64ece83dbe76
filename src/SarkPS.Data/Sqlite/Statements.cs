using Microsoft.Data.Sqlite;
using SarkPS.Data.Journal;
using SarkPS.Descriptors;
using SQLitePCL;

namespace SarkPS.Data.Sqlite;

/// <summary>Statements of one connection that are kept prepared. Used by one thread at a time.</summary>
/// <param name="connection">The connection; it stays its owner's.</param>
internal sealed class Statements(SqliteConnection connection) : IDisposable
{
    // Names of tables are part of a text, and somebody's schema may have any number of them.
    private const int Maximum = 200;

    private readonly Dictionary<string, sqlite3_stmt> prepared = new(StringComparer.Ordinal);

    private readonly Dictionary<string, object> ofSchema = new(StringComparer.Ordinal);
    private readonly Dictionary<sqlite3_stmt, RowShape> shapes = [];
    private readonly TextPool texts = new();
    private long? schema;
    private long? version;

    // Those whose rows are being looked at.
    private readonly HashSet<sqlite3_stmt> inUse = [];

    /// <summary>The connection.</summary>
    public sqlite3 Handle => connection.Handle!;

    /// <summary>What was read and need not be read again; null where nobody tells of what is changed.</summary>
    public SeenRows? Seen { get; private set; }

    /// <summary>Remembers from now on what is read, see <see cref="NamingMemory.Seen"/>.</summary>
    public void Remember() => Seen ??= new SeenRows(this);

    /// <summary>To be told when a transaction has begun: others may have changed the tables and columns before.</summary>
    public void Begin()
    {
        var now = SchemaVersion();
        if (now != schema)
        {
            ForgetSchema();
            schema = now;
        }

        // It changes when another connection has changed the file. (https://www.sqlite.org/pragma.html#pragma_data_version)
        if ((long)Value("PRAGMA data_version")! is var others && others != version)
        {
            Seen?.Forget();
            version = others;
        }
    }

    /// <summary>
    /// Runs a statement that is not kept: its text is always another, or it is one of those pragmas that count when they are
    /// prepared and not when they are run. (https://www.sqlite.org/pragma.html)
    /// </summary>
    /// <exception cref="SqliteException">It failed.</exception>
    public void RunOnce(string sql) => Check(raw.sqlite3_exec(connection.Handle, sql), raw.SQLITE_OK);

    /// <summary>What follows from the tables and columns, kept until a transaction finds them changed.</summary>
    /// <param name="key">What it is known by.</param>
    /// <param name="find">Finds it out.</param>
    public T OfSchema<T>(string key, Func<T> find)
        where T : notnull
    {
        if (!ofSchema.TryGetValue(key, out var known))
        {
            ofSchema[key] = known = find();
        }

        return (T)known;
    }

    /// <summary>Whether the rows of a table have row ids: it is there, is no view and does without none.</summary>
    public bool HasRowIds(string table) => OfSchema("row ids " + table, () => Value(TableSchema.RowIdsOf, table) is not null);

    /// <summary>To be told when the file may be another: then the same number may stand for other tables.</summary>
    public void ForgetSchema()
    {
        ofSchema.Clear();
        shapes.Clear();
        Seen?.Forget();
        schema = null;
    }

    private long SchemaVersion() => (long)Value("PRAGMA schema_version")!;

    /// <summary>The rows of a table that has row ids, each with its id, as SQLite keeps them.</summary>
    /// <param name="table">The table.</param>
    /// <param name="condition">Which, and in which order, with numbered parameters.</param>
    /// <param name="values">Their values.</param>
    public IReadOnlyList<(long RowId, RowImage Image)> Images(string table, string condition, params object?[] values)
    {
        var sql = $"SELECT rowid, * FROM {RowSession.Quote(table)}{condition}";
        return Ask(table, sql, values, () =>
        {
            var rows = new List<(long, RowImage)>();
            foreach (var row in Rows(sql, values))
            {
                rows.Add((raw.sqlite3_column_int64(row, 0), Image(row)));
            }

            return rows;
        });
    }

    /// <summary>The row that was just found, whose first column is its id and no part of it.</summary>
    public RowImage Image(sqlite3_stmt row) => RowImage.Read(row, ShapeOf(row, 1), texts);

    /// <summary>The answer to a question about a table, which may be known.</summary>
    public T Ask<T>(string table, string sql, object?[] values, Func<T> ask) =>
        Seen is { } seen && HasRowIds(table) ? seen.Find(table, sql, values, ask) : ask();

    /// <summary>
    /// The names of the columns of a row that was just found: where the schema has changed, the first step prepares the statement
    /// again.
    /// </summary>
    /// <param name="row">The row.</param>
    /// <param name="first">The first column that belongs to it, always the same for one statement.</param>
    public RowShape ShapeOf(sqlite3_stmt row, int first = 0)
    {
        var count = raw.sqlite3_column_count(row) - first;
        if (!shapes.TryGetValue(row, out var shape) || shape.Names.Count != count)
        {
            shape = StatementRow.Shape(row, first);
            if (inUse.Contains(row))
            {
                shapes[row] = shape;
            }
        }

        return shape;
    }

    /// <summary>Runs a statement to its end.</summary>
    /// <exception cref="SqliteException">It failed.</exception>
    public void Run(string sql, params object?[] values)
    {
        foreach (var _ in Rows(sql, values))
        {
            // What it returns does not matter.
        }
    }

    /// <summary>The first column of the first row; null where there is no row, as for a NULL.</summary>
    /// <exception cref="SqliteException">It failed.</exception>
    public object? Value(string sql, params object?[] values)
    {
        foreach (var row in Rows(sql, values))
        {
            return RowImage.Value(row, 0);
        }

        return null;
    }

    /// <summary>The rows, each while it is looked at.</summary>
    /// <exception cref="SqliteException">It failed.</exception>
    public IEnumerable<sqlite3_stmt> Rows(string sql, params object?[] values)
    {
        var statement = Prepare(sql);
        // Whoever looks at rows may ask the same again for each of them.
        var isOwn = !inUse.Add(statement);
        if (isOwn)
        {
            Check(raw.sqlite3_prepare_v2(connection.Handle, sql, out statement), raw.SQLITE_OK);
        }

        try
        {
            for (var i = 0; i < values.Length; i++)
            {
                Check(RowImage.Bind(statement, i + 1, values[i]), raw.SQLITE_OK);
            }

            while (true)
            {
                var result = raw.sqlite3_step(statement);
                if (result == raw.SQLITE_DONE)
                {
                    yield break;
                }

                Check(result, raw.SQLITE_ROW);
                yield return statement;
            }
        }
        finally
        {
            if (isOwn)
            {
                statement.Dispose();
            }
            else
            {
                // What reset returns is the error of the last step again.
                raw.sqlite3_reset(statement);
                raw.sqlite3_clear_bindings(statement);
                inUse.Remove(statement);
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var statement in prepared.Values)
        {
            statement.Dispose();
        }

        prepared.Clear();
        shapes.Clear();
    }

    private sqlite3_stmt Prepare(string sql)
    {
        if (prepared.TryGetValue(sql, out var statement))
        {
            return statement;
        }

        if (prepared.Count >= Maximum && inUse.Count == 0)
        {
            Dispose();
        }

        Check(raw.sqlite3_prepare_v2(connection.Handle, sql, out statement), raw.SQLITE_OK);
        return prepared[sql] = statement;
    }

    private void Check(int result, int expected)
    {
        if (result != expected)
        {
            SqliteException.ThrowExceptionForRC(result, connection.Handle);
        }
    }
}
