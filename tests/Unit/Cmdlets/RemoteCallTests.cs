using System.Management.Automation;
using System.Management.Automation.Runspaces;
using Microsoft.AspNetCore.Http;
using SarkPS.Ami;
using SarkPS.Cmdlets;
using SarkPS.Remote;
using SarkPS.Tests.Support;

namespace SarkPS.Tests.Cmdlets;

/// <summary>What the module makes of a service that is busy, gone, slow, or something else altogether.</summary>
public sealed class RemoteCallTests
{
    private const string Row = """{"pkey":"acme","description":"Acme"}""";

    [Theory]
    [InlineData(429, "Get-SarkTenant acme", 3)]
    [InlineData(429, "Set-SarkTenant acme -Description x", 3)]
    [InlineData(429, "New-SarkTenant acme -Description x", 3)]
    [InlineData(429, "Remove-SarkTenant acme -Confirm:$false", 3)]
    [InlineData(503, "Get-SarkTenant acme", 3)]
    [InlineData(503, "Set-SarkTenant acme -Description x", 3)]
    [InlineData(503, "New-SarkTenant acme -Description x", 1)]
    [InlineData(503, "Restore-SarkSnapshot sark.db.1 -Confirm:$false", 1)]
    public async Task What_is_put_off_is_sent_again_if_it_may_be(int status, string command, int sent)
    {
        var answered = 0;
        await using var service = await StubService.StartAsync(context =>
        {
            if (Interlocked.Increment(ref answered) > 2)
            {
                return StubService.Json(context, context.Request.Method == "POST" ? 201 : 200, Row);
            }

            context.Response.Headers.RetryAfter = "0";
            return StubService.Json(context, status, """{"message":"Too Many Attempts."}""");
        });
        await using var engine = await TestEngine.StartAsync(Side.Local, Schema.Embedded);
        engine.Run("Connect-Sark $address", ("address", service.Address)).Good();

        var result = engine.Run(command);

        Assert.Equal(sent, answered);
        Assert.Equal(sent == 1 ? 1 : 0, result.Errors.Count);
        if (sent > 1)
        {
            // Once, though it was put off twice.
            Assert.Contains("patience", Assert.Single(result.Warnings), StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_service_that_puts_off_for_longer_than_anybody_waits_is_an_error_at_once()
    {
        await using var service = await StubService.StartAsync(context =>
        {
            context.Response.Headers.RetryAfter = "86400";
            return StubService.Json(context, 429, """{"message":"Too Many Attempts."}""");
        });
        await using var engine = await TestEngine.StartAsync(Side.Local, Schema.Embedded);
        engine.Run("Connect-Sark $address", ("address", service.Address)).Good();
        Assert.Contains("Too Many", engine.Run("Get-SarkTenant").Error().ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Ctrl_C_ends_the_waiting_for_a_busy_service()
    {
        await using var service = await StubService.StartAsync(context =>
        {
            context.Response.Headers.RetryAfter = "60";
            return StubService.Json(context, 429, "{}");
        });
        await using var engine = await TestEngine.StartAsync(Side.Local, Schema.Embedded);
        engine.Run("Connect-Sark $address", ("address", service.Address)).Good();
        using var shell = engine.Shell();
        var running = shell.AddScript("Get-SarkTenant; 'went on'").BeginInvoke();
        while (!service.Requests.Contains("GET /api/tenants"))
        {
            await Task.Delay(20);
        }

        shell.Stop();

        Assert.ThrowsAny<PipelineStoppedException>(() => shell.EndInvoke(running));
    }

    [Fact]
    public async Task A_pipeline_ends_when_the_exchange_is_gone_and_tells_how_far_it_came()
    {
        var changed = 0;
        await using var service = await StubService.StartAsync(context =>
        {
            if (context.Request.Method == "PUT" && Interlocked.Increment(ref changed) > 3)
            {
                context.Abort();
                return Task.CompletedTask;
            }

            return StubService.Json(context, 200, Row);
        });
        await using var engine = await TestEngine.StartAsync(Side.Local, Schema.Embedded);
        engine.Run("Connect-Sark $address", ("address", service.Address)).Good();

        var result = engine.Run("1..50 | ForEach-Object { [pscustomobject]@{ Key = \"t$_\"; Description = \"d$_\" } } | Set-SarkTenant");

        var error = result.Failure;
        Assert.StartsWith("SarkServiceUnavailable,", error.FullyQualifiedErrorId, StringComparison.Ordinal);
        Assert.Contains("3 items", error.ToString(), StringComparison.Ordinal);
        Assert.True(service.Requests.Count(r => r.StartsWith("PUT", StringComparison.Ordinal)) < 10, "it went on");
    }

    [Fact]
    public async Task One_row_that_the_service_cannot_do_now_does_not_end_a_pipeline()
    {
        var changed = 0;
        await using var service = await StubService.StartAsync(context => context.Request.Method == "PUT"
            && Interlocked.Increment(ref changed) == 2
            ? StubService.Json(context, 503, """{"reason":"The database is locked."}""")
            : StubService.Json(context, 200, Row));
        await using var engine = await TestEngine.StartAsync(Side.Local, Schema.Embedded);
        engine.Run("Connect-Sark $address", ("address", service.Address)).Good();
        var error = engine.Run("1..5 | ForEach-Object { [pscustomobject]@{ Key = \"t$_\"; Description = \"d$_\" } } | Set-SarkTenant")
            .Error();
        Assert.Contains("locked", error.ToString(), StringComparison.Ordinal);
        Assert.Equal(5, changed);
    }

    /// <summary>Every call of the remote back end that reads an answer.</summary>
    public static TheoryData<string> Calls => [.. All.Keys];

    private static Dictionary<string, Func<ISarkBackend, Task>> All { get; } = new()
    {
        ["list"] = b => b.Tables.ListAsync(Tenant.Descriptor, null, default),
        ["list of one"] = b => b.Tables.ListAsync(Global.Descriptor, null, default),
        ["get"] = b => b.Tables.GetAsync(Tenant.Descriptor, new RowKey("acme"), default),
        ["create"] = b => b.Tables.CreateAsync(Tenant.Descriptor, null, [], ChangeOptions.Default, default),
        ["update"] = b => b.Tables.UpdateAsync(Tenant.Descriptor, new RowKey("acme"), [], ChangeOptions.Default, default),
        ["destinations"] = b => b.Tables.DestinationsAsync(default),
        ["snapshots"] = b => b.Snapshots.ListAsync(),
        ["new snapshot"] = b => b.Snapshots.CreateAsync(),
        ["restore"] = b => b.Snapshots.RestoreAsync("sark.db.1700000000"),
        ["upload"] = b => b.Snapshots.ImportAsync("sark.db.1700000000", new MemoryStream([1, 2, 3])),
        ["backups"] = b => b.Backups.ListAsync(),
        ["check"] = b => b.Backups.TestAsync("sarkbak.1700000000.zip"),
        ["restore backup"] = b => b.Backups.RestoreAsync("sarkbak.1700000000.zip", BackupParts.All),
        ["greetings"] = b => b.Greetings.ListAsync(),
        ["firewall"] = b => b.Firewall.GetAsync(FirewallFamily.IPv4),
        ["firewall check"] = b => b.Firewall.TestAsync(FirewallFamily.IPv4),
        ["commit"] = b => b.System.CommitAsync(),
        ["state"] = b => b.System.GetPbxStateAsync(),
        ["call records"] = async b =>
        {
            await foreach (var _ in b.CallRecords.ReadAsync(new()))
            {
            }
        },
        ["call records as text"] = b => b.CallRecords.WriteCsvAsync(new(), Stream.Null),
        ["download"] = async b =>
        {
            using var file = await b.Snapshots.OpenAsync("sark.db.1700000000");
            await file.CopyToAsync(Stream.Null);
        },
        ["remove"] = b => b.Tables.RemoveAsync(Tenant.Descriptor, new RowKey("acme"), ChangeOptions.Default, default),
        ["channels"] = b => b.Asterisk.GetChannelsAsync(),
        ["core"] = b => b.Asterisk.GetCoreStatusAsync(),
        ["database"] = b => b.Asterisk.GetDbAsync("AMPUSER", "401"),
        ["runtime"] = b => b.Asterisk.GetRuntimeAsync("401"),
        ["originate"] = b => b.Asterisk.OriginateAsync(new OriginateRequest("401", "402", "internal", "401")),
        ["verify"] = b => b.VerifyAsync(),
    };

    [Theory]
    [MemberData(nameof(Calls))]
    public async Task An_answer_that_is_something_else_is_a_failure_of_the_exchange(string call)
    {
        var body = "";
        var type = "";
        var status = 200;
        await using var stranger = await StubService.StartAsync(
            context =>
            {
                context.Response.StatusCode = status;
                context.Response.ContentType = type;
                return context.Response.Body.WriteAsync(System.Text.Encoding.UTF8.GetBytes(body)).AsTask();
            },
            isService: false);
        await using var remote = new RemoteBackend(
            SarkHttpClient.Open(stranger.Address, null, TimeSpan.FromSeconds(20), skipCertificateCheck: false));
        foreach (var (code, kind, text) in new (int, string, string)[]
        {
            (200, "text/html", "<html>Welcome</html>"), (502, "text/html", "<html>Bad gateway</html>"), (404, "text/html", "<html>"),
            (200, "application/json", "{\"pkey\":"),
            (200, "application/json", "7"), (200, "application/json", "\"text\""), (200, "application/json", "[7,\"x\",null]"),
            (200, "application/json", "[[]]"), (200, "application/json", "null"),
            (422, "application/problem+json", """{"kind":7,"noun":[],"errors":3}"""),
            (409, "application/problem+json", """{"kind":"Conflict","dependants":[null]}"""), (500, "application/json", "[]"),
        })
        {
            (status, type, body) = (code, kind, text);
            var failure = await Record.ExceptionAsync(() => All[call](remote));
            Assert.True(failure is null or SarkException, $"{code} {text}: {failure}");
            Assert.False(failure is null && type == "text/html", $"{code} {text} was taken for an answer");
        }
    }

    [Fact]
    public async Task A_list_that_breaks_off_is_told_as_a_broken_connection()
    {
        // What was on its way when a connection is reset is lost with it.
        var received = new TaskCompletionSource();
        await using var service = await StubService.StartAsync(async context =>
        {
            context.Response.ContentLength = 1000;
            await context.Response.WriteAsync("[" + Row + ",");
            await context.Response.Body.FlushAsync();
            await received.Task;
            context.Abort();
        });
        await using var remote = new RemoteBackend(
            SarkHttpClient.Open(service.Address, null, TimeSpan.FromSeconds(20), skipCertificateCheck: false));
        using var file = await remote.Snapshots.OpenAsync("sark.db.1700000000");
        received.SetResult();
        await Assert.ThrowsAsync<SarkUnreachableException>(() => file.CopyToAsync(Stream.Null));
        var error = await Assert.ThrowsAsync<SarkUnreachableException>(() => remote.Tables.ListAsync(Tenant.Descriptor, null, default));
        Assert.Contains(service.Address.ToString(), error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_takes_long_by_its_nature_is_not_ended_by_the_limit_of_a_question()
    {
        await using var service = await StubService.StartAsync(async context =>
        {
            if (context.Request.Method == "POST" && !context.Request.Path.Value!.EndsWith("originate", StringComparison.Ordinal))
            {
                await Job(context, "Running");
                return;
            }

            await Task.Delay(TimeSpan.FromSeconds(2.5));
            await (context.Request.Path.StartsWithSegments("/api/jobs")
                ? Job(
                    context,
                    "Completed",
                    """{"name":"sarkbak.1700000000.zip","size":1,"created":"2026-01-01T00:00:00Z","message":"done","exitCode":0"""
                        + ""","output":[],"warnings":[]}""")
                : StubService.Json(context, 200, """{"outcome":"Answered"}"""));
        });
        await using var remote = new RemoteBackend(
            SarkHttpClient.Open(service.Address, null, TimeSpan.FromSeconds(1), skipCertificateCheck: false));

        Assert.Equal(SarkErrorKind.Timeout, (await Assert.ThrowsAsync<SarkException>(() => remote.System.GetPbxStateAsync())).Kind);
        Assert.Equal("done", (await remote.System.CommitAsync()).Message);
        Assert.Equal("sarkbak.1700000000.zip", (await remote.Backups.CreateAsync()).Name);
        var request = new OriginateRequest("401", "402", "internal", "401") { RingTime = TimeSpan.FromSeconds(4), Wait = true };
        Assert.Equal(OriginateOutcome.Answered, (await remote.Asterisk.OriginateAsync(request)).Outcome);
    }

    // A job as a service tells of it.
    private static Task Job(
        HttpContext context,
        string state,
        string result = "null",
        string error = "null",
        string notices = "[]") => StubService.Json(
        context,
        context.Request.Method == "GET" ? 200 : 202,
        $$"""{"id":"{{JobId}}","activity":"Restoring","state":"{{state}}","started":"2026-01-01T00:00:00Z", """
            + $$""" "ended":{{(state == "Running" ? "null" : "\"2026-01-01T00:00:01Z\"")}},"result":{{result}},"error":{{error}}"""
            + $$""","notices":{{notices}}}""" + "\n");

    private const string JobId = "0d3f2a55-5a3b-4d0e-9a53-3c1f0c3c7a11";

    [Theory]
    [InlineData("Completed")]
    [InlineData("Stopped")]
    [InlineData("Failed")]
    public async Task Who_leaves_a_restore_has_it_told_to_stop_and_learns_what_became_of_it(string state)
    {
        var told = new TaskCompletionSource();
        var watched = new TaskCompletionSource();
        await using var service = await StubService.StartAsync(async context =>
        {
            if (context.Request.Method == "GET")
            {
                Assert.Equal($"/api/jobs/{JobId}", context.Request.Path);
                watched.TrySetResult();
                await told.Task;
                await Job(
                    context,
                    state,
                    """{"restored":"sark.db.1700000000","keptAs":"sark.db.1700000001"}""",
                    """{"kind":"Unavailable","noun":"Snapshot","detail":"The disk is full."}""");
                return;
            }

            await Job(context, "Running");
            if (context.Request.Method == "DELETE")
            {
                told.SetResult();
            }
        });
        await using var remote = new RemoteBackend(
            SarkHttpClient.Open(service.Address, null, TimeSpan.FromSeconds(20), skipCertificateCheck: false));
        using var stop = new CancellationTokenSource();
        var restore = remote.Snapshots.RestoreAsync("sark.db.1700000000", cancellationToken: stop.Token);
        await watched.Task;
        await stop.CancelAsync();
        switch (state)
        {
            case "Completed":
                Assert.Equal("sark.db.1700000001", (await restore).KeptAs);
                break;
            case "Stopped":
                await Assert.ThrowsAnyAsync<OperationCanceledException>(() => restore);
                break;
            default:
                Assert.Equal("The disk is full.", (await Assert.ThrowsAsync<SarkUnavailableException>(() => restore)).Message);
                break;
        }
    }

    [Fact]
    public async Task A_connection_that_breaks_does_not_end_a_job_and_progress_and_notices_come_once()
    {
        var asked = 0;
        var reported = new TaskCompletionSource();
        await using var service = await StubService.StartAsync(async context =>
        {
            if (context.Request.Method == "GET" && ++asked == 1)
            {
                await context.Response.WriteAsync(
                    $$"""{"id":"{{JobId}}","activity":"Packing","state":"Running","started":"2026-01-01T00:00:00Z", """
                        + """ "progress":{"activity":"Packing a","done":1,"total":2},"notices":["The disk is slow."]}""" + "\n\n");
                await context.Response.Body.FlushAsync();
                await reported.Task;
                context.Abort();
                return;
            }

            await Job(
                context,
                context.Request.Method == "GET" ? "Completed" : "Running",
                """{"name":"sarkbak.1700000000.zip","size":1,"created":"2026-01-01T00:00:00Z"}""",
                notices: """["The disk is slow."]""");
        });
        await using var remote = new RemoteBackend(
            SarkHttpClient.Open(service.Address, null, TimeSpan.FromSeconds(20), skipCertificateCheck: false));
        var progress = new List<OperationProgress>();
        var notices = new List<string>();
        var made = await Notices.Hear(
            notice => notices.Add(notice.Sentence),
            () => remote.Backups.CreateAsync(new Reports(progress, reported)));

        Assert.Equal("sarkbak.1700000000.zip", made.Name);
        Assert.Equal([new OperationProgress("Packing a", 1, 2)], progress);
        Assert.Equal(["The disk is slow."], notices);
    }

    [Fact]
    public async Task A_service_that_is_about_to_end_is_not_asked_without_a_pause()
    {
        var clock = System.Diagnostics.Stopwatch.StartNew();
        await using var service = await StubService.StartAsync(context =>
            Job(
                context,
                context.Request.Method == "GET" && clock.Elapsed > TimeSpan.FromSeconds(1.5) ? "Completed" : "Running",
                """{"name":"sarkbak.1700000000.zip","size":1,"created":"2026-01-01T00:00:00Z"}"""));
        await using var remote = new RemoteBackend(
            SarkHttpClient.Open(service.Address, null, TimeSpan.FromSeconds(20), skipCertificateCheck: false));

        Assert.Equal("sarkbak.1700000000.zip", (await remote.Backups.CreateAsync()).Name);
        Assert.InRange(service.Requests.Count(r => r.StartsWith("GET /api/jobs", StringComparison.Ordinal)), 2, 4);
    }

    [Fact]
    public async Task All_jobs_are_asked_for_at_once()
    {
        const string Ended = """{"id":"1","activity":"Making a backup","state":"Completed","started":"2026-01-01T00:00:00Z", """
            + """ "ended":"2026-01-01T00:00:01Z"}""";
        await using var service = await StubService.StartAsync(
            context => StubService.Json(context, 200, $"[{Ended},{Ended.Replace("\"1\"", "\"2\"", StringComparison.Ordinal)}]"));
        using var engine = new Engine();
        engine.Run("$null = Connect-Sark $address", ("address", service.Address)).Good();
        Assert.Equal(["1", "2"], engine.Run("Get-SarkJob").Good().Of<Job>().Select(job => job.Id));
        Assert.Single(service.Requests, r => r.StartsWith("GET /api/jobs", StringComparison.Ordinal));

        // Nothing is never taken for all.
        foreach (var nothing in new[] { "Get-SarkJob $null", "Get-SarkJob ''", "$null | Get-SarkJob", "Stop-SarkJob '' -Confirm:$false" })
        {
            var result = engine.Run(nothing);
            Assert.Empty(result.Output);
            Assert.DoesNotContain("Object reference", result.Failure.ToString(), StringComparison.Ordinal);
        }

        Assert.Single(service.Requests, r => r.Contains("/api/jobs", StringComparison.Ordinal));
    }

    private sealed class Reports(List<OperationProgress> all, TaskCompletionSource first) : IProgress<OperationProgress>
    {
        public void Report(OperationProgress value)
        {
            all.Add(value);
            first.TrySetResult();
        }
    }

    [Fact]
    public async Task Ctrl_C_ends_a_restore_at_once_and_its_outcome_is_told_with_the_next_command()
    {
        var begun = new TaskCompletionSource();
        var told = new TaskCompletionSource();
        await using var service = await StubService.StartAsync(async context =>
        {
            if (context.Request.Path.StartsWithSegments("/api/jobs") && context.Request.Method == "GET")
            {
                begun.TrySetResult();
                await told.Task;
                await Task.Delay(500);
                await Job(context, "Completed", """{"restored":"sark.db.1700000000","keptAs":null}""");
            }
            else if (context.Request.Method is "PUT" or "DELETE")
            {
                await Job(context, "Running");
                if (context.Request.Method == "DELETE")
                {
                    told.SetResult();
                }
            }
            else
            {
                await StubService.Json(context, 200, "[]");
            }
        });
        await using var engine = await TestEngine.StartAsync(Side.Local, Schema.Embedded);
        engine.Run("Connect-Sark $address", ("address", service.Address)).Good();
        using var shell = engine.Shell();
        var running = shell.AddScript("Restore-SarkSnapshot sark.db.1700000000 -Confirm:$false; 'went on'").BeginInvoke();
        await begun.Task;

        var clock = System.Diagnostics.Stopwatch.StartNew();
        shell.Stop();
        Assert.ThrowsAny<PipelineStoppedException>(() => shell.EndInvoke(running));
        Assert.True(clock.Elapsed < TimeSpan.FromSeconds(1), $"it took {clock.Elapsed}");

        // Somebody else in this process is not told.
        using var beside = new Engine();
        beside.Run("Connect-Sark $address", ("address", service.Address)).Good();
        var warnings = new List<string>();
        for (var i = 0; i < 100 && warnings.Count == 0; i++)
        {
            await Task.Delay(100);
            Assert.Empty(beside.Run("Get-SarkSnapshot").Good().Warnings);
            warnings.AddRange(engine.Run("Get-SarkSnapshot").Good().Warnings);
        }

        Assert.Contains("sark.db.1700000000", Assert.Single(warnings), StringComparison.Ordinal);
        Assert.Contains("complete", warnings[0], StringComparison.Ordinal);
    }
}
