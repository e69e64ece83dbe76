using SarkPS.Descriptors;
using SarkPS.Rules;

namespace SarkPS.Data.Sqlite;

/// <summary>Looks through all rows for what SARK's own programs cannot carry, by what descriptors say of the columns.</summary>
internal static class Inspection
{
    /// <summary>What is wrong, the worst first.</summary>
    public static IReadOnlyList<ConfigurationFault> Read(RowSession session)
    {
        var faults = session.Apostrophes().Select(Losing).ToList();
        foreach (var resource in SarkResources.All)
        {
            foreach (var row in session.Select(resource.Table, [], resource.Filter is { } filter ? [filter] : [], null, ["rowid"], null))
            {
                faults.AddRange(Of(session, resource, row));
            }
        }

        return [.. faults.OrderBy(f => f.Kind)];
    }

    private static ConfigurationFault Losing(ApostropheValue value)
    {
        var resource = SarkResources.All.FirstOrDefault(r => string.Equals(r.Table, value.Table, StringComparison.OrdinalIgnoreCase)
            && (r.Filter is not { } filter
                || filter.Values.Contains(value.Row.GetValueOrDefault(filter.Column) ?? "") != filter.IsExclusion));
        var column = resource?.Find(value.Column);
        return new ConfigurationFault
        {
            Kind = FaultKind.LosesRows,
            Resource = resource?.Noun ?? value.Table,
            Key = resource is null ? value.Key : value.Row.Text(resource.KeyColumn),
            Tenant = value.Row.Text("cluster"),
            Property = column?.Property ?? value.Column,
            Column = value.Column,
            // What no descriptor knows may be a secret.
            Value = column is { IsSecret: false, IsHidden: false } ? SarkText.Printable(value.Row.Text(value.Column)!) : null,
            Problem = $"The {RuleSet.Spell(value.Column)} holds {ValueForm.Apostrophe}.",
        };
    }

    private static IEnumerable<ConfigurationFault> Of(RowSession session, ResourceDescriptor resource, SarkRow row)
    {
        var key = row.Text(resource.KeyColumn);
        foreach (var column in resource.Columns)
        {
            if (column.Form is { } form && row.Text(column.Name) is { Length: > 0 } value && !value.Contains('\'', StringComparison.Ordinal)
                && column.Names?.Words.Contains(value) != true)
            {
                if (form.Fault(value) is { } fault)
                {
                    yield return Fault(FaultKind.Value, column, $"The {RuleSet.Spell(column.Name)} holds {fault}.");
                }
                else if (form.Size(value) is var length && length > form.MaxLength)
                {
                    yield return Fault(
                        FaultKind.Value,
                        column,
                        $"The {RuleSet.Spell(column.Name)} has {length} {form.Unit}; beyond {form.MaxLength} Asterisk cuts it off.");
                }

                if (Collisions.Find(session, resource, column, value) is { } collision)
                {
                    yield return Fault(FaultKind.Collision, column, collision);
                }
            }
        }

        if (Collisions.FindSection(session, resource, row.Text) is { } merged)
        {
            yield return Fault(FaultKind.Collision, resource.Find(merged.Column)!, merged.Message);
        }

        if (key is { Length: > 0 } && CallLoops.Find(session, resource, row) is { } loop)
        {
            yield return Fault(FaultKind.Loop, loop.Column, loop.Message);
        }

        foreach (var (kind, column, problem) in resource.Hooks.Inspect(resource, session, row))
        {
            yield return Fault(kind, resource.Find(column)!, problem);
        }

        ConfigurationFault Fault(FaultKind kind, Column column, string problem) => new()
        {
            Kind = kind,
            Resource = resource.Noun,
            Key = key,
            Tenant = row.Text("cluster"),
            Property = column.Property ?? column.Name,
            Column = column.Name,
            Value = column.IsSecret || row.Text(column.Name) is not { } text ? null : SarkText.Printable(text),
            Problem = problem,
        };
    }
}
