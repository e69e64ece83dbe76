using System.Management.Automation;

namespace SarkPS.Cmdlets;

/// <summary>
/// Lets a parameter that is true or false also take the words that SARK stores: YES and NO, ON and OFF, enabled and
/// disabled. PowerShell itself would refuse them.
/// </summary>
[AttributeUsage(AttributeTargets.Property | AttributeTargets.Field)]
public sealed class SarkFlagAttribute : ArgumentTransformationAttribute
{
    private static readonly SarkValueAttribute AsValue = new(typeof(bool));

    /// <inheritdoc/>
    public override object? Transform(EngineIntrinsics engineIntrinsics, object? inputData) =>
        AsValue.Transform(engineIntrinsics, inputData);
}
