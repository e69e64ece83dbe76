using System.Management.Automation;
using SarkPS.Descriptors;

namespace SarkPS.Cmdlets;

/// <summary>Tells the kind of an extension from what is said of it.</summary>
internal static class ExtensionKind
{
    public static CreateKind? Choose(string? name, Changes changes, PSObject? row)
    {
        name = (name ?? row?.Properties.FirstOrDefault(p => ResourceValues.IsNamed(p.Name, "Kind"))?.Value as string)?.Trim();
        if (string.IsNullOrEmpty(name))
        {
            return Extension.Descriptor.KindFor(changes);
        }

        var kinds = Extension.Descriptor.Kinds;
        return kinds.FirstOrDefault(k => string.Equals(k.Name, name, StringComparison.OrdinalIgnoreCase))
            ?? throw new SarkValidationException(
                "Extension",
                changes["pkey"],
                "kind",
                $"There is no kind of extension '{name}'; there are {string.Join(", ", kinds.Select(k => k.Name))}.");
    }
}
