using SarkPS.Ami;

namespace SarkPS.Tests.Ami;

public sealed class AmiClientTests
{
    [Fact]
    public async Task A_lost_connection_fails_who_waits_and_the_next_caller_gets_a_new_one()
    {
        using var server = new LoopbackServer(async (stream, number) =>
        {
            await LoopbackServer.LoginAsync(stream);
            var id = LoopbackServer.Field(await LoopbackServer.ReadActionAsync(stream), "ActionID");
            if (number == 2)
            {
                await LoopbackServer.SendAsync(stream, $"Response: Success\nActionID: {id}\nPing: Pong\n\n");
                await LoopbackServer.ReadActionAsync(stream);
            }
        });
        await using var client = new AmiClient(server.Options());
        var events = client.Events.Watch(["ManagerConnected", "ManagerDisconnected"]);

        await Assert.ThrowsAsync<AmiConnectionException>(() => client.SendAsync(new AmiAction("Ping")));
        var reply = await client.SendAsync(new AmiAction("Ping"));

        Assert.Equal("Pong", reply.Response["Ping"]);
        var names = new List<string>();
        await foreach (var one in events)
        {
            names.Add(one.Name);
            if (names.Count == 3)
            {
                break;
            }
        }

        Assert.Equal(["ManagerConnected", "ManagerConnected", "ManagerDisconnected"], names.Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Nobody_listening_is_said_at_once_with_the_address()
    {
        int port;
        using (var gone = new LoopbackServer((_, _) => Task.CompletedTask))
        {
            port = gone.Port;
        }

        await using var client = new AmiClient(new AmiOptions { Port = port });

        var failure = await Assert.ThrowsAsync<AmiConnectionException>(() => client.SendAsync(new AmiAction("Ping")));
        Assert.Contains($"127.0.0.1:{port}", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Callers_at_the_same_time_share_one_connection()
    {
        var connections = 0;
        using var server = new LoopbackServer(async (stream, number) =>
        {
            Interlocked.Exchange(ref connections, number);
            await LoopbackServer.LoginAsync(stream);
            while (await LoopbackServer.ReadActionAsync(stream) is { Length: > 0 } action)
            {
                await LoopbackServer.SendAsync(stream, $"Response: Success\nActionID: {LoopbackServer.Field(action, "ActionID")}\n\n");
            }
        });
        await using var client = new AmiClient(server.Options());

        await Task.WhenAll(Enumerable.Range(0, 50).Select(_ => client.SendAsync(new AmiAction("Ping"))));

        Assert.Equal(1, connections);
    }

    [Fact]
    public async Task A_refused_login_is_not_repeated_for_every_caller()
    {
        var logins = 0;
        using var server = new LoopbackServer(async (stream, _) =>
        {
            await LoopbackServer.SendAsync(stream, ReplayPeer.Banner);
            var challenge = await LoopbackServer.ReadActionAsync(stream);
            Interlocked.Increment(ref logins);
            await LoopbackServer.SendAsync(
                stream,
                $"Response: Error\nActionID: {LoopbackServer.Field(challenge, "ActionID")}\nMessage: Authentication failed\n\n");
        });
        await using var client = new AmiClient(server.Options());

        for (var i = 0; i < 5; i++)
        {
            await Assert.ThrowsAsync<AmiLoginException>(() => client.SendAsync(new AmiAction("Ping")));
        }

        Assert.Equal(1, logins);
    }

    [Fact]
    public async Task A_silent_peer_is_asked_and_then_given_up()
    {
        using var server = new LoopbackServer(async (stream, _) =>
        {
            await LoopbackServer.LoginAsync(stream);
            while (await LoopbackServer.ReadActionAsync(stream) is { Length: > 0 })
            {
                // Says nothing any more.
            }
        });
        var options = server.Options(TimeSpan.FromSeconds(5));
        options.KeepAlive = TimeSpan.FromMilliseconds(100);
        await using var client = new AmiClient(options);

        var connection = await client.ConnectAsync();
        await connection.Ended;

        Assert.Contains("Ping", connection.Failure!.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_service_finds_a_peer_again_that_comes_back()
    {
        using var cancel = new CancellationTokenSource();
        using var server = new LoopbackServer(async (stream, number) =>
        {
            if (number > 2)
            {
                await LoopbackServer.LoginAsync(stream);
                await LoopbackServer.ReadActionAsync(stream);
            }
        });
        await using var client = new AmiClient(server.Options());
        var connected = client.Events.Watch(["ManagerConnected"]);

        var running = client.RunAsync(cancel.Token);
        await foreach (var _ in connected)
        {
            break;
        }

        Assert.True(client.IsConnected);
        await cancel.CancelAsync();
        await running;
    }
}

public sealed class AmiEventHubTests
{
    private static AmiMessage Event(string name) => new([new("Event", name)]);

    [Fact]
    public async Task A_slow_watcher_loses_the_oldest_and_is_told_how_many()
    {
        var hub = new AmiEventHub(4);
        var slow = hub.Watch();
        for (var i = 0; i < 10; i++)
        {
            hub.Publish(Event($"E{i}"));
        }

        hub.Complete(null);
        var seen = await ToListAsync(slow);
        Assert.Equal(10, seen.Count + seen.Sum(e => e.Dropped));
        Assert.Equal("E9", seen[^1].Name);
        Assert.True(seen[0].Dropped > 0);
    }

    [Fact]
    public async Task A_watcher_gets_only_the_names_it_asked_for()
    {
        var hub = new AmiEventHub();
        var watch = hub.Watch(["hangup"]);
        hub.Publish(Event("Newchannel"));
        hub.Publish(Event("Hangup"));
        hub.Complete(null);

        Assert.Equal(["Hangup"], (await ToListAsync(watch)).Select(e => e.Name));
    }

    [Fact]
    public async Task A_watcher_that_comes_back_gets_what_it_missed_and_learns_what_is_gone()
    {
        var hub = new AmiEventHub(3);
        hub.Publish(Event("E1"));
        var first = await FirstAsync(hub.Watch(after: "other-0"));
        Assert.Equal(AmiEventHub.EventsLost, first.Name);

        var watch = hub.Watch();
        hub.Publish(Event("E2"));
        var second = await FirstAsync(watch);
        for (var i = 3; i < 8; i++)
        {
            hub.Publish(Event($"E{i}"));
        }

        var resumed = hub.Watch(after: second.Id);
        hub.Complete(null);
        var seen = await ToListAsync(resumed);
        Assert.Equal(["E5", "E6", "E7"], seen.Select(e => e.Name));
        Assert.Equal(2, seen[0].Dropped);
    }

    [Fact]
    public async Task A_watcher_that_leaves_is_forgotten()
    {
        var hub = new AmiEventHub();
        var watch = hub.Watch();
        hub.Publish(Event("E"));
        await FirstAsync(watch);

        Assert.Equal(0, hub.Watchers);
    }

    private static async Task<AmiEvent> FirstAsync(IAsyncEnumerable<AmiEvent> events)
    {
        await foreach (var one in events)
        {
            return one;
        }

        throw new InvalidOperationException("The stream ended.");
    }

    private static async Task<List<AmiEvent>> ToListAsync(IAsyncEnumerable<AmiEvent> events)
    {
        var list = new List<AmiEvent>();
        await foreach (var one in events)
        {
            list.Add(one);
        }

        return list;
    }
}
