using System.Management.Automation;
using System.Net;
using System.Reflection;
using SarkPS.Cmdlets;
using SarkPS.Tests.Support;

namespace SarkPS.Tests.Cmdlets;

/// <summary>Passwords are given as texts, as SecureString, or as the password of a PSCredential.</summary>
public sealed class SecretTests
{
    [Fact]
    public void Every_parameter_of_a_secret_column_takes_secrets_and_no_other_does()
    {
        var found = 0;
        foreach (var (name, type) in Commands.All.Where(c => Commands.Attribute(c.Value).VerbName is VerbsCommon.New or VerbsCommon.Set))
        {
            if (SarkResources.All.FirstOrDefault(r => "Sark" + r.Noun == Commands.Attribute(type).NounName) is not { } resource)
            {
                continue;
            }

            foreach (var parameter in Commands.Parameters(type))
            {
                var isSecret = resource.FindProperty(parameter.Name) is { IsSecret: true };
                Assert.True(
                    isSecret == (parameter.GetCustomAttribute<SarkSecretAttribute>(inherit: true) is not null),
                    $"{name} -{parameter.Name}");
                found += isSecret ? 1 : 0;
            }
        }

        Assert.True(found > 10, $"only {found} were found");
    }

    [Theory]
    [InlineData(Side.Local)]
    [InlineData(Side.Remote)]
    public async Task A_secret_is_stored_as_what_it_is(Side side)
    {
        await using var engine = await TestEngine.StartAsync(side, Schema.Embedded);
        var secure = new NetworkCredential("", "s3cret").SecurePassword;
        (string, object?)[] secrets = [("secure", secure), ("credential", new PSCredential(
            "anybody",
            new NetworkCredential("", "cr3d").SecurePassword))];

        engine.Run("$null = New-SarkTenant acme -Description Acme -DirectoryPassword $secure", secrets).Good();
        Assert.Equal("s3cret", engine.Database.Value("SELECT ldapropwd FROM Cluster WHERE pkey = 'acme'"));
        engine.Run("Set-SarkTenant acme -DirectoryPassword $credential").Good();
        Assert.Equal("cr3d", engine.Database.Value("SELECT ldapropwd FROM Cluster WHERE pkey = 'acme'"));
        engine.Run("Set-SarkTenant acme -DirectoryPassword plain").Good();
        Assert.Equal("plain", engine.Database.Value("SELECT ldapropwd FROM Cluster WHERE pkey = 'acme'"));
        engine.Run("[pscustomobject]@{ Key = 'acme'; DirectoryPassword = $secure } | Set-SarkTenant").Good();
        Assert.Equal("s3cret", engine.Database.Value("SELECT ldapropwd FROM Cluster WHERE pkey = 'acme'"));
        engine.Run("[pscustomobject]@{ Key = 'acme'; ldapropwd = $credential } | Set-SarkTenant").Good();
        Assert.Equal("cr3d", engine.Database.Value("SELECT ldapropwd FROM Cluster WHERE pkey = 'acme'"));

        // In a column that is no secret it would be readable by everybody.
        Assert.Contains(
            "SecureString",
            engine.Run("[pscustomobject]@{ Key = 'acme'; Description = $secure } | Set-SarkTenant").Error().ToString(),
            StringComparison.Ordinal);
        Assert.Equal("Acme", engine.Database.Value("SELECT description FROM Cluster WHERE pkey = 'acme'"));
    }

    [Fact]
    public async Task The_secret_of_the_manager_interface_comes_in_any_form()
    {
        await using var engine = await TestEngine.StartAsync(Side.Local, Schema.Embedded);
        var secure = new NetworkCredential("", "s3cret").SecurePassword;
        foreach (var secret in new object[] { "s3cret", secure, new PSCredential("sark", secure) })
        {
            var connection = engine.Run(
                "Connect-Sark -Database $database -AmiCredential $secret -NotDefault",
                ("database", engine.Database.Path),
                ("secret", secret)).Single<SarkConnection>();
            Assert.Equal(ExchangeCoverage.Database, connection.Coverage);
            connection.Dispose();
        }
    }
}
