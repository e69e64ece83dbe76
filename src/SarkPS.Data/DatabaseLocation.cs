using SarkPS.Data.Files;
using SarkPS.Data.Sqlite;

namespace SarkPS.Data;

/// <summary>Which database file is meant.</summary>
internal static class DatabaseLocation
{
    private const string Variable = "SARK_DATABASE";

    /// <summary>
    /// The one that the options or, without a root of one's own, the environment name; else SARK's own, where it is
    /// installed; else an embedded one in the user's data folder, made on first use.
    /// </summary>
    /// <returns>The file, whether it was just made, and whether somebody named it.</returns>
    /// <exception cref="SarkException">None was there and none could be made, or <see cref="SarkOptions.Version"/> is no
    /// version of SARK.</exception>
    public static (string Path, bool IsNew, bool IsNamed) Find(SarkOptions options)
    {
        var version = options.Version is { } wanted ? SarkVersion.Require(wanted) : null;
        // A root of one's own is a tree of one's own: what the environment says of this machine is not meant.
        var isThisMachine = options.IsWholeMachine;
        var named = options.Database ?? (isThisMachine ? Environment.GetEnvironmentVariable(Variable) : null);
        if (!string.IsNullOrEmpty(named))
        {
            // A name that was given and is not there is a mistake, not a wish for a new one.
            return (Path.GetFullPath(named), false, true);
        }

        var own = options.Rooted(options.Paths.Database);
        if (File.Exists(own))
        {
            return (own, false, false);
        }

        var data = Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData, Environment.SpecialFolderOption.DoNotVerify);
        var embedded = isThisMachine ? Path.Combine(data.Length > 0 ? data : Path.GetTempPath(), "SarkPS", "sark.db") : own;
        return (embedded, EmbeddedDatabase.CreateIfMissing(embedded, version), false);
    }

    /// <summary>
    /// Where something is kept that belongs to a database: where the options say of this machine's, and beside any other, unless
    /// another path is named than the usual one.
    /// </summary>
    /// <param name="options">The options.</param>
    /// <param name="path">The database.</param>
    /// <param name="own">Which path of the options it is.</param>
    /// <param name="ending">What is added to the name of another database.</param>
    /// <remarks>Two databases in one journal would each be taken for the other, restored from a copy.</remarks>
    public static string Companion(SarkOptions options, string path, Func<SarkPaths, string> own, string ending) =>
        own(options.Paths) != own(SarkPaths.Default) || Posix.IsSameFile(path, options.Rooted(options.Paths.Database))
            ? options.Rooted(own(options.Paths))
            : DatabaseFile.Resolve(path) + ending;
}
