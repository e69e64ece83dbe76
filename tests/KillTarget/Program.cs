using SarkPS;
using SarkPS.Data.Files;

// KillTarget snapshots|backups ROOT FIRST SECOND   restores the two in turn until it is killed
// KillTarget try ROOT OPERATION                     does one operation and prints "ok" or the error's kind and message
var options = new SarkOptions { Root = args[1] };
var operations = new LocalOperations(options, options.Rooted(options.Paths.Database));
switch (args[0])
{
    case "snapshots":
        await LoopAsync(name => operations.Snapshots.RestoreAsync(name), args[2], args[3]);
        break;
    case "backups":
        await LoopAsync(name => operations.Backups.RestoreAsync(name, BackupParts.Database | BackupParts.Asterisk | BackupParts.Greetings), args[2], args[3]);
        break;
    case "try":
        try
        {
            Func<Task> operation = args[2] switch
            {
                "new-snapshot" => () => operations.Snapshots.CreateAsync(),
                "commit" => () => operations.System.CommitAsync(),
                "new-backup" => () => operations.Backups.CreateAsync(),
                "restore-asterisk" => () => operations.Backups.RestoreAsync(args[3], BackupParts.Asterisk),
                "restore-database" => () => operations.Snapshots.RestoreAsync(args[3]),
                "remove-snapshot" => () => operations.Snapshots.RemoveAsync(args[3]),
                "set-firewall" => () => operations.Firewall.GetAsync(FirewallFamily.IPv4),
                "read-calls" => () => operations.CallRecords.WriteCsvAsync(new CallRecordFilter(), Stream.Null),
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

static async Task LoopAsync(Func<string, Task> restore, string first, string second)
{
    Console.WriteLine("started");
    for (var turn = 0; ; turn++)
    {
        await restore(turn % 2 == 0 ? first : second);
        Console.WriteLine("restored");
    }
}
