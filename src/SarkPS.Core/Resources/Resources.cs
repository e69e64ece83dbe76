using SarkPS.Descriptors;

namespace SarkPS;

/// <summary>Every resource that is kept in a table.</summary>
public static class SarkResources
{
    /// <summary>All of them, by noun.</summary>
    public static IReadOnlyList<ResourceDescriptor> All { get; } =
    [
        Agent.Descriptor,
        CosClose.Descriptor,
        CosOpen.Descriptor,
        CosRule.Descriptor,
        CustomApp.Descriptor,
        DayTimer.Descriptor,
        Extension.Descriptor,
        Global.Descriptor,
        HolidayTimer.Descriptor,
        InboundRoute.Descriptor,
        Ivr.Descriptor,
        Queue.Descriptor,
        RingGroup.Descriptor,
        Route.Descriptor,
        Template.Descriptor,
        Tenant.Descriptor,
        Trunk.Descriptor,
    ];

    /// <summary>The resource of a noun such as <c>Trunk</c>.</summary>
    /// <exception cref="KeyNotFoundException">There is none.</exception>
    public static ResourceDescriptor Find(string noun) =>
        All.FirstOrDefault(r => r.Noun == noun) ?? throw new KeyNotFoundException($"There is no resource {noun}.");

    /// <summary>The resource that an address means, such as <c>trunks</c>, by any of its names there; null where there is none.</summary>
    public static ResourceDescriptor? OfRoute(string? route) =>
        route is null ? null : All.FirstOrDefault(r => r.Route == route || r.RouteAliases.Contains(route));

    /// <summary>The resource of a name that somebody wrote, be it that of cmdlets, of an address or of people; null for none.</summary>
    public static ResourceDescriptor? Named(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        var plain = Plain(name);
        return All.FirstOrDefault(r => Plain(r.Noun) == plain || Plain(r.Route) == plain || Plain(r.PluralName) == plain
            || Plain("Sark" + r.Noun) == plain || r.RouteAliases.Any(a => Plain(a) == plain));

        static string Plain(string text) => string.Concat(text.Where(char.IsLetterOrDigit)).ToUpperInvariant();
    }

    /// <summary>The same, where it has to be one.</summary>
    /// <param name="name">The name.</param>
    /// <param name="noun">What is worked on, for the id of the error.</param>
    /// <exception cref="SarkException">There is none; the message names those that are allowed.</exception>
    public static ResourceDescriptor RequireNamed(string name, string noun) => Named(name) ?? throw Unknown(name, noun);

    /// <summary>What is told of a name that is no resource.</summary>
    /// <param name="name">The name.</param>
    /// <param name="noun">What is worked on, for the id of the error.</param>
    /// <param name="place">Where it stands; null where that need not be said.</param>
    public static SarkException Unknown(string name, string noun, string? place = null) => new(
        SarkErrorKind.BadRequest,
        noun,
        name,
        $"'{SarkText.Printable(name)}' is no resource; allowed are {string.Join(", ", All.Select(r => r.Noun))}."
            + (place is null ? "" : $" ({place})"));
}
