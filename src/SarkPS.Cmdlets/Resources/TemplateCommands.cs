using System.Management.Automation;

namespace SarkPS.Cmdlets;

/// <summary>Lists templates, or finds them by key.</summary>
[Cmdlet(VerbsCommon.Get, "SarkTemplate")]
[OutputType(typeof(Template))]
public sealed class GetSarkTemplateCommand : SarkGetCommand<Template>
{
    /// <inheritdoc cref="Template.Technology"/>
    [Parameter]
    [SupportsWildcards]
    [SarkKey]
    [ArgumentCompleter(typeof(SarkCompleter))]
    public string[]? Technology { get; set; }

    /// <inheritdoc cref="Template.Owner"/>
    [Parameter]
    [SupportsWildcards]
    [SarkKey]
    [ArgumentCompleter(typeof(SarkCompleter))]
    public string[]? Owner { get; set; }
}

/// <summary>The parameters that New-SarkTemplate and Set-SarkTemplate share.</summary>
public abstract class TemplateWriteCommand : SarkWriteCommand<Template>
{
    /// <inheritdoc cref="Template.BlfTemplate"/>
    [Parameter, Alias("blfkeyname"), ArgumentCompleter(typeof(SarkCompleter))]
    [SarkValue]
    public string? BlfTemplate { get; set; }

    /// <inheritdoc cref="Template.Description"/>
    [Parameter, Alias("desc")]
    [ArgumentCompleter(typeof(SarkCompleter))]
    [SarkValue]
    public string? Description { get; set; }

    /// <inheritdoc cref="Template.Provision"/>
    [Parameter]
    [ArgumentCompleter(typeof(SarkCompleter))]
    [SarkValue]
    public string? Provision { get; set; }

    /// <inheritdoc cref="Template.Technology"/>
    [Parameter, ArgumentCompleter(typeof(SarkCompleter))]
    [SarkValue]
    public virtual string? Technology { get; set; }
}

/// <summary>Makes a template.</summary>
[Cmdlet(VerbsCommon.New, "SarkTemplate", DefaultParameterSetName = KeySet, SupportsShouldProcess = true)]
[OutputType(typeof(Template))]
public sealed class NewSarkTemplateCommand : TemplateWriteCommand
{
    /// <inheritdoc cref="Template.Technology"/>
    [Parameter(Mandatory = true, ParameterSetName = KeySet)]
    [Parameter(ParameterSetName = InputSet)]
    [ArgumentCompleter(typeof(SarkCompleter))]
    [SarkValue]
    public override string? Technology { get; set; }
}

/// <summary>Changes templates.</summary>
[Cmdlet(VerbsCommon.Set, "SarkTemplate", DefaultParameterSetName = KeySet, SupportsShouldProcess = true)]
[OutputType(typeof(Template))]
public sealed class SetSarkTemplateCommand : TemplateWriteCommand
{
    /// <summary>Passes the changed template on.</summary>
    [Parameter]
    public SwitchParameter PassThru { get; set; }
}

/// <summary>Removes templates.</summary>
[Cmdlet(
    VerbsCommon.Remove,
    "SarkTemplate",
    DefaultParameterSetName = KeySet,
    SupportsShouldProcess = true,
    ConfirmImpact = ConfirmImpact.High)]
public sealed class RemoveSarkTemplateCommand : SarkRemoveCommand<Template>;
