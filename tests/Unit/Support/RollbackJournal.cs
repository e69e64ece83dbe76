namespace SarkPS.Tests.Support;

/// <summary>SQLite's own journal of a database.</summary>
internal static class RollbackJournal
{
    /// <summary>
    /// Whether there is something in it: a commit is under way, or was when somebody died. One that begins with zeros is empty.
    /// (https://www.sqlite.org/fileformat.html#the_rollback_journal)
    /// </summary>
    public static bool IsHot(string database)
    {
        try
        {
            using var file = new FileStream(database + "-journal", FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            return file.ReadByte() > 0;
        }
        catch (FileNotFoundException)
        {
            return false;
        }
    }
}
