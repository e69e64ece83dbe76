using Microsoft.Extensions.Configuration;
using SarkPS.Service.Auth;
using SarkPS.Service.Settings;
using SarkPS.Tests.Support;

namespace SarkPS.Tests.Service;

/// <summary>
/// Settings that cannot be meant stop the start with a sentence; open is what somebody wrote, and never what is left of a
/// slip.
/// </summary>
public sealed class SettingsTests : IDisposable
{
    private readonly TestDatabase database = new(Schema.Embedded);

    public void Dispose() => database.Dispose();

    [Theory]
    [InlineData("Sark:Databse", "/x", "Sark:Databse is no setting", "Sark:Database")]
    [InlineData("Sark:Port", "5038", "Sark:Port is no setting", "Sark:Ami:Port")]
    [InlineData("Sark:Tokens:0:Name", "x", "Sark:Tokens is no setting", "Sark:Service:Tokens")]
    [InlineData("Sark:Service:Token:0:Name", "x", "Sark:Service:Token is no setting", "Sark:Service:Tokens")]
    [InlineData("Sark:Service:Tokens", "abc", "Sark:Service:Tokens must be a list", "Sark:Service:Tokens:0:Name")]
    [InlineData("Sark:Service:Tokens", "", "Sark:Service:Tokens must be a list", "leave it out")]
    [InlineData("Sark:Service:Tokens:0", "abc", "Sark:Service:Tokens:0 must be an entry", "Sha256")]
    [InlineData("Sark:Service:Tokens:1:Name", "x", "does not belong to a list", "Sark:Service:Tokens:0")]
    [InlineData("Sark:Service:Tokens:crm:Name", "x", "does not belong to a list", "Sark:Service:Tokens:0")]
    [InlineData("Sark:Service:Tokens:0:Expires", "notadate", "'notadate'", "2027-12-31")]
    [InlineData("Sark:Service:Tokens:0:Expires", "01/02/2030", "'01/02/2030'", "2027-12-31")]
    [InlineData(
        "Sark:Service:Tokens:0:Expire",
        "2030-01-01",
        "Sark:Service:Tokens:0:Expire is no setting",
        "Sark:Service:Tokens:0:Expires")]
    [InlineData("Sark:Service:Tokens:0:Scopes", "read", "Sark:Service:Tokens:0:Scopes must be a list", "Sark:Service:Tokens:0:Scopes:0")]
    [InlineData("Sark:Service:Tokens:0:Name", "x", "'x' in Sark:Service:Tokens is wrong", "64 hexadecimal digits")]
    [InlineData("Sark:Service:Access", "opne", "'opne'", "Loopback or Tokens or Open")]
    [InlineData("Sark:Service:Access", "2", "'2'", "Loopback or Tokens or Open")]
    [InlineData("Sark:Service:Access", "", "Sark:Service:Access is empty", "leave it out")]
    [InlineData("Sark:Service:Access", "Tokens", "Sark:Service:Access", "there are none")]
    [InlineData("Sark:Service:AllowOpen", "yes", "'yes'", "true or false")]
    [InlineData("Sark:Service:Proxies:0", "nginx", "'nginx'", "10.1.0.0/16")]
    [InlineData("Sark:Service", "open", "Sark:Service is a group of settings", "Sark:Service:Access")]
    [InlineData("Sark:Ami:Port", "70000", "'70000'", "1 to 65535")]
    [InlineData("Sark:Ami:Port", "five", "'five'", "1 to 65535")]
    [InlineData("Sark:Ami:Tls", "1", "'1'", "true or false")]
    [InlineData("Sark:Ami:Timeout", "10", "'10'", "hh:mm:ss")]
    [InlineData("Sark:Ami", "pbx", "Sark:Ami is a group of settings", "Sark:Ami:Host")]
    [InlineData("Sark:Database:Path", "/x", "Sark:Database:Path is no setting", "single value")]
    [InlineData("Sark:Database", " ", "Sark:Database is empty", "leave it out")]
    public async Task A_setting_that_cannot_be_meant_stops_the_start(string name, string value, string what, string allowed)
    {
        var settings = new Dictionary<string, string?> { [name] = value };
        if (name == "Sark:Database:Path")
        {
            settings["Sark:Database"] = null;
        }

        var refusal = await Assert.ThrowsAsync<SarkException>(() => ListeningService.StartAsync(database.Path, settings));
        Assert.Contains(what, refusal.Message, StringComparison.Ordinal);
        Assert.Contains(allowed, refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_setting_of_the_environment_is_judged_like_any_other_and_its_place_is_told()
    {
        const string variable = "SARKPSTEST_Sark__Comands__Shell";
        Environment.SetEnvironmentVariable(variable, "/bin/sh");
        using var configuration = new ConfigurationManager();
        configuration.AddEnvironmentVariables("SARKPSTEST_");
        Environment.SetEnvironmentVariable(variable, null);

        var refusal = Assert.Throws<SarkException>(() => new ServiceSettings(configuration, new JudgedEndpoints(), new Exposure()));
        Assert.Contains("Did you mean Sark:Commands?", refusal.Message, StringComparison.Ordinal);
        Assert.Contains("the environment", refusal.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"Sark":{"Service":{"Tokens":[]}}}""")]
    [InlineData("""{"Sark":{"Service":{"Tokens":{}}}}""")]
    [InlineData("""{"Sark":{"Service":{"Tokens":null}}}""")]
    [InlineData("""{"Sark":{"Service":{"Tokens":[null]}}}""")]
    public async Task An_empty_list_of_tokens_is_not_open(string json)
    {
        using var folder = new TemporaryFolder();
        var file = Path.Combine(folder.Path, "appsettings.json");
        await File.WriteAllTextAsync(file, json);
        var refusal = await Assert.ThrowsAsync<SarkException>(() => ListeningService.StartAsync(database.Path, file: file));
        Assert.Contains("Sark:Service:Tokens", refusal.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("urls", "http://0.0.0.0:0")]
    [InlineData("urls", "http://localhost.example.com:0")]
    [InlineData("http_ports", "5391")]
    [InlineData("https_ports", "5391")]
    [InlineData("Kestrel:Endpoints:Any:Url", "http://[::]:0")]
    [InlineData("Kestrel:Endpoints:Any:Url", "http://*:0")]
    public async Task Wherever_an_address_comes_from_it_is_judged(string name, string address)
    {
        var settings = new Dictionary<string, string?> { ["urls"] = null, [name] = address };
        var refusal = await Assert.ThrowsAsync<SarkException>(() => ListeningService.StartAsync(database.Path, settings));
        Assert.Equal(SarkErrorKind.Denied, refusal.Kind);
    }

    [Theory]
    [InlineData("Access", "Open")]
    [InlineData("AllowOpen", "true")]
    public async Task Open_is_a_word(string name, string value)
    {
        var log = new CapturedLog();
        await using var service = await ListeningService.StartAsync(
            database.Path,
            new Dictionary<string, string?> { ["urls"] = "http://0.0.0.0:0", ["Sark:Service:" + name] = value },
            log: log);
        Assert.Contains(log.Lines, l => l.Contains("ANYBODY", StringComparison.Ordinal));
    }

    [Fact]
    public void A_socket_that_nobody_judged_is_not_bound()
    {
        var exposure = new Exposure();
        exposure.Allow(["https://0.0.0.0:5392", "http://127.0.0.1:5393"], new ServiceOptions());
        exposure.CheckSocket(new System.Net.IPEndPoint(System.Net.IPAddress.Loopback, 1));
        exposure.CheckSocket(new System.Net.IPEndPoint(System.Net.IPAddress.Any, 5392));
        Assert.Throws<SarkException>(() => exposure.CheckSocket(new System.Net.IPEndPoint(System.Net.IPAddress.Any, 5393)));
        Assert.Throws<SarkException>(() => exposure.CheckSocket(new System.Net.IPEndPoint(System.Net.IPAddress.IPv6Any, 5394)));
    }

    [Theory]
    [InlineData("urls", "http://127.0.0.1:99999", "its port is 99999 and must be from 0 to 65535")]
    [InlineData("urls", "http://127.0.0.1:-1", "its port is -1")]
    [InlineData("urls", "http://127.0.0.1:http", "must be a number from 0 to 65535")]
    [InlineData("urls", "http://127.0.0.1:5393/base", "has no path")]
    [InlineData("urls", "http://localhost:0", "127.0.0.1:0 takes a free one")]
    [InlineData("urls", "http://unix:/nonexistent/x.sock", "there is no folder '/nonexistent'")]
    [InlineData("urls", "ftp://127.0.0.1:5393", "must begin with http:// or https://")]
    [InlineData("urls", "http://127.0.0.1:5393;http://localhost:5393", "takes the same port")]
    [InlineData("urls", "http://192.0.2.1:5393", "this machine has no such address")]
    [InlineData("Kestrel:EndpointDefaults:SslProtocols:0", "Tls11", "'Tls11' and must be Tls12 or Tls13")]
    [InlineData("Kestrel:Endpoints:A:Urls", "http://127.0.0.1:5393", "Did you mean Kestrel:Endpoints:A:Url?")]
    [InlineData("Kestrel:Endpoints:A:Protocols", "Http1", "Kestrel:Endpoints:A:Url is not there")]
    [InlineData("Kestrel:Endpoints:A", "http://127.0.0.1:5393", "is a group of settings")]
    [InlineData("Kestrel:Endpoints", "http://127.0.0.1:5393", "Kestrel:Endpoints:NAME:Url")]
    [InlineData("Kestrel:Endpoint:A:Url", "http://127.0.0.1:5393", "Did you mean Kestrel:Endpoints?")]
    [InlineData("Kestrel:EndpointDefaults:Protocols", "Http3", "'Http3' and must be Http1 or Http2")]
    [InlineData("Kestrel:EndpointDefaults:Protocols", "Http9", "'Http9' and must be Http1 or Http2")]
    [InlineData("Kestrel:Certificates:Default:Pth", "/x.pem", "Did you mean Kestrel:Certificates:Default:Path?")]
    [InlineData("Logging:LogLevel:Default", "Bogus", "must be Trace or Debug")]
    public async Task An_address_that_cannot_be_listened_on_stops_the_start_with_a_sentence(string name, string value, string allowed)
    {
        var settings = new Dictionary<string, string?> { [name] = value };
        if (value.Contains("192.0.2.1", StringComparison.Ordinal))
        {
            settings["Sark:Service:Access"] = "Open";
        }

        var refusal = await Assert.ThrowsAsync<SarkException>(() => ListeningService.StartAsync(database.Path, settings));
        Assert.Contains(allowed, refusal.Message, StringComparison.Ordinal);
        Assert.Contains(string.Join(':', name.Split(':').Take(2)), refusal.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', refusal.Message);
    }

    [Fact]
    public async Task An_address_that_is_taken_is_told_before_the_server_tries_it()
    {
        using var taken = new System.Net.Sockets.TcpListener(System.Net.IPAddress.Loopback, 0);
        taken.Start();
        var log = new CapturedLog();
        var refusal = await Assert.ThrowsAsync<SarkException>(() => ListeningService.StartAsync(
            database.Path,
            new Dictionary<string, string?> { ["urls"] = $"http://{taken.LocalEndpoint}" },
            log: log));
        Assert.Contains("Address already in use", refusal.Message, StringComparison.Ordinal);
        Assert.Empty(log.Errors);
    }

    [Theory]
    [InlineData("""{"Srak":{"Database":"/x"}}""", "Did you mean Sark?")]
    [InlineData("""{"Service":{"Tokens":[{"Name":"a"}]}}""", "Sark:Service")]
    [InlineData("""{"Tokens":[]}""", "Sark:Service:Tokens")]
    [InlineData("""{"Database":"/x"}""", "Sark:Database")]
    [InlineData("""{"Exchange":{"Database":"/x"}}""", "Sark:Database")]
    [InlineData("""{"Url":"http://127.0.0.1:1"}""", "Did you mean urls?")]
    [InlineData("""{"AllowedHost":"pbx"}""", "Did you mean AllowedHosts?")]
    [InlineData("""{"Kestrl":{"Endpoints":{}}}""", "Did you mean Kestrel?")]
    public void A_group_that_is_none_is_not_passed_over(string json, string meant)
    {
        using var configuration = new ConfigurationManager();
        using var folder = new TemporaryFolder();
        var file = folder.Write("appsettings.json", json);
        configuration.AddJsonFile(file);
        var refusal = Assert.Throws<SarkException>(() => new ServiceSettings(configuration, new JudgedEndpoints(), new Exposure()));
        Assert.Contains(meant, refusal.Message, StringComparison.Ordinal);
        Assert.Contains(file, refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Groups_of_hosts_pass()
    {
        using var configuration = new ConfigurationManager();
        using var folder = new TemporaryFolder();
        configuration.AddJsonFile(folder.Write("appsettings.json", """
            {
              "Logging": { "LogLevel": { "Default": "Warning" } },
              "AllowedHosts": "*",
              "urls": "http://127.0.0.1:1",
              "ConnectionStrings": { "a": "b" },
              "https_port": "443",
              "$schema": "x",
              "Serilog": { "MinimumLevel": "Debug" },
              "Kestrel": { "Endpoints": { "A": { "Url": "http://127.0.0.1:1" } } }
            }
            """));
        using var settings = new ServiceSettings(configuration, new JudgedEndpoints(), new Exposure());
        Assert.True(settings.Current.IsOpen);
    }

    [Theory]
    [InlineData("Sark_Database", "Sark__Database")]
    [InlineData("SARK_SERVICE_TOKENS_0_NAME", "Sark__Service")]
    [InlineData("Sark.Service.Access", "Sark__Service")]
    [InlineData("Srak__Database", "Sark__Database")]
    [InlineData("Kestrl__Endpoints__A__Url", "Kestrel__Endpoints")]
    [InlineData("SARK_DATABASE", null)]
    [InlineData("SARK_HOME", null)]
    [InlineData("SARK_TEST_AMI_HOST", null)]
    [InlineData("SARK_SERVICE_HOST", null)]
    [InlineData("SARK_PORT_44300_TCP", null)]
    [InlineData("Spark__Home", null)]
    public void A_variable_with_the_wrong_underscores_is_not_passed_over(string name, string? meant)
    {
        const string Prefix = "SARKPSTEST2_";
        Environment.SetEnvironmentVariable(Prefix + name, "x");
        using var configuration = new ConfigurationManager();
        configuration.AddEnvironmentVariables(Prefix);
        Environment.SetEnvironmentVariable(Prefix + name, null);
        if (meant is null)
        {
            using var settings = new ServiceSettings(configuration, new JudgedEndpoints(), new Exposure());
            return;
        }

        var refusal = Assert.Throws<SarkException>(() => new ServiceSettings(configuration, new JudgedEndpoints(), new Exposure()));
        Assert.Contains($"Did you mean {meant}?", refusal.Message, StringComparison.Ordinal);
        Assert.Contains("the environment", refusal.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("text", "is not an SQLite database")]
    [InlineData("folder", "is a folder")]
    [InlineData("empty", "is an empty file")]
    [InlineData("other", "is not one of SARK")]
    public async Task A_database_that_is_none_is_told_at_start(string kind, string what)
    {
        using var folder = new TemporaryFolder();
        var path = folder["sark.db"];
        switch (kind)
        {
            case "text":
                await File.WriteAllTextAsync(path, new string('x', 4096));
                break;
            case "folder":
                Directory.CreateDirectory(path);
                break;
            case "empty":
                await File.WriteAllTextAsync(path, "");
                break;
            default:
                using (var connection = new Microsoft.Data.Sqlite.SqliteConnection($"Data Source={path};Pooling=False"))
                {
                    connection.Open();
                    using var command = connection.CreateCommand();
                    command.CommandText = "CREATE TABLE a (b)";
                    command.ExecuteNonQuery();
                }

                break;
        }

        var log = new CapturedLog();
        await using var service = await ListeningService.StartAsync(path, log: log);
        Assert.Contains(log.Lines, l => l.Contains(path, StringComparison.Ordinal) && l.Contains(what, StringComparison.Ordinal));
        Assert.Empty(log.Errors);

        using var client = new HttpClient { BaseAddress = service.Address };
        using var read = await client.GetAsync("/api/tenants");
        using var body = new StringContent("""{"pkey":"acme"}""", System.Text.Encoding.UTF8, "application/json");
        using var written = await client.PostAsync("/api/tenants", body);
        Assert.All([read, written], answer => Assert.Equal(System.Net.HttpStatusCode.ServiceUnavailable, answer.StatusCode));

        // Of a database that lacks all tables each request names the one that it came to first.
        Assert.Contains(what, await read.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        Assert.Contains(what, await written.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_first_lines_of_the_log_say_what_is_served_and_what_is_missing()
    {
        var log = new CapturedLog();
        await using var service = await ListeningService.StartAsync(database.Path, log: log);
        Assert.Contains(log.Lines, l => l.Contains($"The database is {database.Path}", StringComparison.Ordinal));
        Assert.Contains(
            log.Lines,
            l => l.Contains("/opt/sark/bkup (backups)", StringComparison.Ordinal) && l.StartsWith("Not there", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_missing_database_is_told_at_start_once_and_to_callers_on_this_machine()
    {
        var log = new CapturedLog();
        var missing = Path.Combine(Path.GetDirectoryName(database.Path)!, "nosuch.db");
        await using var service = await ListeningService.StartAsync(
            database.Path,
            new Dictionary<string, string?> { ["Sark:Database"] = missing },
            log: log);
        using var client = new HttpClient { BaseAddress = service.Address };
        for (var i = 0; i < 5; i++)
        {
            using var response = await client.GetAsync("/api/tenants");
            Assert.Equal(System.Net.HttpStatusCode.ServiceUnavailable, response.StatusCode);
            Assert.Contains("nosuch.db", await response.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        }

        Assert.InRange(log.Lines.Count(l => l.Contains("nosuch.db", StringComparison.Ordinal)), 2, 3);
        Assert.Empty(log.Errors);
    }

    [Fact]
    public async Task A_missing_folder_is_named_to_callers_on_this_machine_and_in_the_log()
    {
        var log = new CapturedLog();
        await using var service = await ListeningService.StartAsync(database.Path, log: log);
        using var client = new HttpClient { BaseAddress = service.Address };
        log.Clear();
        for (var i = 0; i < 3; i++)
        {
            using var response = await client.GetAsync("/api/backups");
            Assert.Equal(System.Net.HttpStatusCode.ServiceUnavailable, response.StatusCode);
            Assert.Contains("/opt/sark/bkup", await response.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        }

        Assert.Single(log.Lines, l => l.Contains("/opt/sark/bkup", StringComparison.Ordinal));
        Assert.Empty(log.Errors);
    }

    [Theory]
    [InlineData(0, "--help")]
    [InlineData(0, "-h")]
    [InlineData(0, "token --help")]
    [InlineData(0, "token crm -h")]
    [InlineData(0, "token help")]
    [InlineData(0, "--version")]
    [InlineData(0, "token crm read --entry")]
    [InlineData(2, "token")]
    [InlineData(2, "token --crm")]
    [InlineData(2, "token crm reed --entry")]
    [InlineData(2, "token crm --revoke crm")]
    [InlineData(2, "token crm --expires soon --entry")]
    [InlineData(2, "token crm --expires")]
    public void Help_is_help_and_a_word_is_a_word(int code, string arguments)
    {
        using var output = new StringWriter();
        using var errors = new StringWriter();
        Assert.Equal(code, SarkPS.Service.CommandLine.Run(arguments.Split(' '), output, errors));
        Assert.Equal(
            arguments.StartsWith("token crm read", StringComparison.Ordinal),
            output.ToString().Contains("sark_", StringComparison.Ordinal));
        Assert.NotEmpty(code == 0 ? output.ToString() : errors.ToString());
    }

    [Theory]
    [InlineData("tokn crm")]
    [InlineData("--Srak:Database=/x")]
    [InlineData("--database /x")]
    [InlineData("--Sark:Database")]
    [InlineData("-Sark:Database=/x")]
    public void An_argument_that_is_neither_word_nor_setting_is_not_passed_over(string arguments) =>
        Assert.Contains("--help", Assert.Throws<SarkException>(
            () => SarkPS.Service.CommandLine
                .Run(arguments.Split(' '), TextWriter.Null, TextWriter.Null)).Message, StringComparison.Ordinal);

    [Fact]
    public void Settings_are_arguments() =>
        Assert.Null(SarkPS.Service.CommandLine.Run(
            ["--urls", "http://127.0.0.1:5080", "--Sark:Database=/tmp/x.db", "--Sark:Root=/tmp/pbx"],
            TextWriter.Null,
            TextWriter.Null));
}
