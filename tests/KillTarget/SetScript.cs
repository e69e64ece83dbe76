using System.Globalization;
using SarkPS.Descriptors;

namespace SarkPS.KillTarget;

/// <summary>
/// The change sets that one writer applies, one after the other. Each carries its name as the reason, so that the history tells
/// which it was. Of every four the first has one step with a cascade, the second makes several rows of which one is known by its
/// step only, the third changes rows that other writers change too, and the fourth removes, with the cascades of that.
/// </summary>
/// <param name="run">The process, a number of two digits.</param>
/// <param name="writer">The writer, a number of one digit.</param>
public sealed class SetScript(int run, int writer)
{
    /// <summary>After how many sets the keys begin anew.</summary>
    public const int Most = 4 * 100;

    /// <summary>The kinds of sets, in their order.</summary>
    public static IReadOnlyList<string> Kinds { get; } = ["single", "office", "update", "clear"];

    /// <summary>The kind of a set.</summary>
    /// <param name="name">Its name.</param>
    public static string KindOf(string name) => name[..name.IndexOf('-', StringComparison.Ordinal)];

    /// <summary>A set.</summary>
    /// <param name="number">Which, from 0.</param>
    public ChangeSet this[int number]
    {
        get
        {
            var name = string.Create(CultureInfo.InvariantCulture, $"{Kinds[number % 4]}-{run}-{writer}-{number}");
            return new ChangeSet(Steps(number / 4, number % 4, name)) { Reason = name };
        }
    }

    private ChangeStep[] Steps(int block, int kind, string name)
    {
        var tenant = string.Create(CultureInfo.InvariantCulture, $"t{run}{writer}{block:00}");
        var extension = string.Create(CultureInfo.InvariantCulture, $"{run}{writer}{block:00}");
        return kind switch
        {
            0 => [Make(extension + 1, "default")],
            1 =>
            [
                Create(Tenant.Descriptor, ("pkey", tenant), ("description", name)),
                Make(extension + 2, tenant),
                Make(extension + 3, tenant),
                Create(DayTimer.Descriptor, ("cluster", tenant)) with { Id = "timer" },
                Update(DayTimer.Descriptor, null, "desc", name) with { KeyOf = "timer" },
                // Their names are drawn, and of many two would be the same.
                new(ChangeAction.Remove, DayTimer.Descriptor) { KeyOf = "timer" },
            ],
            2 =>
            [
                Update(Extension.Descriptor, extension + 1, "desc", name),
                Update(Tenant.Descriptor, tenant, "description", name),
                Update(Tenant.Descriptor, "default", "description", name),
            ],
            _ =>
            [
                Remove(Extension.Descriptor, extension + 1),
                Remove(Tenant.Descriptor, tenant),
                Remove(Extension.Descriptor, extension + 2),
            ],
        };
    }

    private static ChangeStep Make(string key, string tenant) =>
        Create(Extension.Descriptor, ("pkey", key), ("cluster", tenant)) with
        {
            Kind = Extension.Descriptor.Kinds.Single(k => k.Route == "unprovisioned"),
        };

    private static ChangeStep Create(ResourceDescriptor resource, params (string Column, object? Value)[] values)
    {
        var changes = new Changes();
        foreach (var (column, value) in values)
        {
            changes[column] = value;
        }

        return new(ChangeAction.Create, resource) { Values = changes };
    }

    private static ChangeStep Update(ResourceDescriptor resource, string? key, string column, string value) =>
        new(ChangeAction.Update, resource) { Key = key is null ? null : new RowKey(key), Values = new Changes { [column] = value } };

    private static ChangeStep Remove(ResourceDescriptor resource, string key) =>
        new(ChangeAction.Remove, resource) { Key = new RowKey(key), Options = new ChangeOptions(Force: true) };
}
