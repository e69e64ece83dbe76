using System.Text;

namespace SarkPS;

/// <summary>Small conversions of names.</summary>
public static class SarkText
{
    // What the field calls a thing where a cmdlet's noun is shorter than that.
    private static readonly Dictionary<string, string> Terms = new(StringComparer.Ordinal)
    {
        ["CosRule"] = "class-of-service rule",
        ["CosOpen"] = "class of service for open hours",
        ["CosClose"] = "class of service for closed hours",
        ["Ivr"] = "IVR",
        ["Cdr"] = "call record",
    };

    /// <summary><c>InboundRoute</c> becomes <c>inbound route</c>; a run of capitals stays a word, and a few nouns have
    /// longer names among people: <c>CosRule</c> becomes <c>class-of-service rule</c>.</summary>
    public static string Words(string name)
    {
        if (Terms.TryGetValue(name, out var term))
        {
            return term;
        }

        var words = new StringBuilder(name.Length + 4);
        for (var i = 0; i < name.Length; i++)
        {
            if (i > 0 && char.IsUpper(name[i]) && !char.IsUpper(name[i - 1]))
            {
                words.Append(' ');
            }

            words.Append(char.ToLowerInvariant(name[i]));
        }

        return words.ToString();
    }

    /// <summary>A text from outside, fit to stand in a message: control characters as <c>?</c>, no longer than 80 characters.</summary>
    public static string Printable(string text)
    {
        var safe = string.Concat(text.Take(80).Select(c => char.IsControl(c) ? '?' : c));
        return text.Length > 80 ? safe + "..." : safe;
    }
}
