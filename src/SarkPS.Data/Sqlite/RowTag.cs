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
    public static string Of(SarkRow row)
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

        return $"\"{Convert.ToHexString(hash.GetHashAndReset().AsSpan(0, Length)).ToLowerInvariant()}\"";
    }

    /// <summary>Refuses a step whose row is in another state than it demands.</summary>
    /// <exception cref="SarkException">It is.</exception>
    public static void Require(ChangeStep step, RowKey key, SarkRow row)
    {
        if (step.IfMatch is not { } wanted || wanted.Trim() == Any)
        {
            return;
        }

        var tag = Of(row);
        if (!wanted.Split(',').Any(w => w.Trim() == tag))
        {
            throw new SarkException(
                SarkErrorKind.Stale,
                step.Resource.Noun,
                key.ToString(),
                $"The {SarkText.Words(step.Resource.Noun)}{(step.Resource.IsSingleton ? "" : $" '{key}'")} has been changed since it was "
                    + "read. Nothing was changed; read it again.");
        }
    }
}
