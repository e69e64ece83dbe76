namespace SarkPS.Ami;

/// <summary>What is asked about hints, which tell the state of extensions.</summary>
public static class Hints
{
    private static readonly AsteriskFunction States = new("ExtensionStateList", "core", "call,reporting")
    {
        CompletedBy = "ExtensionStateListComplete"
    };
    private static readonly AsteriskFunction State = new(
        "ExtensionState", "core", "call,reporting", new AsteriskParameter("id", "Exten"), new AsteriskParameter(
            "context",
            "Context",
            "extensions"));

    internal static IReadOnlyList<AsteriskFunction> Functions { get; } = [States, State];

    /// <summary>The state of every extension that has a hint.</summary>
    /// <inheritdoc cref="Channels.GetChannelsAsync"/>
    public static Task<IReadOnlyList<ExtensionState>> GetExtensionStatesAsync(
        this IAsteriskOperations asterisk,
        CancellationToken cancellationToken = default) =>
        asterisk.ListAsync(States, m => new ExtensionState(m), cancellationToken);

    /// <summary>The state of one extension.</summary>
    /// <param name="asterisk">Whom to ask.</param>
    /// <param name="extension">The extension.</param>
    /// <param name="context">The dial plan context of its hint; null for the usual one.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public static async Task<ExtensionState> GetExtensionStateAsync(
        this IAsteriskOperations asterisk,
        string extension,
        string? context = null,
        CancellationToken cancellationToken = default) =>
        new(await asterisk.OneAsync(State, cancellationToken, context is null ? [extension] : [extension, context]).ConfigureAwait(false));
}

/// <summary>What the devices behind an extension are doing. Numbers are Asterisk's; ringing and on hold can join with in use.</summary>
[Flags]
public enum ExtensionStatus
{
    /// <summary>Nobody calls.</summary>
    Idle = 0,

    /// <summary>One or more devices are in a call.</summary>
    InUse = 1,

    /// <summary>All devices are busy.</summary>
    Busy = 2,

    /// <summary>No device can be reached.</summary>
    Unavailable = 4,

    /// <summary>A device rings.</summary>
    Ringing = 8,

    /// <summary>A call is on hold.</summary>
    OnHold = 16,

    /// <summary>The extension has no hint, or does not exist: Asterisk does not tell which (its -1).</summary>
    NoHint = 1 << 30,

    /// <summary>The extension was removed (its -2).</summary>
    Removed = 1 << 29,
}

/// <summary>The state of an extension, as its hint sees it.</summary>
/// <param name="raw">An item of <c>ExtensionStateList</c>, or the answer to <c>ExtensionState</c>.</param>
public sealed class ExtensionState(AmiMessage raw) : AsteriskResult(raw)
{
    /// <summary>The extension.</summary>
    public string? Extension { get; } = raw.Text("Exten");

    /// <summary>The dial plan context of its hint.</summary>
    public string? Context { get; } = raw.Text("Context");

    /// <summary>The devices behind it, such as <c>SIP/401</c>.</summary>
    public string? Hint { get; } = raw.Text("Hint");

    /// <summary>What they are doing.</summary>
    public ExtensionStatus State { get; } = raw.Int("Status") switch
    {
        null or -1 => ExtensionStatus.NoHint,
        -2 => ExtensionStatus.Removed,
        var number => (ExtensionStatus)number,
    };
}
