using System.Diagnostics;
using System.Globalization;
using Microsoft.Data.Sqlite;
using SarkPS;
using SarkPS.Data;

// dotnet run -c Release --project bench/SarkPS.Bench.Files [-- backup|calls] [MEGABYTES]
// Each measurement stands beside the usual tool's on the same files in the same run; the first of each pair warms the
// page cache and is not counted.
var what = args.Length > 0 ? args[0] : "all";
var root = Directory.CreateTempSubdirectory("sarkps-bench-").FullName;
try
{
    var options = new SarkOptions { Root = root };
    if (what is "all" or "backup")
    {
        await BackupAsync(options, Megabytes(2048));
    }

    if (what is "all" or "calls")
    {
        await CallsAsync(options, Megabytes(1024));
    }
}
finally
{
    Directory.Delete(root, recursive: true);
}

int Megabytes(int usual) => args.Length > 1 ? int.Parse(args[1], CultureInfo.InvariantCulture) : usual;

async Task BackupAsync(SarkOptions options, int megabytes)
{
    const int files = 20_000;
    Console.WriteLine($"Backup of {megabytes} MB in {files} files");
    foreach (var folder in new[] { options.Paths.Backups, options.Paths.Snapshots, "/opt/sark/db" })
    {
        Directory.CreateDirectory(options.Rooted(folder));
    }

    var database = options.Rooted(options.Paths.Database);
    using (var connection = new SqliteConnection($"Data Source={database};Pooling=False"))
    {
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = "CREATE TABLE globals (pkey); CREATE TABLE Cluster (pkey); CREATE TABLE IPphone (pkey)";
        command.ExecuteNonQuery();
    }

    // Half of it like speech in 16 bit, half like text; both shrink somewhat, as voicemail and configuration do.
    var random = new Random(1);
    var size = (int)((long)megabytes * 1024 * 1024 / files);
    var speech = new byte[size];
    for (var i = 0; i + 1 < size; i += 2)
    {
        BitConverter.TryWriteBytes(speech.AsSpan(i), (short)((Math.Sin(i / 90.0) * 4000) + random.Next(-300, 300)));
    }

    var text = System.Text.Encoding.ASCII
        .GetBytes(string.Concat(Enumerable.Range(0, (size / 20) + 1).Select(i => $"exten => {random.Next(100, 999)},1,Dial()\n")))[..size];
    for (var i = 0; i < files; i++)
    {
        var path = options.Rooted($"{options.Paths.Voicemail}/default/{i / 100}/INBOX/msg{i % 100:0000}.{(i % 2 == 0 ? "wav" : "txt")}");
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        var content = i % 2 == 0 ? speech : text;
        BitConverter.TryWriteBytes(content.AsSpan(size / 2), i);
        await File.WriteAllBytesAsync(path, content);
    }

    await using var operations = new LocalBackend(options);
    var peak = 0L;
    using var watch = new Timer(_ => peak = Math.Max(peak, Process.GetCurrentProcess().WorkingSet64), null, 0, 50);
    foreach (var counted in new[] { false, true })
    {
        var clock = Stopwatch.StartNew();
        var made = await operations.Backups.CreateAsync();
        var ours = clock.Elapsed;
        await operations.Backups.RemoveAsync(made.Name);
        clock.Restart();
        Run(root, "/usr/bin/zip", "-q", "-r", "zip.zip", options.Paths.Voicemail.TrimStart('/'));
        var theirs = clock.Elapsed;
        var zipped = new FileInfo(Path.Combine(root, "zip.zip")).Length;
        File.Delete(Path.Combine(root, "zip.zip"));
        if (counted)
        {
            Console.WriteLine($"  New-SarkBackup {megabytes / ours.TotalSeconds,8:0.0} MB/s  {made.Size / 1e6,8:0.0} MB");
            Console.WriteLine($"  zip -r         {megabytes / theirs.TotalSeconds,8:0.0} MB/s  {zipped / 1e6,8:0.0} MB   "
                + $"({theirs / ours:0.00} times its speed)");
            Console.WriteLine($"  peak working set {peak / 1e6:0} MB");
        }
    }
}

static async Task CallsAsync(SarkOptions options, int megabytes)
{
    var path = options.Rooted(options.Paths.CallRecords);
    Directory.CreateDirectory(Path.GetDirectoryName(path)!);
    var start = new DateTime(2020, 1, 1);
    var random = new Random(1);
    await using (var writer = new StreamWriter(path))
    {
        for (long written = 0, i = 0; written < megabytes * 1024L * 1024; i++)
        {
            var from = 400 + random.Next(600);
            var time = start.AddSeconds(i * 30);
            var row = string.Create(CultureInfo.InvariantCulture,
                $"\"\",\"{from}\",\"0{random.Next(100_000_000, 999_999_999)}\",\"internal\",\"\"\"Ext{from}\"\" "
                    + $"<{from}>\",\"SIP/{from}-{i:x8}\",\"SIP/trunk-{i:x8}\",\"Dial\",\"SIP/trunk,30\",\"{time:yyyy-MM-dd HH:mm:ss}\","
                    + $"\"{time.AddSeconds(5):yyyy-MM-dd HH:mm:ss}\",\"{time.AddSeconds(60):yyyy-MM-dd HH:mm:ss}\",60,55,"
                    + $"\"{(i % 50 == 0 ? "BUSY" : "ANSWERED")}\",\"DOCUMENTATION\",\"{i}.1\",\"\"\n");
            writer.Write(row);
            written += row.Length;
        }
    }

    await using var backend = new LocalBackend(options);
    var calls = backend.CallRecords;
    Console.WriteLine($"Call records, {megabytes} MB");
    var target = new CountingStream();
    await PairAsync(
        "the last 100",
        () => calls.WriteCsvAsync(new CallRecordFilter { Last = 100 }, target),
        ["/usr/bin/tail", "-n", "100", path],
        20);
    await PairAsync(
        "one source of 600",
        () => CountAsync(new CallRecordFilter { Source = "777" }),
        ["/bin/grep", "-c", ",\"777\",", path],
        3);
    await PairAsync(
        "busy calls",
        () => CountAsync(new CallRecordFilter { Disposition = CallDisposition.Busy }),
        ["/bin/grep", "-c", "\"BUSY\"", path],
        3);
    await PairAsync(
        "a month",
        () => CountAsync(new CallRecordFilter { After = start.AddDays(62), Before = start.AddDays(91) }),
        ["/bin/grep", "-c", "\"2020-03-", path],
        3);
    await PairAsync(
        "half a month",
        () => CountAsync(new CallRecordFilter { After = new DateTime(2020, 2, 20), Before = new DateTime(2020, 3, 5) }),
        ["/bin/grep", "-cE", "\"2020-0(2-2|3-0[1-4])", path],
        3);
    Console.WriteLine($"  working set {Process.GetCurrentProcess().WorkingSet64 / 1e6:0} MB");

    async Task CountAsync(CallRecordFilter filter)
    {
        await foreach (var record in calls.ReadAsync(filter))
        {
            _ = record;
        }
    }

    async Task PairAsync(string name, Func<Task> ours, string[] theirs, int times)
    {
        await ours();
        Run("/", theirs);
        var clock = Stopwatch.StartNew();
        for (var i = 0; i < times; i++)
        {
            await ours();
        }

        var mine = clock.Elapsed / times;
        clock.Restart();
        for (var i = 0; i < times; i++)
        {
            Run("/", theirs);
        }

        var tool = clock.Elapsed / times;
        Console.WriteLine($"  {name,-20} {mine.TotalMilliseconds,9:0.0} ms   {Path.GetFileName(theirs[0]),-5} "
            + $"{tool.TotalMilliseconds,9:0.0} ms   {mine / tool:0.00} times its time");
    }
}

static void Run(string folder, params string[] command)
{
    var start = new ProcessStartInfo(command[0], command[1..]) { WorkingDirectory = folder, RedirectStandardOutput = true };
    using var process = Process.Start(start)!;
    process.StandardOutput.ReadToEnd();
    process.WaitForExit();
}

/// <summary>A stream that only counts.</summary>
internal sealed class CountingStream : Stream
{
    private long count;

    public override bool CanRead => false;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => count;

    public override long Position { get => count; set => throw new NotSupportedException(); }

    public override void Flush()
    {
    }

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => this.count += count;
}
