using System.Security.Cryptography;
using System.Text.Encodings.Web;
using System.Text.Json;
using Microsoft.Data.Sqlite;
using Microsoft.Win32.SafeHandles;
using SarkPS.Data.Journal;
using SarkPS.Descriptors;
using SQLitePCL;

namespace SarkPS.Data.Sqlite;

/// <summary>
/// A connection that only reads, and turns rows into JSON without making objects of them. It keeps its statements
/// prepared, and the answers that it gave for as long as nobody changes the database. Used by one thread at a time.
/// </summary>
internal sealed class ReadConnection : IDisposable
{
    // Filters are the client's choice, so there could be any number of statements.
    private const int MaximumStatements = 64;

    // Whoever reads a list page by page asks for its length with each.
    private const int MaximumTotals = 64;

    // So much of a long list is in memory at a time.
    private const int SpoolBytes = 64 * 1024;

    // How often it is looked whether anybody still waits for a long list.
    private const int RowsBetweenLooks = 256;

    private static readonly JsonWriterOptions Options = new()
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        SkipValidation = true
    };

    private readonly SqliteConnection connection;
    private readonly Dictionary<string, sqlite3_stmt> statements = new(StringComparer.Ordinal);
    private readonly Dictionary<AnswerKey, JsonRows> answers = [];

    // Of tables, and of lists that are told in parts, for as long as nobody changes the database.
    private readonly Dictionary<string, TableSchema> schemas = new(StringComparer.Ordinal);
    private readonly Dictionary<string, long> totals = new(StringComparer.Ordinal);
    private readonly long cacheBytes;
    private readonly sqlite3_stmt dataVersion;
    private readonly SqliteDatabase database;
    private readonly HeldFiles held;
    private long answersBytes;
    private FileState? known;

    /// <summary>Takes a connection over.</summary>
    /// <param name="connection">Open, and not of a pool.</param>
    /// <param name="database">What it was opened by.</param>
    /// <param name="cacheBytes">How many bytes of answers are kept, 0 for none.</param>
    public ReadConnection(SqliteConnection connection, SqliteDatabase database, long cacheBytes)
    {
        this.connection = connection;
        this.cacheBytes = cacheBytes;
        this.database = database;
        held = database.Held(connection);
        dataVersion = Prepare("PRAGMA data_version");
    }

    /// <summary>Whether it has to be closed as soon as it is free.</summary>
    public bool IsAbandoned => database.IsAbandoned(connection);

    /// <summary>
    /// Looks whether anybody has changed the database, and forgets the answers if so. Not to be used any more when it is
    /// <see cref="Freshness.Replaced"/>.
    /// </summary>
    public Freshness Refresh()
    {
        // A log that was deleted tells nothing of it.
        if (held.HasLog && IsReplaced(held.Compare(database.File.Read())))
        {
            return Freshness.Replaced;
        }

        if (ReadState() is not { } now)
        {
            return Freshness.Busy;
        }

        if (now == known)
        {
            return Freshness.Same;
        }

        // Commits into the file that we hold open say nothing when it is not the one of that name any more.
        if (DatabaseHeader.HasMoved(connection) || IsReplaced(held.CompareReading(now.Stamp)))
        {
            return Freshness.Replaced;
        }

        if (known is { } before)
        {
            if (now.DataVersion == before.DataVersion)
            {
                // A commit that was under way when the version was read has touched the file; SQLite waits for its end. If
                // the version is still the same, it was no commit: somebody has copied a file over this one, and what SQLite
                // keeps in memory may belong to the one before.
                if (ReadState() is not { } again)
                {
                    return Freshness.Busy;
                }

                if (again.DataVersion == before.DataVersion)
                {
                    return Freshness.Replaced;
                }

                now = again;
            }
        }

        known = now;
        answers.Clear();
        answersBytes = 0;
        schemas.Clear();
        totals.Clear();
        return Freshness.Changed;
    }

    /// <summary>Rows as JSON in memory. <see cref="Refresh"/> comes before.</summary>
    /// <param name="key">What the answer is known by.</param>
    /// <param name="makeQuery">The query, asked for when the answer is not known.</param>
    /// <param name="maximum">How many bytes of a list are made at most.</param>
    /// <param name="answer">A list, or for a single row the object; null where there is no such row.</param>
    /// <returns>False where a list is longer than that.</returns>
    public bool TryAnswer(AnswerKey key, QueryMaker makeQuery, int maximum, out JsonRows? answer)
    {
        if (answers.TryGetValue(key, out answer))
        {
            return true;
        }

        var query = makeQuery(SchemaOf);
        using var buffer = new PooledBuffer();
        using var writer = new Utf8JsonWriter(buffer, Options);
        var isWhole = false;
        string? tag = null, next = null;
        var count = Run(query, statement =>
        {
            var isRow = key.Form == AnswerForm.Row;
            if (!isRow)
            {
                writer.WriteStartArray();
            }

            var written = 0;
            RowShape? shape = null;
            (int Place, JsonEncodedText Name)[]? columns = null;
            while (Step(statement))
            {
                shape ??= StatementRow.Shape(statement, query.Places);
                WriteRow(writer, statement, columns ??= Columns(shape, query));
                written++;
                if (query.Part is { } part && written == part.Limit)
                {
                    next = Next(statement, part);
                    break;
                }

                if (key.Key is not null)
                {
                    tag = written == 1 ? RowTag.Of(RowImage.Read(statement, shape).Row) : null;
                }

                if (isRow)
                {
                    break;
                }

                if (key.Key is null && writer.BytesCommitted + writer.BytesPending > maximum)
                {
                    return written;
                }
            }

            if (!isRow)
            {
                writer.WriteEndArray();
            }

            isWhole = key.Key is null || written > 0;
            return written;
        });
        writer.Flush();
        if (!isWhole)
        {
            answer = null;
            return count == 0;
        }

        // A row that is alone stands without the brackets.
        answer = new JsonRows(
            (count == 1 && key.Form == AnswerForm.RowOrRows ? buffer.Written[1..^1] : buffer.Written).ToArray(),
            tag,
            Place(query, count, next));
        if (key.IsKept && key.Size + answer.Length is var size && size <= cacheBytes)
        {
            if (answersBytes + size > cacheBytes)
            {
                answers.Clear();
                answersBytes = 0;
            }

            answers[key] = answer;
            answersBytes += size;
        }

        return true;
    }

    /// <summary>A list of any length as JSON, into a file.</summary>
    /// <returns>How many bytes it is, its entity tag, and where in a list it stands.</returns>
    public (long Length, string Tag, ListPlace? Place) Spool(
        QueryMaker makeQuery,
        SafeFileHandle target,
        CancellationToken cancellationToken)
    {
        var query = makeQuery(SchemaOf);
        string? next = null;
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        using var buffer = new PooledBuffer();
        using var writer = new Utf8JsonWriter(buffer, Options);
        var length = 0L;
        var written = Run(query, statement =>
        {
            writer.WriteStartArray();
            var count = 0;
            (int Place, JsonEncodedText Name)[]? columns = null;
            while (Step(statement))
            {
                WriteRow(writer, statement, columns ??= Columns(StatementRow.Shape(statement, query.Places), query));
                if (writer.BytesPending + buffer.Count > SpoolBytes)
                {
                    Empty();
                }

                if (++count % RowsBetweenLooks == 0)
                {
                    cancellationToken.ThrowIfCancellationRequested();
                }

                if (query.Part is { } part && count == part.Limit)
                {
                    next = Next(statement, part);
                    break;
                }
            }

            writer.WriteEndArray();
            Empty();
            return count;
        });
        var place = Place(query, written, next);
        hash.AppendData(place?.Bytes ?? []);
        return (length, RowTag.OfContent(hash.GetHashAndReset()), place);

        void Empty()
        {
            writer.Flush();
            RandomAccess.Write(target, buffer.Written, length);
            hash.AppendData(buffer.Written);
            length += buffer.Count;
            buffer.Clear();
        }
    }

    public void Dispose()
    {
        DisposeStatements();
        dataVersion.Dispose();
        connection.Dispose();
    }

    // The version changes with every commit of another connection, in whatever process, and with nothing else. Null while
    // another holds the database. (https://www.sqlite.org/pragma.html#pragma_data_version)
    private FileState? ReadState()
    {
        try
        {
            var result = raw.sqlite3_step(dataVersion);
            if (SqliteErrors.IsBusy(result))
            {
                return null;
            }

            Check(result, raw.SQLITE_ROW);
            return new FileState(raw.sqlite3_column_int64(dataVersion, 0), database.File.Read());
        }
        finally
        {
            raw.sqlite3_reset(dataVersion);
        }
    }

    private bool IsReplaced(Holding holding)
    {
        if (holding == Holding.OtherLog)
        {
            database.Abandon(connection);
        }

        return holding != Holding.Same;
    }

    private TableSchema SchemaOf(string table)
    {
        if (!schemas.TryGetValue(table, out var schema))
        {
            schemas[table] = schema = new TableSchema(Texts(TableSchema.ColumnsOf, table), Texts(TableSchema.RowIdsOf, table).Count > 0);
        }

        return schema;
    }

    private HashSet<string> Texts(string sql, string value)
    {
        var texts = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        Run(sql, [value], statement =>
        {
            while (Step(statement))
            {
                texts.Add(raw.sqlite3_column_text(statement, 0).utf8_to_string());
            }

            return texts.Count;
        });
        return texts;
    }

    // What the row holds that was written last, where another comes after it.
    private string? Next(sqlite3_stmt statement, ListPart part)
    {
        var values = Enumerable.Range(0, part.Places).Select(place => RowImage.Value(statement, place)).ToArray();
        return Step(statement) ? part.Cursor(values) : null;
    }

    private ListPlace? Place(RowQuery query, int written, string? next) =>
        query.Part is not { } part ? null
        : part.IsFirst && next is null ? new ListPlace(written, null)
        : new ListPlace(Total(part), next);

    private long Total(ListPart part)
    {
        if (!totals.TryGetValue(part.Known, out var total))
        {
            Run(part.CountSql, part.CountValues, statement =>
            {
                Step(statement);
                total = raw.sqlite3_column_int64(statement, 0);
                return 1;
            });
            if (totals.Count >= MaximumTotals)
            {
                totals.Clear();
            }

            totals[part.Known] = total;
        }

        return total;
    }

    private int Run(RowQuery query, Func<sqlite3_stmt, int> work) => Run(query.Sql, query.Values, work);

    private int Run(string sql, IReadOnlyList<object?> values, Func<sqlite3_stmt, int> work)
    {
        var statement = Statement(sql);
        try
        {
            for (var i = 0; i < values.Count; i++)
            {
                Check(RowImage.Bind(statement, i + 1, values[i]), raw.SQLITE_OK);
            }

            return work(statement);
        }
        finally
        {
            // Lets go of the database. What reset returns is the error of the last step again.
            raw.sqlite3_reset(statement);
            raw.sqlite3_clear_bindings(statement);
        }
    }

    // The columns are known only with the first row: where the schema has changed, the first step prepares the statement again.
    private static void WriteRow(Utf8JsonWriter writer, sqlite3_stmt statement, (int Place, JsonEncodedText Name)[] columns)
    {
        writer.WriteStartObject();
        foreach (var (place, name) in columns)
        {
            writer.WritePropertyName(name);
            WriteValue(writer, statement, place);
        }

        writer.WriteEndObject();
    }

    private static void WriteValue(Utf8JsonWriter writer, sqlite3_stmt statement, int place)
    {
        switch (raw.sqlite3_column_type(statement, place))
        {
            case raw.SQLITE_NULL:
                writer.WriteNullValue();
                break;
            case raw.SQLITE_INTEGER:
                writer.WriteNumberValue(raw.sqlite3_column_int64(statement, place));
                break;
            case raw.SQLITE_FLOAT:
                writer.WriteNumberValue(raw.sqlite3_column_double(statement, place));
                break;
            case raw.SQLITE_TEXT:
                // Asked for as text first, so that it is UTF-8 whatever the file is; as bytes it then comes with its length.
                raw.sqlite3_column_text(statement, place);
                writer.WriteStringValue(raw.sqlite3_column_blob(statement, place));
                break;
            default:
                writer.WriteStringValue(raw.sqlite3_column_blob(statement, place));
                break;
        }
    }

    private static (int Place, JsonEncodedText Name)[] Columns(RowShape shape, RowQuery query) =>
    [
        .. shape.Without(query.Hidden).Kept.Select(
            place => (query.Places + place, JsonEncodedText.Encode(shape.Names[place], Options.Encoder))),
    ];

    private bool Step(sqlite3_stmt statement)
    {
        var result = raw.sqlite3_step(statement);
        if (result == raw.SQLITE_DONE)
        {
            return false;
        }

        Check(result, raw.SQLITE_ROW);
        return true;
    }

    private sqlite3_stmt Statement(string sql)
    {
        if (statements.TryGetValue(sql, out var statement))
        {
            return statement;
        }

        if (statements.Count >= MaximumStatements)
        {
            DisposeStatements();
        }

        return statements[sql] = Prepare(sql);
    }

    private sqlite3_stmt Prepare(string sql)
    {
        Check(raw.sqlite3_prepare_v2(connection.Handle, sql, out var statement), raw.SQLITE_OK);
        return statement;
    }

    private void DisposeStatements()
    {
        foreach (var statement in statements.Values)
        {
            statement.Dispose();
        }

        statements.Clear();
    }

    private void Check(int result, int expected)
    {
        if (result != expected)
        {
            SqliteException.ThrowExceptionForRC(result, connection.Handle);
        }
    }

    private readonly record struct FileState(long DataVersion, FileStamp Stamp);
}

/// <summary>What a connection finds out about what it remembers.</summary>
internal enum Freshness
{
    /// <summary>It is true.</summary>
    Same,

    /// <summary>The database was changed; what was remembered is gone.</summary>
    Changed,

    /// <summary>Another file took the database's place; the connection is of no use any more.</summary>
    Replaced,

    /// <summary>Another holds the database; nothing is known.</summary>
    Busy,
}

/// <summary>What an answer is made of.</summary>
internal enum AnswerForm
{
    /// <summary>Rows in an array.</summary>
    List,

    /// <summary>The first row.</summary>
    Row,

    /// <summary>A row where there is one, and all of them in an array where there are more.</summary>
    RowOrRows,
}

/// <summary>What an answer is known by.</summary>
/// <param name="Resource">The resource.</param>
/// <param name="Key">The row, or null for a list.</param>
/// <param name="Query">Of a list that is not the whole one, which it is.</param>
/// <param name="IsKept">Whether it may be asked for again: who goes through a list asks for each page once.</param>
internal readonly record struct AnswerKey(
    Descriptors.ResourceDescriptor Resource,
    RowKey? Key,
    string? Query = null,
    bool IsKept = true)
{
    private const int Overhead = 200;

    /// <summary>What it is made of. The first part of a key of two parts alone may find several rows, and hides none of them.</summary>
    public AnswerForm Form => Key is null ? AnswerForm.List
        : Key.Second is null && Resource.SecondKeyColumn is not null ? AnswerForm.RowOrRows
        : AnswerForm.Row;

    /// <summary>Roughly what an entry costs in memory besides the answer, in bytes. The texts are the client's choice.</summary>
    public int Size => Overhead + (sizeof(char) * ((Key?.First.Length ?? 0) + (Key?.Second?.Length ?? 0) + (Query?.Length ?? 0)));
}

/// <summary>Makes the query of an answer that is not known.</summary>
/// <param name="schemaOf">Tells what a table has.</param>
internal delegate RowQuery QueryMaker(Func<string, TableSchema> schemaOf);

/// <summary>A query for rows.</summary>
/// <param name="Sql">Its text, with numbered parameters.</param>
/// <param name="Values">Their values.</param>
/// <param name="Hidden">Columns that stay here.</param>
internal sealed record RowQuery(string Sql, IReadOnlyList<object?> Values, IReadOnlySet<string> Hidden)
{
    /// <summary>Of a list that was asked for in part, how it goes on; null for a whole one, and for a row.</summary>
    public ListPart? Part { get; init; }

    /// <summary>How many columns stand before those of the row.</summary>
    public int Places => Part?.Places ?? 0;
}
