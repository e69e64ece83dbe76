using SarkPS.Data;
using SarkPS.Service.Errors;
using SarkPS.Service.Resources;

namespace SarkPS.Service;

/// <summary>Puts the service together.</summary>
internal static class SarkApplication
{
    /// <summary>sark6api's port.</summary>
    private const int DefaultPort = 44300;

    public static void AddSark(this WebApplicationBuilder builder)
    {
        var options = builder.Configuration.GetSection("Sark").Get<SarkOptions>() ?? new SarkOptions();
        builder.Services.AddSingleton(options);
        builder.Services.AddSingleton(_ => new LocalBackend(options));
        builder.Services.AddSingleton<ISarkBackend>(services => services.GetRequiredService<LocalBackend>());
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.AddServerHeader = false);
        if (string.IsNullOrEmpty(builder.Configuration["urls"]) && !builder.Configuration.GetSection("Kestrel:Endpoints").Exists())
        {
            builder.WebHost.UseUrls($"http://127.0.0.1:{DefaultPort}");
        }
    }

    public static void UseSark(this WebApplication app)
    {
        app.UseMiddleware<ErrorMiddleware>();
        app.UseRouting();
    }

    public static void MapSark(this WebApplication app)
    {
        app.MapGet("/health", Health.Check);
        var api = app.MapGroup("/api");
        api.MapResources();
        api.MapDestinations();
    }
}
