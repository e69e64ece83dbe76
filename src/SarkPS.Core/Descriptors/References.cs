using SarkPS.Rules;

namespace SarkPS.Descriptors;

/// <summary>The tables whose keys other columns hold.</summary>
internal static class References
{
    public static Reference Tenant { get; } = new("Cluster", "pkey", "Tenant");

    public static Reference Extension { get; } = new("IPphone", "pkey", "Extension");

    public static Reference Queue { get; } = new("Queue", "pkey", "Queue");

    public static Reference CosRule { get; } = new("COS", "pkey", "CosRule");

    /// <summary>A row of lineIO; a route's path leads out over a trunk, but the original takes inbound routes too.</summary>
    public static Reference Line { get; } = new("lineIO", "pkey", "Trunk");

    public static Reference Template { get; } = new("Device", "pkey", "Template");
}
