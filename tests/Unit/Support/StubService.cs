using System.Collections.Concurrent;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using SarkPS.Remote;

namespace SarkPS.Tests.Support;

/// <summary>Something on a real port that answers as a test says: a service that is busy, a page, another product.</summary>
internal sealed class StubService : IAsyncDisposable
{
    /// <summary>What a service says of itself.</summary>
    public const string Identity =
        """{"name":"local","email":null,"scopes":["read","write"],"product":"SarkPS","version":"0.1.0","dryRun":true,"coverage":"Tree"}""";

    private readonly WebApplication app;

    private StubService(WebApplication app) => this.app = app;

    /// <summary>Where it listens.</summary>
    public Uri Address => new(app.Urls.Single());

    /// <summary>Method and path of every request, in their order.</summary>
    public ConcurrentQueue<string> Requests { get; } = [];

    /// <summary>How many connections are open to it.</summary>
    public int Connections => connections;

    private int connections;

    /// <summary>Starts one.</summary>
    /// <param name="answer">Answers what is not about its identity, or everything.</param>
    /// <param name="isService">Whether it says of itself that it is a service of SarkPS.</param>
    /// <param name="tls">Whether it speaks TLS, with a certificate that nobody trusts.</param>
    public static async Task<StubService> StartAsync(
        RequestDelegate answer,
        bool isService = true,
        System.Security.Cryptography.X509Certificates.X509Certificate2? tls = null)
    {
        StubService? stub = null;
        var builder = WebApplication.CreateBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(System.Net.IPAddress.Loopback, 0, listen =>
        {
            listen.Use(next => async connection =>
            {
                Interlocked.Increment(ref stub!.connections);
                try
                {
                    await next(connection);
                }
                finally
                {
                    Interlocked.Decrement(ref stub.connections);
                }
            });
            if (tls is not null)
            {
                listen.UseHttps(tls);
            }
        }));
        var app = builder.Build();
        stub = new StubService(app);
        app.Run(async context =>
        {
            stub.Requests.Enqueue($"{context.Request.Method} {context.Request.Path}");
            if (isService && context.Request.Path == "/api/" + WireHeaders.WhoAmI)
            {
                await Json(context, 200, Identity);
                return;
            }

            await answer(context);
        });
        await app.StartAsync();
        return stub;
    }

    /// <summary>Answers in JSON.</summary>
    public static Task Json(HttpContext context, int status, string body)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = "application/json";
        return context.Response.WriteAsync(body);
    }

    /// <summary>Answers with something that is not JSON.</summary>
    public static Task Html(HttpContext context, int status = 200)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = "text/html";
        return context.Response.WriteAsync("<html><body>Welcome</body></html>");
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync() => await app.DisposeAsync();
}
