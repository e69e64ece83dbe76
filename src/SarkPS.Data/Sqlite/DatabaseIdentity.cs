namespace SarkPS.Data.Sqlite;

/// <summary>Whether what somebody connects to is a database of SARK.</summary>
internal static class DatabaseIdentity
{
    /// <summary>Makes sure of it.</summary>
    /// <exception cref="SarkException">It is not there, or something else; the message says what.</exception>
    public static void Require(string path)
    {
        if (Directory.Exists(path))
        {
            throw new SarkException(
                SarkErrorKind.BadRequest,
                SqliteErrors.Noun,
                SarkException.NameOf(path),
                $"{SqliteErrors.Quoted(path)} is a folder and no database. The folder of a tree of files is named with -Root.")
            {
                FilePath = path
            };
        }

        if (!File.Exists(path))
        {
            throw new SarkNotFoundException(
                SqliteErrors.Noun,
                SarkException.NameOf(path),
                $"There is no database {SqliteErrors.Quoted(path)}.")
            { FilePath = path };
        }

        DatabaseFile.Verify(path, SqliteErrors.Noun, path, isToWrite: false);
    }
}
