using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace SarkPS;

/// <summary>Small conversions of names.</summary>
public static partial class SarkText
{
    // What the field calls a thing where a cmdlet's noun is shorter than that.
    private static readonly Dictionary<string, string> Terms = new(StringComparer.Ordinal)
    {
        ["CosRule"] = "class-of-service rule",
        ["CosOpen"] = "class of service for open hours",
        ["CosClose"] = "class of service for closed hours",
        ["Ivr"] = "IVR",
        ["Cdr"] = "call record",
    };

    /// <summary><c>InboundRoute</c> becomes <c>inbound route</c>; a run of capitals stays a word, and a few nouns have
    /// longer names among people: <c>CosRule</c> becomes <c>class-of-service rule</c>.</summary>
    public static string Words(string name)
    {
        if (Terms.TryGetValue(name, out var term))
        {
            return term;
        }

        var words = new StringBuilder(name.Length + 4);
        for (var i = 0; i < name.Length; i++)
        {
            if (i > 0 && char.IsUpper(name[i]) && !char.IsUpper(name[i - 1]))
            {
                words.Append(' ');
            }

            words.Append(char.ToLowerInvariant(name[i]));
        }

        return words.ToString();
    }

    /// <summary>A noun with its article: <c>an extension</c>, <c>a trunk</c>.</summary>
    public static string WithArticle(string words) => $"{("aeiouAEIOU".Contains(words[0], StringComparison.Ordinal) ? "an" : "a")} {words}";

    /// <summary>What to tell of a number that <see cref="IsSpreadsheetNumber"/> finds.</summary>
    public const string SpreadsheetHint = "It looks as if a spreadsheet had rewritten it: format its column there as text.";

    /// <summary>Whether a spreadsheet has made this of a number: <c>6.45E+02</c>, <c>4,47920E+11</c>, <c>647.0</c>.</summary>
    public static bool IsSpreadsheetNumber(string text) => SpreadsheetNumber().IsMatch(text);

    /// <summary>How many letters must be put in, left out, exchanged or turned round to make one text of another.</summary>
    public static int Distance(string one, string other)
    {
        var table = new int[one.Length + 1, other.Length + 1];
        for (var i = 0; i <= one.Length; i++)
        {
            for (var j = 0; j <= other.Length; j++)
            {
                if (i == 0 || j == 0)
                {
                    table[i, j] = i + j;
                    continue;
                }

                var best = Math.Min(
                    Math.Min(table[i - 1, j], table[i, j - 1]) + 1,
                    table[i - 1, j - 1] + (one[i - 1] == other[j - 1] ? 0 : 1));
                table[i, j] = i > 1 && j > 1 && one[i - 1] == other[j - 2] && one[i - 2] == other[j - 1]
                    ? Math.Min(best, table[i - 2, j - 2] + 1)
                    : best;
            }
        }

        return table[one.Length, other.Length];
    }

    /// <summary>Names in a sentence: the first ten, and how many more there are.</summary>
    public static string Listed(IReadOnlyList<string> names) =>
        names.Count <= 10 ? string.Join(", ", names) : $"{string.Join(", ", names.Take(10))} and {names.Count - 10} more";

    /// <summary>Whether a letter is a blank of any script, the no-break ones included.</summary>
    public static bool IsBlank(char letter) => char.IsWhiteSpace(letter) || letter == '\0';

    /// <summary>
    /// The first character that nobody sees, or that looks like a plain blank and is none, as <c>U+200B (zero width
    /// space)</c>; null where there is none.
    /// </summary>
    public static string? Invisible(string text)
    {
        foreach (var letter in text.EnumerateRunes())
        {
            var isOdd = Rune.GetUnicodeCategory(letter) switch
            {
                UnicodeCategory.Format or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator => true,
                UnicodeCategory.SpaceSeparator => letter.Value != ' ',
                // Fillers and selectors, which Unicode counts among letters, marks and symbols.
                _ => letter.Value is 0x034F or 0x115F or 0x1160 or 0x17B4 or 0x17B5 or 0x2800 or 0x3164 or 0xFFA0
                    or (>= 0x180B and <= 0x180F) or (>= 0xFE00 and <= 0xFE0F) or (>= 0xE0100 and <= 0xE01EF),
            };
            if (isOdd)
            {
                var name = letter.Value switch
                {
                    0xA0 => "no-break space",
                    0xAD => "soft hyphen",
                    0x200B => "zero width space",
                    0x200C => "zero width non-joiner",
                    0x200D => "zero width joiner",
                    0x200E => "left-to-right mark",
                    0x200F => "right-to-left mark",
                    0x202A or 0x202B or 0x202C or 0x202D or 0x202E or (>= 0x2066 and <= 0x2069) => "direction mark",
                    0x202F => "narrow no-break space",
                    0x2060 => "word joiner",
                    0x3000 => "ideographic space",
                    0xFEFF => "byte order mark",
                    _ => null,
                };
                return name is null ? $"U+{letter.Value:X4}" : $"U+{letter.Value:X4} ({name})";
            }
        }

        return null;
    }

    [GeneratedRegex(@"\A[+-]?[0-9]+(?:[.,][0-9]*(?:E[+-]?[0-9]+)?|E[+-][0-9]+)\z", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex SpreadsheetNumber();

    /// <summary>A text from outside, fit to stand in a message: control characters as <c>?</c>, no longer than 80 characters.</summary>
    public static string Printable(string text)
    {
        var safe = string.Concat(text.Take(80).Select(c => char.IsControl(c) ? '?' : c));
        return text.Length > 80 ? safe + "..." : safe;
    }
}
