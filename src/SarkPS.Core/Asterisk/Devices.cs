namespace SarkPS.Ami;

/// <summary>What is asked about devices.</summary>
public static class Devices
{
    private static readonly AsteriskFunction States = new("DeviceStateList", "core", "call,reporting")
    {
        CompletedBy = "DeviceStateListComplete"
    };

    internal static IReadOnlyList<AsteriskFunction> Functions { get; } = [States];

    /// <summary>The state of every device.</summary>
    /// <inheritdoc cref="Channels.GetChannelsAsync"/>
    public static Task<IReadOnlyList<DeviceState>> GetDeviceStatesAsync(
        this IAsteriskOperations asterisk,
        CancellationToken cancellationToken = default) =>
        asterisk.ListAsync(States, m => new DeviceState(m), cancellationToken);
}

/// <summary>What a device is doing; Asterisk's words.</summary>
public enum DeviceStatus
{
    /// <summary>Not known.</summary>
    Unknown,

    /// <summary>Ready.</summary>
    NotInUse,

    /// <summary>In a call.</summary>
    InUse,

    /// <summary>In as many calls as it can.</summary>
    Busy,

    /// <summary>There is no such device.</summary>
    Invalid,

    /// <summary>Cannot be reached.</summary>
    Unavailable,

    /// <summary>Rings.</summary>
    Ringing,

    /// <summary>In a call and rings.</summary>
    RingInUse,

    /// <summary>Its call is on hold.</summary>
    OnHold,
}

/// <summary>The state of a device.</summary>
/// <param name="raw">An item of <c>DeviceStateList</c>.</param>
public sealed class DeviceState(AmiMessage raw) : AsteriskResult(raw)
{
    /// <summary>The device, such as <c>SIP/401</c> or <c>Queue:support_avail</c>.</summary>
    public string? Device { get; } = raw.Text("Device");

    /// <summary>What it is doing.</summary>
    public DeviceStatus State { get; } = raw.Word("State", DeviceStatus.Unknown);
}
