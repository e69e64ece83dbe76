using System.Text.Json.Nodes;
using Microsoft.Data.Sqlite;
using SarkPS.Rules;
using SarkPS.Tests.Support;

namespace SarkPS.Tests.Conformance;

/// <summary>
/// The database as the original left it after each step, in memory. It is moved on by what was recorded and never by the
/// service under test, so that one wrong answer does not spoil the steps behind it.
/// </summary>
internal sealed class Mirror : IDisposable
{
    private readonly string pristine;
    private readonly SqliteConnection database = new("Data Source=:memory:");
    private DatabaseContent? content;

    public Mirror(string pristine)
    {
        this.pristine = pristine;
        database.Open();
        Reset();
    }

    /// <summary>Another number after each change.</summary>
    public int Version { get; private set; }

    public DatabaseContent Content => content ??= DatabaseContent.Read(database);

    public void Reset()
    {
        using var source = new SqliteConnection(
            new SqliteConnectionStringBuilder { DataSource = pristine, Mode = SqliteOpenMode.ReadOnly, Pooling = false }.ToString());
        source.Open();
        source.BackupDatabase(database);
        Changed();
    }

    public void CopyTo(SqliteConnection other) => database.BackupDatabase(other);

    /// <summary>Writes a recorded difference with the triggers out of the way, whose work is recorded too.</summary>
    public void Apply(JsonNode? tables)
    {
        if (tables is not JsonObject { Count: > 0 } changed)
        {
            return;
        }

        var triggers = Triggers();
        using var transaction = database.BeginTransaction();
        triggers.ForEach(t => Run($"DROP TRIGGER {Quoted(t.Name)}", []));
        foreach (var (table, change) in changed)
        {
            Apply(table, change!);
        }

        triggers.ForEach(t => Run(t.Sql, []));
        transaction.Commit();
        Changed();
    }

    public void Dispose() => database.Dispose();

    private void Apply(string table, JsonNode change)
    {
        foreach (var row in Rows(change, "removed"))
        {
            var key = Identity(row).ToArray();
            Remove(table, key.Length > 0 ? key : [.. row]);
        }

        foreach (var entry in Rows(change, "changed"))
        {
            var after = entry["changed"]!.AsObject();
            var before = entry["row"]!.AsObject()
                .Select(c => KeyValuePair.Create(c.Key, after[c.Key] is JsonArray values ? values[0] : c.Value))
                .ToArray();
            var sets = string.Join(", ", after.Select((c, i) => $"{Quoted(c.Key)} = @p{i}"));
            Run(
                $"UPDATE {Quoted(table)} SET {sets} WHERE {Where(before, after.Count)}",
                [.. after.Select(c => c.Value!.AsArray()[1]), .. before.Select(b => b.Value)]);
        }

        foreach (var row in Rows(change, "added"))
        {
            Run(
                $"INSERT INTO {Quoted(table)} ({string.Join(", ", row.Select(c => Quoted(c.Key)))}) VALUES "
                    + $"({string.Join(", ", row.Select((_, i) => "@p" + i))})",
                [.. row.Select(c => c.Value)]);
        }
    }

    private void Remove(string table, KeyValuePair<string, JsonNode?>[] key) => Run(
        $"DELETE FROM {Quoted(table)} WHERE rowid = (SELECT rowid FROM {Quoted(table)} WHERE {Where(key, 0)} LIMIT 1)",
        [.. key.Select(k => k.Value)]);

    private static IEnumerable<JsonObject> Rows(JsonNode change, string kind) =>
        (change[kind] as JsonArray ?? []).Select(r => r!.AsObject());

    private static IEnumerable<KeyValuePair<string, JsonNode?>> Identity(JsonObject row) => row.Where(c => Step.Identity.Contains(c.Key));

    private static string Where(KeyValuePair<string, JsonNode?>[] key, int first) =>
        key.Length == 0 ? "1" : string.Join(" AND ", key.Select((k, i) => $"{Quoted(k.Key)} IS @p{first + i}"));

    private List<(string Name, string Sql)> Triggers()
    {
        using var command = database.CreateCommand();
        command.CommandText = "SELECT name, sql FROM sqlite_master WHERE type = 'trigger'";
        using var reader = command.ExecuteReader();
        var triggers = new List<(string, string)>();
        while (reader.Read())
        {
            triggers.Add((reader.GetString(0), reader.GetString(1)));
        }

        return triggers;
    }

    private void Run(string sql, JsonNode?[] values)
    {
        using var command = database.CreateCommand();
        command.CommandText = sql;
        for (var i = 0; i < values.Length; i++)
        {
            command.Parameters.AddWithValue("@p" + i, PhpValue.FromJson(values[i]) ?? DBNull.Value);
        }

        command.ExecuteNonQuery();
    }

    private void Changed()
    {
        Version++;
        content = null;
    }

    private static string Quoted(string name) => "\"" + name.Replace("\"", "\"\"", StringComparison.Ordinal) + "\"";
}
