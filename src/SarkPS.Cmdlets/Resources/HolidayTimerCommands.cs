using System.Management.Automation;

namespace SarkPS.Cmdlets;

/// <summary>Lists holiday timers, or finds them by key.</summary>
[Cmdlet(VerbsCommon.Get, "SarkHolidayTimer")]
[OutputType(typeof(HolidayTimer))]
public sealed class GetSarkHolidayTimerCommand : SarkGetCommand<HolidayTimer>
{
    /// <inheritdoc cref="HolidayTimer.Tenant"/>
    [Parameter]
    [Alias("cluster")]
    [SupportsWildcards]
    [SarkKey]
    [ArgumentCompleter(typeof(SarkCompleter))]
    public string[]? Tenant { get; set; }
}

/// <summary>The parameters that New-SarkHolidayTimer and Set-SarkHolidayTimer share.</summary>
public abstract class HolidayTimerWriteCommand : SarkRoutedCommand<HolidayTimer>
{
    /// <inheritdoc cref="HolidayTimer.Tenant"/>
    [Parameter, Alias("cluster"), ArgumentCompleter(typeof(SarkCompleter))]
    [SarkValue]
    public string? Tenant { get; set; }

    /// <inheritdoc cref="HolidayTimer.Route"/>
    [Parameter, ArgumentCompleter(typeof(SarkCompleter))]
    [SarkValue]
    public string? Route { get; set; }

    /// <inheritdoc cref="HolidayTimer.Description"/>
    [Parameter, Alias("desc")]
    [ArgumentCompleter(typeof(SarkCompleter))]
    [SarkValue]
    public string? Description { get; set; }

    /// <inheritdoc cref="HolidayTimer.Start"/>
    [Parameter, Alias("stime")]
    [ArgumentCompleter(typeof(SarkCompleter))]
    [SarkValue(typeof(DateTimeOffset))]
    public DateTimeOffset? Start { get; set; }

    /// <inheritdoc cref="HolidayTimer.End"/>
    [Parameter, Alias("etime")]
    [ArgumentCompleter(typeof(SarkCompleter))]
    [SarkValue(typeof(DateTimeOffset))]
    public DateTimeOffset? End { get; set; }
}

/// <summary>Makes a holiday timer.</summary>
[Cmdlet(VerbsCommon.New, "SarkHolidayTimer", DefaultParameterSetName = KeySet, SupportsShouldProcess = true)]
[OutputType(typeof(HolidayTimer))]
public sealed class NewSarkHolidayTimerCommand : HolidayTimerWriteCommand
{
    /// <summary>The database gives the number; it cannot be chosen.</summary>
    [Parameter(ParameterSetName = KeySet, DontShow = true)]
    [Parameter(ParameterSetName = InputSet, DontShow = true)]
    [ArgumentCompleter(typeof(SarkCompleter))]
    public override string[]? Key { get; set; }
}

/// <summary>Changes holiday timers.</summary>
[Cmdlet(VerbsCommon.Set, "SarkHolidayTimer", DefaultParameterSetName = KeySet, SupportsShouldProcess = true)]
[OutputType(typeof(HolidayTimer))]
public sealed class SetSarkHolidayTimerCommand : HolidayTimerWriteCommand
{
    /// <summary>Passes the changed holiday timer on.</summary>
    [Parameter]
    public SwitchParameter PassThru { get; set; }
}

/// <summary>Removes holiday timers.</summary>
[Cmdlet(
    VerbsCommon.Remove,
    "SarkHolidayTimer",
    DefaultParameterSetName = KeySet,
    SupportsShouldProcess = true,
    ConfirmImpact = ConfirmImpact.High)]
public sealed class RemoveSarkHolidayTimerCommand : SarkRemoveCommand<HolidayTimer>;
