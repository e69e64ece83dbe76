using System.Management.Automation;

namespace SarkPS.Cmdlets;

/// <summary>Changes rows, and so can say why.</summary>
public abstract class SarkChangeCommand : SarkCmdlet
{
    /// <summary>Why it is done; Get-SarkChange tells it.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(SarkCompleter))]
    public string? Reason { get; set; }

    private protected override string? ChangeReason => Reason;

    private protected override bool ChangesRows => true;
}
