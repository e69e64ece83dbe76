using Sylvan.Data.Csv;

namespace SarkPS.Data.Files;

/// <summary>Reads CSV with a package that was made for it, and says which line each record begins in.</summary>
/// <param name="text">The text. It is closed with the reader.</param>
/// <param name="delimiter">What stands between two fields.</param>
/// <param name="line">The line that the text begins in.</param>
internal sealed class CsvRecords(TextReader text, char delimiter, int line) : ICsvRecords
{
    // A configuration file in a cell fits. Whatever is longer is a quote that nobody has closed.
    private const int LongestRecord = 16 * 1024 * 1024;

    private readonly CsvDataReaderOptions options = new()
    {
        HasHeaders = false,
        Delimiter = delimiter,
        CsvStyle = CsvStyle.Standard,
        // Nothing is a remark: a line that begins with # is a row as any other.
        Comment = '\0',
        MaxBufferSize = LongestRecord,
    };

    private CsvDataReader? reader;
    private int next = line;

    /// <inheritdoc/>
    public int Line { get; private set; } = line;

    /// <inheritdoc/>
    public IReadOnlyList<string>? Read()
    {
        try
        {
            // Making it reads the first record.
            reader ??= CsvDataReader.Create(text, options);
            while (reader.Read())
            {
                var raw = reader.GetRawRecordSpan();
                Line = next;
                next += Lines(raw);
                if (!raw.Trim("\r\n").IsEmpty)
                {
                    var fields = new string[reader.RowFieldCount];
                    for (var i = 0; i < fields.Length; i++)
                    {
                        fields[i] = reader.GetFieldSpan(i).ToString();
                    }

                    return fields;
                }
            }

            return null;
        }
        catch (CsvRecordTooLargeException error)
        {
            throw Unreadable("a record does not end; probably a quote is opened and never closed.", error);
        }
        catch (CsvFormatException error)
        {
            throw Unreadable(
                $"in field {error.FieldOrdinal + 1} something follows a closing quote, or a quote is never closed. A quote within a quoted "
                    + "field is written twice.",
                error);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => (reader ?? (IDisposable)text).Dispose();

    private FormatException Unreadable(string message, Exception error)
    {
        Line = next;
        return new FormatException(message, error);
    }

    private static int Lines(ReadOnlySpan<char> record)
    {
        var count = 0;
        for (var i = 0; i < record.Length; i++)
        {
            if (record[i] == '\n' || (record[i] == '\r' && (i + 1 == record.Length || record[i + 1] != '\n')))
            {
                count++;
            }
        }

        return count;
    }
}
