using System.Collections;
using System.Data;
using System.Globalization;
using System.Management.Automation;
using System.Reflection;
using System.Security;
using SarkPS.Descriptors;
using SarkPS.Rules;

namespace SarkPS.Cmdlets;

/// <summary>Turns what people give at the prompt into what is stored: columns and SARK's own values.</summary>
internal static class ResourceValues
{
    // What a row may carry besides columns: which kind it is to be, and what objects have on them that come from a job or
    // another machine.
    private static readonly HashSet<string> Carried = new(StringComparer.OrdinalIgnoreCase)
    {
        "Kind", "Exchange", "Raw", "PSComputerName", "RunspaceId", "PSShowComputerName", "PSSourceJobInstanceId",
    };

    /// <summary>A text without the blanks that are around it in a cell.</summary>
    public static string Trimmed(string text) => CellText.Trimmed(text);

    /// <summary>The value of a column as it goes over the wire.</summary>
    public static object? ToWire(Column column, object? value)
    {
        if (value is PSObject wrapped)
        {
            value = wrapped.BaseObject;
        }

        return value switch
        {
            SecureString or PSCredential => column.IsSecret
                ? SarkSecretAttribute.Reveal(value)
                : throw new SarkException(
                    SarkErrorKind.BadRequest,
                    "Value",
                    column.Property ?? column.Name,
                    $"The {column.Property ?? column.Name} is no secret and takes no {value.GetType().Name}; give a text."),
            null or DBNull => null,
            IDictionary or ScriptBlock => throw new SarkException(
                SarkErrorKind.BadRequest,
                "Value",
                column.Property ?? column.Name,
                $"The {column.Property ?? column.Name} takes one value, no {value.GetType().Name}."),
            bool flag => column.Flag is { } words ? (flag ? words.True : words.False) : flag,
            int whole => (long)whole,
            DateTimeOffset time => time.ToUnixTimeSeconds(),
            // A time without a zone is the machine's.
            DateTime time => new DateTimeOffset(time).ToUnixTimeSeconds(),
            string text => CellText.Read(column, text),
            long or double => value,
            IEnumerable list => string.Join(
                ' ',
                list.Cast<object?>().Select(o => LanguagePrimitives.ConvertTo<string>(o)).Where(o => !string.IsNullOrWhiteSpace(o))),
            IFormattable other => other.ToString(null, CultureInfo.InvariantCulture),
            _ => value.ToString(),
        };
    }

    /// <summary>
    /// Reads what was given for a value of a type as people mean it, where the language would make something else of it: the
    /// word NO true, an empty text 0, 12.6 the number 13, and a password, a table or a script the text that it is not.
    /// </summary>
    /// <param name="type">The type of the parameter or property, without its being nullable.</param>
    /// <param name="value">What was given.</param>
    /// <returns>The value, for the language to convert where it is of another type; null for nothing.</returns>
    /// <exception cref="FormatException">It is nothing of the kind; the message says what is allowed.</exception>
    public static object? Read(Type type, object? value)
    {
        value = value is PSObject wrapped ? wrapped.BaseObject : value;
        return value switch
        {
            null or DBNull => null,
            SecureString or PSCredential => throw new FormatException($"It is no secret and takes no {value.GetType().Name}; give a text."),
            IDictionary => throw new FormatException($"It takes one value, no {value.GetType().Name}."),
            _ when type == typeof(bool) => value switch
            {
                string word when string.IsNullOrWhiteSpace(word) => null,
                string word => FlagWords.Read(Trimmed(word))
                    ?? throw new FormatException(
                        $"'{word}' is neither true nor false; allowed are $true, $false, YES, NO, ON, OFF, enabled and disabled."),
                _ => value,
            },
            _ when type == typeof(int) => value switch
            {
                string word when string.IsNullOrWhiteSpace(word) => null,
                string word => PhpValue.TryInteger(word, out var number) ? number : throw NoWholeNumber(word),
                bool => throw NoWholeNumber(value),
                double or float or decimal when Convert.ToDecimal(value, CultureInfo.InvariantCulture) % 1 != 0 =>
                    throw NoWholeNumber(value),
                _ => value,
            },
            _ => value,
        };
    }

    private static FormatException NoWholeNumber(object value) =>
        new(string.Create(
            CultureInfo.InvariantCulture,
            $"'{value}' is no whole number; allowed are digits, with a minus sign before them where it is negative."));

    /// <summary>What a property of a record becomes when a script sets it; see <see cref="SarkAssignment"/>.</summary>
    /// <exception cref="SarkException">The value is nothing of the kind.</exception>
    public static object? ForProperty(SarkRecord record, PropertyInfo property, object? value)
    {
        try
        {
            if ((value is PSObject wrapped ? wrapped.BaseObject : value) is ScriptBlock)
            {
                throw new FormatException($"It takes a value, no script block. The parameter -{property.Name} asks one for each row.");
            }

            var read = Read(Nullable.GetUnderlyingType(property.PropertyType) ?? property.PropertyType, value);
            return read is null && property.PropertyType == typeof(string)
                ? null
                : LanguagePrimitives.ConvertTo(read, property.PropertyType, CultureInfo.InvariantCulture);
        }
        catch (Exception e) when (e is FormatException or PSInvalidCastException)
        {
            throw new SarkException(
                SarkErrorKind.BadRequest,
                record.GetType().Name,
                record,
                $"{property.Name} was not set. {e.Message}",
                e);
        }
    }

    /// <summary>
    /// The columns of a row from elsewhere, such as one line of a CSV file. Properties may be named as ours or as SARK's
    /// columns. An empty text is no value: a file cannot tell it from nothing. A null clears.
    /// </summary>
    /// <param name="resource">What the row is to become.</param>
    /// <param name="row">The row.</param>
    /// <param name="isCreate">Whether it is to be made; then null is no value either.</param>
    /// <param name="newKey">The key that it is to have then, where that is known.</param>
    /// <param name="unknown">Told of properties that mean nothing here.</param>
    /// <exception cref="SarkValidationException">Two properties are the same column, or a value lost letters on its way.</exception>
    public static Changes FromRow(ResourceDescriptor resource, PSObject row, bool isCreate, string? newKey, Action<string> unknown)
    {
        var changes = new Changes();
        var names = new Dictionary<Column, string>();
        var copied = isCreate ? CopiedKey(resource, row, newKey) : null;
        foreach (var (name, given) in Cells(resource, row))
        {
            if (FindColumn(resource, name) is not { } column)
            {
                unknown(name);
                continue;
            }

            if (!names.TryAdd(column, name))
            {
                throw new SarkValidationException(
                    resource.Noun, null, column.Name,
                    $"'{names[column]}' and '{name}' are the same property of {resource.PluralName}; which of the two is meant cannot "
                        + "be told. Take one of them out.");
            }

            if (!column.IsWritable(isCreate, isStrict: true))
            {
                continue;
            }

            // A file says everything expressly; a row of an exchange that is made again is another one.
            if (copied is not null && column.IsNotCopied)
            {
                continue;
            }

            var value = ToWire(column, given);
            if (copied is not null && column.MayNameItself && (value as string)?.TrimStart('*') == copied)
            {
                continue;
            }

            if (value is string text && Trimmed(text).Length == 0)
            {
                continue;
            }

            if (isCreate && (value is null || CellText.IsDefault(column, value)))
            {
                continue;
            }

            changes[column.Name] = value;
        }

        return changes;
    }

    /// <summary>
    /// Refuses what was damaged on its way: texts that lost letters because something read them in a wrong encoding, which
    /// would be stored so, and keys that a spreadsheet padded with blanks that are none.
    /// </summary>
    /// <exception cref="SarkValidationException">One was.</exception>
    public static void RefuseDamage(ResourceDescriptor resource, object? key, Changes changes)
    {
        if (changes[resource.KeyColumn] is string name && SarkText.Invisible(Trimmed(name)) is { } invisible)
        {
            throw new SarkValidationException(
                resource.Noun, key, resource.KeyColumn,
                $"The {resource.KeyColumn} '{name}' holds a character that nobody sees, {invisible}.");
        }

        foreach (var (column, value) in changes)
        {
            if (value is string text && text.Contains('\uFFFD', StringComparison.Ordinal))
            {
                throw new SarkValidationException(
                    resource.Noun,
                    key,
                    column,
                    $"{resource.Find(column)?.Property ?? column} holds the sign for a letter that was lost (U+FFFD). If it came from a "
                        + "file, that was read in a wrong encoding: say -Encoding, such as Import-SarkCsv -Encoding 1252.");
            }
        }
    }

    /// <summary>Whether a property of a row has a name, however a file spelt it.</summary>
    public static bool IsNamed(string property, string name) => string.Equals(property.Trim(), name, StringComparison.OrdinalIgnoreCase);

    /// <summary>The column behind the name of a property, be it ours or SARK's, or null.</summary>
    public static Column? FindColumn(ResourceDescriptor resource, string name) => CellText.FindColumn(resource, name);

    /// <summary>Whether objects carry it that come from a job or another machine.</summary>
    public static bool IsCarried(string property) => Carried.Contains(property.Trim());

    /// <summary>The column that a name means, be it ours or SARK's, or those that a collection says; none where it means nothing.</summary>
    public static IEnumerable<(Column Column, object? Value)> Columns(ResourceDescriptor resource, string name, object? value) =>
        FindColumn(resource, name) is { } column ? [(column, value)]
        : value is not null && resource.FindFamily(name.Trim()) is { } family ? FamilyValues.Spread(resource, family, value)
        : [];

    // What a row says of columns of its own wins over what a collection says of them: a file may hold both.
    private static IEnumerable<(string Name, object? Value)> Cells(ResourceDescriptor resource, PSObject row)
    {
        var cells = OwnCells(resource, row).ToList();
        var named = cells.Select(c => FindColumn(resource, c.Name)).OfType<Column>().ToHashSet();
        return cells.SelectMany(cell => resource.FindFamily(cell.Name.Trim()) is not { } family ? [cell]
            : named.Count(c => c.Place?.Family == family) >= family.Keys.Count ? []
            : Columns(resource, cell.Name, cell.Value).Where(c => !named.Contains(c.Column)).Select(c => (c.Column.Property!, c.Value)));
    }

    // A row may be an object or a hashtable. A copy of one of ours has its secrets too, which nothing lists.
    private static IEnumerable<(string Name, object? Value)> OwnCells(
        ResourceDescriptor resource,
        PSObject row) => row.BaseObject is IDictionary map
        ? map.Cast<DictionaryEntry>().Select(e => (Convert.ToString(e.Key, CultureInfo.InvariantCulture) ?? "", (object?)e.Value))
        : row.BaseObject is DataRow data
            ? data.Table.Columns.Cast<DataColumn>().Select(c => (c.ColumnName, (object?)data[c]))
        // What is no column is not looked at: some of it an exchange would have to be asked for.
        : row.Properties.Where(p => p.IsGettable)
            .Select(p => (p.Name, FindColumn(resource, p.Name) is null && resource.FindFamily(p.Name) is null ? null : (object?)p.Value))
            .Concat(row.BaseObject is SarkRecord record && record.GetType() == resource.RecordType
                ? resource.Columns.Where(c => c is { IsSecret: true, IsHidden: false, Property: not null })
                    .Select(c => (c.Property!, (object?)record.GetSecret(c.Property!)))
                : []);

    /// <summary>Whether a value is what is stored, in the same or in another word for it.</summary>
    public static bool IsSame(Column? column, object? value, object? stored)
    {
        var (now, before) = (value is null ? "" : PhpValue.Text(value).Trim(), stored is null ? "" : PhpValue.Text(stored).Trim());
        return now == before || (column is { Type: ColumnType.Flag } && FlagWords.AreSame(now, before));
    }

    /// <summary>
    /// Whether a property that is no column is one that our objects have, or that a job or another machine puts on objects.
    /// </summary>
    public static bool IsOwn(ResourceDescriptor resource, string property) =>
        IsCarried(property) || resource.RecordType.GetProperty(property) is not null || resource.Hidden.Contains(property);

    // The key of a row of which a copy is made; null for one that is new. A row of ours is a copy, live or not. One that
    // says only from which exchange it came may be put back under its own key, with all that it has.
    private static string? CopiedKey(ResourceDescriptor resource, PSObject row, string? newKey)
    {
        var item = PipedItem.Read(row).First();
        var own = item.Property(resource.Find(resource.KeyColumn)?.Property ?? "Key", resource.KeyColumn);
        return ReferenceEquals(item.Resource, resource) || (item.FarExchange is not null && newKey is not null && newKey != own)
            ? own ?? ""
            : null;
    }

    /// <summary>Whether a property of a row means something, be it only that it is carried along.</summary>
    public static bool IsKnown(ResourceDescriptor resource, string property) =>
        FindColumn(resource, property) is not null || IsOwn(resource, property);
}
