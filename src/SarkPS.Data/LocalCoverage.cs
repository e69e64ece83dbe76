using SarkPS.Data.Files;

namespace SarkPS.Data;

/// <summary>
/// What belongs to a local exchange beside its database. A database that somebody named, and that is not the one of the
/// root in force, is a copy: this machine's folders, firewall and Asterisk are not its own, and are refused, unless it was
/// said that they are meant.
/// </summary>
internal sealed class LocalCoverage
{
    // Parts that are one folder or file; a backup and the firewall are more than their folders.
    private static readonly Dictionary<ExchangePart, Func<SarkPaths, string>> OwnPath = new()
    {
        [ExchangePart.Snapshots] = paths => paths.Snapshots,
        [ExchangePart.Greetings] = paths => paths.Greetings,
        [ExchangePart.CallRecords] = paths => paths.CallRecords,
    };

    private readonly SarkOptions options;
    private readonly string database;

    /// <summary>Judges it, once: what is named in the options, and which file the database is, are those of now.</summary>
    /// <param name="options">Where everything is, as it was named.</param>
    /// <param name="database">The database file.</param>
    /// <param name="isNamed">Whether somebody named that file.</param>
    public LocalCoverage(SarkOptions options, string database, bool isNamed)
    {
        this.options = options;
        this.database = database;
        Kind = !options.IsWholeMachine ? ExchangeCoverage.Tree
            : options.Root is null && isNamed && !Posix.IsSameFile(database, options.Rooted(options.Paths.Database))
            ? ExchangeCoverage.Database
            : ExchangeCoverage.Machine;
        Parts = [.. Enum.GetValues<ExchangePart>().Where(IsMeant)];
    }

    /// <summary>How far it reaches.</summary>
    public ExchangeCoverage Kind { get; }

    /// <summary>The parts that belong to it.</summary>
    public IReadOnlyCollection<ExchangePart> Parts { get; }

    /// <summary>Why the other parts are refused, in a sentence.</summary>
    public string Reason =>
        $"It covers the database file '{SarkException.NameOf(database)}' only: that file was named, and it is not the database of this "
            + $"machine's exchange ('{options.Paths.Database}').";

    /// <summary>
    /// Whether the folder of Asterisk's configuration belongs to it: with the machine or the tree, or because it was named.
    /// </summary>
    public bool HasConfiguration => Kind != ExchangeCoverage.Database || options.Paths.Asterisk != SarkPaths.Default.Asterisk;

    /// <summary>Refuses a part that does not belong to it.</summary>
    /// <exception cref="SarkException">It does not.</exception>
    public void Require(ExchangePart part)
    {
        if (!Parts.Contains(part))
        {
            var own = part == ExchangePart.Asterisk
                ? "with -AmiHost and -AmiCredential (Sark:Ami in a service), "
                : OwnPath.ContainsKey(part) ? $"with Sark:Paths:{part} in a service, " : "";
            throw part.NotCovered(
                SarkException.NameOf(database),
                $"{Reason} Say whose they are {own}with -Root FOLDER (Sark:Root) for a tree of files, or with -Root / for this machine's.",
                database);
        }
    }

    private bool IsMeant(ExchangePart part) =>
        Kind != ExchangeCoverage.Database
        || (part == ExchangePart.Asterisk && options.Ami.IsNamed)
        || (OwnPath.TryGetValue(part, out var path) && path(options.Paths) != path(SarkPaths.Default));
}
