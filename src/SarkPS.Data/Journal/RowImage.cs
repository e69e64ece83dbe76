using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;
using SarkPS.Data.Sqlite;
using SarkPS.Descriptors;
using SQLitePCL;

namespace SarkPS.Data.Journal;

/// <summary>
/// Columns of a row with the values as SQLite keeps them: null, <see cref="long"/>, <see cref="double"/>, <see cref="string"/>,
/// <c>byte[]</c> for a blob and <see cref="BrokenText"/> for a text that is no UTF-8. Written back, it is the same to the byte.
/// </summary>
/// <param name="shape">The names of the columns in the order of the table.</param>
/// <param name="values">Their values.</param>
internal sealed class RowImage(RowShape shape, object?[] values)
{
    private const string Blob = "$blob";
    private const string Broken = "$text";
    private const string Real = "$real";
    private const int ShortText = 100;

    private static readonly JsonWriterOptions Writing = new() { SkipValidation = true };

    private SarkRow? row;

    /// <summary>The same of columns with their values.</summary>
    public RowImage(IReadOnlyCollection<KeyValuePair<string, object?>> columns)
        : this(new RowShape([.. columns.Select(c => c.Key)]), [.. columns.Select(c => c.Value)])
    {
    }

    /// <summary>The names of the columns in the order of the table.</summary>
    public RowShape Shape => shape;

    /// <summary>The columns.</summary>
    public IEnumerable<KeyValuePair<string, object?>> Columns => values.Select((value, i) => KeyValuePair.Create(shape.Names[i], value));

    /// <summary>The value of a column; null also where the image lacks it.</summary>
    public object? this[string column] => shape.IndexOf(column) is >= 0 and var at ? values[at] : null;

    /// <summary>The value of the column at a place.</summary>
    public object? this[int place] => values[place];

    /// <summary>Whether it has a column.</summary>
    public bool Has(string column) => shape.IndexOf(column) >= 0;

    /// <summary>The row with its values as rows hold them.</summary>
    public SarkRow Row => row ??= new SarkRow(
        shape,
        Array.Exists(values, v => v is byte[] or BrokenText) ? Array.ConvertAll(values, Plain) : values);

    /// <summary>The value of a column as text, null where it is null or missing.</summary>
    public string? Text(string column) => Text(this[column]);

    /// <summary>A value as people and the wire read it.</summary>
    public static string? Text(object? value) => Plain(value) is { } plain ? Rules.PhpValue.Text(plain) : null;

    /// <summary>A value as rows hold it: blobs and broken texts as text.</summary>
    public static object? Plain(object? value) => value switch
    {
        byte[] bytes => Encoding.UTF8.GetString(bytes),
        BrokenText text => Encoding.UTF8.GetString(text.Bytes),
        _ => value,
    };

    /// <summary>Whether two values are the same to SQLite, type and bytes.</summary>
    public static bool IsSame(object? one, object? other) => (one, other) switch
    {
        (byte[] first, byte[] second) => first.AsSpan().SequenceEqual(second),
        (BrokenText first, BrokenText second) => first.Bytes.AsSpan().SequenceEqual(second.Bytes),
        _ => Equals(one, other),
    };

    /// <summary>The row that a statement stands on.</summary>
    /// <param name="statement">The statement.</param>
    /// <param name="shape">The names of its columns, from the first on that belongs to the row.</param>
    /// <param name="texts">Texts that come again.</param>
    public static RowImage Read(sqlite3_stmt statement, RowShape shape, TextPool? texts = null)
    {
        var values = new object?[shape.Names.Count];
        var first = raw.sqlite3_column_count(statement) - values.Length;
        StatementRow.Read(statement, first, values, texts);
        return new RowImage(shape, values);
    }

    /// <summary>A value of the row that a statement stands on.</summary>
    public static object? Value(sqlite3_stmt statement, int place) => StatementRow.Value(statement, place);

    /// <summary>Binds a value to a parameter of a statement.</summary>
    /// <returns>SQLite's result code.</returns>
    public static int Bind(sqlite3_stmt statement, int place, object? value) => value switch
    {
        null => raw.sqlite3_bind_null(statement, place),
        long number => raw.sqlite3_bind_int64(statement, place, number),
        int number => raw.sqlite3_bind_int64(statement, place, number),
        double number => raw.sqlite3_bind_double(statement, place, number),
        // With its length, so that nothing ends at a zero; of no bytes at all the binding would make a NULL.
        string text => BindText(statement, place, text),
        byte[] bytes => bytes.Length == 0
            ? raw.sqlite3_bind_zeroblob(statement, place, 0)
            : raw.sqlite3_bind_blob(statement, place, bytes),
        BrokenText broken => raw.sqlite3_bind_text(statement, place, broken.Bytes),
        _ => throw new ArgumentOutOfRangeException(nameof(value), value, "No value of SQLite's."),
    };

    private static int BindText(sqlite3_stmt statement, int place, string text)
    {
        if (text.Length == 0)
        {
            return raw.sqlite3_bind_text(statement, place, text);
        }

        if (text.Length > ShortText)
        {
            return raw.sqlite3_bind_text(statement, place, Encoding.UTF8.GetBytes(text));
        }

        Span<byte> bytes = stackalloc byte[Encoding.UTF8.GetMaxByteCount(ShortText)];
        return raw.sqlite3_bind_text(statement, place, bytes[..Encoding.UTF8.GetBytes(text, bytes)]);
    }

    /// <summary>The image as a JSON object.</summary>
    public string ToJson()
    {
        var buffer = new ArrayBufferWriter<byte>(256);
        using (var writer = new Utf8JsonWriter(buffer, Writing))
        {
            writer.WriteStartObject();
            for (var i = 0; i < values.Length; i++)
            {
                writer.WritePropertyName(shape.Names[i]);
                Write(writer, values[i]);
            }

            writer.WriteEndObject();
        }

        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }

    /// <summary>The image that <see cref="ToJson"/> has written.</summary>
    public static RowImage FromJson(string json)
    {
        using var document = JsonDocument.Parse(json);
        var columns = new List<KeyValuePair<string, object?>>();
        foreach (var member in document.RootElement.EnumerateObject())
        {
            columns.Add(new(member.Name, Value(member.Value)));
        }

        return new RowImage(columns);
    }

    private static void Write(Utf8JsonWriter writer, object? value)
    {
        switch (value)
        {
            case null:
                writer.WriteNullValue();
                break;
            case long number:
                writer.WriteNumberValue(number);
                break;
            case double number:
                // As an object, so that 1.0 is not read as a whole number.
                Wrap(Real, number.ToString("R", CultureInfo.InvariantCulture));
                break;
            case string text:
                writer.WriteStringValue(text);
                break;
            case byte[] bytes:
                Wrap(Blob, Convert.ToBase64String(bytes));
                break;
            case BrokenText broken:
                Wrap(Broken, Convert.ToBase64String(broken.Bytes));
                break;
            default:
                throw new ArgumentOutOfRangeException(nameof(value), value, "No value of SQLite's.");
        }

        void Wrap(string name, string text)
        {
            writer.WriteStartObject();
            writer.WriteString(name, text);
            writer.WriteEndObject();
        }
    }

    private static object? Value(JsonElement element)
    {
        switch (element.ValueKind)
        {
            case JsonValueKind.Null:
                return null;
            case JsonValueKind.Number:
                return element.GetInt64();
            case JsonValueKind.String:
                return element.GetString();
            default:
                var member = element.EnumerateObject().First();
                var text = member.Value.GetString()!;
                return member.Name switch
                {
                    Blob => Convert.FromBase64String(text),
                    Broken => new BrokenText(Convert.FromBase64String(text)),
                    _ => double.Parse(text, CultureInfo.InvariantCulture),
                };
        }
    }
}

/// <summary>A text of SQLite's whose bytes are no UTF-8.</summary>
/// <param name="Bytes">The bytes.</param>
internal sealed record BrokenText(byte[] Bytes);

/// <summary>One row that was changed.</summary>
/// <param name="Table">The table.</param>
/// <param name="RowId">Its row id.</param>
/// <param name="Action">What was done.</param>
/// <param name="Before">Of a removal the whole row, of an update the columns that changed; null where the row was made.</param>
/// <param name="After">Of a row that was made the whole, of an update the columns that changed; null for a removal.</param>
/// <param name="Key">What people call it.</param>
/// <param name="Resource">What it is, as in an address; null where its table belongs to no resource.</param>
internal sealed record RowChange(
    string Table,
    long RowId,
    RowAction Action,
    RowImage? Before,
    RowImage? After,
    string Key,
    string? Resource);
