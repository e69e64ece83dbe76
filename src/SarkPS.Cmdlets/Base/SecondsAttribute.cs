using System.Globalization;
using System.Management.Automation;

namespace SarkPS.Cmdlets;

/// <summary>
/// Takes numbers, and texts that are numbers, as seconds. PowerShell itself takes a number as ticks and the text <c>20</c>
/// as days.
/// </summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class SecondsAttribute : ArgumentTransformationAttribute
{
    /// <inheritdoc/>
    public override object Transform(EngineIntrinsics engineIntrinsics, object inputData)
    {
        var value = inputData is PSObject wrapped ? wrapped.BaseObject : inputData;
        return value switch
        {
            TimeSpan => value,
            IConvertible number when double.TryParse(
                Convert.ToString(number, CultureInfo.InvariantCulture),
                NumberStyles.Float,
                CultureInfo.InvariantCulture,
                out var seconds)
                && Math.Abs(seconds) < TimeSpan.MaxValue.TotalSeconds => TimeSpan.FromSeconds(seconds),
            _ => inputData,
        };
    }
}
