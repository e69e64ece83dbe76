using SarkPS.Descriptors;
using SarkPS.Resources;
using SarkPS.Rules;

namespace SarkPS;

/// <summary>A queue that callers wait in until an agent takes them.</summary>
public sealed class Queue : SarkRecord, ISarkResource<Queue>
{
    /// <inheritdoc/>
    public static ResourceDescriptor<Queue> Descriptor { get; } =
        new ResourceBuilder<Queue>("Queue", "queues", "Queue")
            .Text(nameof(Configuration), "conf", Rule.String).Default(QueueDefaults.Configuration).Holds(Lengths.Block)
                .Form(ValueForm.Section).Names(References.MemberLines)
            .Tenant()
            .Text(nameof(Recording), "devicerec", Rule.In("None", "OTR", "OTRR", "Inbound")).Default("None")
            .Text(nameof(Greeting), "greetnum", Forms.Greeting).Default(null).Names(References.Greeting).Or("None")
            .Text(nameof(Options), "options", Rule.Alpha).Default("t").MayBeEmpty()
            .Key("pkey", Rule.DialledName).Among(NameSpace.Queues)
            .Stamps()
            .HiddenDefault("timeout", 0)
            .Hidden("id", "name", "outcome")
            .HiddenNames(RowNames.Destination, "outcome")
            .Hooks(new QueueHooks())
            .TableView((nameof(Key), 14), (nameof(Tenant), 12), nameof(Recording), (nameof(Greeting), 16), nameof(Options))
            .Build();

    /// <summary>Lines of Asterisk's queues.conf.</summary>
    public string? Configuration { get; init; }

    /// <summary>The tenant that it belongs to.</summary>
    public string? Tenant { get; init; }

    /// <summary>Which calls are recorded: None, OTR (on request), OTRR (on request, from the start) or Inbound.</summary>
    public string? Recording { get; init; }

    /// <summary>Greeting that callers hear first, such as usergreeting0012.</summary>
    public string? Greeting { get; init; }

    /// <summary>Letters of the options of Asterisk's application Queue.</summary>
    public string? Options { get; init; }

    /// <summary>Name of the queue.</summary>
    public string? Key { get; init; }

    /// <summary>The key.</summary>
    public override string ToString() => Key ?? "";
}
