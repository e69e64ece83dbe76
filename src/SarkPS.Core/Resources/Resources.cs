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
}
