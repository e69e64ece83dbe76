using System.Reflection;
using SarkPS.Ami;

namespace SarkPS.Tests.Ami;

/// <summary>Recorded answers as typed objects.</summary>
public sealed class AsteriskTypesTests
{
    [Fact]
    public void A_channel_has_numbers_states_and_times()
    {
        var exchanges = ReplayPeer.Load("channels");
        var status = Items(exchanges[1]).ToLookup(m => m["Uniqueid"]);
        var channels = Items(exchanges[0]).Where(m => m.Event == "CoreShowChannel")
            .Select(m => new AsteriskChannel(m, status[m["Uniqueid"]].FirstOrDefault()))
            .ToArray();

        var caller = channels.First(c => c.CallerId == "55512");
        Assert.Equal("Zoë", caller.CallerName);
        Assert.Equal(ChannelState.Up, caller.State);
        Assert.True(caller.Duration >= TimeSpan.Zero);
        Assert.NotNull(caller.Status);
        Assert.Null(channels.First(c => c.Technology == "SIP").BridgeId);
        Assert.Equal(channels.Length, channels.Select(c => c.UniqueId).Distinct().Count());
    }

    [Fact]
    public void A_queue_has_its_members_callers_and_times()
    {
        var items = Items(ReplayPeer.Load("queues")[0]);
        var member = new QueueMember(items.First(i => i["Name"] == "Grace"));
        var caller = new QueueCaller(items.First(i => i.Event == "QueueEntry"));
        var queue = new QueueStatus(items.First(i => i["Queue"] == "support"), [member], []);

        Assert.Equal(DeviceStatus.Unavailable, member.Status);
        Assert.Equal(2, member.Penalty);
        Assert.Null(member.LastCall);
        Assert.Equal(1, caller.Position);
        Assert.Equal("55512", caller.CallerId);
        Assert.Equal(TimeSpan.FromSeconds(30), queue.ServiceLevel);
        Assert.Null(queue.MaxCallers);
    }

    [Fact]
    public void A_sip_peer_has_an_address_or_none()
    {
        var peers = Items(ReplayPeer.Load("sip")[0]).Where(m => m.Event == "PeerEntry").Select(SipPeer.OfList).ToDictionary(p => p.Name!);

        Assert.Equal("127.0.0.1", peers["401"].Address);
        Assert.Equal(PeerStatus.Ok, peers["401"].Status);
        Assert.NotNull(peers["401"].Latency);
        Assert.Equal("Reception", peers["401"].Description);
        Assert.Null(peers["402"].Address);
        Assert.Null(peers["402"].Port);
        Assert.Equal(PeerStatus.Unmonitored, peers["402"].Status);
        Assert.False(peers["carrier-out"].Dynamic);
    }

    [Fact]
    public void A_pjsip_endpoint_is_a_sip_peer_too()
    {
        var exchanges = ReplayPeer.Load("pjsip");
        var contacts = Items(exchanges[1]).ToLookup(c => c["Endpoint"]);
        var peers = Items(exchanges[0]).Where(m => m.Event == "EndpointList")
            .Select(e => SipPeer.OfEndpoint(e, contacts[e["ObjectName"]].FirstOrDefault()))
            .ToDictionary(p => p.Name!);

        Assert.Equal("PJSIP", peers["450"].Technology);
        Assert.Equal(PeerStatus.Unreachable, peers["450"].Status);
        Assert.Null(peers["450"].Address);
        Assert.Equal("127.0.0.1", peers["carrier"].Address);
        Assert.NotNull(peers["carrier"].Port);
        Assert.Equal(PeerStatus.Unmonitored, peers["carrier"].Status);
        Assert.Equal(("127.0.0.1", PeerStatus.Unmonitored), (peers["phone401"].Address, peers["phone401"].Status));
    }

    [Fact]
    public void The_rest_is_typed_as_well()
    {
        var agents = Items(ReplayPeer.Load("agents")[0]).Where(m => m.Event == "Agents").Select(m => new AgentStatus(m)).ToArray();
        Assert.Equal([AgentState.Idle, AgentState.LoggedOff], agents.Select(a => a.Status));
        Assert.NotNull(agents[0].LoggedIn);

        var rooms = ReplayPeer.Load("conferences");
        Assert.Equal(2, new Conference(Items(rooms[0])[1]).Parties);
        Assert.Contains(Items(rooms[1]).Where(m => m.Event == "ConfbridgeList").Select(m => new ConferenceMember(m)), m => m.Admin == true);

        var iax = ReplayPeer.Load("iax");
        var branch = Items(iax[0]).Where(m => m["ObjectName"]?.StartsWith("branch", StringComparison.Ordinal) == true)
            .Select(m => new IaxPeer(m))
            .Single();
        Assert.Equal(("branch", "branch-user", true), (branch.Name, branch.UserName, branch.Trunk));
        Assert.Null(new Registration(Items(iax[1])[1], "IAX2").Perceived);

        var sip = Items(ReplayPeer.Load("sip")[3]).Where(m => m.Event == "RegistryEntry").Select(m => new Registration(m, "SIP"))
            .ToDictionary(r => r.UserName!);
        Assert.Equal(RegistrationStatus.Registered, sip["carrier"].State);
        Assert.NotNull(sip["carrier"].Registered);
        Assert.Equal(RegistrationStatus.RequestSent, sip["lost"].State);

        var devices = ReplayPeer.Load("devices");
        Assert.Contains(Items(devices[0]).Select(m => new DeviceState(m)), d => d.State == DeviceStatus.NotInUse);
        Assert.Equal(ExtensionStatus.NoHint, new ExtensionState(Items(devices[3])[0]).State);

        var box = ReplayPeer.Load("voicemail");
        Assert.Null(new VoicemailUser(Items(box[0])[2]).Email);
        Assert.False(new Mailbox(Items(box[1])[0], Items(box[2])[0]).Waiting);

        var core = ReplayPeer.Load("core");
        Assert.StartsWith("16.", new CoreSettings(Items(core[0])[0]).AsteriskVersion, StringComparison.Ordinal);
        Assert.Equal(2026, new CoreStatus(Items(core[1])[0]).Started!.Value.Year);
    }

    [Theory]
    [InlineData("00:00:09", 9)]
    [InlineData("30:00:00", 108_000)]
    public void A_duration_may_be_longer_than_a_day(string clock, int seconds) =>
        Assert.Equal(TimeSpan.FromSeconds(seconds), new AsteriskChannel(new([new("Duration", clock)]), null).Duration);

    [Fact]
    public void A_message_survives_its_way_through_json()
    {
        var message = new AmiMessage(
            [new("Event", "X"), new("Variable", "a"), new("Variable", "b"), new("Variable", "c"), new("Empty", "")]);

        Assert.Equal(message.ToString(), AmiJson.FromJson(AmiJson.ToJson(message)).ToString());
    }

    [Theory]
    [InlineData("/.*/")]
    [InlineData("SIP")]
    [InlineData("SIP/")]
    [InlineData("SIP/1\r\nAction: Originate")]
    public void What_is_not_a_channel_is_not_hung_up(string channel) =>
        Assert.Throws<SarkValidationException>(() => AsteriskRules.Channel(channel));

    [Fact]
    public void A_call_names_everything_that_is_wrong_with_it()
    {
        var failure = Assert.Throws<SarkValidationException>(() => AsteriskRules.Originate(new("40\r\n1", "x", "a,b", null)));

        Assert.Equal(["target", "caller", "context", "clid"], failure.Errors.Select(e => e.Key));
    }

    [Fact]
    public void Every_function_takes_no_more_than_its_parameters_and_refuses_what_would_leave_its_line()
    {
        Assert.All(AsteriskFunctions.All.Where(f => f.Parameters.Count > 0), f =>
        {
            Assert.Throws<SarkValidationException>(() => f.Action(["a\r\nb"]));
            Assert.Throws<SarkValidationException>(() => f.Action([new string('x', 2000)]));
            Assert.Throws<SarkValidationException>(() => f.Action([.. Enumerable.Repeat("x", f.Parameters.Count + 1)]));
        });
    }

    [Fact]
    public void Every_function_that_is_described_is_in_the_list_of_all()
    {
        var described = typeof(AsteriskFunction).Assembly.GetTypes()
            .SelectMany(t => t.GetFields(BindingFlags.Static | BindingFlags.NonPublic | BindingFlags.Public))
            .Where(f => f.FieldType == typeof(AsteriskFunction))
            .Select(f => ((AsteriskFunction)f.GetValue(null)!).Name);

        Assert.Equal(described.Order(StringComparer.Ordinal), AsteriskFunctions.All.Select(f => f.Name));
    }

    private static List<AmiMessage> Items((string[] Request, string Answer) exchange)
    {
        var decoder = new AmiDecoder();
        decoder.Append(System.Text.Encoding.Latin1.GetBytes(ReplayPeer.Banner + exchange.Answer));
        var messages = new List<AmiMessage>();
        while (decoder.TryRead(out var message))
        {
            messages.Add(message);
        }

        return messages;
    }
}
