using SarkPS.Descriptors;

namespace SarkPS.Resources;

/// <summary>The tenant that everything falls back to stays.</summary>
internal sealed class TenantHooks : ResourceHooks
{
    public const string DefaultTenant = "default";

    public override IReadOnlyList<(string Table, string[] Columns)> Uses => [("globals", ["SYSOP"])];

    /// <summary>Who answers a new tenant's callers that nobody else does: whoever the exchange names.</summary>
    public static object? ExchangeOperator(WriteContext context) =>
        context.Session.Select("globals") is [var row, ..] && row.Text("SYSOP") is { Length: > 0 } name ? name : null;

    public override void BeforeRemove(ResourceDescriptor resource, IRowSession session, SarkRow row)
    {
        if (row.Text(resource.KeyColumn) == DefaultTenant)
        {
            throw new SarkConflictException(resource.Noun, DefaultTenant, "Error - Cannot delete default tenant!");
        }
    }
}
