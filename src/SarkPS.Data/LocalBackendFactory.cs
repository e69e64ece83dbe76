using SarkPS.Data.Files;

namespace SarkPS.Data;

/// <summary>Makes a local back end. The module finds it by name, since this assembly lies in a load context of its own.</summary>
public static class LocalBackendFactory
{
    /// <summary>Opens the exchange that the options describe.</summary>
    /// <exception cref="SarkException">An embedded database was needed and could not be made.</exception>
    public static ISarkBackend Create(SarkOptions options) => new LocalBackend(options);

    /// <summary>
    /// Judges the content of a file as a store does that takes it in, and keeps nothing: it is put into a store in a folder of
    /// its own, which only the account can read and which is gone afterwards.
    /// </summary>
    /// <param name="noun">What the store holds, as in a cmdlet's name.</param>
    /// <param name="name">The name that the file would get.</param>
    /// <param name="content">Its content, read to the end.</param>
    /// <param name="limits">The largest that is allowed; null where another exchange has limits of its own.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <returns>What would be warned of.</returns>
    /// <exception cref="SarkException">It would be refused.</exception>
    public static async Task<IReadOnlyList<string>> JudgeContentAsync(string noun, string name, Stream content, LimitOptions? limits, CancellationToken cancellationToken)
    {
        var folder = Directory.CreateTempSubdirectory("sarkps-judge-");
        try
        {
            var options = new SarkOptions { Root = folder.FullName };
            var operations = new LocalOperations(options, options.Rooted(options.Paths.Database));
            options.Limits = limits ?? new LimitOptions
            {
                Snapshot = long.MaxValue, Backup = long.MaxValue, Greeting = long.MaxValue, BackupContent = long.MaxValue, BackupEntries = int.MaxValue,
            };
            return noun switch
            {
                _ when noun == FileStores.Snapshots.Noun => await Take(FileStores.Snapshots, operations.Snapshots).ConfigureAwait(false),
                _ when noun == FileStores.Backups.Noun => await Take(FileStores.Backups, operations.Backups).ConfigureAwait(false),
                _ when noun == FileStores.Greetings.Noun => await Take(FileStores.Greetings, operations.Greetings).ConfigureAwait(false),
                _ => throw new ArgumentOutOfRangeException(nameof(noun), noun, "There is no store of these."),
            };

            async Task<IReadOnlyList<string>> Take<TFile>(FileStoreKind<TFile> kind, IFileStoreOperations<TFile> store) where TFile : StoredFile
            {
                Directory.CreateDirectory(options.Rooted(kind.Folder(options.Paths)));
                var taken = await store.ImportAsync(name, content, force: false, cancellationToken).ConfigureAwait(false);
                return (taken as Backup)?.Warnings ?? [];
            }
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }
}
