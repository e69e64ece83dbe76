using System.Globalization;
using System.Security.Cryptography;

namespace SarkPS.Service.Auth;

/// <summary>Hashes and recognizes the passwords of accounts, by PBKDF2 with SHA-256 (RFC 8018).</summary>
internal static class Passwords
{
    /// <summary>Shorter ones are not taken.</summary>
    public const int Shortest = 8;

    /// <summary>Longer ones are nobody's, and are not hashed.</summary>
    public const int Longest = 256;

    /// <summary>What a hash looks like, for messages.</summary>
    public const string Form = Kind + ":ROUNDS:SALT:HASH";

    private const string Kind = "pbkdf2-sha256";

    // What OWASP asks for with SHA-256; a hash says its own, so that a later one may be larger.
    private const int Rounds = 600_000;
    private const int MostRounds = 10_000_000;
    private const int SaltLength = 16;

    /// <summary>A hash of nothing, to be compared with where there is no account: that takes as long.</summary>
    public static readonly string OfNobody = Hash(Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(SaltLength)));

    /// <summary>The hash of a password, with a salt of its own.</summary>
    public static string Hash(string password)
    {
        var salt = RandomNumberGenerator.GetBytes(SaltLength);
        return string.Join(
            ':',
            Kind,
            Rounds.ToString(CultureInfo.InvariantCulture),
            Convert.ToBase64String(salt),
            Convert.ToBase64String(Derive(password, salt, Rounds)));
    }

    /// <summary>Whether a text is a hash of this form.</summary>
    public static bool IsHash(string text) => Read(text) is not null;

    /// <summary>Whether a password is the one that a hash was made of. How long it takes does not depend on the password.</summary>
    public static bool Matches(string password, string hash) =>
        Read(hash) is var (rounds, salt, wanted) && CryptographicOperations.FixedTimeEquals(Derive(password, salt, rounds), wanted);

    private static (int Rounds, byte[] Salt, byte[] Hash)? Read(string text)
    {
        if (text.Split(':') is not [Kind, var rounds, var salt, var hash]
            || !int.TryParse(rounds, NumberStyles.None, CultureInfo.InvariantCulture, out var count) || count is < 1 or > MostRounds)
        {
            return null;
        }

        try
        {
            var bytes = Convert.FromBase64String(salt);
            var wanted = Convert.FromBase64String(hash);
            return bytes.Length >= SaltLength && wanted.Length == SHA256.HashSizeInBytes ? (count, bytes, wanted) : null;
        }
        catch (FormatException)
        {
            return null;
        }
    }

    private static byte[] Derive(string password, byte[] salt, int rounds) =>
        Rfc2898DeriveBytes.Pbkdf2(password, salt, rounds, HashAlgorithmName.SHA256, SHA256.HashSizeInBytes);
}
