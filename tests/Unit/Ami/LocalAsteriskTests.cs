using System.Management.Automation;
using System.Net;
using SarkPS.Ami;
using SarkPS.Tests.Support;

namespace SarkPS.Tests.Ami;

/// <summary>The module's own connection to Asterisk, on scripted servers.</summary>
public sealed class LocalAsteriskTests
{
    [Fact]
    public async Task Who_watches_goes_on_after_Asterisk_has_restarted()
    {
        using var server = Restarting();
        await using var asterisk = new LocalAsterisk(new SarkOptions { Ami = server.Options() });
        using var end = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        var seen = new List<string>();
        await foreach (var one in asterisk.WatchAsync(["Hangup"], null, end.Token))
        {
            seen.Add(one.Message["Channel"]!);
            if (seen.Count == 3)
            {
                break;
            }
        }

        Assert.Equal(["PJSIP/1", "PJSIP/2", "PJSIP/3"], seen);
    }

    [Fact]
    public async Task The_command_tells_that_Asterisk_was_gone_whatever_is_watched_for()
    {
        using var server = Restarting();
        await using var engine = await TestEngine.StartAsync(Side.Local, Schema.Embedded);
        engine.Run(
            "Connect-Sark -Database $database -AmiHost 127.0.0.1 -AmiPort $port -AmiCredential $secret",
            ("database", engine.Database.Path), ("port", server.Port), ("secret", new NetworkCredential("", ReplayPeer.Secret)
                .SecurePassword)).Good();

        var result = engine.Run("Watch-SarkEvent Hangup -First 3 -Timeout 30").Good();

        Assert.Equal(["Hangup", "Hangup", "Hangup"], result.Of<AmiEvent>().Select(e => e.Name));
        Assert.Equal(4, result.Warnings.Count);
        Assert.Contains("gone", result.Warnings[0], StringComparison.Ordinal);
        Assert.Contains("back", result.Warnings[1], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Every_telephone_of_an_endpoint_is_listed()
    {
        using var server = new LoopbackServer(async (stream, _) =>
        {
            await LoopbackServer.LoginAsync(stream);
            while (await LoopbackServer.ReadActionAsync(stream) is { Length: > 0 } action)
            {
                var id = LoopbackServer.Field(action, "ActionID");
                await LoopbackServer.SendAsync(stream, LoopbackServer.Field(action, "Action") switch
                {
                    "PJSIPShowEndpoints" => $"Response: Success\nActionID: {id}\nEventList: start\n\n"
                        + $"Event: EndpointList\nActionID: {id}\nObjectName: 1001\nContacts: \nDeviceState: Not in use\n\n"
                        + $"Event: EndpointList\nActionID: {id}\nObjectName: 1002\nContacts: \nDeviceState: Unavailable\n\n"
                        + $"Event: EndpointListComplete\nActionID: {id}\nEventList: Complete\nListItems: 2\n\n",
                    "PJSIPShowContacts" => $"Response: Success\nActionID: {id}\nEventList: start\n\n"
                        + Contact(id, "sip:1001@[2001:db8::7]:5060;transport=tls", "Reachable") + Contact(
                            id,
                            "sip:1001@192.0.2.7:5062",
                            "Unreachable")
                        + $"Event: ContactListComplete\nActionID: {id}\nEventList: Complete\nListItems: 2\n\n",
                    _ => $"Response: Error\nActionID: {id}\nMessage: Invalid/unknown command: x. Use Action: ListCommands to show "
                        + "available commands.\n\n",
                });
            }
        });
        await using var asterisk = new LocalAsterisk(new SarkOptions { Ami = server.Options() });
        (string?, string?, int?, PeerStatus)[] both =
            [("1001", "2001:db8::7", 5060, PeerStatus.Ok), ("1001", "192.0.2.7", 5062, PeerStatus.Unreachable)];

        Assert.Equal(
            [.. both, ("1002", null, null, PeerStatus.Unreachable)],
            (await asterisk.GetSipPeersAsync()).Select(p => (p.Name, p.Address, p.Port, p.Status)));
        Assert.Equal(both, (await asterisk.GetSipPeersAsync("1001")).Select(p => (p.Name, p.Address, p.Port, p.Status)));
    }

    private static string Contact(string id, string uri, string status) =>
        $"Event: ContactList\nActionID: {id}\nObjectName: 1001;@1\nEndpoint: 1001\nUri: {uri}\nStatus: {status}\nRoundtripUsec: 900\n\n";

    // Hangs up one call each time it is connected to, and goes away.
    private static LoopbackServer Restarting() => new(async (stream, number) =>
    {
        await LoopbackServer.LoginAsync(stream);
        await LoopbackServer.SendAsync(stream, $"Event: Hangup\nChannel: PJSIP/{number}\n\n");
        if (number == 3)
        {
            await LoopbackServer.ReadActionAsync(stream);
        }
    });
}
