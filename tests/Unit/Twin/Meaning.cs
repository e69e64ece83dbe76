namespace SarkPS.Tests.Twin;

/// <summary>
/// What a line of Asterisk's configuration says, as a list of its parts: <c>section, name</c>, <c>set, key, value</c>,
/// <c>exten, name, priority, application, arguments...</c>, <c>box, number, pin, name, mail...</c>. Two lines with equal parts
/// say the same.
/// </summary>
internal sealed class Meaning : IEquatable<Meaning>
{
    private Meaning(params IEnumerable<string> parts) => Parts = [.. parts];

    /// <summary>The parts.</summary>
    public IReadOnlyList<string> Parts { get; }

    /// <summary>The beginning of a section.</summary>
    public static Meaning Section(string name) => new("section", name);

    /// <summary>A name and its value.</summary>
    public static Meaning Setting(string key, string value) => new("set", key, value);

    /// <summary>A line of the dialplan.</summary>
    public static Meaning Exten(string name, string priority, string application, params IEnumerable<string> arguments) =>
        new(["exten", name, priority, application, .. arguments]);

    /// <summary>A mailbox.</summary>
    public static Meaning Box(string number, string pin, string name, string mail) => new("box", number, pin, name, mail);

    /// <summary>A caller's name and number.</summary>
    public static Meaning Caller(string name, string number) => new("caller", name, number);

    /// <summary>What is no section and no setting; Asterisk warns of it and goes on.</summary>
    public static Meaning Junk(string text) => new("junk", text);

    /// <summary>
    /// What Asterisk reads of a text: nothing of blank lines and comments. <c>;</c> begins a comment and <c>\;</c> is one of
    /// the value, blanks around names and values go, <c>=</c> and <c>=&gt;</c> are the same.
    /// </summary>
    public static IEnumerable<Meaning> Of(string text) => text.Split('\n').Select(WithoutComment).Where(l => l.Length > 0).Select(Line);

    /// <inheritdoc/>
    public bool Equals(Meaning? other) => other is not null && Parts.SequenceEqual(other.Parts, StringComparer.Ordinal);

    /// <inheritdoc/>
    public override bool Equals(object? other) => Equals(other as Meaning);

    /// <inheritdoc/>
    public override int GetHashCode() => Parts.Aggregate(0, HashCode.Combine);

    /// <inheritdoc/>
    public override string ToString() => string.Join(" | ", Parts);

    private static string WithoutComment(string line)
    {
        var text = new System.Text.StringBuilder(line.Length);
        for (var i = 0; i < line.Length; i++)
        {
            if (line[i] == '\\' && i + 1 < line.Length && line[i + 1] == ';')
            {
                text.Append(';');
                i++;
            }
            else if (line[i] == ';')
            {
                break;
            }
            else
            {
                text.Append(line[i]);
            }
        }

        return Trim(text.ToString());
    }

    private static Meaning Line(string line)
    {
        if (line[0] == '[')
        {
            var end = line.IndexOf(']', StringComparison.Ordinal);
            return end < 0 || Trim(line[(end + 1)..]).Length > 0 ? Junk(line) : Section(line[1..end]);
        }

        if (line.IndexOf('=', StringComparison.Ordinal) is var sign && (sign < 0 || line[0] == '#'))
        {
            return Junk(line);
        }

        var (key, value) = (Trim(line[..sign]), Trim(line[(line.AsSpan(sign).StartsWith("=>") ? sign + 2 : sign + 1)..]));
        return key switch
        {
            "exten" => Extension(value),
            "callerid" => CallerOf(key, value),
            _ => key.All(char.IsAsciiDigit) && key.Length > 0 ? new(["box", key, .. value.Split(',')]) : Setting(key, value),
        };
    }

    private static Meaning Extension(string value)
    {
        var parts = value.Split(',', 3);
        if (parts.Length < 3)
        {
            return Junk("exten " + value);
        }

        var (name, priority, application) = (parts[0], parts[1], parts[2]);
        var open = application.IndexOf('(', StringComparison.Ordinal);
        return open < 0 || !application.EndsWith(')')
            ? Exten(name, priority, application)
            : Exten(name, priority, application[..open], application[(open + 1)..^1].Split(','));
    }

    // "Name" <number>: the name ends at the next quote, the number stands between the last brackets.
    private static Meaning CallerOf(string key, string value)
    {
        var end = value.StartsWith('"') ? value.IndexOf('"', 1) : -1;
        return end > 0 && value[(end + 1)..] is [' ', '<', .. var number, '>'] && !number.Contains('<', StringComparison.Ordinal)
            ? Caller(value[1..end], number)
            : Setting(key, value);
    }

    private static string Trim(string text) => text.Trim(' ', '\t', '\r');
}
