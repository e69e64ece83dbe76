using System.Diagnostics;
using Microsoft.Data.Sqlite;

namespace SarkPS.Bench;

/// <summary>The statements of the service, prepared once and run in a bare loop, with nothing around them.</summary>
internal static class BareSql
{
    /// <summary>Reads rows on every core, each with a connection of its own, and fetches every value.</summary>
    public static async Task<double> ReadAsync(string database, TimeSpan duration, string sql, Func<string>? key)
    {
        var start = Stopwatch.GetTimestamp();
        var counts = await Task.WhenAll(Enumerable.Range(0, Environment.ProcessorCount).Select(_ => Task.Run(() =>
        {
            using var connection = BenchDatabase.Open(database);
            using var command = connection.CreateCommand();
            command.CommandText = sql;
            if (key is not null)
            {
                command.Parameters.Add("@key", SqliteType.Text);
            }

            var count = 0;
            object[]? values = null;
            while (Stopwatch.GetElapsedTime(start) < duration)
            {
                if (key is not null)
                {
                    command.Parameters[0].Value = key();
                }

                using var reader = command.ExecuteReader();
                values ??= new object[reader.FieldCount];
                while (reader.Read())
                {
                    reader.GetValues(values);
                }

                count++;
            }

            return count;
        })));
        return counts.Sum() / Stopwatch.GetElapsedTime(start).TotalSeconds;
    }

    /// <summary>Writes one transaction after the other; SQLite lets one connection write at a time.</summary>
    /// <param name="database">The file.</param>
    /// <param name="duration">How long.</param>
    /// <param name="statements">What each transaction does; <c>@key</c> and <c>@value</c> are filled in.</param>
    /// <param name="key">The next key.</param>
    public static double Write(string database, TimeSpan duration, IReadOnlyList<string> statements, Func<string> key)
    {
        using var connection = BenchDatabase.Open(database);
        var commands = statements.Select(sql =>
        {
            var command = connection.CreateCommand();
            command.CommandText = sql;
            command.Parameters.Add("@key", SqliteType.Text);
            command.Parameters.Add("@value", SqliteType.Text);
            return command;
        }).ToArray();
        var count = 0;
        var start = Stopwatch.GetTimestamp();
        while (Stopwatch.GetElapsedTime(start) < duration)
        {
            var (next, value) = (key(), "v" + count);
            using var transaction = connection.BeginTransaction(deferred: false);
            foreach (var command in commands)
            {
                command.Transaction = transaction;
                command.Parameters[0].Value = next;
                command.Parameters[1].Value = value;
                using var reader = command.ExecuteReader();
                while (reader.Read())
                {
                    _ = reader.GetValue(0);
                }
            }

            transaction.Commit();
            count++;
        }

        var rate = count / Stopwatch.GetElapsedTime(start).TotalSeconds;
        foreach (var command in commands)
        {
            command.Dispose();
        }

        return rate;
    }
}
