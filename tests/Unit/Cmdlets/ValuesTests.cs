using System.Management.Automation;
using SarkPS.Tests.Support;

namespace SarkPS.Tests.Cmdlets;

/// <summary>Values as people and spreadsheets write them.</summary>
public sealed class ValuesTests
{
    [Theory]
    [InlineData("00:04:13:A1:B2:02")]
    [InlineData("00-04-13-A1-B2-02")]
    [InlineData("0004.13A1.B202")]
    [InlineData("0004-13A1-B202")]
    [InlineData("000413-A1B202")]
    [InlineData(" 000413A1B202 ")]
    public async Task A_hardware_address_is_read_in_every_usual_form(string address)
    {
        await using var engine = await TestEngine.StartAsync(Side.Local, Schema.Embedded);
        engine.Run("New-SarkTenant acme -Description A").Good();
        Assert.Equal("000413A1B202", engine.Run("New-SarkExtension 401 -Tenant acme -MacAddress $mac", ("mac", address)).Single<Extension>().MacAddress);
        Assert.Equal("000413A1B202", engine.Run("New-SarkExtension 402 -Tenant acme; Set-SarkExtension 402 -BaseMacAddress $mac -PassThru", ("mac", address)).Good().Of<Extension>().Last().BaseMacAddress);
        engine.Run("Remove-SarkExtension 401 -Confirm:$false").Good();
        var row = "[pscustomobject]@{ Key = '403'; macaddr = $mac; Kind = 'Provisioned ' } | New-SarkExtension -Tenant acme";
        Assert.Equal(("000413A1B202", "snom"), (engine.Run(row, ("mac", address)).Single<Extension>() is var made ? made.MacAddress : null, made.Device));
    }

    [Theory]
    [InlineData("00:04:13:A1:B2")]
    [InlineData("00:04-13:A1-B2:02")]
    [InlineData("00:04:13:A1:B2:0G")]
    [InlineData("0:04:13:A1:B2:020")]
    public async Task What_only_looks_like_a_hardware_address_is_refused(string address)
    {
        await using var engine = await TestEngine.StartAsync(Side.Local, Schema.Embedded);
        var error = engine.Run("New-SarkExtension 401 -Tenant default -MacAddress $mac", ("mac", address)).Error();
        Assert.Equal(ErrorCategory.InvalidData, error.CategoryInfo.Category);
        Assert.Contains("twelve hexadecimal digits", error.Exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Two_columns_for_one_property_are_refused_whatever_they_hold()
    {
        await using var engine = await TestEngine.StartAsync(Side.Local, Schema.Embedded);
        foreach (var row in new[]
        {
            "@{ Key = '401'; pkey = '402' }", "@{ Key = '401'; pkey = '' }", "@{ Key = '401'; Description = 'a'; desc = 'a' }", "@{ Key = '401'; Tenant = 'default'; ' cluster ' = 'default' }",
        })
        {
            var error = engine.Run($"[pscustomobject]{row} | New-SarkExtension").Error();
            Assert.Equal(ErrorCategory.InvalidData, error.CategoryInfo.Category);
            Assert.Contains("are the same property", error.Exception.Message, StringComparison.Ordinal);
        }

        Assert.Empty(engine.Run("Get-SarkExtension").Output);
    }

    [Fact]
    public async Task Cells_are_trimmed_alike_and_blank_ones_say_nothing()
    {
        await using var engine = await TestEngine.StartAsync(Side.Local, Schema.Embedded);
        var made = engine.Run("""
            [pscustomobject]@{ 'Key ' = ' 401 '; Tenant = ' default '; Kind = ' Webrtc '; Active = ' NO '; Location = ' Remote '; Description = ' Ann ' } | New-SarkExtension
            """).Single<Extension>();
        Assert.Equal(("401", "default", "WebRTC", false, "remote", "Ann"), (made.Key, made.Tenant, made.Device, made.Active, made.Location, made.Description));
        Assert.Equal("Ann", engine.Run("[pscustomobject]@{ Key = '401'; Description = '  '; Active = ' yes' } | Set-SarkExtension -PassThru").Single<Extension>().Description);
    }

    [Fact]
    public async Task What_objects_carry_from_elsewhere_is_no_property_and_no_warning()
    {
        await using var engine = await TestEngine.StartAsync(Side.Local, Schema.Embedded);
        var result = engine.Run("""
            [pscustomobject]@{ Key = '401'; Tenant = 'default'; Exchange = 'x'; Raw = @{}; Kind = ''; PSComputerName = 'h'; RunspaceId = [guid]::Empty; PSShowComputerName = $true; PSSourceJobInstanceId = [guid]::Empty; Toes = 10 } | New-SarkExtension
            """).Good();
        Assert.Equal(["'Toes' is no property of extensions and is left out."], result.Warnings);
    }

    [Fact]
    public async Task The_stored_row_is_there_by_name_and_in_nothing_that_shows_everything()
    {
        await using var engine = await TestEngine.StartAsync(Side.Local, Schema.Embedded);
        Assert.Equal("401", engine.Run("(New-SarkExtension 401 -Tenant default).Raw['pkey']").Good().Output.Single().ToString());
        var names = engine.Run("(Get-SarkExtension).PSObject.Properties.Name").Good().Output.Select(o => o.ToString());
        Assert.DoesNotContain("Raw", names);
        Assert.Contains("Description", names);
    }
}
