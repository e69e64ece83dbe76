using System.Management.Automation;
using SarkPS.Ami;

namespace SarkPS.Cmdlets;

/// <summary><c>Get-SarkConferenceMember</c>: who is in a conference room. An empty room has nobody and is no error.</summary>
[Cmdlet(VerbsCommon.Get, "SarkConferenceMember", DefaultParameterSetName = KeySet)]
[OutputType(typeof(ConferenceMember))]
public sealed class GetSarkConferenceMemberCommand() : SarkNamedCommand(
    nameof(Ami.Conference),
    [nameof(Ami.Conference), nameof(ConferenceMember)],
    "Conference",
    "Name")
{
    /// <summary>The room's number or name.</summary>
    [Parameter(Mandatory = true, Position = 0, ParameterSetName = KeySet)]
    [Alias("Name")]
    [SarkKey]
    [ArgumentCompleter(typeof(SarkCompleter))]
    public string[] Conference { get; set; } = [];

    private protected override string[] Names => Conference;

    private protected override void Process(string name) =>
        EmitEach(Wait(token => Backend.Asterisk.GetConferenceMembersAsync(name, token)));
}
