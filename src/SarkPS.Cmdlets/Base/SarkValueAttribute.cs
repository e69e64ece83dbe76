using System.Management.Automation;
using System.Runtime.CompilerServices;

namespace SarkPS.Cmdlets;

/// <summary>
/// Lets a parameter that is a column's value also take a script block, which is then asked for the value of each row: in it
/// <c>$_</c> is the row. The engine would do so itself only for parameters that bind from properties of what is piped in,
/// and a column that bound from a property would write stale values back.
/// </summary>
/// <param name="type">The type of the parameter, without its being nullable; a text without it.</param>
[AttributeUsage(AttributeTargets.Property)]
public sealed class SarkValueAttribute(Type? type = null) : ArgumentTransformationAttribute
{
    // By identity: the engine keeps the very object that a transformation gave.
    private static readonly ConditionalWeakTable<object, ScriptBlock> Scripts = [];

    /// <summary>The type of the parameter, without its being nullable.</summary>
    public Type Type { get; } = type ?? typeof(string);

    /// <inheritdoc/>
    public override object? Transform(EngineIntrinsics engineIntrinsics, object? inputData)
    {
        if ((inputData is PSObject wrapped ? wrapped.BaseObject : inputData) is ScriptBlock script)
        {
            return StandIn(script, Type);
        }

        try
        {
            return ResourceValues.Read(Type, inputData);
        }
        catch (FormatException e)
        {
            throw new ArgumentTransformationMetadataException(e.Message, e);
        }
    }

    /// <summary>A value of a type that stands for a script block.</summary>
    internal static object StandIn(ScriptBlock script, Type type)
    {
        var value = type == typeof(string) ? new string('.', 1) : RuntimeHelpers.GetUninitializedObject(type);
        Scripts.Add(value, script);
        return value;
    }

    /// <summary>The script block that a value stands for, or null.</summary>
    internal static ScriptBlock? Script(object? value) =>
        value is not null && Scripts.TryGetValue(value is PSObject wrapped ? wrapped.BaseObject : value, out var script) ? script : null;
}
