using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using SarkPS.Service.Auth;

namespace SarkPS.Service.Settings;

/// <summary>
/// The section <c>Kestrel</c> as the server sees it: a copy that changes only after what changed was judged. The server reads
/// the configuration's own section again whenever a file is saved, and binds what stands there.
/// </summary>
internal sealed class JudgedEndpoints : ConfigurationProvider, IConfigurationSource
{
    private const string Section = "Kestrel";

    /// <summary>What the server is configured with.</summary>
    public IConfigurationSection Kestrel => field ??= new ConfigurationRoot([this]).GetSection(Section);

    /// <summary>The addresses that a configuration names.</summary>
    public static IEnumerable<string> Addresses(IConfiguration configuration) =>
        configuration.GetSection("Kestrel:Endpoints").GetChildren().Select(e => e["Url"]).OfType<string>();

    /// <inheritdoc/>
    public IConfigurationProvider Build(IConfigurationBuilder builder) => this;

    /// <summary>Whether the configuration says other than what was taken.</summary>
    public bool Differs(IConfiguration configuration)
    {
        var now = Values(configuration);
        return now.Count != Data.Count || now.Any(v => !Data.TryGetValue(v.Key, out var was) || was != v.Value);
    }

    /// <summary>Takes the section as it is now.</summary>
    public void Take(IConfiguration configuration) => Data = Values(configuration);

    /// <summary>Has the server read it.</summary>
    public void Announce() => OnReload();

    /// <summary>Refuses what the server could not bind: it would already have closed what it has.</summary>
    /// <exception cref="SarkException">A port is taken, or a certificate cannot be read.</exception>
    public void CheckAvailable(IConfiguration configuration)
    {
        foreach (var endpoint in configuration.GetSection("Kestrel:Endpoints").GetChildren().Append(configuration.GetSection("Kestrel:Certificates:Default")))
        {
            var certificate = endpoint.Path.EndsWith(":Default", StringComparison.OrdinalIgnoreCase) ? endpoint : endpoint.GetSection("Certificate");
            if (certificate["Path"] is { Length: > 0 } path)
            {
                CheckCertificate(certificate.Path, path, certificate["KeyPath"], certificate["Password"]);
            }
        }

        var own = Own(this).Select(a => Exposure.Parse(a).Port).ToHashSet();
        foreach (var address in Addresses(configuration))
        {
            var binding = Exposure.Parse(address);
            if (binding.IsUnixPipe || binding.IsNamedPipe || own.Contains(binding.Port))
            {
                continue;
            }

            var ip = binding.Host.Equals("localhost", StringComparison.OrdinalIgnoreCase) ? IPAddress.Loopback
                : IPAddress.TryParse(binding.Host.Trim('[', ']'), out var named) ? named
                : IPAddress.Any;
            try
            {
                using var probe = new Socket(ip.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
                probe.Bind(new IPEndPoint(ip, binding.Port));
            }
            catch (SocketException error)
            {
                throw new SarkException(SarkErrorKind.BadRequest, "Configuration", address, $"The address {address} cannot be listened on: {error.Message}.", error);
            }
        }
    }

    private static void CheckCertificate(string setting, string path, string? keyPath, string? password)
    {
        path = Path.Combine(AppContext.BaseDirectory, path);
        try
        {
            using var certificate = keyPath is null ? X509CertificateLoader.LoadPkcs12FromFile(path, password)
                : password is null ? X509Certificate2.CreateFromPemFile(path, Path.Combine(AppContext.BaseDirectory, keyPath))
                : X509Certificate2.CreateFromEncryptedPemFile(path, password, Path.Combine(AppContext.BaseDirectory, keyPath));
        }
        catch (Exception error) when (error is CryptographicException or IOException or UnauthorizedAccessException)
        {
            throw new SarkException(SarkErrorKind.BadRequest, "Configuration", setting, $"The certificate of {setting} cannot be read: {error.Message}", error);
        }
    }

    private static IEnumerable<string> Own(JudgedEndpoints taken) => taken.Kestrel.GetSection("Endpoints").GetChildren().Select(e => e["Url"]).OfType<string>();

    private static Dictionary<string, string?> Values(IConfiguration configuration) =>
        configuration.GetSection(Section).AsEnumerable().Where(v => v.Value is not null).ToDictionary(v => v.Key, v => v.Value, StringComparer.OrdinalIgnoreCase);
}
