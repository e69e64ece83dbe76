using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using SarkPS.Data.Journal;
using SarkPS.Descriptors;

namespace SarkPS.Data.Sqlite;

/// <summary>
/// Entity tags of rows (RFC 9110, 8.8.3): a hash of all columns, hidden ones included, without the stamps that triggers keep.
/// </summary>
internal static class RowTag
{
    // So many bytes of the hash tell any two states of a row apart.
    private const int Length = 12;

    private const string Any = "*";

    /// <summary>The tag of a row.</summary>
    /// <param name="row">The row with all its columns.</param>
    public static string Of(IEnumerable<KeyValuePair<string, object?>> row)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var (column, value) in row)
        {
            if (Bookkeeping.IsStamp(column))
            {
                continue;
            }

            // With lengths, so that no value can look like another column.
            var text = value is null ? "" : Convert.ToString(value, CultureInfo.InvariantCulture)!;
            var kind = value is null ? 'n' : value is string ? 's' : 'v';
            hash.AppendData(Encoding.UTF8.GetBytes(FormattableString.Invariant($"{column.Length}:{column}{kind}{text.Length}:{text}")));
        }

        return OfContent(hash.GetHashAndReset());
    }

    /// <summary>The tag of anything.</summary>
    /// <param name="hash">The SHA-256 of it.</param>
    public static string OfContent(byte[] hash) => $"\"{Convert.ToHexString(hash.AsSpan(0, Length)).ToLowerInvariant()}\"";

    /// <summary>Refuses a step whose row is in another state than it demands.</summary>
    /// <exception cref="SarkException">It is.</exception>
    public static void Require(ChangeStep step, RowKey key, SarkRow row)
    {
        if (step.IfMatch is null && step.IfNoneMatch is null)
        {
            return;
        }

        var tag = Of(row);
        if (step.IfMatch is { } wanted && !IsAmong(tag, wanted))
        {
            throw Stale(step, key, "has been changed since it was read. Nothing was changed; read it again.");
        }

        if (step.IfNoneMatch is { } unwanted && IsAmong(tag, unwanted))
        {
            throw Stale(step, key, "is there, and in a state that was not to be. Nothing was changed.");
        }
    }

    /// <summary>Whether a tag is one of those that a header lists. Weak tags are none of ours, and compare as what they are of.</summary>
    /// <param name="tag">The tag.</param>
    /// <param name="list">Tags separated by commas, or a star for any.</param>
    public static bool IsAmong(string tag, string list) =>
        list.Split(',').Any(one => one.Trim() is var trimmed && (trimmed == Any || trimmed == tag || trimmed == "W/" + tag));

    /// <summary>What is told where a row is in another state than was demanded.</summary>
    public static SarkException Stale(ChangeStep step, RowKey? key, string what) => new(
        SarkErrorKind.Stale,
        step.Resource.Noun,
        key?.ToString(),
        $"The {SarkText.Words(step.Resource.Noun)}{(step.Resource.IsSingleton ? "" : $" '{key}'")} {what}");
}
