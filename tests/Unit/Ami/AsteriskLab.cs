using System.Globalization;
using System.Management.Automation;
using SarkPS.Ami;
using SarkPS.Remote;
using SarkPS.Tests.Support;

namespace SarkPS.Tests.Ami;

/// <summary>The real Asterisk of tests/asterisk/asterisk.sh, when the environment says that one runs.</summary>
internal static class AsteriskLab
{
    private const string Missing =
        "No Asterisk: SARK_TEST_AMI_PORT is not set. 'tests/asterisk/asterisk.sh up FILE' starts one and writes the variables.";

    public static string Script => Variable("SARK_TEST_ASTERISK");

    /// <summary>Skips the test when there is no Asterisk.</summary>
    public static void Require() => Skip.If(string.IsNullOrEmpty(Environment.GetEnvironmentVariable("SARK_TEST_AMI_PORT")), Missing);

    public static string Variable(string name)
    {
        var value = Environment.GetEnvironmentVariable(name);
        Skip.If(string.IsNullOrEmpty(value), $"{name} is not set. {Missing}");
        return value!;
    }

    public static SarkOptions Options(string? user = null, string? secret = null)
    {
        Require();
        return new()
        {
            Ami = new()
            {
                Host = Variable("SARK_TEST_AMI_HOST"),
                Port = int.Parse(Variable("SARK_TEST_AMI_PORT"), CultureInfo.InvariantCulture),
                User = user ?? Variable("SARK_TEST_AMI_USER"),
                Secret = secret ?? Variable("SARK_TEST_AMI_SECRET"),
            },
        };
    }

    /// <summary>Hangs up whatever is up, so that a test begins with a quiet exchange.</summary>
    public static async Task QuietAsync()
    {
        await using var asterisk = new LocalAsterisk(Options());
        var hangups = asterisk.Client.Events.Watch(["Hangup"]);
        await asterisk.Client.SendAsync(
            new AmiAction("Hangup") { Answer = AmiAnswer.List, CompletedBy = "ChannelsHungupListComplete" }.With("Channel", "/.*/"));
        await using var next = hangups.GetAsyncEnumerator();
        while ((await asterisk.GetChannelsAsync()).Count > 0)
        {
            await next.MoveNextAsync();
        }
    }

    /// <summary>Runs the script that started Asterisk.</summary>
    public static async Task ScriptAsync(string command)
    {
        var result = await Programs.RunAsync(Script, [command]);
        Assert.True(result.ExitCode == 0, result.Error);
    }
}

/// <summary>The service on a real socket, with a database of its own.</summary>
internal sealed class ServiceLab : IDisposable
{
    private readonly TemporaryFolder folder = new();
    private readonly ListeningService service;

    public ServiceLab(AmiOptions ami)
    {
        var settings = new Dictionary<string, string?>
        {
            ["Sark:Database"] = null,
            ["Sark:Root"] = folder.Path,
            ["Sark:Ami:Host"] = ami.Host,
            ["Sark:Ami:Port"] = ami.Port.ToString(CultureInfo.InvariantCulture),
            ["Sark:Ami:User"] = ami.User,
            ["Sark:Ami:Secret"] = ami.Secret,
        };
        service = ListeningService.StartAsync(folder["sark.db"], settings).GetAwaiter().GetResult();
        Address = service.Address;
        Http = new HttpClient { BaseAddress = Address };
        Remote = new RemoteBackend(new SarkHttpClient(new HttpClient { BaseAddress = Address }));
    }

    public Uri Address { get; }

    public HttpClient Http { get; }

    public RemoteBackend Remote { get; }

    public async Task<(int Status, string Body)> SendAsync(string method, string path, string? json = null)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), new Uri(Address, "/api/" + path));
        if (json is not null)
        {
            request.Content = new StringContent(json, System.Text.Encoding.UTF8, "application/json");
        }

        using var response = await Http.SendAsync(request);
        return ((int)response.StatusCode, await response.Content.ReadAsStringAsync());
    }

    public void Dispose()
    {
        Http.Dispose();
        service.DisposeAsync().AsTask().GetAwaiter().GetResult();
        folder.Dispose();
    }
}

/// <summary>The cmdlets in the real engine.</summary>
internal sealed class EngineLab : IDisposable
{
    private readonly TemporaryFolder folder = new();
    private readonly Engine engine = new();

    /// <summary>Connects to a service where there is one, else to the Asterisk of the options.</summary>
    public void Connect(Uri? service, AmiOptions ami)
    {
        if (service is not null)
        {
            ConnectRemote(service);
        }
        else
        {
            ConnectLocal(ami);
        }
    }

    /// <summary>Connects to the Asterisk of the options, with an embedded database.</summary>
    public void ConnectLocal(AmiOptions ami)
    {
        var secret = new System.Security.SecureString();
        foreach (var letter in ami.Secret!)
        {
            secret.AppendChar(letter);
        }

        Run(
            "Connect-Sark -Root $args[0] -AmiHost $args[1] -AmiPort $args[2] -AmiCredential $args[3]",
            folder.Path,
            ami.Host,
            ami.Port,
            new PSCredential(ami.User, secret));
    }

    public void ConnectRemote(Uri address) => Run("Connect-Sark -Uri $args[0]", address);

    /// <summary>Runs a script that must not fail.</summary>
    public IReadOnlyList<PSObject> Run(string script, params object[] arguments)
    {
        var (output, errors) = Try(script, arguments);
        Assert.Empty(errors);
        return output;
    }

    public (IReadOnlyList<PSObject> Output, IReadOnlyList<ErrorRecord> Errors) Try(string script, params object[] arguments)
    {
        var result = engine.Run($"& {{ {script} }} @arguments", ("arguments", arguments));
        return (result.Output, [.. result.Errors, .. result.End is { } end ? [end] : Array.Empty<ErrorRecord>()]);
    }

    public void Dispose()
    {
        Run("Get-SarkConnection | Disconnect-Sark");
        engine.Dispose();
        folder.Dispose();
    }
}
