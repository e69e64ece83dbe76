using SarkPS.Descriptors;

namespace SarkPS.Resources;

/// <summary>Files that SARK's own tools read.</summary>
internal static class Layouts
{
    /// <summary>
    /// What SARK's bulk loader reads: telephones, one a line, without headings. A number for calls from outside becomes an
    /// inbound route that leads to the telephone by day and by night.
    /// </summary>
    public static FileLayout BulkLoader { get; } = new(
    [
        new("macaddr", "macaddr"),
        new("vendordevice", "device"),
        new("pkey", "pkey"),
        new("name", "desc"),
        new("ddi", null) { Makes = MakeRoute },
        new("location", "location"),
        new("cluster", "cluster") { Default = TenantHooks.DefaultTenant },
    ]);

    private static (ResourceDescriptor Resource, Changes Values) MakeRoute(string number, Changes row)
    {
        var key = row["pkey"];
        return (InboundRoute.Descriptor, new Changes
        {
            ["pkey"] = number,
            ["carrier"] = "DiD",
            ["cluster"] = row["cluster"],
            ["openroute"] = key,
            ["closeroute"] = key,
            ["trunkname"] = key,
        });
    }
}
