using System.Text.RegularExpressions;
using SarkPS.Descriptors;

namespace SarkPS;

/// <summary>Something that a call can be sent to.</summary>
public sealed class Destination
{
    /// <summary>The name that routes, menus and ring groups hold.</summary>
    public string Name { get; init; } = "";

    /// <summary>What it is: Extension, RingGroup, Queue, Ivr, CustomApp, Trunk, or Target for the fixed ones.</summary>
    public string Kind { get; init; } = "";

    /// <summary>The number by which SARK's dial plan tells kinds of destinations apart.</summary>
    public int RouteClass { get; init; }

    /// <summary>The tenant that it belongs to; null for the fixed ones.</summary>
    public string? Tenant { get; init; }

    /// <summary>The name.</summary>
    public override string ToString() => Name;
}

/// <summary>Which destinations there are, and the class of each.</summary>
public static partial class Destinations
{
    /// <summary>Targets that exist on every exchange, with their classes. Names compare with case.</summary>
    public static IReadOnlyDictionary<string, int> Fixed { get; } = new Dictionary<string, int>(StringComparer.Ordinal)
    {
        ["None"] = 0,
        ["Operator"] = 100,
        ["Hangup"] = 101,
        ["Default IVR"] = 3,
        ["DISA"] = 5,
        ["CALLBACK"] = 6,
        ["Retrieve Voicemail"] = 20,
        ["Leave Voicemail"] = 21,
    };

    /// <summary>
    /// The ring group that SARK makes itself in the tenant default. Every tenant's calls may lead to it, as a new one's
    /// operator does.
    /// </summary>
    internal const string RingAll = "RINGALL";

    /// <summary>The last part of their address.</summary>
    public const string Route = "destinations";

    /// <summary>
    /// The resources that calls can be sent to, in the order in which a name is looked up. Extensions and trunks have more
    /// to it, see <see cref="Resolve"/>.
    /// </summary>
    public static IReadOnlyList<DestinationKind> Kinds { get; } =
    [
        new(Extension.Descriptor, 1, "Extensions", ["pkey"]),
        new(RingGroup.Descriptor, 1, "RingGroups", ["pkey"]),
        new(Queue.Descriptor, 4, "Queues", []),
        new(Ivr.Descriptor, 2, "IVRs", []),
        new(CustomApp.Descriptor, 10, "CustomApps", ["pkey"]),
        new(Trunk.Descriptor, 9, "Trunks", [], SiblingRouteClass: 8),
    ];

    /// <summary>The tables and columns that are named to tell a trunk's class, beside those of the kinds.</summary>
    internal static IReadOnlyList<(string Table, string[] Columns)> Uses =>
        [("lineIO", ["pkey", "carrier"]), ("Carrier", ["pkey", "carriertype"])];

    /// <summary>The class of a destination, or null when nothing has that name.</summary>
    internal static int? Resolve(IRowSession session, string name)
    {
        if (name is "" or "0")
        {
            return 0;
        }

        if (Fixed.TryGetValue(name, out var known))
        {
            return known;
        }

        foreach (var kind in Kinds)
        {
            switch (kind.Resource.Noun)
            {
                case nameof(Extension):
                    // Three to six digits, with a star before them for the mailbox of the extension.
                    if (ExtensionOrMailbox().IsMatch(name)
                        && session.Exists(kind.Resource.Table, kind.Resource.KeyColumn, name.TrimStart('*')))
                    {
                        return kind.RouteClass;
                    }

                    break;
                case nameof(Trunk):
                    if (session.Select(kind.Resource.Table, (kind.Resource.KeyColumn, name)) is [var line, ..]
                        && session.Select("Carrier", ("pkey", line["carrier"])) is [var carrier, ..])
                    {
                        return carrier.Text("carriertype") == "group" && !name.Contains('~', StringComparison.Ordinal)
                            ? 11
                            : kind.ClassOf(name);
                    }

                    break;
                default:
                    if (session.Exists(kind.Resource.Table, kind.Resource.KeyColumn, name))
                    {
                        return kind.RouteClass;
                    }

                    break;
            }
        }

        // A conference room of SARK's own pages is dialled like an extension.
        return session.Exists("meetme", "pkey", name) ? 1 : null;
    }

    /// <summary>Whether a destination is the mailbox of an extension: its number with a star before it.</summary>
    internal static bool IsMailbox(string name) => name.StartsWith('*') && ExtensionOrMailbox().IsMatch(name);

    [GeneratedRegex(@"\A\*?[0-9]{3,6}\z", RegexOptions.CultureInvariant)]
    private static partial Regex ExtensionOrMailbox();
}

/// <summary>A resource that calls can be sent to.</summary>
/// <param name="Resource">The resource.</param>
/// <param name="RouteClass">The class of its rows.</param>
/// <param name="Group">The name under which the service lists them.</param>
/// <param name="OrderBy">How the service sorts them; empty means as created.</param>
/// <param name="SiblingRouteClass">The class of those that lead to another SARK, whose names have a <c>~</c>.</param>
public sealed record DestinationKind(
    ResourceDescriptor Resource,
    int RouteClass,
    string Group,
    IReadOnlyList<string> OrderBy,
    int? SiblingRouteClass = null)
{
    /// <summary>The class of one of them.</summary>
    public int ClassOf(string name) =>
        SiblingRouteClass is { } sibling && name.Contains('~', StringComparison.Ordinal) ? sibling : RouteClass;
}
