using System.Text.RegularExpressions;

namespace SarkPS.Resources;

/// <summary>
/// The lines of an extension's section in Asterisk's sip.conf. SARK's generator puts the number in square brackets above
/// them and replaces variables, each as a text that may stand anywhere.
/// </summary>
internal static partial class Stanzas
{
    /// <summary>
    /// The variables that SARK 6.2 replaces: the extension's name, password, number, and so on, and its tenant. Others stay
    /// in the file as they are.
    /// </summary>
    public static IReadOnlyList<string> Variables { get; } = ["desc", "password", "ext", "nat", "transport", "encryption", "clst"];

    /// <summary>
    /// A SIP telephone. <c>subscribecontext</c> is where Asterisk looks for the state of another extension when a telephone
    /// subscribes to its lamp; all hints of SARK's dial plan stand in the context <c>extensions</c>.
    /// </summary>
    public static IReadOnlyList<string> Telephone { get; } =
    [
        "type=friend",
        "context=internal",
        "defaultuser=$desc",
        "secret=$password",
        "mailbox=$ext@$clst",
        "host=dynamic",
        "qualify=yes",
        "call-limit=3",
        "callerid=\"$desc\" <$ext>",
        "subscribecontext=extensions",
        "namedcallgroup=$clst",
        "namedpickupgroup=$clst",
        "disallow=all",
        "allow=alaw",
        "allow=ulaw",
        "nat=$nat",
        "transport=$transport",
        "encryption=$encryption",
    ];

    /// <summary>
    /// A browser. It takes and makes calls only with encrypted media whose keys are agreed upon in the media's own path
    /// (DTLS-SRTP, RFC 5764), candidates for that path (ICE, RFC 8445) and one port for all of it (RFC 5761). SARK's
    /// generator makes <c>encryption=no</c> of the variable for every transport but TLS.
    /// </summary>
    public static IReadOnlyList<string> Browser { get; } =
    [
        .. Telephone.Where(line => line != "encryption=$encryption"),
        "encryption=yes",
        "avpf=yes",
        "force_avp=yes",
        "icesupport=yes",
        "rtcp_mux=yes",
        "dtlsenable=yes",
        "dtlsautogeneratecert=yes",
        "dtlsverify=fingerprint",
        "dtlssetup=actpass",
    ];

    /// <summary>What SARK or Asterisk would make something else of; null where there is nothing of the kind.</summary>
    /// <param name="stanza">The lines.</param>
    public static string? Fault(string stanza)
    {
        foreach (var line in stanza.Split('\n').Select(l => l.Trim()))
        {
            if (!Setting().IsMatch(line))
            {
                return $"The line '{line}' is no setting: each is a name, an equals sign and a value, such as 'qualify=yes', a remark "
                    + "behind a semicolon, or empty.";
            }

            if (Variable().Matches(line).Select(m => m.Groups["name"].Value)
                .FirstOrDefault(name => !Variables.Contains(name)) is { } unknown)
            {
                return $"SARK does not replace '${unknown}', so that the line '{line}' would reach Asterisk as it stands. It replaces "
                    + $"{string.Join(", ", Variables.Select(v => "$" + v))}.";
            }
        }

        return null;
    }

    [GeneratedRegex(@"\A(;.*|[A-Za-z][A-Za-z0-9_-]*\s*=>?.*)?\z", RegexOptions.CultureInvariant)]
    private static partial Regex Setting();

    [GeneratedRegex(@"\$(?<name>[A-Za-z]\w*)", RegexOptions.CultureInvariant)]
    private static partial Regex Variable();
}
