using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json.Nodes;
using SarkPS.Remote;
using SarkPS.Tests.Support;

namespace SarkPS.Tests.Files;

/// <summary>The service on a tree: sark6api's bodies for its clients, and the same results for ours as on the machine itself.</summary>
public sealed class OperationRouteTests : IDisposable
{
    private readonly PbxTree tree = new();
    private readonly TestService service;
    private readonly HttpClient client;
    private readonly RemoteBackend remote;

    public OperationRouteTests()
    {
        tree.Write("/etc/asterisk/sip.conf", "[general]\n");
        service = new TestService(
            tree.Database,
            new Dictionary<string, string?> { ["Sark:Root"] = tree.Root, ["Sark:Limits:Greeting"] = "5000" });
        client = service.CreateClient();
        client.DefaultRequestHeaders.Accept.ParseAdd("application/json");
        remote = service.Connect();
    }

    public void Dispose()
    {
        client.Dispose();
        remote.DisposeAsync().AsTask().GetAwaiter().GetResult();
        service.Dispose();
        tree.Dispose();
    }

    private async Task<string> SendAsync(HttpStatusCode expected, HttpMethod method, string path, HttpContent? content = null)
    {
        using var request = new HttpRequestMessage(method, path) { Content = content };
        using var response = await client.SendAsync(request);
        var text = await response.Content.ReadAsStringAsync();
        Assert.True(expected == response.StatusCode, $"{method} {path}: {(int)response.StatusCode} {text}");
        return text;
    }

    private static MultipartFormDataContent Form(string field, string name, byte[] content) =>
        new() { { new ByteArrayContent(content), field, name } };

    private static StringContent Json(string json) => new(json, Encoding.UTF8, "application/json");

    [Fact]
    public async Task Commits_and_restores_are_told_with_who_asked_for_them_and_why()
    {
        tree.Generator();
        client.DefaultRequestHeaders.Add("X-Change-Reason", "night%20window");
        var plain = JsonNode.Parse(await SendAsync(HttpStatusCode.OK, HttpMethod.Post, "/api/syscommands/commit"))!.AsObject();
        Assert.Equal(["message", "exitcode", "output"], plain.Select(member => member.Key));
        await SendAsync(HttpStatusCode.Created, HttpMethod.Post, "/api/tenants", Json("""{"pkey":"acme","description":"Acme"}"""));

        var status = JsonNode.Parse(await SendAsync(HttpStatusCode.OK, HttpMethod.Get, "/api/syscommands/commitstatus"))!;

        Assert.Equal(
            ["changed", "lastcommit", "lastchange", "changedby", "tables", "journal"],
            status.AsObject().Select(member => member.Key));
        var journal = status["journal"]!;
        Assert.Equal(("Commit", 1), ((string)journal["reach"]!, (int)journal["count"]!));
        Assert.Equal(("night window", "set"), ((string)journal["commit"]!["reason"]!, (string)journal["sets"]![0]!["cause"]!));
        Assert.Equal(("acme", "created"), ((string)journal["changes"]![0]!["key"]!, (string)journal["changes"]![0]!["action"]!));
        Assert.Equal(1, (await remote.System.GetCommitStatusAsync()).Journal!.Count);

        var snapshot = (await remote.Snapshots.CreateAsync()).Name;
        client.DefaultRequestHeaders.Add("Prefer", "respond-async");
        var job = (await remote.Snapshots.RestoreAsync(snapshot, new ChangeNote(ChangeOrigin.Local, "gone wrong"))).ChangeSet;
        var changes = JsonNode.Parse(await SendAsync(HttpStatusCode.OK, HttpMethod.Get, "/api/changes"))!["changes"]!.AsArray();
        Assert.Equal(["restored", "created", "committed"], changes.Select(c => (string)c!["action"]!));
        var restored = changes[0]!;
        Assert.Equal(
            ("restore", "gone wrong", snapshot, job, null),
            (
                (string)restored["cause"]!,
                (string)restored["reason"]!,
                (string)restored["key"]!,
                (string)restored["changeSet"]!,
                restored["table"]));
        Assert.NotEqual("local", (string)restored["address"]!);
        Assert.NotNull(restored["request"]);
        Assert.Null(changes[2]!["key"]);
        Assert.Contains(
            "is a commit",
            await SendAsync(HttpStatusCode.Conflict, HttpMethod.Post, $"/api/changes/{changes[2]!["changeSet"]}/undo"),
            StringComparison.Ordinal);
        Assert.Single(JsonNode.Parse(await SendAsync(HttpStatusCode.OK, HttpMethod.Get, "/api/changes?keyPattern=ac*"))!["changes"]!
            .AsArray());
    }

    [Fact]
    public async Task Long_work_is_a_job_for_who_prefers_it_and_its_end_can_be_asked_for()
    {
        var made = (await remote.Snapshots.CreateAsync()).Name;
        client.DefaultRequestHeaders.Add("Prefer", "respond-async");
        using var begun = await client.PutAsync($"/api/snapshots/{made}", null);
        Assert.Equal(HttpStatusCode.Accepted, begun.StatusCode);
        Assert.Equal("respond-async", Assert.Single(begun.Headers.GetValues("Preference-Applied")));
        var address = begun.Headers.Location!.ToString();
        Assert.Equal($"/api/jobs/{JsonNode.Parse(await begun.Content.ReadAsStringAsync())!["id"]}", address);

        using var watching = new HttpRequestMessage(HttpMethod.Get, address);
        watching.Headers.Accept.ParseAdd("application/x-ndjson");
        using var watched = await client.SendAsync(watching);
        var lines = (await watched.Content.ReadAsStringAsync()).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal("Completed", JsonNode.Parse(lines[^1])!["state"]!.ToString());
        var job = JsonNode.Parse(await SendAsync(HttpStatusCode.OK, HttpMethod.Get, address))!;
        Assert.Equal((made, $"Restoring {made}"), (job["result"]!["restored"]!.ToString(), job["activity"]!.ToString()));
        Assert.Contains(
            JsonNode.Parse(await SendAsync(HttpStatusCode.OK, HttpMethod.Get, "/api/jobs"))!.AsArray(),
            one => $"/api/jobs/{one!["id"]}" == address);

        // To stop what has ended does nothing.
        await SendAsync(HttpStatusCode.Accepted, HttpMethod.Delete, address);
        Assert.Equal("Completed", JsonNode.Parse(await SendAsync(HttpStatusCode.OK, HttpMethod.Get, address))!["state"]!.ToString());
        await SendAsync(HttpStatusCode.NotFound, HttpMethod.Get, $"/api/jobs/{Guid.NewGuid():D}");
        await SendAsync(HttpStatusCode.NotFound, HttpMethod.Get, "/api/jobs/..%2Fbackups");
        await SendAsync(HttpStatusCode.NotFound, HttpMethod.Delete, "/api/jobs/1");

        using var failing = await client.PutAsync("/api/snapshots/sark.db.1", null);
        var failed = await remote.Jobs.GetAsync(failing.Headers.Location!.ToString().Split('/')[^1]);
        for (; failed.Ended is null; failed = await remote.Jobs.GetAsync(failed.Id))
        {
            await Task.Delay(20);
        }

        Assert.Equal((JobState.Failed, "SarkSnapshotNotFound"), (failed.State, failed.Error!.ErrorId));
    }

    [Fact]
    public async Task Work_goes_on_when_its_caller_leaves()
    {
        tree.Generator(before: $"sleep 1; touch '{tree.Root}/done'");
        using var leave = new CancellationTokenSource(TimeSpan.FromMilliseconds(200));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => client.PostAsync("/api/syscommands/commit", null, leave.Token));
        var job = Assert.Single(await remote.Jobs.ListAsync());
        Assert.Equal((JobState.Running, "Committing"), (job.State, job.Activity));
        await foreach (var now in remote.Jobs.WatchAsync(job.Id))
        {
            job = now;
        }

        Assert.Equal((JobState.Completed, null), (job.State, job.Error?.Message));
        Assert.True(File.Exists(Path.Combine(tree.Root, "done")));
    }

    [Fact]
    public async Task Snapshots_answer_as_sark6api_does()
    {
        var made = JsonNode.Parse(await SendAsync(HttpStatusCode.OK, HttpMethod.Get, "/api/snapshots/new"))!["newsnapshotname"]!.ToString();
        var list = JsonNode.Parse(await SendAsync(HttpStatusCode.OK, HttpMethod.Get, "/api/snapshots"))!;
        Assert.Equal(new FileInfo(tree.Database).Length, (long)list[made]!["filesize"]!);
        Assert.Matches("^[A-Z][a-z]{2}, [0-9]{2} [A-Z][a-z]{2} [0-9]{4} [0-9:]{8} [+-][0-9]{4}$", list[made]!["date"]!.ToString());
        using (var download = await client.GetAsync($"/api/snapshots/{made}"))
        {
            Assert.Equal("application/x-sqlite3", download.Content.Headers.ContentType!.MediaType);
            Assert.Equal($"attachment; filename={made}", download.Content.Headers.ContentDisposition!.ToString());
            Assert.StartsWith(
                "SQLite format 3",
                Encoding.Latin1.GetString(await download.Content.ReadAsByteArrayAsync()),
                StringComparison.Ordinal);
        }

        tree.Sql("UPDATE Cluster SET description = 'later'");
        Assert.Equal($$"""{"restored":"{{made}}"}""", await SendAsync(HttpStatusCode.OK, HttpMethod.Put, $"/api/snapshots/{made}"));
        Assert.NotEqual("later", tree.Ask("SELECT description FROM Cluster"));
        Assert.Equal("""["Uploaded snaps/sark.db.1700000000"]""", await SendAsync(
            HttpStatusCode.OK,
            HttpMethod.Post,
            "/api/snapshots",
            Form("uploadsnap", "sark.db.1700000000", File.ReadAllBytes(tree.Database))));
        Assert.Equal("", await SendAsync(HttpStatusCode.NoContent, HttpMethod.Delete, $"/api/snapshots/{made}"));
        Assert.Equal(
            $$"""{"Error":"{{made}} not found in snapshot set"}""",
            await SendAsync(HttpStatusCode.NotFound, HttpMethod.Delete, $"/api/snapshots/{made}"));
        Assert.Equal(
            """{"Error":"snapshot file not found"}""",
            await SendAsync(HttpStatusCode.NotFound, HttpMethod.Put, "/api/snapshots/sark.db.1"));
        Assert.Equal(
            """{"uploadsnap":["The uploadsnap field is required."]}""",
            await SendAsync(HttpStatusCode.UnprocessableEntity, HttpMethod.Post, "/api/snapshots", Json("{}")));
        Assert.Equal(
            """{"uploadsnap":["The uploadsnap must be a file.","The uploadsnap must be a file of type: application/octet-stream."]}""",
            await SendAsync(HttpStatusCode.UnprocessableEntity, HttpMethod.Post, "/api/snapshots", Json("""{"uploadsnap":"x"}""")));
        Assert.Equal(
            """{"uploadsnap":["The uploadsnap field is required."]}""",
            await SendAsync(HttpStatusCode.UnprocessableEntity, HttpMethod.Post, "/api/snapshots", Form("uploadzip", "sark.db.2", [1])));
        await SendAsync(HttpStatusCode.MethodNotAllowed, HttpMethod.Put, "/api/snapshots");
        Assert.Contains(
            "newsnapshotname",
            await SendAsync(HttpStatusCode.OK, HttpMethod.Post, "/api/snapshots/new"),
            StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("..%2F..%2Fetc%2Fasterisk%2Fsip.conf")]
    [InlineData("%2Fetc%2Fpasswd")]
    [InlineData("other.txt")]
    [InlineData("sark.db.1%0A")]
    [InlineData("sark.db.1;id")]
    [InlineData("$(id)")]
    [InlineData("sarkbak.1.zip")]
    public async Task Names_that_are_none_of_the_store_are_not_found(string name)
    {
        tree.Write("/opt/sark/snap/other.txt", "x");
        foreach (var method in new[] { HttpMethod.Get, HttpMethod.Put, HttpMethod.Delete })
        {
            using var response = await client.SendAsync(new HttpRequestMessage(method, $"/api/snapshots/{name}"));
            Assert.True(
                response.StatusCode is HttpStatusCode.NotFound or HttpStatusCode.BadRequest,
                $"{method} {name}: {(int)response.StatusCode}");
        }

        Assert.True(File.Exists(tree["/opt/sark/snap/other.txt"]));
    }

    [Fact]
    public async Task Backups_answer_as_sark6api_does()
    {
        var made = JsonNode.Parse(await SendAsync(HttpStatusCode.OK, HttpMethod.Get, "/api/backups/new"))!["newbackupname"]!.ToString();
        tree.Write("/etc/asterisk/sip.conf", "changed");
        // Nothing chosen, and nothing of what was chosen in it: never a success that did nothing. The answer says what it holds.
        foreach (var nothing in new[] {
            "{}",
            """{"restoreasterisk":false}""",
            """{"restoreasterisk":0}""",
            """{"restoreldap":true,"restorevmail":1}""" })
        {
            Assert.Contains(
                "it holds Database, Asterisk",
                await SendAsync(HttpStatusCode.UnprocessableEntity, HttpMethod.Put, $"/api/backups/{made}", Json(nothing)),
                StringComparison.Ordinal);
            Assert.Equal("changed", File.ReadAllText(tree["/etc/asterisk/sip.conf"]));
        }

        foreach (var chosen in new[] { """{"restoreasterisk":1}""", """{"restoreasterisk":"1","restoreldap":true}""" })
        {
            Assert.Equal(
                $$"""{"restored":"{{made}}"}""",
                await SendAsync(HttpStatusCode.OK, HttpMethod.Put, $"/api/backups/{made}", Json(chosen)));
            Assert.Equal("[general]\n", File.ReadAllText(tree["/etc/asterisk/sip.conf"]));
            tree.Write("/etc/asterisk/sip.conf", "changed");
        }

        Assert.Contains(
            "/etc/asterisk/sip.conf",
            await SendAsync(HttpStatusCode.OK, HttpMethod.Put, $"/api/backups/{made}?dryrun=true", Json("""{"restoreasterisk":true}""")),
            StringComparison.Ordinal);
        Assert.Equal("changed", File.ReadAllText(tree["/etc/asterisk/sip.conf"]));
        await SendAsync(HttpStatusCode.OK, HttpMethod.Put, $"/api/backups/{made}", Json("""{"restoreasterisk":true}"""));
        Assert.Equal("[general]\n", File.ReadAllText(tree["/etc/asterisk/sip.conf"]));
        Assert.Equal(
            """{"restoreasterisk":["The restoreasterisk field must be true or false."]"""
                + ""","restoreusergreeting":["The restoreusergreeting field must be true or false."]"""
                + ""","restorevmail":["The restorevmail field must be true or false."]"""
                + ""","restoreldap":["The restoreldap field must be true or false."]}""",
            await SendAsync(
                HttpStatusCode.UnprocessableEntity,
                HttpMethod.Put,
                $"/api/backups/{made}",
                Json("""{"restoreasterisk":"x","restorevmail":2,"restoreldap":[],"restoreusergreeting":null}""")));
        Assert.Equal(
            """{"Error":"backup file not found"}""",
            await SendAsync(HttpStatusCode.NotFound, HttpMethod.Put, "/api/backups/nosuch.zip", Json("""{"restoredb":true}""")));
        Assert.Equal(
            """{"Error":"nosuch.zip not found in backup set"}""",
            await SendAsync(HttpStatusCode.NotFound, HttpMethod.Delete, "/api/backups/nosuch.zip"));
        var archive = await client.GetByteArrayAsync($"/api/backups/{made}");
        Assert.Equal(
            """["Uploaded bkups/sarkbak.1700000000.zip"]""",
            await SendAsync(HttpStatusCode.OK, HttpMethod.Post, "/api/backups", Form("uploadzip", "sarkbak.1700000000.zip", archive)));
        Assert.Contains("The uploadzip must be a file of type: application/zip.", await SendAsync(
            HttpStatusCode.UnprocessableEntity,
            HttpMethod.Post,
            "/api/backups",
            Form("uploadzip", "sarkbak.1700000001.zip", "hello"u8.ToArray())), StringComparison.Ordinal);
        await SendAsync(HttpStatusCode.UnprocessableEntity, HttpMethod.Post, "/api/backups", Form("uploadzip", "my backup.zip", archive));
        Assert.Contains(
            "\"valid\":true",
            await SendAsync(HttpStatusCode.OK, HttpMethod.Get, $"/api/backups/{made}/check"),
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task Greetings_answer_as_sark6api_does()
    {
        Assert.Equal("[]", await SendAsync(HttpStatusCode.OK, HttpMethod.Get, "/api/greetings"));
        Assert.Equal("""["Uploaded usergreeting0001.wav"]""", await SendAsync(
            HttpStatusCode.OK,
            HttpMethod.Post,
            "/api/greetings",
            Form("greeting", "usergreeting0001.wav", GreetingTests.Wave())));
        Assert.Equal("""["usergreeting0001.wav"]""", await SendAsync(HttpStatusCode.OK, HttpMethod.Get, "/api/greetings"));
        Assert.Equal("""{"Message":"UserGreeting Already exists"}""", await SendAsync(
            HttpStatusCode.UnprocessableEntity,
            HttpMethod.Post,
            "/api/greetings",
            Form("greeting", "usergreeting0001.wav", GreetingTests.Wave())));
        Assert.Contains("The greeting must be a file of type: wav, mpeg.", await SendAsync(
            HttpStatusCode.UnprocessableEntity,
            HttpMethod.Post,
            "/api/greetings",
            Form("greeting", "usergreeting0002.wav", "text"u8.ToArray())), StringComparison.Ordinal);
        await SendAsync(
            HttpStatusCode.UnprocessableEntity,
            HttpMethod.Post,
            "/api/greetings",
            Form("greeting", "hello.wav", GreetingTests.Wave()));
        await SendAsync(
            HttpStatusCode.RequestEntityTooLarge,
            HttpMethod.Post,
            "/api/greetings",
            Form("greeting", "usergreeting0003.wav", GreetingTests.Wave(6000)));
        tree.Sql("INSERT INTO ivrmenu (pkey, greetnum) VALUES ('main', '1')");
        Assert.Contains(
            "Ivr main (Greeting)",
            await SendAsync(HttpStatusCode.Conflict, HttpMethod.Delete, "/api/greetings/usergreeting0001.wav"),
            StringComparison.Ordinal);
        await SendAsync(HttpStatusCode.NoContent, HttpMethod.Delete, "/api/greetings/usergreeting0001.wav?force=true");
        Assert.Equal(
            """{"Error":"nosuch.wav not found in sounds set"}""",
            await SendAsync(HttpStatusCode.NotFound, HttpMethod.Delete, "/api/greetings/nosuch.wav"));
        await SendAsync(HttpStatusCode.MethodNotAllowed, HttpMethod.Put, "/api/greetings/usergreeting0001.wav");
    }

    [Fact]
    public async Task Firewall_call_records_and_commands_answer_as_documented()
    {
        foreach (var name in new[] { "shorewall.conf", "zones", "interfaces", "policy" })
        {
            tree.Write($"/etc/shorewall/{name}", "");
        }

        tree.Write("/etc/shorewall/rules", "INCLUDE sark_rules\n");
        tree.Write("/etc/shorewall/sark_rules", "ACCEPT net $FW\n");
        tree.Program(
            "/sbin/shorewall",
            "[ \"$1\" = check ] && grep -q NONSENSE \"$2\"/sark_rules && echo 'ERROR: Unknown ACTION (NONSENSE)' && exit 1; exit 0");
        Assert.Equal("""{"rules":["ACCEPT net $FW"]}""", await SendAsync(HttpStatusCode.OK, HttpMethod.Get, "/api/firewalls/ipv4"));
        Assert.Equal("""{"message":"saved sark_rules"}""", await SendAsync(
            HttpStatusCode.OK,
            HttpMethod.Post,
            "/api/firewalls/ipv4",
            Json("""{"rules":["ACCEPT net $FW tcp 22", null, "# c "]}""")));
        Assert.Equal(
            """{"rules":["ACCEPT net $FW tcp 22","","# c"]}""",
            await SendAsync(HttpStatusCode.OK, HttpMethod.Get, "/api/firewalls/ipv4"));
        foreach (var missing in new[] { "{}", "{", """{"rules":null}""", """{"rules":[]}""", """{"rules":""}""" })
        {
            Assert.Equal(
                """{"rules":["The rules field is required."]}""",
                await SendAsync(HttpStatusCode.UnprocessableEntity, HttpMethod.Post, "/api/firewalls/ipv4", Json(missing)));
        }

        foreach (var wrong in new[] { "\"x\"", "5", "[[\"a\"]]", "[\"SHELL id\"]" })
        {
            await SendAsync(HttpStatusCode.UnprocessableEntity, HttpMethod.Post, "/api/firewalls/ipv4", Json($"{{\"rules\":{wrong}}}"));
        }

        Assert.Equal("""{"rules":["ERROR: Unknown ACTION (NONSENSE)"]}""", await SendAsync(
            HttpStatusCode.UnprocessableEntity,
            HttpMethod.Post,
            "/api/firewalls/ipv4",
            Json("""{"rules":["NONSENSE rule here"]}""")));
        Assert.Equal("""{"message":"Shorewall restarted OK"}""", await SendAsync(HttpStatusCode.OK, HttpMethod.Put, "/api/firewalls/ipv4"));
        await SendAsync(HttpStatusCode.NotFound, HttpMethod.Get, "/api/firewalls/ipv5");

        Assert.Equal("""{"Log":"Master.csv"}""", await SendAsync(HttpStatusCode.OK, HttpMethod.Get, "/api/logs"));
        Assert.Equal("", await SendAsync(HttpStatusCode.OK, HttpMethod.Get, "/api/logs/cdrs"));
        tree.Write("/var/log/asterisk/cdr-csv/Master.csv", string.Concat(Enumerable.Range(1, 5).Select(i => CallRecordTests.Row(i))));
        Assert.Equal(
            CallRecordTests.Row(4) + CallRecordTests.Row(5),
            await SendAsync(HttpStatusCode.OK, HttpMethod.Get, "/api/logs/cdrs/2"));
        Assert.Equal(CallRecordTests.Row(3), await SendAsync(HttpStatusCode.OK, HttpMethod.Get, "/api/logs/cdrs?source=403&limit=2"));
        Assert.Equal(
            """{"limit":["The limit must be a number."]}""",
            await SendAsync(HttpStatusCode.UnprocessableEntity, HttpMethod.Get, "/api/logs/cdrs/abc"));
        await SendAsync(HttpStatusCode.UnprocessableEntity, HttpMethod.Get, "/api/logs/cdrs/1;id");
        await SendAsync(HttpStatusCode.UnprocessableEntity, HttpMethod.Get, "/api/logs/cdrs?disposition=3");
        // What is left out is counted, and the bytes are of the charset that is declared.
        File.AppendAllBytes(
            tree["/var/log/asterisk/cdr-csv/Master.csv"],
            [.. "cut short\n"u8, .. System.Text.Encoding.Latin1.GetBytes(CallRecordTests.Row(6, name: "J\u00FCrg"))]);
        foreach (var method in new[] { HttpMethod.Get, HttpMethod.Head })
        {
            using var response = await client.SendAsync(new HttpRequestMessage(method, "/api/logs/cdrs"));
            Assert.Equal(("6", "1", "utf-8"), (response.Headers.GetValues("X-Rows").Single(), response.Headers.GetValues("X-Rows-Skipped")
                .Single(), response.Content.Headers.ContentType!.CharSet!.ToLowerInvariant()));
            Assert.Equal(method == HttpMethod.Head, !new System.Text.UTF8Encoding(false, true).GetString(
                await response.Content.ReadAsByteArrayAsync()).Contains("J\u00FCrg6", StringComparison.Ordinal));
        }


        Assert.Equal("null", JsonNode.Parse(await SendAsync(HttpStatusCode.OK, HttpMethod.Get, "/api/syscommands"))!["commit"]!.ToString());
        tree.Program("/bin/systemctl", "[ \"$1\" = show ] && echo ActiveState=inactive; exit 0");
        Assert.Equal("""{"pbxrunstate":false}""", await SendAsync(HttpStatusCode.OK, HttpMethod.Get, "/api/syscommands/pbxrunstate"));
        Assert.Equal(
            """{"message":"PBX not running"}""",
            await SendAsync(HttpStatusCode.ServiceUnavailable, HttpMethod.Get, "/api/syscommands/pbxstop"));
        Assert.Contains(
            "\"Reboot issued\"",
            await SendAsync(HttpStatusCode.OK, HttpMethod.Get, "/api/syscommands/reboot"),
            StringComparison.Ordinal);
        Assert.Contains(
            "\"Reboot issued\"",
            await SendAsync(HttpStatusCode.OK, HttpMethod.Post, "/api/syscommands/reboot"),
            StringComparison.Ordinal);
        await SendAsync(HttpStatusCode.NotImplemented, HttpMethod.Get, "/api/syscommands/commit");
        Assert.Contains(
            "\"changed\":true",
            await SendAsync(HttpStatusCode.OK, HttpMethod.Get, "/api/syscommands/commitstatus"),
            StringComparison.Ordinal);
        await SendAsync(HttpStatusCode.NotFound, HttpMethod.Get, "/api/syscommands/nosuch");
    }

    [Fact]
    public async Task Remote_results_are_those_of_the_machine_itself()
    {
        var local = tree.Operations;
        var snapshot = await remote.Snapshots.CreateAsync();
        Assert.Equal(await local.Snapshots.ListAsync(), await remote.Snapshots.ListAsync());
        var restored = await remote.Snapshots.RestoreAsync(snapshot.Name);
        Assert.Contains(await local.Snapshots.ListAsync(), found => found.Name == restored.KeptAs);
        await remote.Snapshots.RemoveAsync(restored.KeptAs!);

        var greeting = await remote.Greetings.ImportAsync("usergreeting0001.wav", new MemoryStream(GreetingTests.Wave()));
        Assert.Equal(Assert.Single(await local.Greetings.ListAsync()), greeting);
        using (var content = await remote.Greetings.OpenAsync("usergreeting0001.wav"))
        using (var copy = new MemoryStream())
        {
            await content.CopyToAsync(copy);
            Assert.Equal(GreetingTests.Wave(), copy.ToArray());
        }

        tree.Sql("INSERT INTO Queue (pkey, greetnum) VALUES ('sales', 'usergreeting0001')");
        Assert.Equal(
            ["Queue sales (Greeting)"],
            (await Assert.ThrowsAsync<SarkConflictException>(() => remote.Greetings.RemoveAsync("usergreeting0001.wav"))).Dependants);
        await Assert.ThrowsAsync<SarkConflictException>(
            () => remote.Greetings.ImportAsync("usergreeting0001.wav", new MemoryStream(GreetingTests.Wave())));
        await Assert.ThrowsAsync<SarkNotFoundException>(() => remote.Greetings.OpenAsync("usergreeting0009.wav"));
        await Assert.ThrowsAsync<SarkNotFoundException>(() => remote.Snapshots.RestoreAsync("../x"));

        File.CreateSymbolicLink(tree["/etc/asterisk/link"], "/etc/passwd");
        var backup = await remote.Backups.CreateAsync();
        Assert.Single(backup.Warnings);
        Assert.Equivalent(await local.Backups.TestAsync(backup.Name), await remote.Backups.TestAsync(backup.Name));
        tree.Write("/etc/asterisk/sip.conf", "changed");
        Assert.Equivalent(
            await local.Backups.RestoreAsync(backup.Name, BackupParts.All, dryRun: true),
            await remote.Backups.RestoreAsync(backup.Name, BackupParts.All, dryRun: true));
        Assert.Equal(BackupParts.Asterisk, (await remote.Backups.RestoreAsync(backup.Name, BackupParts.Asterisk)).Restored);

        tree.Write(
            "/var/log/asterisk/cdr-csv/Master.csv",
            CallRecordTests.Row(1) + "cut short\n" + CallRecordTests.Row(2, "NO ANSWER") + CallRecordTests.Row(3)[..50]);
        foreach (var filter in new[] { new CallRecordFilter(), new CallRecordFilter { Last = 1 }, new CallRecordFilter
        {
            Source = "40?",
            MinimumDuration = TimeSpan.FromSeconds(1.5),
            After = new DateTime(2020, 1, 1),
            Disposition = CallDisposition.NoAnswer,
        } })
        {
            var (here, there) = (new CallRecordStatistics(), new CallRecordStatistics());
            var expected = await ToListAsync(local.CallRecords.ReadAsync(filter, here));
            Assert.Equal(expected, await ToListAsync(remote.CallRecords.ReadAsync(filter, there)));
            Assert.NotEmpty(expected);
            Assert.Equal((here.Matched, here.Skipped), (there.Matched, there.Skipped));
        }

        tree.Write("/etc/shorewall/sark_rules", "# rules\n");
        Assert.Equivalent(await local.Firewall.GetAsync(FirewallFamily.IPv4), await remote.Firewall.GetAsync(FirewallFamily.IPv4));
        var refused = await Assert.ThrowsAsync<SarkValidationException>(() => remote.Firewall.SetAsync(FirewallFamily.IPv4, ["SHELL id"]));
        Assert.Equal("rules", Assert.Single(refused.Errors).Key);
        Assert.Equal(SarkErrorKind.Unsupported, (await Assert.ThrowsAsync<SarkException>(() => remote.System.CommitAsync())).Kind);
        Assert.Equivalent(await local.System.GetCommitStatusAsync(), await remote.System.GetCommitStatusAsync());
        tree.Program("/bin/systemctl", "echo ActiveState=active; echo 'StateChangeTimestamp=Mon 2026-11-23 17:01:02 UTC'");
        Assert.Equal(await local.System.GetPbxStateAsync(), await remote.System.GetPbxStateAsync());
        Assert.Equal(
            "PBX already running",
            (await Assert.ThrowsAsync<SarkUnavailableException>(() => remote.System.StartPbxAsync())).Message);
    }

    private static async Task<List<T>> ToListAsync<T>(IAsyncEnumerable<T> items)
    {
        var list = new List<T>();
        await foreach (var item in items)
        {
            list.Add(item);
        }

        return list;
    }
}
