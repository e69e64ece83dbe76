using System.Management.Automation;

namespace SarkPS.Cmdlets;

/// <summary>Lists tenants, or finds them by key.</summary>
[Cmdlet(VerbsCommon.Get, "SarkTenant")]
[OutputType(typeof(Tenant))]
public sealed class GetSarkTenantCommand : SarkGetCommand<Tenant>;

/// <summary>The parameters that New-SarkTenant and Set-SarkTenant share.</summary>
public abstract class TenantWriteCommand : SarkKeyedCommand<Tenant>
{
    /// <inheritdoc cref="Tenant.CallTimeout"/>
    [Parameter, Alias("abstimeout")]
    public int? CallTimeout { get; set; }

    /// <inheritdoc cref="Tenant.CallerId"/>
    [Parameter, Alias("clusterclid")]
    public string? CallerId { get; set; }

    /// <inheritdoc cref="Tenant.CallGroup"/>
    [Parameter]
    public int? CallGroup { get; set; }

    /// <inheritdoc cref="Tenant.MaxChannels"/>
    [Parameter, Alias("chanmax")]
    public int? MaxChannels { get; set; }

    /// <inheritdoc cref="Tenant.Description"/>
    [Parameter]
    public virtual string? Description { get; set; }

    /// <inheritdoc cref="Tenant.Include"/>
    [Parameter]
    public string? Include { get; set; }

    /// <inheritdoc cref="Tenant.AreaCode"/>
    [Parameter, Alias("localarea")]
    public string? AreaCode { get; set; }

    /// <inheritdoc cref="Tenant.LocalDialPlan"/>
    [Parameter, Alias("localdplan")]
    public string? LocalDialPlan { get; set; }

    /// <inheritdoc cref="Tenant.OpenCloseMode"/>
    [Parameter, Alias("masteroclo"), ArgumentCompleter(typeof(SarkCompleter))]
    public string? OpenCloseMode { get; set; }

    /// <inheritdoc cref="Tenant.Operator"/>
    [Parameter]
    public string? Operator { get; set; }

    /// <inheritdoc cref="Tenant.PickupGroup"/>
    [Parameter]
    public int? PickupGroup { get; set; }

    /// <inheritdoc cref="Tenant.DirectoryPassword"/>
    [Parameter, Alias("ldapropwd")]
    [SarkSecret]
    public string? DirectoryPassword { get; set; }

    /// <inheritdoc cref="Tenant.Recording"/>
    [Parameter, Alias("devicerec")]
    public string? Recording { get; set; }

    /// <inheritdoc cref="Tenant.RecordingMaxAge"/>
    [Parameter, Alias("recmaxage")]
    public int? RecordingMaxAge { get; set; }

    /// <inheritdoc cref="Tenant.RecordingMaxSize"/>
    [Parameter, Alias("recmaxsize")]
    public int? RecordingMaxSize { get; set; }

    /// <inheritdoc cref="Tenant.RouteClassOverride"/>
    [Parameter]
    public int? RouteClassOverride { get; set; }

    /// <inheritdoc cref="Tenant.RouteOverride"/>
    [Parameter]
    public string? RouteOverride { get; set; }

    /// <inheritdoc cref="Tenant.MusicOnHold"/>
    [Parameter, Alias("usemohcustom")]
    public string? MusicOnHold { get; set; }

    /// <inheritdoc cref="Tenant.VoicemailMaxAge"/>
    [Parameter, Alias("vmailage")]
    public int? VoicemailMaxAge { get; set; }
}

/// <summary>Makes a tenant.</summary>
[Cmdlet(VerbsCommon.New, "SarkTenant", DefaultParameterSetName = KeySet, SupportsShouldProcess = true)]
[OutputType(typeof(Tenant))]
public sealed class NewSarkTenantCommand : TenantWriteCommand
{
    /// <inheritdoc cref="Tenant.Description"/>
    [Parameter(Mandatory = true, ParameterSetName = KeySet)]
    [Parameter(ParameterSetName = InputSet)]
    public override string? Description { get; set; }
}

/// <summary>Changes tenants.</summary>
[Cmdlet(VerbsCommon.Set, "SarkTenant", DefaultParameterSetName = KeySet, SupportsShouldProcess = true)]
[OutputType(typeof(Tenant))]
public sealed class SetSarkTenantCommand : TenantWriteCommand
{
    /// <summary>Passes the changed tenant on.</summary>
    [Parameter]
    public SwitchParameter PassThru { get; set; }
}

/// <summary>Removes tenants.</summary>
[Cmdlet(VerbsCommon.Remove, "SarkTenant", DefaultParameterSetName = KeySet, SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.High)]
public sealed class RemoveSarkTenantCommand : SarkRemoveCommand<Tenant>;
