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
        Assert.Equal(
            "000413A1B202",
            engine.Run("New-SarkExtension 401 -Tenant acme -MacAddress $mac", ("mac", address)).Single<Extension>().MacAddress);
        Assert.Equal("000413A1B202", engine.Run(
            "New-SarkExtension 402 -Tenant acme; Set-SarkExtension 402 -BaseMacAddress $mac -PassThru",
            ("mac", address)).Good().Of<Extension>().Last().BaseMacAddress);
        engine.Run("Remove-SarkExtension 401 -Confirm:$false").Good();
        var row = "[pscustomobject]@{ Key = '403'; macaddr = $mac; Kind = 'Provisioned ' } | New-SarkExtension -Tenant acme";
        Assert.Equal(
            ("000413A1B202", "snom"),
            (engine.Run(row, ("mac", address)).Single<Extension>() is var made ? made.MacAddress : null, made.Device));
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
            "@{ Key = '401'; pkey = '402' }", "@{ Key = '401'; pkey = '' }", "@{ Key = '401'; Description = 'a'; desc = 'a' }",
            "@{ Key = '401'; Tenant = 'default'; ' cluster ' = 'default' }",
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
        Assert.Equal(
            ("401", "default", "WebRTC", false, "remote", "Ann"),
            (made.Key, made.Tenant, made.Device, made.Active, made.Location, made.Description));
        Assert.Equal("Ann", engine.Run(
            "[pscustomobject]@{ Key = '401'; Description = '  '; Active = ' yes' } | Set-SarkExtension -PassThru")
                .Single<Extension>().Description);
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
    public async Task What_a_script_sets_of_an_object_is_read_as_its_parameter_is()
    {
        await using var engine = await TestEngine.StartAsync(Side.Local, Schema.Embedded);
        engine.Run("New-SarkTenant acme -Description x; New-SarkExtension 401 -Tenant acme -Device 'General SIP'").Good();
        var made = engine.Run("""
            $e = Get-SarkExtension 401
            $e.Active = 'NO'; $e.Active; $e.Active = 'yes'; $e.Active; $e.Active = 'off'; $e.Active; $e.Active = $true; $e.Active; $e.active = 0; $e.Active
            $e.Description = 5; $e.Description
            $t = Get-SarkTenant acme
            $t.CallTimeout = ' 60 '; $t.CallTimeout += 5; $t.CallTimeout; $t.CallTimeout = ''; $null -eq $t.CallTimeout
            foreach ($x in Get-SarkExtension 401) { $x.Active = 'NO'; $x | Set-SarkExtension -PassThru | ForEach-Object Active }
            """).Good();
        Assert.Equal([false, true, false, true, false, "5", 65, true, false], made.Output.Select(o => o.BaseObject));
        Assert.Equal("NO", engine.Run("(Get-SarkExtension 401).Raw['active']").Good().Output.Single().BaseObject);
    }

    [Theory]
    [InlineData("$e.Active = 'perhaps'", "Active was not set. 'perhaps' is neither true nor false")]
    [InlineData("$t.CallTimeout = '12.6'", "CallTimeout was not set. '12.6' is no whole number")]
    [InlineData("$t.CallTimeout = 12.6", "CallTimeout was not set. '12.6' is no whole number")]
    [InlineData("$t.CallTimeout = '1,000'", "CallTimeout was not set. '1,000' is no whole number")]
    [InlineData("$t.CallTimeout = $true", "CallTimeout was not set. 'True' is no whole number")]
    [InlineData(
        "$e.Description = [Net.NetworkCredential]::new('', 'x').SecurePassword",
        "Description was not set. It is no secret and takes no SecureString")]
    [InlineData("$e.Description = { 'x' }", "Description was not set. It takes a value, no script block")]
    [InlineData("$e.Description = @{ a = 1 }", "Description was not set. It takes one value, no Hashtable")]
    [InlineData(
        "Set-SarkExtension 401 -Description ([Net.NetworkCredential]::new('', 'x').SecurePassword)",
        "It is no secret and takes no SecureString")]
    [InlineData("Set-SarkExtension 401 -Description @{ a = 1 }", "It takes one value, no Hashtable")]
    [InlineData("@{ Key = '401'; Description = @{ a = 1 } } | Set-SarkExtension", "The Description takes one value, no Hashtable")]
    [InlineData("@{ Key = '401'; Description = { 'x' } } | Set-SarkExtension", "The Description takes one value, no ScriptBlock")]
    [InlineData("Set-SarkTenant acme -CallTimeout '1.7'", "'1.7' is no whole number")]
    [InlineData("Set-SarkTenant acme -CallTimeout 1.7", "'1.7' is no whole number")]
    [InlineData("Set-SarkTenant acme -CallTimeout '1,000'", "'1,000' is no whole number")]
    [InlineData("Set-SarkTenant acme -CallTimeout $true", "'True' is no whole number")]
    [InlineData("Set-SarkTenant acme -CallTimeout ''", "The abstimeout cannot be empty")]
    [InlineData("Set-SarkTenant acme -CallTimeout ' '", "The abstimeout cannot be empty")]
    [InlineData("Set-SarkIvr 350 -Option $null", "-Option names no option")]
    [InlineData("Set-SarkIvr 350 -Option @{}", "-Option names no option")]
    [InlineData("Set-SarkIvr 350 -Option @{ 12 = '401' }", "There is no option '12'; there are 0 to 9, * or 10, and # or 11.")]
    [InlineData("Set-SarkIvr 350 -Option @{ '*' = @{ Tags = 'x' } }", "Option * has no 'Tags'; it takes Destination, AlertInfo, Tag.")]
    [InlineData("Set-SarkIvr 350 -Option @{ 1 = @{} }", "Option 1 is a table of nothing; it takes Destination")]
    [InlineData("Set-SarkIvr 350 -Option @{ 1 = @{ Tag = @{} } }", "The Tag1 takes one value, no Hashtable")]
    [InlineData(
        "Set-SarkIvr 350 -Option @{ 2 = @{ Destination = 'nowhere' } }",
        "-Option 2 Destination: The target could not be resolved nowhere")]
    [InlineData("[pscustomobject]@{ Key = '350'; option1 = 'nowhere' } | Set-SarkIvr", "The target could not be resolved nowhere")]
    [InlineData("[pscustomobject]@{ Key = '350'; AlertInfo1 = 'a'; alert1 = 'b' } | Set-SarkIvr", "'alert1' are the same property of")]
    [InlineData(
        "[pscustomobject]@{ Key = '350'; Options = 'SarkPS.IvrOption[]' } | Set-SarkIvr",
        "A file holds them as columns, as Export-SarkCsv writes them.")]
    [InlineData("New-SarkExtension \"647`u{a0}\" -Tenant acme -Device 'General SIP'", "holds a character that nobody sees, U+00A0")]
    [InlineData(
        "@{ 'Key ' = \"647`u{a0}\"; Tenant = 'acme'; 'Kind ' = 'WebRTC' } | New-SarkExtension",
        "holds a character that nobody sees, U+00A0")]
    public async Task What_is_no_value_of_the_kind_is_refused(string script, string message)
    {
        await using var engine = await TestEngine.StartAsync(Side.Local, Schema.Embedded);
        engine.Run("New-SarkTenant acme -Description x; New-SarkExtension 401 -Tenant acme -Device 'General SIP'; New-SarkIvr 350 "
            + "-Tenant acme -Greeting 1 -Option @{ 1 = '401' }").Good();
        engine.Run("$e = Get-SarkExtension 401; $t = Get-SarkTenant acme").Good();
        var before = engine.Database.Content();
        Assert.Contains(message, engine.Run(script).Failure.Exception.Message, StringComparison.Ordinal);
        Assert.Empty(before.ChangesTo(engine.Database.Content()));
    }

    [Theory]
    [InlineData("[Net.NetworkCredential]::new('', 's3cret-XX').SecurePassword", "s3cret-XX")]
    [InlineData("[pscredential]::new('x', ([Net.NetworkCredential]::new('', 's3cret-YY').SecurePassword))", "s3cret-YY")]
    [InlineData("'s3cret-ZZ'", "s3cret-ZZ")]
    public async Task A_password_that_is_set_of_an_object_is_what_was_meant(string given, string expected)
    {
        await using var engine = await TestEngine.StartAsync(Side.Local, Schema.Embedded);
        var stored = engine.Run($"""
            New-SarkTenant acme -Description x | Out-Null; $e = New-SarkExtension 401 -Tenant acme -Device 'General SIP'
            $e.Password = {given}; $e | Set-SarkExtension; (Get-SarkExtension 401).Password
            """).Good();
        Assert.Equal(expected, stored.Output.Single().BaseObject);
    }

    [Fact]
    public async Task An_option_of_a_menu_that_was_changed_is_written()
    {
        await using var engine = await TestEngine.StartAsync(Side.Local, Schema.Embedded);
        var stored = engine.Run("""
            New-SarkTenant acme -Description x | Out-Null; 401, 402 | New-SarkExtension -Tenant acme -Device 'General SIP' | Out-Null
            $menu = New-SarkIvr 350 -Tenant acme -Greeting 1 -Option @{ 1 = '401'; 2 = '401' }
            $menu.Options[1].Destination = '402'; $menu.Options[2].Destination = $null; $menu.Options[3].Tag = 'three'
            $menu | Set-SarkIvr
            (Get-SarkIvr 350).Options[0..3] | ForEach-Object { "$($_.Number) $($_.Destination) $($_.Tag)" }
            """).Good();
        Assert.Equal(["0 None ", "1 402 ", "2  ", "3 None three"], stored.Output.Select(o => o.ToString()));
    }

    [Fact]
    public async Task What_was_added_to_an_object_is_written_or_told()
    {
        await using var engine = await TestEngine.StartAsync(Side.Local, Schema.Embedded);
        engine.Run("New-SarkTenant acme -Description x; New-SarkExtension 401 -Tenant acme -Device 'General SIP'").Good();
        var result = engine.Run("""
            $e = Get-SarkExtension 401
            $e.PSObject.Members.Add([psnoteproperty]::new('Description', 'Ann'), $true); $e.PSObject.Members.Add([psnoteproperty]::new('Toes', 10), $true)
            $e | Set-SarkExtension -PassThru
            """).Good();
        Assert.Equal("Ann", ((Extension)result.Output.Single().BaseObject).Description);
        Assert.Equal(["'Toes' is no property of extensions and is left out."], result.Warnings);
    }

    [Fact]
    public async Task A_row_of_a_data_table_is_its_columns_and_nothing_in_it_clears()
    {
        await using var engine = await TestEngine.StartAsync(Side.Local, Schema.Embedded);
        engine.Run(
            "New-SarkTenant acme -Description x; 401, 402 | New-SarkExtension -Tenant acme -Device 'General SIP' -CellPhone 441200000401")
                .Good();
        var result = engine.Run("""
            $table = [Data.DataTable]::new(); 'Key', 'CellPhone' | ForEach-Object { $null = $table.Columns.Add($_) }
            $null = $table.Rows.Add('401', [DBNull]::Value); $null = $table.Rows.Add('402', '441200000402')
            $table.Rows | Set-SarkExtension -PassThru | ForEach-Object { "$($_.Key) $($_.CellPhone)" }
            """).Good();
        Assert.Equal(["401 ", "402 441200000402"], result.Output.Select(o => o.ToString()));
        Assert.Empty(result.Warnings);
    }

    [Fact]
    public async Task A_row_that_is_written_back_as_it_is_shown_stays_as_it_is_stored()
    {
        await using var engine = await TestEngine.StartAsync(Side.Local, Schema.Embedded);
        engine.Run("New-SarkTenant acme -Description x; New-SarkTrunk sip1 -Tenant acme -Carrier GeneralSIP -Username u -HostName "
            + "h.example.com -Password secret").Good();
        engine.Database.Execute("UPDATE lineIO SET moh = 'NO', callprogress = 'NO' WHERE pkey = 'sip1'; CREATE TABLE seen (key); CREATE "
            + "TRIGGER sees AFTER UPDATE ON lineIO BEGIN INSERT INTO seen VALUES (new.pkey); END");
        engine.Run("$row = @{}; foreach ($p in (Get-SarkTrunk sip1).PSObject.Properties) { $row[$p.Name] = $p.Value }; "
            + "[pscustomobject]$row | Set-SarkTrunk").Good();
        Assert.Equal(0L, engine.Database.Value("SELECT count(*) FROM seen"));
        engine.Run("Set-SarkTrunk sip1 -MusicOnHold $true").Good();
        Assert.Equal("ON", engine.Database.Value("SELECT moh FROM lineIO WHERE pkey = 'sip1'"));
    }

    [Theory]
    [InlineData("ring group 400", "New-SarkRingGroup 400 -Tenant acme -Members '401 402' -Outcome 402", "RingGroup 400 (Members)")]
    [InlineData("operator", "Set-SarkTenant acme -Operator 401", "Tenant acme (Operator)")]
    public async Task What_is_moved_to_another_tenant_is_not_what_its_own_leads_to(string what, string script, string expected)
    {
        _ = what;
        await using var engine = await TestEngine.StartAsync(Side.Local, Schema.Embedded);
        engine.Run("'acme', 'beta' | ForEach-Object { New-SarkTenant $_ -Description x }; 401, 402 | New-SarkExtension -Tenant acme "
            + "-Device 'General SIP'").Good();
        engine.Run(script).Good();
        Assert.Contains(expected, engine.Run("Set-SarkExtension 401 -Tenant beta").Failure.Exception.Message, StringComparison.Ordinal);
        Assert.Equal("acme", engine.Run("Get-SarkExtension 401").Single<Extension>().Tenant);
        Assert.Equal("beta", engine.Run("Set-SarkExtension 401 -Tenant beta -AllowOtherTenant -PassThru").Single<Extension>().Tenant);
        engine.Run("Set-SarkExtension 401 -Tenant acme").Good();
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
        Assert.Contains(
            "VoicemailEmail: The vmailfwd must be a valid email address.",
            result.Errors[0].Exception.Message,
            StringComparison.Ordinal);
        Assert.EndsWith("(in.csv, line 3)", result.Errors[0].Exception.Message, StringComparison.Ordinal);
        Assert.EndsWith("(in.csv, line 4)", result.Errors[1].Exception.Message, StringComparison.Ordinal);
        Assert.Equal((file, 4), (result.Errors[1].Exception.Data["File"], result.Errors[1].Exception.Data["Line"]));

        // What failed can be written out as it was.
        var again = Path.Combine(folder.Path, "again.csv");
        engine.Run("Import-SarkCsv $file | New-SarkExtension -Tenant acme -ErrorVariable e -ErrorAction SilentlyContinue; "
            + "$e.TargetObject | Export-SarkCsv $again", ("file", file), ("again", again));
        Assert.Equal(
            "Key,Description,VoicemailEmail\r\n601,Good,\"\"\r\n602,Bad,nobody\r\n601,Twice,\"\"\r\n",
            await File.ReadAllTextAsync(again));
    }

    [Fact]
    public async Task A_letter_that_was_lost_on_the_way_is_never_stored()
    {
        await using var engine = await TestEngine.StartAsync(Side.Local, Schema.Embedded);
        foreach (var command in new[]
        {
            "[pscustomobject]@{ Key = '401'; Tenant = 'default'; Description = $lost } | New-SarkExtension",
            "New-SarkExtension 401 -Tenant default -Description $lost", "Set-SarkTenant default -Description $lost",
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
        engine.Run("New-SarkTenant acme -Description A; New-SarkExtension 501 -Tenant acme -Description Desk; Set-SarkExtension 501 "
            + "-MacAddress 001565aabb01 -VoicemailDivert 501").Good();
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
        foreach (var (column, value) in new[] {
            ("Key", "6.45E+02"),
            ("Key", "647.0"),
            ("CallerId", "4.4792E+11"),
            ("CellPhone", "4,47920E+11") })
        {
            var error = engine.Run(
                "$row = @{ Key = '645'; Tenant = 'acme' }; $row[$column] = $value; [pscustomobject]$row | New-SarkExtension",
                ("column", column),
                ("value", value)).Error();
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
            New-SarkIvr main -Tenant default -Option @{ 1 = @{ Destination = 'Operator'; Tag = 'Sales'; AlertInfo = 'ring' }; '#' = 'Hangup' }
            $old = Get-SarkIvr main
            Set-SarkIvr main -Option @{ 1 = [pscustomobject]@{ Destination = 'Hangup'; Tag = 'Other' }; 2 = @{ Destination = 'Operator'; Tag = 'New' }; '#' = 'None' }
            Get-SarkIvr main | Set-SarkIvr -Option $old.Options
            """).Good();
        var menu = engine.Run("Get-SarkIvr main").Single<Ivr>();
        Assert.Equal(("Operator", "Sales", "ring", "Hangup", "None", null), (menu.Options[1].Destination, menu.Options[1].Tag, menu.Options[
            1].AlertInfo, menu.Options[11].Destination, menu.Options[2].Destination, menu.Options[2].Tag));
        engine.Run("Set-SarkIvr main -Option @($old.Options[1], $old.Options[2])").Good();
        Assert.Equal(
            "SarkIvrValidation",
            engine.Run("Set-SarkIvr main -Option @{ 12 = 'Hangup' }").Error().FullyQualifiedErrorId.Split(',')[0]);
    }

    [Fact]
    public async Task A_menu_goes_through_a_file_and_back()
    {
        await using var engine = await TestEngine.StartAsync(Side.Local, Schema.Embedded);
        var stored = engine.Run("""
            New-SarkIvr main -Tenant default -Option @{ 1 = @{ Destination = 'Operator'; Tag = 'Sales'; AlertInfo = 'ring' }; '#' = 'Hangup' } | Out-Null
            $menu = Get-SarkIvr main
            $file = [IO.Path]::GetTempFileName(); $menu | Export-SarkCsv $file; Import-SarkCsv $file | New-SarkIvr copy | Out-Null
            $far = [Management.Automation.PSSerializer]::Deserialize([Management.Automation.PSSerializer]::Serialize($menu, 2))
            $far | New-SarkIvr far; $menu | New-SarkIvr near; $far | Export-SarkCsv $file; Import-SarkCsv $file | New-SarkIvr late
            [pscustomobject]@{ Key = 'named'; cluster = 'default'; option1 = 'Operator'; tag1 = 'Sales'; alert1 = 'ring'; option11 = 'Hangup' } | New-SarkIvr
            [pscustomobject]@{ Key = 'old'; cluster = 'default'; Options = $menu.Options; option1 = 'Hangup' } | New-SarkIvr
            [IO.File]::Delete($file)
            """).Good().Output.Count;
        Assert.Equal(5, stored);
        var menus = engine.Run("Get-SarkIvr").Good().Of<Ivr>().ToDictionary(m => m.Key!);
        foreach (var name in new[] { "copy", "far", "near", "late", "named" })
        {
            Assert.Equal(menus["main"].Options, menus[name].Options);
        }

        Assert.Equal(menus["main"].Options[1] with { Destination = "Hangup" }, menus["old"].Options[1]);
        Assert.Equal("Hangup", menus["old"].Options[11].Destination);
    }

    [Fact]
    public async Task A_list_is_a_list()
    {
        await using var engine = await TestEngine.StartAsync(Side.Local, Schema.Embedded);
        engine.Run("410, 411, 412 | ForEach-Object { New-SarkExtension $_ -Tenant default }").Good();
        Assert.Equal(
            "410 411",
            engine.Run("New-SarkRingGroup 600 -Tenant default -Outcome None -Members 410, 411").Single<RingGroup>().Members);
        Assert.Equal(
            "410 411 412",
            engine.Run("Set-SarkRingGroup 600 -Members (Get-SarkExtension).Key -PassThru").Single<RingGroup>().Members);
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
        Assert.Equal(["s3cretAlpha", "s3cretBeta", "4711"], engine.Run(
            "(Get-SarkExtension).Password; (Get-SarkTrunk).Password; (Get-SarkAgent).Password").Good().Output.Select(o => o.ToString()));
        var names = engine.Run("(Get-SarkExtension).PSObject.Properties.Name; (Get-SarkTrunk).PSObject.Properties.Name; "
            + "(Get-SarkGlobal).PSObject.Properties.Name").Good().Output.Select(o => o.ToString()!);
        Assert.DoesNotContain(names, n => n.EndsWith("Password", StringComparison.Ordinal));

        // What is exported has them when that is asked for, and importing what has none leaves them as they are.
        var (plain, whole) = (folder["plain.csv"], folder["whole.csv"]);
        engine.Run(
            "Get-SarkAgent | Export-SarkCsv $plain; Get-SarkAgent | Export-SarkCsv $whole -IncludeSecrets",
            ("plain", plain),
            ("whole", whole)).Good();
        Assert.DoesNotContain("4711", await File.ReadAllTextAsync(plain), StringComparison.Ordinal);
        Assert.Contains("4711", await File.ReadAllTextAsync(whole), StringComparison.Ordinal);
        engine.Run("Import-SarkCsv $plain | Set-SarkAgent -Name Bob").Good();
        Assert.Equal("4711", engine.Run("(Get-SarkAgent).Password").Good().Output.Single().ToString());

        // A copy of a trunk can register as the first does, and one set in an object is written like any other property.
        Assert.Equal(
            "s3cretBeta",
            engine.Run("(Get-SarkTrunk out | New-SarkTrunk -Key second).Password").Good().Output.Single().ToString());
        engine.Run("$a = Get-SarkAgent; $a.Password = '4712'; $a | Set-SarkAgent").Good();
        Assert.Equal("4712", engine.Run("(Get-SarkAgent).Password").Good().Output.Single().ToString());
    }
}
