using System.Globalization;
using SarkPS.Ami;
using SarkPS.Tests.Support;
using SarkPS.Tests.Telephony;
using SarkPS.Tests.Twin;

namespace SarkPS.Tests.Ami;

/// <summary>
/// Telephones, trunks and menus that the product's commands make, as a real Asterisk reads them: rows, the files that SARK
/// makes of rows, telephones that speak SIP, and calls.
/// </summary>
[Collection("Asterisk")]
[Trait("Category", "Asterisk")]
public sealed class TelephoneTests : IAsyncLifetime
{
    private static readonly (string Name, Func<Microsoft.Data.Sqlite.SqliteConnection, IReadOnlyList<string>> Lines)[] Files =
    [
        ("tests-sip.conf", AsteriskTwin.Sip), ("tests-iax.conf", AsteriskTwin.Iax), ("tests-voicemail.conf", AsteriskTwin.Voicemail),
        ("tests-telephones.conf", AsteriskTwin.DialPlan),
    ];

    private readonly List<SipPhone> telephones = [];

    private static string Exchange => $"127.0.0.1:{AsteriskLab.Variable("SARK_TEST_SIP_PORT")}";

    public Task InitializeAsync() =>
        string.IsNullOrEmpty(Environment.GetEnvironmentVariable("SARK_TEST_AMI_PORT")) ? Task.CompletedTask : AsteriskLab.QuietAsync();

    public async Task DisposeAsync()
    {
        foreach (var telephone in telephones)
        {
            await telephone.DisposeAsync();
        }

        if (!string.IsNullOrEmpty(Environment.GetEnvironmentVariable("SARK_TEST_AMI_PORT")))
        {
            // The next test finds the exchange as it was started.
            await AsteriskLab.QuietAsync();
            await ReloadAsync([]);
        }
    }

    [SkippableTheory]
    [InlineData(Schema.Embedded)]
    [InlineData(Schema.Sark)]
    public async Task Telephones_of_each_kind_register_watch_each_other_and_call(Schema schema)
    {
        AsteriskLab.Require();
        AsteriskLab.Variable("SARK_TEST_WSS_PORT");
        await using var engine = await TestEngine.StartAsync(Side.Local, schema);
        engine.Run("""
            New-SarkExtension 4410 -Tenant default -Description 'Front desk'
            New-SarkExtension 4411 -Tenant default -MacAddress 001565aabb01
            New-SarkExtension 4412 -Tenant default -Kind WebRtc
            New-SarkExtension 4413 -Tenant default -Kind Mailbox
            """).Good();
        await LoadAsync(engine.Database);
        string[] numbers = ["4410", "4411", "4412", "4413"];
        var phones = new Dictionary<string, SipPhone>();
        foreach (var number in numbers)
        {
            phones[number] = await TelephoneAsync(engine.Database, number);
            Assert.Equal((number, 200), (number, await phones[number].RegisterAsync()));
        }

        // A wrong password is refused.
        Assert.Equal(403, await (await TelephoneAsync(engine.Database, "4410", "wrong")).RegisterAsync());

        foreach (var (number, phone) in phones)
        {
            Assert.Equal((number, (200, "terminated")), (number, await phone.WatchAsync(number == "4410" ? "4411" : "4410")));
        }

        // Each calls each, and the lamps of those who watch tell it.
        foreach (var (caller, called) in new[] { ("4411", "4410"), ("4412", "4410"), ("4410", "4412"), ("4413", "4411") })
        {
            var call = phones[caller].CallAsync(called);
            var offered = await phones[called].AnswerAsync();
            var made = await call;
            Assert.Equal((caller, called, 200), (caller, called, made.Status));
            await made.AcknowledgeAsync();
            // A browser gets what it can take, and so does a telephone that speaks with one.
            Assert.Equal(phones[called].IsBrowser, offered.Body.Contains("RTP/SAVPF", StringComparison.Ordinal));
            Assert.Equal(phones[called].IsBrowser, offered.Body.Contains("a=fingerprint:", StringComparison.Ordinal));
            Assert.Equal(phones[caller].IsBrowser, made.Media.Contains("a=fingerprint:", StringComparison.Ordinal));
            if (called == "4410")
            {
                await phones[caller == "4411" ? "4412" : "4411"].UntilLampAsync("confirmed");
            }

            Assert.Equal(200, await made.HangUpAsync());
            await phones[called].EndedAsync();
        }

        // The mailbox is there for those who divert to it.
        await using var asterisk = new LocalAsterisk(AsteriskLab.Options());
        Assert.Empty(numbers.Except((await asterisk.GetVoicemailUsersAsync()).Select(u => u.Mailbox!)));
    }

    [SkippableFact]
    public async Task A_telephone_as_sark6api_writes_it_cannot_watch_until_its_stanza_is_put_right()
    {
        AsteriskLab.Require();
        await using var engine = await TestEngine.StartAsync(Side.Local, Schema.Embedded);
        engine.Run("New-SarkExtension 4410, 4411 -Tenant default").Good();
        engine.Database.Execute("UPDATE IPphone SET sipiaxfriend = replace(replace(sipiaxfriend, 'type=friend', 'type=peer'), "
            + "'subscribecontext=extensions', 'subscribecontext=$subtxt')");
        await LoadAsync(engine.Database);
        var old = await TelephoneAsync(engine.Database, "4410");
        Assert.Equal(200, await old.RegisterAsync());
        Assert.Equal(404, (await old.WatchAsync("4411")).Status);

        engine.Run("Set-SarkExtension 4410 -Stanza default").Good();
        await LoadAsync(engine.Database);
        var mended = await TelephoneAsync(engine.Database, "4410");
        Assert.Equal(200, await mended.RegisterAsync());
        Assert.Equal((200, "terminated"), await mended.WatchAsync("4411"));
    }

    [SkippableFact]
    public async Task Trunks_take_calls_in_and_a_menu_leads_them_on()
    {
        AsteriskLab.Require();
        await using var engine = await TestEngine.StartAsync(Side.Local, Schema.Embedded);
        engine.Run("""
            New-SarkExtension 4410, 4411 -Tenant default
            New-SarkIvr main -Tenant default -Option @{ 1 = '4410'; 2 = '4411' }
            New-SarkInboundRoute 441924566170 -Tenant default -Carrier DiD -TrunkName acme -OpenRoute main -CloseRoute main
            New-SarkInboundRoute 441924566171 -Tenant default -Carrier DiD -TrunkName acme -OpenRoute 4411 -CloseRoute 4411
            New-SarkTrunk acme -Tenant default -Carrier GeneralSIP -Host 127.0.0.1 -UserName acmesip -Password '4sipTrunk'
            New-SarkTrunk far -Tenant default -Carrier GeneralIAX2 -Host 127.0.0.1 -UserName acmeiax -Password '4iaxTrunk'
            """).Good();
        await LoadAsync(
            engine.Database,
            IaxCall("8000", "acmeiax", "441924566170,20,D(ww1)"),
            IaxCall("8001", "nobodyiax", "441924566171,20"));
        var (desk, other) = (await TelephoneAsync(engine.Database, "4410"), await TelephoneAsync(engine.Database, "4411"));
        Assert.Equal((200, 200), (await desk.RegisterAsync(), await other.RegisterAsync()));

        // The carrier calls from the trunk's address and says no password; the number leads to a telephone.
        var carrier = new SipPhone(
            new UdpWire(int.Parse(AsteriskLab.Variable("SARK_TEST_SIP_PORT"), CultureInfo.InvariantCulture)),
            Exchange,
            "0113496000",
            "");
        telephones.Add(carrier);
        var call = carrier.CallAsync("441924566171");
        await other.AnswerAsync();
        var made = await call;
        Assert.Equal(200, made.Status);
        await made.AcknowledgeAsync();
        Assert.Equal(200, await made.HangUpAsync());
        await other.EndedAsync();

        // A number that nobody has is not taken.
        Assert.Equal(404, (await carrier.CallAsync("441924566179")).Status);

        // Over IAX2, by the name of the trunk's peer, to the menu; the caller presses 1.
        call = other.CallAsync("8000");
        await desk.AnswerAsync();
        made = await call;
        Assert.Equal(200, made.Status);
        await made.AcknowledgeAsync();
        Assert.Equal(200, await made.HangUpAsync());
        await desk.EndedAsync();

        // Another name is none of ours.
        Assert.NotEqual(200, (await desk.CallAsync("8001")).Status);
    }

    private static string[] IaxCall(string number, string user, string target) =>
        ["[internal]", $"exten => {number},1,Dial(IAX2/{user}@127.0.0.1:{AsteriskLab.Variable("SARK_TEST_IAX_PORT")}/{target})",
            " same => n,Hangup(${HANGUPCAUSE})"];

    private static Task LoadAsync(TestDatabase database, params string[][] more)
    {
        using var rows = database.Open();
        return ReloadAsync([.. Files.Select(
            f => (f.Name, (IReadOnlyList<string>)[.. f.Lines(rows), .. f.Name == Files[^1].Name ? more.SelectMany(m => m) : []]))]);
    }

    private static async Task ReloadAsync(IReadOnlyList<(string Name, IReadOnlyList<string> Lines)> files)
    {
        var folder = Path.Combine(AsteriskLab.Variable("SARK_ASTERISK_HOME"), "etc");
        foreach (var (name, _) in Files)
        {
            File.Delete(Path.Combine(folder, name));
        }

        foreach (var (name, lines) in files)
        {
            await File.WriteAllLinesAsync(Path.Combine(folder, name), lines);
        }

        await using var asterisk = new LocalAsterisk(AsteriskLab.Options());
        foreach (var command in new[] { "dialplan reload", "voicemail reload", "iax2 reload", "sip reload" })
        {
            await asterisk.Client.SendAsync(new AmiAction("Command").With("Command", command));
        }

        // chan_sip reads its file when it gets to it.
        var wanted = files.Where(f => f.Name == "tests-sip.conf").SelectMany(f => f.Lines)
            .Where(l => l.StartsWith("[44", StringComparison.Ordinal))
            .Select(l => l.Trim('[', ']'))
            .ToHashSet();
        for (var attempt = 0; ; attempt++)
        {
            var there = (await asterisk.GetSipPeersAsync()).Select(p => p.Name!).Where(n => n.StartsWith("44", StringComparison.Ordinal))
                .ToHashSet();
            if (there.SetEquals(wanted))
            {
                return;
            }

            Assert.True(attempt < 100, $"Asterisk has the telephones {string.Join(", ", there)} and not {string.Join(", ", wanted)}.");
            await Task.Delay(50);
        }
    }

    private async Task<SipPhone> TelephoneAsync(TestDatabase database, string number, string? password = null)
    {
        password ??= (string)database.Value("SELECT passwd FROM IPphone WHERE pkey = @key", ("@key", number))!;
        var isBrowser = (string)database.Value("SELECT transport FROM IPphone WHERE pkey = @key", ("@key", number))! == "wss";
        using var end = new CancellationTokenSource(TimeSpan.FromSeconds(10));
        ISipWire wire = isBrowser
            ? await WebSocketWire.ConnectAsync(
                int.Parse(AsteriskLab.Variable("SARK_TEST_WSS_PORT"), CultureInfo.InvariantCulture),
                end.Token)
            : new UdpWire(int.Parse(AsteriskLab.Variable("SARK_TEST_SIP_PORT"), CultureInfo.InvariantCulture));
        var telephone = new SipPhone(wire, Exchange, number, password);
        telephones.Add(telephone);
        return telephone;
    }
}
