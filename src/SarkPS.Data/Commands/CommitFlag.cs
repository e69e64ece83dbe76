using SarkPS.Data.Files;

namespace SarkPS.Data.Commands;

/// <summary>
/// SARK's own sign that a commit is due: a file that its pages look for to colour their button, make with every row that
/// they change, and take away when they commit.
/// </summary>
/// <param name="options">Where it lies.</param>
/// <param name="warn">Is told when it cannot be set. A change that is made is made all the same.</param>
internal sealed class CommitFlag(SarkOptions options, Action<string> warn)
{
    private readonly string path = options.Rooted(options.Paths.CommitFlag);

    /// <summary>When it was last set; null while it is not.</summary>
    public DateTime? Time => new FileInfo(path) is { Exists: true } file ? file.LastWriteTimeUtc : null;

    /// <summary>Sets it. Without its folder there are no pages of SARK, and nothing is done.</summary>
    public void Set()
    {
        try
        {
            if (Posix.Status(path) is { Kind: PosixKind.Regular })
            {
                // A commit that is under way looks at the time, and leaves a flag that was set meanwhile.
                File.SetLastWriteTimeUtc(path, DateTime.UtcNow);
            }
            else if (Path.GetDirectoryName(path) is { } name && Posix.Status(name) is { Kind: PosixKind.Directory } folder)
            {
                // Never through a link: the folder belongs to another account.
                using (new FileStream(path, FileMode.CreateNew))
                {
                }

                Posix.TakeOwner(path, folder.Owner, folder.Group);
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            if (Time is null)
            {
                warn("The change was made, but SARK's own pages will not show that a commit is due: the file "
                    + $"'{Path.GetFileName(path)}' cannot be written ({e.Message}).");
            }
        }
    }

    /// <summary>Takes it away, unless it was set since.</summary>
    /// <param name="seen">Its time when what is now committed was read.</param>
    /// <returns>What went wrong, or null.</returns>
    public string? Clear(DateTime? seen)
    {
        if (seen is null || Time != seen)
        {
            return null;
        }

        try
        {
            File.Delete(path);
            return null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return $"SARK's own pages go on showing that a commit is due: the file '{Path.GetFileName(path)}' cannot be removed "
                + $"({e.Message}).";
        }
    }
}
