using System.Text.RegularExpressions;

namespace SarkPS.Descriptors;

/// <summary>A row that a value names, and where in the value its key stands.</summary>
/// <param name="Key">The key.</param>
/// <param name="Nouns">The resources that it may be a row of.</param>
/// <param name="Start">Where the key begins.</param>
/// <param name="Length">How long it is there.</param>
/// <param name="MustExist">Whether a value that names no row is wrong.</param>
/// <param name="IsDialled">Whether it is dialled: then only a number that is as long as extensions are here must exist,
/// others may lead outside.</param>
public sealed record NamedRow(
    string Key,
    IReadOnlyList<string> Nouns,
    int Start,
    int Length,
    bool MustExist = true,
    bool IsDialled = false);

/// <summary>
/// How a column spells the rows that it names. The whole of a value is read, so that a name is found in whatever spelling
/// SARK reads it, and can be exchanged for another.
/// </summary>
public abstract partial class NameForm
{
    private protected NameForm()
    {
    }

    /// <summary>The key and nothing else.</summary>
    public static NameForm Key { get; } = new WholeForm();

    /// <summary>
    /// A destination of calls: the name of a row, a star and the number of an extension for its mailbox, or a fixed target,
    /// which is no row.
    /// </summary>
    public static NameForm Destination { get; } = new DestinationForm();

    /// <summary>Keys separated by blanks.</summary>
    public static NameForm List { get; } = new ListForm();

    /// <summary>
    /// What a ring group rings, separated by blanks: numbers, channels such as <c>SIP/401</c>, and
    /// <c>Local/401@internal</c>.
    /// </summary>
    public static NameForm Channels { get; } = new ChannelsForm();

    /// <summary>A number that is dialled, here or outside.</summary>
    public static NameForm Number { get; } = new NumberForm();

    /// <summary>The <c>member</c> lines of a section of queues.conf.</summary>
    public static NameForm MemberLines { get; } = new MemberLinesForm();

    /// <summary>The <c>#INCLUDE</c> lines of a telephone's configuration.</summary>
    public static NameForm IncludeLines { get; } = new IncludeLinesForm();

    /// <summary>A greeting, as <c>usergreeting0012</c> or as its number. Greetings are files.</summary>
    public static NameForm Greeting { get; } = new GreetingForm();

    /// <summary>The rows that a value names.</summary>
    /// <param name="value">The value as it is stored.</param>
    /// <param name="nouns">The resources that the column names.</param>
    public abstract IEnumerable<NamedRow> Read(string value, IReadOnlyList<string> nouns);

    /// <summary>The values that name a key where the whole of a value does; null where it may stand among others.</summary>
    /// <param name="key">The key.</param>
    public virtual IReadOnlyList<string>? Whole(string key) => null;

    /// <summary>The value with one name in the place of another.</summary>
    /// <param name="value">The value as it is stored.</param>
    /// <param name="nouns">The resources that the column names.</param>
    /// <param name="noun">The resource of the row that changes its key.</param>
    /// <param name="key">The key that it had.</param>
    /// <param name="replacement">The key that it has now.</param>
    public virtual string Replace(string value, IReadOnlyList<string> nouns, string noun, string key, string replacement)
    {
        foreach (var name in Read(value, nouns).Where(n => n.Key == key && n.Nouns.Contains(noun)).OrderByDescending(n => n.Start))
        {
            value = string.Concat(value.AsSpan(0, name.Start), replacement, value.AsSpan(name.Start + name.Length));
        }

        return value;
    }

    private sealed class WholeForm : NameForm
    {
        public override IEnumerable<NamedRow> Read(string value, IReadOnlyList<string> nouns) =>
            value.Length > 0 ? [new(value, nouns, 0, value.Length)] : [];

        public override IReadOnlyList<string> Whole(string key) => [key];
    }

    private sealed class DestinationForm : NameForm
    {
        public override IEnumerable<NamedRow> Read(string value, IReadOnlyList<string> nouns)
        {
            if (value is "" or "0" || Destinations.Fixed.ContainsKey(value))
            {
                yield break;
            }

            if (!Destinations.IsMailbox(value))
            {
                yield return new(value, nouns, 0, value.Length);
                yield break;
            }

            yield return new(value[1..], [nameof(Extension)], 1, value.Length - 1, MustExist: false);
            // A custom app may be dialled like that too.
            yield return new(value, [.. nouns.Where(n => n != nameof(Extension))], 0, value.Length, MustExist: false);
        }

        public override IReadOnlyList<string> Whole(string key) => [key, "*" + key];
    }

    private sealed class NumberForm : NameForm
    {
        public override IEnumerable<NamedRow> Read(string value, IReadOnlyList<string> nouns) =>
            value.Length > 0 ? [new(value, nouns, 0, value.Length, MustExist: value.All(char.IsAsciiDigit), IsDialled: true)] : [];

        public override IReadOnlyList<string> Whole(string key) => [key];
    }

    private sealed class ListForm : NameForm
    {
        public override IEnumerable<NamedRow> Read(string value, IReadOnlyList<string> nouns) =>
            Words().Matches(value).Select(m => new NamedRow(m.Value, nouns, m.Index, m.Length));
    }

    private sealed class ChannelsForm : NameForm
    {
        public override IEnumerable<NamedRow> Read(string value, IReadOnlyList<string> nouns) =>
            Members().Matches(value).SelectMany(m => ReadChannel(m.Value, m.Index, nouns));
    }

    private sealed class MemberLinesForm : NameForm
    {
        public override IEnumerable<NamedRow> Read(string value, IReadOnlyList<string> nouns)
        {
            foreach (Match line in MemberLine().Matches(value))
            {
                // Interface, penalty, name, and the device whose state counts.
                var at = line.Groups["fields"].Index;
                var number = 0;
                foreach (var field in line.Groups["fields"].Value.Split(','))
                {
                    if (number is 0 or 3)
                    {
                        var text = field.Trim();
                        var start = at + field.IndexOf(text, StringComparison.Ordinal);
                        if (text.StartsWith("hint:", StringComparison.OrdinalIgnoreCase))
                        {
                            (text, start) = (text[5..], start + 5);
                        }

                        foreach (var name in ReadChannel(text, start, nouns))
                        {
                            yield return name;
                        }
                    }

                    at += field.Length + 1;
                    number++;
                }
            }
        }
    }

    private sealed class IncludeLinesForm : NameForm
    {
        public override IEnumerable<NamedRow> Read(string value, IReadOnlyList<string> nouns) =>
            IncludeLine().Matches(value).Select(m => m.Groups["name"])
                .Select(g => new NamedRow(g.Value, nouns, g.Index, g.Length, MustExist: false));
    }

    private sealed class GreetingForm : NameForm
    {
        public override IEnumerable<NamedRow> Read(string value, IReadOnlyList<string> nouns) =>
            Rules.PhpValue.TryInteger(value.TrimStart('0') is { Length: > 0 } digits ? digits : value, out var number)
                && number is >= 0 and <= 9999
                ? [new($"usergreeting{number:0000}", nouns, 0, value.Length, MustExist: false)]
                : GreetingName().IsMatch(value) ? [new(value, nouns, 0, value.Length, MustExist: false)] : [];

        public override IReadOnlyList<string> Whole(string key) =>
            [key, .. GreetingName().IsMatch(key) ? Enumerable.Range(0, 4).Select(zeros => key[^4..][zeros..]) : []];

        public override string Replace(string value, IReadOnlyList<string> nouns, string noun, string key, string replacement) =>
            Read(value, nouns).Any(n => n.Key == key)
                ? (value == key
            ? replacement
            : replacement.Replace("usergreeting", "", StringComparison.Ordinal).TrimStart('0').PadLeft(1, '0'))
                : value;
    }

    // One channel: what stands before an @ is who is rung; SIP/401, 401/402 and Local/401@internal/n name 401. A word in
    // front of the first slash is the technology.
    private static IEnumerable<NamedRow> ReadChannel(string channel, int start, IReadOnlyList<string> nouns)
    {
        var at = start;
        var parts = channel.Split('@')[0].Split('/');
        var technology = parts.Length > 1 && parts[0].Length > 0 && !char.IsAsciiDigit(parts[0][0]) ? parts[0] : null;
        for (var i = 0; i < parts.Length; i++)
        {
            var part = parts[i];
            if (part.Length > 0 && !(i == 0 && technology is not null))
            {
                yield return technology?.ToUpperInvariant() switch
                {
                    "AGENT" => new(part, [.. nouns.Where(n => n == nameof(Agent))], at, part.Length),
                    // A peer: a telephone, or a trunk with a number behind another slash.
                    "SIP" or "PJSIP" or "IAX2" => new(
                        part,
                        [.. nouns.Where(n => n is nameof(Extension) or nameof(Trunk))],
                        at,
                        part.Length,
                        MustExist: parts.Length == 2 && part.All(char.IsAsciiDigit)),
                    "LOCAL" or null => new(
                        part,
                        [.. nouns.Where(n => n != nameof(Agent))],
                        at,
                        part.Length,
                        MustExist: part.All(char.IsAsciiDigit),
                        IsDialled: true),
                    _ => new(part, [.. nouns.Where(n => n != nameof(Agent))], at, part.Length, MustExist: false),
                };
            }

            at += part.Length + 1;
        }
    }

    [GeneratedRegex(@"\S+", RegexOptions.CultureInvariant)]
    private static partial Regex Words();

    [GeneratedRegex(@"[^\s&]+", RegexOptions.CultureInvariant)]
    private static partial Regex Members();

    [GeneratedRegex(
        @"^[ \t]*member[ \t]*=>?[ \t]*(?<fields>[^;\r\n]+)",
        RegexOptions.Multiline | RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex MemberLine();

    [GeneratedRegex(
        @"^[ \t]*#INCLUDE[ \t]+(?<name>[^\r\n]*[^\s])",
        RegexOptions.Multiline | RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex IncludeLine();

    [GeneratedRegex(@"\Ausergreeting[0-9]{4}\z", RegexOptions.CultureInvariant)]
    private static partial Regex GreetingName();
}

/// <summary>That a column names rows, and how.</summary>
/// <param name="form">How it spells them.</param>
/// <param name="nouns">The resources that it names.</param>
public sealed class RowNames(NameForm form, params string[] nouns)
{
    /// <summary>How it spells them.</summary>
    public NameForm Form => form;

    /// <summary>The resources that it names.</summary>
    public IReadOnlyList<string> Nouns => nouns;

    /// <summary>Words that stand for no row, such as <c>None</c>.</summary>
    public IReadOnlyList<string> Words { get; init; } = [];

    /// <summary>Whether what is written must be there. A telephone may name a template that is made later.</summary>
    public bool IsChecked { get; init; } = true;

    /// <summary>Whether whoever writes a name that is not there is told so, where it is not checked.</summary>
    public bool TellsMissing { get; init; }

    /// <summary>Whether calls are led to what is named.</summary>
    public bool LeadsCalls { get; init; }

    /// <summary>
    /// Whether SARK's generator puts what is named in its place, and what that names, and so on: one that leads back to
    /// itself never ends.
    /// </summary>
    public bool IsExpanded { get; init; }

    /// <summary>Whether calls go on at what is named as soon as somebody diverts them, before anybody is rung.</summary>
    public bool DivertsCalls { get; init; }

    /// <summary>The same, where these words stand for no row.</summary>
    internal RowNames Or(string[] words) => new(form, nouns)
    {
        Words = words,
        IsChecked = IsChecked,
        LeadsCalls = LeadsCalls,
        IsExpanded = IsExpanded,
        DivertsCalls = DivertsCalls,
        TellsMissing = TellsMissing
    };

    /// <summary>Where calls can be sent to; a row of the table of trunks may be an inbound route as well.</summary>
    public static RowNames Destination { get; } = new(
        NameForm.Destination, nameof(Extension), nameof(RingGroup), nameof(Queue), nameof(Ivr), nameof(CustomApp),
        nameof(Trunk), nameof(InboundRoute))
    { LeadsCalls = true };

    /// <summary>The rows that a value names.</summary>
    public IEnumerable<NamedRow> Read(string value) => Words.Contains(value) ? [] : form.Read(value, nouns);

    /// <summary>Whether a value names a row.</summary>
    /// <param name="value">The value as it is stored.</param>
    /// <param name="noun">The row's resource.</param>
    /// <param name="key">The row's key.</param>
    public bool Names(string value, string noun, string key) => Read(value).Any(n => n.Key == key && n.Nouns.Contains(noun));

    /// <summary>The value with one name in the place of another.</summary>
    /// <param name="value">The value as it is stored.</param>
    /// <param name="noun">The resource of the row that changes its key.</param>
    /// <param name="key">The key that it had.</param>
    /// <param name="replacement">The key that it has now.</param>
    public string Replace(string value, string noun, string key, string replacement) =>
        Words.Contains(value) ? value : form.Replace(value, nouns, noun, key, replacement);
}
