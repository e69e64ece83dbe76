using System.Management.Automation;
using SarkPS.Ami;

namespace SarkPS.Cmdlets;

/// <summary><c>Get-SarkMailbox</c>: how many messages a mailbox holds.</summary>
[Cmdlet(VerbsCommon.Get, "SarkMailbox", DefaultParameterSetName = KeySet)]
[OutputType(typeof(Mailbox))]
public sealed class GetSarkMailboxCommand() : SarkNamedCommand(
    nameof(Mailbox),
    [nameof(Mailbox), nameof(VoicemailUser), nameof(Extension)],
    "Mailbox",
    "Name",
    "Key",
    "pkey")
{
    /// <summary>The box, usually an extension; with <c>@context</c> for one outside the context <c>default</c>.</summary>
    [Parameter(Mandatory = true, Position = 0, ParameterSetName = KeySet)]
    [Alias("Mailbox", "Key", "pkey")]
    [SarkKey]
    [ArgumentCompleter(typeof(SarkCompleter))]
    public string[] Name { get; set; } = [];

    private protected override string[] Names => Name;

    private protected override void Process(string name) => Emit(Wait(token => Backend.Asterisk.GetMailboxAsync(name, token)));
}
