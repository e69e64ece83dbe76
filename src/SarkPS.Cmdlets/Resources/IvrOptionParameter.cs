using System.Collections;
using System.Globalization;
using SarkPS.Descriptors;

namespace SarkPS.Cmdlets;

/// <summary>Spreads the options of a menu over their columns.</summary>
internal static class IvrOptionParameter
{
    public static Changes Expand(Changes changes, IDictionary? options)
    {
        foreach (DictionaryEntry option in options ?? new Hashtable())
        {
            var name = Convert.ToString(option.Key, CultureInfo.InvariantCulture) ?? "";
            var number = name switch { "*" => 10, "#" => 11, _ => int.TryParse(name, NumberStyles.None, CultureInfo.InvariantCulture, out var digits) ? digits : -1 };
            if (number is < 0 or >= IvrOption.Count)
            {
                throw new SarkValidationException("Ivr", null, "option" + name, $"There is no option '{name}'; there are 0 to 9, * or 10, and # or 11.");
            }

            var column = Ivr.Descriptor.Find(string.Create(CultureInfo.InvariantCulture, $"option{number}"))!;
            changes[column.Name] = ResourceValues.ToWire(column, option.Value);
        }

        return changes;
    }
}
