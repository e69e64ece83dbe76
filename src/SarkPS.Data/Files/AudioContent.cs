using System.Buffers.Binary;

namespace SarkPS.Data.Files;

/// <summary>Tells sound files by their content.</summary>
internal static class AudioContent
{
    // Layer and version by bit rate index, in kbit/s (ISO 11172-3 and 13818-3, table of bit rates).
    private static readonly int[][] BitRates =
    [
        [0, 32, 64, 96, 128, 160, 192, 224, 256, 288, 320, 352, 384, 416, 448],
        [0, 32, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384],
        [0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320],
        [0, 32, 48, 56, 64, 80, 96, 112, 128, 144, 160, 176, 192, 224, 256],
        [0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160],
    ];

    private const int GsmFrame = 33;

    private static readonly int[] SampleRates = [44100, 48000, 32000];

    /// <summary>Why a file is no RIFF/WAVE file that is whole and holds sound; null when it is one.</summary>
    public static string? WhyNotWave(Stream file)
    {
        Span<byte> header = stackalloc byte[12];
        if (file.ReadAtLeast(header, 12, throwOnEndOfStream: false) < 12 || !header[..4].SequenceEqual("RIFF"u8)
            || !header[8..].SequenceEqual("WAVE"u8))
        {
            return "does not begin as a RIFF/WAVE file.";
        }

        var declared = BinaryPrimitives.ReadUInt32LittleEndian(header[4..]) + 8L;
        if (declared > file.Length)
        {
            return $"is cut short: it has {file.Length} of the {declared} bytes that it says it has.";
        }

        var format = false;
        Span<byte> chunk = stackalloc byte[8];
        Span<byte> details = stackalloc byte[16];
        while (file.ReadAtLeast(chunk, 8, throwOnEndOfStream: false) == 8)
        {
            long size = BinaryPrimitives.ReadUInt32LittleEndian(chunk[4..]);
            if (chunk[..4].SequenceEqual("data"u8))
            {
                return !format ? "has sound before it says in what format."
                    : size == 0 ? "holds no sound."
                    : file.Position + size > file.Length
                    ? $"is cut short: {file.Length - file.Position} of {size} bytes of sound are there."
                    : null;
            }

            if (chunk[..4].SequenceEqual("fmt "u8))
            {
                if (size < 16 || file.ReadAtLeast(details, 16, throwOnEndOfStream: false) < 16)
                {
                    return "has a broken description of its format.";
                }

                if (BinaryPrimitives.ReadUInt16LittleEndian(details[2..]) is 0 or > 8
                    || BinaryPrimitives.ReadUInt32LittleEndian(details[4..]) is < 1000 or > 384_000)
                {
                    return "claims a number of channels or a sample rate that no telephone sound has.";
                }

                format = true;
                size -= 16;
            }

            // Chunks are padded to an even length.
            file.Seek(size + (size & 1), SeekOrigin.Current);
        }

        return "holds no sound.";
    }

    /// <summary>
    /// Why a file is no MPEG audio file; null when it is one. Two frames that follow each other are asked for: one could be
    /// chance.
    /// </summary>
    public static string? WhyNotMpeg(Stream file)
    {
        Span<byte> header = stackalloc byte[10];
        if (file.ReadAtLeast(header, 10, throwOnEndOfStream: false) < 10)
        {
            return "is too short for an MPEG audio file.";
        }

        long at = 0;
        if (header[..3].SequenceEqual("ID3"u8))
        {
            // The length of an ID3v2 tag has seven bits in each byte, and does not count its own ten bytes.
            at = 10 + ((header[6] & 0x7F) << 21 | (header[7] & 0x7F) << 14 | (header[8] & 0x7F) << 7 | (header[9] & 0x7F));
        }

        for (var frame = 0; frame < 2; frame++)
        {
            if (at + 4 > file.Length)
            {
                return frame == 0 ? "holds no MPEG audio frame." : "is cut short after its first frame.";
            }

            file.Position = at;
            file.ReadExactly(header[..4]);
            var length = FrameLength(header[..4]);
            if (length == 0)
            {
                return frame == 0
                    ? "does not begin with an MPEG audio frame."
                    : "has something else than MPEG audio after its first frame.";
            }

            at += length;
        }

        return at > file.Length ? "is cut short in its second frame." : null;
    }

    /// <summary>
    /// Why a file is no GSM 06.10 audio as Asterisk stores it; null when it is one: frames of 33 bytes, each of which
    /// begins with the bits 1101. (RFC 3551, section 4.5.8)
    /// </summary>
    public static string? WhyNotGsm(Stream file)
    {
        if (file.Length == 0 || file.Length % GsmFrame != 0)
        {
            return file.Length == 0 ? "holds no sound." : $"has {file.Length} bytes, which are no whole frames of {GsmFrame} bytes.";
        }

        Span<byte> frame = stackalloc byte[GsmFrame];
        for (var number = 1; file.ReadAtLeast(frame, GsmFrame, throwOnEndOfStream: false) == GsmFrame; number++)
        {
            if (frame[0] >> 4 != 0xD)
            {
                return $"has something else than GSM audio as its frame {number}.";
            }
        }

        return null;
    }

    private static int FrameLength(ReadOnlySpan<byte> header)
    {
        var version = (header[1] >> 3) & 3;
        var layer = (header[1] >> 1) & 3;
        var rateIndex = header[2] >> 4;
        var sampleIndex = (header[2] >> 2) & 3;
        if (header[0] != 0xFF || (header[1] & 0xE0) != 0xE0 || version == 1 || layer == 0 || rateIndex is 0 or 15 || sampleIndex == 3)
        {
            return 0;
        }

        var version1 = version == 3;
        var bitRate = BitRates[version1 ? 3 - layer : layer == 3 ? 3 : 4][rateIndex] * 1000;
        var sampleRate = SampleRates[sampleIndex] / (version1 ? 1 : version == 2 ? 2 : 4);
        var padding = (header[2] >> 1) & 1;
        return layer == 3
            ? (12 * bitRate / sampleRate + padding) * 4
            : (layer == 1 && !version1 ? 72 : 144) * bitRate / sampleRate + padding;
    }
}
