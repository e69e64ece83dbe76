using System.Management.Automation;
using SarkPS.Descriptors;

namespace SarkPS.Cmdlets;

/// <summary>
/// Makes or changes a row. The parameters of a resource are declared once, in a class between this one and its New- and
/// Set- cmdlets; which columns were given is read from the bound parameters, so nobody writes a line of code for one.
/// </summary>
/// <typeparam name="T">The resource.</typeparam>
public abstract class SarkWriteCommand<T> : SarkCmdlet
    where T : SarkRecord, ISarkResource<T>, new()
{
    /// <summary>The parameter set with values of its own.</summary>
    internal const string KeySet = "Key";

    /// <summary>The parameter set with a row from elsewhere.</summary>
    internal const string InputSet = "InputObject";

    private readonly HashSet<string> warned = new(StringComparer.OrdinalIgnoreCase);

    private protected static ResourceDescriptor<T> Resource => T.Descriptor;

    /// <summary>The columns whose parameters were given.</summary>
    private protected virtual Changes FromParameters()
    {
        var changes = new Changes();
        foreach (var (name, value) in MyInvocation.BoundParameters)
        {
            if (Resource.FindProperty(name) is { } column && column.Name != Resource.KeyColumn)
            {
                changes[column.Name] = ResourceValues.ToWire(column, value);
            }
        }

        return changes;
    }

    /// <summary>The columns of a row that was piped in.</summary>
    private protected Changes FromRow(PSObject row, bool isCreate) => ResourceValues.FromRow(Resource, row, isCreate, name =>
    {
        if (warned.Add(name))
        {
            WriteWarning($"'{name}' is no property of {Resource.PluralName} and is left out.");
        }
    });

    /// <summary>Adds what was given as a parameter: it wins over what was piped in.</summary>
    private protected Changes WithParameters(Changes changes)
    {
        foreach (var (column, value) in FromParameters())
        {
            changes[column] = value;
        }

        return changes;
    }

    /// <summary>The key that a row carries, or null.</summary>
    private protected static string? KeyOf(PSObject row)
    {
        if (row.BaseObject is string text)
        {
            return text;
        }

        var property = row.Properties["Key"] ?? row.Properties[Resource.KeyColumn];
        return property?.Value is { } value ? LanguagePrimitives.ConvertTo<string>(value) : null;
    }
}
