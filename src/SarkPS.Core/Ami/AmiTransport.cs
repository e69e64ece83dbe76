using System.Globalization;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace SarkPS.Ami;

/// <summary>Opens the way to Asterisk: TCP, with TLS if asked for.</summary>
internal static class AmiTransport
{
    public static string Target(AmiOptions options) => string.Create(CultureInfo.InvariantCulture, $"{options.Host}:{options.Port}");

    public static async Task<Stream> OpenAsync(AmiOptions options, CancellationToken cancellationToken)
    {
        var target = Target(options);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(options.Timeout);
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(options.Host, options.Port, limit.Token).ConfigureAwait(false);
            var plain = new NetworkStream(socket, ownsSocket: true);
            return options.Tls ? await SecureAsync(plain, options, limit.Token).ConfigureAwait(false) : plain;
        }
        catch (Exception e)
        {
            socket.Dispose();
            switch (e)
            {
                case OperationCanceledException when !cancellationToken.IsCancellationRequested:
                    throw new AmiConnectionException(
                        target,
                        $"Asterisk at {target} did not accept a connection within {options.Timeout.TotalSeconds:0.###} seconds.",
                        e);
                case SocketException:
                    throw new AmiConnectionException(target, $"Asterisk does not answer at {target}: {e.Message}.", e);
                case System.Security.Authentication.AuthenticationException or IOException or CryptographicException:
                    throw new AmiConnectionException(target, $"TLS with Asterisk at {target} failed: {e.Message}", e);
                default:
                    throw;
            }
        }
    }

    private static async Task<Stream> SecureAsync(Stream inner, AmiOptions options, CancellationToken cancellationToken)
    {
        var trusted = options.TlsCertificate is { } file ? new X509Certificate2Collection() : null;
        trusted?.ImportFromPemFile(options.TlsCertificate!);
        var stream = new SslStream(inner);
        var settings = new SslClientAuthenticationOptions { TargetHost = options.Host };
        if (trusted is not null)
        {
            settings.CertificateChainPolicy = new X509ChainPolicy
            {
                TrustMode = X509ChainTrustMode.CustomRootTrust,
                RevocationMode = X509RevocationMode.NoCheck,
            };
            settings.CertificateChainPolicy.CustomTrustStore.AddRange(trusted);
        }

        try
        {
            await stream.AuthenticateAsClientAsync(settings, cancellationToken).ConfigureAwait(false);
            return stream;
        }
        catch
        {
            await stream.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }
}
