using SarkPS.Data.Commands;

namespace SarkPS.Data.Files;

/// <summary>Everything on this machine that is no table: files, firewall, call records and commands.</summary>
public sealed class LocalOperations
{
    private readonly BackupStore backups;
    private readonly CommitFlag flag;

    /// <summary>Prepares the operations; nothing is touched until one is asked for.</summary>
    /// <param name="options">Where everything lies.</param>
    /// <param name="database">The live database.</param>
    /// <param name="asterisk">The manager interface of the machine's Asterisk; null where there is none to ask.</param>
    /// <param name="warn">Is told, in a sentence, what did not work beside something that did. Null: <see cref="Notices"/>.</param>
    public LocalOperations(SarkOptions options, string database, IAsteriskOperations? asterisk = null, Action<string>? warn = null)
    {
        ArgumentNullException.ThrowIfNull(options);
        flag = new CommitFlag(options, warn ?? (sentence => Notices.Tell(sentence, once: true)));
        var commands = new SystemCommands(options, database, flag, asterisk);
        var snapshots = new SnapshotStore(options, database);
        backups = new BackupStore(options, database, snapshots, commands);
        snapshots.BeforeReplacing = () => backups.RecoverOthers(BackupParts.None);
        snapshots.AfterReplacing = flag.Set;
        Snapshots = snapshots;
        Greetings = new GreetingStore(options, database);
        Firewall = new ShorewallFirewall(options);
        CallRecords = new CallRecordFile(options);
        System = commands;
    }

    /// <summary>Copies of the database.</summary>
    public ISnapshotOperations Snapshots { get; }

    /// <summary>Archives of the whole machine.</summary>
    public IBackupOperations Backups => backups;

    /// <summary>Greetings.</summary>
    public IGreetingOperations Greetings { get; }

    /// <summary>Shorewall's rules.</summary>
    public IFirewallOperations Firewall { get; }

    /// <summary>Call records.</summary>
    public ICallRecordOperations CallRecords { get; }

    /// <summary>Commands to the machine.</summary>
    public ISystemOperations System { get; }

    /// <summary>Has SARK's own pages show that a commit is due, when one of the tables that changed is about calls.</summary>
    /// <param name="tables">The tables.</param>
    internal void NoteChange(IReadOnlyCollection<string> tables)
    {
        if (tables.Any(CommitTables.Counts))
        {
            flag.Set();
        }
    }

    /// <summary>Undoes what a restore left half done when its process was killed. Restores do it for themselves; a service calls it when it starts.</summary>
    /// <exception cref="SarkException">The account may not.</exception>
    public void Recover()
    {
        try
        {
            backups.Recover();
        }
        catch (Exception e) when (FileErrors.Map("Backup", "restore", "undo an interrupted restore", e) is { } failure)
        {
            throw failure;
        }
    }
}
