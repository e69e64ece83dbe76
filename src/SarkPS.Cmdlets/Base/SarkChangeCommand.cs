using System.Management.Automation;

namespace SarkPS.Cmdlets;

/// <summary>Does what stands in the history, and so can say why.</summary>
public abstract class SarkChangeCommand : SarkCmdlet
{
    /// <summary>Why it is done; Get-SarkChange tells it.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(SarkCompleter))]
    public string? Reason { get; set; }

    private protected override string? ChangeReason => Reason;

    /// <summary>Who does it, and why. A service knows better who asks it.</summary>
    private protected ChangeNote Note => new(ChangeOrigin.Local, Reason);

    private protected override bool ChangesRows => true;
}
