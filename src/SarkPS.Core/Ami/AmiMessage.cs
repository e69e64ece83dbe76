using System.Collections;

namespace SarkPS.Ami;

/// <summary>
/// One block of the Asterisk Manager Interface: a response or an event. Fields keep their order; a key may repeat
/// (<c>Variable</c>, <c>ChanVariable</c>, <c>Output</c>), and keys are compared without regard to case, as Asterisk does.
/// </summary>
public sealed class AmiMessage : IReadOnlyList<KeyValuePair<string, string>>
{
    private readonly KeyValuePair<string, string>[] fields;

    /// <summary>Makes a message of its fields.</summary>
    /// <param name="fields">Keys and values in the order in which they stand on the wire.</param>
    public AmiMessage(IEnumerable<KeyValuePair<string, string>> fields) => this.fields = fields.ToArray();

    /// <summary>The first value of a key, or null when the message has no such key.</summary>
    /// <param name="key">The key, in any case.</param>
    public string? this[string key]
    {
        get
        {
            foreach (var field in fields)
            {
                if (string.Equals(field.Key, key, StringComparison.OrdinalIgnoreCase))
                {
                    return field.Value;
                }
            }

            return null;
        }
    }

    /// <inheritdoc/>
    public KeyValuePair<string, string> this[int index] => fields[index];

    /// <inheritdoc/>
    public int Count => fields.Length;

    /// <summary>The name of the event, or null when this is a response.</summary>
    public string? Event => this["Event"];

    /// <summary><c>Success</c>, <c>Error</c>, <c>Goodbye</c> or <c>Follows</c> of a response; some events have one as well.</summary>
    public string? Response => this["Response"];

    /// <summary>What Asterisk says about it in words.</summary>
    public string? Message => this["Message"];

    /// <summary>The id of the action that this belongs to, or null.</summary>
    public string? ActionId => this["ActionID"];

    /// <summary>Every value of a key that may repeat, in order.</summary>
    /// <param name="key">The key, in any case.</param>
    public IReadOnlyList<string> All(string key) =>
        fields.Where(f => string.Equals(f.Key, key, StringComparison.OrdinalIgnoreCase)).Select(f => f.Value).ToArray();

    /// <summary>The same message without some keys.</summary>
    /// <param name="keys">The keys to leave out, in any case.</param>
    public AmiMessage Without(params string[] keys) =>
        new(fields.Where(f => !keys.Contains(f.Key, StringComparer.OrdinalIgnoreCase)));

    /// <inheritdoc/>
    public IEnumerator<KeyValuePair<string, string>> GetEnumerator() => ((IEnumerable<KeyValuePair<string, string>>)fields).GetEnumerator();

    /// <inheritdoc/>
    IEnumerator IEnumerable.GetEnumerator() => fields.GetEnumerator();

    /// <summary>The message as it is on the wire, with secrets masked.</summary>
    public override string ToString() => AmiTrace.Text(fields);
}

/// <summary>Everything that answers one action.</summary>
/// <param name="Response">The response block.</param>
/// <param name="Items">The events of a list, or the one event that tells how an asynchronous action came out.</param>
public sealed record AmiReply(AmiMessage Response, IReadOnlyList<AmiMessage> Items);
