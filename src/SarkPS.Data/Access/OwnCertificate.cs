using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using SarkPS.Data.Files;
using SarkPS.Data.Journal;
using SarkPS.Remote;

namespace SarkPS.Data;

/// <summary>
/// The certificate that a service makes for itself where it is given none: nobody vouches for it, so that clients know it by its
/// fingerprint. It is made once and stays the same; who wants another removes the file.
/// </summary>
/// <param name="Path">The file, PEM, with its private key.</param>
/// <param name="Fingerprint">SHA-256 of the certificate, as <see cref="CertificateFingerprint"/> writes it.</param>
/// <param name="Ends">When it expires.</param>
public sealed record OwnCertificate(string Path, string Fingerprint, DateTimeOffset Ends)
{
    private const int Years = 10;

    // Of TLS web server authentication. (RFC 5280, section 4.2.1.12)
    private const string ServerPurpose = "1.3.6.1.5.5.7.3.1";

    /// <summary>Finds the certificate, and makes it where it is missing.</summary>
    /// <param name="options">Whose it is.</param>
    /// <param name="names">Host names and addresses that the service is reached by, beside those of this machine.</param>
    /// <param name="clock">The clock.</param>
    /// <exception cref="SarkException">The file cannot be made, or holds no certificate.</exception>
    public static OwnCertificate Ensure(SarkOptions options, IEnumerable<string> names, TimeProvider clock)
    {
        var path = DatabaseLocation.Companion(options, DatabaseLocation.Find(options).Path, p => p.Certificate, ".service.pem");
        try
        {
            if (!File.Exists(path))
            {
                Make(path, names, clock.GetUtcNow());
            }

            using var certificate = X509Certificate2.CreateFromPemFile(path, path);
            return new OwnCertificate(path, CertificateFingerprint.Of(certificate), certificate.NotAfter);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or CryptographicException)
        {
            var name = System.IO.Path.GetFileName(path);
            throw new SarkUnavailableException(
                "Certificate",
                name,
                $"The certificate '{name}' that the service makes for itself cannot be used: {error.Message} Remove it, and another "
                    + "is made; or name one of your own in Kestrel:Certificates:Default.",
                error)
            { FilePath = path };
        }
    }

    private static void Make(string path, IEnumerable<string> names, DateTimeOffset now)
    {
        var folder = JournalFolder.MakeFolderOf(path);
        using var temporary = new TemporaryFile(System.IO.Path.Combine(folder, $".sarkps-certificate.{Guid.NewGuid():N}"));
        using (var file = temporary.Write())
        using (var writer = new StreamWriter(file))
        {
            writer.Write(Text(names, now));
            writer.Flush();
            file.Flush(flushToDisk: true);
        }

        if (Posix.Status(folder) is { } own)
        {
            Posix.TakeOwner(temporary.Path, own.Owner, own.Group);
        }

        try
        {
            Posix.MoveNew(temporary.Path, path);
            Posix.FlushFolder(folder);
        }
        catch (IOException) when (File.Exists(path))
        {
            // Another process was faster; there is one.
        }
    }

    private static string Text(IEnumerable<string> names, DateTimeOffset now)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={Dns.GetHostName()}", key, HashAlgorithmName.SHA256);
        var alternatives = new SubjectAlternativeNameBuilder();
        foreach (var name in names.Prepend(Dns.GetHostName()).Prepend("localhost").Append("127.0.0.1").Append("::1")
            .Distinct(StringComparer.OrdinalIgnoreCase))
        {
            if (IPAddress.TryParse(name, out var address))
            {
                alternatives.AddIpAddress(address);
            }
            else
            {
                alternatives.AddDnsName(name);
            }
        }

        request.CertificateExtensions.Add(alternatives.Build());
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(false, false, 0, true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.DigitalSignature, true));
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid(ServerPurpose)], false));
        // Clocks differ.
        using var certificate = request.CreateSelfSigned(now.AddDays(-1), now.AddYears(Years));
        return $"{certificate.ExportCertificatePem()}\n{key.ExportPkcs8PrivateKeyPem()}\n";
    }
}
