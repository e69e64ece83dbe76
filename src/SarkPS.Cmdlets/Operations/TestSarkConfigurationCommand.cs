using System.Management.Automation;

namespace SarkPS.Cmdlets;

/// <summary>Lists the rows that SARK's own programs cannot carry as they are; nothing where all is well.</summary>
[Cmdlet(VerbsDiagnostic.Test, "SarkConfiguration")]
[OutputType(typeof(ConfigurationFault))]
public sealed class TestSarkConfigurationCommand : SarkCmdlet
{
    /// <summary>What to list: LosesRows, Value, Collision, Loop, Missing. All when it is not given.</summary>
    [Parameter(Position = 0)]
    public FaultKind[]? Kind { get; set; }

    /// <inheritdoc/>
    protected override void EndProcessing() => Try(() =>
        EmitEach(Wait(token => Backend.Tables.InspectAsync(token)).Where(f => Kind is null || Kind.Contains(f.Kind))));
}
