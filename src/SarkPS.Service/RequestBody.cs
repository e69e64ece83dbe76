using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.Net.Http.Headers;
using SarkPS.Descriptors;

namespace SarkPS.Service;

/// <summary>Reads what a client sent: JSON, or the fields of a form.</summary>
internal static class RequestBody
{
    // As many as the framework takes of a multipart form.
    private const int MostFields = 1024;

    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>The columns and values of a body. An empty body, and JSON that is no object, hold none.</summary>
    /// <exception cref="SarkException">The body is not what its content type says.</exception>
    public static async Task<Changes> ReadAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        if (!request.HasFormContentType)
        {
            return Changes.FromJson(await ReadJsonAsync(request, cancellationToken).ConfigureAwait(false));
        }

        CheckEncoding(request);
        if (MediaTypeHeaderValue.TryParse(request.ContentType, out var type)
            && type.MediaType.Equals("application/x-www-form-urlencoded", StringComparison.OrdinalIgnoreCase))
        {
            return ReadFields(await ReadBytesAsync(request, cancellationToken).ConfigureAwait(false));
        }

        IFormCollection form;
        try
        {
            form = await request.ReadFormAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (Exception error) when (TooLarge(error) is { } tooLarge)
        {
            throw tooLarge;
        }
        catch (Exception error) when (IsUnreadableForm(error))
        {
            throw Unreadable(
                "The form cannot be read: it is cut short, has no boundary, too many or too long fields, or characters that are none.",
                error);
        }

        var changes = new Changes();
        foreach (var (name, values) in form)
        {
            // As in PHP the last one wins.
            var text = values is [.., { } last] ? last : "";
            if (name.Contains('\uFFFD', StringComparison.Ordinal) || text.Contains('\uFFFD', StringComparison.Ordinal))
            {
                throw Unreadable("The form holds text that is not valid UTF-8.");
            }

            changes[name] = text;
        }

        return changes;
    }

    /// <summary>The body as JSON, null where it is empty.</summary>
    /// <exception cref="SarkException">The body is not JSON.</exception>
    public static async Task<JsonNode?> ReadJsonAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        var bytes = await ReadBytesAsync(request, cancellationToken).ConfigureAwait(false);
        if (bytes.Span.StartsWith(Encoding.UTF8.Preamble))
        {
            bytes = bytes[Encoding.UTF8.Preamble.Length..];
        }

        if (bytes.Span.Trim(" \t\r\n"u8).IsEmpty)
        {
            return null;
        }

        if (!IsJson(request.ContentType))
        {
            throw new SarkException(
                SarkErrorKind.BadRequest,
                "Request",
                null,
                $"The content type '{SarkText.Printable(request.ContentType!)}' is not understood; send application/json or a form.");
        }

        CheckEncoding(request);
        try
        {
            using var document = JsonDocument.Parse(bytes);
            return ToNode(document.RootElement);
        }
        catch (InvalidOperationException error)
        {
            // Only now seen: bytes that are no UTF-8, or half of a surrogate pair.
            throw Unreadable("The body holds text that is not valid Unicode.", error);
        }
        catch (JsonException error)
        {
            throw Unreadable(
                $"The body is not valid JSON: line {(error.LineNumber ?? 0) + 1}, byte {(error.BytePositionInLine ?? 0) + 1}.",
                error);
        }
    }

    private static async Task<ReadOnlyMemory<byte>> ReadBytesAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        using var buffer = new MemoryStream();
        await request.Body.CopyToAsync(buffer, cancellationToken).ConfigureAwait(false);
        return buffer.GetBuffer().AsMemory(0, (int)buffer.Length);
    }

    // By hand, since the framework leaves %FC as these three characters where it is no UTF-8: M%FCller of an old program
    // would be stored so.
    private static Changes ReadFields(ReadOnlyMemory<byte> body)
    {
        var changes = new Changes();
        var count = 0;
        foreach (var range in body.Span.Split((byte)'&'))
        {
            var field = body.Span[range];
            if (field.IsEmpty)
            {
                continue;
            }

            if (++count > MostFields)
            {
                throw Unreadable($"The form has more than {MostFields} fields.");
            }

            var end = field.IndexOf((byte)'=');
            // As in PHP the last one wins.
            changes[FieldText(end < 0 ? field : field[..end])] = FieldText(end < 0 ? [] : field[(end + 1)..]);
        }

        return changes;
    }

    // A per cent sign that escapes nothing stands for itself, as in browsers and PHP.
    private static string FieldText(ReadOnlySpan<byte> encoded)
    {
        var bytes = new byte[encoded.Length];
        var length = 0;
        for (var i = 0; i < encoded.Length; i++)
        {
            var one = encoded[i];
            if (one == '%' && i + 2 < encoded.Length && char.IsAsciiHexDigit((char)encoded[i + 1])
                && char.IsAsciiHexDigit((char)encoded[i + 2]))
            {
                one = byte.Parse(encoded.Slice(i + 1, 2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);
                i += 2;
            }
            else if (one == '+')
            {
                one = (byte)' ';
            }

            if (one == 0)
            {
                throw Unreadable("The form holds a zero character (%00), which no value may have.");
            }

            bytes[length++] = one;
        }

        try
        {
            return Strict.GetString(bytes, 0, length);
        }
        catch (DecoderFallbackException error)
        {
            throw Unreadable("The form holds text that is not valid UTF-8.", error);
        }
    }

    // What the form's reader makes of the server's word that the body is too large depends on where it was.
    private static SarkException? TooLarge(Exception? error)
    {
        for (; error is not null; error = error.InnerException)
        {
            if (error is BadHttpRequestException { StatusCode: StatusCodes.Status413PayloadTooLarge })
            {
                return new SarkException(SarkErrorKind.TooLarge, "Request", null, error.Message, error);
            }
        }

        return null;
    }

    /// <summary>Whether an exception means that a form was sent that is none. Each part of the framework has one of its own.</summary>
    public static bool IsUnreadableForm(Exception error) =>
        error is InvalidDataException or InvalidOperationException or ArgumentException or FormatException or NotSupportedException
        || (error is IOException && error is not BadHttpRequestException);

    // One media type that is JSON's, and not a list in which one of them is: a page of another site can send text/plain
    // without asking. Without any it is taken for JSON, as many programs send it so.
    private static bool IsJson(string? contentType)
    {
        if (string.IsNullOrEmpty(contentType))
        {
            return true;
        }

        return MediaTypeHeaderValue.TryParse(contentType, out var type)
            && (type.MediaType.Equals("application/json", StringComparison.OrdinalIgnoreCase)
                || type.MediaType.Equals("text/json", StringComparison.OrdinalIgnoreCase)
                || type.Suffix.Equals("json", StringComparison.OrdinalIgnoreCase));
    }

    private static void CheckEncoding(HttpRequest request)
    {
        if (request.Headers.ContentEncoding.ToString() is not ("" or "identity"))
        {
            throw Unreadable("A body with a content encoding, such as gzip, is not understood; send it as it is.");
        }

        if (MediaTypeHeaderValue.TryParse(request.ContentType, out var type)
            && HeaderUtilities.RemoveQuotes(type.Charset).Value is { Length: > 0 } charset
            && !charset.Equals("utf-8", StringComparison.OrdinalIgnoreCase)
            && !charset.Equals("utf8", StringComparison.OrdinalIgnoreCase)
            && !charset.Equals("us-ascii", StringComparison.OrdinalIgnoreCase))
        {
            throw Unreadable($"The character set '{SarkText.Printable(charset)}' is not understood; send UTF-8.");
        }
    }

    private static SarkException Unreadable(string message, Exception? error = null) =>
        new(SarkErrorKind.BadRequest, "Request", null, message, error);

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
