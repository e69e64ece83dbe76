using System.Management.Automation;
using SarkPS.Descriptors;

namespace SarkPS.Cmdlets;

/// <summary>Lists day timers, the hours in which tenants are closed, or finds them by key.</summary>
[Cmdlet(VerbsCommon.Get, "SarkDayTimer")]
[OutputType(typeof(DayTimer))]
public sealed class GetSarkDayTimerCommand : SarkGetCommand<DayTimer>
{
    /// <inheritdoc cref="DayTimer.Tenant"/>
    [Parameter]
    [Alias("cluster")]
    [SupportsWildcards]
    [SarkKey]
    [ArgumentCompleter(typeof(SarkCompleter))]
    public string[]? Tenant { get; set; }
}

/// <summary>The parameters that New-SarkDayTimer and Set-SarkDayTimer share.</summary>
public abstract class DayTimerWriteCommand : SarkWriteCommand<DayTimer>
{
    /// <inheritdoc cref="DayTimer.Tenant"/>
    [Parameter, Alias("cluster"), ArgumentCompleter(typeof(SarkCompleter))]
    [SarkValue]
    public string? Tenant { get; set; }

    /// <inheritdoc cref="DayTimer.DayOfMonth"/>
    [Parameter, Alias("datemonth"), ArgumentCompleter(typeof(SarkCompleter))]
    [SarkValue]
    public string? DayOfMonth { get; set; }

    /// <inheritdoc cref="DayTimer.DayOfWeek"/>
    [Parameter, ArgumentCompleter(typeof(SarkCompleter))]
    [SarkValue]
    public string? DayOfWeek { get; set; }

    /// <inheritdoc cref="DayTimer.Description"/>
    [Parameter, Alias("desc")]
    [ArgumentCompleter(typeof(SarkCompleter))]
    [SarkValue]
    public string? Description { get; set; }

    /// <inheritdoc cref="DayTimer.Month"/>
    [Parameter, ArgumentCompleter(typeof(SarkCompleter))]
    [SarkValue]
    public string? Month { get; set; }

    /// <inheritdoc cref="DayTimer.TimeSpan"/>
    [Parameter]
    [ArgumentCompleter(typeof(SarkCompleter))]
    [SarkValue]
    public string? TimeSpan { get; set; }

    /// <summary>Closes the tenant the whole day, on the days that are named: the same as -TimeSpan *-*.</summary>
    [Parameter]
    public SwitchParameter ClosedAllDay { get; set; }

    /// <summary>When the tenant closes, such as 17:30; -ClosedUntil says when it opens again.</summary>
    [Parameter]
    [ArgumentCompleter(typeof(SarkCompleter))]
    public string? ClosedFrom { get; set; }

    /// <summary>When the tenant opens again, such as 08:30, in the morning after where that is before -ClosedFrom.</summary>
    [Parameter]
    [ArgumentCompleter(typeof(SarkCompleter))]
    public string? ClosedUntil { get; set; }

    /// <inheritdoc/>
    private protected override Changes FromParameters()
    {
        var changes = base.FromParameters();
        var ends = new[] { nameof(ClosedFrom), nameof(ClosedUntil) }.Where(MyInvocation.BoundParameters.ContainsKey).ToArray();
        var given = new (string Parameter, bool IsGiven)[]
        {
            ("-TimeSpan", changes.Has("timespan")), ("-ClosedAllDay", ClosedAllDay), ("-ClosedFrom with -ClosedUntil", ends.Length > 0),
        }.Where(way => way.IsGiven).Select(way => way.Parameter).ToArray();
        if (given.Length > 1)
        {
            throw new SarkValidationException(
                Resource.Noun,
                null,
                "timespan",
                $"{string.Join(" and ", given)} each say the hours of a day timer; give one of them.");
        }

        if (ends.Length == 1 || (ends.Length == 2 && (string.IsNullOrWhiteSpace(ClosedFrom) || string.IsNullOrWhiteSpace(ClosedUntil))))
        {
            throw new SarkValidationException(
                Resource.Noun,
                null,
                "timespan",
                "-ClosedFrom and -ClosedUntil are the two ends of one span; give both, such as -ClosedFrom 17:30 -ClosedUntil 08:30.");
        }

        if (ClosedAllDay)
        {
            changes["timespan"] = "*-*";
        }
        else if (ends.Length > 0)
        {
            changes["timespan"] = $"{ClosedFrom!.Trim()}-{ClosedUntil!.Trim()}";
        }

        return changes;
    }
}

/// <summary>Makes a day timer: hours that come back, in which a tenant is closed.</summary>
[Cmdlet(VerbsCommon.New, "SarkDayTimer", DefaultParameterSetName = KeySet, SupportsShouldProcess = true)]
[OutputType(typeof(DayTimer))]
public sealed class NewSarkDayTimerCommand : DayTimerWriteCommand
{
    /// <summary>The database gives the number; it cannot be chosen.</summary>
    [Parameter(ParameterSetName = KeySet, DontShow = true)]
    [Parameter(ParameterSetName = InputSet, DontShow = true)]
    [ArgumentCompleter(typeof(SarkCompleter))]
    public override string[]? Key { get; set; }
}

/// <summary>Changes day timers, the hours in which tenants are closed.</summary>
[Cmdlet(VerbsCommon.Set, "SarkDayTimer", DefaultParameterSetName = KeySet, SupportsShouldProcess = true)]
[OutputType(typeof(DayTimer))]
public sealed class SetSarkDayTimerCommand : DayTimerWriteCommand
{
    /// <summary>Passes the changed day timer on.</summary>
    [Parameter]
    public SwitchParameter PassThru { get; set; }
}

/// <summary>Removes day timers, the hours in which tenants are closed.</summary>
[Cmdlet(
    VerbsCommon.Remove,
    "SarkDayTimer",
    DefaultParameterSetName = KeySet,
    SupportsShouldProcess = true,
    ConfirmImpact = ConfirmImpact.High)]
public sealed class RemoveSarkDayTimerCommand : SarkRemoveCommand<DayTimer>;
