using System.Management.Automation;

namespace SarkPS.Cmdlets;

/// <summary>Lists custom apps, or finds them by key.</summary>
[Cmdlet(VerbsCommon.Get, "SarkCustomApp")]
[OutputType(typeof(CustomApp))]
public sealed class GetSarkCustomAppCommand : SarkGetCommand<CustomApp>
{
    /// <inheritdoc cref="CustomApp.Tenant"/>
    [Parameter]
    [Alias("cluster")]
    [SupportsWildcards]
    [SarkKey]
    [ArgumentCompleter(typeof(SarkCompleter))]
    public string[]? Tenant { get; set; }
}

/// <summary>The parameters that New-SarkCustomApp and Set-SarkCustomApp share.</summary>
public abstract class CustomAppWriteCommand : SarkWriteCommand<CustomApp>
{
    /// <inheritdoc cref="CustomApp.Tenant"/>
    [Parameter, Alias("cluster"), ArgumentCompleter(typeof(SarkCompleter))]
    [SarkValue]
    public virtual string? Tenant { get; set; }

    /// <inheritdoc cref="CustomApp.Description"/>
    [Parameter, Alias("desc")]
    [ArgumentCompleter(typeof(SarkCompleter))]
    [SarkValue]
    public string? Description { get; set; }

    /// <inheritdoc cref="CustomApp.DialPlan"/>
    [Parameter, Alias("extcode")]
    [ArgumentCompleter(typeof(SarkCompleter))]
    [SarkValue]
    public string? DialPlan { get; set; }

    /// <inheritdoc cref="CustomApp.Span"/>
    [Parameter, ArgumentCompleter(typeof(SarkCompleter))]
    [SarkValue]
    public string? Span { get; set; }

    /// <inheritdoc cref="CustomApp.StripTags"/>
    [Parameter]
    [SarkFlag, ArgumentCompleter(typeof(SarkCompleter))]
    public bool? StripTags { get; set; }
}

/// <summary>Makes a custom app.</summary>
[Cmdlet(VerbsCommon.New, "SarkCustomApp", DefaultParameterSetName = KeySet, SupportsShouldProcess = true)]
[OutputType(typeof(CustomApp))]
public sealed class NewSarkCustomAppCommand : CustomAppWriteCommand
{
    /// <inheritdoc cref="CustomApp.Tenant"/>
    [Parameter(Mandatory = true, ParameterSetName = KeySet)]
    [Parameter(ParameterSetName = InputSet)]
    [Alias("cluster")]
    [ArgumentCompleter(typeof(SarkCompleter))]
    [SarkValue]
    public override string? Tenant { get; set; }
}

/// <summary>Changes custom apps.</summary>
[Cmdlet(VerbsCommon.Set, "SarkCustomApp", DefaultParameterSetName = KeySet, SupportsShouldProcess = true)]
[OutputType(typeof(CustomApp))]
public sealed class SetSarkCustomAppCommand : CustomAppWriteCommand
{
    /// <summary>Passes the changed custom app on.</summary>
    [Parameter]
    public SwitchParameter PassThru { get; set; }
}

/// <summary>Removes custom apps.</summary>
[Cmdlet(
    VerbsCommon.Remove,
    "SarkCustomApp",
    DefaultParameterSetName = KeySet,
    SupportsShouldProcess = true,
    ConfirmImpact = ConfirmImpact.High)]
public sealed class RemoveSarkCustomAppCommand : SarkRemoveCommand<CustomApp>;
