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

    [Theory]
    [InlineData("Key;Tenant;Description", "';'")]
    [InlineData("pkey\tcluster", "\"`t\"")]
    [InlineData("Key;\"Tenant\"", "';'")]
    public async Task Headings_that_were_read_as_one_name_the_delimiter(string heading, string delimiter)
    {
        await using var engine = await TestEngine.StartAsync(Side.Local, Schema.Embedded);
        var result = engine.Run($"[pscustomobject]@{{ '{heading}' = '401' }} | New-SarkExtension");
        Assert.EndsWith($"read it with -Delimiter {delimiter}.", Assert.Single(result.Warnings), StringComparison.Ordinal);
        Assert.Single(result.Errors);
        Assert.Empty(engine.Run("Get-SarkExtension").Good().Output);
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

    [Fact]
    public async Task An_error_names_the_parameter_or_heading_that_was_typed_and_the_line_of_the_file()
    {
        await using var engine = await TestEngine.StartAsync(Side.Local, Schema.Embedded);
        engine.Run("New-SarkTenant acme -Description A").Good();
        var error = engine.Run("Set-SarkTenant acme -CallerId abc").Error();
        Assert.Contains("-CallerId: The clusterclid must be an integer.", error.Exception.Message, StringComparison.Ordinal);

        using var folder = new TemporaryFolder();
        var file = folder.Write("in.csv", "Key,Description,VoicemailEmail\n601,Good,\n602,Bad,nobody\n601,Twice,\n");
        var result = engine.Run("Import-SarkCsv $file | New-SarkExtension -Tenant acme", ("file", file));
        Assert.Equal(2, result.Errors.Count);
        Assert.Contains("VoicemailEmail: The vmailfwd must be a valid email address.", result.Errors[0].Exception.Message, StringComparison.Ordinal);
        Assert.EndsWith("(in.csv, line 3)", result.Errors[0].Exception.Message, StringComparison.Ordinal);
        Assert.EndsWith("(in.csv, line 4)", result.Errors[1].Exception.Message, StringComparison.Ordinal);
        Assert.Equal((file, 4), (result.Errors[1].Exception.Data["File"], result.Errors[1].Exception.Data["Line"]));

        // What failed can be written out as it was.
        var again = Path.Combine(folder.Path, "again.csv");
        engine.Run("Import-SarkCsv $file | New-SarkExtension -Tenant acme -ErrorVariable e -ErrorAction SilentlyContinue; $e.TargetObject | Export-SarkCsv $again", ("file", file), ("again", again));
        Assert.Equal("Key,Description,VoicemailEmail\r\n601,Good,\"\"\r\n602,Bad,nobody\r\n601,Twice,\"\"\r\n", await File.ReadAllTextAsync(again));
    }

    [Fact]
    public async Task A_letter_that_was_lost_on_the_way_is_never_stored()
    {
        await using var engine = await TestEngine.StartAsync(Side.Local, Schema.Embedded);
        foreach (var command in new[]
        {
            "[pscustomobject]@{ Key = '401'; Tenant = 'default'; Description = $lost } | New-SarkExtension", "New-SarkExtension 401 -Tenant default -Description $lost", "Set-SarkTenant default -Description $lost",
        })
        {
            var error = engine.Run(command, ("lost", "M\uFFFDller")).Error();
            Assert.Equal(ErrorCategory.InvalidData, error.CategoryInfo.Category);
            Assert.Contains("-Encoding", error.Exception.Message, StringComparison.Ordinal);
        }

        Assert.Empty(engine.Run("Get-SarkExtension").Output);
    }

    [Theory]
    [InlineData(Side.Local)]
    [InlineData(Side.Remote)]
    public async Task A_copy_has_a_password_a_telephone_and_a_mailbox_of_its_own(Side side)
    {
        await using var engine = await TestEngine.StartAsync(side, Schema.Embedded);
        engine.Run("New-SarkTenant acme -Description A; New-SarkExtension 501 -Tenant acme -Description Desk; Set-SarkExtension 501 -MacAddress 001565aabb01 -VoicemailDivert 501").Good();
        var copy = engine.Run("Get-SarkExtension 501 | New-SarkExtension -Key 970").Single<Extension>();
        var first = engine.Run("Get-SarkExtension 501").Single<Extension>();
        Assert.Equal(("970", "acme", "Desk"), (copy.Key, copy.Tenant, copy.Description));
        Assert.NotEqual(first.Password, copy.Password);
        Assert.NotEmpty(copy.Password!);
        Assert.Equal(("001565aabb01", null), (first.MacAddress, copy.MacAddress));
        Assert.NotEqual("501", copy.VoicemailDivert);

        var told = engine.Run("Get-SarkExtension 501 | New-SarkExtension -Key 971 -Password given123").Single<Extension>();
        Assert.Equal("given123", told.Password);
    }

    [Fact]
    public async Task A_number_that_a_spreadsheet_rewrote_is_refused_with_a_hint()
    {
        await using var engine = await TestEngine.StartAsync(Side.Local, Schema.Embedded);
        engine.Run("New-SarkTenant acme -Description A").Good();
        foreach (var (column, value) in new[] { ("Key", "6.45E+02"), ("Key", "647.0"), ("CallerId", "4.4792E+11"), ("CellPhone", "4,47920E+11") })
        {
            var error = engine.Run("$row = @{ Key = '645'; Tenant = 'acme' }; $row[$column] = $value; [pscustomobject]$row | New-SarkExtension", ("column", column), ("value", value)).Error();
            Assert.Equal(ErrorCategory.InvalidData, error.CategoryInfo.Category);
            Assert.Contains("spreadsheet", error.ToString(), StringComparison.Ordinal);
        }

        Assert.Empty(engine.Run("Get-SarkExtension").Output);
    }

    [Fact]
    public async Task An_old_menu_is_put_back_with_its_tags()
    {
        await using var engine = await TestEngine.StartAsync(Side.Local, Schema.Embedded);
        engine.Run("""
            New-SarkIvr main -Tenant default -Option @{ 1 = 'Operator'; '#' = 'Hangup' } -Tag1 Sales -AlertInfo1 ring
            $old = Get-SarkIvr main
            Set-SarkIvr main -Option @{ 1 = 'Hangup'; 2 = 'Operator'; '#' = 'None' } -Tag1 Other -Tag2 New
            Get-SarkIvr main | Set-SarkIvr -Option $old.Options
            """).Good();
        var menu = engine.Run("Get-SarkIvr main").Single<Ivr>();
        Assert.Equal(("Operator", "Sales", "ring", "Hangup", "None", null), (menu.Option1, menu.Tag1, menu.AlertInfo1, menu.Option11, menu.Option2, menu.Tag2));
        engine.Run("Set-SarkIvr main -Option @($old.Options[1], $old.Options[2])").Good();
        Assert.Equal("SarkIvrValidation", engine.Run("Set-SarkIvr main -Option @{ 12 = 'Hangup' }").Error().FullyQualifiedErrorId.Split(',')[0]);
    }

    [Fact]
    public async Task A_list_is_a_list()
    {
        await using var engine = await TestEngine.StartAsync(Side.Local, Schema.Embedded);
        engine.Run("410, 411, 412 | ForEach-Object { New-SarkExtension $_ -Tenant default }").Good();
        Assert.Equal("410 411", engine.Run("New-SarkRingGroup 600 -Tenant default -Outcome None -Members 410, 411").Single<RingGroup>().Members);
        Assert.Equal("410 411 412", engine.Run("Set-SarkRingGroup 600 -Members (Get-SarkExtension).Key -PassThru").Single<RingGroup>().Members);
        Assert.Equal("411 412", engine.Run("Set-SarkRingGroup 600 -Members '411 412' -PassThru").Single<RingGroup>().Members);
        Assert.Null(engine.Run("Set-SarkRingGroup 600 -Members $null -PassThru").Single<RingGroup>().Members);
        Assert.Equal("_0X. _1X.", engine.Run("New-SarkCosRule cos -DialPlan _0X., _1X.").Single<CosRule>().DialPlan);
    }

    [SkippableTheory]
    [MemberData(nameof(Sides.All), MemberType = typeof(Sides))]
    public async Task Secrets_are_there_by_name_and_in_nothing_that_shows_everything(Side side, Schema schema)
    {
        await using var engine = await TestEngine.StartAsync(side, schema);
        using var folder = new TemporaryFolder();
        engine.Run("""
            New-SarkExtension 401 -Tenant default -Password s3cretAlpha
            New-SarkTrunk out -Tenant default -Carrier GeneralSIP -HostName 192.0.2.1 -UserName u -Password s3cretBeta
            New-SarkAgent 1001 -Tenant default -Name Ann -Password 4711
            """).Good();
        Assert.Equal(["s3cretAlpha", "s3cretBeta", "4711"], engine.Run("(Get-SarkExtension).Password; (Get-SarkTrunk).Password; (Get-SarkAgent).Password").Good().Output.Select(o => o.ToString()));
        var names = engine.Run("(Get-SarkExtension).PSObject.Properties.Name; (Get-SarkTrunk).PSObject.Properties.Name; (Get-SarkGlobal).PSObject.Properties.Name").Good().Output.Select(o => o.ToString()!);
        Assert.DoesNotContain(names, n => n.EndsWith("Password", StringComparison.Ordinal));

        // What is exported has them when that is asked for, and importing what has none leaves them as they are.
        var (plain, whole) = (folder["plain.csv"], folder["whole.csv"]);
        engine.Run("Get-SarkAgent | Export-SarkCsv $plain; Get-SarkAgent | Export-SarkCsv $whole -IncludeSecrets", ("plain", plain), ("whole", whole)).Good();
        Assert.DoesNotContain("4711", await File.ReadAllTextAsync(plain), StringComparison.Ordinal);
        Assert.Contains("4711", await File.ReadAllTextAsync(whole), StringComparison.Ordinal);
        engine.Run("Import-SarkCsv $plain | Set-SarkAgent -Name Bob").Good();
        Assert.Equal("4711", engine.Run("(Get-SarkAgent).Password").Good().Output.Single().ToString());

        // A copy of a trunk can register as the first does, and one set in an object is written like any other property.
        Assert.Equal("s3cretBeta", engine.Run("(Get-SarkTrunk out | New-SarkTrunk -Key second).Password").Good().Output.Single().ToString());
        engine.Run("$a = Get-SarkAgent; $a.Password = '4712'; $a | Set-SarkAgent").Good();
        Assert.Equal("4712", engine.Run("(Get-SarkAgent).Password").Good().Output.Single().ToString());
    }
}
