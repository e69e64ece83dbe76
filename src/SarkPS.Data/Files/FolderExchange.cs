namespace SarkPS.Data.Files;

/// <summary>
/// Replaces some of the things in a folder, all or none. The new ones are put into a hidden folder inside it, so that
/// putting them in place is renaming only; a plan in that folder says what is being exchanged. When the process dies in
/// the middle, the next to look goes back to the old state.
/// </summary>
internal sealed class FolderExchange : IDisposable
{
    private const string Prefix = ".sarkps-exchange.";
    private readonly string folder;
    private readonly string staging;
    private readonly string incoming;
    private readonly string outgoing;

    private FolderExchange(string folder, string staging)
    {
        this.folder = folder;
        this.staging = staging;
        incoming = Path.Combine(staging, "new");
        outgoing = Path.Combine(staging, "old");
    }

    /// <summary>Where the new things are to be put.</summary>
    public string Incoming => incoming;

    private string Plan => Path.Combine(staging, "plan");

    /// <summary>Whether a name in a folder is one of ours and no part of what the folder holds.</summary>
    public static bool IsOurs(string name) => name.StartsWith(".sarkps-", StringComparison.Ordinal);

    /// <summary>Prepares an exchange. What a killed process left unfinished in the folder is undone first.</summary>
    public static FolderExchange Begin(string folder)
    {
        Recover(folder);
        var exchange = new FolderExchange(folder, Path.Combine(folder, $"{Prefix}{Environment.ProcessId}-{Guid.NewGuid():N}"));
        Directory.CreateDirectory(exchange.incoming);
        Directory.CreateDirectory(exchange.outgoing);
        Posix.SetMode(exchange.staging, 0b111_000_000);
        return exchange;
    }

    /// <summary>Undoes exchanges in a folder whose process no longer lives.</summary>
    public static void Recover(string folder)
    {
        foreach (var left in new DirectoryInfo(folder).EnumerateDirectories(Prefix + "*").ToArray())
        {
            var process = left.Name[Prefix.Length..].Split('-')[0];
            if (Directory.Exists($"/proc/{process}"))
            {
                continue;
            }

            var exchange = new FolderExchange(folder, left.FullName);
            exchange.Undo();
            Directory.Delete(left.FullName, recursive: true);
        }
    }

    /// <summary>Puts the new things in place.</summary>
    /// <param name="remove">Names in the folder that go.</param>
    /// <param name="afterwards">Runs when all is in place and can still fail; then everything goes back.</param>
    public async Task CommitAsync(IReadOnlyCollection<string> remove, Func<Task>? afterwards = null)
    {
        var install = Directory.EnumerateFileSystemEntries(incoming).Select(path => Path.GetFileName(path)!).ToArray();
        // A name can hold anything but NUL and '/', so NUL separates.
        var plan = Plan + ".tmp";
        using (var file = new FileStream(plan, FileMode.Create, FileAccess.Write))
        {
            file.Write(System.Text.Encoding.UTF8.GetBytes(string.Join('\0', install)));
            file.Flush(flushToDisk: true);
        }

        File.Move(plan, Plan, overwrite: true);
        try
        {
            foreach (var name in remove)
            {
                Directory.Move(Path.Combine(folder, name), Path.Combine(outgoing, name));
            }

            foreach (var name in install)
            {
                Directory.Move(Path.Combine(incoming, name), Path.Combine(folder, name));
            }

            Posix.FlushFolder(folder);
            if (afterwards is not null)
            {
                await afterwards().ConfigureAwait(false);
            }
        }
        catch
        {
            Undo();
            throw;
        }

        // The plan goes first: without it nothing would be undone, and what is in place is the new state.
        File.Delete(Plan);
        Posix.FlushFolder(staging);
    }

    public void Dispose()
    {
        if (Directory.Exists(staging))
        {
            Directory.Delete(staging, recursive: true);
        }
    }

    private void Undo()
    {
        if (!File.Exists(Plan))
        {
            return;
        }

        var install = File.ReadAllText(Plan).Split('\0', StringSplitOptions.RemoveEmptyEntries);
        foreach (var name in install)
        {
            // Not among the new any more means that it was put in place.
            if (Posix.Status(Path.Combine(incoming, name)) is null && Posix.Status(Path.Combine(folder, name)) is not null)
            {
                Directory.Move(Path.Combine(folder, name), Path.Combine(incoming, name));
            }
        }

        foreach (var path in Directory.EnumerateFileSystemEntries(outgoing).ToArray())
        {
            Directory.Move(path, Path.Combine(folder, Path.GetFileName(path)));
        }

        File.Delete(Plan);
    }
}
