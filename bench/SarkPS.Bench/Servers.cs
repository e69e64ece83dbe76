using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using SarkPS.Service;

namespace SarkPS.Bench;

/// <summary>The servers that are measured, each on a free port of this machine.</summary>
internal static class Servers
{
    /// <summary>The service as it runs, but that it tells errors only.</summary>
    public static async Task<WebApplication> StartServiceAsync(string database, params string[] arguments)
    {
        var builder = WebApplication.CreateBuilder(["--urls", "http://127.0.0.1:0", "--Sark:Database=" + database, .. arguments]);
        builder.AddSark();
        builder.Logging.SetMinimumLevel(LogLevel.Error);
        var app = builder.Build();
        app.UseSark();
        app.MapSark();
        await app.StartAsync();
        return app;
    }

    /// <summary>Kestrel and nothing else: it reads what is sent and answers the same bytes from memory each time.</summary>
    public static async Task<WebApplication> StartBareAsync(int status, byte[] answer)
    {
        var builder = WebApplication.CreateSlimBuilder(["--urls", "http://127.0.0.1:0"]);
        builder.Logging.SetMinimumLevel(LogLevel.Warning);
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.AddServerHeader = false);
        var app = builder.Build();
        app.Run(async context =>
        {
            if (context.Request.ContentLength is > 0)
            {
                await context.Request.Body.CopyToAsync(Stream.Null);
            }

            context.Response.StatusCode = status;
            context.Response.ContentType = "application/json";
            context.Response.ContentLength = answer.Length;
            await context.Response.BodyWriter.WriteAsync(answer);
        });
        await app.StartAsync();
        return app;
    }

    public static string Address(this WebApplication app) =>
        app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First();
}
