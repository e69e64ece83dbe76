using System.Management.Automation;
using SarkPS.Ami;

namespace SarkPS.Tests.Ami;

/// <summary>Service and cmdlets where no Asterisk answers.</summary>
public sealed class AsteriskAbsentTests : IDisposable
{
    private readonly AmiOptions ami;
    private readonly ServiceLab service;

    public AsteriskAbsentTests()
    {
        using (var gone = new LoopbackServer((_, _) => Task.CompletedTask))
        {
            ami = gone.Options();
        }

        service = new ServiceLab(ami);
    }

    public void Dispose() => service.Dispose();

    [Theory]
    [InlineData("GET", "astamis/SIPpeers")]
    [InlineData("GET", "astamis/CoreStatus")]
    [InlineData("GET", "astamis/DBget/cfim/401")]
    [InlineData("GET", "astamis/ExtensionState/401")]
    [InlineData("GET", "astamis/Reload")]
    [InlineData("GET", "astamis/events")]
    [InlineData("PUT", "astamis/DBPut/cfim/401/1")]
    [InlineData("PUT", "astamis/DBput/cfim/401/1")]
    [InlineData("DELETE", "astamis/DBdel/cfim/401")]
    [InlineData("DELETE", "astamis/Hangup/PJSIP/44107-00000155")]
    public async Task No_asterisk_is_503_for_every_function(string method, string path) =>
        Assert.Equal((503, """{"message":"PBX not running"}"""), await service.SendAsync(method, path));

    [Fact]
    public async Task The_index_needs_no_asterisk()
    {
        var (status, body) = await service.SendAsync("GET", "astamis");

        Assert.Equal(200, status);
        Assert.Contains("\"SIPpeers\"", body, StringComparison.Ordinal);
        Assert.Contains("\"ExtensionState\":{\"Exten\":null,\"Context\":\"extensions\"}", body, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("GET", "astamis/Bogus", 404, "AMI Action invalid or unsupported")]
    [InlineData("GET", "astamis/sippeers", 404, "AMI Action invalid or unsupported")]
    [InlineData("GET", "astamis/Command/core", 404, "AMI Action invalid or unsupported")]
    [InlineData("POST", "astamis", 405, "not supported")]
    [InlineData("GET", "astamis/SIPshowpeer/4%0D%0A1", 422, "{\"id\":")]
    [InlineData("GET", "astamis/SIPshowpeer", 422, "{\"id\":")]
    [InlineData("GET", "astamis/DBget/a%0Ab/k", 422, "{\"id\":")]
    [InlineData("GET", "astamis/DBget/a/k%0Ab", 422, "{\"key\":")]
    [InlineData("PUT", "astamis/DBPut/a/k/v%0D%0AAction:%20Originate", 422, "{\"value\":")]
    [InlineData("DELETE", "astamis/Hangup/SIP/1%0A", 422, "{\"key\":")]
    public async Task What_must_not_be_asked_is_refused_before_asterisk_is(string method, string path, int status, string body)
    {
        var answer = await service.SendAsync(method, path);

        Assert.Equal(status, answer.Status);
        Assert.Contains(body, answer.Body, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(
        "{}",
        """{"target":["The target field is required."],"caller":["The caller field is required."]"""
            + ""","context":["The context field is required."],"clid":["The clid field is required."]}""")]
    [InlineData(
        """{"target":"4\r\n1","caller":"401","context":"internal","clid":1}""",
        """{"target":["The target must be an integer."]}""")]
    [InlineData(
        """{"target":1,"caller":"401","context":"internal","clid":1,"ringtime":0}""",
        """{"ringtime":["The ringtime must be between 1 and 600 seconds."]}""")]
    public async Task A_call_that_cannot_be_is_422(string json, string body) =>
        Assert.Equal((422, body), await service.SendAsync("POST", "astamis/originate", json));

    [Fact]
    public async Task Run_time_values_are_checked_before_asterisk_is_asked()
    {
        Assert.Equal(404, (await service.SendAsync("GET", "extensions/401/runtime")).Status);
        Assert.Equal(201, (await service.SendAsync("POST", "extensions/unprovisioned", """{"pkey":"401","cluster":"default"}""")).Status);

        Assert.Equal(
            (422, """{"cfim":["The cfim format is invalid."],"ringdelay":["The ringdelay must be an integer."]}"""),
            await service.SendAsync("PUT", "extensions/401/runtime", """{"cfim":"+","ringdelay":"x"}"""));
        Assert.Equal(503, (await service.SendAsync("PUT", "extensions/401/runtime", """{"cfim":null}""")).Status);
        Assert.Equal(503, (await service.SendAsync("PUT", "extensions/401/runtime", "{}")).Status);
        Assert.Equal(503, (await service.SendAsync("GET", "extensions/401/runtime")).Status);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_cmdlet_says_that_asterisk_does_not_answer(bool remote)
    {
        using var engine = new EngineLab();
        engine.Connect(remote ? service.Address : null, ami);

        var error = Assert.Single(engine.Try("Get-SarkChannel").Errors);
        Assert.StartsWith("SarkAsteriskUnavailable,", error.FullyQualifiedErrorId, StringComparison.Ordinal);
        Assert.Equal(ErrorCategory.ConnectionError, error.CategoryInfo.Category);
        Assert.Contains($"{ami.Port}", error.Exception.Message, StringComparison.Ordinal);

        var refused = Assert.Single(engine.Try("Set-SarkDbEntry cfim 401 \"1`r`nAction: Originate\"").Errors);
        Assert.EndsWith("Validation,SarkPS.Cmdlets.SetSarkDbEntryCommand", refused.FullyQualifiedErrorId, StringComparison.Ordinal);
        Assert.Single(engine.Try("Disconnect-SarkCall '/.*/'").Errors);
        Assert.Single(engine.Try("Invoke-SarkOriginate 401 \"7`n00\"").Errors);
        Assert.Empty(engine.Run("Set-SarkDbEntry cfim 401 1 -WhatIf; Invoke-SarkReload -WhatIf; Invoke-SarkOriginate 401 700 -WhatIf; "
            + "Disconnect-SarkCall SIP/1-1 -WhatIf; Remove-SarkDbEntry a b -WhatIf"));
    }
}
