using System.Net;
using System.Text.RegularExpressions;
using SarkPS.Descriptors;

namespace SarkPS.Resources;

/// <summary>What a trunk takes from its carrier.</summary>
internal sealed partial class TrunkHooks : ResourceHooks
{
    private static readonly string[] Codecs = ["disallow=all", "allow=alaw", "allow=ulaw"];

    public override IReadOnlyList<(string Table, string[] Columns)> Uses =>
    [
        ("lineIO", ["peername", "trunkname", "technology", "sipiaxpeer", "sipiaxuser"]),
        ("Carrier", ["pkey", "sipiaxpeer", "sipiaxuser"]),
    ];

    public override void Validate(WriteContext context)
    {
        if (context.Sent["host"] is { } host && !Rules.PhpValue.IsStructure(host) && !IsHost(Rules.PhpValue.Text(host)))
        {
            context.AddError("host", $"Host must be valid IP or valid domain name {Rules.PhpValue.Text(host)}");
        }
    }

    public override void BeforeWrite(WriteContext context)
    {
        var row = context.Row;
        if (!context.IsCreate)
        {
            return;
        }

        row["peername"] ??= row["username"];
        row["trunkname"] ??= row["peername"];
        var carrier = context.Session.Select("Carrier", ("pkey", row["carrier"]));
        var user = Rules.PhpValue.Text(row["username"]);
        var secret = Rules.PhpValue.Text(row["password"]);
        var host = Rules.PhpValue.Text(row["host"]);
        SetStanza("sipiaxpeer", text => WithCodecs(Fill(text, user, secret, host)));
        SetStanza("sipiaxuser", text => Fill(text, user, secret, null));
        row["technology"] = Equals(row["carrier"], "GeneralIAX2") ? "IAX2" : "SIP";

        void SetStanza(string column, Func<string, string> make)
        {
            // The original always overwrites what a client sends here; only a strict request, a copy of an existing trunk,
            // brings a stanza of its own.
            if (context.IsStrict && context.Sent[column] is string)
            {
                return;
            }

            row[column] = carrier is [var found, ..] && found.Text(column) is { Length: > 0 } text ? make(text) : null;
        }
    }

    /// <summary>Puts the peer's values behind the settings of a carrier's stanza that ask for them.</summary>
    internal static string Fill(string stanza, string user, string secret, string? host)
    {
        var lines = stanza.Split('\n').Select(line => line.Split('=', 2)[0] switch
        {
            "username" => "username=" + user,
            "fromuser" => "fromuser=" + user,
            "secret" => "secret=" + secret,
            "host" when host is not null => "host=" + host,
            _ => line,
        });
        return string.Join('\n', lines).Trim();
    }

    private static string WithCodecs(string stanza) =>
        stanza.Contains("allow=", StringComparison.Ordinal) ? stanza : stanza + "\n" + string.Join('\n', Codecs);

    private static bool IsHost(string text) => IPAddress.TryParse(text, out _) || (text.Length <= 253 && HostName().IsMatch(text));

    // Labels of RFC 1123, with the underscore that service names use.
    [GeneratedRegex(@"\A(?!-)[A-Za-z0-9_-]{1,63}(?<!-)(\.(?!-)[A-Za-z0-9_-]{1,63}(?<!-))*\.?\z", RegexOptions.CultureInvariant)]
    private static partial Regex HostName();
}
