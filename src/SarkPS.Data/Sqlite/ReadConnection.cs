using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using Microsoft.Data.Sqlite;
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

    // A buffer that one long list has made bigger than this is not kept.
    private const int LargestBuffer = 1024 * 1024;

    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true };

    private readonly SqliteConnection connection;
    private readonly Dictionary<string, sqlite3_stmt> statements = new(StringComparer.Ordinal);
    private readonly Dictionary<AnswerKey, byte[]> answers = [];
    private readonly long cacheBytes;
    private readonly sqlite3_stmt dataVersion;
    private readonly string file;
    private long answersBytes;
    private FileState known;
    private ArrayBufferWriter<byte> buffer = new(16 * 1024);

    /// <summary>Takes a connection over.</summary>
    /// <param name="connection">Open, and not of a pool.</param>
    /// <param name="path">The file that it was opened by.</param>
    /// <param name="cacheBytes">How many bytes of answers are kept, 0 for none.</param>
    public ReadConnection(SqliteConnection connection, string path, long cacheBytes)
    {
        this.connection = connection;
        this.cacheBytes = cacheBytes;
        // Of a link, .NET tells the times of the link itself.
        file = File.ResolveLinkTarget(path, returnFinalTarget: true)?.FullName ?? path;
        dataVersion = Prepare("PRAGMA data_version");
        known = ReadState();
    }

    /// <summary>
    /// Looks whether anybody has changed the database, and forgets the answers if so.
    /// </summary>
    /// <returns>False when the connection must not be used any more: the file is another one now, or was overwritten.</returns>
    public bool Refresh()
    {
        var now = ReadState();
        if (now == known)
        {
            return true;
        }

        if (now.DataVersion == known.DataVersion)
        {
            // A commit that was under way when the version was read has touched the file; SQLite waits for its end. If
            // the version is still the same, it was no commit: somebody has copied a file over this one, and what SQLite
            // keeps in memory may belong to the one before.
            now = ReadState();
            if (now.DataVersion == known.DataVersion)
            {
                return false;
            }
        }

        known = now;
        answers.Clear();
        answersBytes = 0;
        return true;
    }

    /// <summary>Rows as JSON. <see cref="Refresh"/> comes before.</summary>
    /// <param name="key">What the answer is known by.</param>
    /// <param name="makeQuery">The query, asked for when the answer is not known.</param>
    /// <returns>A list, or for a single row the object; null where there is no such row. Not to be changed.</returns>
    public byte[]? Answer(AnswerKey key, Func<RowQuery> makeQuery)
    {
        if (answers.TryGetValue(key, out var known))
        {
            return known;
        }

        var answer = Read(makeQuery(), isList: key.Key is null);
        if (answer is not null && key.Size + answer.Length is var size && size <= cacheBytes)
        {
            if (answersBytes + size > cacheBytes)
            {
                answers.Clear();
                answersBytes = 0;
            }

            answers[key] = answer;
            answersBytes += size;
        }

        return answer;
    }

    public void Dispose()
    {
        DisposeStatements();
        dataVersion.Dispose();
        connection.Dispose();
    }

    // The version changes with every commit of another connection, in whatever process, and with nothing else.
    // (https://www.sqlite.org/pragma.html#pragma_data_version)
    private FileState ReadState()
    {
        Check(raw.sqlite3_step(dataVersion), raw.SQLITE_ROW);
        var version = raw.sqlite3_column_int64(dataVersion, 0);
        raw.sqlite3_reset(dataVersion);
        return new FileState(version, File.GetLastWriteTimeUtc(file));
    }

    private byte[]? Read(RowQuery query, bool isList)
    {
        var statement = Statement(query.Sql);
        try
        {
            for (var i = 0; i < query.Values.Count; i++)
            {
                Check(raw.sqlite3_bind_text(statement, i + 1, query.Values[i]), raw.SQLITE_OK);
            }

            return Write(statement, query, isList);
        }
        finally
        {
            // Lets go of the database. What reset returns is the error of the last step again.
            raw.sqlite3_reset(statement);
            raw.sqlite3_clear_bindings(statement);
        }
    }

    private byte[]? Write(sqlite3_stmt statement, RowQuery query, bool isList)
    {
        buffer.ResetWrittenCount();
        using var writer = new Utf8JsonWriter(buffer, Options);
        if (isList)
        {
            writer.WriteStartArray();
        }

        var count = 0;
        (int Place, JsonEncodedText Name)[]? columns = null;
        while (Step(statement))
        {
            // Known only now: where the schema has changed, the first step prepares the statement again.
            columns ??= Columns(statement, query.Hidden);
            writer.WriteStartObject();
            foreach (var (place, name) in columns)
            {
                writer.WritePropertyName(name);
                WriteValue(writer, statement, place);
            }

            writer.WriteEndObject();
            count++;
            if (!isList)
            {
                break;
            }
        }

        if (isList)
        {
            writer.WriteEndArray();
        }

        writer.Flush();
        var answer = isList || count > 0 ? buffer.WrittenSpan.ToArray() : null;
        if (buffer.Capacity > LargestBuffer)
        {
            buffer = new ArrayBufferWriter<byte>(16 * 1024);
        }

        return answer;
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

    private static (int Place, JsonEncodedText Name)[] Columns(sqlite3_stmt statement, IReadOnlySet<string> hidden)
    {
        var columns = new List<(int, JsonEncodedText)>();
        for (var i = 0; i < raw.sqlite3_column_count(statement); i++)
        {
            var name = raw.sqlite3_column_name(statement, i).utf8_to_string();
            if (!hidden.Contains(name))
            {
                columns.Add((i, JsonEncodedText.Encode(name, Options.Encoder)));
            }
        }

        return [.. columns];
    }

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

    private readonly record struct FileState(long DataVersion, DateTime Written);
}

/// <summary>What an answer is known by.</summary>
/// <param name="Resource">The resource.</param>
/// <param name="Key">The row, or null for a list.</param>
/// <param name="Filter">Of a filtered list the columns and values, one after the other.</param>
internal readonly record struct AnswerKey(Descriptors.ResourceDescriptor Resource, RowKey? Key, string? Filter)
{
    private const int Overhead = 200;

    /// <summary>Roughly what an entry costs in memory besides the answer, in bytes. The texts are the client's choice.</summary>
    public int Size => Overhead + (sizeof(char) * ((Key?.First.Length ?? 0) + (Key?.Second?.Length ?? 0) + (Filter?.Length ?? 0)));
}

/// <summary>A query for rows.</summary>
/// <param name="Sql">Its text, with numbered parameters.</param>
/// <param name="Values">Their values.</param>
/// <param name="Hidden">Columns that stay here.</param>
internal sealed record RowQuery(string Sql, IReadOnlyList<string> Values, IReadOnlySet<string> Hidden);
