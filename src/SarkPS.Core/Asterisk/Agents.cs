namespace SarkPS.Ami;

/// <summary>What is asked about agents.</summary>
public static class Agents
{
    private static readonly AsteriskFunction All = new("Agents", "app_agent_pool", "agent") { CompletedBy = "AgentsComplete" };

    internal static IReadOnlyList<AsteriskFunction> Functions { get; } = [All];

    /// <summary>Every agent.</summary>
    /// <inheritdoc cref="Channels.GetChannelsAsync"/>
    public static Task<IReadOnlyList<AgentStatus>> GetAgentsAsync(
        this IAsteriskOperations asterisk,
        CancellationToken cancellationToken = default) =>
        asterisk.ListAsync(All, m => new AgentStatus(m), cancellationToken);
}

/// <summary>What an agent is doing.</summary>
public enum AgentState
{
    /// <summary>Asterisk did not say.</summary>
    Unknown,

    /// <summary>Not logged in.</summary>
    LoggedOff,

    /// <summary>Logged in and free.</summary>
    Idle,

    /// <summary>In a call.</summary>
    OnCall,
}

/// <summary>An agent.</summary>
/// <param name="raw">An item of <c>Agents</c>.</param>
public sealed class AgentStatus(AmiMessage raw) : ChannelResult(raw)
{
    /// <summary>The agent's number.</summary>
    public string? Agent { get; } = raw.Text("Agent");

    /// <summary>The agent's name.</summary>
    public string? Name { get; } = raw.Text("Name");

    /// <summary>What the agent is doing.</summary>
    public AgentState Status { get; } = raw["Status"] switch
    {
        "AGENT_LOGGEDOFF" => AgentState.LoggedOff,
        "AGENT_IDLE" => AgentState.Idle,
        "AGENT_ONCALL" => AgentState.OnCall,
        _ => AgentState.Unknown,
    };

    /// <summary>Since when the agent is logged in, or null.</summary>
    public DateTimeOffset? LoggedIn { get; } = raw.Epoch("LoggedInTime");

    /// <summary>The channel that the agent talks to, or null.</summary>
    public string? TalkingTo { get; } = raw.Text("TalkingToChan");
}
