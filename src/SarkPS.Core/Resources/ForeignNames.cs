using SarkPS.Descriptors;

namespace SarkPS.Resources;

/// <summary>A column of a table that is no resource, which names rows of resources all the same.</summary>
/// <param name="Table">The table, which only some versions of SARK have.</param>
/// <param name="KeyColumn">What tells its rows apart.</param>
/// <param name="Label">What people call one of its rows.</param>
/// <param name="Column">The column.</param>
/// <param name="Names">Which rows it names, and how.</param>
internal sealed record ForeignNames(string Table, string KeyColumn, string Label, string Column, RowNames Names)
{
    /// <summary>What SARK's own pages keep beside the resources: conference rooms, greetings, its users, keys with lamps.</summary>
    public static IReadOnlyList<ForeignNames> All { get; } =
    [
        new("meetme", "pkey", "Conference", "cluster", Of("Tenant")),
        new("Greeting", "pkey", "Greeting", "cluster", Of("Tenant")),
        new("User", "pkey", "User", "cluster", Of("Tenant")),
        new("User", "pkey", "User", "extension", Of("Extension")),
        new("callback", "pkey", "Callback", "cluster", Of("Tenant")),
        new("clid_blacklist", "pkey", "Blocked caller", "cluster", Of("Tenant")),
        new("IPphone_FKEY", "pkey", "Lamp key of extension", "value", Of("Extension")),
    ];

    private static RowNames Of(string noun) => new(NameForm.Key, noun);
}
