namespace SarkPS.Data.Files;

/// <summary>
/// The files of one kind in one folder. A file is written beside under a hidden name and appears under its own with a
/// hard link, which never replaces another and can not be seen half done.
/// </summary>
/// <param name="kind">What is particular to the store.</param>
/// <param name="options">Where it lies and what is allowed.</param>
internal abstract class FileStore<TFile>(FileStoreKind<TFile> kind, SarkOptions options) : IFileStoreOperations<TFile>
    where TFile : StoredFile
{
    private const string HiddenPrefix = ".sarkps-";
    private const int BufferSize = 128 * 1024;

    protected FileStoreKind<TFile> Kind => kind;

    protected SarkOptions Options => options;

    protected string Folder { get; } = options.Rooted(kind.Folder(options.Paths));

    /// <inheritdoc/>
    public Task<IReadOnlyList<TFile>> ListAsync(CancellationToken cancellationToken = default) => GuardAsync($"read the folder of the {kind.SetName}", kind.SetName, () =>
    {
        var files = new DirectoryInfo(Folder).EnumerateFiles()
            .Where(file => kind.IsName(file.Name) && file.LinkTarget is null)
            .Select(Describe)
            .OrderBy(file => file.Name, StringComparer.Ordinal)
            .ToArray();
        return Task.FromResult<IReadOnlyList<TFile>>(files);
    });

    /// <inheritdoc/>
    public Task<Stream> OpenAsync(string name, CancellationToken cancellationToken = default) =>
        GuardAsync("read it", name, () => Task.FromResult<Stream>(new FileStream(PathOf(name), FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, BufferSize, FileOptions.Asynchronous)));

    /// <inheritdoc/>
    public Task<TFile> ImportAsync(string name, Stream content, bool force = false, CancellationToken cancellationToken = default)
    {
        kind.Acceptable(name);
        ArgumentNullException.ThrowIfNull(content);
        return GuardAsync($"write into the folder of the {kind.SetName}", name, async () =>
        {
            var target = Path.Combine(Folder, name);
            if (!force && Posix.Status(target) is not null)
            {
                throw AlreadyThere(name);
            }

            using var temporary = NewTemporary(name);
            await ReceiveAsync(name, content, temporary.Path, cancellationToken).ConfigureAwait(false);
            await CheckUploadAsync(name, temporary.Path, cancellationToken).ConfigureAwait(false);
            Dress(temporary.Path);
            Publish(temporary.Path, name, force);
            return Describe(new FileInfo(target));
        });
    }

    /// <inheritdoc/>
    public Task RemoveAsync(string name, bool force = false, CancellationToken cancellationToken = default) => GuardAsync("delete it", name, async () =>
    {
        var path = PathOf(name);
        if (!force)
        {
            await CheckUnusedAsync(name, cancellationToken).ConfigureAwait(false);
        }

        File.Delete(path);
        return true;
    });

    /// <summary>Checks that an upload is of the right kind and whole; may rewrite the file.</summary>
    protected abstract Task CheckUploadAsync(string name, string path, CancellationToken cancellationToken);

    /// <summary>Refuses when something still uses the file.</summary>
    protected virtual Task CheckUnusedAsync(string name, CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>Gives a new file mode and owner: those that its folder has, readable and writable as SARK keeps them (0664).</summary>
    protected virtual void Dress(string path)
    {
        if (Posix.Status(Folder) is { } folder)
        {
            Posix.Like(path, folder with { Mode = 0b110_110_100 });
        }
    }

    /// <summary>The path of an existing file; the only way from a name to a path.</summary>
    /// <exception cref="SarkNotFoundException">There is none.</exception>
    protected string PathOf(string name)
    {
        var path = Path.Combine(Folder, kind.Existing(name));
        return Posix.Status(path) is { Kind: PosixKind.Regular } ? path : throw new SarkNotFoundException(kind.Noun, name);
    }

    protected TFile Describe(FileInfo file) => kind.Make(file.Name, file.Length, new DateTimeOffset(file.LastWriteTimeUtc, TimeSpan.Zero));

    /// <summary>Makes the hidden file visible under a name, flushed to the disk.</summary>
    protected void Publish(string temporary, string name, bool force)
    {
        using (var file = new FileStream(temporary, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete))
        {
            file.Flush(flushToDisk: true);
        }

        var target = Path.Combine(Folder, name);
        try
        {
            // Without overwriting this is link(2) and unlink(2), so of two at once one fails.
            File.Move(temporary, target, overwrite: force);
        }
        catch (IOException) when (!force && Posix.Status(target) is not null)
        {
            throw AlreadyThere(name);
        }

        Posix.FlushFolder(Folder);
    }

    /// <summary>Publishes under the first free name counting up from the present second.</summary>
    protected string PublishNew(string temporary, Func<long, string> name)
    {
        for (var epoch = DateTimeOffset.UtcNow.ToUnixTimeSeconds(); ; epoch++)
        {
            try
            {
                Publish(temporary, name(epoch), force: false);
                return name(epoch);
            }
            catch (SarkConflictException)
            {
                // Taken in this very second by another; the next second's name is as good.
            }
        }
    }

    /// <summary>A hidden file in the store's folder, gone when disposed of. Those that a killed process left are cleared away first.</summary>
    protected TemporaryFile NewTemporary(string purpose)
    {
        foreach (var stale in new DirectoryInfo(Folder).EnumerateFiles(HiddenPrefix + "*"))
        {
            TemporaryFile.DeleteIfAbandoned(stale.FullName);
        }

        return new TemporaryFile(Path.Combine(Folder, $"{HiddenPrefix}{purpose}.{Environment.ProcessId}-{Guid.NewGuid():N}"));
    }

    protected Task<T> GuardAsync<T>(string what, string target, Func<Task<T>> action) => FileErrors.MapAsync(kind.Noun, target, what, action);

    private SarkConflictException AlreadyThere(string name) => new(kind.Noun, name, $"There is a {SarkText.Words(kind.Noun)} '{name}' already. It is replaced only when that is asked for.");

    private async Task ReceiveAsync(string name, Stream content, string path, CancellationToken cancellationToken)
    {
        var limit = kind.Limit(options.Limits);
        var buffer = new byte[BufferSize];
        long total = 0;
        using var file = new FileStream(path, FileMode.Open, FileAccess.Write, FileShare.ReadWrite, 1, FileOptions.Asynchronous);
        int read;
        while ((read = await content.ReadAsync(buffer, cancellationToken).ConfigureAwait(false)) > 0)
        {
            total += read;
            if (total > limit)
            {
                throw new SarkException(SarkErrorKind.TooLarge, kind.Noun, name, $"The {SarkText.Words(kind.Noun)} '{name}' is larger than the {limit} bytes that are allowed.");
            }

            await file.WriteAsync(buffer.AsMemory(0, read), cancellationToken).ConfigureAwait(false);
        }

        if (total == 0)
        {
            throw new SarkValidationException(kind.Noun, name, kind.UploadField, $"The file '{name}' is empty.");
        }
    }
}

/// <summary>A hidden file that only the account can read, deleted when it is disposed of. Its name ends in the number of the process, so that a later one can tell what a killed one left.</summary>
internal sealed class TemporaryFile : IDisposable
{
    public TemporaryFile(string path)
    {
        Path = path;
        new FileStream(path, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.None, 1).Dispose();
        Posix.SetMode(path, 0b110_000_000);
    }

    public string Path { get; }

    public void Dispose()
    {
        File.Delete(Path);
        File.Delete(Path + "-journal");
    }

    /// <summary>Deletes a hidden file whose process no longer lives.</summary>
    public static void DeleteIfAbandoned(string path)
    {
        var name = System.IO.Path.GetFileName(path);
        var owner = name[(name.LastIndexOf('.') + 1)..].Split('-')[0];
        if (!int.TryParse(owner, out var process) || !Directory.Exists($"/proc/{process}"))
        {
            File.Delete(path);
        }
    }
}
