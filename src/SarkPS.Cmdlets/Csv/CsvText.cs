using System.Text;

namespace SarkPS.Cmdlets.Csv;

/// <summary>
/// The text of a CSV file, read as a whole before the first row is passed on: a file that turns out to be in another
/// encoding in the middle must not be half imported by then.
/// </summary>
internal static class CsvText
{
    // The longest first: UTF-32's mark begins with that of UTF-16.
    private static readonly Encoding[] Marked = [Encoding.UTF32, new UTF32Encoding(bigEndian: true, byteOrderMark: true), Encoding.UTF8,
        Encoding.Unicode, Encoding.BigEndianUnicode];

    /// <summary>Reads a file.</summary>
    /// <param name="file">Its path.</param>
    /// <param name="encoding">What it is written in; null for UTF-8. A byte order mark comes before that.</param>
    /// <exception cref="CsvException">It is not text in that encoding.</exception>
    public static string Read(string file, Encoding? encoding) => Read(file, encoding, out _);

    /// <summary>Reads a file.</summary>
    /// <param name="file">Its path.</param>
    /// <param name="encoding">What it is written in; null for UTF-8. A byte order mark comes before that.</param>
    /// <param name="used">What it was written in; it begins with a byte order mark where the file does.</param>
    /// <exception cref="CsvException">It is not text in that encoding.</exception>
    public static string Read(string file, Encoding? encoding, out Encoding used)
    {
        var bytes = File.ReadAllBytes(file);
        var marked = Array.Find(Marked, m => bytes.AsSpan().StartsWith(m.Preamble));
        used = marked ?? encoding ?? new UTF8Encoding(encoderShouldEmitUTF8Identifier: false);
        var start = marked?.Preamble.Length ?? 0;
        var strict = (Encoding)(marked ?? encoding ?? Encoding.UTF8).Clone();
        strict.DecoderFallback = DecoderFallback.ExceptionFallback;
        string text;
        try
        {
            text = strict.GetString(bytes, start, bytes.Length - start);
        }
        catch (DecoderFallbackException error)
        {
            var line = 1 + bytes.AsSpan(start, Math.Max(0, error.Index)).Count((byte)'\n');
            throw new CsvException($"line {line}: it is not text in {Name(marked ?? encoding ?? Encoding.UTF8)}. Say what it is written "
                + "in: -Encoding 1252 for what a spreadsheet in Western Europe calls CSV, -Encoding Unicode for what it calls Unicode "
                + "text.");
        }

        if (text.IndexOf('\0') is >= 0 and var zero)
        {
            throw new CsvException($"line {1 + text.AsSpan(0, zero).Count('\n')}: it holds a character without meaning (U+0000). If a "
                + "spreadsheet wrote it as Unicode text, say -Encoding Unicode.");
        }

        if (text.IndexOf('\uFFFD') is >= 0 and var lost)
        {
            throw new CsvException($"line {1 + text.AsSpan(0, lost).Count('\n')}: it holds the sign for a letter that was lost "
                + "(U+FFFD): whatever wrote it read its own source in a wrong encoding. Make the file anew.");
        }

        return text;
    }

    private static string Name(Encoding encoding) => encoding.WebName.ToUpperInvariant();
}
