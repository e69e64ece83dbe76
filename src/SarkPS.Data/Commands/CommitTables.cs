namespace SarkPS.Data.Commands;

/// <summary>Which tables a commit is about: all that SARK's generator, or its programs in a call, may read.</summary>
internal static class CommitTables
{
    /// <summary>
    /// The tables that no commit is about: SARK's own records of changes, the texts and rights of its pages, and what the web
    /// framework of 6.5 keeps for itself.
    /// </summary>
    public static IReadOnlySet<string> Others { get; } = new HashSet<string>(StringComparer.OrdinalIgnoreCase)
    {
        "master_audit", "master_xref",
        "tt_help_core", "Panel", "PanelGroup", "PanelGroupPanel", "User", "UserPanel",
        "cache", "cache_locks", "failed_jobs", "job_batches", "jobs", "migrations", "password_reset_tokens", "personal_access_tokens",
        "sessions", "users",
    };

    /// <summary>Whether a change of a table is due for a commit.</summary>
    public static bool Counts(string table) => !Others.Contains(table);
}
