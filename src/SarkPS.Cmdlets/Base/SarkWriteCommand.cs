using System.Management.Automation;
using SarkPS.Cmdlets.Csv;
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

    // What $_ is in a script block: the row that is worked on.
    private Func<object?> row = () => null;

    private readonly HashSet<string> warned = new(StringComparer.OrdinalIgnoreCase);

    // What was typed for which column.
    private readonly Dictionary<string, string> typed = [];

    private protected static ResourceDescriptor<T> Resource => T.Descriptor;

    /// <summary>The columns whose parameters were given.</summary>
    private protected virtual Changes FromParameters()
    {
        var changes = new Changes();
        foreach (var (name, value) in MyInvocation.BoundParameters)
        {
            if (Resource.FindFamily(name) is { } family)
            {
                var parts = value is null ? [] : FamilyValues.Spread(Resource, family, value).ToList();
                parts.ForEach(p => Add(p.Column, p.Value, $"{name} {family.Keys[p.Column.Place!.Number]} {p.Column.Place.Property.Name}"));
                if (parts.Count == 0)
                {
                    throw new SarkException(SarkErrorKind.BadRequest, Resource.Noun, null, $"-{name} names no {FamilyValues.Word(family)}; {FamilyValues.Wanted(family)}.");
                }
            }
            else if (Resource.FindProperty(name) is { } column && column.Name != Resource.KeyColumn)
            {
                Add(column, SarkValueAttribute.Script(value) is { } script ? Ask(script) : value, name);
            }
        }

        return changes;

        void Add(Column column, object? value, string name)
        {
            typed[column.Name] = "-" + name;
            changes[column.Name] = ResourceValues.ToWire(column, value);
        }
    }

    /// <summary>The columns of a row that was piped in.</summary>
    /// <param name="row">The row.</param>
    /// <param name="isCreate">Whether it is to be made.</param>
    /// <param name="newKey">The key that it is to have then, where that is known.</param>
    private protected Changes FromRow(PSObject row, bool isCreate, string? newKey = null) => ResourceValues.FromRow(Resource, row, isCreate, newKey, WarnOf);

    private void WarnOf(string name)
    {
        if (!ResourceValues.IsOwn(Resource, name) && warned.Add(name))
        {
            WriteWarning($"'{name}' is no property of {Resource.PluralName} and is left out.{DelimiterHint(name)}");
        }
    }

    // A whole line of headings as one name is a file that was read with another delimiter than it was written with.
    private static string DelimiterHint(string name) => Delimiters.Hint(name, parts => parts.Any(p => ResourceValues.FindColumn(Resource, p) is not null));

    /// <summary>Adds what was given as a parameter: it wins over what was piped in.</summary>
    private protected Changes WithParameters(Changes changes)
    {
        foreach (var (column, value) in FromParameters())
        {
            changes[column] = value;
        }

        return changes;
    }

    /// <inheritdoc/>
    private protected override ErrorRecord Describe(SarkException error)
    {
        Spelling.Apply(error, Resource, typed, PipedRow);
        return base.Describe(error);
    }

    /// <summary>Says which row is worked on, for script blocks that ask for it.</summary>
    private protected void WorkOn(Func<object?> current) => row = current;

    /// <summary>What a script block says of the row that is worked on.</summary>
    /// <exception cref="SarkException">It failed.</exception>
    private protected object? Ask(ScriptBlock script)
    {
        try
        {
            var said = script.InvokeWithContext(null, [new PSVariable("_", row())]);
            return said.Count switch { 0 => null, 1 => said[0], _ => said.ToArray() };
        }
        catch (RuntimeException error)
        {
            throw new SarkException(SarkErrorKind.BadRequest, Resource.Noun, row(), $"The script block {{{script}}} failed: {error.Message}", error);
        }
    }

    /// <summary>The columns of a row whose properties were set to something else since it was read, or were added to it.</summary>
    /// <param name="record">The row.</param>
    /// <param name="piped">The object that it was piped in as.</param>
    private protected Changes ChangedSince(T record, PSObject piped)
    {
        var before = record.Raw is SarkRow stored ? Resource.Materialize(stored) : new T();
        var changes = new Changes();
        foreach (var column in Resource.Columns.Where(c => c is { Property: not null, IsHidden: false } && c.Name != Resource.KeyColumn))
        {
            var (was, now) = (column.ValueIn(before), column.ValueIn(record));
            if (!Equals(was is "" ? null : was, now is "" ? null : now))
            {
                changes[column.Name] = ResourceValues.ToWire(column, now);
            }
        }

        // What a script has put over a property, with Add-Member, is what it shows since.
        foreach (var added in piped.Properties.OfType<PSNoteProperty>().Where(p => p.IsInstance))
        {
            var columns = ResourceValues.Columns(Resource, added.Name, added.Value).Where(c => c.Column.Name != Resource.KeyColumn).ToList();
            columns.ForEach(c => changes[c.Column.Name] = ResourceValues.ToWire(c.Column, c.Value));
            if (columns.Count == 0)
            {
                WarnOf(added.Name);
            }
        }

        return changes;
    }
}
