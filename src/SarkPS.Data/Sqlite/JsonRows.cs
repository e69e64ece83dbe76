using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace SarkPS.Data.Sqlite;

/// <summary>
/// Rows as JSON in UTF-8, made once and read by everybody who asks for them at the same time: short ones in memory, long
/// ones in a file without a name. Who was given them disposes them.
/// </summary>
public sealed class JsonRows : IDisposable
{
    private readonly SafeFileHandle? file;
    private readonly Action? onGone;
    private int users = 1;

    private string? tag;

    internal JsonRows(byte[] bytes, string? tag = null, ListPlace? place = null)
    {
        Place = place;
        Bytes = bytes;
        Length = bytes.Length;
        this.tag = tag;
    }

    internal JsonRows(SafeFileHandle file, long length, string tag, Action onGone, ListPlace? place = null)
    {
        Place = place;
        this.file = file;
        this.tag = tag;
        this.onGone = onGone;
        Length = length;
    }

    /// <summary>How many bytes they are.</summary>
    public long Length { get; }

    /// <summary>All of them where they are in memory, else null. Not to be changed.</summary>
    public byte[]? Bytes { get; }

    /// <summary>Of a list that was asked for in part, where it stands in the whole; null for any other.</summary>
    public ListPlace? Place { get; }

    /// <summary>
    /// The entity tag (RFC 9110, 8.8.3): of one row that of all its columns, see <see cref="RowTag"/>; of a list, of what is told, be it
    /// beside the rows.
    /// </summary>
    public string Tag => tag ??= RowTag.OfContent(SHA256.HashData(Place is null ? Bytes! : [.. Bytes!, .. Place.Bytes]));

    /// <summary>Whether the tag is one of those that a header lists.</summary>
    public bool IsAmong(string tags) => RowTag.IsAmong(Tag, tags);

    /// <summary>Some of them.</summary>
    /// <param name="offset">Where to begin.</param>
    /// <param name="target">Where they go.</param>
    /// <returns>How many; 0 at the end.</returns>
    public int Read(long offset, Span<byte> target)
    {
        if (Bytes is null)
        {
            return RandomAccess.Read(file!, target, offset);
        }

        var part = Bytes.AsSpan((int)Math.Min(offset, Length));
        part = part[..Math.Min(part.Length, target.Length)];
        part.CopyTo(target);
        return part.Length;
    }

    /// <summary>Gives them to one more user.</summary>
    internal JsonRows Share()
    {
        if (file is not null)
        {
            Interlocked.Increment(ref users);
        }

        return this;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (file is not null && Interlocked.Decrement(ref users) == 0)
        {
            file.Dispose();
            onGone!();
        }
    }
}

/// <summary>Where the rows of a page stand in their list.</summary>
/// <param name="Total">How many rows the list has.</param>
/// <param name="Next">Where the next page begins; null after the last.</param>
public sealed record ListPlace(long Total, string? Next)
{
    // No JSON ends so: a part is never taken for a whole.
    internal byte[] Bytes => Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"\n{Total}\n{Next}"));
}
