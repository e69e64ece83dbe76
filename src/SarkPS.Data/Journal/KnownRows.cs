using System.Runtime.InteropServices;
using Microsoft.Data.Sqlite;
using SarkPS.Data.Sqlite;
using SQLitePCL;

namespace SarkPS.Data.Journal;

/// <summary>
/// The rows as the journal knows them, in memory: the content of the database at some time, and every change that was noted
/// since. What the database differs in, others have changed. What SARK's triggers and timers keep is left out.
/// </summary>
internal sealed class KnownRows : IDisposable
{
    // Bytes 18 and 19 of a file say whether it has a write-ahead log; in memory there is none.
    // (https://www.sqlite.org/fileformat.html#file_format_version_numbers)
    private const int VersionOffset = 18;

    private readonly SqliteConnection connection;
    private readonly Statements statements;
    private readonly long schema;

    private KnownRows(byte[] image, long epoch, long sequence)
    {
        (Epoch, Sequence) = (epoch, sequence);
        connection = new SqliteConnection("Data Source=:memory:;Pooling=False");
        try
        {
            connection.Open();
            Load(connection, image);
            raw.sqlite3_db_config(connection.Handle, raw.SQLITE_DBCONFIG_ENABLE_TRIGGER, 0, out _);
            statements = new Statements(connection);
            schema = SchemaOf(statements);
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>The epoch that they are of.</summary>
    public long Epoch { get; }

    /// <summary>The last change that they have.</summary>
    public long Sequence { get; private set; }

    /// <summary>How many changes they have got since the content that they began with.</summary>
    public int Count { get; private set; }

    /// <summary>Reads them from a journal.</summary>
    public static KnownRows Read(JournalFile file, long epoch)
    {
        var (image, sequence) = file.ReadBase();
        return new KnownRows(image, epoch, sequence);
    }

    /// <summary>Does the changes that were noted since.</summary>
    /// <returns>False where they do not fit; the rows are of no use then.</returns>
    public bool TryFollow(JournalFile file)
    {
        try
        {
            statements.Run("BEGIN");
            foreach (var (sequence, change) in file.ReadChanges(Sequence))
            {
                if (!RawRows.TryApply(statements, change))
                {
                    return false;
                }

                Sequence = sequence;
                Count++;
            }

            statements.Run("COMMIT");
            return true;
        }
        catch (SqliteException)
        {
            // A table or column that came later.
            return false;
        }
    }

    /// <summary>Whether a database has the tables that these have.</summary>
    public bool HasSchemaOf(Statements live) => SchemaOf(live) == schema;

    /// <summary>What a database differs in.</summary>
    /// <param name="live">The statements of a connection to it.</param>
    public IReadOnlyList<RowChange> Differences(Statements live)
    {
        var found = new List<RowChange>();
        var old = Tables(statements);
        var now = Tables(live);
        foreach (var table in now.Union(old, StringComparer.OrdinalIgnoreCase).Where(t => !Bookkeeping.IsDerived(t)))
        {
            Compare(
                table,
                old.Contains(table, StringComparer.OrdinalIgnoreCase) ? statements : null,
                now.Contains(table, StringComparer.OrdinalIgnoreCase) ? live : null,
                found);
        }

        return found;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        statements?.Dispose();
        connection.Dispose();
    }

    // Both come in the order of their ids, so that only what differs is held. Removals go first and new rows last, so that a
    // value that may stand in one row only is free before another takes it.
    private static void Compare(string table, Statements? before, Statements? now, List<RowChange> found)
    {
        using var left = Rows(before, table);
        using var right = Rows(now, table);
        var (hasLeft, hasRight) = (left.MoveNext(), right.MoveNext());
        var gone = new List<(long RowId, RowImage Image)>();
        var made = new List<(long RowId, RowImage Image)>();
        var updated = new List<RowChange>();
        while (hasLeft || hasRight)
        {
            var (old, current) = (hasLeft ? Id(left.Current) : long.MaxValue, hasRight ? Id(right.Current) : long.MaxValue);
            if (!hasRight || (hasLeft && old < current))
            {
                gone.Add((old, before!.Image(left.Current)));
                hasLeft = left.MoveNext();
                continue;
            }

            if (!hasLeft || current < old)
            {
                made.Add((current, now!.Image(right.Current)));
                hasRight = right.MoveNext();
                continue;
            }

            // Nearly all are the same, and nothing is made of those.
            if (!StatementRow.AreSame(left.Current, right.Current, 1))
            {
                CompareRow(table, old, before!.Image(left.Current), now!.Image(right.Current), gone, made, updated);
            }

            (hasLeft, hasRight) = (left.MoveNext(), right.MoveNext());
        }

        found.AddRange(gone.Select(r => RowRecorder.Describe(table, r.RowId, RowAction.Removed, r.Image, null, r.Image)));
        found.AddRange(updated);
        found.AddRange(made.Select(r => RowRecorder.Describe(table, r.RowId, RowAction.Created, null, r.Image, r.Image)));
    }

    private static void CompareRow(
        string table,
        long rowId,
        RowImage before,
        RowImage now,
        List<(long RowId, RowImage Image)> gone,
        List<(long RowId, RowImage Image)> made,
        List<RowChange> updated)
    {
        var (old, changed) = RowRecorder.Difference(before, now);
        if (changed.Count > 0 && !RowImage.IsSame(before["pkey"], now["pkey"]))
        {
            // A row that has another key is another row: the id was used again, or all were numbered anew.
            gone.Add((rowId, before));
            made.Add((rowId, now));
        }
        else if (!changed.TrueForAll(c => Bookkeeping.IsOfTimers(table, c.Key)))
        {
            updated.Add(RowRecorder.Describe(table, rowId, RowAction.Updated, new RowImage(old), new RowImage(changed), before));
        }
    }

    private static long Id(sqlite3_stmt row) => raw.sqlite3_column_int64(row, 0);

    private static IEnumerator<sqlite3_stmt> Rows(Statements? statements, string table) =>
        (statements?.Rows($"SELECT rowid, * FROM {RowSession.Quote(table)} ORDER BY rowid") ?? []).GetEnumerator();

    private static List<string> Tables(Statements statements)
    {
        var names = new List<string>();
        foreach (var row in statements.Rows(
            "SELECT name FROM pragma_table_list WHERE schema = 'main' AND type = 'table' AND wr = 0 ORDER BY name"))
        {
            names.Add((string)RowImage.Value(row, 0)!);
        }

        return names;
    }

    private static long SchemaOf(Statements statements) => (long)statements.Value("PRAGMA schema_version")!;

    private static void Load(SqliteConnection connection, byte[] image)
    {
        var memory = raw.sqlite3_malloc64(image.Length);
        if (memory == IntPtr.Zero)
        {
            throw new InsufficientMemoryException();
        }

        Marshal.Copy(image, 0, memory, image.Length);
        Marshal.WriteByte(memory, VersionOffset, 1);
        Marshal.WriteByte(memory, VersionOffset + 1, 1);
        // From here on it is SQLite's to free, also where it fails.
        var result = raw.sqlite3_deserialize(
            connection.Handle,
            "main",
            memory,
            image.Length,
            image.Length,
            raw.SQLITE_DESERIALIZE_FREEONCLOSE | raw.SQLITE_DESERIALIZE_RESIZEABLE);
        SqliteException.ThrowExceptionForRC(result, connection.Handle);
    }
}
