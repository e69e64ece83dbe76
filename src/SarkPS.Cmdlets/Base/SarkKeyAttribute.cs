using System.Collections;
using System.Globalization;
using System.Management.Automation;
using System.Runtime.CompilerServices;

namespace SarkPS.Cmdlets;

/// <summary>
/// Marks a parameter that names things: keys, tenants, files. A null or an empty text in it is an error and never "all".
/// A text is what somebody typed, and may be a pattern; an object that was given in its place stays known, so that its key
/// is taken letter by letter; a script block is asked for the name of each row that is piped in.
/// </summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class SarkKeyAttribute : ArgumentTransformationAttribute
{
    // By identity: the engine passes the texts that are made here on as they are.
    private static readonly ConditionalWeakTable<string, object> Origins = [];

    /// <inheritdoc/>
    public override object? Transform(EngineIntrinsics engineIntrinsics, object? inputData)
    {
        var value = Base(inputData);
        return value switch
        {
            null or string => value,
            IEnumerable list and not IDictionary => list.Cast<object?>()
                .Select(o => Base(o) is not { } item ? null : item as string ?? Text(o!))
                .ToArray(),
            _ => Text(inputData!),
        };
    }

    /// <summary>The object or script block that was given in place of a text, or null.</summary>
    internal static object? Origin(string text) => Origins.TryGetValue(text, out var origin) ? origin : null;

    private static object? Base(object? value) => value is PSObject wrapped ? wrapped.BaseObject : value;

    private static string Text(object value)
    {
        var item = Base(value)!;
        if (PipedItem.PlainText(item) is { } plain)
        {
            return plain;
        }

        // A text of its own, so that no other of the same letters is taken for the object.
        var text = new string(WildcardPattern.Escape(
            Convert.ToString(item, CultureInfo.InvariantCulture) is { Length: > 0 } name ? name : item.GetType().Name).AsSpan());
        Origins.Add(text, item is ScriptBlock ? item : PSObject.AsPSObject(value));
        return text;
    }
}
