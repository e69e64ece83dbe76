using System.Globalization;

namespace SarkPS.Ami;

/// <summary>What is done with calls, over a connection.</summary>
internal static class Calls
{
    public static async Task<OriginateResult> OriginateAsync(
        AmiClient client,
        AmiOptions options,
        OriginateRequest request,
        CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        AsteriskRules.Originate(request);
        var action = new AmiAction("Originate")
        {
            Answer = request.Wait ? AmiAnswer.Outcome : AmiAnswer.Response,
            CompletedBy = "OriginateResponse",
            TimeLimit = request.Wait ? request.RingTime + options.Timeout : null,
        }
            .With("Channel", $"Local/{request.Caller}@{options.CallerContext}")
            .With("Context", request.Context)
            .With("Exten", request.Target)
            .With("Priority", "1")
            .With("CallerID", request.CallerId)
            .With("Timeout", ((long)request.RingTime.TotalMilliseconds).ToString(CultureInfo.InvariantCulture))

            // A synchronous call would block the connection, and with it everybody else, until it is answered.
            .With("Async", "true");
        try
        {
            var reply = await client.SendAsync(action, cancellationToken).ConfigureAwait(false);
            return request.Wait ? OriginateResult.Of(reply.Items[0]) : new(OriginateOutcome.Requested, null, null, null);
        }
        catch (AmiActionException e) when (e.Response.Message == "Extension does not exist.")
        {
            throw new SarkNotFoundException(
                "Extension",
                request.Target,
                $"There is no extension '{request.Target}' in the context '{request.Context}'.");
        }
    }

    public static async Task<string> HangupAsync(AmiClient client, string channel, CancellationToken cancellationToken)
    {
        AsteriskRules.Channel(channel);
        try
        {
            return (await client.SendAsync(new AmiAction("Hangup").With("Channel", channel), cancellationToken).ConfigureAwait(false))
                .Response
                .Message ?? "";
        }
        catch (AmiActionException e) when (e.Response.Message == "No such channel")
        {
            throw new SarkNotFoundException("Call", channel, $"There is no channel '{channel}'.");
        }
    }
}

/// <summary>A call to be made: the caller's telephone rings first, and when it is answered the target is called.</summary>
/// <param name="Caller">The caller's extension, digits.</param>
/// <param name="Target">The number to call then, digits.</param>
/// <param name="Context">The dial plan context in which it is called; letters, digits, hyphen, underscore.</param>
/// <param name="CallerId">The number that is shown to both, digits.</param>
public sealed record OriginateRequest(string? Caller, string? Target, string? Context, string? CallerId)
{
    /// <summary>How long the caller's telephone may ring. 30 seconds unless set.</summary>
    public TimeSpan RingTime { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Wait until the caller has answered or will not.</summary>
    public bool Wait { get; init; }
}

/// <summary>What became of a call.</summary>
public enum OriginateOutcome
{
    /// <summary>Asterisk was asked; nobody waited for the outcome.</summary>
    Requested,

    /// <summary>The caller answered.</summary>
    Answered,

    /// <summary>The caller did not answer in time.</summary>
    NoAnswer,

    /// <summary>The caller is busy.</summary>
    Busy,

    /// <summary>No line was free.</summary>
    Congestion,

    /// <summary>It failed in another way, such as a telephone that is not registered.</summary>
    Failed,
}

/// <summary>A call that was asked for.</summary>
/// <param name="Outcome">What became of it.</param>
/// <param name="Channel">The caller's channel, once it was answered.</param>
/// <param name="UniqueId">Its id.</param>
/// <param name="Reason">Asterisk's number for the outcome, or null when nobody waited.</param>
public sealed record OriginateResult(OriginateOutcome Outcome, string? Channel, string? UniqueId, int? Reason)
{
    /// <summary>Reads the event that tells the outcome.</summary>
    /// <param name="message">An <c>OriginateResponse</c>.</param>
    public static OriginateResult Of(AmiMessage message)
    {
        ArgumentNullException.ThrowIfNull(message);
        var reason = message.Int("Reason");
        var outcome = message.Response == "Success" ? OriginateOutcome.Answered : reason switch
        {
            3 => OriginateOutcome.NoAnswer,
            5 => OriginateOutcome.Busy,
            8 => OriginateOutcome.Congestion,
            _ => OriginateOutcome.Failed,
        };
        return new(outcome, message.Text("Channel"), message.Text("Uniqueid"), reason);
    }
}
