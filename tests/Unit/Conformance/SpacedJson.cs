using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace SarkPS.Tests.Conformance;

/// <summary>JSON as text, with a blank after each comma and colon: the patterns of the intended differences are written for that.</summary>
internal static class SpacedJson
{
    private static readonly JsonSerializerOptions Relaxed = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static string Of(JsonNode? node)
    {
        var text = new StringBuilder();
        Write(text, node);
        return text.ToString();
    }

    private static void Write(StringBuilder text, JsonNode? node)
    {
        switch (node)
        {
            case JsonObject map:
                text.Append('{');
                var isFirst = true;
                foreach (var (name, value) in map)
                {
                    text.Append(isFirst ? "" : ", ").Append(JsonSerializer.Serialize(name, Relaxed)).Append(": ");
                    Write(text, value);
                    isFirst = false;
                }

                text.Append('}');
                break;
            case JsonArray list:
                text.Append('[');
                for (var i = 0; i < list.Count; i++)
                {
                    text.Append(i == 0 ? "" : ", ");
                    Write(text, list[i]);
                }

                text.Append(']');
                break;
            default:
                text.Append(node?.ToJsonString(Relaxed) ?? "null");
                break;
        }
    }
}
