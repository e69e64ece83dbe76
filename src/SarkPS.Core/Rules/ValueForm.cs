using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace SarkPS.Rules;

/// <summary>
/// What SARK's own programs can carry in a column. Its generator copies values letter by letter into Asterisk's
/// configuration, and its dump of the database writes them between apostrophes without escaping any: some letters end a
/// line, a field or a section there, and after an apostrophe anywhere the reload that each upgrade of SARK's package does
/// has lost every row of every customer. Measured with SARK 6.2.0-42 and 6.5.0-8.
/// </summary>
public sealed partial class ValueForm
{
    // Asterisk keeps contexts, extensions, sections and the names of callers in 80 bytes with the zero behind them, and cuts
    // off what is longer. (AST_MAX_CONTEXT, AST_MAX_EXTENSION)
    private const int AsteriskName = 79;

    // Its configuration files are read line by line into 8192 bytes.
    private const int ConfigurationLine = 8191;

    private readonly string? signs;
    private readonly string refused;
    private readonly string patternSigns;
    private readonly bool isSection;
    private readonly bool isAscii;

    // Either letters, digits and these signs are allowed, or all but these.
    private ValueForm(
        string word,
        string hint,
        int length,
        string? signs = null,
        string patternSigns = "",
        string refused = "",
        bool hasLines = false,
        bool isSection = false,
        bool isAscii = false)
    {
        Word = word;
        MaxLength = length;
        Hint = hint;
        HasLines = hasLines;
        this.signs = signs;
        this.refused = refused;
        this.patternSigns = patternSigns;
        this.isSection = isSection;
        this.isAscii = isAscii;
    }

    /// <summary>
    /// The key of a tenant: a context, a label, a directory, and a word of a command that SARK's generator hands to root's
    /// shell.
    /// </summary>
    public static ValueForm Tenant { get; } = new("Tenant", "unaccented letters, digits and _ -", 60, signs: "_-", isAscii: true);

    /// <summary>A key, which becomes the name of a context or of a section, or stands in a line of a dial plan.</summary>
    public static ValueForm Key { get; } = new("Key", "letters, digits and _ - . + * # ~", AsteriskName, signs: "_-.+*#~");

    /// <summary>A number that is dialled, or a pattern of such numbers.</summary>
    public static ValueForm Number { get; } = new(
        "Number",
        "letters, digits and _ - . + * #, and after an underscore at the beginning ! [ ]",
        AsteriskName,
        signs: "_-.+*#",
        patternSigns: "![]");

    /// <summary>Patterns of numbers, separated by blanks.</summary>
    public static ValueForm Patterns { get; } = new(
        "Patterns",
        "numbers and patterns of letters, digits and _ - . + * # ! [ ] /, separated by blanks",
        Descriptors.Lengths.List,
        signs: "_-.+*#![]/ ");

    /// <summary>A password or another secret behind an equals sign.</summary>
    public static ValueForm Secret { get; } =
        new("Secret", "letters, digits, blanks and signs, but no quotes, backslash, $ and ;", 255, refused: "\"\\$;");

    /// <summary>A name that telephones show: it stands between quotes, and as one field of several.</summary>
    public static ValueForm Name { get; } =
        new("Name", "letters, digits, blanks and signs, but no quotes, backslash, $ ; , < > [ ]", AsteriskName, refused: "\"\\$;,<>[]");

    /// <summary>The name of a peer: a section of Asterisk's configuration, and a part of what is dialled.</summary>
    public static ValueForm Peer { get; } = new("Peer", "letters, digits, blanks and _ - . + * # ~ @", AsteriskName, signs: "_-.+*#~@ ");

    /// <summary>A text of one line.</summary>
    public static ValueForm Line { get; } = new("Line", "one line without apostrophes", Descriptors.Lengths.Text);

    /// <summary>Lines of a section of Asterisk's configuration.</summary>
    public static ValueForm Section { get; } = new(
        "Section",
        "lines of a section, without apostrophes, further sections and included files",
        Descriptors.Lengths.Block,
        hasLines: true,
        isSection: true);

    /// <summary>Lines of a telephone's configuration file.</summary>
    public static ValueForm Note { get; } = new("Note", "lines without apostrophes", Descriptors.Lengths.Block, hasLines: true);

    /// <summary>What the setting calls it that lets old clients send other values, as in <c>Sark:Forms:Line</c>.</summary>
    public string Word { get; }

    /// <summary>What it allows, in words.</summary>
    public string Hint { get; }

    /// <summary>The most that a value may have, as <see cref="Size"/> counts.</summary>
    public int MaxLength { get; }

    /// <summary>What <see cref="Size"/> counts, in words.</summary>
    public string Unit => CountsBytes ? "bytes" : "characters";

    /// <summary>How long a value is: in bytes of UTF-8 where it fills a buffer of Asterisk's, else in characters.</summary>
    public int Size(string value) => CountsBytes ? Encoding.UTF8.GetByteCount(value) : value.EnumerateRunes().Count();

    private bool CountsBytes => MaxLength <= AsteriskName;

    /// <summary>Whether a value may have several lines.</summary>
    public bool HasLines { get; }

    /// <summary>
    /// The first thing in a value that SARK cannot carry, and why, as the end of a sentence that begins with
    /// "may not hold"; null where there is none.
    /// </summary>
    /// <param name="value">The value.</param>
    public string? Fault(string value)
    {
        ArgumentNullException.ThrowIfNull(value);
        for (var i = 0; i < value.Length; i++)
        {
            var letter = value[i];
            if (letter == '\'')
            {
                return Apostrophe;
            }

            if (Rune.DecodeFromUtf16(value.AsSpan(i), out var rune, out var length) != System.Buffers.OperationStatus.Done
                || rune == Rune.ReplacementChar)
            {
                return "a character that was lost on the way here (U+FFFD): what it was cannot be told";
            }

            i += length - 1;
            if (!(IsOneOf(rune, patternSigns) && value[0] == '_') && Fault(rune, IsLineEnd(value, i)) is { } fault)
            {
                return fault;
            }
        }

        // Of a telephone's file Asterisk reads nothing.
        if (!ReferenceEquals(this, Note) && BlockComment().IsMatch(value))
        {
            return "';--': a comment of Asterisk's configuration begins there that ends at '--;', and all that the file holds behind it "
                + "is lost";
        }

        // Each is an extension of its own.
        if (ReferenceEquals(this, Patterns)
            && value.Split(' ').FirstOrDefault(pattern => Encoding.UTF8.GetByteCount(pattern) > AsteriskName) is { } tooLong)
        {
            return $"a pattern of {Encoding.UTF8.GetByteCount(tooLong)} bytes; beyond {AsteriskName} Asterisk cuts it off";
        }

        return isSection
            ? value.Split('\n').Select(line => line.TrimEnd('\r')).Select(FaultOfLine).FirstOrDefault(fault => fault is not null)
            : null;
    }

    // What Asterisk does with a line of its configuration.
    private static string? FaultOfLine(string line) => line.TrimStart() switch
    {
        ['[', ..] => $"the line '{SarkText.Printable(line.Trim())}', with which another section of Asterisk's configuration begins",
        ['#', ..] => $"the line '{SarkText.Printable(line.Trim())}', which has Asterisk read another file or run a program",
        [.., '\\'] =>
            "a line that ends with a backslash: SARK's generator writes a semicolon behind it, which then begins no comment but belongs "
                + "to the line",
        _ when Encoding.UTF8.GetByteCount(line) > ConfigurationLine =>
            $"a line of more than {ConfigurationLine} bytes, which Asterisk cuts off",
        _ => null,
    };

    // Escaped, and with a third dash, it is none. (process_text_line in Asterisk's main/config.c)
    [GeneratedRegex(@"(?<!\\);--(?!-)")]
    private static partial Regex BlockComment();

    /// <summary>What to say of an apostrophe.</summary>
    public const string Apostrophe = "an apostrophe ('): SARK's dump of the database writes values between apostrophes, and its next "
        + "reload would lose every row of every customer";

    private string? Fault(Rune letter, bool isLineEnd)
    {
        if (letter.Value is '\n' or '\r')
        {
            return HasLines && isLineEnd ? null
                : HasLines ? "a carriage return without a line feed, which ends no line of Asterisk's configuration"
                : "a line break: SARK's generator copies it into Asterisk's configuration, where another line begins";
        }

        if (Rune.GetUnicodeCategory(letter)
            is UnicodeCategory.Control or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator)
        {
            return HasLines && letter.Value == '\t'
                ? null
                : $"a control character ({CodePoint(letter)}), which Asterisk's configuration cannot carry";
        }

        var isSign = !Rune.IsLetterOrDigit(letter)
            && Rune.GetUnicodeCategory(letter) is not (UnicodeCategory.NonSpacingMark or UnicodeCategory.SpacingCombiningMark);
        if (signs is not null)
        {
            return (!isSign && !(isAscii && !letter.IsAscii)) || IsOneOf(letter, signs)
                ? null
                : $"{Spell(letter)}; {Hint} are allowed, as {Use} cannot carry others";
        }

        return IsOneOf(letter, refused) ? $"{Spell(letter)}: {Reason(letter)}" : null;
    }

    // A line feed, or a carriage return with one behind it.
    private static bool IsLineEnd(string value, int at) =>
        value[at] == '\n' || (value[at] == '\r' && at + 1 < value.Length && value[at + 1] == '\n');

    private static bool IsOneOf(Rune letter, string letters) =>
        letter.IsBmp && letters.Contains((char)letter.Value, StringComparison.Ordinal);

    private string Use => ReferenceEquals(this, Key) || ReferenceEquals(this, Tenant) || ReferenceEquals(this, Peer)
        ? "the name of a section or context in Asterisk's configuration"
        : "a line of the dial plan";

    private static string CodePoint(Rune letter) => string.Create(CultureInfo.InvariantCulture, $"U+{letter.Value:X4}");

    private static string Spell(Rune letter) => letter.Value switch
    {
        ' ' => "a blank",
        '"' => "a double quote (\")",
        '\\' => "a backslash (\\)",
        ',' => "a comma (,)",
        ';' => "a semicolon (;)",
        '$' => "a dollar sign ($)",
        '[' or ']' => $"a square bracket ({letter})",
        '<' or '>' => $"an angle bracket ({letter})",
        _ => Rune.IsWhiteSpace(letter) ? $"a blank of another kind ({CodePoint(letter)})" : $"'{letter}'",
    };

    private static string Reason(Rune letter) => letter.Value switch
    {
        '"' => "SARK's generator does not escape it, and the name of the caller ends there",
        '\\' or '$' => "SARK's generator takes it for a part of a pattern of its own and leaves out what follows",
        ',' => "in the list of mailboxes the next field begins there",
        ';' => "a comment of Asterisk's configuration begins there, and the rest of the line is lost",
        '[' or ']' => "the name of a section of Asterisk's configuration begins or ends there",
        _ => "the number of a caller stands between such brackets",
    };
}
