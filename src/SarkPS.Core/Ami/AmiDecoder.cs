using System.Diagnostics.CodeAnalysis;

namespace SarkPS.Ami;

/// <summary>
/// Bytes to messages, without a socket. Bytes may come in pieces of any size. What it knows about the wire was measured on
/// Asterisk 16 and read from older versions' documentation:
/// the banner is one line; a block ends at an empty line and empty blocks occur; lines normally end in CR LF, but some
/// values hold a bare LF; the first colon splits; <c>Response: Follows</c> (Asterisk 13) carries free text up to
/// <c>--END COMMAND--</c>, later versions repeat <c>Output:</c>; bytes are UTF-8 mostly, anything at times.
/// </summary>
/// <param name="maxLine">Longest line in bytes. A longer one is not Asterisk's, or would only fill the memory.</param>
/// <param name="maxMessage">Most bytes of one block.</param>
public sealed class AmiDecoder(int maxLine = AmiDecoder.DefaultMaxLine, int maxMessage = AmiDecoder.DefaultMaxMessage)
{
    /// <summary>1 MiB. Asterisk's own lines stay below 64 KiB.</summary>
    public const int DefaultMaxLine = 1 << 20;

    /// <summary>16 MiB, room for the output of a console command with 100,000 lines.</summary>
    public const int DefaultMaxMessage = 16 << 20;

    private const string BannerStart = "Asterisk Call Manager/";
    private const string EndCommand = "--END COMMAND--";
    private const int CacheSize = 512;
    private const int LongestCachedValue = 12;

    // The same few hundred keys and short values (yes, no, SIP) come again and again; looked up by their bytes they cost
    // no new string. In a list of telephones that is nine texts in ten.
    private readonly string?[] cache = new string?[CacheSize];
    private readonly List<KeyValuePair<string, string>> fields = [];
    private byte[] buffer = new byte[16384];
    private int start;
    private int scanned;
    private int end;
    private int messageBytes;
    private bool follows;
    private bool followsText;

    /// <summary>The banner, such as <c>Asterisk Call Manager/5.0.4</c>, once it has come.</summary>
    public string? Banner { get; private set; }

    /// <summary>Room for the next bytes. Call <see cref="Advance"/> with the number of bytes that were written to it.</summary>
    public Memory<byte> GetMemory()
    {
        if (start == end)
        {
            start = scanned = end = 0;
        }
        else if (end == buffer.Length)
        {
            var target = end - start > buffer.Length / 2 ? new byte[buffer.Length * 2] : buffer;
            Buffer.BlockCopy(buffer, start, target, 0, end - start);
            buffer = target;
            end -= start;
            scanned -= start;
            start = 0;
        }

        return buffer.AsMemory(end);
    }

    /// <summary>Tells that bytes were written to <see cref="GetMemory"/>.</summary>
    /// <param name="count">How many.</param>
    public void Advance(int count) => end += count;

    /// <summary>Adds bytes.</summary>
    /// <param name="bytes">Any piece of the stream.</param>
    public void Append(ReadOnlySpan<byte> bytes)
    {
        while (!bytes.IsEmpty)
        {
            var room = GetMemory().Span;
            var count = Math.Min(room.Length, bytes.Length);
            bytes[..count].CopyTo(room);
            Advance(count);
            bytes = bytes[count..];
        }
    }

    /// <summary>Takes the next complete message.</summary>
    /// <param name="message">The message, when there is one.</param>
    /// <returns>False when more bytes are needed.</returns>
    /// <exception cref="FormatException">What came is not the Asterisk Manager Interface: no banner, a line or block beyond
    /// all measure, or a block that is neither response nor event.</exception>
    public bool TryRead([NotNullWhen(true)] out AmiMessage? message)
    {
        while (TryReadLine(out var line))
        {
            if (Banner is null)
            {
                ReadBanner(line);
            }
            else if (follows)
            {
                ReadFollows(line);
            }
            else if (!line.IsEmpty)
            {
                AddField(line);
            }
            else if (fields.Count > 0)
            {
                message = Complete();
                return true;
            }
        }

        message = null;
        return false;
    }

    private bool TryReadLine(out ReadOnlySpan<byte> line)
    {
        var length = buffer.AsSpan(scanned, end - scanned).IndexOf((byte)'\n');
        if (length < 0)
        {
            scanned = end;
            if (end - start > maxLine)
            {
                throw new FormatException($"a line is longer than {maxLine} bytes");
            }

            line = default;
            return false;
        }

        length += scanned - start;
        if (length > maxLine)
        {
            throw new FormatException($"a line is longer than {maxLine} bytes");
        }

        line = buffer.AsSpan(start, length);
        start += length + 1;
        scanned = start;
        messageBytes += length + 1;
        if (messageBytes > maxMessage)
        {
            throw new FormatException($"a message is longer than {maxMessage} bytes");
        }

        // Asterisk 13 ends headers of a Follows block in CR LF and its text in LF; the difference tells them apart.
        followsText |= follows && !(line.Length > 0 && line[^1] == '\r');
        if (line.Length > 0 && line[^1] == '\r')
        {
            line = line[..^1];
        }

        return true;
    }

    private void ReadBanner(ReadOnlySpan<byte> line)
    {
        var text = Decode(line);
        if (!text.StartsWith(BannerStart, StringComparison.Ordinal))
        {
            throw new FormatException($"it did not greet with '{BannerStart}...' but with '{Printable(text)}'");
        }

        Banner = text;
        messageBytes = 0;
    }

    private void ReadFollows(ReadOnlySpan<byte> line)
    {
        var colon = line.IndexOf((byte)':');
        if (!followsText && colon > 0 && Decode(line[..colon]) is "Privilege" or "ActionID" or "Message")
        {
            AddField(line);
            return;
        }

        followsText = true;
        var text = Decode(line);
        if (text.EndsWith(EndCommand, StringComparison.Ordinal))
        {
            // The last line of output and the mark share a line when the output does not end in a line break.
            text = text[..^EndCommand.Length];
            follows = false;
            if (text.Length == 0)
            {
                return;
            }
        }

        fields.Add(new("Output", text));
    }

    private void AddField(ReadOnlySpan<byte> line)
    {
        var colon = line.IndexOf((byte)':');
        if (colon < 0)
        {
            // Not a field, but somebody may want to read it.
            fields.Add(new("", Decode(line)));
            return;
        }

        var value = line[(colon + 1)..];
        if (!value.IsEmpty && value[0] == ' ')
        {
            value = value[1..];
        }

        fields.Add(new(Cached(line[..colon]), value.Length <= LongestCachedValue ? Cached(value) : Decode(value)));
        if (fields.Count == 1 && value.SequenceEqual("Follows"u8) && fields[0].Key == "Response")
        {
            follows = true;
            followsText = false;
        }
    }

    private AmiMessage Complete()
    {
        var message = new AmiMessage(fields);
        fields.Clear();
        messageBytes = 0;
        if (message.Event is null && message.Response is null)
        {
            throw new FormatException(
                $"a message is neither a response nor an event; it begins '{Printable($"{message[0].Key}: {message[0].Value}")}'");
        }

        return message;
    }

    private string Cached(ReadOnlySpan<byte> bytes)
    {
        var hash = bytes.Length;
        foreach (var b in bytes)
        {
            hash = (hash * 31) + b;
        }

        ref var cached = ref cache[hash & (CacheSize - 1)];
        if (cached is null || !Matches(cached, bytes))
        {
            cached = Decode(bytes);
        }

        return cached;
    }

    private static bool Matches(string text, ReadOnlySpan<byte> bytes)
    {
        if (text.Length != bytes.Length)
        {
            return false;
        }

        for (var i = 0; i < bytes.Length; i++)
        {
            // A byte above 127 never equals here what it was decoded to, so such texts are decoded each time.
            if (text[i] != bytes[i] || bytes[i] > 127)
            {
                return false;
            }
        }

        return true;
    }

    private static string Decode(ReadOnlySpan<byte> bytes) => WireText.Decode(bytes);

    private static string Printable(string text) =>
        new(text.Take(60).Select(c => char.IsControl(c) ? '.' : c).ToArray());
}
