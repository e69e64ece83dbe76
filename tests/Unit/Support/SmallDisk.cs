namespace SarkPS.Tests.Support;

/// <summary>A disk of a size of one's own, in memory, which can be filled up. Only root can have one.</summary>
internal sealed class SmallDisk : IDisposable
{
    /// <summary>It is filled by so many bytes at a time.</summary>
    public const int Block = 4096;

    private readonly TemporaryFolder folder;
    private readonly string filling;

    private SmallDisk(TemporaryFolder folder, string path)
    {
        this.folder = folder;
        Path = path;
        filling = System.IO.Path.Combine(path, "filling");
    }

    /// <summary>Its folder.</summary>
    public string Path { get; }

    /// <summary>The path of a file on it.</summary>
    public string this[string name] => System.IO.Path.Combine(Path, name);

    /// <summary>Makes one; skips the test where that cannot be done.</summary>
    public static async Task<SmallDisk> MakeAsync(int kilobytes)
    {
        Skip.IfNot(OperatingSystem.IsLinux() && Environment.UserName == "root", "Only root can mount a disk.");
        var folder = new TemporaryFolder();
        var path = Directory.CreateDirectory(folder["disk"]).FullName;
        var result = await Programs.RunAsync("mount", ["-t", "tmpfs", "-o", $"size={kilobytes}k", "tmpfs", path]);
        if (result.ExitCode != 0)
        {
            folder.Dispose();
            Skip.If(true, $"A disk cannot be mounted here: {result.Error}");
        }

        return new SmallDisk(folder, path);
    }

    /// <summary>Fills it up but for a rest.</summary>
    public void Fill(int rest)
    {
        Clear();
        var room = new DriveInfo(Path).AvailableFreeSpace - rest;
        File.WriteAllBytes(filling, new byte[room / Block * Block]);
    }

    /// <summary>Makes room again.</summary>
    public void Clear() => File.Delete(filling);

    /// <inheritdoc/>
    public void Dispose()
    {
        var result = Programs.RunAsync("umount", [Path]).GetAwaiter().GetResult();
        Assert.Equal("", result.Error);
        folder.Dispose();
    }
}
