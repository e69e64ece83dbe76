using System.Buffers;
using System.Text;

namespace SarkPS.Ami;

/// <summary>What answers an action.</summary>
public enum AmiAnswer
{
    /// <summary>One response block.</summary>
    Response,

    /// <summary>A response block, then one event for each item, then an event that completes the list.</summary>
    List,

    /// <summary>A response block at once, and later one event that tells how it came out.</summary>
    Outcome,
}

/// <summary>
/// One request to Asterisk, with Asterisk's own names. Every key and value is checked when it is added, so nothing that
/// could end a line, and with it smuggle in a second action, ever reaches the connection.
/// </summary>
/// <param name="name">The action's name, such as <c>QueueStatus</c>.</param>
public sealed class AmiAction(string name)
{
    /// <summary>
    /// Most bytes of a line before its CR LF. Asterisk answers a longer one with an error that does not say which action it
    /// means.
    /// </summary>
    public const int MaxLine = 1022;

    /// <summary>Most lines of an action, its name and id included.</summary>
    public const int MaxLines = 128;

    private static readonly SearchValues<char> KeyCharacters =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_");

    private static readonly Encoding Strict = new UTF8Encoding(false, throwOnInvalidBytes: true);

    private readonly List<KeyValuePair<string, string>> fields = [];

    /// <summary>The action's name.</summary>
    public string Name { get; } = Check(name, "Action", name);

    /// <summary>The fields so far, without <c>Action</c> and <c>ActionID</c>.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Fields => fields;

    /// <summary>What answers it.</summary>
    public AmiAnswer Answer { get; init; }

    /// <summary>
    /// The event that completes the list or tells the outcome. Lists of current versions say <c>EventList: Complete</c>,
    /// which decides; the name is needed for versions that do not.
    /// </summary>
    public string? CompletedBy { get; init; }

    /// <summary>The event whose items carry no ActionID, such as <c>PeerEntry</c> of <c>IAXpeers</c>; null when all do.</summary>
    public string? UntaggedItem { get; init; }

    /// <summary>The events that <c>ListItems</c> counts when it does not count all of them; null when it does.</summary>
    public string? CountedItem { get; init; }

    /// <summary>How long the whole answer may take. Null: the connection's time limit.</summary>
    public TimeSpan? TimeLimit { get; init; }

    /// <summary>Adds a field.</summary>
    /// <param name="key">Letters, digits, hyphen and underscore.</param>
    /// <param name="value">Text without control characters that does not begin with a space; null adds nothing.</param>
    /// <returns>This action.</returns>
    /// <exception cref="SarkValidationException">The value cannot be sent as it is.</exception>
    public AmiAction With(string key, string? value)
    {
        if (value is null)
        {
            return this;
        }

        if (key.Length == 0 || key.AsSpan().ContainsAnyExcept(KeyCharacters))
        {
            throw new ArgumentException(
                $"'{key}' is not a key of the Asterisk Manager Interface: letters, digits, hyphen and underscore are allowed.",
                nameof(key));
        }

        Check(Name, key, value);
        if (fields.Count >= MaxLines - 2)
        {
            throw new SarkValidationException("Asterisk", Name, key, $"The action {Name} has more than {MaxLines} lines.");
        }

        fields.Add(new(key, value));
        return this;
    }

    /// <summary>Writes the action as it goes over the wire.</summary>
    /// <param name="actionId">The id that the answer will carry.</param>
    /// <param name="output">Where to.</param>
    public void Encode(string actionId, IBufferWriter<byte> output)
    {
        Line(output, "Action", Name);
        Line(output, "ActionID", actionId);
        foreach (var (key, value) in fields)
        {
            Line(output, key, value);
        }

        output.Write("\r\n"u8);
    }

    /// <summary>The action as it goes over the wire, with secrets masked.</summary>
    public override string ToString() => AmiTrace.Text(fields.Prepend(new("Action", Name)));

    /// <summary>Tells what keeps a text from being sent as a value.</summary>
    /// <param name="key">The key that it would get.</param>
    /// <param name="value">The text.</param>
    /// <returns>The reason as the end of a sentence that begins with the value's name, or null when it can be sent.</returns>
    public static string? Refusal(string key, string value)
    {
        if (value.Any(char.IsControl))
        {
            return "must not contain control characters";
        }

        if (value.StartsWith(' '))
        {
            return "must not begin with a space, which Asterisk would drop";
        }

        int bytes;
        try
        {
            bytes = Strict.GetByteCount(value);
        }
        catch (EncoderFallbackException)
        {
            return "is not valid Unicode";
        }

        return key.Length + 2 + bytes > MaxLine ? $"may not be longer than {MaxLine - 2 - key.Length} bytes" : null;
    }

    private static string Check(string action, string key, string value) => Refusal(key, value) is { } reason
        ? throw new SarkValidationException("Asterisk", action, key, $"The {key} {reason}.")
        : value;

    private static void Line(IBufferWriter<byte> output, string key, string value)
    {
        var span = output.GetSpan(key.Length + 2 + Encoding.UTF8.GetMaxByteCount(value.Length) + 2);
        var length = Encoding.ASCII.GetBytes(key, span);
        span[length++] = (byte)':';
        span[length++] = (byte)' ';
        length += Encoding.UTF8.GetBytes(value, span[length..]);
        span[length++] = (byte)'\r';
        span[length++] = (byte)'\n';
        output.Advance(length);
    }
}
