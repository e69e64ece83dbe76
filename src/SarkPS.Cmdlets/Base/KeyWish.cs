using System.Management.Automation;

namespace SarkPS.Cmdlets;

/// <summary>
/// What somebody wants by name: a pattern or a key that was typed, or something that was piped in or given as an object,
/// whose name is literal.
/// </summary>
internal sealed class KeyWish
{
    private KeyWish(string text, PipedItem? item)
    {
        Text = text;
        Item = item;
        IsPattern = item is null && WildcardPattern.ContainsWildcardCharacters(text);
    }

    /// <summary>What was typed, else what the object is called.</summary>
    public string Text { get; }

    /// <summary>The object, or null where it was typed.</summary>
    public PipedItem? Item { get; }

    /// <summary>Whether it is a pattern. Only what was typed is one, and a backtick makes the letter after it literal.</summary>
    public bool IsPattern { get; }

    /// <summary>The name, for what is no pattern and no object.</summary>
    public string Literal => WildcardPattern.Unescape(Text);

    /// <summary>What was typed for a parameter.</summary>
    public static KeyWish Typed(string text) =>
        SarkKeyAttribute.Origin(text) is PSObject origin ? new(text, PipedItem.Read(origin).First()) : new(text, null);

    /// <summary>What was piped in.</summary>
    public static KeyWish Of(PipedItem item) => new(item.Text ?? "", item);

    /// <summary>A name that is taken letter by letter.</summary>
    public static KeyWish Of(string literal) => new(WildcardPattern.Escape(literal), null);

    /// <summary>
    /// The pattern as it is sent: without backticks, each sign that is meant as itself in brackets of its own, and no ^ where it
    /// would mean "none of these".
    /// </summary>
    public string PlainPattern()
    {
        var plain = new System.Text.StringBuilder();
        for (var i = 0; i < Text.Length; i++)
        {
            if (Text[i] == '`' && i + 1 < Text.Length)
            {
                plain.Append(Text[++i] is '*' or '?' or '[' ? $"[{Text[i]}]" : Text[i]);
            }
            else if (Text[i] == '[' && Text.IndexOf(']', i) is > 0 and var end)
            {
                var inside = Text[(i + 1)..end].Replace("`", "", StringComparison.Ordinal);
                plain.Append('[').Append(inside.StartsWith('^') ? inside[1..] + "^" : inside).Append(']');
                i = end;
            }
            else
            {
                plain.Append(Text[i]);
            }
        }

        return plain.ToString();
    }

    /// <summary>Whether a name is meant: by the pattern without regard to case, else letter by letter.</summary>
    /// <param name="noun">What is named, for messages.</param>
    /// <param name="ignoreCase">Whether the case of a literal name does not matter either.</param>
    /// <exception cref="SarkException">It is no pattern.</exception>
    public Func<string?, bool> Matcher(string noun, bool ignoreCase = false)
    {
        if (!IsPattern)
        {
            var comparison = ignoreCase ? StringComparison.OrdinalIgnoreCase : StringComparison.Ordinal;
            var literal = Literal;
            return name => string.Equals(name ?? "", literal, comparison);
        }

        try
        {
            var pattern = WildcardPattern.Get(Text, WildcardOptions.IgnoreCase);
            // An open bracket is found out only when something is compared.
            pattern.IsMatch("");
            return name => pattern.IsMatch(name ?? "");
        }
        catch (WildcardPatternException error)
        {
            throw new SarkException(
                SarkErrorKind.BadRequest, noun, Text,
                $"'{Text}' is no pattern: * stands for any letters, ? for one, [abc] for one of these. A backtick before a letter makes "
                    + "it literal, as in '`['.", error);
        }
    }
}
