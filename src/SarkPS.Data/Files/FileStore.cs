using System.Globalization;

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
    public Task<IReadOnlyList<TFile>> ListAsync(
        CancellationToken cancellationToken = default) => GuardAsync($"read the folder of the {kind.SetName}", kind.SetName, () =>
    {
        var files = new List<TFile>();
        foreach (var path in Directory.EnumerateFiles(Folder).Where(path => kind.IsName(Path.GetFileName(path)))
            .Order(StringComparer.Ordinal))
        {
            // One that was removed since is none any more.
            if (Posix.Status(path) is { Kind: PosixKind.Regular } status)
            {
                files.Add(Describe(path, status) with { IsExposed = !TryMend(path, status) });
            }
        }

        return Task.FromResult<IReadOnlyList<TFile>>(files);
    });

    /// <inheritdoc/>
    public Task<Stream> OpenAsync(string name, CancellationToken cancellationToken = default) =>
        GuardAsync("read it", name, () => Task.FromResult<Stream>(new FileStream(
            PathOf(name),
            FileMode.Open,
            FileAccess.Read,
            FileShare.ReadWrite | FileShare.Delete,
            BufferSize,
            FileOptions.Asynchronous)));

    /// <inheritdoc/>
    public Task<TFile> ImportAsync(string name, Stream content, bool force = false, CancellationToken cancellationToken = default)
    {
        kind.Acceptable(name);
        RefuseFuture(name);
        ArgumentNullException.ThrowIfNull(content);
        return GuardAsync($"write into the folder of the {kind.SetName}", name, async () =>
        {
            RequireFree(name, force);
            using var temporary = NewTemporary(name);
            await ReceiveAsync(name, content, temporary.Path, cancellationToken).ConfigureAwait(false);
            await CheckUploadAsync(name, temporary.Path, cancellationToken).ConfigureAwait(false);
            Dress(temporary.Path);
            Publish(temporary.Path, name, force);
            await TakenInAsync(name, cancellationToken).ConfigureAwait(false);
            return await DescribeTakenAsync(name, cancellationToken).ConfigureAwait(false);
        });
    }

    /// <inheritdoc/>
    public Task RequireAsync(string name, CancellationToken cancellationToken = default) =>
        GuardAsync("look for it", name, () => Task.FromResult(PathOf(name)));

    /// <inheritdoc/>
    public Task JudgeImportAsync(string name, bool force = false, CancellationToken cancellationToken = default)
    {
        kind.Acceptable(name);
        RefuseFuture(name);
        return GuardAsync($"write into the folder of the {kind.SetName}", name, () =>
        {
            // Missing, or not to be read: then nothing can be put into it either.
            _ = Directory.EnumerateFiles(Folder).FirstOrDefault();
            RequireFree(name, force);
            return Task.FromResult(true);
        });
    }

    /// <inheritdoc/>
    public Task JudgeRemoveAsync(string name, bool force = false, CancellationToken cancellationToken = default) =>
        GuardAsync("delete it", name, () => RequireRemovableAsync(name, force, cancellationToken));

    /// <inheritdoc/>
    public Task RemoveAsync(
        string name,
        bool force = false,
        CancellationToken cancellationToken = default) => GuardAsync("delete it", name, async () =>
    {
        File.Delete(await RequireRemovableAsync(name, force, cancellationToken).ConfigureAwait(false));
        return true;
    });

    private async Task<string> RequireRemovableAsync(string name, bool force, CancellationToken cancellationToken)
    {
        var path = PathOf(name);
        if (!force)
        {
            await CheckUnusedAsync(name, cancellationToken).ConfigureAwait(false);
        }

        return path;
    }

    private void RequireFree(string name, bool force)
    {
        if (!force && Posix.Status(Path.Combine(Folder, name)) is not null)
        {
            throw kind.Taken(name);
        }
    }

    /// <summary>Checks that an upload is of the right kind and whole; may rewrite the file.</summary>
    protected abstract Task CheckUploadAsync(string name, string path, CancellationToken cancellationToken);

    /// <summary>Refuses when something still uses the file.</summary>
    protected virtual Task CheckUnusedAsync(string name, CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>Whether the files hold secrets and are nobody's business but SARK's.</summary>
    protected virtual bool IsSecret => true;

    /// <summary>Called when a new file has appeared.</summary>
    protected virtual Task TakenInAsync(string name, CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>Describes a file that was just taken in.</summary>
    protected virtual Task<TFile> DescribeTakenAsync(string name, CancellationToken cancellationToken) => Task.FromResult(Describe(name));

    /// <summary>
    /// Gives a new file mode and owner: those that its folder has. What holds no secrets is readable and writable as SARK
    /// keeps it (0664).
    /// </summary>
    protected void Dress(string path)
    {
        if (Posix.Status(Folder) is not { } folder)
        {
            return;
        }

        if (IsSecret)
        {
            Posix.DressAsSecret(path, folder);
        }
        else
        {
            Posix.Like(path, folder with { Mode = 0b110_110_100 });
        }
    }

    /// <summary>Takes away everybody's right to read what older releases, or a copy by hand, left readable.</summary>
    /// <returns>False when the account may not.</returns>
    private bool TryMend(string path, PosixStatus status)
    {
        if (!IsSecret || (status.Mode & Posix.Everybody) == 0)
        {
            return true;
        }

        try
        {
            Posix.SetMode(path, status.Mode & ~Posix.Everybody);
            return true;
        }
        catch (Exception e) when (e is UnauthorizedAccessException or IOException)
        {
            return false;
        }
    }

    /// <summary>The path of an existing file; the only way from a name to a path.</summary>
    /// <exception cref="SarkNotFoundException">There is none.</exception>
    protected string PathOf(string name)
    {
        var path = Path.Combine(Folder, kind.Existing(name));
        return Posix.Status(path) is { Kind: PosixKind.Regular } ? path : throw new SarkNotFoundException(kind.Noun, name);
    }

    /// <summary>Describes a file of the store.</summary>
    protected TFile Describe(string name) => Path.Combine(Folder, name) is var path && Posix.Status(path) is { } status
        ? Describe(path, status)
        : throw new SarkNotFoundException(kind.Noun, name);

    private TFile Describe(string path, PosixStatus status) =>
        kind.Make(Path.GetFileName(path), status.Size, new DateTimeOffset(File.GetLastWriteTimeUtc(path), TimeSpan.Zero));

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
            if (force)
            {
                File.Move(temporary, target, overwrite: true);
            }
            else
            {
                Posix.MoveNew(temporary, target);
            }
        }
        catch (IOException) when (!force && Posix.Status(target) is not null)
        {
            throw kind.Taken(name);
        }

        try
        {
            Posix.FlushFolder(Folder);
        }
        catch when (!force)
        {
            // What is told as a failure has left nothing.
            Posix.Delete(target);
            throw;
        }
    }

    /// <summary>
    /// Publishes under the name of the present second. Others of the same second get a number behind it: a name of a second
    /// that is yet to come would say that the file is newer than it is.
    /// </summary>
    protected string PublishNew(string temporary, Func<string, string> name)
    {
        while (true)
        {
            var epoch = DateTimeOffset.UtcNow.ToUnixTimeSeconds();
            for (var number = 0; number <= FileStores.MaximumSuffix; number++)
            {
                var free = name(number == 0
                    ? string.Create(CultureInfo.InvariantCulture, $"{epoch}")
                    : string.Create(CultureInfo.InvariantCulture, $"{epoch}.{number}"));
                try
                {
                    Publish(temporary, free, force: false);
                    return free;
                }
                catch (SarkConflictException)
                {
                    // Taken in this very second by another.
                }
            }
        }
    }

    /// <summary>
    /// A hidden file in the store's folder, gone when disposed of. Those that a killed process left are cleared away first.
    /// </summary>
    protected TemporaryFile NewTemporary(string purpose)
    {
        foreach (var stale in new DirectoryInfo(Folder).EnumerateFiles(HiddenPrefix + "*"))
        {
            FileClaim.DeleteIfAbandoned(stale.FullName);
        }

        return new TemporaryFile(Path.Combine(Folder, $"{HiddenPrefix}{purpose}.{Guid.NewGuid():N}"));
    }

    protected Task<T> GuardAsync<T>(string what, string target, Func<Task<T>> action) =>
        FileErrors.MapAsync(kind.Noun, target, what, action);

    // Files of this kind are told apart by when they were made, and cleared away by it.
    private void RefuseFuture(string name)
    {
        var now = DateTimeOffset.UtcNow.ToUnixTimeSeconds();
        if (name.Split('.').FirstOrDefault(part => part.All(char.IsAsciiDigit)) is { Length: > 0 } digits
            && long.Parse(digits, CultureInfo.InvariantCulture) is var second
            && second > now)
        {
            throw new SarkValidationException(kind.Noun, name, kind.UploadField, string.Create(
                CultureInfo.InvariantCulture,
                $"The name '{name}' is ahead of the clock: its second is {second}, and now it is {now}. Allowed are seconds up to now."));
        }
    }

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
                throw new SarkException(
                    SarkErrorKind.TooLarge,
                    kind.Noun,
                    name,
                    $"The {SarkText.Words(kind.Noun)} '{name}' is larger than the {limit} bytes that are allowed.");
            }

            await file.WriteAsync(buffer.AsMemory(0, read), cancellationToken).ConfigureAwait(false);
        }

        if (total == 0)
        {
            throw new SarkValidationException(kind.Noun, name, kind.UploadField, $"The file '{name}' is empty.");
        }
    }
}
