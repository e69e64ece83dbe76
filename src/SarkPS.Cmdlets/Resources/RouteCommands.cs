using System.Management.Automation;

namespace SarkPS.Cmdlets;

/// <summary>Lists routes, or finds them by key.</summary>
[Cmdlet(VerbsCommon.Get, "SarkRoute")]
[OutputType(typeof(Route))]
public sealed class GetSarkRouteCommand : SarkGetCommand<Route>
{
    /// <inheritdoc cref="Route.Tenant"/>
    [Parameter]
    [Alias("cluster")]
    [SupportsWildcards]
    [SarkKey]
    [ArgumentCompleter(typeof(SarkCompleter))]
    public string[]? Tenant { get; set; }
}

/// <summary>The parameters that New-SarkRoute and Set-SarkRoute share.</summary>
public abstract class RouteWriteCommand : SarkRoutedCommand<Route>
{
    /// <inheritdoc cref="Route.Active"/>
    [Parameter]
    [SarkFlag, ArgumentCompleter(typeof(SarkCompleter))]
    public bool? Active { get; set; }

    /// <summary>Whether callers must enter a password.</summary>
    [Parameter, Alias("auth")]
    [SarkFlag, ArgumentCompleter(typeof(SarkCompleter))]
    public bool? Authenticate { get; set; }

    /// <inheritdoc cref="Route.Tenant"/>
    [Parameter, Alias("cluster"), ArgumentCompleter(typeof(SarkCompleter))]
    [SarkValue]
    public virtual string? Tenant { get; set; }

    /// <inheritdoc cref="Route.Description"/>
    [Parameter, Alias("desc")]
    [ArgumentCompleter(typeof(SarkCompleter))]
    [SarkValue]
    public string? Description { get; set; }

    /// <inheritdoc cref="Route.DialPlan"/>
    [Parameter]
    [SarkList]
    [ArgumentCompleter(typeof(SarkCompleter))]
    [SarkValue]
    public string? DialPlan { get; set; }

    /// <inheritdoc cref="Route.Path1"/>
    [Parameter, ArgumentCompleter(typeof(SarkCompleter))]
    [SarkValue]
    public string? Path1 { get; set; }

    /// <inheritdoc cref="Route.Path2"/>
    [Parameter, ArgumentCompleter(typeof(SarkCompleter))]
    [SarkValue]
    public string? Path2 { get; set; }

    /// <inheritdoc cref="Route.Path3"/>
    [Parameter, ArgumentCompleter(typeof(SarkCompleter))]
    [SarkValue]
    public string? Path3 { get; set; }

    /// <inheritdoc cref="Route.Path4"/>
    [Parameter, ArgumentCompleter(typeof(SarkCompleter))]
    [SarkValue]
    public string? Path4 { get; set; }

    /// <inheritdoc cref="Route.Strategy"/>
    [Parameter, ArgumentCompleter(typeof(SarkCompleter))]
    [SarkValue]
    public string? Strategy { get; set; }

    /// <inheritdoc cref="Route.RouteName"/>
    [Parameter, Alias("route")]
    [ArgumentCompleter(typeof(SarkCompleter))]
    [SarkValue]
    public string? RouteName { get; set; }
}

/// <summary>Makes a route.</summary>
[Cmdlet(VerbsCommon.New, "SarkRoute", DefaultParameterSetName = KeySet, SupportsShouldProcess = true)]
[OutputType(typeof(Route))]
public sealed class NewSarkRouteCommand : RouteWriteCommand
{
    /// <inheritdoc cref="Route.Tenant"/>
    [Parameter(Mandatory = true, ParameterSetName = KeySet)]
    [Parameter(ParameterSetName = InputSet)]
    [Alias("cluster")]
    [ArgumentCompleter(typeof(SarkCompleter))]
    [SarkValue]
    public override string? Tenant { get; set; }
}

/// <summary>Changes routes.</summary>
[Cmdlet(VerbsCommon.Set, "SarkRoute", DefaultParameterSetName = KeySet, SupportsShouldProcess = true)]
[OutputType(typeof(Route))]
public sealed class SetSarkRouteCommand : RouteWriteCommand
{
    /// <summary>Passes the changed route on.</summary>
    [Parameter]
    public SwitchParameter PassThru { get; set; }
}

/// <summary>Removes routes.</summary>
[Cmdlet(
    VerbsCommon.Remove,
    "SarkRoute",
    DefaultParameterSetName = KeySet,
    SupportsShouldProcess = true,
    ConfirmImpact = ConfirmImpact.High)]
public sealed class RemoveSarkRouteCommand : SarkRemoveCommand<Route>;
