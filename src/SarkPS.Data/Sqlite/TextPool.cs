using System.Text;

namespace SarkPS.Data.Sqlite;

/// <summary>
/// Texts that were read before, so that the same one is not made anew for every row: most columns of SARK's hold one of a few
/// words.
/// </summary>
internal sealed class TextPool
{
    private const int LongestText = 24;
    private const int Places = 1024;

    private readonly string?[] texts = new string?[Places];

    /// <summary>The text of these bytes; null where it is too long or may not be ASCII.</summary>
    public string? Find(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length == 0)
        {
            return "";
        }

        if (bytes.Length > LongestText)
        {
            return null;
        }

        var hash = default(HashCode);
        hash.AddBytes(bytes);
        ref var place = ref texts[(uint)hash.ToHashCode() % Places];
        if (place is not null && Ascii.Equals(bytes, place))
        {
            return place;
        }

        return Ascii.IsValid(bytes) ? place = Encoding.ASCII.GetString(bytes) : null;
    }
}
