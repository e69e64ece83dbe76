using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using SarkPS.Remote;
using SarkPS.Tests.Support;

namespace SarkPS.Tests.Service;

/// <summary>The service over TLS: with a certificate of its own, and with others that change.</summary>
public sealed class TlsTests : IDisposable
{
    private readonly TestDatabase database = new(Schema.Embedded);
    private readonly CapturedLog log = new();

    public void Dispose() => database.Dispose();

    [Fact]
    public async Task Without_a_certificate_the_service_makes_one_and_is_known_by_its_fingerprint()
    {
        string fingerprint;
        await using (var service = await ListeningService.StartAsync(database.Path, Urls(), log: log))
        {
            var line = Assert.Single(log.Lines, l => l.Contains("SHA-256", StringComparison.Ordinal));
            fingerprint = line.Split("SHA-256 ")[1].Trim();
            using var certificate = await ShownAsync(service.Address);
            Assert.Equal(CertificateFingerprint.Of(certificate), fingerprint);
            Assert.True(certificate.MatchesHostname("localhost") && certificate.MatchesHostname("127.0.0.1"));
            Assert.True(certificate.NotAfter > DateTime.Now.AddYears(9));

            await using var engine = await TestEngine.StartAsync(Side.Local, Schema.Embedded);
            var address = service.Address.ToString();
            Assert.Contains(
                "-Fingerprint",
                engine.Run("Connect-Sark $address", ("address", address)).Failure.ToString(),
                StringComparison.Ordinal);
            foreach (var typed in new[] { fingerprint, fingerprint.Replace(":", "", StringComparison.Ordinal).ToLowerInvariant() })
            {
                Assert.NotEmpty(engine.Run(
                    "Connect-Sark $address -Fingerprint $typed | ForEach-Object { Get-SarkTenant -Connection $_ }",
                    ("address", address),
                    ("typed", typed)).Good().Output);
            }

            var other = engine.Run(
                "Connect-Sark $address -Fingerprint $typed",
                ("address", address),
                ("typed", new string('0', 64))).Failure.ToString();
            Assert.Contains(fingerprint, other, StringComparison.Ordinal);
            Assert.DoesNotContain("trusts", other, StringComparison.Ordinal);
            foreach (var (script, told) in new[]
            {
                ("Connect-Sark $address -Fingerprint 12", "64 hexadecimal digits"),
                ("Connect-Sark $address -Fingerprint $null", "null or empty"),
                ("Connect-Sark $address -Fingerprint $typed -SkipCertificateCheck", "say one of them"),
                ("Connect-Sark http://127.0.0.1:1 -Fingerprint $typed", "has no certificate"),
            })
            {
                var refused = engine.Run(script, ("address", address), ("typed", fingerprint)).Failure;
                Assert.Contains(told, refused.ToString(), StringComparison.Ordinal);
            }
        }

        var file = Assert.Single(Directory.GetFiles(database.Folder, "*service.pem", SearchOption.AllDirectories));
        if (!OperatingSystem.IsWindows())
        {
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file));
        }

        // The same after a restart, and another when the file is gone.
        await using (var again = await ListeningService.StartAsync(database.Path, Urls()))
        {
            using var certificate = await ShownAsync(again.Address);
            Assert.Equal(fingerprint, CertificateFingerprint.Of(certificate));
        }

        File.Delete(file);
        await using var anew = await ListeningService.StartAsync(database.Path, Urls());
        using var next = await ShownAsync(anew.Address);
        Assert.NotEqual(fingerprint, CertificateFingerprint.Of(next));
    }

    [Fact]
    public async Task A_file_that_holds_no_certificate_stops_the_start_and_is_named()
    {
        await using (await ListeningService.StartAsync(database.Path, Urls()))
        {
        }

        var file = Assert.Single(Directory.GetFiles(database.Folder, "*service.pem", SearchOption.AllDirectories));
        await File.WriteAllTextAsync(file, "no certificate");
        var refusal = await Assert.ThrowsAsync<SarkUnavailableException>(() => ListeningService.StartAsync(database.Path, Urls()));
        Assert.Contains(file, refusal.MessageWithPath, StringComparison.Ordinal);
    }

    [SkippableTheory]
    [InlineData("written anew")]
    [InlineData("renamed over")]
    [InlineData("a link turned")]
    public async Task A_certificate_that_changes_is_taken_while_the_service_runs(string how)
    {
        Skip.If(OperatingSystem.IsWindows() && how == "a link turned", "Links need a privilege there.");
        using var folder = new TemporaryFolder();
        using var first = MakeCertificate("first");
        using var second = MakeCertificate("second");
        var path = folder["live.pem"];
        if (how == "a link turned")
        {
            File.WriteAllText(folder["1.pem"], Pem(first));
            File.CreateSymbolicLink(path, folder["1.pem"]);
        }
        else
        {
            File.WriteAllText(path, Pem(first));
        }

        var settings = Urls();
        settings["Kestrel:Certificates:Default:Path"] = settings["Kestrel:Certificates:Default:KeyPath"] = path;
        await using var service = await ListeningService.StartAsync(database.Path, settings, log: log);
        using (var shown = await ShownAsync(service.Address))
        {
            Assert.Equal(first.Thumbprint, shown.Thumbprint);
        }

        Assert.Empty(Directory.GetFiles(database.Folder, "*service.pem", SearchOption.AllDirectories));
        switch (how)
        {
            case "written anew":
                File.WriteAllText(path, Pem(second));
                break;
            case "renamed over":
                File.WriteAllText(path + ".new", Pem(second));
                File.Move(path + ".new", path, overwrite: true);
                break;
            default:
                File.WriteAllText(folder["2.pem"], Pem(second));
                File.CreateSymbolicLink(path + ".new", folder["2.pem"]);
                File.Move(path + ".new", path, overwrite: true);
                break;
        }

        for (var attempt = 0; ; attempt++)
        {
            using var now = await ShownAsync(service.Address);
            if (now.Thumbprint == second.Thumbprint)
            {
                break;
            }

            Assert.True(attempt < 100, "The certificate is the earlier one after 10 s.");
            await Task.Delay(100);
        }

        // One that is broken is passed over, and the service goes on.
        File.WriteAllText(path, "broken");
        await Task.Delay(2500);
        using var still = await ShownAsync(service.Address);
        Assert.Equal(second.Thumbprint, still.Thumbprint);
    }

    [Fact]
    public async Task A_scanner_finds_no_old_protocol_no_banner_and_the_headers_that_it_looks_for()
    {
        await using var service = await ListeningService.StartAsync(database.Path, Urls());
#pragma warning disable SYSLIB0039, CA5397, CA5398 // That they are refused is what is tested.
        await Assert.ThrowsAnyAsync<Exception>(() => ShownAsync(service.Address, SslProtocols.Tls | SslProtocols.Tls11));
#pragma warning restore SYSLIB0039, CA5397, CA5398
        using var handler = new SocketsHttpHandler();
#pragma warning disable CA5359 // What is looked at is not whom it is of.
        handler.SslOptions.RemoteCertificateValidationCallback = (_, _, _, _) => true;
#pragma warning restore CA5359
        using var client = new HttpClient(handler) { BaseAddress = service.Address };
        foreach (var path in new[] { "/api/tenants", "/api/nothing", "/health", "/" })
        {
            using var response = await client.GetAsync(path);
            Assert.Equal("max-age=31536000", Assert.Single(response.Headers.GetValues("Strict-Transport-Security")));
            Assert.Equal("nosniff", Assert.Single(response.Headers.GetValues("X-Content-Type-Options")));
            Assert.False(response.Headers.Contains("Server") || response.Headers.Contains("X-Powered-By"));
        }

        await using var plain = await ListeningService.StartAsync(database.Path);
        using var other = new HttpClient { BaseAddress = plain.Address };
        using var answer = await other.GetAsync("/api/tenants");
        Assert.False(answer.Headers.Contains("Strict-Transport-Security"));
    }

    private static Dictionary<string, string?> Urls() => new() { ["urls"] = "https://127.0.0.1:0" };

    private static X509Certificate2 MakeCertificate(string name)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        return new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256)
            .CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(30));
    }

    private static string Pem(X509Certificate2 certificate) =>
        $"{certificate.ExportCertificatePem()}\n{certificate.GetECDsaPrivateKey()!.ExportPkcs8PrivateKeyPem()}\n";

    // What a client is shown.
    private static async Task<X509Certificate2> ShownAsync(Uri address, SslProtocols protocols = SslProtocols.None)
    {
        using var client = new TcpClient();
        await client.ConnectAsync(IPAddress.Loopback, address.Port);
#pragma warning disable CA5359 // Whose it is, is what is found out.
        await using var stream = new SslStream(client.GetStream(), false, (_, _, _, _) => true);
#pragma warning restore CA5359
        await stream.AuthenticateAsClientAsync(
            new SslClientAuthenticationOptions { TargetHost = "localhost", EnabledSslProtocols = protocols });
        return X509CertificateLoader.LoadCertificate(stream.RemoteCertificate!.GetRawCertData());
    }
}
