using SarkPS.Descriptors;

namespace SarkPS.Resources;

/// <summary>What SARK's pages offer and its generator cannot do.</summary>
internal sealed class GlobalHooks : ResourceHooks
{
    private const string CampOn = "CAMPONQONOFF";

    // Seen with 6.2.0-42 and 6.5.0-8: a fatal error of PHP when the queues are written, and no queues, features and mailboxes.
    private const string Breaks = "The CAMPONQONOFF may not be ON: SARK's generator breaks off at it, and no commit takes effect any more.";

    public override void Validate(WriteContext context)
    {
        if (!context.Sent.Has(CampOn) || context.HasError(CampOn) || !IsOn(PhpValue(context)))
        {
            return;
        }

        // sark6api has been seen to take it.
        if (context.IsStrict)
        {
            context.AddError(CampOn, Breaks);
        }
        else
        {
            context.AddNotice(Breaks);
        }
    }

    public override IEnumerable<(FaultKind Kind, string Column, string Problem)> Inspect(ResourceDescriptor resource, IRowSession session, SarkRow row)
    {
        if (IsOn(row.Text(CampOn)))
        {
            yield return (FaultKind.Value, CampOn, Breaks);
        }
    }

    private static string? PhpValue(WriteContext context) => context.Sent[CampOn] is { } value ? Rules.PhpValue.Text(value) : null;

    private static bool IsOn(string? value) => value == "ON";
}
