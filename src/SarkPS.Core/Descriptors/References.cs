using SarkPS.Rules;

namespace SarkPS.Descriptors;

/// <summary>The rows that columns name: whole keys, which sark6api's rules look up, and what stands in other spellings.</summary>
internal static class References
{
    public static Reference Tenant { get; } = new("Cluster", "pkey", "Tenant");

    public static Reference Extension { get; } = new("IPphone", "pkey", "Extension");

    public static Reference Queue { get; } = new("Queue", "pkey", "Queue");

    public static Reference CosRule { get; } = new("COS", "pkey", "CosRule");

    /// <summary>A row of lineIO; a route's path leads out over a trunk, but the original takes inbound routes too.</summary>
    public static Reference Line { get; } = new("lineIO", "pkey", "Trunk");

    public static Reference Template { get; } = new("Device", "pkey", "Template");

    public static RowNames Lines { get; } = new(NameForm.Key, "Trunk", "InboundRoute");

    /// <summary>Tenants separated by blanks.</summary>
    public static RowNames Tenants { get; } = new(NameForm.List, "Tenant");

    /// <summary>What a ring group rings.</summary>
    public static RowNames Members { get; } =
        new(NameForm.Channels, "Extension", "RingGroup", "Queue", "CustomApp", "Trunk") { LeadsCalls = true, IsExpanded = true };

    /// <summary>Who serves a queue.</summary>
    public static RowNames MemberLines { get; } =
        new(NameForm.MemberLines, "Extension", "RingGroup", "Queue", "CustomApp", "Trunk", "Agent") { LeadsCalls = true };

    /// <summary>The number, here or outside, that calls are diverted to.</summary>
    public static RowNames Diverted { get; } = new(NameForm.Number, "Extension", "RingGroup") { LeadsCalls = true, DivertsCalls = true };

    /// <summary>A telephone's maker, which need not have a template.</summary>
    public static RowNames Device { get; } = new(NameForm.Key, "Template") { IsChecked = false };

    /// <summary>Templates that a telephone's lines take in. They may be made later.</summary>
    public static RowNames Includes { get; } = new(NameForm.IncludeLines, "Template") { IsChecked = false, TellsMissing = true };

    /// <summary>A greeting, which is a file.</summary>
    public static RowNames Greeting { get; } = new(NameForm.Greeting, "Greeting") { IsChecked = false };
}
