using SarkPS.Descriptors;

namespace SarkPS.Resources;

/// <summary>The tenant that everything falls back to stays.</summary>
internal sealed class TenantHooks : ResourceHooks
{
    public const string DefaultTenant = "default";

    public override void BeforeRemove(ResourceDescriptor resource, IRowSession session, SarkRow row)
    {
        if (row.Text(resource.KeyColumn) == DefaultTenant)
        {
            throw new SarkConflictException(resource.Noun, DefaultTenant, "Error - Cannot delete default tenant!");
        }
    }
}
