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
    public SarkConnection[]? Connection { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        foreach (var connection in Connection ?? (SarkConnection.Default is { } current ? [current] : []))
        {
            connection.Dispose();
        }
    }
}
