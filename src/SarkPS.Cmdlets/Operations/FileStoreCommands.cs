using System.Management.Automation;

namespace SarkPS.Cmdlets;

/// <summary>A cmdlet of a store of files.</summary>
/// <typeparam name="TFile">What a file of the store is described by.</typeparam>
public abstract class SarkFileStoreCommand<TFile> : SarkOperationCmdlet
    where TFile : StoredFile
{
    private protected abstract FileStoreKind<TFile> Kind { get; }

    private protected abstract IFileStoreOperations<TFile> Store { get; }

    private protected string Words => SarkText.Words(Kind.Noun);

    /// <summary>Names that a pattern means; a name without wildcards is taken as it is, so that a missing one is an error.</summary>
    private protected IEnumerable<string> Expand(string pattern)
    {
        if (!WildcardPattern.ContainsWildcardCharacters(pattern))
        {
            return [pattern];
        }

        var wildcard = WildcardPattern.Get(pattern, WildcardOptions.IgnoreCase);
        return Wait(token => Store.ListAsync(token)).Select(file => file.Name).Where(wildcard.IsMatch);
    }
}

/// <summary>Lists files of a store.</summary>
/// <typeparam name="TFile">What a file of the store is described by.</typeparam>
public abstract class SarkGetFileCommand<TFile> : SarkFileStoreCommand<TFile>
    where TFile : StoredFile
{
    /// <summary>Names to look for; * and ? stand for any letters.</summary>
    [Parameter(Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [SupportsWildcards]
    public string[]? Name { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord() => Try(() =>
    {
        var files = Wait(token => Store.ListAsync(token));
        foreach (var pattern in Name ?? ["*"])
        {
            var wildcard = WildcardPattern.Get(pattern, WildcardOptions.IgnoreCase);
            var found = files.Where(file => wildcard.IsMatch(file.Name)).ToArray();
            WriteObject(found, enumerateCollection: true);
            if (found.Length == 0 && !WildcardPattern.ContainsWildcardCharacters(pattern))
            {
                WriteError(ToRecord(new SarkNotFoundException(Kind.Noun, pattern)));
            }
        }
    });
}

/// <summary>Copies files of a store to the file system.</summary>
/// <typeparam name="TFile">What a file of the store is described by.</typeparam>
public abstract class SarkExportFileCommand<TFile> : SarkFileStoreCommand<TFile>
    where TFile : StoredFile
{
    /// <summary>The files to copy; * and ? stand for any letters.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [SupportsWildcards]
    public string[] Name { get; set; } = [];

    /// <summary>The folder to copy to, or the name of the copy; without it the folder where the session stands.</summary>
    [Parameter(Position = 1)]
    [ValidateNotNullOrEmpty]
    public string Path { get; set; } = ".";

    /// <summary>Replaces files that are there.</summary>
    [Parameter]
    public SwitchParameter Force { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        foreach (var pattern in Name)
        {
            Try(() =>
            {
                foreach (var name in Expand(pattern))
                {
                    Try(() => Export(name));
                }
            });
        }
    }

    private void Export(string name)
    {
        // Before it becomes part of a path of ours.
        Kind.Existing(name);
        var path = FileSystemPath(Path, Kind.Noun);
        if (Directory.Exists(path))
        {
            path = System.IO.Path.Combine(path, name);
        }

        if (!ShouldProcess(path, $"Export {Words} {name}"))
        {
            return;
        }

        if (File.Exists(path) && !Force)
        {
            throw new SarkConflictException(Kind.Noun, path, $"The file '{path}' exists. It is replaced only with -Force.");
        }

        var temporary = $"{path}.{Guid.NewGuid():N}.part";
        WithFile(Kind.Noun, path, () =>
        {
            try
            {
                WaitWithProgress($"Exporting {name}", async (progress, token) =>
                {
                    using var content = await Store.OpenAsync(name, token).ConfigureAwait(false);
                    using var target = new FileStream(temporary, FileMode.CreateNew, FileAccess.Write);
                    await content.CopyToAsync(target, token).ConfigureAwait(false);
                    return true;
                });
                File.Move(temporary, path, Force);
            }
            finally
            {
                File.Delete(temporary);
            }

            WriteObject(new FileInfo(path));
            return true;
        });
    }
}

/// <summary>Takes files into a store.</summary>
/// <typeparam name="TFile">What a file of the store is described by.</typeparam>
public abstract class SarkImportFileCommand<TFile> : SarkFileStoreCommand<TFile>
    where TFile : StoredFile
{
    /// <summary>The files to take in.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [Alias("FullName", "PSPath")]
    [ValidateNotNullOrEmpty]
    public string[] Path { get; set; } = [];

    /// <summary>The name that it gets in the store; without it the file's own. For one file only.</summary>
    [Parameter(Position = 1)]
    [ValidateNotNullOrEmpty]
    public string? Name { get; set; }

    /// <summary>Replaces one of the same name.</summary>
    [Parameter]
    public SwitchParameter Force { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        foreach (var path in Path)
        {
            Try(() => Import(FileSystemPath(path, Kind.Noun)));
        }
    }

    private void Import(string path)
    {
        var name = Name ?? System.IO.Path.GetFileName(path);
        if (!ShouldProcess(name, $"Import {Words}"))
        {
            return;
        }

        WithFile(Kind.Noun, path, () =>
        {
            WriteObject(WaitWithProgress($"Importing {name}", async (progress, token) =>
            {
                using var content = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read);
                return await Store.ImportAsync(name, content, Force, token).ConfigureAwait(false);
            }));
            return true;
        });
    }
}

/// <summary>Removes files of a store.</summary>
/// <typeparam name="TFile">What a file of the store is described by.</typeparam>
public abstract class SarkRemoveFileCommand<TFile> : SarkFileStoreCommand<TFile>
    where TFile : StoredFile
{
    /// <summary>The files to remove; * and ? stand for any letters.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [SupportsWildcards]
    public string[] Name { get; set; } = [];

    private protected virtual bool IsForced => false;

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        foreach (var pattern in Name)
        {
            Try(() =>
            {
                foreach (var name in Expand(pattern))
                {
                    if (ShouldProcess(name, $"Remove {Words}"))
                    {
                        Try(() => Wait(token => Store.RemoveAsync(name, IsForced, token)));
                    }
                }
            });
        }
    }
}
