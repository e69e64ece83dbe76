using System.Globalization;
using System.Text.RegularExpressions;

namespace SarkPS;

/// <summary>A file in one of the stores of a SARK machine.</summary>
/// <param name="Name">The file's name, without a folder.</param>
/// <param name="Size">Its size in bytes.</param>
/// <param name="Date">When it was last written.</param>
public abstract record StoredFile(string Name, long Size, DateTimeOffset Date)
{
    /// <summary>
    /// Whether every account of the machine can read it though it holds passwords, and SarkPS may not change that. Listing
    /// mends what it may.
    /// </summary>
    public bool IsExposed { get; init; }

    /// <summary>The name; so that a file piped to another command says which one it is.</summary>
    public sealed override string ToString() => Name;

    private protected static DateTimeOffset? Epoch(string name)
    {
        var digits = name.Split('.').FirstOrDefault(part => part.Length > 0 && part.All(char.IsAsciiDigit));
        return digits is not null && long.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds)
            ? DateTimeOffset.FromUnixTimeSeconds(seconds)
            : null;
    }
}

/// <summary>A kind of file says of itself which store it is kept in.</summary>
/// <typeparam name="TFile">The kind of file.</typeparam>
public interface IStoredFile<TFile>
    where TFile : StoredFile, IStoredFile<TFile>
{
    /// <summary>Everything that the local store, the routes, the client and the cmdlets know about the store.</summary>
    static abstract FileStoreKind<TFile> Store { get; }
}

/// <summary>
/// A copy of the database, <c>sark.db.&lt;epoch&gt;</c>; <c>sark.db.&lt;epoch&gt;.1</c> is a second one of the same second.
/// </summary>
public sealed record Snapshot(string Name, long Size, DateTimeOffset Date) : StoredFile(Name, Size, Date), IStoredFile<Snapshot>
{
    /// <inheritdoc/>
    public static FileStoreKind<Snapshot> Store => FileStores.Snapshots;

    /// <summary>When it was taken, from its name.</summary>
    public DateTimeOffset? Taken => Epoch(Name);
}

/// <summary>An archive of database, greetings, voicemail, configuration and directory, <c>sarkbak.&lt;epoch&gt;.zip</c>.</summary>
public sealed record Backup(string Name, long Size, DateTimeOffset Date) : StoredFile(Name, Size, Date), IStoredFile<Backup>
{
    /// <inheritdoc/>
    public static FileStoreKind<Backup> Store => FileStores.Backups;

    /// <summary>When it was taken, from its name.</summary>
    public DateTimeOffset? Taken => Epoch(Name);

    /// <summary>What could not be put into it, one sentence each, such as a symbolic link. Only a backup just taken has any.</summary>
    public IReadOnlyList<string> Warnings { get; init; } = [];
}

/// <summary>A recorded greeting, <c>usergreetingNNNN.wav</c>, <c>.mp3</c> or <c>.gsm</c>.</summary>
public sealed record Greeting(string Name, long Size, DateTimeOffset Date) : StoredFile(Name, Size, Date), IStoredFile<Greeting>
{
    /// <inheritdoc/>
    public static FileStoreKind<Greeting> Store => FileStores.Greetings;

    /// <summary>The number in the name, 0 to 9999, by which IVRs, queues and ring groups play it.</summary>
    public int Number => int.Parse(Name.AsSpan("usergreeting".Length, 4), NumberStyles.None, CultureInfo.InvariantCulture);

    /// <summary><c>wav</c>, <c>mp3</c> or <c>gsm</c>.</summary>
    public string Format => Name[(Name.LastIndexOf('.') + 1)..];
}

/// <summary>
/// What is particular to one kind of file store. The local store, the routes, the client and the cmdlets all read it.
/// </summary>
/// <typeparam name="TFile">What a file of the store is described by.</typeparam>
public sealed class FileStoreKind<TFile> where TFile : StoredFile
{
    internal FileStoreKind(
        string noun, string route, string uploadField, string setName, string mediaType, string nameForm, Regex pattern,
        Func<SarkPaths, string> folder, Func<LimitOptions, long> limit, Func<string, long, DateTimeOffset, TFile> make, Func<ISarkBackend,
        IFileStoreOperations<TFile>> of)
    {
        Noun = noun;
        Route = route;
        UploadField = uploadField;
        SetName = setName;
        MediaType = mediaType;
        NameForm = nameForm;
        this.pattern = pattern;
        Folder = folder;
        Limit = limit;
        Make = make;
        Of = of;
    }

    private readonly Regex pattern;

    /// <summary>As in a cmdlet's name, such as <c>Snapshot</c>.</summary>
    public string Noun { get; }

    /// <summary>The route below <c>/api/</c>.</summary>
    public string Route { get; }

    /// <summary>The field of the form in which an upload arrives.</summary>
    public string UploadField { get; }

    /// <summary>What sark6api calls the store in its messages.</summary>
    public string SetName { get; }

    /// <summary>The media type of a download.</summary>
    public string MediaType { get; }

    /// <summary>How a name looks, for messages.</summary>
    public string NameForm { get; }

    /// <summary>Where the store lies, as on a real machine.</summary>
    public Func<SarkPaths, string> Folder { get; }

    /// <summary>The largest upload, in bytes.</summary>
    public Func<LimitOptions, long> Limit { get; }

    /// <summary>The store of an exchange.</summary>
    public Func<ISarkBackend, IFileStoreOperations<TFile>> Of { get; }

    /// <summary>Makes the description of a file from name, size and date.</summary>
    public Func<string, long, DateTimeOffset, TFile> Make { get; }

    /// <summary>
    /// Whether a name is one of this store: the whole of it, in plain ASCII. A name that passes can never leave the folder.
    /// </summary>
    public bool IsName(string? name) => name is not null && pattern.IsMatch(name);

    /// <summary>Refuses a name that can not be of this store.</summary>
    /// <exception cref="SarkNotFoundException">The name has not the form of the store; nothing of that name can exist in it.</exception>
    public string Existing(string name) => IsName(name)
        ? name
        : throw new SarkNotFoundException(
            Noun,
            name,
            $"There is no {SarkText.Words(Noun)} '{SarkText.Printable(name)}'; their names are {NameForm}.");

    /// <summary>The refusal to replace a file that is there.</summary>
    public SarkConflictException Taken(string name) =>
        new(Noun, name, $"There is a {SarkText.Words(Noun)} '{name}' already. It is replaced only when that is asked for.");

    /// <summary>Refuses to make a file whose name is not of this store.</summary>
    /// <exception cref="SarkValidationException">The name has not the form of the store.</exception>
    public string Acceptable(string name) => IsName(name)
        ? name
        : throw new SarkValidationException(
            Noun,
            name,
            UploadField,
            $"The name '{SarkText.Printable(name)}' is not allowed for a {SarkText.Words(Noun)}; allowed is {NameForm}.");
}

/// <summary>The stores of files that a SARK machine has. Patterns, folders and field names are sark6api's and SARK's.</summary>
public static partial class FileStores
{
    /// <summary>How many of one second can be told apart.</summary>
    internal const int MaximumSuffix = 99;

    /// <summary>Copies of the database.</summary>
    public static FileStoreKind<Snapshot> Snapshots { get; } = new(
        "Snapshot", "snapshots", "uploadsnap", "snapshot set", "application/x-sqlite3", "sark.db.<epoch>, such as sark.db.1700000000",
        SnapshotName(), paths => paths.Snapshots, limits => limits
            .Snapshot, (name, size, date) => new Snapshot(name, size, date), backend => backend.Snapshots);

    /// <summary>Archives of the whole machine.</summary>
    public static FileStoreKind<Backup> Backups { get; } = new(
        "Backup", "backups", "uploadzip", "backup set", "application/zip", "sarkbak.<epoch>.zip, such as sarkbak.1700000000.zip",
        BackupName(), paths => paths.Backups, limits => limits
            .Backup, (name, size, date) => new Backup(name, size, date), backend => backend.Backups);

    /// <summary>Greetings that the users recorded or had recorded.</summary>
    public static FileStoreKind<Greeting> Greetings { get; } = new(
        "Greeting", "greetings", "greeting", "sounds set", "audio/x-wav",
        "usergreetingNNNN.wav, usergreetingNNNN.mp3 or usergreetingNNNN.gsm with four digits",
        GreetingName(), paths => paths.Greetings, limits => limits
            .Greeting, (name, size, date) => new Greeting(name, size, date), backend => backend.Greetings);

    // A number behind the second is of one that was taken in the same.
    // \z and not $, which lets a line feed follow; [0-9] and not \d, which takes the digits of every script.
    [GeneratedRegex(@"^sark\.db\.[0-9]{1,11}(\.[1-9][0-9]?)?\z", RegexOptions.CultureInvariant)]
    private static partial Regex SnapshotName();

    [GeneratedRegex(@"^sarkbak\.[0-9]{1,11}(\.[1-9][0-9]?)?\.zip\z", RegexOptions.CultureInvariant)]
    private static partial Regex BackupName();

    [GeneratedRegex(@"^usergreeting[0-9]{4}\.(wav|mp3|gsm)\z", RegexOptions.CultureInvariant)]
    private static partial Regex GreetingName();
}
