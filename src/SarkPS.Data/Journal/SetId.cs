using System.Security.Cryptography;

namespace SarkPS.Data.Journal;

/// <summary>
/// Ids of change sets: 26 letters and digits that sort by time, as ULIDs are (https://github.com/ulid/spec): 48 bits of
/// milliseconds since 1970 and 80 random ones, in Crockford's base 32.
/// </summary>
internal static class SetId
{
    private const string Digits = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
    private const int Length = 26;
    private const int TimeLength = 10;
    private const int BitsPerDigit = 5;

    /// <summary>An id that nobody else has.</summary>
    public static string New(TimeProvider clock)
    {
        var time = clock.GetUtcNow().ToUnixTimeMilliseconds();
        Span<byte> random = stackalloc byte[Length - TimeLength];
        RandomNumberGenerator.Fill(random);
        Span<char> id = stackalloc char[Length];
        for (var i = 0; i < TimeLength; i++)
        {
            id[i] = Digits[(int)((time >> (BitsPerDigit * (TimeLength - 1 - i))) & (Digits.Length - 1))];
        }

        for (var i = TimeLength; i < Length; i++)
        {
            id[i] = Digits[random[i - TimeLength] & (Digits.Length - 1)];
        }

        return new string(id);
    }

    /// <summary>Whether a text can be one.</summary>
    public static bool IsOne(string text) => text.Length == Length && text.All(c => Digits.Contains(c, StringComparison.Ordinal));
}
