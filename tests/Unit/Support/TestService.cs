using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Mvc.Testing;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using SarkPS.Data;
using SarkPS.Remote;
using SarkPS.Service;

namespace SarkPS.Tests.Support;

/// <summary>The service on a database, in this process and without a socket.</summary>
/// <param name="database">The database file; every other path is kept in its folder.</param>
/// <param name="settings">Settings beside those; null takes one away.</param>
internal sealed class TestService(string database, IReadOnlyDictionary<string, string?>? settings = null) : WebApplicationFactory<Program>
{
    /// <summary>What all ways to run the service are configured with.</summary>
    /// <param name="database">The database file; every other path is kept in its folder.</param>
    /// <param name="more">Settings beside those; null takes one away.</param>
    public static IEnumerable<KeyValuePair<string, string>> Settings(string database, IReadOnlyDictionary<string, string?>? more = null)
    {
        var all = new Dictionary<string, string?>
        {
            ["Sark:Database"] = database,
            ["Sark:Root"] = Path.GetDirectoryName(database)!,
            // Nobody listens there.
            ["Sark:Ami:Port"] = "9",
            ["Logging:LogLevel:Default"] = "None",
            ["urls"] = "http://127.0.0.1:0",
        };
        foreach (var (name, value) in more ?? new Dictionary<string, string?>())
        {
            all[name] = value;
        }

        return all.Where(s => s.Value is not null).Select(s => KeyValuePair.Create(s.Key, s.Value!));
    }

    /// <summary>Settings with one token, which may do anything.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="token">The token.</param>
    public static Dictionary<string, string?> WithToken(string name, out string token)
    {
        (token, var hash) = ApiTokenFile.Make();
        var settings = new Dictionary<string, string?>
        {
            ["Sark:Service:Tokens:0:Name"] = name,
            ["Sark:Service:Tokens:0:Sha256"] = hash,
        };
        for (var i = 0; i < ApiScopes.All.Count; i++)
        {
            settings[$"Sark:Service:Tokens:0:Scopes:{i}"] = ApiScopes.All[i];
        }

        return settings;
    }

    private readonly AnswerCheck check = new();

    /// <summary>The back end that the module uses, connected to this service.</summary>
    public RemoteBackend Connect() => new(new SarkHttpClient(CreateClient()));

    /// <inheritdoc/>
    protected override void ConfigureWebHost(IWebHostBuilder builder)
    {
        foreach (var (name, value) in Settings(database, settings))
        {
            builder.UseSetting(name, value);
        }

        builder.ConfigureServices(services => services.AddSingleton<IStartupFilter>(check));
    }

    /// <inheritdoc/>
    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        check.Assert();
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        base.Dispose(disposing);
        check.Assert();
    }
}

/// <summary>The service as it is for users: on a Kestrel of its own, on a free port of the loopback address.</summary>
internal sealed class ListeningService : IAsyncDisposable
{
    private readonly WebApplication app;
    private readonly AnswerCheck? check;

    private ListeningService(WebApplication app, AnswerCheck? check)
    {
        this.app = app;
        this.check = check;
    }

    /// <summary>Where it listens.</summary>
    public Uri Address => new(app.Urls.Single());

    /// <summary>What it serves, by route.</summary>
    public IReadOnlyList<RouteEndpoint> Endpoints =>
        [.. ((IEndpointRouteBuilder)app).DataSources.SelectMany(s => s.Endpoints).OfType<RouteEndpoint>()];

    /// <summary>Starts one.</summary>
    /// <param name="database">The database file; every other path is kept in its folder.</param>
    /// <param name="settings">Settings beside those; null takes one away.</param>
    /// <param name="file">A settings file that is followed.</param>
    /// <param name="log">Takes what is logged.</param>
    /// <param name="map">Maps routes beside those of the service.</param>
    /// <param name="checksAnswers">Whether each answer is held against the description of the routes.</param>
    public static async Task<ListeningService> StartAsync(
        string database,
        IReadOnlyDictionary<string, string?>? settings = null,
        string? file = null,
        CapturedLog? log = null,
        Action<IEndpointRouteBuilder>? map = null,
        bool checksAnswers = false)
    {
        var more = new Dictionary<string, string?>(settings ?? new Dictionary<string, string?>());
        if (log is not null)
        {
            more.TryAdd("Logging:LogLevel:Default", "Information");
        }

        var builder = WebApplication.CreateBuilder([.. TestService.Settings(database, more).Select(s => $"--{s.Key}={s.Value}")]);
        builder.Logging.ClearProviders();
        if (log is not null)
        {
            builder.Logging.AddProvider(log);
        }

        if (file is not null)
        {
            builder.Configuration.AddJsonFile(file, optional: false, reloadOnChange: true);
        }

        var check = checksAnswers ? new AnswerCheck() : null;
        if (check is not null)
        {
            builder.Services.AddSingleton<IStartupFilter>(check);
        }

        builder.AddSark();
        var app = builder.Build();
        try
        {
            app.UseSark();
            app.MapSark();
            map?.Invoke(app);
            await app.StartAsync();
        }
        catch
        {
            await app.DisposeAsync();
            throw;
        }

        return new ListeningService(app, check);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await app.DisposeAsync();
        check?.Assert();
    }
}
