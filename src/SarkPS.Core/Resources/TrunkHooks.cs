using System.Net;
using System.Text.RegularExpressions;
using SarkPS.Descriptors;
using SarkPS.Rules;

namespace SarkPS.Resources;

/// <summary>What a trunk takes from its carrier, and what follows when its host, its user or its password is changed.</summary>
internal sealed partial class TrunkHooks : ResourceHooks
{
    /// <summary>The host of a peer that tells where it is when it registers.</summary>
    internal const string DynamicHost = "dynamic";

    private const string Sip = "SIP";
    private const string Iax2 = "IAX2";

    private static readonly string[] Codecs = ["disallow=all", "allow=alaw", "allow=ulaw"];

    public override IReadOnlyList<(string Table, string[] Columns)> Uses =>
    [
        ("lineIO", ["peername", "trunkname", "technology", "desc", "privileged", "sipiaxpeer", "sipiaxuser"]),
        ("Carrier", ["pkey", "sipiaxpeer", "sipiaxuser"]),
    ];

    public override IReadOnlyList<(SarkVersion Since, string Table, string[] Columns)> UsesSince =>
        [(SarkVersion.V65, "Carrier", ["pjsipuser", "pjsipreg"])];

    public override IReadOnlyList<RowFileName> FileNames { get; } = [new(SarkVersion.V65, "sark_pjsip_", "_trunk.conf")];

    public override void Validate(WriteContext context)
    {
        if (context.Sent["host"] is { } host && !PhpValue.IsStructure(host) && !IsHost(PhpValue.Text(host)))
        {
            context.AddError("host", $"Host must be valid IP or valid domain name {PhpValue.Text(host)}");
        }
    }

    public override void BeforeWrite(WriteContext context)
    {
        if (context.IsCreate)
        {
            Create(context);
        }
        else if (context.Row.Count > 0)
        {
            Follow(context);
        }

        // A user's stanza has a section of its own, on SIP too. sark6api leaves it without a name.
        if (context.IsStrict && (context.Row.Has("sipiaxuser") || context.IsCreate) && context.Final("sipiaxuser") is { Length: > 0 }
            && context.Final("desc") is not { Length: > 0 })
        {
            context.Row["desc"] = context.Final("peername");
        }
    }

    public override IEnumerable<RowFile> FilesOf(string key, SarkRow? row, IRowSession session)
    {
        var name = FileNames[0].Of(key);
        if (row?.Text("technology") != Sip)
        {
            yield return row is null ? RowFile.Gone(name) : RowFile.Theirs(name);
            yield break;
        }

        var carrier = session.Select("Carrier", ("pkey", row.Text("carrier"))) is [var found, ..] ? found : null;
        yield return row.Text("pjsipuser") is { Length: > 0 } own
            ? RowFile.Holding(name, own)
            : RowFile.Holding(name, PjsipTrunk.Make(row, carrier?.Text("pjsipuser"), carrier?.Text("pjsipreg")));
    }

    private static void Create(WriteContext context)
    {
        var row = context.Row;
        row["peername"] ??= row["username"];
        row["trunkname"] ??= row["peername"];
        var carrier = context.Session.Select("Carrier", ("pkey", row["carrier"]));
        var isIax2 = Equals(row["carrier"], "GeneralIAX2");
        var user = PhpValue.Text(row["username"]);
        var secret = PhpValue.Text(row["password"]);
        var host = PhpValue.Text(row["host"]);
        SetStanza("sipiaxpeer", text => WithCodecs(Fill(text, user, secret, host, commentsFromUser: isIax2)));
        SetStanza("sipiaxuser", text => Fill(text, user, secret, null, commentsFromUser: false));
        row["technology"] = isIax2 ? Iax2 : Sip;
        if (isIax2)
        {
            // The name of the section that lets the peer's calls in.
            row["desc"] = row["peername"];
        }
        else if (context.Session.Version.IsSince(SarkVersion.V65))
        {
            row["pjsipreg"] ??= host == DynamicHost ? "RCV" : secret.Length > 0 ? "SND" : "NONE";
        }

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

    // What was made of the old values is made of the new ones; what an administrator wrote there stays.
    private static void Follow(WriteContext context)
    {
        var (row, current) = (context.Row, context.Current!);
        if (current.Text("technology") == Iax2 && !row.Has("desc")
            && (current.Text("desc") is not { Length: > 0 } section || (row.Has("peername") && section == current.Text("peername"))))
        {
            row["desc"] = context.Final("peername");
        }

        if (!row.Has("host") && !row.Has("username") && !row.Has("password"))
        {
            return;
        }

        StanzaChange[] changes = [Change("host"), Change("username"), Change("password")];
        Put("sipiaxpeer", text => StanzaChange.Follow(text, changes));
        Put("sipiaxuser", text => StanzaChange.Follow(text, changes));
        Put("register", text => StanzaChange.FollowRegistration(text, changes));
        Put("pjsipuser", text => StanzaChange.Follow(text, changes));

        StanzaChange Change(string column) => new(column, current.Text(column) ?? "", context.Final(column) ?? "");

        void Put(string column, Func<string, string> follow)
        {
            if (!row.Has(column) && current.ContainsKey(column) && current.Text(column) is { Length: > 0 } before
                && follow(before) is var after
                && after != before)
            {
                row[column] = after;
            }
        }
    }

    /// <summary>Puts the peer's values behind the settings of a carrier's stanza that ask for them.</summary>
    internal static string Fill(string stanza, string user, string secret, string? host, bool commentsFromUser)
    {
        var lines = stanza.Split('\n').Select(line => line.Split('=', 2)[0] switch
        {
            "username" => "username=" + user,
            // SARK's pages comment it out, so that calls out show the number of who calls.
            "fromuser" => (commentsFromUser ? ";" : "") + "fromuser=" + user,
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
