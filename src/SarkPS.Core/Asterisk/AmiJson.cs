using System.Text.Json.Nodes;

namespace SarkPS.Ami;

/// <summary>Messages as the service writes them: an object of texts, a list of texts where a key repeats.</summary>
public static class AmiJson
{
    /// <summary>A message as JSON.</summary>
    /// <param name="message">The message.</param>
    public static JsonObject ToJson(AmiMessage message)
    {
        ArgumentNullException.ThrowIfNull(message);
        var json = new JsonObject();
        foreach (var (key, value) in message)
        {
            switch (json[key])
            {
                case null:
                    json[key] = value;
                    break;
                case JsonArray list:
                    list.Add(value);
                    break;
                case var first:
                    json[key] = new JsonArray(first.GetValue<string>(), value);
                    break;
            }
        }

        return json;
    }

    /// <summary>JSON as the message that it was made of.</summary>
    /// <param name="json">The object.</param>
    public static AmiMessage FromJson(JsonObject json)
    {
        ArgumentNullException.ThrowIfNull(json);
        return new(json.SelectMany(member => member.Value is JsonArray list
            ? list.Select(value => new KeyValuePair<string, string>(member.Key, value?.ToString() ?? ""))
            : [new KeyValuePair<string, string>(member.Key, member.Value?.ToString() ?? "")]));
    }
}
