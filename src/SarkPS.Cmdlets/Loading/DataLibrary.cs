using System.Reflection;
using System.Runtime.Loader;

namespace SarkPS.Cmdlets;

/// <summary>
/// The assembly of the local back end, <c>SarkPS.Data</c>, and the way to it. In the module that assembly lies in
/// <c>lib/</c> with its packages and loads in a load context of its own: another module that brought a different
/// Microsoft.Data.Sqlite into the default context would break it there, and it that module. Both sides share the types of
/// SarkPS.Core, so what comes back is the same <see cref="ISarkBackend"/>.
/// </summary>
public static class DataLibrary
{
    private const string Library = "SarkPS.Data";

    private static readonly Lazy<AssemblyLoadContext> LoadContext = new(MakeContext);

    // Not cached while they fail: a missing file can be put right without a new process.
    private static readonly Lazy<Func<SarkOptions, ISarkBackend>> Opener =
        new(() => Find<Func<SarkOptions, ISarkBackend>>("Open"), LazyThreadSafetyMode.PublicationOnly);

    private static readonly Lazy<Func<string, string, Stream, LimitOptions?, CancellationToken, Task<IReadOnlyList<string>>>> Judge =
        new(
            () => Find<Func<string, string, Stream, LimitOptions?, CancellationToken, Task<IReadOnlyList<string>>>>("JudgeContentAsync"),
            LazyThreadSafetyMode.PublicationOnly);

    private static readonly Lazy<Func<TextReader, char, int, ICsvRecords>> CsvReader =
        new(() => Find<Func<TextReader, char, int, ICsvRecords>>("ReadCsv"), LazyThreadSafetyMode.PublicationOnly);

    /// <summary>Opens a back end that works on this machine's database, files and Asterisk.</summary>
    /// <param name="options">Where they are.</param>
    /// <exception cref="SarkException">The database cannot be opened, or the module's folder is not whole.</exception>
    public static ISarkBackend Open(SarkOptions options) => Opener.Value(options);

    /// <summary>
    /// Judges the content of a file as a store does that takes it in, here and without one, so that nothing is sent to a
    /// service for it.
    /// </summary>
    /// <param name="noun">What the store holds, as in a cmdlet's name.</param>
    /// <param name="name">The name that the file would get.</param>
    /// <param name="content">Its content, read to the end.</param>
    /// <param name="limits">The largest that is allowed; null where another exchange has limits of its own.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <returns>What would be warned of.</returns>
    /// <exception cref="SarkException">It would be refused.</exception>
    internal static Task<IReadOnlyList<string>> JudgeContentAsync(
        string noun,
        string name,
        Stream content,
        LimitOptions? limits,
        CancellationToken cancellationToken) =>
        Judge.Value(noun, name, content, limits, cancellationToken);

    /// <summary>Reads CSV with the package for it, which lies with the back end.</summary>
    /// <param name="text">The text. It is closed with what is returned.</param>
    /// <param name="delimiter">What stands between two fields.</param>
    /// <param name="line">The line that the text begins in.</param>
    internal static ICsvRecords ReadCsv(TextReader text, char delimiter, int line) => CsvReader.Value(text, delimiter, line);

    /// <summary>The load context of the local back end: for tests and for people who look for a clash of assemblies.</summary>
    public static AssemblyLoadContext Context => LoadContext.Value;

    internal static void Prepare() => _ = LoadContext.Value;

    internal static void Release()
    {
        if (Opener.IsValueCreated)
        {
            Find<Action>("Release")();
        }
    }

    private static AssemblyLoadContext MakeContext()
    {
        var own = typeof(DataLibrary).Assembly;
        var folder = Path.Combine(Path.GetDirectoryName(own.Location)!, "lib");

        // Without lib/ this is not the module but a program that references both assemblies, such as the tests: what
        // it was built with is what it gets.
        return File.Exists(Path.Combine(folder, Library + ".dll"))
            ? new LibraryLoadContext(folder)
            : AssemblyLoadContext.GetLoadContext(own)!;
    }

    private static T Find<T>(string method) where T : Delegate
    {
        try
        {
            return Context.LoadFromAssemblyName(new AssemblyName(Library))
                .GetType($"{Library}.LocalBackend", throwOnError: true)!
                .GetMethod(method, BindingFlags.Public | BindingFlags.Static)!
                .CreateDelegate<T>();
        }
        catch (IOException e)
        {
            // FileNotFoundException and FileLoadException: the folder was copied in part, or parts of two versions are in it.
            var folder = Path.GetDirectoryName(typeof(DataLibrary).Assembly.Location);
            throw new SarkException(
                SarkErrorKind.Unsupported,
                "Module",
                folder,
                $"The local back end {Library}.dll cannot be loaded for the module in '{folder}': {e.Message} Install the module again, "
                    + "with its folder lib.",
                e);
        }
    }
}
