using System.Buffers.Binary;
using System.Runtime.InteropServices;
using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace SarkPS.Data.Sqlite;

/// <summary>
/// What the first page of a database says of itself. It is read through the file that the connection holds: when a process closes
/// a file that it opened by itself, the system lets go of all locks that the process has on it.
/// (https://www.sqlite.org/howtocorrupt.html, 2.2)
/// </summary>
internal static class DatabaseHeader
{
    private const int FilePointer = 7;
    private const int HasMovedQuestion = 20;
    private const int VersionOffset = 18;
    private const int CounterOffset = 24;
    private const byte WriteAheadLog = 2;

    [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
    private delegate int ReadFile(IntPtr file, byte[] target, int count, long offset);

    /// <summary>
    /// How many transactions were committed to the file: by one more with each, whoever makes it, and not with one that is rolled
    /// back. Always 0 where a write-ahead log is used: there the file is behind. (https://www.sqlite.org/fileformat.html#file_change_counter)
    /// </summary>
    /// <param name="connection">A connection that holds a lock.</param>
    public static uint CommitCount(SqliteConnection connection)
    {
        // sqlite3_file begins with a pointer to its methods, and these with a version, xClose and xRead.
        // (https://www.sqlite.org/c3ref/io_methods.html)
        var file = IntPtr.Zero;
        if (FileControl(connection.Handle!, "main", FilePointer, ref file) != raw.SQLITE_OK || file == IntPtr.Zero)
        {
            throw new InvalidOperationException("SQLite does not tell the file of a connection.");
        }

        var methods = Marshal.ReadIntPtr(file);
        if (methods == IntPtr.Zero)
        {
            // A database in memory.
            return 0;
        }

        var read = Marshal.GetDelegateForFunctionPointer<ReadFile>(Marshal.ReadIntPtr(methods, 2 * IntPtr.Size));
        var bytes = new byte[CounterOffset + sizeof(uint) - VersionOffset];
        var result = read(file, bytes, bytes.Length, VersionOffset);
        // A file that is empty so far is short.
        return result is raw.SQLITE_OK or ShortRead
            ? bytes[0] == WriteAheadLog ? 0 : BinaryPrimitives.ReadUInt32BigEndian(bytes.AsSpan(CounterOffset - VersionOffset))
            : throw new SqliteException("The first page of the database cannot be read.", raw.SQLITE_IOERR, result);
    }

    /// <summary>
    /// Whether the file that a connection holds open is not the one of that name any more. SQLite compares them, which costs it one
    /// call of the system. On Windows an open file cannot be replaced, and SQLite does not answer.
    /// (https://www.sqlite.org/c3ref/c_fcntl_begin_atomic_write.html)
    /// </summary>
    public static bool HasMoved(SqliteConnection connection)
    {
        var moved = IntPtr.Zero;
        return FileControl(connection.Handle!, "main", HasMovedQuestion, ref moved) == raw.SQLITE_OK && moved != IntPtr.Zero;
    }

    private const int ShortRead = raw.SQLITE_IOERR | (2 << 8);

    // The one function that is needed and that SQLitePCL.raw does not pass on; the library is the one that it has loaded.
    [DllImport(
        "e_sqlite3",
        EntryPoint = "sqlite3_file_control",
        CharSet = CharSet.Ansi,
        BestFitMapping = false,
        ThrowOnUnmappableChar = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.AssemblyDirectory | DllImportSearchPath.SafeDirectories)]
    private static extern int FileControl(sqlite3 database, string schema, int operation, ref IntPtr argument);
}
