namespace SarkPS.Tests;

/// <summary>A folder of one test's own, which goes with it.</summary>
/// <param name="isOnDisk">Whether it has to lie on a disk, and not in memory.</param>
internal sealed class TemporaryFolder(bool isOnDisk = false) : IDisposable
{
    private const string Memory = "/dev/shm";

    public string Path { get; } = Make(isOnDisk);

    /// <summary>The path of a file in it.</summary>
    public string this[string name] => System.IO.Path.Combine(Path, name);

    /// <summary>Writes a file in it, and returns its path.</summary>
    public string Write(string name, string text)
    {
        File.WriteAllText(this[name], text);
        return this[name];
    }

    // In memory where there is room: a test need not wait for the disk at every commit.
    private static string Make(bool isOnDisk)
    {
        if (isOnDisk || !Directory.Exists(Memory) || new DriveInfo(Memory).AvailableFreeSpace < 256 * 1024 * 1024)
        {
            return Directory.CreateTempSubdirectory("sarkps-").FullName;
        }

        return Directory.CreateDirectory(System.IO.Path.Combine(Memory, $"sarkps-{Guid.NewGuid():N}")).FullName;
    }

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
