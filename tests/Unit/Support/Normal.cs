using System.Globalization;
using System.Text.RegularExpressions;
using SarkPS.Rules;

namespace SarkPS.Tests.Support;

/// <summary>Values with what differs from run to run replaced by a mark.</summary>
internal static partial class Normal
{
    /// <summary>A row as text, columns in their order.</summary>
    public static string Row(IEnumerable<KeyValuePair<string, object?>> row) =>
        string.Join("\n", row.Select(v => $"{v.Key} = {Value(v.Key, v.Value)}"));

    /// <summary>A value as text. Null and an empty text differ, a number and its text do not.</summary>
    public static string Value(string column, object? value)
    {
        if (value is null)
        {
            return "(null)";
        }

        var text = value is double number ? number.ToString("R", CultureInfo.InvariantCulture) : PhpValue.Text(value);
        if (Time().IsMatch(text))
        {
            return "<time>";
        }

        if (column == "passwd" && Password().IsMatch(text))
        {
            return "<password>";
        }

        return Generated().Replace(text, "<$1>");
    }

    [GeneratedRegex(@"^\d{4}-\d\d-\d\d[ T]\d\d:\d\d:\d\d(\.\d+)?Z?$", RegexOptions.CultureInvariant)]
    private static partial Regex Time();

    // The letters that the original takes: no vowels, nothing that looks like something else.
    [GeneratedRegex("^[2346789bcdfghjkmnpqrtvwxyzBCDFGHJKLMNPQRTVWXYZ]{12}$", RegexOptions.CultureInvariant)]
    private static partial Regex Password();

    [GeneratedRegex(@"^(dateSeg|sched)\d{6}$", RegexOptions.CultureInvariant)]
    private static partial Regex Generated();
}
