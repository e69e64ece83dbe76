using System.Reflection;
using System.Xml.Linq;
using SarkPS.Ami;
using SarkPS.Descriptors;

namespace SarkPS.Build;

/// <summary>How objects that are no resources look. Everything else that Asterisk told is in their hidden property Raw.</summary>
internal static class ResultViews
{
    private static readonly ScriptColumn Latency = new(
        "Latency (ms)",
        "if ($_.Latency) { $_.Latency.TotalMilliseconds }",
        12,
        IsNumber: true);

    public static IEnumerable<XElement> All(Assembly cmdlets, IEnumerable<ModuleCommand> commands)
    {
        var chosen = Chosen(cmdlets).ToList();
        return chosen.Concat(Rest(commands, chosen));
    }

    private static IEnumerable<XElement> Chosen(Assembly cmdlets) =>
    [
        FormatFile.Table(
            cmdlets.GetType("SarkPS.Cmdlets.SarkConnection", throwOnError: true)!,
            ["Location", "SarkVersion", "IsRemote", "IsOpen"]),
        Table<Destination>("Name", ("Kind", 12), ("RouteClass", 10), ("Tenant", 14)),
        Table<Snapshot>(("Name", 28), ("Size", 12), ("Taken", 22)),
        Table<Backup>(("Name", 32), ("Size", 14), ("Taken", 22)),
        Table<BackupChange>(("Action", 8), ("Part", 10), ("Size", 12), "Path"),
        List<BackupRestore>("Name", "Restored", "NotInBackup", "KeptAs", "Warnings"),
        List<SnapshotRestore>("Restored", "KeptAs"),
        Table<ImportedRow>(
            new ScriptColumn("File", "[IO.Path]::GetFileName($_.File)", 16),
            ("Line", 6),
            ("Resource", 12),
            ("Key", 12),
            ("Outcome", 10),
            "Message"),
        Table<Greeting>(("Name", 24), ("Number", 7), ("Format", 7), ("Size", 12), ("Date", 19)),
        Table<CallRecord>(("Start", 19), ("Source", 13), ("Destination", 13), ("Disposition", 11), "Duration", "CallerId"),
        FormatFile.Table(
            typeof(ConfigurationFault),
            [("Kind", 9), ("Resource", 12), ("Key", 12), ("Property", 12), "Problem"],
            isWrapped: true),
        Table<Job>(
            ("Id", 36),
            ("Activity", 36),
            ("State", 9),
            ("Started", 19),
            new ScriptColumn("Progress", "if (-not $_.Ended -and $_.Progress) { \"$($_.Progress.Percent) % $($_.Progress.Activity)\" }")),
        Table<ApiToken>(
            ("Name", 20),
            new ScriptColumn("Scopes", "$_.Scopes -join ' '", 30),
            new ScriptColumn("Expires", "if ($_.Expires) { $_.Expires.ToLocalTime().ToString('yyyy-MM-dd HH:mm') }", 16),
            new ScriptColumn("LastUsed", "if ($_.LastUsed) { $_.LastUsed.ToLocalTime().ToString('yyyy-MM-dd HH:mm') }", 16),
            "LastUsedFrom"),
        List<CreatedApiToken>("Name", "Token", "Scopes", "Networks", "Expires"),
        Table<ChangeEntry>(
            new ScriptColumn("Time", "if ($_.Time) { $_.Time.ToLocalTime().ToString('yyyy-MM-dd HH:mm:ss') }", 19),
            ("Actor", 12),
            ("Action", 9),
            new ScriptColumn("Resource", "if ($_.Resource) { $_.Resource } else { $_.Table }", 14),
            ("Key", 16),
            new ScriptColumn("Columns", "if ($_.Action -eq 'Updated') { $_.Columns -join ', ' }"),
            ("ChangeSet", 26)),
        List<CommitStatus>(
            "Changed",
            "LastCommit",
            "CommittedBy",
            "LastChange",
            "ChangedBy",
            "Incomplete",
            "Flag",
            "Basis",
            "Tables",
            "Changes",
            "Journal"),
        List<CommitHistory>("Reach", "Since", "Count", "Sets", "Remark"),
        Table<CommitSet>(
            new ScriptColumn("Time", "if ($_.Time) { $_.Time.ToLocalTime().ToString('yyyy-MM-dd HH:mm:ss') }", 19),
            ("Actor", 12),
            ("Cause", 8),
            ("Count", 6),
            "Reason",
            ("ChangeSet", 26)),
        Table<PendingTable>(("Table", 20), ("Added", 8), ("Changed", 8), ("Removed", 8)),
        Table<PendingChange>(("Time", 20), ("Action", 8), ("Table", 14), ("Key", 20), "By"),
        List<CommitResult>(
            "Message",
            new ScriptColumn(
                "Changed",
                "@($_.Files | Where-Object { $_.Added -or $_.Removed } | "
                    + """ForEach-Object { "$($_.Name) (+$($_.Added) -$($_.Removed))" }) -join ', '"""),
            new ScriptColumn(
                "Changes",
                "(@($_.Changes | ForEach-Object { $sign = if ($_.Kind -eq 'Added') { '+' } else { '-' }; "
                    + """ "$($_.File) [$($_.Section)] $sign $($_.Line.Trim())" }) -join "`n")""",
                Condition: "$_.Changes.Count -gt 0"),
            "ExitCode",
            "Output"),
        Table<GeneratedFile>(("Name", 34), ("State", 10), ("Added", 8), ("Removed", 8)),
        Table<GeneratedChange>(("File", 28), ("Section", 20), ("Kind", 8), "Line"),
        Table<AsteriskChannel>(
            "Channel",
            ("State", 9),
            ("CallerId", 14),
            new("ConnectedNumber", 14, "Connected"),
            ("Extension", 10),
            "Duration"),
        Table<Conference>(("Name", 16), ("Parties", 8), ("Marked", 7), ("Locked", 7), ("Muted", 7)),
        Table<ConferenceMember>(("Conference", 10), "Channel", ("CallerId", 14), "Admin", "Muted", "Talking", "Answered"),
        Table<DeviceState>(("Device", 40), "State"),
        Table<ExtensionState>(("Extension", 12), ("Context", 16), ("State", 18), "Hint"),
        Table<SipPeer>(("Name", 16), ("Technology", 10), "Address", ("Port", 5), ("Status", 12), Latency),
        Table<IaxPeer>(("Name", 16), ("UserName", 12), "Address", ("Port", 5), ("Status", 12), Latency),
        Table<Registration>(("Technology", 10), "Host", ("Port", 5), ("UserName", 14), ("State", 12), "Registered"),
        Table<QueueStatus>("Name", ("Strategy", 11), "Calls", "Completed", "Abandoned", "HoldTime", "Members", "Callers"),
        Table<QueueMember>(("Queue", 12), "Name", ("Interface", 16), ("Status", 11), "Paused", "CallsTaken"),
        Table<QueueCaller>(("Queue", 12), "Position", "Channel", ("CallerId", 14), "Wait"),
        Table<QueueSummary>(("Name", 16), ("LoggedIn", 9), "Available", ("Callers", 8), ("HoldTime", 10), ("LongestHoldTime", 16)),
        Table<AgentStatus>(("Agent", 8), ("Name", 18), ("Status", 12), "LoggedIn", "Channel"),
        Table<VoicemailUser>(("Mailbox", 10), ("Context", 12), ("Name", 24), ("New", 5), ("Old", 5), "Email"),
        Table<Mailbox>(("Name", 24), ("New", 5), ("Old", 5), ("Urgent", 7), "Waiting"),
        Table<DbEntry>(("Family", 16), ("Key", 16), "Value"),
        Table<ExtensionRuntime>(("Key", 10), ("ForwardAll", 18), ("ForwardBusy", 18), "RingDelay"),
        Table<OriginateResult>(("Outcome", 12), ("Reason", 7), ("Channel", 36), "UniqueId"),
        Table<AmiEvent>(
            new ScriptColumn("Received", "$_.Received.ToLocalTime().ToString('HH:mm:ss.fff')", 13),
            ("Name", 22),
            new ScriptColumn("Lost", "if ($_.Dropped) { $_.Dropped }", 6, IsNumber: true),
            new ScriptColumn(
                "Fields",
                "($_.Message | Where-Object { $_.Value -and $_.Key -notin 'Event', 'Privilege' } | "
                    + """ForEach-Object { "$($_.Key)=$($_.Value)" }) -join '; '""")),
    ];

    private static XElement Table<T>(params ViewColumn[] columns) => FormatFile.Table(typeof(T), columns);

    private static XElement List<T>(params ViewColumn[] lines) => FormatFile.List(typeof(T), lines);

    // Of whatever else a cmdlet says that it gives, everything.
    private static IEnumerable<XElement> Rest(IEnumerable<ModuleCommand> commands, IEnumerable<XElement> chosen)
    {
        var known = chosen.Select(view => view.Descendants("TypeName").First().Value)
            .Concat(SarkResources.All.Select(r => r.RecordType.FullName!))
            .ToHashSet(StringComparer.Ordinal);
        return commands.SelectMany(c => c.Outputs)
            .Distinct(StringComparer.Ordinal)
            .Where(name => !known.Contains(name))
            .Order(StringComparer.Ordinal)
            .Select(name => typeof(SarkResources).Assembly.GetType(name))
            .OfType<Type>()
            .Select(type => FormatFile.List(type, FormatFile.Properties(type).Select(p => (ViewColumn)p.Name)));
    }
}
