using System.Text;
using System.Text.RegularExpressions;
using SarkPS.Data.Files;

namespace SarkPS.Data.Commands;

/// <summary>When SARK's generator writes a file.</summary>
internal enum GeneratedWhen
{
    /// <summary>Every time.</summary>
    Always,

    /// <summary>Every time, where it generates for chan_sip.</summary>
    Sip,

    /// <summary>Every time, where it generates for chan_pjsip.</summary>
    Pjsip,

    /// <summary>When there is something to write into it.</summary>
    Sometimes,
}

/// <summary>One of the files, as it was at a moment.</summary>
/// <param name="Time">When it was last written.</param>
/// <param name="Content">What stood in it; null where the account may not read it.</param>
internal sealed record GeneratedContent(DateTime Time, byte[]? Content);

/// <summary>
/// The files that SARK's generator writes below Asterisk's configuration, and how to tell from them what it did. Its
/// script ends with success whatever happened, so that they alone tell.
/// </summary>
/// <param name="options">Where they lie.</param>
internal sealed partial class GeneratedConfiguration(SarkOptions options)
{
    // In the order in which they are written: measured with 6.2.0-42 and 6.5.0-8 (what is new there: pjsip).
    private static readonly (string Name, GeneratedWhen When)[] Known =
    [
        ("cdr_mysql.conf", GeneratedWhen.Always),
        ("extensions.conf", GeneratedWhen.Always),
        ("sark_moh.conf", GeneratedWhen.Always),
        ("sark_iax_localnet_header.conf", GeneratedWhen.Sometimes),
        ("sark_iax_registrations.conf", GeneratedWhen.Sometimes),
        ("sark_iax_main.conf", GeneratedWhen.Always),
        ("iax.conf", GeneratedWhen.Always),
        ("sark_sip_localnet_header.conf", GeneratedWhen.Sip),
        ("sark_sip_registrations.conf", GeneratedWhen.Sip),
        ("sark_sip_main.conf", GeneratedWhen.Sip),
        ("sip.conf", GeneratedWhen.Sip),
        ("sark_meetme.conf", GeneratedWhen.Sip),
        ("pjsip.conf", GeneratedWhen.Pjsip),
        ("sark_pjsip_transport.conf", GeneratedWhen.Pjsip),
        ("sark_pjsip_ready_phones.conf", GeneratedWhen.Pjsip),
        ("sark_pjsip_ready_webrtc.conf", GeneratedWhen.Pjsip),
        ("sark_pjsip_ready_trunks.conf", GeneratedWhen.Sometimes),
        ("sark_queues_main.conf", GeneratedWhen.Always),
        ("queues.conf", GeneratedWhen.Always),
        (LastOfOurOwn, GeneratedWhen.Always),
        (Last, GeneratedWhen.Always),
    ];

    // The parts that a telephone of chan_pjsip is made from, one file each; made with the telephone's first commit.
    private const string PartsOfTelephones = "sark_pjsip_*.conf";

    private const string First = "cdr_mysql.conf";

    // The last but one. Asterisk writes the last as well, when somebody changes the password of a mailbox.
    private const string LastOfOurOwn = "features.conf";
    private const string Last = "voicemail.conf";

    private readonly string folder = options.Rooted(options.Paths.Asterisk);

    /// <summary>When the generator last came to its end, as far as the files tell; null when it never did.</summary>
    public DateTime? LastRun => Time(LastOfOurOwn) is { } end && Time(Last) is not null ? end : null;

    /// <summary>Whether a later run broke off: what is written first is newer than what is written last.</summary>
    public bool IsIncomplete => LastRun is { } end && (Time(First) > end || end > Time(Last));

    /// <summary>Reads the files that are there.</summary>
    /// <exception cref="SarkException">The folder is not there, or the account may not look into it.</exception>
    public IReadOnlyDictionary<string, GeneratedContent> Read()
    {
        try
        {
            var found = new Dictionary<string, GeneratedContent>(StringComparer.Ordinal);
            foreach (var name in Known.Select(known => known.Name).Concat(
                Directory.EnumerateFiles(folder, PartsOfTelephones).Select(path => Path
                    .GetFileName(path))).Distinct(StringComparer.Ordinal))
            {
                if (Time(name) is { } time)
                {
                    found[name] = new GeneratedContent(time, Content(name));
                }
            }

            return found;
        }
        catch (Exception e) when (
            FileErrors.Map("Commit", Path.GetFileName(folder), "see whether configuration is generated", e) is { } failure)
        {
            throw failure;
        }
    }

    /// <summary>What became of the files. Those that are written sometimes, and are not there, are left out.</summary>
    /// <param name="before">As they were.</param>
    /// <param name="after">As they are.</param>
    /// <param name="detailed">Whether the lines are told as well.</param>
    public static IReadOnlyList<GeneratedFile> Compare(
        IReadOnlyDictionary<string, GeneratedContent> before,
        IReadOnlyDictionary<string, GeneratedContent> after,
        bool detailed)
    {
        var names = Known.Where(known => known.When == GeneratedWhen.Always).Select(known => known.Name).Concat(before.Keys)
            .Concat(after.Keys)
            .ToHashSet(StringComparer.Ordinal);
        var files = Known.Select(known => known.Name).Where(names.Contains)
            .Concat(names.Except(Known.Select(known => known.Name)).Order(StringComparer.Ordinal));
        return [.. files.Select(name => Compare(
            name,
            before.GetValueOrDefault(name),
            after.GetValueOrDefault(name),
            detailed) with { IsEmpty = after.GetValueOrDefault(name)?.Content is { Length: 0 } })];
    }

    /// <summary>The files that a whole run writes, and this one did not.</summary>
    public static IReadOnlyList<string> NotWritten(IReadOnlyList<GeneratedFile> files)
    {
        var written = files.Where(file => file.IsWritten).Select(file => file.Name).ToHashSet(StringComparer.Ordinal);
        var filled = files.Where(file => file is { IsEmpty: false, State: not GeneratedFileState.Missing }).Select(file => file.Name)
            .ToHashSet(StringComparer.Ordinal);
        // Which of the two it generates for is seen by what it has begun. Where it began neither, what earlier runs wrote is due.
        var begun = Of(written);
        GeneratedWhen[] due = [GeneratedWhen.Always, .. begun.Length > 0 ? begun : Of(filled)];
        return [.. Known.Where(known => due.Contains(known.When) && !written.Contains(known.Name)).Select(known => known.Name)];

        static GeneratedWhen[] Of(HashSet<string> names) =>
        [
            .. new[] { GeneratedWhen.Sip, GeneratedWhen.Pjsip }
                .Where(when => Known.Any(known => known.When == when && names.Contains(known.Name))),
        ];
    }

    private static GeneratedFile Compare(string name, GeneratedContent? before, GeneratedContent? after, bool detailed)
    {
        if (after is null)
        {
            return new GeneratedFile(name, GeneratedFileState.Missing, 0, 0);
        }

        if (after.Content is null || (before is not null && before.Content is null))
        {
            return new GeneratedFile(name, before is null
                ? GeneratedFileState.Created
                : before.Time == after.Time ? GeneratedFileState.Untouched : GeneratedFileState.Written, 0, 0);
        }

        if (before?.Content is { } old && old.AsSpan().SequenceEqual(after.Content))
        {
            return new GeneratedFile(name, before.Time == after.Time ? GeneratedFileState.Untouched : GeneratedFileState.Rewritten, 0, 0);
        }

        var changes = Changes(name, before?.Content ?? [], after.Content);
        return new GeneratedFile(
            name,
            before is null ? GeneratedFileState.Created : GeneratedFileState.Changed,
            changes.Count(change => change.Kind == GeneratedChangeKind.Added),
            changes.Count(change => change.Kind == GeneratedChangeKind.Removed))
        {
            Changes = detailed ? [.. changes.Select(change => change with { Line = Masked(name, change.Line) })] : [],
        };
    }

    // By sections, and without the order in them: a line that only moved is no change.
    private static List<GeneratedChange> Changes(string name, byte[] before, byte[] after)
    {
        var (old, now) = (Lines(before), Lines(after));
        var sections = now.Concat(old).Select(line => line.Section).Distinct(StringComparer.Ordinal)
            .Select((section, place) => (section, place))
            .ToDictionary(pair => pair.section, pair => pair.place, StringComparer.Ordinal);
        return
        [
            .. Beyond(old, now).Select(line => new GeneratedChange(name, line.Section, GeneratedChangeKind.Removed, line.Text))
                .Concat(Beyond(now, old).Select(line => new GeneratedChange(name, line.Section, GeneratedChangeKind.Added, line.Text)))
                .OrderBy(change => sections[change.Section]),
        ];
    }

    private static IEnumerable<(string Section, string Text)> Beyond(
        List<(string Section, string Text)> lines,
        List<(string Section, string Text)> others)
    {
        var counts = others.GroupBy(line => line).ToDictionary(same => same.Key, same => same.Count());
        foreach (var line in lines)
        {
            if (counts.GetValueOrDefault(line) is var count && count > 0)
            {
                counts[line] = count - 1;
            }
            else
            {
                yield return line;
            }
        }
    }

    private static List<(string Section, string Text)> Lines(byte[] content)
    {
        var lines = new List<(string, string)>();
        var section = "";
        foreach (var line in Encoding.UTF8.GetString(content).Split('\n').Select(line => line.TrimEnd()).Where(line => line.Length > 0))
        {
            if (SectionHeader().Match(line) is { Success: true } header)
            {
                section = header.Groups[1].Value;
            }

            lines.Add((section, line));
        }

        return lines;
    }

    /// <summary>
    /// A line without what nobody should read over somebody's shoulder: passwords of telephones, trunks and mailboxes,
    /// PINs.
    /// </summary>
    internal static string Masked(string file, string line) =>
        Array.Find(Secrets, secret => (secret.File is null || secret.File == file) && secret.Form.IsMatch(line)) is { Form: { } form }
        ? form.Replace(line, "$1" + Mask)
        : line;

    private const string Mask = "********";

    // The first group stays; what follows in the match is the secret.
    private static readonly (string? File, Regex Form)[] Secrets =
    [
        (Last, MailboxPassword()),
        ("sark_meetme.conf", ConferencePins()),
        (null, Registration()),
        (null, Setting()),
        (null, Question()),
    ];

    // 5001 => 1234,name,address
    [GeneratedRegex(@"^(\s*[^\s=;#\[]+\s*=>\s*)[^,\s]+")]
    private static partial Regex MailboxPassword();

    // conf => 300,1234,4321
    [GeneratedRegex(@"^(\s*conf\s*=>\s*[^,]*,).+$")]
    private static partial Regex ConferencePins();

    // register => user:secret:other@host
    [GeneratedRegex(@"^(\s*;?\s*register\s*=>?\s*[^:@]*:).*(?=@)")]
    private static partial Regex Registration();

    // secret=, ;password=, md5secret=, SYSPASS=
    [GeneratedRegex(@"^(\s*;?\s*[\w.-]*(?:secret|pass|pwd|md5|pin\b)[\w.-]*\s*=>?\s*).+$", RegexOptions.IgnoreCase)]
    private static partial Regex Setting();

    // Authenticate(1234), DISA(1234,...); a variable is no secret.
    [GeneratedRegex(@"(\b(?:Authenticate|DISA)\()[^$),][^),]*", RegexOptions.IgnoreCase)]
    private static partial Regex Question();

    [GeneratedRegex(@"^\s*\[([^\]]*)\]")]
    private static partial Regex SectionHeader();

    private DateTime? Time(string name) => new FileInfo(Path.Combine(folder, name)) is { Exists: true } file ? file.LastWriteTimeUtc : null;

    private byte[]? Content(string name)
    {
        try
        {
            return File.ReadAllBytes(Path.Combine(folder, name));
        }
        catch (UnauthorizedAccessException)
        {
            // Its time still tells that it was written.
            return null;
        }
        catch (FileNotFoundException)
        {
            // Gone since it was looked at.
            return null;
        }
    }
}
