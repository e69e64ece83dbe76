namespace SarkPS.Data.Files;

/// <summary>
/// A hidden file that only the account can read, from the moment it exists, deleted when it is disposed of. It is claimed
/// as long as its process uses it, so that a later one can tell what a killed one left.
/// </summary>
internal sealed class TemporaryFile : IDisposable
{
    private readonly FileClaim claim;

    public TemporaryFile(string path)
    {
        Path = path;
        claim = FileClaim.Create(path);
    }

    public string Path { get; }

    /// <summary>Makes it a copy of another file. Not File.Copy: that gives the copy the mode of the original.</summary>
    public void FillFrom(string source)
    {
        using var from = new FileStream(source, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, 1);
        using var to = Write();
        from.CopyTo(to);
    }

    /// <summary>Opens it for writing from the start.</summary>
    public FileStream Write() =>
        new(Path, FileMode.Truncate, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete, 128 * 1024, FileOptions.Asynchronous);

    public void Dispose()
    {
        File.Delete(Path);
        File.Delete(Path + "-journal");
        claim.Dispose();
    }
}

/// <summary>
/// A file that a living process holds. A number of a process says nothing: it is in use again after a while, and in a
/// container it is 1 each time. The kernel knows.
/// </summary>
internal sealed class FileClaim : IDisposable
{
    // Who sweeps removes at once what he took; whatever has the name after that is somebody's.
    private const int MostAttempts = 1000;

    private readonly FileStream file;

    private FileClaim(FileStream file) => this.file = file;

    /// <summary>Makes a file that is claimed from the moment others can see it as one.</summary>
    public static FileClaim Create(string path)
    {
        for (var attempt = 0; ; attempt++)
        {
            FileStream file;
            try
            {
                file = Posix.CreatePrivate(path, FileShare.ReadWrite | FileShare.Delete);
                if (OperatingSystem.IsWindows())
                {
                    // Beside one that can write, nobody could open it there as .NET usually does.
                    file.Dispose();
                    file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, 0);
                }
            }
            catch (IOException e) when (e is FileNotFoundException || IsClaimed(e) || (attempt > 0 && attempt < MostAttempts && IsThere(e)))
            {
                // Another took it for abandoned in the moment after it was made, and has not yet removed it.
                Thread.Sleep(attempt < 10 ? 0 : 1);
                continue;
            }

            // Between making and claiming it another may have taken it for abandoned and removed it.
            if (Posix.TryClaim(file.SafeFileHandle, isExclusive: false) && Posix.IsStill(path, file.SafeFileHandle))
            {
                return new FileClaim(file);
            }

            file.Dispose();
        }
    }

    // The numbers are those of the system: EWOULDBLOCK of Linux and of macOS, which .NET's own lock on a new file meets, and EEXIST.
    private static bool IsClaimed(IOException error) => error.HResult is 11 or 35;

    private static bool IsThere(IOException error) => error.HResult == 17;

    /// <summary>Takes over a file whose process no longer lives; null while one does, and when it may not be opened.</summary>
    public static FileClaim? TakeAbandoned(string path) => Open(path) is { } file ? Take(path, file) : null;

    /// <summary>The first half of taking one over: opens what may be abandoned, or null when it may not be opened.</summary>
    internal static FileStream? Open(string path)
    {
        if (Posix.Status(path) is not { Kind: PosixKind.Regular })
        {
            return null;
        }

        try
        {
            // On Windows nobody can have it open beside who wants it alone, and it can be deleted all the same.
            return new FileStream(
                path,
                FileMode.Open,
                FileAccess.ReadWrite,
                OperatingSystem.IsWindows() ? FileShare.Delete : FileShare.ReadWrite | FileShare.Delete,
                0);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>The second half: claims what was opened, if nobody holds it.</summary>
    /// <remarks>In between, whoever held it may have removed it, and the name may be somebody's again: what was opened is then nobody's
    /// and can be claimed, but what the name leads to is not it.</remarks>
    internal static FileClaim? Take(string path, FileStream file)
    {
        if (Posix.TryClaim(file.SafeFileHandle, isExclusive: true) && Posix.IsStill(path, file.SafeFileHandle))
        {
            return new FileClaim(file);
        }

        file.Dispose();
        return null;
    }

    /// <summary>What the file holds, through the claim: opened once more, .NET's own lock would meet it.</summary>
    public string ReadText()
    {
        file.Position = 0;
        using var reader = new StreamReader(file, leaveOpen: true);
        return reader.ReadToEnd();
    }

    /// <summary>Deletes a file whose process no longer lives.</summary>
    public static void DeleteIfAbandoned(string path)
    {
        using var claim = TakeAbandoned(path);
        if (claim is not null)
        {
            File.Delete(path);
        }
    }

    public void Dispose() => file.Dispose();
}
