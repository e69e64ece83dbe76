using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;
using SarkPS.Data.Journal;
using SarkPS.Descriptors;
using SQLitePCL;

namespace SarkPS.Data.Sqlite;

/// <summary>
/// Whole rows as a statement finds them. A row of SARK's has some fifty columns, and reading them is most of what a change
/// costs; so the columns are asked for without what the runtime does around each call of a function that may wait.
/// (https://www.sqlite.org/c3ref/value_blob.html)
/// </summary>
internal static class StatementRow
{
    private const string Library = "e_sqlite3";

    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>Reads columns with the values as SQLite keeps them, see <see cref="RowImage"/>.</summary>
    /// <param name="row">The statement.</param>
    /// <param name="first">The first column.</param>
    /// <param name="values">Gets the values.</param>
    /// <param name="texts">Texts that come again.</param>
    public static void Read(sqlite3_stmt row, int first, Span<object?> values, TextPool? texts)
    {
        var statement = row.DangerousGetHandle();
        for (var i = 0; i < values.Length; i++)
        {
            values[i] = Value(ColumnValue(statement, first + i), texts);
        }

        GC.KeepAlive(row);
    }

    /// <summary>The names of the columns of a row that was found.</summary>
    /// <param name="row">The statement.</param>
    /// <param name="first">The first column.</param>
    public static RowShape Shape(sqlite3_stmt row, int first) => new(
        [.. Enumerable.Range(first, raw.sqlite3_column_count(row) - first).Select(i => raw.sqlite3_column_name(row, i).utf8_to_string())]);

    /// <summary>Reads one column.</summary>
    public static object? Value(sqlite3_stmt row, int place)
    {
        var value = Value(ColumnValue(row.DangerousGetHandle(), place), null);
        GC.KeepAlive(row);
        return value;
    }

    /// <summary>Whether the rows that two statements stand on are the same to SQLite, types and bytes.</summary>
    /// <param name="one">The one.</param>
    /// <param name="other">The other, of the same text.</param>
    /// <param name="first">The first column that counts.</param>
    public static bool AreSame(sqlite3_stmt one, sqlite3_stmt other, int first)
    {
        var count = raw.sqlite3_column_count(one);
        if (raw.sqlite3_column_count(other) != count)
        {
            return false;
        }

        var (left, right) = (one.DangerousGetHandle(), other.DangerousGetHandle());
        for (var i = first; i < count; i++)
        {
            if (!AreSame(ColumnValue(left, i), ColumnValue(right, i)))
            {
                return false;
            }
        }

        GC.KeepAlive(one);
        GC.KeepAlive(other);
        return true;
    }

    private static bool AreSame(IntPtr one, IntPtr other)
    {
        var type = ValueType(one);
        return type == ValueType(other) && type switch
        {
            raw.SQLITE_NULL => true,
            raw.SQLITE_INTEGER => ValueInteger(one) == ValueInteger(other),
            raw.SQLITE_FLOAT => ValueReal(one).Equals(ValueReal(other)),
            // As a text first: asked for as a blob it may be in another encoding.
            raw.SQLITE_TEXT => Bytes(ValueText(one), ValueBytes(one)).SequenceEqual(Bytes(ValueText(other), ValueBytes(other))),
            _ => Bytes(ValueBlob(one), ValueBytes(one)).SequenceEqual(Bytes(ValueBlob(other), ValueBytes(other))),
        };
    }

    private static object? Value(IntPtr value, TextPool? texts)
    {
        switch (ValueType(value))
        {
            case raw.SQLITE_NULL:
                return null;
            case raw.SQLITE_INTEGER:
                return ValueInteger(value);
            case raw.SQLITE_FLOAT:
                return ValueReal(value);
            case raw.SQLITE_BLOB:
                return Bytes(ValueBlob(value), ValueBytes(value)).ToArray();
            default:
                // Asked for as text first, so that it is UTF-8 whatever the file is.
                var text = ValueText(value);
                var bytes = Bytes(text, ValueBytes(value));
                if (texts?.Find(bytes) is { } known)
                {
                    return known;
                }

                try
                {
                    return Strict.GetString(bytes);
                }
                catch (DecoderFallbackException)
                {
                    return new BrokenText(bytes.ToArray());
                }
        }
    }

    // They stay where they are until the statement goes on.
    private static ReadOnlySpan<byte> Bytes(IntPtr start, int count) =>
        MemoryMarshal.CreateReadOnlySpan(ref Unsafe.AddByteOffset(ref Unsafe.NullRef<byte>(), start), count);

    /// <summary>How many rows a connection has changed since it was opened, those that triggers changed included.</summary>
    public static int ChangeCount(sqlite3 connection)
    {
        var count = TotalChanges(connection.DangerousGetHandle());
        GC.KeepAlive(connection);
        return count;
    }

    [DllImport(Library, EntryPoint = "sqlite3_total_changes"), SuppressGCTransition]
    [DefaultDllImportSearchPaths(DllImportSearchPath.AssemblyDirectory | DllImportSearchPath.SafeDirectories)]
    private static extern int TotalChanges(IntPtr connection);

    [DllImport(Library, EntryPoint = "sqlite3_column_value"), SuppressGCTransition]
    [DefaultDllImportSearchPaths(DllImportSearchPath.AssemblyDirectory | DllImportSearchPath.SafeDirectories)]
    private static extern IntPtr ColumnValue(IntPtr statement, int place);

    [DllImport(Library, EntryPoint = "sqlite3_value_type"), SuppressGCTransition]
    [DefaultDllImportSearchPaths(DllImportSearchPath.AssemblyDirectory | DllImportSearchPath.SafeDirectories)]
    private static extern int ValueType(IntPtr value);

    [DllImport(Library, EntryPoint = "sqlite3_value_int64"), SuppressGCTransition]
    [DefaultDllImportSearchPaths(DllImportSearchPath.AssemblyDirectory | DllImportSearchPath.SafeDirectories)]
    private static extern long ValueInteger(IntPtr value);

    [DllImport(Library, EntryPoint = "sqlite3_value_double"), SuppressGCTransition]
    [DefaultDllImportSearchPaths(DllImportSearchPath.AssemblyDirectory | DllImportSearchPath.SafeDirectories)]
    private static extern double ValueReal(IntPtr value);

    [DllImport(Library, EntryPoint = "sqlite3_value_blob"), SuppressGCTransition]
    [DefaultDllImportSearchPaths(DllImportSearchPath.AssemblyDirectory | DllImportSearchPath.SafeDirectories)]
    private static extern IntPtr ValueBlob(IntPtr value);

    [DllImport(Library, EntryPoint = "sqlite3_value_text"), SuppressGCTransition]
    [DefaultDllImportSearchPaths(DllImportSearchPath.AssemblyDirectory | DllImportSearchPath.SafeDirectories)]
    private static extern IntPtr ValueText(IntPtr value);

    [DllImport(Library, EntryPoint = "sqlite3_value_bytes"), SuppressGCTransition]
    [DefaultDllImportSearchPaths(DllImportSearchPath.AssemblyDirectory | DllImportSearchPath.SafeDirectories)]
    private static extern int ValueBytes(IntPtr value);
}
