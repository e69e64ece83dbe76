using System.Management.Automation;

namespace SarkPS.Cmdlets;

/// <summary>Lists ivrs, or finds them by key.</summary>
[Cmdlet(VerbsCommon.Get, "SarkIvr")]
[OutputType(typeof(Ivr))]
public sealed class GetSarkIvrCommand : SarkGetCommand<Ivr>
{
    /// <inheritdoc cref="Ivr.Tenant"/>
    [Parameter]
    [Alias("cluster")]
    [SupportsWildcards]
    [SarkKey]
    [ArgumentCompleter(typeof(SarkCompleter))]
    public string[]? Tenant { get; set; }
}

/// <summary>The parameters that New-SarkIvr and Set-SarkIvr share.</summary>
public abstract class IvrWriteCommand : SarkRoutedCommand<Ivr>
{
    /// <inheritdoc cref="Ivr.Description"/>
    [Parameter]
    [ArgumentCompleter(typeof(SarkCompleter))]
    [SarkValue]
    public string? Description { get; set; }

    /// <inheritdoc cref="Ivr.Tenant"/>
    [Parameter, Alias("cluster"), ArgumentCompleter(typeof(SarkCompleter))]
    [SarkValue]
    public virtual string? Tenant { get; set; }

    /// <inheritdoc cref="Ivr.Greeting"/>
    [Parameter, Alias("greetnum")]
    [ArgumentCompleter(typeof(SarkCompleter))]
    [SarkValue(typeof(int))]
    public int? Greeting { get; set; }

    /// <inheritdoc cref="Ivr.ListenForExtension"/>
    [Parameter, Alias("listenforext")]
    [SarkFlag, ArgumentCompleter(typeof(SarkCompleter))]
    public bool? ListenForExtension { get; set; }

    /// <inheritdoc cref="Ivr.Timeout"/>
    [Parameter, ArgumentCompleter(typeof(SarkCompleter))]
    [SarkValue]
    public string? Timeout { get; set; }

    /// <inheritdoc cref="Ivr.Name"/>
    [Parameter]
    [ArgumentCompleter(typeof(SarkCompleter))]
    [SarkValue]
    public string? Name { get; set; }

    /// <summary>Who makes the change, as SARK notes it: letters and digits.</summary>
    [Parameter, Alias("z_updater")]
    [ArgumentCompleter(typeof(SarkCompleter))]
    [SarkValue]
    public string? Updater { get; set; }

    /// <summary>
    /// What to change of which option: where it leads, such as <c>@{ 1 = 'sales'; '*' = 'Operator' }</c>, or a table with
    /// Destination, Tag and AlertInfo, such as <c>@{ 1 = @{ Destination = 'sales'; Tag = 'Sales' } }</c>. What is not named
    /// stays as it is, and null clears. What the property Options of a menu holds puts all of its options back.
    /// </summary>
    [Parameter, SarkElements, ArgumentCompleter(typeof(SarkCompleter))]
    public System.Collections.IDictionary? Option { get; set; }
}

/// <summary>Makes an ivr.</summary>
[Cmdlet(VerbsCommon.New, "SarkIvr", DefaultParameterSetName = KeySet, SupportsShouldProcess = true)]
[OutputType(typeof(Ivr))]
public sealed class NewSarkIvrCommand : IvrWriteCommand
{
    /// <inheritdoc cref="Ivr.Tenant"/>
    [Parameter(Mandatory = true, ParameterSetName = KeySet)]
    [Parameter(ParameterSetName = InputSet)]
    [Alias("cluster")]
    [ArgumentCompleter(typeof(SarkCompleter))]
    [SarkValue]
    public override string? Tenant { get; set; }
}

/// <summary>Changes ivrs.</summary>
[Cmdlet(VerbsCommon.Set, "SarkIvr", DefaultParameterSetName = KeySet, SupportsShouldProcess = true)]
[OutputType(typeof(Ivr))]
public sealed class SetSarkIvrCommand : IvrWriteCommand
{
    /// <summary>Passes the changed ivr on.</summary>
    [Parameter]
    public SwitchParameter PassThru { get; set; }
}

/// <summary>Removes ivrs.</summary>
[Cmdlet(VerbsCommon.Remove, "SarkIvr", DefaultParameterSetName = KeySet, SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.High)]
public sealed class RemoveSarkIvrCommand : SarkRemoveCommand<Ivr>;
