using System.Net;
using System.Security.Authentication;
using System.Security.Cryptography;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;

namespace SarkPS.Service.Settings;

/// <summary>
/// Judges what is to be listened on, at the start and whenever it changes: by one rule, with a sentence for what cannot be.
/// </summary>
internal static class AddressJudge
{
    /// <summary>What stands for an address that came by <c>--urls</c> or a port variable.</summary>
    public const string UrlsSetting = "urls";

    private const string Section = "Kestrel";

    /// <summary>What may stand in the section.</summary>
    public static readonly IReadOnlyList<string> Groups = ["Endpoints", "EndpointDefaults", "Certificates"];
    private static readonly string[] EndpointKeys = ["Url", "Protocols", "SslProtocols", "Certificate", "ClientCertificateMode", "Sni"];
    private static readonly string[] CertificateKeys = ["Path", "KeyPath", "Password", "Subject", "Store", "Location", "AllowInvalid"];

    /// <summary>The addresses of the section <c>Kestrel</c>, with what stands beside them judged as well.</summary>
    /// <exception cref="SarkException">Something in it is no setting, has no value that can be meant, or is no address.</exception>
    public static IReadOnlyList<ListenAddress> Endpoints(IConfiguration configuration)
    {
        var section = configuration.GetSection(Section);
        CheckKeys(section, Groups);
        CheckEndpoint(section.GetSection("EndpointDefaults"), EndpointKeys[1..]);
        foreach (var certificate in section.GetSection("Certificates").GetChildren())
        {
            CheckKeys(certificate, CertificateKeys);
            CheckCertificate(certificate);
        }

        if (section.GetSection("Endpoints").Value is { Length: > 0 })
        {
            throw Wrong(
                section.GetSection("Endpoints").Path,
                "is a group of addresses (Kestrel:Endpoints:NAME:Url) and takes no value itself");
        }

        var addresses = new List<ListenAddress>();
        foreach (var endpoint in section.GetSection("Endpoints").GetChildren())
        {
            CheckEndpoint(endpoint, EndpointKeys);
            var url = endpoint.GetSection("Url");
            if (string.IsNullOrWhiteSpace(url.Value))
            {
                throw Wrong(url.Path, "is not there; each address of Kestrel:Endpoints needs one, such as http://127.0.0.1:44300");
            }

            addresses.Add(ListenAddress.Parse(url.Path, url.Value));
        }

        return addresses;
    }

    /// <summary>Refuses addresses that the server could not bind or serve.</summary>
    /// <param name="values">The section as the server will see it.</param>
    /// <param name="addresses">The addresses, of <c>Kestrel:Endpoints</c> or of <see cref="UrlsSetting"/>.</param>
    /// <param name="services">The server's services.</param>
    /// <param name="own">What the server lets go before it binds them.</param>
    /// <exception cref="SarkException">One of them cannot be.</exception>
    public static void CheckAvailable(
        IReadOnlyDictionary<string, string?> values,
        IReadOnlyList<ListenAddress> addresses,
        IServiceProvider services,
        IReadOnlyCollection<EndPoint> own)
    {
        for (var i = 0; i < addresses.Count; i++)
        {
            var address = addresses[i];
            if (addresses.Take(i).FirstOrDefault(address.Overlaps) is { } other)
            {
                throw ListenAddress.Wrong(address.Setting, address.Text, $"{other.Text} in {other.Setting} takes the same port");
            }

            CheckServed(values, address, services);
            address.Probe(own);
        }
    }

    private static void CheckEndpoint(IConfigurationSection endpoint, string[] keys)
    {
        if (endpoint.Value is { Length: > 0 })
        {
            throw Wrong(endpoint.Path, $"is a group of settings ({string.Join(", ", keys)}) and takes no value itself");
        }

        CheckKeys(endpoint, keys);
        // By HTTP/3 alone only those would be served who know of it beforehand, over sockets that nobody judges.
        CheckName<HttpProtocols>(endpoint.GetSection("Protocols"), nameof(HttpProtocols.None), nameof(HttpProtocols.Http3));
        foreach (var protocol in endpoint.GetSection("SslProtocols").GetChildren())
        {
            // The earlier ones are broken. (RFC 8996)
            CheckName<SslProtocols>(protocol, [.. Enum.GetNames<SslProtocols>().Except(["Tls12", "Tls13"])]);
        }

        CheckName<ClientCertificateMode>(endpoint.GetSection("ClientCertificateMode"));
        CheckKeys(endpoint.GetSection("Certificate"), CertificateKeys);
        CheckCertificate(endpoint.GetSection("Certificate"));
        foreach (var name in endpoint.GetSection("Sni").GetChildren())
        {
            CheckEndpoint(name, EndpointKeys[1..^1]);
        }
    }

    private static void CheckKeys(IConfigurationSection section, IReadOnlyList<string> keys)
    {
        if (section.GetChildren().FirstOrDefault(c => !keys.Contains(c.Key, StringComparer.OrdinalIgnoreCase)) is { } odd)
        {
            throw Wrong(odd.Path, Nearness.Nearest(odd.Key, keys) is { } near
                ? $"is no setting. Did you mean {section.Path}:{near}?"
                : $"is no setting; there are {string.Join(", ", keys)}.", isSentence: true);
        }
    }

    // By name: the server takes no other for what it is, and passes over what it does not know.
    private static void CheckName<T>(IConfigurationSection setting, params string[] without)
        where T : struct, Enum
    {
        var names = Enum.GetNames<T>().Except(without).ToArray();
        if (setting.Value is { } text
            && !text.Split(',', StringSplitOptions.TrimEntries).All(t => names.Contains(t, StringComparer.OrdinalIgnoreCase)))
        {
            throw Wrong(setting.Path, $"is '{SarkText.Printable(text)}' and must be {string.Join(" or ", names)}");
        }
    }

    // The server's own reading of one address, with nothing bound: it knows best which certificates will do.
    private static void CheckServed(IReadOnlyDictionary<string, string?> section, ListenAddress address, IServiceProvider services)
    {
        if (address.Endpoint is null && !address.IsTls)
        {
            return;
        }

        const string All = Section + ":Endpoints:";
        var endpoint = address.Endpoint ?? All + UrlsSetting;
        var values = section.Where(v => !v.Key.StartsWith(All, StringComparison.OrdinalIgnoreCase)
            || v.Key.StartsWith(endpoint + ":", StringComparison.OrdinalIgnoreCase))
            .ToDictionary(v => v.Key, v => v.Value, StringComparer.OrdinalIgnoreCase);
        values[endpoint + ":Url"] = address.Text;
        var alone = new ConfigurationBuilder().AddInMemoryCollection(values.Where(v => v.Value is not null)).Build();
        try
        {
            new KestrelServerOptions { ApplicationServices = services }.Configure(alone.GetSection(Section)).Load();
        }
        catch (Exception error)
        {
            throw ListenAddress.Wrong(address.Setting, address.Text, FirstLine(error.Message), error);
        }
    }

    private static string FirstLine(string message) => message.Split('\n')[0].Trim().TrimEnd('.');

    private static void CheckCertificate(IConfigurationSection certificate)
    {
        if (certificate["Path"] is { Length: > 0 } path)
        {
            CheckCertificate(certificate.Path, path, certificate["KeyPath"], certificate["Password"]);
        }
    }

    private static void CheckCertificate(string setting, string path, string? keyPath, string? password)
    {
        path = Path.Combine(AppContext.BaseDirectory, path);
        try
        {
            CertificateFiles.Load(path, keyPath is null ? null : Path.Combine(AppContext.BaseDirectory, keyPath), password).Dispose();
        }
        catch (Exception error) when (error is CryptographicException or IOException or UnauthorizedAccessException)
        {
            throw new SarkException(
                SarkErrorKind.BadRequest,
                "Configuration",
                setting,
                $"The certificate of {setting} cannot be read: {error.Message}",
                error);
        }
    }

    private static SarkException Wrong(string setting, string problem, bool isSentence = false) =>
        new(SarkErrorKind.BadRequest, "Configuration", setting, $"{setting} {problem}{(isSentence ? "" : ".")}");
}
