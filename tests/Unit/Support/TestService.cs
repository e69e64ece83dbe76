using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Mvc.Testing;
using SarkPS.Remote;

namespace SarkPS.Tests.Support;

/// <summary>The service on a database, in this process without a socket; after <see cref="Listen"/> on a real one.</summary>
internal sealed class TestService : WebApplicationFactory<Program>
{
    private readonly string database;
    private readonly IReadOnlyDictionary<string, string> settings;

    /// <summary>Makes one.</summary>
    /// <param name="database">The database file.</param>
    /// <param name="settings">Further configuration, such as <c>Sark:Root</c>.</param>
    public TestService(string database, IReadOnlyDictionary<string, string>? settings = null)
    {
        this.database = database;
        this.settings = settings ?? new Dictionary<string, string>();
    }

    /// <summary>A service on a Kestrel of its own, on a free port of the loopback address.</summary>
    /// <returns>Its address.</returns>
    public Uri Listen()
    {
        UseKestrel(0);
        StartServer();
        return ClientOptions.BaseAddress;
    }

    /// <summary>The back end that the module uses, connected to this service.</summary>
    public RemoteBackend Connect() => new(new SarkHttpClient(CreateClient()));

    /// <inheritdoc/>
    protected override void ConfigureWebHost(IWebHostBuilder builder)
    {
        builder.UseSetting("Sark:Database", database);
        builder.UseSetting("Sark:Root", Path.GetDirectoryName(database)!);
        builder.UseSetting("Logging:LogLevel:Default", "None");
        builder.UseSetting("urls", "http://127.0.0.1:0");
        foreach (var (name, value) in settings)
        {
            builder.UseSetting(name, value);
        }
    }
}
