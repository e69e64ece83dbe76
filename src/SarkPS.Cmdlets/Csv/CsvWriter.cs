using System.Globalization;

namespace SarkPS.Cmdlets.Csv;

/// <summary>
/// Writes records as RFC 4180 has them, with CR LF at the end of a line. No value is written as nothing, an empty text
/// as <c>""</c>, so that the two can be told apart again.
/// </summary>
internal sealed class CsvWriter(TextWriter text, char delimiter)
{
    private readonly char[] special = [delimiter, '"', '\r', '\n'];

    /// <summary>Writes one record.</summary>
    /// <param name="values">One value for each column.</param>
    public void Write(IReadOnlyList<object?> values)
    {
        for (var i = 0; i < values.Count; i++)
        {
            if (i > 0)
            {
                text.Write(delimiter);
            }

            // A record of one field without a value would be an empty line, which readers leave out.
            text.Write(values[i] is null && values.Count > 1 ? "" : Quoted(Text(values[i]) ?? ""));
        }

        text.Write("\r\n");
    }

    /// <summary>A value as text that means the same everywhere: no regional formats, times with their offset.</summary>
    public static string? Text(object? value) => value switch
    {
        null => null,
        string s => s,
        DateTime or DateTimeOffset => ((IFormattable)value).ToString("O", CultureInfo.InvariantCulture),
        IFormattable f => f.ToString(null, CultureInfo.InvariantCulture),
        _ => value.ToString(),
    };

    private string Quoted(string field) =>
        field.Length == 0 || field.IndexOfAny(special) >= 0 || char.IsWhiteSpace(field[0]) || char.IsWhiteSpace(field[^1])
            ? $"\"{field.Replace("\"", "\"\"", StringComparison.Ordinal)}\""
            : field;
}
