using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using SarkPS.Rules;

namespace SarkPS;

/// <summary>A JSON file: an array of objects, each of them a row, or one object, a document with the steps of a change set.</summary>
internal sealed class SourceJson
{
    private const string Steps = "steps";

    private SourceJson()
    {
    }

    /// <summary>The document; null where it is an array of rows.</summary>
    public JsonObject? Document { get; private set; }

    /// <summary>The rows; of a document its steps.</summary>
    public List<SourceRow> Rows { get; } = [];

    /// <summary>Reads a file.</summary>
    /// <param name="file">Its full path.</param>
    /// <param name="content">What it holds.</param>
    /// <exception cref="FormatException">It is no such file; the message says what is wrong, and in which line.</exception>
    public static SourceJson Read(string file, string content)
    {
        var bytes = Encoding.UTF8.GetBytes(content);
        var rows = new SourceJson();
        try
        {
            rows.ReadAll(file, bytes);
        }
        catch (JsonException error)
        {
            throw new FormatException($"line {error.LineNumber + 1}: it is no JSON.", error);
        }

        return rows;
    }

    private void ReadAll(string file, byte[] bytes)
    {
        var reader = new Utf8JsonReader(bytes);
        var lines = new Lines(bytes);
        var shapes = new Dictionary<string, string[]>(StringComparer.Ordinal);
        reader.Read();
        if (reader.TokenType == JsonTokenType.StartArray)
        {
            while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
            {
                Rows.Add(ReadRow(ref reader, file, lines.At(reader.TokenStartIndex), shapes));
            }

            // What stands behind the array is no JSON.
            reader.Read();
            return;
        }

        if (reader.TokenType != JsonTokenType.StartObject)
        {
            throw new FormatException("line 1: it holds neither an array of objects nor a change set.");
        }

        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var isSteps = reader.ValueTextEquals(Steps);
            reader.Read();
            if (!isSteps || reader.TokenType != JsonTokenType.StartArray)
            {
                reader.Skip();
                continue;
            }

            while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
            {
                Rows.Add(new SourceRow(file, lines.At(reader.TokenStartIndex), [], []));
                reader.Skip();
            }
        }

        Document = JsonNode.Parse(bytes)!.AsObject();
        if (!Document.ContainsKey(Steps))
        {
            throw new FormatException($"line 1: it holds one object and no array of them, and is no change set either, without '{Steps}'.");
        }
    }

    private static SourceRow ReadRow(ref Utf8JsonReader reader, string file, int line, Dictionary<string, string[]> shapes)
    {
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            throw new FormatException($"line {line}: an element of the array is no object.");
        }

        List<string> names = [];
        List<object?> cells = [];
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            names.Add(reader.GetString()!);
            reader.Read();
            cells.Add(PhpValue.FromJson(JsonNode.Parse(ref reader)));
        }

        var shape = string.Join('\n', names);
        if (!shapes.TryGetValue(shape, out var headings))
        {
            shapes[shape] = headings = [.. names];
        }

        return new SourceRow(file, line, headings, cells);
    }

    // Lines are asked for from the first to the last.
    private sealed class Lines(byte[] bytes)
    {
        private int known;
        private int line = 1;

        public int At(long index)
        {
            line += bytes.AsSpan(known, (int)index - known).Count((byte)'\n');
            known = (int)index;
            return line;
        }
    }
}
