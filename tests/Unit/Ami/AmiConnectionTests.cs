using System.Buffers;
using System.Text;
using SarkPS.Ami;

namespace SarkPS.Tests.Ami;

public sealed class AmiConnectionTests
{
    private static AmiAction List(string name, string complete) => new(name) { Answer = AmiAnswer.List, CompletedBy = complete };

    [Theory]
    [InlineData(Pace.Whole)]
    [InlineData(Pace.Bytes)]
    public async Task A_list_has_its_items_and_nothing_else(Pace pace)
    {
        var (connection, peer) = await ReplayPeer.ConnectAsync(ReplayPeer.Load("sip"), pace);

        var peers = await connection.SendAsync(List("SIPpeers", "PeerlistComplete"));
        var one = await connection.SendAsync(new AmiAction("SIPshowpeer").With("Peer", "401"));
        var none = await Assert.ThrowsAsync<AmiActionException>(
            () => connection.SendAsync(new AmiAction("SIPshowpeer").With("Peer", "999")));
        var registry = await connection.SendAsync(List("SIPshowregistry", "RegistrationsComplete"));

        Assert.Equal(["401", "402", "carrier-out"], peers.Items.Select(i => i["ObjectName"]).Order(StringComparer.Ordinal));
        Assert.Equal("\"Ada\" <401>", one.Response["Callerid"]);
        Assert.Equal("Peer 999 not found.", none.Response.Message);
        Assert.Equal(2, registry.Items.Count);
        Assert.Empty(peer.Surprises);
    }

    [Fact]
    public async Task Items_without_an_id_go_to_the_list_that_is_being_sent()
    {
        var (connection, _) = await ReplayPeer.ConnectAsync(ReplayPeer.Load("iax"), Pace.Bytes);

        var peers = await connection.SendAsync(
            new AmiAction("IAXpeers") { Answer = AmiAnswer.List, CompletedBy = "PeerlistComplete", UntaggedItem = "PeerEntry" });

        Assert.Equal(["branch/branch-user", "softphone"], peers.Items.Select(i => i["ObjectName"]).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task A_list_whose_count_is_wrong_is_not_passed_off_as_complete()
    {
        var (connection, _) = await ReplayPeer.ConnectAsync([ReplayPeer.Exchange(
            "Action: Agents",
            "Response: Success\nActionID: 1\nEventList: start\n\nEvent: Agents\nActionID: 1\nAgent: 1\n\nEvent: "
                + "AgentsComplete\nActionID: 1\nEventList: Complete\nListItems: 2\n\n")]);

        var failure = await Assert.ThrowsAsync<AmiProtocolException>(() => connection.SendAsync(List("Agents", "AgentsComplete")));

        Assert.Contains("announced 2 items for the action Agents and sent 1", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_list_of_asterisk_13_ends_at_its_own_event()
    {
        var (connection, _) = await ReplayPeer.ConnectAsync([ReplayPeer.Exchange(
            "Action: Status",
            "Response: Success\nActionID: 1\nMessage: Channel status will follow\n\nEvent: Status\nActionID: 1\nChannel: "
                + "SIP/1-1\n\nEvent: StatusComplete\nActionID: 1\nItems: 1\n\n")]);

        var reply = await connection.SendAsync(List("Status", "StatusComplete"));

        Assert.Equal("SIP/1-1", Assert.Single(reply.Items)["Channel"]);
    }

    [Theory]
    [InlineData("originate-answered", "Success", "4")]
    [InlineData("originate-busy", "Failure", "5")]
    public async Task The_outcome_of_a_call_is_the_event_with_its_id_and_other_events_go_to_watchers(
        string conversation,
        string response,
        string reason)
    {
        var hub = new AmiEventHub();
        var events = hub.Watch();
        var (connection, _) = await ReplayPeer.ConnectAsync(ReplayPeer.Load(conversation), Pace.Bytes, events: hub);
        var originate = new AmiAction("Originate") { Answer = AmiAnswer.Outcome, CompletedBy = "OriginateResponse" }
            .With("Channel", conversation == "originate-busy" ? "Local/702@internal" : "Local/700@internal")
            .With("Context", "internal").With("Exten", "700").With("Priority", "1").With("Async", "true");

        var reply = await connection.SendAsync(originate);

        Assert.Equal(response, reply.Items[0].Response);
        Assert.Equal(reason, reply.Items[0]["Reason"]);
        await foreach (var first in events)
        {
            Assert.Equal("Newchannel", first.Name);
            break;
        }
    }

    [Fact]
    public async Task A_call_to_an_unknown_extension_fails_at_once()
    {
        var (connection, _) = await ReplayPeer.ConnectAsync(ReplayPeer.Load("originate-unknown"));

        var failure = await Assert.ThrowsAsync<AmiActionException>(() => connection.SendAsync(new AmiAction("Originate")
        {
            Answer = AmiAnswer.Outcome,
            CompletedBy = "OriginateResponse"
        }
            .With("Channel", "Local/700@internal").With("Context", "internal").With("Exten", "999").With("Priority", "1").With(
                "Async",
                "true")));

        Assert.Equal("Extension does not exist.", failure.Response.Message);
    }

    [Fact]
    public async Task A_missing_action_is_unsupported_and_names_it()
    {
        var (connection,
            _) = await ReplayPeer.ConnectAsync([ReplayPeer.Exchange("Action: Nonesuch",
                "Response: Error\nActionID: 1\nMessage: Invalid/unknown command: Nonesuch. Use Action: ListCommands to show available "
                    + "commands.\n\n")]);

        var failure = await Assert.ThrowsAsync<AmiActionException>(() => connection.SendAsync(List("Nonesuch", "X")));

        Assert.Equal(SarkErrorKind.Unsupported, failure.Kind);
        Assert.Contains("Nonesuch", failure.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(40)]
    [InlineData(300)]
    [InlineData(900)]
    public async Task An_answer_that_is_cut_short_fails_at_once_and_so_does_everything_after_it(int bytes)
    {
        var (connection, _) = await ReplayPeer.ConnectAsync(ReplayPeer.Load("sip"), Pace.Whole, bytes);

        var waiting = connection.SendAsync(List("SIPpeers", "PeerlistComplete"));
        var other = connection.SendAsync(new AmiAction("Ping"));

        var failure = await Assert.ThrowsAsync<AmiConnectionException>(() => waiting);
        await Assert.ThrowsAsync<AmiConnectionException>(() => other);
        await Assert.ThrowsAsync<AmiConnectionException>(() => connection.SendAsync(new AmiAction("Ping")));
        Assert.False(connection.IsOpen);
        Assert.Equal(SarkErrorKind.Unavailable, failure.Kind);
    }

    [Fact]
    public async Task A_wrong_secret_is_reported_without_showing_it()
    {
        using var server = new LoopbackServer(async (stream, _) =>
        {
            await LoopbackServer.SendAsync(stream, ReplayPeer.Banner);
            var challenge = await LoopbackServer.ReadActionAsync(stream);
            await LoopbackServer.SendAsync(
                stream,
                $"Response: Success\nActionID: {LoopbackServer.Field(challenge, "ActionID")}\nChallenge: 1\n\n");
            var login = await LoopbackServer.ReadActionAsync(stream);
            await LoopbackServer.SendAsync(
                stream,
                $"Response: Error\nActionID: {LoopbackServer.Field(login, "ActionID")}\nMessage: Authentication failed\n\n");
        });
        var options = server.Options();
        options.Secret = "wrong-secret";

        var failure = await Assert.ThrowsAsync<AmiLoginException>(() => AmiConnection.ConnectAsync(options));

        Assert.Contains("'sark'", failure.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("wrong-secret", failure.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("garbage\r\n\r\n")]
    [InlineData("SSH-2.0-OpenSSH_9.2\r\n")]
    [InlineData("\0\u0001\u00ff\u00fe\r\n")]
    public async Task A_peer_that_is_not_asterisk_is_named_as_such(string greeting)
    {
        using var server = new LoopbackServer(async (stream, _) =>
        {
            await LoopbackServer.SendAsync(stream, greeting);
            await LoopbackServer.ReadActionAsync(stream);
        });

        var failure = await Assert.ThrowsAsync<AmiProtocolException>(() => AmiConnection.ConnectAsync(server.Options()));

        Assert.Contains("does not speak the Asterisk Manager Interface", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_ten_megabyte_line_ends_the_connection_and_not_the_process()
    {
        using var server = new LoopbackServer(async (stream, _) =>
        {
            await LoopbackServer.LoginAsync(stream);
            await LoopbackServer.ReadActionAsync(stream);
            await stream.WriteAsync(Encoding.ASCII.GetBytes("Event: " + new string('x', 10 << 20)));
        });
        await using var connection = await AmiConnection.ConnectAsync(server.Options());

        var failure = await Assert.ThrowsAsync<AmiProtocolException>(() => connection.SendAsync(new AmiAction("Ping")));

        Assert.Contains("a line is longer", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_list_without_end_is_given_up()
    {
        using var server = new LoopbackServer(async (stream, _) =>
        {
            await LoopbackServer.LoginAsync(stream);
            var id = LoopbackServer.Field(await LoopbackServer.ReadActionAsync(stream), "ActionID");
            await LoopbackServer.SendAsync(stream, $"Response: Success\nActionID: {id}\nEventList: start\n\n");
            var items = Encoding.ASCII.GetBytes(string.Concat(Enumerable.Repeat($"Event: Agents\r\nActionID: {id}\r\n\r\n", 1000)));
            while (true)
            {
                await stream.WriteAsync(items);
            }
        });
        await using var connection = await AmiConnection.ConnectAsync(server.Options(TimeSpan.FromSeconds(60)));

        var failure = await Assert.ThrowsAsync<AmiProtocolException>(() => connection.SendAsync(List("Agents", "AgentsComplete")));

        Assert.Contains("does not end", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_late_answer_is_nobody_elses()
    {
        var release = new TaskCompletionSource();
        using var server = new LoopbackServer(async (stream, _) =>
        {
            await LoopbackServer.LoginAsync(stream);
            var late = LoopbackServer.Field(await LoopbackServer.ReadActionAsync(stream), "ActionID");
            var second = LoopbackServer.Field(await LoopbackServer.ReadActionAsync(stream), "ActionID");
            await release.Task;
            await LoopbackServer.SendAsync(stream,
                $"Response: Success\nActionID: {late}\nPing: Late\n\nResponse: Error\nMessage: nobody's\n\nResponse: Success\nActionID: "
                    + $"{second}\nPing: Second\n\n");
            await LoopbackServer.ReadActionAsync(stream);
        });
        await using var connection = await AmiConnection.ConnectAsync(server.Options());

        await Assert.ThrowsAsync<AmiTimeoutException>(
            () => connection.SendAsync(new AmiAction("Ping") { TimeLimit = TimeSpan.FromMilliseconds(50) }));
        var second = connection.SendAsync(new AmiAction("Ping"));
        release.SetResult();

        Assert.Equal("Second", (await second).Response["Ping"]);
        Assert.Equal(2, connection.Unmatched);
    }

    [Fact]
    public async Task A_caller_who_gives_up_stops_waiting_and_leaves_the_connection_usable()
    {
        using var cancel = new CancellationTokenSource();
        using var server = new LoopbackServer(async (stream, _) =>
        {
            await LoopbackServer.LoginAsync(stream);
            await LoopbackServer.ReadActionAsync(stream);
            await cancel.CancelAsync();
            var second = LoopbackServer.Field(await LoopbackServer.ReadActionAsync(stream), "ActionID");
            await LoopbackServer.SendAsync(stream, $"Response: Success\nActionID: {second}\nPing: Pong\n\n");
            await LoopbackServer.ReadActionAsync(stream);
        });
        await using var connection = await AmiConnection.ConnectAsync(server.Options());

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => connection.SendAsync(new AmiAction("Ping"), cancel.Token));

        Assert.Equal("Pong", (await connection.SendAsync(new AmiAction("Ping"))).Response["Ping"]);
    }

    [Fact]
    public async Task A_thousand_callers_at_once_each_get_their_own_answer()
    {
        using var server = new LoopbackServer(async (stream, _) =>
        {
            await LoopbackServer.LoginAsync(stream);
            while (await LoopbackServer.ReadActionAsync(stream) is { Length: > 0 } action)
            {
                await LoopbackServer.SendAsync(stream,
                    $"Response: Success\nActionID: {LoopbackServer.Field(action, "ActionID")}\nEcho: "
                        + $"{LoopbackServer.Field(action, "Key")}\n\nEvent: Noise\n\n");
            }
        });
        var hub = new AmiEventHub(10);
        await using var connection = await AmiConnection.ConnectAsync(server.Options(), hub);

        var answers = await Task.WhenAll(Enumerable.Range(0, 1000).Select(
            i => Task.Run(async () => (i, (await connection.SendAsync(new AmiAction("Echo").With("Key", $"{i}"))).Response["Echo"]))));

        Assert.All(answers, a => Assert.Equal($"{a.i}", a.Item2));
    }

    [Fact]
    public async Task Callers_who_block_where_their_answer_came_in_hold_up_nobody_else()
    {
        using var server = new LoopbackServer(async (stream, _) =>
        {
            await LoopbackServer.LoginAsync(stream);
            while (await LoopbackServer.ReadActionAsync(stream) is { Length: > 0 } action)
            {
                await LoopbackServer.SendAsync(
                    stream,
                    $"Response: Success\nActionID: {LoopbackServer.Field(action, "ActionID")}\nPing: Pong\n\n");
            }
        });
        await using var connection = await AmiConnection.ConnectAsync(server.Options());
        using var release = new ManualResetEventSlim();
        var blocked = Enumerable.Range(0, 5).Select(_ => Task.Run(async () =>
        {
            await connection.SendAsync(new AmiAction("Ping"));
            release.Wait();
        })).ToArray();

        for (var i = 0; i < 20; i++)
        {
            Assert.Equal("Pong", (await connection.SendAsync(new AmiAction("Ping"))).Response["Ping"]);
        }

        release.Set();
        await Task.WhenAll(blocked);
        Assert.Equal("Pong", (await connection.SendAsync(new AmiAction("Ping"))).Response["Ping"]);
    }

    [Fact]
    public async Task A_caller_who_waits_for_another_whose_answer_comes_in_the_same_piece_gets_it()
    {
        using var server = new LoopbackServer(async (stream, _) =>
        {
            await LoopbackServer.LoginAsync(stream);
            var answers = "";
            for (var i = 0; i < 4; i++)
            {
                answers +=
                    $"Response: Success\nActionID: {LoopbackServer.Field(await LoopbackServer.ReadActionAsync(stream), "ActionID")}\n\n";
            }

            await LoopbackServer.SendAsync(stream, answers);
            await LoopbackServer.ReadActionAsync(stream);
        });
        await using var connection = await AmiConnection.ConnectAsync(server.Options());
        using var all = new CountdownEvent(4);

        await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(async () =>
        {
            await connection.SendAsync(new AmiAction("Ping"));
            all.Signal();
            Assert.True(all.Wait(TimeSpan.FromSeconds(60)));
        })));
    }

    [Theory]
    [InlineData("a\rb")]
    [InlineData("a\nb")]
    [InlineData("a\r\nAction: Originate")]
    [InlineData("a\0b")]
    [InlineData("a\tb")]
    [InlineData("a\u0085b")]
    [InlineData(" a")]
    public void A_value_that_could_leave_its_line_is_refused_before_anything_is_sent(string value)
    {
        var failure = Assert.Throws<SarkValidationException>(() => new AmiAction("DBPut").With("Val", value));

        Assert.Equal("Val", Assert.Single(failure.Errors).Key);
    }

    [Fact]
    public void Half_a_character_is_refused() =>
        Assert.Throws<SarkValidationException>(() => new AmiAction("DBPut").With("Val", "\ud800"));

    [Fact]
    public void A_value_may_fill_a_line_and_not_one_byte_more()
    {
        var longest = new string('x', AmiAction.MaxLine - "Val: ".Length);
        var output = new ArrayBufferWriter<byte>();
        new AmiAction("DBPut").With("Val", longest).Encode("1", output);

        Assert.Contains(longest + "\r\n\r\n", Encoding.ASCII.GetString(output.WrittenSpan), StringComparison.Ordinal);
        Assert.Throws<SarkValidationException>(() => new AmiAction("DBPut").With("Val", longest + "x"));
        Assert.Throws<SarkValidationException>(() => new AmiAction("DBPut").With("Val", longest[1..] + "ë"));
    }

    [Fact]
    public async Task A_trace_shows_what_was_said_but_no_secret()
    {
        var lines = new System.Collections.Concurrent.ConcurrentQueue<string>();
        using var server = new LoopbackServer(async (stream, _) =>
        {
            await LoopbackServer.LoginAsync(stream);
            await LoopbackServer.SendAsync(stream, "Event: AuthDetail\nUsername: 401\nPassword: desk-pw\n\n");
            await LoopbackServer.ReadActionAsync(stream);
        });
        var hub = new AmiEventHub();
        var events = hub.Watch();
        await using var connection = await AmiConnection.ConnectAsync(server.Options(), hub, e => lines.Enqueue(e.Text));
        await foreach (var _ in events)
        {
            break;
        }

        var trace = string.Concat(lines);
        Assert.Contains("Username: sark", trace, StringComparison.Ordinal);
        Assert.Contains("Password: ********", trace, StringComparison.Ordinal);
        Assert.Contains("Key: ********", trace, StringComparison.Ordinal);
        Assert.Contains("Challenge: ********", trace, StringComparison.Ordinal);
        Assert.DoesNotContain("desk-pw", trace, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_secret_itself_is_sent_only_when_plain_login_is_asked_for()
    {
        var (client, server) = DuplexStream.Create();
        var login = Task.Run(async () =>
        {
            await LoopbackServer.SendAsync(server, ReplayPeer.Banner);
            var action = await LoopbackServer.ReadActionAsync(server);
            await LoopbackServer.SendAsync(server, $"Response: Success\nActionID: {LoopbackServer.Field(action, "ActionID")}\n\n");
            return action;
        });
        var options = ReplayPeer.Options();
        options.Login = AmiLogin.Plain;

        await using var connection = await AmiConnection.OpenAsync(client, options);

        Assert.Contains("Secret: " + ReplayPeer.Secret, await login);
    }
}
