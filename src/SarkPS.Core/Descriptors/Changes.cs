using System.Collections;
using System.Text;
using SarkPS.Rules;

namespace SarkPS.Descriptors;

/// <summary>
/// What a request wants to write: column names and values in the order in which they were sent. A column that is not
/// there is left untouched, a null clears. Names compare with case, as JSON's do.
/// </summary>
public sealed class Changes : IEnumerable<KeyValuePair<string, object?>>
{
    private readonly List<string> order;
    private readonly Dictionary<string, object?> values;

    /// <summary>No columns yet.</summary>
    public Changes()
        : this(0)
    {
    }

    /// <summary>No columns yet, and room for some.</summary>
    internal Changes(int capacity)
    {
        order = new List<string>(capacity);
        values = new Dictionary<string, object?>(capacity, StringComparer.Ordinal);
    }

    /// <summary>How many columns.</summary>
    public int Count => order.Count;

    /// <summary>The value of a column, null where it is null or absent.</summary>
    public object? this[string column]
    {
        get => values.GetValueOrDefault(column);
        set
        {
            if (!values.ContainsKey(column))
            {
                order.Add(column);
            }

            values[column] = value;
        }
    }

    /// <summary>Whether a column is there, be it null.</summary>
    public bool Has(string column) => values.ContainsKey(column);

    /// <summary>Takes a column out.</summary>
    public void Remove(string column)
    {
        if (values.Remove(column))
        {
            order.Remove(column);
        }
    }

    /// <summary>
    /// The same with texts trimmed and empty ones made null, as the original does before it judges them; a password is
    /// not trimmed.
    /// </summary>
    /// <param name="keepsLines">Whether texts of several lines stay as they are in a column; null where they do in none.</param>
    public Changes Normalized(Func<string, bool>? keepsLines = null)
    {
        var normal = new Changes();
        foreach (var (column, value) in this)
        {
            // Half of a character is replaced on its way over HTTP; so it is everywhere.
            var text = value is string sent ? Whole(sent) : null;
            if (text is not null && column is not ("password" or "password_confirmation")
                && !(text.Contains('\n', StringComparison.Ordinal) && keepsLines?.Invoke(column) == true))
            {
                text = Trimmed(text);
            }

            normal[column] = text is null ? value : text.Length == 0 ? null : text;
        }

        return normal;
    }

    private static string Whole(string text) => text.Any(char.IsSurrogate) ? Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(text)) : text;

    // Blanks of every kind: a spreadsheet pads with the no-break one, which nobody sees.
    private static string Trimmed(string text)
    {
        int first = 0, last = text.Length;
        while (first < last && SarkText.IsBlank(text[first]))
        {
            first++;
        }

        while (last > first && SarkText.IsBlank(text[last - 1]))
        {
            last--;
        }

        return text[first..last];
    }

    /// <inheritdoc/>
    public IEnumerator<KeyValuePair<string, object?>> GetEnumerator()
    {
        foreach (var column in order)
        {
            yield return new(column, values[column]);
        }
    }

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    /// <summary>The members of a JSON object; anything else is no change at all.</summary>
    public static Changes FromJson(System.Text.Json.Nodes.JsonNode? node)
    {
        var changes = new Changes();
        foreach (var (name, value) in node as System.Text.Json.Nodes.JsonObject ?? [])
        {
            changes[name] = PhpValue.FromJson(value);
        }

        return changes;
    }

    /// <summary>The changes as a JSON object.</summary>
    public System.Text.Json.Nodes.JsonObject ToJson()
    {
        var json = new System.Text.Json.Nodes.JsonObject();
        foreach (var (column, value) in this)
        {
            json[column] = PhpValue.ToJson(value);
        }

        return json;
    }
}
