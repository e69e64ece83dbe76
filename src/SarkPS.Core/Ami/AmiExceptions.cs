namespace SarkPS.Ami;

/// <summary>
/// There is no connection to Asterisk, or it ended while an answer was awaited. The action may or may not have been carried
/// out.
/// </summary>
/// <param name="target">Host and port.</param>
/// <param name="message">What happened.</param>
/// <param name="innerException">The cause, if one was caught.</param>
public sealed class AmiConnectionException(string target, string message, Exception? innerException = null)
    : SarkException(SarkErrorKind.Unavailable, "Asterisk", target, message, innerException);

/// <summary>The other side does not speak the Asterisk Manager Interface, or breaks its rules. The connection is closed.</summary>
/// <param name="target">Host and port.</param>
/// <param name="message">What was wrong.</param>
public sealed class AmiProtocolException(string target, string message)
    : SarkException(SarkErrorKind.Unavailable, "Asterisk", target, message);

/// <summary>
/// Asterisk did not let the manager user in. It gives no reason: a wrong secret, an unknown user and an address that is not
/// permitted look the same.
/// </summary>
/// <param name="target">Host and port.</param>
/// <param name="user">The manager user.</param>
/// <param name="message">What Asterisk said.</param>
public sealed class AmiLoginException(string target, string user, string? message)
    : SarkException(
        SarkErrorKind.Unavailable,
        "Asterisk",
        target,
        $"Asterisk at {target} refused the manager user '{user}': {message ?? "no reason given"}. Check user, secret and the permit "
            + "lines in manager.conf.")
{
    /// <summary>What Asterisk said, or null.</summary>
    public string? Reason { get; } = message;
}

/// <summary>An action, or the list that answers it, took longer than its time limit. Its answer is ignored should it come later.</summary>
/// <param name="action">The action's name.</param>
/// <param name="limit">The time limit.</param>
/// <param name="hint">What may be the reason, or null.</param>
public sealed class AmiTimeoutException(string action, TimeSpan limit, string? hint = null)
    : SarkException(
        SarkErrorKind.Timeout,
        "Asterisk",
        action,
        $"Asterisk did not answer the action {action} within {limit.TotalSeconds:0.###} seconds.{(hint is null ? "" : " " + hint)}");

/// <summary>Asterisk refused an action. The connection is as good as before.</summary>
public sealed class AmiActionException : SarkException
{
    /// <summary>Makes the failure of an action.</summary>
    /// <param name="action">The action's name.</param>
    /// <param name="response">The response block.</param>
    public AmiActionException(string action, AmiMessage response)
        : base(KindOf(response.Message), "Asterisk", action, Describe(action, response.Message)) => Response = response;

    /// <summary>The response block, with <see cref="AmiMessage.Message"/> as Asterisk put it.</summary>
    public AmiMessage Response { get; }

    // manager.c has these two texts for every action; all others are the action's own.
    private static SarkErrorKind KindOf(string? message) => message switch
    {
        "Permission denied" => SarkErrorKind.Denied,
        not null when message.StartsWith("Invalid/unknown command", StringComparison.Ordinal) => SarkErrorKind.Unsupported,
        _ => SarkErrorKind.Conflict,
    };

    private static string Describe(string action, string? message) => KindOf(message) switch
    {
        SarkErrorKind.Denied =>
            $"The manager user may not use the action {action}: its write classes in manager.conf do not include one that {action} needs.",
        SarkErrorKind.Unsupported => $"This Asterisk has no action {action}: the module that offers it is not loaded.",
        _ => $"Asterisk refused the action {action}: {message?.Trim() ?? "no reason given"}",
    };
}
