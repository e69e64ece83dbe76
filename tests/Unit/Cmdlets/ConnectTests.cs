using System.Management.Automation;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using SarkPS.Cmdlets;
using SarkPS.Remote;
using SarkPS.Tests.Support;

namespace SarkPS.Tests.Cmdlets;

/// <summary>Connect-Sark says at once what is wrong, and a connection reaches what it covers and nothing else.</summary>
public sealed class ConnectTests
{
    [Theory]
    [InlineData("-Database $folder/missing.db", "SarkDatabaseNotFound", "missing.db")]
    [InlineData("$folder/missing.db", "SarkDatabaseNotFound", "missing.db")]
    [InlineData("-Database $folder", "SarkDatabaseBadRequest", "folder")]
    [InlineData("-Database $folder/note.txt", null, "note.txt")]
    [InlineData("-Database $folder/empty.db", null, "empty.db")]
    [InlineData("-Database $folder/other.db", null, "other.db")]
    [InlineData("pbx.example.com", "SarkDatabaseNotFound", "https://pbx.example.com:44300")]
    [InlineData("pbx.example.com:44300", "SarkDatabaseNotFound", "https://pbx.example.com:44300")]
    [InlineData("pbx.example.com:8443/", "SarkDatabaseNotFound", "https://pbx.example.com:8443")]
    [InlineData("pbx", "SarkDatabaseNotFound", "https://pbx:44300")]
    [InlineData("192.0.2.7", "SarkDatabaseNotFound", "https://192.0.2.7:44300")]
    [InlineData("ftp://pbx.example.com", "SarkConnectionBadRequest", "https://pbx.example.com:44300")]
    [InlineData("htps://pbx.example.com:44300", "SarkConnectionBadRequest", "https://pbx.example.com:44300")]
    [InlineData("-Uri pbx.example.com:44300", "SarkConnectionBadRequest", "https://pbx.example.com:44300")]
    [InlineData("-Uri pbx.example.com", "SarkConnectionBadRequest", "https://pbx.example.com:44300")]
    [InlineData("https://pbx.example.com:44300/api", "SarkConnectionBadRequest", "https://pbx.example.com:44300")]
    [InlineData("-Database env:PATH", null, "Environment")]
    [InlineData("-Database $nothing", "SarkConnectionBadRequest", "-Database")]
    [InlineData("$dead", "SarkServiceUnavailable", "does not answer")]
    public async Task A_place_where_no_exchange_is_is_an_error_at_once(string where, string? id, string said)
    {
        await using var engine = await TestEngine.StartAsync(Side.Local, Schema.Embedded);
        var folder = engine.Database.Folder;
        await File.WriteAllTextAsync(Path.Combine(folder, "note.txt"), "This is not a database, however long one looks at it.\n");
        await File.WriteAllTextAsync(Path.Combine(folder, "empty.db"), "");
        Files.PbxTree.Sql(Path.Combine(folder, "other.db"), "CREATE TABLE songs (title TEXT)");

        var result = engine.Run($"Connect-Sark {where}", ("folder", folder), ("dead", DeadAddress()));

        var error = result.Failure;
        Assert.Empty(result.Output);
        Assert.Contains(said, error.ToString(), StringComparison.Ordinal);
        Assert.Equal($"{id ?? error.FullyQualifiedErrorId.Split(',')[0]},SarkPS.Cmdlets.ConnectSarkCommand", error.FullyQualifiedErrorId);
        Assert.Empty(engine.Run("Get-SarkConnection").Output);
    }

    [Theory]
    [InlineData("-Database $copy -Root $folder/nosuch", "SarkConnectionNotFound", "nosuch")]
    [InlineData("-Root $copy", "SarkConnectionBadRequest", "is a file")]
    [InlineData("-Database $copy -Root $copy", "SarkConnectionBadRequest", "is a file")]
    public async Task A_root_that_is_no_folder_is_an_error_at_once_and_nothing_is_made(string where, string id, string said)
    {
        await using var engine = await TestEngine.StartAsync(Side.Local, Schema.Embedded);
        var error = engine.Run($"Connect-Sark {where}", ("copy", engine.Database.Path), ("folder", engine.Database.Folder)).Failure;
        Assert.StartsWith(id + ",", error.FullyQualifiedErrorId, StringComparison.Ordinal);
        Assert.Contains(said, error.ToString(), StringComparison.Ordinal);
        Assert.False(Directory.Exists(Path.Combine(engine.Database.Folder, "nosuch")));
    }

    [Fact]
    public async Task A_folder_that_is_missing_is_named_here_and_over_the_network_without_where_it_lies()
    {
        await using var engine = await TestEngine.StartAsync(Side.Local, Schema.Embedded);
        var message = engine.Run("Get-SarkSnapshot").Error().ToString();
        Assert.Contains(Path.Combine(engine.Database.Folder, "opt/sark/snap"), message, StringComparison.Ordinal);
        // What the error itself says, is what callers from elsewhere are told.
        await using var backend = new SarkPS.Data.LocalBackend(engine.Database.Options);
        var error = await Assert.ThrowsAsync<SarkUnavailableException>(() => backend.Snapshots.ListAsync());
        Assert.Contains("'snap'", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(engine.Database.Folder, error.Message, StringComparison.Ordinal);
        var refused = Assert.Throws<SarkException>(
            () => new SarkPS.Data.LocalBackend(new SarkOptions { Database = engine.Database.Path }).Snapshots);
        Assert.DoesNotContain(engine.Database.Path, SarkPS.Remote.ProblemDetails.Write(refused).ToJsonString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Remove-SarkExtension 501 -Connection $null")]
    [InlineData("Remove-SarkTenant acme -Connection $null")]
    [InlineData("New-SarkTenant acme -Description x -Connection $null")]
    [InlineData("Remove-SarkCosOpen 501 cos -Connection $null")]
    [InlineData("Import-SarkGreeting $file -Name usergreeting0001.wav -Connection $null -WhatIf")]
    [InlineData("Restart-SarkSystem -Connection $null")]
    public async Task A_connection_that_is_null_is_an_error_before_anybody_is_asked(string command)
    {
        await using var engine = await TestEngine.StartAsync(Side.Local, Schema.Embedded);
        // The hosted engine has nobody to ask: asking is an error of its own.
        var error = engine.Run(command, ("file", engine.Database.Path)).Failure;
        Assert.StartsWith("SarkConnectionBadRequest", error.FullyQualifiedErrorId, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_failed_attempt_that_is_not_to_be_the_default_leaves_the_default()
    {
        await using var engine = await TestEngine.StartAsync(Side.Local, Schema.Embedded);
        Assert.NotNull(engine.Run("Connect-Sark $dead -NotDefault", ("dead", DeadAddress())).Failure);
        Assert.Equal(engine.Database.Path, engine.Run("Get-SarkConnection").Single<SarkConnection>().Location);
    }

    public static TheoryData<string, int, string, string> Strangers => new()
    {
        { "<html>Welcome</html>", 200, "text/html", "no SARK service" },
        { "<html>Not found</html>", 404, "text/html", "no SARK service" },
        { "<html>Bad gateway</html>", 502, "text/html", "502" },
        { """{"message":"Page Not Found. Check your URI for correctness"}""", 404, "application/json", "no service of SarkPS" },
        { """{"product":"PhonePro","version":"3"}""", 200, "application/json", "no service of SarkPS" },
        { "[]", 200, "application/json", "no service of SarkPS" },
        { "\"hello\"", 200, "application/json", "no service of SarkPS" },
        { "", 200, "application/json", "no service of SarkPS" },
        { "", 204, "application/json", "no service of SarkPS" },
        { "", 302, "text/html", "elsewhere.example.com" },
        { """{"product":"SarkPS","scopes":7,"dryRun":"perhaps"}""", 200, "application/json", "does not understand" },
        { """{"message":"Unauthenticated."}""", 401, "application/json", "-Token" },
        { """{"message":"Forbidden."}""", 403, "application/json", "-Token" },
    };

    [Theory]
    [MemberData(nameof(Strangers))]
    public async Task What_is_no_service_is_named_for_what_it_is(string body, int status, string type, string said)
    {
        await using var stranger = await StubService.StartAsync(
            async context =>
            {
                context.Response.StatusCode = status;
                context.Response.Headers.Location = "https://elsewhere.example.com/login";
                if (status != 204)
                {
                    context.Response.ContentType = type;
                    await context.Response.Body.WriteAsync(System.Text.Encoding.UTF8.GetBytes(body));
                }
            },
            isService: false);
        await using var engine = await TestEngine.StartAsync(Side.Local, Schema.Embedded);

        var error = engine.Run("Connect-Sark $address", ("address", stranger.Address)).Failure;

        Assert.Contains(said, error.ToString(), StringComparison.Ordinal);
        Assert.Contains(stranger.Address.ToString(), error.ToString(), StringComparison.Ordinal);
        Assert.StartsWith("SarkService", error.FullyQualifiedErrorId, StringComparison.Ordinal);
        Assert.Empty(engine.Run("Get-SarkConnection").Output);
    }

    [Fact]
    public async Task A_token_that_is_not_known_is_told_as_such()
    {
        var sent = new List<string>();
        await using var service = await StubService.StartAsync(
            context =>
            {
                sent.Add(context.Request.Headers.Authorization.ToString());
                return StubService.Json(context, 401, """{"message":"Unauthenticated."}""");
            },
            isService: false);
        await using var engine = await TestEngine.StartAsync(Side.Local, Schema.Embedded);
        var secret = new NetworkCredential("", "wrong").SecurePassword;
        foreach (var token in new object[] { "wrong", secret, new PSCredential("me", secret) })
        {
            var error = engine.Run("Connect-Sark $address -Token $token", ("address", service.Address), ("token", token)).Failure;
            Assert.Equal("SarkServiceUnauthorized,SarkPS.Cmdlets.ConnectSarkCommand", error.FullyQualifiedErrorId);
            Assert.Contains("does not know the token", error.ToString(), StringComparison.Ordinal);
        }

        Assert.Equal(["Bearer wrong", "Bearer wrong", "Bearer wrong"], sent);
    }

    [Fact]
    public async Task The_wrong_scheme_is_told()
    {
        using var key = RSA.Create(2048);
        var request = new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        using var certificate = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
        await using var tls = await StubService.StartAsync(context => StubService.Json(context, 404, "{}"), tls: certificate);
        await using var plain = await StubService.StartAsync(context => StubService.Json(context, 404, "{}"));
        await using var engine = await TestEngine.StartAsync(Side.Local, Schema.Embedded);

        Assert.Contains(
            "http://",
            engine.Run("Connect-Sark $address", ("address", $"https://{plain.Address.Authority}")).Failure.ToString(),
            StringComparison.Ordinal);
        Assert.Contains(
            "https://",
            engine.Run("Connect-Sark $address", ("address", $"http://{tls.Address.Authority}")).Failure.ToString(),
            StringComparison.Ordinal);
        Assert.Contains(
            "certificate",
            engine.Run("Connect-Sark $address", ("address", $"https://{tls.Address.Authority}")).Failure.ToString(),
            StringComparison.Ordinal);
        Assert.True(engine.Run("Connect-Sark $address -SkipCertificateCheck", ("address", $"https://{tls.Address.Authority}"))
            .Single<SarkConnection>()
            .IsRemote);
    }

    [Theory]
    [InlineData(Side.Local)]
    [InlineData(Side.Remote)]
    public async Task A_closed_connection_is_an_error_for_reads_and_changes(Side side)
    {
        await using var engine = await TestEngine.StartAsync(side, Schema.Embedded);
        engine.Run("$closed = Get-SarkConnection; New-SarkTenant shut -Description Shut").Good();
        engine.Run("Disconnect-Sark $closed").Good();
        foreach (var command in new[]
        {
            "Get-SarkTenant -Connection $closed", "New-SarkTenant other -Description Other -Connection $closed",
            "Set-SarkTenant shut -Description x -Connection $closed",
            "Remove-SarkTenant shut -Confirm:$false -Connection $closed", "Get-SarkSnapshot -Connection $closed",
            "Invoke-SarkCommit -Connection $closed", "Get-SarkDestination -Connection $closed",
        })
        {
            var result = engine.Run(command);
            var error = result.Failure;
            Assert.True(
                error.FullyQualifiedErrorId.StartsWith("SarkConnectionUnavailable", StringComparison.Ordinal),
                $"{command}: {error.FullyQualifiedErrorId} {error}");
            Assert.Contains("closed", error.ToString(), StringComparison.Ordinal);
            Assert.Empty(result.Output);
        }

        Assert.Equal(1L, engine.Database.Value("SELECT count(*) FROM Cluster WHERE pkey IN ('shut', 'other')"));
    }

    [Theory]
    [InlineData("-Database $copy", ExchangeCoverage.Database)]
    [InlineData("-Database $copy -Root $folder", ExchangeCoverage.Tree)]
    [InlineData("-Database $copy -Root /", ExchangeCoverage.Machine)]
    [InlineData("-Root $folder/tree", ExchangeCoverage.Tree)]
    public async Task A_connection_tells_what_it_covers(string how, ExchangeCoverage coverage)
    {
        await using var engine = await TestEngine.StartAsync(Side.Local, Schema.Embedded);
        var connection = engine.Run($"Connect-Sark {how} 3> $null", ("copy", engine.Database.Path), ("folder", engine.Database.Folder))
            .Single<SarkConnection>();
        Assert.Equal(coverage, connection.Coverage);
        engine.Run("Disconnect-Sark $c", ("c", connection)).Good();
    }

    [Fact]
    public async Task A_service_tells_what_it_covers()
    {
        await using var engine = await TestEngine.StartAsync(Side.Remote, Schema.Embedded);
        Assert.Equal(ExchangeCoverage.Tree, engine.Run("Get-SarkConnection").Single<SarkConnection>().Coverage);
    }

    [Theory]
    [InlineData("Get-SarkSnapshot", "SarkSnapshotsUnsupported")]
    [InlineData("New-SarkSnapshot -WhatIf", "SarkSnapshotsUnsupported")]
    [InlineData("Restore-SarkSnapshot sark.db.1 -WhatIf", "SarkSnapshotsUnsupported")]
    [InlineData("Get-SarkBackup", "SarkBackupsUnsupported")]
    [InlineData("New-SarkBackup -WhatIf", "SarkBackupsUnsupported")]
    [InlineData("Restore-SarkBackup sarkbak.1.zip All -WhatIf", "SarkBackupsUnsupported")]
    [InlineData("Get-SarkGreeting", "SarkGreetingsUnsupported")]
    [InlineData("Get-SarkFirewall", "SarkFirewallUnsupported")]
    [InlineData("Set-SarkFirewall -Rule '# none' -WhatIf", "SarkFirewallUnsupported")]
    [InlineData("Restart-SarkFirewall -WhatIf", "SarkFirewallUnsupported")]
    [InlineData("Get-SarkCdr", "SarkCallRecordsUnsupported")]
    [InlineData("Invoke-SarkCommit -WhatIf", "SarkSystemUnsupported")]
    [InlineData("Get-SarkCommitStatus", "SarkSystemUnsupported")]
    [InlineData("Get-SarkPbxState", "SarkSystemUnsupported")]
    [InlineData("Start-SarkPbx -WhatIf", "SarkSystemUnsupported")]
    [InlineData("Stop-SarkPbx -WhatIf", "SarkSystemUnsupported")]
    [InlineData("Restart-SarkSystem -WhatIf", "SarkSystemUnsupported")]
    [InlineData("Get-SarkChannel", "SarkAsteriskUnsupported")]
    [InlineData("Get-SarkMailbox 401", "SarkAsteriskUnsupported")]
    [InlineData("Get-SarkCoreStatus", "SarkAsteriskUnsupported")]
    [InlineData("Watch-SarkEvent", "SarkAsteriskUnsupported")]
    [InlineData("Invoke-SarkOriginate 401 402 -WhatIf", "SarkAsteriskUnsupported")]
    [InlineData("Invoke-SarkReload -WhatIf", "SarkAsteriskUnsupported")]
    public async Task A_copy_of_a_database_reaches_nothing_but_that_file(string command, string id)
    {
        await using var engine = await TestEngine.StartAsync(Side.Local, Schema.Embedded);
        engine.Run("Connect-Sark -Database $copy", ("copy", engine.Database.Path)).Good();
        engine.Run("New-SarkTenant acme -Description Acme").Good();

        var error = engine.Run(command).Error();

        Assert.StartsWith(id + ",", error.FullyQualifiedErrorId, StringComparison.Ordinal);
        Assert.Contains(engine.Database.Path, error.ToString(), StringComparison.Ordinal);
        Assert.Contains("-Root", error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void What_was_named_beside_the_database_is_covered()
    {
        using var database = new TestDatabase(Schema.Embedded);
        ExchangePart[] Parts(SarkOptions options)
        {
            options.Database = database.Path;
            var backend = new SarkPS.Data.LocalBackend(options);
            return [.. Enum.GetValues<ExchangePart>().Where(backend.Covers)];
        }

        Assert.Empty(Parts(new()));
        Assert.Equal(Enum.GetValues<ExchangePart>(), Parts(new() { Root = database.Folder }));
        Assert.Equal(Enum.GetValues<ExchangePart>(), Parts(new() { Root = "/" }));
        Assert.Equal([ExchangePart.Asterisk], Parts(new() { Ami = { Secret = "s" } }));
        Assert.Equal([ExchangePart.Asterisk], Parts(new() { Ami = { Host = "192.0.2.1" } }));
        Assert.Equal([ExchangePart.Snapshots], Parts(new() { Paths = { Snapshots = database.Folder } }));
        Assert.Equal([ExchangePart.CallRecords], Parts(new() { Paths = { CallRecords = "/x/Master.csv" } }));
        // A backup holds the whole machine, not one folder.
        Assert.Empty(Parts(new() { Paths = { Backups = database.Folder } }));
        // The database of the machine, by another of its names.
        var link = Path.Combine(database.Folder, "link.db");
        File.CreateSymbolicLink(link, database.Path);
        Assert.Equal(Enum.GetValues<ExchangePart>(), Parts(new() { Paths = { Database = link } }));
    }

    [Fact]
    public async Task A_service_that_was_given_a_database_only_serves_that_and_says_so()
    {
        using var database = new TestDatabase(Schema.Embedded);
        await using var service = new TestService(
            database.Path,
            new Dictionary<string, string?> { ["Sark:Root"] = null, ["Sark:Ami:Port"] = null });
        using var http = service.CreateClient();
        Assert.Equal(HttpStatusCode.OK, (await http.GetAsync("/api/tenants")).StatusCode);
        foreach (var path in new[] {
            "snapshots", "backups", "greetings", "firewalls/ipv4", "logs/cdrs", "syscommands/pbxrunstate",
            "astamis/CoreStatus",
            "extensions/401/runtime" })
        {
            var answer = await http.GetAsync("/api/" + path);
            Assert.Equal((path, HttpStatusCode.NotImplemented), (path, answer.StatusCode));
        }

        Assert.Contains("\"coverage\":\"Database\"", await http.GetStringAsync("/api/auth/whoami"), StringComparison.Ordinal);
        await using var remote = service.Connect();
        var error = await Assert.ThrowsAsync<SarkException>(() => remote.System.GetPbxStateAsync());
        Assert.Equal(SarkErrorKind.Unsupported, error.Kind);
    }

    internal static string DeadAddress()
    {
        using var taken = new TcpListener(IPAddress.Loopback, 0);
        taken.Start();
        return $"http://{taken.LocalEndpoint}/";
    }
}
