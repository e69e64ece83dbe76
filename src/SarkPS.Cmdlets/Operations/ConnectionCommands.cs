using System.Management.Automation;

namespace SarkPS.Cmdlets;

/// <summary>Shows the exchange that commands work on.</summary>
[Cmdlet(VerbsCommon.Get, "SarkConnection")]
[OutputType(typeof(SarkConnection))]
public sealed class GetSarkConnectionCommand : PSCmdlet
{
    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        if (SarkConnection.Default is { } connection)
        {
            WriteObject(connection);
        }
    }
}

/// <summary>Lets go of an exchange; without a connection named, of the one that commands work on.</summary>
[Cmdlet(VerbsCommunications.Disconnect, "Sark")]
public sealed class DisconnectSarkCommand : PSCmdlet
{
    /// <summary>Connections to let go of.</summary>
    [Parameter(Position = 0, ValueFromPipeline = true)]
    [ArgumentCompleter(typeof(SarkCompleter))]
    public SarkConnection[]? Connection { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        // One that was to be named and is not there must not mean the current one.
        if (Connection is null && (MyInvocation.ExpectingInput || MyInvocation.BoundParameters.ContainsKey(nameof(Connection))))
        {
            WriteError(SarkCmdlet.ToRecord(new SarkException(
                SarkErrorKind.BadRequest,
                "Connection",
                null,
                "-Connection is null or empty. Without -Connection the exchange is meant that commands work on.")));
            return;
        }

        SarkConnection[] connections = Connection ?? (SarkConnection.Default is { } current ? [current] : []);
        if (Array.Find(connections, c => c.Draft is not null) is { } drafting)
        {
            ThrowTerminatingError(SarkCmdlet.ToRecord(drafting.IsDrafting("disconnect once it has ended")));
        }

        Array.ForEach(connections, c => c.Dispose());
        if (Connection is null)
        {
            SarkConnection.LetGo();
        }
    }
}
