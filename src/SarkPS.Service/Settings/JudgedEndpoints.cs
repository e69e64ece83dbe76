using SarkPS.Data;

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

    /// <summary>The certificate that the service makes for itself; null as long as none is needed.</summary>
    public OwnCertificate? Own { get; private set; }

    /// <summary>Makes the service's own certificate, or finds it, when one of some addresses has no other.</summary>
    public void Provide(IConfiguration configuration, IEnumerable<ListenAddress> addresses, Func<OwnCertificate> find)
    {
        if (!Has(Section + ":Certificates:Default") && addresses.Any(
            a => a.IsTls && !(a.Endpoint is { } endpoint && (Has(endpoint + ":Certificate") || Has(endpoint + ":Sni")))))
        {
            Own ??= find();
        }

        bool Has(string group) => configuration.GetSection(group).Exists();
    }

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

    /// <summary>Goes back to what was taken before.</summary>
    public void Restore(IReadOnlyDictionary<string, string?> before) =>
        Data = new Dictionary<string, string?>(before, StringComparer.OrdinalIgnoreCase);

    /// <summary>What was taken.</summary>
    public IReadOnlyDictionary<string, string?> Taken => Data.AsReadOnly();

    /// <summary>The section as the server is to see it: with the service's own certificate where there is no other.</summary>
    public Dictionary<string, string?> Values(IConfiguration configuration)
    {
        const string Default = Section + ":Certificates:Default";
        var values = configuration.GetSection(Section).AsEnumerable().Where(v => v.Value is not null)
            .ToDictionary(v => v.Key, v => v.Value, StringComparer.OrdinalIgnoreCase);
        if (Own is not null && !configuration.GetSection(Default).Exists())
        {
            values[Default + ":Path"] = values[Default + ":KeyPath"] = Own.Path;
        }

        return values;
    }
}
