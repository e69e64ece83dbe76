using System.Text;

namespace SarkPS.Cmdlets.Csv;

/// <summary>One field of a CSV file. Whether it was quoted tells an empty text (<c>""</c>) from no value (nothing).</summary>
internal readonly record struct CsvField(string Text, bool Quoted);

/// <summary>The text is not CSV. The message says what is wrong and in which line.</summary>
internal sealed class CsvException(string message) : Exception(message);

/// <summary>
/// Reads the records of RFC 4180: fields between delimiters, in quotes where they hold delimiters, quotes (doubled) or
/// line breaks. Lines end in CR LF, LF or CR. Records without anything in them are left out.
/// </summary>
internal sealed class CsvReader(TextReader text, char delimiter)
{
    private readonly StringBuilder field = new();
    private int line = 1;

    /// <summary>The line in which the record that was read last begins, from 1.</summary>
    public int RecordLine { get; private set; }

    /// <summary>The next record, or null at the end.</summary>
    /// <exception cref="CsvException">A quote is not closed, or something other than a delimiter follows it.</exception>
    public IReadOnlyList<CsvField>? Read()
    {
        while (text.Peek() >= 0)
        {
            RecordLine = line;
            var record = ReadRecord();
            if (record is not [{ Text: "", Quoted: false }])
            {
                return record;
            }
        }

        return null;
    }

    private List<CsvField> ReadRecord()
    {
        var record = new List<CsvField>();
        while (true)
        {
            var quoted = text.Peek() == '"';
            record.Add(new(quoted ? ReadQuoted() : ReadPlain(), quoted));
            var next = text.Read();
            if (next == delimiter)
            {
                continue;
            }

            if (next == '\r' && text.Peek() == '\n')
            {
                text.Read();
            }

            if (next >= 0 && next is not ('\r' or '\n'))
            {
                throw new CsvException($"line {line}: '{(char)next}' follows a closing quote, where only a '{delimiter}' or the end of "
                    + "the line may. A quote within a quoted field is written twice.");
            }

            line++;
            return record;
        }
    }

    private string ReadPlain()
    {
        field.Clear();
        while (text.Peek() is var next && next >= 0 && next != delimiter && next is not ('\r' or '\n'))
        {
            field.Append((char)text.Read());
        }

        return field.ToString();
    }

    private string ReadQuoted()
    {
        var opened = line;
        field.Clear();
        text.Read();
        while (true)
        {
            var next = text.Read();
            switch (next)
            {
                case < 0:
                    throw new CsvException($"line {opened}: a quote is opened and never closed.");
                case '"' when text.Peek() != '"':
                    return field.ToString();
                case '"':
                    text.Read();
                    break;
                case '\n':
                case '\r' when text.Peek() != '\n':
                    line++;
                    break;
            }

            field.Append((char)next);
        }
    }
}
