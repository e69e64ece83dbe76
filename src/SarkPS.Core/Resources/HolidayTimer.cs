using SarkPS.Descriptors;
using SarkPS.Resources;
using SarkPS.Rules;

namespace SarkPS;

/// <summary>
/// A time from one moment to another in which the calls of a tenant go to one destination, whether its day timers have it
/// open or closed.
/// </summary>
public sealed class HolidayTimer : SarkRecord, ISarkResource<HolidayTimer>
{
    /// <inheritdoc/>
    public static ResourceDescriptor<HolidayTimer> Descriptor { get; } =
        new ResourceBuilder<HolidayTimer>("HolidayTimer", "holidaytimers", "Holiday")
            .Text(nameof(Tenant), "cluster", Rule.Exists(References.Tenant)).Default("default").Filter()
            .Text(nameof(Route), "route", Rule.String).Default("None")
                .Destination("routeclass", "The routing target could not be resolved {0}")
            .Text(nameof(Description), "desc", Rule.String)
            .Time(nameof(Start), "stime", Rule.Digits(10), Rule.Nullable).Default(null)
            .Time(nameof(End), "etime", Rule.Digits(10), Rule.Nullable).Default(null)
            .GeneratedKey("id")
            .Integer(nameof(RouteClass), "routeclass").ReadOnly().Default("0")
            .Stamps()
            .HiddenDefault("pkey", null)
            .Hooks(new HolidayTimerHooks())
            .TableView((nameof(Key), 5), (nameof(Tenant), 12), nameof(Start), nameof(End), (nameof(Route), 10), nameof(Description))
            .Build();

    /// <summary>The tenant that it belongs to.</summary>
    public string? Tenant { get; init; }

    /// <summary>Destination of the tenant's calls from outside while it holds; afterwards they go where they went before.</summary>
    public string? Route { get; init; }

    /// <summary>What people call the timer.</summary>
    public string? Description { get; init; }

    /// <summary>When it begins; without it, it has begun.</summary>
    public DateTimeOffset? Start { get; init; }

    /// <summary>When it ends; without it, it never holds.</summary>
    public DateTimeOffset? End { get; init; }

    /// <summary>Number of the timer, which the database gives.</summary>
    public string? Key { get; init; }

    /// <summary>Class of the destination.</summary>
    public int? RouteClass { get; init; }

    /// <summary>The key.</summary>
    public override string ToString() => Key ?? "";
}
