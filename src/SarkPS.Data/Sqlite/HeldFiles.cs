using SQLitePCL;

namespace SarkPS.Data.Sqlite;

/// <summary>
/// The files that a connection holds open, to tell whether they are still those of the names. SQLite resolves a link once,
/// when it opens, and goes on with a write-ahead log that somebody has deleted: what it writes then nobody else sees.
/// </summary>
internal sealed class HeldFiles
{
    private readonly sqlite3 handle;
    private readonly FileStamp main;
    private readonly StampedFile logFile;
    private readonly StampedFile indexFile;
    private FileStamp log;
    private FileStamp index;

    /// <summary>Notes what a connection that was just opened holds.</summary>
    /// <param name="handle">The connection.</param>
    /// <param name="main">The database, as it was found when it was opened.</param>
    /// <param name="generation">Which connections it belongs to, see <see cref="SqliteDatabase"/>.</param>
    public HeldFiles(sqlite3 handle, FileStamp main, int generation)
    {
        this.handle = handle;
        this.main = main;
        Generation = generation;
        // SQLite's own files lie beside what a link leads to.
        var path = raw.sqlite3_db_filename(handle, "main").utf8_to_string();
        logFile = new StampedFile(path + "-wal");
        indexFile = new StampedFile(path + "-shm");
    }

    /// <summary>Which connections it belongs to.</summary>
    public int Generation { get; }

    /// <summary>Whether it works with a write-ahead log.</summary>
    public bool HasLog => log.Exists;

    /// <summary>Compares. Asks the system only, so that a connection need not be of use for it.</summary>
    /// <param name="now">The database that the name leads to now.</param>
    public Holding Compare(FileStamp now) =>
        !now.IsSameFile(main) ? Holding.OtherFile
        : HasLog && (!logFile.Read().IsSameFile(log) || !indexFile.Read().IsSameFile(index)) ? Holding.OtherLog
        : Holding.Same;

    /// <summary>
    /// The same for a connection that has just begun to read, and so has opened its log where there is one. A log never goes
    /// away by itself as long as a connection holds it.
    /// </summary>
    public Holding CompareReading(FileStamp now)
    {
        if (!HasLog && logFile.Read() is { Exists: true } found)
        {
            (log, index) = (found, indexFile.Read());
            if (!index.Exists && raw.sqlite3_db_readonly(handle, "main") == 0)
            {
                // Others of this process still hold one that has no name any more, and SQLite shares it.
                return Holding.OtherLog;
            }
        }

        return Compare(now);
    }
}

/// <summary>What a connection holds.</summary>
internal enum Holding
{
    /// <summary>The files of the names.</summary>
    Same,

    /// <summary>A database that is not the one of the name.</summary>
    OtherFile,

    /// <summary>The database of the name, with a log that nobody else knows.</summary>
    OtherLog,
}
