using System.Globalization;
using System.Text;
using SarkPS.Descriptors;
using SarkPS.Rules;

namespace SarkPS.Data.Sqlite;

/// <summary>Says in a sentence what was refused: the rules' own messages, with the value and what is allowed beside each.</summary>
internal static class Explanation
{
    private const int LongestValue = 60;

    public static string Of(WriteContext context, RowKey? key)
    {
        var text = new StringBuilder("The ").Append(SarkText.Words(context.Resource.Noun));
        if (key is not null && !context.Resource.IsSingleton)
        {
            text.Append(CultureInfo.InvariantCulture, $" '{key}'");
        }

        text.Append(context.IsCreate ? " was not created:" : " was not changed:");
        foreach (var (name, messages) in context.Errors)
        {
            var column = context.Resource.Find(name);
            text.Append(' ').AppendJoin(' ', messages.Select(m => m.Trim()));
            var facts = Facts(context, name, column, isForm: messages.Any(m => m.EndsWith("is invalid.", StringComparison.Ordinal)));
            if (facts.Count > 0)
            {
                text.Append(CultureInfo.InvariantCulture, $" ({string.Join("; ", facts)})");
            }
        }

        return text.ToString();
    }

    // What a value must look like helps only where its look was wrong.
    private static List<string> Facts(WriteContext context, string name, Column? column, bool isForm)
    {
        var facts = new List<string>();
        if (context.Sent.Has(name) && column is { IsSecret: false })
        {
            var value = PhpValue.Text(context.Sent[name]);
            facts.Add($"{name} is '{(value.Length > LongestValue ? value[..LongestValue] + "..." : value)}'");
            if (column.Rules.IsNumber && SarkText.IsSpreadsheetNumber(value))
            {
                facts.Add(SarkText.SpreadsheetHint.TrimEnd('.'));
            }
        }

        if (isForm && column?.Allowed(context.Session.Version) is { } allowed)
        {
            facts.Add(allowed);
        }

        return facts;
    }
}
