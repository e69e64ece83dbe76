using System.Security.Authentication;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Cors.Infrastructure;
using Microsoft.AspNetCore.HostFiltering;
using Microsoft.AspNetCore.HttpOverrides;
using Microsoft.Extensions.Configuration.Memory;
using SarkPS.Ami;
using SarkPS.Data;
using SarkPS.Service.Auth;
using SarkPS.Service.History;
using SarkPS.Service.Description;
using SarkPS.Service.Errors;
using SarkPS.Service.Operations;
using SarkPS.Service.Resources;
using SarkPS.Service.Settings;

namespace SarkPS.Service;

/// <summary>Puts the service together.</summary>
internal static class SarkApplication
{
    /// <summary>sark6api's port.</summary>
    public const int DefaultPort = 44300;

    /// <summary>Where the routes of sark6api lie.</summary>
    public const string ApiPrefix = "/api";

    public static void AddSark(this WebApplicationBuilder builder)
    {
        // A line for each request costs more than the request, and so does an activity that nobody listens to. Configuration
        // may ask for both again.
        ((IConfigurationBuilder)builder.Configuration).Sources.Insert(0, new MemoryConfigurationSource
        {
            InitialData =
            [
                new("Logging:LogLevel:Microsoft.AspNetCore", nameof(LogLevel.Warning)),
                new("Logging:LogLevel:Microsoft.AspNetCore.Hosting.Diagnostics", nameof(LogLevel.None)),
            ],
        });
        var endpoints = new JudgedEndpoints();
        var exposure = new Exposure();
        var settings = new ServiceSettings(builder.Configuration, endpoints, exposure);
        builder.Services.AddSingleton(settings);
        builder.Services.AddSingleton(endpoints);
        builder.Services.AddSingleton<CertificateFiles>();
        builder.Services.AddSingleton(settings.Sark);
        builder.Services.AddSingleton(services => OpenBackend(settings.Sark, services.GetRequiredService<ILogger<LocalBackend>>()));
        builder.Services.AddSingleton<ISarkBackend>(services => services.GetRequiredService<LocalBackend>());
        builder.Services.AddSingleton(services => services.GetRequiredService<LocalBackend>().AnsweredChanges);
        builder.Services.AddSingleton<IJsonTables>(services => services.GetRequiredService<LocalBackend>().Store);
        builder.Services.AddSingleton(services => new Lazy<LocalAsterisk>(() => services.GetRequiredService<LocalBackend>().Asterisk));
        builder.Services.AddSingleton(services => services.GetRequiredService<LocalBackend>().Jobs);
        builder.Services.AddHostedService<JobKeeper>();
        // Does nothing where systemd has not started the service.
        builder.Services.AddSystemd();
        builder.Services.AddHostedService<WatchdogKeeper>();
        builder.Services.AddSingleton<Drafts>();
        builder.Services.AddSingleton<WrongTokens>();
        builder.Services.AddSingleton<Logins>();
        builder.Services.AddSingleton<StoredTokens>();
        builder.Services.AddSingleton<ICorsPolicyProvider, Origins>();
        builder.Services.AddCors();
        builder.Services.AddSingleton<FailureLog>();
        builder.Services.AddHostedService<AsteriskKeeper>();
        builder.Services.AddSingleton(TimeProvider.System);
        builder.Services.AddAccess();
        RateLimits.Add(builder.Services);
        ApiDocument.Add(builder.Services);
        builder.AddProxies(settings);
        builder.AddJudgedSockets(exposure);
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            var certificates = kestrel.ApplicationServices.GetRequiredService<CertificateFiles>();
            kestrel.ConfigureHttpsDefaults(https =>
            {
                // The earlier ones are broken. (RFC 8996)
                https.SslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13;
                https.OnAuthenticate = (_, connection) => certificates.Refresh(connection);
            });
            // Instead of the configuration's own section, which the server would follow unasked.
            kestrel.Configure(endpoints.Kestrel, reloadOnChange: true);
        });
        if (Addresses(builder.Configuration).Length == 0 && !JudgedEndpoints.Addresses(builder.Configuration).Any())
        {
            builder.WebHost.UseUrls($"http://127.0.0.1:{DefaultPort}");
        }
    }

    // What the host listens on by urls, else by the ports that container images set.
    private static string[] Addresses(IConfiguration configuration)
    {
        var urls = Split(configuration[WebHostDefaults.ServerUrlsKey]);
        return urls.Length > 0 ? urls
            : [
            .. Split(configuration[WebHostDefaults.HttpPortsKey]).Select(port => $"http://*:{port}"),
            .. Split(configuration[WebHostDefaults.HttpsPortsKey]).Select(port => $"https://*:{port}"),
        ];

        static string[] Split(string? list) =>
            (list ?? "").Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
    }

    // Whoever passes a request on says for whom; that is believed of the proxies in the configuration, and of no others,
    // also where the environment would have everybody believed.
    private static void AddProxies(this WebApplicationBuilder builder, ServiceSettings settings)
    {
        builder.Services.PostConfigure<ForwardedHeadersOptions>(options =>
        {
            options.ForwardedHeaders = settings.Proxies.Count > 0
                ? ForwardedHeaders.XForwardedFor | ForwardedHeaders.XForwardedProto
                : ForwardedHeaders.None;
            options.KnownProxies.Clear();
            options.KnownIPNetworks.Clear();
            foreach (var proxy in settings.Proxies)
            {
                options.KnownIPNetworks.Add(proxy);
            }
        });

        // Names are checked by the service, which answers in JSON.
        builder.Services.PostConfigure<HostFilteringOptions>(options => options.AllowedHosts = ["*"]);
    }

    private static void AddJudgedSockets(this WebApplicationBuilder builder, Exposure exposure)
    {
        foreach (var own in builder.Services
            .Where(s => s.ServiceType == typeof(IConnectionListenerFactory) && s.ImplementationType is not null)
            .ToArray())
        {
            builder.Services[builder.Services.IndexOf(own)] = ServiceDescriptor.Singleton<IConnectionListenerFactory>(services =>
                new JudgedListenerFactory(
                    (IConnectionListenerFactory)ActivatorUtilities.CreateInstance(services, own.ImplementationType!),
                    exposure));
        }
    }

    private static LocalBackend OpenBackend(SarkOptions options, ILogger logger)
    {
        var told = "";
        var backend = new LocalBackend(options, warning =>
        {
            // With every change again, and enough once.
            if (Interlocked.Exchange(ref told, warning) != warning)
            {
                logger.LogWarning("{Warning}", warning);
            }
        });
        if (backend.CoverageReason is { } reason)
        {
            logger.LogWarning("The service serves tables only: no files, no firewall, no commands. {Reason} Sark:Root says whose the "
                + "rest is; / is this machine", reason);
        }

        try
        {
            backend.Recover();
        }
        catch (SarkException error)
        {
            // The tables can be served all the same; a restore tries again and says so.
            logger.LogWarning("A restore that was interrupted could not be looked for: {Reason}", error.Message);
        }

        try
        {
            backend.RepairFilesAsync(sentence => logger.LogWarning("{Sentence}", sentence)).GetAwaiter().GetResult();
        }
        catch (SarkException error)
        {
            // As above: the start report says what is wrong with the database, and the first change tries again.
            logger.LogWarning("The files that belong to rows could not be compared with them: {Reason}", error.Message);
        }

        return backend;
    }

    public static void UseSark(this WebApplication app)
    {
        var settings = app.Services.GetRequiredService<ServiceSettings>();
        settings.Start(app.Services, [.. app.Urls, .. Addresses(app.Configuration)]);
        StartReport.Write(app.Services, app.Configuration);
        RejectedRequests.Answer(app.Services);
        var limits = app.Services.GetRequiredService<RateLimits>();
        app.UseMiddleware<ErrorMiddleware>();
        if (settings.Proxies.Count > 0)
        {
            app.UseForwardedHeaders();
        }

        app.UseRouting();
        app.UseMiddleware<BrowserGuard>();
        // Before anybody is refused: the page must be able to read why. The browser's own question needs no token.
        app.UseCors();
        app.Use((context, next) => Exposure.IsCovered(context, settings.Current.Options)
            ? next(context)
            : throw new SarkDeniedException(
                "Service",
                null,
                "Beyond this machine the service is reached over https only, unless Sark:Service:Access is Open."));
        app.UseAuthentication();
        app.UseAuthorization();
        app.UseMiddleware<ChangeMiddleware>();
        app.UseRateLimiter();
        app.Use((context, next) => limits.TellAsync(context, next));
        app.UseMiddleware<DraftMiddleware>();
        app.UseMiddleware<RepeatMiddleware>();
        app.Use(ReferencePage.LeadAsync);
    }

    public static void MapSark(this WebApplication app)
    {
        Health.Map(app);
        ApiDocument.Map(app);
        ReferencePage.Map(app);
        var api = app.MapGroup(ApiPrefix);
        api.MapResources();
        api.MapChanges();
        api.MapDrafts();
        api.MapDestinations();
        api.MapConfiguration();
        api.MapHours();
        api.MapGreetingRoutes();
        api.MapCallRecordRoutes();
        api.MapWhoAmI();
        api.MapLogins();
        api.MapTokens();
        api.MapJobs();
        api.MapAsterisk();
        api.MapSnapshotRoutes();
        api.MapBackupRoutes();
        api.MapFirewallRoutes();
        api.MapSystemRoutes();
    }
}
