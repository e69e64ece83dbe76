using System.Management.Automation;

namespace SarkPS.Cmdlets;

/// <summary>Lists day timers, or finds them by key.</summary>
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
public abstract class DayTimerWriteCommand : SarkKeyedCommand<DayTimer>
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
}

/// <summary>Makes a day timer.</summary>
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

/// <summary>Changes day timers.</summary>
[Cmdlet(VerbsCommon.Set, "SarkDayTimer", DefaultParameterSetName = KeySet, SupportsShouldProcess = true)]
[OutputType(typeof(DayTimer))]
public sealed class SetSarkDayTimerCommand : DayTimerWriteCommand
{
    /// <summary>Passes the changed day timer on.</summary>
    [Parameter]
    public SwitchParameter PassThru { get; set; }
}

/// <summary>Removes day timers.</summary>
[Cmdlet(VerbsCommon.Remove, "SarkDayTimer", DefaultParameterSetName = KeySet, SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.High)]
public sealed class RemoveSarkDayTimerCommand : SarkRemoveCommand<DayTimer>;
