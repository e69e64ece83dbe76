using SarkPS.Descriptors;
using SarkPS.Resources;
using SarkPS.Rules;

namespace SarkPS;

/// <summary>A template that telephones' configuration files are made from.</summary>
public sealed class Template : SarkRecord, ISarkResource<Template>
{
    /// <inheritdoc/>
    public static ResourceDescriptor<Template> Descriptor { get; } =
        new ResourceBuilder<Template>("Template", "templates", "Device")
            .Text(nameof(BlfTemplate), "blfkeyname", Rule.Exists(References.Template), Rule.Nullable).Or("None")
            .Text(nameof(Description), "desc", Rule.String)
            .Text(nameof(Provision), "provision", Rule.String, Rule.Nullable).Holds(Lengths.Block).Names(References.Includes)
            .Text(nameof(Technology), "technology", Rule.In("SIP", "Descriptor", "BLF Template")).Required().Filter()
            .Key("pkey").Form(ValueForm.Name)
            .Text(nameof(Owner), "owner").ReadOnly().Default("cust").Filter()
            .Stamps()
            .Hidden("blfkeys", "device", "fkeys", "imageurl", "legacy", "noproxy", "pkeys", "sipiaxfriend", "tftpname", "zapdevfixed")
            .ListWhere("legacy")
            .Alias("templatess")
            .Hooks(new TemplateHooks())
            .TableView((nameof(Key), 20), nameof(Technology), (nameof(Owner), 6), (nameof(BlfTemplate), 14), nameof(Description))
            .Build();

    /// <summary>Template of the keys with lamps, for templates of technology SIP.</summary>
    public string? BlfTemplate { get; init; }

    /// <summary>What people call the template.</summary>
    public string? Description { get; init; }

    /// <summary>Lines of the configuration file.</summary>
    public string? Provision { get; init; }

    /// <summary>SIP, Descriptor or BLF Template.</summary>
    public string? Technology { get; init; }

    /// <summary>Name of the template.</summary>
    public string? Key { get; init; }

    /// <summary>system for what came with SARK, cust for what was made here.</summary>
    public string? Owner { get; init; }

    /// <summary>The key.</summary>
    public override string ToString() => Key ?? "";
}
