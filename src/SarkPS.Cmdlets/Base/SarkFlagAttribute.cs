using System.Management.Automation;
using SarkPS.Descriptors;

namespace SarkPS.Cmdlets;

/// <summary>
/// Lets a parameter that is true or false also take the words that SARK stores: YES and NO, ON and OFF, enabled and
/// disabled. PowerShell itself would refuse them.
/// </summary>
[AttributeUsage(AttributeTargets.Property | AttributeTargets.Field)]
public sealed class SarkFlagAttribute : ArgumentTransformationAttribute
{
    /// <inheritdoc/>
    public override object? Transform(EngineIntrinsics engineIntrinsics, object? inputData)
    {
        var value = inputData is PSObject wrapped ? wrapped.BaseObject : inputData;
        return value switch
        {
            "" => null,
            ScriptBlock script => SarkValueAttribute.StandIn(script, typeof(bool)),
            string word => FlagWords.Read(word)
                ?? throw new ArgumentTransformationMetadataException($"'{word}' is neither true nor false; allowed are $true, $false, YES, NO, ON, OFF, enabled and disabled."),
            _ => value,
        };
    }
}
