using System.Globalization;
using SarkPS.Ami;
using SarkPS.Data.Files;

namespace SarkPS.Data.Commands;

/// <summary>Commands to this machine. Names, order and messages are those of sark6api.</summary>
/// <param name="options">The programs.</param>
/// <param name="database">The live database, for the state of commits.</param>
/// <param name="journal">Where commits are noted.</param>
/// <param name="flag">SARK's own sign that a commit is due.</param>
/// <param name="asterisk">Asterisk's manager interface; null asks systemd alone.</param>
internal sealed class SystemCommands(
    SarkOptions options,
    string database,
    CommitJournal journal,
    CommitFlag flag,
    IAsteriskOperations? asterisk = null) : ISystemOperations
{
    private static readonly TimeSpan StatePollInterval = TimeSpan.FromMilliseconds(200);
    private readonly ProgramRunner runner = new(options);
    private readonly GeneratedConfiguration generated = new(options);
    private readonly CommitLedger ledger = new(options, database, new GeneratedConfiguration(options));

    /// <inheritdoc/>
    public Task<CommitResult> CommitAsync(
        bool detailed = false,
        ChangeNote? note = null,
        CancellationToken cancellationToken = default) =>
        RunScriptAsync(
            commands => commands.Generator,
            run => GenerateAsync(run, detailed, note ?? ChangeNote.Local),
            cancellationToken);

    /// <inheritdoc/>
    public Task<CommitStatus> GetCommitStatusAsync(CancellationToken cancellationToken = default) =>
        Task.Run(
            async () =>
            {
                var status = await ledger.ReadAsync(cancellationToken).ConfigureAwait(false);
                long? covers = null;
                if (IsAsCommitted(status)
                    && await journal.FindPlaceOfOthersAsync(status.LastCommit?.UtcDateTime, cancellationToken).ConfigureAwait(false)
                        is { } place)
                {
                    // When it is so still, what was found until then was taken up.
                    status = await ledger.ReadAsync(cancellationToken).ConfigureAwait(false);
                    covers = IsAsCommitted(status) ? place : null;
                }

                var told = await journal.ReadAsync(
                    status.LastCommit?.UtcDateTime,
                    status.Incomplete,
                    covers,
                    cancellationToken).ConfigureAwait(false);
                // Where nothing is left of what the commit worked on, the journal knows all the same.
                var isKnown = status is { Basis: CommitBasis.None, Incomplete: false } && told.Reach == CommitReach.Commit;
                return status with
                {
                    Changed = isKnown ? told.Count > 0 : status.Changed,
                    Flag = flag.Time is not null,
                    Journal = told,
                };
            },
            cancellationToken);

    private static bool IsAsCommitted(CommitStatus status) =>
        status is { Changed: false, Basis: CommitBasis.Kept or CommitBasis.Copy or CommitBasis.Snapshot };

    // Runs to its end with the generator, also when the caller no longer waits: what was committed is kept all the same.
    private async Task<CommitResult> GenerateAsync(Func<Task<CommandResult>> run, bool detailed, ChangeNote note)
    {
        var warnings = new List<string>();
        var seen = flag.Time;
        var place = await journal.FindPlaceAsync(warnings).ConfigureAwait(false);
        using var copy = await ledger.CopyAsync(warnings).ConfigureAwait(false);
        var last = generated.LastRun;
        var before = generated.Read();
        var result = await run().ConfigureAwait(false);
        var files = GeneratedConfiguration.Compare(before, generated.Read(), detailed);
        var done = new CommitResult("System Commit issued", result.ExitCode, Output(result)) { Files = files, Warnings = warnings };
        if (GeneratorVerdict.Failure(result, files) is { } failure)
        {
            ledger.Fail(last, warnings);
            throw new SarkCommitException(done with { Message = failure }, failure);
        }

        if (copy is not null)
        {
            ledger.Keep(copy, warnings);
        }

        if (flag.Clear(seen) is { } still)
        {
            warnings.Add(still);
        }

        return place is { } known && generated.LastRun is { } end
            ? done with { ChangeSet = await journal.NoteAsync(known, end, note, warnings).ConfigureAwait(false) }
            : done;
    }

    /// <inheritdoc/>
    public async Task<SystemCommandResult> RebootAsync(CancellationToken cancellationToken = default) =>
        Done("Reboot issued", ProgramRunner.Succeeded(await runner.ChangeAsync(
            commands => commands.Systemctl,
            ["reboot"],
            options.Commands.Timeout,
            cancellationToken).ConfigureAwait(false)));

    /// <inheritdoc/>
    public async Task<PbxState> GetPbxStateAsync(CancellationToken cancellationToken = default)
    {
        if (runner.Has(commands => commands.Systemctl))
        {
            // "show" succeeds whatever the state is, where "is-active" fails for everything but one.
            var shown = ProgramRunner.Succeeded(await runner.AskAsync(
                commands => commands.Systemctl, ["show", "--property=ActiveState,StateChangeTimestamp", options.Commands.AsteriskUnit],
                options.Commands.QueryTimeout, cancellationToken).ConfigureAwait(false));
            var values = shown.Lines.Select(line => line.Split('=', 2)).Where(pair => pair.Length == 2)
                .ToDictionary(pair => pair[0], pair => pair[1]);
            if (values.TryGetValue("ActiveState", out var state) && state is "active" or "reloading" or "deactivating")
            {
                return new PbxState(true, state, Time(values));
            }

            // Asterisk can have been started by hand, past systemd; then only it can say so.
            return await AnswersAsync(cancellationToken).ConfigureAwait(false)
                ? new PbxState(true, "answering", null)
                : new PbxState(false, state ?? "unknown", Time(values));
        }

        if (asterisk is null)
        {
            Posix.RequireLinux("Pbx", options.Commands.AsteriskUnit, "Seeing whether Asterisk runs, without its manager interface,");
            throw new SarkException(
                SarkErrorKind.Unsupported,
                "Pbx",
                options.Commands.AsteriskUnit,
                "Whether Asterisk runs can not be seen: systemctl is not installed, and no manager interface is configured.");
        }

        var answers = await AnswersAsync(cancellationToken).ConfigureAwait(false);
        return new PbxState(answers, answers ? "answering" : "silent", null);
    }

    /// <inheritdoc/>
    public async Task<SystemCommandResult> StartPbxAsync(CancellationToken cancellationToken = default)
    {
        if ((await GetPbxStateAsync(cancellationToken).ConfigureAwait(false)).Running)
        {
            throw new SarkUnavailableException("Pbx", options.Commands.AsteriskUnit, "PBX already running");
        }

        return await ChangeAsync("start", true, "PBX started", cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async Task<SystemCommandResult> StopPbxAsync(CancellationToken cancellationToken = default)
    {
        if (!(await GetPbxStateAsync(cancellationToken).ConfigureAwait(false)).Running)
        {
            throw new SarkUnavailableException("Pbx", options.Commands.AsteriskUnit, "PBX not running");
        }

        return await ChangeAsync("stop", false, "PBX stopped", cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Has Asterisk read its configuration, as SARK does it where SARK is there.</summary>
    /// <returns>What went wrong, or null.</returns>
    internal async Task<string?> ReloadAsync(CancellationToken cancellationToken)
    {
        try
        {
            if (runner.Has(commands => commands.Reload))
            {
                await RunScriptAsync(commands => commands.Reload, SucceedAsync, cancellationToken).ConfigureAwait(false);
            }
            else if (await AnswersAsync(cancellationToken).ConfigureAwait(false))
            {
                await asterisk!.ReloadAsync(cancellationToken).ConfigureAwait(false);
            }
            else if (runner.Has(commands => commands.Systemctl)
                && (await GetPbxStateAsync(cancellationToken).ConfigureAwait(false)).Running)
            {
                ProgramRunner.Succeeded(await runner.ChangeAsync(
                    commands => commands.Systemctl,
                    ["reload", options.Commands.AsteriskUnit],
                    options.Commands.Timeout,
                    cancellationToken).ConfigureAwait(false));
            }

            return null;
        }
        catch (SarkException e)
        {
            return $"Asterisk was not told to read its configuration again: {e.Message}";
        }
    }

    /// <summary>Has SARK bring a restored database to the schema of the installed release, where its script is there.</summary>
    /// <returns>What went wrong, or null.</returns>
    internal async Task<string?> UpgradeDatabaseAsync(CancellationToken cancellationToken)
    {
        try
        {
            if (runner.Has(commands => commands.Upgrade))
            {
                await RunScriptAsync(commands => commands.Upgrade, SucceedAsync, cancellationToken).ConfigureAwait(false);
            }

            return null;
        }
        catch (SarkException e)
        {
            return $"SARK's upgrade of the restored database failed: {e.Message}";
        }
    }

    private async Task<T> RunScriptAsync<T>(
        Func<CommandOptions, string> script,
        Func<Func<Task<CommandResult>>, Task<T>> work,
        CancellationToken cancellationToken)
    {
        var path = options.Program(script);
        return File.Exists(path)
            ? await runner.ChangeAsync(
                commands => commands.Shell,
                [path],
                Path.GetFileName(path),
                options.Commands.CommitTimeout,
                work,
                cancellationToken).ConfigureAwait(false)
            : throw new SarkException(SarkErrorKind.Unsupported, "Command", Path.GetFileName(
                path), $"SARK's script '{Path.GetFileName(path)}' is not on this machine; SARK is not installed here, or Sark:Commands "
                    + "says another place.");
    }

    private static async Task<CommandResult> SucceedAsync(Func<Task<CommandResult>> run) =>
        ProgramRunner.Succeeded(await run().ConfigureAwait(false));

    private async Task<SystemCommandResult> ChangeAsync(string verb, bool running, string message, CancellationToken cancellationToken)
    {
        var result = ProgramRunner.Succeeded(await runner.ChangeAsync(
            commands => commands.Systemctl,
            [verb, options.Commands.AsteriskUnit],
            options.Commands.Timeout,
            cancellationToken).ConfigureAwait(false));
        var until = DateTime.UtcNow + options.Commands.QueryTimeout;
        PbxState state;
        while ((state = await GetPbxStateAsync(cancellationToken).ConfigureAwait(false)).Running != running)
        {
            if (DateTime.UtcNow > until)
            {
                throw new SarkUnavailableException(
                    "Pbx",
                    options.Commands.AsteriskUnit,
                    $"systemctl {verb} succeeded, but Asterisk is in state '{state.State}'.");
            }

            await Task.Delay(StatePollInterval, cancellationToken).ConfigureAwait(false);
        }

        return Done(message, result);
    }

    private async Task<bool> AnswersAsync(CancellationToken cancellationToken)
    {
        if (asterisk is null)
        {
            return false;
        }

        try
        {
            await asterisk.GetCoreStatusAsync(cancellationToken).ConfigureAwait(false);
            return true;
        }
        catch (AmiLoginException)
        {
            // It does not let us in, but it is there.
            return true;
        }
        catch (SarkException e) when (e.Kind is SarkErrorKind.Unavailable or SarkErrorKind.Timeout)
        {
            return false;
        }
    }

    private static DateTimeOffset? Time(Dictionary<string, string> values)
    {
        // systemd writes "Mon 2026-11-23 17:01:02 UTC"; in other zones the name of the zone stands there, and it is the machine's own.
        var parts = values.GetValueOrDefault("StateChangeTimestamp", "").Split(' ');
        return parts.Length >= 3 && DateTime.TryParseExact(
            $"{parts[1]} {parts[2]}",
            "yyyy-MM-dd HH:mm:ss",
            CultureInfo.InvariantCulture,
            DateTimeStyles.None,
            out var time)
            ? new DateTimeOffset(time, parts is [_, _, _, "UTC"] ? TimeSpan.Zero : TimeZoneInfo.Local.GetUtcOffset(time))
            : null;
    }

    private static SystemCommandResult Done(string message, CommandResult result) => new(message, result.ExitCode, Output(result));

    private static IReadOnlyList<string> Output(CommandResult result) => result.Lines is [""] ? [] : result.Lines;
}
