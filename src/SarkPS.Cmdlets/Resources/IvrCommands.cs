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
    /// <inheritdoc cref="Ivr.AlertInfo0"/>
    [Parameter, Alias("alert0")]
    [ArgumentCompleter(typeof(SarkCompleter))]
    [SarkValue]
    public string? AlertInfo0 { get; set; }

    /// <inheritdoc cref="Ivr.AlertInfo1"/>
    [Parameter, Alias("alert1")]
    [ArgumentCompleter(typeof(SarkCompleter))]
    [SarkValue]
    public string? AlertInfo1 { get; set; }

    /// <inheritdoc cref="Ivr.AlertInfo2"/>
    [Parameter, Alias("alert2")]
    [ArgumentCompleter(typeof(SarkCompleter))]
    [SarkValue]
    public string? AlertInfo2 { get; set; }

    /// <inheritdoc cref="Ivr.AlertInfo3"/>
    [Parameter, Alias("alert3")]
    [ArgumentCompleter(typeof(SarkCompleter))]
    [SarkValue]
    public string? AlertInfo3 { get; set; }

    /// <inheritdoc cref="Ivr.AlertInfo4"/>
    [Parameter, Alias("alert4")]
    [ArgumentCompleter(typeof(SarkCompleter))]
    [SarkValue]
    public string? AlertInfo4 { get; set; }

    /// <inheritdoc cref="Ivr.AlertInfo5"/>
    [Parameter, Alias("alert5")]
    [ArgumentCompleter(typeof(SarkCompleter))]
    [SarkValue]
    public string? AlertInfo5 { get; set; }

    /// <inheritdoc cref="Ivr.AlertInfo6"/>
    [Parameter, Alias("alert6")]
    [ArgumentCompleter(typeof(SarkCompleter))]
    [SarkValue]
    public string? AlertInfo6 { get; set; }

    /// <inheritdoc cref="Ivr.AlertInfo7"/>
    [Parameter, Alias("alert7")]
    [ArgumentCompleter(typeof(SarkCompleter))]
    [SarkValue]
    public string? AlertInfo7 { get; set; }

    /// <inheritdoc cref="Ivr.AlertInfo8"/>
    [Parameter, Alias("alert8")]
    [ArgumentCompleter(typeof(SarkCompleter))]
    [SarkValue]
    public string? AlertInfo8 { get; set; }

    /// <inheritdoc cref="Ivr.AlertInfo9"/>
    [Parameter, Alias("alert9")]
    [ArgumentCompleter(typeof(SarkCompleter))]
    [SarkValue]
    public string? AlertInfo9 { get; set; }

    /// <inheritdoc cref="Ivr.AlertInfo10"/>
    [Parameter, Alias("alert10")]
    [ArgumentCompleter(typeof(SarkCompleter))]
    [SarkValue]
    public string? AlertInfo10 { get; set; }

    /// <inheritdoc cref="Ivr.AlertInfo11"/>
    [Parameter, Alias("alert11")]
    [ArgumentCompleter(typeof(SarkCompleter))]
    [SarkValue]
    public string? AlertInfo11 { get; set; }

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

    /// <inheritdoc cref="Ivr.Option0"/>
    [Parameter, ArgumentCompleter(typeof(SarkCompleter))]
    [SarkValue]
    public string? Option0 { get; set; }

    /// <inheritdoc cref="Ivr.Option1"/>
    [Parameter, ArgumentCompleter(typeof(SarkCompleter))]
    [SarkValue]
    public string? Option1 { get; set; }

    /// <inheritdoc cref="Ivr.Option2"/>
    [Parameter, ArgumentCompleter(typeof(SarkCompleter))]
    [SarkValue]
    public string? Option2 { get; set; }

    /// <inheritdoc cref="Ivr.Option3"/>
    [Parameter, ArgumentCompleter(typeof(SarkCompleter))]
    [SarkValue]
    public string? Option3 { get; set; }

    /// <inheritdoc cref="Ivr.Option4"/>
    [Parameter, ArgumentCompleter(typeof(SarkCompleter))]
    [SarkValue]
    public string? Option4 { get; set; }

    /// <inheritdoc cref="Ivr.Option5"/>
    [Parameter, ArgumentCompleter(typeof(SarkCompleter))]
    [SarkValue]
    public string? Option5 { get; set; }

    /// <inheritdoc cref="Ivr.Option6"/>
    [Parameter, ArgumentCompleter(typeof(SarkCompleter))]
    [SarkValue]
    public string? Option6 { get; set; }

    /// <inheritdoc cref="Ivr.Option7"/>
    [Parameter, ArgumentCompleter(typeof(SarkCompleter))]
    [SarkValue]
    public string? Option7 { get; set; }

    /// <inheritdoc cref="Ivr.Option8"/>
    [Parameter, ArgumentCompleter(typeof(SarkCompleter))]
    [SarkValue]
    public string? Option8 { get; set; }

    /// <inheritdoc cref="Ivr.Option9"/>
    [Parameter, ArgumentCompleter(typeof(SarkCompleter))]
    [SarkValue]
    public string? Option9 { get; set; }

    /// <inheritdoc cref="Ivr.Option10"/>
    [Parameter, ArgumentCompleter(typeof(SarkCompleter))]
    [SarkValue]
    public string? Option10 { get; set; }

    /// <inheritdoc cref="Ivr.Option11"/>
    [Parameter, ArgumentCompleter(typeof(SarkCompleter))]
    [SarkValue]
    public string? Option11 { get; set; }

    /// <inheritdoc cref="Ivr.Tag0"/>
    [Parameter]
    [ArgumentCompleter(typeof(SarkCompleter))]
    [SarkValue]
    public string? Tag0 { get; set; }

    /// <inheritdoc cref="Ivr.Tag1"/>
    [Parameter]
    [ArgumentCompleter(typeof(SarkCompleter))]
    [SarkValue]
    public string? Tag1 { get; set; }

    /// <inheritdoc cref="Ivr.Tag2"/>
    [Parameter]
    [ArgumentCompleter(typeof(SarkCompleter))]
    [SarkValue]
    public string? Tag2 { get; set; }

    /// <inheritdoc cref="Ivr.Tag3"/>
    [Parameter]
    [ArgumentCompleter(typeof(SarkCompleter))]
    [SarkValue]
    public string? Tag3 { get; set; }

    /// <inheritdoc cref="Ivr.Tag4"/>
    [Parameter]
    [ArgumentCompleter(typeof(SarkCompleter))]
    [SarkValue]
    public string? Tag4 { get; set; }

    /// <inheritdoc cref="Ivr.Tag5"/>
    [Parameter]
    [ArgumentCompleter(typeof(SarkCompleter))]
    [SarkValue]
    public string? Tag5 { get; set; }

    /// <inheritdoc cref="Ivr.Tag6"/>
    [Parameter]
    [ArgumentCompleter(typeof(SarkCompleter))]
    [SarkValue]
    public string? Tag6 { get; set; }

    /// <inheritdoc cref="Ivr.Tag7"/>
    [Parameter]
    [ArgumentCompleter(typeof(SarkCompleter))]
    [SarkValue]
    public string? Tag7 { get; set; }

    /// <inheritdoc cref="Ivr.Tag8"/>
    [Parameter]
    [ArgumentCompleter(typeof(SarkCompleter))]
    [SarkValue]
    public string? Tag8 { get; set; }

    /// <inheritdoc cref="Ivr.Tag9"/>
    [Parameter]
    [ArgumentCompleter(typeof(SarkCompleter))]
    [SarkValue]
    public string? Tag9 { get; set; }

    /// <inheritdoc cref="Ivr.Tag10"/>
    [Parameter]
    [ArgumentCompleter(typeof(SarkCompleter))]
    [SarkValue]
    public string? Tag10 { get; set; }

    /// <inheritdoc cref="Ivr.Tag11"/>
    [Parameter]
    [ArgumentCompleter(typeof(SarkCompleter))]
    [SarkValue]
    public string? Tag11 { get; set; }

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
    /// Destinations by option, such as <c>@{ 1 = 'Sales'; 2 = 'Support' }</c>; an option that is not named stays as it is,
    /// and null clears one. What the property Options of a menu holds puts all of its options back, with their tags and
    /// alerts.
    /// </summary>
    [Parameter]
    [SarkIvrOptions]
    [ArgumentCompleter(typeof(SarkCompleter))]
    public System.Collections.IDictionary? Option { get; set; }

    private protected override SarkPS.Descriptors.Changes FromParameters() => IvrOptionParameter.Expand(
        base.FromParameters(), MyInvocation.BoundParameters.ContainsKey(nameof(Option)) ? Option ?? new System.Collections.Hashtable() : null);
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
