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

    /// <summary>Goes back to what was taken before.</summary>
    public void Restore(IReadOnlyDictionary<string, string?> before) =>
        Data = new Dictionary<string, string?>(before, StringComparer.OrdinalIgnoreCase);

    /// <summary>What was taken.</summary>
    public IReadOnlyDictionary<string, string?> Taken => Data.AsReadOnly();

    private static Dictionary<string, string?> Values(IConfiguration configuration) =>
        configuration.GetSection(Section).AsEnumerable().Where(v => v.Value is not null)
            .ToDictionary(v => v.Key, v => v.Value, StringComparer.OrdinalIgnoreCase);
}
