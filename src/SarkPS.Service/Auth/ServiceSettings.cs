using System.Net;
using System.Text.Json;
using Microsoft.Extensions.Configuration.Json;
using Microsoft.Extensions.Options;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using SarkPS.Service.Settings;

namespace SarkPS.Service.Auth;

/// <summary>What is in force of <c>Sark:Service</c>, taken over as one.</summary>
/// <param name="Options">The settings.</param>
/// <param name="Tokens">The tokens in them.</param>
/// <param name="IsOpen">Whether anybody is served without a token: nobody once there have been tokens, unless the configuration says so.</param>
internal sealed record ServiceState(ServiceOptions Options, Tokens Tokens, bool IsOpen);

/// <summary>
/// The settings of the service as the configuration has them now. A change counts at once; one that cannot be taken over is
/// logged in a line while the old state goes on.
/// </summary>
internal sealed class ServiceSettings : IDisposable
{
    private readonly IConfigurationManager configuration;
    private readonly JudgedEndpoints endpoints;
    private readonly Exposure exposure;
    private readonly Lock changing = new();
    private readonly Dictionary<string, string?> atStart;
    private readonly HashSet<string> told = [];
    private readonly List<IPNetwork> proxies;
    private ILogger logger = Microsoft.Extensions.Logging.Abstractions.NullLogger.Instance;
    private KestrelServerOptions? kestrel;
    private IDisposable? watch;
    private string? last;
    private string[] listening = [];

    /// <summary>Reads the configuration.</summary>
    /// <exception cref="SarkException">It cannot be read.</exception>
    public ServiceSettings(IConfigurationManager configuration, JudgedEndpoints endpoints, Exposure exposure)
    {
        this.configuration = configuration;
        this.endpoints = endpoints;
        this.exposure = exposure;
        (Sark, Current) = Read(null);
        proxies = [.. Current.Options.Proxies.Select(ParseNetwork)];
        atStart = SarkValues();
    }

    /// <summary>What is in force.</summary>
    public ServiceState Current { get; private set; }

    /// <summary>The settings of the exchange. They are taken at start only.</summary>
    public SarkOptions Sark { get; }

    /// <summary>The proxies whose word is taken. Taken at start only.</summary>
    public IReadOnlyList<IPNetwork> Proxies => proxies;

    /// <summary>Whether an address is a proxy's.</summary>
    public bool IsProxy(IPAddress address) => proxies.Count > 0 && proxies.Exists(p => p.Contains(address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address));

    /// <summary>Judges the addresses that will be listened on, and follows the configuration from now on.</summary>
    /// <exception cref="SarkException">An address would open the exchange to the network.</exception>
    public void Start(IServiceProvider services, IEnumerable<string> addresses)
    {
        logger = services.GetRequiredService<ILoggerFactory>().CreateLogger("SarkPS.Service.Settings");
        kestrel = services.GetRequiredService<IOptions<KestrelServerOptions>>().Value;
        lock (changing)
        {
            // Settings that came from a host between the two, as in tests, count.
            (_, Current) = Read(null);
            var all = addresses.Concat(JudgedEndpoints.Addresses(configuration)).ToArray();
            Exposure.Check(all, Current.Tokens.Count > 0, Current.Options);
            exposure.Allow(all, Current.Options);
            listening = all;
            endpoints.Take(configuration);
            kestrel.Limits.MaxRequestBodySize = Current.Options.MaxBodyBytes;
            foreach (var file in ((IConfigurationBuilder)configuration).Sources.OfType<FileConfigurationSource>())
            {
                // Told, and the old state kept, by Refresh.
                file.OnLoadException = failure => failure.Ignore = true;
            }

            watch = Microsoft.Extensions.Primitives.ChangeToken.OnChange(((IConfiguration)configuration).GetReloadToken, Refresh);
        }
    }

    public void Dispose() => watch?.Dispose();

    /// <summary>A network or an address in a setting.</summary>
    public static IPNetwork ParseNetwork(string text) =>
        IPNetwork.TryParse(text, out var network) ? network
        : IPAddress.TryParse(text, out var address) ? new IPNetwork(address, address.GetAddressBytes().Length * 8)
        : throw new SarkException(SarkErrorKind.BadRequest, "Configuration", text, $"Sark:Service:Proxies holds '{text}' and must hold addresses and networks, such as 127.0.0.1 or 10.1.0.0/16.");

    private void Refresh()
    {
        lock (changing)
        {
            var before = Current;
            try
            {
                CheckFiles();
                var (_, now) = Read(before);
                // Tokens and access first: whatever becomes of the addresses, a token that was taken out is refused from now on.
                Current = now;
                exposure.Allow([], now.Options);
                kestrel!.Limits.MaxRequestBodySize = now.Options.MaxBodyBytes;
                last = null;
                if (before.Tokens.Count > 0 && now.Tokens.Count == 0 && !now.IsOpen)
                {
                    Tell("No token is configured any more, so nobody is served. Configure one, or set Sark:Service:Access=Open; a restart without tokens serves callers on this machine.");
                }

                TakeEndpoints(now);
                try
                {
                    // What is bound stays bound; what may not be served over it any more is refused request by request.
                    Exposure.Check(listening, hasTokens: true, now.Options);
                }
                catch (SarkException error)
                {
                    Tell($"Requests from other machines are refused from now on: {error.Message}");
                }
            }
            catch (SarkException error)
            {
                Tell($"The changed configuration is not taken over, the earlier one goes on: {error.Message}");
                return;
            }

            foreach (var key in SarkValues().Where(v => atStart.GetValueOrDefault(v.Key) != v.Value).Select(v => v.Key).Concat(atStart.Keys.Where(k => ((IConfiguration)configuration)[k] is null)).Where(told.Add))
            {
                logger.LogWarning("The setting {Setting} was changed; it takes a restart", key);
            }
        }
    }

    // One save of a file can be noticed more than once.
    private void Tell(string message)
    {
        if (message != last)
        {
            last = message;
            logger.LogError("{Message}", message);
        }
    }

    private void TakeEndpoints(ServiceState now)
    {
        if (!endpoints.Differs(configuration))
        {
            return;
        }

        var wanted = JudgedEndpoints.Addresses(configuration).ToArray();
        if (wanted.Length == 0)
        {
            throw new SarkException(SarkErrorKind.BadRequest, "Configuration", null, "Kestrel:Endpoints names no address any more; that takes a restart.");
        }

        Exposure.Check(wanted, now.Tokens.Count > 0, now.Options);
        endpoints.CheckAvailable(configuration);
        exposure.Allow(wanted, now.Options);
        endpoints.Take(configuration);
        listening = wanted;
        logger.LogWarning("The addresses to listen on were changed to {Addresses}", string.Join(", ", wanted));
        endpoints.Announce();
    }

    // A file that cannot be read counts as empty to the framework, which would be the end of every token.
    private void CheckFiles()
    {
        foreach (var file in ((IConfigurationBuilder)configuration).Sources.OfType<JsonConfigurationSource>())
        {
            if (file.FileProvider?.GetFileInfo(file.Path ?? "") is { Exists: true, PhysicalPath: { } path })
            {
                SettingsFiles.Check(path);
            }
        }
    }

    private (SarkOptions Sark, ServiceState Service) Read(ServiceState? before)
    {
        var binder = new StrictBinder(configuration).Knows<SarkOptions>("Sark").Knows<ServiceOptions>("Sark:Service");
        var sark = binder.Bind<SarkOptions>("Sark", "Service");
        var options = binder.Bind<ServiceOptions>("Sark:Service");
        var section = configuration.GetSection("Sark:Service");
        if (options.AllowOpen is { } word && options.Access is { } access && word != (access == AccessMode.Open))
        {
            binder.Add(section.GetSection(nameof(ServiceOptions.AllowOpen)), $"is {word} and Sark:Service:Access is {access}; leave the first out");
        }

        var hasTokens = section.GetChildren().Any(c => c.Key.Equals(nameof(ServiceOptions.Tokens), StringComparison.OrdinalIgnoreCase));
        if (options.Mode == AccessMode.Tokens && !hasTokens)
        {
            binder.Add(section.GetSection(nameof(ServiceOptions.Access)), "is Tokens, and there are none in Sark:Service:Tokens; make one with 'SarkPS.Service token NAME'");
        }

        if (binder.Problems.Count > 0)
        {
            throw new SarkException(SarkErrorKind.BadRequest, "Configuration", null, string.Join(" ", binder.Problems));
        }

        foreach (var proxy in options.Proxies)
        {
            ParseNetwork(proxy);
        }

        var isOpen = !hasTokens && options.Mode switch
        {
            AccessMode.Open => true,
            // Left out of a file by mistake, tokens would open what they closed.
            AccessMode.Loopback => before?.IsOpen != false,
            _ => false,
        };
        return (sark, new ServiceState(options, new Tokens(options), isOpen));
    }

    private Dictionary<string, string?> SarkValues() => configuration.GetSection("Sark").AsEnumerable()
        .Where(v => v.Value is not null
            && (!v.Key.StartsWith("Sark:Service:", StringComparison.OrdinalIgnoreCase) || v.Key.StartsWith("Sark:Service:Proxies", StringComparison.OrdinalIgnoreCase)))
        .ToDictionary(v => v.Key, v => v.Value, StringComparer.OrdinalIgnoreCase);
}
