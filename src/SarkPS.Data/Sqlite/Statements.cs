using Microsoft.Data.Sqlite;
using SarkPS.Data.Journal;
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
    private long schema = -1;

    // Those whose rows are being looked at.
    private readonly HashSet<sqlite3_stmt> inUse = [];

    /// <summary>The connection.</summary>
    public sqlite3 Handle => connection.Handle!;

    /// <summary>
    /// Runs a statement that is not kept: its text is always another, or it is one of those pragmas that count when they are
    /// prepared and not when they are run. (https://www.sqlite.org/pragma.html)
    /// </summary>
    /// <exception cref="SqliteException">It failed.</exception>
    public void RunOnce(string sql) => Check(raw.sqlite3_exec(connection.Handle, sql), raw.SQLITE_OK);

    /// <summary>What follows from the tables and columns, kept for as long as they are the same.</summary>
    /// <param name="key">What it is known by.</param>
    /// <param name="find">Finds it out.</param>
    public T OfSchema<T>(string key, Func<T> find)
        where T : notnull
    {
        var now = (long)Value("PRAGMA schema_version")!;
        if (now != schema)
        {
            ForgetSchema();
            schema = now;
        }

        if (!ofSchema.TryGetValue(key, out var known))
        {
            ofSchema[key] = known = find();
        }

        return (T)known;
    }

    /// <summary>Whether the rows of a table have row ids: it is there, is no view and does without none.</summary>
    public bool HasRowIds(string table) => OfSchema(
        "row ids " + table,
        () => Value(
            "SELECT EXISTS(SELECT 1 FROM pragma_table_list(?1) WHERE schema = 'main' AND type = 'table' AND wr = 0)",
            table) is 1L);

    /// <summary>To be told when the file may be another: then the same number may stand for other tables.</summary>
    public void ForgetSchema() => ofSchema.Clear();

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
