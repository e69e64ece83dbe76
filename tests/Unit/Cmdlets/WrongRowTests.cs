using System.Management.Automation;
using System.Reflection;
using System.Xml.Linq;
using SarkPS.Ami;
using SarkPS.Remote;
using SarkPS.Tests.Support;

namespace SarkPS.Tests.Cmdlets;

/// <summary>
/// Rows that could be mistaken for others: on the way to a service, from files and other processes, or by a slip of the
/// pen.
/// </summary>
public sealed class WrongRowTests
{
    private const string Setup = """
        $null = New-SarkTenant acme -Description Acme
        $null = '501', '502', '503', '511' | New-SarkExtension -Tenant acme -Description Desk
        $null = 'cr1', 'cr2' | ForEach-Object { New-SarkCosRule $_ -DialPlan _00. }
        $null = New-SarkCosOpen 501, 502, 503, 511 cr1, cr2

        # What the cmdlets of PowerShell's own modules make of objects, which these tests do not load: Export-Clixml and jobs,
        # JSON, a CSV file, Select-Object.
        function Stored { process { [System.Management.Automation.PSSerializer]::Deserialize([System.Management.Automation.PSSerializer]::Serialize($_)) } }
        function Plain {
            param([string[]] $Name, [switch] $Text)
            process {
                $row = [pscustomobject]@{}
                foreach ($key in $(if ($Name -and '*' -notin $Name) { $Name } else { @($_.PSObject.Properties.Name) + @($Name -ne '*') })) {
                    if ($key) { $row.PSObject.Properties.Add([psnoteproperty]::new($key, $(if ($Text) { "$($_.$key)" } else { $_.$key }))) }
                }
                $row
            }
        }
        function Selected {
            param([string[]] $Name)
            process {
                $row = $_ | Plain $Name
                $row.PSObject.TypeNames.Insert(0, 'Selected.' + $_.PSObject.TypeNames[0])
                $row
            }
        }
        """;

    // Every way of ours to a service that puts a name into an address.
    private static readonly Dictionary<string, Func<ISarkBackend, string, Task>> Named = new(StringComparer.Ordinal)
    {
        ["update"] = (b, key) => b.Tables
            .UpdateAsync(CustomApp.Descriptor, new(key), new() { ["desc"] = "x" }, ChangeOptions.Default, default),
        ["remove"] = (b, key) => b.Tables.RemoveAsync(CustomApp.Descriptor, new(key), ChangeOptions.Default, default),
        ["remove with force"] = (b, key) => b.Tables.RemoveAsync(Extension.Descriptor, new(key), new ChangeOptions(Force: true), default),
        ["remove a pair"] = (b, key) => b.Tables.RemoveAsync(CosOpen.Descriptor, new(key, "cr1"), ChangeOptions.Default, default),
        ["runtime"] = (b, key) => b.Asterisk.GetRuntimeAsync(key),
        ["set runtime"] = (b, key) => b.Asterisk
            .SetRuntimeAsync(key, new(new Dictionary<string, string?> { [ExtensionRuntime.RingDelayFamily] = "4" })),
        ["read a database entry"] = (b, key) => b.Asterisk.GetDbAsync("family", key),
        ["write a database entry"] = (b, key) => b.Asterisk.PutDbAsync(key, "key", "x"),
        ["remove a database entry"] = (b, key) => b.Asterisk.DeleteDbAsync("family", key),
        ["hang up"] = (b, key) => b.Asterisk.HangupAsync("SIP/" + key),
        ["remove a backup"] = (b, key) => b.Backups.RemoveAsync(key),
        ["restore a snapshot"] = (b, key) => b.Snapshots.RestoreAsync(key),
        ["remove a greeting"] = (b, key) => b.Greetings.RemoveAsync(key),
    };

    public static TheoryData<string> Ways => [.. Named.Keys];

    [Theory]
    [MemberData(nameof(Ways))]
    public async Task A_name_that_no_address_can_have_is_refused_before_anything_is_sent(string way)
    {
        await using var stub = await StubService.StartAsync(context => StubService.Json(context, 200, "[]"));
        await using var remote = new RemoteBackend(
            SarkHttpClient.Open(stub.Address, null, TimeSpan.FromSeconds(20), skipCertificateCheck: false));
        foreach (var key in new[] { ".", ".." })
        {
            await Assert.ThrowsAnyAsync<SarkException>(() => Named[way](remote, key));
        }

        Assert.Empty(stub.Requests);
    }

    [Fact]
    public async Task An_empty_second_part_of_a_key_is_never_sent_as_all()
    {
        await using var stub = await StubService.StartAsync(context => StubService.Json(context, 200, "[]"));
        await using var remote = new RemoteBackend(
            SarkHttpClient.Open(stub.Address, null, TimeSpan.FromSeconds(20), skipCertificateCheck: false));
        await Assert.ThrowsAnyAsync<SarkException>(
            () => remote.Tables.RemoveAsync(CosOpen.Descriptor, new("501", ""), ChangeOptions.Default, default));
        await Assert.ThrowsAnyAsync<SarkException>(
            () => remote.Tables.RemoveAsync(CosOpen.Descriptor, new(""), ChangeOptions.Default, default));
        Assert.Empty(stub.Requests);
    }

    [Theory]
    [InlineData("""[{"pkey":"501"}]""")]
    [InlineData("""[]""")]
    [InlineData("""{"pkey":"502"}""")]
    [InlineData("""{"desc":"no key"}""")]
    public async Task An_answer_about_another_row_is_never_taken_for_the_one_that_was_asked_for(string body)
    {
        await using var stub = await StubService.StartAsync(context => StubService.Json(context, 200, body));
        await using var remote = new RemoteBackend(
            SarkHttpClient.Open(stub.Address, null, TimeSpan.FromSeconds(20), skipCertificateCheck: false));
        var error = await Assert.ThrowsAsync<SarkUnavailableException>(
            () => remote.Tables.GetAsync(Extension.Descriptor, new("501"), default));
        Assert.Contains("'501'", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(Side.Local)]
    [InlineData(Side.Remote)]
    public async Task A_key_of_dots_finds_its_own_row_or_none(Side side)
    {
        await using var engine = await StartAsync(side);
        var before = engine.Database.Content();
        foreach (var key in new[] { ".", ".." })
        {
            foreach (var noun in new[] { "Extension", "CustomApp", "Tenant" })
            {
                Assert.Equal($"Sark{noun}NotFound", Id(engine.Run($"Get-Sark{noun} {key}")));
                Assert.Equal(
                    $"Sark{noun}{(side == Side.Local ? "NotFound" : "BadRequest")}",
                    Id(engine.Run($"Remove-Sark{noun} {key} -Force")));
                Assert.Equal(
                    $"Sark{noun}{(side == Side.Local ? "NotFound" : "BadRequest")}",
                    Id(engine.Run($"Set-Sark{noun} {key} -Description x")));
            }
        }

        Assert.Empty(before.ChangesTo(engine.Database.Content()));
        // None is made today; an exchange may have one.
        engine.Run("New-SarkCustomApp dot -Tenant acme -Span Neither; New-SarkCustomApp other -Tenant acme -Span Neither").Good();
        engine.Database.Execute("UPDATE Appl SET pkey = '.' WHERE pkey = 'dot'");
        Assert.Equal(".", engine.Run("Get-SarkCustomApp .").Single<CustomApp>().Key);
        Assert.Equal(".", engine.Run("'.' | Get-SarkCustomApp").Single<CustomApp>().Key);
        var result = engine.Run("Remove-SarkCustomApp . -Force");
        if (side == Side.Remote)
        {
            Assert.Contains("Connect-Sark -Database", result.Error().ToString(), StringComparison.Ordinal);
        }

        Assert.Contains("other", engine.Run("(Get-SarkCustomApp).Key").Good().Output.Select(o => o.ToString()));
        Assert.Equal(side == Side.Remote, engine.Run("(Get-SarkCustomApp).Key").Good().Output.Any(o => o.ToString() == "."));
    }

    [Theory]
    [InlineData("[pscustomobject]@{ Key = '501'; Description = 'a' } | Set-SarkExtension -Key 502")]
    [InlineData("[pscustomobject]@{ pkey = '501'; Description = 'a' } | Set-SarkExtension -Key 502")]
    [InlineData("@{ Key = '501'; Description = 'a' } | Set-SarkExtension -Key 502")]
    [InlineData("Get-SarkExtension 501 | Selected Key, Description | Set-SarkExtension -Key 502 -Description a")]
    [InlineData("Get-SarkExtension 501 | Selected * | Set-SarkExtension -Key 502 -Description a")]
    [InlineData("Get-SarkExtension 501 | Plain Key, Description -Text | Set-SarkExtension -Key 502")]
    [InlineData("[pscustomobject]@{ Key = '501'; Description = 'a' } | Set-SarkExtension -Key { '502' }")]
    [InlineData("[pscustomobject]@{ Key = '501'; pkey = '502'; Description = 'a' } | Set-SarkExtension")]
    [InlineData("[pscustomobject]@{ Key = '501'; pkey = '502' } | Remove-SarkExtension -Force")]
    [InlineData("[pscustomobject]@{ Extension = '501'; Rule = 'cr1' } | Remove-SarkCosOpen -Extension 502 -Force")]
    [InlineData("[pscustomobject]@{ Extension = '501'; Rule = 'cr1' } | Remove-SarkCosOpen -Rule cr2 -Force")]
    [InlineData("Get-SarkCosOpen 501 cr1 | Remove-SarkCosOpen -Extension 502 -Force")]
    [InlineData("Get-SarkExtension 501 | Remove-SarkCosOpen -Extension 502 -Force")]
    public async Task Two_keys_for_one_row_are_refused(string script)
    {
        await using var engine = await StartAsync(Side.Local);
        var before = engine.Database.Content();
        Assert.Contains("cannot be told", engine.Run(script).Error().ToString(), StringComparison.Ordinal);
        Assert.Empty(before.ChangesTo(engine.Database.Content()));
    }

    [Theory]
    [InlineData("[pscustomobject]@{ Description = 'a' } | Set-SarkExtension -Key 502 -PassThru", "502")]
    [InlineData("[pscustomobject]@{ Key = ''; Description = 'a' } | Set-SarkExtension -Key 502 -PassThru", "502")]
    [InlineData("[pscustomobject]@{ Key = '502'; Description = 'a' } | Set-SarkExtension -Key 502 -PassThru", "502")]
    [InlineData("[pscustomobject]@{ Key = ' 502 '; Description = 'a' } | Set-SarkExtension -Key 502 -PassThru", "502")]
    [InlineData("[pscustomobject]@{ Number = '502'; Description = 'a' } | Set-SarkExtension -Key { $_.Number } -PassThru -WarningAction "
        + "SilentlyContinue", "502")]
    [InlineData("[pscustomobject]@{ Key = '501'; Description = 'a' } | New-SarkExtension -Key 599 -Tenant acme", "599")]
    public async Task One_key_for_one_row_goes_on_working(string script, string key)
    {
        await using var engine = await StartAsync(Side.Local);
        var row = engine.Run(script).Single<Extension>();
        Assert.Equal((key, "a"), (row.Key, row.Description));
    }

    [Theory]
    [InlineData("Rule", "[pscustomobject]@{ Extension = '501'; Rule = $null }")]
    [InlineData("Rule", "[pscustomobject]@{ Extension = '501'; Rule = '' }")]
    [InlineData("Rule", "[pscustomobject]@{ Extension = '501'; Rule = @() }")]
    [InlineData("Rule", "[pscustomobject]@{ Extension = '501'; Rule = 'cr1', '' }")]
    [InlineData("Rule", "[pscustomobject]@{ Extension = '501'; COS_pkey = '' }")]
    [InlineData("Rule", "@{ Extension = '501'; Rule = $null }")]
    [InlineData("Rule", "[pscustomobject]@{ Extension = '501' }")]
    [InlineData("Rule", "(Get-SarkCosOpen 501 cr1 | Plain Extension, Rule -Text | ForEach-Object { $_.Rule = ''; $_ })")]
    [InlineData("Rule", "(Get-SarkCosOpen 501 cr1 | Selected Extension)")]
    [InlineData("Rule", "(Get-SarkCosOpen 501 cr1 | Stored | ForEach-Object { $_.Rule = $null; $_ })")]
    [InlineData("Extension", "[pscustomobject]@{ Extension = $null; Rule = 'cr1' }")]
    [InlineData("Extension", "[pscustomobject]@{ Extension = ''; Rule = 'cr1' }")]
    [InlineData("Extension", "[pscustomobject]@{ Rule = 'cr1' }")]
    public async Task A_pair_that_lacks_a_side_never_means_all(string side, string row)
    {
        await using var engine = await StartAsync(Side.Local);
        var before = engine.Database.Content();
        foreach (var command in new[] {
            "Remove-SarkCosOpen -Confirm:$false",
            "Remove-SarkCosClose -Confirm:$false",
            "New-SarkCosOpen",
            "New-SarkCosClose" })
        {
            var error = engine.Run($"{row} | {command}").Error();
            Assert.Equal(ErrorCategory.InvalidArgument, error.CategoryInfo.Category);
            Assert.Matches($@"\b{side}\b|names no extension", error.ToString());
        }

        Assert.Empty(before.ChangesTo(engine.Database.Content()));
    }

    [Fact]
    public async Task A_misspelt_column_of_a_pair_is_told_and_all_can_still_be_meant()
    {
        await using var engine = await StartAsync(Side.Local);
        var misspelt = engine.Run("[pscustomobject]@{ Extension = '501'; Rul = 'cr1' }, [pscustomobject]@{ Extension = '502'; Rul = "
            + "'cr1' } | Remove-SarkCosOpen -Confirm:$false");
        Assert.Equal(2, misspelt.Errors.Count);
        Assert.Contains("'Rul'", Assert.Single(misspelt.Warnings), StringComparison.Ordinal);
        Assert.Equal("SarkCosOpenBadRequest", Id(engine.Run("[pscustomobject]@{ Extension = '501'; Rule = '' } | Get-SarkCosOpen")));
        Assert.Equal("501/cr1", engine.Run("[pscustomobject]@{ Extension = '501'; Rule = 'cr1'; Exchange = '' } | Get-SarkCosOpen").Good()
            .Output
            .Single()
            .ToString());

        engine.Run("Remove-SarkCosOpen 501 -Force; Get-SarkExtension 502 | Remove-SarkCosOpen -Force; '503' | Remove-SarkCosOpen -Force")
            .Good();
        engine.Run("[pscustomobject]@{ Extension = '511'; Rule = $null } | Remove-SarkCosOpen -Rule cr1 -Force").Failure.ToString();
        Assert.Contains("511/cr2", Pairs(engine), StringComparison.Ordinal);
        engine.Run("[pscustomobject]@{ Extension = '511' } | Remove-SarkCosOpen -Rule cr2 -Force").Good();
        Assert.Equal("511/cr1", Pairs(engine));
    }

    [Theory]
    [InlineData(Side.Local)]
    [InlineData(Side.Remote)]
    public async Task Typed_names_of_pairs_are_patterns_when_they_are_removed(Side side)
    {
        await using var engine = await StartAsync(side);
        engine.Run("Remove-SarkCosOpen '50?' cr1 -Force").Good();
        Assert.Equal("501/cr2 502/cr2 503/cr2 511/cr1 511/cr2", Pairs(engine));
        Assert.Equal("SarkCosOpenNotFound", Id(engine.Run("Remove-SarkCosOpen '50`?' cr2 -Force")));
        Assert.Equal("SarkCosOpenNotFound", Id(engine.Run("Remove-SarkCosOpen '50?' nosuch -Force")));
        Assert.Equal("SarkExtensionBadRequest", Id(engine.Run("Remove-SarkCosOpen '50[' cr2 -Force")));
        Assert.Equal("SarkCosOpenNotFound", Id(engine.Run("'50?' | Remove-SarkCosOpen -Force")));
        engine.Run("Remove-SarkCosOpen '9*' -Force; Remove-SarkCosOpen '50?' c* -WhatIf").Good();
        Assert.Equal("501/cr2 502/cr2 503/cr2 511/cr1 511/cr2", Pairs(engine));
        engine.Run("Remove-SarkCosOpen 501, '5?1' 'c*' -Force").Good();
        Assert.Equal("502/cr2 503/cr2", Pairs(engine));
        engine.Run(
            "Get-SarkExtension 502 | Remove-SarkCosOpen -Rule '*2' -Force; Get-SarkCosRule cr2 | Remove-SarkCosOpen -Extension '*3' -Force")
                .Good();
        Assert.Equal("", Pairs(engine));
    }

    [Fact]
    public async Task A_pair_that_is_called_like_a_pattern_is_meant_before_all_that_it_meets()
    {
        await using var engine = await StartAsync(Side.Local);
        engine.Database.Execute("INSERT INTO IPphoneCOSopen (IPphone_pkey, COS_pkey) VALUES ('501', 'cr?')");
        engine.Run("Remove-SarkCosOpen '50*' 'cr?' -Force").Good();
        Assert.Equal("501/cr1 501/cr2 502/cr1 502/cr2 503/cr1 503/cr2 511/cr1 511/cr2", Pairs(engine));
    }

    [Theory]
    [InlineData("Stored")]
    [InlineData("Plain")]
    [InlineData("Plain -Text")]
    [InlineData("Selected *")]
    [InlineData("Stored | Selected *")]
    [InlineData("Stored | Plain")]
    public async Task A_row_that_says_it_is_from_another_exchange_is_not_taken_for_one_of_this(string way)
    {
        await using var engine = await StartAsync(Side.Local);
        using var second = new TestDatabase(Schema.Embedded);
        engine.Run(
            "$two = Connect-Sark -Database $second -NotDefault; $null = New-SarkTenant acme -Description Two -Connection $two; $null = "
                + "New-SarkExtension 501 -Tenant acme -Description Two -Connection $two; $null = New-SarkCosRule cr1 -DialPlan _00. "
                + "-Connection $two; $null = New-SarkCosOpen 501 cr1 -Connection $two",
            ("second", second.Path)).Good();
        engine.Run($"$far = Get-SarkExtension 501 -Connection $two | {way}; $pair = Get-SarkCosOpen 501 -Connection $two | {way}; $own "
            + $"= Get-SarkExtension 501 | {way}").Good();
        var before = engine.Database.Content();
        foreach (var script in new[]
        {
            "$far | Set-SarkExtension -Description x", "$far | Set-SarkExtension -Description x -WhatIf",
            "$far | Remove-SarkExtension -Force", "$far | Remove-SarkExtension -WhatIf", "Remove-SarkExtension $far -Force",
            "$far | Get-SarkExtension", "$pair | Remove-SarkCosOpen -Force", "$pair | Get-SarkCosOpen", "$far | Get-SarkExtensionRuntime",
        })
        {
            Assert.Contains(second.Path, engine.Run(script).Error().ToString(), StringComparison.Ordinal);
        }

        Assert.Empty(before.ChangesTo(engine.Database.Content()));
        engine.Run("$far | Set-SarkExtension -Description x -Connection $two").Good();
        Assert.Equal("x", engine.Run("$own | Set-SarkExtension -Description x -PassThru").Single<Extension>().Description);
        Assert.Equal(engine.Database.Path, engine.Run("$far | New-SarkExtension -Key 599").Single<Extension>().Exchange);
        engine.Run("Disconnect-Sark $two").Good();
    }

    [Fact]
    public async Task Pairs_of_a_file_are_made_at_another_exchange()
    {
        await using var engine = await StartAsync(Side.Local);
        Assert.Equal("501/cr1", engine.Run(
            "[pscustomobject]@{ Extension = '501'; Rule = 'cr1'; Exchange = '/elsewhere/sark.db' } | New-SarkCosClose")
                .Good().Output.Single().ToString());
    }

    [Theory]
    [InlineData("Stored")]
    [InlineData("Plain")]
    [InlineData("Plain *, Password")]
    [InlineData("Plain *, Password -Text")]
    [InlineData("Selected *, Password")]
    [InlineData("Selected *, Password | Stored")]
    public async Task A_copy_of_what_went_through_a_file_has_a_password_of_its_own(string way)
    {
        await using var engine = await StartAsync(Side.Local);
        engine.Run("Set-SarkExtension 501 -MacAddress 001565aabb01 -VoicemailDivert 501 -Password firsts3cret").Good();
        var copy = engine.Run($"Get-SarkExtension 501 | {way} | New-SarkExtension -Key 970").Single<Extension>();
        Assert.Equal(("970", "acme", "Desk", null), (copy.Key, copy.Tenant, copy.Description, copy.MacAddress));
        Assert.NotEqual("firsts3cret", copy.Password);
        Assert.NotEmpty(copy.Password!);
        Assert.NotEqual("501", copy.VoicemailDivert);
    }

    [Fact]
    public async Task A_row_of_a_file_is_put_back_with_all_that_it_has()
    {
        await using var engine = await StartAsync(Side.Local);
        engine.Run(
            "Set-SarkExtension 501 -MacAddress 001565aabb01; $rows = Get-SarkExtension 501 | Plain -Text; Remove-SarkExtension 501 -Force")
                .Good();
        Assert.Equal("001565aabb01", engine.Run("$rows | New-SarkExtension").Single<Extension>().MacAddress);
    }

    [Theory]
    [InlineData(Side.Local)]
    [InlineData(Side.Remote)]
    public async Task Secrets_are_not_stored_with_objects(Side side)
    {
        await using var engine = await StartAsync(side);
        engine.Run("$null = Set-SarkExtension 501 -Password s3cretAlpha; $null = New-SarkTrunk out -Tenant acme -Carrier GeneralSIP "
            + "-HostName 192.0.2.1 -UserName u -Password s3cretBeta; $null = New-SarkAgent 1001 -Tenant acme -Name Ann -Password 4711; "
            + "Set-SarkTenant acme -DirectoryPassword s3cretGamma").Good();
        var text = string.Concat(engine.Run("(Get-SarkExtension 501), (Get-SarkTrunk out), (Get-SarkAgent 1001), (Get-SarkTenant acme), "
            + "(Get-SarkGlobal) | ForEach-Object { [System.Management.Automation.PSSerializer]::Serialize($_) }")
                .Good().Output.Select(o => o.ToString()));
        Assert.Contains("N=\"Description\">Desk<", text, StringComparison.Ordinal);
        foreach (var secret in new[] { "s3cretAlpha", "s3cretBeta", "4711", "s3cretGamma", ">Raw<", "N=\"Raw\"", "N=\"Password\"" })
        {
            Assert.DoesNotContain(secret, text, StringComparison.Ordinal);
        }

        // What is read again is still what it was, and leaves alone what it does not hold.
        engine.Run("Get-SarkExtension 501 | Stored | ForEach-Object { $_.Description = 'Again'; $_ } | Set-SarkExtension").Good();
        engine.Run("Get-SarkTrunk out | Stored | Set-SarkTrunk -Description Carrier; Get-SarkGlobal | Stored | Set-SarkGlobal").Good();
        Assert.Equal(["Again", "s3cretAlpha", "s3cretBeta"], engine.Run(
            "(Get-SarkExtension 501).Description; (Get-SarkExtension 501).Password; (Get-SarkTrunk out).Password").Good().Output.Select(
                o => o.ToString()));
    }

    [Fact]
    public void What_is_stored_of_an_object_is_every_public_property_and_nothing_else()
    {
        var types = XDocument.Load(Path.Combine(Repository.Module, "SarkPS.types.ps1xml"));
        var records = typeof(SarkRecord).Assembly.GetExportedTypes()
            .Where(t => !t.IsAbstract && (t.IsSubclassOf(typeof(SarkRecord)) || t.IsSubclassOf(typeof(AsteriskResult))))
            .ToArray();
        Assert.True(records.Length > 30, $"only {records.Length} were found");
        foreach (var record in records)
        {
            var standard = types.Descendants("Type").Where(t => t.Element("Name")!.Value == record.FullName)
                .Descendants("MemberSet").Where(m => m.Element("Name")!.Value == "PSStandardMembers").Elements("Members").ToArray();
            Assert.Equal("SpecificProperties", standard.Elements("NoteProperty")
                .SingleOrDefault(p => p.Element("Name")!.Value == "SerializationMethod")?.Element("Value")!
                .Value);
            var stored = standard.Elements("PropertySet").Where(p => p.Element("Name")!.Value == "PropertySerializationSet")
                .Descendants("ReferencedProperties")
                .Elements("Name")
                .Select(n => n.Value);
            Assert.Equal(record.GetProperties(BindingFlags.Public | BindingFlags.Instance).Where(
                p => p.GetIndexParameters().Length == 0 && p.GetMethod?.IsPublic == true).Select(p => p.Name).Order(), stored.Order());
        }
    }

    [Theory]
    [InlineData(Side.Local)]
    [InlineData(Side.Remote)]
    public async Task A_name_in_another_case_or_with_blanks_is_told_which_there_is(Side side)
    {
        await using var engine = await StartAsync(side);
        engine.Run("New-SarkTrunk prov -Tenant acme -Carrier GeneralSIP -HostName 192.0.2.1 -UserName u -Password s3cret12").Good();
        foreach (var (script, near) in new[]
        {
            ("New-SarkExtension 601 -Tenant ACME", "acme"), ("New-SarkExtension 601 -Tenant ACME -WhatIf", "acme"),
            ("Set-SarkExtension 501 -Tenant ACME", "acme"), ("'601' | New-SarkExtension -Tenant Acme", "acme"),
            ("[pscustomobject]@{ Key = '601'; Tenant = 'ACME' } | New-SarkExtension", "acme"), ("Get-SarkExtension -Tenant ACME", "acme"),
            ("Get-SarkTenant ACME", "acme"), ("'ACME' | Get-SarkTenant", "acme"), ("Get-SarkTenant ' acme'", "acme"),
            ("Set-SarkTenant ACME -Description x", "acme"), ("Remove-SarkTenant ACME -Force", "acme"),
            ("Get-SarkTrunk Prov", "prov"), ("Set-SarkTrunk Prov -Description x", "prov"),
            ("[pscustomobject]@{ Key = 'PROV'; Description = 'x' } | Set-SarkTrunk", "prov"), ("Remove-SarkTrunk Prov -Force", "prov"),
            ("Remove-SarkCosOpen 501 CR1 -Force", "501/cr1"), ("New-SarkCosClose 501 CR1", "cr1"), ("Get-SarkExtension '501 '", "501"),
        })
        {
            var error = engine.Run(script).Error().ToString();
            Assert.True(error.Contains($"There is '{near}'.", StringComparison.Ordinal), $"{script}: {error}");
        }

        foreach (var script in new[] {
            "Get-SarkTenant nosuch",
            "Get-SarkExtension 504",
            "New-SarkExtension 601 -Tenant nosuch",
            "Remove-SarkTrunk out -Force" })
        {
            Assert.DoesNotContain("There is '", engine.Run(script).Error().ToString(), StringComparison.Ordinal);
        }

        // What New- takes with blanks around it, Get- takes so too.
        Assert.Equal("acme", engine.Run("New-SarkExtension 602 -Tenant 'acme '").Single<Extension>().Tenant);
        Assert.Equal(
            ["501", "502", "503", "511", "602"],
            engine.Run("Get-SarkExtension -Tenant 'acme '").Good().Of<Extension>().Select(e => e.Key));
        Assert.Equal("SarkTenantNotFound", Id(engine.Run("Get-SarkExtension -Tenant ' '")));
    }

    private static string Pairs(TestEngine engine) =>
        string.Join(' ', engine.Run("Get-SarkCosOpen").Good().Output.Select(p => p.ToString()).Order(StringComparer.Ordinal));

    private static string Id(ScriptResult result) => result.Error().FullyQualifiedErrorId.Split(',')[0];

    private static async Task<TestEngine> StartAsync(Side side)
    {
        var engine = await TestEngine.StartAsync(side, Schema.Embedded);
        engine.Run(Setup).Good();
        return engine;
    }
}
