using System.Diagnostics;
using System.Globalization;
using System.Text;
using Microsoft.Data.Sqlite;

namespace SarkPS.Bench;

/// <summary>
/// Extensions of all kinds from a file, judged and made as one set by <c>Import-SarkResource</c>, beside a bare insert of the rows
/// that came of it, in one transaction on a database that has SARK's triggers too.
/// </summary>
internal static class ImportBench
{
    private const int Extensions = 10_000;
    private const int FirstKey = 30_000;

    // After so many times the runtime has compiled what it finds worth it.
    private const int Plans = 3;

    private static readonly string[] Kinds = ["provisioned", "unprovisioned", "webrtc", "mailbox"];

    private static readonly string[] Tables = ["IPphone", "IPphoneCOSopen", "IPphoneCOSclosed"];

    public static async Task RunAsync(WorkFolder folder, Pace pace)
    {
        var file = Write(folder.File("many.csv"));
        var rounds = Math.Max(1, pace.Rounds / 10);
        Console.WriteLine();
        Console.WriteLine($"{Extensions} extensions from a file, in one set");
        Console.WriteLine($"{"",-24}{"import",12}{"bare insert",14}{"ratio",8}{"memory before",16}{"at most",10}");
        foreach (var (name, plans) in new[] { ("the first", 0), ("later", Plans) })
        {
            foreach (var isRemote in new[] { false, true })
            {
                var times = new List<double[]>();
                for (var round = 0; round < rounds; round++)
                {
                    times.Add(await ImportAsync(folder, file, $"{plans}{isRemote}{round}", plans, isRemote));
                }

                Console.WriteLine(string.Create(
                    CultureInfo.InvariantCulture,
                    $"{name + (isRemote ? ", remote" : ", local"),-24}{Race.Median(times.Select(t => t[0])),9:0} ms"
                        + $"{Race.Median(times.Select(t => t[3])),11:0} ms{Race.Median(times.Select(t => t[0] / t[3])),8:0.0}"
                        + $"{Race.Median(times.Select(t => t[1])),13:0} MB{Race.Median(times.Select(t => t[2])),7:0} MB"));
            }
        }
    }

    private static async Task<double[]> ImportAsync(WorkFolder folder, string file, string name, int plans, bool isRemote)
    {
        var path = BenchDatabase.Create(folder.File($"import{name}.db"), 0);
        await using var service = isRemote ? await Servers.StartServiceAsync(path) : null;
        var module = await ModuleBench.RunSelfAsync(
            ModuleBench.RowsWord, file, service?.Address() ?? path, plans.ToString(CultureInfo.InvariantCulture));
        return [.. module, InsertBare(folder, path)];
    }

    private static string Write(string path)
    {
        var text = new StringBuilder("kind,pkey,cluster,desc,macaddr,callerid\n");
        for (var i = 0; i < Extensions; i++)
        {
            var kind = Kinds[i % Kinds.Length];
            var address = kind == "provisioned" ? $"000413{FirstKey + i:X6}" : "";
            text.Append(CultureInfo.InvariantCulture, $"{kind},{FirstKey + i},default,Person {FirstKey + i},{address},{FirstKey + i}\n");
        }

        File.WriteAllText(path, text.ToString());
        return path;
    }

    // The same rows, with all that was filled in.
    private static double InsertBare(WorkFolder folder, string made)
    {
        var bare = BenchDatabase.Create(folder.File("bare" + Path.GetFileName(made)), 0);
        var rows = new List<(string Table, string[] Columns, List<object[]> Values)>();
        using (var connection = BenchDatabase.Open(made))
        {
            foreach (var table in Tables)
            {
                using var command = connection.CreateCommand();
                command.CommandText = $"SELECT * FROM {table}";
                using var reader = command.ExecuteReader();
                var values = new List<object[]>();
                while (reader.Read())
                {
                    var row = new object[reader.FieldCount];
                    reader.GetValues(row);
                    values.Add(row);
                }

                rows.Add((table, [.. Enumerable.Range(0, reader.FieldCount).Select(reader.GetName)], values));
            }
        }

        if (rows[0].Values.Count != Extensions)
        {
            throw new InvalidOperationException($"{rows[0].Values.Count} extensions were made.");
        }

        using var target = BenchDatabase.Open(bare);
        var start = Stopwatch.GetTimestamp();
        using (var transaction = target.BeginTransaction(deferred: false))
        {
            foreach (var (table, columns, values) in rows)
            {
                using var insert = target.CreateCommand();
                insert.Transaction = transaction;
                insert.CommandText = $"INSERT INTO {table} ({string.Join(", ", columns.Select(c => $"\"{c}\""))}) VALUES "
                    + $"({string.Join(", ", columns.Select((_, i) => $"@p{i}"))})";
                for (var i = 0; i < columns.Length; i++)
                {
                    insert.Parameters.Add(new SqliteParameter($"@p{i}", DBNull.Value));
                }

                foreach (var row in values)
                {
                    for (var i = 0; i < row.Length; i++)
                    {
                        insert.Parameters[i].Value = row[i];
                    }

                    insert.ExecuteNonQuery();
                }
            }

            transaction.Commit();
        }

        return Stopwatch.GetElapsedTime(start).TotalMilliseconds;
    }
}
