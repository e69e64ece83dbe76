using System.Text;
using System.Text.RegularExpressions;
using SarkPS.Tests.Support;

namespace SarkPS.Tests.Twin;

/// <summary>A line that SARK writes of a row.</summary>
/// <param name="Owner">The row.</param>
/// <param name="File">The file.</param>
/// <param name="Section">The section or context that it stands in; null for a line that begins one.</param>
/// <param name="Text">The line as SARK writes it; a block of lines where a column holds one.</param>
/// <param name="Meant">What it must say when it is read.</param>
internal sealed record SarkLine(string Owner, string File, string? Section, string Text, IReadOnlyList<Meaning> Meant)
{
    /// <summary>What Asterisk reads of it.</summary>
    public IReadOnlyList<Meaning> Read { get; } = [.. Meaning.Of(Text)];
}

/// <summary>
/// What SARK's generator writes into Asterisk's files of the rows of a database, for the lines that hold a value of a row.
/// It is a model of what the generator was seen to do, and says nothing of lines that are the same on every exchange.
/// </summary>
internal sealed partial class SarkReading
{
    /// <summary>The dialplan, and the files of what it dials, by their contents.</summary>
    public const string Dialplan = "extensions.conf", Telephones = "sip.conf", Inter = "iax.conf", Pjsip = "pjsip", Queues =
        "queues.conf", Voicemail = "voicemail.conf", Music = "musiconhold.conf";

    // Longer names and values are cut by Asterisk or refused: its buffers hold 80 bytes of a context or an extension, and of a
    // mailbox's name and password, and 8192 of a line.
    private const int LongestName = 79, LongestLine = 8190;

    // Sections that SARK's own files begin, and those that Asterisk itself knows.
    private static readonly Dictionary<string, string[]> Taken = new(StringComparer.Ordinal)
    {
        [Dialplan] =
        [
            "general", "globals", "from-internal", "internal", "priv_sibling", "qrxvtmny", "extensions", "queues", "Emergency", "Cosend",
            "conferences",
            "from-trunk", "digital", "fxo", "gsm", "from-pstn", "mainmenu", "macro-clear", "macro-pause", "macro-resume",
            "internal-presets",
            "defaultOpenGreet", "defaultClosedGreet", "customOpenGreet", "customClosedGreet", "parkedcalls", "recurse", "recursedial",
            "macro-auto-confirm", "macro-confirm",
        ],
        [Telephones] = ["general", "authentication"],
        [Inter] = ["general", "callnumberlimits"],
        [Pjsip] = ["global", "system", "acl", "anonymous", "networks", "transport-udp", "transport-tcp", "transport-tls", "transport-wss"],
        [Queues] = ["general"],
        [Voicemail] = ["general", "zonemessages"],
        [Music] = ["general"],
    };

    // Extensions that SARK's own lines have in a context.
    private static readonly Dictionary<string, string[]> TakenExtensions = new(StringComparer.Ordinal)
    {
        ["internal"] = ["MASTER", "0", "h", "i", "s", "t", "o"],
        ["extensions"] = ["MASTER", "0", "h", "i", "s", "t", "o"],
        ["internal-presets"] = ["MASTER", "h", "i", "s", "t", "o"],
        ["mainmenu"] = ["sipsak", "fax", "h", "i", "s", "t"],
    };

    private readonly DatabaseContent content;
    private readonly SarkVersion version;
    private readonly List<SarkLine> lines = [];
    private readonly List<string> faults = [];
    private string owner = "";

    /// <summary>Reads a database.</summary>
    public SarkReading(DatabaseContent content, SarkVersion version)
    {
        this.content = content;
        this.version = version;
        foreach (var write in (Action[])[Globals, Tenants, Extensions, ClassesOfService, CustomApps, QueueSections, RingGroups, Lines,
            Routes])
        {
            write();
        }
    }

    /// <summary>The lines.</summary>
    public IReadOnlyList<SarkLine> Written => lines;

    /// <summary>What Asterisk would read otherwise than it is meant, and what stands in the way of something else.</summary>
    public IEnumerable<string> Faults() => faults.Concat(lines.SelectMany(Broken)).Concat(Collisions()).Concat(Dangling());

    private IEnumerable<Row> Rows(string table, bool all = false) =>
        (content.Tables.GetValueOrDefault(table)?.Values ?? []).Select(r => new Row(r)).Where(r => all || r["active"] != "NO")
            .OrderBy(r => r["pkey"], StringComparer.Ordinal);

    private void Globals()
    {
        foreach (var row in Rows("globals"))
        {
            owner = "globals";
            foreach (var name in (string[])["ABSTIMEOUT", "ALLOWHASHXFER", "BLINDBUSY", "BOUNCEALERT", "CALLRECORD1", "EXTLEN", "FAX",
                "FAXDETECT", "INTRINGDELAY", "LANGUAGE", "LTERM", "OPERATOR",
                "PLAYBEEP", "PLAYBUSY", "PLAYCONGESTED", "PLAYTRANSFER", "RINGDELAY", "SYSOP", "SYSPASS", "SPYPASS", "VOIPMAX",
                "VOICEINSTR", "ASTDLIM", "MAXIN"])
            {
                if (row[name].Length > 0)
                {
                    Write(Dialplan, "globals", $"{name}={row[name]}", Meaning.Setting(name, row[name]));
                }
            }

            foreach (var number in Words(row["EMERGENCY"]))
            {
                Exten("Emergency", number, "1", "agi", ["sarkhpe", "OutCluster", "${EXTEN}", "", ""]);
            }
        }
    }

    private void Tenants()
    {
        foreach (var row in Rows("Cluster"))
        {
            var key = Own("tenant", row);
            ShellWord(key);
            if (key != "default")
            {
                Begin(Dialplan, key);
            }

            Begin(Music, key);
            Write(Music, key, $"directory=moh-{key}", Meaning.Setting("directory", $"moh-{key}"));
            Exten("internal", key, "1", "GoTo", ["extensions", "${EXTEN}", "1"]);
            Exten("extensions", key, "hint", $"Custom:{key}");
            const string presets = "internal-presets";
            Exten(presets, key, "1", "Set", [$"state=${{DB({key}/OCSTAT)}}"]);
            Exten(presets, key, "n", "GoToIf", [$"$[\"${{state}}\" = \"AUTO\"]?{key}close:{key}open"]);
            foreach (var (label, state, device, sound) in ((string, string, string, string)[])[("close", "CLOSED", "INUSE", "activated"),
                ("open", "AUTO", "NOT_INUSE", "de-activated")])
            {
                Exten(presets, key, $"n({key}{label})", "Set", [$"DB({key}/OCSTAT)={state}"]);
                Exten(presets, key, "n", "Set", [$"DEVICE_STATE(Custom:{key})={device}"]);
                Exten(presets, key, "n", "Playback", [sound]);
                Exten(presets, key, "n", "Hangup");
            }
        }
    }

    private void Extensions()
    {
        foreach (var row in Rows("IPphone", all: true))
        {
            var key = Own("extension", row);
            var (driver, isActive, mailbox) = (version == SarkVersion.V65 ? "PJSIP" : "SIP", row["active"] != "NO", row["dvrvmail"]);
            if (row["technology"] == "SIP")
            {
                Exten("extensions", key, "hint", $"SIP/{key}");
            }

            Exten("extensions", key, "1", "agi", ["sarkhpe", "InCall", "", "", ""]);
            Exten("queues", key, "1", "agi", ["sarkhpe", "Dial", key, "queue", ""]);
            if (mailbox != "None")
            {
                Exten("extensions", "*" + key, "1", "Voicemail", [mailbox, "su"]);
                Exten("extensions", "vm" + key, "hint", $"Custom:vm{key}");
                Exten("extensions", "vm" + key, "1", "VoicemailMain", [key]);
                Write(
                    Voicemail,
                    "default",
                    $"{key} => {key},{row["desc"]},{row["vmailfwd"]} ",
                    Meaning.Box(key, key, row["desc"], row["vmailfwd"]));
                Short("desc", row["desc"]);
            }

            if (Global("COSSTART") == "ON")
            {
                ClassOfService(key, "open", "IPphoneCOSopen");
                ClassOfService(key, "closed", "IPphoneCOSclosed");
            }

            if (isActive && row["technology"] == "SIP")
            {
                Telephone(row, key);
            }
        }
    }

    private string Global(string name) => Rows("globals").Select(g => g[name]).FirstOrDefault() ?? "";

    private void ClassOfService(string key, string time, string table)
    {
        var context = $"{key}{time}cos";
        Begin(Dialplan, context);
        foreach (var rule in Rows(table, all: true).Where(r => r["IPphone_pkey"] == key).Select(r => r["COS_pkey"]))
        {
            Include(context, rule);
        }
    }

    private void Telephone(Row row, string key)
    {
        if (version == SarkVersion.V62)
        {
            Begin(Telephones, key);
            Stanza(Telephones, key, row["sipiaxfriend"], Placeholders(column => row[column], Global("NATPARAMS")));
            return;
        }

        ShellWord(key);
        var inserted = new (string Placeholder, string Value)[]
        {
            ("$ext", key), ("$clst", row["cluster"]), ("$transport", row["transport"]), ("$desc", row["desc"]),
            ("$password", row["passwd"]),
        };
        Begin(Pjsip, key);
        Stanza(Pjsip, key, row["device"] == "WebRTC"
            ? "username=$ext\npassword=$password"
            : "callerid = \"$desc\" <$ext>\nmailboxes = $ext@$clst\nnamed_call_group=$clst\nnamed_pickup_group=$clst\n"
                + "transport=transport-$transport\npassword=$password\nusername=$ext", inserted);
    }

    /// <summary>What SARK 6.2 puts in the place of the variables in a telephone's stanza, in this order and wherever they stand.</summary>
    /// <param name="column">The telephone's columns.</param>
    /// <param name="remote">What stands for a telephone beyond a router.</param>
    public static (string Placeholder, string Value)[] Placeholders(Func<string, string> column, string remote) =>
    [
        ("$desc", column("desc")), ("$password", column("passwd")), ("$ext", column("pkey")), ("$nat", column("location") == "remote"
        ? remote
        : "no"),
        ("$transport", column("transport")), ("$encryption", column("transport") == "tls" ? "yes" : "no"), ("$clst", column("cluster")),
    ];

    private void ClassesOfService()
    {
        // Also rules that are not active.
        foreach (var row in Global("COSSTART") == "ON" ? Rows("COS", all: true) : [])
        {
            var key = Own("class of service", row);
            Begin(Dialplan, key);
            foreach (var pattern in Words(row["dialplan"]))
            {
                Exten(key, pattern, "1", "Playtones", ["congestion"]);
                Exten(key, pattern, "2", "Hangup");
            }
        }
    }

    private void CustomApps()
    {
        foreach (var row in Rows("Appl"))
        {
            var key = Own("custom app", row);
            Begin(Dialplan, key);
            // A context that the administrator begins in the code is one of theirs.
            Write(Dialplan, key, row["extcode"] + ";", [.. Meaning.Of(row["extcode"])]);
            if (row["span"] is "Internal" or "Both")
            {
                var tenant = row["cluster"];
                Include(tenant is "" or "default" ? "qrxvtmny" : tenant, key);
            }

            if (row["span"] is "External" or "Both")
            {
                Include("mainmenu", key);
            }
        }
    }

    private void QueueSections()
    {
        foreach (var row in Rows("Queue"))
        {
            var key = Own("queue", row);
            Begin(Queues, key);
            Block(Queues, key, "conf", row["conf"]);
        }
    }

    private void RingGroups()
    {
        var groups = Rows("speed").ToDictionary(r => r["pkey"], StringComparer.Ordinal);
        foreach (var (key, row) in groups)
        {
            Own("ring group", row);
            if (row["grouptype"] == "Page")
            {
                continue;
            }

            string[] legs = key == "RINGALL"
                ? [.. Rows("IPphone", all: true).Select(r => $"{(version == SarkVersion.V65 ? "PJSIP" : "SIP")}/{r["pkey"]}")]
                : [.. Legs(groups, key, [])];
            string[] arguments = ["sarkhpe", "Alias", string.Join('&', legs), "${EXTEN}", ""];
            if (legs.SelectMany(l => l.Split('&')).Count() != legs.Length)
            {
                faults.Add($"{owner}: a member that holds & is two");
            }

            const string presets = "internal-presets";
            if (row["divert"].Length == 0)
            {
                Exten(presets, key, "1", "agi", arguments);
                continue;
            }

            Exten(presets, key, "n", "agi", arguments);
            Exten(presets, key, "n", "GoTo", ["internal", row["divert"], "1"]);
            Exten(presets, "**" + key, "1", "NoOp", [""]);
        }
    }

    // Groups in groups are put in place of themselves, without an end where one leads back to itself.
    private IEnumerable<string> Legs(Dictionary<string, Row> groups, string key, string[] way)
    {
        if (way.Contains(key, StringComparer.Ordinal))
        {
            faults.Add($"{owner}: the generator never ends on the groups {string.Join(" > ", way.Append(key))}");
            return [];
        }

        return key == "RINGALL" && way.Length > 0
            ? []
            : Words(groups[key]["out"]).SelectMany(member => groups.ContainsKey(member)
                ? Legs(groups, member, [.. way, key])
                : [member.Contains('/', StringComparison.Ordinal) ? member : $"Local/{member}@internal"]);
    }

    private void Lines()
    {
        foreach (var row in Rows("lineIO"))
        {
            var key = Own("trunk or inbound route", row);
            Exten("mainmenu", key, "1", "agi", ["sarkhpe", "Inbound", key, "", ""]);
            if (row["match"].Length > 0)
            {
                Exten(
                    row["cluster"] is "" or "default" ? "qrxvtmny" : row["cluster"],
                    $"_{row["match"]}X.",
                    "1",
                    "agi",
                    ["sarkhpe", "OutTrunk", key, "", ""]);
            }

            var file = row["technology"] switch { "SIP" when version == SarkVersion.V62 => Telephones, "IAX2" => Inter, _ => null };
            if (file is null)
            {
                continue;
            }

            Begin(file, row["peername"]);
            Block(file, row["peername"], "sipiaxpeer", row["sipiaxpeer"]);
            if (row["sipiaxuser"].Length > 0)
            {
                Begin(file, row["desc"]);
                Block(file, row["desc"], "sipiaxuser", row["sipiaxuser"]);
            }

            if (row["register"].Length > 0)
            {
                Write(file, "general", $"register => {row["register"]}", Meaning.Setting("register", row["register"]));
            }
        }
    }

    private void Routes()
    {
        foreach (var row in Rows("Route"))
        {
            var key = Own("route", row);
            // Without a pattern it is a line that nobody can dial.
            foreach (var pattern in Words(row["dialplan"]))
            {
                Exten(
                    row["cluster"] is "" or "default" ? "qrxvtmny" : row["cluster"],
                    pattern,
                    "1",
                    "agi",
                    ["sarkhpe", "OutRoute", key, "", ""]);
            }
        }
    }

    private string Own(string kind, Row row)
    {
        owner = $"{kind} '{row["pkey"]}'";
        return row["pkey"];
    }

    // SARK makes a folder or a file of that name with a line that root's shell reads.
    private void ShellWord(string name)
    {
        if (!PlainWord().IsMatch(name))
        {
            faults.Add($"{owner}: root's shell reads the name");
        }
    }

    private void Short(string column, string value)
    {
        if (Encoding.UTF8.GetByteCount(value) > LongestName)
        {
            faults.Add($"{owner}: {column} is longer than {LongestName} bytes");
        }
    }

    private void Begin(string file, string name)
    {
        Short("the name", name);
        lines.Add(new SarkLine(owner, file, null, $"[{name}]", [Meaning.Section(name)]));
    }

    private void Write(string file, string section, string text, params IReadOnlyList<Meaning> meant) =>
        lines.Add(new SarkLine(owner, file, section, text, meant));

    private void Exten(string context, string name, string priority, string application, string[]? arguments = null)
    {
        Short("the extension", name);
        Write(
            Dialplan,
            context,
            $"exten => {name},{priority},{application}{(arguments is null ? "" : $"({string.Join(',', arguments)})")}",
            Meaning.Exten(name, priority, application, arguments ?? []));
    }

    private void Include(string context, string name) => Write(Dialplan, context, $"include => {name}", Meaning.Setting("include", name));

    // A column of several lines, each a setting of the section.
    private void Block(string file, string section, string column, string text)
    {
        Write(file, section, text, [.. Meaning.Of(text)]);
        if (Meaning.Of(text).FirstOrDefault(m => m.Parts[0] == "section" || m.Parts[1].StartsWith('#')) is { } foreign)
        {
            faults.Add($"{owner}: {column} leaves its section: {foreign}");
        }
    }

    // Placeholders are replaced one after the other in the whole text; what is meant is that each gets its value.
    private void Stanza(string file, string section, string text, (string Placeholder, string Value)[] values)
    {
        // 6.5 leaves the placeholder of a value that is not there.
        var written = values.Where(v => version == SarkVersion.V62 || v.Value.Length > 0)
            .Aggregate(text, (t, v) => t.Replace(v.Placeholder, Inserted(v.Value, v.Placeholder), StringComparison.Ordinal));
        Meaning Filled(Meaning m) => m.Parts[0] switch
        {
            "set" => Meaning.Setting(Fill(m.Parts[1]), Fill(m.Parts[2])),
            "caller" => Meaning.Caller(Fill(m.Parts[1]), Fill(m.Parts[2])),
            _ => m,
        };
        string Fill(string part) =>
            Placeholder().Replace(
                part,
                m => Array.Find(values, v => v.Placeholder == m.Value) is { Placeholder: not null } found ? found.Value : m.Value);
        Block(file, section, "the stanza", text);
        lines[^1] = new SarkLine(owner, file, section, written, [.. Meaning.Of(text).Select(Filled)]);
    }

    // The value is a replacement of a pattern: $1, ${1} and \1 in it are what a group matched, of which there is none, $0 and
    // \0 are the placeholder itself, and of two backslashes one stays.
    private static string Inserted(string value, string placeholder) =>
        Reference().Replace(value, m => m.Value == @"\\" ? @"\" : m.Groups[1].Value is "0" or "00" ? placeholder : "");

    private static IEnumerable<string> Broken(SarkLine line)
    {
        if (!line.Read.SequenceEqual(line.Meant))
        {
            var (meant, read) = (line.Meant.Except(line.Read).FirstOrDefault(), line.Read.Except(line.Meant).FirstOrDefault());
            yield return $"{line.Owner}: in {line.File} [{line.Section}] '{meant}' is read as '{read}'";
        }
        else if (line.Section is null && (line.Text is "[]" || line.Meant[0].Parts[1].Trim() != line.Meant[0].Parts[1]
            || line.Text.Contains('(', StringComparison.Ordinal)))
        {
            yield return $"{line.Owner}: in {line.File} {line.Text} is no name of a section";
        }

        if (line.Text.Replace("\r\n", "\n", StringComparison.Ordinal).Any(c => c is (< ' ' and not ('\n' or '\t')) or '\u007f'))
        {
            yield return $"{line.Owner}: a control character in {line.File}";
        }

        if (line.Text.Split('\n').Any(l => Encoding.UTF8.GetByteCount(l) > LongestLine))
        {
            yield return $"{line.Owner}: a line of {line.File} is longer than {LongestLine} bytes";
        }
    }

    private IEnumerable<string> Collisions()
    {
        foreach (var sections in lines.Where(l => l.Section is null).GroupBy(l => (l.File, Name: l.Meant[0].Parts[1])))
        {
            var owners = sections.Select(l => l.Owner).ToArray();
            if (Taken[sections.Key.File].Contains(sections.Key.Name, StringComparer.Ordinal))
            {
                yield return $"{owners[0]}: [{sections.Key.Name}] of {sections.Key.File} is SARK's or Asterisk's own";
            }
            // One account at two hosts is two trunks of one peer, as sark6api makes them.
            else if (owners.Distinct(StringComparer.Ordinal).Count() > 1
                && !Array.TrueForAll(owners, o => o.StartsWith("trunk", StringComparison.Ordinal)))
            {
                yield return $"[{sections.Key.Name}] of {sections.Key.File} belongs to {string.Join(" and to ", owners)}";
            }
        }

        foreach (var extensions in lines.Where(
            l => l.File == Dialplan && TakenExtensions.ContainsKey(l.Section ?? "") && l.Meant is [{ Parts: ["exten", ..] }])
            .GroupBy(l => (l.Section, Name: l.Meant[0].Parts[1])))
        {
            var owners = extensions.Select(l => l.Owner).Distinct(StringComparer.Ordinal).ToArray();
            if (owners.Length > 1 || TakenExtensions[extensions.Key.Section!].Contains(extensions.Key.Name, StringComparer.Ordinal))
            {
                yield return $"{string.Join(" and ", owners)}: the extension {extensions.Key.Name} in [{extensions.Key.Section}] is taken";
            }
        }
    }

    // An include of a context that nothing makes.
    private IEnumerable<string> Dangling()
    {
        var made = lines.Where(l => l.Section is null && l.File == Dialplan).Select(l => l.Meant[0].Parts[1])
            .ToHashSet(StringComparer.Ordinal);
        return lines.Where(l => l.Meant is [{ Parts: ["set", "include", var name] }] && !made.Contains(name))
            .Select(l => $"{l.Owner}: [{l.Section}] includes {l.Meant[0].Parts[2]}, which nothing makes");
    }

    private static string[] Words(string text) => text.Split([' ', '\t', '\r', '\n'], StringSplitOptions.RemoveEmptyEntries);

    [GeneratedRegex(@"^[A-Za-z0-9_.+-]+$")]
    private static partial Regex PlainWord();

    [GeneratedRegex(@"\$[a-z]+")]
    private static partial Regex Placeholder();

    [GeneratedRegex(@"\\\\|(?:\\|\$)(\d\d?)|\$\{(?<1>\d\d?)\}")]
    private static partial Regex Reference();

    /// <summary>A row whose missing and empty values are empty texts, as in the dump.</summary>
    private readonly record struct Row(IReadOnlyDictionary<string, object?> Values)
    {
        public string this[string column] => DumpTwin.Text(Values.GetValueOrDefault(column));
    }
}
