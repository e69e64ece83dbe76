namespace SarkPS.Bench;

/// <summary>
/// A folder that is gone afterwards. It lies beside the program and not in the temporary folder, which may be in memory:
/// commits must reach a disk.
/// </summary>
internal sealed class WorkFolder : IDisposable
{
    private readonly DirectoryInfo folder = Directory.CreateDirectory(
        Path.Combine(AppContext.BaseDirectory, "work-" + Guid.NewGuid().ToString("N")));

    public string File(string name) => Path.Combine(folder.FullName, name);

    public void Dispose() => folder.Delete(recursive: true);
}
