using SarkPS.Data.Files;

namespace SarkPS.Data;

/// <summary>Whether what somebody connects to is a database of SARK.</summary>
internal static class DatabaseIdentity
{
    private const string Noun = "Database";

    /// <summary>Makes sure of it.</summary>
    /// <exception cref="SarkException">It is not there, or something else; the message says what.</exception>
    public static void Require(string path)
    {
        if (Directory.Exists(path))
        {
            throw new SarkException(SarkErrorKind.BadRequest, Noun, path, $"'{path}' is a folder and no database. The folder of a tree of files is named with -Root.");
        }

        if (!File.Exists(path))
        {
            throw new SarkNotFoundException(Noun, path, $"There is no database '{path}'.");
        }

        DatabaseFile.Verify(path, Noun, path, isToWrite: false);
    }
}
