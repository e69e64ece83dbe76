using Microsoft.Extensions.Configuration.Memory;
using SarkPS.Data;
using SarkPS.Service.Auth;
using SarkPS.Service.Errors;
using SarkPS.Service.Operations;
using SarkPS.Service.Resources;

namespace SarkPS.Service;

/// <summary>Puts the service together.</summary>
internal static class SarkApplication
{
    /// <summary>sark6api's port.</summary>
    private const int DefaultPort = 44300;

    public static void AddSark(this WebApplicationBuilder builder)
    {
        // A line for each request costs more than the request; configuration may ask for it again.
        ((IConfigurationBuilder)builder.Configuration).Sources.Insert(0, new MemoryConfigurationSource { InitialData = [new("Logging:LogLevel:Microsoft.AspNetCore", nameof(LogLevel.Warning))] });
        var options = builder.Configuration.GetSection("Sark").Get<SarkOptions>() ?? new SarkOptions();
        builder.Services.AddSingleton(options);
        builder.Services.AddSingleton(services => OpenBackend(options, services.GetRequiredService<ILogger<LocalBackend>>()));
        builder.Services.AddSingleton<ISarkBackend>(services => services.GetRequiredService<LocalBackend>());
        builder.Services.AddSingleton<OperationLog>();
        builder.Services.AddHostedService<AsteriskKeeper>();
        var service = builder.Configuration.GetSection("Sark:Service").Get<ServiceOptions>() ?? new ServiceOptions();
        builder.Services.AddSingleton(service);
        builder.Services.AddSingleton(new Tokens(service));
        builder.Services.AddSingleton(TimeProvider.System);
        builder.Services.AddRateLimits(service);
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = service.MaxBodyBytes;
        });
        if (string.IsNullOrEmpty(builder.Configuration["urls"]) && !builder.Configuration.GetSection("Kestrel:Endpoints").Exists())
        {
            builder.WebHost.UseUrls($"http://127.0.0.1:{DefaultPort}");
        }
    }

    private static LocalBackend OpenBackend(SarkOptions options, ILogger logger)
    {
        var backend = new LocalBackend(options);
        if (backend.CoverageReason is { } reason)
        {
            logger.LogWarning("The service serves tables only: no files, no firewall, no commands. {Reason} Sark:Root says whose the rest is; / is this machine", reason);
        }

        try
        {
            backend.Recover();
        }
        catch (SarkException error)
        {
            // The tables can be served all the same; a restore tries again and says so.
            logger.LogWarning(error, "A restore that was interrupted could not be looked for");
        }

        return backend;
    }

    public static void UseSark(this WebApplication app)
    {
        var service = app.Services.GetRequiredService<ServiceOptions>();
        var endpoints = app.Configuration.GetSection("Kestrel:Endpoints").GetChildren().Select(e => e["Url"]).OfType<string>();
        Exposure.Check([.. app.Urls, .. (app.Configuration["urls"] ?? "").Split(';', StringSplitOptions.RemoveEmptyEntries), .. endpoints], service.Tokens.Count > 0, service);
        app.UseMiddleware<ErrorMiddleware>();
        app.UseRouting();
        app.UseMiddleware<AccessMiddleware>();
        app.UseRateLimiter();
    }

    public static void MapSark(this WebApplication app)
    {
        app.MapGet("/health", Health.CheckAsync).IsPublic();
        app.MapGet("/openapi.json", OpenApi.GetAsync).IsPublic();
        var api = app.MapGroup("/api");
        var tables = api.MapGroup("").NeedsReadOrWrite();
        tables.MapResources();
        tables.MapDestinations();
        tables.MapGreetingRoutes();
        tables.MapCallRecordRoutes();
        api.MapWhoAmI();
        OperationLog.Map(api);
        api.MapAsterisk();
        api.MapSnapshotRoutes();
        api.MapBackupRoutes();
        api.MapFirewallRoutes();
        api.MapSystemRoutes();
        AccessRules.CheckAll(((IEndpointRouteBuilder)app).DataSources.SelectMany(s => s.Endpoints));
    }
}
