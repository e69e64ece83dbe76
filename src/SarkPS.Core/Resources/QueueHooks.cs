using System.Text.RegularExpressions;
using SarkPS.Descriptors;
using SarkPS.Rules;

namespace SarkPS.Resources;

/// <summary>The lines of a queue are settings: Asterisk leaves out what is none, and takes a whole line as one value.</summary>
internal sealed partial class QueueHooks : ResourceHooks
{
    public override void Validate(WriteContext context)
    {
        if (context.Sent["conf"] is string lines && !context.HasError("conf") && Fault(lines) is { } fault)
        {
            context.AddError("conf", $"The conf {fault}.");
        }
    }

    public override IEnumerable<(FaultKind Kind, string Column, string Problem)> Inspect(
        ResourceDescriptor resource,
        IRowSession session,
        SarkRow row)
    {
        if (row.Text("conf") is { } lines && Fault(lines) is { } fault)
        {
            yield return (FaultKind.Value, "conf", $"The conf {fault}.");
        }
    }

    private static string? Fault(string lines)
    {
        foreach (var line in lines.Split('\n').Select(l => Comment().Replace(l, "").Trim()).Where(l => l.Length > 0))
        {
            if (Setting().Match(line) is not { Success: true } setting)
            {
                return $"holds the line '{SarkText.Printable(line)}', which is no setting of a queue such as strategy=ringall, and "
                    + "Asterisk leaves it out";
            }

            if (Another().Match(setting.Groups["value"].Value) is { Success: true } another)
            {
                return $"holds '{SarkText.Printable(another.Value.Trim())}' within the line '{SarkText.Printable(line)}': each setting "
                    + "needs a line of its own, or Asterisk takes all of it for one value";
            }
        }

        return null;
    }

    // A semicolon that is not escaped begins a comment.
    [GeneratedRegex(@"(?<!\\);.*", RegexOptions.CultureInvariant)]
    private static partial Regex Comment();

    [GeneratedRegex(@"\A[A-Za-z][A-Za-z0-9_-]*\s*=>?(?<value>.*)\z", RegexOptions.CultureInvariant)]
    private static partial Regex Setting();

    [GeneratedRegex(@"\s[a-z][a-z0-9-]+\s*=\S*", RegexOptions.CultureInvariant)]
    private static partial Regex Another();
}
