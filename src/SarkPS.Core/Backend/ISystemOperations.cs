namespace SarkPS;

/// <summary>The rules of Shorewall that SARK keeps.</summary>
public interface IFirewallOperations
{
    /// <summary>Reads the rules.</summary>
    Task<FirewallRules> GetAsync(FirewallFamily family, CancellationToken cancellationToken = default);

    /// <summary>
    /// Replaces the rules after Shorewall has checked them in a folder of their own. What Shorewall refuses leaves the
    /// live file as it was. The new rules work from the next restart on.
    /// </summary>
    /// <exception cref="SarkValidationException">A line is neither rule nor comment, or Shorewall refused the set; the
    /// messages are Shorewall's own lines.</exception>
    Task<FirewallCheck> SetAsync(FirewallFamily family, IReadOnlyList<string> rules, CancellationToken cancellationToken = default);

    /// <summary>Has Shorewall check rules without writing them.</summary>
    /// <param name="family">The family.</param>
    /// <param name="rules">The rules; null checks those that are live.</param>
    /// <param name="cancellationToken">Ends it.</param>
    Task<FirewallCheck> TestAsync(
        FirewallFamily family,
        IReadOnlyList<string>? rules = null,
        CancellationToken cancellationToken = default);

    /// <summary>
    /// Restarts the firewall with the live rules. They are checked first; when the restart fails all the same, the rules
    /// that worked last come back and the firewall is restarted with them.
    /// </summary>
    /// <exception cref="SarkValidationException">Shorewall refused the live rules; nothing was restarted.</exception>
    /// <exception cref="SarkUnavailableException">The restart failed; the message says whether the previous rules are back.</exception>
    Task<SystemCommandResult> RestartAsync(FirewallFamily family, CancellationToken cancellationToken = default);
}

/// <summary>Call records.</summary>
public interface ICallRecordOperations
{
    /// <summary>
    /// Reads call records in the order of the file, as a stream: memory does not grow with the file. A file that does not
    /// exist holds no calls; Asterisk makes it with the first one.
    /// </summary>
    /// <param name="filter">Which ones.</param>
    /// <param name="statistics">Filled while reading.</param>
    /// <param name="cancellationToken">Ends it.</param>
    IAsyncEnumerable<CallRecord> ReadAsync(
        CallRecordFilter filter,
        CallRecordStatistics? statistics = null,
        CancellationToken cancellationToken = default);

    /// <summary>
    /// Writes the rows as they stand in the file, CSV with line feeds, in UTF-8. With a filter, those that fit; what is no
    /// whole row is left out.
    /// </summary>
    /// <param name="filter">Which ones.</param>
    /// <param name="destination">Where to.</param>
    /// <param name="counted">Told before the first row how many there are and how many are left out; for that the file is
    /// read twice.</param>
    /// <param name="cancellationToken">Ends it.</param>
    Task WriteCsvAsync(
        CallRecordFilter filter,
        Stream destination,
        Action<CallRecordStatistics>? counted = null,
        CancellationToken cancellationToken = default);
}

/// <summary>Commands to the machine: a fixed list, with fixed arguments.</summary>
public interface ISystemOperations
{
    /// <summary>
    /// Has SARK write Asterisk's configuration from the database and Asterisk read it. SARK's script ends with success
    /// whatever its generator did, so that its files are compared before and after, and its output is read.
    /// </summary>
    /// <param name="detailed">Whether the lines that came and went are told too.</param>
    /// <param name="note">Who does it, and why, for the history; null for this account.</param>
    /// <param name="cancellationToken">Ends the waiting; the generator runs to its end.</param>
    /// <exception cref="SarkCommitException">The generator failed, or did not write all of its files.</exception>
    Task<CommitResult> CommitAsync(bool detailed = false, ChangeNote? note = null, CancellationToken cancellationToken = default);

    /// <summary>Whether the database has changed since the generator last wrote the configuration, by whom and when.</summary>
    Task<CommitStatus> GetCommitStatusAsync(CancellationToken cancellationToken = default);

    /// <summary>Restarts the machine.</summary>
    Task<SystemCommandResult> RebootAsync(CancellationToken cancellationToken = default);

    /// <summary>Whether Asterisk runs.</summary>
    Task<PbxState> GetPbxStateAsync(CancellationToken cancellationToken = default);

    /// <summary>Starts Asterisk.</summary>
    /// <exception cref="SarkUnavailableException">It runs already, or does not come up.</exception>
    Task<SystemCommandResult> StartPbxAsync(CancellationToken cancellationToken = default);

    /// <summary>Stops Asterisk; calls end.</summary>
    /// <exception cref="SarkUnavailableException">It does not run, or does not stop.</exception>
    Task<SystemCommandResult> StopPbxAsync(CancellationToken cancellationToken = default);
}
