using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace SarkPS.Remote;

/// <summary>
/// What a certificate is known by that nobody vouches for: SHA-256 of it, as 64 hexadecimal digits; <c>openssl x509 -fingerprint
/// -sha256</c> writes the same.
/// </summary>
public static class CertificateFingerprint
{
    /// <summary>That of a certificate, in pairs with colons between.</summary>
    public static string Of(X509Certificate certificate) =>
        BitConverter.ToString(certificate.GetCertHash(HashAlgorithmName.SHA256)).Replace('-', ':');

    /// <summary>Reads one that somebody typed or copied: the case does not matter, nor colons, dashes and blanks between pairs.</summary>
    /// <returns>As <see cref="Of"/> writes it; null for what is none.</returns>
    public static string? Read(string text)
    {
        var digits = string.Concat(text.Where(c => c is not (':' or '-' or ' ')));
        return digits.Length == SHA256.HashSizeInBytes * 2 && digits.All(char.IsAsciiHexDigit)
            ? BitConverter.ToString(Convert.FromHexString(digits)).Replace('-', ':')
            : null;
    }
}
