using System.Globalization;

namespace SarkPS.Ami;

/// <summary>One action whose answer is awaited. Guarded by the connection's lock.</summary>
/// <remarks>The answer is put together under the lock and handed over outside of it, by <see cref="Complete"/>.</remarks>
internal sealed class AmiPending(AmiAction action, bool goOnAtOnce)
{
    private readonly TaskCompletionSource<AmiReply> done = new(
        goOnAtOnce ? TaskCreationOptions.None : TaskCreationOptions.RunContinuationsAsynchronously);
    private AmiReply? reply;
    private Exception? refusal;
    private List<AmiMessage>? items;
    private AmiMessage? response;

    public AmiAction Action { get; } = action;

    public Task<AmiReply> Task => done.Task;

    public int Count => items?.Count ?? 0;

    public bool IsOpenList => Action.Answer == AmiAnswer.List && response is not null && !IsFinished;

    public bool IsFinished => reply is not null || refusal is not null;

    public void Respond(AmiMessage response, string target)
    {
        if (IsFinished)
        {
            return;
        }

        if (this.response is not null)
        {
            Fail(new AmiProtocolException(target, $"Asterisk at {target} answered the action {Action.Name} twice."));
            return;
        }

        this.response = response;
        if (response.Response == "Error")
        {
            Fail(new AmiActionException(Action.Name, response));
        }
        else if (Action.Answer == AmiAnswer.Response
            || (Action.Answer == AmiAnswer.List && !Announces(response))
            || (Action.Answer == AmiAnswer.Outcome && items is not null))
        {
            Finish();
        }
    }

    // Which events belong to the answer and are not for watchers.
    public bool Takes(string name) => Action.Answer switch
    {
        AmiAnswer.List => true,
        AmiAnswer.Outcome => name == Action.CompletedBy,
        _ => false,
    };

    public void Add(AmiMessage message, string name, string target)
    {
        if (Action.Answer == AmiAnswer.Outcome)
        {
            (items ??= []).Add(message);
            if (response is not null)
            {
                Finish();
            }

            return;
        }

        var list = message["EventList"];
        if (string.Equals(list, "Complete", StringComparison.OrdinalIgnoreCase) || (list is null && name == Action.CompletedBy))
        {
            var counted = Action.CountedItem is { } only ? items?.Count(i => i.Event == only) ?? 0 : Count;
            if (message["ListItems"] is { } text && int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var expected)
                && expected != counted)
            {
                Fail(new AmiProtocolException(
                    target,
                    $"Asterisk at {target} announced {expected} items for the action {Action.Name} and sent {counted}."));
                return;
            }

            Finish();
        }
        else if (list is not null && list.StartsWith("cancel", StringComparison.OrdinalIgnoreCase))
        {
            Fail(new AmiActionException(Action.Name, message));
        }
        else
        {
            (items ??= []).Add(message);
        }
    }

    public void Fail(Exception failure) => refusal ??= reply is null ? failure : null;

    public void Complete()
    {
        if (refusal is not null)
        {
            done.TrySetException(refusal);
        }
        else
        {
            done.TrySetResult(reply!);
        }
    }

    private void Finish() => reply ??= new AmiReply(response!, items ?? (IReadOnlyList<AmiMessage>)[]);

    // Asterisk 13 leaves out EventList at the start of some lists; their message says it in words.
    private static bool Announces(AmiMessage response) =>
        string.Equals(response["EventList"], "start", StringComparison.OrdinalIgnoreCase)
        || response.Message?.Contains("will follow", StringComparison.OrdinalIgnoreCase) == true;
}
