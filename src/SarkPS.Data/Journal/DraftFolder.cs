using SarkPS.Data.Files;

namespace SarkPS.Data.Journal;

/// <summary>
/// A folder for copies of a database, which only the account can enter and which is gone afterwards. It is claimed as long as its
/// process lives, so that the next one takes away what a killed one left.
/// </summary>
internal sealed class DraftFolder : IDisposable
{
    private const string Prefix = "sarkps-draft-";
    private const string ClaimName = "claim";

    private readonly FileClaim claim;

    /// <summary>Makes one.</summary>
    public DraftFolder()
    {
        Path = Directory.CreateTempSubdirectory(Prefix).FullName;
        claim = FileClaim.Create(this[ClaimName]);
        Sweep(Posix.Status(Path)!.Value.Owner);
    }

    /// <summary>Where it is.</summary>
    public string Path { get; }

    /// <summary>The path of a file in it.</summary>
    public string this[string name] => System.IO.Path.Combine(Path, name);

    /// <inheritdoc/>
    public void Dispose()
    {
        claim.Dispose();
        Delete(Path);
    }

    // What others have there is closed to us, and perhaps made to lead us elsewhere.
    private static void Sweep(uint account)
    {
        foreach (var folder in Directory.GetDirectories(System.IO.Path.GetTempPath(), Prefix + "*"))
        {
            if (Posix.Status(folder) is not { Kind: PosixKind.Directory } status || status.Owner != account)
            {
                continue;
            }

            using var abandoned = FileClaim.TakeAbandoned(System.IO.Path.Combine(folder, ClaimName));
            if (abandoned is not null)
            {
                Delete(folder);
            }
        }
    }

    private static void Delete(string folder)
    {
        try
        {
            Directory.Delete(folder, recursive: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Another takes it away in this very moment, or the next one will.
        }
    }
}
