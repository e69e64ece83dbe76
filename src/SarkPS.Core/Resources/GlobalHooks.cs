using SarkPS.Descriptors;
using SarkPS.Rules;

namespace SarkPS.Resources;

/// <summary>What SARK's pages offer and its generator cannot do.</summary>
internal sealed class GlobalHooks : ResourceHooks
{
    private const string CampOn = "CAMPONQONOFF";

    // Seen with 6.2.0-42 and 6.5.0-8: a fatal error of PHP when the queues are written, and no queues, features and mailboxes.
    private const string Breaks = "The CAMPONQONOFF is ON: SARK's generator breaks off at it, and no commit takes effect while it is.";

    public override void Validate(WriteContext context)
    {
        // sark6api has been seen to take it, and a later SARK may be able to; what it does to this one is told each time.
        if (context.Sent[CampOn] is { } value && !context.HasError(CampOn) && IsOn(PhpValue.Text(value)))
        {
            context.AddNotice(Breaks);
        }
    }

    public override IEnumerable<(FaultKind Kind, string Column, string Problem)> Inspect(
        ResourceDescriptor resource,
        IRowSession session,
        SarkRow row)
    {
        if (IsOn(row.Text(CampOn)))
        {
            yield return (FaultKind.Value, CampOn, Breaks);
        }
    }

    private static bool IsOn(string? value) => value == "ON";
}
