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

    /// <summary>The device of an extension that is a browser.</summary>
    public const string Browser = "WebRTC";

    /// <summary>The word that stands for the stanza that SARK's own pages write.</summary>
    public const string OwnStanza = "default";

    /// <summary>
    /// SARK's stanza for a telephone, as its own pages write it for every kind. Its generator replaces seven variables on
    /// commit and no others: <c>$subtxt</c>, which sark6api writes, would stay in Asterisk's file, and every request for
    /// another extension's lamp would be answered with 404.
    /// </summary>
    public static string Stanza { get; } = string.Join('\n', Stanzas.Telephone);

    /// <summary>The stanza of a browser, which speaks WebRTC only. SARK 6.2 has no page that makes one.</summary>
    public static string BrowserStanza { get; } = string.Join('\n', Stanzas.Browser);

    /// <summary>A provisioned telephone must say what it is.</summary>
    public static RuleSet MacAddressRules { get; } = new(Rule.Required, Forms.MacAddress);

    public override IReadOnlyList<(string Table, string[] Columns)> Uses =>
    [
        ("IPphone", ["macaddr", "provision", "device", "desc", "location", "passwd", "sipiaxfriend"]),
        ("COS", ["pkey", "defaultopen", "defaultclosed"]),
        ("IPphoneCOSopen", ["IPphone_pkey", "COS_pkey"]),
        ("IPphoneCOSclosed", ["IPphone_pkey", "COS_pkey"]),
        ("IPphone_FKEY", ["pkey"]),
        ("globals", ["VCL", "NATDEFAULT", "FQDNPROV"]),
        ("mfgmac", ["pkey", "name"]),
        ("Device", ["pkey", "blfkeyname"]),
    ];

    // SARK's generator makes the file of a telephone from its template where there is none.
    public override IReadOnlyList<RowFileName> FileNames { get; } =
        [new(SarkVersion.V65, PjsipFile, "_phone.conf"), new(SarkVersion.V65, PjsipFile, "_webrtc.conf")];

    public override IEnumerable<RowFile> FilesOf(string key, SarkRow? row, IRowSession session)
    {
        // SARK goes by the device's name alone.
        var used = FileNames[row?.Text("device") == Browser ? 1 : 0];
        return FileNames.Select(name =>
            row is null ? RowFile.Gone(name.Of(key))
            : name == used && row.Text("pjsipuser") is { Length: > 0 } own ? RowFile.Holding(name.Of(key), own)
            : RowFile.Theirs(name.Of(key)));
    }

    public override void Validate(WriteContext context)
    {
        if (!context.IsCreate && context.Sent.Has("desc") && context.Sent["desc"] is null && !context.HasError("desc")
            && context.Session.Version.IsSince(SarkVersion.V65))
        {
            context.AddError("desc", "The desc cannot be empty: the generator of SARK 6.5 would show '$desc' as the name of the caller.");
        }

        if (context.IsStrict && context.Sent["sipiaxfriend"] is string stanza && !IsOwnStanza(stanza) && Stanzas.Fault(stanza) is { } fault)
        {
            context.AddError("sipiaxfriend", fault);
        }

        if (!context.IsCreate || context.Kind?.Name != "Provisioned")
        {
            // Two telephones with one address would be given one and the same configuration.
            if (context.Sent["macaddr"] is string taken && !context.HasError("macaddr")
                && context.Resource.Find("macaddr")!.IsWritable(context.IsCreate, context.IsStrict))
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

    public override IEnumerable<(FaultKind Kind, string Column, string Problem)> Inspect(
        ResourceDescriptor resource,
        IRowSession session,
        SarkRow row)
    {
        if (row.Text("sipiaxfriend") is { } stanza && Stanzas.Fault(stanza) is { } fault)
        {
            yield return (FaultKind.Missing, "sipiaxfriend", $"{fault} The stanza 'default' is the one that SARK's own pages write.");
        }

        if (row.Text("device") is { Length: > 0 } device && device != Browser && !session.Exists("Device", "pkey", device))
        {
            yield return (FaultKind.Missing, "device",
                $"There is no device '{device}', letter by letter, so that SARK's own pages do not list the extension.");
        }

        if (row.Text("provision") is { } lines)
        {
            foreach (var name in References.Includes.Read(lines).Select(n => n.Key).Distinct(StringComparer.Ordinal)
                .Where(name => !session.Exists("Device", "pkey", name)))
            {
                yield return (FaultKind.Missing, "provision",
                    $"There is no template '{name}', letter by letter, so that the telephone is sent nothing in its place.");
            }
        }
    }

    public override void BeforeWrite(WriteContext context)
    {
        var row = context.Row;
        // A name of another spelling would find nothing: SARK compares them letter by letter.
        if (row["device"] is string device && !context.Resource.Find("device")!.Names!.Words.Contains(device))
        {
            row["device"] = Provisioning.FindDevice(context.Session, device)?.Text("pkey") ?? device;
        }

        if (row["sipiaxfriend"] is string word && IsOwnStanza(word))
        {
            row["sipiaxfriend"] = context.Final("device") == Browser ? BrowserStanza : Stanza;
        }

        if (!context.IsCreate)
        {
            if (row.Has("transport") || (context.IsStrict && row.Has("protocol")))
            {
                FollowTransport(context);
            }

            return;
        }

        bool IsSent(string column) =>
            context.Sent.Has(column) && context.Resource.Find(column)!.IsWritable(isCreate: true, context.IsStrict);
        var key = PhpValue.Text(row["pkey"]);
        switch (context.Kind?.Name)
        {
            case "Provisioned":
                var maker = IsSent("device") && row["device"] is string named
                    ? named
                    : FindMaker(context.Session, (string)context.Sent["macaddr"]!)!;
                var template = Provisioning.FindDevice(context.Session, maker);
                row["provision"] = IsSent("provision") ? row["provision"] : Provisioning.Lines(context, template);
                row["device"] = template?.Text("pkey") ?? maker;
                if (template is null && !IsSent("provision"))
                {
                    context.AddNotice($"There is no template for telephones of the kind '{maker}', so that extension '{key}' is sent an "
                        + "empty configuration and SARK's own pages do not list it. Set the telephone up by hand, or make a template "
                        + $"'{maker}' and include it in the extension's lines with '#INCLUDE {maker}'.");
                }

                break;
            case "Mailbox":
                break;
            default:
                row["desc"] = IsSent("desc") && (row["desc"] is not null || !context.Session.Version.IsSince(SarkVersion.V65))
                    ? row["desc"]
                    : DefaultName(context);
                break;
        }

        var globals = context.Session.Select("globals") is [var found, ..] ? found : null;
        row["location"] ??= DefaultLocation(globals);
        if (!IsSent("provisionwith") && globals?.Text("FQDNPROV") == "YES")
        {
            row["provisionwith"] = "FQDN";
        }

        if (row["passwd"] is not string { Length: > 0 })
        {
            // Last in the answer, as the original has it.
            row.Remove("passwd");
            row["passwd"] = context.Draw("passwd", () => RandomNumberGenerator.GetString(PasswordLetters, PasswordLength));
        }
    }

    public override void AfterCreate(WriteContext context)
    {
        if (context.Kind?.HasNoPairs == true)
        {
            return;
        }

        foreach (var pair in new ResourceDescriptor[] { CosOpen.Descriptor, CosClose.Descriptor })
        {
            foreach (var rule in context.Session.Select("COS", (pair.GivenBy!, "YES")))
            {
                context.Session.Insert(
                    pair.Table,
                    (pair.KeyColumn, PhpValue.Text(context.Row["pkey"])),
                    (pair.SecondKeyColumn!, rule["pkey"]));
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

    /// <summary>What an extension is called until somebody says otherwise.</summary>
    public static object? DefaultName(WriteContext context) => "Ext" + PhpValue.Text(context.Row["pkey"]);

    /// <summary>An extension has a mailbox of its own until somebody says otherwise.</summary>
    public static object? OwnMailbox(WriteContext context) => PhpValue.Text(context.Row["pkey"]);

    private static bool IsOwnStanza(string value) => string.Equals(value, OwnStanza, StringComparison.OrdinalIgnoreCase);

    private static string DefaultLocation(SarkRow? globals)
    {
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
        var lines = string.Concat(Provisioning.TransportLines(context).Select(line => "\n" + line));

        // Without lines and without a template of a maker there is nothing to write.
        if (kept.Length > 0 || lines.Length > 0 || context.Final("provision") is not null)
        {
            var end = kept.EndsWith(Provisioning.CiscoEnd, StringComparison.Ordinal) ? Provisioning.CiscoEnd : "";
            context.Row["provision"] = kept[..^end.Length].TrimEnd() + lines + (end.Length > 0 ? "\n" + end : "");
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
