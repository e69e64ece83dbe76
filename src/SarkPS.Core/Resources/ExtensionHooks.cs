using System.Reflection;
using System.Security.Cryptography;
using System.Text.RegularExpressions;
using SarkPS.Descriptors;
using SarkPS.Rules;

namespace SarkPS.Resources;

/// <summary>
/// What an extension does beside its row: its generated password, location and provisioning lines, its classes of
/// service, and what goes with it when it is removed.
/// </summary>
internal sealed partial class ExtensionHooks : ResourceHooks
{
    /// <summary>No vowels, so that no words come up, and nothing that looks like something else.</summary>
    private const string PasswordLetters = "2346789bcdfghjkmnpqrtvwxyzBCDFGHJKLMNPQRTVWXYZ";

    private const int PasswordLength = 12;

    private const string PjsipFile = "sark_pjsip_";

    // Makers whose templates come in one file for each transport and IP version, by the first four letters of the device.
    private static readonly string[] MakersWithTransports = ["Snom", "snom", "Yeal", "Pana"];

    /// <summary>SARK's stanza for a SIP telephone. Its own generator replaces the variables on commit.</summary>
    public static string Stanza { get; } = string.Join(
        '\n',
        "type=peer",
        "defaultuser=$desc",
        "secret=$password",
        "mailbox=$ext@$clst",
        "host=dynamic",
        "qualify=yes",
        "context=internal",
        "call-limit=3",
        "callerid=\"$desc\" <$ext>",
        "canreinvite=no",
        "subscribecontext=$subtxt",
        "namedcallgroup=$clst",
        "namedpickupgroup=$clst",
        "disallow=all ",
        "allow=alaw",
        "allow=ulaw",
        "nat=$nat",
        "transport=$transport",
        "encryption=$encryption");

    /// <summary>A provisioned telephone must say what it is.</summary>
    public static RuleSet MacAddressRules { get; } = new(Rule.Required, Forms.MacAddress);

    public override IReadOnlyList<(string Table, string[] Columns)> Uses =>
    [
        ("IPphone", ["macaddr", "provision", "device", "desc", "location", "passwd", "sipiaxfriend"]),
        ("COS", ["pkey", "defaultopen", "defaultclosed"]),
        ("IPphoneCOSopen", ["IPphone_pkey", "COS_pkey"]),
        ("IPphoneCOSclosed", ["IPphone_pkey", "COS_pkey"]),
        ("IPphone_FKEY", ["pkey"]),
        ("globals", ["VCL", "NATDEFAULT"]),
        ("mfgmac", ["pkey", "name"]),
    ];

    // SARK's generator makes the file of a telephone from its template where there is none.
    public override IReadOnlyList<RowFileName> FileNames { get; } =
        [new(SarkVersion.V65, PjsipFile, "_phone.conf"), new(SarkVersion.V65, PjsipFile, "_webrtc.conf")];

    public override IEnumerable<RowFile> FilesOf(string key, SarkRow? row, IRowSession session)
    {
        // SARK goes by the device's name alone.
        var used = FileNames[row?.Text("device") == "WebRTC" ? 1 : 0];
        return FileNames.Select(name =>
            row is null ? RowFile.Gone(name.Of(key))
            : name == used && row.Text("pjsipuser") is { Length: > 0 } own ? RowFile.Holding(name.Of(key), own)
            : RowFile.Theirs(name.Of(key)));
    }

    public override void Validate(WriteContext context)
    {
        if (!context.IsCreate || context.Kind?.Name != "Provisioned")
        {
            // Two telephones with one address would be given one and the same configuration.
            if (context.Sent["macaddr"] is string taken && !context.HasError("macaddr") && context.Resource.Find("macaddr")!.IsWritable(context.IsCreate, context.IsStrict))
            {
                CheckAddressIsFree(context, taken);
            }

            return;
        }

        var address = context.Sent["macaddr"] as string ?? "";
        if (address.Length == 0)
        {
            // The original looks the maker up even where no address was sent, and says so in the same answer.
            context.AddError("macaddr", UnknownMaker);
            return;
        }

        if (context.HasError("macaddr"))
        {
            return;
        }

        if (FindMaker(context.Session, address) is null)
        {
            context.AddError("macaddr", UnknownMaker);
        }

        CheckAddressIsFree(context, address);
    }

    private static void CheckAddressIsFree(WriteContext context, string address)
    {
        if (new[] { address, address.ToLowerInvariant(), address.ToUpperInvariant() }.Distinct(StringComparer.Ordinal)
            .SelectMany(spelling => context.Session.Select("IPphone", ("macaddr", spelling)))
            .Any(other => other.Text("pkey") != context.Current?.Text("pkey")))
        {
            context.AddError("macaddr", $"This MAC already exists in the DB! {address}");
        }
    }

    public override void BeforeWrite(WriteContext context)
    {
        var row = context.Row;
        if (!context.IsCreate)
        {
            if (row.Has("transport"))
            {
                FollowTransport(context);
            }

            return;
        }

        bool IsSent(string column) => context.Sent.Has(column) && context.Resource.Find(column)!.IsWritable(isCreate: true, context.IsStrict);
        var key = PhpValue.Text(row["pkey"]);
        switch (context.Kind?.Name)
        {
            case "Provisioned":
                var maker = FindMaker(context.Session, (string)context.Sent["macaddr"]!)!;
                row["provision"] = IsSent("provision")
                    ? row["provision"]
                    : $"#INCLUDE {maker}\n#INCLUDE {maker}.{row["transport"]}\n#INCLUDE {maker}.{PhpValue.Text(row["protocol"]).ToLowerInvariant()}\n";
                row["device"] = IsSent("device") ? row["device"] : maker;
                break;
            case "Mailbox":
                break;
            default:
                row["desc"] = IsSent("desc") ? row["desc"] : "Ext" + key;
                break;
        }

        row["location"] ??= DefaultLocation(context.Session);
        if (row["passwd"] is not string { Length: > 0 })
        {
            // Last in the answer, as the original has it.
            row.Remove("passwd");
            row["passwd"] = RandomNumberGenerator.GetString(PasswordLetters, PasswordLength);
        }
    }

    public override void AfterCreate(WriteContext context)
    {
        if (context.Kind?.Name == "Mailbox")
        {
            return;
        }

        foreach (var (column, table) in new[] { ("defaultopen", "IPphoneCOSopen"), ("defaultclosed", "IPphoneCOSclosed") })
        {
            foreach (var rule in context.Session.Select("COS", (column, "YES")))
            {
                context.Session.Insert(table, ("IPphone_pkey", PhpValue.Text(context.Row["pkey"])), ("COS_pkey", rule["pkey"]));
            }
        }
    }

    public override void AfterRemove(ResourceDescriptor resource, IRowSession session, SarkRow row)
    {
        var key = row[resource.KeyColumn];
        session.Delete("IPphoneCOSopen", ("IPphone_pkey", key));
        session.Delete("IPphoneCOSclosed", ("IPphone_pkey", key));
        session.Delete("IPphone_FKEY", ("pkey", key));
    }

    private const string UnknownMaker = "Can't find Manufacturer for this MAC! ";

    private static string DefaultLocation(IRowSession session)
    {
        var globals = session.Select("globals") is [var row, ..] ? row : null;
        // In a cloud every telephone is beyond a router.
        return globals?.Text("VCL") is { Length: > 0 } cloud && cloud != "0" ? "remote" : globals?.Text("NATDEFAULT") ?? "local";
    }

    private static string? FindMaker(IRowSession session, string address)
    {
        var prefix = address[..6].ToUpperInvariant();
        var stored = $"{prefix[..2]}:{prefix[2..4]}:{prefix[4..]}";
        return session.Select("mfgmac", ("pkey", stored)) is [var maker, ..] && maker.Text("name") is { Length: > 0 } name
            ? name
            : MakerPrefixes.Find(prefix);
    }

    private static void FollowTransport(WriteContext context)
    {
        var kept = TransportInclude().Replace(context.Final("provision") ?? "", "").TrimEnd();
        var device = context.Final("device") ?? "";
        if (MakersWithTransports.FirstOrDefault(m => device.StartsWith(m, StringComparison.Ordinal)) is { } maker)
        {
            var name = maker.ToLowerInvariant() switch { "yeal" => "yealink", "pana" => "panasonic", var same => same };
            var transport = context.Final("transport") is "tcp" or "tls" ? context.Final("transport") : "udp";
            var version = context.Final("protocol") == "IPV6" ? "ipv6" : "ipv4";
            kept += $"\n#INCLUDE {name}.{transport}\n#INCLUDE {name}.{version}";
        }

        // Without lines and without a template of a maker there is nothing to write.
        if (kept.Length > 0 || context.Final("provision") is not null)
        {
            context.Row["provision"] = kept;
        }

        if (context.Current!.Text("sipiaxfriend") is { } stanza && OldTransportInclude().IsMatch(stanza))
        {
            context.Row["sipiaxfriend"] = OldTransportInclude().Replace(stanza, "");
        }
    }

    [GeneratedRegex(@"^#INCLUDE [^\n]*\.(udp|tcp|tls|ipv4|ipv6)[^\S\n]*$", RegexOptions.Multiline | RegexOptions.CultureInvariant)]
    private static partial Regex TransportInclude();

    [GeneratedRegex(@"#include sark_sip_(tls|tcp)\.conf", RegexOptions.CultureInvariant)]
    private static partial Regex OldTransportInclude();
}

/// <summary>Makers of telephones by the first three bytes of their hardware addresses, for those that the database does not list.</summary>
internal static class MakerPrefixes
{
    private static readonly Lazy<Dictionary<string, string>> Makers = new(Load);

    /// <summary>The maker of six capital hexadecimal digits, or null.</summary>
    public static string? Find(string prefix) => Makers.Value.GetValueOrDefault(prefix);

    // One maker a line: its name, a tab, its prefixes one behind the other.
    private static Dictionary<string, string> Load()
    {
        using var stream = Assembly.GetExecutingAssembly().GetManifestResourceStream("SarkPS.MakerPrefixes.tsv")!;
        using var reader = new StreamReader(stream);
        var makers = new Dictionary<string, string>(2048, StringComparer.Ordinal);
        while (reader.ReadLine() is { } line)
        {
            var parts = line.Split('\t');
            for (var i = 0; i + 6 <= parts[1].Length; i += 6)
            {
                makers[parts[1].Substring(i, 6)] = parts[0];
            }
        }

        return makers;
    }
}
