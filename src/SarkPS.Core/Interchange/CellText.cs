using System.Globalization;
using System.Text.RegularExpressions;
using SarkPS.Descriptors;
using SarkPS.Rules;

namespace SarkPS;

/// <summary>What people write into cells and at a prompt, read as what is stored, and the other way round.</summary>
internal static partial class CellText
{
    // What cells are trimmed of, as the store trims texts. A no-break space is not among them: in a number it is damage that
    // has to be told.
    private const string Blanks = " \t\n\r\0\v";

    /// <summary>A text without the blanks that are around it in a cell.</summary>
    public static string Trimmed(string text) => text.AsSpan().Trim(Blanks).ToString();

    /// <summary>The column behind a name, be it ours or SARK's, or null.</summary>
    public static Column? FindColumn(ResourceDescriptor resource, string name)
    {
        var trimmed = name.Trim();
        return resource.FindProperty(trimmed)
            ?? resource.Columns.FirstOrDefault(c => string.Equals(c.Name, trimmed, StringComparison.OrdinalIgnoreCase));
    }

    /// <summary>A text as it is stored in a column: words for true and false, moments, hardware addresses, fixed words in any case.</summary>
    public static object Read(Column column, string text)
    {
        var trimmed = Trimmed(text);
        switch (column.Type)
        {
            case ColumnType.Flag when FlagWords.Read(trimmed) is { } flag:
                return flag ? column.Flag!.True : column.Flag!.False;
            case ColumnType.Time when trimmed.Length > 0 && !PhpValue.TryInteger(trimmed, out _)
                && DateTimeOffset.TryParse(trimmed, CultureInfo.InvariantCulture, DateTimeStyles.AssumeLocal, out var time):
                return time.ToUnixTimeSeconds();
            case ColumnType.Text when column.IsHardwareAddress && HardwareAddress().IsMatch(trimmed):
                return string.Concat(trimmed.Where(char.IsAsciiHexDigit));
            default:
                // At a prompt nobody minds the case of a fixed word; the store does.
                return column.AllowedValues.FirstOrDefault(v => string.Equals(v, trimmed, StringComparison.OrdinalIgnoreCase)) ?? text;
        }
    }

    /// <summary>
    /// What is stored in a column, so that it is read as the same again. Null for nothing, and for what is nothing of the column's
    /// type: our objects do not show that either.
    /// </summary>
    public static object? Write(Column column, object? stored)
    {
        if (stored is null || (stored is string text && string.IsNullOrWhiteSpace(text)))
        {
            return null;
        }

        return column.Type switch
        {
            ColumnType.Integer => PhpValue.TryInteger(stored, out var number) ? number : null,
            ColumnType.Flag => FlagWords.Read(PhpValue.Text(stored)) is null ? null : stored,
            ColumnType.Time => PhpValue.TryInteger(stored, out var seconds) && seconds is >= 0 and <= uint.MaxValue
                ? DateTimeOffset.FromUnixTimeSeconds(seconds).ToString("yyyy-MM-dd'T'HH:mm:sszzz", CultureInfo.InvariantCulture)
                : null,
            _ => stored is double real ? PhpValue.Text(real) : stored,
        };
    }

    /// <summary>
    /// Whether a create fills a value in anyway, in whatever spelling: then it says nothing of its own. False of a column of ON
    /// and OFF may be stored as the NO that a create fills in; a copy keeps it.
    /// </summary>
    public static bool IsDefault(Column column, object value) =>
        (column is { Reads: { } reads, Default: string known } && value is string text && reads(text) == reads(known))
        || (column is { Type: ColumnType.Flag, HasDefault: true } && FlagWords.AreSame(value, column.Default));

    // As labels, routers and switches write them: 00:04:13:A1:B2:01, 00-04-13-A1-B2-01, 0004.13a1.b201, 000413-A1B201.
    [GeneratedRegex(
        @"\A(?:(?:[0-9A-Fa-f]{2}([:. -]))(?:[0-9A-Fa-f]{2}\1){4}[0-9A-Fa-f]{2}"
            + @"|(?:[0-9A-Fa-f]{4}([:.-]))[0-9A-Fa-f]{4}\2[0-9A-Fa-f]{4}"
            + @"|[0-9A-Fa-f]{6}[:.-][0-9A-Fa-f]{6})\z",
        RegexOptions.CultureInvariant)]
    private static partial Regex HardwareAddress();
}
