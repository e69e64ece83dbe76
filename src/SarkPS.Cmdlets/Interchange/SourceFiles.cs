using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using SarkPS.Cmdlets.Csv;
using SarkPS.Descriptors;
using SarkPS.Rules;

namespace SarkPS.Cmdlets.Interchange;

/// <summary>A file of rows that was read: the rows, and how it was written, so that some of them can be written so again.</summary>
/// <param name="Path">Its full path.</param>
/// <param name="Rows">The rows; of a document its steps.</param>
/// <param name="Encoding">What it is written in.</param>
internal sealed record SourceFile(string Path, IReadOnlyList<SourceRow> Rows, Encoding Encoding)
{
    /// <summary>What its fields are separated by; null where it is JSON.</summary>
    public char? Delimiter { get; init; }

    /// <summary>Whether its first line names the columns.</summary>
    public bool HasHeadings { get; init; } = true;

    /// <summary>The change set that it is; null where it holds rows.</summary>
    public JsonObject? Document { get; init; }
}

/// <summary>Reads and writes files of rows, as CSV or, where they are called so, as JSON.</summary>
internal static class SourceFiles
{
    private static readonly JsonSerializerOptions Readable = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Whether a file is JSON by its name.</summary>
    public static bool IsJson(string path) => System.IO.Path.GetExtension(path).Equals(".json", StringComparison.OrdinalIgnoreCase);

    /// <summary>Reads a file.</summary>
    /// <param name="path">Its full path.</param>
    /// <param name="encoding">What it is written in; null for UTF-8 or what its byte order mark says.</param>
    /// <param name="delimiter">What its fields are separated by; null to find out.</param>
    /// <param name="resource">What its rows are, where that is known.</param>
    /// <exception cref="CsvException">It cannot be read so; the message says what is wrong and in which line.</exception>
    public static SourceFile Read(string path, Encoding? encoding, char? delimiter, ResourceDescriptor? resource)
    {
        var content = CsvText.Read(path, encoding, out var used);
        if (!IsJson(path))
        {
            return ReadCsv(path, content, used, CsvDialect.Find(content, delimiter), resource);
        }

        try
        {
            var json = SourceJson.Read(path, content);
            return new SourceFile(path, json.Rows, used) { Document = json.Document };
        }
        catch (FormatException error)
        {
            throw new CsvException(error.Message);
        }
    }

    /// <summary>Writes some rows of a file in the form that it has.</summary>
    /// <param name="path">Where to.</param>
    /// <param name="file">The file.</param>
    /// <param name="rows">The rows.</param>
    public static void Write(string path, SourceFile file, IReadOnlyList<SourceRow> rows) =>
        Write(path, file.Encoding, isSecret: false, text => WriteSome(text, file, rows));

    /// <summary>Writes rows as JSON, an object a line.</summary>
    public static void WriteJson(TextWriter text, IEnumerable<IEnumerable<KeyValuePair<string, object?>>> rows)
    {
        text.Write('[');
        var isFirst = true;
        foreach (var row in rows)
        {
            var line = new JsonObject();
            foreach (var (name, value) in row)
            {
                line[name] = PhpValue.ToJson(value);
            }

            text.Write(isFirst ? "\n" : ",\n");
            text.Write(line.ToJsonString(Readable));
            isFirst = false;
        }

        text.Write("\n]\n");
    }

    /// <summary>
    /// Writes a file that is there as a whole or not at all: beside it first, and then in its place. A letter that the encoding
    /// has not is an error and no question mark.
    /// </summary>
    /// <param name="path">Where to.</param>
    /// <param name="encoding">What it is written in.</param>
    /// <param name="isSecret">Whether others on this machine may not read it.</param>
    /// <param name="write">Writes it.</param>
    public static void Write(string path, Encoding encoding, bool isSecret, Action<TextWriter> write)
    {
        var strict = (Encoding)encoding.Clone();
        strict.EncoderFallback = EncoderFallback.ExceptionFallback;
        var beside = $"{path}.{Guid.NewGuid():N}.tmp";
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (isSecret && !OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        try
        {
            using (var text = new StreamWriter(new FileStream(beside, options), strict))
            {
                write(text);
            }

            File.Move(beside, path, overwrite: true);
        }
        catch (EncoderFallbackException error)
        {
            File.Delete(beside);
            throw new CsvException(
                $"{encoding.WebName.ToUpperInvariant()} has no letter for U+{(int)error.CharUnknown:X4}; write it as UTF-8, which -Encoding "
                    + "utf8 or no -Encoding means.");
        }
        catch
        {
            File.Delete(beside);
            throw;
        }
    }

    private static void WriteSome(TextWriter text, SourceFile file, IReadOnlyList<SourceRow> rows)
    {
        if (file.Document is { } document)
        {
            var wanted = rows.ToHashSet(ReferenceEqualityComparer.Instance);
            var some = document.DeepClone().AsObject();
            some["steps"] = new JsonArray(
                [.. document["steps"]!.AsArray().Where((_, i) => wanted.Contains(file.Rows[i])).Select(s => s?.DeepClone())]);
            text.Write(some.ToJsonString(new JsonSerializerOptions(Readable) { WriteIndented = true }));
        }
        else if (file.Delimiter is { } delimiter)
        {
            var csv = new CsvWriter(text, delimiter);
            var headings = rows[0].Headings;
            if (file.HasHeadings)
            {
                csv.Write([.. headings]);
            }

            foreach (var row in rows)
            {
                csv.Write([.. headings.Select((_, i) => i < row.Cells.Count && row.Cells[i] is not "" ? row.Cells[i] : null)]);
            }
        }
        else
        {
            WriteJson(text, rows.Select(r => r.Headings.Select((h, i) => KeyValuePair.Create(h, r.Cells[i]))));
        }
    }

    private static SourceFile ReadCsv(string path, string content, Encoding encoding, CsvDialect dialect, ResourceDescriptor? resource)
    {
        var text = new StringReader(content);
        for (var i = 0; i < dialect.Start; i++)
        {
            text.Read();
        }

        using var records = DataLibrary.ReadCsv(text, dialect.Delimiter, dialect.Line);
        var rows = new List<SourceRow>();
        try
        {
            var first = records.Read();
            IReadOnlyList<string> headings = first is null ? [] : [.. first.Select(h => h.Trim())];
            var hasHeadings = true;
            if (resource?.Layout is { } layout && headings.Count == layout.Fields.Count
                && !headings.Any(h => layout.Find(h) is not null || ResourceValues.FindColumn(resource, h) is not null))
            {
                // As the tool of that layout reads it: the first line is a row.
                (headings, hasHeadings) = ([.. layout.Fields.Select(f => f.Heading)], false);
                rows.Add(new SourceRow(path, records.Line, headings, first!));
            }

            while (records.Read() is { } record)
            {
                if (record.Count > headings.Count && record.Skip(headings.Count).Any(c => c.Length > 0))
                {
                    throw new FormatException($"{record.Count} fields, but there {(headings.Count == 1
                        ? $"is only 1 column, '{headings[0]}'.{Delimiters.Hint(headings[0], _ => true)}"
                        : $"are only {headings.Count} columns.")}");
                }

                rows.Add(new SourceRow(path, records.Line, headings, record));
            }

            return new SourceFile(path, rows, encoding) { Delimiter = dialect.Delimiter, HasHeadings = hasHeadings };
        }
        catch (FormatException error)
        {
            throw new CsvException($"line {records.Line}: {error.Message}");
        }
    }
}
