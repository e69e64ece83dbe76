using System.Collections;
using System.Globalization;
using System.Management.Automation;
using SarkPS.Descriptors;
using SarkPS.Rules;

namespace SarkPS.Cmdlets;

/// <summary>Turns what people give at the prompt into what is stored: columns and SARK's own values.</summary>
internal static class ResourceValues
{
    /// <summary>The value of a column as it goes over the wire.</summary>
    public static object? ToWire(Column column, object? value)
    {
        if (value is PSObject wrapped)
        {
            value = wrapped.BaseObject;
        }

        return value switch
        {
            null => null,
            bool flag => column.Flag is { } words ? (flag ? words.True : words.False) : flag,
            int whole => (long)whole,
            DateTimeOffset time => time.ToUnixTimeSeconds(),
            // A time without a zone is the machine's.
            DateTime time => new DateTimeOffset(time).ToUnixTimeSeconds(),
            string text => FromText(column, text),
            long or double => value,
            IEnumerable list => string.Join(' ', list.Cast<object?>().Select(o => LanguagePrimitives.ConvertTo<string>(o))),
            IFormattable other => other.ToString(null, CultureInfo.InvariantCulture),
            _ => value.ToString(),
        };
    }

    /// <summary>
    /// The columns of a row from elsewhere, such as one line of a CSV file. Properties may be named as ours or as SARK's
    /// columns. An empty text is no value: a file cannot tell it from nothing. A null clears.
    /// </summary>
    /// <param name="resource">What the row is to become.</param>
    /// <param name="row">The row.</param>
    /// <param name="isCreate">Whether it is to be made; then null is no value either.</param>
    /// <param name="unknown">Told of properties that mean nothing here.</param>
    public static Changes FromRow(ResourceDescriptor resource, PSObject row, bool isCreate, Action<string> unknown)
    {
        var changes = new Changes();
        foreach (var property in row.Properties)
        {
            if (property is not { IsGettable: true })
            {
                continue;
            }

            var column = resource.FindProperty(property.Name) ?? resource.Columns.FirstOrDefault(c => string.Equals(c.Name, property.Name, StringComparison.OrdinalIgnoreCase));
            if (column is null)
            {
                if (!IsOwn(resource, property.Name))
                {
                    unknown(property.Name);
                }

                continue;
            }

            if (!column.IsWritable(isCreate, isStrict: true))
            {
                continue;
            }

            var value = ToWire(column, property.Value);
            if (value is "" || (isCreate && (value is null || IsDefault(column, value))))
            {
                continue;
            }

            changes[column.Name] = value;
        }

        return changes;
    }

    // False of a column of ON and OFF may be stored as the NO that a create fills in; a copy keeps it.
    private static bool IsDefault(Column column, object value) =>
        column is { Type: ColumnType.Flag, HasDefault: true } && FlagWords.Read(PhpValue.Text(value)) == FlagWords.Read(PhpValue.Text(column.Default));

    private static bool IsOwn(ResourceDescriptor resource, string property) =>
        property is "Kind" || resource.RecordType.GetProperty(property) is not null || resource.Hidden.Contains(property);

    private static object FromText(Column column, string text)
    {
        switch (column.Type)
        {
            case ColumnType.Flag when FlagWords.Read(text) is { } flag:
                return flag ? column.Flag!.True : column.Flag!.False;
            case ColumnType.Time when text.Length > 0 && !PhpValue.TryInteger(text, out _)
                && DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeLocal, out var time):
                return time.ToUnixTimeSeconds();
            default:
                // At a prompt nobody minds the case of a fixed word; the store does.
                return column.AllowedValues.FirstOrDefault(v => string.Equals(v, text, StringComparison.OrdinalIgnoreCase)) ?? text;
        }
    }
}
