using System.Globalization;
using System.Text;

namespace SarkPS.Tests.Twin;

/// <summary>
/// What SARK's dumper makes of a row and its reloader of that: every installation or upgrade of its package runs all rows
/// through it. Values stand between single quotes and nothing is escaped; what is empty or 0 is left out and comes back as
/// the default of its column; the ends of lines become single line feeds. Time stamps are left out.
/// </summary>
internal static class DumpTwin
{
    /// <summary>What is written of a row.</summary>
    public static string Statement(string table, IReadOnlyDictionary<string, object?> row)
    {
        var kept = row.Where(v => IsDumped(v.Key, v.Value)).ToArray();
        var statement = $"INSERT OR IGNORE INTO {table}({string.Join(',', kept.Select(v => v.Key))}) values "
            + $"({string.Join(',', kept.Select(v => $"'{Text(v.Value)}'"))});";
        return statement.Replace("\r\n", "\n", StringComparison.Ordinal);
    }

    /// <summary>What is read back of a statement; null where it is no statement, and with it all that stand beside it are lost.</summary>
    public static IReadOnlyDictionary<string, string>? Read(string statement)
    {
        var names = statement[(statement.IndexOf('(', StringComparison.Ordinal) + 1)..statement.IndexOf(')', StringComparison.Ordinal)]
            .Split(',');
        var at = statement.IndexOf(" values (", StringComparison.Ordinal) + " values (".Length;
        var row = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var name in names)
        {
            if (at >= statement.Length || statement[at++] != '\'')
            {
                return null;
            }

            var value = new StringBuilder();
            while (true)
            {
                var quote = statement.IndexOf('\'', at);
                if (quote < 0)
                {
                    return null;
                }

                value.Append(statement, at, quote - at);
                at = quote + 1;
                if (at < statement.Length && statement[at] == '\'')
                {
                    // Two are one that belongs to the value.
                    value.Append('\'');
                    at++;
                    continue;
                }

                break;
            }

            if (at >= statement.Length || statement[at++] != (name == names[^1] ? ')' : ','))
            {
                return null;
            }

            // A NUL ends what the database's shell reads.
            row[name] = value.ToString().Split('\0')[0];
        }

        return statement[at..] == ";" ? row : null;
    }

    /// <summary>What a dump and a reload lose of a row.</summary>
    /// <param name="table">Its table.</param>
    /// <param name="row">Its values by column.</param>
    public static IEnumerable<string> Faults(string table, IReadOnlyDictionary<string, object?> row)
    {
        if (!row.Any(v => IsDumped(v.Key, v.Value)))
        {
            yield break;
        }

        if (Read(Statement(table, row)) is not { } back)
        {
            var columns = row.Where(v => Text(v.Value).Contains('\'', StringComparison.Ordinal)).Select(v => v.Key);
            yield return $"the dumped statement is broken by an apostrophe in {string.Join(", ", columns)}, and the reload loses every row";
            yield break;
        }

        foreach (var (column, value) in row.Where(v => !v.Key.StartsWith("z_", StringComparison.Ordinal)))
        {
            // An empty value or a 0 comes back as the default of its column, which is how SARK's own rows fare.
            if (IsDumped(column, value) && back[column] != Text(value).Replace("\r\n", "\n", StringComparison.Ordinal))
            {
                yield return $"{column} '{Text(value)}' comes back as '{back[column]}'";
            }
        }
    }

    /// <summary>A value as the dumper writes it.</summary>
    public static string Text(object? value) => Convert.ToString(value, CultureInfo.InvariantCulture) ?? "";

    private static bool IsDumped(string column, object? value) =>
        !column.StartsWith("z_", StringComparison.Ordinal) && Text(value) is not ("" or "0");
}
