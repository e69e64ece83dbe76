using SarkPS.Data.Files;

namespace SarkPS.Data.Journal;

/// <summary>The folder and the file of a journal as they are made: it holds secrets, and nobody but its owner may read it.</summary>
internal static class JournalFolder
{
    /// <summary>Makes the folder, and in it an empty file, where they are missing.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="IOException">They cannot be made.</exception>
    /// <exception cref="UnauthorizedAccessException">The account may not.</exception>
    public static void Make(string path)
    {
        if (File.Exists(path))
        {
            return;
        }

        var folder = MakeFolderOf(path);
        try
        {
            using var file = Posix.CreatePrivate(path, FileShare.ReadWrite | FileShare.Delete);
            if (Posix.Status(folder) is { } own)
            {
                Posix.TakeOwner(path, own.Owner, own.Group);
            }
        }
        catch (IOException) when (File.Exists(path))
        {
            // Another process was faster.
        }
    }

    /// <summary>Makes the folder of a file where it is missing.</summary>
    /// <param name="path">The file.</param>
    /// <returns>The folder.</returns>
    public static string MakeFolderOf(string path)
    {
        var folder = Path.GetDirectoryName(path)!;
        MakeFolder(folder, Posix.CreateFolder);
        return folder;
    }

    // A folder whose name the disk does not have yet would be gone after a loss of power, with all that was noted in it.
    private static void MakeFolder(string folder, Action<string> make)
    {
        if (!Directory.Exists(folder) && Path.GetDirectoryName(folder) is { } above)
        {
            MakeFolder(above, f => Directory.CreateDirectory(f));
            make(folder);
            Posix.FlushFolder(above);
        }
    }
}
