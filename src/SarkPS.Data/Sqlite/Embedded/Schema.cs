using System.Reflection;
using System.Text.RegularExpressions;

namespace SarkPS.Data.Sqlite;

/// <summary>
/// The tables of a SARK database and the triggers that keep its time stamps, its audit and its list of keys, as
/// statements made from <c>Schema.txt</c>, in each version of SARK.
/// </summary>
internal static partial class Schema
{
    private const string Created = "z_created";
    private const string Updated = "z_updated";
    private const string Stamps = Created + ":datetime " + Updated + ":datetime z_updater='system'";

    /// <summary>All statements in the order in which they must run.</summary>
    /// <param name="version">The version of SARK whose tables they make.</param>
    public static IEnumerable<string> Statements(SarkVersion version)
    {
        var tables = Load(version);
        return tables.Select(CreateTable).Concat(tables.SelectMany(CreateTriggers));
    }

    /// <summary>The columns that hold whole numbers as such.</summary>
    /// <param name="version">The version of SARK whose tables are looked at.</param>
    public static IEnumerable<(string Table, string Column)> Numbers(SarkVersion version) =>
        Load(version).SelectMany(t => t.Columns.Where(c => c.Type == "INTEGER").Select(c => (t.Name, c.Name)));

    /// <summary>A text file that lies inside this assembly.</summary>
    internal static Stream Resource(string name) => Assembly.GetExecutingAssembly().GetManifestResourceStream("SarkPS.Data." + name)
        ?? throw new InvalidOperationException($"The assembly was built without '{name}'.");

    private static List<Table> Load(SarkVersion version)
    {
        using var reader = new StreamReader(Resource("Schema.txt"));
        var tables = new List<Table>();
        while (reader.ReadLine() is { } line)
        {
            if (line.Length == 0 || line[0] == '#')
            {
                continue;
            }

            if (line[0] != ' ')
            {
                var words = line.Split(' ');
                var marks = words.Skip(1).Select(w => w.Split('='))
                    .ToDictionary(w => w[0], w => w.ElementAtOrDefault(1), StringComparer.Ordinal);
                tables.Add(new Table(
                    words[0],
                    marks.TryGetValue("audit", out var alias) ? alias ?? words[0] : null,
                    marks.ContainsKey("xref"),
                    marks.TryGetValue("unique", out var unique) ? unique!.Split(',') : [],
                    IsOf(version, marks.GetValueOrDefault("only"))));
                continue;
            }

            foreach (var word in line.Replace("stamps", Stamps, StringComparison.Ordinal).Split(' ', StringSplitOptions.RemoveEmptyEntries))
            {
                var parts = ColumnWord().Match(word);
                if (!IsOf(version, parts.Groups["only"].Success ? parts.Groups["only"].Value : null))
                {
                    continue;
                }

                tables[^1].Columns.Add(new Column(
                    parts.Groups["name"].Value,
                    parts.Groups["type"].Success ? parts.Groups["type"].Value.Replace('~', ' ') : "TEXT",
                    parts.Groups["key"].Success,
                    parts.Groups["required"].Success,
                    parts.Groups["default"].Success ? parts.Groups["default"].Value : null));
            }
        }

        return [.. tables.Where(t => t.IsThere)];
    }

    private static bool IsOf(SarkVersion version, string? only) => only is null || SarkVersion.Require(only) == version;

    private static string CreateTable(Table table)
    {
        var lines = table.Columns
            .Select(c => $"{Quote(c.Name)} {c.Type}{(c.IsRequired ? " NOT NULL" : "")}{(c.Default is null ? "" : " DEFAULT " + c.Default)}")
            .Append($"PRIMARY KEY ({string.Join(", ", table.Columns.Where(c => c.IsKey).Select(c => Quote(c.Name)))})")
            .Concat(table.Unique.Select(u => $"UNIQUE ({Quote(u)})"));
        return $"CREATE TABLE {Quote(table.Name)} ({string.Join(", ", lines)})";
    }

    // One trigger for each thing that is kept, as in the original, so that a script which replaces one replaces just that.
    // They all find their row by pkey, also where pkey is not the primary key: two queues of one name are stamped together.
    private static IEnumerable<string> CreateTriggers(Table table)
    {
        if (table.Relation is not { } relation)
        {
            yield break;
        }

        var name = Quote(table.Name);
        yield return Trigger("insert", "INSERT",
            $"UPDATE {name} SET {Created} = CURRENT_TIMESTAMP, {Updated} = CURRENT_TIMESTAMP WHERE pkey = NEW.pkey; "
                + $"{Report("INSERT", "NEW")}");
        yield return Trigger(
            "update",
            "UPDATE",
            $"UPDATE {name} SET {Updated} = CURRENT_TIMESTAMP WHERE pkey = NEW.pkey; {Report("UPDATE", "NEW")}");
        yield return Trigger("delete", "DELETE", Report("DELETE", "OLD"));
        if (table.IsListed)
        {
            yield return Trigger("xref_insert", "INSERT", $"INSERT INTO master_xref (relation, pkey) VALUES ('{relation}', NEW.pkey)");
            yield return Trigger(
                "update_key",
                "UPDATE OF pkey",
                $"UPDATE master_xref SET pkey = NEW.pkey WHERE relation = '{relation}' AND pkey = OLD.pkey");
            yield return Trigger("xref_delete", "DELETE", $"DELETE FROM master_xref WHERE relation = '{relation}' AND pkey = OLD.pkey");
        }

        string Trigger(string suffix, string change, string body) =>
            $"CREATE TRIGGER {Quote($"{relation}_{suffix}")} AFTER {change} ON {name} FOR EACH ROW BEGIN {body}; END";

        string Report(string act, string row) =>
            $"INSERT INTO master_audit (tstamp, relation, owner, act) VALUES (CURRENT_TIMESTAMP, '{relation}', {row}.pkey, '{act}')";
    }

    private static string Quote(string name) => $"\"{name}\"";

    [GeneratedRegex(
        "^(?<name>[^*!:=@]+)(?<key>[*])?(?<required>!)?(:(?<type>[^=@]*))?(=(?<default>[^@]+))?(@(?<only>.+))?$",
        RegexOptions.CultureInvariant)]
    private static partial Regex ColumnWord();

    private sealed record Table(string Name, string? Relation, bool IsListed, IReadOnlyList<string> Unique, bool IsThere)
    {
        public List<Column> Columns { get; } = [];
    }

    private sealed record Column(string Name, string Type, bool IsKey, bool IsRequired, string? Default);
}
