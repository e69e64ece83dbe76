using System.Management.Automation;

namespace SarkPS.Cmdlets;

/// <summary>A cmdlet of the firewall.</summary>
public abstract class SarkFirewallCommand : SarkCmdlet
{
    /// <summary>Which rule set: IPv4, the default, or IPv6.</summary>
    [Parameter(Position = 0, ValueFromPipelineByPropertyName = true)]
    public FirewallFamily Family { get; set; }

    private protected string Target => $"{Family} firewall";

    /// <summary>Has Shorewall check under -WhatIf what would be put in place: rules, or with null those that are live.</summary>
    /// <exception cref="SarkValidationException">It would be refused.</exception>
    private protected void Judge(IFirewallOperations firewall, IReadOnlyList<string>? rules)
    {
        if (Rehearsal.IsOn && Wait(token => firewall.TestAsync(Family, rules, token)) is { Valid: false } check)
        {
            throw new SarkValidationException("Firewall", Family, [new("rules", check.Output)]);
        }
    }
}

/// <summary>Reads the firewall's rules.</summary>
[Cmdlet(VerbsCommon.Get, "SarkFirewall")]
[OutputType(typeof(FirewallRules))]
public sealed class GetSarkFirewallCommand : SarkFirewallCommand
{
    /// <inheritdoc/>
    protected override void ProcessRecord() => Try(() => Emit(Wait(token => Backend.Firewall.GetAsync(Family, token))));
}

/// <summary>Replaces the firewall's rules after Shorewall has checked them.</summary>
[Cmdlet(VerbsCommon.Set, "SarkFirewall", SupportsShouldProcess = true)]
[OutputType(typeof(FirewallCheck))]
public sealed class SetSarkFirewallCommand : SarkFirewallCommand
{
    /// <summary>All rules, one line each: rules of Shorewall, comments, empty lines.</summary>
    [Parameter(Mandatory = true, Position = 1, ValueFromPipelineByPropertyName = true)]
    [AllowEmptyString]
    [Alias("Rules")]
    [ArgumentCompleter(typeof(SarkCompleter))]
    public string[] Rule { get; set; } = [];

    /// <summary>Returns what Shorewall said.</summary>
    [Parameter]
    public SwitchParameter PassThru { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        Try(() =>
        {
            var firewall = Backend.Firewall;
            Judge(firewall, Rule);
            if (!Confirmed(Target, $"Replace the rules with {Rule.Length} lines"))
            {
                return;
            }

            var check = Wait(token => firewall.SetAsync(Family, Rule, token));
            if (PassThru)
            {
                Emit(check);
            }
        });
    }
}

/// <summary>Has Shorewall check rules without writing them.</summary>
[Cmdlet(VerbsDiagnostic.Test, "SarkFirewall")]
[OutputType(typeof(FirewallCheck))]
public sealed class TestSarkFirewallCommand : SarkFirewallCommand
{
    /// <summary>The rules to check, one line each; without them those that are live.</summary>
    [Parameter(Position = 1, ValueFromPipelineByPropertyName = true)]
    [AllowEmptyString]
    [Alias("Rules")]
    [ArgumentCompleter(typeof(SarkCompleter))]
    public string[]? Rule { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord() => Try(() => Emit(Wait(token => Backend.Firewall.TestAsync(Family, Rule, token))));
}

/// <summary>Restarts the firewall; goes back to the previous rules when it does not start.</summary>
[Cmdlet(VerbsLifecycle.Restart, "SarkFirewall", SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.High)]
[OutputType(typeof(SystemCommandResult))]
public sealed class RestartSarkFirewallCommand : SarkFirewallCommand
{
    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        Try(() =>
        {
            var firewall = Backend.Firewall;
            Judge(firewall, null);
            if (Confirmed(Target, "Restart"))
            {
                Emit(Wait(token => firewall.RestartAsync(Family, token)));
            }
        });
    }
}
