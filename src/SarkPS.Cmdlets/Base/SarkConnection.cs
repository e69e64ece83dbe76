using System.Management.Automation.Runspaces;
using System.Runtime.CompilerServices;

namespace SarkPS.Cmdlets;

/// <summary>A connection to a telephone exchange, as <c>Connect-Sark</c> makes it.</summary>
public sealed class SarkConnection : IDisposable
{
    private static readonly ConditionalWeakTable<Runspace, Holder> Current = [];

    internal SarkConnection(ISarkBackend backend) => Backend = backend;

    /// <summary>The path of a database, or the address of a service.</summary>
    public string Location => Backend.Location;

    /// <summary>Whether the exchange is reached over HTTP.</summary>
    public bool IsRemote => Backend.IsRemote;

    /// <summary>Whether it can still be used.</summary>
    public bool IsOpen { get; private set; } = true;

    internal ISarkBackend Backend { get; }

    /// <summary>The location.</summary>
    public override string ToString() => Location;

    /// <summary>Lets go of sockets and files.</summary>
    public void Dispose()
    {
        if (IsOpen)
        {
            IsOpen = false;
            Backend.DisposeAsync().AsTask().GetAwaiter().GetResult();
        }
    }

    /// <summary>The connection of the runspace that runs now, or null. Parallel runspaces never share one.</summary>
    internal static SarkConnection? Default
    {
        get => Runspace.DefaultRunspace is { } runspace && Current.TryGetValue(runspace, out var holder) && holder.Connection is { IsOpen: true } open ? open : null;
        set => Current.GetOrCreateValue(Runspace.DefaultRunspace!).Connection = value;
    }

    private sealed class Holder
    {
        public SarkConnection? Connection { get; set; }
    }
}
