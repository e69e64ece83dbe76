namespace SarkPS.Resources;

/// <summary>What a new queue starts with.</summary>
internal static class QueueDefaults
{
    /// <summary>Lines of Asterisk's queues.conf, as SARK's own panel writes them for a new queue.</summary>
    public static string Configuration { get; } = string.Join(
        '\n',
        "musiconhold=default",
        "strategy=ringall",
        "timeout=300",
        "retry=5",
        "wrapuptime=0",
        "maxlen=0",
        "announce-frequency=30",
        "announce-holdtime=yes");
}
