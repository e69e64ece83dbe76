using System.Management.Automation;

namespace SarkPS.Cmdlets;

/// <summary>Lists greetings.</summary>
[Cmdlet(VerbsCommon.Get, "SarkGreeting")]
[OutputType(typeof(Greeting))]
public sealed class GetSarkGreetingCommand : SarkGetFileCommand<Greeting>;

/// <summary>Copies greetings to files.</summary>
[Cmdlet(VerbsData.Export, "SarkGreeting", DefaultParameterSetName = KeySet, SupportsShouldProcess = true)]
[OutputType(typeof(FileInfo))]
public sealed class ExportSarkGreetingCommand : SarkExportFileCommand<Greeting>;

/// <summary>Takes sound files in as greetings.</summary>
[Cmdlet(VerbsData.Import, "SarkGreeting", SupportsShouldProcess = true)]
[OutputType(typeof(Greeting))]
public sealed class ImportSarkGreetingCommand : SarkImportFileCommand<Greeting>;

/// <summary>Removes greetings that nothing plays.</summary>
[Cmdlet(
    VerbsCommon.Remove,
    "SarkGreeting",
    DefaultParameterSetName = KeySet,
    SupportsShouldProcess = true,
    ConfirmImpact = ConfirmImpact.High)]
public sealed class RemoveSarkGreetingCommand : SarkRemoveFileCommand<Greeting>
{
    /// <summary>
    /// Removes it without asking, even though an IVR, queue, ring group or inbound route plays it. Does not skip -WhatIf,
    /// nor a -Confirm that is given.
    /// </summary>
    [Parameter]
    public override SwitchParameter Force { get; set; }
}
