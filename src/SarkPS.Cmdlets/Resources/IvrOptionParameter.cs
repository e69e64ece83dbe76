using System.Collections;
using System.Globalization;
using System.Management.Automation;
using SarkPS.Descriptors;

namespace SarkPS.Cmdlets;

/// <summary>Spreads the options of a menu over their columns.</summary>
internal static class IvrOptionParameter
{
    /// <param name="changes">What else is changed.</param>
    /// <param name="options">What was given for <c>-Option</c>; null where it was not.</param>
    /// <exception cref="SarkException">There is no such option, or none was named.</exception>
    public static Changes Expand(Changes changes, IDictionary? options)
    {
        if (options is { Count: 0 })
        {
            throw new SarkException(SarkErrorKind.BadRequest, "Ivr", null, "-Option names no option; give a table such as @{ 1 = '501'; '*' = $null }, where a null clears one.");
        }

        foreach (DictionaryEntry option in options ?? new Hashtable())
        {
            var name = Convert.ToString(option.Key, CultureInfo.InvariantCulture) ?? "";
            var number = name switch { "*" => 10, "#" => 11, _ => int.TryParse(name, NumberStyles.None, CultureInfo.InvariantCulture, out var digits) ? digits : -1 };
            if (number is < 0 or >= IvrOption.Count)
            {
                throw new SarkValidationException("Ivr", null, "option" + name, $"There is no option '{name}'; there are 0 to 9, * or 10, and # or 11.");
            }

            // An option of another menu brings all that it has there.
            var whole = option.Value is PSObject wrapped ? wrapped.BaseObject as IvrOption : option.Value as IvrOption;
            Set("option", whole is null ? option.Value : whole.Destination);
            if (whole is not null)
            {
                Set("tag", whole.Tag);
                Set("alert", whole.AlertInfo);
            }

            void Set(string kind, object? value)
            {
                var column = Ivr.Descriptor.Find(string.Create(CultureInfo.InvariantCulture, $"{kind}{number}"))!;
                changes[column.Name] = ResourceValues.ToWire(column, value);
            }
        }

        return changes;
    }
}

/// <summary>
/// Lets <c>-Option</c> also take what the property Options of a menu holds, so that an old menu can be put back, also one
/// that was kept in a file meanwhile.
/// </summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class SarkIvrOptionsAttribute : ArgumentTransformationAttribute
{
    /// <inheritdoc/>
    public override object? Transform(EngineIntrinsics engineIntrinsics, object? inputData)
    {
        var given = inputData is PSObject wrapped ? wrapped.BaseObject : inputData;
        if (given is null or IDictionary or string or ScriptBlock)
        {
            return inputData;
        }

        var options = new Dictionary<int, IvrOption>();
        foreach (var item in LanguagePrimitives.GetEnumerable(inputData)?.Cast<object?>() ?? [inputData])
        {
            if (Read(item) is not { } option)
            {
                return inputData;
            }

            options[option.Number] = option;
        }

        return options;
    }

    private static IvrOption? Read(object? item)
    {
        if (item is null)
        {
            return null;
        }

        var row = PSObject.AsPSObject(item);
        return row.BaseObject as IvrOption
            ?? (row.Properties[nameof(IvrOption.Number)]?.Value is { } number && LanguagePrimitives.TryConvertTo<int>(number, out var read)
                ? new IvrOption(read, Text(nameof(IvrOption.Destination)), Text(nameof(IvrOption.Tag)), Text(nameof(IvrOption.AlertInfo)))
                : null);

        string? Text(string name) => row.Properties[name]?.Value is { } value ? LanguagePrimitives.ConvertTo<string>(value) : null;
    }
}
