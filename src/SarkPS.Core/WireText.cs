using System.Buffers;
using System.Text;
using System.Text.Unicode;

namespace SarkPS;

/// <summary>
/// Bytes that Asterisk passes on, as text. Names come from telephones and trunks in whatever encoding these use, and
/// Asterisk cuts them at a number of bytes, in the middle of a letter too.
/// </summary>
internal static class WireText
{
    /// <summary>
    /// UTF-8; what is left of a letter that was cut off is dropped. Where nothing speaks for UTF-8, and for single bytes
    /// that are none, Latin-1, in which every byte is a letter. Never an error.
    /// </summary>
    public static string Decode(ReadOnlySpan<byte> bytes)
    {
        if (Utf8.IsValid(bytes))
        {
            return Encoding.UTF8.GetString(bytes);
        }

        var isUtf8 = HoldsLetters(bytes);
        var text = new StringBuilder(bytes.Length);
        var isStart = true;
        while (!bytes.IsEmpty)
        {
            if (Rune.DecodeFromUtf8(bytes, out var rune, out var used) == OperationStatus.Done)
            {
                text.Append(rune.ToString());
                isStart = rune.Value == '"';
            }
            else if (!IsCut(bytes[..used], bytes[used..], isUtf8) && !(isStart && isUtf8 && IsContinuation(bytes[0])))
            {
                // Each byte by itself.
                text.Append(Encoding.Latin1.GetString(bytes[..used]));
                isStart = false;
            }

            bytes = bytes[used..];
        }

        return text.ToString();
    }

    /// <summary>Whether there is a whole letter of several bytes, which text in another encoding hardly ever makes.</summary>
    private static bool HoldsLetters(ReadOnlySpan<byte> bytes)
    {
        while (!bytes.IsEmpty)
        {
            if (Rune.DecodeFromUtf8(bytes, out _, out var used) == OperationStatus.Done && used > 1)
            {
                return true;
            }

            bytes = bytes[used..];
        }

        return false;
    }

    /// <summary>Whether bytes are the beginning of a letter whose rest was cut off, at the end of the text or of a quoted name.</summary>
    private static bool IsCut(ReadOnlySpan<byte> start, ReadOnlySpan<byte> rest, bool isUtf8) =>
        (rest.IsEmpty || rest[0] == '"')
        && start[0] is >= 0xC2 and <= 0xF4
        // Without any other sign: two bytes of three, or the first byte of the letters with accents and of Cyrillic. In
        // Latin-1 these are capitals that no name ends in; most others, such as the one of a sharp s, are common there.
        && (isUtf8 || start.Length > 1 || start[0] is 0xC2 or 0xC3 or 0xD0 or 0xD1);

    private static bool IsContinuation(byte b) => (b & 0xC0) == 0x80;
}
