using System.Diagnostics;
using System.Globalization;
using SarkPS;
using SarkPS.Ami;
using SarkPS.Bench.Ami;

// What the client costs above a bare socket loop that speaks to the same Asterisk in the same run:
//
//   SARK_ASTERISK_PEERS=1000 tests/asterisk/asterisk.sh up /tmp/asterisk.env && set -a && . /tmp/asterisk.env && set +a
//   dotnet run -c Release --project bench/SarkPS.Bench.Ami
//
// Each line is the median of rounds that alternate between the two, so that whatever else the machine does meets both.
var port = Environment.GetEnvironmentVariable("SARK_TEST_AMI_PORT");
if (string.IsNullOrEmpty(port))
{
    Console.Error.WriteLine("No Asterisk: SARK_TEST_AMI_PORT is not set. 'SARK_ASTERISK_PEERS=1000 tests/asterisk/asterisk.sh up FILE' "
        + "starts one and writes the variables.");
    return 1;
}

var options = new AmiOptions
{
    Host = Environment.GetEnvironmentVariable("SARK_TEST_AMI_HOST") ?? "127.0.0.1",
    Port = int.Parse(port, CultureInfo.InvariantCulture),
    User = Environment.GetEnvironmentVariable("SARK_TEST_AMI_USER") ?? "sark",
    Secret = Environment.GetEnvironmentVariable("SARK_TEST_AMI_SECRET"),
};
using var bare = new BareLoop(options, "off");
using var bareEvents = new BareLoop(options, "call");
await using var client = await AmiConnection.ConnectAsync(options);
await using var clientEvents = await AmiConnection.ConnectAsync(options, new AmiEventHub());
var peersAction = AsteriskFunctions.Find("SIPpeers")!;
var peers = (await client.SendAsync(peersAction.Action([]))).Items.Count;
Console.WriteLine($"{client.Banner}, {peers} SIP peers, {Environment.ProcessorCount} processors");
Console.WriteLine($"{"",-34}{"bare",12}{"client",12}{"ratio",8}");

await CompareAsync("Ping, one after the other", 2000, 15, "us", n => { bare.Ping(n); return Task.CompletedTask; }, async n =>
{
    for (var i = 0; i < n; i++)
    {
        await client.SendAsync(new AmiAction("Ping"));
    }
});
await CompareAsync("Ping, 512 under way", 20_480, 9, "us", n => { bare.PingPipelined(n, 512); return Task.CompletedTask; }, async n =>
{
    var under = new Queue<Task>(512);
    for (var i = 0; i < n; i++)
    {
        if (under.Count == 512)
        {
            await under.Dequeue();
        }

        under.Enqueue(client.SendAsync(new AmiAction("Ping")));
    }

    await Task.WhenAll(under);
});
await CompareAsync($"SIPpeers, {peers} peers", 5, 15, "us", n => { bare.Peers(n); return Task.CompletedTask; }, async n =>
{
    for (var i = 0; i < n; i++)
    {
        await client.SendAsync(peersAction.Action([]));
    }
});

// Extension 700 of the test's Asterisk answers at once, 704 hangs up at once: what is timed is the way of the news.
await CompareAsync("Originate until answered", 10, 9, "us", n => { bareEvents.Originate(n); return Task.CompletedTask; }, async n =>
{
    for (var i = 0; i < n; i++)
    {
        await clientEvents.SendAsync(new AmiAction("Originate") { Answer = AmiAnswer.Outcome, CompletedBy = "OriginateResponse" }
            .With("Channel", "Local/700@internal").With("Context", "internal").With("Exten", "704").With("Priority", "1").With(
                "Async",
                "true"));
    }
});
return 0;

static async Task CompareAsync(string name, int count, int rounds, string unit, Func<int, Task> bareRun, Func<int, Task> clientRun)
{
    var (bareTimes, clientTimes) = (new List<double>(), new List<double>());
    await bareRun(count);
    await clientRun(count);
    for (var round = 0; round < rounds; round++)
    {
        bareTimes.Add(await TimeAsync(bareRun, count));
        clientTimes.Add(await TimeAsync(clientRun, count));
    }

    var (b, c) = (Median(bareTimes), Median(clientTimes));
    Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{name,-34}{b,10:0.0}{unit}{c,10:0.0}{unit}{c / b,8:0.00}"));
}

static async Task<double> TimeAsync(Func<int, Task> run, int count)
{
    var watch = Stopwatch.StartNew();
    await run(count);
    return watch.Elapsed.TotalMicroseconds / count;
}

static double Median(List<double> times)
{
    times.Sort();
    return times[times.Count / 2];
}
