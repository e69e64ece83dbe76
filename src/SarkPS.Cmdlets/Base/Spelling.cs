using System.Management.Automation;
using SarkPS.Cmdlets.Csv;
using SarkPS.Descriptors;

namespace SarkPS.Cmdlets;

/// <summary>
/// Puts the words of whoever typed beside those of the exchange, which knows columns only: the parameter or the heading of
/// the file, and which line of which file it was.
/// </summary>
internal static class Spelling
{
    /// <summary>Makes the message of a failure say so.</summary>
    /// <param name="error">The failure.</param>
    /// <param name="resource">What was to be written.</param>
    /// <param name="typed">The parameters that were given, by their columns.</param>
    /// <param name="row">The row that was piped in, or null.</param>
    public static void Apply(SarkException error, ResourceDescriptor resource, IReadOnlyDictionary<string, string> typed, PSObject? row)
    {
        var message = error.Message;
        if (error is SarkValidationException invalid)
        {
            foreach (var (field, messages) in invalid.Errors)
            {
                if (resource.Find(field) is { } column && Typed(resource, column, typed, row) is { } name && messages.Count > 0)
                {
                    var said = messages[0].Trim();
                    var at = message.IndexOf(said, StringComparison.Ordinal);
                    message = at >= 0 && said.Length > 0 ? message.Insert(at, name + ": ") : $"{message} ({field} is {name})";
                }
            }
        }

        if (CsvSource.Of(row) is { } source)
        {
            message = $"{message} ({source})";
            error.Data[nameof(source.File)] = source.File;
            error.Data[nameof(source.Line)] = source.Line;
        }

        error.Spell(message);
    }

    // A parameter wins over the row, as its value does.
    private static string? Typed(ResourceDescriptor resource, Column column, IReadOnlyDictionary<string, string> typed, PSObject? row)
    {
        if (typed.GetValueOrDefault(column.Name) is { } parameter)
        {
            return parameter;
        }

        var heading = row?.Properties.FirstOrDefault(p => ResourceValues.FindColumn(resource, p.Name) == column)?.Name.Trim();
        return heading is null || string.Equals(heading, column.Name, StringComparison.OrdinalIgnoreCase) ? null : heading;
    }
}
