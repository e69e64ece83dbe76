using System.Management.Automation;
using SarkPS.Descriptors;

namespace SarkPS.Cmdlets;

/// <summary>New- or Set- of a resource that sends calls somewhere, or names other rows of a tenant.</summary>
/// <typeparam name="T">The resource.</typeparam>
public abstract class SarkRoutedCommand<T> : SarkKeyedCommand<T>
    where T : SarkRecord, ISarkResource<T>, new()
{
    /// <summary>
    /// Takes destinations, members and paths that belong to another tenant. Without it they are refused, since a number that
    /// two tenants have is easily mistaken.
    /// </summary>
    [Parameter]
    public SwitchParameter AllowOtherTenant { get; set; }

    private protected override ChangeOptions WriteOptions => new(AllowsOtherTenant: AllowOtherTenant);
}
