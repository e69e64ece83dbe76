using System.Globalization;
using System.Reflection;
using SarkPS.Rules;

namespace SarkPS.Descriptors;

/// <summary>Sets the property that a column is from the value that is stored. What cannot be read as its type is null there.</summary>
internal static class ColumnSetter
{
    /// <summary>What sets it.</summary>
    /// <typeparam name="T">The object that has the property.</typeparam>
    public static Action<T, object?> Of<T>(PropertyInfo property)
    {
        var setter = property.SetMethod ?? throw new InvalidOperationException($"{typeof(T).Name}.{property.Name} cannot be set.");
        if (property.PropertyType == typeof(string))
        {
            var set = setter.CreateDelegate<Action<T, string?>>();
            // An empty text is how the store keeps a cleared column.
            return (record, value) => set(record, PhpValue.Text(value) is { Length: > 0 } text ? text : null);
        }

        if (property.PropertyType == typeof(int?))
        {
            var set = setter.CreateDelegate<Action<T, int?>>();
            return (record, value) => set(
                record,
                PhpValue.TryInteger(value, out var whole) && whole is >= int.MinValue and <= int.MaxValue ? (int)whole : null);
        }

        if (property.PropertyType == typeof(bool?))
        {
            var set = setter.CreateDelegate<Action<T, bool?>>();
            return (record, value) => set(record, FlagWords.Read(PhpValue.Text(value)));
        }

        if (property.PropertyType == typeof(DateTimeOffset?))
        {
            var set = setter.CreateDelegate<Action<T, DateTimeOffset?>>();
            return (record, value) => set(record, ReadTime(value));
        }

        throw new InvalidOperationException(
            $"{typeof(T).Name}.{property.Name} is {property.PropertyType.Name}; a column is string, int?, bool? or DateTimeOffset?.");
    }

    private static DateTimeOffset? ReadTime(object? value)
    {
        // Epoch seconds in the timers, UTC text in the columns that triggers keep.
        if (PhpValue.TryInteger(value, out var seconds))
        {
            return seconds is > -62135596800 and < 253402300800 ? DateTimeOffset.FromUnixTimeSeconds(seconds) : null;
        }

        return DateTimeOffset.TryParseExact(
            PhpValue.Text(value),
            "yyyy-MM-dd HH:mm:ss",
            CultureInfo.InvariantCulture,
            DateTimeStyles.AssumeUniversal,
            out var time) ? time : null;
    }
}
