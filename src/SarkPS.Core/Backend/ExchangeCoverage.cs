namespace SarkPS;

/// <summary>How much of a telephone exchange a connection reaches.</summary>
public enum ExchangeCoverage
{
    /// <summary>A service that has not been asked, or does not tell.</summary>
    Unknown,

    /// <summary>
    /// A database file and nothing else, because that file was named and is not the database of this machine's exchange:
    /// a copy has no folders, no firewall and no Asterisk.
    /// </summary>
    Database,

    /// <summary>A tree of files that stands for a machine.</summary>
    Tree,

    /// <summary>The machine: its files, its firewall, its Asterisk, its commands.</summary>
    Machine,
}

/// <summary>What an exchange has beside its tables.</summary>
public enum ExchangePart
{
    /// <summary>Copies of the database.</summary>
    Snapshots,

    /// <summary>Archives of the whole machine.</summary>
    Backups,

    /// <summary>Greetings.</summary>
    Greetings,

    /// <summary>Shorewall's rules.</summary>
    Firewall,

    /// <summary>Call records.</summary>
    CallRecords,

    /// <summary>Commands to the machine, a commit among them.</summary>
    System,

    /// <summary>The Asterisk Manager Interface.</summary>
    Asterisk,
}

/// <summary>What people are told of the parts of an exchange.</summary>
public static class ExchangeParts
{
    /// <summary>A part as messages call it.</summary>
    public static string Words(this ExchangePart part) => part switch
    {
        ExchangePart.Firewall => "the firewall",
        ExchangePart.CallRecords => "call records",
        ExchangePart.System => "commits and commands to the machine",
        ExchangePart.Asterisk => "Asterisk",
        _ => part.ToString().ToLowerInvariant(),
    };

    /// <summary>The refusal of a part that a connection does not cover.</summary>
    /// <param name="part">The part.</param>
    /// <param name="target">The exchange.</param>
    /// <param name="reason">What the connection covers, and how to say that more is meant.</param>
    /// <param name="path">Where the database lies, if the exchange is one.</param>
    public static SarkException NotCovered(this ExchangePart part, string target, string reason, string? path = null) =>
        new(SarkErrorKind.Unsupported, part.ToString(), target, $"This connection does not cover {part.Words()}. {reason}")
        {
            FilePath = path
        };
}
