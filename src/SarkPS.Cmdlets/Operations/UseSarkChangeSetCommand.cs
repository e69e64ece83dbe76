using System.Collections.ObjectModel;
using System.Management.Automation;
using System.Management.Automation.Runspaces;

namespace SarkPS.Cmdlets;

/// <summary>
/// Runs a script block whose changes of rows become one change set: all of them are made at its end, or none.
/// </summary>
[Cmdlet(VerbsOther.Use, "SarkChangeSet", SupportsShouldProcess = true)]
[OutputType(typeof(PSObject), typeof(ChangeEntry))]
public sealed class UseSarkChangeSetCommand : SarkChangeCommand
{
    private const string Noun = "ChangeSet";
    private const int Page = 500;

    // In the scope of the caller, as a loop runs its block. With a trap PowerShell does not go on after a command that was ended
    // by an error, such as one that is spelt wrong: half of a block is not what was meant. It keeps what kind of error it is. The
    // engine takes what comes of it apart once, so that lists which the block gives as such stay whole.
    private const string Runner = "trap { break } , @(. $args[0])";

    // Ctrl+C stops the innermost command first, and what that was part of may take it for an end. Once it was pressed no command
    // begins any more.
    private const string Probe = "$null | Out-Null";

    /// <summary>
    /// What is done. Commands in it read what it has written before; the exchange sees nothing of that until its end.
    /// </summary>
    [Parameter(Mandatory = true, Position = 0)]
    [ArgumentCompleter(typeof(SarkCompleter))]
    public ScriptBlock ScriptBlock { get; set; } = null!;

    /// <summary>Returns the changes of the set, as Get-SarkChange tells them, instead of what the script block gives.</summary>
    [Parameter]
    public SwitchParameter PassThru { get; set; }

    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        try
        {
            var connection = InUse;
            if (connection.Draft is not null)
            {
                Throw(new SarkException(SarkErrorKind.BadRequest, Noun, connection,
                    "Use-SarkChangeSet is running already, and a set within a set could not be made or thrown away by itself. Leave the "
                        + "inner one out: its changes are part of the outer one. Nothing was done."));
            }

            Run(connection);
        }
        catch (SarkException error)
        {
            Throw(error);
        }
    }

    private void Run(SarkConnection connection)
    {
        var exchange = connection.Backend;
        var draft = Wait(token => exchange.Changes.BeginDraftAsync(token));
        try
        {
            var output = Invoke(connection, draft);
            InvokeCommand.InvokeScript(Probe);
            if (Rehearsal.IsOn)
            {
                Plan(draft);
            }
            else if (Confirmed(connection.Location, "Apply change set"))
            {
                var result = Made(Wait(token => draft.ApplyAsync(false, ChangeOrigin.Local, Reason, token)));
                WriteVerbose(result.ChangeSet is { } set
                    ? $"Change set {set} was made: {result.Steps.Count} steps."
                    : "The change set changes nothing.");
                if (PassThru)
                {
                    Tell(exchange, result.ChangeSet);
                }
                else
                {
                    PassOn(output);
                }
            }
        }
        finally
        {
            // Also when the pipeline was stopped, and so without its token.
            draft.DisposeAsync().AsTask().GetAwaiter().GetResult();
        }
    }

    private Collection<PSObject> Invoke(SarkConnection connection, IChangeDraft draft)
    {
        var open = connection.BeginDraft(draft, Rehearsal.IsOn);
        Collection<PSObject> output;
        try
        {
            output = InvokeCommand.InvokeScript(Runner, false, PipelineResultTypes.Error, null, ScriptBlock);
        }
        catch (Exception error) when (error is not PipelineStoppedException)
        {
            var line = (error as RuntimeException)?.ErrorRecord.InvocationInfo?.ScriptLineNumber;
            WriteWarning($"The script block was left before its end{(line > 0 ? $", in line {line}" : "")}, so nothing of its set was "
                + "made.");
            if (error is RuntimeException { WasThrownFromThrowStatement: false } failure and not ActionPreferenceStopException)
            {
                // It ended the command that it came from, and ends this one, but not the script: as everywhere.
                ThrowTerminatingError(failure.ErrorRecord);
            }

            throw;
        }
        finally
        {
            connection.EndDraft();
        }

        if (open.Refused.TryPeek(out var first))
        {
            Throw(new SarkException(
                (first as SarkException)?.Kind ?? SarkErrorKind.Conflict,
                Noun,
                (first as SarkException)?.Target,
                $"Nothing of the change set was made, since {(open.Refused.Count == 1 ? "a change" : $"{open.Refused.Count} changes")} in it "
                    + $"{(open.Refused.Count == 1 ? "was" : "were")} refused: {first.Message}",
                first));
        }

        return output;
    }

    private void Plan(IChangeDraft draft)
    {
        var plan = Made(Wait(token => draft.ApplyAsync(true, ChangeOrigin.Local, Reason, token)));
        if (!MyInvocation.BoundParameters.ContainsKey("WhatIf"))
        {
            // It holds for all commands, those of the block included, and they have told it themselves.
            return;
        }

        foreach (var step in plan.Steps)
        {
            Confirmed(
                step.Resource.IsSingleton ? step.Resource.PluralName : step.Key?.ToString() ?? "(new)",
                $"{step.Outcome switch
                {
                    StepOutcome.Created => "New",
                    StepOutcome.Removed => "Remove",
                    StepOutcome.Unchanged => "Leave",
                    _ => "Set",
                }} {SarkText.Words(step.Resource.Noun)}");
        }
    }

    private ChangeResult Made(ChangeResult result)
    {
        if (result.Steps.FirstOrDefault(s => s.Error is not null)?.Error is { } error)
        {
            error.Spell($"Nothing of the change set was made: {error.Message}");
            Throw(error);
        }

        return result;
    }

    private void Tell(ISarkBackend exchange, string? set)
    {
        long? after = set is null ? null : 0;
        while (after is not null)
        {
            var query = new ChangeQuery { ChangeSet = set, After = after, Limit = Page };
            var page = Wait(token => exchange.Changes.HistoryAsync(query, token));
            EmitEach(page.Changes);
            after = page.Next;
        }
    }
}
