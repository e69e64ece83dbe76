using System.Collections.Concurrent;
using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using SarkPS.Remote;

namespace SarkPS.Service.Settings;

/// <summary>
/// Shows clients the certificates as their files have them now. The server reads a file when it binds an address, and of those that
/// came by <c>--urls</c> never again.
/// </summary>
/// <param name="endpoints">Tells which files there are.</param>
/// <param name="logger">Is told of files that changed.</param>
internal sealed class CertificateFiles(JudgedEndpoints endpoints, ILogger<CertificateFiles> logger)
{
    private readonly ConcurrentDictionary<(string Path, string? KeyPath, string? Password), Known> files = [];

    /// <summary>Reads a certificate with its private key: a PEM file with its key in another or the same, or a PFX.</summary>
    /// <exception cref="CryptographicException">The file holds none, or the password is another.</exception>
    /// <exception cref="IOException">A file cannot be read.</exception>
    public static X509Certificate2 Load(string path, string? keyPath, string? password) =>
        keyPath is null ? X509CertificateLoader.LoadPkcs12FromFile(path, password)
        : password is null ? X509Certificate2.CreateFromPemFile(path, keyPath)
        : X509Certificate2.CreateFromEncryptedPemFile(path, password, keyPath);

    /// <summary>Has a connection that is about to be made use what the file of its certificate holds by now.</summary>
    /// <param name="options">What the server has chosen for it.</param>
    public void Refresh(SslServerAuthenticationOptions options)
    {
        var chosen = (options.ServerCertificateContext?.TargetCertificate ?? options.ServerCertificate)?.GetCertHashString();
        if (chosen is null)
        {
            return;
        }

        foreach (var group in endpoints.Taken
            .Where(v => v.Key.EndsWith(":Path", StringComparison.OrdinalIgnoreCase) && v.Value is not null))
        {
            var prefix = group.Key[..^"Path".Length];
            var (path, key, password) = (
                Full(group.Value!),
                endpoints.Taken.GetValueOrDefault(prefix + "KeyPath") is { } other ? Full(other) : null,
                endpoints.Taken.GetValueOrDefault(prefix + "Password"));
            var known = files.GetOrAdd((path, key, password), static file => new Known(file.Path, file.KeyPath, file.Password));
            if (known.Find(chosen, logger) is { } now)
            {
                options.ServerCertificate = null;
                options.ServerCertificateContext = now;
                return;
            }
        }
    }

    private static string Full(string path) => Path.Combine(AppContext.BaseDirectory, path);

    /// <summary>A file, and what was read of it.</summary>
    private sealed class Known(string path, string? keyPath, string? password)
    {
        private readonly Lock one = new();
        // All that it has held: the server may have chosen any of them.
        private readonly HashSet<string> held = [];
        private string? stamp;
        private SslStreamCertificateContext? current;

        /// <summary>What the file holds now, if it is the one that a certificate came from.</summary>
        public SslStreamCertificateContext? Find(string chosen, ILogger logger)
        {
            lock (one)
            {
                var now = Stamp(path) + (keyPath is null ? "" : Stamp(keyPath));
                if (now != stamp)
                {
                    Read(logger);
                    stamp = now;
                }

                return held.Contains(chosen) ? current : null;
            }
        }

        private void Read(ILogger logger)
        {
            try
            {
                var certificate = Load(path, keyPath, password);
                if (OperatingSystem.IsWindows())
                {
                    // Its TLS takes no key that only this process knows.
                    certificate = X509CertificateLoader.LoadPkcs12(certificate.Export(X509ContentType.Pkcs12), null);
                }

                var others = new X509Certificate2Collection();
                if (keyPath is not null)
                {
                    others.ImportFromPemFile(path);
                }

                var isAnother = held.Add(certificate.GetCertHashString()) && current is not null;
                current = SslStreamCertificateContext.Create(certificate, others, offline: true);
                if (isAnother)
                {
                    logger.LogInformation(
                        "The certificate {File} was changed; clients are shown the new one, until {End:yyyy-MM-dd}, SHA-256 {Fingerprint}",
                        path,
                        certificate.NotAfter,
                        CertificateFingerprint.Of(certificate));
                }
            }
            catch (Exception error) when (error is CryptographicException or IOException or UnauthorizedAccessException)
            {
                logger.LogError("The changed certificate {File} is not taken over, the earlier one goes on: {Reason}", path, error.Message);
            }
        }

        private static string Stamp(string file)
        {
            try
            {
                // Of what a link leads to.
                var info = new FileInfo(file);
                info = info.LinkTarget is null ? info : (FileInfo?)info.ResolveLinkTarget(returnFinalTarget: true) ?? info;
                return $"{info.FullName} {info.LastWriteTimeUtc.Ticks} {(info.Exists ? info.Length : -1)};";
            }
            catch (Exception error) when (error is IOException or UnauthorizedAccessException)
            {
                return error.GetType().Name;
            }
        }
    }
}
