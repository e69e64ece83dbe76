using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using SarkPS.Data.Sqlite;

namespace SarkPS.Service;

/// <summary>Writes JSON straight into the answer.</summary>
internal static class JsonAnswer
{
    public const string ContentType = "application/json";

    private const int Piece = 64 * 1024;

    // The answer is never part of a page, so nothing but what JSON demands is escaped.
    private static readonly JsonWriterOptions Options = new()
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        SkipValidation = true
    };

    /// <summary>A node.</summary>
    public static Task WriteAsync(HttpContext context, JsonNode node, string contentType = ContentType) =>
        WriteAsync(context, writer => node.WriteTo(writer), contentType);

    /// <summary>JSON that is ready.</summary>
    public static Task WriteAsync(HttpContext context, JsonRows json)
    {
        context.Response.Headers.ETag = json.Tag;
        if (context.Request.Headers.IfNoneMatch is { Count: > 0 } known && json.IsAmong(string.Join(',', known.ToArray())))
        {
            context.Response.StatusCode = StatusCodes.Status304NotModified;
            return Task.CompletedTask;
        }

        context.Response.ContentType = ContentType;
        context.Response.ContentLength = json.Length;
        if (json.Bytes is not { Length: <= Piece } bytes)
        {
            return HttpMethods.IsHead(context.Request.Method) ? Task.CompletedTask : WritePiecesAsync(context, json);
        }

        var written = context.Response.BodyWriter.WriteAsync(bytes);
        return written.IsCompletedSuccessfully ? Task.CompletedTask : written.AsTask();
    }

    // What is written lies in the connection's memory until the client has taken it. A client that is slow, or gone, has no
    // more of it than a piece.
    private static async Task WritePiecesAsync(HttpContext context, JsonRows json)
    {
        var writer = context.Response.BodyWriter;
        for (var offset = 0L; offset < json.Length;)
        {
            var count = json.Read(offset, writer.GetSpan(Piece));
            if (count == 0)
            {
                throw new EndOfStreamException();
            }

            writer.Advance(count);
            offset += count;
            if ((await writer.FlushAsync(context.RequestAborted).ConfigureAwait(false)).IsCompleted)
            {
                return;
            }
        }
    }

    /// <summary>A row as the bytes of an answer.</summary>
    public static byte[] Bytes(IEnumerable<KeyValuePair<string, object?>> row) => Bytes(writer => Write(writer, row));

    /// <summary>A node as the bytes of an answer.</summary>
    public static byte[] Bytes(JsonNode node) => Bytes(writer => node.WriteTo(writer));

    private static byte[] Bytes(Action<Utf8JsonWriter> write)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer, Options))
        {
            write(writer);
        }

        return buffer.WrittenSpan.ToArray();
    }

    /// <summary>A row.</summary>
    public static Task WriteAsync(HttpContext context, IEnumerable<KeyValuePair<string, object?>> row) =>
        WriteAsync(context, writer => Write(writer, row), ContentType);

    private static void Write(Utf8JsonWriter writer, IEnumerable<KeyValuePair<string, object?>> row)
    {
        writer.WriteStartObject();
        foreach (var (name, value) in row)
        {
            writer.WritePropertyName(name);
            Write(writer, value);
        }

        writer.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter writer, object? value)
    {
        switch (value)
        {
            case null:
                writer.WriteNullValue();
                break;
            case string text:
                writer.WriteStringValue(text);
                break;
            case long whole:
                writer.WriteNumberValue(whole);
                break;
            case int whole:
                writer.WriteNumberValue(whole);
                break;
            case double number:
                writer.WriteNumberValue(number);
                break;
            case bool flag:
                writer.WriteBooleanValue(flag);
                break;
            case JsonNode node:
                node.WriteTo(writer);
                break;
            default:
                writer.WriteStringValue(Rules.PhpValue.Text(value));
                break;
        }
    }

    private static async Task WriteAsync(HttpContext context, Action<Utf8JsonWriter> write, string contentType)
    {
        context.Response.ContentType = contentType;
        await using (var writer = new Utf8JsonWriter(context.Response.BodyWriter, Options))
        {
            write(writer);
        }

        await context.Response.BodyWriter.FlushAsync(context.RequestAborted).ConfigureAwait(false);
    }
}
