using System.Management.Automation;

namespace SarkPS.Cmdlets;

/// <summary>A cmdlet of a store of files.</summary>
/// <typeparam name="TFile">What a file of the store is described by.</typeparam>
public abstract class SarkFileStoreCommand<TFile> : SarkCmdlet
    where TFile : StoredFile, IStoredFile<TFile>
{
    private protected static FileStoreKind<TFile> Kind => TFile.Store;

    private protected static string Noun => Kind.Noun;

    private protected static string Words => SarkText.Words(Noun);

    private protected IFileStoreOperations<TFile> Store => Kind.Of(Backend);

    // What was promised under -WhatIf: a second one of the same name would find what the first had done.
    private readonly HashSet<string> promised = new(StringComparer.Ordinal);

    /// <summary>Notes under -WhatIf that something of a name would be done.</summary>
    /// <returns>False when that was promised before.</returns>
    private protected bool Promise(string name) => !Rehearsal.IsOn || promised.Add(name);

    /// <summary>The names that are meant; one that is no pattern is taken as it is, so that a missing one is an error.</summary>
    private protected IEnumerable<string> Expand(KeyWish wish)
    {
        if (wish.Item is { } item)
        {
            return [NameOf(item)];
        }

        if (!wish.IsPattern)
        {
            return [wish.Literal];
        }

        var matches = wish.Matcher(Noun);
        return [.. Wait(token => Store.ListAsync(token)).Select(file => file.Name).Where(name => matches(name))];
    }

    /// <summary>The name that something says which was piped in: the file itself, or what was found out about it.</summary>
    internal static string NameOf(PipedItem item) => item.NameFor(Noun, [Noun, Noun + "Report", Noun + "Restore"], "Name");
}

/// <summary>Does something with files of a store, by name or piped in.</summary>
/// <typeparam name="TFile">What a file of the store is described by.</typeparam>
public abstract class SarkNamedFileCommand<TFile> : SarkFileStoreCommand<TFile>
    where TFile : StoredFile, IStoredFile<TFile>
{
    /// <summary>
    /// The files; * and ? stand for any letters, [abc] for one of these, and a backtick makes the letter after it literal.
    /// </summary>
    [Parameter(Mandatory = true, Position = 0, ParameterSetName = KeySet)]
    [SupportsWildcards]
    [SarkKey]
    [ArgumentCompleter(typeof(SarkCompleter))]
    public string[] Name { get; set; } = [];

    /// <summary>What is piped in: files of the store as Get- lists them, or their names, letter by letter.</summary>
    [Parameter(Mandatory = true, ValueFromPipeline = true, ParameterSetName = InputSet)]
    [AllowNull]
    [ArgumentCompleter(typeof(SarkCompleter))]
    public PSObject? InputObject { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        if (!IsRefused())
        {
            ForEachWish(Name, InputObject, wish =>
            {
                foreach (var name in Expand(wish))
                {
                    Try(() => Process(name));
                }
            });
        }
    }

    /// <summary>Does it with one file.</summary>
    private protected abstract void Process(string name);
}

/// <summary>Lists files of a store.</summary>
/// <typeparam name="TFile">What a file of the store is described by.</typeparam>
public abstract class SarkGetFileCommand<TFile> : SarkFileStoreCommand<TFile>
    where TFile : StoredFile, IStoredFile<TFile>
{
    /// <summary>
    /// Names to look for; * and ? stand for any letters, [abc] for one of these, and a backtick makes the letter after it
    /// literal.
    /// </summary>
    [Parameter(Position = 0)]
    [SupportsWildcards]
    [SarkKey]
    [ArgumentCompleter(typeof(SarkCompleter))]
    public string[]? Name { get; set; }

    /// <summary>What is piped in: files of the store, or their names, letter by letter.</summary>
    [Parameter(ValueFromPipeline = true)]
    [ArgumentCompleter(typeof(SarkCompleter))]
    public PSObject? InputObject { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        if (IsRefused())
        {
            return;
        }

        if (!IsPiped && Name is null)
        {
            Try(() => Write([.. Wait(token => Store.ListAsync(token))]));
            return;
        }

        ForEachWish(Name, InputObject, wish =>
        {
            if (wish.Item is not null && Name is not null)
            {
                throw wish.Item.Besides(Noun, nameof(Name));
            }

            // Without regard to case, as at any prompt; no two files of a store differ in that alone.
            var matches = (wish.Item is { } item ? KeyWish.Of(NameOf(item)) : wish).Matcher(Noun, ignoreCase: true);
            var found = Wait(token => Store.ListAsync(token)).Where(file => matches(file.Name)).ToArray();
            Write(found);
            if (found.Length == 0 && !wish.IsPattern)
            {
                throw new SarkNotFoundException(Noun, wish.Item is { } missing ? NameOf(missing) : wish.Literal);
            }
        });
    }

    private void Write(TFile[] found)
    {
        EmitEach(found);
        if (found.Where(file => file.IsExposed).Select(file => file.Name).ToArray() is { Length: > 0 } exposed)
        {
            WriteWarning("Every account of the exchange can read "
                + $"{string.Join(", ", exposed.Take(5))}{(exposed.Length > 5 ? $" and {exposed.Length - 5} more" : "")}, and with it "
                + "all passwords; the account that SarkPS runs under may not change that.");
        }
    }
}

/// <summary>Copies files of a store to the file system.</summary>
/// <typeparam name="TFile">What a file of the store is described by.</typeparam>
public abstract class SarkExportFileCommand<TFile> : SarkNamedFileCommand<TFile>
    where TFile : StoredFile, IStoredFile<TFile>
{
    /// <summary>The folder to copy to, or the name of the copy; without it the folder where the session stands.</summary>
    [Parameter(Position = 1)]
    [ValidateNotNullOrEmpty]
    public string Path { get; set; } = ".";

    /// <summary>Replaces files that are there.</summary>
    [Parameter]
    public SwitchParameter Force { get; set; }

    private protected override void Process(string name)
    {
        // Before it becomes part of a path of ours.
        Kind.Existing(name);
        if (LooksFirst)
        {
            Wait(token => Store.RequireAsync(name, token));
        }

        var path = UserFiles.Find(SessionState, Path, Noun);
        if (Directory.Exists(path))
        {
            path = System.IO.Path.Combine(path, name);
        }

        RequireTarget(path);
        if (!Confirmed(path, $"Export {Words} {name}"))
        {
            return;
        }

        var temporary = $"{path}.{Guid.NewGuid():N}.part";
        UserFiles.With(Noun, path, () =>
        {
            try
            {
                WaitWithProgress($"Exporting {name}", async (progress, token) =>
                {
                    using var content = await Store.OpenAsync(name, token).ConfigureAwait(false);
                    using var target = CreatePrivate(temporary);
                    await content.CopyToAsync(target, token).ConfigureAwait(false);
                    return true;
                });
                File.Move(temporary, path, Force);
            }
            finally
            {
                File.Delete(temporary);
            }

            Emit(new FileInfo(path));
            return true;
        });
    }

    private void RequireTarget(string path)
    {
        if (System.IO.Path.GetDirectoryName(path) is { } folder && !Directory.Exists(folder))
        {
            throw new SarkNotFoundException(Noun, path, $"There is no folder '{folder}' to export to.");
        }

        if (Directory.Exists(path))
        {
            throw new SarkConflictException(Noun, path, $"'{path}' is a folder, and the copy would have that name.");
        }

        if (!Force && (File.Exists(path) || !Promise(path)))
        {
            throw new SarkConflictException(Noun, path, $"The file '{path}' exists. It is replaced only with -Force.");
        }
    }

    /// <summary>Makes a file that only the user can read: snapshots and backups hold every password of the exchange.</summary>
    private static FileStream CreatePrivate(string path)
    {
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        return new FileStream(path, options);
    }
}

/// <summary>Takes files into a store.</summary>
/// <typeparam name="TFile">What a file of the store is described by.</typeparam>
public abstract class SarkImportFileCommand<TFile> : SarkFileStoreCommand<TFile>
    where TFile : StoredFile, IStoredFile<TFile>
{
    /// <summary>The files to take in.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [Alias("FullName", "PSPath")]
    [ValidateNotNullOrEmpty]
    public string[] Path { get; set; } = [];

    /// <summary>The name that it gets in the store; without it the file's own. For one file only.</summary>
    [Parameter(Position = 1)]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(SarkCompleter))]
    public string? Name { get; set; }

    /// <summary>Replaces one of the same name.</summary>
    [Parameter]
    public SwitchParameter Force { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        foreach (var path in Path)
        {
            Try(() => Import(UserFiles.Find(SessionState, path, Noun)));
        }
    }

    private void Import(string path)
    {
        var name = Name ?? System.IO.Path.GetFileName(path);
        Judge(path, name);
        if (!Confirmed(name, $"Import {Words}"))
        {
            return;
        }

        UserFiles.With(Noun, path, () =>
        {
            var taken = WaitWithProgress($"Importing {name}", async (progress, token) =>
            {
                using var content = Open(path);
                return await Store.ImportAsync(name, content, Force, token).ConfigureAwait(false);
            });
            foreach (var warning in (taken as Backup)?.Warnings ?? [])
            {
                WriteWarning(warning);
            }

            Emit(taken);
            return true;
        });
    }

    /// <summary>
    /// Refuses what would be refused, before anybody is asked. The content is judged under -WhatIf only, and here, whether the
    /// store is: in a real run the store does it, and nothing is read or sent twice.
    /// </summary>
    private void Judge(string path, string name)
    {
        var store = Store;
        UserFiles.With(Noun, path, () =>
        {
            using var content = Open(path);
            if (LooksFirst)
            {
                Wait(token => store.JudgeImportAsync(name, Force, token));
            }

            if (!Promise(name) && !Force)
            {
                throw Kind.Taken(name);
            }

            if (Rehearsal.IsOn)
            {
                var limits = Backend.IsRemote ? null : new LimitOptions();
                foreach (var warning in WaitWithProgress(
                    $"Looking through {name}",
                    (progress, token) => DataLibrary.JudgeContentAsync(Noun, name, content, limits, token)))
                {
                    WriteWarning(warning);
                }
            }

            return true;
        });
    }

    private static FileStream Open(string path) => new(path, FileMode.Open, FileAccess.Read, FileShare.Read);
}

/// <summary>Removes files of a store.</summary>
/// <typeparam name="TFile">What a file of the store is described by.</typeparam>
public abstract class SarkRemoveFileCommand<TFile> : SarkNamedFileCommand<TFile>
    where TFile : StoredFile, IStoredFile<TFile>
{
    /// <summary>Removes it without asking. Does not skip -WhatIf, nor a -Confirm that is given.</summary>
    [Parameter]
    public virtual SwitchParameter Force { get; set; }

    private protected override void Process(string name)
    {
        var store = Store;
        if (LooksFirst)
        {
            Wait(token => store.JudgeRemoveAsync(name, Force, token));
        }

        if (!Promise(name))
        {
            throw new SarkNotFoundException(Noun, name);
        }

        if (ShouldRemove(name, $"Remove {Words}", Force))
        {
            Wait(token => store.RemoveAsync(name, Force, token));
        }
    }
}

/// <summary>Restores what a file of a store holds, at the exchange that the file lies on.</summary>
/// <typeparam name="TFile">What a file of the store is described by.</typeparam>
public abstract class SarkRestoreCommand<TFile> : SarkChangeCommand
    where TFile : StoredFile, IStoredFile<TFile>
{
    private protected override bool ChangesRows => false;

    /// <summary>The file to restore from, letter by letter.</summary>
    [Parameter(Mandatory = true, Position = 0, ParameterSetName = KeySet)]
    [SarkKey]
    [ArgumentCompleter(typeof(SarkCompleter))]
    public string Name { get; set; } = "";

    /// <summary>The file as Get- lists it, or its name.</summary>
    [Parameter(Mandatory = true, ValueFromPipeline = true, ParameterSetName = InputSet)]
    [AllowNull]
    [ArgumentCompleter(typeof(SarkCompleter))]
    public PSObject? InputObject { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        if (!IsRefused())
        {
            ForEachWish([Name], InputObject, wish => Restore(
                wish.Item is { } item ? SarkFileStoreCommand<TFile>.NameOf(item) : wish.Text));
        }
    }

    /// <summary>Restores from one file.</summary>
    private protected abstract void Restore(string name);
}
