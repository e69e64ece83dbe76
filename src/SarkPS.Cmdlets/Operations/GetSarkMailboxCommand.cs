using System.Management.Automation;
using SarkPS.Ami;

namespace SarkPS.Cmdlets;

/// <summary><c>Get-SarkMailbox</c>: how many messages a mailbox holds.</summary>
[Cmdlet(VerbsCommon.Get, "SarkMailbox")]
[OutputType(typeof(Mailbox))]
public sealed class GetSarkMailboxCommand : SarkCmdlet
{
    /// <summary>The box, usually an extension; with <c>@context</c> for one outside the context <c>default</c>.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [Alias("Mailbox", "Key", "pkey")]
    [ValidateNotNullOrEmpty]
    public string[] Name { get; set; } = [];

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        foreach (var name in Name)
        {
            Try(() => WriteObject(Wait(token => Backend.Asterisk.GetMailboxAsync(name, token))));
        }
    }
}
