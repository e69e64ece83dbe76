using SarkPS.Descriptors;
using SarkPS.Resources;
using SarkPS.Rules;

namespace SarkPS;

/// <summary>Somebody who logs in to queues with a number and a password.</summary>
public sealed class Agent : SarkRecord, ISarkResource<Agent>
{
    /// <inheritdoc/>
    public static ResourceDescriptor<Agent> Descriptor { get; } =
        new ResourceBuilder<Agent>("Agent", "agents", "Agent")
            .Tenant()
            .Text(nameof(Name), "name", Rule.AlphaDash).Required()
            .Text(nameof(Password), "passwd", Rule.Integer, Rule.Min(1000), Rule.Max(9999)).Required().Secret()
            .Text(nameof(Queue1), "queue1", Rule.Exists(References.Queue), Rule.Nullable).Default("None").Or("None")
            .Text(nameof(Queue2), "queue2", Rule.Exists(References.Queue), Rule.Nullable).Default("None").Or("None")
            .Text(nameof(Queue3), "queue3", Rule.Exists(References.Queue), Rule.Nullable).Default("None").Or("None")
            .Text(nameof(Queue4), "queue4", Rule.Exists(References.Queue), Rule.Nullable).Default("None").Or("None")
            .Text(nameof(Queue5), "queue5", Rule.Exists(References.Queue), Rule.Nullable).Default("None").Or("None")
            .Text(nameof(Queue6), "queue6", Rule.Exists(References.Queue), Rule.Nullable).Default("None").Or("None")
            .Key("pkey", Rule.Integer, Rule.Min(1000), Rule.Max(9999))
            .Stamps()
            .HiddenDefault("conf", null)
            .HiddenDefault("num", null)
            .TableView(
                (nameof(Key), 6), nameof(Name), (nameof(Tenant), 12), (nameof(Queue1), 10), (nameof(Queue2), 10),
                (nameof(Queue3), 10))
            .Build();

    /// <summary>The tenant that it belongs to.</summary>
    public string? Tenant { get; init; }

    /// <summary>Name of the agent.</summary>
    public string? Name { get; init; }

    /// <summary>Password that is dialled, four digits.</summary>
    internal string? Password { get; init; }

    /// <summary>First queue that the agent serves.</summary>
    public string? Queue1 { get; init; }

    /// <summary>Second queue that the agent serves.</summary>
    public string? Queue2 { get; init; }

    /// <summary>Third queue that the agent serves.</summary>
    public string? Queue3 { get; init; }

    /// <summary>Fourth queue that the agent serves.</summary>
    public string? Queue4 { get; init; }

    /// <summary>Fifth queue that the agent serves.</summary>
    public string? Queue5 { get; init; }

    /// <summary>Sixth queue that the agent serves.</summary>
    public string? Queue6 { get; init; }

    /// <summary>The number that the agent logs in with, 1000 to 9999.</summary>
    public string? Key { get; init; }

    /// <summary>The key.</summary>
    public override string ToString() => Key ?? "";
}
