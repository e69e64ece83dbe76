using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace SarkPS.Tests.Conformance;

/// <summary>Values of answers and rows with what differs from run to run replaced by a mark, and numbers written one way.</summary>
internal static partial class Recorded
{
    /// <summary>A value as text: names in order, lists as they are, a number as its text.</summary>
    public static string Normal(JsonNode? node, string? name = null)
    {
        switch (node)
        {
            case null:
                return "null";
            case JsonObject map:
                return "{"
                    + string.Join(", ", map.Select(m => $"{Text(m.Key, null)}: {Normal(m.Value, m.Key)}").Order(StringComparer.Ordinal))
                    + "}";
            case JsonArray list:
                return "[" + string.Join(", ", list.Select(v => Normal(v, name))) + "]";
        }

        return node.GetValueKind() switch
        {
            JsonValueKind.True => "true",
            JsonValueKind.False => "false",
            JsonValueKind.Number => Value(node.AsValue().TryGetValue<long>(out var whole) ? whole : node.GetValue<double>(), name),
            _ => Text(node.GetValue<string>(), name),
        };
    }

    /// <summary>A value of a row as text.</summary>
    public static string Value(object? value, string? name) => value switch
    {
        null => "null",
        long whole => Text(whole.ToString(CultureInfo.InvariantCulture), name),
        double number => Text(number.ToString("R", CultureInfo.InvariantCulture), name),
        byte[] bytes => Text(System.Text.Encoding.UTF8.GetString(bytes), name),
        _ => Text((string)value, name),
    };

    private static string Text(string text, string? name)
    {
        if (Number().IsMatch(text))
        {
            text = text.Contains('.', StringComparison.Ordinal) ? text.TrimEnd('0').TrimEnd('.') : text;
        }
        else if (name == "passwd" && Password().IsMatch(text))
        {
            text = "<password>";
        }
        else
        {
            text = Time().Replace(text, "<time>");
            text = Generated().Replace(text, "<$1>");
            text = Epoch().Replace(text, "$1$2<epoch>");
        }

        return JsonSerializer.Serialize(text);
    }

    [GeneratedRegex(@"^-?(0|[1-9]\d*)(\.\d+)?$", RegexOptions.CultureInvariant)]
    private static partial Regex Number();

    [GeneratedRegex("^[2346789bcdfghjkmnpqrtvwxyzBCDFGHJKLMNPQRTVWXYZ]{12}$", RegexOptions.CultureInvariant)]
    private static partial Regex Password();

    [GeneratedRegex(@"^\d{4}-\d\d-\d\d[ T]\d\d:\d\d:\d\d(\.\d+)?Z?$", RegexOptions.CultureInvariant)]
    private static partial Regex Time();

    [GeneratedRegex(@"^(dateSeg|sched)\d{6}$", RegexOptions.CultureInvariant)]
    private static partial Regex Generated();

    [GeneratedRegex(@"\b(sarkbak|sark\.db|Master|rules)([._])\d{10}\b", RegexOptions.CultureInvariant)]
    private static partial Regex Epoch();
}
