using System.Net;
using System.Text.Json;
using Microsoft.Extensions.Configuration.Json;
using Microsoft.Extensions.Options;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using SarkPS.Data;
using SarkPS.Service.Settings;

namespace SarkPS.Service.Auth;

/// <summary>What is in force of <c>Sark:Service</c>, taken over as one.</summary>
/// <param name="Options">The settings.</param>
/// <param name="Tokens">The tokens in them.</param>
/// <param name="Accounts">The accounts in them.</param>
/// <param name="IsOpen">Whether anybody is served without a token: nobody once there have been tokens, unless the
/// configuration says so.</param>
/// <param name="Hosts">The names that the service is called by, beside its addresses: those of its own setting, and of
/// ASP.NET's <c>AllowedHosts</c>.</param>
/// <param name="Origins">The origins whose pages may use the service.</param>
internal sealed record ServiceState(
    ServiceOptions Options,
    Tokens Tokens,
    Accounts Accounts,
    bool IsOpen,
    IReadOnlyList<string> Hosts,
    IReadOnlySet<string> Origins)
{
    /// <summary>Whether anybody can get in with a token or a password.</summary>
    public bool HasCallers => Tokens.Count + Accounts.Count > 0;


    /// <summary>Who may call, for the log.</summary>
    /// <param name="stored">The tokens of the service's own database.</param>
    /// <param name="closes">Whether those close the service, even where there is none any more.</param>
    public string Callers(IReadOnlyCollection<ApiToken> stored, bool closes) =>
        !IsOpen || closes ? !HasCallers && stored.Count == 0 ? "nobody: there is no token" : "those with " + string.Join(
            " or ",
            Credentials.Select(c => (c.Kind, c.Text))
                .Concat(stored.Select(t => ("tokens of the service", Words(t.Name, t.Scopes, t.Expires))))
                .GroupBy(c => c.Item1)
                .Select(k => $"one of the {k.Key} {string.Join(", ", k.Select(c => c.Item2))}"))
        : Options.Mode == AccessMode.Open ? "ANYBODY, without a token (Sark:Service:Access is Open)"
        : "any on this machine, without a token; none from elsewhere";

    /// <summary>How the tokens of another state differ, by their names; null when they do not.</summary>
    public string? TokenChanges(ServiceState before)
    {
        var (now, then) = (Credentials.ToDictionary(c => c.Name), before.Credentials.ToDictionary(c => c.Name));
        string[] parts =
        [
            .. Part("added", now.Keys.Except(then.Keys)),
            .. Part("removed", then.Keys.Except(now.Keys)),
            .. Part("changed", now.Keys.Intersect(then.Keys).Where(n => now[n] != then[n])),
        ];
        return parts.Length == 0 ? null : string.Join("; ", parts);

        static IEnumerable<string> Part(string word, IEnumerable<string> names) =>
            names.ToArray() is { Length: > 0 } list ? [$"{word}: {string.Join(", ", list.Select(n => $"'{n}'"))}"] : [];
    }

    // By a name of its own, with what is said of each, and what makes it another one.
    private IEnumerable<(string Name, string Kind, string Text, string Secret)> Credentials =>
    [
        .. Tokens.All.Select(t =>
            (t.Name, "tokens", Words(t.Name, t.Scopes, t.Expires), t.Sha256)),
        .. Accounts.All.Select(a => ($"account {a.Email}", "accounts", Words(a.Email, a.Scopes, null), a.Password)),
    ];

    private static string Words(string name, IEnumerable<string> scopes, DateTimeOffset? expires) =>
        $"'{name}' ({string.Join(' ', scopes)}{(expires is { } end ? $", until {end:yyyy-MM-dd}" : "")})";
}

/// <summary>
/// The settings of the service as the configuration has them now. A change counts at once; one that cannot be taken over is
/// logged in a line while the old state goes on.
/// </summary>
internal sealed class ServiceSettings : IDisposable
{
    private static readonly TimeSpan BindingTime = TimeSpan.FromSeconds(5);

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
    private IServiceProvider? services;
    private SettingsWatch? files;
    private StoredTokens? stored;
    private HashSet<string> saidLast = [];
    private HashSet<string> said = [];
    private string[] listening = [];
    private IReadOnlyList<ListenAddress> staying = [];
    private string? taken;
    private (string Settings, SarkException Refusal)? unbound;

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
    public bool IsProxy(IPAddress address) =>
        proxies.Count > 0 && proxies.Exists(p => p.Contains(address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address));

    /// <summary>Who may call, for the log.</summary>
    public string Callers
    {
        get
        {
            var all = stored!.All;
            return Current.Callers(all, all.Count > 0 || IsClosed());

            bool IsClosed()
            {
                try
                {
                    return stored.Closes;
                }
                catch (SarkException)
                {
                    // Nobody is served while it cannot be read.
                    return true;
                }
            }
        }
    }

    /// <summary>The addresses that are listened on.</summary>
    public IReadOnlyList<string> Listening => listening;

    /// <summary>Judges the addresses that will be listened on, and follows the configuration from now on.</summary>
    /// <exception cref="SarkException">An address would open the exchange to the network, or cannot be listened on.</exception>
    public void Start(IServiceProvider services, IEnumerable<string> addresses)
    {
        this.services = services;
        logger = services.GetRequiredService<ILoggerFactory>().CreateLogger("SarkPS.Service.Settings");
        kestrel = services.GetRequiredService<IOptions<KestrelServerOptions>>().Value;
        stored = services.GetRequiredService<StoredTokens>();
        lock (changing)
        {
            // Settings that came from a host between the two, as in tests, count.
            (_, Current) = Read(null);
            ListenAddress[] urls = [.. addresses.Distinct().Select(a => ListenAddress.Parse(AddressJudge.UrlsSetting, a))];
            var named = AddressJudge.Endpoints(configuration);
            string[] all = [.. urls.Concat(named).Select(a => a.Text)];
            Exposure.Check(all, HasCallers(Current), Current.Options);
            Provide(named.Count > 0 ? named : urls);
            AddressJudge.CheckAvailable(endpoints.Values(configuration), named.Count > 0 ? named : urls, services, exposure.Bound);
            exposure.Allow(all, Current.Options);
            listening = all;
            // The server lets these go at its end only.
            staying = named.Count > 0 ? [] : urls;
            endpoints.Take(configuration);
            kestrel.Limits.MaxRequestBodySize = Current.Options.MaxBodyBytes;
            taken = Signature();
            foreach (var file in ((IConfigurationBuilder)configuration).Sources.OfType<FileConfigurationSource>())
            {
                // Told, and the old state kept, by Refresh.
                file.OnLoadException = failure => failure.Ignore = true;
            }

            watch = Microsoft.Extensions.Primitives.ChangeToken.OnChange(((IConfiguration)configuration).GetReloadToken, Refresh);
            files = new SettingsWatch((IConfigurationRoot)configuration);
        }
    }

    public void Dispose()
    {
        files?.Dispose();
        watch?.Dispose();
    }

    /// <summary>A network or an address in a setting.</summary>
    public static IPNetwork ParseNetwork(string text) =>
        ApiNetworks.Read(text) ?? throw new SarkException(
            SarkErrorKind.BadRequest,
            "Configuration",
            text,
            $"Sark:Service:Proxies holds '{text}' and must hold addresses and networks, such as {ApiNetworks.Examples}.");

    private bool HasCallers(ServiceState state) => state.HasCallers || stored!.All.Count > 0;

    // Names with an asterisk stand for many; an address that is listened on may be one that stands for all.
    private void Provide(IReadOnlyList<ListenAddress> addresses)
    {
        var before = endpoints.Own;
        endpoints.Provide(
            configuration,
            addresses,
            () => OwnCertificate.Ensure(
                Sark,
                [.. Current.Hosts.Where(h => !h.Contains('*', StringComparison.Ordinal)), .. addresses.SelectMany(a => a.Sockets)
                    .OfType<IPEndPoint>()
                    .Select(e => e.Address)
                    .Where(a => !a.Equals(IPAddress.Any) && !a.Equals(IPAddress.IPv6Any))
                    .Select(a => a.ToString())],
                TimeProvider.System));
        if (endpoints.Own is { } own && before is null)
        {
            logger.LogInformation(
                "No certificate is configured, so the service has made {File} for itself, until {End:yyyy-MM-dd}. Nobody vouches for it; "
                    + "clients know it by its fingerprint, SHA-256 {Fingerprint}",
                own.Path,
                own.Ends,
                own.Fingerprint);
        }
    }

    private void Refresh()
    {
        lock (changing)
        {
            var before = Current;
            said = [];
            try
            {
                CheckFiles();
                var (_, now) = Read(before);
                // Tokens and access first: whatever becomes of the addresses, a token that was taken out is refused from now on.
                Current = now;
                exposure.Allow([], now.Options);
                kestrel!.Limits.MaxRequestBodySize = now.Options.MaxBodyBytes;
                TellOfCallers(before, now);
                try
                {
                    TakeEndpoints(now);
                }
                catch (SarkException error)
                {
                    Tell($"The changed addresses are not taken over, the earlier ones go on: {error.Message}");
                }

                try
                {
                    // What is bound stays bound; what may not be served over it any more is refused request by request.
                    Exposure.Check(listening, hasTokens: true, now.Options);
                }
                catch (SarkException error)
                {
                    Tell($"Requests from other machines are refused from now on: {error.Message}");
                }

                TellOfRestarts();
            }
            catch (SarkException error)
            {
                Tell($"The changed configuration is not taken over, the earlier one goes on: {error.Message}");
            }
            catch (Exception error)
            {
                // Whatever it is, it is told: an exception would be lost here.
                Tell($"The changed configuration is not taken over, the earlier one goes on: {error.GetType().Name}, {error.Message}");
            }

            if (said.Count == 0 && saidLast.Count > 0)
            {
                logger.LogInformation("The configuration is in order again");
            }

            saidLast = said;
        }
    }

    private void TellOfCallers(ServiceState before, ServiceState now)
    {
        var signature = Signature();
        if (signature == taken)
        {
            return;
        }

        taken = signature;
        if (now.TokenChanges(before) is { } changes)
        {
            logger.LogWarning("The tokens were changed; {Changes}", changes);
        }

        logger.Log(
            now.IsOpen && now.Options.Mode == AccessMode.Open ? LogLevel.Warning : LogLevel.Information,
            "Callers from now on: {Who}",
            Callers);
        if (before.HasCallers && !HasCallers(now) && !now.IsOpen)
        {
            logger.LogError("No token is configured any more, so nobody is served. Configure one, or set Sark:Service:Access=Open; a "
                + "restart without tokens serves callers on this machine.");
        }
    }

    private void TellOfRestarts()
    {
        foreach (var key in SarkValues().Where(v => atStart.GetValueOrDefault(v.Key) != v.Value).Select(v => v.Key)
            .Concat(atStart.Keys.Where(k => ((IConfiguration)configuration)[k] is null))
            .Where(told.Add))
        {
            logger.LogWarning("The setting {Setting} was changed; it takes a restart", key);
        }
    }

    // One save of a file can be noticed more than once.
    private void Tell(string message)
    {
        said.Add(message);
        if (!saidLast.Contains(message))
        {
            logger.LogError("{Message}", message);
        }
    }

    private void TakeEndpoints(ServiceState now)
    {
        if (!endpoints.Differs(configuration))
        {
            return;
        }

        if (unbound is { } failed && failed.Settings == Signature())
        {
            // Not tried again before something is changed: each time the earlier addresses are closed for a while.
            throw failed.Refusal;
        }

        unbound = null;
        var wanted = AddressJudge.Endpoints(configuration);
        if (wanted.Count == 0)
        {
            throw new SarkException(
                SarkErrorKind.BadRequest,
                "Configuration",
                null,
                "Kestrel:Endpoints names no address any more; that takes a restart.");
        }

        string[] texts = [.. wanted.Select(w => w.Text)];
        Exposure.Check(texts, HasCallers(now), now.Options);
        foreach (var address in wanted)
        {
            if (staying.FirstOrDefault(address.Overlaps) is { } kept)
            {
                throw ListenAddress.Wrong(
                    address.Setting,
                    address.Text,
                    $"the service was started with {kept.Text}, which is given up by a restart only");
            }
        }

        Provide(wanted);
        AddressJudge.CheckAvailable(endpoints.Values(configuration), wanted, services!, exposure.Bound);
        var before = endpoints.Taken;
        exposure.Allow(texts, now.Options);
        endpoints.Take(configuration);
        endpoints.Announce();
        // What was free a moment ago may be taken now.
        if (!SpinWait.SpinUntil(() => wanted.All(w => w.IsAmong(exposure.Bound)), BindingTime))
        {
            var missing = string.Join(", ", wanted.Where(w => !w.IsAmong(exposure.Bound)).Select(w => w.Text));
            unbound = (Signature(), new SarkException(
                SarkErrorKind.BadRequest,
                "Configuration",
                null,
                $"The server could not listen on {missing}."));
            endpoints.Restore(before);
            endpoints.Announce();
            throw unbound.Value.Refusal;
        }

        listening = [.. staying.Select(s => s.Text), .. texts];
        logger.LogWarning("The addresses to listen on were changed to {Addresses}", string.Join(", ", listening));
    }

    // Of all that the service follows, so that a save without a change is none.
    private string Signature() => string.Join('\n', configuration.AsEnumerable()
        .Where(v => v.Key.StartsWith("Sark:", StringComparison.OrdinalIgnoreCase)
            || v.Key.StartsWith("Kestrel:", StringComparison.OrdinalIgnoreCase)
            || v.Key.Equals("AllowedHosts", StringComparison.OrdinalIgnoreCase))
        .OrderBy(v => v.Key, StringComparer.OrdinalIgnoreCase).Select(v => $"{v.Key}={v.Value}"));

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

    /// <summary>The settings of the exchange alone, whatever stands in those of the service.</summary>
    /// <exception cref="SarkException">They make no sense.</exception>
    public static SarkOptions ReadSark(IConfiguration configuration)
    {
        var binder = Binder(configuration);
        var sark = binder.Bind<SarkOptions>("Sark", "Service");
        return binder.Problems.Count == 0 ? sark : throw Refusal(binder);
    }

    private static StrictBinder Binder(IConfiguration configuration) =>
        new StrictBinder(configuration).Knows<SarkOptions>("Sark").Knows<ServiceOptions>("Sark:Service");

    private static SarkException Refusal(StrictBinder binder) =>
        new(SarkErrorKind.BadRequest, "Configuration", null, string.Join(" ", binder.Problems));

    private (SarkOptions Sark, ServiceState Service) Read(ServiceState? before)
    {
        TopLevel.Check(configuration);
        var binder = Binder(configuration);
        var sark = binder.Bind<SarkOptions>("Sark", "Service");
        var options = binder.Bind<ServiceOptions>("Sark:Service");
        var section = configuration.GetSection("Sark:Service");
        if (options.AllowOpen is { } word && options.Access is { } access && word != (access == AccessMode.Open))
        {
            binder.Add(
                section.GetSection(nameof(ServiceOptions.AllowOpen)),
                $"is {word} and Sark:Service:Access is {access}; leave the first out");
        }

        var hasTokens = section.GetChildren().Any(
            c => new[] { nameof(ServiceOptions.Tokens), nameof(ServiceOptions.Accounts) }.Contains(
                c.Key,
                StringComparer.OrdinalIgnoreCase));
        if (options.LoginTime <= TimeSpan.Zero)
        {
            binder.Add(section.GetSection(nameof(ServiceOptions.LoginTime)), "must be longer than nothing");
        }

        if (options.DraftTime <= TimeSpan.Zero || options.DraftTime > ServiceOptions.LongestDraftTime)
        {
            binder.Add(
                section.GetSection(nameof(ServiceOptions.DraftTime)),
                $"must be longer than nothing and at most {ServiceOptions.LongestDraftTime:c}");
        }

        if (options.Mode == AccessMode.Tokens && !hasTokens && !HasStored(sark))
        {
            binder.Add(
                section.GetSection(nameof(ServiceOptions.Access)),
                "is Tokens, and there are none, nor accounts; make one with 'SarkPS.Service token NAME'");
        }

        if (binder.Problems.Count > 0)
        {
            throw Refusal(binder);
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
        string[] hosts = [.. options.Hosts, .. (configuration["AllowedHosts"] ?? "").Split(
            ';',
            StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).Where(h => h != "*")];
        return (sark, new ServiceState(
            options,
            new Tokens(options),
            new Accounts(options),
            isOpen,
            hosts,
            Origins.ReadAll(options.Origins)));
    }

    // As long as nothing else is wrong: where they are is a setting too.
    private static bool HasStored(SarkOptions options)
    {
        try
        {
            using var tokens = ApiTokenFile.Of(options);
            return tokens.Closes;
        }
        catch (SarkException)
        {
            return false;
        }
    }

    private Dictionary<string, string?> SarkValues() => configuration.GetSection("Sark").AsEnumerable()
        .Where(v => v.Value is not null
            && (!v.Key.StartsWith("Sark:Service:", StringComparison.OrdinalIgnoreCase)
                || v.Key.StartsWith("Sark:Service:Proxies", StringComparison.OrdinalIgnoreCase)))
        .ToDictionary(v => v.Key, v => v.Value, StringComparer.OrdinalIgnoreCase);
}
