using System.Management.Automation;
using SarkPS.Tests.Support;

namespace SarkPS.Tests.Cmdlets;

/// <summary><c>Get-</c>, <c>New-</c> and <c>Remove-SarkApiToken</c>, at the exchange and from afar.</summary>
public sealed class ApiTokenCommandTests
{
    [Fact]
    public async Task Tokens_made_at_the_exchange_open_its_service_from_afar()
    {
        await using var local = await TestEngine.StartAsync(Side.Local, Schema.Embedded65);
        Assert.Empty(local.Run("Get-SarkApiToken").Good().Output);
        Assert.Empty(local.Run("New-SarkApiToken crm -WhatIf").Good().Output);
        Assert.Empty(local.Run("Get-SarkApiToken").Good().Output);
        var made = local.Run("New-SarkApiToken crm read, tokens, write").Single<CreatedApiToken>();
        Assert.Equal(["read", "tokens", "write"], made.Scopes);
        var known = local.Run("Get-SarkApiToken CRM").Single<ApiToken>();
        Assert.Equal((made.Name, made.Created, made.CreatedBy), (known.Name, known.Created, known.CreatedBy));

        await using var service = await ListeningService.StartAsync(local.Database.Path);
        using var engine = new Engine();
        var refused = engine.Run("Connect-Sark $address", ("address", service.Address.ToString())).Failure;
        Assert.Equal(SarkErrorKind.Unauthorized, Assert.IsType<SarkException>(refused.Exception).Kind);
        engine.Run("Connect-Sark $address -Token $token", ("address", service.Address.ToString()), ("token", made.Token)).Good();
        var other = engine.Run("New-SarkApiToken -Name report -Network 127.0.0.1 -Expires ([datetime]::Now.AddDays(30))")
            .Single<CreatedApiToken>();
        Assert.Equal(("crm", "read", "127.0.0.1"), (other.CreatedBy, other.Scopes.Single(), other.Networks.Single()));
        Assert.Equal(["crm", "report"], engine.Run("Get-SarkApiToken").Good().Of<ApiToken>().Select(t => t.Name));
        Assert.Equal(["report"], engine.Run("Get-SarkApiToken re*").Good().Of<ApiToken>().Select(t => t.Name));
        Assert.Equal(["crm", "report"], engine.Complete("Remove-SarkApiToken "));
        Assert.Equal(["call"], engine.Complete("New-SarkApiToken x -Scope ca"));

        // The errors are the same on both sides.
        foreach (var script in new[]
        {
            "New-SarkApiToken crm", "New-SarkApiToken x admin", "New-SarkApiToken x -Network here", "New-SarkApiToken ''",
            "New-SarkApiToken x -Expires 2001-01-01", "Remove-SarkApiToken nobody -Confirm:$false", "Get-SarkApiToken nobody",
            "'nobody', 'report' | Get-SarkApiToken",
        })
        {
            var (here, there) = (local.Run(script).Failure, engine.Run(script).Failure);
            Assert.Equal((here.Exception.Message, here.CategoryInfo.Category), (there.Exception.Message, there.CategoryInfo.Category));
        }

        var denied = Assert.IsType<SarkDeniedException>(engine.Run("New-SarkApiToken x system").Failure.Exception);
        Assert.Contains("'system'", denied.Message, StringComparison.Ordinal);
        local.Run("Get-SarkApiToken report | Remove-SarkApiToken -Confirm:$false").Good();
        Assert.Equal(["crm"], engine.Run("Get-SarkApiToken").Good().Of<ApiToken>().Select(t => t.Name));
        engine.Run("Remove-SarkApiToken crm -Confirm:$false").Good();
        Assert.Equal(
            SarkErrorKind.Unauthorized,
            Assert.IsType<SarkException>(engine.Run("Get-SarkApiToken").Failure.Exception).Kind);
    }

    [Theory]
    [InlineData("Get-SarkApiToken $null", "Nothing is never taken for all")]
    [InlineData("Get-SarkApiToken ''", "Nothing is never taken for all")]
    [InlineData("New-SarkApiToken other -Network $null", "'Network'")]
    [InlineData("Remove-SarkApiToken $null -Confirm:$false", "'Name'")]
    public async Task Nothing_is_none_and_never_all(string script, string told)
    {
        await using var engine = await TestEngine.StartAsync(Side.Local, Schema.Embedded);
        engine.Run("New-SarkApiToken one").Good();
        var result = engine.Run(script);
        Assert.Contains(told, result.Failure.ToString(), StringComparison.Ordinal);
        Assert.Empty(result.Output);
        Assert.Equal(["one"], engine.Run("Get-SarkApiToken").Good().Of<ApiToken>().Select(t => t.Name));
    }

    [Fact]
    public async Task Rows_of_a_file_become_tokens()
    {
        await using var engine = await TestEngine.StartAsync(Side.Local, Schema.Embedded);
        var made = engine.Run("""
            [pscustomobject]@{ name = 'a'; scope = 'read' }, [pscustomobject]@{ name = 'b'; scope = 'call' } | New-SarkApiToken
            """).Good().Of<CreatedApiToken>().ToArray();
        Assert.Equal([("a", "read"), ("b", "call")], made.Select(m => (m.Name, m.Scopes.Single())));
        Assert.Equal(2, made.Select(m => m.Token).Distinct().Count());
    }
}
