using System.Diagnostics;
using System.Globalization;
using SarkPS;
using SarkPS.Data;
using SarkPS.Data.Files;
using SarkPS.Data.Journal;
using SarkPS.Data.Sqlite;
using SarkPS.Descriptors;
using SarkPS.KillTarget;

// KillTarget snapshots|backups ROOT FIRST SECOND   restores the two in turn until it is killed
// KillTarget trunks ROOT                           makes, changes and removes a trunk in turn until it is killed
// KillTarget exchange FOLDER STEP                  exchanges what is in a folder, and kills itself before that step
// KillTarget sets DATABASE JOURNAL RUN WRITERS COUNT applies change sets, COUNT by each of the writers, and tells each when it is answered
// KillTarget try ROOT OPERATION                     does one operation and prints "ok" or the error's kind and message
if (args[0] == "exchange")
{
    await ExchangeAsync(args[1], int.Parse(args[2], CultureInfo.InvariantCulture));
    return;
}

if (args[0] == "sets")
{
    await SetsAsync(args[1], args[2], [.. args[3..].Select(a => int.Parse(a, CultureInfo.InvariantCulture))]);
    return;
}

await using var backend = new LocalBackend(new SarkOptions { Root = args[1] });
switch (args[0])
{
    case "snapshots":
        await LoopAsync(name => backend.Snapshots.RestoreAsync(name), args[2], args[3]);
        break;
    case "backups":
        await LoopAsync(
            name => backend.Backups.RestoreAsync(name, BackupParts.Database | BackupParts.Asterisk | BackupParts.Greetings),
            args[2],
            args[3]);
        break;
    case "trunks":
        await TrunksAsync(backend.Tables);
        break;
    case "try":
        try
        {
            Func<Task> operation = args[2] switch
            {
                "new-snapshot" => () => backend.Snapshots.CreateAsync(),
                "commit" => () => backend.System.CommitAsync(),
                "new-backup" => () => backend.Backups.CreateAsync(),
                "restore-asterisk" => () => backend.Backups.RestoreAsync(args[3], BackupParts.Asterisk),
                "restore-database" => () => backend.Snapshots.RestoreAsync(args[3]),
                "remove-snapshot" => () => backend.Snapshots.RemoveAsync(args[3]),
                "set-firewall" => () => backend.Firewall.GetAsync(FirewallFamily.IPv4),
                "read-calls" => () => backend.CallRecords.WriteCsvAsync(new CallRecordFilter(), Stream.Null),
                _ => throw new ArgumentException($"No operation '{args[2]}'."),
            };
            await operation();
            Console.WriteLine("ok");
        }
        catch (SarkException e)
        {
            Console.WriteLine($"{e.Kind}: {e.Message}");
        }

        break;
    default:
        throw new ArgumentException($"No mode '{args[0]}'.");
}

static async Task ExchangeAsync(string folder, int step)
{
    var count = 0;
    Posix.BeforeStep.Value = _ =>
    {
        if (++count == step)
        {
            Process.GetCurrentProcess().Kill();
        }
    };
    using var exchange = FolderExchange.Begin(folder);
    File.WriteAllText(Path.Combine(exchange.Incoming, "both"), "new");
    File.WriteAllText(Path.Combine(exchange.Incoming, "more"), "new");
    await exchange.CommitAsync(["both", "less"]);
}

static async Task SetsAsync(string database, string journal, int[] numbers)
{
    using var file = new SqliteDatabase(database)
    {
        Ledger = new ChangeLedger(new JournalFile(journal, TimeProvider.System), isOptional: false, TimeProvider.System),
    };
    var changes = new SqliteStore(file).Changes;
    Console.WriteLine("started.");
    await Task.WhenAll(Enumerable.Range(0, numbers[1]).Select(writer => Task.Run(async () =>
    {
        var script = new SetScript(numbers[0], writer);
        for (var i = 0; i < numbers[2]; i++)
        {
            var set = script[i];
            var result = await changes.ApplyAsync(set, default);
            Console.WriteLine(
                result.Steps.FirstOrDefault(s => s.Error is not null) is { Error.Message: var message }
                    ? $"refused {set.Reason} {message}."
                    : $"did {set.Reason} {result.ChangeSet}.");
        }
    })));
}

static async Task TrunksAsync(ITableOperations tables)
{
    Console.WriteLine("started");
    for (var turn = 0; ; turn++)
    {
        var key = new RowKey("carrier");
        var made = new Changes
        {
            ["pkey"] = "carrier",
            ["carrier"] = "GeneralSIP",
            ["cluster"] = "default",
            ["username"] = "u",
            ["password"] = "s",
            ["host"] = "a.example.com"
        };
        await tables.CreateAsync(Trunk.Descriptor, null, made, ChangeOptions.Default, default);
        await tables.UpdateAsync(Trunk.Descriptor, key, new Changes { ["host"] = "b.example.com" }, ChangeOptions.Default, default);
        await tables.RemoveAsync(Trunk.Descriptor, key, ChangeOptions.Default, default);
        Console.WriteLine("round");
    }
}

static async Task LoopAsync(Func<string, Task> restore, string first, string second)
{
    Console.WriteLine("started");
    for (var turn = 0; ; turn++)
    {
        await restore(turn % 2 == 0 ? first : second);
        Console.WriteLine("restored");
    }
}
