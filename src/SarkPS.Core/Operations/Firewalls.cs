namespace SarkPS;

/// <summary>Which of the two rule sets.</summary>
public enum FirewallFamily
{
    /// <summary>Shorewall, <c>/firewalls/ipv4</c>.</summary>
    IPv4,

    /// <summary>Shorewall6, <c>/firewalls/ipv6</c>.</summary>
    IPv6,
}

/// <summary>The rules of one family.</summary>
/// <param name="Family">The family.</param>
/// <param name="Rules">One line each, as in the file: a rule, a comment or an empty line.</param>
public sealed record FirewallRules(FirewallFamily Family, IReadOnlyList<string> Rules);

/// <summary>What Shorewall says of a set of rules.</summary>
/// <param name="Family">The family.</param>
/// <param name="Valid">Shorewall compiled it.</param>
/// <param name="Output">Shorewall's own lines.</param>
public sealed record FirewallCheck(FirewallFamily Family, bool Valid, IReadOnlyList<string> Output);
