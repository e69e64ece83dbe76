using System.Text;
using SarkPS.Descriptors;

namespace SarkPS;

/// <summary>
/// Where a page ends: what the last row of it holds of the columns that the list is sorted by, and what the list was asked for.
/// Nothing of it is trusted but that it begins a page there: the values go into the query as values.
/// </summary>
internal static class ListCursor
{
    // An address has to hold it, with all else.
    private const int Longest = 4096;

    private const byte Version = 1;

    private enum Kind : byte
    {
        Nothing,
        Whole,
        Real,
        Text,
        BrokenText,
        Blob,
    }

    /// <summary>Writes one.</summary>
    /// <param name="resource">The resource.</param>
    /// <param name="query">What the list was asked for.</param>
    /// <param name="values">What the last row holds, as SQLite keeps it: null, numbers, texts, <c>byte[]</c>, <see cref="RawText"/>.</param>
    /// <exception cref="SarkValidationException">They are too long for an address.</exception>
    public static string Write(ResourceDescriptor resource, ListQuery query, IReadOnlyList<object?> values)
    {
        using var bytes = new MemoryStream();
        using (var writer = new BinaryWriter(bytes, Encoding.UTF8, leaveOpen: true))
        {
            writer.Write(Version);
            writer.Write(query.FingerprintOf(resource));
            foreach (var value in values)
            {
                Write(writer, value);
            }
        }

        // The letters of RFC 4648, section 5, without padding: they need no escape in an address.
        var text = Convert.ToBase64String(bytes.GetBuffer(), 0, (int)bytes.Length).TrimEnd('=').Replace('+', '-').Replace('/', '_');
        return text.Length <= Longest ? text : throw ListQuery.Refusal(
            resource,
            nameof(ListQuery.Sort),
            null,
            $"{resource.PluralName} cannot be listed in pages by these columns: what the last row of this page holds in them is too "
                + "long to go on from. Sort by others, or take the list in one.");
    }

    /// <summary>Reads the one of a query.</summary>
    /// <param name="resource">The resource.</param>
    /// <param name="query">What the list is asked for, with the cursor.</param>
    /// <param name="count">How many values it holds.</param>
    /// <exception cref="SarkValidationException">It is none, or that of another list.</exception>
    public static object?[] Read(ResourceDescriptor resource, ListQuery query, int count)
    {
        try
        {
            var text = query.Cursor!.Replace('-', '+').Replace('_', '/');
            var bytes = Convert.FromBase64String(text.PadRight((text.Length + 3) / 4 * 4, '='));
            using var reader = new BinaryReader(new MemoryStream(bytes), Encoding.UTF8);
            var fingerprint = query.FingerprintOf(resource);
            if (reader.ReadByte() != Version || !reader.ReadBytes(fingerprint.Length).AsSpan().SequenceEqual(fingerprint))
            {
                throw Foreign(resource);
            }

            var values = new object?[count];
            for (var i = 0; i < count; i++)
            {
                values[i] = Value(reader);
            }

            return reader.BaseStream.Position == bytes.Length ? values : throw Foreign(resource);
        }
        catch (Exception error) when (error is FormatException or IOException or ArgumentException or OverflowException)
        {
            throw Foreign(resource);
        }
    }

    /// <summary>What is told of one that is none of the list's.</summary>
    public static SarkValidationException Foreign(ResourceDescriptor resource) => ListQuery.Refusal(
        resource,
        nameof(ListQuery.Cursor),
        null,
        $"The cursor is none of this list of {resource.PluralName}: it belongs to one filter and one order. Begin again without it.");

    private static void Write(BinaryWriter writer, object? value)
    {
        switch (value)
        {
            case null:
                writer.Write((byte)Kind.Nothing);
                break;
            case long whole:
                writer.Write((byte)Kind.Whole);
                writer.Write7BitEncodedInt64(whole);
                break;
            case double real:
                writer.Write((byte)Kind.Real);
                writer.Write(real);
                break;
            case string text:
                Bytes(Kind.Text, Encoding.UTF8.GetBytes(text));
                break;
            case RawText text:
                Bytes(Kind.BrokenText, text.Bytes);
                break;
            case byte[] blob:
                Bytes(Kind.Blob, blob);
                break;
            default:
                throw new ArgumentOutOfRangeException(nameof(value), value, "No value of a row.");
        }

        void Bytes(Kind kind, byte[] bytes)
        {
            writer.Write((byte)kind);
            writer.Write7BitEncodedInt(bytes.Length);
            writer.Write(bytes);
        }
    }

    private static object? Value(BinaryReader reader)
    {
        var kind = (Kind)reader.ReadByte();
        return kind switch
        {
            Kind.Nothing => null,
            Kind.Whole => reader.Read7BitEncodedInt64(),
            Kind.Real => reader.ReadDouble(),
            Kind.Text => Encoding.UTF8.GetString(Bytes()),
            Kind.BrokenText => new RawText(Bytes()),
            Kind.Blob => Bytes(),
            _ => throw new FormatException(),
        };

        byte[] Bytes()
        {
            var length = reader.Read7BitEncodedInt();
            var bytes = length is >= 0 and <= Longest ? reader.ReadBytes(length) : [];
            return bytes.Length == length ? bytes : throw new EndOfStreamException();
        }
    }
}

/// <summary>A text whose bytes are no UTF-8.</summary>
/// <param name="Bytes">The bytes.</param>
internal sealed record RawText(byte[] Bytes);
