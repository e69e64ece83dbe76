using System.Globalization;
using System.Text.Json.Nodes;

namespace SarkPS.Rules;

/// <summary>
/// Values as they arrive on the wire, and how PHP, in which the original is written, sees them. A value is null, a
/// <see cref="string"/>, a <see cref="long"/>, a <see cref="double"/>, a <see cref="bool"/> or, for a list or an object,
/// a <see cref="JsonNode"/>.
/// </summary>
public static class PhpValue
{
    /// <summary>The text that PHP makes of a value: true is <c>1</c>, false and null are empty, 3.0 is <c>3</c>.</summary>
    public static string Text(object? value) => value switch
    {
        null => "",
        string text => text,
        bool flag => flag ? "1" : "",
        double number => Number(number),
        IFormattable other => other.ToString(null, CultureInfo.InvariantCulture),
        JsonNode node => node.ToJsonString(),
        _ => value.ToString() ?? "",
    };

    /// <summary>Whether a value is a list or an object.</summary>
    public static bool IsStructure(object? value) => value is JsonNode;

    /// <summary>A JSON scalar as a value; lists and objects stay as they are.</summary>
    public static object? FromJson(JsonNode? node)
    {
        if (node is not JsonValue scalar)
        {
            return node;
        }

        return scalar.GetValueKind() switch
        {
            System.Text.Json.JsonValueKind.String => scalar.GetValue<string>(),
            System.Text.Json.JsonValueKind.True => true,
            System.Text.Json.JsonValueKind.False => false,
            System.Text.Json.JsonValueKind.Number => scalar.TryGetValue<long>(out var whole) ? (object)whole : scalar.GetValue<double>(),
            _ => null,
        };
    }

    /// <summary>A value as JSON.</summary>
    public static JsonNode? ToJson(object? value) => value switch
    {
        null => null,
        JsonNode node => node.DeepClone(),
        string text => JsonValue.Create(text),
        bool flag => JsonValue.Create(flag),
        long whole => JsonValue.Create(whole),
        int whole => JsonValue.Create(whole),
        double number => JsonValue.Create(number),
        _ => JsonValue.Create(Text(value)),
    };

    /// <summary>
    /// Reads a whole number as PHP's <c>FILTER_VALIDATE_INT</c> does: white space around it and a sign are fine, leading
    /// zeros, decimals, exponents and anything beyond 64 bits are not.
    /// </summary>
    public static bool TryInteger(object? value, out long number)
    {
        number = 0;
        switch (value)
        {
            case JsonNode or null:
                return false;
            case long whole:
                number = whole;
                return true;
        }

        var text = Text(value).Trim(Blanks);
        var digits = text.AsSpan(text.StartsWith('+') || text.StartsWith('-') ? 1 : 0);
        if (digits.Length == 0 || digits.ContainsAnyExceptInRange('0', '9') || (digits.Length > 1 && digits[0] == '0'))
        {
            return false;
        }

        return long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out number);
    }

    /// <summary>
    /// Reads a number as PHP 7's <c>is_numeric</c> does: leading white space, a sign, decimals and an exponent are fine,
    /// trailing white space and hexadecimal are not. True and false are no numbers.
    /// </summary>
    public static bool TryNumber(object? value, out double number)
    {
        number = 0;
        switch (value)
        {
            case long whole:
                number = whole;
                return true;
            case double real:
                number = real;
                return true;
            case string text:
                var trimmed = text.TrimStart(Blanks);
                return trimmed.Length > 0
                    && (char.IsAsciiDigit(trimmed[^1]) || (trimmed[^1] == '.' && trimmed.Length > 1))
                    && (char.IsAsciiDigit(trimmed[0]) || trimmed[0] is '+' or '-' or '.')
                    && double.TryParse(
                        trimmed,
                        NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent,
                        CultureInfo.InvariantCulture,
                        out number);
            default:
                return false;
        }
    }

    /// <summary>PHP 7's <c>==</c> of two texts: as numbers when both are numeric, else letter by letter.</summary>
    public static bool LooselyEqual(string a, string b) =>
        TryNumber(a, out var x) && TryNumber(b, out var y) ? x.Equals(y) : string.Equals(a, b, StringComparison.Ordinal);

    private static readonly char[] Blanks = [' ', '\t', '\n', '\r', '\v', '\f'];

    // PHP's precision for the text of a float is 14 digits.
    private static string Number(double number) => number.ToString("G14", CultureInfo.InvariantCulture);
}
