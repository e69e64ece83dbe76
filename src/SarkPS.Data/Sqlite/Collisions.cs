using System.Collections.Concurrent;
using SarkPS.Descriptors;
using SarkPS.Rules;

namespace SarkPS.Data.Sqlite;

/// <summary>
/// Names that SARK's generator writes into one file: two of the same name become one there, and one that SARK uses itself
/// merges with its own.
/// </summary>
internal static class Collisions
{
    private const string Technology = "technology";
    private const string Sip = "SIP";

    private static readonly ConcurrentDictionary<NameSpace, (ResourceDescriptor Resource, Column Column)[]> Spaces = new();

    /// <summary>What a name would merge with, as a sentence; null where with nothing.</summary>
    /// <param name="session">The database.</param>
    /// <param name="resource">The resource of the row.</param>
    /// <param name="column">The column that holds the name.</param>
    /// <param name="name">The name.</param>
    public static string? Find(IRowSession session, ResourceDescriptor resource, Column column, string name)
    {
        foreach (var space in column.NameSpaces)
        {
            if (space.IsReserved(name))
            {
                return $"The {RuleSet.Spell(column.Name)} '{name}' would become {space.Description} that SARK uses itself, and both "
                    + "would merge. Choose another name.";
            }

            if (name.StartsWith('_') && space == NameSpace.Extensions)
            {
                return $"The {RuleSet.Spell(column.Name)} '{name}' would become a pattern of the dial plan, and every number that fits "
                    + "would lead there. Choose a name without an underscore at its beginning.";
            }

            // Within one table the key itself sees to it.
            foreach (var (other, _) in Sharing(space).Where(
                s => s.Resource.Table != resource.Table && session.Exists(s.Resource.Table, s.Column.Name, name)))
            {
                return $"The {RuleSet.Spell(column.Name)} '{name}' would become {space.Description}, as the "
                    + $"{SarkText.Words(other.Noun)} '{name}' is one, and both would merge. Choose another name.";
            }
        }

        return null;
    }

    /// <summary>Looks at the section of the peer that a row is about to become.</summary>
    public static void CheckSection(WriteContext context)
    {
        if (SectionColumn(context.Resource, context.Session, context.Final) is not { } column
            || !(context.IsCreate || context.Row.Has(column)) || context.HasError(column)
            || FindSection(context.Session, context.Resource, context.Final) is not { } clash)
        {
            return;
        }

        // Two accounts of one name are what sark6api has been seen to take.
        if (clash.IsTelephone)
        {
            context.AddError(column, clash.Message);
        }
        else
        {
            context.AddNotice(clash.Message);
        }
    }

    /// <summary>What the section of a peer would merge with that a row becomes; null where with nothing.</summary>
    /// <param name="session">The database.</param>
    /// <param name="resource">The resource of the row.</param>
    /// <param name="values">The row's columns.</param>
    public static (string Column, string Message, bool IsTelephone)? FindSection(
        IRowSession session,
        ResourceDescriptor resource,
        Func<string, string?> values)
    {
        if (SectionColumn(resource, session, values) is not { } column || values(column) is not { Length: > 0 } name)
        {
            return null;
        }

        var (telephones, trunks) = (Extension.Descriptor, Trunk.Descriptor);
        var technology = values(Technology);
        var isTrunk = resource == trunks;
        if (isTrunk && technology == Sip && session.Select(telephones.Table, (telephones.KeyColumn, name), (Technology, Sip)).Count > 0)
        {
            return (column, Merged($"the extension '{name}'"), true);
        }

        var other = session.Select(trunks.Table, (SectionOf(session, technology), name), (Technology, technology))
            .FirstOrDefault(row => !isTrunk || row.Text(trunks.KeyColumn) != values(trunks.KeyColumn));
        return other is null ? null : (column, Merged($"the trunk '{other.Text(trunks.KeyColumn)}'"), !isTrunk);

        string Merged(string with) =>
            $"The {RuleSet.Spell(column)} '{name}' would become a section of the configuration of peers, as {with} does, and both "
                + "would merge. Choose another name.";
    }

    // A telephone is called by its key, and so is a trunk in the file that is written for chan_pjsip; others by their peer.
    private static string? SectionColumn(ResourceDescriptor resource, IRowSession session, Func<string, string?> values) =>
        resource == Extension.Descriptor && values(Technology) == Sip ? resource.KeyColumn
        : resource == Trunk.Descriptor ? SectionOf(session, values(Technology))
        : null;

    private static string SectionOf(IRowSession session, string? technology) =>
        technology == Sip && session.Version.IsSince(SarkVersion.V65) ? Trunk.Descriptor.KeyColumn : "peername";

    private static (ResourceDescriptor Resource, Column Column)[] Sharing(NameSpace space) => Spaces.GetOrAdd(
        space,
        wanted => [.. SarkResources.All.SelectMany(r => r.Columns.Where(c => c.NameSpaces.Contains(wanted)).Select(c => (r, c)))]);
}
