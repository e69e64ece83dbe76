using SarkPS.Descriptors;

namespace SarkPS.Resources;

/// <summary>
/// The pairs of a rule go with it. SARK would go on including a rule that is gone in the dial plan of each extension, and a
/// new rule of the same name would take hold of them all.
/// </summary>
internal sealed class CosRuleHooks : ResourceHooks
{
    public override void AfterRemove(ResourceDescriptor resource, IRowSession session, SarkRow row)
    {
        foreach (var pair in new ResourceDescriptor[] { CosOpen.Descriptor, CosClose.Descriptor })
        {
            session.Delete(pair.Table, (pair.SecondKeyColumn!, row.Text(resource.KeyColumn)));
        }
    }
}
