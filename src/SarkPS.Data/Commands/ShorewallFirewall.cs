using SarkPS.Data.Files;

namespace SarkPS.Data.Commands;

/// <summary>SARK's rules in the files of Shorewall and Shorewall6.</summary>
/// <param name="options">Where they lie, and the programs.</param>
internal sealed class ShorewallFirewall(SarkOptions options) : IFirewallOperations
{
    private const string Noun = "Firewall";
    private const string TemporaryPrefix = ".sarkps-rules.";
    private const string AppliedSuffix = ".sarkps-applied";
    private const string FailedSuffix = ".sarkps-failed";

    // Shorewall would take these from the machine's own folder when the folder that it is given lacks them.
    private static readonly string[] NeverInherited = ["params", "stoppedrules"];

    private readonly ProgramRunner runner = new(options);

    /// <inheritdoc/>
    public Task<FirewallRules> GetAsync(FirewallFamily family, CancellationToken cancellationToken = default)
    {
        var set = Set(family);
        return GuardAsync(
            family,
            "read the firewall's rules",
            async () => new FirewallRules(family, await ReadAsync(set, cancellationToken).ConfigureAwait(false)));
    }

    /// <inheritdoc/>
    public Task<FirewallCheck> SetAsync(FirewallFamily family, IReadOnlyList<string> rules, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(rules);
        var set = Set(family);
        var lines = FirewallRuleGrammar.Check(family, rules);
        return GuardAsync(family, "write the firewall's rules", async () =>
        {
            var check = await CheckAsync(set, lines, cancellationToken).ConfigureAwait(false);
            if (!check.Valid)
            {
                throw FirewallRuleGrammar.Refused(family, check.Output);
            }

            // What is live when rules are first set here is what the firewall runs on.
            if (File.Exists(set.Rules) && !File.Exists(set.Applied))
            {
                Replace(set.Rules, set.Applied);
            }

            using var candidate = NewFile(set, string.Concat(lines.Select(line => line + "\n")));
            Put(candidate, set.Rules);
            return check;
        });
    }

    /// <inheritdoc/>
    public Task<FirewallCheck> TestAsync(
        FirewallFamily family,
        IReadOnlyList<string>? rules = null,
        CancellationToken cancellationToken = default)
    {
        var set = Set(family);
        var lines = rules is null ? null : FirewallRuleGrammar.Check(family, rules);
        return GuardAsync(family, "check the firewall's rules", () => CheckAsync(set, lines, cancellationToken));
    }

    /// <inheritdoc/>
    public Task<SystemCommandResult> RestartAsync(FirewallFamily family, CancellationToken cancellationToken = default)
    {
        var set = Set(family);
        return GuardAsync(family, "restart the firewall", async () =>
        {
            var check = await CheckAsync(set, null, cancellationToken).ConfigureAwait(false);
            if (!check.Valid)
            {
                throw FirewallRuleGrammar.Refused(family, check.Output);
            }

            var result = await RestartAsync(set).ConfigureAwait(false);
            if (result.ExitCode == 0)
            {
                Replace(set.Rules, set.Applied);
                return new SystemCommandResult("Shorewall restarted OK", 0, result.Lines);
            }

            throw new SarkUnavailableException(
                Noun,
                family,
                $"{ProgramRunner.Failed(result).Message}. {await ReturnAsync(set).ConfigureAwait(false)}");
        });
    }

    /// <summary>Goes back to the rules that the firewall last started with.</summary>
    private async Task<string> ReturnAsync(RuleSet set)
    {
        if (!File.Exists(set.Applied))
        {
            return "There are no earlier rules to return to.";
        }

        Replace(set.Rules, set.Failed);
        Replace(set.Applied, set.Rules);
        var again = await RestartAsync(set).ConfigureAwait(false);
        return again.ExitCode == 0
            ? $"The previous rules are back and the firewall runs with them; the failed ones are kept as '{Path.GetFileName(set.Failed)}'."
            : $"The previous rules are back, but the firewall did not restart with them either: {ProgramRunner.Failed(again).Message}";
    }

    // A restart that is cut off leaves the machine without a firewall.
    private Task<CommandResult> RestartAsync(RuleSet set) =>
        runner.ChangeAsync(
            set.Program,
            options.IsWholeMachine ? ["restart"] : ["restart", set.Folder],
            options.Commands.Timeout,
            CancellationToken.None);

    /// <summary>
    /// Has Shorewall compile a copy of the folder. Files that a folder lacks it takes from <c>/etc/shorewall</c> without a
    /// word, so the ones that matter must be there and the others are made, empty.
    /// </summary>
    private async Task<FirewallCheck> CheckAsync(RuleSet set, IReadOnlyList<string>? rules, CancellationToken cancellationToken)
    {
        var missing = set.Required.Where(name => !File.Exists(Path.Combine(set.Folder, name))).ToArray();
        if (missing.Length > 0)
        {
            throw new SarkUnavailableException(
                Noun,
                set.Family,
                $"Shorewall is not configured for {set.Family} on this machine: {string.Join(", ", missing)} missing in its folder.");
        }

        var candidate = Directory.CreateTempSubdirectory("sarkps-shorewall-").FullName;
        try
        {
            foreach (var file in Directory.EnumerateFiles(set.Folder)
                .Where(file => !Path.GetFileName(file).Contains(".sarkps-", StringComparison.Ordinal)))
            {
                File.Copy(file, Path.Combine(candidate, Path.GetFileName(file)));
            }

            foreach (var name in NeverInherited.Select(name => Path.Combine(candidate, name)).Where(path => !File.Exists(path)))
            {
                await File.WriteAllTextAsync(name, "", cancellationToken).ConfigureAwait(false);
            }

            var candidateRules = Path.Combine(candidate, Path.GetFileName(set.Rules));
            if (rules is not null)
            {
                await File.WriteAllLinesAsync(candidateRules, rules, cancellationToken).ConfigureAwait(false);
            }

            await PointIncludesAtCandidateAsync(set, candidate, cancellationToken).ConfigureAwait(false);
            var result = await runner.AskAsync(set.Program, ["check", candidate], options.Commands.Timeout, cancellationToken)
                .ConfigureAwait(false);
            return new FirewallCheck(
                set.Family,
                result.ExitCode == 0,
                [.. result.Lines.Select(line => line.Replace(candidate, set.ShownFolder, StringComparison.Ordinal))]);
        }
        finally
        {
            Directory.Delete(candidate, recursive: true);
        }
    }

    /// <summary>An include with a full path would have the check read the live rules.</summary>
    private static async Task PointIncludesAtCandidateAsync(RuleSet set, string candidate, CancellationToken cancellationToken)
    {
        var path = Path.Combine(candidate, "rules");
        var name = Path.GetFileName(set.Rules);
        var lines = await File.ReadAllLinesAsync(path, cancellationToken).ConfigureAwait(false);
        var pointed = lines.Select(line => line.TrimStart().TrimStart('?').StartsWith("INCLUDE", StringComparison.OrdinalIgnoreCase)
            ? line.Replace($"{set.ShownFolder}/{name}", name, StringComparison.Ordinal).Replace(set.Rules, name, StringComparison.Ordinal)
            : line).ToArray();
        if (!pointed.SequenceEqual(lines))
        {
            await File.WriteAllLinesAsync(path, pointed, cancellationToken).ConfigureAwait(false);
        }
    }

    private static async Task<IReadOnlyList<string>> ReadAsync(RuleSet set, CancellationToken cancellationToken)
    {
        if (!File.Exists(set.Rules))
        {
            throw new SarkUnavailableException(
                Noun,
                set.Family,
                $"There is no file of rules '{Path.GetFileName(set.Rules)}' for {set.Family} on this machine.");
        }

        return await File.ReadAllLinesAsync(set.Rules, cancellationToken).ConfigureAwait(false);
    }

    private static TemporaryFile NewFile(RuleSet set, string content)
    {
        foreach (var lost in Directory.GetFiles(set.Folder, TemporaryPrefix + "*"))
        {
            FileClaim.DeleteIfAbandoned(lost);
        }

        var file = new TemporaryFile(Path.Combine(set.Folder, $"{TemporaryPrefix}{Guid.NewGuid():N}"));
        File.WriteAllText(file.Path, content);
        return file;
    }

    private static void Replace(string source, string target)
    {
        using var copy = new TemporaryFile(Path.Combine(Path.GetDirectoryName(target)!, $"{TemporaryPrefix}{Guid.NewGuid():N}"));
        copy.FillFrom(source);
        Posix.Like(copy.Path, Posix.Status(source)!.Value);
        Put(copy, target);
    }

    private static void Put(TemporaryFile file, string target)
    {
        if (Posix.Status(target) is { } old)
        {
            Posix.Like(file.Path, old);
        }
        else
        {
            Posix.SetMode(file.Path, 0b110_100_100);
        }

        using (var stream = new FileStream(file.Path, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete))
        {
            stream.Flush(flushToDisk: true);
        }

        File.Move(file.Path, target, overwrite: true);
        Posix.FlushFolder(Path.GetDirectoryName(target)!);
    }

    private static Task<T> GuardAsync<T>(FirewallFamily family, string what, Func<Task<T>> action) =>
        FileErrors.MapAsync(Noun, family.ToString().ToLowerInvariant(), what, action);

    private RuleSet Set(FirewallFamily family) => family switch
    {
        FirewallFamily.IPv4 => new(
            family,
            options.Paths.Shorewall,
            options.Rooted(options.Paths.Shorewall),
            options.Paths.ShorewallRules,
            "shorewall.conf",
            commands => commands.Shorewall),
        FirewallFamily.IPv6 => new(
            family,
            options.Paths.Shorewall6,
            options.Rooted(options.Paths.Shorewall6),
            options.Paths.Shorewall6Rules,
            "shorewall6.conf",
            commands => commands.Shorewall6),
        _ => throw new ArgumentOutOfRangeException(nameof(family), family, "IPv4 or IPv6."),
    };

    private sealed record RuleSet(
        FirewallFamily Family,
        string ShownFolder,
        string Folder,
        string RulesName,
        string Configuration,
        Func<CommandOptions, string> Program)
    {
        public string Rules => Path.Combine(Folder, RulesName);

        /// <summary>The rules that the firewall last started with.</summary>
        public string Applied => Rules + AppliedSuffix;

        /// <summary>The rules that it last failed to start with.</summary>
        public string Failed => Rules + FailedSuffix;

        public string[] Required => [Configuration, "zones", "interfaces", "policy", "rules"];
    }
}
