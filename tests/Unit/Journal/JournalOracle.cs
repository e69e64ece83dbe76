using Microsoft.Data.Sqlite;
using SarkPS.Data.Journal;
using SarkPS.Data.Sqlite;
using SarkPS.KillTarget;
using SarkPS.Tests.Data;
using SarkPS.Tests.Support;
using Schema = SarkPS.Tests.Support.Schema;

namespace SarkPS.Tests.Journal;

/// <summary>
/// Compares a database with its journal. What the database held at first, and every entry done to it in turn, must be what it
/// holds now: then there is no change without its entry, no entry without its change, and no set in part, as long as the entries
/// of a set are all there. For that it knows what sets of each kind touch. It asks SQLite alone and not the product.
/// </summary>
internal sealed class JournalOracle
{
    // What triggers keep of the rows is not noted.
    private static readonly string[] Derived = ["master_audit", "master_xref"];

    private static readonly Lazy<IReadOnlyDictionary<string, string>> Shapes = new(LearnShapes);

    private readonly Dictionary<string, Dictionary<long, IReadOnlyDictionary<string, object?>>> expected;
    private readonly Dictionary<string, string> reasons = new(StringComparer.Ordinal);
    private readonly List<string> causes = [];
    private readonly Dictionary<(string Resource, string Key), List<RowAction>> actions = [];
    private long last;
    private long count;

    private JournalOracle(Dictionary<string, Dictionary<long, IReadOnlyDictionary<string, object?>>> expected) => this.expected = expected;

    /// <summary>One for a database that has no journal yet.</summary>
    public static JournalOracle Begin(string database)
    {
        using var connection = Open(database);
        return new JournalOracle(Read(connection).Tables.ToDictionary(t => t.Key, t => t.Value.ToDictionary()));
    }

    /// <summary>The sets that the journal has, by their reasons: of those who gave one.</summary>
    public IReadOnlyDictionary<string, string> Sets => reasons;

    /// <summary>What was done to a row, one after the other, as the journal tells.</summary>
    public IEnumerable<RowAction> ActionsOf(string resource, string key) => actions.GetValueOrDefault((resource, key)) ?? [];

    /// <summary>How many changes other programs made, as the journal tells.</summary>
    public int OutsideChanges => causes.Count(c => c == nameof(ChangeCause.Outside));

    /// <summary>One that knows what this one knows so far.</summary>
    public JournalOracle Copy() => new(expected.ToDictionary(t => t.Key, t => t.Value.ToDictionary()));

    /// <summary>A database for it: SARK's own where it is at hand, with a class of service, so that extensions bring rows with them.</summary>
    public static void MakeDatabase(string path)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllBytes(path, File.ReadAllBytes(
            TestDatabase.Source(File.Exists(Repository.SarkDatabase) ? Schema.Sark : Schema.Embedded)));
        using var connection = Open(path);
        connection.Run("INSERT INTO COS (pkey, defaultopen, defaultclosed) VALUES ('hard', 'YES', 'YES')");
        if (connection.Rows("SELECT 1 FROM sqlite_master WHERE name = 'tt_help_core'").Length > 0)
        {
            // The most of what is in it, and nobody changes it.
            connection.Run("DELETE FROM tt_help_core; VACUUM");
        }
    }

    /// <summary>A store that writes a journal, as a process that comes next has it.</summary>
    public static SqliteDatabase Connect(string database, string journal, bool isOptional = false) => new(database)
    {
        Ledger = new ChangeLedger(new JournalFile(journal, TimeProvider.System), isOptional, TimeProvider.System),
    };

    /// <summary>
    /// Looks at both files, after a writer came that has found out what became of the group before. What was looked at before is
    /// not done again.
    /// </summary>
    /// <param name="database">The database.</param>
    /// <param name="journal">Its journal.</param>
    /// <param name="answered">The sets that were answered: their reasons, and their ids.</param>
    public void Check(string database, string journal, IEnumerable<KeyValuePair<string, string>> answered)
    {
        using var rows = Open(database);
        using var entries = Open(journal);
        Assert.Equal(["ok"], rows.Rows("PRAGMA integrity_check"));
        Assert.Equal(["ok"], entries.Rows("PRAGMA integrity_check"));
        Assert.Equal(["1|NULL"], entries.Rows("SELECT epoch, pending FROM state"));
        Assert.Equal(
            ["0|0"],
            entries.Rows("SELECT (SELECT count(*) FROM sets WHERE pending IS NOT NULL), (SELECT count(*) FROM retries WHERE pending "
                + "IS NOT NULL)"));
        Follow(entries);
        Compare(rows);
        foreach (var (reason, set) in answered)
        {
            Assert.True(reasons.TryGetValue(reason, out var found), $"'{reason}' was answered, and the journal has nothing of it.");
            Assert.Equal(set, found);
        }
    }

    private static SqliteConnection Open(string path)
    {
        var connection = new SqliteConnection(
            new SqliteConnectionStringBuilder { DataSource = path, Mode = SqliteOpenMode.ReadWrite, Pooling = false }.ToString());
        connection.Open();
        // Nobody needs what it would write.
        connection.Run("PRAGMA synchronous = OFF");
        return connection;
    }

    private static DatabaseContent Read(SqliteConnection connection) => DatabaseContent.Read(connection, Derived);

    private void Follow(SqliteConnection journal)
    {
        using var command = journal.CreateCommand();
        command.CommandText = """
            SELECT e.seq, s.number, s.id, s.reason, s.cause, e.table_name, e.row, e.action, e.before, e.after, e.resource, e.key
            FROM sets AS s LEFT JOIN entries AS e ON e.set_number = s.number WHERE e.seq > $last OR e.seq IS NULL ORDER BY e.seq
            """;
        command.Parameters.AddWithValue("$last", last);
        using var reader = command.ExecuteReader();
        var shapes = new Dictionary<long, List<string>>();
        var kinds = new Dictionary<long, string>();
        while (reader.Read())
        {
            Assert.False(reader.IsDBNull(0), $"The set {reader.GetValue(2)} has no entries.");
            last = reader.GetInt64(0);
            count++;
            var (number, table, row, action) =
                (reader.GetInt64(1), reader.GetString(5), reader.GetInt64(6), (RowAction)reader.GetInt64(7));
            Apply(
                $"Entry {last} of the set {reader.GetValue(2)} ({reader.GetValue(3)}): {action} row {row} of {table}",
                table,
                row,
                action,
                reader.IsDBNull(8) ? null : RowImage.FromJson(reader.GetString(8)),
                reader.IsDBNull(9) ? null : RowImage.FromJson(reader.GetString(9)));
            if (!reader.IsDBNull(10))
            {
                var key = (reader.GetString(10), reader.GetString(11));
                actions.TryAdd(key, []);
                actions[key].Add(action);
            }

            if (!shapes.TryGetValue(number, out var shape))
            {
                shapes[number] = shape = [];
                causes.Add(((ChangeCause)reader.GetInt64(4)).ToString());
                if (!reader.IsDBNull(3))
                {
                    kinds[number] = reader.GetString(3);
                    Assert.True(reasons.TryAdd(reader.GetString(3), reader.GetString(2)), $"'{reader.GetString(3)}' is there twice.");
                }
            }

            shape.Add($"{action} {table}");
        }

        // Nothing goes that was there.
        Assert.Equal([$"{count}"], journal.Rows("SELECT count(*) FROM entries"));
        foreach (var (number, reason) in kinds.Where(k => SetScript.Kinds.Contains(k.Value.Split('-')[0])))
        {
            var shape = Shape(shapes[number]);
            Assert.True(
                Shapes.Value[SetScript.KindOf(reason)] == shape,
                $"'{reason}' is {shape} and should be {Shapes.Value[SetScript.KindOf(reason)]}.");
        }
    }

    private void Apply(string what, string table, long row, RowAction action, RowImage? before, RowImage? after)
    {
        var rows = expected[table];
        if (action == RowAction.Created)
        {
            Assert.True(rows.TryAdd(row, after!.Columns.ToDictionary()), what + ", which is there already.");
            return;
        }

        Assert.True(rows.TryGetValue(row, out var now), what + ", which is not there.");
        foreach (var (column, value) in before!.Columns.Where(c => !DatabaseContent.IsStamp(c.Key)))
        {
            if (!RowImage.IsSame(value, now[column]))
            {
                Assert.Fail($"{what}: {column} was '{now[column]}' before and not '{value}'.");
            }
        }

        if (action == RowAction.Removed)
        {
            Assert.Equal(now.Keys, before.Columns.Select(c => c.Key));
            rows.Remove(row);
            return;
        }

        var changed = now.ToDictionary();
        foreach (var (column, value) in after!.Columns)
        {
            changed[column] = value;
        }

        rows[row] = changed;
    }

    // Looked at row by row: it is done often.
    private void Compare(SqliteConnection rows)
    {
        var tables = rows.Rows("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'").Except(Derived);
        Assert.Equal(expected.Keys.Order(StringComparer.Ordinal), tables.Order(StringComparer.Ordinal));
        foreach (var (table, noted) in expected)
        {
            using var command = rows.CreateCommand();
            command.CommandText = $"SELECT rowid, * FROM \"{table}\"";
            using var reader = command.ExecuteReader();
            var columns = Enumerable.Range(1, reader.FieldCount - 1).Select(i => (Place: i, Name: reader.GetName(i)))
                .Where(c => !DatabaseContent.IsStamp(c.Name)).ToArray();
            var found = new HashSet<long>();
            while (reader.Read())
            {
                var id = reader.GetInt64(0);
                found.Add(id);
                if (!noted.TryGetValue(id, out var wanted))
                {
                    Assert.Fail($"No entry tells of {table} {id}: {string.Join(", ", columns.Select(c => reader.GetValue(c.Place)))}.");
                }

                foreach (var (place, name) in columns)
                {
                    var value = reader.IsDBNull(place) ? null : reader.GetValue(place);
                    if (!RowImage.IsSame(value, wanted[name]))
                    {
                        Assert.Fail($"No entry tells of {name} = '{value}' in {table} {id}; it was '{wanted[name]}'.");
                    }
                }
            }

            foreach (var (id, row) in noted.Where(r => !found.Contains(r.Key)))
            {
                Assert.Fail($"{table} {id} is gone: {Told(row)}.");
            }
        }
    }

    private static string Told(IReadOnlyDictionary<string, object?> row) =>
        string.Join(", ", row.Where(c => c.Value is not null).Take(4).Select(c => $"{c.Key} {c.Value}"));

    private static string Shape(IEnumerable<string> entries) => string.Join(", ", entries.Order(StringComparer.Ordinal));

    // One of each kind, made in peace.
    private static Dictionary<string, string> LearnShapes()
    {
        using var folder = new TemporaryFolder();
        MakeDatabase(folder["sark.db"]);
        using (var database = Connect(folder["sark.db"], folder["journal.db"]))
        {
            var script = new SetScript(10, 0);
            for (var i = 0; i < SetScript.Kinds.Count; i++)
            {
                var result = new SqliteStore(database).Changes.ApplyAsync(script[i], default).GetAwaiter().GetResult();
                Assert.Empty(result.Steps.Select(s => s.Error?.Message).OfType<string>());
            }
        }

        using var journal = Open(folder["journal.db"]);
        return journal.Rows("SELECT s.reason, e.action, e.table_name FROM sets AS s JOIN entries AS e ON e.set_number = s.number")
            .Select(r => r.Split('|'))
            .GroupBy(r => SetScript.KindOf(r[0]), r => $"{Enum.Parse<RowAction>(r[1])} {r[2]}")
            .ToDictionary(g => g.Key, Shape);
    }
}
