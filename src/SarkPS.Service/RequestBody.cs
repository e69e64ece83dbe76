using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using SarkPS.Descriptors;

namespace SarkPS.Service;

/// <summary>Reads what a client sent: JSON, or the fields of a form.</summary>
internal static class RequestBody
{
    /// <summary>The columns and values of a body. An empty body, and JSON that is no object, hold none.</summary>
    /// <exception cref="SarkException">The body is not what its content type says.</exception>
    public static async Task<Changes> ReadAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        if (request.HasFormContentType)
        {
            var changes = new Changes();
            foreach (var (name, values) in await request.ReadFormAsync(cancellationToken).ConfigureAwait(false))
            {
                changes[name] = values.ToString();
            }

            return changes;
        }

        var node = await ReadJsonAsync(request, cancellationToken).ConfigureAwait(false);
        return Changes.FromJson(node);
    }

    /// <summary>The body as JSON, null where it is empty.</summary>
    /// <exception cref="SarkException">The body is not JSON.</exception>
    public static async Task<JsonNode?> ReadJsonAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        using var buffer = new MemoryStream();
        await request.Body.CopyToAsync(buffer, cancellationToken).ConfigureAwait(false);
        var bytes = buffer.GetBuffer().AsMemory(0, (int)buffer.Length);
        if (bytes.Span.StartsWith(Encoding.UTF8.Preamble))
        {
            bytes = bytes[Encoding.UTF8.Preamble.Length..];
        }

        if (bytes.Span.Trim(" \t\r\n"u8).IsEmpty)
        {
            return null;
        }

        var type = request.ContentType;
        if (type is not null && !type.Contains("json", StringComparison.OrdinalIgnoreCase))
        {
            throw new SarkException(SarkErrorKind.BadRequest, "Request", type, $"The content type '{type}' is not understood; send application/json or a form.");
        }

        try
        {
            using var document = JsonDocument.Parse(bytes);
            return ToNode(document.RootElement);
        }
        catch (InvalidOperationException error)
        {
            // Only now seen: bytes that are no UTF-8, or half of a surrogate pair.
            throw new SarkException(SarkErrorKind.BadRequest, "Request", null, "The body holds text that is not valid Unicode.", error);
        }
        catch (JsonException error)
        {
            throw new SarkException(SarkErrorKind.BadRequest, "Request", null, $"The body is not valid JSON: line {error.LineNumber + 1}, byte {error.BytePositionInLine + 1}.", error);
        }
    }

    // By hand, since JsonNode refuses a name that comes twice; as in PHP the last one wins. Texts are read here, so that a
    // wrong one is found while it can still be called one.
    private static JsonNode? ToNode(JsonElement element)
    {
        switch (element.ValueKind)
        {
            case JsonValueKind.Object:
                var map = new JsonObject();
                foreach (var member in element.EnumerateObject())
                {
                    map[member.Name] = ToNode(member.Value);
                }

                return map;
            case JsonValueKind.Array:
                return new JsonArray([.. element.EnumerateArray().Select(ToNode)]);
            case JsonValueKind.String:
                return JsonValue.Create(element.GetString());
            default:
                return JsonValue.Create(element.Clone());
        }
    }
}
