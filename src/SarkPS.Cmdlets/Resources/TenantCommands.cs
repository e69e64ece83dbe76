using System.Management.Automation;
using SarkPS.Resources;

namespace SarkPS.Cmdlets;

/// <summary>Lists tenants, or finds them by key.</summary>
[Cmdlet(VerbsCommon.Get, "SarkTenant")]
[OutputType(typeof(Tenant))]
public sealed class GetSarkTenantCommand : SarkGetCommand<Tenant>
{
    private readonly Dictionary<ISarkBackend, Lazy<Dictionary<string, OpeningHours>>> known = [];

    /// <inheritdoc/>
    private protected override void Complete(SarkRecord record)
    {
        // Asked once of each exchange, for all tenants that are listed.
        if (!known.TryGetValue(Backend, out var hours))
        {
            known[Backend] = hours = TenantHours.Of(Backend);
        }

        TenantHours.Attach(record, hours);
    }
}

/// <summary>The hours of tenants: an exchange is asked for them only when somebody looks.</summary>
internal static class TenantHours
{
    /// <summary>Those of all tenants of an exchange.</summary>
    public static Lazy<Dictionary<string, OpeningHours>> Of(ISarkBackend backend) =>
        new(() => backend.Tables.HoursAsync(CancellationToken.None).GetAwaiter().GetResult()
            .ToDictionary(h => h.Tenant, StringComparer.Ordinal));

    /// <summary>Lets a tenant tell its own.</summary>
    public static void Attach(SarkRecord record, Lazy<Dictionary<string, OpeningHours>> hours)
    {
        var tenant = (Tenant)record;
        tenant.Hours = new(() => hours.Value.GetValueOrDefault(tenant.Key ?? ""));
    }
}

/// <summary>The parameters that New-SarkTenant and Set-SarkTenant share.</summary>
public abstract class TenantWriteCommand : SarkRoutedCommand<Tenant>
{
    // Each for itself: the next one is changed only after this one was passed on.
    /// <inheritdoc/>
    private protected override void Complete(SarkRecord record) => TenantHours.Attach(record, TenantHours.Of(Backend));

    /// <inheritdoc cref="Tenant.CallTimeout"/>
    [Parameter, Alias("abstimeout")]
    [ArgumentCompleter(typeof(SarkCompleter))]
    [SarkValue(typeof(int))]
    public int? CallTimeout { get; set; }

    /// <inheritdoc cref="Tenant.CallerId"/>
    [Parameter, Alias("clusterclid")]
    [ArgumentCompleter(typeof(SarkCompleter))]
    [SarkValue]
    public string? CallerId { get; set; }

    /// <inheritdoc cref="Tenant.CallGroup"/>
    [Parameter]
    [ArgumentCompleter(typeof(SarkCompleter))]
    [SarkValue(typeof(int))]
    public int? CallGroup { get; set; }

    /// <inheritdoc cref="Tenant.MaxChannels"/>
    [Parameter, Alias("chanmax")]
    [ArgumentCompleter(typeof(SarkCompleter))]
    [SarkValue(typeof(int))]
    public int? MaxChannels { get; set; }

    /// <inheritdoc cref="Tenant.Description"/>
    [Parameter]
    [ArgumentCompleter(typeof(SarkCompleter))]
    [SarkValue]
    public virtual string? Description { get; set; }

    /// <inheritdoc cref="Tenant.Include"/>
    [Parameter]
    [SarkList]
    [ArgumentCompleter(typeof(SarkCompleter))]
    [SarkValue]
    public string? Include { get; set; }

    /// <inheritdoc cref="Tenant.AreaCode"/>
    [Parameter, Alias("localarea")]
    [ArgumentCompleter(typeof(SarkCompleter))]
    [SarkValue]
    public string? AreaCode { get; set; }

    /// <inheritdoc cref="Tenant.LocalDialPlan"/>
    [Parameter, Alias("localdplan")]
    [ArgumentCompleter(typeof(SarkCompleter))]
    [SarkValue]
    public string? LocalDialPlan { get; set; }

    /// <inheritdoc cref="Tenant.OpenCloseMode"/>
    [Parameter, Alias("masteroclo"), ArgumentCompleter(typeof(SarkCompleter))]
    [SarkValue]
    public string? OpenCloseMode { get; set; }

    /// <inheritdoc cref="Tenant.Operator"/>
    [Parameter]
    [ArgumentCompleter(typeof(SarkCompleter))]
    [SarkValue]
    public string? Operator { get; set; }

    /// <inheritdoc cref="Tenant.PickupGroup"/>
    [Parameter]
    [ArgumentCompleter(typeof(SarkCompleter))]
    [SarkValue(typeof(int))]
    public int? PickupGroup { get; set; }

    /// <inheritdoc cref="Tenant.DirectoryPassword"/>
    [Parameter, Alias("ldapropwd")]
    [SarkSecret]
    [ArgumentCompleter(typeof(SarkCompleter))]
    [SarkValue]
    public string? DirectoryPassword { get; set; }

    /// <inheritdoc cref="Tenant.Recording"/>
    [Parameter, Alias("devicerec")]
    [ArgumentCompleter(typeof(SarkCompleter))]
    [SarkValue]
    public string? Recording { get; set; }

    /// <inheritdoc cref="Tenant.RecordingMaxAge"/>
    [Parameter, Alias("recmaxage")]
    [ArgumentCompleter(typeof(SarkCompleter))]
    [SarkValue(typeof(int))]
    public int? RecordingMaxAge { get; set; }

    /// <inheritdoc cref="Tenant.RecordingMaxSize"/>
    [Parameter, Alias("recmaxsize")]
    [ArgumentCompleter(typeof(SarkCompleter))]
    [SarkValue(typeof(int))]
    public int? RecordingMaxSize { get; set; }

    /// <inheritdoc cref="Tenant.RouteClassOverride"/>
    [Parameter]
    [ArgumentCompleter(typeof(SarkCompleter))]
    [SarkValue(typeof(int))]
    public int? RouteClassOverride { get; set; }

    /// <inheritdoc cref="Tenant.RouteOverride"/>
    [Parameter]
    [ArgumentCompleter(typeof(SarkCompleter))]
    [SarkValue]
    public string? RouteOverride { get; set; }

    /// <inheritdoc cref="Tenant.MusicOnHold"/>
    [Parameter, Alias("usemohcustom")]
    [ArgumentCompleter(typeof(SarkCompleter))]
    [SarkValue]
    public string? MusicOnHold { get; set; }

    /// <inheritdoc cref="Tenant.VoicemailMaxAge"/>
    [Parameter, Alias("vmailage")]
    [ArgumentCompleter(typeof(SarkCompleter))]
    [SarkValue(typeof(int))]
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
    [ArgumentCompleter(typeof(SarkCompleter))]
    [SarkValue]
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
[Cmdlet(
    VerbsCommon.Remove,
    "SarkTenant",
    DefaultParameterSetName = KeySet,
    SupportsShouldProcess = true,
    ConfirmImpact = ConfirmImpact.High)]
public sealed class RemoveSarkTenantCommand : SarkRemoveCommand<Tenant>;
