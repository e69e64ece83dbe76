using System.Globalization;

namespace SarkPS.Bench;

/// <summary>The service beside a bare Kestrel and beside a bare loop of its SQL statements.</summary>
internal static class HttpBench
{
    private const int Many = 1000;
    private const int Few = 10;

    private const string SelectOne = "SELECT * FROM IPphone WHERE pkey = @key";
    private const string SelectAll = "SELECT * FROM IPphone ORDER BY pkey";
    private const string Update = "UPDATE IPphone SET callerid = @value WHERE pkey = @key";

    // The columns that a create of an unprovisioned extension fills in.
    private static readonly string[] CreateStatements =
    [
        SelectOne,
        "SELECT * FROM globals",
        """
        INSERT INTO IPphone (pkey, cluster, desc, device, location, passwd, abstimeout, active, basemacaddr, callbackto, devicerec, protocol, provisionwith, sndcreds, sipiaxfriend, technology, transport, z_updater)
        VALUES (@key, 'default', 'Ext' || @key, 'General SIP', 'local', @value, 14400, 'YES', NULL, 'desk', 'default', 'IPV4', 'IP', 'Always', 'type=peer', 'SIP', 'udp', 'system')
        """,
        "SELECT * FROM COS WHERE defaultopen = 'YES'",
        "SELECT * FROM COS WHERE defaultclosed = 'YES'",
        SelectOne,
    ];

    private static int created;

    public static async Task RunAsync(WorkFolder folder, Pace pace)
    {
        var few = BenchDatabase.Create(folder.File("few.db"), Few);
        var many = BenchDatabase.Create(folder.File("many.db"), Many);
        var service = await Servers.StartServiceAsync(many);
        var small = await Servers.StartServiceAsync(few);
        var plain = await Servers.StartServiceAsync(many, "--Sark:ReadCacheBytes=0");

        var measured = $"{LoadGenerator.Connections} connections, median of {pace.Rounds} rounds of {pace.Round.TotalSeconds:0.##} s";
        Console.WriteLine($"""

            ## Service: answers a second, {measured}

            | Request | Service | Bare Kestrel | Service / Kestrel | Bare SQL | Service / SQL |
            | --- | ---: | ---: | ---: | ---: | ---: |
            """);
        await ReadAsync("one extension", service, many, $"/api/extensions/{BenchDatabase.FirstKey + 7}", SelectOne, pace);
        await ReadAsync("one extension, cache off", plain, many, $"/api/extensions/{BenchDatabase.FirstKey + 7}", SelectOne, pace);
        await ReadAsync($"{Few} extensions", small, few, "/api/extensions", SelectAll, pace);
        await ReadAsync($"{Many} extensions", service, many, "/api/extensions", SelectAll, pace);
        await ReadAsync($"{Many} extensions, cache off", plain, many, "/api/extensions", SelectAll, pace);
        await WriteAsync(
            "update",
            service,
            many,
            200,
            () => LoadGenerator.Request("PUT", $"/api/extensions/{Key()}", $$"""{"callerid":"{{Interlocked.Increment(ref created)}}"}"""),
            [SelectOne, Update, SelectOne],
            Key,
            pace);
        await WriteAsync(
            "create",
            service,
            many,
            201,
            () => LoadGenerator.Request("POST", "/api/extensions/unprovisioned", $$"""{"pkey":"{{NewKey()}}","cluster":"default"}"""),
            CreateStatements,
            NewKey,
            pace);
        foreach (var app in new[] { service, small, plain })
        {
            await app.DisposeAsync();
        }
    }

    private static string Key() => (BenchDatabase.FirstKey + Random.Shared.Next(Many)).ToString(CultureInfo.InvariantCulture);

    private static string NewKey() =>
        (BenchDatabase.FirstKey + Many + Interlocked.Increment(ref created)).ToString(CultureInfo.InvariantCulture);

    private static async Task ReadAsync(string title, WebApplication service, string database, string path, string sql, Pace pace)
    {
        using var client = new HttpClient { BaseAddress = new Uri(service.Address()) };
        await using var bare = await Servers.StartBareAsync(StatusCodes.Status200OK, await client.GetByteArrayAsync(path));
        using var load = new LoadGenerator(service.Address(), StatusCodes.Status200OK);
        using var bareLoad = new LoadGenerator(bare.Address(), StatusCodes.Status200OK);
        var request = LoadGenerator.Request("GET", path);
        var key = path[(path.LastIndexOf('/') + 1)..];
        Print(title, await Race.RunAsync(
            [
                new("service", time => load.RunAsync(time, () => request)),
                new("Kestrel", time => bareLoad.RunAsync(time, () => request)),
                new("SQL", time => BareSql.ReadAsync(database, time, sql, sql.Contains('@') ? () => key : null)),
            ],
            pace));
    }

    private static async Task WriteAsync(
        string title,
        WebApplication service,
        string database,
        int status,
        Func<byte[]> request,
        IReadOnlyList<string> statements,
        Func<string> key,
        Pace pace)
    {
        using var client = new HttpClient { BaseAddress = new Uri(service.Address()) };
        await using var bare = await Servers.StartBareAsync(
            status,
            await client.GetByteArrayAsync($"/api/extensions/{BenchDatabase.FirstKey}"));
        using var load = new LoadGenerator(service.Address(), status);
        using var bareLoad = new LoadGenerator(bare.Address(), status);
        Print(title, await Race.RunAsync(
            [
                new("service", time => load.RunAsync(time, request)),
                new("Kestrel", time => bareLoad.RunAsync(time, request)),
                new("SQL", time => Task.Run(() => BareSql.Write(database, time, statements, key))),
            ],
            pace));
    }

    private static void Print(string title, IReadOnlyList<(double Rate, double Ratio)> results) => Console.WriteLine(string.Create(
        CultureInfo.InvariantCulture,
        $"| {title} | {results[0].Rate:N0} | {results[1].Rate:N0} | {results[1].Ratio:0.00} | {results[2].Rate:N0} | "
            + $"{results[2].Ratio:0.00} |"));
}
