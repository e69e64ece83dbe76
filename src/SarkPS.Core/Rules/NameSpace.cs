using System.Text.RegularExpressions;

namespace SarkPS.Rules;

/// <summary>
/// Names that must differ from each other since SARK's generator writes them into one file, and those among them that SARK
/// and Asterisk use themselves: rows of such a name would merge with theirs. Found in the files that SARK 6.2.0-42 and
/// 6.5.0-8 generate and install.
/// </summary>
public sealed partial class NameSpace
{
    private readonly HashSet<string> reserved;
    private readonly Regex? pattern;

    private NameSpace(string description, IEnumerable<string> reserved, Regex? pattern = null)
    {
        Description = description;
        this.reserved = new HashSet<string>(reserved, StringComparer.OrdinalIgnoreCase);
        this.pattern = pattern;
    }

    /// <summary>Contexts of extensions.conf: each tenant, class-of-service rule and custom app is one.</summary>
    public static NameSpace Contexts { get; } = new(
        "a context of the dial plan",
        [
            "general", "globals", "internal", "from-internal", "priv_sibling", "qrxvtmny", "extensions", "queues", "Emergency", "Cosend",
            "conferences",
            "from-trunk", "from-pstn", "digital", "fxo", "gsm", "mainmenu", "parkedcalls", "internal-presets", "recurse", "recursedial",
            "defaultOpenGreet", "defaultClosedGreet", "customOpenGreet", "customClosedGreet",
        ],
        ContextPattern());

    /// <summary>Extensions of the context internal: each tenant and each ring group is one, beside the telephones.</summary>
    public static NameSpace Extensions { get; } = new(
        "an extension of the dial plan",
        ["MASTER", "0", "h", "i", "o", "s", "t", "fax", "sipsak"],
        ExtensionPattern());

    /// <summary>Extensions of the menu of incoming calls: each inbound route and each trunk is one.</summary>
    public static NameSpace Incoming { get; } =
        new("an extension of the menu of incoming calls", ["h", "i", "o", "s", "t", "fax", "sipsak"]);

    /// <summary>Sections of queues.conf.</summary>
    public static NameSpace Queues { get; } = new("a section of queues.conf", ["general"]);

    /// <summary>Sections of the files of peers.</summary>
    public static NameSpace Peers { get; } = new(
        "a section of the configuration of peers",
        ["general", "authentication", "callnumberlimits", "global", "system", "anonymous", "networks", "acl"],
        PeerPattern());

    /// <summary>What the names become.</summary>
    public string Description { get; }

    /// <summary>
    /// Whether SARK or Asterisk uses a name itself. Letters count alike in both cases, so that nobody mistakes one for the
    /// other.
    /// </summary>
    public bool IsReserved(string name) => reserved.Contains(name) || pattern?.IsMatch(name) == true;

    // The contexts of a telephone's classes of service, and macros.
    [GeneratedRegex(@"\A(?:[0-9]+(?:open|closed)cos|macro-.*)\z", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex ContextPattern();

    // A telephone's mailbox.
    [GeneratedRegex(@"\Avm[0-9]+\z", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex ExtensionPattern();

    [GeneratedRegex(@"\Atransport-.*\z", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex PeerPattern();
}
