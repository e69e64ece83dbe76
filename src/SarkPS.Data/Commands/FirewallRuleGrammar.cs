using System.Text.RegularExpressions;

namespace SarkPS.Data.Commands;

/// <summary>
/// What may stand in a rules file that comes from outside: rules, comments and empty lines. Shorewall runs code that it
/// finds in such a file as root, even when it only checks it, so a line has to be one of these before Shorewall sees it.
/// Columns are those of shorewall-rules(5).
/// </summary>
internal static partial class FirewallRuleGrammar
{
    private const int MaximumLines = 10_000;
    private const int MaximumLength = 1_000;
    private const int MaximumColumns = 15;
    private const int MaximumMessages = 20;

    // Words that have the form of an action and are orders to the compiler, with a question mark before them or without
    // (Shorewall 5.2.8, Config.pm), or that hand text to iptables as it stands.
    private static readonly HashSet<string> Orders = new(StringComparer.OrdinalIgnoreCase)
    {
        "SHELL", "PERL", "BEGIN", "END", "INCLUDE", "SECTION", "COMMENT", "FORMAT", "DEFAULTS", "SET", "RESET", "REQUIRE",
        "IF", "ELSIF", "ELSE", "ENDIF", "ERROR", "WARNING", "INFO", "INLINE", "IPTABLES", "IP6TABLES",
    };

    /// <summary>Checks lines.</summary>
    /// <returns>The lines without space at their ends.</returns>
    /// <exception cref="SarkValidationException">A line is none of these; the message names line, content and what is allowed.</exception>
    public static IReadOnlyList<string> Check(FirewallFamily family, IReadOnlyList<string> rules)
    {
        if (rules.Count == 0)
        {
            throw Refused(family, ["The rules field is required."]);
        }

        if (rules.Count > MaximumLines)
        {
            throw Refused(family, [$"The rules have {rules.Count} lines; allowed are {MaximumLines}."]);
        }

        var lines = rules.Select(rule => rule.Trim(' ', '\t')).ToArray();
        var messages = lines.Select((line, index) => (Reason: Refusal(line), Line: line, Number: index + 1))
            .Where(found => found.Reason is not null)
            .Take(MaximumMessages)
            .Select(found => $"Line {found.Number} '{SarkText.Printable(found.Line)}' {found.Reason}.")
            .ToArray();
        return messages.Length == 0 ? lines : throw Refused(family, messages);
    }

    /// <summary>The refusal of a set of rules.</summary>
    public static SarkValidationException Refused(FirewallFamily family, IReadOnlyList<string> messages) =>
        new("Firewall", family, [new("rules", messages)]);

    private static string? Refusal(string line)
    {
        if (line.Length > MaximumLength)
        {
            return $"has {line.Length} characters; allowed are {MaximumLength}";
        }

        if (line.Any(char.IsControl) && line.Any(c => char.IsControl(c) && c != '\t'))
        {
            return "has a control character";
        }

        if (line.Contains('\\', StringComparison.Ordinal))
        {
            return "has a backslash, which would join it with the next line";
        }

        var rule = line.Split('#')[0];
        var columns = rule.Split([' ', '\t'], StringSplitOptions.RemoveEmptyEntries);
        if (columns.Length == 0)
        {
            return null;
        }

        return !Action().IsMatch(columns[0]) || Orders.Contains(ActionWord().Match(columns[0]).Value)
            ? "does not begin with an action such as ACCEPT, DROP, SSH(ACCEPT); orders to the compiler are not allowed"
            : columns.Length < 2 ? "names no source; a rule is an action, a source, a destination and more"
            : columns.Length > MaximumColumns ? $"has {columns.Length} columns; a rule has at most {MaximumColumns}"
            : columns.Skip(1).FirstOrDefault(column => !Column().IsMatch(column)) is { } bad
            ? $"has '{SarkText.Printable(bad)}' in a column; allowed are names, addresses, ports, rates and $NAME"
            : null;
    }

    [GeneratedRegex(
        @"^[A-Za-z][A-Za-z0-9_+!-]*(\([A-Za-z0-9_,.:/+!-]*\))?(:(\$[A-Za-z_][A-Za-z0-9_]*|[A-Za-z0-9_,.!-])+)*\z",
        RegexOptions.CultureInvariant)]
    private static partial Regex Action();

    [GeneratedRegex(@"^[A-Za-z0-9_]+", RegexOptions.CultureInvariant)]
    private static partial Regex ActionWord();

    [GeneratedRegex(@"^(\$[A-Za-z_][A-Za-z0-9_]*|[A-Za-z0-9_.,:/!+=<>~^%&*\[\]-])+\z", RegexOptions.CultureInvariant)]
    private static partial Regex Column();
}
