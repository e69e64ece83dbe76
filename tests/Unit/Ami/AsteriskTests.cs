using System.Text.Json.Nodes;
using SarkPS.Ami;

namespace SarkPS.Tests.Ami;

/// <summary>Everything against a real Asterisk, one test after the other. Skipped where none runs.</summary>
[Collection("Asterisk")]
[Trait("Category", "Asterisk")]
public sealed class AsteriskTests : IAsyncLifetime
{
    private ServiceLab? service;
    private LocalAsterisk? local;

    private ServiceLab Service => service ??= new ServiceLab(AsteriskLab.Options().Ami);

    private LocalAsterisk Local => local ??= new LocalAsterisk(AsteriskLab.Options());

    public Task InitializeAsync() =>
        string.IsNullOrEmpty(Environment.GetEnvironmentVariable("SARK_TEST_AMI_PORT")) ? Task.CompletedTask : AsteriskLab.QuietAsync();

    public async Task DisposeAsync()
    {
        service?.Dispose();
        if (local is not null)
        {
            await local.DisposeAsync();
        }
    }

    [SkippableTheory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Every_typed_question_is_answered(bool remote)
    {
        AsteriskLab.Require();
        var asterisk = Asterisk(remote);
        foreach (var target in new[] { "710", "711", "720", "730" })
        {
            Assert.Equal(OriginateOutcome.Answered, (await asterisk.OriginateAsync(Call("700", target))).Outcome);
        }

        var room = await UntilAsync(() => asterisk.GetConferencesAsync(), r => r.Count == 1 && r[0].Parties == 2);
        Assert.Equal("710", room[0].Name);
        var members = await asterisk.GetConferenceMembersAsync("710");
        Assert.Equal([false, true], members.Select(m => m.Admin).Order());
        Assert.Empty(await asterisk.GetConferenceMembersAsync("999"));

        var queues = (await UntilAsync(() => asterisk.GetQueueStatusAsync(), q => q.Any(s => s.Callers.Count > 0))).ToDictionary(
            q => q.Name!);
        Assert.Equal(1, queues["empty"].Callers.Single().Position);
        Assert.Equal(["Ada", "Grace"], queues["support"].Members.Select(m => m.Name).Order(StringComparer.Ordinal));
        Assert.Equal(1, (await asterisk.GetQueueSummaryAsync()).Single(q => q.Name == "empty").Callers);

        var agents = (await UntilAsync(() => asterisk.GetAgentsAsync(), a => a.Any(x => x.Status == AgentState.Idle))).ToDictionary(
            a => a.Agent!);
        Assert.Equal(AgentState.LoggedOff, agents["3002"].Status);

        var channels = await asterisk.GetChannelsAsync();
        Assert.Contains(channels, c => c is { Application: "ConfBridge", State: ChannelState.Up, Technology: "Local" });
        Assert.All(channels, c => Assert.NotNull(c.Status));

        Assert.Contains(await asterisk.GetDeviceStatesAsync(), d => d.Device == "SIP/401");
        Assert.Contains(await asterisk.GetExtensionStatesAsync(), s => s is { Extension: "402", State: ExtensionStatus.Unavailable });
        Assert.Equal("SIP/401", (await asterisk.GetExtensionStateAsync("401", "internal")).Hint);
        Assert.Equal("extensions", (await asterisk.GetExtensionStateAsync("401")).Context);

        var peers = (await asterisk.GetSipPeersAsync()).ToDictionary(p => p.Name!);
        Assert.Equal(("SIP", PeerStatus.Ok), (peers["401"].Technology, peers["401"].Status));
        Assert.Equal("PJSIP", peers["450"].Technology);
        Assert.Equal("internal", Assert.Single(await asterisk.GetSipPeersAsync("401")).Context);
        Assert.Equal("PJSIP", Assert.Single(await asterisk.GetSipPeersAsync("450")).Technology);
        await Assert.ThrowsAsync<SarkNotFoundException>(() => asterisk.GetSipPeersAsync("999"));
        // Whoever has read its configuration again registers anew.
        await UntilAsync(
            () => asterisk.GetSipRegistrationsAsync(),
            all => all.Any(r => r is { UserName: "carrier", State: RegistrationStatus.Registered, Technology: "SIP" }));
        Assert.Contains(await asterisk.GetSipRegistrationsAsync(), r => r.Technology == "PJSIP");
        Assert.DoesNotContain(await asterisk.GetSipRegistrationsAsync(), r => r.Raw["Password"] is not null);
        Assert.Contains(await asterisk.GetIaxPeersAsync(), p => p is { Name: "branch", UserName: "branch-user" });
        Assert.Contains(await asterisk.GetIaxRegistrationsAsync(), r => r.UserName == "branch");
        Assert.Equal("ada@example.org", (await asterisk.GetVoicemailUsersAsync()).Single(u => u.Mailbox == "401").Email);
        Assert.Equal("401@default", (await asterisk.GetMailboxAsync("401")).Name);
        Assert.NotNull((await asterisk.GetCoreSettingsAsync()).AsteriskVersion);
        Assert.True((await asterisk.GetCoreStatusAsync()).Calls > 0);
        await asterisk.ReloadAsync();
    }

    [SkippableTheory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_call_is_made_seen_and_hung_up(bool remote)
    {
        AsteriskLab.Require();
        var asterisk = Asterisk(remote);
        using var end = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        await using var hangups = await WatchAsync(asterisk, end.Token, "Hangup");

        var call = await asterisk.OriginateAsync(Call("401", "700"));
        var telephone = (await asterisk.GetChannelsAsync()).Single(c => c.Technology == "SIP");
        Assert.StartsWith("SIP/401-", telephone.Channel, StringComparison.Ordinal);
        Assert.Equal((OriginateOutcome.Answered, 4), (call.Outcome, call.Reason));

        Assert.Equal("Channel Hungup", await asterisk.HangupAsync(telephone.Channel!));

        Assert.Equal("Hangup", await NextAsync(hangups));
        await UntilAsync(() => asterisk.GetChannelsAsync(), c => c.Count == 0);
        await Assert.ThrowsAsync<SarkNotFoundException>(() => asterisk.HangupAsync(telephone.Channel!));
    }

    [SkippableTheory]
    [InlineData("702", OriginateOutcome.Busy)]
    [InlineData("703", OriginateOutcome.Congestion)]
    [InlineData("701", OriginateOutcome.NoAnswer)]
    [InlineData("704", OriginateOutcome.Failed)]
    [InlineData("402", OriginateOutcome.Congestion)]
    public async Task A_call_that_is_not_answered_says_why(string caller, OriginateOutcome outcome)
    {
        AsteriskLab.Require();

        var result = await Local.OriginateAsync(Call(caller, "700") with { RingTime = TimeSpan.FromSeconds(1) });

        Assert.Equal(outcome, result.Outcome);
    }

    [SkippableTheory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_call_to_nowhere_fails_and_the_context_counts(bool remote)
    {
        AsteriskLab.Require();
        var asterisk = Asterisk(remote);

        await Assert.ThrowsAsync<SarkNotFoundException>(() => asterisk.OriginateAsync(Call("700", "999")));
        await Assert.ThrowsAsync<SarkNotFoundException>(() => asterisk.OriginateAsync(Call("700", "710") with { Context = "other" }));
        await asterisk.OriginateAsync(Call("700", "700") with { Context = "other" });

        // Asterisk says that the call is answered before it begins in the dial plan.
        await UntilAsync(() => asterisk.GetChannelsAsync(), channels => channels.Any(c => c.Context == "other"));
    }

    [SkippableTheory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task The_database_keeps_what_it_is_given(bool remote)
    {
        AsteriskLab.Require();
        var asterisk = Asterisk(remote);
        foreach (var value in new[] { "1", "", "a: b, \"c\"=d;e", "Zoë ☎", "a/b%2Fc d?e#f&g+h", "trailing  " })
        {
            await asterisk.PutDbAsync("sarktest/deep", "k 1/x", value);
            Assert.Equal(value, await asterisk.GetDbAsync("sarktest/deep", "k 1/x"));
        }

        Assert.True(await asterisk.DeleteDbAsync("sarktest/deep", "k 1/x"));
        Assert.False(await asterisk.DeleteDbAsync("sarktest/deep", "k 1/x"));
        Assert.Null(await asterisk.GetDbAsync("sarktest/deep", "k 1/x"));
    }

    [SkippableFact]
    public async Task Run_time_values_are_set_kept_and_cleared()
    {
        AsteriskLab.Require();
        Assert.Equal(201, (await Service.SendAsync("POST", "extensions/unprovisioned", """{"pkey":"401","cluster":"default"}""")).Status);

        Assert.Equal(
            204,
            (await Service.SendAsync("PUT", "extensions/401/runtime", """{"cfim":"123","cfbs":"+441234","ringdelay":20}""")).Status);
        Assert.Equal(
            (200, """{"cfim":"123","cfbs":"+441234","ringdelay":"20"}"""),
            await Service.SendAsync("GET", "extensions/401/runtime"));
        Assert.Equal(204, (await Service.SendAsync("PUT", "extensions/401/runtime", """{"cfim":null}""")).Status);
        Assert.Equal(
            (200, """{"cfim":null,"cfbs":"+441234","ringdelay":"20"}"""),
            await Service.SendAsync("GET", "extensions/401/runtime"));
        Assert.Equal(204, (await Service.SendAsync("PUT", "extensions/401/runtime", """{"cfbs":null,"ringdelay":null}""")).Status);
        Assert.Equal((200, """{"cfim":null,"cfbs":null,"ringdelay":null}"""), await Service.SendAsync("GET", "extensions/401/runtime"));
    }

    [SkippableFact]
    public async Task Every_documented_function_answers_in_its_shape()
    {
        AsteriskLab.Require();
        await Local.OriginateAsync(Call("700", "711"));
        await UntilAsync(() => Local.GetConferencesAsync(), r => r.Count > 0);
        foreach (var list in new[]
        {
            "Agents", "ConfbridgeList/710", "ConfbridgeListRooms", "CoreShowChannels", "DeviceStateList", "ExtensionStateList", "IAXpeers",
            "IAXregistry",
            "QueueStatus", "QueueSummary", "SIPpeers", "SIPshowregistry", "Status", "VoicemailUsersList",
        })
        {
            var (status, body) = await Service.SendAsync("GET", "astamis/" + list);
            var items = JsonNode.Parse(body)!.AsArray();
            Assert.True(status == 200 && items.Count > 1, $"{list}: {status} {body}");
            Assert.Equal("Success", (string?)items[0]!["Response"]);
            Assert.All(items.Skip(1), i => Assert.NotNull(i!["Event"]));
            Assert.All(items, i => Assert.Null(i!["ActionID"]));
        }

        foreach (var one in new[]
        {
            "CoreSettings", "CoreStatus", "ExtensionState/401", "ExtensionState/401/internal", "MailboxCount/401", "MailboxStatus/401",
            "QueueStatus/support", "QueueSummary/support", "SIPshowpeer/401",
        })
        {
            var (status, body) = await Service.SendAsync("GET", "astamis/" + one);
            Assert.True(status == 200, $"{one}: {status} {body}");
            Assert.Equal("Success", (string?)JsonNode.Parse(body)!["Response"]);
        }

        var queue = JsonNode.Parse((await Service.SendAsync("GET", "astamis/QueueStatus/support")).Body)!;
        Assert.Equal("rrmemory", (string?)queue["Strategy"]);
        Assert.Equal(2, queue["Members"]!.AsArray().Count);
        Assert.Equal(
            (404, """{"message":"Empty Object set returned from AMI"}"""),
            await Service.SendAsync("GET", "astamis/QueueStatus/nosuch"));
        Assert.Equal(
            (404, """{"message":"Empty Object set returned from AMI"}"""),
            await Service.SendAsync("GET", "astamis/ConfbridgeList/999"));
        Assert.Equal((200, """{"Response":"Reload sent"}"""), await Service.SendAsync("GET", "astamis/Reload"));
        Assert.Equal((200, """{"Response":"Reload sent"}"""), await Service.SendAsync("POST", "astamis/Reload"));
        Assert.Equal(404, (await Service.SendAsync("GET", "astamis/SIPshowpeer/999")).Status);
        Assert.Equal((200, """{"k":true}"""), await Service.SendAsync("PUT", "astamis/DBPut/sarktest/k/v"));
        Assert.Equal((200, """{"k":"v"}"""), await Service.SendAsync("GET", "astamis/DBget/sarktest/k"));
        Assert.Equal((200, """{"k":true}"""), await Service.SendAsync("DELETE", "astamis/DBdel/sarktest/k"));
        // A reload may have it register again.
        await UntilAsync(() => Local.GetSipPeersAsync(), p => p.Any(x => x is { Name: "401", Status: PeerStatus.Ok }));
        Assert.Equal(
            (200, """{"message":"Request Sent"}"""),
            await Service.SendAsync("POST", "astamis/originate", """{"target":700,"caller":"401","context":"internal","clid":"401"}"""));
        var channel = (await UntilAsync(() => Local.GetChannelsAsync(), c => c.Any(x => x.Technology == "SIP"))).First(
            c => c.Technology == "SIP").Channel!;
        Assert.Equal((200, $$"""{"{{channel[4..]}}":"Channel Hungup"}"""), await Service.SendAsync("DELETE", "astamis/Hangup/" + channel));
    }

    [SkippableFact]
    public async Task A_stream_of_events_goes_on_where_it_was_left()
    {
        AsteriskLab.Require();
        using var end = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        var remote = Service.Remote.Asterisk;
        await using var first = remote.WatchAsync(["UserEvent"], null, end.Token).GetAsyncEnumerator(end.Token);
        var seen = first.MoveNextAsync();
        await UntilAsync(() => SendUserEventAsync("one"), _ => seen.IsCompleted);
        Assert.True(await seen);
        await SendUserEventAsync("two");
        await SendUserEventAsync("three");

        await using var second = remote.WatchAsync(["UserEvent"], first.Current.Id, end.Token).GetAsyncEnumerator(end.Token);
        var names = new List<string?>();
        while (names.Count == 0 || names[^1] != "three")
        {
            Assert.True(await second.MoveNextAsync());
            names.Add(second.Current.Message["UserEvent"]);
        }

        Assert.Equal(["two", "three"], names.Where(n => n != "one"));

        async Task<int> SendUserEventAsync(string name)
        {
            await Local.Client.SendAsync(new AmiAction("UserEvent").With("UserEvent", name));
            return 0;
        }
    }

    [SkippableFact]
    public async Task A_user_without_the_rights_is_told_which_are_missing()
    {
        await using var watcher = new LocalAsterisk(AsteriskLab.Options("watcher"));
        Assert.NotEmpty(await watcher.GetDeviceStatesAsync());

        var denied = await Assert.ThrowsAsync<AmiActionException>(() => watcher.HangupAsync("SIP/1-1"));
        Assert.Equal(SarkErrorKind.Denied, denied.Kind);
        Assert.Contains("Hangup", denied.Message, StringComparison.Ordinal);
        Assert.Equal(SarkErrorKind.Denied, (await Assert.ThrowsAsync<AmiActionException>(() => watcher.PutDbAsync("a", "b", "c"))).Kind);
        Assert.Equal(SarkErrorKind.Denied, (await Assert.ThrowsAsync<AmiActionException>(() => watcher.GetAgentsAsync())).Kind);
        Assert.Equal(
            SarkErrorKind.Denied,
            (await Assert.ThrowsAsync<AmiActionException>(() => watcher.OriginateAsync(Call("700", "700")))).Kind);
        Assert.DoesNotContain(await watcher.GetSipPeersAsync(), p => p.Technology == "PJSIP");

        using var service = new ServiceLab(AsteriskLab.Options("watcher").Ami);
        var (status, body) = await service.SendAsync("GET", "astamis/Agents");
        Assert.Equal(403, status);
        Assert.Contains("Agents", body, StringComparison.Ordinal);
    }

    [SkippableFact]
    public async Task The_recommended_user_may_do_everything_that_is_offered()
    {
        await using var least = new LocalAsterisk(AsteriskLab.Options("least"));
        foreach (var function in AsteriskFunctions.All)
        {
            await least.QueryAsync(function, [.. function.Parameters.Where(p => !p.Optional && p.Default is null).Select(_ => "401")]);
        }

        Assert.Equal(OriginateOutcome.Answered, (await least.OriginateAsync(Call("700", "700"))).Outcome);
        await least.HangupAsync((await least.GetChannelsAsync())[0].Channel!);
        await least.PutDbAsync("sarktest", "k", "v");
        Assert.Equal("v", await least.GetDbAsync("sarktest", "k"));
        Assert.True(await least.DeleteDbAsync("sarktest", "k"));
        await least.ReloadAsync();
        var command = await Assert.ThrowsAsync<AmiActionException>(
            () => least.Client.SendAsync(new AmiAction("Command").With("Command", "core show uptime")));
        Assert.Equal(SarkErrorKind.Denied, command.Kind);
    }

    [SkippableTheory]
    [InlineData(AmiLogin.Challenge)]
    [InlineData(AmiLogin.Plain)]
    public async Task A_wrong_secret_is_refused_and_the_right_one_is_not(AmiLogin login)
    {
        var right = AsteriskLab.Options().Ami;
        right.Login = login;
        await using (var connection = await AmiConnection.ConnectAsync(right))
        {
            Assert.StartsWith("Asterisk Call Manager/", connection.Banner, StringComparison.Ordinal);
        }

        var wrong = AsteriskLab.Options(secret: "no-such-secret").Ami;
        wrong.Login = login;
        var failure = await Assert.ThrowsAsync<AmiLoginException>(() => AmiConnection.ConnectAsync(wrong));
        Assert.DoesNotContain("no-such-secret", failure.Message, StringComparison.Ordinal);
    }

    [SkippableFact]
    public async Task Tls_needs_a_certificate_that_is_trusted()
    {
        var ami = AsteriskLab.Options().Ami;
        ami.Tls = true;
        ami.Port = int.Parse(AsteriskLab.Variable("SARK_TEST_AMI_TLS_PORT"), System.Globalization.CultureInfo.InvariantCulture);
        var failure = await Assert.ThrowsAsync<AmiConnectionException>(() => AmiConnection.ConnectAsync(ami));
        Assert.Contains("TLS", failure.Message, StringComparison.Ordinal);

        ami.TlsCertificate = AsteriskLab.Variable("SARK_TEST_AMI_CERTIFICATE");
        await using var connection = await AmiConnection.ConnectAsync(ami);
        Assert.Equal("Pong", (await connection.SendAsync(new AmiAction("Ping"))).Response["Ping"]);
    }

    [SkippableFact]
    public async Task Without_chan_sip_the_peers_are_those_of_pjsip()
    {
        AsteriskLab.Require();
        await Local.Client.SendAsync(new AmiAction("ModuleLoad").With("Module", "chan_sip.so").With("LoadType", "unload"));
        try
        {
            var peers = await Local.GetSipPeersAsync();
            Assert.Contains(peers, p => p.Name == "450");
            Assert.All(peers, p => Assert.Equal("PJSIP", p.Technology));
            Assert.All(await Service.Remote.Asterisk.GetSipRegistrationsAsync(), r => Assert.Equal("PJSIP", r.Technology));
            Assert.Equal("450", Assert.Single(await Service.Remote.Asterisk.GetSipPeersAsync("450")).Name);
            var (status, body) = await Service.SendAsync("GET", "astamis/SIPpeers");
            Assert.Equal(501, status);
            Assert.Contains("SIPpeers", body, StringComparison.Ordinal);
        }
        finally
        {
            await Local.Client.SendAsync(new AmiAction("ModuleLoad").With("Module", "chan_sip.so").With("LoadType", "load"));
            await UntilAsync(() => Local.GetSipPeersAsync(), p => p.Any(x => x is { Name: "401", Status: PeerStatus.Ok }));
            await UntilAsync(
                () => Local.GetSipRegistrationsAsync(),
                p => p.Any(x => x is { UserName: "carrier", State: RegistrationStatus.Registered }));
        }
    }

    [SkippableFact]
    public async Task A_thousand_questions_at_once_get_their_own_answers()
    {
        AsteriskLab.Require();

        // Asterisk repeats the extension that it was asked for, so every answer can be told from every other.
        var answers = await Task.WhenAll(Enumerable.Range(0, 1000)
            .Select(i => Task.Run(async () => ($"{i}", (await Local.GetExtensionStateAsync($"{i}", "internal")).Extension))));
        Assert.All(answers, a => Assert.Equal(a.Item1, a.Extension));

        // Over the service as well, where all of them share its one connection.
        var remote = await Task.WhenAll(Enumerable.Range(0, 1000)
            .Select(async i => ($"{i}", (await Service.Remote.Asterisk.GetExtensionStateAsync($"{i}", "internal")).Extension)));
        Assert.All(remote, a => Assert.Equal(a.Item1, a.Extension));
    }

    [SkippableFact]
    public async Task The_rights_that_functions_are_said_to_need_are_those_that_asterisk_asks_for()
    {
        AsteriskLab.Require();
        var commands = (await Local.QueryAsync(AsteriskFunctions.Find("ListCommands")!, []))[0];

        Assert.All(AsteriskFunctions.All, f =>
        {
            var text = commands[f.Name]!;
            var rights = text[(text.LastIndexOf("Priv: ", StringComparison.Ordinal) + 6)..].TrimEnd(')', ' ').Split(',')
                .Except(["all", "<none>"]);
            Assert.Equal(f.Classes, rights);
        });
    }

    [SkippableTheory]
    [InlineData("down")]
    [InlineData("kill")]
    public async Task An_asterisk_that_goes_away_is_noticed_at_once_and_found_again(string how)
    {
        AsteriskLab.Require();
        _ = AsteriskLab.Script;
        Assert.Equal(200, (await Service.SendAsync("GET", "astamis/CoreStatus")).Status);
        await Local.GetCoreStatusAsync();
        using var end = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        await using var events = await WatchAsync(Service.Remote.Asterisk, end.Token, "ManagerDisconnected", "ManagerConnected");
        var waiting = Local.OriginateAsync(Call("701", "700") with { RingTime = TimeSpan.FromSeconds(300) });

        try
        {
            await AsteriskLab.ScriptAsync(how);
            try
            {
                // An orderly end hangs up first, and the call's outcome still comes.
                Assert.Equal(("down", OriginateOutcome.Failed), (how, (await waiting).Outcome));
            }
            catch (AmiConnectionException e)
            {
                Assert.Equal(SarkErrorKind.Unavailable, e.Kind);
            }

            Assert.Equal("ManagerDisconnected", await NextAsync(events));
            Assert.Equal((503, """{"message":"PBX not running"}"""), await Service.SendAsync("GET", "astamis/CoreStatus"));
        }
        finally
        {
            await AsteriskLab.ScriptAsync("up");
        }

        Assert.Equal("ManagerConnected", await NextAsync(events));
        Assert.Equal(200, (await Service.SendAsync("GET", "astamis/CoreStatus")).Status);
        await Local.GetCoreStatusAsync();
    }

    [SkippableTheory]
    [InlineData(false)]
    [InlineData(true)]
    public void Cmdlets_see_make_and_end_calls(bool remote)
    {
        AsteriskLab.Require();
        using var engine = new EngineLab();
        engine.Connect(remote ? Service.Address : null, AsteriskLab.Options().Ami);

        var call = Assert.Single(engine.Run("Invoke-SarkOriginate 401 711 -Wait -RingTime 10"));
        Assert.Equal(OriginateOutcome.Answered, ((OriginateResult)call.BaseObject).Outcome);
        var member = Assert.Single(engine.Run("while (-not ($r = Get-SarkConference)) { }; $r | Get-SarkConferenceMember"));
        Assert.Equal(true, member.Properties["Admin"].Value);
        Assert.Equal("401", engine.Run("(Get-SarkChannel SIP/401-*).Raw['CallerIDNum']").Single().BaseObject);
        Assert.Empty(engine.Run("Get-SarkChannel SIP/* | Disconnect-SarkCall -WhatIf"));
        Assert.NotEmpty(engine.Run("Get-SarkChannel SIP/*"));
        engine.Run("Get-SarkChannel SIP/* | Disconnect-SarkCall; while (Get-SarkChannel) { }");
        Assert.StartsWith(
            "SarkAsteriskChannelNotFound,",
            Assert.Single(engine.Try("Get-SarkChannel SIP/401-none").Errors).FullyQualifiedErrorId,
            StringComparison.Ordinal);

        foreach (var cmdlet in new[]
        {
            "Get-SarkDeviceState SIP/401", "Get-SarkExtensionState 401 -Context internal", "Get-SarkSipPeer 401", "Get-SarkSipPeer 45*",
            "Get-SarkSipRegistration carrier", "Get-SarkIaxPeer branch",
            "Get-SarkIaxRegistration branch", "Get-SarkQueueStatus support", "Get-SarkQueueSummary support", "Get-SarkAgentStatus 3001",
            "Get-SarkVoicemailUser 401",
            "Get-SarkVoicemailUser 401 | Get-SarkMailbox", "Get-SarkQueueStatus support | Get-SarkQueueSummary", "Get-SarkCoreSetting",
            "Get-SarkCoreStatus", "Set-SarkDbEntry sarktest k 'a b' -PassThru | Get-SarkDbEntry",
        })
        {
            Assert.Single(engine.Run(cmdlet));
        }

        Assert.Empty(engine.Run("Get-SarkDbEntry sarktest k | Remove-SarkDbEntry"));
        Assert.StartsWith(
            "SarkDbEntryNotFound,",
            Assert.Single(engine.Try("Get-SarkDbEntry sarktest k").Errors).FullyQualifiedErrorId,
            StringComparison.Ordinal);
        engine.Run("Invoke-SarkReload");
    }

    [SkippableTheory]
    [InlineData(false)]
    [InlineData(true)]
    public void Cmdlets_change_run_time_values_of_extensions_that_exist(bool remote)
    {
        AsteriskLab.Require();
        using var engine = new EngineLab();
        engine.Connect(remote ? Service.Address : null, AsteriskLab.Options().Ami);

        Assert.StartsWith(
            "SarkExtensionNotFound,",
            Assert.Single(engine.Try("Get-SarkExtensionRuntime 401").Errors).FullyQualifiedErrorId,
            StringComparison.Ordinal);
        engine.Run("New-SarkExtension -Kind unprovisioned -Key 401 -Tenant default");

        var set = (ExtensionRuntime)Assert.Single(engine.Run("Set-SarkExtensionRuntime 401 -ForwardAll +49123 -RingDelay 20 -PassThru"))
            .BaseObject;
        Assert.Equal(("+49123", null, 20), (set.ForwardAll, set.ForwardBusy, set.RingDelay));
        var cleared = (ExtensionRuntime)Assert.Single(engine.Run("Set-SarkExtensionRuntime 401 -ForwardAll $null -PassThru")).BaseObject;
        Assert.Equal((null, 20), (cleared.ForwardAll, cleared.RingDelay));
        engine.Run("Set-SarkExtensionRuntime 401 -RingDelay $null");
        Assert.Null(((ExtensionRuntime)Assert.Single(engine.Run("Get-SarkExtensionRuntime 401")).BaseObject).RingDelay);
        Assert.StartsWith(
            "SarkExtensionRuntimeValidation,",
            Assert.Single(engine.Try("Set-SarkExtensionRuntime 401 -ForwardAll abc").Errors).FullyQualifiedErrorId,
            StringComparison.Ordinal);
    }

    [SkippableTheory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_watch_ends_by_number_or_by_time(bool remote)
    {
        AsteriskLab.Require();
        using var engine = new EngineLab();
        engine.Connect(remote ? Service.Address : null, AsteriskLab.Options().Ami);

        Assert.Empty(engine.Run("Watch-SarkEvent -Name NoSuchEvent -Timeout 0.2"));
        engine.Run("Get-SarkCoreStatus");
        using var ping = new Timer(
            _ => Local.Client.SendAsync(new AmiAction("UserEvent").With("UserEvent", "tick")),
            null,
            TimeSpan.Zero,
            TimeSpan.FromMilliseconds(100));
        var seen = engine.Run("Watch-SarkEvent -Name UserEvent -First 2 -Timeout 20");
        Assert.Equal(2, seen.Count);
        Assert.Equal("tick", ((AmiEvent)seen[0].BaseObject).Message["UserEvent"]);
    }

    private static OriginateRequest Call(string caller, string target) => new(caller, target, "internal", "401") { Wait = true };

    private IAsteriskOperations Asterisk(bool remote) => remote ? Service.Remote.Asterisk : Local;

    // A watch that is known to have begun: over HTTP that takes a moment, and what happens before is not in it.
    private async Task<IAsyncEnumerator<AmiEvent>> WatchAsync(
        IAsteriskOperations asterisk,
        CancellationToken cancellationToken,
        params string[] names)
    {
        var events = asterisk.WatchAsync([.. names, "UserEvent"], null, cancellationToken).GetAsyncEnumerator(cancellationToken);
        var first = events.MoveNextAsync().AsTask();
        await UntilAsync(
            () => Local.Client.SendAsync(new AmiAction("UserEvent").With("UserEvent", "ready"), cancellationToken),
            _ => first.IsCompleted);
        Assert.True(await first);
        return events;
    }

    private static async Task<string> NextAsync(IAsyncEnumerator<AmiEvent> events)
    {
        do
        {
            Assert.True(await events.MoveNextAsync());
        }
        while (events.Current.Name == "UserEvent");

        return events.Current.Name;
    }

    // The state that a call leads to may come a moment after the call was answered.
    private static async Task<T> UntilAsync<T>(Func<Task<T>> ask, Func<T, bool> good)
    {
        for (var attempt = 0; ; attempt++)
        {
            var answer = await ask();
            if (good(answer) || attempt >= 200)
            {
                Assert.True(good(answer), "The state that was waited for did not come.");
                return answer;
            }

            await Task.Delay(50);
        }
    }
}
