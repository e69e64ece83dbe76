using System.Management.Automation;
using SarkPS.Ami;

namespace SarkPS.Cmdlets;

/// <summary><c>Get-SarkConferenceMember</c>: who is in a conference room. An empty room has nobody and is no error.</summary>
[Cmdlet(VerbsCommon.Get, "SarkConferenceMember")]
[OutputType(typeof(ConferenceMember))]
public sealed class GetSarkConferenceMemberCommand : SarkCmdlet
{
    /// <summary>The room's number or name.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [Alias("Name")]
    [ValidateNotNullOrEmpty]
    public string[] Conference { get; set; } = [];

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        foreach (var conference in Conference)
        {
            Try(() => WriteObject(Wait(token => Backend.Asterisk.GetConferenceMembersAsync(conference, token)), enumerateCollection: true));
        }
    }
}
