using System.Collections;
using System.Management.Automation;

namespace SarkPS.Cmdlets;

/// <summary>
/// Lets a parameter whose column holds several words with blanks between them also take a list of words:
/// <c>-Members 410, 411, 412</c>. PowerShell itself would refuse a list where a text is wanted.
/// </summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class SarkListAttribute : ArgumentTransformationAttribute
{
    /// <inheritdoc/>
    public override object? Transform(EngineIntrinsics engineIntrinsics, object? inputData) =>
        (inputData is PSObject wrapped ? wrapped.BaseObject : inputData) is IEnumerable list and not (string or IDictionary)
            ? string.Join(
                ' ',
                list.Cast<object?>().Select(o => LanguagePrimitives.ConvertTo<string>(o)).Where(o => !string.IsNullOrWhiteSpace(o)))
            : inputData;
}
