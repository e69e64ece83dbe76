using System.Text.RegularExpressions;
using SarkPS.Data;
using SarkPS.Descriptors;
using SarkPS.Tests.Support;

namespace SarkPS.Tests.Store;

/// <summary>What resources do beside writing their row.</summary>
public sealed partial class HookTests
{
    private const string DefaultStanzaEnd = "disallow=all\nallow=alaw\nallow=ulaw";

    public static TheoryData<Schema> Both => Schemas.Both;

    [SkippableTheory]
    [MemberData(nameof(Both))]
    public async Task Each_kind_of_extension_has_its_own_defaults(Schema schema)
    {
        await using var store = new Rig(schema);
        var mailbox = await store.Create<Extension>("Mailbox", ("pkey", "5001"), ("cluster", "default"));
        Assert.Equal(("MAILBOX", "MAILBOX", "local"), (mailbox.Description, mailbox.Device, mailbox.Location));

        var plain = await store.Create<Extension>("Unprovisioned", ("pkey", "5002"), ("cluster", "default"));
        Assert.Equal(("Ext5002", "General SIP", "udp"), (plain.Description, plain.Device, plain.Transport));

        var browser = await store.Create<Extension>("WebRtc", ("pkey", "5003"), ("cluster", "default"));
        Assert.Equal(("Ext5003", "WebRTC", "wss"), (browser.Description, browser.Device, browser.Transport));

        // 00:15:65 is in the table of makers.
        var telephone = await store.Create<Extension>("Provisioned", ("pkey", "5004"), ("cluster", "default"), ("macaddr", "001565AABBCC"));
        Assert.Equal(("Yealink", "001565AABBCC"), (telephone.Device, telephone.MacAddress));
        Assert.Equal("Ext5004", telephone.Description);
        var keys = schema != Schema.Sark ? "#INCLUDE yealink.Fkey\n" : "";
        Assert.Equal($"#INCLUDE Yealink\n{keys}#INCLUDE yealink.udp\n#INCLUDE yealink.ipv4", telephone.Provision);
    }

    [SkippableTheory]
    [MemberData(nameof(Both))]
    public async Task Every_kind_of_extension_can_watch_the_lamps_of_others(Schema schema)
    {
        await using var store = new Rig(schema);
        foreach (var (kind, key) in new[] { ("Mailbox", "5001"), ("Unprovisioned", "5002"), ("WebRtc", "5003"), ("Provisioned", "5004") })
        {
            (string, object?)[] least = [("pkey", key), ("cluster", "default")];
            await store.Create<Extension>(kind, kind == "Provisioned" ? [.. least, ("macaddr", "001565aabbcc")] : least);
            var stanza = ((string)store.Database.Value($"SELECT sipiaxfriend FROM IPphone WHERE pkey = '{key}'")!).Split('\n');
            Assert.Empty(new[] {
                "type=friend",
                "context=internal",
                "subscribecontext=extensions",
                "mailbox=$ext@$clst",
                "secret=$password" }.Except(stanza));
            // SARK replaces these and no others.
            Assert.Empty(stanza.SelectMany(line => Variable().Matches(line)).Select(m => m.Value)
                .Except(["$desc", "$password", "$ext", "$nat", "$transport", "$encryption", "$clst"]));
            Assert.Equal(key, store.Database.Value($"SELECT dvrvmail FROM IPphone WHERE pkey = '{key}'"));
            Assert.Equal(kind == "WebRtc", stanza.Contains("dtlsenable=yes"));
        }
    }

    [SkippableTheory]
    [MemberData(nameof(Both))]
    public async Task A_stanza_can_be_written_and_put_back(Schema schema)
    {
        await using var store = new Rig(schema);
        await store.Create<Extension>("WebRtc", ("pkey", "5001"), ("cluster", "default"));
        var made = store.Database.Value("SELECT sipiaxfriend FROM IPphone WHERE pkey = '5001'");
        await store.Update<Extension>("5001", ("sipiaxfriend", "type=friend\nsecret=$password\n; ours"));
        Assert.Equal("type=friend\nsecret=$password\n; ours", store.Database.Value("SELECT sipiaxfriend FROM IPphone WHERE pkey = '5001'"));
        await store.Update<Extension>("5001", ("sipiaxfriend", "default"));
        Assert.Equal(made, store.Database.Value("SELECT sipiaxfriend FROM IPphone WHERE pkey = '5001'"));
        foreach (var (stanza, word) in new[] {
            ("subscribecontext=$subtxt", "$subtxt"),
            ("type=friend\n[other]", "[other]"),
            ("#exec /bin/true", "#exec /bin/true") })
        {
            var refused = await Assert.ThrowsAsync<SarkValidationException>(
                () => store.Update<Extension>("5001", ("sipiaxfriend", stanza)));
            Assert.Contains(word, refused.Errors.Single(e => e.Key == "sipiaxfriend").Value[0], StringComparison.Ordinal);
        }
    }

    [SkippableTheory]
    [MemberData(nameof(Both))]
    public async Task Extensions_of_sark6api_are_found(Schema schema)
    {
        await using var store = new Rig(schema);
        await store.Create<Extension>("Provisioned", ("pkey", "5001"), ("cluster", "default"), ("macaddr", "001565aabbcc"));
        Assert.DoesNotContain(await store.Tables.InspectAsync(default), f => f.Resource == nameof(Extension));
        store.Database.Execute("UPDATE IPphone SET sipiaxfriend = 'type=peer' || char(10) || 'subscribecontext=$subtxt', device = "
            + "'YEALINK', provision = '#INCLUDE Yealink' || char(10) || '#INCLUDE Yealink.udp'");
        var faults = (await store.Tables.InspectAsync(default)).Where(f => f.Resource == nameof(Extension))
            .ToDictionary(f => f.Column, f => f.Problem);
        Assert.Contains("$subtxt", faults["sipiaxfriend"], StringComparison.Ordinal);
        Assert.Contains("'YEALINK'", faults["device"], StringComparison.Ordinal);
        Assert.Contains("'Yealink.udp'", faults["provision"], StringComparison.Ordinal);
    }

    [SkippableTheory]
    [MemberData(nameof(Both))]
    public async Task A_telephone_includes_templates_that_there_are_and_is_told_of_those_that_there_are_not(Schema schema)
    {
        await using var store = new Rig(schema);
        store.Database.Execute("DELETE FROM Device WHERE pkey IN ('Grandstream', 'yealink.ipv4')");
        var told = new List<string>();

        // SARK compares letter by letter, and the table has it in small letters.
        var snom = await store.Create<Extension>(
            "Provisioned",
            told,
            ("pkey", "5001"),
            ("cluster", "default"),
            ("macaddr", "000413aabb01"));
        Assert.Equal("snom", snom.Device);
        Assert.StartsWith("#INCLUDE snom\n", snom.Provision, StringComparison.Ordinal);
        Assert.EndsWith("#INCLUDE snom.udp\n#INCLUDE snom.ipv4", snom.Provision, StringComparison.Ordinal);
        Assert.Equal("Yealink", (await store.Create<Extension>(
            "Provisioned", told, ("pkey", "5002"), ("cluster", "default"), ("macaddr", "001565aabb02"),
            ("device", "YEALINK"))).Device);
        Assert.DoesNotContain("ipv4", (await store.Update<Extension>("5002", ("transport", "tcp"))).Provision, StringComparison.Ordinal);
        Assert.Contains(
            "#INCLUDE yealink.tcp",
            (await store.Update<Extension>("5002", ("protocol", "IPV6"))).Provision,
            StringComparison.Ordinal);
        Assert.EndsWith("\n</flat-profile>\n</device>", (await store.Create<Extension>(
            "Provisioned",
            told,
            ("pkey", "5003"),
            ("cluster", "default"),
            ("macaddr", "00115caabb03"))).Provision, StringComparison.Ordinal);
        Assert.Empty(told);

        var without = await store.Create<Extension>(
            "Provisioned",
            told,
            ("pkey", "5004"),
            ("cluster", "default"),
            ("macaddr", "000b82aabb04"));
        Assert.Equal(("Grandstream", null), (without.Device, without.Provision));
        Assert.Contains("'Grandstream'", Assert.Single(told), StringComparison.Ordinal);
        told.Clear();
        await store.Create<Extension>(
            "Provisioned", told, ("pkey", "5005"), ("cluster", "default"), ("macaddr", "000b82aabb05"),
            ("provision", "#INCLUDE yealink.udp\n#INCLUDE Own"));
        Assert.Contains("'Own'", Assert.Single(told), StringComparison.Ordinal);
    }

    [SkippableTheory]
    [MemberData(nameof(Both))]
    public async Task New_rows_say_what_those_of_SARKs_pages_say(Schema schema)
    {
        await using var store = new Rig(schema);
        store.Database.Execute("UPDATE globals SET SYSOP = '401', FQDNPROV = 'YES', FQDN = 'pbx.example.com'");
        var telephone = await store.Create<Extension>("Unprovisioned", ("pkey", "5001"), ("cluster", "default"));
        Assert.Equal(("FQDN", "5001"), (telephone.ProvisionWith, telephone.VoicemailDivert));
        Assert.Equal("401", (await store.Create<Tenant>(null, ("pkey", "acme"), ("description", "Acme"))).Operator);
        var route = await store.Create<Route>(null, ("pkey", "out"), ("cluster", "acme"), ("dialplan", "_9X."));
        Assert.Equal(("None", "None", "None", "None"), (route.Path1, route.Path2, route.Path3, route.Path4));

        // A telephone's own mailbox goes where it goes.
        Assert.Equal("acme", (await store.Update<Extension>("5001", ("cluster", "acme"))).Tenant);
        await store.Create<Ivr>(null, ("pkey", "main"), ("cluster", "acme"), ("option3", "5001"));
        Assert.Equal(
            "0 1 0",
            store.Database.Value("SELECT routeclass0 || ' ' || routeclass3 || ' ' || routeclass11 FROM ivrmenu WHERE pkey = 'main'"));
    }

    [SkippableTheory]
    [MemberData(nameof(Both))]
    public async Task A_password_is_generated_from_letters_that_nobody_mistakes(Schema schema)
    {
        await using var store = new Rig(schema);
        var seen = new HashSet<string>();
        for (var i = 0; i < 20; i++)
        {
            var password = (await store.Create<Extension>("Unprovisioned", ("pkey", $"{5000 + i}"), ("cluster", "default"))).Password!;
            Assert.Matches(Password(), password);
            Assert.True(seen.Add(password), "Two extensions have the same password.");
        }

        var own = await store.Create<Extension>("Unprovisioned", ("pkey", "6000"), ("cluster", "default"), ("passwd", "chosen by hand"));
        Assert.Equal("chosen by hand", own.Password);
    }

    [SkippableTheory]
    [InlineData(Schema.Embedded, null, null, "local")]
    [InlineData(Schema.Embedded, "remote", null, "remote")]
    [InlineData(Schema.Embedded, "local", "0", "local")]
    [InlineData(Schema.Embedded, "local", "aws", "remote")]
    [InlineData(Schema.Sark, "remote", null, "remote")]
    [InlineData(Schema.Sark, "local", "aws", "remote")]
    public async Task The_location_follows_the_globals(Schema schema, string? nat, string? cloud, string expected)
    {
        await using var store = new Rig(schema);
        store.Database.Execute("UPDATE globals SET NATDEFAULT = coalesce(@nat, 'local'), VCL = @cloud", ("@nat", nat), ("@cloud", cloud));
        Assert.Equal(expected, (await store.Create<Extension>("Unprovisioned", ("pkey", "5001"), ("cluster", "default"))).Location);
        Assert.Equal("local", (await store.Create<Extension>("Mailbox", ("pkey", "5002"), ("cluster", "default"))).Location);
        Assert.Equal(
            "remote",
            (await store.Create<Extension>("Unprovisioned", ("pkey", "5003"), ("cluster", "default"), ("location", "remote"))).Location);
    }

    [SkippableTheory]
    [MemberData(nameof(Both))]
    public async Task Classes_of_service_come_with_an_extension_and_go_with_it(Schema schema)
    {
        await using var store = new Rig(schema);
        await store.Create<CosRule>(null, ("pkey", "day"), ("dialplan", "_0X."), ("defaultopen", "YES"));
        await store.Create<CosRule>(null, ("pkey", "night"), ("dialplan", "_0X."), ("defaultclosed", "YES"));
        await store.Create<CosRule>(null, ("pkey", "neither"), ("dialplan", "_0X."));
        await store.Create<Extension>("Unprovisioned", ("pkey", "5001"), ("cluster", "default"));
        await store.Create<Extension>("Mailbox", ("pkey", "5002"), ("cluster", "default"));
        Assert.Equal(["5001/day"], (await store.List<CosOpen>()).Select(c => c.ToString()));
        Assert.Equal(["5001/night"], (await store.List<CosClose>()).Select(c => c.ToString()));

        store.Database.Execute("INSERT INTO IPphone_FKEY (pkey, seq) VALUES ('5001', 1)");
        await store.Tables.RemoveAsync(Extension.Descriptor, new RowKey("5001"), force: false, default);
        Assert.Empty(await store.List<CosOpen>());
        Assert.Empty(await store.List<CosClose>());
        Assert.Equal(0L, store.Database.Value("SELECT COUNT(*) FROM IPphone_FKEY"));
    }

    [SkippableTheory]
    [MemberData(nameof(Both))]
    public async Task A_hardware_address_must_be_one_of_a_known_maker_and_new(Schema schema)
    {
        await using var store = new Rig(schema);
        await store.Create<Extension>("Provisioned", ("pkey", "5001"), ("cluster", "default"), ("macaddr", "001565aabbcc"));
        async Task<string[]> Messages(object? address) =>
            [.. (await Assert.ThrowsAsync<SarkValidationException>(
                () => store.Create<Extension>(
                    "Provisioned",
                    ("pkey", "5002"),
                    ("cluster", "default"),
                    ("macaddr", address)))).Errors.Single(e => e.Key == "macaddr").Value];
        Assert.Equal(["This MAC already exists in the DB! 001565aabbcc"], await Messages("001565aabbcc"));
        Assert.Equal(["This MAC already exists in the DB! 001565AABBCC"], await Messages("001565AABBCC"));
        Assert.Equal(["Can't find Manufacturer for this MAC! "], await Messages("fffffe000001"));
        Assert.Equal(["The macaddr format is invalid."], await Messages("00:15:65:aa:bb:cc"));
        Assert.Equal(["The macaddr field is required.", "Can't find Manufacturer for this MAC! "], await Messages(null));
    }

    [SkippableTheory]
    [MemberData(nameof(Both))]
    public async Task Provisioning_lines_follow_the_transport(Schema schema)
    {
        await using var store = new Rig(schema);
        await store.Create<Extension>("Provisioned", ("pkey", "5001"), ("cluster", "default"), ("macaddr", "001565aabbcc"));
        await store.Update<Extension>("5001", ("provision", "#INCLUDE Yealink\n#INCLUDE Yealink.udp\n#INCLUDE Yealink.ipv4\nown = 1\n"));
        var tls = await store.Update<Extension>("5001", ("transport", "tls"));
        Assert.EndsWith("own = 1\n#INCLUDE yealink.tls\n#INCLUDE yealink.ipv4", tls.Provision, StringComparison.Ordinal);
        Assert.DoesNotContain(".udp", tls.Provision, StringComparison.Ordinal);

        var udp = await store.Update<Extension>("5001", ("protocol", "IPV6"), ("transport", "udp"));
        Assert.EndsWith("own = 1\n#INCLUDE yealink.udp\n#INCLUDE yealink.ipv6", udp.Provision, StringComparison.Ordinal);

        await store.Create<Extension>("Unprovisioned", ("pkey", "5002"), ("cluster", "default"));
        Assert.Null((await store.Update<Extension>("5002", ("transport", "tcp"))).Provision);
    }

    [SkippableTheory]
    [MemberData(nameof(Both))]
    public async Task A_trunk_takes_its_stanza_from_the_carrier(Schema schema)
    {
        await using var store = new Rig(schema);
        var sip = await store.Create<Trunk>(
            null, ("pkey", "one"), ("cluster", "default"), ("carrier", "GeneralSIP"), ("host", "sip.example.com"),
            ("username", "acme"), ("password", "s3cret"));
        Assert.Equal(("acme", "acme"), (sip.PeerName, sip.TrunkName));
        var lines = sip.PeerStanza!.Split('\n');
        Assert.Contains("host=sip.example.com", lines);
        Assert.Contains("secret=s3cret", lines);
        Assert.Contains("allow=", sip.PeerStanza, StringComparison.Ordinal);
        Assert.Equal("SIP", store.Database.Value("SELECT technology FROM lineIO WHERE pkey = 'one'"));

        var iax = await store.Create<Trunk>(
            null, ("pkey", "two"), ("cluster", "default"), ("carrier", "GeneralIAX2"), ("host", "192.0.2.1"),
            ("username", "acme"), ("peername", "peer"));
        Assert.Equal(("peer", "peer"), (iax.PeerName, iax.TrunkName));
        Assert.Equal("IAX2", store.Database.Value("SELECT technology FROM lineIO WHERE pkey = 'two'"));

        store.Database
            .Execute("UPDATE Carrier SET sipiaxpeer = 'type=peer' || char(10) || 'host=', sipiaxuser = NULL WHERE pkey = 'GeneralSIP'");
        var bare = await store.Create<Trunk>(
            null, ("pkey", "three"), ("cluster", "default"), ("carrier", "GeneralSIP"), ("host", "192.0.2.1"),
            ("username", "acme"));
        Assert.Equal($"type=peer\nhost=192.0.2.1\n{DefaultStanzaEnd}", bare.PeerStanza);
        Assert.Null(bare.UserStanza);

        var own = await store.Create<Trunk>(
            null, ("pkey", "four"), ("cluster", "default"), ("carrier", "GeneralSIP"), ("host", "192.0.2.1"),
            ("username", "acme"), ("sipiaxpeer", "type=friend"));
        Assert.Equal("type=friend", own.PeerStanza);
    }

    [SkippableTheory]
    [MemberData(nameof(Both))]
    public async Task What_a_stanza_holds_of_a_trunk_follows_it_and_nothing_else_does(Schema schema)
    {
        await using var store = new Rig(schema);
        await store.Create<Trunk>(
            null, ("pkey", "one"), ("cluster", "default"), ("carrier", "GeneralSIP"), ("host", "sip.example.com"), ("username", "acme"),
            ("password", "s3cret"), ("register", "acme:s3cret@sip.example.com:5070/acme"));
        var sip = await store.Update<Trunk>("one", ("host", "192.0.2.1"), ("password", "other"));
        Assert.Contains("host=192.0.2.1\n", sip.PeerStanza, StringComparison.Ordinal);
        Assert.Contains("secret=other\n", sip.PeerStanza, StringComparison.Ordinal);
        Assert.Contains("fromuser=acme\n", sip.PeerStanza, StringComparison.Ordinal);
        Assert.Equal("acme:other@192.0.2.1:5070/acme", sip.Register);

        // Lines that an administrator wrote stay, and so does a stanza that is sent along.
        await store.Update<Trunk>("one", ("sipiaxpeer", "type=peer\nhost=10.9.9.9\nsecret=other\noutboundproxy=192.0.2.1"));
        Assert.Equal(
            "type=peer\nhost=10.9.9.9\nsecret=third\noutboundproxy=192.0.2.1",
            (await store.Update<Trunk>("one", ("host", "192.0.2.3"), ("password", "third"))).PeerStanza);
        Assert.Equal(
            "host=192.0.2.3",
            (await store.Update<Trunk>("one", ("host", "192.0.2.4"), ("sipiaxpeer", "host=192.0.2.3"))).PeerStanza);
    }

    [SkippableTheory]
    [MemberData(nameof(Both))]
    public async Task The_section_of_an_iax2_trunk_has_the_name_of_its_peer(Schema schema)
    {
        await using var store = new Rig(schema);
        await store.Create<Trunk>(
            null, ("pkey", "two"), ("cluster", "default"), ("carrier", "GeneralIAX2"), ("host", "192.0.2.1"),
            ("username", "acme"), ("peername", "peer"));
        Assert.Equal("peer", Section());
        Assert.Contains(
            "\n;fromuser=acme\n",
            (string)store.Database.Value("SELECT sipiaxpeer FROM lineIO WHERE pkey = 'two'")!,
            StringComparison.Ordinal);

        await store.Update<Trunk>("two", ("peername", "renamed"));
        Assert.Equal("renamed", Section());
        Assert.Contains(
            "\n;fromuser=other\n",
            (await store.Update<Trunk>("two", ("username", "other"))).PeerStanza,
            StringComparison.Ordinal);

        // One that an administrator chose stays; one that has none, as sark6api leaves it, gets it.
        store.Database.Execute("UPDATE lineIO SET desc = 'chosen' WHERE pkey = 'two'");
        await store.Update<Trunk>("two", ("peername", "third"));
        Assert.Equal("chosen", Section());
        store.Database.Execute("UPDATE lineIO SET desc = NULL WHERE pkey = 'two'");
        await store.Update<Trunk>("two", ("host", "192.0.2.2"));
        Assert.Equal("third", Section());

        await store.Create<Trunk>(
            null, ("pkey", "three"), ("cluster", "default"), ("carrier", "GeneralSIP"), ("host", "192.0.2.1"),
            ("username", "acme"));
        Assert.Null(store.Database.Value("SELECT desc FROM lineIO WHERE pkey = 'three'"));

        object? Section() => store.Database.Value("SELECT desc FROM lineIO WHERE pkey = 'two'");
    }

    [Theory]
    [InlineData(Schema.Embedded, "chan_sip", "PJSIP")]
    [InlineData(Schema.Embedded65, "PJSIP", "chan_pjsip")]
    public async Task Words_are_those_of_the_version(Schema schema, string own, string other)
    {
        await using var store = new Rig(schema);
        Assert.Equal(own, store.Database.Value("SELECT SIPDRIVER FROM globals"));
        store.Database.Execute("UPDATE globals SET SIPDRIVER = ''");
        await store.Update<Global>("global", ("SIPDRIVER", own));
        var error = await Assert.ThrowsAsync<SarkValidationException>(() => store.Update<Global>("global", ("SIPDRIVER", other)));
        Assert.Contains(own, error.Message, StringComparison.Ordinal);
    }

    [SkippableTheory]
    [MemberData(nameof(Both))]
    public async Task Trunks_and_inbound_routes_never_see_each_other(Schema schema)
    {
        await using var store = new Rig(schema);
        await store.Create<Trunk>(
            null, ("pkey", "carrier"), ("cluster", "default"), ("carrier", "GeneralSIP"), ("host", "192.0.2.1"),
            ("username", "acme"));
        await store.Create<InboundRoute>(null, ("pkey", "0113496000"), ("cluster", "default"), ("carrier", "DiD"), ("trunkname", "acme"));
        Assert.Equal(["carrier"], (await store.List<Trunk>()).Select(t => t.Key));
        Assert.Equal(["0113496000"], (await store.List<InboundRoute>()).Select(t => t.Key));
        await Assert.ThrowsAsync<SarkNotFoundException>(() => store.Tables.GetAsync(Trunk.Descriptor, new RowKey("0113496000"), default));
        await Assert.ThrowsAsync<SarkNotFoundException>(
            () => store.Tables.RemoveAsync(InboundRoute.Descriptor, new RowKey("carrier"), force: true, default));
        await Assert.ThrowsAsync<SarkNotFoundException>(() => store.Update<InboundRoute>("carrier", ("active", "NO")));
        // They share a table all the same, and with it their keys.
        var error = await Assert.ThrowsAsync<SarkValidationException>(
            () => store.Create<InboundRoute>(null, ("pkey", "carrier"), ("cluster", "default"), ("carrier", "DiD"), ("trunkname", "acme")));
        Assert.Equal("save", error.Errors.Single().Key);
    }

    [SkippableTheory]
    [MemberData(nameof(Both))]
    public async Task The_default_tenant_and_system_templates_stay(Schema schema)
    {
        await using var store = new Rig(schema);
        var error = await Assert.ThrowsAsync<SarkConflictException>(
            () => store.Tables.RemoveAsync(Tenant.Descriptor, new RowKey("default"), force: true, default));
        Assert.Equal("Error - Cannot delete default tenant!", error.Message);

        var system = (await store.List<Template>()).First(t => t.Owner == "system");
        error = await Assert.ThrowsAsync<SarkConflictException>(
            () => store.Tables.RemoveAsync(Template.Descriptor, new RowKey(system.Key!), force: true, default));
        Assert.Contains($"'{system.Key}'", error.Message, StringComparison.Ordinal);

        var own = await store.Create<Template>(null, ("pkey", "mine"), ("technology", "SIP"));
        Assert.Equal("cust", own.Owner);
        Assert.Empty(await store.Tables.RemoveAsync(Template.Descriptor, new RowKey("mine"), force: false, default));
    }

    [SkippableTheory]
    [MemberData(nameof(Both))]
    public async Task Lamp_keys_belong_to_telephones(Schema schema)
    {
        await using var store = new Rig(schema);
        await store.Create<Template>(null, ("pkey", "lamps"), ("technology", "BLF Template"));
        Assert.Equal(
            "lamps",
            (await store.Create<Template>(null, ("pkey", "telephone"), ("technology", "SIP"), ("blfkeyname", "lamps"))).BlfTemplate);
        async Task<string> Message(params (string, object?)[] values) =>
            (await Assert.ThrowsAsync<SarkValidationException>(() => store.Create<Template>(null, values))).Errors
                .Single(e => e.Key == "blfkeyname")
                .Value[0];
        Assert.Equal(
            "blfkeyname reference must be of type 'BLF Template'!",
            await Message(("pkey", "x"), ("technology", "SIP"), ("blfkeyname", "telephone")));
        Assert.Equal(
            "blfkeyname only allowed for template type of SIP! ",
            await Message(("pkey", "x"), ("technology", "Descriptor"), ("blfkeyname", "lamps")));
        Assert.Equal("The selected blfkeyname is invalid.", await Message(("pkey", "x"), ("technology", "SIP"), ("blfkeyname", "nothing")));
    }

    [SkippableTheory]
    [MemberData(nameof(Both))]
    public async Task Timers_have_generated_names_and_numbers(Schema schema)
    {
        await using var store = new Rig(schema);
        var day = await store.Create<DayTimer>(null, ("cluster", "default"), ("timespan", "08:30-17:00"));
        Assert.Matches("^dateSeg[1-9][0-9]{5}$", day.Name);
        var (first, second) = (await store.Create<HolidayTimer>(null), await store.Create<HolidayTimer>(null));
        Assert.NotEqual(first.Key, second.Key);
        Assert.Matches(
            "^sched[1-9][0-9]{5}$",
            (string)store.Database.Value("SELECT pkey FROM Holiday WHERE id = @id", ("@id", first.Key))!);
    }

    [SkippableTheory]
    [MemberData(nameof(Both))]
    public async Task Every_kind_of_destination_has_its_class(Schema schema)
    {
        await using var store = new Rig(schema);
        await store.Create<Extension>("Unprovisioned", ("pkey", "5001"), ("cluster", "default"));
        await store.Create<RingGroup>(null, ("pkey", "600"), ("cluster", "default"), ("outcome", "Hangup"));
        await store.Create<Queue>(null, ("pkey", "sales"), ("cluster", "default"));
        await store.Create<Ivr>(null, ("pkey", "menu"), ("cluster", "default"));
        await store.Create<CustomApp>(null, ("pkey", "app"), ("cluster", "default"));
        await store.Create<Trunk>(
            null, ("pkey", "carrier"), ("cluster", "default"), ("carrier", "GeneralSIP"), ("host", "192.0.2.1"),
            ("username", "acme"));
        await store.Create<Trunk>(
            null, ("pkey", "far~1"), ("cluster", "default"), ("carrier", "GeneralSIP"), ("host", "192.0.2.1"),
            ("username", "acme"));
        var timer = await store.Create<HolidayTimer>(null);
        foreach (var (name, routeClass) in new[]
        {
            ("None", 0), ("Operator", 100), ("Hangup", 101), ("Default IVR", 3), ("DISA", 5), ("CALLBACK", 6), ("Retrieve Voicemail", 20),
            ("Leave Voicemail", 21),
            ("5001", 1), ("*5001", 1), ("600", 1), ("sales", 4), ("menu", 2), ("app", 10), ("carrier", 9), ("far~1", 8),
        })
        {
            var changed = await store.Update<HolidayTimer>(timer.Key!, ("route", name));
            Assert.Equal((name, routeClass), (changed.Route, changed.RouteClass));
        }

        foreach (var unknown in new[] { "nobody", "hangup", "5009", "**5001", "50011" })
        {
            var error = await Assert.ThrowsAsync<SarkValidationException>(() => store.Update<HolidayTimer>(timer.Key!, ("route", unknown)));
            Assert.Equal([$"The routing target could not be resolved {unknown}"], error.Errors.Single(e => e.Key == "route").Value);
        }

        var all = (await store.Tables.DestinationsAsync(default)).ToDictionary(d => $"{d.Kind} {d.Name}", d => d.RouteClass);
        Assert.Equal(
            (1, 1, 4, 2, 10, 9),
            (all["Extension 5001"], all["RingGroup 600"], all["Queue sales"], all["Ivr menu"], all["CustomApp app"], all["Trunk carrier"]));
    }

    [SkippableTheory]
    [MemberData(nameof(Both))]
    public async Task A_change_that_fails_late_leaves_nothing_behind(Schema schema)
    {
        await using var store = new Rig(schema);
        await store.Create<CosRule>(null, ("pkey", "day"), ("dialplan", "_0X."), ("defaultopen", "YES"));
        // The extension is written first; then its class of service meets a row that is already there.
        store.Database.Execute("INSERT INTO IPphoneCOSopen (IPphone_pkey, COS_pkey) VALUES ('5001', 'day')");
        var before = store.Database.Content();
        await Assert.ThrowsAnyAsync<SarkException>(
            () => store.Create<Extension>("Unprovisioned", ("pkey", "5001"), ("cluster", "default")));
        Assert.Empty(before.ChangesTo(store.Database.Content()));
    }

    [SkippableTheory]
    [MemberData(nameof(Both))]
    public async Task Columns_of_a_newer_SARK_survive(Schema schema)
    {
        await using var store = new Rig(schema);
        store.Database.Execute("ALTER TABLE Cluster ADD COLUMN novelty TEXT");
        store.Database.Execute("UPDATE Cluster SET novelty = 'kept' WHERE pkey = 'default'");
        var tenant = await store.Update<Tenant>("default", ("description", "changed"));
        Assert.Equal(("changed", "kept"), (tenant.Description, tenant.Raw["novelty"]));
    }

    [GeneratedRegex("^[2346789bcdfghjkmnpqrtvwxyzBCDFGHJKLMNPQRTVWXYZ]{12}$", RegexOptions.CultureInvariant)]
    private static partial Regex Password();

    [GeneratedRegex(@"\$[A-Za-z]+", RegexOptions.CultureInvariant)]
    private static partial Regex Variable();

    /// <summary>A store on a database of its own.</summary>
    private sealed class Rig : IAsyncDisposable
    {
        private readonly LocalBackend backend;

        public Rig(Schema schema)
        {
            Database = new TestDatabase(schema);
            backend = new LocalBackend(Database.Options);
        }

        public TestDatabase Database { get; }

        public ITableOperations Tables => backend.Tables;

        public async Task<T> Create<T>(string? kind, params (string Column, object? Value)[] values)
            where T : SarkRecord, ISarkResource<T>, new() =>
            T.Descriptor.Materialize(await Tables.CreateAsync(
                T.Descriptor,
                kind is null ? null : T.Descriptor.Kinds.Single(k => k.Name == kind),
                Changes(values),
                default));

        public async Task<T> Create<T>(string? kind, List<string> told, params (string Column, object? Value)[] values)
            where T : SarkRecord, ISarkResource<T>, new() =>
            await Notices.Hear(notice => told.Add(notice.Sentence), () => Create<T>(kind, values));

        public async Task<T> Update<T>(string key, params (string Column, object? Value)[] values)
            where T : SarkRecord, ISarkResource<T>, new() =>
            T.Descriptor.Materialize(await Tables.UpdateAsync(T.Descriptor, new RowKey(key), Changes(values), default));

        public async Task<IReadOnlyList<T>> List<T>()
            where T : SarkRecord, ISarkResource<T>, new() =>
            [.. (await Tables.ListAsync(T.Descriptor, null, default)).Select(T.Descriptor.Materialize)];

        public async ValueTask DisposeAsync()
        {
            await backend.DisposeAsync();
            Database.Dispose();
        }

        private static Changes Changes((string Column, object? Value)[] values)
        {
            var changes = new Changes();
            foreach (var (column, value) in values)
            {
                changes[column] = value;
            }

            return changes;
        }
    }
}
